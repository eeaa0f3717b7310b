"""The demonstration's files, as a person would receive them and the same to the last byte on every run."""

import csv
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import xlsxwriter

from barometri.errors import OutputError
from barometri.study.codebook import Question
from barometri.study.codes import MISSING_CODES
from barometri.study.study import Study
from barometri.study.waves import Wave
from barometri.synthetic.sampling import simulate

Cell = str | int | float | None

_DATE_AT = 92
"""Place of the creation date (9 bytes) and time (8 bytes) in the header of an SPSS file."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file: its name, the question it answers, its cells and codes as the file holds them."""

    name: str
    question: Question
    cells: list[Cell]
    labels: Mapping[int | float, str]
    missing: tuple[int, ...]


def write_demonstration(study: Study, folder: str | Path, *, seed: int | None = None) -> tuple[Path, ...]:
    """Write the simulated waves of a study as files in the form that each wave declares.

    Parameters
    ----------
    study
        A study whose folder holds ``truth.toml``.
    folder
        Where the files go; made if absent. Files of the same name are replaced, all or none.
    seed
        Start of the random numbers; the truth's own by default.

    Returns
    -------
    tuple of Path
        The files, in the order of the waves.

    Raises
    ------
    OutputError
        The folder cannot be written, or a wave's file is of a kind that is not written here.
    """
    target = Path(folder)
    waves = simulate(study, seed=seed)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as name:
            return _exchange(study, waves, Path(name), target)
    except OSError as error:
        raise OutputError(
            f"{target}: cannot write the demonstration ({error.strerror}); choose another."
        ) from None


def _exchange(study: Study, waves: Mapping[int, pd.DataFrame], draft: Path, target: Path) -> tuple[Path, ...]:
    """Write all files in a folder of their own, then put each in its place."""
    for year, frame in waves.items():
        wave = study.waves[year]
        path = draft / wave.file
        path.parent.mkdir(parents=True, exist_ok=True)
        writer = WRITERS.get(path.suffix)
        if writer is None:
            raise OutputError(f"{wave.file}: expected one of {', '.join(WRITERS)}; change the wave's file.")
        writer(study, wave, _columns(study, wave, frame), path)
        path.chmod(0o600)  # as confidential as answers would be
    target.mkdir(mode=0o700, exist_ok=True)
    paths = []
    for year in waves:
        name = study.waves[year].file
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (draft / name).replace(target / name)
        paths.append(target / name)
    return tuple(paths)


def _columns(study: Study, wave: Wave, frame: pd.DataFrame) -> list[Column]:
    """Return the columns of a wave's file, in the wave's own names and codes."""
    return [
        _column(study.question(name), column, frame[name], wave.recodes.get(name, {}), study.languages[0])
        for name, column in wave.columns.items()
        if name in frame
    ]


def _column(
    question: Question, name: str, answers: pd.Series, recodes: Mapping[str, int], language: str
) -> Column:
    """Return a question's answers as the file holds them; a missing answer without a code is empty."""
    if question.kind in ("key", "set", "text"):
        return Column(name, question, [str(v) if v else None for v in answers], {}, ())
    if question.kind == "number":
        return Column(name, question, [None if np.isnan(v) else float(v) for v in answers], {}, ())
    written = {value: _typed(text) for text, value in recodes.items()}
    outward: dict[int, Cell] = {c.value: written.get(c.value, c.value) for c in question.codes}
    missing = {MISSING_CODES[c.missing]: outward[c.value] for c in question.codes if c.missing is not None}
    values = [outward.get(v, missing.get(v)) for v in answers.astype(int)]
    labels: dict[int | float, str] = {
        code: c.label[language] for c in question.codes if isinstance(code := outward[c.value], int)
    }
    return Column(name, question, values, labels, tuple(v for v in missing.values() if isinstance(v, int)))


def _typed(text: str) -> int | str:
    """Return a code of a file as a number where it is one."""
    return int(text) if text.lstrip("-").isdigit() else text


def _write_spss(study: Study, wave: Wave, columns: list[Column], path: Path) -> None:
    """Write labels, user-missing codes and a header that bears the day of publication, not the clock's."""
    language = study.languages[0]
    measures = {"nominal": "nominal", "ordinal": "ordinal", "number": "scale"}
    frame = pd.DataFrame({c.name: _spss_values(c) for c in columns})
    pyreadstat.write_sav(
        frame,
        path,
        file_label=f"{study.title[language]} {wave.year}"[:64],
        column_labels={c.name: c.question.label[language] for c in columns},
        variable_value_labels={c.name: {**c.labels} for c in columns if c.labels},
        missing_ranges={c.name: list(c.missing) for c in columns if c.missing},
        variable_measure={c.name: measures.get(c.question.kind, "unknown") for c in columns},
        variable_format={c.name: "F8.0" for c in columns if c.question.codes},
    )
    day = study.published
    stamp = f"{day.day:02d} {_MONTHS[day.month - 1]} {day.year % 100:02d}12:00:00".encode("ascii")
    with path.open("r+b") as file:
        file.seek(_DATE_AT)
        file.write(stamp)


def _spss_values(column: Column) -> pd.Series:
    if column.question.codes or column.question.kind == "number":
        return pd.Series(column.cells, dtype="float64")
    return pd.Series(["" if v is None else str(v) for v in column.cells], dtype="object")


def _write_excel(study: Study, wave: Wave, columns: list[Column], path: Path) -> None:
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties(
        {
            "title": study.title[study.languages[0]],
            "created": datetime.combine(study.published, time(12), UTC),
        }
    )
    sheet = book.add_worksheet(wave.format.sheet)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.name)
        for row, value in enumerate(column.cells, start=1):
            if isinstance(value, str):
                sheet.write_string(row, place, value)
            elif value is not None:
                sheet.write_number(row, place, value)
    book.close()


def _write_csv(study: Study, wave: Wave, columns: list[Column], path: Path) -> None:
    del study
    decimal = wave.format.decimal or "."

    def text(value: Cell) -> str:
        if isinstance(value, float):
            return str(value).replace(".", decimal)
        return "" if value is None else str(value)

    with path.open("w", encoding=wave.format.encoding or "utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=wave.format.separator or ",", lineterminator="\r\n")
        writer.writerow([c.name for c in columns])
        writer.writerows(zip(*([text(v) for v in c.cells] for c in columns), strict=True))


WRITERS: Mapping[str, Callable[[Study, Wave, list[Column], Path], None]] = {
    ".sav": _write_spss,
    ".xlsx": _write_excel,
    ".csv": _write_csv,
}
"""Suffix of a wave's file to the function that writes it."""
