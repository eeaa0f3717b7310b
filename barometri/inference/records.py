"""Estimates and their joint covariance from records of sums.

A record holds the sums of some features (indicators, values) over one sampling unit, or one stratum of elements,
within one finest cell. Every estimate is a total or a ratio of linear combinations of features over a set of records;
a set is a cell, or a margin over several.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from barometri.inference.linearization import covariance, covariance_from_moments
from barometri.inference.strata import SinglePsu, Strata

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Combined:
    """Estimates of several targets over several sets of records.

    Parameters
    ----------
    estimate
        Shape (T, O); NaN where the denominator is 0.
    transform
        Linearised value of a record as a combination of its features, shape (T, O, F); 0 where not estimable.
    """

    estimate: FloatArray
    transform: FloatArray


@dataclass(frozen=True, slots=True)
class RecordStage:
    """One sampling stage as records see it.

    Parameters
    ----------
    unit
        Unit of each record, ascending, shape (P,); for elements its stratum.
    stratum
        Stratum of each unit, shape (U,).
    strata
        The stage's strata.
    """

    unit: IntArray
    stratum: IntArray
    strata: Strata


def combine(
    first: FloatArray, member: BoolArray, numerator: FloatArray, denominator: FloatArray | None
) -> Combined:
    """Estimate totals or ratios and linearise them (Woodruff 1971, JASA 66, 411-414).

    Parameters
    ----------
    first
        ``sum w x`` by record, shape (P, F).
    member
        Whether a record belongs to a set, shape (O, P).
    numerator, denominator
        Combinations of features, shape (T, F); without denominator totals are estimated.

    Returns
    -------
    Combined
        Estimates and linearised values.

    Examples
    --------
    >>> found = combine(np.array([[2.0, 6.0]]), np.array([[True]]), np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]]))
    >>> float(found.estimate[0, 0]), found.transform[0, 0].tolist()
    (3.0, [-1.5, 0.5])
    """
    totals = member.astype(np.float64) @ first
    top = numerator @ totals.T
    shape = (*top.shape, first.shape[1])
    if denominator is None:
        return Combined(top, np.broadcast_to(numerator[:, None, :], shape))
    bottom = denominator @ totals.T
    known = bottom != 0
    size = np.where(known, bottom, 1.0)
    ratio = np.where(known, top / size, 0.0)
    transform = (numerator[:, None, :] - ratio[:, :, None] * denominator[:, None, :]) / size[:, :, None]
    return Combined(np.where(known, ratio, np.nan), np.where(known[:, :, None], transform, 0.0))


def sum_units(
    values: FloatArray, unit: IntArray, units: int, member: BoolArray, transform: FloatArray
) -> FloatArray:
    """Add combinations of features by unit and set.

    Parameters
    ----------
    values
        Features of each record, shape (P, F).
    unit
        Unit of each record, ascending, shape (P,).
    units
        Number of units U.
    member
        Shape (O, P).
    transform
        Shape (T, O, F).

    Returns
    -------
    numpy.ndarray
        Shape (U, T × O), the sets of a target side by side.

    Examples
    --------
    >>> sum_units(np.ones((2, 1)), np.array([0, 0]), 1, np.array([[True, True]]), np.ones((1, 1, 1)))
    array([[2.]])
    """
    targets, sets, _ = transform.shape
    result = np.zeros((units, targets, sets))
    for place in range(sets):
        chosen = np.flatnonzero(member[place])
        if len(chosen) == 0:
            continue
        own = unit[chosen]
        starts = np.flatnonzero(np.concatenate([[True], own[1:] != own[:-1]]))
        sums = np.add.reduceat(values[chosen] @ transform[:, place, :].T, starts, axis=0)
        result[own[starts], :, place] = sums
    return result.reshape(units, targets * sets)


def record_covariance(
    combined: Combined,
    first: FloatArray,
    second: FloatArray | None,
    cell: IntArray,
    member: BoolArray,
    stages: Sequence[RecordStage],
    *,
    single_psu: SinglePsu = "error",
) -> FloatArray:
    """Joint covariance of all estimates, the stages added.

    Parameters
    ----------
    combined
        Estimates and linearised values.
    first
        ``sum w x`` by record, shape (P, F).
    second
        ``sum w² x x'`` by record, shape (P, F, F), where rows are the units of the last stage; else none.
    cell
        Finest cell of each record, shape (P,).
    member
        Shape (O, P); the same for all records of a cell.
    stages
        Stages of the design; the last one's units are strata where ``second`` is given.
    single_psu
        As in `barometri.inference.linearization.covariance`.

    Returns
    -------
    numpy.ndarray
        Shape (T × O, T × O); NaN where an estimate is.
    """
    size = combined.estimate.size
    result = np.zeros((size, size))
    for place, stage in enumerate(stages):
        units = len(stage.stratum)
        sums = sum_units(first, stage.unit, units, member, combined.transform)
        if second is not None and place + 1 == len(stages):
            result += _element_covariance(combined, sums, second, cell, member, stage, single_psu)
        else:
            result += covariance(sums, stage.stratum, stage.strata, single_psu=single_psu)
    unknown = np.isnan(combined.estimate).ravel()
    result[unknown, :] = np.nan
    result[:, unknown] = np.nan
    return result


def _element_covariance(
    combined: Combined,
    sums: FloatArray,
    second: FloatArray,
    cell: IntArray,
    member: BoolArray,
    stage: RecordStage,
    single_psu: SinglePsu,
) -> FloatArray:
    """Covariance when rows are the units: products are summed cell by cell, since cells share no row."""
    strata, features = len(stage.stratum), second.shape[1]
    targets, sets = combined.estimate.shape
    result = covariance_from_moments(
        sums, np.zeros((strata, targets * sets, targets * sets)), stage.strata, single_psu=single_psu
    )
    nothing = np.zeros((strata, features))
    for number in range(int(cell.max(initial=-1)) + 1):
        chosen = np.flatnonzero(cell == number)
        holds = np.flatnonzero(member[:, chosen[0]]) if len(chosen) else chosen
        if len(holds) == 0:
            continue
        moments = np.zeros((strata, features, features))
        moments[stage.unit[chosen]] = second[chosen]
        products = covariance_from_moments(nothing, moments, stage.strata, single_psu=single_psu)
        weights = combined.transform[:, holds, :].reshape(-1, features)
        rows = (np.arange(targets)[:, None] * sets + holds[None, :]).ravel()
        result[np.ix_(rows, rows)] += weights @ products @ weights.T
    return result
