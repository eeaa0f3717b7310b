"""Workbooks (.xlsx, .xls, .ods), by calamine: one sheet, its first row the column names."""

import datetime as dt
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from barometri.errors import FileError
from barometri.readers.content import Cell, Content, check_names, check_shape, column_of
from barometri.readers.text import composed
from barometri.readers.workbook_words import workbook_words
from barometri.study.waves import FileFormat

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

MAXIMUM_UNZIPPED = 2**30
MAXIMUM_RATIO = 200
_UNCOMPUTED = re.compile(rb"<c ([^>]*)>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_HOLDS_OTHER_ROWS = ("pivotcache/", "externallinks/", "embeddings/", "xl/model/")

_CellValue = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def read_workbook(path: Path, file_format: FileFormat) -> Content:
    """Read the declared sheet, or the only one that has cells."""
    import python_calamine  # noqa: PLC0415 - loaded only in the child process of a file that needs it

    check_archive(path)
    try:
        _check_formulas(path)
        book = python_calamine.load_workbook(str(path))
        names = book.sheet_names
        sheet = _chosen_sheet(book, file_format.sheet, path.name)
        rows: list[list[_CellValue]] = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (
        python_calamine.CalamineError,
        python_calamine.PasswordError,
        zipfile.BadZipFile,
        OSError,
        ValueError,
    ):
        raise FileError(
            f"{path.name}: the workbook is damaged, cut short or locked by a password. Save it again "
            "without one.",
            code="E10",
        ) from None
    content = _content(rows, path.name, sheet)
    known = {text for column in content.columns for text in (column.name, *column.levels)}
    content.places = {"sheet names": [composed(name) for name in names]} | workbook_words(path, known)
    content.sheet = sheet
    return content


def check_archive(path: Path) -> None:
    """Refuse a zipped workbook that is cut short, inflates beyond reason or carries rows of other tables."""
    if path.suffix.lower() == ".xls":
        return
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError):
        raise FileError(
            f"{path.name}: the workbook is damaged or cut short. Save it again, or copy it again.", code="E10"
        ) from None
    size = sum(part.file_size for part in parts)
    if size > MAXIMUM_UNZIPPED or size > MAXIMUM_RATIO * max(path.stat().st_size, 1024):
        raise FileError(
            f"{path.name}: the workbook unpacks to more than can be a survey. Save it again.", code="E11"
        )
    if any(word in part.filename.lower() for part in parts for word in _HOLDS_OTHER_ROWS):
        raise FileError(
            f"{path.name}: the workbook holds pivot tables, embedded documents or links to other workbooks, "
            "which carry rows of their own. Save only the sheet of responses in a new workbook.",
            code="E20",
        )


def _check_formulas(path: Path) -> None:
    """Refuse formulas without a stored result: their cells would be read as empty."""
    if path.suffix.lower() != ".xlsx":
        return
    count = 0
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if part.filename.startswith("xl/worksheets/"):
                found = _UNCOMPUTED.finditer(archive.read(part))
                count += sum(b't="str"' not in match[1] for match in found)
    if count:
        raise FileError(
            f"{path.name}: {count} formulas have no stored result. Open the workbook in a spreadsheet "
            "program and save it, or paste the values.",
            code="E20",
        )


def _chosen_sheet(book: "CalamineWorkbook", declared: str | None, file: str) -> str:
    names = book.sheet_names
    if declared is not None:
        if declared not in names:
            raise FileError(
                f"{file}: no sheet {declared!r} among its {len(names)}. Correct sheet in the wave's "
                "[format].",
                code="E20",
            )
        return declared
    filled = names if len(names) == 1 else [name for name in names if _has_cells(book, name)]
    if len(filled) != 1:
        raise FileError(
            f"{file}: {len(filled)} sheets hold cells, one was expected. Name it as sheet in the wave's "
            "[format].",
            code="E20",
        )
    return filled[0]


def _has_cells(book: "CalamineWorkbook", name: str) -> bool:
    sheet = book.get_sheet_by_name(name)
    return sheet.width * sheet.height > 0


def _content(rows: Sequence[Sequence[_CellValue]], file: str, sheet: str) -> Content:
    filled = [row for row in rows if any(_cell(value) not in {None, ""} for value in row)]
    if not filled:
        raise FileError(
            f"{file}, sheet {sheet!r}: no cells. Name the sheet of responses in [format].", code="E20"
        )
    width = max(i for row in filled for i, value in enumerate(row, 1) if _cell(value) not in {None, ""})
    names = check_names([_cell(value) for value in filled[0][:width]], file)
    check_shape(len(filled) - 1, len(names), file)
    columns = [column_of(name, [_cell(row[i]) for row in filled[1:]]) for i, name in enumerate(names)]
    dropped = len(rows) - len(filled)
    return Content(columns, remarks=[f"{dropped} empty rows left out"] if dropped else [])


def _cell(value: _CellValue) -> Cell:
    """Return a number or a text; truth is written as Excel writes it, dates as ISO."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float | str):
        return value
    if isinstance(value, dt.timedelta):
        return str(value)
    return value.isoformat()
