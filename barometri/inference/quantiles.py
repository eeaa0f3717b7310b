"""Quantiles of weighted values under the twelve rules of R's survey package, from sorted values alone.

A quantile inverts the weighted distribution function ``F(x) = sum of w over values up to x / sum w``. The
inverse is a step function; the rules say what stands on the steps and between them (Hyndman and Fan 1996,
American Statistician 50, 361-365, generalised to weights as in the vignette "Estimating quantiles" of R's
survey package 4.1; Shah and Vaish 2006, Proceedings of the Survey Research Methods Section of the ASA).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import OptionError, check_option

FloatArray = NDArray[np.float64]
QuantileRule = Literal[
    "math", "school", "shah_vaish", "hf1", "hf2", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9"
]
QUANTILE_RULES: tuple[str, ...] = get_args(QuantileRule)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Values in rising order, with their weights.

    Parameters
    ----------
    values
        Shape (n,), rising; ties by falling weight, so that no result depends on the order of the rows.
    weights
        Shape (n,), positive.
    below
        Sums of the weights up to each value, shape (n,), added in extended precision: a share that is reached
        exactly on paper then is reached here wherever doubles allow it.
    """

    values: FloatArray
    weights: FloatArray
    below: FloatArray

    @property
    def shares(self) -> FloatArray:
        """Weighted distribution function at each value, shape (n,), 0 to 1."""
        return np.asarray(self.below / self.below[-1])


def rank(values: ArrayLike, weights: ArrayLike) -> Ranked:
    """Sort values and add up their weights.

    Parameters
    ----------
    values
        Numbers, shape (n,); NaN is left out.
    weights
        Shape (n,), not negative; rows of weight 0 are left out.

    Returns
    -------
    Ranked
        Perhaps of no value.

    Raises
    ------
    OptionError
        Arrays of different shapes.

    Examples
    --------
    >>> rank([3, 1], [1, 3]).shares
    array([0.75, 1.  ])
    """
    x, w = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if x.shape != w.shape or x.ndim != 1:
        raise OptionError("Quantiles need one weight a value; give two arrays of one shape (n,).")
    known = ~np.isnan(x) & (w > 0)
    x, w = x[known], w[known]
    order = np.lexsort((-w, x))
    sums = np.cumsum(w[order].astype(np.longdouble))
    return Ranked(x[order], w[order], sums.astype(np.float64))


def quantiles(ranked: Ranked, probabilities: ArrayLike, rule: QuantileRule = "math") -> FloatArray:
    """Quantiles of weighted values.

    With ``C_k`` the sum of the weights up to the k-th value:

    - ``math``, ``hf1``: the smallest value whose share ``C_k / C_n`` reaches p.
    - ``school``, ``hf2``: the same, but the average with the next value where the share is exactly p.
    - ``hf3``: the same, but where the share is exactly p the value of even rank among the distinct values.
    - ``shah_vaish``: the smallest value with ``(C*_k + 1/2 - w*_k / 2) / (n + 1)`` at least p, weights
      scaled to sum n.
    - ``hf4`` to ``hf9`` interpolate between the points (p_k, x_k) and stay at the ends beyond them, with p_k
      ``C_k / C_n``, ``(C_k - w_k/2) / C_n``, ``C_k / (C_n + w_n)``, ``C_(k-1) / C_(n-1)``,
      ``(C_k - w_k/3) / (C_n + w_n/3)``, ``(C_k - 3 w_k/8) / (C_n + w_n/4)``.

    Parameters
    ----------
    ranked
        Sorted values.
    probabilities
        Shape (m,), 0 to 1; NaN gives NaN.
    rule
        Word of the rule.

    Returns
    -------
    numpy.ndarray
        Shape (m,); NaN without values.

    Raises
    ------
    OptionError
        An unknown rule.

    Examples
    --------
    >>> quantiles(rank([1, 2, 3, 4], [1, 1, 1, 1]), [0.5])
    array([2.])
    >>> quantiles(rank([1, 2, 3, 4], [1, 1, 1, 1]), [0.5], "school")
    array([2.5])
    """
    check_option("rule", rule, QUANTILE_RULES)
    p = np.atleast_1d(np.asarray(probabilities, dtype=np.float64))
    if len(ranked.values) == 0:
        return np.full(p.shape, np.nan)
    found = _RULES[rule](ranked, np.clip(np.where(np.isnan(p), 0.5, p), 0.0, 1.0))
    return np.where(np.isnan(p), np.nan, found)


def _first_reaching(shares: FloatArray, p: FloatArray) -> NDArray[np.int64]:
    """Position of the first share that is at least p; the last one where none is."""
    found = np.searchsorted(shares, p, side="left")
    return np.minimum(found, len(shares) - 1).astype(np.int64)


def _mathematical(ranked: Ranked, p: FloatArray) -> FloatArray:
    return ranked.values[_first_reaching(ranked.shares, p)]


def _school(ranked: Ranked, p: FloatArray) -> FloatArray:
    at = _first_reaching(ranked.shares, p)
    after = np.minimum(at + 1, len(ranked.values) - 1)
    exact = ranked.shares[at] == p
    return np.where(exact, (ranked.values[at] + ranked.values[after]) / 2, ranked.values[at])


def _even(ranked: Ranked, p: FloatArray) -> FloatArray:
    last = np.flatnonzero(np.append(ranked.values[1:] != ranked.values[:-1], True))
    values, shares = ranked.values[last], ranked.shares[last]
    at = _first_reaching(shares, p)
    odd = (shares[at] == p) & (at % 2 == 0)  # ranks count from 1
    return values[np.where(odd, np.minimum(at + 1, len(values) - 1), at)]


def _shah_vaish(ranked: Ranked, p: FloatArray) -> FloatArray:
    n = len(ranked.values)
    scale = n / ranked.below[-1]
    shares = (ranked.below * scale + 0.5 - ranked.weights * scale / 2) / (n + 1)
    return ranked.values[_first_reaching(np.maximum.accumulate(shares), p)]


def _between(points: Callable[[Ranked], FloatArray]) -> Callable[[Ranked, FloatArray], FloatArray]:
    """Return the rule that interpolates linearly between the values at the given points."""

    def interpolate(ranked: Ranked, p: FloatArray) -> FloatArray:
        if len(ranked.values) == 1:
            return np.full(p.shape, ranked.values[0])
        return np.interp(p, points(ranked), ranked.values)

    return interpolate


def _shifted(own: float, last: float) -> Callable[[Ranked], FloatArray]:
    """Return points ``(C_k - own w_k) / (C_n + last w_n)``."""
    return lambda r: (r.below - own * r.weights) / (r.below[-1] + last * r.weights[-1])


_RULES: dict[str, Callable[[Ranked, FloatArray], FloatArray]] = {
    "math": _mathematical,
    "hf1": _mathematical,
    "school": _school,
    "hf2": _school,
    "hf3": _even,
    "shah_vaish": _shah_vaish,
    "hf4": _between(_shifted(0.0, 0.0)),
    "hf5": _between(_shifted(0.5, 0.0)),
    "hf6": _between(_shifted(0.0, 1.0)),
    "hf7": _between(lambda r: np.append(0.0, r.below[:-1]) / r.below[-2]),
    "hf8": _between(_shifted(1 / 3, 1 / 3)),
    "hf9": _between(_shifted(0.375, 0.25)),
}
