"""The survey: design, conditions, domains, copies, and that nothing of it shows a row."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from barometri.errors import DesignError, OptionError, ValidationError
from barometri.estimation import mean, proportion
from barometri.study.codebook import Code, Codebook, Question
from barometri.study.codes import BLANK, DONT_KNOW, NOT_ASKED, MissingReason
from barometri.study.study import Roles, Study
from barometri.survey import Condition, Survey
from barometri.survey.design import SurveyDesign

EQUAL = SurveyDesign(weight="equal")


def question(
    name: str, ids: tuple[str, ...], *, good: tuple[int, ...] = (), cannot: int | None = 8
) -> Question:
    codes = [Code(value, one, {"en": one}, {"en": one}) for value, one in enumerate(ids, start=1)]
    if cannot is not None:
        codes.append(Code(cannot, "cannot_say", {"en": "?"}, {"en": "?"}, MissingReason.DONT_KNOW))
    return Question(name, "ordinal", {"en": name}, {"en": name}, tuple(codes), good)


CODEBOOK = Codebook(
    {
        "area": question("area", ("south", "north", "nowhere")),
        "works": question("works", ("no", "yes"), good=(2,)),
    }
)
ANSWERS = pd.DataFrame(
    {
        "area": np.array([1, 2, 2, NOT_ASKED, 1], dtype=np.int32),
        "works": np.array([1, 2, DONT_KNOW, 2, BLANK], dtype=np.int32),
        "score": [1.5, np.nan, 3.0, 4.0, 7.25],
        "name": ["ann", "bo", None, "dee", "eve"],
        "w": [1.0, 2.0, 1.0, 3.0, 1.0],
    }
)


@pytest.fixture
def survey() -> Survey:
    return Survey(ANSWERS, SurveyDesign(weight="w"), codebook=CODEBOOK)


def members(survey: Survey) -> list[bool]:
    assert survey.mask is not None
    return [bool(one) for one in survey.mask]


class TestConditions:
    def test_codes_go_by_id_or_value(self, survey: Survey) -> None:
        by_id, by_value = (survey.domain(survey["area"] == name) for name in ("south", 1))
        assert members(by_id) == members(by_value) == [True, False, False, False, True]
        assert by_id.domain_text == by_value.domain_text == "area == 'south'"

    def test_missing_answers_are_in_neither_a_condition_nor_its_opposite(self, survey: Survey) -> None:
        works = survey["works"] == "yes"
        assert members(survey.domain(works)) == [False, True, False, True, False]
        assert members(survey.domain(~works)) == [True, False, False, False, False]
        assert members(survey.domain(survey["works"] != "yes")) == members(survey.domain(~works))
        assert members(survey.domain(~(survey["score"] > 2))) == [True, False, False, False, False]

    def test_three_values_join(self, survey: Survey) -> None:
        unknown_or_true = (survey["works"] == "yes") | (survey["area"] == "north")
        assert members(survey.domain(unknown_or_true)) == [False, True, True, True, False]
        assert members(survey.domain(~unknown_or_true)) == [True, False, False, False, False]
        false_and_unknown = (survey["works"] == "no") & (survey["area"] == "north")
        assert members(survey.domain(~false_and_unknown)) == [True, True, False, True, True]

    def test_missing_by_reason(self, survey: Survey) -> None:
        assert members(survey.domain(survey["works"].is_missing())) == [False, False, True, False, True]
        assert members(survey.domain(survey["works"].is_missing("dont_know"))) == [
            False,
            False,
            True,
            False,
            False,
        ]
        assert members(survey.domain(~survey["name"].is_missing())) == [True, True, False, True, True]

    def test_order_comparisons_and_sets(self, survey: Survey) -> None:
        assert members(survey.domain(survey["score"] <= 3)) == [True, False, True, False, False]
        assert members(survey.domain(survey["area"].isin(["north", "south"]))) == [
            True,
            True,
            True,
            False,
            True,
        ]
        assert members(survey.domain(survey["works"] >= "yes")) == [False, True, False, True, False]

    def test_text_does_not_depend_on_how_it_was_written(self, survey: Survey) -> None:
        one, two, three = survey["area"] == 1, survey["works"] == "yes", survey["score"] < 2
        assert (
            str(one & two & three)
            == str(three & (two & one))
            == "(area == 'south') & (score < 2) & (works == 'yes')"
        )
        assert str(survey["area"].isin([2, "south"])) == str(survey["area"].isin(["south", "north"]))
        assert str(survey["area"].isin(["south"])) == "area == 'south'"
        assert str(~~one) == str(one)
        assert str(one & one) == str(one)

    def test_unknown_codes_and_missing_codes_are_refused(self, survey: Survey) -> None:
        with pytest.raises(OptionError, match="area has no code 'west'; its codes are south, north"):
            _ = survey["area"] == "west"
        with pytest.raises(OptionError, match=r"is_missing\('dont_know'\)"):
            _ = survey["works"] == "cannot_say"
        with pytest.raises(OptionError, match=r"no variable 'aera'.*area"):
            _ = survey["aera"]
        with pytest.raises(OptionError, match="no single truth value"):
            bool(survey["area"] == "south")

    def test_text_cannot_be_compared_with_numbers(self, survey: Survey) -> None:
        with pytest.raises(OptionError, match="name cannot be compared") as caught:
            survey.domain(survey["name"] < 3)
        assert "dee" not in str(caught.value)


class TestDomains:
    def test_domains_add_up_and_are_named(self, survey: Survey) -> None:
        south = survey.domain(survey["area"] == "south")
        both = south.domain(survey["works"] == "no")
        assert (survey.n, south.n, both.n) == (5, 2, 1)
        assert both.domain_text == "(area == 'south') & (works == 'no')"
        assert survey.domain_text == ""

    def test_masks_have_no_name(self, survey: Survey) -> None:
        mask = np.array([True, False, True, True, False])
        assert survey.domain(mask).domain_text == "<mask>"
        assert survey.domain(mask).domain(survey["area"] == "south").domain_text == "<mask>"
        assert survey.domain(survey["area"] == "south").domain(mask).n == 1

    @pytest.mark.parametrize("mask", [np.array([1, 0, 1, 1, 0]), np.array([True, False])])
    def test_other_masks_are_refused(self, survey: Survey, mask: np.ndarray) -> None:
        with pytest.raises(OptionError, match="boolean mask"):
            survey.domain(mask)


class TestCopies:
    def test_a_survey_does_not_change(self, survey: Survey) -> None:
        with pytest.raises(AttributeError, match="does not change"):
            survey.design = EQUAL
        own = survey.frame
        own["w"] = 0.0
        assert survey.values("w").tolist() == [1.0, 2.0, 1.0, 3.0, 1.0]
        wide = survey.with_column("twice", survey.values("score") * 2)
        assert "twice" in wide.variables
        assert "twice" not in survey.variables

    def test_a_column_can_bring_its_question(self, survey: Survey) -> None:
        size = question("size", ("small", "large"))
        wide = survey.with_column("size", np.array([1, 2, 2, 1, DONT_KNOW], dtype=np.int32), size)
        assert wide.domain(wide["size"] == "large").n == 2
        assert proportion(wide, "size", categories="each").frame["category"].tolist() == ["small", "large"]

    def test_a_column_is_aligned_by_position_whatever_the_index(self) -> None:
        shuffled = ANSWERS.iloc[[3, 1, 0, 4, 2]]
        wide = Survey(shuffled, EQUAL).with_column("place", np.arange(5.0))
        assert wide.values("place").tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]

    def test_a_condition_becomes_an_indicator(self, survey: Survey) -> None:
        wide = survey.with_column("south", survey["area"] == "south")
        np.testing.assert_array_equal(wide.values("south"), [1.0, 0.0, 0.0, np.nan, 1.0])

    def test_a_replaced_column_is_coded_anew(self, survey: Survey) -> None:
        before = mean(survey, "score").frame["estimate"][0]
        heavier = survey.with_column("w", np.array([1.0, 1.0, 1.0, 1.0, 50.0]))
        other = survey.with_column("score", np.ones(5))
        assert mean(heavier, "score").frame["estimate"][0] > before
        assert mean(other, "score").frame["estimate"][0] == 1.0
        assert mean(survey, "score").frame["estimate"][0] == before

    def test_a_replaced_column_makes_new_cells(self, survey: Survey) -> None:
        before = mean(survey, "score", by="area").frame["n"].tolist()
        swapped = np.array([2, 1, 1, 1, 2], dtype=np.int32)
        assert before == [2, 1]
        assert mean(survey.with_column("area", swapped), "score", by="area").frame["n"].tolist() == [2, 2]

    def test_another_length_is_refused(self, survey: Survey) -> None:
        with pytest.raises(OptionError, match="one value for each of 5"):
            survey.with_column("short", [1.0])


class TestPrivacy:
    def test_repr_shows_no_answer(self, survey: Survey) -> None:
        shown = repr(survey) + str(survey) + repr(survey["score"]) + repr(survey.coded)
        assert "n=5" in shown
        assert "area, works, score" in shown
        assert not any(text in shown for text in ("7.25", "ann", "eve", "-9002"))

    def test_repr_names_wave_and_domain(self) -> None:
        survey = Survey(ANSWERS, EQUAL, codebook=CODEBOOK, wave=2021)
        assert "wave 2021, domain: area == 'south'" in repr(survey.domain(survey["area"] == "south"))


class TestDesigns:
    @pytest.mark.parametrize("weight", [0.0, -1.0, np.inf, np.nan])
    def test_unusable_weights_are_refused(self, weight: float) -> None:
        answers = pd.DataFrame({"x": [1.0, 2.0, 3.0], "w": [1.0, weight, 1.0]})
        with pytest.raises(DesignError, match="'w': 1 rows hold a zero, negative, infinite or missing"):
            Survey(answers, SurveyDesign(weight="w"))

    def test_a_survey_needs_weights_or_counts(self) -> None:
        with pytest.raises(DesignError, match='weight="equal"'):
            SurveyDesign(stratum="h")

    def test_missing_design_columns_are_named(self) -> None:
        with pytest.raises(DesignError, match="do not have: h, size"):
            Survey(ANSWERS, SurveyDesign(weight="w", stratum="h", fpc="size"))

    def test_nobody_is_no_survey(self) -> None:
        with pytest.raises(ValidationError, match="no row"):
            Survey(ANSWERS.iloc[:0], EQUAL)

    def test_an_empty_stratum_label_is_refused(self) -> None:
        with pytest.raises(DesignError, match="'name': 1 rows hold no value"):
            Survey(ANSWERS, SurveyDesign(weight="w", stratum="name"))

    def test_population_counts_below_the_sample_are_refused(self) -> None:
        answers = pd.DataFrame({"h": ["a", "a", "b", "b"], "size": [1.5, 1.5, 9, 9]})
        with pytest.raises(DesignError, match="1 strata hold more sampled units"):
            Survey(answers, SurveyDesign(stratum="h", fpc="size"))

    def test_population_counts_are_constant_in_a_stratum(self) -> None:
        with pytest.raises(DesignError, match="varies within a stratum"):
            Survey(pd.DataFrame({"size": [9, 10]}), SurveyDesign(fpc="size"))

    def test_weights_follow_from_counts(self) -> None:
        answers = pd.DataFrame({"h": ["a", "a", "b"], "size": [10, 10, 0.25]})
        weights = Survey(answers, SurveyDesign(stratum="h", fpc="size", single_psu="certainty")).coded.weight
        assert weights.tolist() == [5.0, 5.0, 4.0]

    def test_several_strata_are_crossed(self) -> None:
        answers = pd.DataFrame({"a": [1, 1, 2, 2] * 2, "b": ["x", "y"] * 4})
        survey = Survey(answers, SurveyDesign(weight="equal", stratum=("a", "b")))
        assert survey.coded.words == "4 strata, elements, equal weights, no FPC"
        assert survey.degrees_of_freedom == 4

    def test_units_count_within_their_stratum(self) -> None:
        answers = pd.DataFrame({"h": ["a"] * 4 + ["b"] * 4, "unit": [1, 1, 2, 2] * 2})
        survey = Survey(answers, SurveyDesign(weight="equal", stratum="h", psu="unit"))
        assert survey.coded.words == "2 strata, 4 PSUs, equal weights, no FPC"
        assert survey.degrees_of_freedom == 2

    def test_a_single_unit_is_refused_when_a_variance_is_asked(self) -> None:
        answers = pd.DataFrame({"h": ["a", "a", "b"], "x": [1.0, 2.0, 3.0]})
        survey = Survey(answers, SurveyDesign(weight="equal", stratum="h"))
        with pytest.raises(DesignError, match=r'single sampling unit: h=b.*single_psu="adjust"'):
            mean(survey, "x")


@pytest.fixture(params=["polars", "polars lazy", "duckdb"])
def other_backend(request: pytest.FixtureRequest) -> Iterator[Survey]:
    connection = duckdb.connect()
    connection.register("answers", ANSWERS)
    columns = {name: [None if value != value else value for value in ANSWERS[name]] for name in ANSWERS}  # noqa: PLR0124
    answers = pl.DataFrame(columns)
    frame: Any = {
        "polars": answers,
        "polars lazy": answers.lazy(),
        "duckdb": connection.sql("select * from answers"),
    }[request.param]
    yield Survey(frame, SurveyDesign(weight="w"), codebook=CODEBOOK)
    connection.close()


def test_conditions_mean_the_same_on_every_backend(other_backend: Survey, survey: Survey) -> None:
    def conditions(one: Survey) -> list[Condition]:
        return [
            one["area"] == "south",
            one["works"] != "yes",
            ~(one["score"] > 2),
            (one["works"] == "yes") | (one["area"] == "north"),
            ~((one["works"] == "no") & (one["area"] == "north")),
            one["name"].is_missing(),
            one["works"].is_missing("dont_know"),
            one["name"].isin(["ann", "bo"]),
        ]

    ours = [survey.domain(condition).n for condition in conditions(survey)]
    assert [other_backend.domain(condition).n for condition in conditions(other_backend)] == ours


def test_lazy_surveys_take_no_mask_and_no_column() -> None:
    lazy = Survey(pl.LazyFrame({"x": [1.0, 2.0]}), EQUAL)
    with pytest.raises(OptionError):
        lazy.domain(np.array([True, False]))
    with pytest.raises(OptionError, match="in memory"):
        lazy.with_column("y", [1.0, 2.0])


def study(**roles: str) -> Study:
    """Return a study that only says which variables play a part."""
    levels = question("level", ("national", "organiser", "several"), cannot=None)
    codebook = Codebook({**CODEBOOK.questions, "level": levels})
    return Study("tiny", Path(), {}, ("en",), date(2021, 1, 1), codebook, {}, (), "", roles=Roles(**roles))


class TestAnalytic:
    PLACES = pd.DataFrame(
        {
            "unit": np.array([7, 7, NOT_ASKED, NOT_ASKED, NOT_ASKED, NOT_ASKED, NOT_ASKED, NOT_ASKED]),
            "where": ["", "m1", "m1", "m1", "m2", "m1;m2", "m2", ""],
            "level": np.array([BLANK, 2, 2, 2, 2, 3, 1, BLANK]),
            "district": np.array([1, 2, 1, 1, 2, 2, 2, 2]),
            "group": np.array([1, 1, 2, 2, 2, 2, 2, 2]),
            "w": np.arange(1.0, 9.0),
        }
    )

    def test_people_of_one_place_are_one_unit(self) -> None:
        roles = {
            "unit": "unit",
            "area": "where",
            "area_level": "level",
            "district": "district",
            "group": "group",
        }
        survey = Survey(self.PLACES, SurveyDesign(weight="w", stratum="district"), study=study(**roles))
        companion = survey.analytic()
        unit = companion.coded.group
        same = [(0, 1), (2, 3), (5, 6), (6, 7)]  # one unit; one organiser; neither: district by group
        assert all(unit[one] == unit[two] for one, two in same)
        assert companion.coded.words == "no strata, 4 PSUs, weights w, no FPC"
        np.testing.assert_array_equal(companion.coded.weight, survey.coded.weight)

    def test_a_file_without_levels_takes_single_areas(self) -> None:
        survey = Survey(
            self.PLACES.drop(columns=["unit", "level"]),
            SurveyDesign(weight="w"),
            study=study(unit="unit", area="where", area_level="level", group="group"),
        )
        assert survey.analytic().coded.words == "no strata, 4 PSUs, weights w, no FPC"

    def test_a_file_without_places_has_elements(self) -> None:
        survey = Survey(
            self.PLACES[["w", "group"]], SurveyDesign(weight="w"), study=study(area="where", group="group")
        )
        assert survey.analytic().coded.words == "no strata, elements, weights w, no FPC"

    def test_without_places_units_stay_and_strata_go(self) -> None:
        answers = pd.DataFrame({"h": ["a"] * 4 + ["b"] * 4, "unit": [1, 1, 2, 2] * 2, "size": [40] * 8})
        survey = Survey(answers, SurveyDesign(stratum="h", psu="unit", fpc="size"))
        companion = survey.analytic()
        assert companion.coded.words == "no strata, 4 PSUs, weights _weight, no FPC"
        np.testing.assert_array_equal(companion.coded.weight, survey.coded.weight)

    def test_people_drawn_directly_stay_elements(self, survey: Survey) -> None:
        south = survey.domain(survey["area"] == "south")
        assert south.analytic().coded.words == "no strata, elements, weights w, no FPC"
        assert south.analytic().domain_text == south.domain_text
