"""The rules behind intervals of proportions, each from the same description of the cells."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from barometri.inference.hypergeometric import hypergeometric_bounds
from barometri.inference.tails import t_quantile

FloatArray = NDArray[np.float64]
HALVINGS = 60  # of an interval at most 1 wide: far below rounding


@dataclass(frozen=True, slots=True)
class Cells:
    """What the rules for proportions need: one level, and arrays of shape (C,)."""

    alpha: float
    p: FloatArray
    se: FloatArray
    n: FloatArray
    df: FloatArray
    kish: FloatArray
    population: FloatArray


Bounds = tuple[FloatArray, FloatArray]


def as_array(values: ArrayLike) -> FloatArray:
    """Read numbers as floating point, NaN for none."""
    return np.asarray(values, dtype=np.float64)


def make_cells(
    p: ArrayLike,
    se: ArrayLike,
    n: ArrayLike,
    df: ArrayLike,
    *,
    kish: ArrayLike | None,
    population: ArrayLike | None,
    level: float,
) -> Cells:
    """Bring what describes the cells to one shape; without Kish's size it is n, without N unknown."""
    given = (p, se, n, df, n if kish is None else kish, np.nan if population is None else population)
    arrays = np.broadcast_arrays(*(np.atleast_1d(as_array(a)) for a in given))
    return Cells(1 - level, *arrays)


def _df_factor(cells: Cells) -> FloatArray:
    """Ratio of squared t quantiles at n - 1 and at the design's df; without bound for one case."""
    factor = t_quantile(cells.n - 1, cells.alpha / 2) / t_quantile(cells.df, cells.alpha / 2)
    return np.asarray(np.where(cells.n <= 1, np.inf, factor**2))


def _beta_bounds(success: FloatArray, failure: FloatArray, alpha: float) -> Bounds:
    """Clopper and Pearson (1934) with real numbers of successes and failures."""
    yes, no = np.maximum(success, 1e-300), np.maximum(failure, 1e-300)
    low = np.where(success > 0, special.betaincinv(yes, no + 1, alpha / 2), 0.0)
    high = np.where(failure > 0, special.betainccinv(yes + 1, no, alpha / 2), 1.0)
    return np.where(np.isnan(success), np.nan, low), np.where(np.isnan(failure), np.nan, high)


def _kg_size(cells: Cells) -> FloatArray:
    return effective_cases(cells.p, cells.se, cells.n, cells.df, cells.kish, level=1 - cells.alpha)


def _korn_graubard(cells: Cells) -> Bounds:
    size = _kg_size(cells)
    return _beta_bounds(size * cells.p, size * (1 - cells.p), cells.alpha)


def _beta(cells: Cells) -> Bounds:
    size = cells.p * (1 - cells.p) / cells.se**2 * _df_factor(cells)
    return _beta_bounds(size * cells.p, size * (1 - cells.p), cells.alpha)


def _wilson(cells: Cells) -> Bounds:
    """Wilson (1927) on the effective size of Korn and Graubard."""
    size = _kg_size(cells)
    z = float(-special.ndtri(cells.alpha / 2))
    scale = 1 + z**2 / size
    centre = (cells.p + z**2 / (2 * size)) / scale
    half = z * np.sqrt(cells.p * (1 - cells.p) / size + z**2 / (4 * size**2)) / scale
    low, high = np.maximum(centre - half, 0), np.minimum(centre + half, 1)
    return np.where(cells.p == 0, 0.0, low), np.where(cells.p == 1, 1.0, high)


def _logit(cells: Cells) -> Bounds:
    half = t_quantile(cells.df, cells.alpha / 2) * cells.se / (cells.p * (1 - cells.p))
    centre = special.logit(cells.p)
    return special.expit(centre - half), special.expit(centre + half)


