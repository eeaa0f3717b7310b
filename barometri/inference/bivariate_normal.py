"""Distribution function of two correlated standard normals."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

FloatArray = NDArray[np.float64]


def bivariate_normal(h: ArrayLike, k: ArrayLike, correlation: ArrayLike) -> FloatArray:
    """Probability that two standard normals lie below h and k, by Owen's T function (Owen 1956).

    Parameters
    ----------
    h, k
        Limits, of shapes that broadcast; may be infinite.
    correlation
        Between -1 and 1, both excluded; of a shape that broadcasts.

    Returns
    -------
    numpy.ndarray
        0 to 1, about 1e-16 exact.

    Examples
    --------
    >>> round(float(bivariate_normal(0.0, 0.0, 0.5)), 10)
    0.3333333333
    """
    a, b = np.broadcast_arrays(np.asarray(h, dtype=np.float64), np.asarray(k, dtype=np.float64))
    r = np.asarray(correlation, dtype=np.float64)
    finite = np.isfinite(a) & np.isfinite(b)
    x, y = np.where(finite, a, 1.0), np.where(finite, b, 1.0)
    root = np.sqrt((1 - r) * (1 + r))
    both = (x == 0) & (y == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (y / x - r) / root, (x / y - r) / root
    first, second = np.where(both, 0.0, first), np.where(both, 0.0, second)
    apart = np.where((x * y < 0) | ((x * y == 0) & (x + y < 0)), 0.5, 0.0)
    inner = (special.ndtr(x) + special.ndtr(y)) / 2 - special.owens_t(x, first) - special.owens_t(y, second)
    centre = 0.25 + np.arcsin(r) / (2 * np.pi)
    inside = np.where(both, centre, inner - apart)
    edge = np.where(np.minimum(a, b) == -np.inf, 0.0, special.ndtr(np.minimum(a, b)))
    return np.asarray(np.where(finite, inside, edge))
