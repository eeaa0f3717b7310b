"""Variances of totals, means and ratios under stratified, clustered, multi-stage sampling, from sums alone.

The estimate is a smooth function of totals; its linearised values, summed by sampling unit, carry the
variance (Binder 1983, International Statistical Review 51, 279-292; Särndal, Swensson and Wretman 1992,
section 5.5). Nothing here sees a row: a stage of clusters hands over totals by unit, element sampling hands
over the first and second moments by stratum. A design of several stages is the sum of its stages'
contributions.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import DesignError
from barometri.inference.strata import (
    SINGLE_PSU,
    SinglePsu,
    Strata,
    make_strata,
    single_unit_strata,
    stratum_factors,
)

__all__ = [
    "SINGLE_PSU",
    "SinglePsu",
    "Strata",
    "covariance",
    "covariance_from_cells",
    "covariance_from_moments",
    "degrees_of_freedom",
    "make_strata",
    "single_unit_strata",
    "variance",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def sum_by(code: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Add rows by code, 0 to size - 1.

    Examples
    --------
    >>> sum_by(np.array([2, 0, 2]), np.array([[1.0], [2.0], [3.0]]), 3).ravel()
    array([2., 0., 4.])
    """
    result = np.zeros((size, values.shape[1]))
    if len(code):
        if np.any(code[1:] < code[:-1]):
            order = np.argsort(code, kind="stable")
            code, values = code[order], values[order]
        starts = np.flatnonzero(np.concatenate([[True], code[1:] != code[:-1]]))
        result[code[starts]] = np.add.reduceat(values, starts, axis=0)
    return result


