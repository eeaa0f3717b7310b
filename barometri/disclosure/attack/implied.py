"""Counts nobody released that shown records give away together: by a filter, a class, or a base."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr

from barometri.disclosure.attack.queries import Questioned, breaks_rule
from barometri.disclosure.attack.solver import TOLERANCE, FloatArray
from barometri.study.plan import DisclosureRules

Flags = npt.NDArray[np.bool_]


def implied(questioned: Questioned, rules: DisclosureRules) -> tuple[tuple[str, ...], ...]:
    """Return the tables behind each count under a threshold that shown records give away together.

    Two records of which one holds the other are subtracted; beyond that every group of respondents that the
    records tell apart is tried against all sums of shown records.
    """
    topic, cells = questioned.topic, questioned.unknowns
    released = {cells.base[i].tobytes() for i in range(len(topic.released))}
    released |= {row.tobytes() for row in cells.numerator}
    found: dict[bytes, tuple[str, ...]] = {}
    for row, n, k, free, places in (*_differences(questioned), *_people(questioned)):
        if row.tobytes() not in released and n > 0 and breaks_rule(n, np.nan if free else k, rules):
            found.setdefault(row.tobytes(), tuple(topic.released[place].table for place in places))
    return tuple(found.values())


Candidate = tuple[Flags, float, float, bool, tuple[int, ...]]
"""Unknowns, base, count (NaN for a base), whether numerators are free, and the records subtracted."""


def _differences(questioned: Questioned) -> Iterator[Candidate]:
    """Subtract shown records of the same answers of fewer people, and of fewer answers of the same people."""
    records, cells = questioned.topic.released, questioned.unknowns
    certain = {s.row.astype(np.bool_).tobytes() for s in questioned.sums if s.is_known}
    shown = [i for i, record in enumerate(records) if record.shown and not record.is_ceiling]
    shown = list({(cells.base[i].tobytes(), cells.numerator[i].tobytes()): i for i in shown}.values())
    outside = (~cells.base[shown]).astype(np.int32)
    inside = (cells.base[shown].astype(np.int32) @ outside.T) == 0
    for a, b in np.argwhere(inside):
        small, large = shown[a], shown[b]
        if small != large:
            counted = {cells.numerator[i].tobytes() for i in (small, large)} <= certain
            yield from _difference(questioned, small, large, is_counted=counted)


def _difference(questioned: Questioned, small: int, large: int, *, is_counted: bool) -> Iterator[Candidate]:
    cells = questioned.unknowns
    few, many = questioned.topic.released[small], questioned.topic.released[large]
    counted = many.k - few.k if is_counted else np.nan
    parts = cells.numerator[large] & ~cells.numerator[small]
    free, pair = few.is_free or many.is_free, (large, small)
    if few.among == many.among and few.counted == many.counted:
        base = cells.base[large] & ~cells.base[small]
        n = many.n - few.n
        yield base, n, np.nan, free, pair
        if np.isfinite(counted):
            yield parts, n, counted, free, pair
    elif few.who == many.who:
        if few.among < many.among:
            yield cells.base[large] & ~cells.base[small], many.n, many.n - few.n, free, pair
        elif few.counted < many.counted and np.isfinite(counted):
            yield parts, many.n, counted, free, pair


def _people(questioned: Questioned) -> Iterator[Candidate]:
    """Try every group of respondents told apart, with every base and numerator in use."""
    cells, records = questioned.unknowns, questioned.topic.released
    certain = [s for s in questioned.sums if s.is_known]
    if not certain:
        return
    rows = np.array([s.row for s in certain])
    span = _span(rows)
    solution = np.linalg.lstsq(rows, np.array([s.value for s in certain]), rcond=None)[0]
    masks = _answers(questioned)
    free = any(record.is_free for record in records)
    for people in np.unique(cells.domain[cells.domain >= 0]):
        own = cells.domain == people
        for among, counted in masks:
            base, numerator = own & among, own & counted
            if not _follows(base, span):
                continue
            n = float(np.round(solution[base].sum()))
            yield base, n, np.nan, free, ()
            if numerator.any() and _follows(numerator, span):
                yield numerator, n, float(np.round(solution[numerator].sum())), free, ()


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


def _span(rows: FloatArray) -> FloatArray:
    """Return an orthonormal basis of the sums of rows, one column each."""
    basis, triangle, _ = qr(rows.T, mode="economic", pivoting=True)
    size = np.abs(np.diag(triangle))
    return np.asarray(basis[:, size > TOLERANCE * max(1.0, float(size[0]))], dtype=np.float64)


def _follows(flags: Flags, span: FloatArray) -> bool:
    row = flags.astype(np.float64)
    return bool(row.any()) and float(np.linalg.norm(row - span @ (span.T @ row))) < TOLERANCE
