"""The public doors: estimates without a study are attacked where they are protected; a run can be tried."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

import barometri as bm
from barometri.disclosure import gate
from barometri.disclosure.attack.naming import own_codes, study_of
from barometri.disclosure.attack.reading import topics
from barometri.disclosure.protect import as_results
from barometri.disclosure.protect import protect as unattacked
from barometri.disclosure.protected import SUPPRESSED, Protected, ProtectedTable
from barometri.errors import DisclosureError
from barometri.estimates import Estimates
from barometri.results import Results
from barometri.study.plan import DisclosureRules
from barometri.study.study import Study
from barometri.study.waves import Equivalence
from barometri.survey import Survey

STRICT = DisclosureRules(minimum_n=80, minimum_k=40)


@pytest.fixture(scope="module")
def by_group(demo_surveys: Mapping[int, Survey]) -> Estimates:
    """Every answer by group, with margins and those who cannot say beside."""
    return bm.proportion(
        demo_surveys[2021], "cooperation", by="group", categories="each", base="beside", margins=True
    )


def shown(protected: Protected, name: str, *, rows: slice) -> Protected:
    """Show some rows that were hidden, as a protector with a fault would."""
    table: ProtectedTable = protected.tables[name]
    frame = table.frame.copy()
    hidden = frame.index[frame["status"] == SUPPRESSED]
    frame.loc[hidden[rows], "status"] = "shown"
    return replace(protected, tables={**protected.tables, name: replace(table, frame=frame)})


def test_estimates_alone_withstand_what_they_are_protected_against(by_group: Estimates) -> None:
    protected = bm.protect({"answers": by_group}, STRICT)
    assert protected.notes == ("alone",)
    assert protected.tables["answers"].frame["status"].eq(SUPPRESSED).sum() > 10


def test_estimates_that_a_reader_can_complete_are_refused(
    by_group: Estimates, monkeypatch: pytest.MonkeyPatch
) -> None:
    protected = unattacked({"answers": by_group}, STRICT)
    monkeypatch.setattr(
        gate, "protect_unattacked", lambda *_: shown(protected, "answers", rows=slice(1, None))
    )
    with pytest.raises(DisclosureError, match=r"^Tables answers \(answers\): what they show gives away"):
        bm.protect({"answers": by_group}, STRICT)


def test_a_whole_run_is_not_attacked_twice(
    demo_results: Results, demo_protected: Protected, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that publishes it attacks it, together with what was published before."""
    monkeypatch.setattr(gate, "protect_unattacked", lambda *_: demo_protected)
    monkeypatch.setattr(gate, "failures", None)
    assert bm.protect(demo_results) is demo_protected


def test_a_run_can_be_tried_by_hand(demo_results: Results, demo_protected: Protected) -> None:
    name = next(part.table for part in demo_protected.hidden if part.primary)
    one = replace(demo_results, tables={name: demo_results.tables[name]}, claims=(), published_figures=())
    own = replace(demo_protected, tables={name: demo_protected.tables[name]}, claims=(), published_figures=())
    assert bm.attack(one, own).passed
    told = bm.attack(one, shown(own, name, rows=slice(None)))
    assert not told.passed
    assert name in told.message


def test_answers_that_make_up_a_base_are_one_question(by_group: Estimates) -> None:
    results = as_results({"answers": by_group})
    (question,) = study_of(results).codebook.questions.values()
    assert question.id == "answers"
    assert len(question.codes) == 5, "who cannot say stands beside"
    (topic,) = topics(results, unattacked({"answers": by_group}, STRICT))
    assert {len(record.among) for record in topic.released} == {5, 6}


def test_categories_that_overlap_are_questions_of_their_own(demo_surveys: Mapping[int, Survey]) -> None:
    few = bm.proportion(
        demo_surveys[2021],
        "cooperation",
        categories={"low": ["very_poorly"], "any": ["very_poorly", "neither"]},
    )
    assert not study_of(as_results(few)).codebook.questions


def test_numbers_of_models_go_as_far_as_their_classes(demo_surveys: Mapping[int, Survey]) -> None:
    classes = bm.number_of_models(demo_surveys[2021], by="side")
    highest = max(int(str(word).rstrip("+")) for word in classes.frame["category"])
    assert len(study_of(as_results(classes)).models) == highest
    assert bm.protect(classes).tables["estimates"].frame["estimate"].notna().any()


def test_a_code_is_the_code_of_its_own_wave(demo_study: Study) -> None:
    """Groups that a later wave calls otherwise are the same people in every table."""
    year = min(demo_study.waves)
    entries = (
        Equivalence("group", "similar", "old", "new"),
        Equivalence("group", "similar", "older", "new"),
        Equivalence("district", "same"),
    )
    study = replace(
        demo_study, waves={**demo_study.waves, year: replace(demo_study.waves[year], equivalence=entries)}
    )
    who = {"group": frozenset({"new", "other"}), "district": frozenset({"new"})}
    assert own_codes(who, str(year), study) == {
        "group": {"old", "older", "other"},
        "district": {"new"},
    }
    assert own_codes(who, str(study.latest), study) == who
    assert own_codes(who, "", study) == who


def test_answers_that_a_merged_scale_counts_together_are_read(demo_results: Results) -> None:
    name = next(n for n, t in demo_results.tables.items() if t.analysis.verb == "distribution")
    one = replace(demo_results, tables={name: demo_results.tables[name]}, claims=(), published_figures=())
    protected = unattacked(one, STRICT)
    merged = protected.tables[name].frame["category"].astype(str).str.contains("+", regex=False)
    assert merged.any()
    records = [record for topic in topics(one, protected) for record in topic.released]
    shown = protected.tables[name].frame["status"].ne(SUPPRESSED)
    both = [
        record for record in records if record.table == name and record.shown and len(record.counted) == 2
    ]
    assert len(both) == (merged & shown).sum() > 0
