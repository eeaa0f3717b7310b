"""Test the tests of a room: do they see a small fault in its code (mutation testing).

A seeded sample of mutants, stratified by module (each module has a least number, the rest is in proportion to
its mutants), is run one by one on a copy of the project. A mutant is tried on the tests that run its line,
those of its own module first, then the quickest. Results go to a file of JSON lines in the cache folder after
each mutant, so a run may be stopped and taken up again; a changed module or sample starts its mutants anew.

    nice python -m benchmarks.mutation --minutes 25                       barometri/inference; run, then print
    python -m benchmarks.mutation                                         print what has been run
    nice python -m benchmarks.mutation --room disclosure --minutes 60     disclosure, attack, anonymity
    nice python -m benchmarks.mutation --room disclosure --minutes 30 --survivors --slowest 60 --together 120
    nice python -m benchmarks.mutation --minutes 5 --survivors --tests tests/inference/test_residuals.py
    python -m benchmarks.mutation --room disclosure --output docs/mutation_disclosure.md

Survivors that change nothing are judged, one by one and with the reason, in mutating/equivalent.toml.

Why not mutmut or cosmic-ray: both start an interpreter for every mutant (five seconds before the first test
with this project's libraries), neither draws a stratified sample, and cosmic-ray sets faults in annotations
(``X | None``), which change no number. The operators here are theirs, with `return None`, swapped arguments
and slices beside them; see mutating/operators.py.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.mutating.operators import mutants, mutated
from benchmarks.mutating.preloaded import preload
from benchmarks.mutating.report import CAUGHT, Drawn, page
from benchmarks.mutating.rooms import ROOMS, Room
from benchmarks.mutating.running import copy_project, fingerprint, load_libraries, run, trace

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "mutation"
LEAST = 6


def allocation(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """Return how many mutants each module gives: the least number, then in proportion."""
    least = {module: min(LEAST, count) for module, count in sizes.items()}
    rest, left = size - sum(least.values()), sum(sizes.values()) - sum(least.values())
    share = max(rest, 0) / max(left, 1)
    return {module: least[module] + round((count - least[module]) * share) for module, count in sizes.items()}


def draw(project: Path, room: Room, *, size: int, seed: int) -> list[Drawn]:
    """Draw the sample in an order of which every beginning is a sample of all modules."""
    modules = {module: path.read_text(encoding="utf-8") for module, path in room.modules(project).items()}
    every = {module: mutants(module, source) for module, source in modules.items()}
    counts = allocation({module: len(found) for module, found in every.items()}, size)
    order = []
    for module, found in every.items():
        rng = random.Random(f"{seed}:{module}")  # noqa: S311 - a sample, no secret
        chosen = rng.sample(found, len(found))[: counts[module]]  # a larger sample holds the smaller one
        order += [
            ((position + rng.random()) / len(chosen), Drawn(module, modules[module], mutant))
            for position, mutant in enumerate(chosen)
        ]
    return [drawn for _, drawn in sorted(order, key=lambda pair: pair[0])]


def seconds_of(tests: Iterable[str], traced: Mapping[str, Any]) -> float:
    """Return how long tests take together: fixtures that several share are set up once."""
    names = list(tests)
    shared = {name for test in names for name in traced["uses"].get(test, ())}
    own = sum(traced["seconds"][test] for test in names)
    return float(own + sum(traced["shared"][name] for name in shared))


def tests_of(drawn: Drawn, traced: Mapping[str, Any], *, slowest: float, together: float) -> list[str]:
    """Return the tests that run a mutant's line: its module's own first, then the quickest."""
    lines, mutant = traced["lines"].get(drawn.module, {}), drawn.mutant
    numbers = range(mutant.first_line, mutant.last_line + 1) if mutant.inside else map(int, lines)
    found = {test for number in numbers for test in lines.get(str(number), ())}
    cost = {test: seconds_of([test], traced) for test in found if test in traced["seconds"]}
    own = f"test_{drawn.module.rpartition('/')[2]}.py"
    chosen: list[str] = []
    for test in sorted(cost, key=lambda test: (own not in test, cost[test], test)):
        if cost[test] <= slowest and seconds_of([*chosen, test], traced) <= together:
            chosen.append(test)
    return chosen


def results(path: Path) -> dict[str, dict[str, Any]]:
    """Return the last stored result of each mutant."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {stored["key"]: stored for stored in map(json.loads, lines)}


