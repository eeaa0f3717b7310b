"""Confidence intervals of means, totals and proportions under complex sampling.

Tails come from ``scipy.special`` (Student's t, beta, normal), never as one minus a distribution function.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from barometri.errors import check_option
from barometri.inference.hypergeometric import hypergeometric_bounds

FloatArray = NDArray[np.float64]
ProportionMethod = Literal[
    "korn_graubard", "hypergeometric", "wilson", "logit", "beta", "xlogit", "asin", "wald"
]
PROPORTION_METHODS: tuple[str, ...] = get_args(ProportionMethod)
MINIMUM_DF = 3.0  # below it an interval for a share is no longer estimable
REASONS = ("", "no_cases", "few_degrees_of_freedom", "zero_variance", "population_unknown")


@dataclass(frozen=True, slots=True)
class Intervals:
    """Two-sided intervals of several cells.

    Parameters
    ----------
    low, high
        Bounds, shape (C,), in the unit of the estimate (proportions 0 to 1); NaN where not estimable.
    reason
        Why a cell has no interval, shape (C,): empty, ``no_cases``, ``few_degrees_of_freedom``,
        ``zero_variance`` or ``population_unknown``.
    method
        Word of the rule.
    level
        Confidence level, 0 to 1.
    """

    low: FloatArray
    high: FloatArray
    reason: NDArray[np.str_]
    method: str
    level: float


@dataclass(frozen=True, slots=True)
class _Cells:
    """What the rules for proportions need: one level, and arrays of shape (C,)."""

    alpha: float
    p: FloatArray
    se: FloatArray
    n: FloatArray
    df: FloatArray
    kish: FloatArray
    population: FloatArray


Bounds = tuple[FloatArray, FloatArray]


def t_quantile(df: ArrayLike, tail: float) -> FloatArray:
    """Upper quantile of Student's t: the value that ``tail`` of the distribution exceeds.

    Examples
    --------
    >>> round(float(t_quantile(10, 0.025)), 6)
    2.228139
    """
    d = np.asarray(df, dtype=np.float64)
    finite = -special.stdtrit(np.where(np.isinf(d) | (d <= 0), 1.0, d), tail)
    return np.asarray(np.where(d > 0, np.where(np.isinf(d), -special.ndtri(tail), finite), np.nan))


def two_sided_p(statistic: ArrayLike, df: ArrayLike) -> FloatArray:
    """Two-sided tail probability of Student's t (normal where df is infinite), precise far out.

    Examples
    --------
    >>> float(two_sided_p(0.0, 5)), float(two_sided_p(30.0, np.inf)) > 0
    (1.0, True)
    """
    t, d = np.abs(np.asarray(statistic, dtype=np.float64)), np.asarray(df, dtype=np.float64)
    finite = special.stdtr(np.where(np.isinf(d) | (d <= 0), 1.0, d), -t)
    return np.asarray(np.where(d > 0, 2 * np.where(np.isinf(d), special.ndtr(-t), finite), np.nan))


def mean_intervals(
    estimate: ArrayLike,
    se: ArrayLike,
    df: ArrayLike,
    *,
    level: float = 0.95,
    minimum_df: float = 1.0,
) -> Intervals:
    """Intervals ``estimate ± t(df) se`` for means, totals, ratios and differences.

    Parameters
    ----------
    estimate, se
        Shape (C,), in one unit; se at least 0.
    df
        Degrees of freedom, shape (C,) or one number; infinite for the normal interval.
    level
        Confidence level, 0 to 1.
    minimum_df
        Fewer degrees of freedom give no interval.

    Returns
    -------
    Intervals
        With method ``t``.

    Examples
    --------
    >>> mean_intervals([10.0], [1.0], [0]).reason
    array(['few_degrees_of_freedom'], dtype='<U22')
    """
    centre, error, d = np.broadcast_arrays(*(np.atleast_1d(_array(a)) for a in (estimate, se, df)))
    half = t_quantile(d, (1 - level) / 2) * error
    reason = np.full(centre.shape, "", dtype="<U22")
    reason[np.isnan(error)] = "zero_variance"
    reason[d < minimum_df] = "few_degrees_of_freedom"
    reason[np.isnan(centre)] = "no_cases"
    known = reason == ""
    low, high = (np.where(known, bound, np.nan) for bound in (centre - half, centre + half))
    return Intervals(low, high, reason, "t", level)


def effective_cases(
    estimate: ArrayLike, se: ArrayLike, n: ArrayLike, df: ArrayLike, kish: ArrayLike, *, level: float = 0.95
) -> FloatArray:
    """Effective sample size of a proportion (Korn and Graubard 1998, Survey Methodology 24, 193-201).

    ``p(1-p)/se²``, or Kish's size where it is undefined (share 0 or 1, or se 0), times
    ``(t(n-1)/t(df))²``, at most n.

    Returns
    -------
    numpy.ndarray
        Shape (C,), 0 to n.

    Examples
    --------
    >>> effective_cases([0.5], [0.05], [200], [np.inf], [180.0]).round(1)
    array([101.2])
    """
    cells = _cells(estimate, se, n, df, kish=kish, population=None, level=level)
    raw = cells.p * (1 - cells.p) / np.where(cells.se > 0, cells.se, np.nan) ** 2
    inside = (cells.p > 0) & (cells.p < 1) & (cells.se > 0)
    size = np.where(inside, raw, cells.kish)
    return np.minimum(size * _df_factor(cells), cells.n)


def _array(values: ArrayLike) -> FloatArray:
    return np.asarray(values, dtype=np.float64)


def _cells(
    p: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    df: ArrayLike,
    *,
    kish: ArrayLike | None,
    population: ArrayLike | None,
    level: float,
) -> _Cells:
    given = (p, se, n, df, n if kish is None else kish, np.nan if population is None else population)
    arrays = np.broadcast_arrays(*(np.atleast_1d(_array(a)) for a in given))
    return _Cells(1 - level, *arrays)


def _df_factor(cells: _Cells) -> FloatArray:
    """Ratio of squared t quantiles at n - 1 and at the design's df; without bound for one case."""
    factor = t_quantile(cells.n - 1, cells.alpha / 2) / t_quantile(cells.df, cells.alpha / 2)
    return np.asarray(np.where(cells.n <= 1, np.inf, factor**2))


