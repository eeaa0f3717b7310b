"""Topics that count one another: a number of models, any of them, a model of several arrangements.

What ties them are sums over people that the topics name alike. A tie holds of those who skipped none of its
items; where more have an item's answer, the sums are bounds that leave room for the others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from barometri.disclosure.attack.answers import UNSURE
from barometri.disclosure.attack.facts import TIES, Released, Topic

Answers = frozenset[str]
People = frozenset[tuple[str, Answers]]
"""Source variables and their codes: the same people, however a record words them."""
Terms = dict[tuple[str, Answers], float]
"""A sum of counts of the same people that is not negative: item and answers -> how often."""

_YES: Final = frozenset({"yes"})
_FEW: Final = 4
"""Up to so many items all of their subsets are looked at; of more, single ones, all, and all but one."""


@dataclass(frozen=True, slots=True, repr=False)
class Tie:
    """A topic that counts others: how (see `TIES`), and which answers of which items."""

    item: str
    kind: str
    words: Mapping[str, Answers]

    @property
    def items(self) -> frozenset[str]:
        """All items tied."""
        return frozenset(self.words) | {self.item}


def groups(topics: Mapping[str, Topic]) -> list[tuple[list[Tie], list[Topic]]]:
    """Return the ties that hang together, with their topics; ``topics`` are those of one wave by item."""
    found: list[tuple[list[Tie], set[str]]] = []
    for topic in topics.values():
        if TIES not in topic.derived:
            continue
        kind, given = topic.derived[TIES]
        tie = Tie(topic.item, kind, {item: frozenset(words.split("|")) for item, words in given.items()})
        touching = [group for group in found if group[1] & tie.items]
        ties = [tie, *(other for group in touching for other in group[0])]
        items = set(tie.items).union(*(group[1] for group in touching))
        found = [group for group in found if not group[1] & tie.items] + [(ties, items)]
    return [(ties, [topics[item] for item in sorted(items & set(topics))]) for ties, items in found]


def people_of(record: Released, topic: Topic) -> People:
    """Return whom a record counts, derived variables worded by their source."""
    found: dict[str, Answers] = {}
    for name, ids in record.who.items():
        source, words = topic.derived.get(name, (name, {}))
        own = ids if source == name else frozenset(code for code, word in words.items() if word in ids)
        found[source] = found.get(source, own) & own
    return frozenset(found.items())


def universe(topic: Topic) -> Answers:
    """Return all answers that a topic tells of."""
    return frozenset[str]().union(*(record.among | record.counted for record in topic.released))


def counted(ties: Sequence[Tie], known: Mapping[str, Answers]) -> dict[str, list[Answers]]:
    """Return, by item, the sets of answers that ties count, and all of its answers."""
    found: dict[str, list[Answers]] = {item: [own] for item, own in known.items()}
    for tie in ties:
        for item in tie.items & set(known):
            own = _own(tie, known[item]) if item == tie.item else [tie.words[item]]
            found[item] += [answers for answers in own if answers not in found[item]]
    return found


def links(ties: Sequence[Tie], known: Mapping[str, Answers]) -> Iterator[Terms]:
    """Give the sums that are not negative, for people whom the topics in ``known`` name.

    Parameters
    ----------
    ties
        What ties the topics.
    known
        All answers of each topic that names the people.
    """
    for tie in ties:
        present = [item for item in tie.words if item in known]
        if tie.item not in known:
            continue
        if tie.kind == "number":
            yield from _of_number(tie, present, known)
        else:
            yield from _of_any(tie, present, known)
    for number in (tie for tie in ties if tie.kind == "number" and tie.item in known):
        for other in (tie for tie in ties if tie.kind == "any" and tie.item in known):
            yield from _any_of_number(number, other, known)


def _own(tie: Tie, known: Answers) -> list[Answers]:
    """Return the answers of the counting item itself that stand for each number, or for any."""
    if tie.kind == "number":
        return [frozenset({str(i), f"{i}{UNSURE}"} & known) for i in range(len(tie.words) + 1)]
    return [_YES if tie.kind == "any" else frozenset[str]().union(*tie.words.values())]


def _of_number(tie: Tie, present: Sequence[str], known: Mapping[str, Answers]) -> Iterator[Terms]:
    """Bound the answers to some of the items by what each number leaves to so many of them."""
    yield from _rooms(tie, [item for item in present if UNSURE in known[item]], known)
    numbers = _own(tie, known[tie.item])
    for chosen in _subsets(present):
        others = len(tie.words) - len(chosen)
        yes = _sum((item, tie.words[item], 1.0) for item in chosen)
        least = _sum((tie.item, own, -max(i - others, 0.0)) for i, own in enumerate(numbers))
        yield _joined(yes, least)
        if all(UNSURE in known[item] for item in chosen):
            most = _sum((tie.item, own, min(i, len(chosen))) for i, own in enumerate(numbers))
            yield _joined(
                most, _sum((item, tie.words[item], -1.0) for item in chosen), *_rooms(tie, chosen, known)
            )


def _of_any(tie: Tie, present: Sequence[str], known: Mapping[str, Answers]) -> Iterator[Terms]:
    """Bound an item that says "any" by each of the others and by all of them."""
    (yes,) = _own(tie, known[tie.item])
    own = _sum([(tie.item, yes, 1.0)])
    if tie.kind == "any":
        yield from _rooms(tie, [item for item in present if UNSURE in known[item]], known)
    for item in present:
        less = _joined(own, _sum([(item, tie.words[item], -1.0)]))
        if tie.kind == "some":
            yield less
        elif UNSURE in known[item]:
            yield _joined(less, *_rooms(tie, [item], known))
    if len(present) == len(tie.words):
        yield _joined(_sum((item, tie.words[item], 1.0) for item in present), _sum([(tie.item, yes, -1.0)]))


def _any_of_number(number: Tie, other: Tie, known: Mapping[str, Answers]) -> Iterator[Terms]:
    """Bound "any" by those with a number of one or more."""
    some = [own for own in _own(number, known[number.item])[1:] if own]
    yes = _sum([(other.item, _YES, 1.0)])
    at_least_one = _sum((number.item, own, 1.0) for own in some)
    if set(number.words) >= set(other.words) and all(
        number.words[item] >= answers for item, answers in other.words.items()
    ):
        if UNSURE in known[other.item]:
            room = _sum([(other.item, known[other.item], 1.0), (number.item, known[number.item], -1.0)])
            yield room
            yield _joined(at_least_one, _sum([(other.item, _YES, -1.0)]), room)
        if dict(number.words) == dict(other.words):
            yield _joined(yes, {key: -times for key, times in at_least_one.items()})


def _rooms(tie: Tie, chosen: Sequence[str], known: Mapping[str, Answers]) -> Iterator[Terms]:
    """Give, for each item, those who answered it beyond those of whom the tie holds."""
    for item in chosen:
        yield _sum([(item, known[item], 1.0), (tie.item, known[tie.item], -1.0)])


def _subsets(items: Sequence[str]) -> Iterator[tuple[str, ...]]:
    size = len(items)
    for many in range(1, size + 1):
        if size <= _FEW or many in {1, size - 1, size}:
            yield from combinations(items, many)


def _sum(terms: Iterable[tuple[str, Answers, float]]) -> Terms:
    found: Terms = {}
    for item, answers, times in terms:
        found[item, answers] = found.get((item, answers), 0.0) + times
    return found


def _joined(*sums: Terms) -> Terms:
    return _sum((item, answers, times) for one in sums for (item, answers), times in one.items())
