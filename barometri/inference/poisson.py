"""Weighted Poisson regression of counts with a log link."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from barometri.errors import DesignError
from barometri.inference.fitting import Fit, informative, newton, prepare, spread_scores

FloatArray = NDArray[np.float64]
LARGEST = 700.0  # of the linear predictor; beyond it the exponential overflows


def fit_poisson(y: ArrayLike, x: ArrayLike, weights: ArrayLike) -> Fit:
    """Weighted Poisson regression by Newton's method.

    With the design's sandwich nothing is assumed about the variance of the counts (quasi-Poisson).

    Parameters
    ----------
    y
        Counts, not negative, shape (R,).
    x
        Design matrix with its own intercept column, shape (R, p).
    weights
        Not negative, shape (R,).

    Returns
    -------
    Fit
        Slopes are log rate ratios.

    Raises
    ------
    DesignError
        Weights or columns that cannot be used, negative counts, or nothing but zeros.

    Examples
    --------
    >>> fit = fit_poisson([1, 3], [[1], [1]], [1, 1])
    >>> bool(np.isclose(fit.slopes[0], np.log(2)))
    True
    """
    matrix, w, used = prepare(x, weights)
    outcome = np.asarray(y, dtype=np.float64)[used]
    if outcome.min() < 0 or outcome.max() <= 0:
        raise DesignError("A Poisson fit needs counts of at least 0, not all of them 0, among the rows used.")
    share = w / w.sum()
    constant = float(share @ gammaln(outcome + 1))

    def value(b: FloatArray) -> float:
        eta = matrix @ b
        if eta.max() > LARGEST:
            return -np.inf
        return float(share @ (outcome * eta - np.exp(eta))) - constant

    def slopes(b: FloatArray) -> tuple[FloatArray, FloatArray]:
        mean = np.exp(matrix @ b)
        curvature = (matrix * (share * mean)[:, None]).T @ matrix
        return (share * (outcome - mean)) @ matrix, np.asarray(curvature)

    target = np.log(outcome + share @ outcome) - np.log(2)  # half way to the mean: finite and close
    root = np.sqrt(share)
    start = np.linalg.lstsq(matrix * root[:, None], target * root, rcond=None)[0]
    peak = newton(value, slopes, start)
    information = slopes(peak.parameters)[1] * w.sum()
    scores = matrix * (outcome - np.exp(matrix @ peak.parameters))[:, None]
    return Fit(
        kind="poisson",
        slopes=peak.parameters,
        thresholds=np.zeros(0),
        categories=np.zeros(0, dtype=np.int64),
        information=information,
        scores=spread_scores(scores, used),
        weights=np.asarray(weights, dtype=np.float64),
        log_likelihood=peak.value * float(w.sum()),
        iterations=peak.iterations,
        converged=peak.converged and informative(information / w.sum(), slopes(start)[1]),
    )
