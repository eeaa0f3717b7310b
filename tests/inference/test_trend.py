"""Plain trend and rank tests equal scipy, and refuse what they cannot test."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

from barometri.errors import OptionError
from barometri.inference.rank_sums import kruskal_wallis, rank_correlation, wilcoxon_rank_sum
from barometri.inference.trend import cochran_armitage, jonckheere_terpstra, linear_by_linear

GENERATOR = np.random.default_rng(8)
X = GENERATOR.integers(0, 4, 80)
Y = np.minimum(GENERATOR.integers(0, 4, 80) + (X > 1), 4)
COUNTS: NDArray[np.float64] = pd.crosstab(X, Y).to_numpy(dtype=float)


def test_kendall_and_spearman_equal_scipy() -> None:
    kendall, spearman = (rank_correlation(COUNTS, method=word) for word in ("kendall", "spearman"))
    by_scipy = stats.kendalltau(X, Y, method="asymptotic")
    assert (kendall.estimate, kendall.p_value) == pytest.approx((by_scipy.statistic, by_scipy.pvalue))
    rho = stats.spearmanr(X, Y)
    assert (spearman.estimate, spearman.p_value) == pytest.approx((rho.statistic, rho.pvalue))


def test_jonckheere_counts_the_pairs() -> None:
    found = jonckheere_terpstra(COUNTS)
    higher = sum(
        (Y[b == X][:, None] > Y[a == X]).sum() + (Y[b == X][:, None] == Y[a == X]).sum() / 2
        for a in range(4)
        for b in range(a + 1, 4)
    )
    assert found.detail["jt"] == pytest.approx(higher)
    assert found.p_value == pytest.approx(stats.kendalltau(X, Y, method="asymptotic").pvalue)
    shuffled = [stats.somersd(GENERATOR.permutation(X), Y).statistic for _ in range(400)]
    spread = np.std(shuffled) / stats.somersd(X, Y).statistic
    assert 1 / found.statistic == pytest.approx(spread, rel=0.12)


def test_kruskal_and_the_rank_sum_equal_scipy() -> None:
    groups = [Y[g == X] for g in range(4)]
    by_scipy = stats.kruskal(*groups)
    found = kruskal_wallis(COUNTS)
    assert (found.statistic, found.p_value) == pytest.approx((by_scipy.statistic, by_scipy.pvalue))
    for continuity in (True, False):
        two = stats.mannwhitneyu(groups[0], groups[3], method="asymptotic", use_continuity=continuity)
        ours = wilcoxon_rank_sum(COUNTS[[0, 3]], continuity=continuity)
        assert (ours.detail["w"], ours.p_value) == pytest.approx((two.statistic, two.pvalue))
    with pytest.raises(OptionError, match="two groups"):
        wilcoxon_rank_sum(COUNTS)


def test_linear_by_linear_is_the_correlation() -> None:
    found = linear_by_linear(COUNTS)
    assert found.estimate == pytest.approx(np.corrcoef(X, Y)[0, 1])
    assert found.statistic == pytest.approx(np.sqrt(79) * np.corrcoef(X, Y)[0, 1])
    stretched = linear_by_linear(COUNTS, rows=[0, 1, 4, 9])
    assert stretched.estimate == pytest.approx(np.corrcoef(X**2, Y)[0, 1])


def test_trend_and_departure_make_the_whole() -> None:
    good = COUNTS[:, 3:].sum(axis=1)
    found = cochran_armitage(good, COUNTS.sum(axis=1))
    table = np.column_stack([good, COUNTS.sum(axis=1) - good])
    whole = stats.chi2_contingency(table, correction=False).statistic
    assert found.detail["total"] == pytest.approx(whole)
    assert found.statistic + found.detail["departure"] == pytest.approx(whole)
    assert found.statistic == pytest.approx(80 * np.corrcoef(X, Y >= 3)[0, 1] ** 2)
    assert found.detail["slope"] == pytest.approx(np.polyfit(X, Y >= 3, 1)[0])
    with pytest.raises(OptionError, match="one for each"):
        cochran_armitage(good, COUNTS.sum(axis=1), [1, 2])


@pytest.mark.parametrize("counts", [[[3.0, 4.0]], [[3.0], [4.0]], [[5.0, 0.0], [4.0, 0.0]]])
def test_one_group_or_one_value_is_no_trend(counts: list[list[float]]) -> None:
    for test in (
        jonckheere_terpstra(counts),
        kruskal_wallis(counts),
        linear_by_linear(counts),
        rank_correlation(counts, method="kendall"),
        rank_correlation(counts, method="spearman"),
    ):
        assert np.isnan(test.p_value)
        assert test.reason == "not_estimable:one_group_or_value"


def test_counts_must_make_a_table() -> None:
    with pytest.raises(OptionError, match="two-way"):
        kruskal_wallis([1, 2, 3])
