"""From tables and sentences to groups of records: whose numbers, of which answers, on which base."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from barometri.disclosure.behind import effect_name, shares_behind
from barometri.disclosure.cells import CANNOT_SAY, Group
from barometri.disclosure.release import SENTENCE, base_word, groups, items_of, only_item
from barometri.estimates import TOTAL, Cell, Effect, Estimates
from barometri.results import AnalysisResult
from barometri.study.codebook import Code, Codebook, Derivation, Question
from barometri.study.plan import Analysis, DisclosureRules, Model, ModelStates
from barometri.study.study import Study

NAMES: Mapping[str, str] = {}
KNOWN = frozenset({"1", "2", "3", "4", "5"})
GOOD = frozenset({"4", "5"})


def question(name: str, many: int, **more: object) -> Question:
    codes = tuple(Code(v, f"{name}{v}" if name != "q" else str(v), NAMES, NAMES) for v in range(1, many + 1))
    return replace(Question(name, "nominal", NAMES, NAMES, codes), **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def study() -> Study:
    """One item, groups and the sides they form, a model of three."""
    sides = Derivation("group", {"group1": "side1", "group2": "side1", "group3": "side2"})
    asked = [question("q", 5, good=(4, 5)), question("group", 3), question("side", 2, derived=sides)]
    return Study(
        id="made_up", path=Path(), title={}, languages=("en",), published=date.min,
        codebook=Codebook({one.id: one for one in asked}), waves={}, analyses=(), digest="",
        models=(Model("M1", NAMES, NAMES, ("m1",)),),
        model_states=ModelStates("established", "on_trial", "not_in_use"),
    )  # fmt: skip


def result(
    rows: Sequence[Mapping[str, object]],
    k: Sequence[float],
    analysis: Analysis,
    *,
    by: tuple[str, ...] = (),
    statistic: str = "proportion",
    others: Sequence[float] | None = None,
) -> AnalysisResult:
    """Return a table with the rows' keys and bases."""
    filled = [{"estimate": 0.5, "se": 0.1, "n": 50, **row} for row in rows]
    counts = pd.DataFrame({"k": list(k)} if others is None else {"k": list(k), "others": list(others)})
    size = len(rows)
    return AnalysisResult(
        analysis, Estimates(pd.DataFrame(filled), np.eye(size), by, statistic, "srs", counts)
    )


SHARE = Analysis("share", "proportion", ("q",))


def only(found: tuple[Group, ...]) -> Group:
    assert len(found) == 1
    return found[0]


def test_records_of_one_item_and_wave_are_one_group(study: Study) -> None:
    """Two tables on one item hang together; another wave is another group; they come in order."""
    rows = [{"wave": "2021", "n": 50}, {"wave": "2019", "n": 40}]
    tables = {
        "over_waves": result(rows, [20, 15], SHARE),
        "latest": result([{"n": 50}], [20], SHARE),
    }
    found = groups(tables, {}, study, 2021)
    assert [(g.item, g.wave, len(g.records)) for g in found] == [("q", "2019", 1), ("q", "2021", 2)]
    (old,) = found[0].records
    assert (old.table, old.row, old.n, old.k, old.worth) == ("over_waves", 1, 40.0, 15.0, 1.0)
    assert [(r.table, r.row) for r in found[1].records] == [("over_waves", 0), ("latest", 0)]
    assert (old.base, old.numerator) == (KNOWN, GOOD)


def test_a_margin_restricts_nobody_and_a_derived_code_is_known_by_its_source(study: Study) -> None:
    rows = [{"group": TOTAL}, {"group": "group1"}]
    tables = {
        "by_group": result(rows, [20, 10], SHARE, by=("group",)),
        "by_side": result([{"side": "side2"}], [10], SHARE, by=("side",)),
    }
    group = only(groups(tables, {}, study, 2021))
    assert [dict(r.restriction) for r in group.records] == [
        {}, {"group": frozenset({"group1"})}, {"side": frozenset({"side2"})},
    ]  # fmt: skip
    assert group.derived["side"][0] == "group"
    assert set(group.derived) == {"side"}
    assert group.codes["group"] == frozenset({"group1", "group2", "group3"})
    assert group.codes["side"] == frozenset({"side1", "side2"})


def test_a_category_counts_its_answer_and_cannot_say_is_of_everybody_asked(study: Study) -> None:
    rows = [{"category": "1"}, {"category": "1+2"}, {"category": "cannot_say"}]
    table = result(rows, [5, 9, 3], replace(SHARE, verb="distribution"))
    records = only(groups({"t": table}, {}, study, 2021)).records
    assert [r.numerator for r in records] == [{"1"}, {"1", "2"}, {CANNOT_SAY}]
    assert [r.base for r in records] == [KNOWN, KNOWN, KNOWN | {CANNOT_SAY}]


