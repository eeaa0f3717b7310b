"""Logistic regression with Firth's penalty: finite also where the answers are separated.

The penalty is half the log-determinant of the information (Firth 1993, Biometrika 80, 27-38; Heinze and
Schemper 2002, Statistics in Medicine 21, 2409-2419). Weights count as their mean being 1.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from barometri.errors import DesignError
from barometri.inference.fitting import MAX_HALVINGS, MAX_ITERATIONS, Fit, prepare, spread_scores

FloatArray = NDArray[np.float64]
TINY_STEP = 1e-20  # of the quadratic form of a step, per respondent


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
    >>> fit.converged, fit.slopes.round(4).tolist()
    (True, [-1.0986, 2.1972])
    """
    matrix, w, used = prepare(x, weights)
    outcome = np.asarray(y, dtype=np.float64)[used]
    if len(np.unique(outcome)) != 2:  # noqa: PLR2004 - no and yes
        raise DesignError("A logistic fit needs an outcome with the two values 0 and 1 among the rows used.")
    scale = respondents / w.sum()
    w = w * scale

    def information(b: FloatArray) -> FloatArray:
        mean = special.expit(matrix @ b)
        return np.asarray((matrix * (w * mean * (1 - mean))[:, None]).T @ matrix)

    def value(b: FloatArray) -> float:
        eta = matrix @ b
        return float(w @ (outcome * eta - np.logaddexp(0, eta))) + 0.5 * float(
            np.linalg.slogdet(information(b))[1]
        )

    def scores(b: FloatArray) -> FloatArray:
        mean = special.expit(matrix @ b)
        leverage = mean * (1 - mean) * ((matrix @ np.linalg.inv(information(b))) * matrix).sum(axis=1)
        return np.asarray(matrix * (outcome - mean + leverage * (0.5 - mean))[:, None])

    b, current, converged, iteration = np.zeros(matrix.shape[1]), -np.inf, False, 0
    current = value(b)
    while not converged and iteration < MAX_ITERATIONS:
        iteration += 1
        gradient = w @ scores(b)
        step = np.linalg.solve(information(b), gradient)
        converged = float(step @ gradient) <= TINY_STEP * respondents
        for _ in range(MAX_HALVINGS):
            proposal = value(b + step)
            if proposal >= current - 1e-12 * max(1.0, abs(current)):
                b, current = b + step, proposal
                break
            step = step / 2
    return Fit(
        kind="logistic",
        slopes=b,
        thresholds=np.zeros(0),
        categories=np.array([0, 1]),
        information=information(b) / scale,
        scores=spread_scores(scores(b), used),
        weights=np.asarray(weights, dtype=np.float64),
        log_likelihood=current / scale,
        iterations=iteration,
        converged=converged,
    )
