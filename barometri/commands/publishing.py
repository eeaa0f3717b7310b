"""From a study and its files to a folder of reports: the only road across the disclosure line."""

import multiprocessing
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

from barometri.analysis import analyse
from barometri.commands.order import Order, Voice
from barometri.disclosure.protect import protect
from barometri.disclosure.protected import Protected
from barometri.errors import OptionError, OutputError
from barometri.loading import read_surveys
from barometri.report.building import build
from barometri.report.exchange import check_replaceable, exchange
from barometri.report.files import write
from barometri.report.manifest import MANIFEST, digest, manifest
from barometri.study.reading import read_study
from barometri.study.study import Study

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
    voice.start(4 + len(languages))
    voice.step(f"study {study.id}: {len(study.waves)} waves, {len(study.analyses)} analyses")
    protected = _protected(study, wave, order, voice)
    if order.dry_run:
        voice.close()
        voice.say(f"dry run: nothing was written; {target} would hold {', '.join(languages)}")
        return DONE
    if order.verify:
        return _verify(protected, languages, order, target, voice)
    with exchange(target, say=voice.say) as folder:
        written = _write(protected, languages, order, folder, voice)
    voice.close()
    for path in written:
        print(target / path)
    return DONE


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


def _protected(study: Study, wave: int, order: Order, voice: Voice) -> Protected:
    """Return what may be published; exact numbers do not leave this function."""
    surveys = read_surveys(study, data=order.data)
    voice.step("read and checked: " + ", ".join(str(year) for year in sorted(surveys)))
    results = analyse(study, surveys, wave=wave)
    voice.step(f"estimated: {len(results.tables)} tables, {len(results.claims)} claims")
    protected = protect(results)
    cells = sum(part.cells for part in protected.hidden)
    hidden = sum(part.primary + part.secondary for part in protected.hidden)
    voice.step(f"protected: {hidden} of {cells} numbers withheld")
    return protected


def _write(
    protected: Protected, languages: tuple[str, ...], order: Order, folder: Path, voice: Voice
) -> list[Path]:
    """Write every language and the manifest; return the main paths within the folder."""
    jobs = min(order.jobs or _processors(), len(languages))
    written: list[Path] = []
    if jobs == 1:
        for language in languages:
            written += _write_language(protected, language, languages, folder, order.formats)
            voice.step(f"written: {language}")
    else:
        # Fresh processes: none inherits a thread or a lock from this one.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            tasks = [
                pool.submit(_write_language, protected, language, languages, folder, order.formats)
                for language in languages
            ]
            try:
                for language, task in zip(languages, tasks, strict=True):
                    written += task.result()
                    voice.step(f"written: {language}")
            except BrokenProcessPool:
                message = "a process that wrote a language was ended by the system. Try --jobs 1."
                raise OutputError(message) from None
    (folder / MANIFEST).write_text(manifest(protected, folder), encoding="utf-8", newline="\n")
    return [*(path.relative_to(folder) for path in written), Path(MANIFEST)]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _write_language(
    protected: Protected, language: str, languages: tuple[str, ...], folder: Path, formats: tuple[str, ...]
) -> tuple[Path, ...]:
    """Write one language; runs alone in its process when there are several."""
    report = replace(build(protected, language=language), languages=languages)
    return write(report, folder / language, formats=formats)


def _verify(
    protected: Protected, languages: tuple[str, ...], order: Order, target: Path, voice: Voice
) -> int:
    """Make the report anew beside, and say what differs from the one that stands."""
    with tempfile.TemporaryDirectory() as place:
        fresh = Path(place)
        _write(protected, languages, order, fresh, voice)
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
