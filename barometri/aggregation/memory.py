"""The pass in memory: bincount on integer codes.

Rows are taken in a canonical order, so that sums do not depend on the order of the frame by a single bit.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt

from barometri.aggregation.levels import coded, position
from barometri.aggregation.sums import Measure, Plan, Sums
from barometri.errors import OptionError, ValidationError
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
DENSE = 4  # keys may outnumber rows by this before they are compressed


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of the domain in canonical order: weight, number of the (group, cell) pair; and how many pairs."""

    weight: FloatArray
    pair: IntArray
    pairs: int


@dataclass(frozen=True, slots=True)
class _Features:
    """One measure by row: state 0 (outside the base), 1, ...; and values, zero outside the base."""

    state: IntArray
    states: int
    values: tuple[FloatArray, ...]


def sum_in_memory(survey: Survey, plan: Plan) -> Sums:
    """Sum over the rows of a survey in memory.

    Returns
    -------
    Sums
        Over the members of the domain; the design is that of all rows.
    """
    features = [_features(survey, measure) for measure in plan.measures]
    order = _order(survey, features)
    features = [_take(feature, order) for feature in features]
    cells, shape = _cells(survey, plan, order)
    group = survey.coded.group[order]
    size = int(np.prod(shape))
    keys = group * size + cells
    occurring: IntArray | None = None
    total = survey.coded.groups * size
    if total > DENSE * max(len(order), 1000):
        occurring, keys = np.unique(keys, return_inverse=True)
        total = len(occurring)
    rows = _Rows(survey.coded.weight[order], keys, total)
    present = np.flatnonzero(np.bincount(keys, minlength=total))
    pairs = present if occurring is None else occurring[present]
    codes = np.stack(np.unravel_index(pairs % size, shape), axis=1) if shape else np.zeros((len(pairs), 0))
    limits = np.array(shape, dtype=np.int64) - 1
    codes = np.where(codes == limits, -1, codes).astype(np.int64)
    count, first, square, spread = (np.concatenate(part, axis=1) for part in _single(rows, features, present))
    second = _second(rows, features, present, square) if survey.coded.elements else None
    return Sums(survey.coded, pairs // size, codes, count, first, second, square, spread)


def _features(survey: Survey, measure: Measure) -> _Features:
    """Return a measure by row, in the order of the frame."""
    n = len(survey.coded.weight)
    if measure.is_coded:
        found = coded(survey, measure.variables[0])
        state = np.zeros(len(found.values) + 1, dtype=np.int64)
        for number, values in enumerate(measure.states, start=1):
            state[[place for place, value in enumerate(found.values) if value in values]] = number
        return _Features(state[found.codes], len(measure.states), ())
    columns = [numbers(survey, name) for name in measure.variables]
    base = np.ones(n, dtype=np.bool_)
    for column in columns:
        base &= ~np.isnan(column)
    centred = zip(columns, measure.centres, strict=True)
    return _Features(base.astype(np.int64), 1, tuple(np.where(base, v - c, 0.0) for v, c in centred))


def numbers(survey: Survey, name: str) -> FloatArray:
    """Return the values of a measured variable, NaN where missing."""
    key = f"numbers:{name}"
    if key not in survey.cache:
        values = survey.values(name)
        if values.dtype.kind == "O":
            raise OptionError(f"{name} holds text; a mean, total or ratio needs numbers. Use proportion.")
        exact = values.astype(np.float64)
        if np.any(np.isinf(exact)):
            raise ValidationError(f"{name} holds infinite values; correct them or make them missing.")
        survey.cache[key] = exact
    found: FloatArray = survey.cache[key]
    return found


def _order(survey: Survey, features: list[_Features]) -> IntArray:
    """Rows of the domain by weight, then by values: sums no longer depend on the order of the frame."""
    if "order" not in survey.cache:
        survey.cache["order"] = np.argsort(survey.coded.weight, kind="stable")
    order: IntArray = survey.cache["order"]
    if survey.mask is not None:
        order = order[survey.mask[order]]
    values = [value[order] for feature in features for value in feature.values]
    return order[np.lexsort((*values, survey.coded.weight[order]))] if values else order


def _take(features: _Features, order: IntArray) -> _Features:
    return _Features(features.state[order], features.states, tuple(v[order] for v in features.values))


def _cells(survey: Survey, plan: Plan, order: IntArray) -> tuple[IntArray, tuple[int, ...]]:
    """Cell of each row, and the number of levels of each variable with one more for "no level"."""
    cells = np.zeros(len(order), dtype=np.int64)
    for name, levels in zip(plan.by, plan.levels, strict=True):
        found = coded(survey, name)
        place = position(found.values, levels)
        place[place < 0] = len(levels)
        cells = cells * (len(levels) + 1) + place[found.codes[order]]
    return cells, tuple(len(levels) + 1 for levels in plan.levels)


def _single(
    rows: _Rows, features: list[_Features], present: IntArray
) -> tuple[list[FloatArray], list[FloatArray], list[FloatArray], list[FloatArray]]:
    """Return sums of each measure by itself: count, ``w x``, ``w² x`` of indicators, ``w x²``."""
    count, first, square, spread = [], [], [], []
    squared = rows.weight**2
    for feature in features:
        keys = rows.pair * (feature.states + 1) + feature.state

        def add(
            weights: FloatArray | None, keys: IntArray = keys, states: int = feature.states
        ) -> FloatArray:
            sums = np.bincount(keys, weights, minlength=rows.pairs * (states + 1))
            return sums.reshape(rows.pairs, states + 1)[present, 1:].astype(np.float64)

        weighted = add(rows.weight)
        values = [add(rows.weight * value) for value in feature.values]
        nothing = [np.zeros_like(value) for value in values]
        count.append(np.concatenate([add(None), *nothing], axis=1))
        first.append(np.concatenate([weighted, *values], axis=1))
        square.append(np.concatenate([add(squared), *nothing], axis=1))
        squares = [add(rows.weight * value**2) for value in feature.values]
        spread.append(np.concatenate([weighted, *squares], axis=1))
    return count, first, square, spread


def _second(rows: _Rows, features: list[_Features], present: IntArray, square: FloatArray) -> FloatArray:
    """Return sums of ``w² x x'`` over all pairs of features, shape (P, F, F)."""
    widths = [feature.states + len(feature.values) for feature in features]
    starts = np.concatenate([[0], np.cumsum(widths)])
    second = np.zeros((len(present), int(starts[-1]), int(starts[-1])))
    diagonal = np.arange(int(starts[-1]))
    second[:, diagonal, diagonal] = square
    squared = rows.weight**2
    for one, two in combinations_with_replacement(range(len(features)), 2):
        if one == two and not features[one].values:
            continue
        for left, a in _parts(features[one], int(starts[one])):
            for right, b in _parts(features[two], int(starts[two])):
                product = _product(squared, left, right)
                block = _joint(rows, features[one], features[two], product)[present]
                second[:, a[0] : a[1], b[0] : b[1]] = block
                second[:, b[0] : b[1], a[0] : a[1]] = block.transpose(0, 2, 1)
    return second


def _parts(feature: _Features, start: int) -> list[tuple[FloatArray | None, tuple[int, int]]]:
    """Values of a measure (none for its indicators) with the span of their features."""
    end = start + feature.states
    values = [(value, (end + place, end + place + 1)) for place, value in enumerate(feature.values)]
    return [(None, (start, end)), *values]


def _product(weight: FloatArray, left: FloatArray | None, right: FloatArray | None) -> FloatArray:
    for values in (left, right):
        weight = weight if values is None else weight * values
    return weight


def _joint(rows: _Rows, one: _Features, two: _Features, weights: FloatArray) -> FloatArray:
    """Return sums by pair and both states, shape (pairs, states, states)."""
    wide, high = one.states + 1, two.states + 1
    keys = (rows.pair * wide + one.state) * high + two.state
    sums = np.bincount(keys, weights, minlength=rows.pairs * wide * high)
    return sums.reshape(rows.pairs, wide, high)[:, 1:, 1:].astype(np.float64)
