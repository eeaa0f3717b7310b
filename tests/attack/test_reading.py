from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from barometri.disclosure.attack import Released, Topic
from barometri.disclosure.attack.answers import UNSURE, counted_and_among, item_of
from barometri.disclosure.attack.reading import topics
from barometri.disclosure.protected import SUPPRESSED, Protected, ProtectedTable
from barometri.results import Results, Verdict
from barometri.study.study import Study


def of(found: tuple[Topic, ...], table: str) -> list[Released]:
    return [r for topic in found for r in topic.released if r.table == table and not r.is_ceiling]


def with_table(protected: Protected, name: str, frame: pd.DataFrame) -> Protected:
    table: ProtectedTable = replace(protected.tables[name], frame=frame)
    return replace(protected, tables={**protected.tables, name: table})


@pytest.mark.parametrize(
    ("named", "counted", "size"),
    [
        (("cooperation", "", "answered"), {"fairly_well", "very_well"}, 5),
        (("cooperation", "", "asked"), {"fairly_well", "very_well"}, 6),
        (("cooperation", "neither", "answered"), {"neither"}, 5),
        (("cooperation", "cannot_say", "answered"), {UNSURE}, 6),
        (("cooperation", "neither|very_poorly", "answered"), {"neither", "very_poorly"}, 5),
        (("M06", "agreed", "asked"), {"established", "on_trial"}, 4),
        (("M06", "on_trial", "answered"), {"on_trial"}, 3),
        (("model_nothing_agreed", "", "asked"), {"yes"}, 3),
        (("number_of_models", "2", "answered"), {"2"}, 7),
        (("number_of_models", "5+", "asked"), {"5", "6", "5?", "6?"}, 14),
        (("number_of_models", "", "answered"), set(), 7),
        (("any_model", "established", "asked"), {"yes"}, 3),
    ],
)
def test_answers_of_a_record(
    named: tuple[str, str, str], counted: set[str], size: int, demo_study: Study
) -> None:
    found, among = counted_and_among(*named, demo_study)
    assert found == counted
    assert len(among) == size
    assert found <= among


def test_whoever_cannot_say_counts_in_the_upper_reading(demo_study: Study) -> None:
    found, among = counted_and_among("M01", "", "asked", demo_study, unsure_counts=True)
    assert UNSURE in found
    assert found < among


def test_an_item_no_codebook_knows_is_one_topic_per_category(demo_study: Study) -> None:
    assert item_of("any_model", "on_trial", demo_study) == "any_model on_trial"
    assert item_of("M01", "on_trial", demo_study) == "M01"


def test_a_hidden_row_is_read_as_hidden(demo_results: Results, demo_protected: Protected) -> None:
    name = "good_cooperation_by_group"
    frame = demo_protected.tables[name].frame.copy()
    place = frame.index[frame["group"] == "supervisor"][0]
    frame.loc[place, "status"] = SUPPRESSED
    found = of(topics(demo_results, with_table(demo_protected, name, frame)), name)
    assert [r.who for r in found if not r.shown] == [{"group": frozenset({"supervisor"})}]


def test_a_row_left_out_is_read_as_hidden(demo_results: Results, demo_protected: Protected) -> None:
    name = "good_cooperation_by_group"
    frame = demo_protected.tables[name].frame.iloc[1:]
    found = of(topics(demo_results, with_table(demo_protected, name, frame)), name)
    assert [r.shown for r in found] == [False] + [True] * (len(found) - 1)


def test_joined_answers_are_read_beside_the_hidden_ones(
    demo_results: Results, demo_protected: Protected
) -> None:
    name = "cooperation_by_district"
    frame = demo_protected.tables[name].frame
    joined = frame[frame["category"] == "very_poorly"].assign(category="very_poorly|fairly_poorly")
    rest = frame[~frame["category"].isin(["very_poorly", "fairly_poorly"])]
    found = of(topics(demo_results, with_table(demo_protected, name, pd.concat([joined, rest]))), name)
    before = demo_results.tables[name].estimates
    exact = before.counts["k"][before.frame["category"].isin(["very_poorly", "fairly_poorly"])].sum()
    both = [r for r in found if r.counted == {"very_poorly", "fairly_poorly"}]
    assert len(both) == len(joined)
    assert all(r.shown for r in both)
    assert sum(r.k for r in both) == exact
    assert sum(not r.shown for r in found) == 2 * len(joined)


def test_a_silent_claim_shows_nothing(demo_results: Results, demo_protected: Protected) -> None:
    place = next(i for i, c in enumerate(demo_results.claims) if c.cells)
    name = f"claim {demo_results.claims[place].claim.id}"
    shown = of(topics(demo_results, demo_protected), name)
    assert shown
    assert all(r.shown for r in shown)
    said = list(demo_protected.claims)
    said[place] = replace(said[place], estimate=np.nan, verdict=Verdict.NOT_REPORTABLE)
    hidden = of(topics(demo_results, replace(demo_protected, claims=tuple(said))), name)
    assert not any(r.shown for r in hidden)
    # A verdict without a number ranks what is hidden.
    said[place] = replace(said[place], verdict=Verdict.SUPPORTED)
    ranked = of(topics(demo_results, replace(demo_protected, claims=tuple(said))), name)
    assert all(r.shown for r in ranked)


def test_effects_and_published_figures_show_what_is_behind_them(
    demo_results: Results, demo_protected: Protected
) -> None:
    name = "annex_gap"
    assert all(r.shown for r in of(topics(demo_results, demo_protected), f"effect 0 of {name}"))
    table = demo_protected.tables[name]
    effects = (replace(table.effects[0], status=SUPPRESSED, estimate=np.nan), *table.effects[1:])
    figures = tuple(replace(f, estimate=np.nan) for f in demo_protected.published_figures)
    less = replace(
        demo_protected,
        tables={**demo_protected.tables, name: replace(table, effects=effects)},
        published_figures=figures,
    )
    found = topics(demo_results, less)
    assert not any(r.shown for r in of(found, f"effect 0 of {name}"))
    for figure in demo_results.published_figures:
        assert not any(r.shown for r in of(found, f"published {figure.figure.id}"))


def test_respondents_of_a_wave_bound_every_item(demo_results: Results, demo_protected: Protected) -> None:
    for topic in topics(demo_results, demo_protected):
        ceilings = [r for r in topic.released if r.is_ceiling and r.table == "waves"]
        bases = [r.n for r in topic.released if not r.is_ceiling]
        assert all(max(bases) <= ceiling.n for ceiling in ceilings)


def test_fewer_digits_than_a_base_leaves_are_seen(demo_results: Results, demo_protected: Protected) -> None:
    name = "good_cooperation_by_district"
    full = {r.step for r in of(topics(demo_results, demo_protected), name) if r.n >= 100}
    frame = demo_results.tables[name].estimates.frame["estimate"]
    table = demo_protected.tables[name].frame
    printed = {digits: table.assign(estimate=frame.round(digits)) for digits in (2, 3)}
    steps = {
        digits: {
            r.step
            for r in of(topics(demo_results, with_table(demo_protected, name, own)), name)
            if r.n >= 100
        }
        for digits, own in printed.items()
    }
    assert full <= {0.005, 0.0005}
    assert steps == {2: {0.005}, 3: {0.0005}}
