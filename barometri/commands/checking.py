"""What is told of a respondent file: how it was read, what it holds, what stands in its way; counts only."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from barometri.anonymity import AnonymityReport, ClassReport, check_classes, search, wave_classes
from barometri.anonymity.classes import SMALL
from barometri.errors import BarometriError, OptionError
from barometri.readers import RawFile, read_file
from barometri.study.study import Study
from barometri.study.waves import FileFormat, Wave
from barometri.validation import ValidationReport, validate


@dataclass(frozen=True, slots=True)
class Checked:
    """The lines of a report, and what the file is refused for."""

    lines: tuple[str, ...]
    refusals: tuple[BarometriError, ...]


def wave_of(study: Study, file: Path, year: int | None) -> Wave:
    """Return the wave of a year, or the one whose file has this name."""
    found = [
        wave
        for wave in study.waves.values()
        if (wave.year == year if year is not None else Path(wave.file).name == file.name)
    ]
    if len(found) != 1:
        raise OptionError(
            f"--wave: the study {study.id} has no such wave, or none whose file has this name. Name one of "
            f"{', '.join(map(str, sorted(study.waves)))}."
        )
    return found[0]


def check_file(
    path: Path, file_format: FileFormat, *, study: Study | None = None, wave: Wave | None = None
) -> Checked:
    """Read a file and tell what it holds.

    Parameters
    ----------
    path
        The file.
    file_format
        How it was written.
    study, wave
        The study and the wave that it is of, if known.

    Returns
    -------
    Checked
        Counts and names of places, never an answer.

    Raises
    ------
    FileError
        It cannot be read at all.
    """
    raw = read_file(path, file_format)
    report = search(raw, study=study, wave=wave)
    lines = [*_as_read(raw, report), *_found(report, bare=wave is None)]
    refusals = _refusals(report, bare=wave is None)
    if study is not None and wave is not None:
        try:
            frame, validation = validate(raw, study, wave)
        except BarometriError as error:
            refusals.append(error)
        else:
            lines += [*_validated(validation, raw), *_shared(wave_classes(frame, study))]
            refusals += _too_small(frame, study, report.file)
    verdict = "refused" if refusals else "nothing stands in the way"
    return Checked((f"{report.file}: {verdict}", *(f"  {line}" for line in lines)), tuple(refusals))


def _as_read(raw: RawFile, report: AnonymityReport) -> Iterator[str]:
    numeric = sum(pd.api.types.is_numeric_dtype(raw.frame[name]) for name in raw.frame.columns)
    marks = {",": "comma", ".": "point", ";": "semicolon", "\t": "tab", "|": "bar"}
    sheet_told = all(entry.place != "sheet names" for entry in report.found)
    how = [
        raw.path.suffix.lower(),
        f"encoding {raw.encoding}" if raw.encoding else "",
        f"separator {marks.get(raw.separator, 'another')}" if raw.separator else "",
        f"decimal {marks[raw.decimal]}" if raw.separator else "",
        f"sheet {raw.sheet!r}" if raw.sheet and sheet_told else "",
    ]
    yield f"read as: {', '.join(part for part in how if part)}"
    yield from (f"note: {remark}" for remark in raw.remarks)
    yield f"SHA-256: {raw.sha256}"
    yield f"rows: {len(raw.frame)}"
    yield f"columns: {report.columns} ({numeric} of numbers, {report.columns - numeric} of texts)"
    labelled = sum(map(len, raw.value_labels.values()))
    yield (
        f"labels: {len(raw.variable_labels)} of variables, {labelled} of values; "
        f"{len(raw.user_missing)} variables declare missing values"
    )


def _found(report: AnonymityReport, *, bare: bool) -> Iterator[str]:
    if not report.found:
        yield "identifiers: none found"
    for entry in report.found:
        yield f"identifiers: {entry} ({'E40' if entry.stops else 'told only'})"
    if report.authors:
        yield f"authors in the document's properties: {report.authors} (told only)"
    if report.platform:
        names = ", ".join(report.platform)
        yield f"columns of the survey platform, dropped: {len(report.platform)} ({names})"
    for question, count in report.texts.items():
        yield f"free text, counted and dropped: {question}, {count} cells"
    for place, count in report.free.items():
        yield f"free text, to be declared: {place}, {count} cells ({'told only' if bare else 'E40'})"


def _refusals(report: AnonymityReport, *, bare: bool) -> list[BarometriError]:
    """Return the error of the search; of a bare file nothing is declared: its free text is only told."""
    if bare and not any(entry.stops for entry in report.found):
        return []
    try:
        report.check()
    except BarometriError as error:
        return [error]
    return []


def _validated(report: ValidationReport, raw: RawFile) -> Iterator[str]:
    missing: Counter[str] = Counter()
    for counts in report.missing.values():
        missing.update(counts)
    yield f"respondents: {report.n}, wave {report.wave}"
    told = ", ".join(f"{count} {reason}" for reason, count in sorted(missing.items()))
    yield f"missing answers: {told or 'none'}"
    design = report.design
    parts = {"weight": (design.weight,), "strata": design.stratum, "units": design.psu, "fpc": design.fpc}
    yield "design: " + ", ".join(f"{part} {' × '.join(names)}" for part, names in parts.items() if any(names))
    if report.weight_ratio is not None:
        yield f"largest weight over the smallest: {report.weight_ratio:.1f}"
    yield from (f"note: {note}" for note in report.notes if note not in raw.remarks)
    yield from (f"warning: {warning}" for warning in report.warnings)


def _shared(classes: ClassReport | None) -> Iterator[str]:
    if classes is None:
        yield "k-anonymity: the study names no key variables that this wave asked"
        return
    yield (
        f"k-anonymity over {', '.join(classes.variables)}: k = {classes.k}; {classes.n} people in "
        f"{classes.classes} classes, {classes.uniques} alone, {classes.in_small} in classes under {SMALL}"
    )
    for name, least in classes.diversity.items():
        yield f"l-diversity of {name}: l = {least}"


def _too_small(frame: pd.DataFrame, study: Study, file: str) -> list[BarometriError]:
    try:
        check_classes(frame, study, file)
    except BarometriError as error:
        return [error]
    return []
