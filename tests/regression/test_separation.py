"""Separated answers are refused by name before fitting; Firth's fit is finite by name."""

import numpy as np
import pandas as pd
import pytest

from barometri.errors import OptionError
from barometri.regression import (
    brant_test,
    linear_regression,
    logistic_regression,
    marginal_effects,
    ordinal_regression,
    poisson_regression,
    wald_test,
)
from barometri.survey import Survey, SurveyDesign
from tests.regression.samples import CLUSTERED, answers, codebook

EQUAL = SurveyDesign(weight="equal")


def split_table(a: int, b: int, c: int, d: int) -> Survey:
    """Two groups: a yes and b no in the first one, c yes and d no in the second one."""
    yes = [1] * a + [0] * b + [1] * c + [0] * d
    return Survey(pd.DataFrame({"yes": yes, "group": ["p"] * (a + b) + ["q"] * (c + d)}), EQUAL)


def test_a_group_without_a_no_is_not_estimable_and_is_named() -> None:
    found = logistic_regression(split_table(5, 7, 6, 0), "yes ~ group")
    assert found.reason.startswith("not_estimable: group")
    assert found.method == "not_estimable:logistic/taylor"
    assert np.isnan(found.coefficients).all()
    assert np.isnan(found.covariance).all()
    assert np.isnan(found.table()["p_value"]).all()
    test = wald_test(found, "group")
    assert np.isnan(test.p_value)
    assert test.reason == found.reason
    with pytest.raises(OptionError, match="group"):
        marginal_effects(found)


def test_one_answer_more_makes_it_estimable() -> None:
    assert logistic_regression(split_table(5, 7, 6, 1), "yes ~ group").reason == ""


def test_firth_adds_half_an_answer_to_each_cell_of_two_groups() -> None:
    found = logistic_regression(split_table(5, 7, 6, 0), "yes ~ group", penalty="firth")
    expected = np.log(6.5 / 0.5) - np.log(5.5 / 7.5)
    assert found.coefficients[1] == pytest.approx(expected, rel=1e-9)
    assert np.all(np.isfinite(found.se) & (found.se > 0))


def test_firth_does_not_depend_on_the_scale_of_weights() -> None:
    frame = answers(120)
    one = logistic_regression(Survey(frame, CLUSTERED, codebook=codebook()), "good ~ k", penalty="firth")
    frame["w"] *= 500
    other = logistic_regression(Survey(frame, CLUSTERED, codebook=codebook()), "good ~ k", penalty="firth")
    np.testing.assert_allclose(one.coefficients, other.coefficients, rtol=1e-9)
    np.testing.assert_allclose(one.se, other.se, rtol=1e-9)


def test_an_ordinal_answer_that_a_variable_separates() -> None:
    frame = answers()
    frame["secret"] = (frame["y"] >= 4).astype(int)
    found = ordinal_regression(Survey(frame, CLUSTERED, codebook=codebook()), "y ~ k + secret")
    assert "secret separates the answers" in found.reason
    assert found.names[0] == "very_badly|badly"


def test_counts_that_a_variable_separates_from_zero() -> None:
    frame = answers()
    frame.loc[frame["side"] == 3, "count"] = 0
    found = poisson_regression(Survey(frame, CLUSTERED, codebook=codebook()), "count ~ k + side")
    assert "side separates the answers (side[T.east])" in found.reason


def test_many_rows_are_searched_too() -> None:
    generator = np.random.default_rng(1)
    frame = pd.DataFrame({"x": generator.normal(size=20_000), "rare": 0})
    frame["yes"] = (frame["x"] + generator.logistic(size=20_000) > 0).astype(int)
    assert logistic_regression(Survey(frame, EQUAL), "yes ~ x").reason == ""
    frame.loc[np.flatnonzero(frame["yes"])[:3], "rare"] = 1
    assert "rare" in logistic_regression(Survey(frame, EQUAL), "yes ~ x + rare").reason


def test_everybody_gave_one_answer() -> None:
    frame = pd.DataFrame({"yes": [1, 1, 1, 1], "x": [0, 1, 2, 3]})
    assert "one answer" in logistic_regression(Survey(frame, EQUAL), "yes ~ x").reason


def test_a_linear_fit_of_separated_answers_stands() -> None:
    assert linear_regression(split_table(5, 7, 6, 0), "yes ~ group").reason == ""


def test_brant_names_the_cut() -> None:
    generator = np.random.default_rng(3)
    frame = pd.DataFrame({"y": generator.integers(1, 5, 400), "x": generator.integers(0, 2, 400)})
    frame.loc[(frame["x"] == 1) & (frame["y"] == 1), "y"] = 2
    found = brant_test(ordinal_regression(Survey(frame, EQUAL), "y ~ x"))
    assert found.reason == "not_estimable: x separates the answers at >1"
    assert np.isnan(found.omnibus.p_value)
