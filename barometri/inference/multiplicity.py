"""Adjustment of p-values for a family of tests."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def holm(p_values: ArrayLike) -> FloatArray:
    """Holm's step-down adjustment, which controls the family-wise error without assumptions.

    The i-th smallest of m becomes ``max over j <= i of (m - j + 1) p_j``, at most 1 (Holm 1979, Scandinavian
    Journal of Statistics 6, 65-70). A missing p-value is no test: it stays missing and is not counted.

    Parameters
    ----------
    p_values
        Shape (m,), 0 to 1 or NaN.

    Returns
    -------
    numpy.ndarray
        Shape (m,), in the order given.

    Examples
    --------
    >>> holm([0.01, 0.04, float("nan"), 0.02])
    array([0.03, 0.04,  nan, 0.04])
    """
    p = np.asarray(p_values, dtype=np.float64)
    result = np.full(p.shape, np.nan)
    tests = np.flatnonzero(~np.isnan(p))
    order = tests[np.argsort(p[tests], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    result[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return result
