"""Changes held to the latest frame, and gaps that have turned, checked by hand."""

import math

import pytest
from scipy import stats

from barometri.errors import StudyError
from barometri.results import Verdict
from barometri.study.study import Study
from barometri.study.waves import Equivalence
from barometri.survey import Survey
from tests.claims.made import (
    DECIDER,
    DECIDERS,
    EMPLOYEE,
    SERVER,
    WORKER,
    WORKERS,
    claim,
    mix,
    parts,
    people,
    result_of,
    waves_study,
)

FRAME = {"decider": 100, "server": 50, "worker": 250}
STUDY = waves_study(frame=FRAME)
CHANGE = {"kind": "change", "waves": (2017, 2019, 2021)}
TURNED = {"kind": "reversal", "waves": (2019, 2021), "left": WORKERS, "right": DECIDERS}
Answers = tuple[int, int]


def wave(year: int, study: Study = STUDY, **groups: Answers) -> Survey:
    """Answers of a wave by group, favourable and not; deciders are employees before 2021."""
    codes = {"decider": DECIDER if year == 2021 else EMPLOYEE, "server": SERVER, "worker": WORKER}
    return people(
        *({"cooperation": mix(*n), "group": codes[name]} for name, n in groups.items()),
        wave=year,
        study=study,
    )


def variance(good: int, bad: int, size: int) -> float:
    p = good / (good + bad)
    return size / (size - 1) * p * (1 - p) / (good + bad)


# ---------------------------------------------------------------------------------------------------- change
def test_groups_are_held_to_the_latest_frame() -> None:
    result = result_of(
        claim(**{**CHANGE, "waves": (2019, 2021)}),
        wave(2019, decider=(20, 80), server=(30, 20), worker=(90, 60)),
        wave(2021, decider=(60, 40), server=(30, 30), worker=(30, 70)),
    )
    steps = {"decider": 0.6 - 0.2, "server": 0.5 - 0.6, "worker": 0.3 - 0.6}
    shares = {name: number / 400 for name, number in FRAME.items()}
    assert result.estimate == pytest.approx(sum(shares[name] * steps[name] for name in steps))
    before = {"decider": (20, 80), "server": (30, 20), "worker": (90, 60)}
    now = {"decider": (60, 40), "server": (30, 30), "worker": (30, 70)}
    spread = sum(
        shares[name] ** 2 * (variance(*before[name], 300) + variance(*now[name], 260)) for name in shares
    )
    assert result.se == pytest.approx(math.sqrt(spread))
    assert result.verdict is Verdict.CONTRADICTED
    changes = parts(result, "group_change")
    assert {p.about["group"]: p.estimate for p in changes} == pytest.approx(steps)
    assert {p.role for p in result.parts} == {"shown"}
    levels = parts(result, "wave")
    assert [p.about for p in levels] == [{"wave": "2019", "mark": "similar"}, {"wave": "2021"}]
    assert levels[1].estimate - levels[0].estimate == pytest.approx(result.estimate)
    assert result.n == 560
    assert {(cell.wave, cell.item, *cell.who["group"]): (cell.n, cell.k) for cell in result.cells} == {
        (2019, "cooperation", "decider"): (100, 20),
        (2019, "cooperation", "server"): (50, 30),
        (2019, "cooperation", "worker"): (150, 90),
        (2021, "cooperation", "decider"): (100, 60),
        (2021, "cooperation", "server"): (60, 30),
        (2021, "cooperation", "worker"): (100, 30),
    }


def test_a_shift_of_the_mix_is_no_change() -> None:
    result = result_of(
        claim(**{**CHANGE, "waves": (2019, 2021)}),
        wave(2019, decider=(60, 140), server=(25, 25), worker=(20, 5)),
        wave(2021, decider=(15, 35), server=(25, 25), worker=(160, 40)),
    )
    assert result.estimate == pytest.approx(0, abs=1e-12)
    assert result.verdict in {Verdict.NOT_SHOWN, Verdict.SAME_DIRECTION}


