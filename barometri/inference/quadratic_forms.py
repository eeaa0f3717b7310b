"""Upper tail of a sum of chi-squared variables with weights, as Rao-Scott statistics have under the null."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from barometri.inference.tested import chi_squared_tail

FloatArray = NDArray[np.float64]
NEGLIGIBLE = 1e-12  # weight beside the largest that adds nothing
NODES = 32
TINY = 1e-11  # integrand at which the integral is cut off
BLOCK, BLOCKS = 1024, 200
UNLIKE = 500.0  # ratio of weights up to which the mixture is short
NEAR_MEAN = 1e-4
STEPS = 200


def _positive(weights: ArrayLike) -> FloatArray:
    found = np.asarray(weights, dtype=np.float64)
    largest = found.max(initial=0.0)
    return found[found > NEGLIGIBLE * largest]


def satterthwaite_tail(statistic: float, weights: ArrayLike) -> float:
    """Tail by a multiple of chi-squared with the same mean and variance (Satterthwaite 1946).

    Examples
    --------
    >>> round(satterthwaite_tail(3.841459, [1.0]), 6)
    0.05
    """
    w = np.asarray(weights, dtype=np.float64)
    if not w.sum() > 0:
        return float("nan")
    df = w.sum() ** 2 / (w**2).sum()
    return float(chi_squared_tail(statistic * df / w.sum(), df))


def exact_tail(statistic: float, weights: ArrayLike) -> float:
    """Tail without approximation.

    The sum is a mixture of chi-squared variables with k, k + 2, ... degrees of freedom, whose shares are those
    of a sum of negative binomial counts (Ruben 1962, Annals of Mathematical Statistics 33, 542-570), precise
    far out as well. Where the weights are too unlike for that the characteristic function is inverted (Imhof
    1961, Biometrika 48, 419-426), good to about 1e-9.

    Parameters
    ----------
    statistic
        Value x, 0 or more.
    weights
        Positive weights, shape (k,); those that are nothing beside the largest are left out.

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
    if len(w) == 0 or not np.isfinite(statistic):
        return float("nan")
    return _mixture(statistic, w) if w.max() / w.min() <= UNLIKE else _inverted(statistic, w)


def _mixture(x: float, w: FloatArray) -> float:
    least = w.min()
    length = int(40 * w.max() / least) + 2
    share = np.ones(1)
    for weight in w[w > least]:
        counts = np.arange(1, length)
        ratios = np.concatenate([[1.0], (counts - 0.5) / counts * (1 - least / weight)])
        share = np.convolve(share, np.sqrt(least / weight) * np.cumprod(ratios))[:length]
    df = len(w) + 2.0 * np.arange(len(share))
    return float(min(share @ chi_squared_tail(x / least, df), 1.0))


def _inverted(x: float, w: FloatArray) -> float:
    """Return ``1/2 + 1/pi integral sin theta(u) / (u rho(u)) du`` by Gauss-Legendre on half periods."""
    w, x = w / w.max(), x / w.max()
    nodes, factors = np.polynomial.legendre.leggauss(NODES)
    width = 2 * np.pi / max(x, w.sum())
    total = 0.0
    for block in range(BLOCKS):
        left = width * (np.arange(BLOCK) + block * BLOCK)
        u = (left[:, None] + width * (nodes + 1) / 2).ravel()
        product = np.multiply.outer(u, w)
        angle = (np.arctan(product).sum(axis=1) - x * u) / 2
        size = u * np.exp(0.25 * np.log1p(product**2).sum(axis=1))
        parts = (np.sin(angle) / size).reshape(BLOCK, NODES) @ factors * width / 2
        total += float(parts.sum())
        if 1 / size[-1] < TINY:
            break
    return float(np.clip(0.5 + total / np.pi, 0.0, 1.0))


def saddlepoint_tail(statistic: float, weights: ArrayLike) -> float:
    """Tail by the saddlepoint approximation (Kuonen 1999, Biometrika 86, 929-935).

    With ``K(t) = -1/2 sum log(1 - 2 w t)`` and the root of ``K'(t) = x``: ``1 - Phi(r + log(v/r)/r)``,
    ``r = sign(t) sqrt(2 (t x - K))``, ``v = t sqrt(K'')``. Next to the mean, where r is 0, Satterthwaite's
    approximation stands in. Its relative error stays small far out.

    Parameters
    ----------
    statistic
        Value x, 0 or more.
    weights
        Positive weights, shape (k,).

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
    if len(w) == 0 or not np.isfinite(statistic):
        return float("nan")
    w, x = w / w.max(), statistic / w.max()
    if x <= 0:
        return 1.0
    low, high = -len(w) / (2 * x) - 1.0, 0.5
    for _ in range(STEPS):  # K' rises from near 0 to infinity between the bounds
        middle = (low + high) / 2
        if (w / (1 - 2 * middle * w)).sum() < x:
            low = middle
        else:
            high = middle
    t = (low + high) / 2
    if abs(t) < NEAR_MEAN:
        return satterthwaite_tail(x, w)
    cumulant = -0.5 * np.log1p(-2 * t * w).sum()
    root = np.sign(t) * np.sqrt(max(2 * (t * x - cumulant), 0.0))
    v = t * np.sqrt(2 * (w**2 / (1 - 2 * t * w) ** 2).sum())
    return float(special.ndtr(-(root + np.log(v / root) / root)))
