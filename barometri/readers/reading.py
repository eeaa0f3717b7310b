"""Reading one respondent file in a confined child process."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

from barometri.errors import FileError
from barometri.readers.content import Content
from barometri.readers.formats import check_kind
from barometri.readers.handover import OUT_OF_MEMORY, to_frame, unpack
from barometri.readers.raw import RawFile, UserMissing
from barometri.study.waves import FileFormat

MAXIMUM_FILE: Final = 200 * 2**20
MAXIMUM_MEMORY: Final = 4 * 2**30
MAXIMUM_SECONDS: Final = 58
"""A minute, less the time to start the child and to end it."""
MAXIMUM_ANSWER: Final = 600 * 2**20
"""Bytes that the child may answer: the largest number of cells, and their distinct texts."""
_OUT_OF_TIME: Final = (-getattr(signal, "SIGXCPU", signal.SIGTERM),)
_PIECE: Final = 2**20
_PACKAGE = Path(__file__).resolve().parents[2]


def read_file(
    path: str | Path, file_format: FileFormat | None = None, *, seconds: int = MAXIMUM_SECONDS
) -> RawFile:
    """Read a respondent file exactly: no value recoded, none guessed missing.

    Parameters
    ----------
    path
        A .sav, .zsav, .por, .dta, .xlsx, .xls, .ods, .csv or .parquet file of at most 200 MB.
    file_format
        Separator, decimal mark, encoding and sheet, where the wave declares them.
    seconds
        Time the child process is given.

    Returns
    -------
    RawFile
        Values, labels and declared missing values.

    Raises
    ------
    FileError
        The file is missing, of an unknown kind, damaged, too large, or wrongly encoded or divided.
    """
    file = Path(path)
    file_format = file_format or FileFormat()
    _check_file(file, file_format)
    digest = file_digest(file)
    content = unpack(_answer(file, file_format, seconds), file.name)
    if file_digest(file) != digest:
        raise FileError(
            f"{file.name}: the file changed while it was read. Close the program that writes it, and read "
            "it again.",
            code="E10",
        )
    raw = raw_file(file, digest, content)
    if file_format.rows not in {None, len(raw.frame)}:
        raise FileError(
            f"{file.name}: {len(raw.frame)} rows, and rows in the wave's [format] says {file_format.rows}. "
            "Copy the delivered file again, or correct rows.",
            code="E10",
        )
    return raw


def raw_file(file: Path, digest: str, content: Content) -> RawFile:
    """Return a file's content as a frame with the file's own words."""
    return RawFile(
        file,
        to_frame(content.columns),
        digest,
        variable_labels=content.variable_labels,
        value_labels=content.value_labels,
        user_missing={
            name: tuple(UserMissing(low, high) for low, high in ranges)
            for name, ranges in content.user_missing.items()
        },
        places={place: tuple(texts) for place, texts in content.places.items()},
        encoding=content.encoding,
        separator=content.separator,
        decimal=content.decimal,
        sheet=content.sheet,
        remarks=tuple(content.remarks),
    )


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        raise _missing(path) from None


def _missing(path: Path) -> FileError:
    return FileError(
        f"{path}: no such file, or it cannot be read. Put the wave's responses there, or correct file in "
        "the wave's TOML.",
        code="E10",
    )


def _check_file(path: Path, file_format: FileFormat) -> None:
    """Refuse what need not be opened: absent, empty, too large, or not what its name says."""
    try:
        size = path.stat().st_size if path.is_file() else -1
    except OSError:
        size = -1
    if size < 0:
        raise _missing(path)
    if size == 0:
        raise FileError(f"{path.name}: the file is empty. Copy or export it again.", code="E10")
    try:
        check_kind(path, file_format)
    except OSError:
        raise _missing(path) from None
    if size > MAXIMUM_FILE:
        raise FileError(
            f"{path.name}: {size // 2**20} MB, at most {MAXIMUM_FILE // 2**20} MB are read. Export only the "
            "survey's columns.",
            code="E11",
        )


def _answer(path: Path, file_format: FileFormat, seconds: int) -> bytes:
    """Return what the child process answered, at most so much of it and within the time."""
    request = {
        "path": str(path.absolute()),
        "format": asdict(file_format),
        "memory": MAXIMUM_MEMORY,
        "seconds": seconds,
    }
    # One thread: each reserves address space, which the memory limit counts.
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(_PACKAGE), os.environ.get("PYTHONPATH")))),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    deadline = time.monotonic() + seconds
    with subprocess.Popen(
        [sys.executable, "-P", "-B", "-X", "utf8", "-m", "barometri.readers.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    ) as child:
        answer = bytearray()
        talk = threading.Thread(target=_talk, args=(child, request, answer), daemon=True)
        talk.start()
        try:
            talk.join(max(deadline - time.monotonic(), 0))
            too_long = len(answer) > MAXIMUM_ANSWER
            status = None if talk.is_alive() or too_long else _status(child, deadline)
        finally:
            _end(child)
        talk.join()
    late = status in _OUT_OF_TIME or (status is None and not too_long)
    return _judged(path, bytes(answer), status, seconds if late else None)


def _talk(child: "subprocess.Popen[bytes]", request: object, answer: bytearray) -> None:
    """Hand the request over and take the answer until it ends or is too long."""
    if child.stdin is None or child.stdout is None:
        return
    try:
        child.stdin.write(json.dumps(request).encode("ascii"))
        child.stdin.close()
        while len(answer) <= MAXIMUM_ANSWER and (piece := child.stdout.read(_PIECE)):
            answer += piece
    except (OSError, ValueError):
        return  # the child is gone, and its status tells


def _status(child: "subprocess.Popen[bytes]", deadline: float) -> int | None:
    """Return the status of a child whose answer has ended; ``None`` when it lingers until the deadline."""
    try:
        return child.wait(timeout=max(deadline - time.monotonic(), 0))
    except subprocess.TimeoutExpired:
        return None


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End the child and whatever it may have started, unless its status is known: then its number is free."""
    if child.returncode is not None:
        return
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (AttributeError, OSError):
        child.kill()


def _judged(path: Path, answer: bytes, status: int | None, late: int | None) -> bytes:
    if late is not None:
        raise FileError(
            f"{path.name}: reading took more than {late} seconds and was stopped. Export only the "
            "survey's columns.",
            code="E11",
        )
    if status == OUT_OF_MEMORY or len(answer) > MAXIMUM_ANSWER:
        raise FileError(
            f"{path.name}: the file needs more memory than a survey may. Export only the survey's columns.",
            code="E11",
        )
    if status != 0 or not answer:
        raise FileError(
            f"{path.name}: the file could not be read within the limits of memory and time; it is damaged "
            "or too large. Save it again, or export it as .csv.",
            code="E10",
        )
    return answer