def test_the_latest_wave_is_set_against_the_mean_of_all_earlier_ones() -> None:
    surveys = [wave(year, worker=n) for year, n in ((2017, (20, 80)), (2019, (40, 60)), (2021, (60, 40)))]
    workers = claim(population=WORKERS, **CHANGE)
    result = result_of(workers, *surveys)
    assert result.estimate == pytest.approx(0.6 - 0.3)
    spread = variance(60, 40, 100) + (variance(20, 80, 100) + variance(40, 60, 100)) / 4
    assert result.se == pytest.approx(math.sqrt(spread))
    assert result.verdict is Verdict.SUPPORTED
    first = result_of(claim(population=WORKERS, earlier=(2017,), **CHANGE), *surveys)
    assert first.estimate == pytest.approx(0.4)
    assert [p.about["wave"] for p in parts(first, "wave")] == ["2017", "2021"]
    assert parts(first, "group_change") == []  # one group: its change is the claim's number
    fall = result_of(claim(population=WORKERS, relation="<", **CHANGE), *surveys)
    assert fall.verdict is Verdict.CONTRADICTED


def test_a_group_that_a_wave_lacks_is_left_out_of_all() -> None:
    result = result_of(
        claim(**{**CHANGE, "waves": (2019, 2021)}),
        wave(2019, decider=(20, 80), server=(30, 20)),
        wave(2021, decider=(60, 40), server=(30, 30), worker=(10, 90)),
    )
    assert result.estimate == pytest.approx((100 * 0.4 + 50 * -0.1) / 150)
    (left_out,) = parts(result, "group_left_out")
    assert (left_out.about, left_out.estimate) == ({"group": "worker"}, 250 / 400)
    assert not any("worker" in cell.who["group"] for cell in result.cells)


def test_codes_not_told_apart_before_stand_for_each_other() -> None:
    result = result_of(
        claim(**{**CHANGE, "waves": (2019, 2021)}),
        wave(2019, decider=(20, 80), worker=(60, 40)),
        wave(2021, decider=(60, 40), server=(30, 30), worker=(60, 40)),
    )
    assert result.estimate == pytest.approx((100 * 0.4 + 50 * (0.5 - 0.2)) / 400)
    assert parts(result, "group_left_out") == []
    assert [p.about["group"] for p in parts(result, "group_change")] == ["decider", "worker"]


def test_a_wave_that_asked_differently_is_left_out() -> None:
    study = waves_study(marks={2017: (Equivalence("cooperation", "different"),)}, frame=FRAME)
    answers = ((2017, (90, 10)), (2019, (40, 60)), (2021, (60, 40)))
    surveys = [wave(year, study, worker=n) for year, n in answers]
    result = result_of(claim(population=WORKERS, **CHANGE), *surveys)
    assert result.estimate == pytest.approx(0.2)
    assert [p.about for p in parts(result, "wave_left_out")] == [{"wave": "2017"}]
    alone = claim(population=WORKERS, earlier=(2017,), **CHANGE)
    assert result_of(alone, *surveys).reason == "asked_differently"


def test_what_no_change_can_be_told_of() -> None:
    now = wave(2021, worker=(60, 40))
    asked_now = people({"cooperation": mix(5, 5), "quick": mix(5, 5)}, study=STUDY)
    before = wave(2019, worker=(60, 40))
    both = claim(**{**CHANGE, "waves": (2019, 2021), "items": ("quick",)})
    assert result_of(both, before, asked_now).reason == "few_waves"
    assert result_of(claim(**CHANGE), now).reason == "wave_not_read"
    assert result_of(claim(**{**CHANGE, "waves": (2021,)}), now).reason == "few_waves"
    nobody = claim(population=DECIDERS, **{**CHANGE, "waves": (2019, 2021)})
    assert result_of(nobody, before, now).reason == "no_responses"
    equal = claim(**{**CHANGE, "waves": (2019, 2021)})
    same = [wave(year, worker=(100, 0)) for year in (2019, 2021)]
    assert result_of(equal, *same).reason == "zero_variance"


# -------------------------------------------------------------------------------------------------- reversal
def turned(before: tuple[Answers, Answers], now: tuple[Answers, Answers]) -> list[Survey]:
    return [
        wave(2019, worker=before[0], decider=before[1]),
        wave(2021, worker=now[0], decider=now[1]),
    ]


