"""Working models of the errors within clusters, and clusters brought to the few rows that matter.

Errors are independent, or exchangeable: one correlation between any two people of a cluster. Under both the
covariance of a cluster's errors is ``(1 - r) I + r 1 1'``, with r = 0 for independence.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Working = Literal["independent", "exchangeable"]
WORKING: tuple[str, ...] = get_args(Working)
MOST = 0.99  # correlation from which a cluster would count as one person
SINGULAR = 1e-9  # determinant of the moments beside their size: clusters of one row, say


@dataclass(frozen=True, slots=True)
class Clusters:
    """Clusters of about one size, each with the same number of rows.

    A cluster with fewer rows ends in rows of 0, which change nothing. One with more rows than ``[1, X, WX]``
    has columns is turned onto an orthonormal basis of them: all that CR2 does to it happens there.

    Parameters
    ----------
    x, heavy
        Rows of the design matrix, and of the same times the weights, shape (G, k, p).
    one
        What became of the column of ones, shape (G, k).
    residual
        Shape (G, k).
    place
        Positions of these clusters among all, shape (G,).
    """

    x: FloatArray
    heavy: FloatArray
    one: FloatArray
    residual: FloatArray
    place: IntArray


def gather(x: FloatArray, residual: FloatArray, w: FloatArray, code: IntArray) -> list[Clusters]:
    """Bring clusters, with codes 0 to G - 1, together by size."""
    size = np.bincount(code)
    order = np.argsort(code, kind="stable")
    start = np.cumsum(size) - size
    rank = np.arange(len(code)) - np.repeat(start, size)
    p = x.shape[1]
    table = np.column_stack([x, x * w[:, None], np.ones(len(w)), residual])[order]
    even = np.ptp(w) <= 1e-12 * np.abs(w).max()
    most = (p if even else 2 * p) + 1
    width = np.where(size > most, 0, _rounded(size, most))
    sorted_code = code[order]
    own = width[sorted_code]
    found = [_turned(table, start, size, np.flatnonzero(width == 0), most, even=bool(even))]
    for k in np.unique(width[width > 0]):
        place = np.flatnonzero(width == k)
        inside = own == k
        block = np.zeros((len(place), k, table.shape[1]))
        block[np.searchsorted(place, sorted_code[inside]), rank[inside]] = table[inside]
        found.append(_clusters(block, place))
    return [clusters for clusters in found if len(clusters.place)]


def sums_of(values: FloatArray, code: IntArray) -> FloatArray:
    """Sum rows by cluster, codes 0 to G - 1 all present."""
    order = np.argsort(code, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(code))[:-1]])
    return np.asarray(np.add.reduceat(values[order], start, axis=0))


def _rounded(size: IntArray, most: int) -> IntArray:
    """Round sizes up to a few: 1 to 4, 6, 8, 12, 16, 24, ..."""
    steps = np.unique([1, 2, 3, 4, *(b * 2**e for e in range(1, 31) for b in (2, 3))])
    return np.asarray(np.minimum(steps[np.searchsorted(steps, size)], most), dtype=np.int64)


def _clusters(block: FloatArray, place: IntArray) -> Clusters:
    p = (block.shape[2] - 2) // 2
    return Clusters(block[..., :p], block[..., p : 2 * p], block[..., 2 * p], block[..., 2 * p + 1], place)


def _turned(
    table: FloatArray, start: IntArray, size: IntArray, place: IntArray, most: int, *, even: bool
) -> Clusters:
    """Turn clusters of many rows onto a basis of their columns."""
    p = (table.shape[1] - 2) // 2
    columns = [*range(p), 2 * p] if even else list(range(2 * p + 1))
    block = np.zeros((len(place), most, table.shape[1]))
    for number, cluster in enumerate(place):
        rows = table[start[cluster] : start[cluster] + size[cluster]]
        basis, _ = np.linalg.qr(rows[:, columns])
        block[number] = basis.T @ rows
    return _clusters(block, place)


def correlation_of_errors(x: FloatArray, residual: FloatArray, w: FloatArray, code: IntArray) -> float:
    """Estimate the correlation of the errors of two people of a cluster, from 0 to .99.

    The sums ``sum e²`` and ``sum (sum_g e)²`` of the residuals are set equal to their expectations, exact for
    the weighted fit, under errors of variance ``a`` of people and ``b`` of clusters (Henderson 1953,
    Biometrics 9, 226-252, method 3 in spirit); the correlation is ``b / (a + b)``.

    Parameters
    ----------
    x, residual, w
        Design matrix, residuals and weights of the fit.
    code
        Cluster of each row, 0 to G - 1.
    """
    size = np.bincount(code).astype(np.float64)
    inverse = np.linalg.inv((x * w[:, None]).T @ x)
    sums = sums_of(np.column_stack([x, x * w[:, None], residual]), code)
    light, heavy, total = sums[:, : x.shape[1]], sums[:, x.shape[1] : -1], sums[:, -1]
    gram, square = x.T @ x, (x * w[:, None] ** 2).T @ x
    spread = inverse @ square @ inverse
    crossed = float(np.einsum("gi,ij,gj->", light, inverse, heavy))
    n, p = x.shape
    people = (
        n - 2 * p + float(np.trace(spread @ gram)),
        n - 2 * crossed + float(np.einsum("gi,ij,gj->", heavy, inverse @ gram @ inverse, heavy)),
    )
    clusters = (
        n - 2 * crossed + float(np.einsum("gi,ij,gj->", light, spread, light)),
        float(((np.diag(size) - light @ inverse @ heavy.T) ** 2).sum()),
    )
    system = np.array([people, clusters])
    if np.linalg.det(system) <= SINGULAR * system[0, 0] * system[1, 1]:
        return 0.0
    a, b = np.linalg.solve(system, [float((residual**2).sum()), float((total**2).sum())])
    return float(np.clip(b / (a + b), 0.0, MOST)) if a + b > 0 else 0.0