def traced_tests(folder: Path, room: Room, stored: Path) -> dict[str, Any]:
    """Return which tests run which lines: as stored for the same sources and tests, else found anew."""
    known = stored.with_name(f"traced-{room.name}-{fingerprint(folder)}.json")
    if known.exists():
        found: dict[str, Any] = json.loads(known.read_text(encoding="utf-8"))
        return found
    found = trace(folder, room, known)
    for test in found["failed"]:
        sys.stdout.write(f"does not pass on the sources as they are, so it serves no mutant: {test}\n")
    return found


def work(sample: list[Drawn], room: Room, stored: Path, options: argparse.Namespace) -> None:
    """Run what is left of the sample, or its survivors again, until the time is over."""
    load_libraries()
    done = results(stored)
    left = [
        drawn
        for drawn in sample
        if (not options.modules or drawn.module in options.modules)
        and (drawn.key not in done or options.survivors)
        and (drawn.key in done or not options.tests)
        and (drawn.key not in done or done[drawn.key]["outcome"] not in CAUGHT)
    ]
    slowest, together = options.slowest or room.slowest, options.together or room.together
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        copy_project(options.source, folder)
        paths = room.modules(folder)
        if room.demonstration:
            preload(folder, room)
        traced = {} if options.tests else traced_tests(folder, room, stored)
        end = time.monotonic() + 60 * options.minutes
        for drawn in left:
            if time.monotonic() > end:
                break
            tests = options.tests or tests_of(drawn, traced, slowest=slowest, together=together)
            outcome, seen, start = "survived", "", time.monotonic()
            if tests:
                limit = 180.0 if options.tests else 10 + 4 * seconds_of(tests, traced)
                fault = mutated(drawn.source, drawn.mutant)
                outcome, seen = run(folder, paths[drawn.module], fault, tests, seconds=limit)
            took = round(time.monotonic() - start, 2)
            line = {"key": drawn.key, "outcome": outcome, "tests": len(tests), "seen": seen, "seconds": took}
            with stored.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(line)}\n")


def main() -> None:
    """Run mutants for a time, if one is given, and print the score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--room", choices=sorted(ROOMS), default="inference")
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--size", type=int, help="mutants in the sample (default: the room's)")
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument("--source", type=Path, default=ROOT, help="the project to test (a copy is made)")
    parser.add_argument("--survivors", action="store_true", help="try those that survived again")
    parser.add_argument("--modules", nargs="+", default=[], help="run mutants of these modules alone")
    parser.add_argument("--tests", nargs="+", default=[], help="try survivors on these files of tests alone")
    parser.add_argument(
        "--slowest", type=float, help="seconds of a test that may serve (default: the room's)"
    )
    parser.add_argument("--together", type=float, help="seconds of a mutant's tests (default: the room's)")
    parser.add_argument("--output", type=Path, help="write the page there too, as Markdown")
    options = parser.parse_args()
    room = ROOMS[options.room]
    sample = draw(options.source, room, size=options.size or room.size, seed=options.seed)
    CACHE.mkdir(parents=True, exist_ok=True)
    stored = CACHE / ("results.jsonl" if room.name == "inference" else f"results-{room.name}.jsonl")
    if options.minutes > 0:
        work(sample, room, stored, options)
    told = page(room, sample, results(stored))
    sys.stdout.write(told)
    if options.output:
        options.output.write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
