"""Separation: data for which a logistic or ordinal fit has no finite maximum, found by linear programming."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog

FloatArray = NDArray[np.float64]
TINY = 1e-7
FEW = 2000  # rows that are looked at first


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
    cost: FloatArray,
    left: FloatArray,
    right: FloatArray,
    bounds: tuple[float, float | None],
    equal: FloatArray | None = None,
) -> FloatArray:
    """Solution of a linear program that has one: 0 is feasible, or the directions found before are."""
    zero = None if equal is None else np.zeros(len(equal))
    found = linprog(cost, A_ub=left, b_ub=right, A_eq=equal, b_eq=zero, bounds=[bounds] * len(cost))
    return np.asarray(found.x, dtype=np.float64)


def _search(gains: FloatArray, free: int, still: FloatArray | None = None) -> tuple[int, ...]:
    """Slopes of the sparsest direction along which no row loses and some row gains.

    The first ``free`` parameters are thresholds; along the direction rows of ``still`` must not move.
    """
    total = gains.sum(axis=0)
    widest = _solve(-total, -gains, np.zeros(len(gains)), (-1, 1), still)
    if total @ widest <= TINY:
        return ()
    slopes = gains.shape[1] - free
    cost = np.r_[np.zeros(2 * free), np.ones(2 * slopes)]

    def split(matrix: FloatArray) -> FloatArray:
        own = (matrix[:, :free], -matrix[:, :free], matrix[:, free:], -matrix[:, free:])
        return np.hstack(own)

    rows = split(np.vstack([gains, total]))
    limit = np.r_[np.zeros(len(gains)), -1.0]
    sparse = _solve(cost, -rows, limit, (0, None), None if still is None else split(still))
    rise, fall = np.split(sparse[2 * free :], 2)
    return tuple(int(position) for position in np.flatnonzero(np.abs(rise - fall) > TINY))


def _overlaps(answers: NDArray[np.int64], covariates: FloatArray) -> bool:
    """Whether a part of many rows has a finite maximum already; more rows cannot take it away."""
    order = np.lexsort((*covariates.T, answers))
    cuts, size = int(answers.max()), FEW
    while size < len(order) / 2:
        chosen = order[np.unique(np.linspace(0, len(order) - 1, size).astype(np.int64))]
        y, x = answers[chosen], covariates[chosen]
        full = np.linalg.matrix_rank(np.column_stack([np.ones(len(x)), x])) == x.shape[1] + 1
        if full and len(np.unique(y)) == cuts + 1 and not _search(_gains(y, x), cuts):
            return True
        size *= 8
    return False


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
    covariates = _one_unit(covariates)
    if len(answers) > FEW and _overlaps(answers, covariates):
        return ()
    return _search(_gains(answers, covariates), int(answers.max()))


def separated_counts(y: ArrayLike, x: ArrayLike) -> tuple[int, ...]:
    """Columns of x that separate counts of 0 from others, so that a log-linear fit has no finite maximum.

    Along a direction that moves no row with a count above 0 and only lowers rows with 0 the likelihood never
    falls (Correia, Guimaraes and Zylkin 2019).

    Parameters
    ----------
    y
        Counts, shape (n,).
    x
        Covariates without a constant, shape (n, p).

    Returns
    -------
    tuple of int
        Positions of the columns; empty when a finite maximum exists.

    Examples
    --------
    >>> separated_counts([0, 0, 2, 1], [[1.0], [1.0], [0.0], [0.0]])
    (0,)
    >>> separated_counts([0, 1, 2, 1], [[1.0], [1.0], [0.0], [0.0]])
    ()
    """
    counts = np.asarray(y, dtype=np.float64)
    covariates = _one_unit(np.asarray(x, dtype=np.float64).reshape(len(counts), -1))
    rows = np.column_stack([np.ones(len(counts)), covariates])
    still = np.unique(rows[counts > 0], axis=0)
    if np.linalg.matrix_rank(still) == rows.shape[1] or not np.any(counts == 0):
        return ()
    return _search(-np.unique(rows[counts == 0], axis=0), 1, still)


def _one_unit(covariates: FloatArray) -> FloatArray:
    """Scale every column alike for the program."""
    size = np.abs(covariates).max(axis=0, initial=0.0)
    return np.asarray(covariates / np.where(size > 0, size, 1.0))