def _beta_bounds(success: FloatArray, failure: FloatArray, alpha: float) -> Bounds:
    """Clopper and Pearson (1934) with real numbers of successes and failures."""
    yes, no = np.maximum(success, 1e-300), np.maximum(failure, 1e-300)
    low = np.where(success > 0, special.betaincinv(yes, no + 1, alpha / 2), 0.0)
    high = np.where(failure > 0, special.betainccinv(yes + 1, no, alpha / 2), 1.0)
    return np.where(np.isnan(success), np.nan, low), np.where(np.isnan(failure), np.nan, high)


def _kg_size(cells: _Cells) -> FloatArray:
    return effective_cases(cells.p, cells.se, cells.n, cells.df, cells.kish, level=1 - cells.alpha)


def _korn_graubard(cells: _Cells) -> Bounds:
    size = _kg_size(cells)
    return _beta_bounds(size * cells.p, size * (1 - cells.p), cells.alpha)


def _beta(cells: _Cells) -> Bounds:
    size = cells.p * (1 - cells.p) / cells.se**2 * _df_factor(cells)
    return _beta_bounds(size * cells.p, size * (1 - cells.p), cells.alpha)


def _wilson(cells: _Cells) -> Bounds:
    """Wilson (1927) on the effective size of Korn and Graubard."""
    size = _kg_size(cells)
    z = float(-special.ndtri(cells.alpha / 2))
    scale = 1 + z**2 / size
    centre = (cells.p + z**2 / (2 * size)) / scale
    half = z * np.sqrt(cells.p * (1 - cells.p) / size + z**2 / (4 * size**2)) / scale
    low, high = np.maximum(centre - half, 0), np.minimum(centre + half, 1)
    return np.where(cells.p == 0, 0.0, low), np.where(cells.p == 1, 1.0, high)


def _logit(cells: _Cells) -> Bounds:
    half = t_quantile(cells.df, cells.alpha / 2) * cells.se / (cells.p * (1 - cells.p))
    centre = special.logit(cells.p)
    return special.expit(centre - half), special.expit(centre + half)


