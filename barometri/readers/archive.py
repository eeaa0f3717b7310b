"""A zipped workbook before anything decodes it: what it declares, and what it really unpacks to.

Each part is inflated once, in pieces, and none is kept; whoever looks at the pieces may stop it.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Final

from barometri.errors import FileError

MAXIMUM_UNPACKED: Final = 2**30
MAXIMUM_RATIO: Final = 200
MAXIMUM_PARTS: Final = 10_000
_SMALLEST: Final = 4_096
"""Bytes under which a file's ratio says nothing."""
_STORED: Final = 0
_DEFLATED: Final = 8
_LOCKED: Final = 0x1
_UTF_8: Final = 0x800
_HEADER: Final = struct.Struct("<4s5H3L2H")
_PIECE: Final = 2**20
_READ: Final = 2**16
_HOLDS_OTHER_ROWS: Final = ("pivotcache/", "externallinks/", "embeddings/", "xl/model/")


def check_parts(path: Path) -> list[zipfile.ZipInfo]:
    """Return the parts that a zipped workbook declares.

    Raises
    ------
    FileError
        The list is damaged, contradicts itself, is locked, declares more than a survey can be, or holds
        rows of other tables.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        raise damaged(path.name) from None
    names = {part.filename.lower() for part in parts}
    ends = sorted((part.header_offset, _end(part)) for part in parts)
    overlap = any(end > start for (_, end), (start, _) in pairwise(ends))
    if len(names) != len(parts) or overlap:
        raise damaged(path.name)
    if any(part.flag_bits & _LOCKED for part in parts):
        raise FileError(
            f"{path.name}: the workbook is locked by a password. Save it without one.", code="E10"
        )
    if any(part.compress_type not in {_STORED, _DEFLATED} for part in parts):
        raise damaged(path.name)
    size = sum(part.file_size for part in parts)
    if len(parts) > MAXIMUM_PARTS or size > limit_of(path):
        raise too_much(path.name)
    if any(word in name for name in names for word in _HOLDS_OTHER_ROWS):
        raise FileError(
            f"{path.name}: the workbook holds pivot tables, embedded documents or links to other workbooks, "
            "which carry rows of their own. Save only the sheet of responses in a new workbook.",
            code="E20",
        )
    return parts


def limit_of(path: Path) -> int:
    """Return the most bytes that a workbook of this size may unpack to."""
    return min(MAXIMUM_UNPACKED, MAXIMUM_RATIO * max(path.stat().st_size, _SMALLEST))


def pieces(path: Path, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a part really unpacks to.

    Raises
    ------
    FileError
        It is damaged, or unpacks to another size than it declares.
    """
    size = check = 0
    try:
        with path.open("rb") as stream:
            _seek(stream, part, path.name)
            for piece in _inflated(stream, part):
                size += len(piece)
                check = zlib.crc32(piece, check)
                if size > part.file_size:
                    raise too_much(path.name)
                yield piece
    except (OSError, zlib.error, struct.error):
        raise damaged(path.name) from None
    if (size, check) != (part.file_size, part.CRC):
        raise damaged(path.name)


def damaged(file: str) -> FileError:
    """Return the error of a workbook that cannot be opened."""
    return FileError(
        f"{file}: the workbook is damaged, cut short or locked by a password. Save it again without one, or "
        "copy it again.",
        code="E10",
    )


def too_much(file: str) -> FileError:
    """Return the error of a workbook that is more than a survey."""
    return FileError(f"{file}: the workbook unpacks to more than can be a survey. Save it again.", code="E11")


def _end(part: zipfile.ZipInfo) -> int:
    return part.header_offset + _HEADER.size + len(_name(part)) + part.compress_size


def _name(part: zipfile.ZipInfo) -> bytes:
    return part.orig_filename.encode("utf-8" if part.flag_bits & _UTF_8 else "cp437")


def _seek(stream: BinaryIO, part: zipfile.ZipInfo, file: str) -> None:
    """Go to where a part's bytes begin; its own header must name it as the list does."""
    stream.seek(part.header_offset)
    fields: Sequence[int | bytes] = _HEADER.unpack(stream.read(_HEADER.size))
    name, more = int(fields[9]), int(fields[10])
    if fields[0] != b"PK\x03\x04" or stream.read(name) != _name(part):
        raise damaged(file)
    stream.seek(more, 1)


def _inflated(stream: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    left = part.compress_size
    inflater = zlib.decompressobj(-zlib.MAX_WBITS) if part.compress_type == _DEFLATED else None
    while left > 0 and (data := stream.read(min(left, _READ))):
        left -= len(data)
        if inflater is None:
            yield data
            continue
        while data:
            yield inflater.decompress(data, _PIECE)
            data = inflater.unconsumed_tail
    if left or (inflater is not None and (inflater.flush() or not inflater.eof or inflater.unused_data)):
        raise zlib.error
