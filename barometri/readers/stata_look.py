"""A Stata file before anything decodes it: what its header says, and whether the rows are where it says."""

import re
import struct
from pathlib import Path
from typing import Final

from barometri.errors import FileError
from barometri.readers.content import check_shape

_HEADER = re.compile(rb"<stata_dta><header><release>(\d{3})</release><byteorder>(LSF|MSF)</byteorder><K>")
_OLDEST: Final = 113
_LONG_NAMES: Final = 118
_WIDE_COUNT: Final = 119
_PLACES: Final = 14
_TYPES, _DATA, _STRLS, _END = 2, 9, 10, 13
"""Places in the map of the file, in the order of its parts."""
_TAG: Final = b"<data>"
_WIDTHS: Final = {32768: 8, 65526: 8, 65527: 4, 65528: 4, 65529: 2, 65530: 1}
_LONGEST_TEXT: Final = 2_045
_OLD_WIDTHS: Final = {255: 8, 254: 4, 253: 4, 252: 2, 251: 1}
_OLD_LONGEST_TEXT: Final = 244
_OLD_HEADER: Final = 109


def look_through(path: Path) -> None:
    """Compare what the header says with what the file holds.

    Raises
    ------
    FileError
        It has more columns or cells than a survey, its rows are not where the header says, or it is from
        before Stata 8.
    """
    data = path.read_bytes()
    try:
        whole = _look_new(data, path.name) if data.startswith(b"<") else _look_old(data, path.name)
    except (struct.error, IndexError, KeyError, ValueError):
        whole = False
    if not whole:
        raise FileError(
            f"{path.name}: the rows are not where the header says; the file is damaged or cut short. Save it "
            "again from the program that wrote it, or export it as .csv.",
            code="E10",
        )


def _look_new(data: bytes, file: str) -> bool:
    """Look at a file of Stata 13 or later: a map says where each part begins."""
    header = _HEADER.match(data)
    if header is None:
        return False
    release, order = int(header[1]), "<" if header[2] == b"LSF" else ">"
    at = header.end()
    wide = 4 if release >= _WIDE_COUNT else 2
    columns = int.from_bytes(data[at : at + wide], "little" if order == "<" else "big")
    at += wide + len(b"</K><N>")
    rows = struct.unpack_from(f"{order}{'Q' if release >= _LONG_NAMES else 'I'}", data, at)[0]
    check_shape(rows, columns, file)
    map_at = data.index(b"<map>", at, at + 1_000) + len(b"<map>")
    places = struct.unpack_from(f"{order}{_PLACES}Q", data, map_at)
    types_at = places[_TYPES] + len(b"<variable_types>")
    types = struct.unpack_from(f"{order}{columns}H", data, types_at)
    width = sum(_WIDTHS[kind] if kind > _LONGEST_TEXT else kind for kind in types)
    start = places[_DATA] + len(_TAG)
    end = start + rows * width
    return (
        data[places[_DATA] : start] == _TAG
        and data[end : end + len(b"</data>")] == b"</data>"
        and places[_STRLS] == end + len(b"</data>")
        and places[_END] == len(data)
        and data.endswith(b"</stata_dta>")
    )


def _look_old(data: bytes, file: str) -> bool:
    """Look at a file of Stata 8 to 12: parts of known lengths, then rows, then value labels to the end."""
    release, order = data[0], "<" if data[1] == 2 else ">"  # noqa: PLR2004 - the byte that says so
    if release < _OLDEST:
        raise FileError(
            f"{file}: a file from before Stata 8. Save it again from a later one, or export it as .csv.",
            code="E10",
        )
    columns, rows = map(int, struct.unpack_from(f"{order}hi", data, 4))
    if columns < 0 or rows < 0:
        return False
    check_shape(rows, columns, file)
    types = data[_OLD_HEADER : _OLD_HEADER + columns]
    width = sum(_OLD_WIDTHS[kind] if kind > _OLD_LONGEST_TEXT else kind for kind in types)
    formats = 12 if release == _OLDEST else 49
    at = _OLD_HEADER + columns * (1 + 33 + formats + 33 + 81) + 2 * (columns + 1)
    while (length := struct.unpack_from(f"{order}bi", data, at)) != (0, 0):
        at += 5 + length[1]
        if length[1] < 0:
            return False
    at += 5 + rows * width
    while at < len(data):
        (labels,) = struct.unpack_from(f"{order}i", data, at)
        at += 4 + 33 + 3 + max(int(labels), 0)
    return at == len(data)
