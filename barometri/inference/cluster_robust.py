"""Covariance of a weighted linear fit with few clusters: bias-reduced (CR2), with Satterthwaite's df.

The plain sandwich is too short when clusters are few or unequal. CR2 is exactly unbiased under a working
model of the errors (Bell and McCaffrey 2002, Survey Methodology 28, 169-181; Pustejovsky and Tipton 2018,
Journal of Business and Economic Statistics 36, 672-683), and stays right for large numbers of clusters
whatever their errors are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import OptionError, check_option
from barometri.inference.working_model import (
    MOST,
    WORKING,
    Clusters,
    Working,
    correlation_of_errors,
    gather,
    sums_of,
)

FloatArray = NDArray[np.float64]
NEGLIGIBLE = 1e-10  # eigenvalues of a cluster's residual variance beside that of one person's error


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
    correlation
        Of the errors of two people of a cluster in the working model; 0 where it has none.
    """

    covariance: FloatArray
    df: FloatArray
    clusters: int
    correlation: float = 0.0


@dataclass(frozen=True, slots=True)
class Hotelling:
    """A joint test that some contrasts are 0.

    Parameters
    ----------
    f
        To be compared with F(df, denominator_df); NaN where the contrasts have no joint variance, or too few
        degrees of freedom.
    df
        Number of contrasts.
    denominator_df
        Degrees of freedom of the covariance less ``df - 1``.
    """

    f: float
    df: int
    denominator_df: float


def cluster_robust(
    x: ArrayLike,
    residuals: ArrayLike,
    weights: ArrayLike,
    cluster: ArrayLike,
    *,
    contrasts: ArrayLike | None = None,
    working: Working = "independent",
    correlation: float | None = None,
) -> ClusterRobust:
    """CR2 covariance of a weighted least squares fit, and Satterthwaite's degrees of freedom.

    With ``M = (X'WX)^-1``, residual maker ``S = I - X M X'W`` and working covariance ``F`` of the errors,
    each cluster's residuals are multiplied by ``A = F^1/2 (F^1/2 (S F S')_gg F^1/2)^-1/2 F^1/2``, so that
    ``A (S F S')_gg A = F_gg`` (Pustejovsky and Tipton 2018; the pseudo-inverse where the fit takes a row
    whole). ``df = (sum l)² / sum l²`` over the eigenvalues l, under F, of the quadratic form that estimates a
    contrast's variance.

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
    working
        ``independent``: ``F = I``, the usual definition. ``exchangeable``: 1 on the diagonal and one
        correlation within clusters, estimated from the residuals by moments and not below 0.
    correlation
        The correlation of the exchangeable model, from 0 to .99, where it is known.

    Returns
    -------
    ClusterRobust
        Covariance and df; compare estimate / se with Student's t of that df.

    Raises
    ------
    OptionError
        An unknown working model, or a correlation outside its range or for the independent model.

    Examples
    --------
    >>> found = cluster_robust([[1], [1], [1]], [-1.0, 0.0, 1.0], [1, 1, 1], [0, 1, 2])
    >>> found.covariance.round(6), found.df.round(6)
    (array([[0.333333]]), array([2.]))
    """
    fit = _prepare((x, residuals, weights), cluster, working, correlation)
    p = fit.inverse.shape[0]
    wanted = np.eye(p) if contrasts is None else np.asarray(contrasts, dtype=np.float64)
    scores, forms = _forms(fit, wanted, pairs=False)
    covariance = fit.inverse @ (scores.T @ scores) @ fit.inverse
    trace = np.trace(forms, axis1=1, axis2=2)
    square = (forms**2).sum(axis=(1, 2))
    df = np.divide(trace**2, square, out=np.full(len(wanted), np.nan), where=square > 0)
    return ClusterRobust((covariance + covariance.T) / 2, df, len(scores), fit.correlation)