def _deviations(
    totals: FloatArray, stratum: IntArray, strata: Strata, single_psu: SinglePsu
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Deviations of the present units, their factors, the centres of the absent ones and their factors."""
    scale, centred = stratum_factors(strata, single_psu)
    present = np.bincount(stratum, minlength=len(scale)).astype(np.float64)
    if len(present) > len(scale) or np.any(present > strata.units):
        raise DesignError(
            "More sampling units are present than the design states for their stratum; "
            "count the units of the whole design, not of a part of it."
        )
    sums = sum_by(stratum, totals, len(scale))
    centre = sums / np.maximum(strata.units, 1)[:, None]
    if centred.any():
        centre[centred] = totals.sum(axis=0) / strata.units.sum()
    return totals - centre[stratum], scale[stratum], centre, scale * (strata.units - present)


def covariance(
    totals: ArrayLike, stratum: ArrayLike, strata: Strata, *, single_psu: SinglePsu = "error"
) -> FloatArray:
    """Covariance of sums of linearised values over one stage of sampling units.

    ``V = sum_h above_h (1 - f_h) n_h / (n_h - 1) sum_i (z_hi - zbar_h)(z_hi - zbar_h)'`` with ``zbar_h``
    over all ``n_h`` units of the design: units that are not among the rows of ``totals`` count as zeros.
    The stages of a multi-stage design are added: ``covariance(first...) + covariance(second...)``.

    Parameters
    ----------
    totals
        Linearised values summed by unit, shape (P, m).
    stratum
        Stratum position (0 to H - 1) of each unit, shape (P,).
    strata
        The strata of the stage, H of them.
    single_psu
        What a stratum with one unit contributes: ``error`` refuses, ``adjust`` centres it at the grand mean
        of all units, ``average`` gives it the mean variance of the other strata, ``certainty`` nothing.

    Returns
    -------
    numpy.ndarray
        Shape (m, m), symmetric; NaN in rows and columns whose totals are NaN.

    Examples
    --------
    >>> covariance([[1.0], [3.0]], [0, 0], make_strata([2], fraction=[0.5]))
    array([[2.]])
    """
    z = np.atleast_2d(np.asarray(totals, dtype=np.float64))
    own, own_scale, centre, absent = _deviations(z, np.asarray(stratum, dtype=np.int64), strata, single_psu)
    own *= np.sqrt(own_scale)[:, None]
    result = own.T @ own  # one matrix with itself: half the work, and symmetric to the last bit
    if np.any(absent > 0):
        more = (centre * absent[:, None]).T @ centre
        result += (more + more.T) / 2
    return np.asarray(result, dtype=np.float64)


def variance(
    totals: ArrayLike, stratum: ArrayLike, strata: Strata, *, single_psu: SinglePsu = "error"
) -> FloatArray:
    """Diagonal of `covariance`, shape (m,), without the m × m products.

    Examples
    --------
    >>> variance([[1.0], [3.0]], [0, 0], make_strata([2]))
    array([4.])
    """
    z = np.atleast_2d(np.asarray(totals, dtype=np.float64))
    own, own_scale, centre, absent = _deviations(z, np.asarray(stratum, dtype=np.int64), strata, single_psu)
    return np.asarray(own_scale @ own**2 + absent @ centre**2, dtype=np.float64)


def covariance_from_moments(
    first: ArrayLike, second: ArrayLike, strata: Strata, *, single_psu: SinglePsu = "error"
) -> FloatArray:
    """Covariance under element sampling, each row its own unit, from the moments of the linearised values.

    ``sum_i (z_i - zbar)(z_i - zbar)' = second - first first' / n``, so no row is needed.

    Parameters
    ----------
    first
        Sums of the linearised values by stratum, shape (H, m).
    second
        Sums of their products by stratum, shape (H, m, m); or of their squares, shape (H, m), for the
        diagonal alone.
    strata
        The strata; ``units`` counts the rows of the whole design.
    single_psu
        As in `covariance`.

    Returns
    -------
    numpy.ndarray
        Shape (m, m); with squares alone the variances, shape (m,).

    Examples
    --------
    >>> covariance_from_moments([[4.0]], [[10.0]], make_strata([2]))
    array([4.])
    """
    s = np.asarray(first, dtype=np.float64)
    q = np.asarray(second, dtype=np.float64)
    scale, centred = stratum_factors(strata, single_psu)
    n = np.maximum(strata.units, 1)
    grand = s.sum(axis=0) / max(strata.units.sum(), 1)
    if q.ndim == s.ndim:
        inner = np.maximum(q - s**2 / n[:, None], 0)
        inner[centred] = (s[centred] - grand) ** 2
        return np.asarray(scale @ inner, dtype=np.float64)
    plain = np.where(centred, 0.0, scale)
    result = np.tensordot(plain, q, axes=1) + _between(s, strata, scale, centred)
    return np.asarray((result + result.T) / 2, dtype=np.float64)


def covariance_from_cells(
    first: ArrayLike,
    second: ArrayLike,
    transform: ArrayLike,
    strata: Strata,
    *,
    single_psu: SinglePsu = "error",
) -> FloatArray:
    """Covariance under element sampling from moments kept by disjoint cells.

    Every row lies in one cell and its linearised values are ``transform[c]'`` times its features, so that
    ``sum_i z_i z_i' = sum_c transform_c' second_c transform_c`` and no (H, m, m) array is built.

    Parameters
    ----------
    first
        Sums of the linearised values by stratum, shape (H, m).
    second
        Sums of the products of the features by stratum and cell, shape (H, C, F, F).
    transform
        Linearised values of one unit of each feature, shape (C, F, m), mostly 0.
    strata
        The strata; ``units`` counts the rows of the whole design.
    single_psu
        As in `covariance`.

    Returns
    -------
    numpy.ndarray
        Shape (m, m).

    Examples
    --------
    >>> covariance_from_cells([[4.0]], [[[[10.0]]]], [[[1.0]]], make_strata([2]))
    array([[4.]])
    """
    s, turn = np.asarray(first, dtype=np.float64), np.asarray(transform, dtype=np.float64)
    scale, centred = stratum_factors(strata, single_psu)
    pooled = np.tensordot(np.where(centred, 0.0, scale), np.asarray(second, dtype=np.float64), axes=1)
    result = _between(s, strata, scale, centred)
    for products, slopes in zip(pooled, turn, strict=True):
        columns = np.flatnonzero((slopes != 0).any(axis=0))
        used = slopes[:, columns]
        result[np.ix_(columns, columns)] += used.T @ products @ used
    return np.asarray((result + result.T) / 2, dtype=np.float64)


def _between(sums: FloatArray, strata: Strata, scale: FloatArray, centred: NDArray[np.bool_]) -> FloatArray:
    """Take off the strata's own means; a stratum centred at the grand mean counts whole here."""
    own = np.where(centred, 0.0, scale) / np.maximum(strata.units, 1)
    apart = sums[centred] - sums.sum(axis=0) / max(strata.units.sum(), 1)
    return np.asarray((apart * scale[centred, None]).T @ apart - (sums * own[:, None]).T @ sums)


def degrees_of_freedom(units: ArrayLike) -> FloatArray:
    """Units minus strata, of a design or of domains.

    Parameters
    ----------
    units
        Number of first-stage units by stratum, shape (H,), or with members of each domain, shape (H, C).
        Strata without such units do not count.

    Returns
    -------
    numpy.ndarray
        Shape () or (C,).

    Examples
    --------
    >>> degrees_of_freedom([[5, 0], [4, 4]])
    array([7., 3.])
    """
    n = np.asarray(units, dtype=np.float64)
    return np.asarray(n.sum(axis=0) - (n > 0).sum(axis=0), dtype=np.float64)
