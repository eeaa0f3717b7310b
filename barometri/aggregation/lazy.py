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
    products = survey.design.stages > len(names(survey.design.psu))
    table = _table(survey, plan, products=products)
    coded = _design(survey, table)
    if coded.elements and not products:  # every cluster turned out to be one person
        table = _table(survey, plan, products=True)
        coded = _design(survey, table)
    return _sums(survey, plan, table, coded)


def _table(survey: Survey, plan: Plan, *, products: bool) -> Table:
    """Return the grouped sums, with those of products where rows are the units of the design."""
    features = [x for measure in plan.measures for x in _features(survey, measure)]
    columns = _columns(plan, products=products)
    keys = _keys(survey, plan)
    frame = survey.lazy.with_columns(_weight(survey).alias(WEIGHT))
    frame = frame.with_columns(**{f"_x{i}": x for i, x in enumerate(features)})
    frame = frame.with_columns(_wrong().alias(WRONG), **columns)
    added = [nw.col(name).sum().alias(name) for name in (WRONG, *columns)]
    if keys:
        return collect(frame.group_by(list(keys)).agg(nw.len().alias(SIZE), *added))
    return collect(frame.select(nw.len().alias(SIZE), *added))


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


def _columns(plan: Plan, *, products: bool) -> dict[str, nw.Expr]:
    """Products to be added, as columns (not every backend multiplies inside a sum)."""
    weight = nw.col(WEIGHT)
    x = [nw.col(f"_x{i}") for i in range(plan.width)]
    indicator, measure = _indicators(plan)
    columns: dict[str, nw.Expr] = {}
    for i, one in enumerate(x):
        columns[f"_f{i}"] = weight * one
        if indicator[i]:
            columns[f"_c{i}"] = one
            columns[f"_q{i}"] = weight * weight * one
        else:
            columns[f"_s{i}"] = weight * one * one
    for i, j in combinations_with_replacement(range(plan.width), 2):
        if products and not (indicator[i] and indicator[j] and measure[i] == measure[j]):
            columns[f"_p{i}_{j}"] = weight * weight * x[i] * x[j]
    return columns


def _sums(survey: Survey, plan: Plan, table: Table, coded: CodedDesign) -> Sums:
    """Return the sums of a grouped table, its rows joined to records."""
    weight = coded.weight if survey.design.weight is None else np.ones(len(coded.weight))
    codes = _codes(plan, table)
    kept, record = _records(coded.group, codes, plan)
    nothing = np.zeros(len(weight))

    def stack(letters: str, scale: FloatArray) -> FloatArray:
        found = [[table[f"_{a}{i}"] for a in letters if f"_{a}{i}" in table] for i in range(plan.width)]
        columns = [own[0] if own else nothing for own in found]
        return _add(np.stack(columns, axis=1).astype(np.float64) * scale, record, len(kept))

    column = weight[:, None]
    return Sums(
        coded,
        coded.group[kept],
        np.stack([own[kept] for own in codes], axis=1) if codes else np.zeros((len(kept), 0), dtype=np.int64),
        stack("c", np.ones_like(column)),
        stack("f", column),
        _add(_products(plan, table, weight), record, len(kept)) if coded.elements else None,
        stack("q", column**2),
        stack("sf", column),
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
    """Return ``sum w² x x'`` by row of the table; indicators of one measure are disjoint."""
    second = np.zeros((len(weight), plan.width, plan.width))
    for i, j in combinations_with_replacement(range(plan.width), 2):
        name = f"_q{i}" if i == j and f"_q{i}" in table else f"_p{i}_{j}"
        if name in table:
            second[:, i, j] = second[:, j, i] = table[name] * weight**2
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


def _indicators(plan: Plan) -> tuple[list[bool], list[int]]:
    """Return which features are indicators, not values, and the measure of each."""
    indicator = [one.is_coded or place == 0 for one in plan.measures for place in range(one.width)]
    measure = [number for number, one in enumerate(plan.measures) for _ in range(one.width)]
    return indicator, measure
