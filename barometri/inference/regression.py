"""Weighted linear, logistic and proportional-odds fits on rows or on compressed patterns.

A fit knows nothing of the design. Its scores, weighted and summed by sampling unit, go to
`barometri.inference.linearization.covariance`, and `barometri.inference.sandwich.sandwich` turns that
covariance into one of the parameters (Binder 1983, International Statistical Review 51, 279-292). Rows that
agree on everything may be given once with the sum of their weights: the results are the same.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, special

from barometri.errors import DesignError
from barometri.inference.fitting import Fit, aliased_columns, informative, newton, prepare, spread_scores
from barometri.inference.ordinal import fit_ordinal, ordinal_probabilities

__all__ = ["Fit", "aliased_columns", "fit_linear", "fit_logistic", "fit_ordinal", "ordinal_probabilities"]

FloatArray = NDArray[np.float64]


def fit_linear(y: ArrayLike, x: ArrayLike, weights: ArrayLike) -> Fit:
    """Weighted least squares.

    Parameters
    ----------
    y
        Outcome, shape (R,).
    x
        Design matrix with its own intercept column, shape (R, p).
    weights
        Not negative, shape (R,).

    Returns
    -------
    Fit
        Slopes in units of y; ``scores`` are ``x (y - x b)``, ``information`` is ``X' W X``.

    Raises
    ------
    DesignError
        Weights or columns that cannot be used.

    Examples
    --------
    >>> fit_linear([1.0, 3.0, 5.0], [[1, 0], [1, 1], [1, 2]], [1, 2, 1]).slopes.round(12)
    array([1., 2.])
    """
    matrix, w, used = prepare(x, weights)
    outcome = np.asarray(y, dtype=np.float64)[used]
    root = np.sqrt(w)
    q, r = np.linalg.qr(matrix * root[:, None])
    b = linalg.solve_triangular(r, q.T @ (outcome * root))
    scores = matrix * (outcome - matrix @ b)[:, None]
    information = (matrix * w[:, None]).T @ matrix
    none = np.zeros(0)
    return Fit(
        kind="linear",
        slopes=b,
        thresholds=none,
        categories=none.astype(np.int64),
        information=information,
        scores=spread_scores(scores, used),
        weights=np.asarray(weights, dtype=np.float64),
        log_likelihood=np.nan,
        iterations=1,
        converged=True,
    )


def fit_logistic(y: ArrayLike, x: ArrayLike, weights: ArrayLike) -> Fit:
    """Weighted logistic regression by Newton's method.

    Parameters
    ----------
    y
        Outcome 0 or 1, shape (R,).
    x
        Design matrix with its own intercept column, shape (R, p).
    weights
        Not negative, shape (R,).

    Returns
    -------
    Fit
        Slopes are log odds ratios.

    Raises
    ------
    DesignError
        Weights or columns that cannot be used, or an outcome with one value.

    Examples
    --------
    >>> import numpy as np
    >>> fit = fit_logistic([0, 1], [[1], [1]], [1, 3])
    >>> bool(np.isclose(fit.slopes[0], np.log(3)))
    True
    """
    matrix, w, used = prepare(x, weights)
    outcome = np.asarray(y, dtype=np.float64)[used]
    if len(np.unique(outcome)) != 2:  # noqa: PLR2004 - no and yes
        raise DesignError("A logistic fit needs an outcome with the two values 0 and 1 among the rows used.")
    share = w / w.sum()

    def value(b: FloatArray) -> float:
        eta = matrix @ b
        return float(share @ (outcome * eta - np.logaddexp(0, eta)))

    def slopes(b: FloatArray) -> tuple[FloatArray, FloatArray]:
        mean = special.expit(matrix @ b)
        curvature = (matrix * (share * mean * (1 - mean))[:, None]).T @ matrix
        return (share * (outcome - mean)) @ matrix, np.asarray(curvature)

    start = np.zeros(matrix.shape[1])
    peak = newton(value, slopes, start)
    information = slopes(peak.parameters)[1] * w.sum()
    scores = matrix * (outcome - special.expit(matrix @ peak.parameters))[:, None]
    return Fit(
        kind="logistic",
        slopes=peak.parameters,
        thresholds=np.zeros(0),
        categories=np.array([0, 1]),
        information=information,
        scores=spread_scores(scores, used),
        weights=np.asarray(weights, dtype=np.float64),
        log_likelihood=peak.value * float(w.sum()),
        iterations=peak.iterations,
        converged=peak.converged and informative(information / w.sum(), slopes(start)[1]),
    )
