"""Around the area-level model: smoothed variances, the arcsine scale of shares, and benchmarking."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import DesignError, check_option

FloatArray = NDArray[np.float64]
BenchmarkMethod = Literal["least_change", "ratio"]
BENCHMARK_METHODS: tuple[str, ...] = get_args(BenchmarkMethod)
FEWEST = 3  # areas that a curve with two coefficients needs


@dataclass(frozen=True, slots=True)
class VarianceFunction:
    """A generalised variance function ``log D = intercept + slope log n``, and its variances, shape (m,).

    ``factor`` makes the variances of the areas it was fitted to add up to the variances they had.
    """

    intercept: float
    slope: float
    factor: float
    variances: FloatArray


def variance_function(variances: ArrayLike, n: ArrayLike) -> VarianceFunction:
    """Smooth the direct variances of areas over their numbers of cases.

    Least squares on the logarithms, rescaled to the sum of the direct variances (Wolter 2007, Introduction
    to Variance Estimation, chapter 7; Rivest and Belmonte 2000, Survey Methodology 26, 67-78).

    Parameters
    ----------
    variances
        Direct variances, shape (m,); areas with NaN or 0 take no part but get a value.
    n
        Cases of each area, positive, shape (m,).

    Returns
    -------
    VarianceFunction
        Positive variances; with one number of cases in all areas the mean variance.

    Raises
    ------
    DesignError
        Fewer than three areas with a variance.

    Examples
    --------
    >>> variance_function([4.0, 2.0, 1.0, float("nan")], [1, 2, 4, 8]).variances
    array([4. , 2. , 1. , 0.5])
    """
    d, cases = np.asarray(variances, dtype=np.float64), np.asarray(n, dtype=np.float64)
    used = np.isfinite(d) & (d > 0) & (cases > 0)
    if used.sum() < FEWEST:
        raise DesignError(
            f"A variance function needs at least {FEWEST} areas with a direct variance; {int(used.sum())} "
            "have one. Pool areas, or give the variances."
        )
    x, y = np.log(cases[used]), np.log(d[used])
    deviation = x - x.mean()
    size = float(deviation @ deviation)
    slope = float(deviation @ y) / size if size > 0 else 0.0
    intercept = float(y.mean() - slope * x.mean())
    with np.errstate(divide="ignore"):
        curve = np.exp(intercept + slope * np.log(np.where(cases > 0, cases, np.nan)))
    factor = float(d[used].sum() / curve[used].sum())
    return VarianceFunction(intercept, slope, factor, curve * factor)


def arcsine_scale(shares: ArrayLike, effective: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Arcsines of the roots of shares, and their variances ``1 / (4 n_eff)``, which no share changes.

    Parameters
    ----------
    shares
        Direct shares, 0 to 1, shape (m,).
    effective
        Effective numbers of cases, shape (m,).

    Returns
    -------
    tuple of numpy.ndarray
        Values 0 to pi / 2 and variances, shape (m,).

    Examples
    --------
    >>> values, variances = arcsine_scale([0.5, 0.0], [25, 25])
    >>> values.round(4).tolist(), variances.tolist()
    ([0.7854, 0.0], [0.01, 0.01])
    """
    p = np.clip(np.asarray(shares, dtype=np.float64), 0.0, 1.0)
    return np.arcsin(np.sqrt(p)), 0.25 / np.asarray(effective, dtype=np.float64)


def arcsine_shares(values: ArrayLike, variances: ArrayLike) -> FloatArray:
    """Back to shares: the mean of ``sin²`` over a normal distribution, not its value at the mean.

    ``E sin²(Z) = (1 - exp(-2 v) cos(2 mu)) / 2`` for Z normal (mu, v), so that the turn back adds no bias.

    Parameters
    ----------
    values, variances
        Mean and variance on the arcsine scale, shape (m,).

    Returns
    -------
    numpy.ndarray
        Shares, 0 to 1, shape (m,).

    Examples
    --------
    >>> arcsine_shares([0.0], [0.0]).tolist()
    [0.0]
    """
    centre, spread = np.asarray(values, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    return np.asarray((1 - np.exp(-2 * spread) * np.cos(2 * centre)) / 2)


def arcsine_variances(values: ArrayLike, variances: ArrayLike) -> FloatArray:
    """Variance of ``sin²`` over a normal distribution: errors on the arcsine scale as errors of shares.

    Parameters
    ----------
    values, variances
        Mean and variance on the arcsine scale, shape (m,).

    Returns
    -------
    numpy.ndarray
        Shape (m,), at least 0.

    Examples
    --------
    >>> arcsine_variances([0.7853981634], [0.0001]).round(6).tolist()
    [0.0001]
    """
    centre, spread = np.asarray(values, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    second = (1 + np.exp(-8 * spread) * np.cos(4 * centre)) / 2
    first = np.exp(-2 * spread) * np.cos(2 * centre)
    return np.asarray(np.maximum(second - first**2, 0.0) / 4)


def benchmark(
    estimates: ArrayLike,
    shares: ArrayLike,
    group: ArrayLike,
    targets: ArrayLike,
    *,
    mse: ArrayLike | None = None,
    method: BenchmarkMethod = "least_change",
) -> FloatArray:
    """Adjust area estimates so that they add up to the estimates of the groups they make up.

    ``least_change`` spreads the gap ``T - sum s x`` in proportion to ``s_i mse_i``, which changes the areas
    least in units of their errors (Wang, Fuller and Qu 2008, Survey Methodology 34, 29-36); ``ratio``
    multiplies by ``T / sum s x``.

    Parameters
    ----------
    estimates
        Of the areas, shape (m,).
    shares
        Factor s of each area in its group's figure: population counts for totals, shares of the group for
        means; not negative, shape (m,).
    group
        Group of each area, 0 to G - 1, shape (m,).
    targets
        Figure of each group, shape (G,); NaN leaves a group as it is.
    mse
        Errors of the areas, for ``least_change``; none means equal, shape (m,).
    method
        Word of the adjustment.

    Returns
    -------
    numpy.ndarray
        Shape (m,).

    Raises
    ------
    DesignError
        A group without weight, or for ``ratio`` one that adds up to 0.

    Examples
    --------
    >>> benchmark([1.0, 3.0], [0.5, 0.5], [0, 0], [2.5])
    array([1.5, 3.5])
    """
    check_option("method", method, BENCHMARK_METHODS)
    x, s = np.asarray(estimates, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    g, wanted = np.asarray(group, dtype=np.int64), np.asarray(targets, dtype=np.float64)
    own = np.bincount(g, s * x, minlength=len(wanted))
    change = s * (np.ones_like(x) if mse is None else np.asarray(mse, dtype=np.float64))
    base = own if method == "ratio" else np.bincount(g, s * change, minlength=len(wanted))
    asked = np.isfinite(wanted)
    if np.any(asked & (base == 0)):
        raise DesignError("A group to benchmark has no areas, or adds up to 0; correct groups and weights.")
    safe = np.where(asked, base, 1.0)
    if method == "ratio":
        return np.asarray(x * np.where(asked, wanted / safe, 1.0)[g])
    return np.asarray(x + change * np.where(asked, (wanted - own) / safe, 0.0)[g])
