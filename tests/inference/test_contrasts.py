"""The test of several contrasts at once."""

import numpy as np
import pytest
from scipy import stats

from barometri.inference.contrasts import contrast_test, single_test

SPREAD = np.array([[2.0, 0.5], [0.5, 1.0]])


def test_the_record_tells_what_was_tested() -> None:
    difference = np.array([1.0, -2.0])
    test = contrast_test("wald", "none differs", difference, SPREAD, denominator_df=20, n=30)
    wald = float(difference @ np.linalg.solve(SPREAD, difference))
    assert (test.method, test.null, test.reference) == ("wald", "none differs", "F")
    assert (test.df, test.denominator_df, test.n, test.reason) == (2.0, 20, 30, "")
    assert test.detail["chi_squared"] == pytest.approx(wald, rel=1e-12)
    assert test.statistic == pytest.approx(wald / 2, rel=1e-12)
    assert test.p_value == pytest.approx(float(stats.f.sf(wald / 2, 2, 20)), rel=1e-10)


def test_a_contrast_that_repeats_another_counts_once() -> None:
    twice = np.array([[1.0, 1.0], [1.0, 1.0]])
    test = contrast_test("wald", "none differs", [2.0, 2.0], twice, denominator_df=np.inf, n=30)
    assert test.df == 1.0
    assert test.detail["chi_squared"] == pytest.approx(4.0)
    torn = contrast_test("wald", "none differs", [2.0, 1.0], twice, denominator_df=np.inf, n=30)
    assert torn.reason == "not_estimable:zero_variance"


@pytest.mark.parametrize(
    ("difference", "df", "reason"),
    [([np.nan, 1.0], 20, "variance_unknown"), ([1.0, 1.0], 0, "few_degrees_of_freedom")],
)
def test_what_cannot_be_told_has_its_reason(difference: list[float], df: float, reason: str) -> None:
    test = contrast_test("wald", "none differs", difference, SPREAD, denominator_df=df, n=30)
    assert np.isnan([test.statistic, test.p_value]).all()
    assert (test.method, test.null, test.reason) == ("wald", "none differs", f"not_estimable:{reason}")


def test_one_number_without_error_keeps_its_record() -> None:
    told = single_test("t_test", "no difference", 2.0, 0.5, df=10, n=12)
    untold = single_test("t_test", "no difference", 2.0, 0.0, df=10, n=12)
    assert told.statistic == 4.0
    assert told.p_value == pytest.approx(2 * float(stats.t.sf(4, 10)), rel=1e-10)
    assert (untold.reference, untold.df, untold.n, untold.estimate, untold.se) == ("t", 10, 12, 2.0, 0.0)
    assert untold.reason == "not_estimable:zero_variance"