def hotelling_test(
    x: ArrayLike,
    residuals: ArrayLike,
    weights: ArrayLike,
    cluster: ArrayLike,
    *,
    coefficients: ArrayLike,
    contrasts: ArrayLike,
    working: Working = "independent",
    correlation: float | None = None,
) -> Hotelling:
    """Test jointly that contrasts are 0, with CR2: the approximate Hotelling T² test.

    With r contrasts ``C b``, CR2 covariance V and Q = ``(C b)' (C V C')^-1 C b``, the F is
    ``(h - r + 1) / (h r) Q`` on r and ``h - r + 1`` degrees of freedom. ``h = r (r + 1) / sum_st var d_st``,
    where d is ``C V C'`` standardised by its expectation under the working model, so that h are the degrees
    of freedom of the Wishart matrix with the same total variance; for one contrast they are Satterthwaite's
    (HTZ of Tipton and Pustejovsky 2015, Journal of Educational and Behavioral Statistics 40, 604-634).

    Parameters
    ----------
    x, residuals, weights, cluster, working, correlation
        As in `cluster_robust`.
    coefficients
        Of the fit, shape (p,).
    contrasts
        Linearly independent combinations that the null sets to 0, shape (r, p).

    Returns
    -------
    Hotelling
        F, NaN where nothing can be said.

    Examples
    --------
    >>> x, y = np.ones((4, 1)), np.array([1.0, 2.0, 3.0, 6.0])
    >>> found = hotelling_test(x, y - 3, np.ones(4), range(4), coefficients=[3.0], contrasts=[[1.0]])
    >>> round(found.f, 3), found.df, round(found.denominator_df, 3)
    (7.714, 1, 3.0)
    """
    fit = _prepare((x, residuals, weights), cluster, working, correlation)
    wanted = np.atleast_2d(np.asarray(contrasts, dtype=np.float64))
    r = len(wanted)
    scores, forms = _forms(fit, wanted, pairs=True)
    expected = np.trace(forms, axis1=2, axis2=3)
    half = scores @ fit.inverse @ wanted.T
    found, size = half.T @ half, np.sqrt(np.maximum(np.diag(expected), 0.0))
    if not np.all(size > 0):
        return Hotelling(np.nan, r, np.nan)
    values, vectors = np.linalg.eigh(expected / np.outer(size, size))
    own, turned = np.linalg.eigh(found / np.outer(size, size))
    if min(values[0], own[0]) <= NEGLIGIBLE:
        return Hotelling(np.nan, r, np.nan)
    root = (vectors / np.sqrt(values)).T / size
    forms = np.einsum("as,stgh,bt->abgh", root, forms, root, optimize=True)
    sides = forms[np.arange(r), np.arange(r)].sum(axis=0)
    total = float((sides**2).sum() + np.einsum("stgh,tsgh->", forms, forms, optimize=True))
    h = r * (r + 1) / total
    if h - r + 1 <= 0:
        return Hotelling(np.nan, r, h - r + 1)
    away = turned.T @ (wanted @ np.asarray(coefficients, dtype=np.float64) / size)
    q = float((away**2 / own).sum())
    return Hotelling((h - r + 1) / (h * r) * q, r, h - r + 1)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Clusters by size, ``M``, ``X'WFWX`` between its ``M``, the correlation and the number of clusters."""

    clusters: list[Clusters]
    inverse: FloatArray
    spread: FloatArray
    correlation: float
    number: int


def _prepare(
    rows: tuple[ArrayLike, ArrayLike, ArrayLike],
    cluster: ArrayLike,
    working: Working,
    correlation: float | None,
) -> _Prepared:
    """Gather design matrix, residuals and weights by clusters."""
    check_option("working", working, WORKING)
    matrix, e, w = (np.asarray(values, dtype=np.float64) for values in rows)
    code = np.unique(np.asarray(cluster), return_inverse=True)[1].ravel().astype(np.int64)
    if correlation is None:
        rho = 0.0 if working == "independent" else correlation_of_errors(matrix, e, w, code)
    elif working == "independent" or not 0 <= correlation <= MOST:
        raise OptionError(f"correlation is a number from 0 to {MOST} for working='exchangeable'.")
    else:
        rho = correlation
    heavy = matrix * w[:, None]
    inverse: FloatArray = np.asarray(np.linalg.inv(heavy.T @ matrix))
    sums = sums_of(heavy, code)
    middle = (1 - rho) * heavy.T @ heavy + rho * sums.T @ sums
    return _Prepared(gather(matrix, e, w, code), inverse, inverse @ middle @ inverse, rho, len(sums))


