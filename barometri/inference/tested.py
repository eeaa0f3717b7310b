"""The record of one test, and upper tails of the distributions that tests are compared with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

FloatArray = NDArray[np.float64]
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class HypothesisTest:
    """One test: what was compared with what, and the null hypothesis in words.

    Parameters
    ----------
    method
        Name of the test.
    null
        The null hypothesis in words.
    statistic
        Its value; NaN where it cannot be computed.
    p_value
        Two-sided unless the method says otherwise, 0 to 1; NaN where ``reason`` says why.
    reference
        Distribution under the null: ``t``, ``F``, ``chi_squared``, ``normal`` or ``sum_of_chi_squared``.
    df
        Degrees of freedom of t and chi-squared, of the numerator of F.
    denominator_df
        Degrees of freedom of the denominator of F; infinite for the others.
    n
        Unweighted number of people behind it.
    estimate, se, ci_low, ci_high
        What is tested and its interval, where the test is about one number; else NaN.
    reason
        Why there is no p-value: empty, or ``refused:...`` where a rule of the study forbids it, or
        ``not_estimable:...``.
    detail
        Further numbers by name.
    """

    method: str
    null: str
    statistic: float
    p_value: float
    reference: str
    df: float
    denominator_df: float
    n: int
    estimate: float = NAN
    se: float = NAN
    ci_low: float = NAN
    ci_high: float = NAN
    reason: str = ""
    detail: Mapping[str, float] = field(default_factory=dict)


def f_tail(statistic: ArrayLike, df: ArrayLike, denominator_df: ArrayLike) -> FloatArray:
    """Probability that F exceeds a value, precise far out; chi-squared / df with infinite denominator.

    Examples
    --------
    >>> round(float(f_tail(4.0, 1, 10)), 6), round(float(f_tail(4.0, 1, np.inf)), 6)
    (0.073388, 0.0455)
    """
    x, top, bottom = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (statistic, df, denominator_df))
    )
    usable = (top > 0) & (bottom > 0) & (x >= 0)
    finite = special.fdtrc(np.where(usable, top, 1), np.where(np.isfinite(bottom) & usable, bottom, 1), x)
    limit = special.chdtrc(np.where(usable, top, 1), x * top)
    return np.asarray(np.where(usable, np.where(np.isfinite(bottom), finite, limit), np.nan))


def chi_squared_tail(statistic: ArrayLike, df: ArrayLike) -> FloatArray:
    """Probability that chi-squared exceeds a value, precise far out.

    Examples
    --------
    >>> round(float(chi_squared_tail(3.841459, 1)), 6)
    0.05
    """
    x, d = np.asarray(statistic, dtype=np.float64), np.asarray(df, dtype=np.float64)
    tail = special.chdtrc(np.where(d > 0, d, 1), x)
    single = 2 * np.exp(special.log_ndtr(-np.sqrt(np.maximum(x, 0.0))))  # further out than chdtrc goes
    return np.asarray(np.where((d > 0) & (x >= 0), np.where(d == 1, single, tail), np.nan))


def normal_tail(statistic: ArrayLike) -> FloatArray:
    """Probability that a standard normal exceeds a value, precise far out.

    Examples
    --------
    >>> float(normal_tail(0.0))
    0.5
    """
    return np.asarray(special.ndtr(-np.asarray(statistic, dtype=np.float64)))
