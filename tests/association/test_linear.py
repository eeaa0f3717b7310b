"""Linear fits of the association room against the regression verb and against full matrices."""

import numpy as np
import pandas as pd
import pytest

from barometri.association.cases import complete_cases
from barometri.association.linear import design
from barometri.collaboration import count_models
from barometri.regression import linear_regression, wald_test
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from tests.association import made


def test_slope_is_that_of_the_regression_verb() -> None:
    counted = count_models(made.survey(made.responses((0.8, 0.0, 0.4), area_sd=0.7)))
    cases = complete_cases(counted.analytic(), "cooperation", ("group", "district"))
    line = design(cases, cases.k.astype(float)[:, None]).fit(cases.score, [0])
    fit = linear_regression(
        counted,
        "cooperation ~ number_of_models + group + district",
        clusters="area",
        se="cr2",
        scores=("number_of_models",),
    )
    at = fit.names.index("number_of_models")
    assert line.estimate[0] == pytest.approx(fit.coefficients[at], rel=1e-10)
    assert line.se[0] == pytest.approx(fit.se[at], rel=1e-10)
    assert line.df[0] == pytest.approx(fit.df[at], rel=1e-8)
    assert cases.n == fit.n


def test_joint_test_is_that_of_the_regression_verb() -> None:
    counted = count_models(made.survey(made.responses((0.5, 0.0, 0.4), area_sd=0.5)))
    cases = complete_cases(counted.analytic(), "cooperation", ("group",))
    steps = np.column_stack([cases.k == code for code in (1, 2, 3)]).astype(float)
    found = design(cases, steps).joint(cases.score, range(3))
    fit = linear_regression(counted, "cooperation ~ number_of_models + group", clusters="area", se="cr2")
    test = wald_test(fit, "number_of_models")
    assert found.f == pytest.approx(test.statistic, rel=1e-8)
    assert found.denominator_df == pytest.approx(test.denominator_df, rel=1e-8)
    assert found.p_value == pytest.approx(test.p_value, rel=1e-6)


def test_without_places_it_is_the_plain_sandwich() -> None:
    generator = np.random.default_rng(3)
    data = pd.DataFrame({"y": generator.integers(1, 6, 80), "x": generator.integers(0, 4, 80)})
    data["w"] = generator.choice([1.0, 2.5], 80)
    survey = Survey(data, SurveyDesign(weight="w"))
    cases = complete_cases(survey.analytic(), "y", (), {"x": data["x"].to_numpy(dtype=np.int64)})
    line = design(cases, cases.exposures["x"].astype(float)[:, None]).fit(cases.score, [0])
    fit = linear_regression(survey, "y ~ x")
    assert line.estimate[0] == pytest.approx(fit.coefficients[1], rel=1e-10)
    assert line.se[0] == pytest.approx(fit.se[1], rel=1e-8)
    assert line.df[0] == fit.df[1]


def test_columns_that_others_determine_are_unknown_and_leave_the_rest() -> None:
    cases = complete_cases(count_models(made.survey(made.responses())).analytic(), "cooperation", ("group",))
    generator = np.random.default_rng(2)
    a, b = (generator.random((2, cases.n)) < 0.4).astype(float)
    double = design(cases, np.column_stack([a, b, b, np.ones(cases.n), np.zeros(cases.n)]))
    line = double.fit(cases.score, range(5))
    alone = design(cases, np.column_stack([a, b])).fit(cases.score, range(2))
    assert line.estimate[0] == pytest.approx(alone.estimate[0], rel=1e-9)
    assert line.se[0] == pytest.approx(alone.se[0], rel=1e-9)
    assert np.isnan(line.estimate[1:]).all()
    assert np.isnan(double.joint(cases.score, [3]).p_value)
