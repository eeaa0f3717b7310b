"""Hostile, misread and damaged files: what comes of each, in what time and memory, against what is promised.

Every file is made here by the tests' own batteries and read as a user's would be. Exit status 1 where a
gate is missed.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from barometri.errors import FileError
from barometri.loading import Manifest, Pin, Shape, read_surveys
from barometri.loading.manifest import check_delivered
from barometri.readers import RawFile, file_digest, read_file
from barometri.study.reading import read_study
from barometri.study.study import Study
from barometri.study.waves import FileFormat
from barometri.synthetic import write_demonstration
from tests.readers.answers import ANSWERS, harmonised
from tests.readers.battery import LEAKS, WRONG, Case, outcome
from tests.readers.damage import FORMATS, REFUSED, SAME, SILENT, cut, every_cut, flipped, ordinary, results
from tests.readers.hostile_files import FULL, SMALL
from tests.readers.real_files import CASES
from tests.readers.real_files import SILENT as MISREAD
from tests.small_study import write_responses, write_study

LONGEST_SECONDS = 60
LARGEST_MEGABYTES = 4 * 1024
LEAST_CUTS = 0.95
MUTANTS = 240
SEED = 2021


@dataclass(frozen=True, slots=True)
class Gate:
    """One promise: what was measured, the figure as printed, the gate, and whether it holds."""

    what: str
    figure: str
    gate: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One table of details and its gates."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    gates: tuple[Gate, ...]


def hostile(cases: Iterable[Case]) -> Section:
    """P7: every hostile file is refused within the limits, and nothing is written."""
    rows, seconds, debris, wrong = [], [], 0, []
    for case in cases:
        with tempfile.TemporaryDirectory() as name:
            folder, clock = Path(name), _Clock()
            code = outcome(case, folder, clock.read)
            debris += len([p for p in folder.rglob("*") if not p.name.startswith(("a.", *_MADE))])
        seconds.append(clock.seconds)
        wrong += [case.name] if code not in case.expected else []
        rows.append((case.name, code, f"{clock.seconds:.2f}", f"{_peak():,.0f}"))
    refused = len(rows) - len(wrong)
    gates = (
        Gate("P7 hostile files refused with E1x", f"{refused} of {len(rows)}", "all", not wrong),
        Gate(
            "P7 longest, s",
            f"{max(seconds):.1f}",
            f"≤ {LONGEST_SECONDS}",
            max(seconds) <= LONGEST_SECONDS,
        ),
        Gate(
            "P7 most memory of a child, MB",
            f"{_peak():,.0f}",
            f"≤ {LARGEST_MEGABYTES:,}",
            _peak() <= LARGEST_MEGABYTES,
        ),
        Gate("P7 files written beside them", str(debris), "0", debris == 0),
        Gate("P7 this process is alive", "yes", "yes", passed=True),
    )
    return Section("Hostile files", ("file", "outcome", "seconds", "peak so far, MB"), tuple(rows), gates)


def misread() -> Section:
    """P8: what other readers read wrong in silence is read right or refused."""
    rows = []
    for case in (*CASES, *MISREAD):
        with tempfile.TemporaryDirectory() as name:
            code = outcome(case, Path(name), read_file)
        rows.append((case.name, code, "yes" if code in case.expected else "NO"))
    for answers in ANSWERS:
        with tempfile.TemporaryDirectory() as name:
            code = harmonised(answers, Path(name))
        rows.append((answers.name, code, "yes" if code == answers.expected else "NO"))
    silent = sum(code in {WRONG, LEAKS} for _, code, _ in rows)
    expected = sum(as_expected == "yes" for *_, as_expected in rows)
    gates = (
        Gate("P8 files read wrong in silence", f"{silent} of {len(rows)}", "0", silent == 0),
        Gate(
            "P8 files with the outcome stated for them",
            f"{expected} of {len(rows)}",
            "all",
            expected == len(rows),
        ),
    )
    return Section("Misread files", ("file", "outcome", "as stated"), tuple(rows), gates)


def damaged(mutants: int) -> Section:
    """P9: one flipped bit is seen by the manifest; without it, what the readers see."""
    rows, missed, total = [], 0, 0
    generator = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as name:
        study = read_study(write_study(Path(name)))
        for suffix in FORMATS:
            data = ordinary(Path(name), suffix).read_bytes()
            flips = list(flipped(data, generator, mutants))
            missed += sum(_accepted(study, data, changed, Path(name)) for changed in flips)
            total += len(flips)
            without = results(Path(name), suffix, flips)
            cuts = results(Path(name), suffix, cut(data, generator, mutants))
            rows.append((suffix, *_shares(without), *_shares(cuts)))
        own, kept = _kept(Path(name))
        small = results(Path(name), ".csv", every_cut(ordinary(Path(name), ".csv").read_bytes()))
    seen = 1 - small[SILENT] / small.total()
    gates = (
        Gate("P9 flipped bits seen by the manifest", f"{total - missed} of {total}", "all", missed == 0),
        Gate("P9 flipped bits of a harmonised wave seen", f"{kept} of {own}", "all", kept == own),
        Gate(
            "P9 every cut of a .csv with rows of 25 bytes, seen without it",
            f"{seen:.3f}",
            f"≥ {LEAST_CUTS}",
            seen >= LEAST_CUTS,
        ),
        Gate(
            "P9 the same, the demonstration's .csv",
            f"{_demonstration():.3f}",
            f"≥ {LEAST_CUTS}",
            _demonstration() >= LEAST_CUTS,
        ),
    )
    head = ("kind", "flips refused", "same", "SILENT", "cuts refused", "same", "SILENT")
    return Section("Damaged files, without the manifest", head, tuple(rows), gates)


_MADE = ("edited", "source", "bomb", "parts", "wide", "packed", "long", "first")
"""Names of the files that the batteries make."""


class _Clock:
    """Reads a file and keeps the time that took."""

    seconds = 0.0

    def read(self, path: Path, file_format: FileFormat) -> RawFile:
        """Read a file as a user's."""
        start = time.perf_counter()
        try:
            return read_file(path, file_format)
        finally:
            self.seconds = time.perf_counter() - start


