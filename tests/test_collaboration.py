"""Prevalence of models and the number of models, by hand on a study small enough to check."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from barometri.collaboration import (
    count_models,
    mean_number_of_models,
    model_prevalence,
    number_of_models,
)
from barometri.errors import OptionError
from barometri.estimates import TOTAL, Estimates
from barometri.model_battery import NUMBER_CLASS, NUMBER_OF_MODELS, battery
from barometri.study.codes import BLANK, DONT_KNOW, NOT_ASKED, REFUSED
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from tests import tiny_study

DESIGN = SurveyDesign(weight="_weight", stratum=("district", "group"))


@pytest.fixture(scope="module")
def survey() -> Survey:
    return Survey(tiny_study.responses(2021), DESIGN, study=tiny_study.study(), wave=2021)


def few(**answers: list[int]) -> Survey:
    """Respondents with the given answers about the models, all of equal weight."""
    frame = pd.DataFrame({name: np.array(values, dtype=np.int32) for name, values in answers.items()})
    return Survey(frame, SurveyDesign(weight="equal"), study=tiny_study.study(), wave=2021)


def share(estimates: Estimates, item: str, **where: str) -> float:
    frame = estimates.frame
    rows = frame["item"] == item
    for name, value in where.items():
        rows &= frame[name] == value
    assert rows.sum() == 1
    return float(frame.loc[rows, "estimate"].iloc[0])


def test_a_model_of_two_arrangements_counts_once() -> None:
    both = few(
        m_desk_a=[1, 3, 2, 3, 3, DONT_KNOW, DONT_KNOW, NOT_ASKED, BLANK, NOT_ASKED, REFUSED],
        m_desk_b=[3, 2, 1, 3, DONT_KNOW, DONT_KNOW, 2, NOT_ASKED, 3, 3, REFUSED],
    )
    expected = [1, 2, 1, 3, DONT_KNOW, DONT_KNOW, 2, NOT_ASKED, BLANK, 3, REFUSED]
    assert battery(both, ["C"]).states["C"].tolist() == expected


@pytest.mark.parametrize(("reading", "expected"), [("lower", 0.4), ("informed", 0.5), ("upper", 0.6)])
def test_readings_of_cannot_say(reading: str, expected: float) -> None:
    survey = few(m_phone=[1, 2, 3, 3, DONT_KNOW, BLANK, NOT_ASKED])
    found = model_prevalence(survey, models=["B"], reading=reading)  # type: ignore[arg-type]
    assert share(found, "B") == pytest.approx(expected)


def test_shares_equal_the_weighted_ones(survey: Survey) -> None:
    frame = survey.frame
    agreed = frame[["m_desk_a", "m_desk_b"]].isin([1, 2]).any(axis=1)
    found = model_prevalence(survey, by=["district", "side"])
    south = (frame["district"] == 3) & (frame["side"] == 2)
    expected = np.average(agreed[south], weights=frame["_weight"][south])
    assert share(found, "C", district="south", side="social") == pytest.approx(expected)
    whole = np.average(agreed, weights=frame["_weight"])
    assert share(found, "C", district=TOTAL, side=TOTAL) == pytest.approx(whole)


def test_readings_enclose_each_other(survey: Survey) -> None:
    lower, informed, upper = (
        model_prevalence(survey, by="district", reading=r).frame["estimate"].to_numpy()
        for r in ("lower", "informed", "upper")
    )
    assert (lower < informed).all()
    assert (informed < upper).all()


def test_states_add_up_with_their_covariance(survey: Survey) -> None:
    found = model_prevalence(survey, states=True)
    for item in ("A", "B", "C"):
        rows = np.flatnonzero(found.frame["item"] == item)
        assert found.frame["category"].iloc[rows].tolist() == ["established", "on_trial", "agreed"]
        weights = np.array([1.0, 1.0, -1.0])
        assert weights @ found.frame["estimate"].to_numpy()[rows] == pytest.approx(0, abs=1e-14)
        assert weights @ found.covariance[np.ix_(rows, rows)] @ weights == pytest.approx(0, abs=1e-14)


def test_nothing_agreed_is_an_item_of_its_own(survey: Survey) -> None:
    frame = survey.frame
    found = model_prevalence(survey)
    assert found.frame["item"].tolist() == ["A", "B", "C", "nothing"]
    expected = np.average(frame["nothing"] == 1, weights=frame["_weight"])
    assert share(found, "nothing") == pytest.approx(expected)
    assert "nothing" not in set(model_prevalence(survey, states=True).frame["item"])


def test_arrangements_may_stand_alone(survey: Survey) -> None:
    found = model_prevalence(survey, models=["C", "m_desk_a", "m_desk_b"])
    assert share(found, "C") > max(share(found, "m_desk_a"), share(found, "m_desk_b"))


def test_numerators_are_counted(survey: Survey) -> None:
    found = model_prevalence(survey, models=["A"])
    assert found.counts["k"].tolist() == [int(survey.frame["m_consent"].isin([1, 2]).sum())]


def test_number_of_models_and_who_has_none() -> None:
    survey = few(
        m_consent=[1, 3, DONT_KNOW, DONT_KNOW, DONT_KNOW, NOT_ASKED, BLANK],
        m_phone=[2, 3, 1, DONT_KNOW, 3, NOT_ASKED, BLANK],
        m_desk_a=[1, 3, 3, 1, DONT_KNOW, NOT_ASKED, BLANK],
        m_desk_b=[1, 3, 3, 1, 3, NOT_ASKED, BLANK],
    )
    numbers = {
        reading: count_models(survey, reading=reading).values(NUMBER_OF_MODELS).tolist()
        for reading in ("informed", "lower", "upper")
    }
    assert numbers["informed"] == [3, 0, 1, DONT_KNOW, DONT_KNOW, NOT_ASKED, BLANK]
    assert numbers["lower"] == [3, 0, 1, 1, 0, NOT_ASKED, BLANK]
    assert numbers["upper"] == [3, 0, 2, 3, 2, NOT_ASKED, BLANK]


def test_who_skipped_a_model_has_no_number() -> None:
    survey = few(m_consent=[1, 1, 1], m_phone=[BLANK, REFUSED, 3], m_desk_a=[3, 3, 3], m_desk_b=[3, 3, 3])
    for reading in ("informed", "lower", "upper"):
        numbers = count_models(survey, reading=reading).values(NUMBER_OF_MODELS).tolist()
        assert numbers == [BLANK, BLANK, 1]


def test_the_half_rule_counts_models_not_questions() -> None:
    survey = few(m_consent=[3], m_phone=[1], m_desk_a=[DONT_KNOW], m_desk_b=[DONT_KNOW])
    assert count_models(survey).values(NUMBER_OF_MODELS).tolist() == [1]


def test_exactly_half_unknown_still_counts() -> None:
    study = tiny_study.study()
    four = (*study.models, replace(study.models[0], id="D"))  # A and D share their question
    answers = few(
        m_consent=[1, DONT_KNOW], m_phone=[DONT_KNOW, 1], m_desk_a=[DONT_KNOW, 3], m_desk_b=[DONT_KNOW, 3]
    )
    survey = Survey(answers.frame, SurveyDesign(weight="equal"), study=replace(study, models=four))
    assert count_models(survey).values(NUMBER_OF_MODELS).tolist() == [2, 1]


def test_classes_and_mean(survey: Survey) -> None:
    number = count_models(survey).values(NUMBER_OF_MODELS)
    weights = survey.frame["_weight"].to_numpy()
    known = number >= 0
    shares = number_of_models(survey).frame
    assert shares["category"].tolist() == ["0", "1", "2", "3"]
    assert shares["item"].unique().tolist() == [NUMBER_OF_MODELS]
    assert shares["estimate"].sum() == pytest.approx(1)
    expected = [np.average(number[known] == k, weights=weights[known]) for k in range(4)]
    np.testing.assert_allclose(shares["estimate"], expected)
    mean = mean_number_of_models(survey, by="side").frame
    assert mean["estimate"].iloc[-1] == pytest.approx(np.average(number[known], weights=weights[known]))


def test_many_models_have_an_open_class() -> None:
    study = tiny_study.study()
    more = tuple(replace(study.models[0], id=f"X{i}") for i in range(3))
    survey = few(m_consent=[1, 3], m_phone=[3, 3], m_desk_a=[3, 3], m_desk_b=[3, 3])
    wide = Survey(
        survey.frame, SurveyDesign(weight="equal"), study=replace(study, models=study.models + more)
    )
    counted = count_models(wide)
    assert counted.values(NUMBER_OF_MODELS).tolist() == [4, 0]
    question = counted.question(NUMBER_CLASS)
    assert question is not None
    assert [code.id for code in question.codes] == ["0", "1", "2", "3+"]
    assert number_of_models(wide).frame["estimate"].tolist() == [0.5, 0.0, 0.0, 0.5]


def test_unknown_models_and_studies_without_models(survey: Survey) -> None:
    with pytest.raises(OptionError, match="No model 'Z' was asked in wave 2021; models asked: A, B, C"):
        model_prevalence(survey, models=["Z"])
    with pytest.raises(OptionError, match="reading must be one of"):
        model_prevalence(survey, reading="middle")  # type: ignore[arg-type]
    bare = Survey(survey.frame, DESIGN, codebook=tiny_study.codebook())
    with pytest.raises(OptionError, match="declares no models"):
        model_prevalence(bare)
    early = Survey(tiny_study.responses(2019), DESIGN, study=tiny_study.study(), wave=2019)
    with pytest.raises(OptionError, match="No model was asked in wave 2019; models asked: none"):
        number_of_models(early)
