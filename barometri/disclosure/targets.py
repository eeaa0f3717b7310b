"""The counts of a table group that nobody may learn, as rows over its finest cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from barometri.disclosure.cells import Group, Restriction, System, primitive
from barometri.disclosure.rules import is_unsafe
from barometri.study.plan import DisclosureRules

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Target:
    """A count to protect: its row over the finest cells and its true value."""

    row: sparse.csr_array
    value: float


def targets(group: Group, equations: System, primary: BoolArray, rules: DisclosureRules) -> list[Target]:
    """List small bases, numerators and complements of records, and those that a subtraction would give.

    Parameters
    ----------
    group
        All records of one item in one wave.
    equations
        Their incidence; ``k`` is NaN where no rule judges the numerator.
    primary
        Records that break R1 or R2, shape (records,).
    rules
        Thresholds.
    """
    found: dict[tuple[tuple[int, ...], float], Target] = {}
    for target in (
        *_of_records(group, equations, primary, rules),
        *_remainders(group, equations, primary, rules),
    ):
        found.setdefault(_key(target), target)
    return list(found.values())


def within(
    equations: System, primary: BoolArray, rules: DisclosureRules, found: Sequence[Target]
) -> list[Target]:
    """List what a respondent of one hidden count may not learn of another: all of a small base too.

    Parameters
    ----------
    equations
        Incidence of records and of the parts of merged classes; ``k`` is NaN where no rule judges it.
    primary
        Those that break R1 or R2, shape (records and parts,).
    rules
        Thresholds.
    found
        What nobody may learn anyway.
    """
    listed = {_key(target): target for target in found}
    for record in map(int, np.flatnonzero(primary)):
        n, k = float(equations.n[record]), float(equations.k[record])
        base, numerator = equations.base[[record]], equations.numerator[[record]]
        whole = n < rules.minimum_n
        for row, value, is_small in (
            (base, n, whole),
            (numerator, k, whole or k < rules.minimum_k),
            (base - numerator, n - k, whole or n - k < rules.minimum_k),
        ):
            if is_small and np.isfinite(value):
                target = Target(row, value)
                listed.setdefault(_key(target), target)
    return list(listed.values())


def _key(target: Target) -> tuple[tuple[int, ...], float]:
    return tuple(map(int, target.row.nonzero()[1])), target.value


def _of_records(
    group: Group, equations: System, primary: BoolArray, rules: DisclosureRules
) -> Iterator[Target]:
    for record in map(int, np.flatnonzero(primary)):
        if group.records[record].is_closed:
            yield Target(equations.base[[record]], float(equations.n[record]))
        yield from _small(
            equations.base[[record]],
            equations.numerator[[record]],
            float(equations.n[record]),
            float(equations.k[record]),
            rules,
        )


def _remainders(
    group: Group, equations: System, hidden: BoolArray, rules: DisclosureRules
) -> Iterator[Target]:
    """List small counts that no record shows and a subtraction would: who is in one record, not in others.

    Shown records count the same answers, one of more people and others of apart groups among them; the people
    left are a group too, and R1 and R2 hold for it.
    """
    alike: dict[tuple[frozenset[str], frozenset[str]], list[int]] = {}
    for place, record in enumerate(group.records):
        if not hidden[place]:
            alike.setdefault((record.base, record.numerator), []).append(place)
    who = [primitive(record.restriction, group.derived) for record in group.records]
    for places in alike.values():
        base = equations.base[places].astype(bool).astype(np.int32)
        size = np.asarray(base.sum(axis=1)).ravel()
        inside = ((base @ base.T).toarray() == size[:, None]) & (size[:, None] < size[None, :])
        for large in range(len(places)):
            below = [places[i] for i in np.flatnonzero(inside[:, large])]
            for apart in (*((one,) for one in below), *_divisions(places[large], below, who)):
                yield from _rest(equations, places[large], apart, rules)


def _divisions(large: int, below: Sequence[int], who: Sequence[Restriction]) -> list[tuple[int, ...]]:
    """Return groups of records that divide one by a single variable: its codes, all apart."""
    found: dict[str, list[int]] = {}
    for one in below:
        extra = [v for v in who[one] if who[one][v] != who[large].get(v)]
        if len(extra) == 1:
            found.setdefault(extra[0], []).append(one)
    divisions = []
    for variable, parts in found.items():
        chosen: dict[frozenset[str], int] = {}
        for part in sorted(parts, key=lambda place: len(who[place][variable])):
            ids = who[part][variable]
            if all(not ids & other for other in chosen):
                chosen[ids] = part
        places = tuple(chosen.values())
        divisions += [places] if len(places) > 1 else []
    return divisions


def _rest(equations: System, large: int, apart: Sequence[int], rules: DisclosureRules) -> Iterator[Target]:
    """List what nobody may learn of the people who are in one record and in none of those apart."""
    places = list(apart)
    n = float(equations.n[large] - equations.n[places].sum())
    k = float(equations.k[large] - equations.k[places].sum())
    if n > 0 and is_unsafe(np.array([n]), np.array([k]), rules)[0]:
        base = equations.base[[large]] - _sum(equations.base, places)
        numerator = equations.numerator[[large]] - _sum(equations.numerator, places)
        yield from _small(base, numerator, n, k, rules)


def _sum(rows: sparse.csr_array, places: Sequence[int]) -> sparse.csr_array:
    return sparse.csr_array(rows[list(places)].sum(axis=0)[None, :])


def _small(
    base: sparse.csr_array, numerator: sparse.csr_array, n: float, k: float, rules: DisclosureRules
) -> Iterator[Target]:
    """List which of a base, a numerator and a complement nobody may learn."""
    if n < rules.minimum_n:
        yield Target(base, n)
    if k < rules.minimum_k:
        yield Target(numerator, k)
    if n - k < rules.minimum_k:
        yield Target(base - numerator, n - k)
