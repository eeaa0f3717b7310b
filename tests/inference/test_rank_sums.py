"""Rank tests of tables of counts, against the same tests on rows."""

import numpy as np
import pytest
from scipy import stats

from barometri.inference.rank_sums import rank_correlation
from barometri.inference.tested import f_tail
from barometri.inference.trend import jonckheere_terpstra
from barometri.inference.wald import weighted_tail

TABLE = np.array([[6, 3, 1], [2, 5, 4], [1, 2, 7]])


def test_spearman_equals_the_correlation_of_ranks() -> None:
    x, y = (np.repeat(codes.ravel(), TABLE.ravel()) for codes in np.indices(TABLE.shape))
    ours, theirs = rank_correlation(TABLE, method="spearman"), stats.spearmanr(x, y)
    n, rho = len(x), float(theirs.statistic)
    assert ours.estimate == pytest.approx(rho, rel=1e-12)
    assert ours.p_value == pytest.approx(float(theirs.pvalue), rel=1e-9)
    assert ours.statistic == pytest.approx(rho * np.sqrt((n - 2) / (1 - rho**2)), rel=1e-12)
    assert (ours.df, ours.n, ours.reference) == (n - 2, n, "t")
    assert ours.detail["s"] == pytest.approx((n**3 - n) * (1 - rho) / 6, rel=1e-12)


def test_kendall_equals_the_correlation_of_pairs() -> None:
    x, y = (np.repeat(codes.ravel(), TABLE.ravel()) for codes in np.indices(TABLE.shape))
    ours = rank_correlation(TABLE, method="kendall")
    theirs = stats.kendalltau(x, y, method="asymptotic")
    assert ours.estimate == pytest.approx(float(theirs.statistic), rel=1e-12)
    assert ours.p_value == pytest.approx(float(theirs.pvalue), rel=1e-9)


def test_one_outcome_has_no_trend() -> None:
    assert np.isnan(jonckheere_terpstra([[4], [5]]).statistic)


def test_tails_of_nothing_are_missing() -> None:
    assert np.isnan(weighted_tail(1.0, [0.0, 0.0], 10))
    assert np.isnan(f_tail([1.0, 1.0, -1.0], [0, 2, 2], [10, 0, 10])).all()
    assert f_tail(1.0, 2, 10) == pytest.approx(float(stats.f.sf(1.0, 2, 10)), rel=1e-12)
