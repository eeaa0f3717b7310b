"""Adjustment of p-values for a family of tests."""

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import OptionError, check_option

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Adjustment = Literal["holm", "hochberg", "hommel", "bonferroni", "benjamini_hochberg", "benjamini_yekutieli"]


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


def bonferroni(p_values: ArrayLike) -> FloatArray:
    """Bonferroni's adjustment: every p-value times the number of tests.

    Examples
    --------
    >>> bonferroni([0.01, 0.04])
    array([0.02, 0.08])
    """
    p, tests, order = _sorted(p_values)
    return _back(p, order, p[order] * len(tests))


def hochberg(p_values: ArrayLike) -> FloatArray:
    """Hochberg's step-up adjustment, family-wise under independence or positive dependence.

    ``min over j >= i of (m - j + 1) p_j`` (Hochberg 1988, Biometrika 75, 800-802).

    Examples
    --------
    >>> hochberg([0.01, 0.04, 0.03])
    array([0.03, 0.04, 0.04])
    """
    p, tests, order = _sorted(p_values)
    return _back(p, order, _step_up(p[order] * np.arange(len(tests), 0, -1)))


def hommel(p_values: ArrayLike) -> FloatArray:
    """Hommel's adjustment: Simes' test of every intersection, closed (Hommel 1988, Biometrika 75, 383-386).

    Never larger than Hochberg's, under the same conditions. The adjusted p-value is the largest, over the
    sizes s of intersections, of the smallest Simes p-value of an intersection that holds the test.

    Examples
    --------
    >>> hommel([0.01, 0.04, 0.03])
    array([0.03, 0.04, 0.04])
    """
    p, tests, order = _sorted(p_values)
    ranked, m = p[order], len(tests)
    result = np.zeros(m)
    for size in range(1, m + 1):
        # the hardest intersection of this size with test i: itself and the size - 1 largest of the others
        top = ranked[m - size + 1 :]
        others = (top * size / np.arange(2, size + 1)).min(initial=1.0)
        free = np.minimum(others, np.minimum(ranked * size, 1.0))
        inside = (ranked[m - size :] * size / np.arange(1, size + 1)).min()
        result = np.maximum(result, np.where(np.arange(m) >= m - size, inside, free))
    return _back(p, order, np.maximum(result, ranked))


def benjamini_hochberg(p_values: ArrayLike) -> FloatArray:
    """Benjamini and Hochberg's false discovery rate, for independent or positively dependent tests.

    ``min over j >= i of m p_j / j`` (1995, Journal of the Royal Statistical Society B 57, 289-300).

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03])
    array([0.03, 0.04, 0.04])
    """
    p, tests, order = _sorted(p_values)
    m = len(tests)
    return _back(p, order, _step_up(p[order] * m / np.arange(1, m + 1)))


def benjamini_yekutieli(p_values: ArrayLike) -> FloatArray:
    """Benjamini and Yekutieli's false discovery rate under any dependence: theirs times ``sum 1/j``.

    Source: 2001, Annals of Statistics 29, 1165-1188.

    Examples
    --------
    >>> benjamini_yekutieli([0.01, 0.04])
    array([0.03, 0.06])
    """
    p, tests, order = _sorted(p_values)
    m = len(tests)
    factor = (1 / np.arange(1, m + 1)).sum()
    return _back(p, order, _step_up(p[order] * factor * m / np.arange(1, m + 1)))


METHODS: Final = {
    "holm": holm,
    "hochberg": hochberg,
    "hommel": hommel,
    "bonferroni": bonferroni,
    "benjamini_hochberg": benjamini_hochberg,
    "benjamini_yekutieli": benjamini_yekutieli,
}


def adjust_p_values(p_values: ArrayLike, *, method: Adjustment = "holm") -> FloatArray:
    """Adjust the p-values of a family of tests.

    Parameters
    ----------
    p_values
        Shape (m,), 0 to 1; NaN is no test: it stays NaN and is not counted.
    method
        ``holm`` (family-wise error, no assumption), ``hochberg`` and ``hommel`` (family-wise, positive
        dependence), ``bonferroni``, ``benjamini_hochberg`` (false discovery rate), ``benjamini_yekutieli``
        (the same under any dependence).

    Returns
    -------
    numpy.ndarray
        Shape (m,), in the order given, never below the p-values.

    Raises
    ------
    OptionError
        An unknown method, or a number outside 0 to 1.

    Examples
    --------
    >>> adjust_p_values([0.01, 0.04, float("nan"), 0.02])
    array([0.03, 0.04,  nan, 0.04])
    """
    check_option("method", method, METHODS)
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1 or np.any((p < 0) | (p > 1)):
        raise OptionError("p-values must be a list of numbers between 0 and 1, NaN where there is no test.")
    return METHODS[method](p)


def intersection_union(p_values: ArrayLike) -> float:
    """P-value of the claim that all nulls of a list are false: the largest, without adjustment.

    Each part is tested at the full level, since the claim holds only when every part does (Berger 1982,
    Technometrics 24, 295-300). A missing part leaves the claim untested.

    Parameters
    ----------
    p_values
        One for each part, 0 to 1 or NaN, at least one.

    Returns
    -------
    float
        The largest; NaN where any is missing.

    Examples
    --------
    >>> intersection_union([0.01, 0.04])
    0.04
    """
    p = np.asarray(p_values, dtype=np.float64)
    if p.size == 0:
        raise OptionError("An intersection-union test needs at least one p-value.")
    return float(p.max())


def _sorted(p_values: ArrayLike) -> tuple[FloatArray, IntArray, IntArray]:
    """P-values, positions of those that are tests, and these in rising order."""
    p = np.asarray(p_values, dtype=np.float64)
    tests = np.flatnonzero(~np.isnan(p))
    return p, tests, tests[np.argsort(p[tests], kind="stable")]


def _back(p: FloatArray, order: IntArray, adjusted: FloatArray) -> FloatArray:
    result = np.full(p.shape, np.nan)
    result[order] = np.minimum(adjusted, 1.0)
    return result


def _step_up(steps: FloatArray) -> FloatArray:
    return np.asarray(np.minimum.accumulate(steps[::-1])[::-1])
