"""Logistic regression with Firth's penalty: finite also where the answers are separated.

The penalty is half the log-determinant of the information (Firth 1993, Biometrika 80, 27-38; Heinze and
Schemper 2002, Statistics in Medicine 21, 2409-2419). Weights count as their mean being 1.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from barometri.errors import DesignError
from barometri.inference.fitting import MAX_HALVINGS, MAX_ITERATIONS, Fit, prepare, spread_scores

FloatArray = NDArray[np.float64]
TINY_STEP = 1e-18  # of the quadratic form of a step, per respondent; scoring stalls in rounding below


def fit_firth(y: ArrayLike, x: ArrayLike, weights: ArrayLike, respondents: float) -> Fit:
    """Weighted logistic regression that maximises the penalised likelihood.

    Parameters
    ----------
    y
        Outcome 0 or 1, shape (R,).
    x
        Design matrix with its own intercept column, shape (R, p).
    weights
        Not negative, shape (R,).
    respondents
        Number of respondents behind the rows: the weights are scaled to this sum, since the penalty does not
        grow with them.

    Returns
    -------
    Fit
        ``scores`` are those of the penalised likelihood, ``x (y - p + h (1/2 - p))`` with leverage h of one
        unit of weight; ``log_likelihood`` has the penalty in it.

    Raises
    ------
    DesignError
        Weights or columns that cannot be used, or an outcome with one value.

    Examples
    --------
    >>> fit = fit_firth([0, 1], [[1, 0], [1, 1]], [1, 1], 2)
    >>> fit.converged, [round(float(b), 3) + 0.0 for b in fit.slopes]
    (True, [-1.099, 2.197])
    """
    matrix, w, used = prepare(x, weights)
    outcome = np.asarray(y, dtype=np.float64)[used]
    if len(np.unique(outcome)) != 2:  # noqa: PLR2004 - no and yes
        raise DesignError("A logistic fit needs an outcome with the two values 0 and 1 among the rows used.")
    w = w * (scale := respondents / w.sum())

    def information(b: FloatArray) -> FloatArray:
        return _cross(matrix, w * special.expit(matrix @ b) * special.expit(-(matrix @ b)))

    def value(b: FloatArray) -> float:
        eta = matrix @ b
        return float(w @ (outcome * eta - np.logaddexp(0, eta)) + np.linalg.slogdet(information(b))[1] / 2)

    def leverage(b: FloatArray, mean: FloatArray) -> FloatArray:
        return np.asarray(mean * (1 - mean) * ((matrix @ np.linalg.inv(information(b))) * matrix).sum(axis=1))

    def scores(b: FloatArray) -> FloatArray:
        mean = special.expit(matrix @ b)
        return np.asarray(matrix * (outcome - mean + leverage(b, mean) * (0.5 - mean))[:, None])

    def step(b: FloatArray) -> tuple[FloatArray, float]:
        mean = special.expit(matrix @ b)  # the penalty acts like leverage more answers, half of them yes
        curvature = _cross(matrix, w * (1 + leverage(b, mean)) * mean * (1 - mean))
        move = np.linalg.solve(curvature, gradient := w @ scores(b))
        return move, float(move @ gradient) / respondents

    b, iteration, converged = _climb(value, step, np.zeros(matrix.shape[1]))
    return Fit(
        kind="logistic",
        slopes=b,
        thresholds=np.zeros(0),
        categories=np.array([0, 1]),
        information=information(b) / scale,
        scores=spread_scores(scores(b), used),
        weights=np.asarray(weights, dtype=np.float64),
        log_likelihood=value(b) / scale,
        iterations=iteration,
        converged=converged,
    )


def _cross(x: FloatArray, weights: FloatArray) -> FloatArray:
    """Return X'WX."""
    return np.asarray((x * weights[:, None]).T @ x)


def _climb(
    value: Callable[[FloatArray], float],
    step: Callable[[FloatArray], tuple[FloatArray, float]],
    start: FloatArray,
) -> tuple[FloatArray, int, bool]:
    """Go up by scoring steps, halved where they overshoot; return place, steps, and whether it stands."""
    b, current = start, value(start)
    for iteration in range(1, MAX_ITERATIONS + 1):
        move, gain = step(b)
        for _ in range(MAX_HALVINGS):
            proposal = value(b + move)
            if proposal >= current - 1e-12 * max(1.0, abs(current)):
                b, current = b + move, proposal
                break
            move = move / 2
        if gain <= TINY_STEP:
            return b, iteration, True
    return b, MAX_ITERATIONS, False
