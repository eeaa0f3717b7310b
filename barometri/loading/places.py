"""Where a study's files are, one process at a time there, and files that appear whole or not at all."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from barometri.disk import held
from barometri.errors import FileError, OutputError
from barometri.study.names import stays_inside
from barometri.study.study import Study

_DRAFT: Final = ".part"
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700


def raw_folder(study: Study, data: str | Path = "data") -> Path:
    """Return the folder of the study's respondent files."""
    return study.path if study.data == "." else Path(data) / "raw" / study.id


def raw_file(study: Study, data: str | Path, file: str) -> Path:
    """Return a respondent file of the study, which must lie in its folder once links are followed.

    Raises
    ------
    FileError
        When a link leads out of the folder.
    """
    folder = raw_folder(study, data)
    path = folder / file
    if not stays_inside(path, folder):
        raise FileError(
            f"{file}: leads out of the folder of responses. Put the file itself there, not a link to it.",
            code="E10",
        )
    return path


def processed_folder(study: Study, data: str | Path = "data") -> Path:
    """Return the folder of the study's harmonised waves."""
    return Path(data) / "processed" / study.id


def make_private(folder: Path) -> None:
    """Make a folder that its owner alone enters, whatever the umask; one that stands open is closed."""
    folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    folder.chmod(_PRIVATE_FOLDER)


@contextlib.contextmanager
def alone(study: Study, data: str | Path) -> Iterator[None]:
    """Wait until no other process reads the study's files in, and clear what a killed one left behind.

    Raises
    ------
    FileError
        When one of the folders may not be looked into.
    """
    for folder in (raw_folder(study, data), processed_folder(study, data)):
        _check_open(folder)
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # a folder that is not there yet holds nothing to be read
            stack.enter_context(held(raw_folder(study, data)))
        for left in processed_folder(study, data).glob(f".*{_DRAFT}"):
            with contextlib.suppress(OSError):
                left.unlink()
        yield


def _check_open(folder: Path) -> None:
    """Refuse a folder that somebody else has closed; one that is not there yet is open."""
    try:
        closed = folder.exists() and not os.access(folder, os.R_OK | os.X_OK)
    except OSError:  # a folder above it is closed
        closed = True
    if closed:
        message = f"{folder}: may not be looked into. Choose another data folder, or change its permissions."
        raise FileError(message, code="E10")


def draft_of(path: Path) -> Path:
    """Return where a file is written before it takes its place."""
    return path.with_name(f".{path.name}{_DRAFT}")


def put(draft: Path, path: Path) -> None:
    """Put a written draft in its place, its owner's alone, on disk before its name is."""
    draft.chmod(_PRIVATE_FILE)
    with draft.open("rb+") as stream:
        os.fsync(stream.fileno())
    draft.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write a text beside its place, then put it there: never a half file."""
    draft = draft_of(path)
    try:
        make_private(path.parent)
        draft.write_text(text, encoding="utf-8", newline="\n")
        put(draft, path)
    except OSError:
        raise OutputError(f"{path}: cannot be written. Choose another data folder, or make room.") from None
