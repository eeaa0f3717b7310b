"""A release beside all earlier ones: what a reader who keeps every report has, topic by topic."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final, Literal

from barometri.disclosure.attack import Attack, Released, Topic, attack, edition, together
from barometri.disclosure.attack.judge import LEAST_WIDTH
from barometri.disclosure.attack.linked import linked_attack
from barometri.disclosure.corrections import told_by_correction
from barometri.disclosure.ledger_lines import Release, canonical
from barometri.study.plan import DisclosureRules

BEFORE: Final = " (published before)"
"""Stands after the name of a table of an earlier release."""
Cause = Literal["alone", "before", "correction", "contradiction", "time"]
"""Why a topic is refused: by itself, beside what was published before, as a correction, or not judged."""
_GLANCE: Final = Attack(whole=False, insider=False, implied=False, linked=False)


@dataclass(frozen=True, slots=True)
class Failure:
    """A topic that may not be published, with the tables it stands in and the studies published before."""

    topic: str
    tables: tuple[str, ...]
    cause: Cause
    studies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class _Earlier:
    """An earlier topic: the study it was published by, the file it rests on, the rules it passed."""

    topic: Topic
    study: str
    file: str
    limits: Mapping[str, int]
    withdrawn: tuple[str, ...]


def failures(release: Release, earlier: Sequence[Release], rules: DisclosureRules) -> tuple[Failure, ...]:
    """Attack a release together with all earlier ones that were not withdrawn.

    Parameters
    ----------
    release
        What is to be published.
    earlier
        What was published before, the first one first.
    rules
        Thresholds and withdrawn releases of the study as it is now.
    """
    found = tuple(found for topic in release.topics for found in _judged(topic, release, earlier, rules))
    return found or tuple(_linked(release, earlier, rules))


def _linked(release: Release, earlier: Sequence[Release], rules: DisclosureRules) -> Iterator[Failure]:
    """Attack together the topics that count one another, with all that was published of the same files."""
    before = {topic.name: _of_file(topic, release, earlier, rules) for topic in _every(release, earlier)}
    fresh = [
        t for t in release.topics if not _says_nothing_new(t, before[t.name], _file(t, release), release)
    ]
    if not fresh:
        return
    own = {topic.name: _distinct(topic) for topic in release.topics}
    whole = [
        joined
        for topic in _every(release, earlier)
        for joined in _standing(own.get(topic.name), before[topic.name], _file(topic, release), rules)
    ]
    past = [old for found in before.values() for old in found]
    told = linked_attack(whole, _lowest(past, rules), width=LEAST_WIDTH)
    alone = linked_attack(list(own.values()), rules, width=LEAST_WIDTH) if told else {}
    for topic in whole:
        if topic.name in told:
            cause: Cause = "alone" if topic.name in alone else "before"
            found = _failure(topic, past, cause, told[topic.name].tables)
            new = tuple(sorted({r.table for t in fresh if t.wave == topic.wave for r in t.released}))
            yield replace(found, tables=found.tables or new)


def _every(release: Release, earlier: Sequence[Release]) -> list[Topic]:
    """Return each topic of the release, and of earlier ones those it does not hold, once."""
    found = {topic.name: topic for topic in release.topics}
    for past in reversed(earlier):
        for topic in past.topics:
            found.setdefault(topic.name, topic)
    return [found[name] for name in sorted(found)]


def _file(topic: Topic, release: Release) -> str:
    return release.inputs.get(topic.wave, "")


def _of_file(
    topic: Topic, release: Release, earlier: Sequence[Release], rules: DisclosureRules
) -> list[_Earlier]:
    """Return what was published of a topic from the file that the release rests on."""
    return [past for past in _before(topic, earlier, rules) if past.file == _file(topic, release)]


def _standing(
    own: Topic | None, before: Sequence[_Earlier], file: str, rules: DisclosureRules
) -> Iterator[Topic]:
    """Give a topic with what was published of it before; by itself where the two contradict each other."""
    if own is not None:
        joined = _joined(own, before, file)
        yield own if before and _contradicts(joined, rules) else joined
    elif before:
        (joined,) = together([past.topic] for past in before)
        if not _contradicts(joined, rules):
            yield _distinct(joined)


def is_withdrawn(release: Release, wave: str, withdrawn: Iterable[str]) -> bool:
    """Whether the owner declared a release withdrawn, or the file of a wave that it rests on superseded."""
    names = (release.study, release.inputs.get(wave, ""))
    return any(name.startswith(given) for given in withdrawn for name in names)


def _before(topic: Topic, earlier: Sequence[Release], rules: DisclosureRules) -> list[_Earlier]:
    """Return what was published of a topic before and not withdrawn, the first first."""
    return [
        _Earlier(_renamed(old, topic), past.study, past.inputs.get(old.wave, ""), past.limits, past.withdrawn)
        for past in earlier
        if not is_withdrawn(past, topic.wave, rules.withdrawn)
        for old in past.topics
        if (old.item, old.wave) == (topic.item, topic.wave)
    ]


def _judged(
    topic: Topic, release: Release, earlier: Sequence[Release], rules: DisclosureRules
) -> Iterator[Failure]:
    before = _before(topic, earlier, rules)
    file = release.inputs.get(topic.wave, "")
    if _says_nothing_new(topic, before, file, release):
        return
    lowest = _lowest(before, rules)
    own = _distinct(topic)
    # Thresholds that were lower, and weights of another edition, say less of what is new.
    if not before or lowest != rules or any(past.file != file for past in before):
        found = _attacked(own, rules)
        if found is not None:
            yield _failure(own, before, *found)
            return
    if before:
        yield from _beside(own, before, file, lowest)


def _lowest(before: Iterable[_Earlier], rules: DisclosureRules) -> DisclosureRules:
    """Return the lowest thresholds: what was shown under lower ones cannot be taken back by higher ones."""
    stated = [past.limits for past in before]
    return replace(
        rules,
        minimum_n=min([rules.minimum_n, *(limits["minimum_n"] for limits in stated)]),
        minimum_k=min([rules.minimum_k, *(limits["minimum_k"] for limits in stated)]),
    )


def _beside(own: Topic, before: Sequence[_Earlier], file: str, rules: DisclosureRules) -> Iterator[Failure]:
    """Attack a topic together with the earlier ones it agrees with, and compare it with the others."""
    agreeing, others = list(before), list[_Earlier]()
    whole = _joined(own, agreeing, file)
    if _contradicts(whole, rules):
        agreeing, others = _agreeing(own, before, file, rules)
        whole = _joined(own, agreeing, file)
    found = _attacked(whole, rules)
    if found is not None:
        by_itself = _attacked(own, rules) if agreeing else found
        cause, tables = by_itself or ("before" if found[0] == "alone" else found[0], found[1])
        yield _failure(whole, agreeing, cause, tables)
        return
    for past in others:
        differing = told_by_correction(own, past.topic, rules)
        if differing:
            yield Failure(own.name, differing, "correction", (past.study,))
            return


def _agreeing(
    own: Topic, before: Sequence[_Earlier], file: str, rules: DisclosureRules
) -> tuple[list[_Earlier], list[_Earlier]]:
    """Split earlier topics into those that can all be true at once, the latest first, and the others."""
    kept, others = list[_Earlier](), list[_Earlier]()
    for past in reversed(before):
        fits = not _contradicts(_joined(own, [past, *kept], file), rules)
        kept, others = ([past, *kept], others) if fits else (kept, [past, *others])
    return kept, others


def _joined(own: Topic, before: Sequence[_Earlier], file: str) -> Topic:
    """Join topics: over the same respondents, or as editions of a wave to which answers were added."""
    files = list(dict.fromkeys([*(past.file for past in before), file]))
    releases = [(past.topic, past.file) for past in before] + [(own, file)]
    if len(files) == 1:
        (whole,) = together([topic] for topic, _ in releases)
    else:
        (whole,) = together(edition([topic], files.index(name) + 1) for topic, name in releases)
    return _distinct(whole)


def _contradicts(topic: Topic, rules: DisclosureRules) -> bool:
    return bool(attack([topic], rules, _GLANCE).contradictory)


def _attacked(topic: Topic, rules: DisclosureRules) -> tuple[Cause, frozenset[str]] | None:
    """Attack a topic and say why it may not be published, and in which tables; None when it withstands."""
    verdict = attack([topic], rules)
    if verdict.passed:
        return None
    if verdict.contradictory:
        return "contradiction", frozenset()
    (group,) = verdict.groups
    return "time" if replace(group, undecided=0).passed else "alone", frozenset(group.tables)


def _failure(topic: Topic, before: Sequence[_Earlier], cause: Cause, tables: frozenset[str]) -> Failure:
    """Name the tables in which a failure lies; where a reckoning needs many, those that say something new."""
    named = {name for name in tables if not name.endswith(BEFORE)}
    known = {_fact(record) for past in before for record in past.topic.released}
    fresh = {r.table for r in topic.released if not r.table.endswith(BEFORE) and _fact(r) not in known}
    studies = tuple(dict.fromkeys(past.study for past in before)) if cause == "before" else ()
    return Failure(topic.name, tuple(sorted(named or fresh)), cause, studies)


def _says_nothing_new(topic: Topic, before: Sequence[_Earlier], file: str, release: Release) -> bool:
    """Whether every record stands already, and was attacked under the same rules with all that stands."""
    known = {
        _fact(record)
        for past in before
        if past.file == file
        and (past.limits, past.withdrawn) == (release.limits, release.withdrawn)
        and replace(past.topic, released=()) == replace(topic, released=())
        for record in past.topic.released
    }
    return all(_fact(record) in known for record in topic.released)


def _renamed(old: Topic, topic: Topic) -> Topic:
    """Mark the tables of an earlier topic, and rename derived variables that meant something else then."""
    moved = {
        name: f"{name} {canonical(rule)}"
        for name, rule in old.derived.items()
        if name in topic.derived and topic.derived[name] != rule
    }
    released = tuple(
        replace(
            record,
            table=f"{record.table}{BEFORE}",
            who={moved.get(name, name): ids for name, ids in record.who.items()},
        )
        for record in old.released
    )
    derived = {moved.get(name, name): rule for name, rule in old.derived.items()}
    return replace(old, released=released, derived=derived)


_Key = tuple[frozenset[tuple[str, frozenset[str]]], frozenset[str], frozenset[str]]


def _key(record: Released) -> _Key:
    return frozenset(record.who.items()), record.counted, record.among


def _fact(record: Released) -> tuple[object, ...]:
    """Return what a record says, whatever table it stands in; unknown numbers are equal to each other."""
    values = (getattr(record, entry.name) for entry in fields(record) if entry.name not in {"table", "who"})
    return _key(record)[0], *(str(value) if isinstance(value, float) else value for value in values)


def _distinct(topic: Topic) -> Topic:
    """Keep what is said twice once; a numerator that was ever set free stays free."""
    free = {_key(record) for record in topic.released if record.is_free}
    records = (replace(r, is_free=r.is_free or _key(r) in free) for r in topic.released)
    once: dict[tuple[object, ...], Released] = {}
    for record in sorted(records, key=lambda record: record.table.endswith(BEFORE)):
        once.setdefault(_fact(record), record)
    return replace(topic, released=tuple(once.values()))