def _asin(cells: _Cells) -> Bounds:
    half = t_quantile(cells.df, cells.alpha / 2) * cells.se / (2 * np.sqrt(cells.p * (1 - cells.p)))
    centre = np.arcsin(np.sqrt(cells.p))
    low, high = np.maximum(centre - half, 0), np.minimum(centre + half, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def _wald(cells: _Cells) -> Bounds:
    half = t_quantile(cells.df, cells.alpha / 2) * cells.se
    return cells.p - half, cells.p + half


def _hypergeometric(cells: _Cells) -> Bounds:
    low, high = np.full(cells.p.shape, np.nan), np.full(cells.p.shape, np.nan)
    usable = (cells.n > 0) & np.isfinite(cells.population) & np.isfinite(cells.p)
    counts = np.rint(cells.p[usable] * cells.n[usable])
    bounds = hypergeometric_bounds(counts, cells.n[usable], cells.population[usable], level=1 - cells.alpha)
    low[usable], high[usable] = (bound / cells.population[usable] for bound in bounds)
    return low, high


RULES: dict[str, Callable[[_Cells], Bounds]] = {
    "korn_graubard": _korn_graubard,
    "hypergeometric": _hypergeometric,
    "wilson": _wilson,
    "logit": _logit,
    "beta": _beta,
    "xlogit": _logit,
    "asin": _asin,
    "wald": _wald,
}
HONEST_AT_EDGES = ("korn_graubard", "hypergeometric", "wilson")


def proportion_intervals(
    estimate: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    df: ArrayLike,
    *,
    method: ProportionMethod = "korn_graubard",
    level: float = 0.95,
    kish: ArrayLike | None = None,
    population: ArrayLike | None = None,
    minimum_df: float = MINIMUM_DF,
) -> Intervals:
    """Intervals for proportions, cell by cell.

    ``korn_graubard`` (default) is Clopper and Pearson's on the effective size of `effective_cases`;
    ``hypergeometric`` is exact for n of N drawn with equal weights; ``wilson`` is the score interval on the
    effective size; ``beta`` is Korn and Graubard's without the cap at n; ``logit`` and ``xlogit`` work on
    the log odds, ``asin`` on the arcsine of the root, ``wald`` on the share itself and may leave 0 to 1.
    The first three hold at 0 and 1; the others have no variance there and give NaN with the reason
    ``zero_variance``.

    Parameters
    ----------
    estimate, se
        Shares, 0 to 1, and their standard errors, shape (C,).
    n
        Cases in the base, shape (C,).
    df
        Degrees of freedom of the design, shape (C,) or one number.
    method
        Word of the rule.
    level
        Confidence level, 0 to 1.
    kish
        Kish's effective number of cases, used at 0 and 1; none means n.
    population
        N of each cell, for ``hypergeometric``, which assumes equal weights: estimate × n is then a count.
    minimum_df
        Fewer degrees of freedom give no interval (``hypergeometric`` does not use them).

    Returns
    -------
    Intervals
        Bounds and reasons, shape (C,).

    Raises
    ------
    OptionError
        An unknown method.

    Examples
    --------
    >>> found = proportion_intervals([0.0], [0.0], [20], [19])
    >>> float(found.low[0]), round(float(found.high[0]), 4)
    (0.0, 0.1684)
    """
    check_option("method", method, PROPORTION_METHODS)
    cells = _cells(estimate, se, n, df, kish=kish, population=population, level=level)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = RULES[method](cells)
    reason = np.full(cells.p.shape, "", dtype="<U22")
    if method not in HONEST_AT_EDGES:
        reason[(cells.p <= 0) | (cells.p >= 1) | ~(cells.se > 0)] = "zero_variance"
    if method == "hypergeometric":
        reason[~np.isfinite(cells.population)] = "population_unknown"
    else:
        reason[~(cells.df >= minimum_df)] = "few_degrees_of_freedom"
    reason[(cells.n < 1) | np.isnan(cells.p)] = "no_cases"
    known = reason == ""
    return Intervals(np.where(known, low, np.nan), np.where(known, high, np.nan), reason, method, level)
