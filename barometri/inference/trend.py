"""Tests of unweighted counts for order: trends, rank sums and rank correlations, ties corrected.

They are cross-checks for simple random samples; the design-based versions stand in `ranks` and `testing`.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import OptionError
from barometri.inference.ranks import ordinal_measures
from barometri.inference.tails import two_sided_p
from barometri.inference.tested import NAN, HypothesisTest, chi_squared_tail, normal_tail

FloatArray = NDArray[np.float64]
NO_TREND = "the outcome neither rises nor falls along the ordered groups"
SAME = "all groups have the same distribution"
UNRELATED = "the two variables are not related in rank"
TWO = 2


def _counts(table: ArrayLike) -> FloatArray:
    """Counts without empty rows and columns."""
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != TWO:
        raise OptionError(
            "A two-way table of counts is needed: rows groups, columns outcomes in rising order."
        )
    return counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]


def _tested(
    method: str, null: str, value: float, p: float, reference: str, n: float, **more: float
) -> HypothesisTest:
    df = more.pop("df", NAN)
    estimate = more.pop("estimate", NAN)
    reason = "" if np.isfinite(p) else "not_estimable:one_group_or_value"
    return HypothesisTest(
        method,
        null,
        float(value),
        p,
        reference,
        df,
        np.inf,
        int(n),
        float(estimate),
        reason=reason,
        detail=more,
    )


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else NAN


def _kendall_variance(rows: FloatArray, columns: FloatArray, n: float) -> float:
    """Variance of Kendall's S under the null with ties in both (Kendall 1970)."""

    def sums(t: FloatArray) -> tuple[float, float, float]:
        pairs = t * (t - 1)
        return float((pairs * (2 * t + 5)).sum()), float((pairs * (t - 2)).sum()), float(pairs.sum())

    a, b = sums(rows), sums(columns)
    whole = n * (n - 1) * (2 * n + 5)
    thrice = a[1] * b[1] / (9 * n * (n - 1) * (n - 2)) if n > TWO else 0.0
    return (whole - a[0] - b[0]) / 18 + thrice + a[2] * b[2] / (2 * n * (n - 1))


def jonckheere_terpstra(table: ArrayLike) -> HypothesisTest:
    """Jonckheere and Terpstra's test that the outcome rises or falls along ordered groups, ties corrected.

    The statistic counts pairs in which the higher group has the higher outcome, ties half; its z is that of
    Kendall's S (Jonckheere 1954, Biometrika 41, 133-145; Kendall 1970, Rank Correlation Methods).

    Parameters
    ----------
    table
        Counts, rows ordered groups, columns outcomes in rising order, shape (I, J).

    Returns
    -------
    HypothesisTest
        ``statistic`` is z; ``detail``: ``jt``, its ``mean`` and ``variance``, ``p_increasing`` one-sided.

    Examples
    --------
    >>> round(jonckheere_terpstra([[8, 2], [2, 8]]).statistic, 4)
    2.6153
    """
    counts = _counts(table)
    n, rows, columns = counts.sum(), counts.sum(axis=1), counts.sum(axis=0)
    found = ordinal_measures(counts)
    s = n**2 * (found.concordant - found.discordant) / 2
    pairs = (n**2 - (rows**2).sum()) / 2
    variance = _kendall_variance(rows, columns, n) / 4
    z = _ratio(s / 2, np.sqrt(variance) if variance > 0 else 0.0)
    return _tested(
        "jonckheere_terpstra",
        NO_TREND,
        z,
        2 * float(normal_tail(abs(z))),
        "normal",
        n,
        jt=(s + pairs) / 2,
        mean=pairs / 2,
        variance=variance,
        p_increasing=float(normal_tail(z)),
    )


