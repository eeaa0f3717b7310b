"""The least that is an old Excel workbook: a compound file of one stream of BIFF8 records."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SMALLEST_STREAM = 4_096


@dataclass(frozen=True)
class Raw:
    """A cell of a record kind of its own: what follows row, column and format."""

    kind: int
    data: bytes


Value = float | str | Raw | None
NOT_AVAILABLE = 0x2A


def checked(value: int, *, is_error: bool) -> Raw:
    """A truth or an error."""
    return Raw(0x205, bytes([value, is_error]))


def formula(result: bytes, kind: int = 0x0006) -> Raw:
    """A formula with its last result; of what it reckons only an empty text is kept."""
    return Raw(kind, result + struct.pack("<HIH", 0, 0, 3) + b"\x17\x00\x00")


def write_old_workbook(path: Path, rows: Sequence[Sequence[Value]]) -> Path:
    """Write rows into the only sheet of an .xls file."""
    stream = _workbook(rows)
    stream += b"\0" * (max(_SMALLEST_STREAM, -(-len(stream) // _SECTOR) * _SECTOR) - len(stream))
    sectors = len(stream) // _SECTOR
    header = struct.pack(
        "<8s16x5H6x10I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        *(0x3E, 3, 0xFFFE, 9, 6),
        *(0, 1, 1, 0, _SMALLEST_STREAM, _END, 0, _END, 0, 0),
    )
    header += struct.pack("<109I", 0, *[_FREE] * 108)[: _SECTOR - len(header)]
    header = header[:76] + struct.pack("<109I", 0, *[_FREE] * 108)
    chain = [_FAT, _END, *range(3, sectors + 2), _END]
    table = struct.pack(f"<{_SECTOR // 4}I", *chain, *[_FREE] * (_SECTOR // 4 - len(chain)))
    root = _entry("Root Entry", 5, _END, 0, child=1)
    folder = root + _entry("Workbook", 2, 2, len(stream)) + _entry("", 0, 0, 0) * 2
    path.write_bytes(header + table + folder + stream)
    return path


def _entry(name: str, kind: int, start: int, size: int, *, child: int = _FREE) -> bytes:
    text = (name + "\0").encode("utf-16-le") if name else b""
    links = struct.pack("<3I", _FREE, _FREE, child)
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", len(text), kind, 1)
        + links
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _workbook(rows: Sequence[Sequence[Value]]) -> bytes:
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6)) + _record(
        0x42, struct.pack("<H", 1200)
    )
    name = "Taulu"
    end = _record(0x0A)
    length = len(start) + 4 + 8 + len(name) + len(end)
    sheet = _record(0x85, struct.pack("<IBBBB", length, 0, 0, len(name), 0) + name.encode("latin-1"))
    cells = b"".join(
        _cell(row, column, value) for row, values in enumerate(rows) for column, value in enumerate(values)
    )
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    body = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 6)) + _record(0x200, size)
    return start + sheet + end + body + cells + end


def _cell(row: int, column: int, value: Value) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if value is None:
        return b""
    if isinstance(value, Raw):
        return _record(value.kind, place + value.data)
    if isinstance(value, str):
        return _record(0x204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    return _record(0x203, place + struct.pack("<d", value))
