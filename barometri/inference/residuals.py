"""Variances under calibrated weights: the linearised values give way to their residuals from the auxiliaries.

``V`` is that of ``sum_i w_i (z_i - x_i' B)`` with the final weights w and B from the weighted regression of z
on x over everybody who was calibrated (Deville and Särndal 1992, JASA 87, 376-382; Särndal, Swensson and
Wretman 1992, section 6.6). Several calibrations take their residuals one after the other. Groups of rows that
share auxiliary values stand in for the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from barometri.inference.calibration import regression_coefficients
from barometri.inference.linearization import covariance
from barometri.inference.records import (
    Combined,
    Records,
    RecordStage,
    between_elements,
    products_of_elements,
    sum_units,
)
from barometri.inference.strata import SinglePsu, stratum_factors

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
SWEEPS = 10


@dataclass(frozen=True, slots=True, repr=False)
class AuxiliaryStep:
    """One calibration as the groups of a design see it.

    Parameters
    ----------
    pattern
        Pattern of auxiliary values of each group, shape (G,).
    x
        Auxiliary values of the patterns, shape (K, p); zeros for those not calibrated.
    ratio
        Weight of the residual's regression over the final weight, one in a group, shape (G,).
    margins
        Category of each pattern for every margin, shape (K,), -1 for none: the residuals are then those of
        ten sweeps of means over the margins, which is R's ``rake``; empty for the regression itself.
    """

    pattern: IntArray
    x: FloatArray
    ratio: FloatArray
    margins: tuple[IntArray, ...] = ()

    def explain(self, weights: FloatArray, weighted: FloatArray) -> FloatArray:
        """Return ``x'B`` by pattern, shape (K, m), from ``sum q`` (K,) and ``sum q z`` (K, m) by pattern."""
        if not self.margins:
            return np.asarray(self.x @ regression_coefficients(self.x, weights, weighted))
        explained, rest = np.zeros_like(weighted), weighted.copy()
        for codes in self.margins * SWEEPS:
            inside = codes >= 0
            size = np.bincount(codes[inside], weights[inside])
            sums = np.zeros((len(size), weighted.shape[1]))
            np.add.at(sums, codes[inside], rest[inside])
            means = np.where(inside[:, None], (sums / np.where(size > 0, size, 1.0)[:, None])[codes], 0.0)
            explained += means
            rest -= weights[:, None] * means
        return explained


@dataclass(frozen=True, slots=True, repr=False)
class Auxiliary:
    """The auxiliary model of calibrated weights: variances rest on residuals from it.

    Parameters
    ----------
    steps
        Calibrations in order.
    weight, square
        Sums of the final weights and of their squares over all rows of each group, shape (G,).
    """

    steps: tuple[AuxiliaryStep, ...]
    weight: FloatArray
    square: FloatArray


def fitted_values(auxiliary: Auxiliary, totals: FloatArray) -> FloatArray:
    """Values that the auxiliaries explain.

    Parameters
    ----------
    auxiliary
        The auxiliary model.
    totals
        ``sum w z`` by group, shape (G, m).

    Returns
    -------
    numpy.ndarray
        ``x'B`` of each group, over all calibrations, shape (G, m).

    Examples
    --------
    >>> step = AuxiliaryStep(np.array([0, 0]), np.ones((1, 1)), np.ones(2))
    >>> fitted_values(Auxiliary((step,), np.ones(2), np.ones(2)), np.array([[1.0], [3.0]])).ravel()
    array([2., 2.])
    """
    rest, fitted = totals.copy(), np.zeros_like(totals)
    for step in auxiliary.steps:
        weighted = np.zeros((len(step.x), totals.shape[1]))
        np.add.at(weighted, step.pattern, step.ratio[:, None] * rest)
        weights = np.zeros(len(step.x))
        np.add.at(weights, step.pattern, step.ratio * auxiliary.weight)
        explained = step.explain(weights, weighted)[step.pattern]
        fitted += explained
        rest -= auxiliary.weight[:, None] * explained
    return fitted


def residual_influence(
    auxiliary: Auxiliary, group: IntArray, weight: FloatArray, influence: FloatArray
) -> FloatArray:
    """Weighted influence of rows without what the auxiliaries explain.

    Parameters
    ----------
    auxiliary
        The auxiliary model.
    group
        Group of each row, shape (n,).
    weight
        Final weights, shape (n,).
    influence
        ``w z`` by row, shape (n, m): zeros outside a domain.

    Returns
    -------
    numpy.ndarray
        ``w (z - x'B)``, shape (n, m).
    """
    totals = np.zeros((len(auxiliary.weight), influence.shape[1]))
    np.add.at(totals, group, influence)
    return np.asarray(influence - weight[:, None] * fitted_values(auxiliary, totals)[group])


def calibrated_covariance(
    combined: Combined,
    records: Records,
    group: IntArray,
    stages: Sequence[RecordStage],
    *,
    auxiliary: Auxiliary,
    squares: FloatArray,
    single_psu: SinglePsu = "error",
) -> FloatArray:
    """Joint covariance of all estimates under calibrated weights, the stages added.

    Parameters
    ----------
    combined
        Estimates and linearised values.
    records
        The sums they were made from.
    group
        Group of each record, ascending, shape (P,).
    stages
        Stages of the design, with the unit of each *group*.
    auxiliary
        The auxiliary model.
    squares
        ``sum w² x`` by record, shape (P, F), where rows are units of the last stage.
    single_psu
        As in `barometri.inference.linearization.covariance`.

    Returns
    -------
    numpy.ndarray
        Shape (T × O, T × O), symmetric; NaN where an estimate is.
    """
    groups = len(auxiliary.weight)
    totals = sum_units(records.first, group, groups, records.member, combined.transform)
    fitted = fitted_values(auxiliary, totals)
    rest = totals - auxiliary.weight[:, None] * fitted
    result = np.zeros((totals.shape[1], totals.shape[1]))
    for place, stage in enumerate(stages):
        sums = np.zeros((len(stage.stratum), totals.shape[1]))
        np.add.at(sums, stage.unit, rest)
        if records.second is None or place + 1 < len(stages):
            result += covariance(sums, stage.stratum, stage.strata, single_psu=single_psu)
            continue
        scale, centred = stratum_factors(stage.strata, single_psu)
        factor = np.where(centred, 0.0, scale)[stage.unit]
        weighted = sum_units(squares, group, groups, records.member, combined.transform)
        cross = (weighted * factor[:, None]).T @ fitted
        own = RecordStage(stage.unit[group], stage.stratum, stage.strata)
        result += between_elements(sums, stage.strata, single_psu)
        result += products_of_elements(combined, records, own, single_psu) - cross - cross.T
        result += (fitted * (factor * auxiliary.square)[:, None]).T @ fitted
    unknown = np.isnan(combined.estimate).ravel()
    result[unknown, :] = np.nan
    result[:, unknown] = np.nan
    return (result + result.T) / 2
