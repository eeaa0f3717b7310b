"""Weighted quantiles: plotting positions and steps of the weighted distribution function.

The sample definitions are the nine of Hyndman and Fan (1996, American Statistician 50, 361-365) and the one
of Shah and Vaish (2006, Proceedings of the Survey Research Methods Section of the ASA). Weights enter in
one way everywhere: where a definition for equal weights counts k of n cases, the sum of the weights up to
the k-th case stands for k, its own weight for the 1 that is taken from k, the weight of the last case for
the 1 that is added to n.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import OptionError, check_option

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
QuantileRule = Literal[
    "math", "school", "shah_vaish", "hf1", "hf2", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9"
]
QUANTILE_RULES: Final[tuple[str, ...]] = get_args(QuantileRule)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Values in rising order, with their weights.

    Parameters
    ----------
    values
        Shape (n,), rising; of equal values the heavier come first, so that the order of rows cannot matter.
    weights
        Shape (n,), positive.
    cumulated
        Sum of the weights up to each value, shape (n,), added in extended precision where the machine has it
        and rounded once, so that what is a double on paper is that double.
    """

    values: FloatArray
    weights: FloatArray
    cumulated: FloatArray

    @property
    def shares(self) -> FloatArray:
        """Weighted share of the cases up to each one, shape (n,), more than 0, up to 1."""
        return self.cumulated / self.cumulated[-1:]

    def positions(self, own: float, last: float) -> FloatArray:
        """Return the plotting positions ``(C_k - own w_k) / (C_n + last w_n)``, shape (n,)."""
        top = self.cumulated[-1:] + last * self.weights[-1:]
        return np.asarray((self.cumulated - own * self.weights) / top)


def rank(values: ArrayLike, weights: ArrayLike) -> Ranked:
    """Put values into rising order and add up their weights.

    Parameters
    ----------
    values
        Numbers, shape (n,); NaN is left out.
    weights
        Shape (n,), not negative; what weighs nothing is left out.

    Returns
    -------
    Ranked
        Empty where nothing counts.

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
        raise OptionError(f"Quantiles need one weight a value; got shapes {x.shape} and {w.shape}.")
    counted = ~np.isnan(x) & (w > 0)
    x, w = x[counted], w[counted]
    order = np.lexsort((-w, x))
    cumulated = np.cumsum(w[order], dtype=np.longdouble).astype(np.float64)
    return Ranked(x[order], w[order], cumulated)


Reader = Callable[[Ranked, FloatArray], FloatArray]


def quantiles(ranked: Ranked, probabilities: ArrayLike, rule: QuantileRule = "math") -> FloatArray:
    """Quantiles of weighted values.

    With ``C_k`` the sum of the weights up to the k-th case and ``F = C_k / C_n``:

    - steps: the smallest value with ``F >= p``. They differ where a value has ``F = p`` exactly: ``math`` and
      ``hf1`` take it; ``school`` and ``hf2`` its mean with the next value; ``hf3`` it or the next, whichever
      has the even place among the distinct values.
    - ``shah_vaish``: the step at ``(C_k - w_k / 2 + 1/2) / (n + 1)``, weights scaled to sum n, for F.
    - lines: linear between the values at plotting positions ``(C_k - a w_k) / (C_n + b w_n)``, the end values
      beyond them; (a, b) is (0, 0) for ``hf4``, (1/2, 0) ``hf5``, (0, 1) ``hf6``, (1, -1) ``hf7``,
      (1/3, 1/3) ``hf8``, (3/8, 1/4) ``hf9``.

    Parameters
    ----------
    ranked
        Ordered values.
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
    p = np.asarray(probabilities, dtype=np.float64)
    result = np.full(p.shape, np.nan)
    asked = ~np.isnan(p)
    if len(ranked.values) and asked.any():
        result[asked] = _READERS[rule](ranked, p[asked])
    return result


def _step(positions: FloatArray, p: FloatArray) -> IntArray:
    """Place of the first position that is not below p; the last place where all are."""
    return np.minimum(np.searchsorted(positions, p, side="left"), len(positions) - 1)


def _itself(values: FloatArray, place: IntArray) -> FloatArray:
    return values[place]


def _halfway(values: FloatArray, place: IntArray) -> FloatArray:
    """Mean with the next value; the last has none."""
    return np.asarray((values[place] + values[np.minimum(place + 1, len(values) - 1)]) / 2)


def _of_even_rank(values: FloatArray, place: IntArray) -> FloatArray:
    """Ranks count from 1, places from 0: an even rank is an odd place."""
    return np.asarray(values[np.minimum(place + (place + 1) % 2, len(values) - 1)])


def _steps(at_tie: Callable[[FloatArray, IntArray], FloatArray]) -> Reader:
    """Make the rule of steps that reads ``at_tie`` where a distinct value has the share p exactly."""

    def read(ranked: Ranked, p: FloatArray) -> FloatArray:
        final = np.append(np.diff(ranked.values) > 0, np.True_)  # the last case of each distinct value
        values, shares = ranked.values[final], ranked.shares[final]
        place = _step(shares, p)
        return np.asarray(np.where(shares[place] == p, at_tie(values, place), values[place]))

    return read


def _centred(ranked: Ranked, p: FloatArray) -> FloatArray:
    """Shah and Vaish's rule."""
    n = len(ranked.values)
    scaled = ranked.weights * n / ranked.cumulated[-1]  # exactly 1 where all weigh the same
    centres = np.cumsum(scaled, dtype=np.longdouble) - scaled / 2
    return ranked.values[_step(((centres + 0.5) / (n + 1)).astype(np.float64), p)]


def _lines(own: float, last: float) -> Reader:
    """Make the rule that joins the values at the positions of these two constants by lines."""

    def read(ranked: Ranked, p: FloatArray) -> FloatArray:
        if len(ranked.values) == 1:
            return np.full(p.shape, ranked.values[0])
        return np.interp(p, ranked.positions(own, last), ranked.values)

    return read


_READERS: Final[dict[str, Reader]] = {
    "math": _steps(_itself),
    "hf1": _steps(_itself),
    "school": _steps(_halfway),
    "hf2": _steps(_halfway),
    "hf3": _steps(_of_even_rank),
    "shah_vaish": _centred,
    "hf4": _lines(0.0, 0.0),
    "hf5": _lines(0.5, 0.0),
    "hf6": _lines(0.0, 1.0),
    "hf7": _lines(1.0, -1.0),
    "hf8": _lines(1 / 3, 1 / 3),
    "hf9": _lines(3 / 8, 1 / 4),
}
