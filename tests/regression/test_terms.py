"""Tests of terms and of proportional odds."""

import numpy as np
import pytest
from scipy.stats import f

from barometri.errors import OptionError
from barometri.inference.tails import two_sided_p
from barometri.inference.wald import wald, weighted_tail
from barometri.inference.working_model import Working
from barometri.regression import (
    brant_test,
    linear_regression,
    logistic_regression,
    ordinal_regression,
    profile_intervals,
    scale_tests,
    wald_test,
)
from barometri.survey import Survey, SurveyDesign
from tests.regression.samples import answers, survey


def test_one_coefficient_gives_the_square_of_its_t() -> None:
    fit = logistic_regression(survey(), "good ~ side + k")
    found, row = wald_test(fit, "k"), fit.table().iloc[3]
    assert found.statistic == pytest.approx(row["statistic"] ** 2)
    assert found.p_value == pytest.approx(row["p_value"])
    assert (found.reference, found.df, found.denominator_df, found.n) == ("F", 1, 41, 900)
    assert found.null == "the coefficients of k are 0"


def test_terms_and_coefficients_can_be_named() -> None:
    fit = linear_regression(survey(), "count ~ side*k + C(woman)")
    assert wald_test(fit, "side").df == 2
    assert wald_test(fit, "k:side").statistic == wald_test(fit, "side:k").statistic
    assert wald_test(fit, ["side", "k"]).df == wald_test(fit, "side + k").df == 3
    assert wald_test(fit, "side[T.east]").df == 1
    with pytest.raises(OptionError, match="no term"):
        wald_test(fit, "h")
    with pytest.raises(OptionError, match="method must be one of"):
        wald_test(fit, "side", method="score")  # type: ignore[arg-type]


def test_a_term_that_others_determine_has_no_test() -> None:
    fit = linear_regression(survey(), "count ~ C(k) + k")
    assert fit.dropped == ("k",)
    assert wald_test(fit, "k").reason.startswith("not_estimable")


def test_the_null_of_wald_does_not_depend_on_the_units_of_the_coefficients() -> None:
    estimate, covariance = np.array([1.0, 2.0]), np.array([[1.0, 0.3], [0.3, 2.0]])
    scale = np.diag([1e-7, 1e5])
    one = wald(estimate, covariance, np.eye(2))
    other = wald(scale @ estimate, scale @ covariance @ scale, np.eye(2))
    assert one.chi_square == pytest.approx(other.chi_square)
    assert np.isnan(wald(estimate, np.ones((2, 2)), np.eye(2)).f)


def test_equal_weights_make_the_tail_that_of_f() -> None:
    assert weighted_tail(3.0, [1.0, 1.0], np.inf) == pytest.approx(np.exp(-1.5), rel=0.02)
    assert weighted_tail(0.0, [1.0], 10) == 1
    assert weighted_tail(2 * 5.0**2, [2.0], 30) == pytest.approx(float(two_sided_p(5.0, 30)), rel=0.1)


def test_working_statistics_are_near_the_design_s_wald() -> None:
    fit = logistic_regression(survey(), "good ~ side + k")
    working = wald_test(fit, "side", method="working_likelihood_ratio")
    assert working.reference == "sum_of_chi_squared"
    assert working.p_value == pytest.approx(wald_test(fit, "side").p_value, rel=0.5)
    assert working.detail["p_satterthwaite"] == pytest.approx(working.p_value, rel=0.3)
    assert wald_test(fit, "side", method="working_wald").p_value == pytest.approx(working.p_value, rel=0.2)
    with pytest.raises(OptionError, match="information"):
        wald_test(fit, "side", method="likelihood_ratio")


@pytest.mark.parametrize("working", ["exchangeable", "independent"])
def test_cr2_tests_terms_by_hotelling(working: Working) -> None:
    frame = answers()
    frame["place"] = frame["unit"] + 100 * frame["h"]
    own = Survey(frame, SurveyDesign(weight="w", psu="place"))
    fit = linear_regression(own, "y ~ C(side) + k", se="cr2", working=working)
    assert wald_test(fit, "k").denominator_df == fit.df[3]
    found = wald_test(fit, "C(side)")
    statistic = fit.coefficients[1:3] @ np.linalg.solve(fit.covariance[1:3, 1:3], fit.coefficients[1:3])
    assert found.method == "hotelling"
    assert found.detail["chi_square"] == pytest.approx(statistic)
    h = found.denominator_df + 1
    assert 2 < h < frame["place"].nunique()
    assert found.statistic == pytest.approx(found.denominator_df / (2 * h) * statistic)
    assert found.p_value == pytest.approx(f.sf(found.statistic, 2, found.denominator_df))
    with pytest.raises(OptionError, match="method='wald'"):
        wald_test(fit, "C(side)", method="working_wald")


def test_brant_holds_under_proportional_odds_and_fails_without() -> None:
    fit = ordinal_regression(survey(), "y ~ side + k")
    found = brant_test(fit)
    assert found.cuts == (">very_badly", ">badly", ">between", ">well")
    assert found.omnibus.df == 9
    assert found.omnibus.p_value > 0.01
    frame = answers()
    generator = np.random.default_rng(1)
    odd = frame["woman"] == 1
    frame.loc[odd, "y"] = generator.choice([1, 3, 5], odd.sum())
    broken = brant_test(ordinal_regression(survey(frame=frame), "y ~ woman"))
    assert broken.omnibus.p_value < 1e-6
    assert broken.terms["woman"].p_value == pytest.approx(broken.omnibus.p_value)


def test_what_a_test_is_not_for_is_told() -> None:
    with pytest.raises(OptionError, match="ordinal_regression"):
        brant_test(linear_regression(survey(), "count ~ k"))
    fit = ordinal_regression(survey(), "y ~ k")
    with pytest.raises(OptionError, match="information"):
        brant_test(fit, method="likelihood_ratio")
    with pytest.raises(OptionError, match="information"):
        profile_intervals(fit)
    with pytest.raises(OptionError, match="information"):
        scale_tests(fit)
