"""Kill reports at random moments, fill their disks, and compare their bytes in other surroundings.

The small study of the tests is killed as often as asked: by itself, and with processes that write its
languages side by side. After each kill a reader must find the old set of files or the new one, and the next
run must leave nothing of the killed one. Then the disk refuses every change in turn. Last, the demonstration
is written in surroundings that differ in everything, and every byte is compared.

    python -m benchmarks.operations                      about fifteen minutes on a quiet machine
    python -m benchmarks.operations --kills 20 --kills-with-processes 4 --demonstrations 2
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.simulations.record import Gate
from tests.operations.places import FORMATS, Kind, Place
from tests.operations.runs import Runs
from tests.operations.small_report import write_small_report
from tests.operations.surroundings import FACTORS, Row, different, finnish_locale, pairwise, run

WIDE: dict[Kind, Sequence[str]] = {"old": ("csv", "svg"), "new": ("html", "xlsx", "png")}
LANGUAGES = ("fi", "sv", "en")
Say = Callable[[str], object]


def fails(check: Callable[[], None], say: Say) -> int:
    """Return 1 where a check does not hold, and say what it saw."""
    try:
        check()
    except AssertionError as error:
        say(f"    {str(error).splitlines()[0] if str(error) else 'a check did not hold'}")
        return 1
    return 0


def kills(place: Place, number: int, seed: int, say: Say) -> tuple[int, int, int]:
    """Kill a run so often; return how many were hit, how often a reader saw a mix, and bad runs after."""
    hit = mixed = after = 0
    for moment in np.random.default_rng(seed).uniform(0, place.seconds, number):
        ended = place.run(place.other, signal=(float(moment), signal.SIGKILL))
        hit += ended.code == -signal.SIGKILL
        mixed += fails(lambda ended=ended: place.check_reader(ended), say)  # type: ignore[misc]
        after += fails(place.check_next_run, say)
    return hit, mixed, after


def changes(place: Place, say: Say) -> tuple[int, int, int]:
    """Kill a run at each change it makes to the disk, then refuse each; return runs, mixes, bad runs."""
    number = mixed = after = 0
    for word in ("die_at", "fail_at"):
        for change in range(1, max(place.changes.values()) + 1):
            ended = place.run(place.other, **{word: change})
            number += 1
            mixed += fails(lambda ended=ended: place.check_reader(ended), say)  # type: ignore[misc]
            mixed += ended.code not in (0, 5, -signal.SIGKILL)
            after += fails(place.check_next_run, say)
    return number, mixed, after


def killed(folder: Path, options: argparse.Namespace, say: Say) -> list[Gate]:
    """Return the gates of kills: alone, with processes, at every change of the disk."""
    gates = []
    with Runs(folder) as runs:
        small = write_small_report(folder / "small")
        large = write_small_report(folder / "large", languages=LANGUAGES)
        alone = Place(runs, small, _made(folder / "alone"), WIDE)
        side = Place(runs, large, _made(folder / "side"), WIDE, jobs=2)
        every = Place(runs, small, _made(folder / "every"), FORMATS)
        hit = mixed = after = 0
        for place, number in ((alone, options.kills), (side, options.kills_with_processes)):
            say(f"a run of {place.seconds:.1f} s, killed {number} times")
            found = kills(place, number, options.seed, say)
            hit, mixed, after = hit + found[0], mixed + found[1], after + found[2]
        total = options.kills + options.kills_with_processes
        gates += [
            Gate(f"kill -9 at {total} random moments: runs that were hit", hit, low=0.8 * total),
            Gate("a reader who saw neither the old set nor the new one", mixed, high=0),
            Gate("next runs that failed or left something behind", after, high=0),
        ]
        if not options.no_changes:
            number, mixed, after = changes(every, say)
            gates += [
                Gate(
                    f"killed, then refused (disk full), at each of {number} changes of the disk: mixes",
                    mixed,
                    high=0,
                ),
                Gate("next runs that failed or left something behind", after, high=0),
            ]
    return gates


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def rows(number: int) -> list[tuple[Row, str]]:
    """Return surroundings and the number of processes: the plain ones, the farthest, then others."""
    farthest = {name: values[-1] for name, values in FACTORS.items()}
    chosen = [pairwise()[0], farthest, *pairwise()[2:]]
    return [(row, ("1", "2", "4")[position % 3]) for position, row in enumerate(chosen[:number])]


def same_bytes(folder: Path, options: argparse.Namespace, say: Say) -> list[Gate]:
    """Return the gate of bytes: the demonstration, three languages, all formats."""
    locales = finnish_locale(folder)
    written: list[Path] = []
    differing: list[str] = []
    for number, (row, jobs) in enumerate(rows(options.demonstrations)):
        data = folder / f"data{number}"
        written.append(run(row, folder, ["--data", str(data), "--jobs", jobs], locales=locales))
        found = different(written[0], written[-1])
        say(f"{row}, --jobs {jobs}: {len(found)} files differ")
        differing += found
    files = sum(path.is_file() for path in written[0].rglob("*"))
    what = f"demonstration, {files} files, in {len(written)} surroundings: files that differ"
    return [Gate(what, len(differing), high=0)]


def main() -> int:
    """Run all, print the table, and say by the exit code whether a gate is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=170)
    parser.add_argument("--kills-with-processes", type=int, default=30)
    parser.add_argument(
        "--no-changes", action="store_true", help="leave out the kills at every change of the disk"
    )
    parser.add_argument("--demonstrations", type=int, default=5, help="surroundings of the demonstration")
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument("--output", type=Path, help="write the table there too, as Markdown")
    options = parser.parse_args()

    def say(words: str) -> None:
        sys.stderr.write(words + "\n")
        sys.stderr.flush()

    gates: list[Gate] = []
    with tempfile.TemporaryDirectory() as name:
        if options.kills or options.kills_with_processes:
            gates += killed(_made(Path(name) / "killed"), options, say)
        if options.demonstrations:
            gates += same_bytes(_made(Path(name) / "bytes"), options, say)
    lines = ["# Operations", "", "Made by `python -m benchmarks.operations`.", ""]
    lines += ["| what | figure | gate | pass |", "|---|--:|--:|---|"]
    lines += [
        f"| {gate.name} | {gate.value:g} | {gate.demand} | {'yes' if gate.passed else 'NO'} |"
        for gate in gates
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    if options.output:
        options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(not all(gate.passed for gate in gates))


if __name__ == "__main__":
    sys.exit(main())
