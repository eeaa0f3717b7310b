"""CSV files: every cell a text, the separator and the decimal mark declared or sniffed and told."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO

from barometri.errors import FileError
from barometri.readers.content import Column, Content, TextColumn, check_names, check_shape
from barometri.study.waves import FileFormat

SEPARATORS: Final = (";", ",", "\t", "|")
_WORDS: Final = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
_SAMPLE: Final = 65_536
_LONGEST_HEADER: Final = 4 * 2**20
_PIECE: Final = 2**20
_LONGEST_CELL: Final = 1_000_000
_POINT = re.compile(r"\s*[-+−]?\d+\.\d+\s*")
_COMMA = re.compile(r"\s*[-+−]?\d+,\d+\s*")
_WHOLE = re.compile(r"\s*[-+−]?\d+\s*")


def read_delimited(path: Path, file_format: FileFormat) -> Content:
    """Read .csv as UTF-8, else in the declared encoding; nothing is tried in turn."""
    encoding = _encoding(path, file_format.encoding)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with path.open(encoding=encoding, errors="strict", newline="") as stream:
            sample = _sample(stream, path.name)
            separator = _separator(sample, file_format.separator, path.name)
            stream.seek(0)
            lines = _lines(stream, path.name)
            rows = csv.reader(lines, delimiter=separator, strict=True)
            columns = _columns(rows, path.name, _count_lines(path))
    except UnicodeError:
        raise FileError(
            f"{path.name}: the file is not {encoding.removesuffix('-sig')}. Save it as UTF-8, or declare "
            "its encoding in the wave's [format].",
            code="E12",
        ) from None
    except csv.Error:
        raise FileError(
            f"{path.name}: a quotation mark is not closed, or a cell is longer than {_LONGEST_CELL} "
            "characters. Export the file again.",
            code="E10",
        ) from None
    if not _ends_with_line(path):
        raise FileError(
            f"{path.name}: no line end after the last row: the file may be cut short. Export or copy it "
            "again; if it is whole, save it with a line end after the last row.",
            code="E10",
        )
    remarks = [] if file_format.separator else [f"separator {_WORDS[separator]} (sniffed)"]
    decimal, how = _decimal(columns, file_format.decimal, path.name)
    return Content(
        columns,
        encoding=encoding,
        separator=separator,
        decimal=decimal,
        remarks=remarks + ([f"decimal mark {how}"] if how else []),
    )


def _encoding(path: Path, declared: str | None) -> str:
    if declared is None:
        return "utf-8-sig"
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        raise FileError(
            f"{path.name}: unknown encoding in the wave's [format]. Name one that Python knows, such as "
            "cp1252.",
            code="E12",
        ) from None
    return "utf-8-sig" if name == "utf-8" else name


def _sample(stream: TextIO, file: str) -> str:
    """Return the first rows: the header at least, unless it is longer than any."""
    sample = stream.read(_SAMPLE)
    if len(sample) == _SAMPLE and "\n" not in sample and "\r" not in sample:
        sample += stream.read(_LONGEST_HEADER)
        if len(sample) > _LONGEST_HEADER and "\n" not in sample and "\r" not in sample:
            raise FileError(
                f"{file}: the first row is longer than {_LONGEST_HEADER} characters. Export only the "
                "survey's columns.",
                code="E11",
            )
    return sample


def _lines(stream: TextIO, file: str) -> Iterator[str]:
    """Yield the lines; a null character is no text."""
    for line in stream:
        if "\0" in line:
            raise FileError(
                f"{file}: the file holds null characters, which no text has. It is damaged, or in an "
                "encoding of two bytes a letter that the wave's [format] does not declare.",
                code="E10",
            )
        yield line


def _separator(sample: str, declared: str | None, file: str) -> str:
    widths = {separator: _widths(sample, separator) for separator in SEPARATORS}
    check_shape(0, min((w[0] for w in widths.values() if w and w[0] > 1), default=1), file)
    fitting = {s: w[0] for s, w in widths.items() if w and w[0] > 1 and len(set(w)) == 1}
    best = max(fitting, key=lambda s: fitting[s], default="")
    if declared is None:
        if not best:
            raise FileError(
                f"{file}: no separator divides the rows into equally many columns. Declare separator in the "
                "wave's [format], or export the file again.",
                code="E20",
            )
        return best
    if len(declared) != 1:
        raise FileError(f"{file}: separator in the wave's [format] must be one character.", code="E20")
    headers = {s: w[0] for s, w in widths.items() if w}
    other = best or max(headers, key=lambda s: headers[s], default=declared)
    if other != declared and _widths(sample, declared)[:1] == [1] and headers[other] > 1:
        raise FileError(
            f"{file}: the declared separator ({_WORDS.get(declared, 'another')}) gives one column, "
            f"{_WORDS[other]} gives {headers[other]}. Correct separator in the wave's [format].",
            code="E20",
        )
    return declared


def _widths(sample: str, separator: str) -> list[int]:
    """Return the number of cells in each of the first rows; a row that the sample cuts does not count."""
    try:
        rows = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if row]
    except csv.Error:
        return []
    cut = len(sample) >= _SAMPLE and len(rows) > 1
    return rows[:-1][:100] if cut else rows[:100]


def _count_lines(path: Path) -> int:
    """Return the number of line ends, which are as many as rows but for those within quotation marks."""
    with path.open("rb") as stream:
        return sum(piece.count(b"\n") for piece in iter(lambda: stream.read(_PIECE), b""))


def _columns(rows: Iterator[Sequence[str]], file: str, lines: int) -> list[Column]:
    header = next(rows, [])
    check_shape(max(lines - 1, 0), len(header), file)
    names = check_names(header, file)
    if not names:
        raise FileError(f"{file}: the file is empty. Expected column names in the first row.", code="E20")
    columns = [TextColumn(name) for name in names]
    count = ragged = 0
    for row in rows:
        if not row:
            continue
        count += 1
        check_shape(count, len(names), file)
        if len(row) != len(names):
            ragged += 1
            continue
        for column, cell in zip(columns, row, strict=True):
            column.append(cell)
    if ragged:
        raise FileError(
            f"{file}: {ragged} of {count} rows do not have the {len(names)} cells of the header. Check the "
            "separator and the quotation marks, and export the file again.",
            code="E20",
        )
    return [column.column() for column in columns]


def _decimal(columns: Sequence[Column], declared: str | None, file: str) -> tuple[str, str]:
    """Return the decimal mark and how it was found (empty when it was declared or no cell needs one)."""
    if declared is not None:
        if declared not in {",", "."}:
            raise FileError(f"{file}: decimal in the wave's [format] must be a comma or a point.", code="E20")
        return declared, ""
    commas = sum(_is_decimal(column.levels, _COMMA) for column in columns)
    points = sum(_is_decimal(column.levels, _POINT) for column in columns)
    if commas and points:
        raise FileError(
            f"{file}: {commas} columns write decimals with a comma and {points} with a point. Declare "
            "decimal in the wave's [format].",
            code="E20",
        )
    if commas:
        return ",", "comma (sniffed)"
    return ".", "point (sniffed)" if points else ""


def _is_decimal(levels: Sequence[str], pattern: re.Pattern[str]) -> bool:
    return any(pattern.fullmatch(level) for level in levels) and all(
        pattern.fullmatch(level) or _WHOLE.fullmatch(level) for level in levels
    )


def _ends_with_line(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(0, io.SEEK_END)
        stream.seek(max(stream.tell() - 2, 0))
        return stream.read().rstrip(b"\0").endswith((b"\n", b"\r"))
