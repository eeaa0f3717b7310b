"""Rank tests and correlations of unweighted counts, ties corrected: for simple random samples alone."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from barometri.errors import OptionError
from barometri.inference.association_measures import ordinal_measures
from barometri.inference.tails import two_sided_p
from barometri.inference.tested import HypothesisTest, chi_squared_tail, normal_tail
from barometri.inference.trend import FloatArray, jonckheere_terpstra, nonempty, ratio, recorded

SAME = "all groups have the same distribution"
UNRELATED = "the two variables are not related in rank"
TWO = 2


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
    counts = nonempty(table)
    if len(counts) != TWO:
        raise OptionError(f"The rank-sum test compares two groups with answers; found {len(counts)}.")
    ranks, ties = _ranks(counts)
    (first, second), n = counts.sum(axis=1), counts.sum()
    w = float(counts[0] @ ranks - first * (first + 1) / 2)
    deviation = w - first * second / 2
    if continuity:
        deviation -= 0.5 * np.sign(deviation)
    variance = first * second / 12 * (n + 1 - ties / (n * (n - 1)))
    z = ratio(deviation, np.sqrt(max(variance, 0.0)))
    return recorded(
        "wilcoxon_rank_sum", SAME, z, 2 * float(normal_tail(abs(z))), reference="normal", n=n, w=w
    )


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
    counts = nonempty(table)
    ranks, ties = _ranks(counts)
    sizes, n = counts.sum(axis=1), counts.sum()
    sums = counts @ ranks
    h = 12 * float((sums**2 / sizes).sum()) / (n * (n + 1)) - 3 * (n + 1)
    value = ratio(h, 1 - ties / (n**3 - n))
    p = float(chi_squared_tail(value, len(sizes) - 1))
    return recorded("kruskal_wallis", SAME, value, p, reference="chi_squared", n=n, df=len(sizes) - 1.0)


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
    counts = nonempty(table)
    n = counts.sum()
    found = ordinal_measures(counts)
    if method == "kendall":
        test = jonckheere_terpstra(counts)
        tau = float(found.estimate[found.names.index("tau_b")])
        return recorded(
            "kendall", UNRELATED, test.statistic, test.p_value, reference="normal", n=n, estimate=tau
        )
    rho = float(found.estimate[found.names.index("spearman")])
    with np.errstate(divide="ignore"):
        t = float(np.float64(rho) / np.sqrt(max(1 - rho**2, 0.0) / (n - 2)))
    s = float((n**3 - n) * (1 - rho) / 6)
    return recorded(
        "spearman",
        UNRELATED,
        t,
        float(two_sided_p(t, n - 2)),
        reference="t",
        n=n,
        df=n - 2,
        estimate=rho,
        s=s,
    )
