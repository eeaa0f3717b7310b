"""The sheets of a zipped workbook looked through while they unpack: how far they reach, what is missing.

Tags are counted by pattern in windows of whole rows; nothing is parsed, no entity expanded, no cell kept.
"""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from barometri.errors import FileError
from barometri.readers.archive import check_parts, damaged, pieces, too_much
from barometri.readers.content import check_shape

_LONGEST_ROW: Final = 64 * 2**20
_LONGEST_TEXT: Final = 2**20
_DECLARATIONS: Final = (b"<!DOCTYPE", b"<!ENTITY")
_ENCODING = re.compile(rb"""<\?xml[^>]*?\bencoding\s*=\s*["']([^"']+)""")
_ENCODINGS: Final = (b"utf-8", b"us-ascii", b"ascii")
_XML: Final = (".xml", ".rels", ".rdf")
_ROOT = re.compile(rb"<(?:\w+:)?(worksheet|document-content|document)\b")

_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br\s*=\s*["'](\d+)["']""")
_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br\s*=\s*["']([A-Za-z]+)(\d+)["'][^>]*?(/?)>""")
_ERROR = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\bt\s*=\s*["']e["']""")
_UNCOMPUTED = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_TEXT_RESULT = re.compile(rb"""\bt\s*=\s*["']str["']""")

_OPEN_TAG = re.compile(
    rb"<table:(table)(?=[\s>])[^>]*>|<table:(table-row)(?=[\s/>])([^>]*)>|<(/)table:table-row>|"
    rb"<table:(?:covered-)?(table-cell)(?=[\s/>])([^>]*?)(/?)>"
)
_REPEATED_COLUMNS = re.compile(rb"""number-columns-repeated\s*=\s*["'](\d{1,9})""")
_REPEATED_ROWS = re.compile(rb"""number-rows-repeated\s*=\s*["'](\d{1,9})""")
_OPEN_ERROR = re.compile(rb"""\bcalcext:value-type\s*=\s*["']error["']""")


class SheetLook:
    """What the rows of one sheet of an .xlsx file hold."""

    row_end: Final = (b"</row>", b":row>")

    def __init__(self, file: str) -> None:
        self.file = file
        self.errors = 0
        self.uncomputed = 0
        self._columns: dict[bytes, int] = {}
        self._widest = self._last_row = 0
        self._last_cell = (0, 0)

    def see(self, window: bytes) -> None:
        """Look at some whole rows."""
        rows = [int(row) for row in _ROW.findall(window)]
        for letters, digits, closed in _CELL.findall(window):
            place = (int(digits), self._columns.get(letters) or self._column(letters))
            if place <= self._last_cell:
                raise FileError(
                    f"{self.file}: cells of a sheet stand twice or out of their order. Open the workbook in "
                    "a spreadsheet program and save it.",
                    code="E10",
                )
            self._last_cell = place
            if not closed:
                self._widest = max(self._widest, place[1])
                self._last_row = place[0]
        filled_rows = max(self._last_row, len(rows))
        check_shape(filled_rows, self._widest, self.file)
        if b'"e"' in window or b"'e'" in window:  # most sheets hold no error, and most no formula
            self.errors += len(_ERROR.findall(window))
        if b"<f" in window or b":f" in window:
            found = _UNCOMPUTED.findall(window)
            self.uncomputed += sum(_TEXT_RESULT.search(attributes) is None for attributes in found)

    def _column(self, letters: bytes) -> int:
        number = 0
        for letter in letters.upper():
            number = number * 26 + letter - ord("A") + 1
        self._columns[letters] = number
        return number


class OpenSheetLook:
    """What the rows of the tables of an .ods file hold; a cell and a row may stand for many."""

    row_end: Final = (b"</table:table-row>",)

    def __init__(self, file: str) -> None:
        self.file = file
        self.errors = 0
        self.uncomputed = 0
        self._widest = self._rows = self._empty_rows = self._width = self._cells = 0
        self._repeated = 1

    def see(self, window: bytes) -> None:
        """Look at some whole rows."""
        self.errors += len(_OPEN_ERROR.findall(window))
        for table, row, row_words, end, cell, words, closed in _OPEN_TAG.findall(window):
            if cell:
                self._see_cell(words, filled=not closed or b"value-type" in words)
            elif row:
                self._width = self._cells = 0
                self._repeated = _number(_REPEATED_ROWS, row_words)
                if row_words.endswith(b"/"):
                    self._empty_rows += self._repeated
            elif end:
                self._end_row()
            elif table:
                self._widest = self._rows = self._empty_rows = 0

    def _see_cell(self, words: bytes, *, filled: bool) -> None:
        self._cells += _number(_REPEATED_COLUMNS, words)
        if filled:
            self._width = self._cells
        elif b"table:formula" in words:
            self.uncomputed += 1

    def _end_row(self) -> None:
        if not self._width:
            self._empty_rows += self._repeated
            return
        self._rows += self._empty_rows + self._repeated
        self._empty_rows = 0
        self._widest = max(self._widest, self._width)
        check_shape(self._rows, self._widest, self.file)


def look_through(path: Path) -> None:
    """Look through every part of a zipped workbook.

    Raises
    ------
    FileError
        The workbook is damaged, unpacks to more than a survey, declares entities, or has cells that would
        be read as empty though they are not.
    """
    errors = uncomputed = 0
    for part in check_parts(path):
        stream = pieces(path, part)
        if part.filename.lower().endswith(_XML):
            stream = _plain_xml(stream, path.name)
        start = next(stream, b"")
        look = _look_at(start, path.name)
        if look is None:
            for _ in stream:
                pass  # what it really unpacks to is counted all the same
            continue
        for window in _windows(chain((start,), stream), look.row_end, path.name):
            look.see(window)
        errors += look.errors
        uncomputed += look.uncomputed
    if uncomputed:
        raise FileError(
            f"{path.name}: {uncomputed} formulas have no stored result. Open the workbook in a spreadsheet "
            "program and save it, or paste the values.",
            code="E20",
        )
    refuse_errors(errors, path.name)


def refuse_errors(number: int, file: str) -> None:
    """Refuse a workbook with cells that hold an error: it would be read as empty."""
    if number:
        raise FileError(
            f"{file}: {number} cells hold an error (such as #N/A), which is no answer. Correct them at their "
            "source, or empty them.",
            code="E20",
        )


def _look_at(start: bytes, file: str) -> SheetLook | OpenSheetLook | None:
    """Return what looks at a part that begins so: any part may be a sheet, whatever its name."""
    root = _ROOT.search(start)
    if root is None:
        return None
    return SheetLook(file) if root[1] == b"worksheet" else OpenSheetLook(file)


def _plain_xml(stream: Iterator[bytes], file: str) -> Iterator[bytes]:
    """Pass XML on; entities, document types and encodings that a pattern does not see through are refused."""
    tail, without_tag = b"", 0
    for piece in stream:
        text = tail + piece
        if not tail:
            declared = _ENCODING.match(text.removeprefix(b"\xef\xbb\xbf"))
            if declared and declared[1].lower() not in _ENCODINGS:
                raise damaged(file)
        if b"\0" in piece:
            raise damaged(file)
        if any(word in text for word in _DECLARATIONS):
            raise FileError(
                f"{file}: the workbook declares entities or a document type, which no spreadsheet program "
                "does. Open it in one and save it.",
                code="E10",
            )
        without_tag = 0 if b"<" in piece else without_tag + len(piece)
        if without_tag > _LONGEST_TEXT:
            raise too_much(file)
        tail = text[-16:]
        yield piece


def _windows(stream: Iterator[bytes], ends: tuple[bytes, ...], file: str) -> Iterator[bytes]:
    """Yield a part in windows that end with a row."""
    carried = bytearray()
    for piece in stream:
        carried += piece
        cut = max(at + len(end) if (at := carried.rfind(end)) >= 0 else 0 for end in ends)
        if cut:
            yield bytes(carried[:cut])
            del carried[:cut]
        elif len(carried) > _LONGEST_ROW:
            raise too_much(file)
    yield bytes(carried)


def _number(pattern: re.Pattern[bytes], words: bytes) -> int:
    found = pattern.search(words)
    return int(found[1]) if found else 1
