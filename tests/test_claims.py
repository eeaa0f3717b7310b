"""Each kind of claim gets the word of evidence that its numbers give it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from barometri.claims import judge, judged
from barometri.errors import StudyError
from barometri.estimates import Cell
from barometri.estimation import proportion
from barometri.results import ClaimResult, Part, Verdict
from barometri.study.claim import Claim
from barometri.study.codes import DONT_KNOW
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from tests import tiny_study

DESIGN = SurveyDesign(weight="_weight", stratum=("district", "group"))
EQUAL = SurveyDesign(weight="equal")
WORKERS = {"group": ("worker",)}
DECIDERS = {"group": ("decider",)}
MANY: dict[str, Any] = {
    "kind": "ordering",
    "left": {"number_of_models": ("2+",)},
    "right": {"rest": ()},
}


def claim(**more: Any) -> Claim:  # noqa: ANN401 - any field of a claim
    fields: dict[str, Any] = {"id": "C1", "kind": "ordering", "waves": (2021,), "items": ("cooperation",)}
    return Claim(**{**fields, "statement": {"en": "so"}, "family": "f", **more})


def answers(workers: Sequence[int], deciders: Sequence[int], **columns: Sequence[int]) -> Survey:
    """Workers (group 3) and deciders (group 1), of equal weight, with the given judgements."""
    group = [3] * len(workers) + [1] * len(deciders)
    data = {"group": group, "district": [1] * len(group), "cooperation": [*workers, *deciders], **columns}
    frame = pd.DataFrame({name: np.array(values, dtype=np.int32) for name, values in data.items()})
    return Survey(frame, EQUAL, study=tiny_study.study(), wave=2021)


def mix(good: int, bad: int) -> list[int]:
    return [5] * good + [1] * bad


def judge_one(entry: Claim, survey: Survey | None) -> ClaimResult:
    return judged(entry, tiny_study.study(), {} if survey is None else {2021: survey})


def part(result: ClaimResult, name: str) -> Part:
    (found,) = [one for one in result.parts if one.name == name]
    return found


@pytest.fixture(scope="module")
def survey() -> Survey:
    return Survey(tiny_study.responses(2021), DESIGN, study=tiny_study.study(), wave=2021)


@pytest.mark.parametrize(
    ("workers", "deciders", "relation", "expected"),
    [
        (mix(60, 40), mix(30, 70), ">", Verdict.SUPPORTED),
        (mix(52, 48), mix(48, 52), ">", Verdict.SAME_DIRECTION),
        (mix(48, 52), mix(52, 48), ">", Verdict.NOT_SHOWN),
        (mix(50, 50), mix(50, 50), ">", Verdict.NOT_SHOWN),
        (mix(30, 70), mix(60, 40), ">", Verdict.CONTRADICTED),
        (mix(30, 70), mix(60, 40), "<", Verdict.SUPPORTED),
        (mix(60, 40), mix(30, 70), "<", Verdict.CONTRADICTED),
    ],
)
def test_words_of_an_ordering(
    workers: list[int], deciders: list[int], relation: str, expected: Verdict
) -> None:
    entry = claim(left=WORKERS, right=DECIDERS, relation=relation)
    assert judge_one(entry, answers(workers, deciders)).verdict is expected


@pytest.mark.parametrize(
    ("good", "low", "high", "expected"),
    [
        (450, 0.40, 0.50, Verdict.SUPPORTED),
        (300, 0.40, 0.50, Verdict.CONTRADICTED),
        (600, 0.40, 0.50, Verdict.CONTRADICTED),
        (490, 0.40, 0.50, Verdict.NOT_SEPARATED),
        (390, 0.40, 0.50, Verdict.NOT_SEPARATED),
        (600, 0.50, None, Verdict.SUPPORTED),
        (300, None, 0.50, Verdict.SUPPORTED),
        (450, None, None, Verdict.NOT_QUANTIFIED),
    ],
)
def test_words_of_a_quantity(good: int, low: float | None, high: float | None, expected: Verdict) -> None:
    entry = claim(kind="quantity", population=WORKERS, relation="in", low=low, high=high)
    result = judge_one(entry, answers(mix(good, 1000 - good), mix(10, 10)))
    assert result.verdict is expected
    assert result.estimate == pytest.approx(good / 1000)
    assert result.cells == (Cell("cooperation", 2021, WORKERS, 1000, good),)


def test_a_quantity_has_the_interval_of_its_share(survey: Survey) -> None:
    result = judge_one(claim(kind="quantity", population=WORKERS, relation="in", low=0.4, high=0.5), survey)
    row = proportion(survey.domain(survey["group"] == "worker"), "cooperation").frame.iloc[0]
    shown = (result.estimate, result.se, result.ci_low, result.ci_high, result.n, result.df)
    assert shown == tuple(row[c] for c in ("estimate", "se", "ci_low", "ci_high", "n", "df"))


def test_an_ordering_is_a_t_test_on_the_joint_covariance(survey: Survey) -> None:
    result = judge_one(claim(left=WORKERS, right=DECIDERS), survey)
    groups = proportion(survey, "cooperation", by="group")
    keys = groups.frame["group"].tolist()
    weights = np.array([{"worker": 1.0, "decider": -1.0}.get(key, 0.0) for key in keys])
    difference = weights @ groups.frame["estimate"].to_numpy()
    se = np.sqrt(weights @ groups.covariance @ weights)
    assert result.estimate == pytest.approx(difference)
    assert result.se == pytest.approx(se)
    rows = groups.frame[groups.frame["group"].isin(["worker", "decider"])]
    assert result.df == rows["df"].sum()  # strata hold one group each
    assert result.p_value == pytest.approx(2 * stats.t.sf(abs(difference / se), result.df))
    half = stats.t.isf(0.025, result.df) * se
    assert (result.ci_low, result.ci_high) == pytest.approx((difference - half, difference + half))
    assert result.n == rows["n"].sum()
    left, right = (part(result, side) for side in ("left", "right"))
    assert left.estimate - right.estimate == pytest.approx(result.estimate)
    named = rows.set_index("group").loc[["worker", "decider"]]
    assert [cell.who for cell in result.cells] == [WORKERS, DECIDERS]
    assert [cell.n for cell in result.cells] == named["n"].tolist()
    assert [[p.ci_low, p.ci_high] for p in (left, right)] == named[["ci_low", "ci_high"]].to_numpy().tolist()
    assert (left.cells, right.cells) == ((result.cells[0],), (result.cells[1],))


def test_cannot_say_may_stand_in_the_base() -> None:
    survey = answers([*mix(40, 40), *[DONT_KNOW] * 20], mix(5, 5))
    entry = {"kind": "quantity", "population": WORKERS, "relation": "in", "low": 0.0}
    assert judge_one(claim(base="asked", **entry), survey).estimate == pytest.approx(0.4)
    assert judge_one(claim(**entry), survey).estimate == pytest.approx(0.5)


def test_models_are_items_too(survey: Survey) -> None:
    frame = survey.frame
    agreed = frame["m_phone"].isin([1, 2])
    entry = {"kind": "quantity", "items": ("B",), "relation": "in", "low": 0.4, "high": 0.5}
    result = judge_one(claim(base="asked", **entry), survey)
    assert result.estimate == pytest.approx(np.average(agreed, weights=frame["_weight"]))
    assert result.cells == (Cell("B", 2021, {}, len(frame), int(agreed.sum()), base="asked"),)
    known = judge_one(claim(**entry), survey)
    assert known.cells == (Cell("B", 2021, {}, int((frame["m_phone"] > 0).sum()), int(agreed.sum())),)


def models(*, unknown_are_bad: bool) -> Survey:
    """Many models go with good judgements, unless those who know no model count as having none."""
    many, few, unknown = mix(60, 40), mix(40, 60), mix(10, 90) if unknown_are_bad else mix(90, 10)
    state = [*[1] * 100, *[3] * 100, *[DONT_KNOW] * 100]
    return answers(
        [*many, *few, *unknown, *unknown, *unknown],
        [],
        m_consent=[*state, *[DONT_KNOW] * 200],
        m_phone=[*state, *[DONT_KNOW] * 200],
        m_desk_a=[*[3] * 200, *[DONT_KNOW] * 300],
        m_desk_b=[*[3] * 200, *[DONT_KNOW] * 300],
    )


def test_a_claim_on_the_number_of_models_holds_under_both_readings_or_depends() -> None:
    assert judge_one(claim(**MANY), models(unknown_are_bad=True)).verdict is Verdict.SUPPORTED
    depends = judge_one(claim(**MANY), models(unknown_are_bad=False))
    assert depends.verdict is Verdict.DEPENDS_ON_CANNOT_SAY
    assert depends.estimate == pytest.approx(0.2)
    assert depends.n == 200


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (claim(items=("absent",), left=WORKERS, right=DECIDERS), "item_not_asked:absent"),
        (claim(left={"side": ("kela",)}, right={"side": ("social",)}), "lost_column:side"),
        (claim(kind="quantity", population={"group": ("server",)}, relation="in", low=0.1), "no_responses"),
        (claim(left={"group": ("server",)}, right=DECIDERS), "no_responses"),
        (claim(**MANY), "fewer_models"),
    ],
)
def test_what_cannot_be_judged_says_why(entry: Claim, reason: str) -> None:
    result = judge_one(entry, answers(mix(5, 5), mix(5, 5)))
    assert result.verdict is Verdict.NOT_ESTIMABLE
    assert result.reason == reason


def test_too_few_or_too_equal_respondents_are_not_estimable() -> None:
    entry = claim(left=WORKERS, right=DECIDERS)
    assert judge_one(entry, answers([5], [1])).reason == "few_degrees_of_freedom"
    assert judge_one(entry, answers([5] * 20, [1] * 20)).reason == "zero_variance"
    assert judge_one(entry, None).reason == "wave_not_read"


def test_sides_of_a_comparison_must_be_two_and_apart(survey: Survey) -> None:
    with pytest.raises(StudyError, match="C1: left and right overlap"):
        judge_one(claim(left=WORKERS, right={"side": ("social",)}), survey)
    with pytest.raises(StudyError, match="C1: kind ordering compares left with right"):
        judge_one(claim(left=WORKERS), survey)


def test_only_the_claims_of_the_wave_are_judged(survey: Survey) -> None:
    entries = tuple(claim(id=f"C{w}", waves=(w,), left=WORKERS, right=DECIDERS) for w in (2019, 2021))
    study = tiny_study.study(claims=entries)
    both = {2019: Survey(tiny_study.responses(2019), DESIGN, study=study, wave=2019), 2021: survey}
    assert [result.claim.id for result in judge(study, both, 2021)] == ["C2019", "C2021"]
    assert [result.claim.id for result in judge(study, both, 2019)] == ["C2019"]


def test_fpc_plays_no_part() -> None:
    frame = tiny_study.responses(2021).assign(N=4000.0)
    study = tiny_study.study()
    with_counts = Survey(frame, SurveyDesign(weight="_weight", fpc="N"), study=study, wave=2021)
    without = Survey(frame, SurveyDesign(weight="_weight"), study=study, wave=2021)
    entry = claim(left=WORKERS, right=DECIDERS)
    assert judge_one(entry, with_counts).se == judge_one(entry, without).se
