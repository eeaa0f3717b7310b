"""Protect random table sets with the public word and attack what it publishes."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from time import perf_counter

import barometri as bm
from barometri.disclosure.attack import Attack, AttackVerdict, Topic, attack, together
from barometri.disclosure.attack.reading import topics
from barometri.errors import BarometriError
from barometri.study.plan import DisclosureRules
from benchmarks.disclosing.sets import SIZE, TableSet, filtered, linked, single

Figure = str | int | float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attack on one set found, as counts; ``classified`` is a reader told which records break a rule.

    ``refused`` counts releases that protection or the attack kept back.
    """

    name: str
    cells: int = 0
    primary: int = 0
    secondary: int = 0
    targets: int = 0
    exact: int = 0
    narrow: int = 0
    few: int = 0
    insider: int = 0
    implied: int = 0
    undecided: int = 0
    classified: int = 0
    refused: int = 0
    contradictory: int = 0
    protecting: float = 0.0
    attacking: float = 0.0

    def as_record(self) -> dict[str, Figure]:
        """Return the figures by name."""
        return asdict(self)


def judged(kind: str, index: int, seed: int, *, size: int = SIZE) -> Outcome:
    """Protect and attack one set: of one table, of tables that hang together, or of several releases."""
    if kind == "releases":
        return _releases(seed, index, size)
    given = single(seed, index, size=size) if kind == "single" else linked(seed, index, size=size)
    return _one(given)


def _one(given: TableSet) -> Outcome:
    start = perf_counter()
    try:
        protected = bm.protect(given.results)
    except BarometriError:
        return Outcome(given.name, refused=1, protecting=perf_counter() - start)
    middle = perf_counter()
    rules = given.results.study.disclosure
    found = topics(given.results, protected)
    verdict = attack(found, rules)
    end = perf_counter()
    told = attack(found, rules, Attack(rule="classified", insider=False, implied=False))
    return replace(
        _counted(given.name, [verdict]),
        cells=sum(h.cells for h in protected.hidden),
        primary=sum(h.primary for h in protected.hidden),
        secondary=sum(h.secondary for h in protected.hidden),
        classified=sum(group.few for group in told.groups),
        protecting=middle - start,
        attacking=end - middle,
    )


def _releases(seed: int, index: int, size: int) -> Outcome:
    """Release everybody, then all but one group by turns: each is attacked with those let out before."""
    rules = DisclosureRules()
    out: list[tuple[Topic, ...]] = []
    verdict, refused, start = AttackVerdict(()), 0, perf_counter()
    for kept, given in filtered(seed, index, size=size):
        found = _among(topics(given.results, bm.protect(given.results)), kept)
        tried = attack(together([*out, found]), rules)
        if tried.passed:
            out.append(found)
            verdict = tried
        else:
            refused += 1
    taken = perf_counter() - start
    return replace(_counted(f"{index:02d} releases", [verdict]), refused=refused, attacking=taken)


def _among(found: Iterable[Topic], kept: frozenset[str]) -> tuple[Topic, ...]:
    """Say in every record whose answers a filtered release counts."""
    return tuple(
        replace(topic, released=tuple(replace(r, who={**r.who, "group": kept}) for r in topic.released))
        for topic in found
    )


def _counted(name: str, verdicts: Iterable[AttackVerdict]) -> Outcome:
    groups = [group for verdict in verdicts for group in verdict.groups]
    return Outcome(
        name=name,
        targets=sum(g.targets for g in groups),
        exact=sum(g.exact for g in groups),
        narrow=sum(g.narrow for g in groups),
        few=sum(g.few for g in groups),
        insider=sum(g.insider for g in groups),
        implied=sum(g.implied for g in groups),
        undecided=sum(g.undecided for g in groups),
        contradictory=sum(len(verdict.contradictory) for verdict in verdicts),
    )
