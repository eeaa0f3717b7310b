"""Replicate weights of sampling units, and the variance between replicates.

Multipliers belong to units, never to rows: replicates of a total are a small matrix product with the totals
by unit. Jackknife and balanced half samples: Wolter (2007), Introduction to Variance Estimation, chapters 3
and 4. Bootstrap: Rao and Wu (1988), JASA 83, 231-241, in the weight form of Rao, Wu and Yue (1992), Survey
Methodology 18, 209-217, rescaled by ``sqrt(1 - f)`` for finite populations.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from barometri.errors import DesignError
from barometri.inference.strata import Strata

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
PAIR = 2


@dataclass(frozen=True, slots=True, repr=False)
class Scheme:
    """Replicates of the units of a design.

    Parameters
    ----------
    multipliers
        Factor of each unit in each replicate, shape (U, R).
    scale
        Common factor of the variance.
    rscales
        Factor of each replicate, shape (R,).
    """

    multipliers: FloatArray
    scale: float
    rscales: FloatArray


def jackknife_scales(stratum: IntArray, strata: Strata) -> tuple[float, FloatArray]:
    """Return common and own factors, ``(n_h - 1) / n_h (1 - f_h)``, of replicates that leave one unit out.

    Returns
    -------
    tuple
        Without strata the factor is common (JK1), with them each replicate's own (JKn), shape (U,).

    Examples
    --------
    >>> from barometri.inference.strata import make_strata
    >>> jackknife_scales(np.array([0, 0]), make_strata([2], fraction=[0.5]))
    (0.25, array([1., 1.]))
    """
    n = np.maximum(strata.units, 1)
    factors = (n - 1) / n * (1 - strata.fraction)
    if len(factors) == 1:
        return float(factors[0]), np.ones(len(stratum))
    return 1.0, np.asarray(factors[stratum], dtype=np.float64)


def jackknife(stratum: IntArray, strata: Strata) -> Scheme:
    """Leave out one unit after the other; the others of its stratum count ``n_h / (n_h - 1)`` times.

    Parameters
    ----------
    stratum
        Stratum of each unit, shape (U,).
    strata
        The strata, of which the units are all.

    Returns
    -------
    Scheme
        One replicate a unit; a stratum with one unit keeps it.

    Examples
    --------
    >>> from barometri.inference.strata import make_strata
    >>> jackknife(np.array([0, 0]), make_strata([2])).multipliers
    array([[0., 2.],
           [2., 0.]])
    """
    n = strata.units[stratum]
    more = np.where(n > 1, n / np.maximum(n - 1, 1), 1.0)
    multipliers = np.where(stratum[:, None] == stratum[None, :], more[:, None], 1.0)
    alone = n == 1
    multipliers[np.diag_indices(len(stratum))] = np.where(alone, 1.0, 0.0)
    return Scheme(multipliers, *jackknife_scales(stratum, strata))


def jackknife_totals(totals: FloatArray, stratum: IntArray, strata: Strata) -> FloatArray:
    """Totals of all jackknife replicates without their matrix.

    Parameters
    ----------
    totals
        Totals by unit, shape (U, m).
    stratum
        Stratum of each unit, shape (U,).
    strata
        The strata.

    Returns
    -------
    numpy.ndarray
        ``(T - T_h) + (T_h - t_hi) n_h / (n_h - 1)``, shape (U, m): exactly 0 where nobody is left.

    Examples
    --------
    >>> from barometri.inference.strata import make_strata
    >>> jackknife_totals(np.array([[1.0], [3.0]]), np.array([0, 0]), make_strata([2])).ravel()
    array([6., 2.])
    """
    n = strata.units[stratum][:, None]
    sums = np.zeros((len(strata.units), totals.shape[1]))
    np.add.at(sums, stratum, totals)
    others = (sums[stratum] - totals) * (n / np.maximum(n - 1, 1))
    apart = (sums.sum(axis=0) - sums)[stratum]
    return np.asarray(apart + np.where(n > 1, others, totals), dtype=np.float64)


def hadamard_rows(rows: int) -> FloatArray:
    """Return orthogonal rows of ±1, each balanced, shape (rows, R), R the next power of 2 above ``rows``.

    Examples
    --------
    >>> hadamard_rows(1)
    array([[ 1., -1.]])
    """
    matrix = np.ones((1, 1))
    while len(matrix) <= rows:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix[1 : rows + 1]


def balanced(stratum: IntArray, strata: Strata, *, rho: float = 0.0) -> Scheme:
    """Balanced half samples of strata of two units; one counts ``2 - rho`` times, the other ``rho``.

    Parameters
    ----------
    stratum
        Stratum of each unit, shape (U,).
    strata
        The strata.
    rho
        Fay's factor; 0 leaves half of the units out.

    Returns
    -------
    Scheme
        As many replicates as the next power of 2 above the number of strata.

    Raises
    ------
    DesignError
        A stratum that does not hold two units.

    Examples
    --------
    >>> from barometri.inference.strata import make_strata
    >>> balanced(np.array([0, 0]), make_strata([2])).multipliers
    array([[2., 0.],
           [0., 2.]])
    """
    if not np.all(strata.units == PAIR):
        wrong = int((strata.units != PAIR).sum())
        raise DesignError(
            f"Balanced half samples need strata of two units; {wrong} strata hold another number. Use the "
            "jackknife or the bootstrap."
        )
    rows = hadamard_rows(len(strata.units))
    order = np.argsort(stratum, kind="stable")
    sign = np.ones(len(stratum))
    sign[order[1::2]] = -1.0
    multipliers = 1 + (1 - rho) * sign[:, None] * rows[stratum]
    count = rows.shape[1]
    return Scheme(multipliers, 1 / (count * (1 - rho) ** 2), np.ones(count))


def bootstrap(
    stratum: IntArray, strata: Strata, *, replicates: int, generator: np.random.Generator
) -> Scheme:
    """Bootstrap ``n_h - 1`` units of each stratum with replacement, rescaled for the finite population.

    A unit drawn r times counts ``1 + sqrt(1 - f_h) (r n_h / (n_h - 1) - 1)`` times, never below 0; without
    correction that is Rao and Wu's ``r n_h / (n_h - 1)``.

    Parameters
    ----------
    stratum
        Stratum of each unit, shape (U,).
    strata
        The strata, with their fractions.
    replicates
        Number of replicates R.
    generator
        Source of random numbers.

    Returns
    -------
    Scheme
        Multipliers that sum to ``n_h`` in every stratum and replicate.

    Examples
    --------
    >>> from barometri.inference.strata import make_strata
    >>> scheme = bootstrap(np.zeros(3, dtype=np.int64), make_strata([3]), replicates=2,
    ...                    generator=np.random.default_rng(1))
    >>> scheme.multipliers.sum(axis=0)
    array([3., 3.])
    """
    multipliers = np.ones((len(stratum), replicates))
    order = np.argsort(stratum, kind="stable")
    ends = np.cumsum(np.bincount(stratum, minlength=len(strata.units)))
    for members, fraction in zip(np.split(order, ends[:-1]), strata.fraction, strict=True):
        n = len(members)
        if n < PAIR:
            continue
        draws = generator.integers(n, size=(replicates, n - 1)) + np.arange(replicates)[:, None] * n
        counts = np.bincount(draws.ravel(), minlength=replicates * n).reshape(replicates, n)
        multipliers[members] = (1 + np.sqrt(1 - fraction) * (counts * (n / (n - 1)) - 1)).T
    return Scheme(multipliers, 1 / (replicates - 1), np.ones(replicates))
