"""Reading one respondent file in a limited child process."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from barometri.errors import FileError
from barometri.readers.formats import READERS
from barometri.readers.handover import CONTENT, to_frame, unpack
from barometri.readers.raw import RawFile, UserMissing
from barometri.study.waves import FileFormat

MAXIMUM_FILE: Final = 200 * 2**20
MAXIMUM_MEMORY: Final = 4 * 2**30
MAXIMUM_SECONDS: Final = 60
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
    _check_file(file)
    digest = file_digest(file)
    content = unpack(_answer(file, file_format or FileFormat(), seconds))
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


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise _missing(path)
    if path.suffix.lower() not in READERS:
        raise FileError(
            f"{path.name}: unknown kind of file. Expected one of {', '.join(READERS)}; export the responses "
            "as one of these.",
            code="E10",
        )
    size = path.stat().st_size
    if size == 0:
        raise FileError(f"{path.name}: the file is empty. Copy or export it again.", code="E10")
    if size > MAXIMUM_FILE:
        raise FileError(
            f"{path.name}: {size // 2**20} MB, at most {MAXIMUM_FILE // 2**20} MB are read. Export only the "
            "survey's columns.",
            code="E11",
        )


def _answer(path: Path, file_format: FileFormat, seconds: int) -> bytes:
    """Return what the child process packed, or raise its error."""
    request = {
        "path": str(path.absolute()),
        "format": asdict(file_format),
        "memory": MAXIMUM_MEMORY,
        "seconds": seconds,
    }
    # One thread: each reserves address space, which the memory limit counts.
    environment = os.environ | {
        "PYTHONPATH": str(_PACKAGE),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    try:
        child = subprocess.run(
            [sys.executable, "-P", "-X", "utf8", "-m", "barometri.readers.child"],
            input=json.dumps(request).encode("ascii"),
            capture_output=True,
            check=False,
            timeout=seconds,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise FileError(
            f"{path.name}: reading took more than {seconds} seconds and was stopped. Export only the "
            "survey's columns.",
            code="E11",
        ) from None
    if child.returncode != 0 or not child.stdout:
        raise FileError(
            f"{path.name}: the file could not be read within the limits of memory and time; it is damaged "
            "or too large. Save it again, or export it as .csv.",
            code="E10",
        )
    if not child.stdout.startswith(CONTENT):
        error = json.loads(child.stdout[1:])
        raise FileError(error["message"], code=error["code"])
    return child.stdout[1:]
