"""What a reader finds in made-up reports, record by record."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from barometri.disclosure.attack import Released, Topic
from barometri.disclosure.attack.answers import counted_and_among, item_of
from barometri.disclosure.attack.facts import TIES, Strata
from barometri.disclosure.attack.naming import own_codes, study_of
from barometri.disclosure.attack.reading import topics
from barometri.disclosure.protected import SHOWN, SUPPRESSED
from barometri.estimates import TOTAL, Cell
from barometri.results import Results, Verdict
from barometri.study.codebook import Codebook
from barometri.study.plan import DisclosureRules
from barometri.study.waves import Equivalence, Wave
from tests.attack import made_up
from tests.attack.made_up import (
    NAN,
    claim,
    effect,
    figure,
    printed,
    printed_claim,
    printed_effect,
    release,
    run,
    study,
    table,
)

WELL = frozenset({"bad", "mid", "fine", "best"})
GOOD = frozenset({"fine", "best"})
STATES = frozenset({"est", "trial", "unused"})
UPPER = frozenset({"unused", "?"})
"""What turns all states into those that the upper reading counts."""


def read(results: Results, **how: Any) -> dict[str, Topic]:  # noqa: ANN401
    return {topic.name: topic for topic in topics(results, release(results, **how))}


def same(found: Released, **wanted: object) -> None:
    for entry in fields(Released):
        value, expected = getattr(found, entry.name), wanted.get(entry.name, "not said")
        if expected == "not said":
            continue
        assert value == expected or (value != value and expected != expected), entry.name  # noqa: PLR0124


def rows(*ks: float, n: int = 40, names: Sequence[str] = ("_total", "g1", "g2")) -> list[dict[str, Any]]:
    return [{"group": name, "n": n, "k": k} for name, k in zip(names, ks, strict=False)]


def test_a_table_is_read_row_by_row() -> None:
    result = table("proportion", rows(20, 12, 8), by=("group",), items=("well",))
    found = read(run({"tab": result}), tables={"tab": printed(result, hidden=[1])})
    assert list(found) == ["well 2021"]
    whole, first, second = found["well 2021"].released
    same(whole, table="tab", who={}, counted=GOOD, among=WELL, n=40.0, k=20.0, shown=True, share=0.5)
    same(whole, step=0.005, is_free=False, is_ceiling=False, people=400.0)
    same(first, who={"group": frozenset({"g1"})}, n=40.0, k=12.0, shown=False, share=NAN, people=NAN)
    same(second, who={"group": frozenset({"g2"})}, k=8.0, shown=True, share=0.2)
    assert found["well 2021"].derived == {"side": ("group", {"g1": "s", "g2": "t"})}
    assert found["well 2021"].strata is None


def test_a_table_that_is_left_out_is_read_as_hidden() -> None:
    result = table("proportion", rows(20, 12), by=("group",), items=("well",), effects=(effect(cell()),))
    found = read(run({"tab": result}), tables={})
    assert [(r.table, r.shown) for r in found["well 2021"].released] == [
        ("tab", False),
        ("tab", False),
        ("effect 0 of tab", False),
    ]


def test_a_row_that_is_left_out_is_hidden_and_one_that_is_made_up_is_not_read() -> None:
    result = table("proportion", rows(20, 12, 8), by=("group",), items=("well",))
    frame = printed(result).frame.iloc[[0, 2]].copy()
    frame = pd.concat([frame, frame.iloc[[0]].assign(group="g9")])
    found = read(run({"tab": result}), tables={"tab": replace(printed(result), frame=frame)})
    assert [r.shown for r in found["well 2021"].released] == [True, False, True]


@pytest.mark.parametrize(("n", "digits", "step"), [(99, 3, 0.005), (100, 3, 0.0005), (100, 2, 0.005)])
def test_digits_of_a_share_follow_its_base_or_what_is_printed(n: int, digits: int, step: float) -> None:
    result = table("proportion", rows(37, 33, n=n), by=("group",), items=("well",))
    frame = result.estimates.frame.assign(estimate=[0.3714, 0.3333])
    result = replace(result, estimates=replace(result.estimates, frame=frame))
    found = read(run({"tab": result}), tables={"tab": printed(result, digits=digits)})
    assert [r.step for r in found["well 2021"].released] == [step, step]


def test_coarse_shares_of_one_item_and_wave_say_nothing_of_another() -> None:
    keys = [("well", "2021"), ("well", "2019"), ("nothing", "2021")]
    given = [{"wave": w, "item": i, "n": 200, "k": 75, "estimate": 0.3714} for i, w in keys]
    result = table("proportion", given, items=("well", "nothing"))
    shown = printed(result)
    shown.frame.loc[0, "estimate"] = 0.37
    found = read(run({"tab": result}), tables={"tab": shown})
    assert {name: topic.released[0].step for name, topic in found.items()} == {
        "well 2021": 0.005,
        "well 2019": 0.0005,
        "nothing 2021": 0.0005,
    }


def test_joined_answers_are_read_from_the_rows_they_join() -> None:
    given = [{"category": c, "n": 40, "k": k} for c, k in (("bad", 3), ("mid", 9), ("fine", 28), ("best", 0))]
    result = table("distribution", given, items=("well",))
    frame = printed(result).frame
    joined = [
        frame.iloc[[0]].assign(category=name, estimate=0.3) for name in ("bad|mid", "bad|worse", "bad+mid")
    ]
    shown = replace(printed(result), frame=pd.concat([*joined, frame.iloc[2:]]))
    own = read(run({"tab": result}), tables={"tab": shown})["well 2021"].released
    assert [(sorted(r.counted), r.k, r.shown) for r in own] == [
        (["bad"], 3.0, False),
        (["mid"], 9.0, False),
        (["fine"], 28.0, True),
        (["best"], 0.0, True),
        (["bad", "mid"], 12.0, True),
        (["bad", "mid"], 12.0, True),
    ]


def test_an_open_class_is_one_answer() -> None:
    given = [{"category": c, "n": 40, "k": k} for c, k in (("0", 10), ("1", 20), ("2+", 10))]
    result = table("number_of_models", given)
    own = read(run({"tab": result}))["number_of_models 2021"].released
    assert [sorted(r.counted) for r in own] == [["0"], ["1"], ["2"]]
    assert {r.among for r in own} == {frozenset("012")}


def test_a_mean_counts_nobody_and_a_domain_is_a_restriction() -> None:
    result = table("mean", [{"n": 40, "k": NAN}], items=("well",), domain="x == 1")
    (own,) = read(run({"tab": result}))["well 2021"].released
    same(own, counted=frozenset(), among=WELL, n=40.0, k=NAN, who={"domain x == 1": frozenset({"inside"})})


@pytest.mark.parametrize(
    ("verb", "more", "topic", "counted", "among"),
    [
        ("proportion", {"items": ("well",), "base": "asked"}, "well", GOOD, WELL | {"?"}),
        ("association", {}, "well", GOOD, WELL),
        ("proportion", {}, "tab", {"yes"}, {"yes", "no"}),
        ("model_prevalence", {"items": ("A",)}, "A", {"est", "trial"}, STATES | {"?"}),
        ("model_prevalence", {"items": ("A",), "reading": "informed"}, "A", {"est", "trial"}, STATES),
        (
            "model_prevalence",
            {"items": ("B",), "reading": "upper"},
            "B",
            {"est", "trial", "?"},
            STATES | {"?"},
        ),
        ("proportion", {"items": ("number_of_models",), "base": "asked"}, "number_of_models", (), "012"),
    ],
)
def test_items_and_bases_by_verb(
    verb: str, more: Mapping[str, Any], topic: str, counted: set[str], among: set[str]
) -> None:
    result = table(verb, [{"n": 40, "k": 20}], **more)
    own = read(run({"tab": result}))
    assert list(own) == [f"{topic} 2021"]
    same(own[f"{topic} 2021"].released[0], counted=frozenset(counted), among=frozenset(among))


def cell(item: str = "well", n: int = 40, k: int = 20, **more: Any) -> Cell:  # noqa: ANN401
    return Cell(item, more.pop("wave", 2021), more.pop("who", {"group": ("g1", "g2")}), n, k, **more)


@pytest.mark.parametrize(
    ("said", "shown"),
    [(printed_effect(), True), (printed_effect(SUPPRESSED), False), (printed_effect(SHOWN, NAN), False)],
)
def test_an_effect_shows_the_shares_behind_it(said: Any, shown: bool) -> None:  # noqa: ANN401
    result = table("association", [{"n": 40, "k": 20}], effects=(effect(cell()), effect(cell(k=9))))
    protected = replace(printed(result), effects=(said,))
    own = read(run({"tab": result}), tables={"tab": protected})["well 2021"].released[1:]
    assert [(r.table, r.k, r.shown) for r in own] == [
        ("effect 0 of tab", 20.0, shown),
        ("effect 1 of tab", 9.0, False),
    ]
    same(
        own[0],
        who={"group": frozenset({"g1", "g2"})},
        counted=GOOD,
        among=WELL,
        n=40.0,
        share=NAN,
        people=NAN,
    )


@pytest.mark.parametrize(
    ("verdict", "estimate", "shown"),
    [
        (Verdict.SUPPORTED, 0.5, True),
        (Verdict.SUPPORTED, NAN, True),
        (Verdict.NOT_REPORTABLE, NAN, False),
        (Verdict.NOT_ESTIMABLE, NAN, False),
        (Verdict.NOT_ESTIMABLE, 0.5, True),
    ],
)
def test_a_claim_shows_its_shares_by_number_or_verdict(
    verdict: Verdict, estimate: float, shown: bool
) -> None:
    found = claim(cell(category="mid", base="asked"), parts=[cell(k=1), cell(k=2), cell(k=3), cell(k=4)])
    said = printed_claim(found, verdict, estimate, [(0.5, ""), (NAN, "<.01"), (NAN, "")])
    own = read(run({}, claims=[found]), claims=[said])["well 2021"].released
    assert [(r.table, r.k, r.shown) for r in own] == [
        ("claim c1", 20.0, shown),
        ("part 0 of claim c1", 1.0, True),
        ("part 1 of claim c1", 2.0, True),
        ("part 2 of claim c1", 3.0, False),
        ("part 3 of claim c1", 4.0, False),
    ]
    same(own[0], counted=frozenset({"mid"}), among=WELL | {"?"})


@pytest.mark.parametrize(("value", "shown"), [(0.5, True), (NAN, False)])
def test_a_published_figure_shows_its_shares(value: float, shown: bool) -> None:
    found = read(run({}, figures=[figure(cell(wave=2019))]), figures=[value])
    (own,) = found["well 2019"].released
    same(own, table="published f1", shown=shown, n=40.0, k=20.0)


def test_respondents_bound_every_item_of_their_wave_but_their_own_rates() -> None:
    asked = table("proportion", [{"n": 40, "k": 20}], items=("well",))
    rates = table(
        "response_rates", [{"group": g, "n": 90, "k": k} for g, k in (("g1", 30), ("g2", 25))], by=("group",)
    )
    results = run({"tab": asked, "rates": rates}, figures=[figure(cell(wave=2019, who={}))])
    protected = {"tab": printed(asked), "rates": printed(rates, hidden=[1])}
    found = read(results, tables=protected, figures=[0.5], waves=[(2021, 55.0), (2019, NAN)])
    ceilings = [r for r in found["well 2021"].released if r.is_ceiling]
    assert [(r.table, dict(r.who), r.n) for r in ceilings] == [
        ("rates", {"group": frozenset({"g1"})}, 30.0),
        ("waves", {}, 55.0),
    ]
    for r in ceilings:
        same(r, counted=frozenset(), among=WELL, k=NAN, shown=True)
    assert not any(r.is_ceiling for name in ("tab 2021", "well 2019") for r in found[name].released)


@pytest.mark.parametrize(
    ("rule", "item", "free"),
    [
        ("strict", "A", False),
        ("aside", "A", True),
        ("aside", "B", False),
        ("aside", "q2", True),
        ("aside", "well", False),
        ("aside", "number_of_models", False),
    ],
)
def test_facts_about_an_organisation_are_set_aside(rule: Any, item: str, free: bool) -> None:  # noqa: ANN401
    own = study(disclosure=DisclosureRules(organisation_numerator=rule))
    found = read(run({}, figures=[figure(cell(item))], of=own), figures=[0.5])
    assert [r.is_free for r in found[f"{item} 2021"].released] == [free]


def test_the_number_of_models_is_about_organisations_where_all_models_are() -> None:
    rules = DisclosureRules(organisation_numerator="aside")
    own = study(disclosure=rules, models=made_up.MODELS[:1])
    found = read(run({}, figures=[figure(cell("number_of_models"))], of=own), figures=[0.5])
    assert found["number_of_models 2021"].released[0].is_free
    none = study(disclosure=rules, models=())
    found = read(run({}, figures=[figure(cell("some_item"))], of=none), figures=[0.5])
    assert not found["some_item 2021"].released[0].is_free


def test_a_structural_zero_is_free() -> None:
    own = study(disclosure=DisclosureRules(structural_zeros=("well:bad", "well:")))
    cells = [cell(category=c) for c in ("bad", "mid", "")]
    found = read(run({}, figures=[figure(*cells)], of=own), figures=[0.5])
    assert [r.is_free for r in found["well 2021"].released] == [True, False, True]


def test_items_that_count_others_are_tied() -> None:
    cells = [cell("number_of_models", category="2"), cell("any_model"), cell("any_model", category="trial")]
    found = read(run({}, figures=[figure(*cells, cell("A"), cell("B"), cell("q2"))]), figures=[0.5])
    agreed = "est|trial"
    assert {name: topic.derived.get(TIES) for name, topic in found.items()} == {
        "number_of_models 2021": ("number", {"A": agreed, "B": agreed}),
        "any_model 2021": ("any", {"A": agreed, "B": agreed}),
        "any_model trial 2021": ("any", {"A": "trial", "B": "trial"}),
        "A 2021": None,
        "B 2021": ("some", {"q2": agreed, "q3": agreed}),
        "q2 2021": None,
    }


@pytest.mark.parametrize(
    ("item", "category", "base", "counted", "among"),
    [
        ("well", "", "answered", GOOD, WELL),
        ("well", "good", "asked", GOOD, WELL | {"?"}),
        ("well", "unsure", "answered", {"?"}, WELL | {"?"}),
        ("well", "bad|unsure", "answered", {"bad", "?"}, WELL | {"?"}),
        ("nothing", "", "answered", {"nothing_yes"}, {"nothing_yes", "nothing_no"}),
        ("group", "", "answered", set(), {"g1", "g2"}),
        ("number", "", "answered", {"yes"}, {"yes", "no"}),
        ("A", "trial", "answered", {"trial"}, STATES),
        ("B", "agreed", "asked", {"est", "trial"}, STATES | {"?"}),
        ("q3", "", "answered", {"est", "trial"}, STATES),
        ("any_model", "trial", "asked", {"yes"}, {"yes", "no", "?"}),
        ("any_model", "no", "answered", {"no"}, {"yes", "no"}),
        ("number_of_models", "1+", "asked", {"1", "2", "1?", "2?"}, {"0", "1", "2", "0?", "1?", "2?"}),
        ("number_of_models", "1", "answered", {"1"}, {"0", "1", "2"}),
        ("number_of_models", "1", "asked", {"1", "1?"}, {"0", "1", "2", "0?", "1?", "2?"}),
        ("number_of_models", "unsure", "answered", {"0?", "1?", "2?"}, {"0", "1", "2", "0?", "1?", "2?"}),
        ("number_of_models", "", "answered", set(), {"0", "1", "2"}),
    ],
)
def test_which_answers_a_record_counts(
    item: str,
    category: str,
    base: Literal["answered", "asked"],
    counted: set[str],
    among: set[str],
) -> None:
    assert counted_and_among(item, category, base, study()) == (frozenset(counted), frozenset(among))
    assert counted_and_among("well", "", base, study(), unsure_counts=True)[0] == GOOD | {"?"}


def test_numbers_of_two_digits_are_no_classes() -> None:
    many = study(models=made_up.MODELS[:1] * 12)
    assert counted_and_among("number_of_models", "12", "answered", many)[0] == {"12"}
    assert counted_and_among("number_of_models", "11+", "answered", many)[0] == {"11", "12"}
    for words in ("none+", "2 or 3+"):
        assert len(counted_and_among("number_of_models", words, "answered", many)[0]) == 13


def test_a_study_without_models_has_plain_answers() -> None:
    plain = study(model_states=None)
    assert counted_and_among("A", "", "answered", plain) == (frozenset(), STATES)
    assert counted_and_among("B", "", "answered", plain) == (
        frozenset({"yes"}),
        frozenset({"yes", "no"}),
    )


@pytest.mark.parametrize(
    ("item", "category", "name"),
    [
        ("well", "bad", "well"),
        ("A", "trial", "A"),
        ("number_of_models", "1", "number_of_models"),
        ("any_model", "trial", "any_model trial"),
        ("any_model", "", "any_model"),
    ],
)
def test_topics_are_named(item: str, category: str, name: str) -> None:
    assert item_of(item, category, study()) == name


def test_codes_of_an_earlier_wave_go_by_their_own_names() -> None:
    same_as = (
        Equivalence("group", "similar", "old_a", "g1"),
        Equivalence("group", "similar", "old_b", "g1"),
        Equivalence("side", "similar", "old_s", ""),
        Equivalence("side", "similar", "", "t"),
    )
    own = replace(study(), waves={2019: Wave(2019, "f", {}, equivalence=same_as)})
    who = {"group": frozenset({"g1", "g2"}), "side": frozenset({"t", "s"}), "other": frozenset({"g1"})}
    assert own_codes(who, "2019", own) == {
        "group": {"old_a", "old_b", "g2"},
        "side": {"t", "s"},
        "other": {"g1"},
    }
    assert own_codes(who, "2021", own) == who
    assert own_codes(who, "", own) == who


def nameless(tables: Mapping[str, Any]) -> Results:
    return run(tables, of=study(codebook=Codebook({}), models=(), model_states=None))


def test_estimates_without_a_study_are_a_study_of_what_they_tell() -> None:
    shares = [
        ("g1", "x", 40, 25),
        ("g1", "y", 40, 15),
        ("g1", "?", 45, 5),
        ("g2", "x", 30, 10),
        ("g2", "y", 30, 20),
    ]
    given = [{"group": g, "category": c, "n": n, "k": k} for g, c, n, k in shares]
    whole = table("distribution", given, by=("group",))
    found = study_of(nameless({"tab": whole}))
    assert [code.id for code in found.question("tab").codes] == ["x", "y"]
    assert [code.value for code in found.question("tab").codes] == [1, 2]
    assert found.models == ()
    for at, column, value in ((0, "k", 24), (3, "category", "z")):
        other = [dict(row) for row in given]
        other[at][column] = value
        assert "tab" not in study_of(nameless({"tab": table("distribution", other, by=("group",))})).codebook
    with_study = run({"tab": whole})
    assert study_of(with_study) is with_study.study


def test_items_of_one_table_without_a_study_are_told_apart() -> None:
    shares = [("i", "x", 40, 25), ("i", "y", 40, 15), ("j", "u", 30, 30)]
    given = [{"item": i, "category": c, "n": n, "k": k} for i, c, n, k in shares]
    found = study_of(
        nameless({"tab": table("distribution", given), "mean": table("mean", [{"n": 9, "k": NAN}])})
    )
    assert {name: [c.id for c in q.codes] for name, q in found.codebook.questions.items()} == {
        "i": ["x", "y"],
        "j": ["u"],
    }
    assert TIES not in read(nameless({"tab": table("distribution", given)}))["i 2021"].derived


def test_a_number_of_models_without_a_study_goes_to_its_highest_class() -> None:
    given = [
        {"item": "number_of_models", "category": c, "n": 40, "k": 10} for c in ("0", "1", "4+", "unsure")
    ]
    found = study_of(nameless({"tab": table("distribution", given)}))
    assert [(model.id, model.questions) for model in found.models] == [("", ())] * 4
    assert found.codebook.questions == {}


def test_strata_tell_whether_weights_vary() -> None:
    alike = Strata(("group",), {("g1",): 2.0, ("g2",): 2.0}, {("g1",): 5, ("g2",): 6})
    assert not alike.vary
    assert replace(alike, weights={("g1",): 2.0, ("g2",): 3.0}).vary
    assert repr(alike) == "Strata(('group',))"
    assert np.isnan(NAN)
    assert TOTAL == "_total"
