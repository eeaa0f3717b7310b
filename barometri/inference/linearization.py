"""Variances of totals, means and ratios under stratified, clustered, multi-stage sampling, from sums alone.

The estimate is a smooth function of totals; its linearised values, summed by sampling unit, carry the
variance (Binder 1983, International Statistical Review 51, 279-292; Särndal, Swensson and Wretman 1992,
section 5.5). Nothing here sees a row: a stage of clusters hands over totals by unit, element sampling hands
over the first and second moments by stratum. A design of several stages is the sum of its stages'
contributions.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import DesignError, check_option

SinglePsu = Literal["error", "adjust", "average", "certainty"]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
SINGLE_PSU: tuple[str, ...] = get_args(SinglePsu)


@dataclass(frozen=True, slots=True)
class Strata:
    """The strata of one stage of a design.

    Parameters
    ----------
    units
        Number of units drawn in each stratum of the *whole* design, shape (H,). Units without members of a
        domain count, since their totals are zeros.
    fraction
        Sampling fraction of each stratum, 0 (none known) to 1 (census), shape (H,).
    above
        Product of the sampling fractions of the stages above, shape (H,): ones at the first stage. Without
        finite population correction above, it is 0 and the stage adds nothing.
    """

    units: FloatArray
    fraction: FloatArray
    above: FloatArray


def make_strata(
    units: ArrayLike, fraction: ArrayLike | None = None, above: ArrayLike | None = None
) -> Strata:
    """Check and complete the description of one stage.

    Parameters
    ----------
    units
        Units drawn, shape (H,).
    fraction
        Sampling fractions, shape (H,) or a single number; none means no finite population correction.
    above
        Product of the fractions of the stages above, shape (H,) or a single number; none means first stage.

    Returns
    -------
    Strata
        With arrays of one shape.

    Raises
    ------
    DesignError
        A fraction outside 0 to 1, or a negative number of units.

    Examples
    --------
    >>> make_strata([3, 2], fraction=[0.5, 0.1]).above
    array([1., 1.])
    """
    n = np.atleast_1d(np.asarray(units, dtype=np.float64))
    f = np.broadcast_to(np.asarray(0.0 if fraction is None else fraction, dtype=np.float64), n.shape)
    g = np.broadcast_to(np.asarray(1.0 if above is None else above, dtype=np.float64), n.shape)
    for name, values in (("fraction", f), ("above", g)):
        if not np.all((values >= 0) & (values <= 1)):
            raise DesignError(
                f"Sampling fractions ({name}) must lie between 0 and 1: a population count is smaller than "
                "the number of units drawn from it. Correct the population counts."
            )
    if not np.all(n >= 0):
        raise DesignError(
            "The number of units of a stratum must be 0 or more; count the units of the design."
        )
    return Strata(n, f, g)


def single_unit_strata(strata: Strata) -> IntArray:
    """Positions of strata whose variance cannot be estimated from their only unit.

    A stratum taken whole (fraction 1) is no such stratum, since it has no variance.

    Examples
    --------
    >>> single_unit_strata(make_strata([3, 1, 1], fraction=[0, 0, 1]))
    array([1])
    """
    return np.flatnonzero((strata.units == 1) & (strata.fraction < 1) & (strata.above > 0))


def _scales(strata: Strata, single_psu: SinglePsu) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Factor of each stratum's sum of squares, and the strata that are centred at the grand mean."""
    check_option("single_psu", single_psu, SINGLE_PSU)
    n = strata.units
    lonely = np.zeros(n.shape, dtype=np.bool_)
    lonely[single_unit_strata(strata)] = True
    if single_psu == "error" and lonely.any():
        where = ", ".join(str(position) for position in np.flatnonzero(lonely)[:5])
        raise DesignError(
            f"{int(lonely.sum())} strata hold a single sampling unit (positions {where}), so their variance "
            "cannot be estimated. Collapse them, or choose single_psu: adjust, average or certainty."
        )
    scale = strata.above * (1 - strata.fraction) * np.where(n > 1, n / np.maximum(n - 1, 1), 0.0)
    centred = np.zeros(n.shape, dtype=np.bool_)
    if single_psu == "adjust":
        scale[lonely] = (strata.above * (1 - strata.fraction))[lonely]
        centred = lonely
    if single_psu == "average" and lonely.any():
        others = int((n > 0).sum() - lonely.sum())
        scale *= (others + lonely.sum()) / others if others else np.nan
    return scale, centred


def _deviations(
    totals: FloatArray, stratum: IntArray, strata: Strata, single_psu: SinglePsu
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Deviations of the present units, their factors, the centres of the absent ones and their factors."""
    scale, centred = _scales(strata, single_psu)
    present = np.bincount(stratum, minlength=len(scale)).astype(np.float64)
    if len(present) > len(scale) or np.any(present > strata.units):
        raise DesignError(
            "More sampling units are present than the design states for their stratum; "
            "count the units of the whole design, not of a part of it."
        )
    sums = np.zeros((len(scale), totals.shape[1]))
    np.add.at(sums, stratum, totals)
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
    result = (own * own_scale[:, None]).T @ own + (centre * absent[:, None]).T @ centre
    return np.asarray((result + result.T) / 2, dtype=np.float64)


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
    scale, centred = _scales(strata, single_psu)
    n = np.maximum(strata.units, 1)
    grand = s.sum(axis=0) / max(strata.units.sum(), 1)
    if q.ndim == s.ndim:
        inner = np.maximum(q - s**2 / n[:, None], 0)
        inner[centred] = (s[centred] - grand) ** 2
        return np.asarray(scale @ inner, dtype=np.float64)
    result = np.tensordot(scale, q, axes=1) - (s * (scale / n)[:, None]).T @ s
    for position in np.flatnonzero(centred):
        deviation = s[position] - grand
        result += scale[position] * (np.outer(deviation, deviation) - q[position])
        result += scale[position] * np.outer(s[position], s[position])
    return np.asarray((result + result.T) / 2, dtype=np.float64)


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
