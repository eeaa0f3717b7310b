"""The covariance of sums of influences: cells, records, calibrated and replicate weights."""

import numpy as np
import pandas as pd
import pytest

from barometri.estimation import mean
from barometri.inference.linearization import covariance
from barometri.inference.records import RecordStage
from barometri.inference.sandwich import Respondents, influence_covariance, score_moments
from barometri.inference.strata import make_strata
from barometri.regression import linear_regression
from barometri.survey import Survey, SurveyDesign
from barometri.weighting import poststratify, rake, replicate


def frame(n: int = 240) -> pd.DataFrame:
    generator = np.random.default_rng(11)
    made = pd.DataFrame({"h": generator.integers(0, 3, n), "unit": generator.integers(0, 9, n)})
    made["w"] = generator.integers(1, 5, n) / 1.0
    made["sex"] = generator.choice(["f", "m"], n)
    made["age"] = generator.choice(["old", "young", "middle"], n)
    made["x"] = generator.normal(size=n) + (made["sex"] == "f")
    made["part"] = generator.integers(0, 2, n)
    return made


DESIGNS = {
    "clusters": SurveyDesign(weight="w", stratum="h", psu="unit"),
    "elements": SurveyDesign(weight="w", stratum="h"),
}


@pytest.mark.parametrize("design", list(DESIGNS))
@pytest.mark.parametrize("weighting", ["drawn", "poststratified", "raked", "jackknife", "bootstrap"])
def test_an_intercept_alone_has_the_error_of_the_mean_under_any_weights(design: str, weighting: str) -> None:
    survey = Survey(frame(), DESIGNS[design])
    people = {"f": 300.0, "m": 310.0}
    if weighting == "poststratified":
        survey = poststratify(survey, "sex", people)
    if weighting == "raked":
        survey = rake(survey, {"sex": people, "age": {"old": 200.0, "young": 210.0, "middle": 200.0}})
    if weighting == "jackknife":
        survey = replicate(survey, "jackknife")
    if weighting == "bootstrap":
        survey = replicate(survey, "bootstrap", replicates=40, generator=np.random.default_rng(3))
    survey = survey.domain(survey["part"] == 1)
    fit, expected = linear_regression(survey, "x ~ 1"), mean(survey, "x").frame.iloc[0]
    assert fit.coefficients[0] == pytest.approx(expected["estimate"], rel=1e-10)
    assert fit.se[0] == pytest.approx(expected["se"], rel=1e-8)
    assert fit.df_design == expected["df"]


def respondents(elements: bool) -> tuple[Respondents, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    generator = np.random.default_rng(2)
    n = 60
    stratum = generator.integers(0, 2, n)
    stage = RecordStage(stratum, np.array([0, 1]), make_strata(np.bincount(stratum), 0.3))
    if not elements:
        unit = np.arange(n) % 12
        stage = RecordStage(unit, np.array([0] * 6 + [1] * 6), make_strata([6, 6], 0.3))
    w = generator.random(n) + 1
    return Respondents(np.ones(n), w, w**2, (stage,), elements), generator.integers(0, 7, n)


@pytest.mark.parametrize("elements", [False, True])
def test_cells_stand_for_their_records(elements: bool) -> None:
    own, cell = respondents(elements)
    values = np.random.default_rng(3).normal(size=(7, 3))
    by_cell = influence_covariance(values, own, cell=cell)
    np.testing.assert_allclose(by_cell, influence_covariance(values[cell], own), rtol=1e-12)
    z = values[cell] * own.weight[:, None]
    if elements:
        strata = own.stages[0].strata
        unit, stratum = np.arange(60), own.stages[0].unit
        expected = covariance(z, stratum, strata)
        first, second = score_moments(values[cell], own.weight, own.squared, stratum, 2)
        assert first.shape == (2, 3)
        assert second.shape == (2, 3, 3)
        assert len(unit) == len(z)
    else:
        totals = np.stack([z[own.stages[0].unit == unit].sum(axis=0) for unit in range(12)])
        expected = covariance(totals, own.stages[0].stratum, own.stages[0].strata)
    np.testing.assert_allclose(by_cell, expected, rtol=1e-12)


@pytest.mark.parametrize("rule", ["adjust", "average", "certainty"])
def test_single_units_follow_the_rule_of_means(rule: str) -> None:
    made = frame()
    made.loc[0, "h"] = 9
    for design in (
        SurveyDesign(weight="w", stratum="h", psu="unit", single_psu=rule),  # type: ignore[arg-type]
        SurveyDesign(weight="w", stratum="h", single_psu=rule),  # type: ignore[arg-type]
    ):
        survey = Survey(made, design)
        fit, expected = linear_regression(survey, "x ~ 1"), mean(survey, "x").frame.iloc[0]
        assert fit.se[0] == pytest.approx(expected["se"], rel=1e-10)


def test_two_stages_are_added() -> None:
    made = frame()
    made["town"] = made["h"] * 3 + made["unit"] % 3
    made["towns"], made["people"] = 20, 400
    design = SurveyDesign(weight="w", psu="town", fpc=("towns", "people"))
    survey = Survey(made, design)
    fit, expected = linear_regression(survey, "x ~ 1"), mean(survey, "x").frame.iloc[0]
    assert fit.se[0] == pytest.approx(expected["se"], rel=1e-10)
