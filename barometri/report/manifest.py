"""The manifest: what a folder of reports holds, what it was made of and how much was hidden."""

import hashlib
import json
from pathlib import Path
from typing import Final

from barometri.disclosure.protected import Protected

MANIFEST: Final = "manifest.json"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's contents."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest(protected: Protected, folder: Path) -> str:
    """Return the manifest of the files of a folder as JSON.

    It names versions, the hash of those of all libraries, hashes of the contents of all inputs, the study's
    digest, the hash of its claims and the day they were fixed, the disclosure thresholds and how much they
    hid, and every file with its SHA-256: no clock time, path, user or host.

    Parameters
    ----------
    protected
        What was published.
    folder
        The finished folder; a manifest already in it is left out.
    """
    study, provenance, rules = protected.study, protected.provenance, protected.study.disclosure
    files = sorted(
        p for p in folder.rglob("*") if p.is_file() and p.relative_to(folder).as_posix() != MANIFEST
    )
    file = study.claims_file
    content = {
        "study": {"id": study.id, "sha256": study.digest, "synthetic": study.synthetic},
        "claims": None if file is None else {"sha256": file.digest, "fixed": file.fixed.isoformat()},
        "wave": protected.wave,
        "published": study.published.isoformat(),
        "version": provenance.version,
        "packages": dict(sorted(provenance.packages.items())),
        "lock": {"sha256": provenance.lock},
        "inputs": dict(sorted(provenance.inputs.items())),
        "disclosure": {
            "minimum_n": rules.minimum_n,
            "minimum_k": rules.minimum_k,
            "unreliable_below": rules.unreliable,
            "small_base_below": rules.small_base,
            "hidden": {
                part.table: {"records": part.cells, "hidden": part.primary + part.secondary}
                for part in protected.hidden
            },
        },
        "files": {
            path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": digest(path)}
            for path in files
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def listed_files(folder: Path) -> set[str]:
    """Return the files that a folder's manifest lists; none where there is no manifest to read."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return set(content["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()
