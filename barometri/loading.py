"""From files to surveys: read, search for identifiers, validate, keep as Parquet, and describe the design."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import duckdb
import numpy as np
import pandas as pd

from barometri import __version__
from barometri.anonymity import inspect
from barometri.database import connect, literal
from barometri.errors import OptionError, OutputError
from barometri.readers import file_digest, read_file
from barometri.study.study import Study
from barometri.study.waves import Wave
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from barometri.validation import DesignColumns, ValidationReport, validate
from barometri.validation.design import DesignCheck
from barometri.validation.routing import complete_ticks
from barometri.weighting.nonresponse import frame_weights

INPUTS: Final = "inputs.json"
_RESOURCES: Final = Path(__file__).resolve().parent / "resources"


@dataclass(frozen=True, slots=True)
class Source:
    """One wave's file and what was seen in it.

    ``sha256`` is the digest of the respondent file, ``harmonised`` that of its harmonised form, ``study``
    that of the study's files.
    """

    file: str
    sha256: str
    study: str
    version: str
    report: ValidationReport
    warnings: tuple[str, ...] = ()
    harmonised: str = ""


def read_surveys(
    study: Study, *, data: str | Path = "data", waves: Iterable[int] | None = None
) -> dict[int, Survey]:
    """Read the waves of a study as surveys.

    The embedded study's demonstration is written first if it is absent, or was made for other study files.
    A wave whose file and study have not changed is taken from its harmonised form.

    Parameters
    ----------
    study
        The study.
    data
        Folder with ``raw/<study>/`` and ``processed/<study>/``.
    waves
        Years to read; all by default.

    Returns
    -------
    dict
        Year to ``Survey``, in order of year.

    Raises
    ------
    FileError, ValidationError, AnonymityError
        What is wrong, where, what was expected and what to do; never an answer.
    """
    years = _years(study, waves)
    folder = raw_folder(study, data)
    processed = processed_folder(study, data)
    known = read_sources(study, data=data)
    if _is_embedded(study):
        _demonstrate(study, folder, known)
    fresh: dict[int, tuple[pd.DataFrame, Source]] = {}
    for year in years:
        path = folder / study.waves[year].file
        if not _is_current(known.get(year), study, file_digest(path), processed / f"{year}.parquet"):
            fresh[year] = _load(path, study, study.waves[year])
    for year, (frame, source) in fresh.items():  # nothing is kept unless every wave can be trusted
        kept = processed / f"{year}.parquet"
        _write_parquet(frame, kept)
        known[year] = replace(source, harmonised=file_digest(kept))
    if fresh:
        _write_sources(processed / INPUTS, known)
    return {
        year: frame_weights(
            Survey(
                _read_parquet(processed / f"{year}.parquet"),
                survey_design(known[year].report.design),
                codebook=study.codebook,
                study=study,
                wave=year,
            )
        )
        for year in years
    }


def simulate_surveys(
    study: Study,
    *,
    seed: int | None = None,
    scenario: str = "planted",
    draws: Literal["even", "independent"] = "even",
    people: Mapping[int, pd.DataFrame] | None = None,
) -> dict[int, Survey]:
    """Return surveys of a simulation without writing files: the same as reading the written ones.

    Parameters
    ----------
    study
        A study with a stated truth.
    seed
        Start of the random numbers; the truth's own by default.
    scenario, draws, people
        As in `barometri.synthetic.simulate`.

    Returns
    -------
    dict
        Year to ``Survey``, in order of year.
    """
    from barometri.synthetic import simulate  # noqa: PLC0415 - surveys of files need none of it

    result = {}
    for year, drawn in simulate(study, seed=seed, scenario=scenario, draws=draws, people=people).items():
        wave = study.waves[year]
        kinds = {str(name): study.codebook[str(name)].kind for name in drawn}
        frame = drawn.drop(columns=[name for name, kind in kinds.items() if kind == "text"])
        frame = frame.astype({name: object for name, kind in kinds.items() if kind in ("key", "set")})
        complete_ticks(frame, [study.codebook[name] for name in kinds if name in frame])
        frame["wave"] = np.int32(year)
        design = survey_design(DesignCheck(frame, study, wave, wave.file).columns())
        survey = Survey(frame, design, codebook=study.codebook, study=study, wave=year)
        result[year] = frame_weights(survey)
    return result


def raw_folder(study: Study, data: str | Path = "data") -> Path:
    """Return the folder of the study's respondent files."""
    return study.path if study.data == "." else Path(data) / "raw" / study.id


