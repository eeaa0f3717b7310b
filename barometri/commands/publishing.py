"""From a study and its files to a folder of reports: the only road across the disclosure line."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from barometri.analysis import analyse
from barometri.commands.order import Order, Voice
from barometri.commands.places import check_apart
from barometri.commands.workers import Share, Workers, processors, shares
from barometri.disclosure.gate import Gate, release_of
from barometri.disclosure.ledger import FOLDER, Ledger, Standing
from barometri.disclosure.ledger_lines import Release
from barometri.disclosure.protect import protect
from barometri.disclosure.protected import Protected
from barometri.errors import OptionError, OutputError
from barometri.loading import input_digests, processed_folder, read_surveys
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

Writing = Iterator[tuple[Share, tuple[Path, ...]]]
"""Parts of a report and the paths written of each, in their order."""


def publish(order: Order, voice: Voice) -> int:
    """Read, check, estimate, protect and write; return the exit code.

    The paths written go to stdout, one a line; everything else is told by ``voice``.
    """
    study = read_study(order.study)
    wave, languages = _wave(study, order), _languages(study, order)
    target = order.output / str(wave)
    if not (order.dry_run or order.verify):
        check_apart(target, study, order.data)
        check_replaceable(target)
    jobs = min(order.jobs or processors(), len(languages))
    voice.start(5 + len(shares(languages, order.formats, jobs)))
    voice.step(f"study {study.id}: {len(study.waves)} waves, {len(study.analyses)} analyses")
    surveys = read_surveys(study, data=order.data)
    voice.step("read and checked: " + ", ".join(str(year) for year in sorted(surveys)))
    gate = Gate(study, Ledger(processed_folder(study, order.data) / FOLDER, say=voice.say))
    if order.dry_run:
        _attacked(_crossed(study, surveys, wave, order, voice), gate, voice)
        voice.close()
        voice.say(f"dry run: nothing was written; {target} would hold {', '.join(languages)}")
        return DONE
    with Workers(jobs, ready) as workers:
        crossed = _crossed(study, surveys, wave, order, voice)
        if order.verify:
            return _verify(crossed.protected, languages, order, workers, voice)
        with exchange(target, say=voice.say) as folder, workers.ended_on_error():
            writing = _begun(crossed.protected, languages, order, folder, workers)
            judged = _attacked(crossed, gate, voice)
            written = _written(writing, crossed.protected, folder, voice)
            # Before the folders are exchanged: no release ever stands that the ledger does not hold.
            gate.record(crossed.release, judged)
    voice.close()
    for path in written:
        print(target / path)
    return DONE


@dataclass(frozen=True, slots=True, repr=False)
class Crossed:
    """What may be published, and what the ledger has to know of it: no artefact is made from the latter."""

    protected: Protected
    release: Release


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


def _crossed(study: Study, surveys: Mapping[int, Survey], wave: int, order: Order, voice: Voice) -> Crossed:
    """Cross the line; exact numbers leave this function only as what the ledger has to know.

    The study's whole release is protected, whatever languages and formats are asked for.
    """
    digests = {year: digest for year, digest in input_digests(study, data=order.data).items() if year <= wave}
    inputs = {study.waves[year].file: digest for year, digest in digests.items()}
    results = analyse(study, surveys, wave=wave, inputs=inputs)
    voice.step(f"estimated: {len(results.tables)} tables, {len(results.claims)} claims")
    protected = protect(results)
    cells = sum(part.cells for part in protected.hidden)
    hidden = sum(part.primary + part.secondary for part in protected.hidden)
    voice.step(f"protected: {hidden} of {cells} numbers withheld")
    return Crossed(protected, release_of(results, protected, digests))


def _attacked(crossed: Crossed, gate: Gate, voice: Voice) -> Standing:
    """Let the release be attacked; return what stood beside it."""
    judged = gate.judge(crossed.release)
    voice.step("attacked: nothing that is withheld can be told, nor together with what was published before")
    return judged


def _begun(
    protected: Protected, languages: tuple[str, ...], order: Order, folder: Path, workers: Workers
) -> Writing:
    """Begin to write every language."""
    parts = shares(languages, order.formats, workers.number)
    return zip(parts, workers.each(partial(_write_part, protected, languages, folder), parts), strict=True)


def _written(writing: Writing, protected: Protected, folder: Path, voice: Voice) -> list[Path]:
    """Wait for every language and write the manifest; return the main paths within the folder."""
    written: dict[Path, None] = {}
    for part, paths in writing:
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
    try:
        with tempfile.TemporaryDirectory() as place, workers.ended_on_error():
            fresh = Path(place)
            _written(_begun(protected, languages, order, fresh, workers), protected, fresh, voice)
            differences = differing(target, fresh)
    except OSError as error:
        reason = error.strerror or "refused"
        message = f"the report cannot be made anew beside: {reason}. Make room among the temporary files."
        raise OutputError(message) from None
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
