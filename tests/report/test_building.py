"""The report as blocks: what a study has appears, what it lacks does not."""

from dataclasses import replace

import pytest

from barometri.report.building import build, effects_table, section_title
from barometri.report.document import FigureBlock, Heading, Paragraph, Report, Section, TableBlock, Terms
from barometri.texts import LANGUAGES, read_texts
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


def test_the_table_of_withheld_numbers_adds_up_and_tells_no_reason() -> None:
    section = report("en").sections[-1]
    (table,) = [b.table for b in section.blocks if isinstance(b, TableBlock) and b.table.id == "withheld"]
    assert len(table.headers) == 3
    assert table.rows[-1][1:] == (str(40 * (len(table.rows) - 1)), str(5 * (len(table.rows) - 1)))


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


def test_a_hidden_effect_is_the_mark_and_nothing_else() -> None:
    protected = run()
    name = "cooperation_by_number_of_models"
    part = protected.tables[name]
    nan = float("nan")
    gone = replace(part.effects[0], status="suppressed", estimate=nan, ci_low=nan, ci_high=nan, n=0)
    adjusted = replace(part.effects[0], adjusted_for=("group", "district"))
    table = effects_table(name, replace(part, effects=(gone, adjusted)), protected, read_texts("en"))
    assert table.rows[0] == ("Somers' D", "..", "..", "..")
    assert table.values[0] == (None, None, None, None)
    assert table.rows[1][0] == "Somers' D, adjusted for: respondent group and insurance district"
    assert table.rows[1][1:] == ("0.18", "0.12–0.24", "1,030")
