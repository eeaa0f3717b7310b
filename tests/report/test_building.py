"""The report as blocks: what a study has appears, what it lacks does not."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from barometri.disclosure.protected import ProtectedFigure
from barometri.figures import draw
from barometri.report.building import build, section_title
from barometri.report.claims import figure_of, leading
from barometri.report.document import (
    FigureBlock,
    FindingBlock,
    Heading,
    Paragraph,
    Report,
    Section,
    TableBlock,
    Terms,
)
from barometri.report.effects import effects_table, shares_table
from barometri.report.method import method_section
from barometri.report.points import points_table
from barometri.results import SameAsPublished
from barometri.study.claim import PublishedFigure
from barometri.texts import LANGUAGES, read_texts
from tests.figures import made_up
from tests.report.made_up_run import report, run


def words_of(section: Section) -> str:
    words: list[str] = []
    for block in section.blocks:
        match block:
            case Paragraph(text=text) | Heading(text=text):
                words.append(text)
            case Terms(pairs=pairs):
                words += [part for pair in pairs for part in pair]
            case TableBlock(table=table):
                words += [table.title, *(cell for row in table.rows for cell in row), *table.notes]
            case _:
                pass
    return "\n".join(words)


def method(made: Report) -> str:
    return words_of(made.sections[-1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_findings_sections_methods(language: str) -> None:
    made = report(language)
    assert made.sections[0].id == "findings"
    assert made.sections[-1].id == "method"
    assert made.id == f"demo_2021_{language}"
    figures = [b for s in made.sections for b in s.blocks if isinstance(b, FigureBlock)]
    assert {figure.chart.language for figure in figures} == {language}
    drawn = {name for name, part in run().tables.items() if part.analysis.chart}
    assert {figure.chart.id for figure in figures} == drawn


def test_methods_say_how_it_was_drawn_weighted_and_protected() -> None:
    said = method(report("en"))
    texts = read_texts("en")
    wave = run().study.waves[2021]
    strata = " × ".join(texts.lowered(run().study.question(name).label["en"]) for name in wave.design.stratum)
    for words in (
        texts.text("method.design_frame", strata=strata),
        texts.text("method.no_fpc"),
        texts.text("method.korn_graubard"),
        texts.text("method.disclosure_rules", minimum_n=10, minimum_k=5, mark="“..”"),
        texts.text("method.cannot_say_lower_text"),
        texts.text("note.lost_column", name=texts.quote(run().study.question("district").label["en"])),
        texts.text("method.comparable_similar"),
        "36%",
        "ab" * 32,
        "numpy 2.4.0",
        "SYNTHETIC DATA",
    ):
        assert words in said, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_weighted_base_that_is_left_out_is_explained(language: str) -> None:
    """Shares that are shown without it have a dash there; rows that are withheld whole need no word."""
    made, texts = run(), read_texts(language)
    words = texts.text("method.disclosure_fewer")
    name, table = next((n, t) for n, t in made.tables.items() if t.statistic == "proportion")
    for columns, said in ((["n_weighted"], True), (["n", "n_weighted"], False)):
        frame = table.frame.copy()
        frame.loc[frame.index[0], columns] = np.nan
        fewer = replace(made, tables={**made.tables, name: replace(table, frame=frame)})
        assert (words in words_of(method_section(fewer, texts))) is said
    assert words not in words_of(method_section(made, texts))


def test_the_table_of_withheld_numbers_adds_up_and_tells_no_reason() -> None:
    section = report("en").sections[-1]
    (table,) = [b.table for b in section.blocks if isinstance(b, TableBlock) and b.table.id == "withheld"]
    assert len(table.headers) == 5
    assert table.rows[-1][1:3] == (str(40 * (len(table.rows) - 1)), str(5 * (len(table.rows) - 1)))


def test_effects_without_a_number_are_counted_among_what_is_withheld() -> None:
    section = report("en").sections[-1]
    (table,) = [b.table for b in section.blocks if isinstance(b, TableBlock) and b.table.id == "withheld"]
    effects = [effect for part in run().tables.values() for effect in part.effects]
    gone = [effect for effect in effects if effect.status == "suppressed"]
    assert table.rows[-1][3:] == (str(len(effects)), str(len(gone)))
    assert sum(int(row[4]) for row in table.rows[:-1]) == len(gone) > 0
    assert table.notes == ("Measures without a number: withheld, or not estimable.",)


def test_a_study_without_models_claims_or_frame_has_no_section_that_needs_them() -> None:
    protected = run()
    wave = replace(protected.study.waves[2021], frame=(), design=type(protected.study.waves[2021].design)())
    study = replace(
        protected.study, models=(), claims=(), synthetic=False, waves={**protected.study.waves, 2021: wave}
    )
    waves = tuple(replace(part, has_weights=False) for part in protected.waves)
    bare = replace(protected, study=study, claims=(), waves=waves)
    tables = {"good_cooperation_by_group": protected.tables["good_cooperation_by_group"]}
    made = build(replace(bare, tables=tables), language="en")
    assert "findings" not in {section.id for section in made.sections}
    assert made.notice == ""
    said = method(made)
    assert read_texts("en").text("method.design_none") in said
    assert read_texts("en").text("method.claims") not in said
    assert "SYNTHETIC" not in said


def test_a_section_without_words_of_its_own_is_named_as_the_study_writes_it() -> None:
    texts = read_texts("fi")
    assert section_title("models", texts) == "Yhteistyömallit"
    assert section_title("poverty_in_countries", texts) == "Poverty in countries"
    own = {"poverty_in_countries": {"en": "Poverty", "fi": "Köyhyys"}}
    assert section_title("poverty_in_countries", texts, own=own) == "Köyhyys"


def effects(*changes: dict[str, Any]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    protected = run()
    name = "cooperation_by_number_of_models"
    part = protected.tables[name]
    made = tuple(replace(part.effects[0], **change) for change in changes)
    table = effects_table(name, replace(part, effects=made), protected, read_texts("en"))
    assert all(len(row) == len(table.headers) for row in (*table.rows, *table.values))
    return table.headers, table.rows


def test_a_hidden_effect_is_the_mark_and_nothing_else() -> None:
    nan = float("nan")
    gone: dict[str, Any] = {"status": "suppressed", "estimate": nan, "ci_low": nan, "ci_high": nan, "n": 0}
    headers, rows = effects({**gone, "p_text": ""}, {"adjusted_for": ("group", "district"), "p_text": "<.01"})
    assert headers == ("Measure", "Estimate", "95% confidence interval", "p value", "n")
    assert rows[0] == ("Somers' D", "..", "..", "", "..")
    assert rows[1][0] == "Somers' D, adjusted for: respondent group and insurance district"
    assert rows[1][1:] == ("0.18", "0.12–0.24", "p\u00a0<\u00a00.01", "1,030")


def test_ranks_have_no_decimals_and_areas_have_their_names() -> None:
    _, rows = effects(
        {"name": "district_rank", "estimate": 4.0, "ci_low": 1.0, "ci_high": 5.0},
        {"name": "county_direct_weight", "about": {"item": "M01", "county_2023": "county_05"}},
    )
    assert rows[0][2:4] == ("4", "1–5")
    areas = run().study.areas
    assert areas is not None
    area = next(area for area in areas.of("county_2023") if area.id == "county_05")
    assert (area.short or area.label)["en"] in rows[1][1]
    assert "county_" not in rows[1][1]


def test_notes_under_effects_say_how_they_were_adjusted_and_what_a_mark_means() -> None:
    protected, texts = run(), read_texts("en")
    name = "cooperation_by_number_of_models"
    part, nan = protected.tables[name], float("nan")
    one = part.effects[0]

    def notes(change: dict[str, Any]) -> str:
        made = replace(part, effects=(replace(one, **change),))
        return " ".join(effects_table(name, made, protected, texts).notes)

    assert "Holm" in notes({"adjusted_p_text": "0.02"})
    assert "Holm" not in notes({"adjusted_p_text": ""})
    assert "The mark “..”" in notes({"status": "suppressed", "estimate": nan})
    assert "The mark" not in notes({})
    assert "exactly one organiser" in notes({"name": "odds_ratio_within_area"})


def test_every_claim_says_how_its_number_came_about() -> None:
    findings = report("en").sections[0]
    tables = {block.table.id: block.table for block in findings.blocks if isinstance(block, TableBlock)}
    told = {row[0]: row[1] for row in tables["claims_methods"].rows}
    assert set(told) == {row[0] for row in tables["claims"].rows}
    assert all(words == "–" or (words.endswith(".") and ".." not in words) for words in told.values())


def test_effects_stand_under_their_measure_with_what_they_are_about() -> None:
    headers, rows = effects(
        {"name": "model_points", "about": {"item": "M06", "kind": "conditional"}, "adjusted_p_text": "0.40"},
        {"name": "gap", "about": {"item": "cooperation", "wave": "2018", "mark": "similar"}},
        {"name": "difference_of_shares", "about": {"class": "3+", "against": "model_nothing_agreed"}},
        {"name": "score_per_model", "about": {"reading": "upper"}},
    )
    assert headers[:2] == ("Measure", "Of what")
    assert "Adjusted p value" in headers
    assert [row[1] for row in rows] == [
        "Shared premises, other models held constant",
        f"{run().study.question('cooperation').label['en']}, 2018, only partly comparable",
        "At least 3 models, against: nothing agreed",
        "“Cannot say” read as in use",
    ]
    assert rows[0][2:4] == ("+18\u00a0pp", "12–24")
    assert rows[3][2] == "0.18"


def test_cards_of_the_claims_that_lead_then_all_claims_by_family() -> None:
    blocks = report("en").sections[0].blocks
    cards = [block for block in blocks if isinstance(block, FindingBlock)]
    assert [card.id for card in cards] == list(leading(run()))
    assert list(leading(run())) == ["QF01", "QF16", "QF13"]
    (table,) = [
        block.table for block in blocks if isinstance(block, TableBlock) and block.table.id == "claims"
    ]
    assert {row[0] for row in table.rows} == {result.claim.id for result in run().claims}
    assert len(table.groups) == len(table.rows)
    assert list(dict.fromkeys(table.groups)) == [
        group for place, group in enumerate(table.groups) if group not in table.groups[:place]
    ]
    assert next(row for row in table.rows if row[0] == "QF06")[3:] == ("", "", "", "–")


def test_the_report_says_which_claims_were_written_with_their_numbers_known() -> None:
    findings, method = report("en").sections[0], report("en").sections[-1]
    leads = [
        next(
            block.text for block in section.blocks if isinstance(block, Paragraph) and "written" in block.text
        )
        for section in (findings, method)
    ]
    for lead in leads:
        assert "Exceptions are QF01, QF02, QF03, QF06 and QF13: " in lead
    (table,) = [
        block.table
        for block in findings.blocks
        if isinstance(block, TableBlock) and block.table.id == "claims"
    ]
    marked = {row[0] for row in table.rows if row[1].endswith("†")}
    assert marked == {"QF01", "QF02", "QF03", "QF06", "QF13"}
    assert any(note.startswith("†") for note in table.notes)


def test_claims_all_written_before_their_numbers_need_no_exception() -> None:
    protected = run()
    before = tuple(
        replace(result, claim=replace(result.claim, written="before")) for result in protected.claims
    )
    findings = build(replace(protected, claims=before), language="en").sections[0]
    lead = next(block.text for block in findings.blocks if isinstance(block, Paragraph))
    assert "Exceptions" not in lead
    assert "known" not in lead


def test_without_a_headline_every_claim_up_to_a_dozen_has_a_card() -> None:
    protected = run()
    bare = replace(protected, study=replace(protected.study, claims_file=None))
    assert leading(bare) == tuple(result.claim.id for result in protected.claims)
    assert len(leading(replace(bare, claims=protected.claims * 4))) == 12


def test_the_annex_stands_last_before_the_methods() -> None:
    protected = run()
    name, part = next(iter(protected.tables.items()))
    annex = replace(part, analysis=replace(part.analysis, section="annex"))
    rest = {key: value for key, value in protected.tables.items() if key != name}
    made = build(replace(protected, tables={name: annex, **rest}), language="en")
    assert [section.id for section in made.sections[-2:]] == ["annex", "method"]


def test_published_figures_stand_beside_those_of_the_responses() -> None:
    figure = PublishedFigure("T1", 2021, "cooperation", 0.46, 0.01, population={"group": ("social_worker",)})
    found = (
        ProtectedFigure(figure, 0.44, 347.0, SameAsPublished.NO),
        ProtectedFigure(figure, float("nan"), float("nan"), SameAsPublished.YES, "not_reportable"),
    )
    made = build(replace(run(), published_figures=found), language="fi")
    tables = [b.table for b in made.sections[0].blocks if isinstance(b, TableBlock)]
    (table,) = [table for table in tables if table.id == "published_figures"]
    assert table.rows[0][1:] == ("46\u00a0%", "44\u00a0%", "347", "ei")
    assert table.rows[1][2:] == ("..", "..", "Lukua ei julkaista tietosuojan vuoksi.")


def test_a_published_figure_that_is_not_compared_tells_why() -> None:
    figure = PublishedFigure("T1", 2021, "cooperation", 0.46, 0.01)
    found = ProtectedFigure(
        figure, float("nan"), float("nan"), SameAsPublished.NOT_COMPARABLE, "no_responses"
    )
    made = build(replace(run(), published_figures=(found,)), language="en")
    tables = [b.table for b in made.sections[0].blocks if isinstance(b, TableBlock)]
    (row,) = next(table.rows for table in tables if table.id == "published_figures")
    why = read_texts("en").text("finding_reason.no_responses")
    assert row[2:4] == ("–", "–")
    assert row[4] == f"not comparable: {why[0].lower()}{why[1:]}".rstrip(".")


def test_a_claim_on_classes_of_the_number_of_models_leads_to_their_figure() -> None:
    protected = run()
    (result,) = [one for one in protected.claims if one.claim.id == "QF13"]
    name = figure_of(result, protected)
    assert protected.tables[name].analysis.verb in {"association", "dose_response"}
    assert protected.tables[name].analysis.chart
    of_another = replace(result.claim, items=("statement_enough_time",))
    assert not figure_of(replace(result, claim=of_another), protected)
    of_an_answer = replace(result.claim, left={"model_nothing_agreed": ("yes",)}, right={"rest": ()})
    assert not figure_of(replace(result, claim=of_an_answer), protected)


def test_the_table_under_points_has_both_their_coordinates() -> None:
    protected = made_up.protected(made_up.means_by_district(), made_up.dots_by_district_and_side())
    made = points_table("annex_mean_number_by_district", protected, read_texts("en"))
    chart = draw(protected, "annex_mean_number_by_district", language="en")
    up = chart.data[chart.data["axis"] == "up"].set_index("district")["estimate"]
    shown = {row[0]: values[-3] for row, values in zip(made.rows, made.values, strict=True)}
    assert len(made.headers) == len(made.rows[0]) == 8
    for district, value in up.items():
        label = run().study.question("district").code(str(district)).label["en"]
        assert shown[label] == value


def test_shares_beside_standardised_effects_say_that_they_are_not() -> None:
    protected = run()
    for name, part in protected.tables.items():
        table = shares_table(name, part, protected, read_texts("en"))
        assert ("The shares are not standardised." in table.notes) == (
            part.analysis.verb in {"gaps", "trends"}
        )