def cochran_armitage(
    successes: ArrayLike, totals: ArrayLike, scores: ArrayLike | None = None
) -> HypothesisTest:
    """Cochran and Armitage's test that a share rises or falls linearly with the score of the group.

    ``(sum s (x - n p))² / (p (1 - p) sum n (s - mean s)²)`` on chi-squared with 1 degree of freedom (Armitage
    1955, Biometrics 11, 375-386).

    Parameters
    ----------
    successes, totals
        Counts by group, shape (I,).
    scores
        Scores of the groups, shape (I,); 1, 2, ... by default.

    Returns
    -------
    HypothesisTest
        ``detail``: ``slope`` of the share, and the ``departure`` from linearity with ``departure_df`` and
        ``departure_p``, which together with the trend make the ``total`` Pearson statistic.

    Examples
    --------
    >>> round(cochran_armitage([2, 4, 8], [10, 10, 10]).statistic, 4)
    7.2321
    """
    x, n = np.asarray(successes, dtype=np.float64), np.asarray(totals, dtype=np.float64)
    s = np.arange(1.0, len(n) + 1) if scores is None else np.asarray(scores, dtype=np.float64)
    if not (x.shape == n.shape == s.shape):
        raise OptionError(f"scores must be one for each of {len(n)} groups; got {len(s)}.")
    used = n > 0
    x, n, s = x[used], n[used], s[used]
    share, centred = x.sum() / n.sum(), s - (n * s).sum() / n.sum()
    spread = (n * centred**2).sum()
    slope = _ratio(float(((x - n * share) * centred).sum()), float(spread))
    trend = _ratio(slope**2 * float(spread), share * (1 - share))
    whole = _ratio(float(((x - n * share) ** 2 / n).sum()), share * (1 - share))
    return _tested(
        "cochran_armitage",
        NO_TREND,
        trend,
        float(chi_squared_tail(trend, 1)),
        "chi_squared",
        n.sum(),
        df=1.0,
        slope=slope,
        total=whole,
        departure=whole - trend,
        departure_df=len(n) - 2.0,
        departure_p=float(chi_squared_tail(max(whole - trend, 0.0), len(n) - 2)),
    )


def linear_by_linear(
    table: ArrayLike, rows: ArrayLike | None = None, columns: ArrayLike | None = None
) -> HypothesisTest:
    """Mantel's test of linear association of row and column scores, ``z = sqrt(n - 1) r``.

    Source: Mantel 1963, JASA 58, 690-700; Agresti 2002, Categorical Data Analysis, section 3.4.

    Parameters
    ----------
    table
        Counts, shape (I, J).
    rows, columns
        Scores; 1, 2, ... by default.

    Returns
    -------
    HypothesisTest
        ``statistic`` is z, ``estimate`` the correlation r.

    Examples
    --------
    >>> round(linear_by_linear([[8, 2], [2, 8]]).statistic, 4)
    2.6153
    """
    counts = np.asarray(table, dtype=np.float64)
    a = np.arange(counts.shape[0]) if rows is None else np.asarray(rows, dtype=np.float64)
    b = np.arange(counts.shape[1]) if columns is None else np.asarray(columns, dtype=np.float64)
    n = counts.sum()
    a, b = a - counts.sum(axis=1) @ a / n, b - counts.sum(axis=0) @ b / n
    spread = (counts.sum(axis=1) @ a**2) * (counts.sum(axis=0) @ b**2)
    r = _ratio(float(a @ counts @ b), float(np.sqrt(spread)))
    z = np.sqrt(n - 1) * r
    return _tested("linear_by_linear", NO_TREND, z, 2 * float(normal_tail(abs(z))), "normal", n, estimate=r)


def _ranks(counts: FloatArray) -> tuple[FloatArray, float]:
    """Mid-ranks of the columns' outcomes, shape (J,), and the sum of t³ - t over ties."""
    columns = counts.sum(axis=0)
    return np.cumsum(columns) - (columns - 1) / 2, float((columns**3 - columns).sum())


