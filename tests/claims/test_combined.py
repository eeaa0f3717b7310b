"""A claim of several parts holds where every part does."""

from dataclasses import replace

import numpy as np
import pytest

from barometri.claims.combined import all_of
from barometri.claims.judging import judge
from barometri.claims.kinds import MEASURES
from barometri.claims.records import Measure, Setting
from barometri.claims.verdicts import verdict_of
from barometri.results import Verdict
from barometri.study.claim import Claim
from barometri.study.codes import BLANK, DONT_KNOW
from barometri.survey import Survey
from tests.claims.made import DECIDER, DECIDERS, WORKER, WORKERS, claim, mix, parts, people, result_of

SIDES = {"left": WORKERS, "right": DECIDERS}


def survey_of(first: tuple[int, int], second: tuple[int, int], size: int = 100) -> Survey:
    """Favourable answers of workers and deciders to two questions."""
    return people(
        {"cooperation": mix(first[0], size - first[0]), "quick": mix(second[0], size - second[0])},
        {
            "cooperation": mix(first[1], size - first[1]),
            "quick": mix(second[1], size - second[1]),
            "group": DECIDER,
        },
    )


def both(**more: object) -> Claim:
    pieces = tuple(
        claim(id=f"C1.{i}", items=(item,), **SIDES) for i, item in ((1, "cooperation"), (2, "quick"))
    )
    return claim(kind="all_of", parts=pieces, **more)


def test_the_weakest_part_decides() -> None:
    result = result_of(both(), survey_of((80, 20), (60, 40)))
    assert result.verdict is Verdict.SUPPORTED
    first, second = parts(result, "part")
    assert (first.verdict, second.verdict) == (Verdict.SUPPORTED, Verdict.SUPPORTED)
    assert (round(result.estimate, 9), result.p_value) == (0.2, second.p_value)
    assert second.p_value > first.p_value
    assert (first.about["item"], first.cells[0].item, len(result.cells)) == ("cooperation", "cooperation", 4)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ((52, 48), Verdict.SAME_DIRECTION),
        ((48, 52), Verdict.NOT_SHOWN),
        ((20, 80), Verdict.CONTRADICTED),
    ],
)
def test_one_part_that_fails_fails_all(second: tuple[int, int], expected: Verdict) -> None:
    result = result_of(both(), survey_of((80, 20), second))
    assert result.verdict is expected
    assert result.estimate == pytest.approx((second[0] - second[1]) / 100)


def test_the_opposite_of_a_part_is_shown_after_holm() -> None:
    result = result_of(both(), survey_of((80, 20), (40, 55)))
    assert parts(result, "part")[1].p_value < 0.05 < result.p_value
    assert result.p_value == pytest.approx(2 * parts(result, "part")[1].p_value)
    assert result.verdict is Verdict.NOT_SHOWN


def test_a_range_is_judged_by_its_interval() -> None:
    share = claim(id="C1.2", kind="quantity", population=WORKERS, relation=">", low=0.5)
    entry = claim(kind="all_of", parts=(claim(id="C1.1", **SIDES), share))
    assert result_of(entry, survey_of((80, 20), (5, 5))).verdict is Verdict.SUPPORTED
    across = result_of(entry, survey_of((55, 20), (5, 5)))
    assert across.verdict is Verdict.NOT_SEPARATED
    assert (round(across.estimate, 9), across.scale) == (0.55, "share")
    assert result_of(entry, survey_of((35, 5), (5, 5))).verdict is Verdict.CONTRADICTED
    shown = replace(share, relation="shown")
    unquantified = claim(kind="all_of", parts=(shown, shown))
    assert result_of(unquantified, survey_of((80, 20), (5, 5))).verdict is Verdict.NOT_QUANTIFIED


