"""From sums to estimates with joint covariance, counts and degrees of freedom."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from barometri.aggregation import Plan, Sums, aggregate
from barometri.errors import DesignError
from barometri.estimation.cells import Cells
from barometri.estimation.targets import ItemPlan, Target, people
from barometri.estimation.variances import Spread, joint_spread
from barometri.inference.linearization import degrees_of_freedom, sum_by
from barometri.inference.moments import effective_size, simple_random_variance
from barometri.inference.records import Records, combine, sum_units
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything about the rows of a call, each of shape (R,) but the covariance, (R, R).

    ``kish`` is Kish's number of cases, ``population`` the N of cells made of whole strata drawn with one
    weight, ``simple`` the variance of a mean in a simple random sample with replacement, ``logit_se`` the
    standard error of the logits of shares between replicates, ``others`` how many in the base of a mean of
    codes did not give the most common answer (NaN for other targets).
    """

    targets: tuple[Target, ...]
    estimate: FloatArray
    covariance: FloatArray
    n: FloatArray
    n_weighted: FloatArray
    k: FloatArray
    kish: FloatArray
    df: FloatArray
    population: FloatArray
    simple: FloatArray
    sums: Sums
    others: FloatArray
    logit_se: FloatArray | None = None


def compute(survey: Survey, items: Sequence[ItemPlan], cells: Cells, *, population: bool = False) -> Numbers:
    """Run the pass and estimate; rows are targets × cells. ``population`` asks for N as well."""
    plans = [*items, people()] if population else items
    plan = Plan(tuple(item.measure for item in plans), cells.by, cells.values)
    sums = aggregate(survey, plan)
    if survey.design.single_psu == "error" and sums.design.lonely:
        raise DesignError(
            f"Strata with a single sampling unit: {'; '.join(sums.design.lonely)}. Their variance "
            'cannot be estimated. Collapse them into a neighbour, or choose single_psu="adjust", "average" or'
            ' "certainty".'
        )
    targets = tuple(target for item in items for target in item.targets)
    features = _features(items, plan)
    member = cells.member(sums.codes)
    numerator, denominator = features.numerator, features.denominator
    combined = combine(sums.first, member, numerator, denominator)
    records = Records(sums.first, sums.second, _finest(sums), member)
    joint = joint_spread(
        combined,
        records,
        sums,
        plan,
        numerator=numerator,
        denominator=denominator,
        single_psu=survey.design.single_psu,
    )
    estimate = combined.estimate.ravel()
    found = _numbers(targets, estimate, joint, sums=sums, member=member, features=features)
    return replace(found, population=_population(found, member)) if population else found


@dataclass(frozen=True, slots=True)
class _Features:
    """The combinations of all targets among the features of all items, each of shape (T, F)."""

    numerator: FloatArray
    denominator: FloatArray | None
    base: FloatArray
    counted: FloatArray
    deviation: FloatArray
    spread: FloatArray


def _features(items: Sequence[ItemPlan], plan: Plan) -> _Features:
    """Put every target's combinations at the place of its item; zeros where a target has none."""
    owners = [
        (start, item.measure.width, target)
        for start, item in zip(plan.starts, items, strict=False)
        for target in item.targets
    ]
    wide = np.zeros((6, len(owners), plan.width))
    whole = False
    for row, (start, width, target) in enumerate(owners):
        whole = whole or target.denominator is not None
        parts = (target.numerator, target.denominator, target.base, target.counted)
        for place, part in enumerate((*parts, target.deviation, target.spread)):
            if part is not None:
                wide[place, row, start : start + width] = part
    return _Features(wide[0], wide[1] if whole else None, wide[2], wide[3], wide[4], wide[5])


