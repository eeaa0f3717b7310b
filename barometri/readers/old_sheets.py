"""Cells of an old workbook (.xls) that its reader gives as empty though they hold an error.

The sheets are one stream of records, each behind its kind and its length; two kinds can hold an error.
"""

import struct
from pathlib import Path
from typing import Final

from barometri.readers.archive import damaged
from barometri.readers.sheets import refuse_errors

_STREAMS: Final = ("Workbook", "Book")
"""Name of the stream since Excel 97, and before."""
_VALUE: Final = 0x0205
"""A truth or an error: row, column and format (two bytes each), the value, and 1 where it is an error."""
_FORMULAS: Final = (0x0006, 0x0206, 0x0406)
"""A formula by version: row, column and format, then eight bytes of its last result."""
_NO_NUMBER: Final = b"\xff\xff"
"""End of a result that is no number; 2 at its start says that it is an error."""
_HEAD: Final = struct.Struct("<HH")


def look_through_old(path: Path) -> None:
    """Look through every record of an old workbook that opens.

    Raises
    ------
    FileError
        Cells hold an error, or the file is damaged.
    """
    import olefile  # noqa: PLC0415 - loaded only in the child process of a file that needs it

    try:
        with olefile.OleFileIO(path) as container:
            found = [container.openstream(name).read() for name in _STREAMS if container.exists(name)]
    except (OSError, ValueError, IndexError, struct.error):
        raise damaged(path.name) from None
    refuse_errors(sum(map(_errors, found)), path.name)


def _errors(stream: bytes) -> int:
    """Count the cells of all sheets that hold an error."""
    place = errors = 0
    while place + _HEAD.size <= len(stream):
        kind, length = _HEAD.unpack_from(stream, place)
        body = stream[place + _HEAD.size : place + _HEAD.size + length]
        place += _HEAD.size + length
        errors += (kind == _VALUE and body[7:8] == b"\1") or (
            kind in _FORMULAS and body[12:14] == _NO_NUMBER and body[6:7] == b"\2"
        )
    return errors
