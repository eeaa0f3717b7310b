"""An SPSS file before anything decodes it: its variables, and how many cases it really holds."""

import struct
import zlib
from pathlib import Path
from typing import Final

from barometri.errors import FileError
from barometri.readers.content import MAXIMUM_COLUMNS, check_shape

_BIG_ENDIAN: Final = (b"\0\0\0\x02", b"\0\0\0\x03")
_HEADER: Final = 176
_CELL: Final = 8
_UNKNOWN: Final = -1
_VARIABLE, _LABELS, _INDEX, _DOCUMENTS, _EXTENSION, _END = 2, 3, 4, 6, 7, 999
_LINE: Final = 80
_SIZED: Final = {_INDEX: (8, 4, 4), _DOCUMENTS: (8, 4, _LINE), _EXTENSION: (16, 12, 0)}
"""Kind of record to the length of its head, the place of the number of its parts, and their length."""
_MAXIMUM_UNPACKED: Final = 2**30
_MAXIMUM_RATIO: Final = 200
_SMALLEST: Final = 4_096
"""Bytes under which a file's ratio says nothing."""
_SKIPPED, _LAST, _VERBATIM = 0, 252, 253
"""Codes of a compressed file: nothing, the end of the file, and a cell that follows in full."""


def look_through(path: Path) -> None:
    """Compare what the header says with what the file holds.

    Raises
    ------
    FileError
        It has more variables than a survey, or another number of cases than its header says, or is damaged.
    """
    data = path.read_bytes()
    try:
        declared, held, variables = _Look(data, path.name).counts()
    except (struct.error, zlib.error, IndexError, ValueError):
        raise _damaged(path.name) from None
    check_shape(held, variables, path.name)
    if declared not in {held, _UNKNOWN}:
        raise FileError(
            f"{path.name}: its header says {declared} cases and {held} are in it. It is cut short or "
            "damaged. Copy it again, or save it again from the program that wrote it.",
            code="E10",
        )


def _damaged(file: str) -> FileError:
    return FileError(
        f"{file}: the file is damaged or cut short. Save it again from the program that wrote it, or export "
        "it as .csv.",
        code="E10",
    )


class _Look:
    """One file's bytes and the order of bytes in its numbers."""

    def __init__(self, data: bytes, file: str) -> None:
        self.data = data
        self.file = file
        self.order = ">" if data[64:68] in _BIG_ENDIAN else "<"

    def counts(self) -> tuple[int, int, int]:
        """Return declared cases, cases held and named variables."""
        start, cells, variables = self.dictionary()
        if not cells:
            raise ValueError
        compression = self.whole(72)
        if compression == 0:
            held, rest = divmod(len(self.data) - start, cells * _CELL)
        elif compression == 1:
            held, rest = divmod(_count_cells(memoryview(self.data)[start:]), cells)
        else:
            held, rest = divmod(_count_cells(memoryview(self.unpacked(start))), cells)
        if rest:
            raise ValueError
        return self.whole(80), held, variables

    def whole(self, at: int) -> int:
        """Return the whole number at a place."""
        return int(struct.unpack_from(f"{self.order}i", self.data, at)[0])

    def long(self, at: int) -> int:
        """Return the whole number of eight bytes at a place."""
        return int(struct.unpack_from(f"{self.order}q", self.data, at)[0])

    def dictionary(self) -> tuple[int, int, int]:
        """Return where the cases begin, the cells of a case, and the number of named variables."""
        at, cells, variables = _HEADER, 0, 0
        while (kind := self.whole(at)) != _END:
            if kind == _VARIABLE:
                cells += 1
                variables += self.whole(at + 4) != _UNKNOWN
                if variables > 2 * MAXIMUM_COLUMNS:  # a long text is several variables here
                    check_shape(0, variables, self.file)
            length = self.length(kind, at)
            if length < _CELL or at + length > len(self.data):
                raise ValueError
            at += length
        return at + _CELL, cells, variables

    def length(self, kind: int, at: int) -> int:
        """Return the length of a record of the dictionary."""
        if kind == _VARIABLE:
            label = 4 + -(-self.whole(at + 32) // 4) * 4 if self.whole(at + 8) else 0
            return 32 + label + _CELL * abs(self.whole(at + 12))
        if kind == _LABELS:
            end = 8
            for _ in range(self.whole(at + 4)):
                end += _CELL + (self.data[at + end + _CELL] // _CELL + 1) * _CELL
            return end
        if kind not in _SIZED:
            raise ValueError
        head, size, unit = _SIZED[kind]
        count = self.whole(at + size)
        if kind == _EXTENSION:
            unit = self.whole(at + 8)
        if count < 0 or unit < 0:
            raise ValueError
        return head + unit * count

    def unpacked(self, start: int) -> bytes:
        """Return the cases of a .zsav file, whose list of blocks at the end says how they were packed."""
        list_at, list_length = self.long(start + 8), self.long(start + 16)
        blocks = self.whole(list_at + 20)
        if list_length != 24 + 24 * blocks or list_at + list_length != len(self.data) or blocks < 0:
            raise ValueError
        parts, total = [], 0
        limit = min(_MAXIMUM_UNPACKED, _MAXIMUM_RATIO * max(len(self.data), _SMALLEST))
        for block in range(blocks):
            entry = list_at + 24 + 24 * block
            at, size, packed = self.long(entry + 8), self.whole(entry + 16), self.whole(entry + 20)
            total += size
            if size < 0 or packed < 0 or total > limit:
                raise FileError(
                    f"{self.file}: the file unpacks to more than can be a survey. Save it again.", code="E11"
                )
            inflater = zlib.decompressobj()
            part = inflater.decompress(self.data[at : at + packed], size + 1)
            if len(part) != size or not inflater.eof:
                raise ValueError
            parts.append(part)
        return b"".join(parts)


def _count_cells(stream: memoryview) -> int:
    """Return the number of cells of a compressed file: eight codes, then the cells that follow in full."""
    at = cells = 0
    while at + _CELL <= len(stream):
        codes = bytes(stream[at : at + _CELL])
        if _LAST in codes:
            before = codes[: codes.index(_LAST)]
            after = at + _CELL + _CELL * before.count(_VERBATIM)
            if any(stream[after:]):
                raise ValueError
            return cells + len(before) - before.count(_SKIPPED)
        verbatim = codes.count(_VERBATIM)
        at += _CELL + _CELL * verbatim
        cells += _CELL - codes.count(_SKIPPED)
    if at != len(stream):
        raise ValueError
    return cells
