"""Single models against the judgement: full matrices, planted truths, and what cannot be estimated."""

import numpy as np
import pytest

import barometri as bm
from barometri.association.models import fit_models
from barometri.errors import OptionError
from barometri.estimates import Effect
from barometri.inference.multiplicity import holm
from barometri.study.codes import BLANK, DONT_KNOW
from barometri.survey import Survey
from tests.association import made


def by_key(effects: tuple[Effect, ...]) -> dict[tuple[str, str, str], Effect]:
    return {(e.name, e.about.get("item", ""), e.about.get("kind", "")): e for e in effects if e.name != "phi"}


def with_indicators(survey: Survey) -> Survey:
    fits = fit_models(survey)
    for j, model in enumerate(fits.models):
        column = np.full(len(fits.cases.rows), np.nan)
        column[fits.cases.rows] = fits.agreed[:, j]
        survey = survey.with_column(f"x_{model}", column)
    return survey


def test_effects_are_those_of_the_regression_verb() -> None:
    survey = made.survey(made.responses((0.8, 0.0, 0.3), area_sd=0.5))
    found = by_key(bm.model_effects(survey)[1])
    wide = with_indicators(survey)
    joint = bm.linear_regression(
        wide, "cooperation ~ x_A + x_B + x_C + group + district", clusters="area", se="cr2"
    )
    for model in "ABC":
        alone = bm.linear_regression(
            wide, f"cooperation ~ x_{model} + group + district", clusters="area", se="cr2"
        )
        for fit, kind in ((alone, "marginal"), (joint, "conditional")):
            effect, at = found["model_score", model, kind], fit.names.index(f"x_{model}")
            assert effect.estimate == pytest.approx(fit.coefficients[at], rel=1e-9)
            assert effect.se == pytest.approx(fit.se[at], rel=1e-9)
            assert effect.df == pytest.approx(fit.df[at], rel=1e-7)
            assert effect.p_value == pytest.approx(fit.table()["p_value"][at], rel=1e-6)
            assert effect.method == "linear/cr2"
    test = bm.wald_test(joint, ["x_A", "x_B", "x_C"])
    assert found["models_joint", "", ""].p_value == pytest.approx(test.p_value, rel=1e-6)


def test_points_are_those_of_the_share_of_good_answers() -> None:
    survey = made.survey(made.responses((0.8, 0.0, 0.3)))
    found = by_key(bm.model_effects(survey)[1])
    wide = with_indicators(survey)
    wide = wide.with_column("good", np.isin(wide.values("cooperation"), (4, 5)).astype(float))
    joint = bm.linear_regression(wide, "good ~ x_A + x_B + x_C + group + district", clusters="area", se="cr2")
    effect = found["model_points", "C", "conditional"]
    assert effect.estimate == pytest.approx(joint.coefficients[joint.names.index("x_C")], rel=1e-9)
    assert effect.se == pytest.approx(joint.se[joint.names.index("x_C")], rel=1e-9)


def test_planted_models_are_found_and_others_not() -> None:
    found = by_key(bm.model_effects(made.survey(made.responses((1.2, 0.0, 1.2), size=1500)))[1])
    for model, works in (("A", True), ("B", False), ("C", True)):
        effect = found["model_score", model, "conditional"]
        assert (effect.adjusted_p < 0.05) == works
        assert not works or effect.ci_low > 0
    assert found["models_joint", "", ""].p_value < 0.001
    assert found["models_trial_joint", "", ""].p_value > 0.05


def test_a_model_that_only_goes_with_a_working_one() -> None:
    data = made.responses((1.5, 0.0, 0.0), size=1500)
    generator = np.random.default_rng(5)
    data["m_phone"] = np.where(generator.random(1500) < 0.75, data["m_consent"], 3).astype(np.int32)
    found = by_key(bm.model_effects(made.survey(data))[1])
    assert found["model_score", "B", "marginal"].ci_low > 0.2
    conditional = found["model_score", "B", "conditional"]
    assert conditional.ci_low < 0 < conditional.ci_high
    assert conditional.detail["variance_inflation"] > 1.5


def test_p_values_are_adjusted_over_all_models() -> None:
    found = by_key(bm.model_effects(made.survey(made.responses((0.4, 0.2, 0.3))))[1])
    for kind in ("marginal", "conditional"):
        own = [found["model_score", model, kind] for model in "ABC"]
        expected = holm(np.array([effect.p_value for effect in own]))
        assert [effect.adjusted_p for effect in own] == pytest.approx(expected.tolist())


def test_trial_against_established() -> None:
    data = made.responses((1.0, 0.0, 0.0), size=1500)
    trial = data["m_consent"] == 2
    data.loc[trial, "cooperation"] = np.maximum(data.loc[trial, "cooperation"] - 2, 1)
    found = by_key(bm.model_effects(made.survey(data))[1])
    assert found["model_trial", "A", "trial"].ci_high < -0.5
    assert found["model_trial", "B", "trial"].p_value > 0.01
    assert found["model_trial", "A", "trial"].k_low == min(
        int(trial.sum()), int((data["m_consent"] == 1).sum())
    )


