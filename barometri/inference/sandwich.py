"""Design-based covariance of fitted parameters: scores summed by unit or by stratum, and the sandwich."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from barometri.inference.linearization import covariance, degrees_of_freedom
from barometri.inference.records import RecordStage
from barometri.inference.replicates import Replication, replicate_covariance
from barometri.inference.replication import jackknife_totals
from barometri.inference.residuals import Auxiliary, fitted_values
from barometri.inference.strata import SinglePsu, stratum_factors

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Respondents:
    """Rows, or records of rows that share unit, covariates and outcome, with their place in the design.

    Parameters
    ----------
    count, weight, squared
        Number of rows of each record, sum of their weights and of the squares, shape (D,).
    stages
        Stages of the design; ``unit`` is that of each record, shape (D,).
    elements
        Whether rows are the units of the last stage.
    single_psu
        As in `barometri.inference.linearization.covariance`.
    group, group_units
        Group of each record, shape (D,), and the unit of every group of the design, stage by stage, shape
        (G,) each: calibrated and replicate weights belong to groups.
    auxiliary
        The auxiliary model of calibrated weights.
    replication
        Replicates of the weights.
    """

    count: FloatArray
    weight: FloatArray
    squared: FloatArray
    stages: tuple[RecordStage, ...]
    elements: bool
    single_psu: SinglePsu = "error"
    group: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    group_units: tuple[IntArray, ...] = ()
    auxiliary: Auxiliary | None = None
    replication: Replication | None = None

    @property
    def degrees_of_freedom(self) -> float:
        """First-stage units with a record, minus strata with one; at most those of the replicates."""
        first = self.stages[0]
        if self.elements and len(self.stages) == 1:
            units = np.bincount(first.unit, self.count, minlength=len(first.strata.units))
        else:
            present = np.bincount(first.unit, minlength=len(first.stratum)) > 0
            units = np.bincount(first.stratum, present, minlength=len(first.strata.units))
        found = float(degrees_of_freedom(units))
        return found if self.replication is None else min(found, self.replication.df)


def influence_covariance(
    values: ArrayLike, respondents: Respondents, *, cell: IntArray | None = None
) -> FloatArray:
    """Covariance of sums ``sum_i w_i v_i`` over respondents, the stages added.

    Under calibrated weights the values give way to their residuals from the auxiliaries; under replicate
    weights it is the variance between the replicates of the sums.

    Parameters
    ----------
    values
        Value v of each cell for one unit of weight, shape (R, m): the influence of its rows.
    respondents
        Their weights and places.
    cell
        Cell of each record, shape (D,); none means that records are cells.

    Returns
    -------
    numpy.ndarray
        Shape (m, m). Records and rows give the same covariance.

    Examples
    --------
    >>> from barometri.inference.strata import make_strata
    >>> stage = RecordStage(np.array([0, 0]), np.array([0]), make_strata([2]))
    >>> ones = np.ones(2)
    >>> influence_covariance([[1.0], [3.0]], Respondents(ones, ones, ones, (stage,), elements=True))
    array([[4.]])
    """
    v = np.asarray(values, dtype=np.float64)
    cell = np.arange(len(v)) if cell is None else cell
    if respondents.replication is not None:
        return _between_replicates(v[cell], respondents, respondents.replication)
    if respondents.auxiliary is not None:
        v, respondents = _residuals(v[cell], respondents, respondents.auxiliary)
        cell = np.arange(len(v))
    result = np.zeros((v.shape[1], v.shape[1]))
    for place, stage in enumerate(respondents.stages):
        places = (stage.unit, cell)
        size = (len(stage.stratum), len(v))
        totals = np.asarray(sparse.csr_array((respondents.weight, places), shape=size) @ v)
        if not (respondents.elements and place + 1 == len(respondents.stages)):
            result += covariance(totals, stage.stratum, stage.strata, single_psu=respondents.single_psu)
            continue
        scale, centred = stratum_factors(stage.strata, respondents.single_psu)
        own = np.where(centred, 0.0, scale)
        apart = (totals - totals.sum(axis=0) / max(stage.strata.units.sum(), 1))[centred]
        squares = np.bincount(cell, own[stage.unit] * respondents.squared, minlength=len(v))
        result += (v * squares[:, None]).T @ v
        result -= (totals * (own / np.maximum(stage.strata.units, 1))[:, None]).T @ totals
        result += (apart * scale[centred, None]).T @ apart
    return np.asarray((result + result.T) / 2)


def _residuals(
    values: FloatArray, respondents: Respondents, auxiliary: Auxiliary
) -> tuple[FloatArray, Respondents]:
    """Residuals of all rows from the auxiliaries: the rest of each group is a record without a value."""
    group, groups = respondents.group, len(auxiliary.weight)
    fitted = fitted_values(auxiliary, score_totals(values, respondents.weight, group, groups))

    def rest(whole: FloatArray, own: FloatArray) -> FloatArray:
        return np.concatenate([own, whole - np.bincount(group, own, minlength=groups)])

    stages = tuple(
        RecordStage(np.concatenate([stage.unit, unit]), stage.stratum, stage.strata)
        for stage, unit in zip(respondents.stages, respondents.group_units, strict=True)
    )
    everybody = Respondents(
        np.concatenate([respondents.count, np.zeros(groups)]),
        rest(auxiliary.weight, respondents.weight),
        rest(auxiliary.square, respondents.squared),
        stages,
        respondents.elements,
        respondents.single_psu,
    )
    return np.concatenate([values - fitted[group], -fitted]), everybody


def _between_replicates(values: FloatArray, respondents: Respondents, replication: Replication) -> FloatArray:
    unit = replication.unit[respondents.group]
    totals = score_totals(values, respondents.weight, unit, len(replication.stratum))
    if replication.multipliers is None:
        sums = jackknife_totals(totals, replication.stratum, replication.strata)
    else:
        sums = replication.multipliers.T @ totals
    centre = totals.sum(axis=0) if replication.centre == "estimate" else None
    return replicate_covariance(np.asarray(sums), centre, replication.scale, replication.rscales)


def score_totals(scores: ArrayLike, weights: ArrayLike, unit: ArrayLike, units: int) -> FloatArray:
    """Weighted scores summed by sampling unit, for `barometri.inference.linearization.covariance`.

    Parameters
    ----------
    scores
        Score of each row or pattern for one unit of weight, shape (R, q).
    weights
        Weight of each row, or its sum over the rows of a pattern, shape (R,).
    unit
        Position of each row's sampling unit, 0 to ``units`` - 1, shape (R,).
    units
        Number of sampling units P.

    Returns
    -------
    numpy.ndarray
        Shape (P, q).

    Examples
    --------
    >>> score_totals([[1.0], [2.0], [4.0]], [1, 1, 2], [0, 0, 1], 2)
    array([[3.],
           [8.]])
    """
    weighted = np.asarray(scores, dtype=np.float64) * np.asarray(weights, dtype=np.float64)[:, None]
    place = np.asarray(unit, dtype=np.int64)
    columns = [np.bincount(place, column, minlength=units) for column in weighted.T]
    return np.stack(columns, axis=1) if columns else np.zeros((units, 0))


def score_moments(
    scores: ArrayLike, weights: ArrayLike, squared_weights: ArrayLike, stratum: ArrayLike, strata: int
) -> tuple[FloatArray, FloatArray]:
    """Moments of the weighted scores by stratum, for `covariance_from_moments` of ``linearization``.

    Element sampling on compressed patterns: a pattern stands for several rows with one score, so the sums of
    their weights and of their squared weights are all that is needed.

    Parameters
    ----------
    scores
        Shape (R, q).
    weights, squared_weights
        ``sum w`` and ``sum w²`` over the rows of each pattern, shape (R,).
    stratum
        Stratum of each pattern, 0 to ``strata`` - 1, shape (R,).
    strata
        Number of strata H.

    Returns
    -------
    tuple of numpy.ndarray
        First moments, shape (H, q), and products, shape (H, q, q).

    Examples
    --------
    >>> first, second = score_moments([[1.0], [2.0]], [2, 1], [2, 1], [0, 0], 1)
    >>> first, second
    (array([[4.]]), array([[[6.]]]))
    """
    s = np.asarray(scores, dtype=np.float64)
    h = np.asarray(stratum, dtype=np.int64)
    square = np.asarray(squared_weights, dtype=np.float64)
    second = np.zeros((strata, s.shape[1], s.shape[1]))
    order = np.argsort(h, kind="stable")
    borders = np.searchsorted(h[order], np.arange(strata + 1))
    for position in range(strata):
        rows = order[borders[position] : borders[position + 1]]
        second[position] = (s[rows] * square[rows, None]).T @ s[rows]
    return score_totals(s, weights, h, strata), second


def sandwich(information: ArrayLike, score_covariance: ArrayLike) -> FloatArray:
    """Covariance of the parameters, ``H^-1 V H^-1`` (Binder 1983).

    Parameters
    ----------
    information
        Observed information in the scale of the weights, shape (q, q).
    score_covariance
        Design-based covariance of the weighted score totals, shape (q, q).

    Returns
    -------
    numpy.ndarray
        Shape (q, q); NaN where the information cannot be inverted.

    Examples
    --------
    >>> sandwich([[2.0]], [[8.0]])
    array([[2.]])
    """
    h, v = np.asarray(information, dtype=np.float64), np.asarray(score_covariance, dtype=np.float64)
    try:
        inverse = np.linalg.inv(h)
    except np.linalg.LinAlgError:
        return np.full(h.shape, np.nan)
    result = inverse @ v @ inverse.T
    return np.asarray((result + result.T) / 2)