def test_what_rests_on_tests_has_to_stand_in_the_family_too() -> None:
    survey = survey_of((80, 20), (60, 40))
    assert survey.study is not None
    measure = MEASURES["all_of"](both(), Setting(survey.study, {2021: survey}))
    assert verdict_of(both(), measure, 0.04) is Verdict.SUPPORTED
    assert verdict_of(both(), measure, 0.06) is Verdict.SAME_DIRECTION
    opposite = survey_of((80, 20), (20, 80))
    measure = MEASURES["all_of"](both(), Setting(survey.study, {2021: opposite}))
    assert verdict_of(both(), measure, 0.06) is Verdict.NOT_SHOWN


def test_a_part_that_cannot_be_judged_leaves_the_whole_unjudged() -> None:
    survey = survey_of((80, 20), (60, 40))
    pieces = (claim(id="C1.1", **SIDES), claim(id="C1.2", items=("gone",), **SIDES))
    absent = claim(kind="all_of", parts=pieces)
    result = result_of(absent, survey)
    assert (result.verdict, result.reason) == (Verdict.NOT_ESTIMABLE, "item_not_asked:gone")
    small = claim(kind="all_of", parts=(claim(id="C1.1", minimum_n=101, **SIDES),))
    assert result_of(small, survey).reason == "below_minimum_n"


@pytest.mark.parametrize(("fewest", "reason"), [(200, ""), (201, "below_minimum_n")])
def test_a_modelled_part_needs_its_fewest_answers_too(fewest: int, reason: str) -> None:
    """It has no shares behind it: the respondents in its fit count, for the part and for the whole."""
    survey = survey_of((80, 20), (60, 40))
    slope = claim(id="C1.1", kind="association", items=("quick",), minimum_n=fewest)
    assert result_of(claim(kind="all_of", parts=(slope,)), survey).reason == reason
    whole = claim(kind="all_of", parts=(replace(slope, minimum_n=0),), minimum_n=fewest)
    assert result_of(whole, survey).reason == reason


@pytest.mark.parametrize(("fewest", "reason"), [(67, ""), (68, "below_minimum_n")])
def test_a_whole_of_shares_and_a_fit_needs_its_fewest_answers_in_both(fewest: int, reason: str) -> None:
    survey = survey_of((80, 20), (60, 40))
    quick = np.where(np.arange(200) % 3 == 0, survey.values("quick"), BLANK).astype(np.int32)
    survey = survey.with_column("quick", quick, survey.question("quick"))
    slope = claim(id="C1.2", kind="association", items=("quick",))
    mixed = claim(kind="all_of", parts=(claim(id="C1.1", **SIDES), slope), minimum_n=fewest)
    assert result_of(mixed, survey).reason == reason


def test_both_readings_count_for_a_part_on_the_number_of_models() -> None:
    columns = {
        "m_consent": [1] * 60 + [DONT_KNOW] * 40 + [1] * 20 + [3] * 20,
        "m_phone": [1] * 60 + [DONT_KNOW] * 40 + [1] * 20 + [3] * 20,
        "m_desk_a": [3] * 60 + [DONT_KNOW] * 40 + [3] * 40,
        "m_desk_b": [3] * 60 + [DONT_KNOW] * 40 + [3] * 40,
        "group": [WORKER] * 100 + [DECIDER] * 40,
    }
    piece = claim(id="C1.1", items=("number_of_models",), answer="2+", **SIDES)
    entry = claim(kind="all_of", items=("number_of_models",), parts=(piece,))
    survey = people(columns)
    result = result_of(entry, survey)
    assert result.verdict is Verdict.DEPENDS_ON_CANNOT_SAY
    assert survey.study is not None
    study = replace(survey.study, claims=(entry,))
    assert judge(study, {2021: survey}, 2021)[0].verdict is result.verdict


def test_parts_are_measured_once_and_without_what_is_only_shown() -> None:
    seen: list[bool] = []

    def measure(part: Claim, setting: Setting) -> Measure:
        seen.append(setting.shown)
        return MEASURES[part.kind](part, setting)

    survey = survey_of((80, 20), (60, 40))
    assert survey.study is not None
    all_of(both(), Setting(survey.study, {2021: survey}), {"ordering": measure})
    assert seen == [False, False]
