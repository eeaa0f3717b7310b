"""Tables in words: labels, numbers, both bases, one mark for what is hidden."""

from dataclasses import replace

import pytest

from barometri.errors import OptionError
from barometri.study.plan import Reading
from barometri.tables import table
from barometri.texts import LANGUAGES
from tests.figures import made_up

NBSP = "\u00a0"
EVERYTHING = made_up.everything()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERYTHING.tables)
def test_every_table_is_whole_in_every_language(name: str, language: str) -> None:
    made = table(EVERYTHING, name, language=language)
    frame = EVERYTHING.tables[name].frame
    assert len(made.rows) == len(made.values) == len(frame)
    width = len(made.headers)
    assert all(len(row) == width for row in (*made.rows, *made.values))
    assert len(set(made.headers)) == width
    assert 1 <= made.row_headers < width
    labels = [cell for row in made.rows for cell in row[: made.row_headers]]
    assert all(labels)
    assert not any("_" in label for label in labels)
    assert len({row[: made.row_headers] for row in made.rows}) == len(made.rows)
    assert sum(value is not None for row in made.values for value in row) == 3 * int(
        (frame["status"] != "suppressed").sum()
    )


def test_the_base_of_the_number_of_models_is_who_has_one() -> None:
    """The number is counted among those who took a stand, whatever reading the models' shares have."""
    notes = table(EVERYTHING, "number_of_models_by_district", language="en").notes
    assert notes[0].startswith("Those who answered about every model, except those who could not say")
    by_number = table(EVERYTHING, "cooperation_by_number_of_models", language="en").notes
    assert by_number[0].endswith("those whose answers give a number of models.")


def test_share_interval_and_both_bases_stand_side_by_side() -> None:
    made = table(EVERYTHING, "good_cooperation_by_group", language="fi")
    assert made.title == "Yhteistyö toimii hyvin, ryhmittäin"
    assert made.headers == ("Vastaajaryhmä", "Osuus", f"95{NBSP}%:n luottamusväli", "n", "painotettu n")
    assert made.rows[0] == (
        "Toimeentulotuen ratkaisuasiantuntijat",
        f"34{NBSP}%",
        f"29–39{NBSP}%",
        "310",
        f"1{NBSP}240",
    )
    assert made.values[0] == (None, 0.34, None, 310.0, 1240.0)
    assert made.rows[-1][0] == "Kaikki vastaajat"


def test_hidden_records_show_one_mark_everywhere_and_hold_no_number() -> None:
    made = table(EVERYTHING, "models_by_district", language="en")
    hidden = [i for i, row in enumerate(made.rows) if ".." in row]
    assert len(hidden) == 4
    for i in hidden:
        assert made.rows[i][3:7] == ("..",) * 4
        assert made.rows[i][7] == "not published"
        assert made.values[i] == (None,) * len(made.headers)
    assert any("protect respondents" in note for note in made.notes)


def test_small_bases_are_flagged_and_explained() -> None:
    made = table(EVERYTHING, "cooperation_by_group", language="sv")
    flagged = [row for row in made.rows if row[-1] == "få svar"]
    assert flagged
    assert all(row[2].endswith("*") for row in flagged)
    assert any(note.startswith(f"*{NBSP}= få svar") for note in made.notes)


def test_rows_follow_the_codebook_not_the_alphabet() -> None:
    made = table(EVERYTHING, "models_by_district", language="fi")
    districts = list(dict.fromkeys(row[1].split()[0] for row in made.rows))
    assert districts == ["Pohjoinen", "Itäinen", "Keskinen", "Läntinen", "Eteläinen", "Koko"]
    models = list(dict.fromkeys(row[0] for row in made.rows))
    assert models[0].startswith("Asioiden selvittäminen")
    assert models[-1] == "Palveluyhteistyö samoissa tiloissa"


def test_years_that_are_only_similar_say_so() -> None:
    made = table(EVERYTHING, "cooperation_over_waves", language="en")
    similar = [row for row in made.rows if row[-1] == "only partly comparable with other years"]
    assert [row[0] for row in similar] == ["2017", "2018"]
    assert any(note.startswith("Only partly comparable") for note in made.notes)


def test_a_synthetic_study_says_so() -> None:
    assert table(EVERYTHING, "statements", language="fi").notes[-1] == "SYNTEETTINEN AINEISTO."


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(OptionError, match="table_id must be a table of the results"):
        table(EVERYTHING, "no_such", language="fi")


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        ("lower", "as “not in use”, in the row “Nothing has been agreed” as “no”."),
        ("upper", "as “in use”, in the row “Nothing has been agreed” as “yes”."),
        ("informed", "(without “cannot say”)."),
    ],
)
def test_cannot_say_whether_nothing_is_agreed_is_not_told_as_a_state_of_a_model(
    reading: Reading, words: str
) -> None:
    rows = [made_up.row({"item": item}, 0.2, 1000) for item in ("M01", "model_nothing_agreed")]
    part = made_up.table("both", rows, verb="model_prevalence", chart="")
    part = replace(part, analysis=replace(part.analysis, reading=reading))
    beside = replace(EVERYTHING, tables={"both": part})
    assert table(beside, "both", language="en").notes[0].endswith(words)
