"""What is told of a run: the gate, the score by module, the survivors, and which of them change nothing."""

import hashlib
import math
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.stats import norm

from benchmarks.mutating.operators import Mutant
from benchmarks.mutating.rooms import Room

CAUGHT = {"killed", "timeout"}
JUDGED = Path(__file__).with_name("equivalent.toml")
Fault = tuple[str, ...]
Stored = Mapping[str, Mapping[str, Any]]


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

    @property
    def fault(self) -> Fault:
        """The module, the line, and what stands there before and after: as a judged mutant is named."""
        line = self.source.splitlines()[self.mutant.line - 1].strip()
        return self.module, line, self.mutant.before, self.mutant.after


def judged(room: Room) -> dict[Fault, str]:
    """Return why a mutant of a room changes nothing, by its module, its line and what it replaces by what."""
    listed = tomllib.loads(JUDGED.read_text(encoding="utf-8")).get(room.name, [])
    return {
        tuple(entry[key] for key in ("module", "line", "before", "after")): entry["why"] for entry in listed
    }


def wilson(caught: int, tried: int) -> tuple[float, float]:
    """Return Wilson's interval of a share at 95 % (Wilson 1927, JASA 22, 209-212)."""
    z = float(norm.isf(0.025))
    centre, half = caught / tried + z * z / (2 * tried), z * z / (4 * tried * tried)
    half = z * math.sqrt(caught / tried * (1 - caught / tried) / tried + half)
    return (centre - half) / (1 + z * z / tried), min((centre + half) / (1 + z * z / tried), 1.0)


def page(room: Room, sample: Sequence[Drawn], stored: Stored) -> str:
    """Return the page of a room: gate, score by module, survivors judged equivalent, the others."""
    tried = [drawn for drawn in sample if drawn.key in stored]
    survivors = [drawn for drawn in tried if stored[drawn.key]["outcome"] not in CAUGHT]
    reasons = judged(room)
    same = [drawn for drawn in survivors if drawn.fault in reasons]
    real = [drawn for drawn in survivors if drawn.fault not in reasons]
    lines = [
        f"# Do the tests see a fault? barometri: {room.name}",
        "",
        f"Made by `python -m benchmarks.mutation --room {room.name}`: one small fault at a time",
        "is set into a copy, and the tests that run its line are run. The sample is drawn with a seed,",
        "stratified by module.",
        "",
        *_gate(room, len(sample), len(tried), len(survivors), len(same)),
        "",
        "## By module",
        "",
        *_table(sample, tried, stored),
        "",
        "## Survivors judged equivalent",
        "",
        *(f"{_line(drawn, stored)}: {reasons[drawn.fault]}" for drawn in same),
        "",
        "## Survivors that are, or may be, real",
        "",
        *(_line(drawn, stored) for drawn in _in_order(real)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _gate(room: Room, of: int, tried: int, survived: int, same: int) -> list[str]:
    """Return the table of what is promised; equivalent mutants count against the first score."""
    caught, told = tried - survived, tried - same
    all_ = caught / tried if tried else math.nan
    score = caught / told if told else math.nan
    low, high = wilson(caught, told) if told else (0.0, 1.0)
    seen = "yes" if score >= room.gate and tried == of else "NO"
    return [
        "| what | figure | gate | pass |",
        "|---|--:|--:|---|",
        f"| mutants run, of {of} drawn | {tried} | {of} | {'yes' if tried == of else 'NO'} |",
        f"| caught, of all run | {caught} ({all_:.3f}) | | |",
        f"| caught, of those not judged equivalent ({told}) | {score:.3f} | {room.gate:.2f} | {seen} |",
        "",
        f"Wilson's 95 % interval of the last: {low:.3f} to {high:.3f}.",
    ]


def _table(sample: Sequence[Drawn], tried: Sequence[Drawn], stored: Stored) -> list[str]:
    counts, drawn_of = Counter(drawn.module for drawn in tried), Counter(drawn.module for drawn in sample)
    caught = Counter(drawn.module for drawn in tried if stored[drawn.key]["outcome"] in CAUGHT)
    lines = ["| module | run | of | caught | score | 95 % |", "|---|--:|--:|--:|--:|---|"]
    for module in [*sorted(counts), "all"]:
        n, k = (len(tried), caught.total()) if module == "all" else (counts[module], caught[module])
        of = len(sample) if module == "all" else drawn_of[module]
        low, high = wilson(k, n) if n else (0.0, 1.0)
        lines.append(f"| {module} | {n} | {of} | {k} | {k / max(n, 1):.3f} | {low:.3f} to {high:.3f} |")
    return lines


def _in_order(survivors: Sequence[Drawn]) -> list[Drawn]:
    return sorted(survivors, key=lambda drawn: (drawn.module, drawn.mutant.line))


def _line(drawn: Drawn, stored: Stored) -> str:
    fault, result = drawn.mutant, stored[drawn.key]
    outcome = "" if result["outcome"] == "survived" else f" [{result['outcome']}]"
    place = f"{drawn.module}:{fault.line}"
    return (
        f"- `{place}` ({fault.operator}, {result['tests']} tests){outcome} `{fault.before}` → `{fault.after}`"
    )