def _finest(sums: Sums) -> npt.NDArray[np.int64]:
    """Return the number of the finest cell of each record."""
    if sums.codes.shape[1] == 0:
        return np.zeros(len(sums.group), dtype=np.int64)
    shape = tuple(int(size) for size in sums.codes.max(axis=0, initial=-1) + 2)
    _, cell = np.unique(np.ravel_multi_index(tuple((sums.codes + 1).T), shape), return_inverse=True)
    return cell.astype(np.int64)


def _numbers(
    targets: tuple[Target, ...],
    estimate: FloatArray,
    joint: Spread,
    *,
    sums: Sums,
    member: BoolArray,
    features: _Features,
) -> Numbers:
    inside = member.astype(np.float64).T

    def over(values: FloatArray, combination: FloatArray) -> FloatArray:
        return (combination @ values.T @ inside).ravel()

    n = over(sums.count, features.base)
    weighted = over(sums.first, features.base)
    shown = np.repeat([target.counted is not None for target in targets], len(member))
    kish = effective_size(weighted, over(sums.square, features.base))
    return Numbers(
        targets,
        estimate,
        joint.covariance,
        n,
        weighted,
        np.where(shown, over(sums.count, features.counted), np.nan),
        kish,
        _domain_df(sums, member, features.base),
        np.full(estimate.shape, np.nan),
        simple_random_variance(
            n,
            weighted,
            over(sums.first, features.deviation),
            over(sums.spread, features.spread),
            comparison="with_replacement",
        ),
        sums,
        _others(targets, sums.count.T @ inside, features.base, n),
        joint.logit_se,
    )


def _others(targets: tuple[Target, ...], count: FloatArray, base: FloatArray, n: FloatArray) -> FloatArray:
    """Count who did not give the most common answer; NaN where no answers are told apart."""
    most = np.full((len(targets), count.shape[1]), np.nan)
    for row, target in enumerate(targets):
        states = base[row] > 0
        if target.counted is None and states.sum() > 1:
            most[row] = count[states].max(axis=0)
    return np.asarray(n - most.ravel())


def _domain_df(sums: Sums, member: BoolArray, base: FloatArray) -> FloatArray:
    """Units with members of the base, minus strata with such units."""
    stage = sums.design.stages[0]
    features = np.broadcast_to(base[:, None, :], (len(base), len(member), base.shape[1]))
    counts = sum_units(sums.count, stage.unit[sums.group], len(stage.stratum), member, features)
    if sums.design.elements and len(sums.design.stages) == 1:
        return _limited(sums, degrees_of_freedom(counts))
    units = sum_by(stage.stratum, (counts > 0).astype(np.float64), len(stage.strata.units))
    return _limited(sums, degrees_of_freedom(units))


def _limited(sums: Sums, df: FloatArray) -> FloatArray:
    """Replicates give no more degrees of freedom than they hold themselves."""
    replication = sums.design.replication
    return df if replication is None else np.minimum(df, replication.df)


def _population(numbers: Numbers, member: BoolArray) -> FloatArray:
    """Return N of cells that are whole strata of people drawn directly, NaN for others."""
    sums = numbers.sums
    stage = sums.design.stages[0]
    if not (sums.design.elements and len(sums.design.stages) == 1):
        return np.full(numbers.n.shape, np.nan)
    ones = np.zeros((1, len(member), sums.count.shape[1]))
    ones[:, :, -1] = 1.0  # the last measure counts everybody
    people_by = sum_units(sums.count, stage.unit[sums.group], len(stage.stratum), member, ones)
    touched = people_by > 0
    whole = np.all(~touched | (people_by == stage.strata.units[:, None]), axis=0)
    finite = np.where(np.isfinite(stage.counts), stage.counts, 0.0)
    known = whole & np.all(~touched | np.isfinite(stage.counts)[:, None], axis=0)
    cells = np.where(known, finite @ touched, np.nan)
    one_weight = np.isclose(numbers.kish, numbers.n, rtol=1e-9)
    return np.where(one_weight, np.tile(cells, len(numbers.targets)), np.nan)
