"""Districts against the rest: as R has them, by hand, and where there is nothing to compare."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from barometri.errors import OptionError
from barometri.estimates import Effect
from barometri.estimation import contrast, proportion
from barometri.estimation.influence import row_covariance, units_minus_strata
from barometri.regions import rank_intervals, regional_profile, regions
from barometri.regions.contrasts import cohens_h
from barometri.study.codes import DONT_KNOW
from barometri.survey import Survey, SurveyDesign
from barometri.weighting import rake
from tests import tiny_study
from tests.reference_cases import barometer

DESIGN = SurveyDesign(weight="_weight", stratum=("district", "group"))


@pytest.fixture(scope="module")
def survey() -> Survey:
    return Survey(tiny_study.responses(2021), DESIGN, study=tiny_study.study(), wave=2021)


def named(effects: Sequence[Effect], name: str, **about: str) -> Effect:
    return next(e for e in effects if e.name == name and about.items() <= e.about.items())


# -------------------------------------------------------------------------------------- sums over respondents


def test_covariance_from_influences_is_that_of_shares(survey: Survey) -> None:
    for made in (
        survey,
        survey.analytic(),
        rake(survey, {"group": {"decider": 900, "server": 500, "worker": 9000}}),
    ):
        shares = proportion(made, ["cooperation", "quick"])
        columns = []
        for item, share in zip(("cooperation", "quick"), shares.frame["estimate"], strict=True):
            values = made.values(item)
            known = values > 0
            weight = (made.coded.weight * known).sum()
            columns.append(np.where(known, ((values >= 4) - share) / weight, 0.0))
        np.testing.assert_allclose(
            row_covariance(made, np.column_stack(columns)), shares.covariance, rtol=1e-9
        )
        assert units_minus_strata(made, made.values("quick") > 0) == shares.frame["df"].iloc[1]


# ------------------------------------------------------------------------------------------------ as R has it


def test_districts_against_the_rest_equal_r() -> None:
    effects = regions(barometer.waves()[2021])[1]
    expected = np.array(barometer.values("district_vs_rest")["values"])
    models = set(barometer.MODELS)
    found = [e for e in effects if e.name == "district_minus_rest" and e.about["item"] in models]
    places = [(e.about["item"], e.about["district"]) for e in found]
    assert places == [(m, d) for m in barometer.MODELS for d in barometer.DISTRICTS]
    numbers = np.array([[e.estimate, e.se, e.p_value, e.adjusted_p] for e in found])
    np.testing.assert_allclose(numbers, expected[:, :4], rtol=1e-7)


def test_differences_between_districts_equal_r() -> None:
    effects = [e for e in regions(barometer.waves()[2021])[1] if e.name == "district_difference"]
    values = np.array(barometer.values("district_x_model_F")["values"])
    np.testing.assert_allclose([e.estimate for e in effects], values[0], rtol=1e-6)
    np.testing.assert_allclose([e.p_value for e in effects], values[1], rtol=1e-5)
    holm = np.sort(values[1]) * np.arange(len(values[1]), 0, -1)
    smallest = min(effects, key=lambda e: e.p_value)
    assert smallest.adjusted_p == pytest.approx(holm[0], rel=1e-5)


def test_mean_number_by_district_is_against_the_rest() -> None:
    survey = barometer.waves()[2021]
    number = [e for e in regions(survey)[1] if e.name == "district_minus_rest_number"]
    assert [e.about["district"] for e in number] == list(barometer.DISTRICTS)
    assert all(e.cells == () and e.k_low >= 10 for e in number)
    assert sum(e.estimate > 0 for e in number) in {1, 2, 3, 4}


# -------------------------------------------------------------------------------------------------- by hand


def test_a_difference_is_that_of_the_two_shares(survey: Survey) -> None:
    effects = regions(survey)[1]
    north = survey.with_column("here", survey["district"] == "north")
    shares = proportion(north, "cooperation", by="here")
    by_hand = contrast(shares, {"difference": {1.0: 1, 0.0: -1}}).frame.iloc[0]
    found = named(effects, "district_minus_rest", item="cooperation", district="north")
    assert found.estimate == pytest.approx(by_hand["estimate"])
    assert found.se == pytest.approx(by_hand["se"])
    here, rest = found.cells
    assert here.who == {"district": ("north",)}
    assert rest.who == {"district": ("middle", "south")}
    assert here.n + rest.n == found.n
    assert found.detail["cohens_h"] == pytest.approx(cohens_h(found.detail["here"], found.detail["rest"]))


def test_cannot_say_is_not_in_use_or_out_of_the_base(survey: Survey) -> None:
    lower, informed = regions(survey)[1], regions(survey, reading="informed")[1]
    one = named(lower, "district_minus_rest", item="A", district="north")
    other = named(informed, "district_minus_rest", item="A", district="north")
    assert one.n > other.n
    assert one.detail["here"] < other.detail["here"]
    assert {cell.base for cell in one.cells} == {"asked"}
    assert {cell.base for cell in other.cells} == {"answered"}


def test_ranks_by_hand() -> None:
    ranks = rank_intervals([0.2, 0.9, 0.5, np.nan], np.diag([1e-4, 1e-4, 1e-4, np.nan]), df=100)
    np.testing.assert_array_equal(ranks.rank, [3, 1, 2, np.nan])
    np.testing.assert_array_equal(ranks.low, ranks.rank)
    np.testing.assert_array_equal(ranks.high, ranks.rank)
    unsure = rank_intervals([0.2, 0.9, 0.5], np.diag([0.04, 0.04, 0.04]), df=100)
    assert unsure.low.tolist() == [2, 1, 1]
    assert unsure.high.tolist() == [3, 2, 3]
    ties = rank_intervals([0.5, 0.5], np.diag([0.01, 0.01]), df=50)
    assert ties.rank.tolist() == [1, 1]
    assert ties.high.tolist() == [2, 2]


def test_the_rank_interval_holds_jointly() -> None:
    generator = np.random.default_rng(5)
    truth, se = np.array([0.30, 0.35, 0.42, 0.45, 0.60]), 0.04
    inside = []
    for _ in range(300):
        found = rank_intervals(truth + se * generator.normal(size=5), np.eye(5) * se**2, df=1e6)
        ranks = np.array([5, 4, 3, 2, 1])
        inside.append(bool(((found.low <= ranks) & (ranks <= found.high)).all()))
    assert np.mean(inside) >= 0.94


def test_a_profile_flags_what_is_shown_after_adjustment(survey: Survey) -> None:
    values = survey.values("m_consent").copy()
    values[survey.values("district") == 1] = 1
    planted = survey.with_column("m_consent", values, survey.question("m_consent"))
    effects = regions(planted)[1]
    profile = regional_profile(effects, "north").set_index("item")
    assert profile.loc["A", "flag"] == "above"
    assert profile.loc["A", "here"] == pytest.approx(1.0)
    assert regional_profile(effects, "south").set_index("item").loc["A", "flag"] == "below"
    assert profile.index.tolist() == ["A", "B", "C", "cooperation"]


def test_the_correlation_of_districts_has_no_test(survey: Survey) -> None:
    effects = regions(survey)[1]
    found = named(effects, "district_correlation")
    number = [e.detail["here"] for e in effects if e.name == "district_minus_rest_number"]
    good = [
        e.detail["here"]
        for e in effects
        if e.name == "district_minus_rest" and e.about["item"] == "cooperation"
    ]
    assert found.estimate == pytest.approx(np.corrcoef(number, good)[0, 1])
    assert math.isnan(found.p_value)
    assert found.about["districts"] == "3"


# ------------------------------------------------------------------------------------ nothing to compare


def test_a_single_district_is_compared_with_nobody(survey: Survey) -> None:
    effects = regions(survey.domain(survey["district"] == "north"))[1]
    assert all(math.isnan(e.p_value) for e in effects)
    assert named(effects, "district_difference", item="A").method == "not_estimable:single_district"
    assert named(effects, "district_minus_rest", item="A").method == "not_estimable:single_district"
    assert named(effects, "district_joint_difference").method == "not_estimable:single_district"
    assert math.isnan(named(effects, "district_correlation").estimate)


def test_a_district_of_few_people_is_left_out(survey: Survey) -> None:
    north = np.flatnonzero(survey.values("district") == 1)
    kept = np.ones(survey.n, dtype=bool)
    kept[north[9:]] = False
    effects = regions(survey.domain(kept))[1]
    found = named(effects, "district_minus_rest", item="A", district="north")
    assert found.method == "not_estimable:few_people"
    assert math.isnan(found.estimate)
    assert math.isnan(named(effects, "district_rank", item="cooperation", district="north").estimate)
    assert math.isfinite(named(effects, "district_minus_rest", item="A", district="south").p_value)
    assert named(effects, "district_difference", item="A").method.startswith("refused:")
    assert math.isfinite(named(effects, "district_joint_difference").p_value)


def test_a_model_that_nobody_has_differs_nowhere(survey: Survey) -> None:
    values = np.full(survey.n, 3, dtype=np.int32)
    effects = regions(survey.with_column("m_phone", values, survey.question("m_phone")))[1]
    assert named(effects, "district_difference", item="B").method == "not_estimable:one_answer"
    assert named(effects, "district_minus_rest", item="B").method == "not_estimable:zero_variance"
    assert math.isfinite(named(effects, "district_difference", item="A").p_value)


def test_nobody_who_can_say_gives_nothing(survey: Survey) -> None:
    values = np.full(survey.n, DONT_KNOW, dtype=np.int32)
    made = survey.with_column("m_phone", values, survey.question("m_phone"))
    effects = regions(made, reading="informed")[1]
    assert math.isnan(named(effects, "district_minus_rest", item="B").estimate)
    assert math.isnan(named(effects, "district_difference", item="B").p_value)


def test_what_is_not_there_is_an_error(survey: Survey) -> None:
    with pytest.raises(OptionError, match="variable of districts"):
        regions(survey, district="region")
    with pytest.raises(OptionError, match="reading"):
        regions(survey, reading="upper")
    with pytest.raises(OptionError, match="No model 'Z'"):
        regions(survey, models=["Z"])
