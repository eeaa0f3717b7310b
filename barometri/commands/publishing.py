"""From a study and its files to a folder of reports: the only road across the disclosure line."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from barometri.analysis import analyse
from barometri.commands.order import Order, Voice
from barometri.commands.workers import Share, Workers, processors, shares
from barometri.disclosure.protect import protect
from barometri.disclosure.protected import Protected
from barometri.errors import OptionError
from barometri.loading import input_digests, read_surveys
from barometri.report.building import build
from barometri.report.claims_data import write_findings
from barometri.report.exchange import check_replaceable, exchange
from barometri.report.files import write
from barometri.report.manifest import MANIFEST, digest, manifest
from barometri.study.reading import read_study
from barometri.study.study import Study
from barometri.survey import Survey

DONE = 0
DIFFERS = 1


def publish(order: Order, voice: Voice) -> int:
    """Read, check, estimate, protect and write; return the exit code.

    The paths written go to stdout, one a line; everything else is told by ``voice``.
    """
    study = read_study(order.study)
    wave, languages = _wave(study, order), _languages(study, order)
    target = order.output / str(wave)
    if not (order.dry_run or order.verify):
        check_replaceable(target)
    jobs = min(order.jobs or processors(), len(languages))
    voice.start(4 + len(shares(languages, order.formats, jobs)))
    voice.step(f"study {study.id}: {len(study.waves)} waves, {len(study.analyses)} analyses")
    surveys = read_surveys(study, data=order.data)
    voice.step("read and checked: " + ", ".join(str(year) for year in sorted(surveys)))
    if order.dry_run:
        _protected(study, surveys, wave, order, voice)
        voice.close()
        voice.say(f"dry run: nothing was written; {target} would hold {', '.join(languages)}")
        return DONE
    with Workers(jobs, ready) as workers:
        protected = _protected(study, surveys, wave, order, voice)
        if order.verify:
            return _verify(protected, languages, order, workers, voice)
        with exchange(target, say=voice.say) as folder:
            written = _write(protected, languages, order, folder, workers, voice)
    voice.close()
    for path in written:
        print(target / path)
    return DONE


def ready() -> None:
    """Do nothing: a process that is told to has loaded this module."""


def _wave(study: Study, order: Order) -> int:
    if order.wave is None:
        return max(study.waves)
    if order.wave not in study.waves:
        known = ", ".join(str(year) for year in sorted(study.waves))
        message = f"--wave must be one of the study's waves {known}; got {order.wave}."
        raise OptionError(message)
    return order.wave


def _languages(study: Study, order: Order) -> tuple[str, ...]:
    foreign = [language for language in order.languages if language not in study.languages]
    if foreign:
        message = (
            f"--language must be one of the study's languages {', '.join(study.languages)}; got {foreign[0]}."
        )
        raise OptionError(message)
    return order.languages or study.languages


def _protected(
    study: Study, surveys: Mapping[int, Survey], wave: int, order: Order, voice: Voice
) -> Protected:
    """Return what may be published; exact numbers do not leave this function."""
    digests = input_digests(study, data=order.data)
    inputs = {study.waves[year].file: digest for year, digest in digests.items() if year <= wave}
    results = analyse(study, surveys, wave=wave, inputs=inputs)
    voice.step(f"estimated: {len(results.tables)} tables, {len(results.claims)} claims")
    protected = protect(results)
    cells = sum(part.cells for part in protected.hidden)
    hidden = sum(part.primary + part.secondary for part in protected.hidden)
    voice.step(f"protected: {hidden} of {cells} numbers withheld")
    return protected


def _write(  # noqa: PLR0917 - a step of publish, called twice
    protected: Protected,
    languages: tuple[str, ...],
    order: Order,
    folder: Path,
    workers: Workers,
    voice: Voice,
) -> list[Path]:
    """Write every language and the manifest; return the main paths within the folder."""
    parts = shares(languages, order.formats, workers.number)
    task = partial(_write_part, protected, languages, folder)
    written: dict[Path, None] = {}
    for part, paths in zip(parts, workers.each(task, parts), strict=True):
        written.update(dict.fromkeys(path.relative_to(folder) for path in paths))
        voice.step(f"written: {part.language} ({', '.join(part.formats)})")
    data = [path.relative_to(folder) for path in write_findings(protected, folder)]
    (folder / MANIFEST).write_text(manifest(protected, folder), encoding="utf-8", newline="\n")
    return [*written, *data, Path(MANIFEST)]


def _write_part(
    protected: Protected, languages: tuple[str, ...], folder: Path, part: Share
) -> tuple[Path, ...]:
    """Write a part of a language; runs in its own process when there are several."""
    report = replace(build(protected, language=part.language), languages=languages)
    return write(report, folder / part.language, formats=part.formats)


def _verify(
    protected: Protected, languages: tuple[str, ...], order: Order, workers: Workers, voice: Voice
) -> int:
    """Make the report anew beside, and say what differs from the one that stands."""
    target = order.output / str(protected.wave)
    with tempfile.TemporaryDirectory() as place:
        fresh = Path(place)
        _write(protected, languages, order, fresh, workers, voice)
        differences = differing(target, fresh)
    voice.close()
    for line in differences:
        voice.say(line)
    if differences:
        voice.say(f"{target} differs from what its inputs give now: {len(differences)} files")
        return DIFFERS
    voice.say(f"{target} is what its inputs give: every file is the same")
    return DONE


def differing(standing: Path, fresh: Path) -> list[str]:
    """Return one line for each file that only one folder has or that differs in a byte."""
    old, new = _contents(standing), _contents(fresh)
    lines = [f"{name}: is not there" for name in new.keys() - old.keys()]
    lines += [f"{name}: is too many" for name in old.keys() - new.keys()]
    lines += [f"{name}: differs" for name in old.keys() & new.keys() if old[name] != new[name]]
    return sorted(lines)


def _contents(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): digest(path) for path in folder.rglob("*") if path.is_file()}
