"""Weighted fits: independent software, exact properties, edges."""

from collections.abc import Callable

import numpy as np
import pytest
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.miscmodels.ordinal_model import OrderedModel

from barometri.errors import DesignError
from barometri.inference.fitting import newton
from barometri.inference.regression import (
    Fit,
    aliased_columns,
    fit_linear,
    fit_logistic,
    fit_ordinal,
    ordinal_probabilities,
)
from barometri.inference.sandwich import sandwich
from tests.inference.samples import Floats


def simulated(n: int = 400) -> tuple[Floats, Floats, Floats]:
    generator = np.random.default_rng(7)
    x = np.column_stack([generator.integers(0, 4, n), generator.integers(0, 2, n)]).astype(float)
    latent = 0.5 * x[:, 0] - 0.8 * x[:, 1] + generator.logistic(size=n)
    return np.digitize(latent, [-1.0, 0.0, 1.5]).astype(float), x, generator.integers(1, 5, n).astype(float)


def test_ordinal_fit_equals_other_software() -> None:
    y, x, _ = simulated()
    fit = fit_ordinal(y, x, np.ones(len(y)))
    other = OrderedModel(y, x, distr="logit").fit(method="bfgs", gtol=1e-9, disp=False, maxiter=500)
    np.testing.assert_allclose(fit.slopes, other.params[:2], rtol=1e-6)
    np.testing.assert_allclose(fit.thresholds[0], other.params[2], rtol=1e-6)
    assert fit.log_likelihood == pytest.approx(other.llf, rel=1e-10)
    np.testing.assert_allclose(
        ordinal_probabilities(fit.thresholds, fit.slopes, x[:5]), other.predict(x[:5]), rtol=1e-5
    )


def test_logistic_fit_equals_other_software() -> None:
    y, x, w = simulated()
    design = np.column_stack([np.ones(len(x)), x])
    fit = fit_logistic(y > 1, design, w)
    other = GLM((y > 1).astype(float), design, family=Binomial(), freq_weights=w).fit(tol=1e-14)
    np.testing.assert_allclose(fit.slopes, other.params, rtol=1e-8)
    np.testing.assert_allclose(np.linalg.inv(fit.information), other.cov_params(), rtol=1e-6)


def test_an_ordinal_fit_of_two_answers_is_logistic() -> None:
    y, x, w = simulated()
    logistic = fit_logistic(y > 1, np.column_stack([np.ones(len(x)), x]), w)
    ordinal = fit_ordinal(y > 1, x, w)
    np.testing.assert_allclose(ordinal.slopes, logistic.slopes[1:], rtol=1e-9)
    np.testing.assert_allclose(-ordinal.thresholds, logistic.slopes[:1], rtol=1e-9)
    np.testing.assert_allclose(ordinal.information[1:, 1:], logistic.information[1:, 1:], rtol=1e-8)


@pytest.mark.parametrize("fitter", [fit_linear, fit_ordinal])
def test_merged_rows_scaled_weights_and_other_orders_change_nothing(fitter: Callable[..., Fit]) -> None:
    y, x, w = simulated()
    full = fitter(y, x, w)
    scaled = fitter(y, x, 1000 * w)
    np.testing.assert_allclose(scaled.parameters, full.parameters, rtol=1e-11)
    np.testing.assert_allclose(scaled.information, 1000 * full.information, rtol=1e-9)
    np.testing.assert_allclose(scaled.influence, full.influence, rtol=1e-8, atol=1e-12)
    patterns, place = np.unique(np.column_stack([y, x]), axis=0, return_inverse=True)
    merged = fitter(patterns[:, 0], patterns[:, 1:], np.bincount(place.ravel(), w))
    np.testing.assert_allclose(merged.parameters, full.parameters, rtol=1e-11)
    np.testing.assert_allclose(merged.information, full.information, rtol=1e-10)
    sums = np.zeros_like(merged.influence)
    np.add.at(sums, place.ravel(), full.influence)
    np.testing.assert_allclose(merged.influence, sums, rtol=1e-8, atol=1e-12)
    order = np.random.default_rng(1).permutation(len(y))
    np.testing.assert_allclose(fitter(y[order], x[order], w[order]).parameters, full.parameters, rtol=1e-11)


def test_reversing_the_scale_mirrors_the_fit() -> None:
    y, x, w = simulated()
    one, two = fit_ordinal(y, x, w), fit_ordinal(3 - y, x, w)
    np.testing.assert_allclose(one.slopes, -two.slopes, rtol=1e-9)
    np.testing.assert_allclose(one.thresholds, -two.thresholds[::-1], rtol=1e-9)
    assert one.log_likelihood == pytest.approx(two.log_likelihood, rel=1e-13)


