"""Agreement of two or more judgements of the same thing, and its errors, from sums over sampling units.

Every measure is a function of totals, so that two rules of error serve them all: the delta method, with the
gradient by central differences, and the delete-one-unit jackknife.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import DesignError, check_option
from barometri.inference.strata import Strata, single_unit_strata
from barometri.inference.tails import t_quantile

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
KappaWeights = Literal["none", "linear", "quadratic"]
KAPPA_WEIGHTS: tuple[str, ...] = get_args(KappaWeights)
Metric = Literal["nominal", "ordinal", "interval"]
METRICS: tuple[str, ...] = get_args(Metric)
Statistic = Callable[[FloatArray], FloatArray]
STEP = 1e-5  # of the sum of all features: error of the gradient is of the order of its square
ARCTANH_FROM = 0.5  # beyond this size an interval is taken on the arctanh scale


@dataclass(frozen=True, slots=True)
class Chance:
    """A measure with its two parts, observed and expected by chance; what they are says each measure."""

    estimate: FloatArray
    observed: FloatArray
    expected: FloatArray


def kappa(tables: ArrayLike, weights: KappaWeights = "none") -> Chance:
    """Cohen's kappa, ``1 - sum d p / sum d p_row p_column`` over the cells of a table of two judgements.

    Disagreement d is 1 off the diagonal (Cohen 1960, Educational and Psychological Measurement 20, 37-46),
    ``|i - j| / (K - 1)`` or its square (Cohen 1968, Psychological Bulletin 70, 213-220).

    Parameters
    ----------
    tables
        Weighted counts, shape (..., K, K), categories in one order in rows and columns.
    weights
        ``none``, ``linear`` or ``quadratic``.

    Returns
    -------
    Chance
        Parts are (weighted) agreement, 0 to 1; shape (...); NaN where all judgements are one category.

    Examples
    --------
    >>> round(float(kappa([[20, 5], [10, 15]]).estimate), 6)
    0.4
    """
    check_option("weights", weights, KAPPA_WEIGHTS)
    counts = np.asarray(tables, dtype=np.float64)
    size = counts.shape[-1]
    steps = np.abs(np.subtract.outer(np.arange(size), np.arange(size))) / max(size - 1, 1)
    cost = (steps > 0) * 1.0 if weights == "none" else steps if weights == "linear" else steps**2
    shares = _over(counts, counts.sum(axis=(-2, -1))[..., None, None])
    chance = shares.sum(axis=-1)[..., :, None] * shares.sum(axis=-2)[..., None, :]
    apart, by_chance = ((cost * table).sum(axis=(-2, -1)) for table in (shares, chance))
    return Chance(1 - _over(apart, by_chance), 1 - apart, 1 - by_chance)


def coincidences(counts: ArrayLike, squares: ArrayLike) -> FloatArray:
    """Features of Krippendorff's alpha by judged unit, from its weights and squared weights by category.

    The pairs of different judgements of a unit, ``sum_{i != j} w_i w_j / (W - sum w² / W)``: with weights of
    one the coincidences ``pairs / (m - 1)``. Units with a single judgement cannot be paired and give zeros.

    Parameters
    ----------
    counts, squares
        Sums of w and of w² by unit and category, shape (U, K).

    Returns
    -------
    numpy.ndarray
        Coincidences row by row, then the unit's ``sum w²``, shape (U, K K + 1).

    Examples
    --------
    >>> coincidences([[2.0, 1.0]], [[2.0, 1.0]]).tolist()
    [[1.0, 1.0, 1.0, 0.0, 3.0]]
    """
    n, q = np.asarray(counts, dtype=np.float64), np.asarray(squares, dtype=np.float64)
    total, own = n.sum(axis=1), q.sum(axis=1)
    spare = np.where(total > 0, total - own / np.where(total > 0, total, 1.0), 0.0)
    paired = spare > 1e-12 * total  # rounding of one judgement's weight
    products = n[:, :, None] * n[:, None, :] - np.eye(n.shape[1]) * q[:, None, :]
    products /= np.where(paired, spare, 1.0)[:, None, None]
    whole = np.concatenate([products.reshape(len(n), -1), own[:, None]], axis=1)
    return np.asarray(whole * paired[:, None])


def alpha(features: ArrayLike, metric: Metric = "nominal") -> Chance:
    """Krippendorff's alpha, ``1 - observed / expected disagreement``, of nominal or ordinal categories.

    ``D_o = sum o d / W`` and ``D_e = sum n_c n_k d / (W² - sum w²)`` with n the margins of the coincidences;
    d is 1 off the diagonal, or the squared share of judgements between the categories, half of the two
    included (Krippendorff 2004, Content Analysis, chapter 11).

    Parameters
    ----------
    features
        Sums of `coincidences` over units, shape (..., K K + 1).
    metric
        ``nominal`` or ``ordinal``.

    Returns
    -------
    Chance
        Parts are disagreement; shape (...); NaN where all judgements are one category.
    """
    check_option("metric", metric, METRICS[:2])
    table = np.asarray(features, dtype=np.float64)
    size = round(float(np.sqrt(table.shape[-1] - 1)))
    pairs, squares = table[..., :-1].reshape(*table.shape[:-1], size, size), table[..., -1]
    margin = pairs.sum(axis=-1)
    total = margin.sum(axis=-1)
    if metric == "nominal":
        cost = np.broadcast_to(1.0 - np.eye(size), pairs.shape)
    else:
        middle = _over(np.cumsum(margin, axis=-1) - margin / 2, total[..., None])
        cost = (middle[..., :, None] - middle[..., None, :]) ** 2
    chance = margin[..., :, None] * margin[..., None, :]
    observed = _over((cost * pairs).sum(axis=(-2, -1)), total)
    return _disagreement(observed, _over((cost * chance).sum(axis=(-2, -1)), total**2 - squares))


def interval_features(sums: ArrayLike) -> FloatArray:
    """Features of alpha of numbers by unit, from its sums of ``w, w², w x, w² x, w x², w² x²``, shape (U, 6).

    Returns
    -------
    numpy.ndarray
        Squared differences of the pairs as `coincidences` weighs them, their weight, the unit's ``sum w²``,
        and sums of x and x² over the pairs' margin, shape (U, 5); zeros for units judged once.

    Examples
    --------
    >>> interval_features([[2.0, 2.0, 4.0, 4.0, 10.0, 10.0]]).tolist()
    [[8.0, 2.0, 2.0, 4.0, 10.0]]
    """
    total, own, first, first_own, second, second_own = np.asarray(sums, dtype=np.float64).T
    spare = np.where(total > 0, total - own / np.where(total > 0, total, 1.0), 0.0)
    paired = spare > 1e-12 * total  # rounding of one judgement's weight
    size = np.where(paired, spare, 1.0)
    within = 2 * (total * second - first**2) / size
    margins = ((total * first - first_own) / size, (total * second - second_own) / size)
    return np.asarray(np.stack([within, total, own, *margins], axis=1) * paired[:, None])


def interval_alpha(features: ArrayLike) -> Chance:
    """Krippendorff's alpha with squared differences of numbers as disagreement.

    Parameters
    ----------
    features
        Sums of `interval_features` over units, shape (..., 5).

    Returns
    -------
    Chance
        Parts are mean squared differences; shape (...); NaN where all numbers are equal.
    """
    within, total, own, first, second = np.moveaxis(np.asarray(features, dtype=np.float64), -1, 0)
    expected = _over(2 * (total * second - first**2), total**2 - own)
    return _disagreement(_over(within, total), expected)


def intraclass(features: ArrayLike) -> Chance:
    """ICC(1): the share of variance between units in one-way analysis of variance.

    ``(MSB - MSW) / (MSB + (n0 - 1) MSW)`` with ``n0 = (n - sum n_u² / n) / (U - 1)`` (Shrout and Fleiss
    1979, Psychological Bulletin 86, 420-428; Donner 1986, International Statistical Review 54, 67-82).
    Weights enter scaled to a mean of one.

    Parameters
    ----------
    features
        Sums over units of ``1, n, W, W², sum w x, sum w x², (sum w x)² / W``, shape (..., 7).

    Returns
    -------
    Chance
        ``observed`` and ``expected`` are the mean squares between and within; shape (...).

    Examples
    --------
    >>> two_pairs = [2, 4, 4, 8, 10, 30, 29]  # (1, 2) and (3, 4)
    >>> round(float(intraclass(two_pairs).estimate), 4)
    0.7778
    """
    units, n, total, squares, first, second, between = np.moveaxis(
        np.asarray(features, dtype=np.float64), -1, 0
    )
    scale = _over(n, total)
    mean_between = _over(scale * (between - _over(first**2, total)), units - 1)
    mean_within = _over(scale * (second - between), n - units)
    size = _over(n - _over(scale**2 * squares, n), units - 1)
    estimate = _over(mean_between - mean_within, mean_between + (size - 1) * mean_within)
    return Chance(estimate, mean_between, mean_within)


def gradient(statistic: Statistic, sums: FloatArray) -> FloatArray:
    """Return the derivatives of a statistic by its totals, by central differences, shape (F,).

    Examples
    --------
    >>> gradient(lambda s: s[..., 0] / s[..., 1], np.array([1.0, 2.0])).round(6).tolist()
    [0.5, -0.25]
    """
    step = np.diag(STEP * np.maximum(np.abs(sums), np.abs(sums).mean()))
    return np.asarray((statistic(sums + step) - statistic(sums - step)) / (2 * np.diag(step)))


def jackknife_variance(statistic: Statistic, totals: FloatArray, stratum: IntArray, strata: Strata) -> float:
    """Delete-one-unit jackknife variance of a function of totals, strata apart, around the estimate itself.

    ``sum_h (1 - f_h) (n_h - 1) / n_h sum_i (theta_(hi) - theta)²``, where leaving out unit i raises the rest
    of its stratum by ``n_h / (n_h - 1)`` (Wolter 2007, Introduction to Variance Estimation, chapter 4).

    Parameters
    ----------
    statistic
        From sums of shape (..., F) to values of shape (...).
    totals
        Features of every unit of the design, shape (P, F).
    stratum
        Stratum of each, shape (P,).
    strata
        The strata.

    Returns
    -------
    float
        The variance.

    Raises
    ------
    DesignError
        A stratum of one unit.

    Examples
    --------
    >>> from barometri.inference.strata import make_strata
    >>> ratio = lambda s: s[..., 0] / s[..., 1]
    >>> sums = np.array([[1.0, 1.0], [2.0, 1.0], [6.0, 1.0]])
    >>> round(jackknife_variance(ratio, sums, np.zeros(3, dtype=int), make_strata([3])), 6)
    2.333333
    """
    lonely = single_unit_strata(strata)
    if len(lonely):
        message = (
            f"{len(lonely)} strata hold a single unit, which a jackknife cannot leave out. Collapse them."
        )
        raise DesignError(message)
    n = strata.units
    whole = totals.sum(axis=0)
    own = np.zeros((len(n), totals.shape[1]))
    np.add.at(own, stratum, totals)
    raised = np.where(n > 1, n / np.maximum(n - 1, 1), 0.0)[stratum][:, None]
    left = whole - own[stratum] + (own[stratum] - totals) * raised
    factor = ((1 - strata.fraction) * np.where(n > 0, (n - 1) / np.maximum(n, 1), 0.0))[stratum]
    return float(factor @ (statistic(left) - statistic(whole)) ** 2)


def agreement_interval(estimate: float, se: float, df: float, level: float) -> tuple[float, float]:
    """Interval ``estimate ± t(df) se``, on the arctanh scale beyond 0.5 in size; none without error.

    Examples
    --------
    >>> [round(bound, 4) for bound in agreement_interval(0.8, 0.05, 100, 0.95)]
    [0.6767, 0.8796]
    """
    if not (se > 0 and df > 0 and abs(estimate) < 1):
        return float("nan"), float("nan")
    half = float(t_quantile(df, (1 - level) / 2)) * se
    if abs(estimate) <= ARCTANH_FROM:
        return estimate - half, estimate + half
    centre, spread = np.arctanh(estimate), half / (1 - estimate**2)
    return float(np.tanh(centre - spread)), float(np.tanh(centre + spread))


def _over(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Quotient with NaN where the denominator is 0."""
    known = bottom != 0
    return np.where(known, top / np.where(known, bottom, 1.0), np.nan)


def _disagreement(observed: FloatArray, expected: FloatArray) -> Chance:
    return Chance(1 - _over(observed, expected), observed, expected)
