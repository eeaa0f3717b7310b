"""Counts nobody released that shown records give away together: by a filter, a class, or a base."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr

from barometri.disclosure.attack.queries import Questioned, breaks_rule
from barometri.disclosure.attack.reduction import System
from barometri.disclosure.attack.solver import TOLERANCE, Flags, FloatArray
from barometri.study.plan import DisclosureRules

Candidate = tuple[Flags, float, float, bool, tuple[int, ...]]
"""Unknowns, base, count (NaN for a base), whether numerators are free, and the records subtracted."""


def implied(questioned: Questioned, system: System, rules: DisclosureRules) -> tuple[tuple[str, ...], ...]:
    """Return the tables behind each count under a threshold that shown records give away together.

    Two records of which one holds the other are subtracted; beyond that every group of respondents that the
    records tell apart is tried against all sums of shown records.
    """
    topic, cells = questioned.topic, questioned.unknowns
    records = [place for place, record in enumerate(topic.released) if not record.is_ceiling]
    released = {row.tobytes() for row in (*cells.base[records], *cells.numerator[records])}
    found: dict[bytes, tuple[str, ...]] = {}
    for row, n, k, free, places in (*_differences(questioned), *_people(questioned, system)):
        if n > 0 and breaks_rule(n, np.nan if free else k, rules) and row.tobytes() not in released:
            found.setdefault(row.tobytes(), tuple(topic.released[place].table for place in places))
    return tuple(found.values())


def _differences(questioned: Questioned) -> Iterator[Candidate]:
    """Subtract shown records of the same answers of fewer people, and of fewer answers of the same people."""
    records, cells = questioned.topic.released, questioned.unknowns
    certain = {s.row.astype(np.bool_).tobytes() for s in questioned.sums if s.is_known}
    shown = [i for i, record in enumerate(records) if record.shown and not record.is_ceiling]
    shown = list({(cells.base[i].tobytes(), cells.numerator[i].tobytes()): i for i in shown}.values())
    is_certain = [cells.numerator[i].tobytes() in certain for i in shown]
    for a, b in np.argwhere(_held(cells.base[shown])):
        if a != b:
            yield from _difference(questioned, shown[a], shown[b], is_counted=is_certain[a] and is_certain[b])


def _held(base: Flags) -> Flags:
    """Say which bases (first) are within which (second)."""
    once, place = np.unique(np.packbits(base, axis=1), axis=0, return_inverse=True)
    rows = np.unpackbits(once, axis=1, count=base.shape[1]).astype(np.float32)
    inside = (rows @ (1.0 - rows).T) < TOLERANCE
    return np.asarray(inside[np.ix_(np.ravel(place), np.ravel(place))], dtype=np.bool_)


def _difference(questioned: Questioned, small: int, large: int, *, is_counted: bool) -> Iterator[Candidate]:
    cells = questioned.unknowns
    few, many = questioned.topic.released[small], questioned.topic.released[large]
    counted = many.k - few.k if is_counted else np.nan
    free, pair = few.is_free or many.is_free, (large, small)
    if few.among == many.among and few.counted == many.counted:
        n = many.n - few.n
        yield cells.base[large] & ~cells.base[small], n, np.nan, free, pair
        if np.isfinite(counted):
            yield cells.numerator[large] & ~cells.numerator[small], n, counted, free, pair
    elif few.who == many.who:
        if few.among < many.among:
            yield cells.base[large] & ~cells.base[small], many.n, many.n - few.n, free, pair
        elif few.counted < many.counted and np.isfinite(counted):
            yield cells.numerator[large] & ~cells.numerator[small], many.n, counted, free, pair


def _people(questioned: Questioned, system: System) -> Iterator[Candidate]:
    """Try every group of respondents told apart, with every base and numerator in use."""
    cells, records = questioned.unknowns, questioned.topic.released
    masks = _answers(questioned)
    free = any(record.is_free for record in records)
    groups = np.unique(cells.domain[cells.domain >= 0])
    own = cells.domain[None, :] == groups[:, None]
    told = _Told(system)
    for among, counted in masks:
        bases, parts = own & among, own & counted
        n, k = told.values(bases), told.values(parts)
        for place in np.flatnonzero(np.isfinite(n)):
            yield bases[place], float(n[place]), np.nan, free, ()
            if np.isfinite(k[place]):
                yield parts[place], float(n[place]), float(k[place]), free, ()


class _Told:
    """Sums of unknowns that follow from exact facts by adding and subtracting."""

    def __init__(self, system: System) -> None:
        """Take the exact facts on open unknowns."""
        facts = system.knowledge
        exact = np.flatnonzero(facts.low == facts.high)
        rows = facts.rows[exact].toarray()
        self._system = system
        self._span = _span(rows)
        self._solution = (
            np.linalg.lstsq(rows, facts.low[exact], rcond=None)[0] if len(exact) else np.zeros(facts.size)
        )

    def values(self, flags: Flags) -> FloatArray:
        """Return the value of each sum, NaN for those that do not follow and those of nothing."""
        rows, fixed = self._system.opened(flags.astype(np.float64))
        rest = np.linalg.norm(rows - (rows @ self._span) @ self._span.T, axis=1)
        values = np.round(rows @ self._solution + fixed)
        return np.asarray(np.where((rest < TOLERANCE) & flags.any(axis=1), values, np.nan), dtype=np.float64)


def _answers(questioned: Questioned) -> list[tuple[Flags, Flags]]:
    """Return the unknowns of each base and numerator in use, over all people."""
    cells = questioned.unknowns
    found: dict[tuple[frozenset[str], frozenset[str]], tuple[Flags, Flags]] = {}
    for place, record in enumerate(questioned.topic.released):
        key = (record.among, record.counted)
        size = cells.base.shape[1]
        among, counted = found.get(key, (np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)))
        found[key] = (among | cells.base[place], counted | cells.numerator[place])
    return list(found.values())


def _span(rows: FloatArray) -> npt.NDArray[np.float64]:
    """Return an orthonormal basis of the sums of rows, one column each."""
    if not rows.size:
        return np.zeros((rows.shape[1], 0))
    basis, triangle, _ = qr(rows.T, mode="economic", pivoting=True)
    size = np.abs(np.diag(triangle))
    return np.asarray(basis[:, size > TOLERANCE * max(1.0, float(size[0]))], dtype=np.float64)
