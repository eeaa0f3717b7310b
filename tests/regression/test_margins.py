"""Marginal effects, standardised means and predictions."""

import numpy as np
import pandas as pd
import pytest

from barometri.errors import OptionError
from barometri.estimation import contrast, mean, proportion
from barometri.regression import (
    linear_regression,
    logistic_regression,
    marginal_effects,
    ordinal_regression,
    poisson_regression,
    predicted,
    standardise,
)
from barometri.survey import Survey, SurveyDesign
from barometri.weighting import replicate
from tests.regression.samples import ELEMENTS, answers, survey


def test_the_marginal_effects_of_a_linear_fit_are_its_coefficients() -> None:
    fit = linear_regression(survey(), "count ~ side + k + woman")
    found = marginal_effects(fit).frame
    assert found["versus"].tolist() == ["south - north", "east - north", "slope", "1 - 0"]
    np.testing.assert_allclose(found["estimate"], fit.coefficients[1:], rtol=1e-8)
    np.testing.assert_allclose(found["se"], fit.se[1:], rtol=1e-7)


def test_a_slope_that_bends_is_averaged() -> None:
    fit = linear_regression(survey(), "count ~ poly(k, 2)")
    b = linear_regression(survey(frame=answers().assign(k2=lambda d: d["k"] ** 2)), "count ~ k + k2")
    weighted = np.average(answers()["k"], weights=answers()["w"])
    expected = b.coefficients[1] + 2 * b.coefficients[2] * weighted
    assert marginal_effects(fit).frame["estimate"][0] == pytest.approx(expected, rel=1e-6)


def test_standardising_a_fit_on_one_category_gives_the_means_of_its_groups() -> None:
    """Without other covariates g-computation is the domain mean, standard error and covariance included."""
    own = survey()
    for verb, outcome in (
        (linear_regression, "count"),
        (logistic_regression, "good"),
        (poisson_regression, "count"),
    ):
        found = standardise(verb(own, f"{outcome} ~ side"), "side")
        expected = mean(own, outcome, by="side")
        np.testing.assert_allclose(found.frame["estimate"], expected.frame["estimate"], rtol=1e-9)
        np.testing.assert_allclose(found.covariance, expected.covariance, rtol=1e-7, atol=1e-12)


def test_everybody_as_they_are_is_the_plain_mean() -> None:
    """Scores of the intercept sum to 0: the mean prediction is the mean, and so is its standard error."""
    own = survey(ELEMENTS)
    fit = logistic_regression(own, "good ~ side*k + woman")
    share = marginal_effects(fit, ["woman"])
    both = standardise(fit, "woman")
    assert contrast(both, {"d": {1: 1, 0: -1}}).frame["estimate"][0] == pytest.approx(
        share.frame["estimate"][0]
    )
    assert contrast(both, {"d": {1: 1, 0: -1}}).frame["se"][0] == pytest.approx(
        share.frame["se"][0], rel=1e-9
    )


def test_the_standard_error_is_that_of_the_jackknife() -> None:
    """A jackknife that fits and averages anew sees both sources of uncertainty."""
    frame = answers(600, seed=8)
    frame["place"] = frame["unit"] + 100 * frame["h"]
    places = frame["place"].unique()

    def effect(rows: pd.DataFrame) -> float:
        own = Survey(rows, SurveyDesign(weight="w", psu="place"))
        found = marginal_effects(logistic_regression(own, "good ~ k + woman"), ["k"]).frame
        return float(found["estimate"][0])

    own = Survey(frame, SurveyDesign(weight="w", psu="place"))
    found = marginal_effects(logistic_regression(own, "good ~ k + woman"), ["k"]).frame["se"][0]
    left_out = np.array([effect(frame[frame["place"] != place]) for place in places])
    jackknife = np.sqrt((len(places) - 1) / len(places) * ((left_out - left_out.mean()) ** 2).sum())
    assert found == pytest.approx(jackknife, rel=0.05)
    replicated = replicate(own, "jackknife")
    again = marginal_effects(logistic_regression(replicated, "good ~ k + woman"), ["k"]).frame["se"][0]
    assert again == pytest.approx(found, rel=0.02)


