"""Quantiles and tail probabilities of Student's t, the normal included, precise far out."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

FloatArray = NDArray[np.float64]
FEW = 32  # quantiles that are cheaper than finding those alike


def t_quantile(df: ArrayLike, tail: float) -> FloatArray:
    """Upper quantile of Student's t: the value that ``tail`` of the distribution exceeds.

    Examples
    --------
    >>> round(float(t_quantile(10, 0.025)), 6)
    2.228139
    """
    d = np.asarray(df, dtype=np.float64)
    if d.size > FEW:  # cells share their degrees of freedom, and the quantile is dear
        distinct, place = np.unique(d, return_inverse=True)
        return np.asarray(_quantile(distinct, tail)[place].reshape(d.shape))
    return _quantile(d, tail)


def _quantile(d: FloatArray, tail: float) -> FloatArray:
    finite = -special.stdtrit(np.where(np.isinf(d) | (d <= 0), 1.0, d), tail)
    return np.asarray(np.where(d > 0, np.where(np.isinf(d), -special.ndtri(tail), finite), np.nan))


def two_sided_p(statistic: ArrayLike, df: ArrayLike) -> FloatArray:
    """Two-sided tail probability of Student's t (normal where df is infinite), precise far out.

    Examples
    --------
    >>> float(two_sided_p(0.0, 5)), float(two_sided_p(30.0, np.inf)) > 0
    (1.0, True)
    """
    t, d = np.abs(np.asarray(statistic, dtype=np.float64)), np.asarray(df, dtype=np.float64)
    finite = special.stdtr(np.where(np.isinf(d) | (d <= 0), 1.0, d), -t)
    return np.asarray(np.where(d > 0, 2 * np.where(np.isinf(d), special.ndtr(-t), finite), np.nan))
