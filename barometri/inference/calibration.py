"""Weights that reproduce known totals, from patterns of auxiliary values alone.

Rows with the same auxiliary values form a pattern and share one factor, so everything here works on sums of
weights by pattern; several sets of weights (replicates) are calibrated side by side. Deville and Särndal
(1992), JASA 87, 376-382; raking is Deming and Stephan (1940), Annals of Mathematical Statistics 11, 427-444.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from barometri.errors import DesignError, check_option

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Bounds = tuple[float, float]
Distance = Literal["linear", "logit", "raking"]
DISTANCES: tuple[str, ...] = get_args(Distance)
SWEEPS, STEPS, HALVINGS = 2000, 200, 30
TIGHT, CLOSE = 1e-13, 1e-9  # aimed at, and accepted
Curve = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Factors of the weights.

    Parameters
    ----------
    factors
        By set of weights and pattern, shape (R, K); NaN where the totals cannot be reached.
    error
        Largest relative distance from a total, shape (R,).
    """

    factors: FloatArray
    error: FloatArray


def rake_factors(weights: FloatArray, margins: Sequence[IntArray], totals: Sequence[FloatArray]) -> Fitted:
    """Scale weights to one margin after the other until all hold; one margin is post-stratification.

    Parameters
    ----------
    weights
        Sums of weights by set and pattern, shape (R, K).
    margins
        Category of each pattern for every margin, shape (K,); -1 for patterns that stay as they are.
    totals
        Population counts of the categories of every margin.

    Returns
    -------
    Fitted
        ``error`` is infinite where a category has no weight.

    Examples
    --------
    >>> rake_factors(np.array([[2.0, 2.0]]), [np.array([0, 1])], [np.array([3.0, 1.0])]).factors
    array([[1.5, 0.5]])
    """
    own = np.array(weights, dtype=np.float64)
    joined = [_indicators(codes, len(counts)) for codes, counts in zip(margins, totals, strict=True)]
    error = np.full(len(own), np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(SWEEPS):
            for inside, counts in zip(joined, totals, strict=True):
                scale = counts / (own @ inside)
                own *= np.where(inside.any(axis=1), scale @ inside.T, 1.0)
            gaps = [np.abs(own @ inside / counts - 1) for inside, counts in zip(joined, totals, strict=True)]
            error = np.concatenate(gaps, axis=1).max(axis=1)
            if not np.any(error > TIGHT):
                break
        factors = np.where(weights != 0, own / weights, 1.0)
    return _checked(factors, error)


def _indicators(codes: IntArray, categories: int) -> FloatArray:
    return np.asarray(codes[:, None] == np.arange(categories), dtype=np.float64)


def _checked(factors: FloatArray, error: FloatArray) -> Fitted:
    failed = ~(error <= CLOSE)
    factors[failed] = np.nan
    return Fitted(factors, np.where(np.isnan(error), np.inf, error))


def calibration_factors(
    weights: FloatArray,
    x: FloatArray,
    totals: FloatArray,
    *,
    method: Distance = "linear",
    bounds: Bounds | None = None,
) -> Fitted:
    """Factors ``F(x'λ)`` closest to 1 with which the weighted sums of x are the totals.

    ``linear``: F(u) = 1 + u, cut at the bounds; ``raking``: exp(u); ``logit``: between the bounds L < 1 < U,
    ``(L (U-1) + U (1-L) e) / (U-1 + (1-L) e)`` with ``e = exp(u (U-L) / ((1-L)(U-1)))``.

    Parameters
    ----------
    weights
        Sums of weights by set and pattern, shape (R, K).
    x
        Auxiliary values of the patterns, shape (K, p); zeros for patterns that stay as they are.
    totals
        Population totals, shape (p,).
    method
        Distance function.
    bounds
        Smallest and largest factor; needed by ``logit``, possible for ``linear``.

    Returns
    -------
    Fitted
        Newton's solution.

    Raises
    ------
    DesignError
        Bounds that do not enclose 1, or do not go with the method.

    Examples
    --------
    >>> x = np.array([[1.0, 0.0], [1.0, 1.0]])
    >>> calibration_factors(np.array([[2.0, 2.0]]), x, np.array([5.0, 2.0])).factors
    array([[1.5, 1. ]])
    """
    curve = _curve(method, bounds)
    size = np.maximum(np.abs(totals), np.abs(weights[0]) @ np.abs(x))
    scale = np.where(size > 0, size, 1.0)
    fitted = [_newton(own, x / scale, totals / scale, curve) for own in weights]
    return _checked(np.stack([factors for factors, _ in fitted]), np.array([error for _, error in fitted]))


def _curve(method: Distance, bounds: Bounds | None) -> Curve:
    check_option("method", method, DISTANCES)
    low, high = bounds if bounds is not None else (-np.inf, np.inf)
    if not low < 1 < high:
        raise DesignError("The bounds of calibration are factors of the weights and must enclose 1.")
    if method == "raking":
        if bounds is not None:
            raise DesignError("Raking takes no bounds; use method='logit' or 'linear' with bounds.")
        return _exponential
    if method == "linear":
        return lambda u: (np.clip(1 + u, low, high), ((1 + u > low) & (1 + u < high)).astype(np.float64))
    if not (np.isfinite(low) and np.isfinite(high)):
        raise DesignError("Logit calibration needs finite bounds, for example bounds=(0.3, 3).")
    return _logit(low, high)


def _exponential(u: FloatArray) -> tuple[FloatArray, FloatArray]:
    e = np.exp(u)
    return e, e


def _logit(low: float, high: float) -> Curve:
    left, right = 1 - low, high - 1
    steep = (high - low) / (left * right)

    def curve(u: FloatArray) -> tuple[FloatArray, FloatArray]:
        share = left / (left + right * np.exp(-np.clip(steep * u, -700, 700)))
        factor = low + (high - low) * share
        return factor, steep * (factor - low) * (high - factor) / (high - low)

    return curve


def _newton(weights: FloatArray, x: FloatArray, totals: FloatArray, curve: Curve) -> tuple[FloatArray, float]:
    """Solve for the multipliers by Newton's steps, halved while they do not help."""

    def gap(at: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        with np.errstate(over="ignore", invalid="ignore"):
            factor, slope = curve(x @ at)
            return totals - (weights * factor) @ x, factor, slope

    multiplier = np.zeros(x.shape[1])
    rest, factor, slope = gap(multiplier)
    for _ in range(STEPS):
        if np.abs(rest).max(initial=0.0) <= TIGHT:
            break
        information = (x * (weights * slope)[:, None]).T @ x
        if not np.all(np.isfinite(information)):
            break
        step = np.linalg.lstsq(information, rest, rcond=1e-12)[0]
        for _ in range(HALVINGS):
            tried = gap(multiplier + step)
            if np.abs(tried[0]).sum() < np.abs(rest).sum():
                break
            step = step / 2
        else:
            break
        multiplier = multiplier + step
        rest, factor, slope = tried
    error = np.abs(rest).max(initial=0.0)
    return factor, float(error) if np.isfinite(error) else np.inf


def regression_coefficients(x: FloatArray, weights: FloatArray, weighted: FloatArray) -> FloatArray:
    """Weighted least squares of linearised values on auxiliary values, from sums by pattern.

    Parameters
    ----------
    x
        Auxiliary values of the patterns, shape (K, p); dependent columns are allowed.
    weights
        ``sum q`` by pattern, shape (K,).
    weighted
        ``sum q z`` by pattern, shape (K, m).

    Returns
    -------
    numpy.ndarray
        Shape (p, m).

    Examples
    --------
    >>> regression_coefficients(np.ones((2, 1)), np.ones(2), np.array([[1.0], [3.0]]))
    array([[2.]])
    """
    products = (x * weights[:, None]).T @ x
    spread = np.sqrt(np.abs(np.diag(products)))
    scale = np.where(spread > 0, spread, 1.0)
    scaled = np.linalg.lstsq(products / np.outer(scale, scale), (x / scale).T @ weighted, rcond=1e-11)[0]
    return np.asarray(scaled / scale[:, None], dtype=np.float64)


def trimmed(weights: FloatArray, lower: float, upper: float, *, repeat: bool = True) -> FloatArray:
    """Weights cut at two limits, what is cut off shared equally among the others.

    Parameters
    ----------
    weights
        Shape (n,).
    lower, upper
        Limits.
    repeat
        Whether this goes on until no weight lies outside, or happens once.

    Returns
    -------
    numpy.ndarray
        Shape (n,), with the same sum while anybody lies between the limits.

    Examples
    --------
    >>> trimmed(np.array([1.0, 2.0, 6.0]), 0.0, 5.0)
    array([1.5, 2.5, 5. ])
    """
    own = np.array(weights, dtype=np.float64)
    for _ in range(len(own)):
        outside = (own < lower) | (own > upper)
        if not outside.any():
            break
        cut = np.clip(own, lower, upper)
        inside = ~outside & (own > lower) & (own < upper) if repeat else ~outside
        if inside.any():
            cut[inside] += (own - cut).sum() / inside.sum()
        own = cut
        if not repeat:
            break
    return own