def test_who_was_sampled_counts_in_a_standardised_mean() -> None:
    """Where a covariate says nearly all, the error of a mean prediction is that of the covariate's mean."""
    frame = answers(300, seed=4)
    frame["x"] = 5.0 * frame["k"] + 0.01 * frame["woman"] + 1e-3 * frame["count"]
    own = Survey(frame, SurveyDesign(weight="w", stratum="h", psu="unit"))
    fit = linear_regression(own, "x ~ k + woman")
    found = standardise(fit, "woman", [0]).frame["se"][0]
    assert found == pytest.approx(5 * mean(own, "k").frame["se"][0], rel=1e-2)


def test_predicted_shares_of_a_saturated_ordinal_fit_are_those_of_the_group() -> None:
    own = survey()
    fit = ordinal_regression(own, "y ~ 1")
    found = predicted(fit)
    expected = proportion(own, "y", categories="each")
    np.testing.assert_allclose(found.frame["estimate"], expected.frame["estimate"], rtol=1e-8)
    np.testing.assert_allclose(found.frame["se"], expected.frame["se"], rtol=1e-6)
    assert found.frame["category"].tolist() == ["very_badly", "badly", "between", "well", "very_well"]


def test_shares_of_an_ordinal_answer_add_up_and_effects_cancel() -> None:
    fit = ordinal_regression(survey(), "y ~ side + k")
    effects = marginal_effects(fit, ["k"]).frame
    assert effects["estimate"].sum() == pytest.approx(0, abs=1e-10)
    good = marginal_effects(fit, ["k"], categories="good").frame["estimate"][0]
    assert good == pytest.approx(effects["estimate"][3:].sum())
    shares = standardise(fit, "side").frame.groupby("side", sort=False)["estimate"].sum()
    np.testing.assert_allclose(shares, 1)


@pytest.mark.parametrize("link", ["logit", "probit", "cloglog"])
def test_derivatives_of_shares_are_right(link: str) -> None:
    fit = ordinal_regression(survey(), "y ~ k", link=link)  # type: ignore[arg-type]
    found = predicted(fit, {"k": [0, 2, 9]})
    assert np.all(found.frame["se"] > 0)
    step = 1e-6
    bumped = []
    for place in range(len(fit.names)):
        original = fit.model.fit.parameters.copy()
        moved = original.copy()
        moved[place] += step
        cuts = len(fit.model.fit.thresholds)
        object.__setattr__(fit.model.fit, "thresholds", moved[:cuts])
        object.__setattr__(fit.model.fit, "slopes", moved[cuts:])
        bumped.append((predicted(fit, {"k": [0, 2, 9]}).frame["estimate"] - found.frame["estimate"]) / step)
        object.__setattr__(fit.model.fit, "thresholds", original[:cuts])
        object.__setattr__(fit.model.fit, "slopes", original[cuts:])
    jacobian = np.array(bumped).T
    np.testing.assert_allclose(
        np.sqrt(np.diag(jacobian @ fit.covariance @ jacobian.T)), found.frame["se"], rtol=1e-4
    )


def test_a_number_that_stands_as_categories_is_compared_value_by_value() -> None:
    fit = logistic_regression(survey(), "good ~ C(k) + woman")
    found = marginal_effects(fit, ["k"]).frame
    assert found["versus"].tolist() == ["1 - 0", "2 - 0", "3 - 0", "4 - 0"]
    with pytest.raises(OptionError, match="no respondent"):
        predicted(fit, {"k": [7], "woman": [0]})
    with pytest.raises(OptionError, match="no respondent"):
        standardise(fit, "k", [1.5])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda fit: standardise(fit, "h"), "no covariate"),
        (lambda fit: standardise(fit, "side", ["west"]), "no level"),
        (lambda fit: predicted(fit, {"side": ["north"]}), "needs a value of 'k'"),
        (lambda fit: marginal_effects(fit, categories=["best"]), "no category"),
    ],
)
def test_what_the_fit_does_not_know_is_told(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(OptionError, match=message):
        call(ordinal_regression(survey(), "y ~ side + k"))
