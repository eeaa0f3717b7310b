"""Links, Poisson, Firth, and fits by deviance: derivatives, optima, and independent software."""

import numpy as np
import pytest
import statsmodels.api as sm

from barometri.errors import DesignError, OptionError
from barometri.inference.firth import fit_firth
from barometri.inference.irls import fit_by_deviance
from barometri.inference.links import LINKS
from barometri.inference.ordinal import fit_ordinal, ordinal_probabilities, threshold_matrix
from barometri.inference.poisson import fit_poisson
from barometri.inference.regression import fit_logistic
from tests.inference.samples import Floats

AT = np.array([-40.0, -8.0, -1.0, 0.0, 0.7, 3.0])


def sample(n: int = 300) -> tuple[Floats, Floats, Floats]:
    generator = np.random.default_rng(7)
    x = np.column_stack([np.ones(n), generator.normal(size=n), generator.integers(0, 2, n)])
    return x, generator.random(n) + 0.5, x @ np.array([0.2, 0.4, -0.3])


@pytest.mark.parametrize("name", list(LINKS))
def test_derivatives_of_links_are_right(name: str) -> None:
    link, step = LINKS[name], 1e-5
    up, down = AT[1:] + step, AT[1:] - step
    np.testing.assert_allclose(link.difference(up, down) / (2 * step), link.density(AT[1:]), rtol=1e-6)
    slope = (link.density(up) - link.density(down)) / (2 * step)
    np.testing.assert_allclose(slope, link.bend(AT[1:]), rtol=1e-5, atol=1e-10)


@pytest.mark.parametrize("name", list(LINKS))
def test_links_hold_at_infinity_and_in_the_tails(name: str) -> None:
    link = LINKS[name]
    end = np.array([-np.inf, np.inf])
    assert link.density(end).tolist() == [0, 0]
    assert np.abs(link.bend(end)).tolist() == [0, 0]
    assert link.difference(np.array([-30.0]), np.array([-31.0]))[0] > 0
    np.testing.assert_allclose(link.difference(link.quantile(np.array([0.2])), end[:1]), [0.2], rtol=1e-12)


@pytest.mark.parametrize("name", list(LINKS))
def test_ordinal_scores_sum_to_zero_and_information_is_their_slope(name: str) -> None:
    x, w, eta = sample()
    y = np.digitize(eta + np.random.default_rng(1).logistic(size=len(eta)), [-1, 0, 1])
    fit = fit_ordinal(y, x[:, 1:], w, link=name)  # type: ignore[arg-type]
    assert fit.converged
    np.testing.assert_allclose(w @ fit.scores, 0, atol=1e-8)
    shares = ordinal_probabilities(fit.thresholds, fit.slopes, x[:, 1:], link=name)  # type: ignore[arg-type]
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    step, ahead = 1e-5, []
    for place in range(2):
        moved = [fit_ordinal(y, np.delete(x[:, 1:], place, 1), w, link=name,  # type: ignore[arg-type]
                             offset=x[:, 1 + place] * (fit.slopes[place] + side * step)).log_likelihood
                 for side in (-1, 0, 1)]  # fmt: skip
        ahead.append(-(moved[0] - 2 * moved[1] + moved[2]) / step**2)
    profile = 1 / np.diag(np.linalg.inv(fit.information))[3:]
    np.testing.assert_allclose(ahead, profile, rtol=1e-2)


def test_equidistant_thresholds_are_a_special_case() -> None:
    x, w, eta = sample()
    y = np.digitize(eta + np.random.default_rng(1).logistic(size=len(eta)), [-1, 0, 1])
    fit = fit_ordinal(y, x[:, 1:], w, thresholds="equidistant")
    assert np.all(np.diff(threshold_matrix(3, "equidistant") @ fit.thresholds) > 0)
    assert fit.log_likelihood < fit_ordinal(y, x[:, 1:], w).log_likelihood


def test_a_constant_spread_moves_the_scale_alone() -> None:
    x, w, eta = sample()
    y = np.digitize(eta + np.random.default_rng(1).logistic(size=len(eta)), [-1, 0, 1])
    one, two = fit_ordinal(y, x[:, 1:], w), fit_ordinal(y, x[:, 1:], w, scale=np.full(len(y), 2.0))
    np.testing.assert_allclose(two.slopes, 2 * one.slopes, rtol=1e-8)
    assert two.log_likelihood == pytest.approx(one.log_likelihood)


def test_poisson_equals_statsmodels() -> None:
    x, w, eta = sample()
    y = np.random.default_rng(2).poisson(np.exp(eta))
    fit = fit_poisson(y, x, w)
    other = sm.GLM(y, x, family=sm.families.Poisson(), freq_weights=w).fit(tol=1e-12)
    np.testing.assert_allclose(fit.slopes, other.params, rtol=1e-8)
    np.testing.assert_allclose(np.linalg.inv(fit.information), other.normalized_cov_params, rtol=1e-6)
    assert fit.log_likelihood == pytest.approx(other.llf)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e8])
def test_poisson_converges_whatever_the_unit_of_the_weights(scale: float) -> None:
    group = np.arange(20) % 2
    x, weights = np.column_stack([np.ones(20), group]), np.full(20, scale)
    fit = fit_poisson(np.where(group, 1, 30), x, weights)
    assert fit.converged
    assert fit.slopes == pytest.approx([np.log(30), -np.log(30)])
    assert not fit_poisson(np.where(group, 0, 3), x, weights).converged


def test_poisson_refuses_what_is_no_count() -> None:
    for y in ([0, 0], [-1, 2]):
        with pytest.raises(DesignError, match="counts"):
            fit_poisson(y, [[1], [1]], [1, 1])


def test_large_counts_do_not_overflow() -> None:
    fit = fit_poisson([1e8, 2e9, 3e5], [[1, 0], [1, 1], [1, 2]], [1, 1, 1])
    assert fit.converged
    assert np.all(np.isfinite(fit.slopes))


def test_firth_is_where_its_scores_vanish() -> None:
    x, w, eta = sample(40)
    y = (eta + np.random.default_rng(3).logistic(size=40) > 0).astype(float)
    fit = fit_firth(y, x, w, 40)
    assert fit.converged
    np.testing.assert_allclose(w @ fit.scores, 0, atol=1e-8)
    free = fit_logistic(y, x, w)
    assert np.abs(fit.slopes[1:]).sum() < np.abs(free.slopes[1:]).sum()
    with pytest.raises(DesignError, match="two values"):
        fit_firth(np.ones(40), x, w, 40)


@pytest.mark.parametrize("kind", ["logistic", "poisson"])
def test_a_fit_by_deviance_is_near_the_full_one(kind: str) -> None:
    x, w, eta = sample()
    generator = np.random.default_rng(4)
    y = generator.poisson(np.exp(eta)) if kind == "poisson" else (eta + generator.logistic(size=300) > 0)
    full = {"poisson": fit_poisson, "logistic": fit_logistic}[kind](np.asarray(y, float), x, w)
    short = fit_by_deviance(kind, np.asarray(y, float), x, w)
    np.testing.assert_allclose(short.slopes, full.slopes, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(short.information, full.information, rtol=1e-3)
    assert short.iterations < 8


def test_a_fit_by_deviance_knows_two_kinds() -> None:
    with pytest.raises(OptionError, match="logistic and Poisson"):
        fit_by_deviance("linear", [1, 2], [[1], [1]], [1, 1])


def test_a_separated_outcome_has_no_maximum() -> None:
    x = np.column_stack([np.ones(20), np.arange(20)])
    assert not fit_logistic((np.arange(20) > 9).astype(int), x, np.ones(20)).converged
