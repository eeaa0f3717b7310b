"""Protect random table sets and attack them: no hidden count may be told, exactly or nearly.

200 tables of four shapes and 20 sets of tables or releases that hang together, from 2,400 respondents each.
Every outcome is kept in a file as soon as it is known, so that a run that was stopped goes on where it was.
Exit status 1 where a gate is missed.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks.simulations.record import Gate, Row, Section, show

SEED: Final = 2021
SINGLE, LINKED, RELEASES = 200, 15, 5
COUNTS: Final = ("exact", "narrow", "few", "insider", "implied", "undecided", "contradictory")
HEADS: Final = {
    "exact": "told exactly",
    "narrow": "interval narrower than 5",
    "few": "fewer than 3 whole values for a reader of the rule",
    "insider": "told by a respondent of another cell",
    "implied": "unreleased small counts given away",
    "undecided": "not decided in time",
    "contradictory": "topics that could not be attacked",
}
Kept = dict[str, str | int | float]


def planned(scale: float) -> Iterator[tuple[str, int]]:
    """Return the sets in the order they are judged: every kind is met early."""
    many = [
        (kind, max(1, round(n * scale))) for kind, n in zip(_KINDS, (SINGLE, LINKED, RELEASES), strict=True)
    ]
    for index in range(max(n for _, n in many)):
        yield from ((kind, index) for kind, n in many if index < n)


_KINDS: Final = ("single", "linked", "releases")


def run(plan: Sequence[tuple[str, int]], seed: int, kept: Path, minutes: float) -> list[Kept]:
    """Judge the sets that the file does not hold yet, until time is up."""
    from benchmarks.disclosing.attacking import judged  # after the number of threads is set  # noqa: PLC0415

    past = [json.loads(line) for line in kept.read_text("utf-8").splitlines()] if kept.exists() else []
    found: dict[tuple[str, int], Kept] = {(o["kind"], o["index"]): o for o in past if o["seed"] == seed}
    start = perf_counter()
    for kind, index in plan:
        if (kind, index) in found:
            continue
        if perf_counter() - start > 60.0 * minutes:
            break
        outcome: Kept = {"kind": kind, "index": index, "seed": seed}
        outcome |= judged(kind, index, seed).as_record()
        found[kind, index] = outcome
        with kept.open("a", encoding="utf-8") as file:
            file.write(json.dumps(outcome) + "\n")
        sys.stderr.write(f"\r{len(found)} of {len(plan)} sets")
    sys.stderr.write("\n")
    return [found[key] for key in plan if key in found]


def section(outcomes: Sequence[Kept], planned_sets: int) -> Section:
    """Return the table and the gates."""
    rows = [_row(kind, [o for o in outcomes if o["kind"] == kind]) for kind in _KINDS]
    gates = [Gate(HEADS[name], _sum(outcomes, name), high=0.0) for name in COUNTS]
    gates.append(Gate("sets judged", float(len(outcomes)), low=float(planned_sets)))
    return Section(
        "What an attacker finds in random table sets",
        "Each set is protected by `protect` and read and attacked as a reader could: linear programs, whole "
        "numbers with the rule known, respondents of hidden cells. `rule, worst case` counts hidden numbers "
        "with fewer than three values for a reader who is told which of the hidden records break a rule: "
        "shown, not gated. Of several releases over the same people, those that together with earlier ones "
        "would tell something are refused.",
        (
            "sets",
            "judged",
            "cells",
            "hidden by a rule",
            "hidden beside",
            "targets",
            *COUNTS,
            "rule, worst case",
            "refused",
            "protect, s",
            "attack, s",
        ),
        tuple(rows),
        tuple(gates),
    )


def _row(kind: str, own: Sequence[Kept]) -> Row:
    names = ("cells", "primary", "secondary", "targets", *COUNTS, "classified", "refused")
    counts = tuple(int(_sum(own, name)) for name in names)
    return (kind, len(own), *counts, _sum(own, "protecting"), _sum(own, "attacking"))


def _sum(outcomes: Sequence[Kept], name: str) -> float:
    return float(sum(float(outcome[name]) for outcome in outcomes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--scale", type=float, default=1.0, help="sets, as a multiple of the usual number")
    parser.add_argument("--minutes", type=float, default=15.0, help="start no further set after this")
    parser.add_argument("--kept", type=Path, default=Path("disclosure.jsonl"), help="outcomes known so far")
    parser.add_argument("--output", type=Path, help="write the table there too, as Markdown")
    return parser.parse_args()


def main() -> int:
    """Judge the sets, print what was found and say whether every gate holds."""
    options = _options()
    os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    plan = list(planned(options.scale))
    found = section(run(plan, options.seed, options.kept, options.minutes), len(plan))
    page = show(found)
    sys.stdout.write(page + "\n")
    if options.output:
        options.output.write_text(page, encoding="utf-8")
    return 0 if all(gate.passed for gate in found.gates) else 1


if __name__ == "__main__":
    sys.exit(main())
