"""Equivalence: the tests and the interval agree, the power is what simulation gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from barometri.errors import OptionError
from barometri.inference.equivalence import equivalence, equivalence_power


@settings(max_examples=60, deadline=None)
@given(st.floats(-2, 2), st.floats(0.05, 1.0), st.floats(2, 200))
def test_both_tests_reject_exactly_where_the_interval_lies_inside(value: float, se: float, df: float) -> None:
    found = equivalence(value, se, df, 50, low=-1, high=1)
    assert (found.p_value < 0.05) == (found.ci_low > -1 and found.ci_high < 1)
    assert found.p_value == max(found.detail["p_low"], found.detail["p_high"])
    assert found.detail["p_low"] == pytest.approx(stats.t.sf((value + 1) / se, df), rel=1e-9)
    assert found.detail["p_high"] == pytest.approx(stats.t.cdf((value - 1) / se, df), rel=1e-9)


@pytest.mark.parametrize(("df", "true"), [(5.0, 0.0), (20.0, 0.5), (np.inf, -0.3)])
def test_power_equals_simulation(df: float, true: float) -> None:
    generator, runs, limit = np.random.default_rng(4), 200_000, 2.6
    value = true + generator.standard_normal(runs)
    se = np.sqrt(generator.chisquare(df, runs) / df) if np.isfinite(df) else np.ones(runs)
    half = stats.t.ppf(0.95, df) * se
    shown = float(((value - half > -limit) & (value + half < limit)).mean())
    assert equivalence_power(1.0, df, -limit, limit, true=true) == pytest.approx(shown, abs=0.005)


def test_size_at_the_limit_is_alpha_at_most() -> None:
    assert equivalence_power(0.1, 30, -1, 1, true=1.0) == pytest.approx(0.05, abs=1e-4)
    assert equivalence_power(1.0, 30, -1, 1, true=1.0) < 0.05


def test_no_error_and_no_df_give_a_reason() -> None:
    assert equivalence(0.0, 0.0, 5, 9, low=-1, high=1).reason == "not_estimable:zero_variance"
    assert equivalence(0.0, float("nan"), 5, 9, low=-1, high=1).reason == "not_estimable:variance_unknown"
    assert equivalence(0.0, 1.0, 0, 9, low=-1, high=1).reason == "not_estimable:few_degrees_of_freedom"
    assert np.isnan(equivalence_power(0.0, 5, -1, 1))


def test_wrong_limits_are_refused() -> None:
    with pytest.raises(OptionError, match="low < high"):
        equivalence(0.0, 1.0, 5, 9, low=1, high=1)
    with pytest.raises(OptionError, match="alpha"):
        equivalence(0.0, 1.0, 5, 9, low=-1, high=1, alpha=0.7)


def test_the_record_holds_the_number_and_its_interval() -> None:
    test = equivalence(0.5, 1.0, 12, 100, low=-3, high=3)
    half = float(stats.t.isf(0.05, 12))
    assert (test.df, test.n, test.estimate, test.se, test.reference) == (12, 100, 0.5, 1.0, "t")
    assert (test.ci_low, test.ci_high) == pytest.approx((0.5 - half, 0.5 + half), rel=1e-10)
    assert test.statistic == 2.5
    assert np.isinf(test.denominator_df)


def test_power_is_that_at_the_middle_of_the_limits() -> None:
    test = equivalence(0.5, 0.4, 12, 100, low=-1, high=3)
    assert test.detail["power"] == equivalence_power(0.4, 12, -1, 3, true=1.0)
