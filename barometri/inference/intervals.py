"""Confidence intervals of means, totals and proportions under complex sampling.

Tails come from ``scipy.special`` (Student's t, beta, normal), never as one minus a distribution function.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import check_option
from barometri.inference.proportions import HONEST_AT_EDGES, RULES, as_array, effective_cases, make_cells
from barometri.inference.tails import t_quantile, two_sided_p

__all__ = [
    "PROPORTION_METHODS",
    "Intervals",
    "ProportionMethod",
    "effective_cases",
    "mean_intervals",
    "proportion_intervals",
    "t_quantile",
    "two_sided_p",
]

FloatArray = NDArray[np.float64]
ProportionMethod = Literal[
    "korn_graubard", "hypergeometric", "wilson", "logit", "beta", "xlogit", "asin", "likelihood", "wald"
]
PROPORTION_METHODS: tuple[str, ...] = get_args(ProportionMethod)
ROUNDING = 1e-14  # an error below this share of its estimate is none
MINIMUM_DF = 3.0  # below it an interval for a share is no longer estimable
REASONS = (
    "",
    "no_cases",
    "few_degrees_of_freedom",
    "variance_unknown",
    "zero_variance",
    "population_unknown",
)


@dataclass(frozen=True, slots=True)
class Intervals:
    """Two-sided intervals of several cells.

    Parameters
    ----------
    low, high
        Bounds, shape (C,), in the unit of the estimate (proportions 0 to 1); NaN where not estimable.
    reason
        Why a cell has no interval, shape (C,): empty, ``no_cases``, ``few_degrees_of_freedom``,
        ``variance_unknown``, ``zero_variance`` or ``population_unknown``.
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


def mean_intervals(
    estimate: ArrayLike,
    se: ArrayLike,
    df: ArrayLike,
    *,
    level: float = 0.95,
    minimum_df: float = 1.0,
    certain: ArrayLike = True,
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
    certain
        Whether an error of 0 is known (everybody was asked), shape (C,) or one truth. Where it is not, equal
        answers of a sample give no interval, with the reason ``zero_variance``, instead of one without width.

    Returns
    -------
    Intervals
        With method ``t``.

    Examples
    --------
    >>> mean_intervals([10.0], [1.0], [0]).reason
    array(['few_degrees_of_freedom'], dtype='<U22')
    """
    centre, error, d = np.broadcast_arrays(*(np.atleast_1d(as_array(a)) for a in (estimate, se, df)))
    half = t_quantile(d, (1 - level) / 2) * error
    reason = np.full(centre.shape, "", dtype="<U22")
    nothing = error <= ROUNDING * np.abs(centre)
    reason[nothing & ~np.asarray(certain, dtype=bool)] = "zero_variance"
    reason[np.isnan(error)] = "variance_unknown"
    reason[d < minimum_df] = "few_degrees_of_freedom"
    reason[np.isnan(centre)] = "no_cases"
    known = reason == ""
    low, high = (np.where(known, bound, np.nan) for bound in (centre - half, centre + half))
    return Intervals(low, high, reason, "t", level)


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
    the log odds, ``asin`` on the arcsine of the root, ``likelihood`` holds the shares that the binomial
    working likelihood ratio over its design effect does not reject at F(1, df) (Rao and Scott 1984),
    ``wald`` works on the share itself and may leave 0 to 1.
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
    cells = make_cells(estimate, se, n, df, kish=kish, population=population, level=level)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = RULES[method](cells)
    reason = np.full(cells.p.shape, "", dtype="<U22")
    if method not in HONEST_AT_EDGES:
        reason[(cells.p <= 0) | (cells.p >= 1) | ~(cells.se > 0)] = "zero_variance"
    if method == "hypergeometric":
        reason[~np.isfinite(cells.population)] = "population_unknown"
    else:
        reason[np.isnan(cells.se)] = "variance_unknown"
        reason[~(cells.df >= minimum_df)] = "few_degrees_of_freedom"
    reason[(cells.n < 1) | np.isnan(cells.p)] = "no_cases"
    known = reason == ""
    return Intervals(np.where(known, low, np.nan), np.where(known, high, np.nan), reason, method, level)
