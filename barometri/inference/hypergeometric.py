"""Exact interval for the number of successes in a finite population sampled without replacement."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from barometri.errors import DesignError

FloatArray = NDArray[np.float64]


def _tails(count: int, draws: int, population: int, successes: int) -> tuple[float, float]:
    """Probabilities of at most and of at least ``count`` successes among the draws."""
    least, most = max(0, draws - (population - successes)), min(draws, successes)
    x = np.arange(least, most + 1)
    logs = (
        _log_choose(successes, x)
        + _log_choose(population - successes, draws - x)
        - _log_choose(population, np.asarray(draws))
    )
    mass = np.exp(logs)
    return float(mass[x <= count].sum()), float(mass[x >= count].sum())


def _log_choose(n: int, k: NDArray[np.int64]) -> FloatArray:
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Smallest integer of the range for which a condition that stays true once true holds."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def hypergeometric_bounds(
    counts: ArrayLike, draws: ArrayLike, population: ArrayLike, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Bounds for the number of successes K in the population, equal tails.

    The lower bound is the smallest K with ``P(X >= x | K) > alpha / 2``, the upper one the largest with
    ``P(X <= x | K) > alpha / 2`` (Konijn 1973, Statistical Theory of Sample Survey Design, chapter 4). They
    cover with at least ``level`` for every K.

    Parameters
    ----------
    counts
        Successes drawn, whole numbers 0 to n, shape (C,).
    draws
        Units drawn n, shape (C,).
    population
        Units in the population N, n or more, shape (C,).
    level
        Confidence level, 0 to 1.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper bounds of K, shape (C,), whole numbers from x to N - n + x.

    Raises
    ------
    DesignError
        A population smaller than its sample.

    Examples
    --------
    >>> [bound.tolist() for bound in hypergeometric_bounds([0, 3], [10, 10], [20, 10])]
    [[0.0, 3.0], [4.0, 3.0]]
    """
    x, n, size = np.broadcast_arrays(*(np.atleast_1d(np.asarray(a)) for a in (counts, draws, population)))
    if np.any(n > size):
        raise DesignError("A population count is smaller than the sample drawn from it; correct the counts.")
    tail = (1 - level) / 2
    low, high = np.zeros(x.shape), np.zeros(x.shape)
    for position in np.ndindex(x.shape):
        k, drawn, whole = int(x[position]), int(n[position]), int(size[position])
        low[position] = _lower(k, drawn, whole, tail)
        high[position] = whole - _lower(drawn - k, drawn, whole, tail)
    return low, high


def _lower(count: int, draws: int, population: int, tail: float) -> int:
    """Smallest number of successes that leaves at least the observed count plausible."""
    return _first(
        count,
        population - draws + count,
        lambda successes: _tails(count, draws, population, successes)[1] > tail,
    )