def test_a_mean_releases_its_base_alone(study: Study) -> None:
    """A mean that nearly everybody shares, or without an error, is closed by a rule of its own."""
    mean = Analysis("mean", "mean", ("q",))
    rows = [{"se": 0.1}, {"se": 0.1}, {"se": 0.0}]
    table = result(rows, [np.nan] * 3, mean, statistic="mean", others=[40, 4, np.nan])
    records = only(groups({"t": table}, {}, study, 2021)).records
    assert [r.is_closed for r in records] == [False, True, True]
    assert all(np.isnan(r.k) and r.numerator == frozenset() for r in records)
    untold = result(rows, [np.nan] * 3, mean, statistic="mean")
    assert [r.is_closed for r in only(groups({"t": untold}, {}, study, 2021)).records] == [False, False, True]
    share = result([{"se": 0.0}], [20], SHARE, others=[1])
    assert not only(groups({"t": share}, {}, study, 2021)).records[0].is_closed
    strict = DisclosureRules(minimum_k=50)
    closed = only(groups({"t": table}, {}, study, 2021, rules=strict)).records
    assert [r.is_closed for r in closed] == [True, True, True]


def test_the_base_of_a_model_follows_its_reading(study: Study) -> None:
    """Asked, unless informed; at most: who cannot say is read as agreed."""
    lower = Analysis("m", "model_prevalence")
    assert [base_word(replace(lower, reading=word)) for word in ("lower", "upper", "informed")] == [
        "asked", "asked", "answered",
    ]  # fmt: skip
    assert base_word(SHARE) == "answered"
    assert base_word(replace(SHARE, base="asked")) == "asked"
    states = {"established", "on_trial"}
    readings: tuple[Literal["lower", "upper", "informed"], ...] = ("lower", "upper", "informed")
    for reading in readings:
        more = {CANNOT_SAY} if reading == "upper" else set()
        table = result([{"item": "M1"}], [20], replace(lower, reading=reading))
        (record,) = only(groups({"t": table}, {}, study, 2021)).records
        assert record.numerator == states | more, reading
        assert (CANNOT_SAY in record.base) is (reading != "informed")


def test_an_impossible_answer_is_marked(study: Study) -> None:
    rules = DisclosureRules(structural_zeros=("q:1",))
    rows = [{"category": "1"}, {"category": "2"}]
    table = result(rows, [0, 0], replace(SHARE, verb="distribution"))
    records = only(groups({"t": table}, {}, study, 2021, rules=rules)).records
    assert [r.is_impossible for r in records] == [True, False]


def test_shares_behind_sentences_are_records_that_are_worth_more(study: Study) -> None:
    cells = (
        Cell("q", 2021, {"group": ("group1", "group2")}, 60, 20),
        Cell("q", 2021, {}, 90, 30, "2", "asked"),
    )
    group = only(groups({}, {"claim X": cells}, study, 2019))
    first, second = group.records
    assert (group.wave, first.table, first.row, second.row) == ("2021", "claim X", 0, 1)
    assert first.restriction == {"group": frozenset({"group1", "group2"})}
    assert (first.n, first.k, first.worth, second.worth) == (60.0, 20.0, SENTENCE, SENTENCE)
    assert (first.base, second.base) == (KNOWN, KNOWN | {CANNOT_SAY})
    assert second.numerator == {"2"}


def test_shares_behind_an_effect_go_by_the_place_of_the_effect(study: Study) -> None:
    cell = Cell("q", 2021, {}, 60, 20)
    effects = [
        Effect("gap", 0.1, 0.1, 0.0, 0.2, 60, 10.0, 0.1, "m", "none", cells=(cell,) * many) for many in (1, 2)
    ]
    table = replace(result([{}], [20], SHARE), effects=tuple(effects))
    behind = shares_behind({"t": table}, ())
    assert effect_name("t", 1) == "effect 1 of t"
    assert {name: len(cells) for name, cells in behind.items()} == {"effect 0 of t": 1, "effect 1 of t": 2}
    assert len(only(groups({"t": table}, behind, study, 2021)).records) == 4


def test_what_a_merged_class_stands_for_is_a_part(study: Study) -> None:
    """Answers that the merged table no longer tells are parts; those it tells still are records alone."""
    analysis = replace(SHARE, verb="distribution")
    whole = result([{"category": "1"}, {"category": "2"}, {"category": "3"}], [1, 4, 45], analysis)
    merged = result([{"category": "1+2"}, {"category": "3"}], [5, 45], analysis)
    group = only(groups({"t": merged}, {}, study, 2021, apart={"t": whole}))
    assert [r.numerator for r in group.records] == [{"1", "2"}, {"3"}]
    assert [(set(p.numerator), p.k, p.n, p.table) for p in group.parts] == [
        ({"1"}, 1, 50, "t"),
        ({"2"}, 4, 50, "t"),
    ]
    assert only(groups({"t": whole}, {}, study, 2021, apart={"t": whole})).parts == ()
    assert only(groups({"t": merged}, {}, study, 2021)).parts == ()


def test_the_item_of_a_table(study: Study) -> None:
    assert only_item(Analysis("a", "number_of_models"), study) == "number_of_models"
    assert only_item(SHARE, study) == "q"
    assert only_item(replace(SHARE, items=("q", "group")), study) == "q"
    assert only_item(Analysis("a", "proportion"), study) == "a"
    assert only_item(Analysis("a", "association"), study) == study.roles.outcome
    assert only_item(Analysis("a", "association", ("q",)), study) == "q"
    named = result([{"item": "M1"}, {"item": "q"}, {"item": "M1"}], [1, 1, 1], SHARE)
    assert items_of(named, study) == ("M1", "q")
    assert items_of(result([{}], [1], SHARE), study) == ("q",)
