"""Covariance of two waves that some people answered both of, drawn from one finite population.

Within a stratum of N people, n1 and n2 answered the waves and n12 of them both. Over all such pairs of simple
random samples the covariance of the two totals of z is ``(n12 - n1 n2 / N) S12``, with S12 the population's
covariance of z1 and z2 (Tam 1984, American Statistician 38, 288-289; Wood 2008, Journal of Official
Statistics 24, 53-78; Laniel 1988, Proceedings of the Survey Research Methods Section of the ASA, 246-250),
so that the change of a mean has variance
``(1/n1 - 1/N) S1² + (1/n2 - 1/N) S2² - 2 (n12 / (n1 n2) - 1/N) S12``. Taking the person as sampling unit with
the correction of the union errs on the unsafe side.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import DesignError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
FEWEST_PAIRS = 10  # pairs below which a stratum takes the correlation of all strata


@dataclass(frozen=True, slots=True)
class OverlapCovariance:
    """Covariance of the totals of two overlapping samples.

    Parameters
    ----------
    covariance
        Shape (m1, m2).
    linked
        People in both samples by stratum, shape (H,).
    pooled
        Strata that took the correlation of all strata, shape (H,).
    moved
        People in both samples, but in different strata: they add nothing here, which is conservative where
        answers of one person go together.
    """

    covariance: FloatArray
    linked: FloatArray
    pooled: NDArray[np.bool_]
    moved: int


@dataclass(frozen=True, slots=True)
class _Spread:
    """Standard deviations of the columns by stratum, and the number of rows, of one sample."""

    deviation: FloatArray
    n: FloatArray


def overlap_covariance(
    first: ArrayLike,
    second: ArrayLike,
    *,
    strata: tuple[ArrayLike, ArrayLike],
    pairs: ArrayLike,
    population: ArrayLike,
) -> OverlapCovariance:
    """Covariance of the sums of linearised values over two overlapping samples.

    S12 is estimated by the correlation among those in both times the standard deviations of the whole
    samples, so that no change gets a negative variance; strata with fewer than ten pairs take the
    correlation pooled within strata.

    Parameters
    ----------
    first, second
        Linearised values times weights of each respondent, shapes (n1, m1) and (n2, m2).
    strata
        Stratum of each respondent of either sample, 0 to H - 1 in one numbering, shapes (n1,) and (n2,).
    pairs
        Row in ``first`` and row in ``second`` of each person in both, shape (k, 2).
    population
        People in each stratum, shape (H,); infinite without finite population correction.

    Returns
    -------
    OverlapCovariance
        Zero without pairs: the waves then count as independent.

    Raises
    ------
    DesignError
        A person paired twice.

    Examples
    --------
    >>> z = [[1.0], [2.0], [6.0]]
    >>> same = [[0, 0], [1, 1], [2, 2]]
    >>> overlap_covariance(z, z, strata=([0, 0, 0], [0, 0, 0]), pairs=same, population=[6]).covariance
    array([[10.5]])
    """
    z1, z2 = (np.atleast_2d(np.asarray(z, dtype=np.float64)) for z in (first, second))
    h1, h2 = (np.asarray(h, dtype=np.int64) for h in strata)
    size = np.asarray(population, dtype=np.float64)
    pair = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    if any(len(np.unique(column)) < len(column) for column in pair.T):
        raise DesignError("A respondent is linked to two of the other wave; every key must be one person's.")
    same = h1[pair[:, 0]] == h2[pair[:, 1]]
    one, other = _spread(z1, h1, len(size)), _spread(z2, h2, len(size))
    a, b, stratum = z1[pair[same, 0]], z2[pair[same, 1]], h1[pair[same, 0]]
    linked = np.bincount(stratum, minlength=len(size)).astype(np.float64)
    correlation, pooled = _correlations(a, b, stratum, linked)
    factor = np.where(linked > 0, linked, 0.0) - one.n * other.n / size
    factor = np.where(linked.sum() > 0, factor, 0.0)
    parts = correlation * one.deviation[:, :, None] * other.deviation[:, None, :]
    return OverlapCovariance(np.tensordot(factor, parts, axes=1), linked, pooled, int((~same).sum()))


def _spread(z: FloatArray, stratum: IntArray, strata: int) -> _Spread:
    n = np.bincount(stratum, minlength=strata).astype(np.float64)
    centred = _centred(z, stratum, n)
    squares = np.zeros((strata, z.shape[1]))
    np.add.at(squares, stratum, centred**2)
    return _Spread(np.sqrt(squares / np.maximum(n - 1, 1)[:, None]), n)


def _centred(z: FloatArray, stratum: IntArray, n: FloatArray) -> FloatArray:
    sums = np.zeros((len(n), z.shape[1]))
    np.add.at(sums, stratum, z)
    return np.asarray(z - (sums / np.maximum(n, 1)[:, None])[stratum])


def _correlations(
    a: FloatArray, b: FloatArray, stratum: IntArray, linked: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Correlations of the columns among the pairs of each stratum, shape (H, m1, m2), -1 to 1."""
    x, y = _centred(a, stratum, linked), _centred(b, stratum, linked)
    strata, shape = len(linked), (a.shape[1], b.shape[1])
    products = np.zeros((strata, *shape))
    np.add.at(products, stratum, x[:, :, None] * y[:, None, :])
    own_x, own_y = np.zeros((strata, shape[0])), np.zeros((strata, shape[1]))
    np.add.at(own_x, stratum, x**2)
    np.add.at(own_y, stratum, y**2)
    every = _ratio(products.sum(axis=0), own_x.sum(axis=0), own_y.sum(axis=0))
    pooled = linked < FEWEST_PAIRS
    own = np.stack([_ratio(p, u, v) for p, u, v in zip(products, own_x, own_y, strict=True)])
    return np.where(pooled[:, None, None], every, own), pooled


def _ratio(products: FloatArray, left: FloatArray, right: FloatArray) -> FloatArray:
    """Correlation from sums; 0 where a column does not vary among the pairs."""
    bottom = np.sqrt(np.outer(left, right))
    return np.clip(np.where(bottom > 0, products / np.where(bottom > 0, bottom, 1.0), 0.0), -1.0, 1.0)
