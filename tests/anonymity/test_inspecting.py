"""Direct identifiers are found in every spelling and place, and ordinary codes are left alone."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fi import hetu as oracle

from barometri.anonymity import (
    Found,
    count_valid_hetus,
    identifiers,
    identifiers_in_column,
    inspect,
    search,
)
from barometri.anonymity.report import DROPPED
from barometri.anonymity.spelling import plain_text, words
from barometri.errors import AnonymityError
from barometri.readers import RawFile
from barometri.study.codebook import Codebook, Question
from barometri.study.waves import Wave
from tests import tiny_study

CONTROL = "0123456789ABCDEFHJKLMNPRSTUVWXY"
SIGNS = {1800: "+", 1900: "-YXWVU", 2000: "ABCDEF"}


def valid_hetu(born: date, number: int, sign: str) -> str:
    day = f"{born:%d%m%y}"
    return f"{day}{sign}{number:03d}{CONTROL[int(f'{day}{number:03d}') % 31]}"


@given(st.dates(date(1850, 1, 1), date(2049, 12, 31)), st.integers(2, 899), st.data())
def test_every_valid_code_is_found_in_every_separator(born: date, number: int, data: st.DataObject) -> None:
    sign = data.draw(st.sampled_from(SIGNS[born.year // 100 * 100]))
    code = valid_hetu(born, number, sign)
    assert oracle.is_valid(code)
    spelled = data.draw(
        st.sampled_from(
            [
                code,
                code.lower(),
                f"Tunnus {code}, kiitos",
                code.replace("-", "−"),
                code.replace("-", "\u2011"),
                f"{code[:6]} {code[6]} {code[7:]}",
                f"{code[:2]} {code[2:4]} {code[4:]}",
                f"\u200b{code[:4]}\u00ad{code[4:]}",
            ]
        )
    )
    assert "hetu" in identifiers(spelled)
    assert count_valid_hetus([spelled]) == 1


@pytest.mark.parametrize("code", ["010190Y999K", "131052-308A", "290200A123X"])
def test_a_code_with_a_wrong_check_character_is_found_too(code: str) -> None:
    assert identifiers(code) == {"hetu"}
    assert count_valid_hetus([code]) == 0


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("matti.meikalainen@kunta.fi", "email"),
        ("MATTI(AT)KUNTA.FI", "email"),
        ("matti [at] kunta (piste) fi", "email"),
        ("matti＠kunta.fi", "email"),
        ("040 123 4567", "phone"),
        ("+358 40 1234567", "phone"),
        ("Soita (09) 123 456", "phone"),
        ("050-1234567", "phone"),
        ("numero 0401234567", "phone"),
        ("FI21 1234 5600 0007 85 kiitos", "iban"),
        ("fi2112345600000785", "iban"),
        ("SE3550000000054910000003", "iban"),
        ("DE89 3704 0044 0532 0130 00", "iban"),
    ],
)
def test_other_identifiers_are_found(text: str, kind: str) -> None:
    assert identifiers(text) == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "0401234",
        "020304",
        "0100100",
        "091;092;0401234",
        "1234567",
        "2021-0001",
        "01.02.2021 12:30",
        "2021-02-03T10:20:30",
        "311352-308T",
        "K1-0401234",
        "2017-2019",
        "tavataan @ kello",
        "FI00 1234 5600 0007 85",
        "y-tunnus 0123456-7",
        "13.10.2021-14.10.2021",
    ],
)
def test_codes_and_dates_are_no_identifiers(text: str) -> None:
    assert identifiers(text) == set()


def test_a_column_of_bare_phone_numbers_is_found_and_a_column_of_codes_is_not() -> None:
    phones = pd.Series([f"04{i % 6}123456{i}" for i in range(9)], dtype=object)
    assert identifiers_in_column(phones)["phone"] == 9
    lost_zero = pd.to_numeric(phones).astype(float)
    assert identifiers_in_column(lost_zero)["phone"] == 9
    codes = pd.Series(["0401234", "020304", "0100100", "0401234567", "91"], dtype=object)
    assert identifiers_in_column(codes) == {}
    assert identifiers_in_column(pd.Series([1.0, 2.0, None, 987654321.0])) == {}


# ----------------------------------------------------------------------------------------- a whole file

HETU = valid_hetu(date(1952, 10, 13), 308, "-")
STUDY = tiny_study.study()
COMMENT = Question("comment", "text", {"en": "Comment"}, {"en": "Comment"})
COMMENTED = replace(STUDY, codebook=Codebook({**STUDY.codebook.questions, "comment": COMMENT}))
WAVE = Wave(2021, "a.csv", {"group": "g", "comment": "c"}, ignored=("ip",))


def raw(frame: dict[str, list[object]] | None = None, **words: object) -> RawFile:
    cells = frame or {"g": ["1", "2"], "c": [None, "Hyvä"], "ip": ["x", None]}
    data = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in cells.items()})
    return RawFile(Path("a.csv"), data, "0" * 64, **words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "place"),
    [
        (raw({"g": ["1", HETU]}), "column 1 (group)"),
        (raw({"g": ["1"], HETU: ["1"]}), "name of column 2"),
        (raw(variable_labels={"g": f"Ryhmä {HETU}"}), "label of column 1"),
        (raw(variable_labels={"ip": f"Ryhmä {HETU}"}), "label of column 3"),
        (raw(value_labels={"g": {"1": HETU}}), "value labels of column 1"),
        (raw(value_labels={"g": {HETU: "x"}}), "value labels of column 1"),
        (raw(places={"file label": (HETU,)}), "file label"),
        (raw(places={"notes": ("x", HETU)}), "notes"),
        (raw(places={"sheet names": ("x", HETU)}), "sheet names"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_identifier_anywhere_stops_the_load(file: RawFile, place: str) -> None:
    with pytest.raises(AnonymityError) as caught:
        inspect(file, COMMENTED, WAVE)
    message = str(caught.value)
    assert message.startswith(f"a.csv, {place}: 1 personal identity codes.")
    assert HETU not in message
    assert caught.value.code == "E40"


def test_an_identifier_in_a_dropped_column_is_a_warning_with_its_count() -> None:
    file = raw({"g": ["1", "2", "2"], "c": [f"Olen {HETU}", "ok", None], "ip": ["a@b.fi", "a@c.fi", None]})
    report = inspect(file, COMMENTED, WAVE)
    assert report.in_texts == {"hetu": 1, "email": 2}
    assert report.texts == {"comment": 2}
    assert len(report.warnings) == 2
    assert HETU not in repr(report)


def test_undeclared_free_text_stops_the_load_and_short_codes_do_not() -> None:
    free = raw({"g": ["1"], "c": [None], "muu": ["Yhteistyö on ollut hyvää"]})
    with pytest.raises(AnonymityError, match=r"column 3: 1 cells of free text"):
        inspect(free, COMMENTED, WAVE)
    assert inspect(raw({"g": ["1"], "muu": ["A12"]}), COMMENTED, WAVE).columns == 2


def test_every_place_and_every_kind_is_told() -> None:
    found = raw(
        {"g": ["1", "2"], "c": [HETU, "soita rouva Virralle"], "ip": ["1", "2"], "k": ["a@b.fi", HETU]},
        variable_labels={"k": "0246246-0"},
        value_labels={"g": {"1": HETU, "a@b.fi": HETU}},
        places={"notes": (HETU, HETU, "x"), "authors": ("Matti Meikäläinen", "openpyxl", " ", "a@b.fi")},
    )
    report = search(found, study=COMMENTED, wave=WAVE)
    assert report.found == (
        Found("value labels of column 1", "hetu", 2),
        Found("value labels of column 1", "email", 1),
        Found("label of column 4", "business", 1, stops=False),
        Found("notes", "hetu", 2),
        Found("authors", "email", 1),
        Found("column 4", "hetu", 1),
        Found("column 4", "email", 1),
        Found(DROPPED, "hetu", 1, stops=False),
        Found(DROPPED, "name", 1, stops=False),
    )
    assert report.authors == 2
    assert report.in_texts == {"hetu": 1, "name": 1}
    assert report.warnings == (
        "a.csv: label of column 4: 1 business identity codes",
        "a.csv: 1 personal identity codes in columns that are dropped",
        "a.csv: 1 personal names in columns that are dropped",
        "a.csv: the document's properties name 2 authors",
    )
    with pytest.raises(AnonymityError) as caught:
        report.check()
    assert str(caught.value) == (
        "a.csv, value labels of column 1: 2 personal identity codes, 1 e-mail addresses (and 3 more such "
        "places). Expected anonymised responses. Remove them from the file at its source, and export it "
        "again."
    )


def test_free_text_names_its_column_and_its_cells() -> None:
    free = raw({"g": ["1", "2"], "muu": ["a b c d", "a b c d e"], "z": ["a b c d", "x"]})
    report = search(free, study=COMMENTED, wave=WAVE)
    assert report.free == {"column 2": 2, "column 3": 1}
    with pytest.raises(AnonymityError) as caught:
        report.check()
    assert str(caught.value) == (
        "a.csv, column 2: 2 cells of free text in a column that the codebook does not declare as text. "
        'Declare it with kind = "text" (it is counted and dropped) or list the column as ignored.'
    )
    assert caught.value.code == "E40"


def test_a_key_may_not_be_a_sentence_or_a_name() -> None:
    study = replace(
        STUDY,
        codebook=Codebook(
            {**STUDY.codebook.questions, "who": Question("who", "key", {"en": "Who"}, {"en": "Who"})}
        ),
    )
    wave = Wave(2021, "a.csv", {"group": "g", "who": "w"})
    report = search(raw({"g": ["a b c d"], "w": ["a b c d"]}), study=study, wave=wave)
    assert report.free == {"column 2 (who)": 1}
    report = search(raw({"g": ["rouva Virta", "x"], "w": ["rouva Virta", "x"]}), study=study, wave=wave)
    assert report.found == (Found("column 2 (who)", "name", 1, stops=False),)
    names: list[object] = ["Pirjo Laine", "Ari Koski", "Bo Ek", "Kaisa Niemi", "Matti Virta"]
    report = search(raw({"g": ["1"] * 5, "w": names}), study=study, wave=wave)
    assert report.found == (Found("column 2 (who)", "name", 5),)
    dropped = search(raw({"g": ["1"] * 5, "ip": names}), study=study, wave=replace(wave, ignored=("ip",)))
    assert dropped.in_texts == {"name": 5}


def test_columns_of_a_platform_are_dropped_unless_the_wave_maps_them() -> None:
    wave = replace(WAVE, columns={"group": "Id"}, ignored=("refurl",))
    cells: dict[str, list[object]] = {
        "Id": ["1"], " TOKEN ": [HETU], "Lähetetty": ["1.2.2021"], "refurl": ["x"], "q": ["1"],
    }  # fmt: skip
    report = search(raw(cells), study=COMMENTED, wave=wave)
    assert report.platform == (" TOKEN ", "Lähetetty")
    assert report.in_texts == {"hetu": 1}
    assert report.columns == 5
    assert report.warnings[1] == "a.csv: 2 columns of the survey platform are dropped ( TOKEN , Lähetetty)"
    report.check()
    bare = search(raw(cells))
    assert bare.platform == ("Id", " TOKEN ", "Lähetetty", "refurl")
    assert search(raw(cells), study=COMMENTED).platform == bare.platform
    assert search(raw(cells), wave=wave).platform == bare.platform


def test_a_code_split_over_two_columns_stops_the_load() -> None:
    births = [date(1950 + 3 * i, 1 + i, 2 * i + 3) for i in range(8)]
    codes = [valid_hetu(born, 100 + i, "-") for i, born in enumerate(births)]
    cells: dict[str, list[object]] = {"g": [c[:6] for c in codes], "k": [c[7:] for c in codes]}
    report = search(raw(cells), study=COMMENTED, wave=replace(WAVE, columns={"group": "g"}))
    assert report.found == (
        Found("column 1 (group)", "birth_date", 8),
        Found("columns 1 (group) and 2", "hetu", 8),
    )
    dropped = search(raw(cells), study=COMMENTED, wave=replace(WAVE, columns={"group": "g"}, ignored=("k",)))
    assert [entry.place for entry in dropped.found] == ["column 1 (group)"]


def test_labels_and_the_year_of_the_wave_are_told_to_the_search_of_a_column() -> None:
    days: dict[str, list[object]] = {"g": ["1.2.2020", "2.3.2021"]}
    labelled = raw(days, variable_labels={"g": "Syntymäaika"})
    assert search(labelled).found == (Found("column 1", "birth_date", 2),)
    assert search(raw({"dob": days["g"]})).found == (Found("column 1", "birth_date", 2),)
    births = [f"{i + 1:02}.{i + 1:02}.{1995 + i}" for i in range(12)]
    assert search(raw({"q": list(births)})).found == (Found("column 1", "birth_date", 12),)
    early = replace(WAVE, year=2015, columns={"group": "q"})
    assert search(raw({"q": list(births)}), study=COMMENTED, wave=early).found == ()


def test_a_file_whose_name_is_an_identifier_is_not_named() -> None:
    file = RawFile(Path(f"{HETU}.csv"), pd.DataFrame({"g": [1.0]}), "0" * 64)
    report = search(file)
    assert report.found == (Found("file name", "hetu", 1),)
    with pytest.raises(AnonymityError) as caught:
        report.check()
    assert str(caught.value).startswith("the file (.csv), file name: 1 personal identity codes. ")


def test_a_clean_report_passes_and_warns_of_nothing() -> None:
    report = search(raw({"g": ["1"], "c": [None], "ip": [None]}), study=COMMENTED, wave=WAVE)
    assert (report.found, report.warnings, report.in_texts, report.free) == ((), (), {}, {})
    assert report.texts == {"comment": 0}
    assert inspect(raw({"g": ["1"], "c": [None], "ip": [None]}), COMMENTED, WAVE) == report


def test_words_of_kinds_are_one_spelling() -> None:
    assert str(Found("notes", "ip", 3)) == "notes: 3 internet addresses"
    assert plain_text("１３１０５２−３０８Ｔ\u200b") == "131052-308T"
    assert plain_text("a—b") == "a-b"
    assert words("birth_names") >= {"dob", "född"}


def test_a_number_of_the_shape_of_a_business_code_in_a_label_is_none() -> None:
    assert search(raw({"g": ["1"]}, variable_labels={"g": "0246246-1"})).found == ()


def test_a_dropped_column_of_names_is_counted_once() -> None:
    """A column that is nothing but names is known as such; its cells are not counted as texts too."""
    people: list[object] = [
        "Matti Virtanen",
        "Anna Korhonen",
        "Juha Nieminen",
        "Liisa Laine",
        "Pekka Salo",
        "Aino Heino",
    ]
    report = search(raw({"g": ["1"] * 6, "c": people}), study=COMMENTED, wave=WAVE)
    assert report.in_texts == {"name": 6}
    few = search(raw({"g": ["1"] * 2, "c": people[:2]}), study=COMMENTED, wave=WAVE)
    assert few.in_texts == {"name": 2}
