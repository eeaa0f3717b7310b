"""Files made to be read right or refused: one case a class, tried within this process or in the child."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from barometri.errors import BarometriError
from barometri.readers import RawFile, file_digest, reading
from barometri.readers.child import answer
from barometri.readers.handover import unpack
from barometri.readers.reading import raw_file
from barometri.study.waves import FileFormat
from tests.small_study import CANARY, WORD

RIGHT = "right"
WRONG = "wrong"
"""Read without an error, and not as it was written."""
LEAKS = "leaks"
"""Refused with a message that holds an answer, a line end or another error."""

Make = Callable[[Path], Path]
Check = Callable[[RawFile], bool]
Read = Callable[[Path, FileFormat], RawFile]


@dataclass(frozen=True, slots=True)
class Case:
    """One class of files: how one is made in a folder, what must come of it, and how that is seen."""

    name: str
    make: Make
    expected: tuple[str, ...]
    check: Check = lambda _: False
    format: FileFormat = field(default_factory=FileFormat)


def read_here(path: Path, file_format: FileFormat) -> RawFile:
    """Read a file as the child process does, within this one."""
    reading._check_file(path, file_format)
    return raw_file(path, file_digest(path), unpack(answer(path, file_format), path.name))


def outcome(case: Case, folder: Path, read: Read) -> str:
    """Return what comes of a case: right, wrong, or the code of its refusal."""
    path = case.make(folder)
    try:
        raw = read(path, case.format)
    except BarometriError as error:
        message = str(error)
        told = any(answer in message for answer in (WORD, CANARY))
        clean = path.name in message and "\n" not in message and error.__cause__ is None and not told
        return error.code if clean else LEAKS
    return RIGHT if case.check(raw) else WRONG


def case_id(case: Case) -> str:
    """Name a case in a list of tests."""
    return case.name


def named(name: str, text: str, *, encoding: str = "utf-8") -> Make:
    """Return what writes a text file."""

    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(text.encode(encoding))
        return path

    return make
