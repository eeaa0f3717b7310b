"""Covariance of a weighted linear fit with few clusters: bias-reduced (CR2), with Satterthwaite's df.

The plain sandwich is too short when clusters are few or unequal. CR2 is exactly unbiased under a working
model, here independent errors of one variance (Bell and McCaffrey 2002, Survey Methodology 28, 169-181;
Pustejovsky and Tipton 2018, Journal of Business and Economic Statistics 36, 672-683).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
NEGLIGIBLE = 1e-10  # eigenvalues of a cluster's residual variance, 1 where the fit takes nothing away


@dataclass(frozen=True, slots=True)
class ClusterRobust:
    """Covariance of coefficients and degrees of freedom of contrasts.

    Parameters
    ----------
    covariance
        Of the coefficients, shape (p, p).
    df
        Satterthwaite degrees of freedom of each contrast, shape (k,); NaN where a contrast has no variance.
    clusters
        Number of clusters.
    """

    covariance: FloatArray
    df: FloatArray
    clusters: int


def cluster_robust(
    x: ArrayLike,
    residuals: ArrayLike,
    weights: ArrayLike,
    cluster: ArrayLike,
    *,
    contrasts: ArrayLike | None = None,
) -> ClusterRobust:
    """CR2 covariance of a weighted least squares fit, and Satterthwaite's degrees of freedom.

    With ``M = (X'WX)^-1`` and residual maker ``S = I - X M X'W``, each cluster's residuals are multiplied
    by the inverse symmetric root of ``(S S')_gg``; ``df = (sum l)² / sum l²`` over the eigenvalues l of the
    quadratic form that estimates a contrast's variance.

    Parameters
    ----------
    x
        Design matrix with its intercept column, of full rank, shape (R, p).
    residuals
        ``y - x b`` of the weighted fit, shape (R,).
    weights
        Positive, shape (R,).
    cluster
        Code of each row's cluster, shape (R,).
    contrasts
        Linear combinations of the coefficients, shape (k, p); none means each coefficient.

    Returns
    -------
    ClusterRobust
        Covariance and df; compare estimate / se with Student's t of that df.

    Examples
    --------
    >>> found = cluster_robust([[1], [1], [1]], [-1.0, 0.0, 1.0], [1, 1, 1], [0, 1, 2])
    >>> found.covariance.round(6), found.df.round(6)
    (array([[0.333333]]), array([2.]))
    """
    matrix, e, w = (np.asarray(values, dtype=np.float64) for values in (x, residuals, weights))
    wanted = np.eye(matrix.shape[1]) if contrasts is None else np.asarray(contrasts, dtype=np.float64)
    inverse: FloatArray = np.asarray(np.linalg.inv((matrix * w[:, None]).T @ matrix), dtype=np.float64)
    spread = inverse @ ((matrix * w[:, None] ** 2).T @ matrix) @ inverse
    codes = np.unique(np.asarray(cluster), return_inverse=True)[1].ravel()
    rows = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
    scores, own, plain, weighted = [], [], [], []
    for members in rows:
        xg, wg = matrix[members], w[members]
        raw = np.column_stack([e[members], (xg * wg[:, None]) @ inverse @ wanted.T])
        adjusted = _adjust(xg, wg, inverse, spread, raw)
        scores.append(xg.T @ (wg * adjusted[:, 0]))
        q = adjusted[:, 1:]
        own.append((q**2).sum(axis=0))
        plain.append(xg.T @ q)
        weighted.append((xg * wg[:, None]).T @ q)
    total = np.asarray(scores)
    covariance = inverse @ (total.T @ total) @ inverse
    df = _satterthwaite(np.asarray(own), np.asarray(plain), np.asarray(weighted), inverse, spread)
    return ClusterRobust((covariance + covariance.T) / 2, df, len(rows))


def _adjust(
    x: FloatArray, w: FloatArray, inverse: FloatArray, spread: FloatArray, values: FloatArray
) -> FloatArray:
    """Multiply by the inverse symmetric root of the variance of a cluster's residuals (working model).

    That variance differs from the identity only within the span of x and Wx, so a large cluster costs no more
    than its rows.
    """
    heavy = x * w[:, None]
    basis, _ = np.linalg.qr(np.hstack([x, heavy]))
    plain, weighted = basis.T @ x, basis.T @ heavy
    mixed = plain @ inverse @ weighted.T
    inner = np.eye(basis.shape[1]) - mixed - mixed.T + plain @ spread @ plain.T
    size, vectors = np.linalg.eigh(inner)
    kept = size > NEGLIGIBLE
    root = np.where(kept, 1 / np.sqrt(np.where(kept, size, 1.0)), 0.0)
    turned = basis @ vectors
    return np.asarray(values + turned @ ((root - 1)[:, None] * (turned.T @ values)))


def _satterthwaite(
    own: FloatArray, plain: FloatArray, weighted: FloatArray, inverse: FloatArray, spread: FloatArray
) -> FloatArray:
    """Squared trace over trace of the square of each contrast's quadratic form, clusters by clusters."""
    result = np.full(own.shape[1], np.nan)
    for position in range(own.shape[1]):
        u, v = plain[:, :, position], weighted[:, :, position]
        mixed = u @ inverse @ v.T
        form = np.diag(own[:, position]) - mixed - mixed.T + u @ spread @ u.T
        square = float((form**2).sum())
        if square > 0:
            result[position] = np.trace(form) ** 2 / square
    return result
