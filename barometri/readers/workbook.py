"""Workbooks (.xlsx, .xls, .ods), by calamine: one sheet, its first row the column names."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from barometri.errors import FileError
from barometri.readers.archive import damaged
from barometri.readers.content import Cell, Content, check_names, check_shape, column_of
from barometri.readers.old_sheets import look_through_old
from barometri.readers.sheets import look_through
from barometri.readers.text import composed
from barometri.readers.workbook_words import workbook_words
from barometri.study.waves import FileFormat

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_CellValue = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def read_workbook(path: Path, file_format: FileFormat) -> Content:
    """Read the declared sheet, or the only one that has cells."""
    import python_calamine  # noqa: PLC0415 - loaded only in the child process of a file that needs it

    is_old = path.suffix.lower() == ".xls"
    if not is_old:
        look_through(path)
    try:
        book = python_calamine.load_workbook(str(path))
        names = book.sheet_names
        sheet = _chosen_sheet(book, file_format.sheet, path.name)
        rows: list[list[_CellValue]] = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (
        python_calamine.CalamineError,
        python_calamine.PasswordError,
        OSError,
        ValueError,
    ):
        raise damaged(path.name) from None
    if is_old:  # once it is known to open: the records of one under a password look like any others
        look_through_old(path)
    content = _content(rows, path.name)
    known = {text for column in content.columns for text in (column.name, *column.levels)}
    content.places = {"sheet names": [composed(name) for name in names]} | workbook_words(path, known)
    content.sheet = sheet
    return content


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


def _content(rows: Sequence[Sequence[_CellValue]], file: str) -> Content:
    filled = [row for row in rows if any(_cell(value) not in {None, ""} for value in row)]
    if not filled:
        raise FileError(
            f"{file}: the sheet has no cells. Name the sheet of responses in the wave's [format].", code="E20"
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
