"""Separation: data for which a logistic or ordinal fit has no finite maximum, found by linear programming."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog

FloatArray = NDArray[np.float64]
TINY = 1e-7


def _gains(y: NDArray[np.int64], x: FloatArray) -> FloatArray:
    """Rows whose product with a direction says how far each bound moves away from its answer.

    Along a direction (thresholds, slopes) the likelihood never falls when every row is at least 0: the upper
    bound of an answer rises, its lower bound sinks.
    """
    cuts = int(y.max())
    unit = np.eye(cuts)
    upper, lower = y < cuts, y > 0
    above = np.hstack([unit[y[upper]], -x[upper]])
    below = -np.hstack([unit[y[lower] - 1], -x[lower]])
    return np.unique(np.vstack([above, below]), axis=0)


def _solve(
    cost: FloatArray, left: FloatArray, right: FloatArray, bounds: tuple[float, float | None]
) -> FloatArray:
    """Solution of a linear program that has one: 0 is feasible, or the directions found before are."""
    found = linprog(cost, A_ub=left, b_ub=right, bounds=[bounds] * len(cost))
    return np.asarray(found.x, dtype=np.float64)


def separated_columns(y: ArrayLike, x: ArrayLike) -> tuple[int, ...]:
    """Columns of x that separate the answers, wholly or in part (Albert and Anderson 1984; Konis 2007).

    Parameters
    ----------
    y
        Answers 0 to K - 1, each of which occurs, shape (n,); K = 2 is logistic regression.
    x
        Covariates without a constant, shape (n, p).

    Returns
    -------
    tuple of int
        Positions of the columns of the sparsest such direction; empty when a finite maximum exists.

    Examples
    --------
    >>> separated_columns([0, 0, 1, 1], [[1.0, 0.0], [2.0, 1.0], [3.0, 0.0], [4.0, 1.0]])
    (0,)
    >>> separated_columns([0, 1, 0, 1], [[0.0], [0.0], [1.0], [1.0]])
    ()
    """
    answers = np.asarray(y, dtype=np.int64)
    covariates = np.asarray(x, dtype=np.float64).reshape(len(answers), -1)
    size = np.abs(covariates).max(axis=0, initial=0.0)
    covariates = covariates / np.where(size > 0, size, 1.0)  # the program sees every column in one unit
    gains = _gains(answers, covariates)
    width, cuts = gains.shape[1], int(answers.max())
    widest = _solve(-gains.sum(axis=0), -gains, np.zeros(len(gains)), (-1, 1))
    if gains.sum(axis=0) @ widest <= TINY:
        return ()
    slopes = np.r_[np.zeros(2 * cuts), np.ones(2 * (width - cuts))]
    split = np.hstack([gains[:, :cuts], -gains[:, :cuts], gains[:, cuts:], -gains[:, cuts:]])
    limit = np.r_[np.zeros(len(split)), -1.0]
    sparse = _solve(slopes, -np.vstack([split, split.sum(axis=0)]), limit, (0, None))
    rise, fall = np.split(sparse[2 * cuts :], 2)
    direction = rise - fall
    return tuple(int(position) for position in np.flatnonzero(np.abs(direction) > TINY))
