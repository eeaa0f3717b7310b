"""A claim's number under other weights and other readings, reckoned by hand."""

from dataclasses import replace

import numpy as np
import pytest

from barometri.claims import judge
from barometri.claims.records import Setting
from barometri.claims.sensitivity import sensitivity
from barometri.results import ClaimResult, Part
from barometri.study.claim import Claim
from barometri.study.codes import DONT_KNOW
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from tests.claims.made import DECIDER, DECIDERS, SERVER, WORKER, WORKERS, claim, mix, people

UNSURE = [8]
SENSITIVE = ("unweighted", "equal_sides", "cannot_say_lower", "cannot_say_upper")


def with_reserve(values: list[int]) -> list[int]:
    """Answers with "cannot say" by its reserved code."""
    return [DONT_KNOW if value == UNSURE[0] else value for value in values]


def weighted(survey: Survey, by_group: dict[int, float]) -> Survey:
    """The survey with a weight a group."""
    weight = np.array([by_group[code] for code in survey.values("group")])
    return survey.with_column("w", weight).with_design(SurveyDesign(weight="w"))


def respondents() -> Survey:
    """40 workers (10 good, 20 not, 10 cannot say), 30 deciders (20, 10), 20 servers (10, 5, 5)."""
    made = people(
        {"group": WORKER, "side": 2, "cooperation": with_reserve(mix(10, 20) + UNSURE * 10)},
        {"group": DECIDER, "side": 1, "cooperation": mix(20, 10)},
        {"group": SERVER, "side": 1, "cooperation": with_reserve(mix(10, 5) + UNSURE * 5)},
    )
    return weighted(made, {WORKER: 5.0, DECIDER: 1.0, SERVER: 2.0})


def parts_of(entry: Claim, survey: Survey) -> dict[str, Part]:
    """The parts by name."""
    assert survey.study is not None
    return {part.name: part for part in sensitivity(entry, Setting(survey.study, {2021: survey}))}


def judged_of(entry: Claim, survey: Survey, *, wanted: bool = True) -> ClaimResult:
    """The claim judged with the others that the study has: none."""
    assert survey.study is not None
    study = replace(survey.study, claims=(entry,))
    return judge(study, {2021: survey}, 2021, sensitivity=wanted)[0]


def test_a_share_of_everybody_under_other_weights_and_readings() -> None:
    found = parts_of(claim(kind="quantity", low=0.4), respondents())
    assert tuple(found) == SENSITIVE
    assert found["unweighted"].estimate == pytest.approx(40 / 75)
    kela = (20 * 1 + 10 * 2) / (30 * 1 + 15 * 2)
    assert found["equal_sides"].estimate == pytest.approx((kela + 10 / 30) / 2)
    good, everybody = 10 * 5 + 20 + 10 * 2, 40 * 5 + 30 + 20 * 2
    assert found["cannot_say_lower"].estimate == pytest.approx(good / everybody)
    assert found["cannot_say_upper"].estimate == pytest.approx((good + 10 * 5 + 5 * 2) / everybody)
    assert [found[name].n for name in SENSITIVE] == [75, 75, 90, 90]
    assert {part.role for part in found.values()} == {"sensitivity"}
    assert {part.scale for part in found.values()} == {"share"}


def test_parts_carry_the_counts_that_they_can_be_reckoned_back_to() -> None:
    found = parts_of(claim(kind="quantity", low=0.4), respondents())
    told = {
        name: [(dict(cell.who), cell.base, cell.category, cell.n, cell.k) for cell in part.cells]
        for name, part in found.items()
    }
    assert told["unweighted"] == [({}, "answered", "", 75, 40)]
    assert told["equal_sides"] == [
        ({"side": ("kela",)}, "answered", "", 45, 30),
        ({"side": ("social",)}, "answered", "", 30, 10),
    ]
    assert told["cannot_say_lower"] == [({}, "asked", "", 90, 40)]
    assert told["cannot_say_upper"] == [({}, "asked", "", 90, 40), ({}, "asked", "dont_know", 90, 15)]


def test_a_difference_between_groups_has_no_equal_sides() -> None:
    survey = respondents()
    found = parts_of(claim(left=WORKERS, right=DECIDERS), survey)
    assert tuple(found) == ("unweighted",)  # every decider could say, and none is too few to be shown
    assert found["unweighted"].estimate == pytest.approx(10 / 30 - 20 / 30)
    assert found["unweighted"].scale == "points"
    rest = parts_of(claim(left={"group": ("server",)}, right=WORKERS), survey)
    assert tuple(rest) == ("unweighted", "cannot_say_lower", "cannot_say_upper")
    assert rest["cannot_say_lower"].estimate == pytest.approx(10 / 20 - 10 / 40)
    assert rest["cannot_say_upper"].estimate == pytest.approx(15 / 20 - 20 / 40)


def test_a_claim_that_has_cannot_say_in_its_base_has_no_lower_reading() -> None:
    survey = respondents()
    found = parts_of(claim(kind="quantity", low=0.1, base="asked"), survey)
    assert tuple(found) == ("unweighted", "equal_sides", "cannot_say_upper")
    assert found["unweighted"].estimate == pytest.approx(40 / 90)
    assert found["equal_sides"].estimate == pytest.approx(((20 + 20) / (30 + 40) + 10 / 40) / 2)


def test_a_population_of_one_group_has_no_equal_sides() -> None:
    found = parts_of(claim(kind="quantity", low=0.1, population=WORKERS), respondents())
    assert tuple(found) == ("unweighted", "cannot_say_lower", "cannot_say_upper")
    assert found["cannot_say_upper"].cells[1].k == 10


def test_of_items_the_smallest_lead_is_told() -> None:
    columns = {
        "m_consent": [1] * 30 + [3] * 10,
        "m_phone": [1] * 20 + [3] * 20,
        "m_desk_a": [1] * 10 + [3] * 30,
        "m_desk_b": [3] * 40,
    }
    survey = people({"group": WORKER, "side": 2, **columns})
    entry = claim(items=("A",), against=("B", "C"), base="asked")
    found = parts_of(entry, survey)
    assert found["unweighted"].estimate == pytest.approx(10 / 40)
    assert found["unweighted"].scale == "points"
    assert [cell.item for cell in found["unweighted"].cells] == ["A", "B", "C"]


def test_what_rests_on_few_is_not_made() -> None:
    survey = people({"side": 2, "cooperation": with_reserve(mix(20, 20) + UNSURE * 4)})
    assert tuple(parts_of(claim(kind="quantity", low=0.1), survey)) == ("unweighted",)


def test_other_kinds_have_none() -> None:
    assert parts_of(claim(kind="quantity", low=0.1), respondents())
    for kind in ("difference", "change", "joint", "extreme"):
        assert parts_of(claim(kind=kind, left=WORKERS, right=DECIDERS), respondents()) == {}


def test_a_claim_that_cannot_be_judged_has_none() -> None:
    result = judged_of(claim(kind="quantity", low=0.1, items=("quick",)), respondents())
    assert result.reason
    assert result.parts == ()


def test_judging_adds_them_once_and_changes_no_verdict() -> None:
    entry = claim(kind="quantity", low=0.1)
    survey = respondents()
    with_them, without = judged_of(entry, survey), judged_of(entry, survey, wanted=False)
    added = [part for part in with_them.parts if part.role == "sensitivity"]
    assert [part.name for part in added] == list(SENSITIVE)
    assert not [part for part in without.parts if part.role == "sensitivity"]
    bare = replace(with_them, parts=tuple(part for part in with_them.parts if part.role != "sensitivity"))
    assert bare == without
