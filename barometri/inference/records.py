"""Estimates and their joint covariance from records of sums.

A record holds the sums of some features (indicators, values) over one sampling unit, or one stratum of
elements, within one finest cell. Every estimate is a total or a ratio of linear combinations of features over
a set of records; a set is a cell, or a margin over several.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from barometri.inference.linearization import covariance
from barometri.inference.strata import SinglePsu, Strata, stratum_factors

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


@dataclass(frozen=True, slots=True)
class Records:
    """Sums over sampling units within finest cells.

    Parameters
    ----------
    first
        ``sum w x``, shape (P, F).
    second
        ``sum w² x x'``, shape (P, F, F), where rows are the units of the last stage; else none.
    cell
        Finest cell of each record, 0, 1, ... without gaps, shape (P,).
    member
        Whether a record belongs to a set, the same for all records of a cell, shape (O, P).
    """

    first: FloatArray
    second: FloatArray | None
    cell: IntArray
    member: BoolArray


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
    >>> everybody = np.array([[True]])
    >>> found = combine(np.array([[2.0, 6.0]]), everybody, np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]]))
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
    place, record = np.nonzero(member)
    if len(record):
        own = unit[record]
        ends = np.searchsorted(place, np.arange(sets + 1)).tolist()
        features, parts = values[record], np.empty((len(record), targets))
        for number, turn in enumerate(transform.transpose(1, 2, 0)):
            start, end = ends[number], ends[number + 1]
            np.matmul(features[start:end], turn, out=parts[start:end])
        starts = first_of_runs(place, own)
        sums = parts if len(starts) == len(parts) else np.add.reduceat(parts, starts, axis=0)
        result[own[starts], :, place[starts]] = sums
    return result.reshape(units, targets * sets)


def first_of_runs(*codes: IntArray) -> IntArray:
    """Return where a combination of codes differs from the one before, the first place among them.

    Examples
    --------
    >>> first_of_runs(np.array([0, 0, 1, 1]), np.array([5, 5, 5, 6])).tolist()
    [0, 2, 3]
    """
    size = len(codes[0])
    new = np.zeros(size, dtype=np.bool_)
    new[:1] = True
    for code in codes:
        new[1:] |= code[1:] != code[:-1]
    return np.flatnonzero(new)


def record_covariance(
    combined: Combined, records: Records, stages: Sequence[RecordStage], *, single_psu: SinglePsu = "error"
) -> FloatArray:
    """Joint covariance of all estimates, the stages added.

    Parameters
    ----------
    combined
        Estimates and linearised values.
    records
        The sums they were made from.
    stages
        Stages of the design; the last one's units are strata where rows are its units.
    single_psu
        As in `barometri.inference.linearization.covariance`.

    Returns
    -------
    numpy.ndarray
        Shape (T × O, T × O), symmetric; NaN where an estimate is.

    Examples
    --------
    >>> from barometri.inference.strata import make_strata
    >>> everybody = np.array([[True]])
    >>> found = combine(np.array([[2.0, 4.0]]), everybody, np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]]))
    >>> squares = np.array([[[2.0, 4.0], [4.0, 10.0]]])
    >>> records = Records(np.array([[2.0, 4.0]]), squares, np.array([0]), everybody)
    >>> stage = RecordStage(np.array([0]), np.array([0]), make_strata([2]))
    >>> record_covariance(found, records, [stage])
    array([[1.]])
    """
    size = combined.estimate.size
    result = np.zeros((size, size))
    for place, stage in enumerate(stages):
        units = len(stage.stratum)
        sums = sum_units(records.first, stage.unit, units, records.member, combined.transform)
        if records.second is not None and place + 1 == len(stages):
            result += between_elements(sums, stage.strata, single_psu)
            result += products_of_elements(combined, records, stage, single_psu)
            result = (result + result.T) / 2
        else:
            result += covariance(sums, stage.stratum, stage.strata, single_psu=single_psu)
    unknown = np.isnan(combined.estimate).ravel()
    if unknown.any():
        result[unknown, :] = np.nan
        result[:, unknown] = np.nan
    return result


def between_elements(sums: FloatArray, strata: Strata, single_psu: SinglePsu) -> FloatArray:
    """Return what the stratum sums contribute under element sampling: ``-s s' / n``, or their deviation."""
    scale, centred = stratum_factors(strata, single_psu)
    within = np.where(centred, 0.0, -scale / np.maximum(strata.units, 1))
    deviations = (sums - sums.sum(axis=0) / max(strata.units.sum(), 1)) * centred[:, None]
    return np.asarray((sums * within[:, None]).T @ sums + (deviations * scale[:, None]).T @ deviations)


def products_of_elements(
    combined: Combined, records: Records, stage: RecordStage, single_psu: SinglePsu
) -> FloatArray:
    """Return the sums of products under element sampling, cell by cell, since cells share no row."""
    scale, centred = stratum_factors(stage.strata, single_psu)
    factor = np.where(centred, 0.0, scale)[stage.unit]
    targets, sets = combined.estimate.shape
    result = np.zeros((targets * sets, targets * sets))
    second = np.zeros((0, 0, 0)) if records.second is None else records.second
    for number in range(int(records.cell.max(initial=-1)) + 1):
        chosen = np.flatnonzero(records.cell == number)
        holds = np.flatnonzero(records.member[:, chosen[0]])
        if len(holds) == 0:
            continue
        products = np.tensordot(factor[chosen], second[chosen], axes=1)
        weights = combined.transform[:, holds, :].reshape(targets * len(holds), -1)
        rows = (np.arange(targets)[:, None] * sets + holds[None, :]).ravel()
        result[np.ix_(rows, rows)] += weights @ products @ weights.T
    return result
