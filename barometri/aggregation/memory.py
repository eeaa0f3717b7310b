"""The pass in memory: bincount on integer codes.

Rows are taken in a canonical order, so that sums do not depend on the order of the frame by a single bit.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt

from barometri.aggregation.levels import canonical, coded, position
from barometri.aggregation.sums import Measure, Plan, Sums
from barometri.errors import OptionError, ValidationError
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
DENSE, SMALL = 4, 1000  # pairs may outnumber rows by this before they are compressed


@dataclass(frozen=True, slots=True, repr=False)
class _Rows:
    """Rows of the domain: weight, its square, number of the (group, cell) pair; and how many there are."""

    weight: FloatArray
    squared: FloatArray
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
    rows, shape = _rows(survey, plan)
    chosen = _chosen(survey, rows, features)
    if chosen is not None:
        features = [_take(feature, chosen) for feature in features]
        rows = _Rows(rows.weight[chosen], rows.squared[chosen], rows.pair[chosen], rows.pairs)
    size = int(np.prod(shape))
    occurring: IntArray | None = None
    if rows.pairs > DENSE * max(len(rows.pair), SMALL):
        occurring, pair = np.unique(rows.pair, return_inverse=True)
        rows = _Rows(rows.weight, rows.squared, pair, len(occurring))
    present = np.flatnonzero(np.bincount(rows.pair, minlength=rows.pairs))
    pairs = present if occurring is None else occurring[present]
    codes = np.stack(np.unravel_index(pairs % size, shape), axis=1) if shape else np.zeros((len(pairs), 0))
    limits = np.array(shape, dtype=np.int64) - 1
    codes = np.where(codes == limits, -1, codes).astype(np.int64)
    count, first, square, spread = (np.concatenate(part, axis=1) for part in _single(rows, features, present))
    squares = survey.coded.elements and survey.coded.replication is None
    second = _second(rows, features, present, square) if squares else None
    return Sums(survey.coded, pairs // size, codes, count, first, second, square, spread)


def _features(survey: Survey, measure: Measure) -> _Features:
    """Return a measure by row, in canonical order."""
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
    """Return the values of a measured variable in canonical order, NaN where missing."""
    key = f"numbers:{name}"
    if key not in survey.cache:
        values = survey.values(name)
        if values.dtype.kind == "O":
            raise OptionError(f"{name} holds text; a mean, total or ratio needs numbers. Use proportion.")
        exact = values.astype(np.float64)
        if np.any(np.isinf(exact)):
            raise ValidationError(f"{name} holds infinite values; correct them or make them missing.")
        survey.cache[key] = exact[canonical(survey).order]
    found: FloatArray = survey.cache[key]
    return found


def _rows(survey: Survey, plan: Plan) -> tuple[_Rows, tuple[int, ...]]:
    """Return all rows with their pairs, and the number of levels of each variable with one for "no level"."""
    base = canonical(survey)
    shape = tuple(len(levels) + 1 for levels in plan.levels)
    key = (plan.by, plan.levels)
    if survey.cache.get("pairs", (None,))[0] != key:
        pair = base.group * int(np.prod(shape))
        step = int(np.prod(shape))
        for name, levels in zip(plan.by, plan.levels, strict=True):
            found = coded(survey, name)
            place = position(found.values, levels)
            place[place < 0] = len(levels)
            step //= len(levels) + 1
            pair = pair + (place * step)[found.codes]
        survey.cache["pairs"] = (key, pair)
    pair = survey.cache["pairs"][1]
    return _Rows(base.weight, base.squared, pair, survey.coded.groups * int(np.prod(shape))), shape


def _chosen(survey: Survey, rows: _Rows, features: list[_Features]) -> IntArray | None:
    """Return the domain's rows, by weight and then by values; none for all rows as they stand."""
    values = [value for feature in features for value in feature.values]
    if survey.mask is None and not values:
        return None
    chosen = np.arange(len(rows.weight))
    if survey.mask is not None:
        chosen = np.flatnonzero(survey.mask[canonical(survey).order])
    if values:
        chosen = chosen[np.lexsort((*(value[chosen] for value in values), rows.weight[chosen]))]
    return chosen


def _take(features: _Features, chosen: IntArray) -> _Features:
    return _Features(features.state[chosen], features.states, tuple(v[chosen] for v in features.values))


def _single(
    rows: _Rows, features: list[_Features], present: IntArray
) -> tuple[list[FloatArray], list[FloatArray], list[FloatArray], list[FloatArray]]:
    """Return sums of each measure by itself: count, ``w x``, ``w² x`` of indicators, ``w x²``."""
    count, first, square, spread = [], [], [], []
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
        square.append(np.concatenate([add(rows.squared), *nothing], axis=1))
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
    for one, two in combinations_with_replacement(range(len(features)), 2):
        if one == two and not features[one].values:
            continue
        for left, a in _parts(features[one], int(starts[one])):
            for right, b in _parts(features[two], int(starts[two])):
                product = _product(rows.squared, left, right)
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
