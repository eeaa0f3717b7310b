"""The covariance of a call: linearised, from residuals under calibrated weights, or between replicates."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from barometri.aggregation import Plan, Sums
from barometri.inference.records import Combined, Records, RecordStage, record_covariance, sum_units
from barometri.inference.replicates import Replication, replicate_covariance
from barometri.inference.replication import jackknife_totals
from barometri.inference.residuals import calibrated_covariance
from barometri.inference.strata import SinglePsu

FloatArray = npt.NDArray[np.float64]
CHUNK = 2**22  # multipliers that are read at a time


@dataclass(frozen=True, slots=True)
class Spread:
    """How far the estimates of a call spread.

    Parameters
    ----------
    covariance
        Joint covariance, shape (R, R).
    logit_se
        Standard error of the logits of shares between replicates, shape (R,); none without replicates.
    """

    covariance: FloatArray
    logit_se: FloatArray | None = None


def joint_spread(
    combined: Combined,
    records: Records,
    sums: Sums,
    plan: Plan,
    *,
    numerator: FloatArray,
    denominator: FloatArray | None,
    single_psu: SinglePsu,
) -> Spread:
    """Return the spread of the estimates of a call under its design.

    Parameters
    ----------
    combined
        Estimates and linearised values, shape (T, O).
    records
        The sums they were made from.
    sums
        The same with their design.
    plan
        The pass that made them.
    numerator, denominator
        Combinations of features, shape (T, F), for replicates.
    single_psu
        The rule for strata of one unit.

    Returns
    -------
    Spread
        Covariance of shape (T × O, T × O).
    """
    design = sums.design
    if design.replication is not None:
        return _between_replicates(combined, records, sums, numerator=numerator, denominator=denominator)
    if design.auxiliary is None:
        stages = [RecordStage(s.unit[sums.group], s.stratum, s.strata) for s in design.stages]
        return Spread(record_covariance(combined, records, stages, single_psu=single_psu))
    stages = [RecordStage(s.unit, s.stratum, s.strata) for s in design.stages]
    found = calibrated_covariance(
        combined,
        records,
        sums.group,
        stages,
        auxiliary=design.auxiliary,
        squares=_squares(sums, plan),
        single_psu=single_psu,
    )
    return Spread(found)


def _squares(sums: Sums, plan: Plan) -> FloatArray:
    """Return ``sum w² x`` of all features: a value's is its product with its measure's base."""
    if sums.second is None:
        return sums.square
    features = np.arange(plan.width)
    base = features.copy()
    for start, measure in zip(plan.starts, plan.measures, strict=True):
        if not measure.is_coded:
            base[start : start + measure.width] = start
    return np.asarray(sums.second[:, base, features])


def _between_replicates(
    combined: Combined,
    records: Records,
    sums: Sums,
    *,
    numerator: FloatArray,
    denominator: FloatArray | None,
) -> Spread:
    replication = sums.design.replication
    assert replication is not None  # noqa: S101  (for the type checker)
    top = _replicate_totals(records, sums, numerator, replication)
    if denominator is not None:
        bottom = _replicate_totals(records, sums, denominator, replication)
        with np.errstate(divide="ignore", invalid="ignore"):
            top = np.where(bottom != 0, top / bottom, np.nan)
    centre = combined.estimate.ravel() if replication.centre == "estimate" else None
    result = replicate_covariance(top, centre, replication.scale, replication.rscales)
    unknown = np.isnan(combined.estimate).ravel()
    result[unknown, :] = np.nan
    result[:, unknown] = np.nan
    return Spread(result, _logit_se(top, combined.estimate.ravel(), replication))


def _logit_se(shares: FloatArray, estimate: FloatArray, replication: Replication) -> FloatArray:
    """Return standard errors of logits between replicates; NaN where some replicate has none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logits, whole = np.log(shares / (1 - shares)), np.log(estimate / (1 - estimate))
    usable = np.isfinite(logits).all(axis=0) & np.isfinite(whole)
    result = np.full(estimate.shape, np.nan)
    centre = whole[usable] if replication.centre == "estimate" else None
    found = replicate_covariance(logits[:, usable], centre, replication.scale, replication.rscales)
    result[usable] = np.sqrt(np.diag(found))
    return result


def _replicate_totals(
    records: Records, sums: Sums, features: FloatArray, replication: Replication
) -> FloatArray:
    """Return totals of combinations of features by set in every replicate, shape (R, T × O)."""
    sets = len(records.member)
    transform = np.broadcast_to(features[:, None, :], (len(features), sets, features.shape[1]))
    unit = replication.unit[sums.group]
    multipliers = replication.multipliers
    if multipliers is None:
        totals = sum_units(records.first, unit, len(replication.stratum), records.member, transform)
        return jackknife_totals(totals, replication.stratum, replication.strata)
    result = np.zeros((multipliers.shape[1], len(features) * sets))
    step = max(1, CHUNK // multipliers.shape[1])
    for start in range(0, len(multipliers), step):
        end = min(start + step, len(multipliers))
        low, high = np.searchsorted(unit, [start, end])
        part = records.member[:, low:high]
        totals = sum_units(records.first[low:high], unit[low:high] - start, end - start, part, transform)
        result += multipliers[start:end].T @ totals
    return result