def test_rows_without_weight_and_answers_that_nobody_gave_leave_no_trace() -> None:
    y, x, w = simulated()
    more_y, more_x = np.r_[2 * y, 9.0], np.vstack([x, [np.nan, np.inf]])
    full, padded = fit_ordinal(y, x, w), fit_ordinal(more_y, more_x, np.r_[w, 0.0])
    np.testing.assert_allclose(padded.parameters, full.parameters, rtol=1e-12)
    assert padded.categories.tolist() == [0, 2, 4, 6]
    assert (padded.influence[-1] == 0).all()


def test_scores_are_the_derivatives_of_the_log_likelihood() -> None:
    y, x, w = simulated(60)
    fit = fit_ordinal(y, x, w)
    step = 1e-6
    for position in range(len(fit.parameters)):
        ends = []
        for sign in (1, -1):
            moved = fit.parameters.copy()
            moved[position] += sign * step
            chance = ordinal_probabilities(moved[:3], moved[3:], x)
            ends.append(np.log(chance[np.arange(60), y.astype(int)]))
        np.testing.assert_allclose(fit.scores[:, position], (ends[0] - ends[1]) / (2 * step), atol=1e-8)


def test_two_groups_and_two_answers_give_the_odds_ratio() -> None:
    fit = fit_ordinal([0, 1, 0, 1], [[0.0], [0.0], [1.0], [1.0]], [3, 1, 1, 3])
    assert fit.slopes[0] == pytest.approx(np.log(9), rel=1e-12)


def test_without_covariates_the_thresholds_are_the_cumulative_shares() -> None:
    fit = fit_ordinal([1, 2, 5], np.zeros((3, 0)), [1, 2, 5])
    np.testing.assert_allclose(1 / (1 + np.exp(-fit.thresholds)), [1 / 8, 3 / 8], rtol=1e-12)
    np.testing.assert_allclose(ordinal_probabilities(fit.thresholds, [], np.zeros((1, 0)))[0] * 8, [1, 2, 5])


def test_answers_far_out_keep_their_digits() -> None:
    x = np.array([-40.0, -40.0, 0.0, 0.0, 40.0, 40.0])
    fit = fit_ordinal([0, 1, 0, 1, 1, 0], x[:, None], [30, 1, 5, 5, 30, 1])
    assert fit.converged
    assert fit.slopes[0] == pytest.approx(np.log(30) / 40, rel=1e-6)
    for eta in (-60.0, 60.0):
        chance = ordinal_probabilities([-1.0, 1.0], [1.0], [[eta]])[0]
        assert chance[1] == pytest.approx((np.e - 1 / np.e) * np.exp(-60), rel=1e-12, abs=0)


def test_a_step_too_long_is_halved() -> None:
    def value(at: Floats) -> float:
        return -float(np.logaddexp(at[0], -at[0]))

    def slopes(at: Floats) -> tuple[Floats, Floats]:
        return -np.tanh(at), np.array([[1 / np.cosh(at[0]) ** 2]])

    peak = newton(value, slopes, np.array([2.0]))
    assert peak.converged
    assert abs(peak.parameters[0]) < 1e-9


def test_columns_that_repeat_others_are_found_and_refused() -> None:
    _, x, w = simulated()
    repeated = np.column_stack([np.ones(len(x)), x, x[:, 0] - 2 * x[:, 1], 1e9 * x[:, 0]])
    assert aliased_columns(repeated).tolist() == [3, 4]
    assert aliased_columns(repeated[:, :3]).size == 0
    y = simulated()[0]
    with pytest.raises(DesignError, match="Columns 3, 4"):
        fit_linear(y, repeated, w)
    with pytest.raises(DesignError, match="repeat others"):
        fit_ordinal(y, np.ones((len(y), 1)), w)
    # a column that varies outside the rows used only
    assert aliased_columns([[1, 0], [1, 0], [1, 1]], [1, 1, 0]).tolist() == [1]


@pytest.mark.parametrize("weights", [[-1.0, 1.0], [np.nan, 1.0], [0.0, 0.0]])
def test_unusable_weights_are_refused(weights: list[float]) -> None:
    with pytest.raises(DesignError, match="weights must be finite"):
        fit_linear([1.0, 2.0], [[1.0], [1.0]], weights)


def test_an_outcome_with_one_value_is_refused() -> None:
    with pytest.raises(DesignError, match="at least two values"):
        fit_ordinal([1, 1, 2], [[0.0], [1.0], [3.0]], [1, 1, 0])
    with pytest.raises(DesignError, match="two values 0 and 1"):
        fit_logistic([1, 1], [[1.0], [1.0]], [1, 1])


def test_one_row_fits_exactly_and_no_information_gives_no_covariance() -> None:
    fit = fit_linear([3.0], [[1.0]], [2.0])
    assert fit.slopes[0] == pytest.approx(3.0)
    assert fit.scores[0, 0] == pytest.approx(0.0)
    assert np.isnan(sandwich(np.zeros((2, 2)), np.eye(2))).all()
