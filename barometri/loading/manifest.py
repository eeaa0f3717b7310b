"""The manifest of inputs: the files that a study's answers were read from, to the byte, by wave.

A file is trusted at its first successful read and pinned; a changed byte is refused from then on. What was
kept of it, the harmonised wave, is pinned beside it. Digests and counts only; never an answer.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from barometri.errors import FileError
from barometri.loading.places import processed_folder, raw_file, write_text
from barometri.readers import file_digest
from barometri.study.study import Study

MANIFEST: Final = "manifest.json"
ACCEPT: Final = "python -m barometri.check --manifest"
"""The command that accepts a new delivery."""
_FORMAT: Final = 1
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Shape:
    """A file to the byte, and how many rows and columns it holds."""

    sha256: str
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Pin:
    """One wave: the name and shape of its file as ``delivered``, and the shape of its harmonised form.

    ``before`` is the digest of the harmonised form that this one takes the place of: a run that was killed
    in between leaves that one, which is then made anew.
    """

    file: str
    delivered: Shape
    harmonised: Shape
    before: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The pins of a study by year, and the digests of the files that the package itself wrote.

    ``maker`` names the study files and the version that ``written`` (file name to digest) were made by.
    """

    waves: Mapping[int, Pin] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    maker: str = ""


def read_manifest(study: Study, data: str | Path = "data") -> Manifest:
    """Return the study's manifest; an empty one before the first read.

    Raises
    ------
    FileError
        The manifest is damaged.
    """
    path = processed_folder(study, data) / MANIFEST
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return _manifest(entries, study)
    except FileNotFoundError:
        return Manifest()
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise FileError(
            f"{path}: the manifest of inputs is damaged, or of another study or version. Put it back from a "
            f"copy, or look that the respondent files are those delivered and accept them with {ACCEPT}.",
            code="E10",
        ) from None


def write_manifest(study: Study, data: str | Path, manifest: Manifest) -> None:
    """Write the study's manifest, whole or not at all.

    Raises
    ------
    OutputError
        The folder cannot be written.
    """
    body = {
        "format": _FORMAT,
        "study": study.id,
        "waves": {str(year): _entry(pin) for year, pin in sorted(manifest.waves.items())},
        "demonstration": {"maker": manifest.maker, "files": dict(sorted(manifest.written.items()))},
    }
    text = json.dumps(body | {"sha256": _digest(body)}, indent=1)
    write_text(processed_folder(study, data) / MANIFEST, text + "\n")


def check_manifest(study: Study, data: str | Path = "data") -> Manifest:
    """Compare every pinned file with its pin, decoding none.

    Returns
    -------
    Manifest
        The manifest, all of whose files are as they were accepted. A harmonised wave may be absent.

    Raises
    ------
    FileError
        A file is missing or another one; the message names it.
    """
    manifest = read_manifest(study, data)
    for year, pin in manifest.waves.items():
        if year in study.waves:
            check_delivered(manifest, study, year, file_digest(raw_file(study, data, pin.file)))
            is_kept(pin, processed_folder(study, data) / f"{year}.parquet")
    return manifest


def input_digests(study: Study, *, data: str | Path = "data") -> dict[int, str]:
    """Return the SHA-256 of each wave's respondent file, for the provenance."""
    pins = read_manifest(study, data).waves
    return {year: pin.delivered.sha256 for year, pin in pins.items() if year in study.waves}


def check_delivered(manifest: Manifest, study: Study, year: int, digest: str) -> None:
    """Refuse a respondent file that is neither the accepted one nor written by the package itself."""
    pin, file = manifest.waves.get(year), study.waves[year].file
    if pin is None or digest in {pin.delivered.sha256, manifest.written.get(file)}:
        return
    raise FileError(
        f"{file}: not the file that was accepted for {year} ({pin.delivered.rows} rows, "
        f"{pin.delivered.columns} columns); its bytes have changed. Put the delivered file back, or accept "
        f"the new delivery with {ACCEPT}.",
        code="E10",
    )


def is_kept(pin: Pin, path: Path) -> bool:
    """Whether the harmonised wave is the pinned one; one that is not there, or stale, is made anew.

    Raises
    ------
    FileError
        It is another one.
    """
    if not path.is_file():
        return False
    digest = file_digest(path)
    if digest not in {pin.harmonised.sha256, pin.before}:
        raise FileError(
            f"{path}: not the harmonised wave that was written; its bytes have changed. Remove it: it is "
            f"made again from {pin.file}.",
            code="E10",
        )
    return digest == pin.harmonised.sha256


def _digest(body: object) -> str:
    """Return the digest of the manifest's own content, which tells a slip in it."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode("utf-8")).hexdigest()


def _entry(pin: Pin) -> dict[str, object]:
    return {
        "file": pin.file,
        "delivered": _shape_entry(pin.delivered),
        "harmonised": _shape_entry(pin.harmonised),
        "before": pin.before,
    }


def _shape_entry(shape: Shape) -> dict[str, object]:
    return {"sha256": shape.sha256, "rows": shape.rows, "columns": shape.columns}


def _manifest(entries: dict[str, object], study: Study) -> Manifest:
    """Return a manifest from its JSON form; ``ValueError`` and its kin where it is none."""
    body = {key: value for key, value in entries.items() if key != "sha256"}
    demonstration = entries["demonstration"]
    waves = entries["waves"]
    known = (entries["format"], entries["study"]) == (_FORMAT, study.id)
    if not known or entries["sha256"] != _digest(body):
        raise ValueError
    if not isinstance(demonstration, dict) or not isinstance(waves, dict):
        raise TypeError
    return Manifest(
        {int(year): _pin(entry) for year, entry in waves.items()},
        {_text(file): _text(digest) for file, digest in demonstration["files"].items()},
        _text(demonstration["maker"]),
    )


def _pin(entry: dict[str, dict[str, object]]) -> Pin:
    return Pin(
        _text(entry["file"]), _shape(entry["delivered"]), _shape(entry["harmonised"]), _text(entry["before"])
    )


def _shape(entry: dict[str, object]) -> Shape:
    digest, rows, columns = entry["sha256"], entry["rows"], entry["columns"]
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise ValueError
    if not isinstance(rows, int) or not isinstance(columns, int):
        raise TypeError
    return Shape(digest, rows, columns)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
