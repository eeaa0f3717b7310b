"""The attack of a reader who knows every weight, on weighted shares at the digits they are printed with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from barometri.disclosure.attack.facts import Topic
from barometri.disclosure.attack.queries import Questioned, Secret, question
from barometri.disclosure.attack.reach import Search
from barometri.disclosure.attack.reduction import reduced
from barometri.disclosure.attack.solver import TOLERANCE, Flags, FloatArray
from barometri.disclosure.attack.targets import Target, target
from barometri.disclosure.attack.weights import (
    FEWEST,
    SEVERAL,
    possible_parts,
    share_facts,
    told_apart,
    weight_of,
)
from barometri.study.plan import DisclosureRules


@dataclass(frozen=True, slots=True, repr=False)
class WeightedFound:
    """What weighted shares tell: hidden records, small counts of strata that no record shows, and tables."""

    records: int = 0
    strata: int = 0
    undecided: int = 0
    tables: frozenset[str] = frozenset()


def weighted_attack(
    topic: Topic, rules: DisclosureRules, *, width: int, values: int = 0, seconds: float = 4.0
) -> WeightedFound:
    """Attack a topic through its printed weighted shares; weights that do not fit them tell nothing.

    Parameters
    ----------
    topic
        All records of one item in one wave, with the strata that shares are weighted by.
    rules
        Thresholds of the release.
    width, values
        How far apart a hidden count must be able to lie, and how many whole values it must be able to take;
        whole values are not searched for where ``values`` is 0.
    seconds
        Time for each search among whole counts; a search that ends without an answer is undecided.
    """
    if topic.strata is None or not topic.strata.vary:
        return WeightedFound()
    apart = told_apart(topic, topic.strata)
    asked = question(apart, rules, counts="none")
    weight, inside = weight_of(asked.unknowns, apart, topic.strata)
    facts = share_facts(asked, weight)
    try:
        search = Search(reduced(asked.knowledge.and_all(facts)))
        failed, undecided = _hidden(asked, search, rules, width=width, values=values, seconds=seconds)
        told = _strata(asked, search, inside, weight, rules, failed=[own.secret for own in failed])
    except ValueError:
        return WeightedFound()
    tables = frozenset(told).union(*(own.secret.tables for own in failed))
    return WeightedFound(len(failed), len(told), undecided, tables)


def _hidden(
    asked: Questioned, search: Search, rules: DisclosureRules, *, width: int, values: int, seconds: float
) -> tuple[list[Target], int]:
    """Return the hidden records that shares tell, or nearly tell, and how many are not decided in time."""
    targets = [target(s, search.system, rules) for s in asked.secrets if s.is_unsafe]
    failed = [_is_narrow(own, search, width) for own in targets]
    fewest: list[int | None] = []
    for own, is_narrow in zip(targets, failed, strict=True):
        rows = own.rows if values and not is_narrow else own.rows[:0]
        counts = [_values(row, search, asked, values, seconds) for row in rows]
        fewest.append(None if None in counts else min((c for c in counts if c is not None), default=values))
    few = [count is not None and count < values for count in fewest]
    bad = [own for own, *marks in zip(targets, failed, few, strict=True) if any(marks)]
    return bad, sum(count is None for count in fewest)


def _values(row: FloatArray, search: Search, asked: Questioned, values: int, seconds: float) -> int | None:
    return search.values(row, [], at_most=values, largest=asked.largest, seconds=seconds)


def _is_narrow(own: Target, search: Search, width: int) -> bool:
    found = search.bounds(own.rows, width) + own.fixed[:, None]
    span = np.floor(found[:, 1] + TOLERANCE) - np.ceil(found[:, 0] - TOLERANCE)
    return bool((span < width).any())


def _strata(
    asked: Questioned,
    search: Search,
    inside: Flags,
    weight: FloatArray,
    rules: DisclosureRules,
    *,
    failed: Sequence[Secret],
) -> list[str]:
    """Return the table behind each small count of a stratum that shares give away and no record shows."""
    parts = _parts(asked, inside, failed)
    if not parts:
        return []
    low, high = _whole_bounds(search, np.array([row for row, _, _ in parts]))
    exact = np.flatnonzero(low == high)
    told = {parts[i][0].tobytes(): float(low[i]) for i in exact}
    some = {part_of: np.frombuffer(part_of, dtype=np.bool_) for _, part_of, _ in parts if part_of}
    least, largest = _whole_bounds(search, np.array(list(some.values())))
    bases = {key: v for key, v, most in zip(some, least.tolist(), largest.tolist(), strict=True) if v == most}
    _try_all(asked, inside, weight, bases, told)
    is_someone = dict(zip(some, (least > 0.0).tolist(), strict=True))
    out: dict[bytes, str] = {}
    for row, part_of, place in parts:
        value = told.get(row.tobytes(), np.nan)
        is_small = (
            value < rules.minimum_k and is_someone[part_of] if part_of else 0.0 < value < rules.minimum_n
        )
        if is_small:
            out.setdefault(row.tobytes(), asked.topic.released[place].table)
    return list(out.values())


Part = tuple[Flags, bytes, int]
"""A count of one stratum, the base it is a part of (nothing for a base), and its record."""


def _parts(asked: Questioned, inside: Flags, failed: Sequence[Secret]) -> list[Part]:
    """Return bases, numerators and complements by stratum of shown records.

    Left out are those that records show or that are free, and those of hidden records that failed already.
    """
    cells, records = asked.unknowns, asked.topic.released
    told = [i for i, r in enumerate(records) if (r.shown or r.is_free) and not r.is_ceiling]
    known = {row.tobytes() for row in (*cells.base[told], *cells.numerator[told])}
    for own in failed:
        part = own.base.row if own.numerator is None else own.numerator.row
        known |= {row.astype(np.bool_).tobytes() for row in (own.base.row, part, own.base.row - part)}
    found: dict[tuple[bytes, bool], Part] = {}  # one count may be a base here and a part there
    for place, record in enumerate(records):
        if not record.shown or record.is_ceiling:
            continue
        for stratum in inside:
            base = cells.base[place] & stratum
            numerator = cells.numerator[place] & stratum
            counts = [(base, b"")]
            if np.isfinite(record.k) and not record.is_free:
                counts += [(numerator, base.tobytes()), (base & ~numerator, base.tobytes())]
            for row, part_of in counts:
                if row.any() and row.tobytes() not in known:
                    found.setdefault((row.tobytes(), bool(part_of)), (row, part_of, place))
    return list(found.values())


def _whole_bounds(search: Search, rows: Flags) -> tuple[FloatArray, FloatArray]:
    """Return the least and the largest whole number of each sum, as far as needed to tell them apart."""
    if not len(rows):
        return np.zeros(0), np.zeros(0)
    opened, fixed = search.system.opened(rows.astype(np.float64))
    found = search.bounds(opened, 1.0) + fixed[:, None]
    return np.ceil(found[:, 0] - TOLERANCE) + 0.0, np.floor(found[:, 1] + TOLERANCE) + 0.0


def _try_all(
    asked: Questioned,
    inside: Flags,
    weight: FloatArray,
    known: dict[bytes, float],
    told: dict[bytes, float],
) -> None:
    """Add numerators that follow for whole counts: every combination is tried where strata are few."""
    cells = asked.unknowns
    for place, record in enumerate(asked.topic.released):
        if not record.shown or not np.isfinite(record.share) or not np.isfinite(record.k):
            continue
        own = [stratum for stratum in inside if (cells.base[place] & stratum).any()]
        rows = [cells.base[place] & stratum for stratum in own]
        bases = np.array([known.get(row.tobytes(), np.nan) for row in rows])
        is_whole = sum(int(row.sum()) for row in rows) == int(cells.base[place].sum())
        if len(rows) < FEWEST or len(rows) > SEVERAL or np.isnan(bases).any() or not is_whole:
            continue
        weights = np.array([float(weight[row][0]) for row in rows])
        mass = float(weights @ bases)
        limits = (record.share - record.step) * mass, (record.share + record.step) * mass
        found = possible_parts(weights, bases, *limits) or []
        for values, row, base in zip(found, own, bases, strict=False):
            if len(values) == 1:
                value = float(*values)
                told[(cells.numerator[place] & row).tobytes()] = value
                told[(cells.base[place] & row & ~cells.numerator[place]).tobytes()] = float(base) - value