def test_a_gap_has_turned_where_both_signs_are_shown() -> None:
    result = result_of(claim(**TURNED), *turned(((30, 70), (45, 55)), ((60, 40), (30, 70))))
    assert result.verdict is Verdict.SUPPORTED
    before, now = parts(result, "gap")
    assert [before.estimate, now.estimate] == pytest.approx([-0.15, 0.3])
    assert (result.estimate, result.p_value) == (now.estimate, max(before.p_value, now.p_value))
    assert result.p_value == before.p_value
    se = math.sqrt(variance(30, 70, 200) + variance(45, 55, 200))
    assert before.p_value == pytest.approx(2 * stats.t.sf(0.15 / se, 198))
    (step,) = parts(result, "gap_change")
    assert step.estimate == pytest.approx(0.45)
    assert step.se == pytest.approx(math.hypot(before.se, now.se))
    assert step.df == pytest.approx(step.se**4 / (before.se**4 / 198 + now.se**4 / 198))
    (joint,) = parts(result, "gap_interaction")
    assert joint.estimate == pytest.approx((step.estimate / step.se) ** 2)
    assert joint.p_value == pytest.approx(step.p_value)
    assert len(result.cells) == 4


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (((40, 60), (45, 55)), ((60, 40), (30, 70)), Verdict.SAME_DIRECTION),
        (((30, 70), (60, 40)), ((47, 53), (45, 55)), Verdict.SAME_DIRECTION),
        (((30, 70), (60, 40)), ((44, 56), (45, 55)), Verdict.NOT_SHOWN),
        (((70, 30), (30, 70)), ((60, 40), (30, 70)), Verdict.CONTRADICTED),
        (((30, 70), (60, 40)), ((30, 70), (60, 40)), Verdict.CONTRADICTED),
    ],
)
def test_words_of_a_reversal(
    before: tuple[Answers, Answers], now: tuple[Answers, Answers], expected: Verdict
) -> None:
    result = result_of(claim(**TURNED), *turned(before, now))
    assert result.verdict is expected
    assert len(parts(result, "gap_change")) == 1


def test_a_large_change_of_the_gap_alone_is_no_reversal() -> None:
    result = result_of(claim(**TURNED), *turned(((40, 60), (41, 59)), ((80, 20), (20, 80))))
    assert parts(result, "gap_change")[0].p_value < 1e-6
    assert result.verdict is Verdict.SAME_DIRECTION


def test_the_other_way_round_is_a_reversal_too() -> None:
    surveys = turned(((60, 40), (30, 70)), ((30, 70), (50, 50)))
    assert result_of(claim(**{**TURNED, "relation": "<"}), *surveys).verdict is Verdict.SUPPORTED
    assert result_of(claim(**TURNED), *surveys).verdict is Verdict.CONTRADICTED


def test_waves_between_are_shown() -> None:
    surveys = [
        wave(2017, worker=(30, 70), decider=(60, 40)),
        *turned(((50, 50), (50, 50)), ((60, 40), (30, 70))),
    ]
    result = result_of(claim(**{**TURNED, "waves": (2017, 2019, 2021)}), *surveys)
    assert result.verdict is Verdict.SUPPORTED
    assert [(p.about["wave"], p.role) for p in parts(result, "gap")] == [
        ("2017", "test"),
        ("2019", "shown"),
        ("2021", "test"),
    ]
    assert parts(result, "gap_interaction")[0].about == {"numerator_df": "2"}


def test_what_no_reversal_can_be_told_of() -> None:
    surveys = turned(((30, 70), (45, 55)), ((60, 40), (30, 70)))
    with pytest.raises(StudyError, match="C1: kind reversal compares two waves"):
        result_of(claim(**{**TURNED, "waves": (2021,)}), *surveys)
    assert result_of(claim(**TURNED), surveys[1]).reason == "wave_not_read"
    study = waves_study(marks={2019: (Equivalence("cooperation", "different"),)})
    other = [wave(year, study, worker=(30, 70), decider=(50, 50)) for year in (2019, 2021)]
    assert result_of(claim(**TURNED), *other).reason == "asked_differently"
    only = [wave(2019, worker=(30, 70)), surveys[1]]
    assert result_of(claim(**TURNED), *only).reason == "no_responses"
