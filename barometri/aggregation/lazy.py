"""The pass on lazy frames: one narwhals group-by that gives the same sums as the pass in memory."""

from itertools import combinations_with_replacement
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from barometri.aggregation.levels import position
from barometri.aggregation.sums import Measure, Plan, Sums
from barometri.survey import Survey
from barometri.survey.backends import collect
from barometri.survey.coding import code_design, factorize, plain
from barometri.survey.design import EQUAL, CodedDesign, names

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Table = dict[str, npt.NDArray[Any]]
SIZE, WRONG, WEIGHT = "_n", "_wrong", "_w"


def sum_lazily(survey: Survey, plan: Plan) -> Sums:
    """Sum over a lazy frame; the design comes from the same group-by.

    Returns
    -------
    Sums
        Equal to those of the pass in memory but for the last bits.
    """
    features = [x for measure in plan.measures for x in _features(survey, measure)]
    columns = _columns(plan)
    keys = _keys(survey, plan)
    frame = survey.lazy.with_columns(_weight(survey).alias(WEIGHT))
    frame = frame.with_columns(**{f"_x{i}": x for i, x in enumerate(features)})
    frame = frame.with_columns(_wrong().alias(WRONG), **columns)
    added = [nw.col(name).sum().alias(name) for name in (WRONG, *columns)]
    if keys:
        table = collect(frame.group_by(list(keys)).agg(nw.len().alias(SIZE), *added))
    else:
        table = collect(frame.select(nw.len().alias(SIZE), *added))
    return _sums(survey, plan, table)


def _keys(survey: Survey, plan: Plan) -> tuple[str, ...]:
    design = survey.design
    used = (*names(design.stratum), *names(design.psu), *names(design.fpc), *plan.by)
    return tuple(dict.fromkeys(used))


def _weight(survey: Survey) -> nw.Expr:
    weight = survey.design.weight
    return nw.lit(1.0) if weight in (None, EQUAL) else nw.col(str(weight)).cast(nw.Float64)


def _wrong() -> nw.Expr:
    """Whether a weight is not a positive number (sums of these are counts)."""
    weight = nw.col(WEIGHT)
    good = (weight > 0) & (weight < float("inf"))
    return nw.when(weight.is_null()).then(nw.lit(1.0)).otherwise(nw.when(good).then(0.0).otherwise(1.0))


def _features(survey: Survey, measure: Measure) -> list[nw.Expr]:
    """Return one expression a feature, zero outside base and domain."""
    inside = None if survey.condition is None else survey.condition.truth(survey.lazy_reader)[0]
    reader = survey.lazy_reader

    def where(base: nw.Expr, value: nw.Expr) -> nw.Expr:
        return nw.when(base if inside is None else base & inside).then(value).otherwise(nw.lit(0.0))

    if measure.is_coded:
        name = measure.variables[0]
        chosen = [
            reader.compare(name, "in", [v for v in state if isinstance(v, (str, int, float))])
            for state in measure.states
        ]
        return [where(state, nw.lit(1.0)) for state in chosen]
    base = nw.lit(value=True)
    for name in measure.variables:
        base = base & ~reader.missing(name, None)
    pairs = zip(measure.variables, measure.centres, strict=True)
    return [where(base, nw.lit(1.0)), *(where(base, nw.col(v).cast(nw.Float64) - c) for v, c in pairs)]


def _columns(plan: Plan) -> dict[str, nw.Expr]:
    """Products to be added, as columns (not every backend multiplies inside a sum)."""
    weight = nw.col(WEIGHT)
    x = [nw.col(f"_x{i}") for i in range(plan.width)]
    columns: dict[str, nw.Expr] = {}
    for i, one in enumerate(x):
        columns[f"_c{i}"] = one
        columns[f"_f{i}"] = weight * one
        columns[f"_q{i}"] = weight * weight * one
        columns[f"_s{i}"] = weight * one * one
    for i, j in combinations_with_replacement(range(plan.width), 2):
        columns[f"_p{i}_{j}"] = weight * weight * x[i] * x[j]
    return columns


def _sums(survey: Survey, plan: Plan, table: Table) -> Sums:
    """Return the sums of a grouped table, its rows joined to records."""
    coded = _design(survey, table)
    weight = coded.weight if survey.design.weight is None else np.ones(len(coded.weight))
    codes = _codes(plan, table)
    kept, record = _records(coded.group, codes, plan)
    indicator = np.concatenate([_indicators(measure) for measure in plan.measures])

    def stack(letter: str, scale: FloatArray) -> FloatArray:
        columns = [table[f"_{letter}{i}"] for i in range(plan.width)]
        return _add(np.stack(columns, axis=1).astype(np.float64) * scale, record, len(kept))

    column = weight[:, None]
    return Sums(
        coded,
        coded.group[kept],
        np.stack([own[kept] for own in codes], axis=1) if codes else np.zeros((len(kept), 0), dtype=np.int64),
        stack("c", indicator[None, :]),
        stack("f", column),
        _add(_products(plan, table, weight), record, len(kept)) if coded.elements else None,
        stack("q", column**2 * indicator),
        stack("s", column),
    )


def _design(survey: Survey, table: Table) -> CodedDesign:
    """Return the design by row of the table, its weight NaN where one is no positive number."""
    wrong = table[WRONG] > 0

    def read(name: str) -> npt.NDArray[Any]:
        return np.where(wrong, np.nan, 1.0) if name == survey.design.weight else table[name]

    return code_design(survey.design, read, table[SIZE].astype(np.float64))


def _codes(plan: Plan, table: Table) -> list[IntArray]:
    """Return each row's position among the levels of every ``by`` variable."""
    parts = [factorize(table[name]) for name in plan.by]
    return [
        position(tuple(plain(value) for value in values), levels)[found]
        for (found, values), levels in zip(parts, plan.levels, strict=True)
    ]


def _products(plan: Plan, table: Table, weight: FloatArray) -> FloatArray:
    """Return ``sum w² x x'`` by row of the table."""
    second = np.zeros((len(weight), plan.width, plan.width))
    for i, j in combinations_with_replacement(range(plan.width), 2):
        second[:, i, j] = second[:, j, i] = table[f"_p{i}_{j}"] * weight**2
    return second


def _add(values: FloatArray, record: IntArray, records: int) -> FloatArray:
    """Add rows of the table up to their records."""
    result = np.zeros((records, *values.shape[1:]))
    np.add.at(result, record, values)
    return result


def _records(group: IntArray, codes: list[IntArray], plan: Plan) -> tuple[IntArray, IntArray]:
    """Return the first row of each (group, cell) pair, and the pair of each row; other values are one."""
    pair = group
    for own, levels in zip(codes, plan.levels, strict=True):
        pair = pair * (len(levels) + 1) + np.where(own < 0, len(levels), own)
    _, first, record = np.unique(pair, return_index=True, return_inverse=True)
    return first.astype(np.int64), record.astype(np.int64)


def _indicators(measure: Measure) -> FloatArray:
    """Return 1 for features that are indicators, 0 for values."""
    return np.ones(measure.width) if measure.is_coded else np.array([1.0, *(0.0 for _ in measure.variables)])
