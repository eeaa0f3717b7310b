"""The workbook: notes, findings and one sheet a table, with numbers as numbers."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from barometri.escaping import cell, measured, sheet_name
from barometri.report.document import FigureBlock, FindingBlock, Report, TableBlock
from barometri.report.excel_chart import NativeChart, native_chart
from barometri.tables import Table
from barometri.texts import Texts, read_texts

_WIDEST: Final = 60
_NARROWEST: Final = 9
_NOTES_WIDTH: Final = 100
_HEADER_ROW: Final = 3
_FONT: Final = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
_STYLES: Final[dict[str, dict[str, object]]] = {
    "plain": {},
    "wrapped": {"text_wrap": True},
    "title": {"bold": True, "font_size": 14},
    "bold": {"bold": True, "text_wrap": True},
    "notice": {"bold": True, "font_color": "#A3310A"},
    "link": {"font_color": "#00508F", "underline": 1},
    "header": {"bold": True, "text_wrap": True, "bg_color": "#E6EDF3", "bottom": 1, "valign": "bottom"},
    "right": {"align": "right"},
    "0%": {"num_format": "0%"},
    "0.0%": {"num_format": "0.0%"},
    "#,##0": {"num_format": "#,##0"},
    "0.00": {"num_format": "0.00"},
    "0.0": {"num_format": "0.0"},
}


_LINE: Final = 15.0
"""Height of a line, in points: a cell of several lines needs a row as high."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One table, the name of its sheet and, where the table is simple enough, its chart."""

    name: str
    table: Table
    chart: NativeChart | None


def write_workbook(report: Report, path: Path) -> None:
    """Write a report's tables as a workbook.

    Cells hold the published, rounded numbers with a number format; a withheld number is the study's mark as
    text, alone. No formula and no link leaves the workbook, and its only date is the day of publication.

    Parameters
    ----------
    report
        The publication in one language.
    path
        File to write.
    """
    texts = read_texts(report.language)
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties(
        {
            "title": report.title,
            "subject": report.subtitle,
            "comments": report.notice,
            "created": datetime.combine(report.day, time()),
        }
    )
    styles = {name: book.add_format({**_FONT, **style}) for name, style in _STYLES.items()}
    taken: set[str] = set()
    notes = sheet_name(texts.text("report.notes_sheet"), taken)
    sheets = _sheets(report, texts, taken)
    _write_notes(book.add_worksheet(notes), report, sheets, styles)
    for sheet in sheets:
        _write_table(book, sheet, report, styles)
    book.close()


def _sheets(report: Report, texts: Texts, taken: set[str]) -> list[_Sheet]:
    """Return findings, then every table in the order of the report."""
    sheets = []
    findings = _findings(report, texts)
    if findings.rows:
        sheets.append(_Sheet(sheet_name(findings.title, taken), findings, None))
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, FigureBlock):
                chart = native_chart(block.table, block.chart.alt)
                sheets.append(_Sheet(sheet_name(block.table.id, taken), block.table, chart))
            elif isinstance(block, TableBlock):
                sheets.append(
                    _Sheet(sheet_name(block.table.id, taken), _with_groups(block.table, texts), None)
                )
    return sheets


def _findings(report: Report, texts: Texts) -> Table:
    blocks = [b for section in report.sections for b in section.blocks if isinstance(b, FindingBlock)]
    keys = ("report.statement", "report.verdict", "report.number", "words.interval_any", "words.n")
    return Table(
        id="findings",
        title=texts.text("report.findings_sheet"),
        headers=(*(texts.text(key) for key in keys), texts.text("report.notes")),
        rows=tuple(
            (
                b.sentence, b.verdict, b.number, f"{b.interval} ({b.level})" if b.level else b.interval, b.n,
                " ".join(
                    f"{part.rstrip('.')}." for part in (b.power, b.detail, b.method, b.reason) if part
                ),
            )
            for b in blocks
        ),
        values=tuple((None,) * 6 for _ in blocks),
        row_headers=1,
    )  # fmt: skip


