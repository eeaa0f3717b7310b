"""What is kept of a wave: its harmonised responses as Parquet, and what was seen in its file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from barometri.database import connect, literal
from barometri.errors import OutputError
from barometri.loading.manifest import Shape
from barometri.loading.places import draft_of, make_private, processed_folder, write_text
from barometri.readers import file_digest
from barometri.study.study import Study
from barometri.validation import DesignColumns, ValidationReport

REPORTS: Final = "reports.json"


@dataclass(frozen=True, slots=True)
class Source:
    """One wave's file and what was seen in it.

    ``sha256`` is the digest of the respondent file, ``harmonised`` that of its harmonised form, ``study``
    that of the study's files; ``rows`` and ``columns`` are the respondent file's.
    """

    file: str
    sha256: str
    study: str
    version: str
    report: ValidationReport
    warnings: tuple[str, ...] = ()
    harmonised: str = ""
    rows: int = 0
    columns: int = 0


def read_sources(study: Study, *, data: str | Path = "data") -> dict[int, Source]:
    """Return what is known of the files of the waves that were read, by year: digests, reports, warnings.

    Without it, or damaged, or written by another version: empty, and everything is read again.
    """
    path = processed_folder(study, data) / REPORTS
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["sha256"] != _digest(kept["waves"]):
            return {}
        return {int(year): _source(entry) for year, entry in kept["waves"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def write_sources(study: Study, data: str | Path, sources: Mapping[int, Source]) -> None:
    """Keep what is known of the files of the waves."""
    waves = {str(year): asdict(source) for year, source in sorted(sources.items())}
    text = json.dumps({"waves": waves, "sha256": _digest(waves)}, indent=1)
    write_text(processed_folder(study, data) / REPORTS, text + "\n")


def write_draft(frame: pd.DataFrame, path: Path) -> Shape:
    """Write the responses beside their place and return the shape of the file."""
    import duckdb  # noqa: PLC0415 - its errors, where a file is written

    draft = draft_of(path)
    try:
        make_private(path.parent)
        with connect(draft) as connection:
            connection.from_df(frame).write_parquet(str(draft), compression="zstd")
    except (OSError, duckdb.Error):
        raise OutputError(
            f"{path}: the harmonised responses cannot be written. Choose another data folder, or make room."
        ) from None
    return Shape(file_digest(draft), *frame.shape)


def read_parquet(path: Path) -> pd.DataFrame:
    """Return kept responses: numbers as they were written, texts as objects."""
    with connect(path) as connection:
        frame: pd.DataFrame = connection.read_parquet(literal(path)).df()
    texts = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    return frame.astype(dict.fromkeys(texts, object))


def _digest(waves: object) -> str:
    return hashlib.sha256(json.dumps(waves, sort_keys=True).encode("utf-8")).hexdigest()


def _source(entry: dict[str, Any]) -> Source:
    """Return a source from its JSON form."""
    report = entry["report"]
    design = report["design"]
    names = {key: tuple(design[key]) for key in ("stratum", "psu", "fpc")}
    texts = {key: tuple(report[key]) for key in ("notes", "warnings")}
    kept = ValidationReport(**(report | texts | {"design": DesignColumns(**(design | names))}))
    return Source(**(entry | {"report": kept, "warnings": tuple(entry["warnings"])}))
