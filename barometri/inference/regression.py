"""Weighted regressions as sums of scores: point estimates and the influence of each row.

Design variances come from the rows' influences, summed by sampling unit and handed to
``barometri.inference.linearization.covariance`` (Binder 1983).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MAXIMUM_STEPS = 100
TOLERANCE = 1e-11


@dataclass(frozen=True, slots=True)
class OrdinalFit:
    """A proportional-odds fit, ``logit P(y <= k) = threshold_k - x' slope``.

    Parameters
    ----------
    thresholds
        Shape (K - 1,), ascending.
    slopes
        Shape (p,): log odds ratio of a higher answer per unit of x.
    influence
        Weighted influence of each row on ``thresholds`` then ``slopes``, shape (n, K - 1 + p); columns
        sum to 0.
    converged
        False when Newton's steps did not settle: nothing of the fit may be used then.
    """

    thresholds: FloatArray
    slopes: FloatArray
    influence: FloatArray
    converged: bool


@dataclass(frozen=True, slots=True)
class _Rows:
    """Answers, design of both bounds of each answer, and weights that sum to 1."""

    y: IntArray
    upper: FloatArray
    lower: FloatArray
    weights: FloatArray
    cuts: int


def _rows(y: IntArray, x: FloatArray, weights: FloatArray, levels: int) -> _Rows:
    """Lay out the derivatives of both bounds; an answer at the edge has a bound at infinity."""
    unit = np.vstack([np.eye(levels - 1), np.zeros((1, levels - 1))])
    return _Rows(
        y, np.hstack([unit[y], -x]), np.hstack([unit[y - 1], -x]), weights / weights.sum(), levels - 1
    )


def _density(z: FloatArray, *, slope: bool) -> FloatArray:
    share = expit(z)
    density = share * expit(-z)
    return np.asarray(density * (1 - 2 * share) if slope else density, dtype=np.float64)


def _bounds(rows: _Rows, parameters: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Upper and lower bound of each answer on the logit scale, and the answer's probability."""
    upper = np.where(rows.y == rows.cuts, np.inf, rows.upper @ parameters)
    lower = np.where(rows.y == 0, -np.inf, rows.lower @ parameters)
    above = lower > 0  # the difference of two shares near 1 is that of their complements
    first, second = np.where(above, -lower, upper), np.where(above, -upper, lower)
    return upper, lower, np.asarray(expit(first) - expit(second), dtype=np.float64)


def _scores(rows: _Rows, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Score of each row, and the observed information of all."""
    upper, lower, share = _bounds(rows, parameters)
    high, low = _density(upper, slope=False) / share, _density(lower, slope=False) / share
    score = high[:, None] * rows.upper - low[:, None] * rows.lower
    curve_high, curve_low = _density(upper, slope=True) / share, _density(lower, slope=True) / share
    w = rows.weights
    information = (
        (score * w[:, None]).T @ score
        - (rows.upper * (w * curve_high)[:, None]).T @ rows.upper
        + (rows.lower * (w * curve_low)[:, None]).T @ rows.lower
    )
    return score, np.asarray(information, dtype=np.float64)


def _log_likelihood(rows: _Rows, parameters: FloatArray) -> float:
    share = _bounds(rows, parameters)[2]
    return float(rows.weights @ np.log(share)) if np.all(share > 0) else -np.inf


def _step(rows: _Rows, parameters: FloatArray, direction: FloatArray) -> FloatArray:
    """Newton's step, halved until the likelihood does not fall."""
    start = _log_likelihood(rows, parameters)
    for halving in range(30):
        trial = parameters + direction / 2**halving
        if _log_likelihood(rows, trial) >= start - TOLERANCE:
            return np.asarray(trial, dtype=np.float64)
    return parameters


def fit_ordinal(y: ArrayLike, x: ArrayLike, weights: ArrayLike) -> OrdinalFit:
    """Weighted proportional-odds regression by Newton's method with the observed information.

    The log likelihood is concave (Pratt 1981, JASA 76, 103-106). Check for separation first. Rows with the
    same answer and the same x may be merged by adding their weights, within a sampling unit.

    Parameters
    ----------
    y
        Answers 0 to K - 1, each of which occurs, shape (n,).
    x
        Covariates without a constant, of full rank together with one, shape (n, p).
    weights
        Positive, shape (n,); their scale does not matter.

    Returns
    -------
    OrdinalFit

    Examples
    --------
    >>> fit = fit_ordinal([0, 1, 0, 1], [[0.0], [0.0], [1.0], [1.0]], [3, 1, 1, 3])
    >>> [round(float(value), 4) for value in (*fit.thresholds, *fit.slopes)]
    [1.0986, 2.1972]
    """
    answers = np.asarray(y, dtype=np.int64)
    covariates = np.asarray(x, dtype=np.float64).reshape(len(answers), -1)
    levels = int(answers.max()) + 1
    rows = _rows(answers, covariates, np.asarray(weights, dtype=np.float64), levels)
    below = np.cumsum(np.bincount(answers, rows.weights, minlength=levels))[:-1]
    parameters = np.concatenate([np.log(below / (1 - below)), np.zeros(covariates.shape[1])])
    converged = False
    for _ in range(MAXIMUM_STEPS):
        score, information = _scores(rows, parameters)
        solution = np.linalg.lstsq(information, score.T @ rows.weights, rcond=None)[0]
        direction = np.asarray(solution, dtype=np.float64)
        parameters = _step(rows, parameters, direction)
        if np.abs(direction).max() < TOLERANCE * (1 + np.abs(parameters).max()):
            converged = True
            break
    score, information = _scores(rows, parameters)
    influence = (score * rows.weights[:, None]) @ np.linalg.pinv(information)
    return OrdinalFit(parameters[: levels - 1], parameters[levels - 1 :], influence, converged)
