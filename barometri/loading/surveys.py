"""Waves become surveys: each file read once, kept in its harmonised form, and read again when it must be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from barometri import __version__
from barometri.anonymity import check_classes, inspect
from barometri.errors import FileError, OptionError
from barometri.loading.demonstration import demonstrate, is_embedded
from barometri.loading.kept import Source, read_parquet, read_sources, write_draft, write_sources
from barometri.loading.manifest import (
    ACCEPT,
    Manifest,
    Pin,
    Shape,
    check_delivered,
    is_kept,
    read_manifest,
    write_manifest,
)
from barometri.loading.places import alone, draft_of, processed_folder, put, raw_file, raw_folder
from barometri.readers import file_digest, read_file
from barometri.study.study import Study
from barometri.study.waves import Wave
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from barometri.validation import DesignColumns, validate
from barometri.validation.design import DesignCheck
from barometri.validation.routing import complete_ticks
from barometri.weighting.nonresponse import frame_weights


def read_surveys(
    study: Study, *, data: str | Path = "data", waves: Iterable[int] | None = None
) -> dict[int, Survey]:
    """Read the waves of a study as surveys.

    The embedded study's demonstration is written first if it is absent, or was made for other study files.
    A wave whose file and study have not changed is taken from its harmonised form. The first successful
    read pins a wave's file in the manifest of inputs: a file whose bytes change later is refused.

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
    processed = processed_folder(study, data)
    with alone(study, data):
        refresh(study, data, years)
        sources = read_sources(study, data=data)
        frames = {year: read_parquet(processed / f"{year}.parquet") for year in years}
    return {
        year: frame_weights(
            Survey(
                frame,
                survey_design(sources[year].report.design),
                codebook=study.codebook,
                study=study,
                wave=year,
            )
        )
        for year, frame in frames.items()
    }


def refresh(study: Study, data: str | Path, years: Sequence[int], *, accept: bool = False) -> Manifest:
    """Read what must be read of the waves, keep it, and return the manifest that pins it.

    With ``accept`` every file is read and pinned as it is now, whatever the manifest says.
    """
    manifest = _manifest(study, data, accept=accept)
    processed = processed_folder(study, data)
    known = read_sources(study, data=data)
    fresh: dict[int, tuple[pd.DataFrame, Source]] = {}
    for year in years:
        wave = study.waves[year]
        path = raw_file(study, data, wave.file)
        digest = file_digest(path)
        if not accept:
            check_delivered(manifest, study, year, digest)
            pin, kept = manifest.waves.get(year), processed / f"{year}.parquet"
            if pin and is_kept(pin, kept) and _is_current(study, pin, digest, known.get(year)):
                continue
        frame, source = _load(path, study, wave)
        if not accept:
            _check_counts(manifest.waves.get(year), source)
        fresh[year] = frame, source
    return _keep(study, data, manifest, known, fresh) if fresh else manifest


def _manifest(study: Study, data: str | Path, *, accept: bool) -> Manifest:
    """Return the manifest as it is before the files are read; the demonstration is written where due."""
    try:
        manifest = read_manifest(study, data)
    except FileError:
        if not accept:
            raise
        manifest = Manifest()
    if not is_embedded(study):
        return manifest
    written = demonstrate(study, raw_folder(study, data), manifest)
    if written != manifest:
        write_manifest(study, data, written)
    return written


def _is_current(study: Study, pin: Pin, digest: str, source: Source | None) -> bool:
    """Whether what was kept of a wave was made from these files by this version."""
    return (
        source is not None
        and digest == pin.delivered.sha256 == source.sha256
        and (source.study, source.version) == (study.digest, __version__)
        and source.harmonised == pin.harmonised.sha256
    )


def _check_counts(pin: Pin | None, source: Source) -> None:
    """Refuse a file that is the accepted one but is read as another table than it was then."""
    if pin is None or pin.delivered.sha256 != source.sha256:
        return
    rows, columns = pin.delivered.rows, pin.delivered.columns
    if (source.rows, source.columns) != (rows, columns):
        raise FileError(
            f"{source.file}: {source.rows} rows and {source.columns} columns are read where "
            f"{rows} and {columns} were accepted, though the file is the same: it is read by another "
            f"version. Look at it with {ACCEPT}.",
            code="E10",
        )


def _keep(
    study: Study,
    data: str | Path,
    manifest: Manifest,
    known: Mapping[int, Source],
    fresh: Mapping[int, tuple[pd.DataFrame, Source]],
) -> Manifest:
    """Keep the waves that were read: nothing is, unless every wave can be trusted.

    The manifest names the new harmonised waves before they take their places, and the old ones beside
    them: whenever the run is stopped, the next one finds what it may trust or make anew.
    """
    processed = processed_folder(study, data)
    waves, sources = dict(manifest.waves), dict(known)
    kept = {year: processed / f"{year}.parquet" for year in fresh}
    for year, (frame, source) in fresh.items():
        shape = write_draft(frame, kept[year])
        before = file_digest(kept[year]) if kept[year].is_file() else ""
        delivered = Shape(source.sha256, source.rows, source.columns)
        waves[year] = Pin(source.file, delivered, shape, before)
        sources[year] = replace(source, harmonised=shape.sha256)
    manifest = replace(manifest, waves=waves)
    write_manifest(study, data, manifest)
    for path in kept.values():
        put(draft_of(path), path)
    write_sources(study, data, sources)
    return manifest


def _load(path: Path, study: Study, wave: Wave) -> tuple[pd.DataFrame, Source]:
    """Read, inspect and validate one wave's file."""
    raw = read_file(path, wave.format)
    anonymity = inspect(raw, study, wave)
    frame, report = validate(raw, study, wave)
    check_classes(frame, study, raw.name)
    warnings = (*anonymity.warnings, *(f"{raw.name}: {text}" for text in report.warnings))
    rows, columns = raw.frame.shape
    return frame, Source(
        wave.file,
        raw.sha256,
        study.digest,
        __version__,
        report,
        warnings=warnings,
        rows=rows,
        columns=columns,
    )


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


def survey_design(columns: DesignColumns) -> SurveyDesign:
    """Return the design that validation found in the columns."""
    return SurveyDesign(
        weight=columns.weight or None,
        stratum=columns.stratum or None,
        psu=columns.psu or None,
        fpc=columns.fpc or None,
        single_psu=columns.single_psu,
    )


def _years(study: Study, waves: Iterable[int] | None) -> list[int]:
    years = sorted(study.waves) if waves is None else sorted(set(waves))
    unknown = [year for year in years if year not in study.waves]
    if unknown:
        raise OptionError(
            f"waves: the study {study.id} has no wave {unknown[0]}. Expected some of "
            f"{', '.join(map(str, sorted(study.waves)))}."
        )
    return years
