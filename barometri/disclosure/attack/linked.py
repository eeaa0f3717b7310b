"""The attack on topics that count one another: each keeps its unknowns, sums over the same people join."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from barometri.disclosure.attack.facts import Released, Topic
from barometri.disclosure.attack.queries import Counts, Questioned, breaks_rule, question
from barometri.disclosure.attack.reach import Search
from barometri.disclosure.attack.reduction import reduced
from barometri.disclosure.attack.solver import TOLERANCE, Flags, FloatArray, Knowledge, is_possible, known
from barometri.disclosure.attack.targets import forbidden
from barometri.disclosure.attack.ties import (
    Answers,
    People,
    Tie,
    counted,
    groups,
    links,
    people_of,
    universe,
)
from barometri.study.plan import DisclosureRules


@dataclass(frozen=True, slots=True, repr=False)
class LinkedFound:
    """Hidden counts of a topic that its links to others tell or nearly tell, and the tables they stand in."""

    records: int
    tables: frozenset[str]


def linked_attack(
    topics: Sequence[Topic], rules: DisclosureRules, *, width: int, counts: Counts = "exact"
) -> dict[str, LinkedFound]:
    """Attack together the topics of each wave that count one another.

    Parameters
    ----------
    topics
        All topics of a release, none of which contradicts itself.
    rules
        Thresholds of the release.
    width
        How far apart a hidden count must be able to lie.
    counts
        What a reader knows of shown numerators.

    Returns
    -------
    dict
        By name of the topic, what its own records do not tell but the others do; topics of which nothing is
        told are left out. Links that the exact counts contradict tell nothing.
    """
    found: dict[str, LinkedFound] = {}
    for wave in sorted({topic.wave for topic in topics}):
        for ties, own in groups({topic.item: topic for topic in topics if topic.wave == wave}):
            if len(own) > 1 and any(_hides(topic, rules) for topic in own):
                found |= _told(_joint(ties, own, rules, counts), rules, width)
    return found


def _hides(topic: Topic, rules: DisclosureRules) -> bool:
    """Whether a topic hides a record that a rule forbids to show."""
    return any(
        breaks_rule(r.n, np.nan if r.is_free else r.k, rules)
        for r in topic.released
        if not r.shown and not r.is_ceiling
    )


@dataclass(frozen=True, slots=True, repr=False)
class _Joint:
    """Topics side by side: ``starts`` are their first unknowns, ``links`` sums that are not negative."""

    asked: tuple[Questioned, ...]
    starts: tuple[int, ...]
    links: FloatArray

    def wide(self, rows: FloatArray | Flags, number: int) -> FloatArray:
        """Return sums over one topic's unknowns as sums over all."""
        out = np.zeros((len(rows), self.starts[-1]))
        out[:, self.starts[number] : self.starts[number + 1]] = rows
        return out

    def joined(self, parts: Sequence[Knowledge]) -> Knowledge:
        """Return what is known of each topic, and the links."""
        rows = sparse.vstack([sparse.block_diag([part.rows for part in parts]), sparse.csr_array(self.links)])
        low = np.concatenate([*(part.low for part in parts), np.zeros(len(self.links))])
        high = np.concatenate([*(part.high for part in parts), np.full(len(self.links), np.inf)])
        return Knowledge(sparse.csr_array(rows), low, high)


def _joint(ties: Sequence[Tie], topics: Sequence[Topic], rules: DisclosureRules, counts: Counts) -> _Joint:
    """Tell apart, in each topic, the counts that its ties are made of, over people that another names too."""
    known_answers = {topic.item: universe(topic) for topic in topics}
    wanted = counted(ties, known_answers)
    named = {t.item: {people_of(r, t): r for r in reversed(t.released)} for t in topics}
    asked, places = list[Questioned](), dict[tuple[str, Answers, People], tuple[int, int]]()
    for number, topic in enumerate(topics):
        beside: list[Released] = []
        for people, like in named[topic.item].items():
            if any(people in own for item, own in named.items() if item != topic.item):
                for answers in wanted[topic.item]:
                    places[topic.item, answers, people] = number, len(topic.released) + len(beside)
                    beside.append(_count(like, answers, known_answers[topic.item]))
        asked.append(question(topic, rules, counts=counts, beside=beside))
    starts = tuple(np.cumsum([0, *(own.unknowns.base.shape[1] for own in asked)]).tolist())
    joint = _Joint(tuple(asked), starts, np.zeros((0, starts[-1])))
    rows = list[FloatArray]()
    for people in {people for _, _, people in places}:
        here = {i: own for i, own in known_answers.items() if (i, own, people) in places}
        for terms in links(ties, here):
            row = np.zeros((1, starts[-1]))
            for (item, answers), times in terms.items():
                number, place = places[item, answers, people]
                row += times * joint.wide(asked[number].unknowns.numerator[[place]], number)
            rows.append(row)
    return _Joint(joint.asked, starts, np.vstack([joint.links, *rows]))


def _count(like: Released, answers: Answers, among: Answers) -> Released:
    return Released(like.table, like.who, answers, among, np.nan, np.nan, shown=False)


def _told(joint: _Joint, rules: DisclosureRules, width: int) -> dict[str, LinkedFound]:
    try:
        if not is_possible(reduced(joint.joined([_true(own) for own in joint.asked])).knowledge):
            return {}
        together = Search(reduced(joint.joined([own.knowledge for own in joint.asked])))
    except ValueError:
        return {}
    found: dict[str, LinkedFound] = {}
    for number, own in enumerate(joint.asked):
        alone = Search(reduced(own.knowledge))
        told = [
            secret
            for secret, rows in _secrets(own, rules)
            if _is_narrow(together, joint.wide(rows, number), width) and not _is_narrow(alone, rows, width)
        ]
        if told:
            tables = frozenset(table for secret in told for table in secret)
            found[own.topic.name] = LinkedFound(len(told), tables)
    return found


def _secrets(asked: Questioned, rules: DisclosureRules) -> Iterator[tuple[tuple[str, ...], FloatArray]]:
    """Give the tables of each hidden record that must not be known, and its sums that must not."""
    for secret in asked.secrets:
        if secret.is_unsafe:
            yield secret.tables, np.array([s.row for s in forbidden(secret, rules)])


def _is_narrow(search: Search, rows: FloatArray, width: int) -> bool:
    opened, fixed = search.system.opened(rows)
    found = search.bounds(opened, width) + fixed[:, None]
    span = np.floor(found[:, 1] + TOLERANCE) - np.ceil(found[:, 0] - TOLERANCE)
    return bool((span < width).any())


def _true(asked: Questioned) -> Knowledge:
    """Return the exact counts of all records of a topic, shown or not."""
    records, cells = asked.topic.released, asked.unknowns
    base, numerator = cells.base[: len(records)], cells.numerator[: len(records)]
    n = np.array([r.n for r in records], dtype=np.float64)
    k = np.array([r.k for r in records], dtype=np.float64)
    least = np.array([0.0 if r.is_ceiling else r.n for r in records], dtype=np.float64)
    said = np.isfinite(k)
    rows = np.vstack([base, numerator[said]]).astype(np.float64)
    return known(rows, np.concatenate([least, k[said]]), np.concatenate([n, k[said]]))
