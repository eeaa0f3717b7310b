"""Gaps of groups over waves: by hand, as R has them, and where there is none to be had."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from barometri.change import gaps, wave_shares
from barometri.change.combining import Combination, Rows, combine, directed, in_each, jointly, reversal
from barometri.change.gaps import gap_effects
from barometri.errors import OptionError
from barometri.estimates import Effect
from barometri.study.study import Study
from barometri.study.waves import Equivalence, FrameCount
from barometri.survey import Survey, SurveyDesign
from tests import tiny_study
from tests.reference_cases import barometer

DESIGN = SurveyDesign(weight="_weight", stratum=("district", "group"))
WORKER, DECIDER = {"group": ("worker",)}, {"group": ("decider",)}


def surveys_of(study: Study) -> dict[int, Survey]:
    return {y: Survey(tiny_study.responses(y), DESIGN, study=study, wave=y) for y in (2019, 2021)}


@pytest.fixture(scope="module")
def surveys() -> dict[int, Survey]:
    return surveys_of(tiny_study.study())


def named(effects: tuple[Effect, ...], name: str, **about: str) -> Effect:
    return next(e for e in effects if e.name == name and about.items() <= e.about.items())


# ------------------------------------------------------------------------------------------- sums of shares


def rows(df: tuple[float, float] = (49.0, 39.0)) -> Rows:
    covariance = np.diag([0.0009, 0.0016])
    return Rows(np.array([0.6, 0.4]), covariance, np.array([50.0, 40.0]), np.array(df), np.array([0, 0]))


def test_a_difference_by_hand() -> None:
    found = combine(rows(), np.array([1.0, -1.0]))
    assert found.estimate == pytest.approx(0.2)
    assert found.se == pytest.approx(0.05)
    assert found.df == pytest.approx(0.0025**2 / (0.0009**2 / 49 + 0.0016**2 / 39))
    assert found.n == 90


def test_rows_that_go_together_have_the_smallest_df() -> None:
    linked = replace(rows(), covariance=np.array([[0.0009, 0.0004], [0.0004, 0.0016]]))
    found = combine(linked, np.array([1.0, -1.0]))
    assert found.se == pytest.approx(math.sqrt(0.0009 + 0.0016 - 2 * 0.0004))
    assert found.df == 39


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (replace(rows(), value=np.array([np.nan, 0.4])), "no_cases"),
        (rows((2.0, 2.0)), "few_degrees_of_freedom"),
        (replace(rows(), covariance=np.zeros((2, 2))), "zero_variance"),
    ],
)
def test_what_cannot_be_estimated_says_why(made: Rows, reason: str) -> None:
    weights = np.array([1.0, 0.0]) if reason == "few_degrees_of_freedom" else np.array([1.0, -1.0])
    found = combine(made, weights)
    assert found.reason == reason
    assert math.isnan(found.p_value)


def test_a_joint_test_by_hand() -> None:
    found = jointly(rows(), np.eye(2), null="both are 0")
    assert found.statistic == pytest.approx((0.36 / 0.0009 + 0.16 / 0.0016) / 2)
    assert found.denominator_df == 39


def test_directed_p_values() -> None:
    up, down = Combination(estimate=0.1, p_value=0.03), Combination(estimate=-0.2, p_value=0.01)
    assert directed(up, 1) == 0.03
    assert directed(up, -1) == 1
    assert in_each([up, up], 1) == 0.03
    assert in_each([up, down], 1) == 1
    assert math.isnan(in_each([], 1))
    assert reversal(down, up) == 0.03
    assert reversal(up, up) == 1
    assert reversal(down, up, direction=-1) == 1
    assert math.isnan(reversal(Combination(estimate=0.1), up))


# ------------------------------------------------------------------------------------------ as R has them


def test_gaps_and_their_change_equal_r() -> None:
    shares, effects = gaps(
        barometer.waves(), "good", left={"group": [barometer.LEFT]}, right={"group": [barometer.RIGHT]}
    )
    assert len(shares) == 10
    expected = np.array(barometer.values("gap_by_wave")["values"])
    found = [named(effects, "gap", wave=str(int(year))) for year in expected[:, 0]]
    np.testing.assert_allclose([e.estimate for e in found], expected[:, 1], rtol=1e-8)
    np.testing.assert_allclose([e.se for e in found], expected[:, 2], rtol=1e-8)
    change, r = named(effects, "gap_change_from_before"), barometer.values("did_linear")
    assert change.estimate == pytest.approx(r["coef"]["y85:gB"], rel=1e-8)
    assert change.se == pytest.approx(r["se"]["y85:gB"], rel=1e-8)
    joint = named(effects, "gap_interaction")
    assert joint.estimate == pytest.approx(barometer.values("gap_wave_joint")["F"], rel=1e-6)
    assert joint.detail["numerator_df"] == 4
    assert joint.p_value < 1e-15
    mean = expected[:4, 1].mean()
    earlier = named(effects, "gap_change_from_earlier")
    assert earlier.estimate == pytest.approx(expected[4, 1] - mean, rel=1e-8)
    assert earlier.se == pytest.approx(math.sqrt(expected[4, 2] ** 2 + (expected[:4, 2] ** 2).sum() / 16))


def test_the_gap_has_not_turned_since_the_wave_before_where_it_was_about_nothing() -> None:
    effects = gaps(
        barometer.waves(), "good", left={"group": [barometer.LEFT]}, right={"group": [barometer.RIGHT]}
    )[1]
    turned = named(effects, "gap_reversal")
    before = named(effects, "gap", wave="2020")
    assert turned.p_value == pytest.approx(before.p_value)
    assert turned.p_value > 0.5
    early = {year: survey for year, survey in barometer.waves().items() if year in {2017, 2021}}
    sure = named(
        gaps(early, "good", left={"group": ["sostyo"]}, right={"group": ["ratkaisu"]})[1], "gap_reversal"
    )
    assert sure.p_value < 0.01


# ---------------------------------------------------------------------------------- groups and composition


def test_the_gap_is_between_the_shares_shown(surveys: Mapping[int, Survey]) -> None:
    shares, effects = gaps(surveys, "cooperation", left=WORKER, right=DECIDER)
    value = shares.frame.set_index(["wave", "group"])["estimate"]
    for year in (2019, 2021):
        gap = named(effects, "gap", wave=str(year))
        assert gap.estimate == pytest.approx(value[year, "worker"] - value[year, "decider"])
        assert {cell.who["group"] for cell in gap.cells} == {("worker",), ("decider",)}
        assert sum(cell.n for cell in gap.cells) == gap.n
    assert named(effects, "gap", wave="2019").about["mark"] == "similar"
    assert "mark" not in named(effects, "gap", wave="2021").about


def test_a_change_carries_the_mark_of_its_own_waves_alone() -> None:
    shares = wave_shares(barometer.waves(), "good", by=["group"])
    first = min(year for year, _ in shares.places)
    years = shares.estimates.frame["wave"].astype(int)
    marks = tuple("similar" if year == first else "" for year in years)
    shares = replace(shares, estimates=replace(shares.estimates, marks=marks))
    effects = gap_effects(shares, "good", {("sostyo",)}, {("ratkaisu",)})
    marked = [effect.about.get("wave", "") for effect in effects if "mark" in effect.about]
    assert [effect.name for effect in effects if "mark" in effect.about] == [
        "gap",
        "gap_change_from_earlier",
        "gap_interaction",
    ]
    assert marked[0] == str(first)


def frame_counts(study: Study, counts: Mapping[str, int]) -> Study:
    latest = study.waves[2021]
    frame = tuple(FrameCount({"district": "north", "group": name}, n) for name, n in counts.items())
    return replace(study, waves={**study.waves, 2021: replace(latest, frame=frame)})


def test_a_side_is_held_to_the_latest_frame_in_every_wave() -> None:
    study = frame_counts(tiny_study.study(), {"decider": 300, "server": 100, "worker": 500})
    surveys = surveys_of(study)
    effects = gaps(surveys, "cooperation", left={"side": ("social",)}, right={"side": ("kela",)})[1]
    for year in (2019, 2021):
        value = {
            key[0]: float(share)
            for key, share in (
                ((row["group"],), row["estimate"])
                for row in wave_shares(surveys, "cooperation", by="group").estimates.frame.to_dict("records")
                if row["wave"] == year
            )
        }
        kela = 0.75 * value["decider"] + 0.25 * value["server"]
        assert named(effects, "gap", wave=str(year)).estimate == pytest.approx(value["worker"] - kela)


def test_a_code_stands_for_those_of_its_side_that_the_wave_does_not_tell_apart() -> None:
    surveys = surveys_of(tiny_study.study())
    first = tiny_study.responses(2019)
    first["group"] = first["group"].replace(2, 9)  # servers were employees too
    surveys[2019] = Survey(first, DESIGN, study=tiny_study.study(), wave=2019)
    shares = wave_shares(surveys, "cooperation", by="group")
    kela = {("decider",), ("server",)}
    line = shares.line("cooperation", members=kela)
    assert line.waves == (2019, 2021)
    row = shares.places[2019, "cooperation"]["decider",]
    at = line.at(2019)
    assert at is not None
    assert at[row] == pytest.approx(1.0)
    assert shares.line("cooperation", members={("server",)}).waves == (2021,)


def test_a_group_missing_in_a_wave_has_no_gap_there() -> None:
    surveys = surveys_of(tiny_study.study())
    mine = surveys[2019].domain(surveys[2019]["group"] != "server")
    effects = gaps({**surveys, 2019: mine}, "cooperation", left=WORKER, right={"group": ["server"]})[1]
    gap = named(effects, "gap", wave="2019")
    assert math.isnan(gap.estimate)
    assert gap.method == "not_estimable:group_missing"
    assert named(effects, "gap_reversal").method == "not_estimable:few_waves"


def test_one_wave_has_a_gap_and_no_change(surveys: Mapping[int, Survey]) -> None:
    effects = gaps({2021: surveys[2021]}, "cooperation", left=WORKER, right=DECIDER)[1]
    assert math.isfinite(named(effects, "gap").estimate)
    for name in ("gap_change_from_before", "gap_change_from_earlier", "gap_interaction", "gap_reversal"):
        assert named(effects, name).method == "not_estimable:few_waves"


def test_answers_that_are_all_equal_give_no_test() -> None:
    surveys = surveys_of(tiny_study.study())
    same = {
        year: survey.with_column(
            "cooperation", np.full(survey.n, 5, dtype=np.int32), survey.question("cooperation")
        )
        for year, survey in surveys.items()
    }
    effects = gaps(same, "cooperation", left=WORKER, right=DECIDER)[1]
    assert all(math.isnan(effect.p_value) for effect in effects)
    assert named(effects, "gap", wave="2021").method == "not_estimable:zero_variance"


def test_a_wave_that_asked_differently_is_left_out() -> None:
    study = tiny_study.study()
    first = replace(study.waves[2019], equivalence=(Equivalence("cooperation", "different"),))
    surveys = surveys_of(replace(study, waves={**study.waves, 2019: first}))
    effects = gaps(surveys, "cooperation", left=WORKER, right={"group": ["server"]})[1]
    assert named(effects, "gap", wave="2019").method == "not_estimable:asked_differently"
    assert named(effects, "gap_change_from_before").method == "not_estimable:few_waves"


def test_sides_that_are_the_same_or_unknown_are_errors(surveys: Mapping[int, Survey]) -> None:
    with pytest.raises(OptionError, match="two groups that differ"):
        gaps(surveys, "cooperation", left=WORKER, right=WORKER)
    with pytest.raises(OptionError, match="two groups that differ"):
        gaps(surveys, "cooperation", left=WORKER, right={"group": ["nobody"]})


def test_linked_respondents_make_a_change_surer() -> None:
    generator = np.random.default_rng(3)
    size = 400
    group = np.repeat(["a", "b"], size // 2)
    first = generator.random(size) < 0.4
    same = np.where(generator.random(size) < 0.8, first, generator.random(size) < 0.5)
    design = SurveyDesign(weight="equal", stratum="group")
    made = {
        year: Survey(pd.DataFrame({"id": np.arange(size).astype(str), "group": group, "x": y * 1.0}), design)
        for year, y in ((2019, first), (2021, same))
    }
    left, right = {"group": ["a"]}, {"group": ["b"]}
    alone = named(gaps(made, "x", left=left, right=right)[1], "gap_change_from_before")
    shares, effects = gaps(made, "x", left=left, right=right, key="id")
    linked = named(effects, "gap_change_from_before")
    assert linked.estimate == pytest.approx(alone.estimate)
    assert linked.se < 0.8 * alone.se
    assert "people in both by id" in shares.design