def _with_groups(table: Table, texts: Texts) -> Table:
    """Return a table whose headings over rows are its first column."""
    if not table.groups:
        return table
    return replace(
        table,
        headers=(texts.text("report.family"), *table.headers),
        rows=tuple((group, *row) for group, row in zip(table.groups, table.rows, strict=True)),
        values=tuple((None, *row) for row in table.values),
        row_headers=table.row_headers + 1,
        groups=(),
    )


def _write_notes(
    page: Worksheet, report: Report, sheets: Sequence[_Sheet], styles: dict[str, Format]
) -> None:
    """Write what the workbook is, what holds for every sheet and where each table stands."""
    page.set_column(0, 0, 34)
    page.set_column(1, 1, _NOTES_WIDTH)
    page.write_string(0, 0, cell(report.title), styles["title"])
    lines = [(report.notice, "notice"), (report.subtitle, "wrapped"), (report.published, "wrapped")]
    lines += [(line, "wrapped") for line in report.footer]
    row = 1
    for text, style in lines:
        if text:
            page.merge_range(row, 0, row, 1, cell(text), styles[style])
            page.set_row(row, 15.75 * (1 + len(text) // (_NOTES_WIDTH + 20)))
            row += 1
    row += 1
    texts = read_texts(report.language)
    page.write_string(row, 0, texts.text("report.sheet_contents"), styles["header"])
    page.write_string(row, 1, texts.text("method.hidden_table"), styles["header"])
    for sheet in sheets:
        row += 1
        page.write_url(row, 0, f"internal:'{sheet.name}'!A1", styles["link"], sheet.name)
        page.write_string(row, 1, cell(sheet.table.title), styles["wrapped"])
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _write_table(book: xlsxwriter.Workbook, sheet: _Sheet, report: Report, styles: dict[str, Format]) -> None:
    page, table = book.add_worksheet(sheet.name), sheet.table
    page.write_string(0, 0, cell(table.title), styles["title"])
    page.write_string(1, 0, cell(report.notice), styles["notice"])
    for column, header in enumerate(table.headers):
        page.write_string(_HEADER_ROW, column, cell(header), styles["header"])
        widest = max((len(row[column]) for row in table.rows), default=0)
        width = min(max(widest, len(header) * 0.75, _NARROWEST), _WIDEST)
        page.set_column(column, column, width + 2)
    for i, (row, values) in enumerate(zip(table.rows, table.values, strict=True), start=_HEADER_ROW + 1):
        for column, (text, value) in enumerate(zip(row, values, strict=True)):
            _write_cell(page, (i, column), text, value, styles, header=column < table.row_headers)
        lines = max(math.ceil(len(text) / _WIDEST) for text in row)
        if lines > 1:
            page.set_row(i, _LINE * lines)
    last = _HEADER_ROW + len(table.rows)
    for offset, note in enumerate(table.notes, start=2):
        page.write_string(last + offset, 0, cell(note), styles["plain"])
    page.freeze_panes(_HEADER_ROW + 1, table.row_headers)
    page.repeat_rows(_HEADER_ROW)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    if sheet.chart is not None:
        sheet.chart.insert(book, page, sheet.name, _HEADER_ROW, len(table.headers) + 1)


def _write_cell(
    page: Worksheet,
    place: tuple[int, int],
    text: str,
    value: float | None,
    styles: dict[str, Format],
    *,
    header: bool,
) -> None:
    if value is not None:
        page.write_number(*place, value, styles[_number_format(text)])
    else:
        style = styles["wrapped" if header or not _short(text) else "right"]
        page.write_string(*place, cell(text) if header else measured(text), style)


def _short(text: str) -> bool:
    """Whether a text is a mark or an interval, to stand where numbers stand."""
    return len(text) <= 12 and not any(letter.isalpha() for letter in text)  # noqa: PLR2004


def _number_format(text: str) -> str:
    """Return the number format that shows a value as its text does."""
    decimals = re.search(r"\d[.,](\d{1,2})(?!\d)", text)
    if "%" in text:
        return "0.0%" if decimals else "0%"
    if decimals is None or re.fullmatch(r"\d{1,3}(?:[.,\s]\d{3})+", text):
        return "#,##0"
    return "0.0" if len(decimals[1]) == 1 else "0.00"