def processed_folder(study: Study, data: str | Path = "data") -> Path:
    """Return the folder of the study's harmonised waves."""
    return Path(data) / "processed" / study.id


def survey_design(columns: DesignColumns) -> SurveyDesign:
    """Return the design that validation found in the columns."""
    return SurveyDesign(
        weight=columns.weight or None,
        stratum=columns.stratum or None,
        psu=columns.psu or None,
        fpc=columns.fpc or None,
        single_psu=columns.single_psu,
    )


def read_sources(study: Study, *, data: str | Path = "data") -> dict[int, Source]:
    """Return what is known of the files of the waves that were read, by year: digests, reports, warnings."""
    path = processed_folder(study, data) / INPUTS
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {int(year): _source(entry) for year, entry in entries.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}  # without it, or written by another version: everything is read again


def input_digests(study: Study, *, data: str | Path = "data") -> dict[int, str]:
    """Return the SHA-256 of each wave's respondent file, for the provenance."""
    return {
        year: source.sha256 for year, source in read_sources(study, data=data).items() if year in study.waves
    }


def _years(study: Study, waves: Iterable[int] | None) -> list[int]:
    years = sorted(study.waves) if waves is None else sorted(set(waves))
    unknown = [year for year in years if year not in study.waves]
    if unknown:
        raise OptionError(
            f"waves: the study {study.id} has no wave {unknown[0]}. Expected some of "
            f"{', '.join(map(str, sorted(study.waves)))}."
        )
    return years


def _is_embedded(study: Study) -> bool:
    return study.path.resolve().is_relative_to(_RESOURCES)


def _demonstrate(study: Study, folder: Path, known: Mapping[int, Source]) -> None:
    """Write the embedded study's files when some are absent or were made for another version of it."""
    present = all((folder / wave.file).is_file() for wave in study.waves.values())
    if present and all(source.study == study.digest for source in known.values()):
        return
    from barometri.synthetic import write_demonstration  # noqa: PLC0415 - only when files are absent

    write_demonstration(study, folder)


def _is_current(source: Source | None, study: Study, digest: str, kept: Path) -> bool:
    return (
        source is not None
        and (source.study, source.sha256, source.version) == (study.digest, digest, __version__)
        and kept.is_file()
        and file_digest(kept) == source.harmonised
    )


def _load(path: Path, study: Study, wave: Wave) -> tuple[pd.DataFrame, Source]:
    """Read, inspect and validate one wave's file."""
    raw = read_file(path, wave.format)
    anonymity = inspect(raw, study, wave)
    frame, report = validate(raw, study, wave)
    warnings = (*anonymity.warnings, *(f"{raw.name}: {text}" for text in report.warnings))
    return frame, Source(wave.file, raw.sha256, study.digest, __version__, report, warnings)


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write the responses beside their place, then put them there: never a half file."""
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with connect(draft) as connection:
            connection.from_df(frame).write_parquet(str(draft), compression="zstd")
        draft.replace(path)
    except (OSError, duckdb.Error):
        raise OutputError(
            f"{path}: the harmonised responses cannot be written. Choose another data folder, or make room."
        ) from None


def _read_parquet(path: Path) -> pd.DataFrame:
    """Return kept responses: numbers as they were written, texts as objects."""
    with connect(path) as connection:
        frame: pd.DataFrame = connection.read_parquet(literal(path)).df()
    texts = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    return frame.astype(dict.fromkeys(texts, object))


def _write_sources(path: Path, sources: Mapping[int, Source]) -> None:
    text = json.dumps({year: asdict(source) for year, source in sorted(sources.items())}, indent=1)
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_text(text + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError:
        raise OutputError(f"{path}: cannot be written. Choose another data folder, or make room.") from None


def _source(entry: dict[str, Any]) -> Source:
    """Return a source from its JSON form."""
    report = entry["report"]
    design = report["design"]
    names = {key: tuple(design[key]) for key in ("stratum", "psu", "fpc")}
    texts = {key: tuple(report[key]) for key in ("notes", "warnings")}
    kept = ValidationReport(**(report | texts | {"design": DesignColumns(**(design | names))}))
    return Source(**(entry | {"report": kept, "warnings": tuple(entry["warnings"])}))