def wilcoxon_rank_sum(table: ArrayLike, *, continuity: bool = True) -> HypothesisTest:
    """Wilcoxon's (Mann and Whitney's) rank-sum test of two groups, normal with ties corrected.

    Parameters
    ----------
    table
        Counts, two rows, columns outcomes in rising order, shape (2, J).
    continuity
        Whether half a unit is taken off the deviation.

    Returns
    -------
    HypothesisTest
        ``statistic`` is z of the first group; ``detail``: ``w``, pairs in which it is the higher one, ties
        half.

    Examples
    --------
    >>> wilcoxon_rank_sum([[0, 3], [3, 0]], continuity=False).detail["w"]
    9.0
    """
    counts = _counts(table)
    if len(counts) != TWO:
        raise OptionError(f"The rank-sum test compares two groups with answers; found {len(counts)}.")
    ranks, ties = _ranks(counts)
    (first, second), n = counts.sum(axis=1), counts.sum()
    w = float(counts[0] @ ranks - first * (first + 1) / 2)
    deviation = w - first * second / 2
    if continuity:
        deviation -= 0.5 * np.sign(deviation)
    variance = first * second / 12 * (n + 1 - ties / (n * (n - 1)))
    z = _ratio(deviation, np.sqrt(max(variance, 0.0)))
    return _tested("wilcoxon_rank_sum", SAME, z, 2 * float(normal_tail(abs(z))), "normal", n, w=w)


def kruskal_wallis(table: ArrayLike) -> HypothesisTest:
    """Kruskal and Wallis' rank test of several groups, ties corrected (1952, JASA 47, 583-621).

    Parameters
    ----------
    table
        Counts, rows groups, columns outcomes in rising order, shape (I, J).

    Returns
    -------
    HypothesisTest
        On chi-squared with I - 1 degrees of freedom.

    Examples
    --------
    >>> round(kruskal_wallis([[3, 0], [0, 3]]).statistic, 4)
    5.0
    """
    counts = _counts(table)
    ranks, ties = _ranks(counts)
    sizes, n = counts.sum(axis=1), counts.sum()
    sums = counts @ ranks
    h = 12 * float((sums**2 / sizes).sum()) / (n * (n + 1)) - 3 * (n + 1)
    value = _ratio(h, 1 - ties / (n**3 - n))
    p = float(chi_squared_tail(value, len(sizes) - 1))
    return _tested("kruskal_wallis", SAME, value, p, "chi_squared", n, df=len(sizes) - 1.0)


def rank_correlation(table: ArrayLike, *, method: Literal["kendall", "spearman"]) -> HypothesisTest:
    """Kendall's tau-b or Spearman's rho of counts, with the test of no relation.

    Kendall's z has the tie-corrected variance; Spearman's rho is compared with t on n - 2.

    Parameters
    ----------
    table
        Counts, both ways in rising order, shape (I, J).
    method
        Which one.

    Returns
    -------
    HypothesisTest
        ``estimate`` is the correlation; for Spearman ``detail`` holds ``s``, the sum of squared rank
        differences that the correlation stands for.

    Examples
    --------
    >>> round(rank_correlation([[8, 2], [2, 8]], method="kendall").estimate, 4)
    0.6
    """
    counts = _counts(table)
    n = counts.sum()
    found = ordinal_measures(counts)
    if method == "kendall":
        test = jonckheere_terpstra(counts)
        tau = float(found.estimate[found.names.index("tau_b")])
        return _tested("kendall", UNRELATED, test.statistic, test.p_value, "normal", n, estimate=tau)
    rho = float(found.estimate[found.names.index("spearman")])
    with np.errstate(divide="ignore"):
        t = float(np.float64(rho) / np.sqrt(max(1 - rho**2, 0.0) / (n - 2)))
    s = float((n**3 - n) * (1 - rho) / 6)
    return _tested(
        "spearman", UNRELATED, t, float(two_sided_p(t, n - 2)), "t", n, df=n - 2, estimate=rho, s=s
    )
