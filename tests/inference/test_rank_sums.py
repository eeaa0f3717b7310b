"""Rank tests of tables of counts, against the same tests on rows."""

import numpy as np
import pytest
from scipy import stats

from barometri.inference.rank_sums import rank_correlation

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
