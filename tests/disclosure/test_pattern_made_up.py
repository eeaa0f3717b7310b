"""What is hidden beside numbers of respondents and sentences, and what a later report makes of it."""

from dataclasses import replace

import numpy as np
import pytest

from barometri.disclosure import pattern as module
from barometri.disclosure import suppress
from barometri.disclosure.cells import Group
from barometri.disclosure.pattern import Pattern, pattern
from barometri.disclosure.respondents import RESPONSE_RATES
from barometri.estimates import TOTAL, Cell
from barometri.results import AnalysisResult, ClaimResult, Part, Results, Verdict, WaveSummary
from barometri.study.claim import Claim
from barometri.study.plan import Analysis, DisclosureRules
from tests.disclosure.test_protect_made_up import analysis, group, made, run

RULES = DisclosureRules()
TOPIC, RATES = ("cooperation", "2021"), ("rates", "2021")
SIZES = {"supervisor": (60, 7), "social_worker": (90, 3), "social_director": (200, 40), TOTAL: (350, 50)}
"""Answers, and who could not say."""
WAVES = tuple(
    WaveSummary(year, n, "d", "", has_weights=True, has_district=True, has_area=True, weight_ratio=1.0)
    for year, n in ((2021, 400), (2022, 300))
)


def shares(name: str, **keys: str) -> AnalysisResult:
    return AnalysisResult(
        analysis(name), made(*(group(code, n, n / 2, **keys) for code, (n, _) in SIZES.items()))
    )


def unsure(*codes: str, name: str = "unsure", **keys: str) -> AnalysisResult:
    told = {code: SIZES[code] for code in codes or SIZES}
    rows = (group(code, n + k, k, category="cannot_say", **keys) for code, (n, k) in told.items())
    return AnalysisResult(analysis(name), made(*rows))


def rates() -> AnalysisResult:
    rows = (group(code, 2 * (n + k), n + k) for code, (n, k) in SIZES.items())
    return AnalysisResult(Analysis(id="rates", verb=RESPONSE_RATES, by=("group",)), made(*rows))


@pytest.fixture(scope="module")
def report() -> Results:
    """Shares in two tables, who could not say in a third, of supervisors again; nobody else responded."""
    again = unsure("supervisor", name="again")
    return run(shares("first"), shares("second"), unsure(), again, rates(), waves=WAVES[:1])


@pytest.fixture(scope="module")
def found(report: Results) -> Pattern:
    return pattern(report, RULES)


def places(marks: np.ndarray) -> list[int]:
    return np.flatnonzero(marks).tolist()


def test_a_number_of_respondents_is_hidden_where_it_would_tell_a_hidden_count(
    report: Results, found: Pattern
) -> None:
    """Three could not say: their row goes, one beside it, and how many of these groups responded."""
    assert {name: places(marks) for name, marks in found.hidden.items()} == {
        "first": [], "second": [], "unsure": [1, 2], "again": [], "rates": [1, 2],
    }  # fmt: skip
    assert {name: places(marks) for name, marks in found.primary.items()} == {
        "first": [], "second": [], "unsure": [1], "again": [], "rates": [],
    }  # fmt: skip
    assert found.tight == {TOPIC}
    assert found.short == {TOPIC, RATES}
    alone = pattern(replace(report, tables={"unsure": report.tables["unsure"]}), RULES)
    assert (places(alone.hidden["unsure"]), alone.tight, alone.short) == (
        [0, 1],
        frozenset(),
        frozenset({TOPIC}),
    )


def test_rows_of_chosen_items_are_found(found: Pattern) -> None:
    assert found.rows_of("first", frozenset({TOPIC})).tolist() == [True] * 4
    assert found.rows_of("first", frozenset({RATES})).tolist() == [False] * 4
    assert found.rows_of("rates", found.short).tolist() == [True] * 4
    assert found.rows_of("rates", found.tight).dtype == np.bool_
    assert repr(found) == "Pattern(2021)"


def test_a_later_report_hides_the_rows_and_keeps_the_numbers_that_an_earlier_one_hid(
    report: Results, found: Pattern
) -> None:
    """By itself it would hide another row; what stands of the earlier wave is no row of its own."""
    own = run(unsure(wave="2021"), wave=2022, waves=WAVES)
    assert places(pattern(own, RULES).hidden["unsure"]) == [0, 1]
    later = pattern(replace(own, earlier=(report,)), RULES)
    assert places(later.hidden["unsure"]) == [1, 2]
    assert set(later.hidden) == {"unsure"}
    assert (later.tight, later.short) == (found.tight, found.short)


def test_a_later_report_that_shows_what_was_shown_hides_nothing_and_stays_short(
    report: Results, found: Pattern
) -> None:
    own = run(shares("first", wave="2021"), shares("other", wave="2022"), wave=2022, waves=WAVES)
    later = pattern(replace(own, earlier=(report,)), RULES)
    assert not any(marks.any() for marks in later.hidden.values())
    assert (later.tight, later.short) == (found.tight, found.short)
    assert later.rows_of("first", later.short).all()
    assert not later.rows_of("other", later.short).any()


def test_numbers_of_respondents_stand_in_a_later_report_as_they_were_told(
    report: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[Group] = []

    def noted(one: Group, rules: DisclosureRules) -> suppress.Pattern:
        groups.append(one)
        return suppress.suppress(one, rules)

    monkeypatch.setattr(module, "suppress", noted)
    own = run(unsure(wave="2021"), wave=2022, waves=WAVES, earlier=(report,))
    pattern(own, RULES)
    (later,) = [one for one in groups if one.standing]
    assert [(one.table, one.stands) for one in later.ceilings] == [
        ("", ""), ("rates of 2021", "shown"), ("rates of 2021", "hidden"), ("rates of 2021", "hidden"),
        ("rates of 2021", "shown"),
    ]  # fmt: skip
    assert [one.row for one in later.standing if one.stands == "hidden"] == [1, 2]
    assert [one.table for one in later.standing] == ["first of 2021"] * 4 + ["unsure of 2021"] * 4
    assert {len(one.ceilings) for one in groups} == {0, 5}  # rates are no ceilings of themselves


def test_a_share_behind_a_sentence_is_hidden_by_its_own_name() -> None:
    """Four of sixty agree: the claim of them is hidden, that of many is not; its part has a name too."""

    def cell(code: str, n: int, k: int) -> Cell:
        return Cell("cooperation", 2021, {"group": (code,)}, n, k)

    few, many = cell("supervisor", 60, 4), cell("social_director", 200, 90)
    parts = (Part("a", "side", 0.4, cells=(many,)), Part("b", "side", 0.1, cells=(many, few)))
    claim = Claim("C", "quantity", (2021,), ("cooperation",), {}, "f")
    said = ClaimResult(claim, Verdict.SUPPORTED, 0.4, n=200, cells=(many,), parts=parts)
    known = pattern(run(claims=(said, replace(said, claim=replace(claim, id="D"), cells=(few,)))), RULES)
    assert {name: places(marks) for name, marks in known.hidden.items()} == {
        "claim C": [], "part 0 of claim C": [], "part 1 of claim C": [1],
        "claim D": [0], "part 0 of claim D": [], "part 1 of claim D": [1],
    }  # fmt: skip
    assert places(known.primary["part 1 of claim C"]) == [1]
    assert len(known.hidden["part 1 of claim C"]) == 2
    assert known.short == frozenset()
    later = pattern(run(shares("first", wave="2021"), wave=2022, earlier=(run(claims=(said,)),)), RULES)
    assert set(later.hidden) == {"first"}
