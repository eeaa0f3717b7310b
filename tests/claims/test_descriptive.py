"""Shares against one another and in ranges, checked against numbers reckoned by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from barometri.errors import StudyError
from barometri.estimates import Cell
from barometri.inference.intervals import proportion_intervals
from barometri.results import Verdict
from barometri.study.claim import ANY_MODEL
from barometri.study.codes import DONT_KNOW
from barometri.survey import Survey
from tests.claims.made import (
    DECIDER,
    DECIDERS,
    EMPLOYEE,
    WORKER,
    WORKERS,
    claim,
    mix,
    parts,
    people,
    result_of,
)

BOTH = {"left": WORKERS, "right": DECIDERS}


def wave(year: int, workers: list[int], employees: list[int]) -> Survey:
    """Workers and deciders, who are called employees before 2021."""
    code = DECIDER if year == 2021 else EMPLOYEE
    return people(
        {"cooperation": workers, "group": WORKER}, {"cooperation": employees, "group": code}, wave=year
    )


# -------------------------------------------------------------------------------------------------- ordering
def test_several_items_of_a_side_are_their_average_with_joint_covariance() -> None:
    first, second = mix(60, 40), [5] * 30 + [1] * 70
    survey = people(
        {"cooperation": first, "quick": second, "group": WORKER},
        {"cooperation": mix(20, 60), "quick": mix(40, 40), "group": DECIDER},
    )
    result = result_of(claim(items=("cooperation", "quick"), **BOTH), survey)
    assert result.estimate == pytest.approx((0.6 + 0.3) / 2 - (0.25 + 0.5) / 2)
    both = np.array([[v > 3, w > 3] for v, w in zip(first, second, strict=True)]).mean(axis=1)
    other = (np.array(mix(20, 60)) > 3).astype(float) / 2 + (np.array(mix(40, 40)) > 3) / 2
    variance = 180 / 179 * (both.var() / 100 + other.var() / 80)
    assert result.se == pytest.approx(math.sqrt(variance))
    assert result.n == 180
    assert {(cell.item, cell.n, cell.k) for cell in result.cells} == {
        ("cooperation", 100, 60),
        ("quick", 100, 30),
        ("cooperation", 80, 20),
        ("quick", 80, 40),
    }


def states(agreed: int, size: int = 200) -> list[int]:
    return [1] * agreed + [3] * (size - agreed)


def models(a: int, b: int, c: int, size: int = 200) -> Survey:
    """Respondents with models A, B and C; who has a rarer one has the more common one too."""
    return people(
        {
            "m_consent": states(a, size),
            "m_phone": states(b, size),
            "m_desk_a": states(c, size),
            "m_desk_b": [3] * size,
        }
    )


def test_an_item_is_compared_with_each_other_on_the_same_people() -> None:
    result = result_of(claim(items=("C",), against=("A", "B"), relation="<"), models(120, 60, 40))
    assert result.verdict is Verdict.SUPPORTED
    assert result.estimate == pytest.approx(0.2 - 0.3)  # the closer one decides
    mixed = np.r_[np.zeros(40), -np.ones(20), np.zeros(140)]  # B without C
    se = math.sqrt(200 / 199 * mixed.var() / 200)
    assert result.se == pytest.approx(se)
    assert result.p_value == pytest.approx(2 * stats.t.sf(0.1 / se, 199))
    assert [(p.about["item"], round(p.estimate, 9)) for p in parts(result, "against")] == [
        ("A", -0.4),
        ("B", -0.1),
    ]
    assert {cell.item: cell.k for cell in result.cells} == {"A": 120, "B": 60, "C": 40}
    assert result.n == 200


def test_an_item_that_another_beats_is_contradicted_at_the_level_of_all() -> None:
    result = result_of(claim(items=("B",), against=("A", "C"), relation=">"), models(120, 60, 40))
    against = parts(result, "against")
    assert result.verdict is Verdict.CONTRADICTED
    assert result.estimate == pytest.approx(0.3 - 0.6)
    assert result.p_value == pytest.approx(2 * against[0].p_value)  # Holm: two tests


def test_an_order_in_each_wave_needs_every_wave() -> None:
    waves = {"waves": (2019, 2021), **BOTH}
    clear = wave(2019, mix(70, 30), mix(30, 70))
    weak = wave(2021, mix(53, 47), mix(50, 50))
    result = result_of(claim(**waves), clear, weak)
    assert result.verdict is Verdict.SAME_DIRECTION
    assert result.estimate == pytest.approx(0.03)
    assert result.p_value == pytest.approx(max(p.p_value for p in parts(result, "wave")))
    assert result_of(claim(**waves), clear, wave(2021, mix(70, 30), mix(40, 60))).verdict is Verdict.SUPPORTED
    against = result_of(claim(**waves), clear, wave(2021, mix(30, 70), mix(70, 30)))
    assert against.verdict is Verdict.CONTRADICTED
    assert against.estimate == pytest.approx(-0.4)
    unsure = result_of(claim(**waves), clear, wave(2021, mix(49, 51), mix(50, 50)))
    assert unsure.verdict is Verdict.NOT_SHOWN


def test_waves_carry_the_names_of_the_latest_and_their_marks() -> None:
    surveys = (wave(2019, mix(70, 30), mix(30, 70)), wave(2021, mix(70, 30), mix(40, 60)))
    result = result_of(claim(waves=(2019, 2021), **BOTH), *surveys)
    assert [p.about for p in parts(result, "wave")] == [{"wave": "2019", "mark": "similar"}, {"wave": "2021"}]
    assert [cell.who for cell in result.cells if cell.wave == 2019] == [WORKERS, DECIDERS]
    missing = result_of(claim(waves=(2019, 2021), **BOTH), surveys[1])
    assert (missing.verdict, missing.reason) == (Verdict.NOT_ESTIMABLE, "wave_not_read")


def test_equal_shares_are_never_shown_the_other_way() -> None:
    result = result_of(claim(**BOTH), wave(2021, mix(50, 50), mix(50, 50)))
    assert (result.verdict, result.p_value) == (Verdict.NOT_SHOWN, 1.0)


# -------------------------------------------------------------------------------------------------- quantity
@pytest.mark.parametrize(
    ("good", "relation", "low", "expected"),
    [
        (0, ">", 0.0, Verdict.NOT_SEPARATED),
        (0, "in", 0.0, Verdict.SUPPORTED),
        (1, ">", 0.0, Verdict.SUPPORTED),
        (60, ">", 0.5, Verdict.NOT_SEPARATED),
        (61, ">", 0.5, Verdict.SUPPORTED),
        (30, ">", 0.5, Verdict.CONTRADICTED),
    ],
)
def test_above_a_bound_means_strictly_above(good: int, relation: str, low: float, expected: Verdict) -> None:
    entry = claim(kind="quantity", relation=relation, low=low)
    assert result_of(entry, people({"cooperation": mix(good, 100 - good)})).verdict is expected


def test_below_a_bound_means_strictly_below() -> None:
    entry = claim(kind="quantity", relation="<", high=1.0)
    assert result_of(entry, people({"cooperation": mix(100, 0)})).verdict is Verdict.NOT_SEPARATED
    assert result_of(entry, people({"cooperation": mix(99, 1)})).verdict is Verdict.SUPPORTED


def test_the_average_of_items_has_the_interval_of_a_share() -> None:
    survey = people({"cooperation": mix(60, 40), "quick": [*mix(30, 60), *[DONT_KNOW] * 10]})
    result = result_of(
        claim(kind="quantity", items=("cooperation", "quick"), relation="in", low=0.1, high=0.9), survey
    )
    assert result.estimate == pytest.approx((0.6 + 30 / 90) / 2)
    first = (np.array(mix(60, 40)) > 3) - 0.6
    second = np.r_[(np.array(mix(30, 60)) > 3) - 1 / 3, np.zeros(10)]
    se = math.sqrt(100 / 99 * ((first / 100 + second / 90) ** 2).sum()) / 2
    assert result.se == pytest.approx(se)
    interval = proportion_intervals([result.estimate], [se], [90], [89])
    assert (result.ci_low, result.ci_high) == pytest.approx((interval.low[0], interval.high[0]))
    assert (result.n, result.verdict) == (90, Verdict.SUPPORTED)


def test_codes_are_shown_and_not_judged() -> None:
    survey = wave(2021, mix(60, 40), mix(2, 6))
    entry = claim(kind="quantity", shown_by="group", relation="shown", minimum_n=20)
    result = result_of(entry, survey)
    assert result.verdict is Verdict.NOT_QUANTIFIED
    shown = [(part.about["group"], part.estimate, part.n, part.role) for part in parts(result, "code")]
    assert shown == [("decider", 0.25, 8, "shown"), ("worker", pytest.approx(0.6), 100, "shown")]
    assert parts(result, "code")[0].cells == (Cell("cooperation", 2021, DECIDERS, 8, 2),)
    assert result.cells == (Cell("cooperation", 2021, {}, 108, 62),)  # what is only shown decides nothing


def test_codes_of_an_earlier_wave_are_shown_under_their_counterparts() -> None:
    survey = wave(2019, mix(60, 40), mix(20, 60))
    result = result_of(claim(kind="quantity", waves=(2019,), shown_by="group", relation="shown"), survey)
    assert [part.about["group"] for part in parts(result, "code")] == ["decider", "worker"]


def test_other_answers_are_shown_with_their_own_number() -> None:
    survey = models(120, 60, 40)
    entry = claim(
        kind="quantity", items=("number_of_models",), answer="2+", alternatives=("1+", "3+"), low=0.1
    )
    result = result_of(entry, survey)
    assert result.estimate == pytest.approx(0.3)
    assert [
        (p.about["answer"], round(p.estimate, 9), p.cells[0].category) for p in parts(result, "alternative")
    ] == [
        ("1+", 0.6, "1+"),
        ("3+", 0.2, "3+"),
    ]


def test_any_model_in_a_state() -> None:
    survey = people(
        {
            "m_consent": [1] * 10 + [3] * 90,
            "m_phone": [2] * 30 + [3] * 50 + [DONT_KNOW] * 20,
            "m_desk_a": [3] * 100,
            "m_desk_b": [3] * 70 + [2] * 5 + [3] * 25,
        }
    )
    entry = {"kind": "quantity", "items": (ANY_MODEL,), "answer": "on_trial", "low": 0.0}
    assert result_of(claim(base="asked", **entry), survey).estimate == pytest.approx(0.35)
    assert result_of(claim(**entry), survey).estimate == pytest.approx(35 / 80)


@pytest.mark.parametrize(
    ("good", "expected"),
    [(460, Verdict.SUPPORTED), (500, Verdict.NOT_SEPARATED), (600, Verdict.CONTRADICTED)],
)
def test_near_a_value_give_or_take(good: int, expected: Verdict) -> None:
    entry = claim(kind="near", relation="in", low=0.46, margin=0.05)
    assert result_of(entry, people({"cooperation": mix(good, 1000 - good)})).verdict is expected


def test_fewer_answers_than_a_claim_wants() -> None:
    survey = wave(2021, mix(60, 40), mix(5, 14))
    assert result_of(claim(minimum_n=20, **BOTH), survey).reason == "below_minimum_n"
    assert result_of(claim(minimum_n=19, **BOTH), survey).verdict is Verdict.SUPPORTED


def test_nobody_answers_or_nobody_is_there() -> None:
    survey = wave(2021, mix(60, 40), [DONT_KNOW] * 20)
    assert result_of(claim(**BOTH), survey).reason == "no_responses"
    nobody = claim(kind="quantity", population=DECIDERS, low=0.1)
    assert result_of(nobody, survey).reason == "no_responses"
    only = claim(items=("cooperation", "quick"), kind="quantity", low=0.1)
    assert result_of(only, people({"cooperation": mix(5, 5), "quick": [DONT_KNOW] * 10})).reason
    with pytest.raises(StudyError, match="kind ordering compares left with right"):
        result_of(claim(left=WORKERS), survey)
