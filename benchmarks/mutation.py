"""Test the tests of barometri/inference: do they see a small fault in a formula (mutation testing).

A seeded sample of mutants, stratified by module (each module has a least number, the rest is in proportion to
its mutants), is run one by one on a copy of the project. A mutant is tried on the tests that run its line,
those of its own module first, then the quickest. Results go to a file of JSON lines in the cache folder after
each mutant, so a run may be stopped and taken up again; a changed module or sample starts its mutants anew.

    nice python -m benchmarks.mutation --minutes 25      run, then print
    python -m benchmarks.mutation                        print what has been run
    nice python -m benchmarks.mutation --minutes 5 --survivors --tests tests/inference/test_residuals.py

Why not mutmut or cosmic-ray: both start an interpreter for every mutant (five seconds before the first test
with this project's libraries), neither draws a stratified sample, and cosmic-ray sets faults in annotations
(``X | None``), which change no number. The operators here are theirs, with `return None`, swapped arguments
and slices beside them; see mutating/operators.py.
"""

import argparse
import hashlib
import json
import math
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.stats import norm

from benchmarks.mutating.operators import Mutant, mutants, mutated
from benchmarks.mutating.running import copy_project, fingerprint, load_libraries, run, trace

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "mutation"
LEAST = 6
SLOWEST, TOGETHER = 3.0, 12.0
"""Seconds: a slower test serves no mutant, and the tests of one mutant take no longer together."""
CAUGHT = {"killed", "timeout"}


@dataclass(frozen=True)
class Drawn:
    """A mutant of the sample, and the key under which its result is stored."""

    module: str
    source: str
    mutant: Mutant

    @property
    def key(self) -> str:
        """The mutant's name and the sources it was made from."""
        return f"{self.mutant.name}@{hashlib.sha256(self.source.encode()).hexdigest()[:12]}"


def allocation(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """Return how many mutants each module gives: the least number, then in proportion."""
    least = {module: min(LEAST, count) for module, count in sizes.items()}
    rest, left = size - sum(least.values()), sum(sizes.values()) - sum(least.values())
    share = max(rest, 0) / max(left, 1)
    return {module: least[module] + round((count - least[module]) * share) for module, count in sizes.items()}


def draw(folder: Path, *, size: int, seed: int) -> list[Drawn]:
    """Draw the sample in an order of which every beginning is a sample of all modules."""
    modules = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))}
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


def tests_of(drawn: Drawn, traced: Mapping[str, Any]) -> list[str]:
    """Return the tests that run a mutant's line: its module's own first, then the quickest."""
    lines, seconds, mutant = traced["lines"].get(drawn.module, {}), traced["seconds"], drawn.mutant
    numbers = range(mutant.first_line, mutant.last_line + 1) if mutant.inside else map(int, lines)
    found = {test for number in numbers for test in lines.get(str(number), ())}
    found = {test for test in found if test in seconds and seconds[test] <= SLOWEST}
    chosen, spent = [], 0.0
    for test in sorted(found, key=lambda test: (f"/{drawn.module}.py" not in test, seconds[test])):
        spent += seconds[test]
        if spent > TOGETHER:
            break
        chosen.append(test)
    return chosen


def results(path: Path) -> dict[str, dict[str, Any]]:
    """Return the last stored result of each mutant."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {stored["key"]: stored for stored in map(json.loads, lines)}


def traced_tests(folder: Path, stored: Path) -> dict[str, Any]:
    """Return which tests run which lines: as stored for the same sources and tests, else found anew."""
    known = stored.with_name(f"traced-{fingerprint(folder)}.json")
    if known.exists():
        found: dict[str, Any] = json.loads(known.read_text(encoding="utf-8"))
        return found
    found = trace(folder, known)
    for test in found["failed"]:
        sys.stdout.write(f"does not pass on the sources as they are, so it serves no mutant: {test}\n")
    return found


def work(sample: list[Drawn], stored: Path, options: argparse.Namespace) -> None:
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
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        copy_project(options.source, folder)
        traced = {} if options.tests else traced_tests(folder, stored)
        end = time.monotonic() + 60 * options.minutes
        for drawn in left:
            if time.monotonic() > end:
                break
            tests = options.tests or tests_of(drawn, traced)
            outcome, seen = "survived", ""
            if tests:
                limit = 60.0 if options.tests else 10 + 4 * sum(traced["seconds"][test] for test in tests)
                fault = mutated(drawn.source, drawn.mutant)
                outcome, seen = run(folder, drawn.module, fault, tests, seconds=limit)
            line = {"key": drawn.key, "outcome": outcome, "tests": len(tests), "seen": seen}
            with stored.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(line)}\n")


def wilson(caught: int, tried: int) -> tuple[float, float]:
    """Return Wilson's interval of a share at 95 % (Wilson 1927, JASA 22, 209-212)."""
    z = float(norm.isf(0.025))
    centre, half = caught / tried + z * z / (2 * tried), z * z / (4 * tried * tried)
    half = z * math.sqrt(caught / tried * (1 - caught / tried) / tried + half)
    return (centre - half) / (1 + z * z / tried), min((centre + half) / (1 + z * z / tried), 1.0)


def report(sample: list[Drawn], stored: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the table by module and the list of survivors."""
    tried = [drawn for drawn in sample if drawn.key in stored]
    counts = Counter(drawn.module for drawn in tried)
    caught = Counter(drawn.module for drawn in tried if stored[drawn.key]["outcome"] in CAUGHT)
    lines = ["| module | run | of | caught | score | 95 % |", "|---|--:|--:|--:|--:|---|"]
    drawn_of = Counter(drawn.module for drawn in sample)
    for module in [*sorted(counts), "all"]:
        n, k = (len(tried), caught.total()) if module == "all" else (counts[module], caught[module])
        of = len(sample) if module == "all" else drawn_of[module]
        low, high = wilson(k, n) if n else (0.0, 1.0)
        lines.append(f"| {module} | {n} | {of} | {k} | {k / max(n, 1):.3f} | {low:.3f} to {high:.3f} |")
    lines += ["", "Survivors", ""]
    for drawn in sorted(tried, key=lambda drawn: (drawn.module, drawn.mutant.line)):
        if stored[drawn.key]["outcome"] not in CAUGHT:
            fault, n = drawn.mutant, stored[drawn.key]["tests"]
            lines.append(
                f"- {fault.name} ({fault.operator}, {n} tests): `{fault.before}` → `{fault.after}`"
                + ("" if stored[drawn.key]["outcome"] == "survived" else f" [{stored[drawn.key]['outcome']}]")
            )
    return "\n".join(lines)


def main() -> None:
    """Run mutants for a time, if one is given, and print the score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--size", type=int, default=500)
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument("--source", type=Path, default=ROOT, help="the project to test (a copy is made)")
    parser.add_argument("--survivors", action="store_true", help="try those that survived again")
    parser.add_argument("--modules", nargs="+", default=[], help="run mutants of these modules alone")
    parser.add_argument("--tests", nargs="+", default=[], help="try survivors on these files of tests alone")
    options = parser.parse_args()
    sample = draw(options.source / "barometri" / "inference", size=options.size, seed=options.seed)
    CACHE.mkdir(parents=True, exist_ok=True)
    stored = CACHE / "results.jsonl"
    if options.minutes > 0:
        work(sample, stored, options)
    sys.stdout.write(report(sample, results(stored)) + "\n")


if __name__ == "__main__":
    main()
