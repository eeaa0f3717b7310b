"""The table of file kinds: a suffix, its reader, and the first bytes that prove the suffix."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from barometri.errors import FileError
from barometri.readers.content import Content
from barometri.readers.delimited import read_delimited
from barometri.readers.labelled import read_portable, read_spss, read_stata
from barometri.readers.parquet import read_parquet
from barometri.readers.workbook import read_workbook
from barometri.study.waves import FileFormat

Reader = Callable[[Path, FileFormat], Content]

READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        ".csv": read_delimited,
        ".dta": read_stata,
        ".ods": read_workbook,
        ".parquet": read_parquet,
        ".por": read_portable,
        ".sav": read_spss,
        ".xls": read_workbook,
        ".xlsx": read_workbook,
        ".zsav": read_spss,
    }
)

_KINDS: Final[Mapping[str, str]] = {
    ".csv": "text",
    ".dta": "Stata",
    ".ods": "zip",
    ".parquet": "Parquet",
    ".por": "SPSS portable",
    ".sav": "SPSS",
    ".xls": "old Office",
    ".xlsx": "zip",
    ".zsav": "SPSS",
}
_HEAD: Final = 1_024
_OLD_STATA: Final = range(102, 116)


def kind_of(head: bytes) -> str:
    """Name the kind of a file by its first bytes."""
    starts = {
        b"$FL2": "SPSS",
        b"$FL3": "SPSS",
        b"PK\x03\x04": "zip",
        b"PK\x05\x06": "zip",
        b"\xd0\xcf\x11\xe0": "old Office",
        b"PAR1": "Parquet",
        b"<stata_dta>": "Stata",
    }
    for start, kind in starts.items():
        if head.startswith(start):
            return kind
    if b"SPSSPORT" in head.replace(b"\r", b"").replace(b"\n", b""):
        return "SPSS portable"
    if len(head) > 3 and head[0] in _OLD_STATA and head[1] in {1, 2} and head[2] == 1:  # noqa: PLR2004 - Stata's header
        return "Stata"
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "unknown binary"
    return "text"


def check_kind(path: Path) -> None:
    """Refuse a file whose first bytes are not those of its suffix."""
    with path.open("rb") as stream:
        kind = kind_of(stream.read(_HEAD))
    expected = _KINDS[path.suffix.lower()]
    if kind != expected:
        raise FileError(
            f"{path.name}: expected a {path.suffix.lower()} file ({expected}), but its first bytes are of "
            f"another kind ({kind}). Save it again in the declared format, or correct the suffix.",
            code="E10",
        )
