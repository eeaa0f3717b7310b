"""Time the package against its floor and its peers, as ratios in one run, with memory beside them.

Each engine runs each task in a process of its own on the same responses. Seconds belong to a
machine; ratios travel.
"""

import argparse
import math
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engines import growth, starting
from benchmarks.engines.responses import make, save
from benchmarks.engines.running import ENGINES, FLOOR, OURS, SVY, R, Timing, missing, run
from benchmarks.simulations.record import Gate

AGREE = 1e-5  # relative, between engines that compute the same number
EXACT = (SVY, R)


@dataclass(frozen=True, slots=True)
class Case:
    """A task on so many rows, in the words of the table, and how often it is repeated."""

    task: str
    rows: int
    words: str
    repeats: int = 5


CASES = (
    Case("table", 1_000, "regional table with SE", 20),
    Case("table", 100_000, "regional table with SE", 10),
    Case("table", 1_000_000, "regional table with SE"),
    Case("battery", 5_000, "12 items × 20 cells", 10),
    Case("battery", 100_000, "12 items × 20 cells"),
    Case("rao_scott", 1_000_000, "Rao–Scott 4 × 5"),
    Case("logistic", 1_000_000, "logistic, 9 coefficients"),
    Case("ordinal", 1_000_000, "ordinal, 12 parameters"),
    Case("bootstrap", 1_000_000, "500 bootstrap replicates of the table", 3),
)
SLOW = {SVY: 2, R: 0}  # repeats at the most, of engines that take seconds
HEADS = (
    "task",
    "rows",
    "engine",
    "best, ms",
    "ours is faster by",
    "first call, ms",
    "memory above data, MB",
    "same number",
)
Found = dict[tuple[str, int], dict[str, Timing]]


def measure(cases: Iterable[Case], *, limit: float, say: Callable[[str], object]) -> Found:
    """Run every engine on every case, data made once a size."""
    found: Found = {}
    say(f"| {' | '.join(HEADS)} |")
    say("|---" * len(HEADS) + "|")
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            place = Path(folder) / f"{case.task == 'battery'}{case.rows}"
            if not place.exists():
                save(make(case.rows, battery=case.task == "battery"), place)
            timings = found.setdefault((case.task, case.rows), {})
            for engine, name in ENGINES.items():
                big = case.rows >= 100_000  # noqa: PLR2004
                repeats = min(case.repeats, SLOW.get(engine, case.repeats)) if big else case.repeats
                timing = run(engine, case.task, place, repeats=repeats, limit=limit)
                if timing is not None:
                    timings[engine] = timing
                    say(_line(case, name, timing, timings[OURS], exact=engine in EXACT))
    return found


def _line(case: Case, engine: str, timing: Timing, ours: Timing, *, exact: bool) -> str:
    words = f"| {case.words} | {case.rows:,} | {engine} |"
    if math.isinf(timing.best):
        return f"{words} not finished | – | – | – | – |"
    same = "–"
    if exact and case.task != "bootstrap":
        same = "yes" if math.isclose(timing.check, ours.check, rel_tol=AGREE) else "NO"
    return (
        f"{words} {timing.best * 1000:.2f} | {timing.best / ours.best:.2f} | {timing.first * 1000:.1f} | "
        f"{timing.extra:.0f} | {same} |"
    )


def _ratio(found: Found, task: str, rows: int, top: str, bottom: str) -> float:
    timings = found.get((task, rows), {})
    if top not in timings or bottom not in timings:
        return math.nan
    return timings[top].best / timings[bottom].best


def targets(found: Found) -> list[Gate]:
    """Set the ratios against what the package promises; NaN where a peer is missing."""
    million = 1_000_000
    battery = found.get(("battery", 5_000), {}).get(OURS)
    boot = found.get(("bootstrap", million), {}).get(OURS)
    return [
        Gate(
            "regional table, 1e6 rows: time over the floor",
            _ratio(found, "table", million, OURS, FLOOR),
            high=3,
        ),
        Gate(
            "regional table, 1e6 rows: svy's time over ours",
            _ratio(found, "table", million, SVY, OURS),
            low=10,
        ),
        Gate(
            "regional table, 1e6 rows: R's time over ours", _ratio(found, "table", million, R, OURS), low=80
        ),
        Gate(
            "12 items × 20 cells, 5e3 rows: milliseconds",
            battery.best * 1000 if battery else math.nan,
            high=5,
        ),
        Gate(
            "12 items × 20 cells, 5e3 rows: svy's time over ours",
            _ratio(found, "battery", 5_000, SVY, OURS),
            low=8,
        ),
        Gate(
            "12 items × 20 cells, 5e3 rows: R's time over ours",
            _ratio(found, "battery", 5_000, R, OURS),
            low=8,
        ),
        Gate(
            "ordinal regression, 1e6 rows: R's time over ours",
            _ratio(found, "ordinal", million, R, OURS),
            low=50,
        ),
        Gate(
            "500 bootstrap replicates: svy's time over ours",
            _ratio(found, "bootstrap", million, SVY, OURS),
            low=30,
        ),
        Gate(
            "500 bootstrap replicates: peak memory over before",
            boot.peak / boot.before if boot else math.nan,
            high=1.3,
        ),
    ]


def main() -> None:
    """Print the tables, the peers that are missing and the targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=sorted({case.task for case in CASES}))
    parser.add_argument("--most-rows", type=int, default=10_000_000, help="leave out larger cases")
    parser.add_argument("--limit", type=float, default=240, help="seconds after which an engine is given up")
    parser.add_argument("--output", type=Path, help="write the page there too, as Markdown")
    options = parser.parse_args()
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`: best of several calls, data loaded, every engine in its own process.",
    ]

    def say(line: str) -> None:
        lines.append(line)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    say("")
    cases = [
        case
        for case in CASES
        if case.rows <= options.most_rows and (not options.tasks or case.task in options.tasks)
    ]
    found = measure(cases, limit=options.limit, say=say)
    gates = targets(found)
    if not options.tasks:
        gates += growth.report(options.most_rows, say)
        gates += starting.report(say)
    say("")
    for reason in missing().values():
        say(f"Missing: {reason}.")
    say("")
    say("| target | demand | figure | |")
    say("|---|---|---|---|")
    for gate in gates:
        met = "not measured" if math.isnan(gate.value) else "met" if gate.passed else "MISSED"
        say(f"| {gate.name} | {gate.demand} | {gate.value:.2f} | {met} |")
    if options.output:
        options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
