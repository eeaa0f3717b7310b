"""How many digits may be published (R11): nothing below the line ever has more.

With weights N_h / r_h one exact share is an equation for every stratum's count, so rounding is a rule of
disclosure, not of looks.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

ENOUGH_FOR_THIRD_DIGIT: Final = 100
"""Shares and limits keep 0.001 from this base on, else 0.01."""

_SMALLEST_P: Final = 0.01


def share(values: FloatArray, n: FloatArray) -> FloatArray:
    """Round shares (0 to 1) to 0.001 where ``n`` is at least 100, else to 0.01.

    Examples
    --------
    >>> share(np.array([0.12345, 0.12345]), np.array([100.0, 99.0])).tolist()
    [0.123, 0.12]
    """
    return np.where(n >= ENOUGH_FOR_THIRD_DIGIT, np.round(values, 3), np.round(values, 2))


def mean(values: FloatArray) -> FloatArray:
    """Round means and their limits to 0.1."""
    return np.round(values, 1)


def standard_error(values: FloatArray) -> FloatArray:
    """Round standard errors to two significant digits.

    Examples
    --------
    >>> standard_error(np.array([0.023456, 12.34, 0.0, np.nan])).tolist()
    [0.023, 12.0, 0.0, nan]
    """
    values = np.asarray(values, dtype=np.float64)
    out = np.array(values, copy=True)
    usable = np.isfinite(values) & (values > 0)
    digits = 1 - np.floor(np.log10(values[usable])).astype(int)
    out[usable] = [round(float(v), int(d)) for v, d in zip(values[usable], digits, strict=True)]
    return out


def weighted_base(values: FloatArray) -> FloatArray:
    """Round weighted bases to tens."""
    return np.round(values, -1)


def p_text(p_value: float) -> str:
    """Word a p value: two decimals, ``<.01`` below, empty when there is none.

    Examples
    --------
    >>> p_text(0.0031), p_text(0.0449), p_text(float("nan"))
    ('<.01', '.04', '')
    """
    if not np.isfinite(p_value):
        return ""
    if p_value < _SMALLEST_P:
        return "<.01"
    return f"{p_value:.2f}".removeprefix("0")


BY_STATISTIC: Final[Mapping[str, Callable[[FloatArray, FloatArray], FloatArray]]] = {
    "proportion": share,
    "mean": lambda values, _: mean(values),
    "total": lambda values, _: weighted_base(values),
    "ratio": lambda values, _: np.round(values, 2),
}
"""How estimates and limits are rounded, given their bases; what is not here no rule covers."""
