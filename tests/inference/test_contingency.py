"""Independence of two variables: exact cases, other software's formulas, empty cells."""

from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from barometri.errors import OptionError
from barometri.inference.contingency import (
    RaoScottStatistic,
    Table,
    generalised_design_effects,
    independence_of_counts,
    rao_scott_test,
)

Floats = NDArray[np.float64]
COUNTS = np.array([[12.0, 30, 18], [25, 20, 15], [9, 14, 40]])


def multinomial(counts: Floats, effect: float = 1.0) -> Table:
    """A simple random sample with replacement, its covariance blown up by a design effect."""
    n = counts.sum()
    p = counts / n
    covariance = effect * n * (np.diag(p.ravel()) - np.outer(p, p))
    return Table(counts, covariance, int(n), n - 1)


def test_pearson_and_likelihood_ratio_equal_scipy() -> None:
    found = independence_of_counts(COUNTS)
    pearson = stats.chi2_contingency(COUNTS, correction=False)
    ratio = stats.chi2_contingency(COUNTS, correction=False, lambda_="log-likelihood")
    assert found.pearson.statistic == pytest.approx(pearson.statistic)
    assert found.pearson.p_value == pytest.approx(pearson.pvalue)
    assert found.likelihood_ratio.statistic == pytest.approx(ratio.statistic)
    assert found.cramers_v == pytest.approx(
        stats.contingency.association(COUNTS.astype(int), method="cramer")
    )
    assert found.contingency == pytest.approx(
        stats.contingency.association(COUNTS.astype(int), method="pearson")
    )
    assert np.isnan(found.phi)
    np.testing.assert_allclose(
        (
            found.residuals**2
            * (1 - COUNTS.sum(1, keepdims=True) / COUNTS.sum())
            * (1 - COUNTS.sum(0, keepdims=True) / COUNTS.sum())
        ).sum(),
        found.pearson.statistic,
    )


def test_an_empty_cell_is_no_obstacle_and_an_empty_row_is() -> None:
    found = independence_of_counts([[5, 0], [3, 4]])
    assert np.isfinite(found.likelihood_ratio.statistic)
    assert found.phi == pytest.approx(found.cramers_v)
    with pytest.raises(OptionError, match="none empty"):
        independence_of_counts([[5, 2], [0, 0]])


@pytest.mark.parametrize("effect", [1.0, 2.5])
def test_design_effects_of_a_multinomial_are_its_factor(effect: float) -> None:
    np.testing.assert_allclose(generalised_design_effects(multinomial(COUNTS, effect)), effect, rtol=1e-10)


@pytest.mark.parametrize("effect", [1.0, 2.5])
def test_every_statistic_of_a_multinomial_is_pearson_s(effect: float) -> None:
    table, plain = multinomial(COUNTS, effect), independence_of_counts(COUNTS).pearson
    chisq = rao_scott_test(table, statistic="chisq")
    assert chisq.statistic == pytest.approx(plain.statistic)
    assert chisq.p_value == pytest.approx(stats.chi2.sf(plain.statistic / effect, 4))
    second = rao_scott_test(table)
    assert (second.df, second.denominator_df) == pytest.approx((4, 4 * table.df))
    assert second.statistic == pytest.approx(plain.statistic / effect / 4)
    assert second.detail["mean_design_effect"] == pytest.approx(effect)
    exact = rao_scott_test(table, statistic="lincom")
    assert exact.p_value == pytest.approx(second.p_value, rel=1e-9)
    assert rao_scott_test(table, statistic="saddlepoint").p_value == pytest.approx(second.p_value, rel=0.05)


def test_wald_of_two_by_two_is_the_squared_t_of_the_deviation() -> None:
    counts = np.array([[30.0, 20], [15, 35]])
    table = multinomial(counts)
    p = counts / counts.sum()
    deviation = p[0, 0] - p[0].sum() * p[:, 0].sum()
    column, row = p[:, 0].sum(), p[0].sum()
    values = (
        np.array([[1.0, 0.0], [0.0, 0.0]])
        - np.array([[1, 1], [0, 0]]) * column
        - np.array([[1, 0], [1, 0]]) * row
    )
    variance = ((p * values**2).sum() - (p * values).sum() ** 2) / counts.sum()
    found = rao_scott_test(table, statistic="wald")
    assert found.statistic == pytest.approx(deviation**2 / variance)
    adjusted = rao_scott_test(table, statistic="adjusted_wald")
    assert adjusted.statistic == pytest.approx(found.statistic)  # one degree of freedom uses none up


def test_wald_spends_degrees_of_freedom() -> None:
    table = multinomial(COUNTS)
    few = Table(table.totals, table.covariance, table.n, 10.0)
    plain, adjusted = (rao_scott_test(few, statistic=word) for word in ("wald", "adjusted_wald"))
    assert (plain.df, plain.denominator_df) == (4, 10)
    assert (adjusted.df, adjusted.denominator_df) == (4, 7)
    assert adjusted.statistic == pytest.approx(plain.statistic * 0.7)
    assert adjusted.p_value > plain.p_value
    none = Table(table.totals, table.covariance, table.n, 3.0)
    assert rao_scott_test(none, statistic="adjusted_wald").reason == "not_estimable:few_degrees_of_freedom"


@pytest.mark.parametrize("statistic", get_args(RaoScottStatistic))
def test_rows_columns_and_their_order_play_no_part(statistic: RaoScottStatistic) -> None:
    table = multinomial(COUNTS, 1.3)
    place = np.arange(9).reshape(3, 3)
    turned = place.T.ravel()
    moved = place[[2, 0, 1]][:, [1, 0, 2]].ravel()
    expected = rao_scott_test(table, statistic=statistic)
    for order in (turned, moved):
        other = Table(
            table.totals.ravel()[order].reshape(3, 3),
            table.covariance[np.ix_(order, order)],
            table.n,
            table.df,
        )
        found = rao_scott_test(other, statistic=statistic)
        assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.p_value))


def test_one_row_and_no_variance_give_a_reason() -> None:
    lonely = Table(np.array([[3.0, 4.0]]), np.eye(2), 7, 6.0)
    assert rao_scott_test(lonely).reason == "not_estimable:one_row_or_column"
    fixed = Table(COUNTS, np.zeros((9, 9)), 100, 20.0)
    assert rao_scott_test(fixed).reason == "not_estimable:no_variance"
    assert np.isnan(rao_scott_test(fixed).p_value)


def test_an_unknown_statistic_is_refused() -> None:
    with pytest.raises(OptionError, match="adjusted_wald"):
        rao_scott_test(multinomial(COUNTS), statistic="pearson")  # type: ignore[arg-type]
