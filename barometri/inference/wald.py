"""Tests of several coefficients at once: Wald, and Rao and Scott's working statistics.

A working statistic is what the data would give if respondents were independent; under the null hypothesis
it is distributed like ``sum lambda_j chi²_1``, with the eigenvalues of ``V0^-1 V`` (Rao and Scott 1984,
Annals of Statistics 12, 46-60; Lumley and Scott 2014, Australian and New Zealand Journal of Statistics 56).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, optimize, special

from barometri.inference.tested import f_tail

FloatArray = NDArray[np.float64]
NEGLIGIBLE = 1e-12  # eigenvalues beside the largest one


@dataclass(frozen=True, slots=True)
class Wald:
    """A Wald test that some combinations of parameters are 0.

    Parameters
    ----------
    chi_square
        ``e' (L V L')^- e``.
    f
        Chi-square over ``df``.
    df
        Rank of the combinations.
    """

    chi_square: float
    f: float
    df: int


def wald(estimate: ArrayLike, covariance: ArrayLike, combinations: ArrayLike) -> Wald:
    """Wald statistic; NaN where the covariance of the combinations is singular.

    Parameters
    ----------
    estimate
        Parameters, shape (q,).
    covariance
        Theirs, shape (q, q).
    combinations
        Linear combinations that the null sets to 0, shape (r, q).

    Returns
    -------
    Wald
        Compare ``f`` with F(df, ddf) or ``chi_square`` with chi-square(df).

    Examples
    --------
    >>> wald([2.0], [[4.0]], [[1.0]])
    Wald(chi_square=1.0, f=1.0, df=1)
    """
    matrix = np.atleast_2d(np.asarray(combinations, dtype=np.float64))
    e = matrix @ np.asarray(estimate, dtype=np.float64)
    v = matrix @ np.asarray(covariance, dtype=np.float64) @ matrix.T
    size = np.sqrt(np.diag(v))
    if not (np.all(np.isfinite(v)) and np.all(size > 0)):
        return Wald(np.nan, np.nan, len(matrix))
    scaled = v / np.outer(size, size)
    if np.linalg.eigvalsh(scaled)[0] < NEGLIGIBLE:
        return Wald(np.nan, np.nan, len(matrix))
    statistic = float((e / size) @ np.linalg.solve(scaled, e / size))
    return Wald(statistic, statistic / len(matrix), len(matrix))


def misspecification(working: ArrayLike, covariance: ArrayLike) -> FloatArray:
    """Generalised design effects: eigenvalues of ``V0^-1 V``, largest first.

    Parameters
    ----------
    working
        Covariance if respondents were independent, shape (r, r).
    covariance
        Under the design, shape (r, r).

    Examples
    --------
    >>> misspecification(np.eye(2), np.diag([1.0, 3.0]))
    array([3., 1.])
    """
    v0, v = np.asarray(working, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    size = np.sqrt(np.diag(v0))
    scale = np.outer(size, size)
    found = linalg.eigh(v / scale, v0 / scale, eigvals_only=True)
    return np.asarray(found[::-1], dtype=np.float64)


def weighted_tail(statistic: float, weights: ArrayLike, ddf: float) -> float:
    """Upper tail of ``sum a_j chi²_1 / (chi²_ddf / ddf)`` by the saddlepoint (Kuonen 1999, Biometrika 86).

    Parameters
    ----------
    statistic
        Observed value.
    weights
        The a_j, positive, shape (r,).
    ddf
        Degrees of freedom of the denominator; infinite for none.

    Returns
    -------
    float
        Tail probability; relative error a few per cent at most, less far out.

    Examples
    --------
    >>> round(weighted_tail(18.8114120713841, [0.884976068312103, 0.549202966190691], 194), 10)
    1.33407e-05
    """
    a = np.asarray(weights, dtype=np.float64)
    if not (np.isfinite(statistic) and np.all(np.isfinite(a)) and ddf > 0) or a.max(initial=0.0) <= 0:
        return float("nan")
    if statistic <= 0:
        return 1.0
    a, x = a / a.max(), statistic / a.max()
    bent = np.isfinite(ddf)
    lam = np.append(a, -x / ddf) if bent else a
    df = np.append(np.ones(len(a)), ddf) if bent else np.ones(len(a))
    target = 0.0 if bent else x

    def slope(z: float) -> float:
        return float((df * lam / (1 - 2 * z * lam)).sum()) - target

    high = 0.5 * (1 - 1e-12)
    low = -ddf / (2 * x) * (1 - 1e-12) if bent else _lower_end(slope)
    z = float(optimize.brentq(slope, low, high, xtol=1e-15, rtol=1e-14))
    level = -0.5 * float((df * np.log1p(-2 * z * lam)).sum())
    w = np.sign(z) * np.sqrt(max(2 * (z * target - level), 0.0))
    v = z * np.sqrt(2 * float((df * lam**2 / (1 - 2 * z * lam) ** 2).sum()))
    if abs(w) < 1e-6:  # noqa: PLR2004 - at the mean, where the formula is 0 / 0
        return satterthwaite_f_tail(x, a, ddf)
    return float(special.ndtr(-(w + np.log(v / w) / w)))


def _lower_end(slope: Callable[[float], float]) -> float:
    """Return a point where the slope is negative."""
    low = -1.0
    while slope(low) > 0:
        low *= 2
    return low


def satterthwaite_f_tail(statistic: float, weights: ArrayLike, ddf: float) -> float:
    """Upper tail of `weighted_tail` by F with a broken number of degrees of freedom; exact for one weight.

    Examples
    --------
    >>> satterthwaite_f_tail(2.0, [1.0], np.inf) == satterthwaite_f_tail(6.0, [3.0], np.inf)
    True
    """
    a = np.asarray(weights, dtype=np.float64)
    scale = float((a**2).sum() / a.sum())
    df = float(a.sum() ** 2 / (a**2).sum())
    return float(f_tail(statistic / (scale * df), df, ddf))
