"""Direct identifiers are found in every spelling and place, and ordinary codes are left alone."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fi import hetu as oracle

from barometri.anonymity import count_valid_hetus, identifiers, identifiers_in_column, inspect
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