def test_readings_of_cannot_say() -> None:
    data = made.responses((0.5, 0.0, 0.0), size=900)
    data.loc[:199, "m_phone"] = np.int32(DONT_KNOW)
    survey = made.survey(data)
    lower, upper = (fit_models(survey, reading=reading) for reading in ("lower", "upper"))
    assert upper.users[1] == lower.users[1] + 200
    informed = fit_models(survey, reading="informed")
    assert informed.users[1] == lower.users[1]
    assert informed.unsure[:, 1].sum() == 200
    assert informed.cases.n == lower.cases.n == 900
    assert informed.smaller[1] <= 900 - 200 - informed.users[1]
    data.loc[:99, "m_phone"] = np.int32(BLANK)
    assert fit_models(made.survey(data)).cases.n == 800


@pytest.mark.parametrize("state", [1, 3])
def test_a_model_that_everybody_or_nobody_has(state: int) -> None:
    data = made.responses((0.5, 0.0, 0.3))
    data["m_phone"] = np.int32(state)
    found = by_key(bm.model_effects(made.survey(data))[1])
    for kind in ("marginal", "conditional"):
        assert found["model_score", "B", kind].method == "not_estimable: B"
        assert np.isnan(found["model_points", "B", kind].estimate)
        assert np.isfinite(found["model_score", "A", kind].estimate)
    alone = by_key(bm.model_effects(made.survey(made.responses((0.5, 0.0, 0.3)).drop(columns="m_phone")))[1])
    assert found["model_score", "A", "conditional"].p_value == pytest.approx(
        alone["model_score", "A", "conditional"].p_value, rel=1e-8
    )
    assert ("model_score", "B", "marginal") not in alone


def test_two_models_that_always_go_together() -> None:
    data = made.responses((0.5, 0.0, 0.3))
    data["m_phone"] = data["m_consent"]
    found = by_key(bm.model_effects(made.survey(data))[1])
    assert found["model_score", "A", "conditional"].method == "not_estimable: A"
    assert found["model_score", "B", "conditional"].method == "not_estimable: B"
    assert np.isfinite(found["model_score", "C", "conditional"].estimate)
    assert found["model_score", "A", "marginal"].estimate == found["model_score", "B", "marginal"].estimate


def test_one_model_only_and_no_places() -> None:
    data = made.responses((0.9, 0.0, 0.0)).drop(
        columns=["m_phone", "m_desk_a", "m_desk_b", "area", "unit", "district"]
    )
    survey = Survey(
        data, bm.SurveyDesign(weight="_weight"), study=made.survey(made.responses()).study, wave=2021
    )
    found = by_key(bm.model_effects(survey)[1])
    marginal, conditional = (found["model_score", "A", kind] for kind in ("marginal", "conditional"))
    assert marginal.estimate == pytest.approx(conditional.estimate)
    assert marginal.method == "linear/taylor"
    assert marginal.adjusted_for == ("group",)
    assert marginal.adjusted_p == marginal.p_value


def test_phi_is_the_correlation_of_two_models() -> None:
    survey = made.survey(made.responses())
    fits = fit_models(survey)
    found = {(e.about["item"], e.about["other"]): e for e in bm.model_effects(survey)[1] if e.name == "phi"}
    assert set(found) == {("A", "B"), ("A", "C"), ("B", "C")}
    a, b = fits.agreed[:, 0], fits.agreed[:, 1]
    both, only_a, only_b, none = (
        (x & y).sum() for x, y in [(a > 0, b > 0), (a > 0, b < 1), (a < 1, b > 0), (a < 1, b < 1)]
    )
    size = np.sqrt((both + only_a) * (only_b + none) * (both + only_b) * (only_a + none))
    assert found["A", "B"].estimate == pytest.approx((both * none - only_a * only_b) / size)
    assert found["A", "B"].k_low == min(both, only_a, only_b, none)


def test_an_outcome_without_favourable_answers_keeps_its_score() -> None:
    survey = made.survey(made.responses((0.9, 0.0, 0.0)))
    found = by_key(bm.model_effects(survey, outcome="group", adjust=("district",))[1])
    assert np.isfinite(found["model_score", "A", "marginal"].estimate)
    assert np.isnan(found["model_points", "A", "marginal"].estimate)
    with pytest.raises(OptionError, match="An association needs an outcome"):
        bm.model_effects(survey, outcome="absent")


def test_adjusted_errors_hold_their_level_where_areas_differ() -> None:
    """The joint test on a null in which areas judge differently rejects as rarely as it says."""
    rejected = [
        fit_models(made.survey(made.responses(size=250, seed=seed, area_sd=0.8))).joint().p_value < 0.1
        for seed in range(100, 130)
    ]
    assert np.mean(rejected) <= 0.25
