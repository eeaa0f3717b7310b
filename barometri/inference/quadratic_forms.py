"""Upper tail of a sum of chi-squared variables with weights, as Rao-Scott statistics have under the null."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from barometri.inference.tested import f_tail

FloatArray = NDArray[np.float64]
NEGLIGIBLE = 1e-12  # weight beside the largest that adds nothing
NODES = 32
TINY = 1e-11  # integrand at which the integral is cut off
BLOCK, BLOCKS = 1024, 200
UNLIKE = 500.0  # ratio of weights up to which the mixture is short
NEAR_MEAN = 1e-4
FUZZ = 1e-6  # df that is whole but for rounding is whole
STEPS = 200


def _positive(weights: ArrayLike) -> FloatArray:
    found = np.asarray(weights, dtype=np.float64)
    largest = found.max(initial=0.0)
    return np.asarray(found[found > NEGLIGIBLE * largest])


def satterthwaite_tail(statistic: float, weights: ArrayLike, *, df: float = np.inf) -> float:
    """Tail by a multiple of chi-squared with the same mean and variance (Satterthwaite 1946).

    Examples
    --------
    >>> round(satterthwaite_tail(3.841459, [1.0]), 6)
    0.05
    """
    w = np.asarray(weights, dtype=np.float64)
    if not w.sum() > 0:
        return float("nan")
    return float(f_tail(statistic / w.sum(), w.sum() ** 2 / (w**2).sum(), df))


def exact_tail(statistic: float, weights: ArrayLike, *, df: float = np.inf) -> float:
    """Tail without approximation.

    The sum is a mixture of chi-squared variables with k, k + 2, ... degrees of freedom, their shares those of
    a sum of negative binomial counts (Ruben 1962, Annals of Mathematical Statistics 33, 542-570), precise
    far out as well. Where the weights are too unlike for that the characteristic function is inverted (Imhof
    1961, Biometrika 48, 419-426), good to about 1e-9.

    Parameters
    ----------
    statistic
        Value x, 0 or more.
    weights
        Positive weights, shape (k,); those that are nothing beside the largest are left out.
    df
        Degrees of freedom of the variance that the weights were estimated from: the value is compared with
        the sum over chi-squared / df. Infinite for known weights.

    Returns
    -------
    float
        Probability, 0 to 1.

    Examples
    --------
    >>> round(exact_tail(5.991465, [1.0, 1.0]), 6)
    0.05
    """
    w = _positive(weights)
    if len(w) == 0 or not np.isfinite(statistic) or not df > 0:
        return float("nan")
    if w.max() / w.min() <= UNLIKE:
        return _mixture(statistic, w, df)
    return _inverted(statistic, w, df)


def _mixture(x: float, w: FloatArray, df: float) -> float:
    least = float(w.min())
    length = int(40 * float(w.max()) / least) + 2
    share = np.ones(1)
    for weight in w[w > least]:
        counts = np.arange(1, length)
        ratios = np.concatenate([[1.0], (counts - 0.5) / counts * (1 - least / weight)])
        share = np.convolve(share, np.sqrt(least / weight) * np.cumprod(ratios))[:length]
    parts = len(w) + 2.0 * np.arange(len(share))
    return float(min(float(share @ f_tail(x / least / parts, parts, df)), 1.0))


def _inverted(x: float, w: FloatArray, df: float) -> float:
    """Return ``1/2 + 1/pi integral sin theta(u) / (u rho(u)) du`` by Gauss-Legendre on half periods."""
    w, x = w / w.max(), x / float(w.max())
    nodes, factors = np.polynomial.legendre.leggauss(NODES)
    width = 2 * np.pi / max(x, float(w.sum()))
    total = 0.0
    for block in range(BLOCKS):
        left = width * (np.arange(BLOCK) + block * BLOCK)
        u = (left[:, None] + width * (nodes + 1) / 2).ravel()
        product = np.multiply.outer(u, w)
        angle = np.arctan(product).sum(axis=1) / 2
        size = np.log(u) + 0.25 * np.log1p(product**2).sum(axis=1)
        if np.isinf(df):
            angle -= x * u / 2
        else:
            angle -= df * np.arctan(x * u / df) / 2
            size += 0.25 * df * np.log1p((x * u / df) ** 2)
        parts = (np.sin(angle) * np.exp(-size)).reshape(BLOCK, NODES) @ factors * width / 2
        total += float(parts.sum())
        if np.exp(-size[-1]) < TINY:
            break
    return float(np.clip(0.5 + total / np.pi, 0.0, 1.0))


def saddlepoint_tail(statistic: float, weights: ArrayLike, *, df: float = np.inf) -> float:
    """Tail by the saddlepoint approximation (Kuonen 1999, Biometrika 86, 929-935).

    With ``K(t) = -1/2 sum log(1 - 2 w t)`` less ``x t``, or ``df/2 log(1 + 2 x t / df)``, and the root of
    ``K'(t) = 0``: ``1 - Phi(r + log(v/r)/r)``, ``r = sign(t) sqrt(-2 K)``, ``v = t sqrt(K'')``. Next to the
    mean, where r is 0, Satterthwaite's approximation stands in. Its relative error stays small far out. Of
    the df the whole part counts, as variables to sum over, which is how R's survey package has it.

    Parameters
    ----------
    statistic
        Value x, 0 or more.
    weights
        Positive weights, shape (k,).
    df
        As in `exact_tail`.

    Returns
    -------
    float
        Probability, 0 to 1.

    Examples
    --------
    >>> round(saddlepoint_tail(5.991465, [1.0, 1.0]), 3)
    0.051
    """
    w = _positive(weights)
    if len(w) == 0 or not np.isfinite(statistic) or not df > 0:
        return float("nan")
    w, x = w / w.max(), statistic / float(w.max())
    if x <= 0:
        return 1.0
    least = -len(w) / (2 * x) - 1.0
    low, high = least if np.isinf(df) else max(least, -df / (2 * x)), 0.5
    whole = 1.0 if np.isinf(df) else max(np.floor(df + FUZZ), 1.0) / df
    for _ in range(STEPS):  # the slope rises from below 0 to infinity between the bounds
        middle = (low + high) / 2
        if (w / (1 - 2 * middle * w)).sum() < whole * x / (1 + 2 * x * middle / df):
            low = middle
        else:
            high = middle
    t = (low + high) / 2
    if abs(t) < NEAR_MEAN:
        return satterthwaite_tail(x, w, df=df)
    linear = x * t if np.isinf(df) else whole * df / 2 * np.log1p(2 * x * t / df)
    cumulant = -0.5 * np.log1p(-2 * t * w).sum() - linear
    bend = 2 * (w**2 / (1 - 2 * t * w) ** 2).sum() + 2 * whole * x**2 / df / (1 + 2 * x * t / df) ** 2
    root, v = np.sign(t) * np.sqrt(max(-2 * cumulant, 0.0)), t * np.sqrt(bend)
    return float(special.ndtr(-(root + np.log(v / root) / root)))
