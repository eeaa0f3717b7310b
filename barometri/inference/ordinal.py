"""Weighted proportional-odds regression: the cumulative logit model of McCullagh (1980, JRSS B 42, 109-142).

``logit P(Y <= k) = threshold_k - x b``: a positive slope moves answers towards the higher categories. The
log-likelihood is concave in thresholds and slopes (Pratt 1981, JASA 76, 103-106), so Newton's method with the
observed Hessian finds its maximum.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from barometri.errors import DesignError
from barometri.inference.fitting import Fit, informative, newton, prepare, spread_scores

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of a cumulative logit model; the code of each outcome counts the categories present."""

    x: FloatArray
    code: IntArray
    share: FloatArray
    cuts: int

    def bounds(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Upper and lower limits of each row's category on the logistic scale, shape (R,) each."""
        padded = np.concatenate([[-np.inf], parameters[: self.cuts], [np.inf]])
        eta = self.x @ parameters[self.cuts :]
        return padded[self.code + 1] - eta, padded[self.code] - eta

    def columns(self, offset: int) -> FloatArray:
        """Give the derivative of a limit by the parameters: 1 at its threshold, -x, shape (R, q)."""
        at = self.code + offset
        result = np.zeros((len(self.code), self.cuts + self.x.shape[1]))
        rows = np.flatnonzero((at >= 0) & (at < self.cuts))
        result[rows, at[rows]] = 1
        result[:, self.cuts :] = -self.x
        return result


def _difference(upper: FloatArray, lower: FloatArray) -> FloatArray:
    """Logistic probability between two limits, without loss of digits in either tail."""
    flip = upper + lower > 0
    high, low = np.where(flip, -lower, upper), np.where(flip, -upper, lower)
    return np.asarray(special.expit(high) - special.expit(low))


def _density(at: FloatArray) -> FloatArray:
    return np.asarray(special.expit(at) * special.expit(-at))


def _value(rows: _Rows, parameters: FloatArray) -> float:
    if np.any(np.diff(parameters[: rows.cuts]) <= 0):
        return -np.inf
    chance = _difference(*rows.bounds(parameters))
    with np.errstate(divide="ignore"):
        return float(rows.share @ np.log(chance))


def _scores(rows: _Rows, parameters: FloatArray) -> FloatArray:
    """Differentiate each row's log-probability, shape (R, q)."""
    upper, lower = rows.bounds(parameters)
    chance = _difference(upper, lower)
    by_upper, by_lower = _density(upper) / chance, -_density(lower) / chance
    scores = np.empty((len(chance), len(parameters)))
    scores[:, : rows.cuts] = 0
    inner = np.flatnonzero(rows.code < rows.cuts)
    scores[inner, rows.code[inner]] = by_upper[inner]
    inner = np.flatnonzero(rows.code > 0)
    scores[inner, rows.code[inner] - 1] = by_lower[inner]
    scores[:, rows.cuts :] = -rows.x * (by_upper + by_lower)[:, None]
    return scores


def _slopes(rows: _Rows, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gradient and observed information per unit of weight."""
    upper, lower = rows.bounds(parameters)
    chance = _difference(upper, lower)
    at_upper, at_lower = _density(upper), _density(lower)
    by_upper, by_lower = at_upper / chance, -at_lower / chance
    # f' = f (1 - 2 F), written so that it stays exact in the tails
    bend_upper = at_upper * (special.expit(-upper) - special.expit(upper)) / chance - by_upper**2
    bend_lower = -at_lower * (special.expit(-lower) - special.expit(lower)) / chance - by_lower**2
    mixed = -by_upper * by_lower
    d_upper, d_lower = rows.columns(0), rows.columns(-1)
    to_upper = d_upper * (rows.share * bend_upper)[:, None] + d_lower * (rows.share * mixed)[:, None]
    to_lower = d_upper * (rows.share * mixed)[:, None] + d_lower * (rows.share * bend_lower)[:, None]
    gradient = (rows.share * by_upper) @ d_upper + (rows.share * by_lower) @ d_lower
    return gradient, np.asarray(-(d_upper.T @ to_upper + d_lower.T @ to_lower))


def fit_ordinal(y: ArrayLike, x: ArrayLike, weights: ArrayLike) -> Fit:
    """Weighted proportional-odds regression.

    Parameters
    ----------
    y
        Outcome codes, whole numbers in rising order of meaning, shape (R,).
    x
        Design matrix *without* an intercept, shape (R, p); p may be 0.
    weights
        Not negative, shape (R,); sums of weights for compressed patterns.

    Returns
    -------
    Fit
        ``thresholds`` between the categories that occur, ``slopes`` as log odds ratios of a higher answer,
        observed ``information`` (thresholds first), ``scores`` by row.

    Raises
    ------
    DesignError
        Weights or columns that cannot be used, or an outcome with one value.

    Examples
    --------
    >>> import numpy as np
    >>> fit = fit_ordinal([1, 2, 3], np.zeros((3, 0)), [1, 1, 2])
    >>> fit.converged, fit.thresholds.round(6) + 0.0
    (True, array([-1.098612,  0.      ]))
    """
    matrix = np.asarray(x, dtype=np.float64)
    w = np.asarray(weights, dtype=np.float64)
    # an intercept stands for the thresholds: a constant column depends on them
    kept, w, used = prepare(np.column_stack([np.ones(len(matrix)), matrix]), w)
    categories, code = np.unique(np.asarray(y)[used], return_inverse=True)
    if len(categories) < 2:  # noqa: PLR2004 - nothing to compare
        raise DesignError("An ordinal fit needs an outcome with at least two values among the rows used.")
    rows = _Rows(kept[:, 1:], code.astype(np.int64), w / w.sum(), len(categories) - 1)
    below = np.cumsum(np.bincount(code, weights=rows.share))[:-1]
    start = np.concatenate([special.logit(below), np.zeros(rows.x.shape[1])])
    peak = newton(lambda t: _value(rows, t), lambda t: _slopes(rows, t), start)
    information = _slopes(rows, peak.parameters)[1] * w.sum()
    return Fit(
        kind="ordinal",
        slopes=peak.parameters[rows.cuts :],
        thresholds=peak.parameters[: rows.cuts],
        categories=categories.astype(np.int64),
        information=information,
        scores=spread_scores(_scores(rows, peak.parameters), used),
        weights=np.asarray(weights, dtype=np.float64),
        log_likelihood=peak.value * float(w.sum()),
        iterations=peak.iterations,
        converged=peak.converged and informative(information / w.sum(), _slopes(rows, start)[1]),
    )


def ordinal_probabilities(thresholds: ArrayLike, slopes: ArrayLike, x: ArrayLike) -> FloatArray:
    """Probability of each category at given covariates.

    Parameters
    ----------
    thresholds
        Shape (K - 1,), rising.
    slopes
        Shape (p,).
    x
        Shape (R, p).

    Returns
    -------
    numpy.ndarray
        Shape (R, K), rows sum to 1.

    Examples
    --------
    >>> ordinal_probabilities([0.0], [1.0], [[0.0]])
    array([[0.5, 0.5]])
    """
    eta = np.asarray(x, dtype=np.float64) @ np.asarray(slopes, dtype=np.float64)
    padded = np.concatenate([[-np.inf], np.asarray(thresholds, dtype=np.float64), [np.inf]])
    limits = padded[None, :] - eta[:, None]
    return _difference(limits[:, 1:], limits[:, :-1])
