"""Whatever table is written comes back to the last digit, through every kind of file that can hold it."""

import tempfile
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barometri.readers.text import composed, is_misread
from barometri.study.waves import FileFormat
from tests.readers.battery import read_here

LETTERS = st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="\ufffe\uffff")
# No name is a word of SPSS or Stata, such as "if": their writers refuse those.
NAMES = st.lists(st.from_regex(r"q[a-z0-9_]{0,10}", fullmatch=True), min_size=2, max_size=4, unique=True)
NUMBERS = st.one_of(st.none(), st.integers(-(2**40), 2**40).map(float), st.floats(-1e9, 1e9, width=32))
TEXTS = st.one_of(
    st.none(), st.text(LETTERS, min_size=1, max_size=12).map(composed).filter(lambda t: not is_misread(t))
)
LABELS = st.dictionaries(
    st.integers(-9, 99), st.text(LETTERS, min_size=1, max_size=20).map(composed), max_size=4
)


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Draw a table of numbers and texts; the first column is filled, any other may be empty."""
    names, rows = draw(NAMES), draw(st.integers(1, 6))
    kinds = [True, *(draw(st.booleans()) for _ in names[1:])]
    columns = {
        name: draw(st.lists(TEXTS if is_text else NUMBERS, min_size=rows, max_size=rows))
        for name, is_text in zip(names, kinds, strict=True)
    }
    columns[names[0]] = [f"x{i}" for i in range(rows)]
    return pd.DataFrame(
        {
            name: pd.Series(cells, dtype=object if t else float)
            for (name, cells), t in zip(columns.items(), kinds, strict=True)
        }
    )


def write(frame: pd.DataFrame, path: Path, labels: dict[int, str]) -> None:
    """Write a table in the kind of file that the suffix names."""
    if path.suffix == ".csv":
        frame.to_csv(path, sep=";", index=False, lineterminator="\n")
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        for row in (list(frame), *frame.astype(object).where(frame.notna(), None).to_numpy().tolist()):
            sheet.append(row)
            for cell in sheet[sheet.max_row]:
                cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
        book.save(path)
    elif path.suffix == ".parquet":
        with duckdb.connect(":memory:") as connection:
            connection.from_df(frame).write_parquet(str(path))
    else:
        numeric = [name for name in frame if frame[name].dtype == float][:1]
        chosen = {name: labels for name in numeric if labels}
        if path.suffix == ".dta":
            pyreadstat.write_dta(frame, path, variable_value_labels=chosen)  # type: ignore[arg-type]
        else:
            pyreadstat.write_sav(frame, path, variable_value_labels=chosen)  # type: ignore[arg-type]


def sixteen(value: object) -> object:
    """Return a number as openpyxl writes it, with 16 digits; the 17th of some is lost before the reader."""
    return float(f"{value:.16g}") if isinstance(value, float) else value


def plain(frame: pd.DataFrame) -> list[list[object]]:
    """Return the cells; an empty one is ``None``, and a text of digits stays a text."""
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


def back(frame: pd.DataFrame, suffix: str, labels: dict[int, str]) -> None:
    """Write a table, read it, and compare every cell and label."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"a{suffix}"
        write(frame, path, labels)
        raw = read_here(path, FileFormat(separator=";", decimal=".") if suffix == ".csv" else FileFormat())
    assert list(raw.frame) == list(frame)
    expected = plain(frame)
    if suffix == ".xlsx":
        expected = [[sixteen(value) for value in row] for row in expected]
    if suffix == ".csv":
        found = [
            [
                float(str(cell)) if cell is not None and frame[name].dtype == float else cell
                for name, cell in zip(frame, row, strict=True)
            ]
            for row in plain(raw.frame)
        ]
    else:
        found = plain(raw.frame)
    assert found == expected
    for told in raw.value_labels.values():
        assert told == {str(code): label for code, label in labels.items()}


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(frame=tables(), labels=LABELS)
@pytest.mark.parametrize("suffix", [".csv", ".sav", ".dta", ".xlsx", ".parquet"])
def test_a_table_comes_back_as_it_was_written(
    suffix: str, frame: pd.DataFrame, labels: dict[int, str]
) -> None:
    back(frame, suffix, labels)


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(frame=tables(), labels=LABELS)
@pytest.mark.parametrize("suffix", [".csv", ".sav", ".dta", ".xlsx", ".parquet"])
def test_many_tables_come_back_as_they_were_written(
    suffix: str, frame: pd.DataFrame, labels: dict[int, str]
) -> None:
    back(frame, suffix, labels)