def _asin(cells: Cells) -> Bounds:
    half = t_quantile(cells.df, cells.alpha / 2) * cells.se / (2 * np.sqrt(cells.p * (1 - cells.p)))
    centre = np.arcsin(np.sqrt(cells.p))
    low, high = np.maximum(centre - half, 0), np.minimum(centre + half, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def _wald(cells: Cells) -> Bounds:
    half = t_quantile(cells.df, cells.alpha / 2) * cells.se
    return cells.p - half, cells.p + half


def _likelihood(cells: Cells) -> Bounds:
    """Shares x whose working likelihood ratio, scaled by the design effect, is not rejected.

    The binomial log likelihood on the estimated shares stands in for that of the sample; under complex
    sampling ``2 n (p log(p/x) + (1-p) log((1-p)/(1-x)))`` is then distributed as the design effect of the
    share times F(1, df) (Rao and Scott 1984, Annals of Statistics 12, 46-60), here with the dispersion
    ``n / (n-1)`` of the quasi-binomial family. One root lies on either side of p.
    """
    deff = cells.se**2 * cells.n / (cells.p * (1 - cells.p))
    limit = deff * cells.n / (cells.n - 1) * t_quantile(cells.df, cells.alpha / 2) ** 2
    return _ratio_root(cells, limit, 0.0), _ratio_root(cells, limit, 1.0)


def _ratio_root(cells: Cells, limit: FloatArray, end: float) -> FloatArray:
    """Return the share between p and an end where the likelihood ratio reaches the limit, by bisection."""
    within, beyond = cells.p.copy(), np.full(cells.p.shape, end)
    for _ in range(HALVINGS):
        middle = (within + beyond) / 2
        fallen = special.rel_entr(cells.p, middle) + special.rel_entr(1 - cells.p, 1 - middle)
        inside = 2 * cells.n * fallen <= limit
        within, beyond = np.where(inside, middle, within), np.where(inside, beyond, middle)
    return np.asarray((within + beyond) / 2)


def _hypergeometric(cells: Cells) -> Bounds:
    low, high = np.full(cells.p.shape, np.nan), np.full(cells.p.shape, np.nan)
    usable = (cells.n > 0) & np.isfinite(cells.population) & np.isfinite(cells.p)
    counts = np.rint(cells.p[usable] * cells.n[usable])
    bounds = hypergeometric_bounds(counts, cells.n[usable], cells.population[usable], level=1 - cells.alpha)
    low[usable], high[usable] = (bound / cells.population[usable] for bound in bounds)
    return low, high


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
    cells = make_cells(estimate, se, n, df, kish=kish, population=None, level=level)
    raw = cells.p * (1 - cells.p) / np.where(cells.se > 0, cells.se, np.nan) ** 2
    inside = (cells.p > 0) & (cells.p < 1) & (cells.se > 0)
    size = np.where(inside, raw, cells.kish)
    return np.minimum(size * _df_factor(cells), cells.n)


def limit_p(
    estimate: ArrayLike, se: ArrayLike, n: ArrayLike, df: ArrayLike, *, bound: float, level: float = 0.95
) -> FloatArray:
    """Two-sided p value that a share is ``bound``, by inverting Korn and Graubard's interval.

    Twice the tail of Clopper and Pearson on the effective size of `effective_cases` at ``level``: p is below
    ``1 - level`` exactly where the interval of that level leaves ``bound`` out.

    Returns
    -------
    numpy.ndarray
        Shape (C,), 0 to 1; NaN where the standard error is 0 or not known.

    Examples
    --------
    >>> limit_p([0.6], [0.05], [200], [np.inf], bound=0.5).round(3)
    array([0.061])
    """
    cells = make_cells(estimate, se, n, df, kish=n, population=None, level=level)
    size = effective_cases(estimate, se, n, df, n, level=level)
    yes, no = size * cells.p, size * (1 - cells.p)
    above = special.betainc(np.maximum(yes, 1e-300), no + 1, bound)
    below = special.betaincc(yes + 1, np.maximum(no, 1e-300), bound)
    p = np.minimum(2 * np.where(cells.p > bound, above, below), 1.0)
    return np.where(cells.se > 0, p, np.nan)


RULES: dict[str, Callable[[Cells], Bounds]] = {
    "korn_graubard": _korn_graubard,
    "hypergeometric": _hypergeometric,
    "wilson": _wilson,
    "logit": _logit,
    "beta": _beta,
    "xlogit": _logit,
    "asin": _asin,
    "likelihood": _likelihood,
    "wald": _wald,
}
HONEST_AT_EDGES = ("korn_graubard", "hypergeometric", "wilson")