def _correlated(values: FloatArray, one: FloatArray, own: float, common: float | FloatArray) -> FloatArray:
    """Multiply matrices by ``own I + common 1 1'``, one cluster a matrix."""
    return np.asarray(own * values + (common * one[..., None]) * (one[:, None, :] @ values))


def _forms(fit: _Prepared, contrasts: FloatArray, *, pairs: bool) -> tuple[FloatArray, FloatArray]:
    """Return adjusted scores of clusters, shape (G, p), and ``q_g' (S F S')_gh q_h`` of contrasts.

    ``q`` is ``A W X M c``, so that the variance of contrast c is the sum of squares of ``q_g' S e``. Shape
    (k, G, G); with ``pairs`` of contrast s with contrast t, (k, k, G, G).
    """
    k, p = contrasts.shape
    scores, own = np.zeros((fit.number, p)), np.zeros((fit.number, k, k) if pairs else (fit.number, k))
    plain, weighted = np.zeros((k, fit.number, p)), np.zeros((k, fit.number, p))
    for clusters in fit.clusters:
        heavy = _correlated(clusters.heavy, clusters.one, 1 - fit.correlation, fit.correlation)
        sought = clusters.heavy @ (fit.inverse @ contrasts.T)
        adjusted = _adjust(
            fit, clusters, heavy, np.concatenate([clusters.residual[..., None], sought], axis=2)
        )
        place, q, flat = clusters.place, adjusted[..., 1:], np.swapaxes(adjusted, 1, 2)
        scores[place] = (flat[:, :1] @ clusters.heavy)[:, 0]
        spread = _correlated(q, clusters.one, 1 - fit.correlation, fit.correlation)
        own[place] = flat[:, 1:] @ spread if pairs else (q * spread).sum(axis=1)
        plain[:, place] = np.swapaxes(flat[:, 1:] @ clusters.x, 0, 1)
        weighted[:, place] = np.swapaxes(flat[:, 1:] @ heavy, 0, 1)
    left, at = plain @ (fit.spread / 2) - weighted @ fit.inverse, np.arange(fit.number)
    if pairs:
        half = np.einsum("sgi,thi->stgh", left, plain, optimize=True)
        forms = half + half.transpose(1, 0, 3, 2)
        forms[:, :, at, at] += own.transpose(1, 2, 0)
        return scores, forms
    half = left @ np.swapaxes(plain, 1, 2)
    forms = half + np.swapaxes(half, 1, 2)
    forms[:, at, at] += own.T
    return scores, forms


def _adjust(fit: _Prepared, clusters: Clusters, heavy: FloatArray, values: FloatArray) -> FloatArray:
    """Multiply by the adjustment matrices of clusters; ``heavy`` is ``F W X``."""
    one, rho = clusters.one, fit.correlation
    size = (one**2).sum(axis=1)[:, None, None]
    person = np.sqrt(1 - rho)
    shared = (np.sqrt(1 - rho + rho * size) - person) / np.maximum(size, 1.0)
    unit = np.broadcast_to(np.eye(one.shape[1]), (len(one), one.shape[1], one.shape[1]))
    taken = clusters.x @ (
        fit.inverse @ np.swapaxes(heavy, 1, 2) - fit.spread / 2 @ np.swapaxes(clusters.x, 1, 2)
    )
    left = (1 - rho) * unit + rho * one[..., None] * one[:, None, :] - taken - np.swapaxes(taken, 1, 2)
    root = _correlated(unit, one, person, shared)
    length, vectors = np.linalg.eigh(root @ left @ root)
    kept = length > NEGLIGIBLE * (1 - rho) ** 2
    inner = np.where(kept, np.where(kept, length, 1.0) ** -0.5, 0.0)
    outer = root @ vectors
    return np.asarray(outer @ (inner[..., None] * (np.swapaxes(outer, 1, 2) @ values)))
