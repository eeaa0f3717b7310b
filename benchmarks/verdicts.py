"""Count how often each claim gets the verdict that the stated truth implies, scenario by scenario.

Replicates are kept under .cache/verdicts by the digests of study and package, and taken up where they ended.
Exit status 1 where a gate is missed.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "verdicts"
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")  # the matrices are small
COVERAGE = "coverage"
BLOCK = 5
"""Replicates a task."""


def run(scenario: str, numbers: Sequence[int]) -> list[Mapping[str, Any]]:
    """Run replicates: the module is loaded here, after the number of threads is set."""
    module = import_module("benchmarks.verdicting.replicates")
    return [module.replicate(scenario, number) for number in numbers]


def digest(study: str) -> str:
    """Return a digest of the study, the package and what a replicate does."""
    total = hashlib.sha256(study.encode())
    code = [*sorted((ROOT / "barometri").rglob("*.py")), ROOT / "benchmarks/verdicting/replicates.py"]
    for path in code:
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def kept(path: Path) -> dict[int, Mapping[str, Any]]:
    """Return the records of a file by replicate; a line that was cut off is left out."""
    records = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        records[int(record["replicate"])] = record
    return records


def tasks(scenarios: Sequence[str], folder: Path, replicates: int) -> Iterator[tuple[str, list[int]]]:
    """Yield the blocks of replicates that are not there yet, scenarios in turn."""
    missing = {}
    for scenario in scenarios:
        there = kept(folder / f"{scenario}.jsonl")
        missing[scenario] = [number for number in range(replicates) if number not in there]
    for start in range(0, replicates, BLOCK):
        for scenario, numbers in missing.items():
            if numbers[start : start + BLOCK]:
                yield scenario, numbers[start : start + BLOCK]


def fill(scenarios: Sequence[str], folder: Path, options: argparse.Namespace) -> None:
    """Run what is missing until it is there or the time is up, writing every block as it comes."""
    end = time.monotonic() + (options.seconds or float("inf"))
    waiting = tasks(scenarios, folder, options.replicates)
    running: dict[Future[list[Mapping[str, Any]]], str] = {}
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        while True:
            while len(running) < 2 * options.workers and time.monotonic() < end:
                task = next(waiting, None)
                if task is None:
                    break
                running[pool.submit(run, *task)] = task[0]
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                lines = "".join(json.dumps(record) + "\n" for record in future.result())
                with (folder / f"{running.pop(future)}.jsonl").open("a", encoding="utf-8") as file:
                    file.write(lines)


def _options(known: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--scenario", action="append", default=[], help=f"of {', '.join(known)}; all by default"
    )
    parser.add_argument("--replicates", type=int, default=1000, help="of each scenario")
    parser.add_argument("--workers", type=int, default=2, help="the figures do not depend on it")
    parser.add_argument("--seconds", type=float, help="stop after so long; the next run goes on")
    parser.add_argument("--output", type=Path, help="write the tables there too, as Markdown")
    options = parser.parse_args()
    if unknown := sorted(set(options.scenario) - set(known)):
        parser.error(f"no scenario {unknown[0]!r}; choose from {', '.join(known)}")
    options.scenario = [name for name in known if not options.scenario or name in options.scenario]
    return options


def main() -> int:
    """Run the replicates that are missing, print the tables and say which gates are missed."""
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    from barometri.study.reading import read_study  # noqa: PLC0415 - after the number of threads is set
    from benchmarks.verdicting.page import SCENARIOS, page  # noqa: PLC0415

    study = read_study()
    options = _options(SCENARIOS)
    folder = CACHE / digest(study.digest)
    folder.mkdir(parents=True, exist_ok=True)
    fill(options.scenario, folder, options)
    found = {name: kept(folder / f"{name}.jsonl") for name in SCENARIOS}
    chosen = {
        name: [records[number] for number in sorted(records) if number < options.replicates]
        for name, records in found.items()
    }
    text, missed = page(study, {n: r for n, r in chosen.items() if r}, options.scenario)
    sys.stdout.write(text)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