def _peak() -> float:
    """Return the most memory that any child has taken, in MB."""
    import resource  # noqa: PLC0415 - not on every system

    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _shares(counts: Counter[str]) -> tuple[str, str, str]:
    return str(counts[REFUSED]), str(counts[SAME]), str(counts[SILENT])


def _accepted(study: Study, data: bytes, changed: bytes, folder: Path) -> bool:
    """Whether the manifest lets changed bytes pass as the delivered ones."""
    path = folder / "delivered"
    path.write_bytes(data)
    shape = Shape(file_digest(path), 40, 10)
    path.write_bytes(changed)
    try:
        check_delivered(Manifest({2021: Pin("2021.csv", shape, shape)}), study, 2021, file_digest(path))
    except FileError:
        return False
    return True


def _kept(folder: Path, count: int = 60) -> tuple[int, int]:
    """Return flips of a harmonised wave, and how many of them a whole load refuses."""
    study = read_study(write_study(folder / "study"))
    write_responses(folder / "study" / "2021.csv")
    read_surveys(study, data=folder)
    path = folder / "processed" / study.id / "2021.parquet"
    data, seen = path.read_bytes(), 0
    for changed in flipped(data, np.random.default_rng(SEED), count):
        path.write_bytes(changed)
        try:
            read_surveys(study, data=folder)
        except FileError:
            seen += 1
    return count, seen


def _demonstration() -> float:
    """Return the share of all cuts of the demonstration's .csv that do not end with a line end."""
    with tempfile.TemporaryDirectory() as name:
        paths = write_demonstration(read_study(), Path(name) / "demo")
        data = next(path for path in paths if path.suffix == ".csv").read_bytes()
    return 1 - data[:-1].count(b"\n") / (len(data) - 1)


def show(section: Section) -> str:
    """Return a section as Markdown."""
    gates = [(g.what, g.figure, g.gate, "yes" if g.passed else "NO") for g in section.gates]
    tables = ((("what", "figure", "gate", "pass"), gates), (section.head, section.rows))
    return f"## {section.title}\n\n" + "\n".join(_table(head, rows) for head, rows in tables)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def main() -> int:
    """Run the sections, print them, and say which gates are missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small files and few mutants")
    parser.add_argument("--output", type=Path, help="write the page there too, as Markdown")
    options = parser.parse_args()
    cases = SMALL if options.quick else (*SMALL, *FULL)
    runs: tuple[Callable[[], Section], ...] = (
        lambda: hostile(cases),
        misread,
        lambda: damaged(12 if options.quick else MUTANTS),
    )
    pages, missed = ["# Hostile, misread and damaged files\n\nMade by `python -m benchmarks.hostile`.\n"], []
    for run in runs:
        section = run()
        pages.append(show(section))
        missed += [gate.what for gate in section.gates if not gate.passed]
        sys.stdout.write(pages[-1] + "\n")
        sys.stdout.flush()
    pages.append(f"Gates missed: {'; '.join(missed) if missed else 'none'}.\n")
    sys.stdout.write(pages[-1])
    if options.output:
        options.output.write_text("\n".join(pages), encoding="utf-8")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
