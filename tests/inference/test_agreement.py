"""Errors of agreement on arrays: the jackknife and the gradient on statistics whose variance is known."""

import numpy as np
import pytest

from barometri.errors import DesignError, OptionError
from barometri.inference.agreement import (
    KappaWeights,
    agreement_interval,
    alpha,
    coincidences,
    gradient,
    interval_alpha,
    interval_features,
    jackknife_variance,
    kappa,
)
from barometri.inference.linearization import variance
from barometri.inference.strata import make_strata


def test_jackknife_of_a_total_is_the_design_variance() -> None:
    rng = np.random.default_rng(6)
    totals, stratum = rng.normal(size=(9, 1)), np.repeat([0, 1], [4, 5])
    strata = make_strata([4, 5], fraction=[0.5, 0.0])
    found = jackknife_variance(lambda s: s[..., 0], totals, stratum, strata)
    assert found == pytest.approx(variance(totals, stratum, strata)[0], rel=1e-12)


def test_gradient_of_kappa_is_homogeneous_and_that_of_the_quotient_rule() -> None:
    table = np.array([20.0, 5.0, 10.0, 15.0])
    found = gradient(lambda s: kappa(s.reshape(*s.shape[:-1], 2, 2)).estimate, table)
    assert found @ table == pytest.approx(0, abs=1e-9)
    # kappa = 1 - d / e with d = (b + c) / n and e = (r1 c2 + r2 c1) / n²
    a, b, c, d = table
    n, top, bottom = table.sum(), (b + c) * table.sum(), (a + b) * (b + d) + (c + d) * (a + c)
    change_top = np.array([b + c, b + c + n, b + c + n, b + c])
    change_bottom = np.array([b + d + c + d, a + 2 * b + d, a + 2 * c + d, a + b + a + c])
    expected = -(change_top * bottom - top * change_bottom) / bottom**2
    assert np.allclose(found, expected, rtol=1e-7)


def test_units_judged_once_add_nothing() -> None:
    assert not coincidences([[3.0, 0.0]], [[9.0, 0.0]]).any()
    assert not interval_features([[3.0, 9.0, 6.0, 18.0, 12.0, 36.0]]).any()


def test_nothing_differs_so_nothing_can_agree() -> None:
    assert np.isnan(kappa([[7, 0], [0, 0]]).estimate)
    assert np.isnan(alpha(coincidences([[4.0, 0.0]], [[4.0, 0.0]])[0]).estimate)
    assert np.isnan(interval_alpha(interval_features([[2.0, 2.0, 4.0, 4.0, 8.0, 8.0]])[0]).estimate)


def test_intervals_on_both_sides_of_the_change_of_scale() -> None:
    assert agreement_interval(0.2, 0.1, np.inf, 0.95) == pytest.approx((0.004, 0.396), abs=1e-4)
    assert agreement_interval(-0.45, 0.1, np.inf, 0.95) == pytest.approx((-0.646, -0.254), abs=1e-4)
    low, high = agreement_interval(-0.9, 0.05, 30, 0.95)
    assert -1 < low < -0.9 < high < -0.5
    for estimate, se, df in ((1.0, 0.1, 10), (0.5, 0.0, 10), (0.5, 0.1, 0), (np.nan, 0.1, 10)):
        assert np.isnan(agreement_interval(estimate, se, df, 0.95)).all()


def test_refusals() -> None:
    with pytest.raises(OptionError, match="metric must be one of nominal, ordinal"):
        alpha([1.0, 1.0], "interval")
    with pytest.raises(DesignError, match="1 strata hold a single unit"):
        jackknife_variance(lambda s: s[..., 0], np.ones((3, 1)), np.array([0, 0, 1]), make_strata([2, 1]))


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_weights_of_two_categories_are_those_of_none(weights: KappaWeights) -> None:
    plain, weighted = kappa([[20, 5], [10, 15]]), kappa([[20, 5], [10, 15]], weights)
    for part in ("estimate", "observed", "expected"):
        assert getattr(weighted, part) == pytest.approx(getattr(plain, part), rel=1e-12)
    assert float(plain.observed) == pytest.approx(0.7)


def test_the_farthest_categories_count_whole() -> None:
    table = [[1, 0, 1], [0, 1, 0], [0, 1, 0]]
    assert float(kappa(table, "linear").observed) == pytest.approx(1 - (1 + 0.5) / 4)
    assert float(kappa(table, "quadratic").observed) == pytest.approx(1 - (1 + 0.25) / 4)
