"""The table of file kinds: a suffix, its reader, and the first bytes that prove the suffix."""

import codecs
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

_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": (".csv",),
    "Stata": (".dta",),
    "zipped workbook": (".xlsx", ".ods"),
    "Parquet": (".parquet",),
    "SPSS portable": (".por",),
    "SPSS": (".sav", ".zsav"),
    "old Excel or password-locked workbook": (".xls",),
}
"""Kinds that are read, and the suffixes that they are read under."""

_STARTS: Final[Mapping[bytes, str]] = {
    b"$FL2": "SPSS",
    b"$FL3": "SPSS",
    b"PK\x03\x04": "zipped workbook",
    b"PK\x05\x06": "zipped workbook",
    b"\xd0\xcf\x11\xe0": "old Excel or password-locked workbook",
    b"PAR1": "Parquet",
    b"<stata_dta>": "Stata",
    b"\x1f\x8b": "compressed (gzip)",
    b"BZh": "compressed (bzip2)",
    b"\xfd7zXZ": "compressed (xz)",
    b"\x28\xb5\x2f\xfd": "compressed (zstd)",
    b"7z\xbc\xaf": "compressed (7z)",
    b"Rar!": "compressed (rar)",
    b"%PDF": "PDF",
    b"RDX": "R",
    b"SQLite format 3": "SQLite",
    b"ARROW1": "Arrow",
}
_ADVICE: Final[Mapping[str, str]] = {
    "old Excel or password-locked workbook": "Save it without a password, as .xlsx",
}
_PAGES: Final = (b"<html", b"<!doctype", b"<table", b"<?xml")
_HEAD: Final = 1_024
_OLD_STATA: Final = range(102, 116)


def kind_of(head: bytes) -> str:
    """Name the kind of a file by its first bytes."""
    for start, kind in _STARTS.items():
        if head.startswith(start):
            return kind
    if b"SPSSPORT" in head.replace(b"\r", b"").replace(b"\n", b""):
        return "SPSS portable"
    if len(head) > 3 and head[0] in _OLD_STATA and head[1] in {1, 2} and head[2] == 1:  # noqa: PLR2004 - Stata's header
        return "Stata"
    if head.removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(_PAGES):
        return "web page or XML"
    if b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "unknown binary"
    return "text"


def check_kind(path: Path, file_format: FileFormat) -> None:
    """Refuse a file whose first bytes are not those of its suffix: the bytes are believed, not the name."""
    with path.open("rb") as stream:
        kind = kind_of(stream.read(_HEAD))
    suffix, wide = path.suffix.lower(), (file_format.encoding or "").lower().startswith(("utf-16", "utf-32"))
    if kind == "unknown binary" and suffix == ".csv" and wide:
        return
    suffixes = _KINDS.get(kind, ())
    if suffix in suffixes:
        return
    is_text = kind == "text"
    advice = _ADVICE.get(kind) or (
        f"Rename it to {' or '.join(suffixes)}, or export it again"
        if suffixes and not is_text
        else f"Export the responses as one of {', '.join(READERS)}"
    )
    expected = f"not those of a {suffix} file" if suffix in READERS else "and its suffix is no known kind"
    raise FileError(
        f"{path.name}: its first bytes are of the kind {kind}, {expected}. {advice}.",
        code="E10",
    )
