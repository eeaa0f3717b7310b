"""Every wrong input ends as one line: file, place, what was expected, what to do; never an answer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from barometri.errors import AnonymityError, BarometriError, FileError, StudyError, ValidationError
from barometri.loading import read_surveys
from barometri.study.reading import read_study
from tests.small_study import CANARY, COLUMNS, WORD, frame_counts, responses, write_responses, write_study

NUMBER = float(CANARY)
HETU = "131052-308T"
FULL = {("north", "clerk"): 20, ("south", "clerk"): 20, ("north", "worker"): 20, ("south", "worker"): 20}
Cells = Any  # whatever a column may be set to
Spoil = Callable[[Path], object]


def stratified(counts: dict[tuple[str, str], int]) -> dict[str, str]:
    return {"design": 'stratum = ["district", "group"]', "more": frame_counts(counts)}


def changed(**columns: Cells) -> pd.DataFrame:
    """The responses with some columns set; a callable changes the column."""
    frame = responses()
    for name, value in columns.items():
        frame[name] = value(frame[name]) if callable(value) else value
    return frame


def with_first(value: float | str | None) -> Callable[["pd.Series[Any]"], "pd.Series[Any]"]:
    return lambda column: pd.Series([value, *column.tolist()[1:]], dtype=object)


def write_text(text: str, encoding: str = "utf-8") -> Spoil:
    return lambda path: path.write_text(text, encoding=encoding)


def write_frame(**columns: Cells) -> Spoil:
    return lambda path: write_responses(path, changed(**columns))


def write_cut(path: Path) -> None:
    write_responses(path, changed(avoin=WORD))
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def write_misread(path: Path) -> None:
    write_responses(path, changed(avoin=f"Itä {WORD}"))
    path.write_text(path.read_bytes().decode("cp1252"), encoding="utf-8")


def write_commas(path: Path) -> None:
    changed(avoin=WORD).to_csv(path, index=False)


def write_damaged(path: Path) -> None:
    write_responses(path, changed(avoin=WORD))
    data = bytearray(path.read_bytes())
    data[4:176] = b"\xff" * 172
    path.write_bytes(bytes(data))


def write_labelled(**words: object) -> Spoil:
    return lambda path: pyreadstat.write_sav(changed(), path, **words)  # type: ignore[arg-type]


def nothing(path: Path) -> None:
    assert not path.exists()


def without_column(name: str) -> Spoil:
    return lambda path: write_responses(path, changed().drop(columns=name))


Case = tuple[str, Spoil, dict[str, str], type[BarometriError], str]
CASES: dict[str, Case] = {
    # name: file, what is wrong, the study, the error, its code
    "missing file": ("a.sav", nothing, {}, FileError, "E10"),
    "unknown suffix": ("a.docx", write_text(WORD), {}, FileError, "E10"),
    "empty file": ("a.csv", write_text(""), {}, FileError, "E10"),
    "corrupt .sav": ("a.sav", write_damaged, {}, FileError, "E10"),
    "truncated .sav": ("a.sav", write_cut, {}, FileError, "E10"),
    "truncated .xlsx": ("a.xlsx", write_cut, {}, FileError, "E10"),
    "wrong separator": ("a.csv", write_commas, {}, FileError, "E20"),
    "wrong separator in uneven rows": (
        "a.csv",
        write_text(f"id,avoin\n1,{WORD}\n1,2,{WORD}\n"),
        {"file_format": 'separator = ";"'},
        FileError,
        "E20",
    ),
    "cp1252 undeclared": ("a.csv", write_text(f"id;avoin\n1;Itä {WORD}\n", "cp1252"), {}, FileError, "E12"),
    "UTF-8 read as cp1252 and back": ("a.csv", write_misread, {}, FileError, "E12"),
    "UTF-8 declared as cp1252": (
        "a.csv",
        write_frame(avoin=f"Itä {WORD}"),
        {"file_format": 'separator = ";"\ndecimal = ","\nencoding = "cp1252"'},
        FileError,
        "E12",
    ),
    "unknown code": ("a.sav", write_frame(v1=with_first(NUMBER)), {}, ValidationError, "E23"),
    "unknown code as text": ("a.csv", write_frame(v1=with_first(WORD)), {}, ValidationError, "E23"),
    "unknown district": ("a.csv", write_frame(piiri=with_first(CANARY)), {}, ValidationError, "E23"),
    "answered though not asked": ("a.csv", write_frame(v2=1.0), {}, ValidationError, "E23"),
    "duplicated respondent": ("a.csv", write_frame(id=CANARY), {}, ValidationError, "E22"),
    "respondent without a key": ("a.csv", write_frame(id=with_first(None)), {}, ValidationError, "E22"),
    "number out of range": ("a.csv", write_frame(vuodet=NUMBER), {}, ValidationError, "E23"),
    "number that is none": ("a.csv", write_frame(vuodet=WORD), {}, ValidationError, "E20"),
    "missing column": ("a.csv", without_column("v1"), {}, ValidationError, "E20"),
    "missing design column": ("a.csv", without_column("w"), {}, ValidationError, "E20"),
    "undeclared column": ("a.csv", write_frame(**{CANARY: 1.0}), {}, ValidationError, "E20"),
    "no weight": ("a.csv", write_frame(w=with_first(None)), {}, ValidationError, "E30"),
    "zero weight": ("a.csv", write_frame(w=with_first(0.0)), {}, ValidationError, "E30"),
    "negative weight": ("a.csv", write_frame(w=with_first(-NUMBER)), {}, ValidationError, "E30"),
    "infinite weight": ("a.sav", write_frame(w=with_first(np.inf)), {}, ValidationError, "E20"),
    "infinite weight as text": ("a.csv", write_frame(w=with_first("inf")), {}, ValidationError, "E20"),
    "frame count below respondents": (
        "a.csv",
        write_frame(),
        stratified(FULL | {("north", "clerk"): 1}),
        ValidationError,
        "E30",
    ),
    "respondents outside the frame": (
        "a.csv",
        write_frame(),
        stratified({("north", "clerk"): 20}),
        ValidationError,
        "E30",
    ),
    "single-PSU stratum": ("a.csv", write_frame(piiri=with_first(2.0)), {}, ValidationError, "E31"),
    "henkilötunnus in a cell": ("a.csv", write_frame(v1=with_first(HETU)), {}, AnonymityError, "E40"),
    "henkilötunnus in a column name": ("a.csv", write_frame(**{HETU: 1.0}), {}, AnonymityError, "E40"),
    "henkilötunnus in a label": (
        "a.sav",
        write_labelled(column_labels={"v1": HETU}),
        {},
        AnonymityError,
        "E40",
    ),
    "henkilötunnus in a value label": (
        "a.sav",
        write_labelled(variable_value_labels={"v1": {1: f"x {HETU}"}}),
        {},
        AnonymityError,
        "E40",
    ),
    "henkilötunnus in the file label": ("a.sav", write_labelled(file_label=HETU), {}, AnonymityError, "E40"),
    "henkilötunnus in a note": ("a.sav", write_labelled(note=HETU), {}, AnonymityError, "E40"),
    "undeclared free text": (
        "a.csv",
        write_frame(muu=f"Kolme sanaa ja {WORD}"),
        {},
        AnonymityError,
        "E40",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_wrong_input_is_one_line_and_nothing_is_written(case: Case, tmp_path: Path) -> None:
    file, spoil, study, error, code = case
    more: dict[str, str] = {} if file.endswith(".csv") else {"file_format": ""}
    folder = write_study(tmp_path / "study", file=file, **(more | study))  # type: ignore[arg-type]
    spoil(folder / file)
    with pytest.raises(error) as caught:
        read_surveys(read_study(folder), data=tmp_path / "data")
    message = str(caught.value)
    assert caught.value.exit_code == 3
    assert caught.value.code == code
    assert caught.value.__cause__ is None
    assert "\n" not in message
    assert file in message or "waves/2021.toml" in message
    for answer in (CANARY, WORD, HETU, "308T"):
        assert answer not in message
    assert message.count(". ") >= 1, "it says what to do"
    assert not [path for path in (tmp_path / "data").rglob("*") if path.is_file()]


def test_the_right_input_is_read(tmp_path: Path) -> None:
    """Nothing above is refused for another reason than the one it names."""
    for file in ("a.csv", "a.sav", "a.xlsx"):
        folder = write_study(
            tmp_path / file, file=file, file_format="" if file != "a.csv" else 'decimal = ","'
        )
        write_responses(folder / file)
        assert read_surveys(read_study(folder), data=tmp_path / f"data of {file}")[2021].n == 8


def test_an_unknown_key_of_a_study_is_refused(tmp_path: Path) -> None:
    folder = write_study(tmp_path, top='weigth = "paino"')
    with pytest.raises(StudyError, match="weigth") as caught:
        read_study(folder)
    assert caught.value.exit_code == 3
    assert "waves/2021.toml" in str(caught.value)


def test_columns_that_the_wave_reads_are_the_small_studys() -> None:
    assert set(COLUMNS.values()) == set(responses().columns)
