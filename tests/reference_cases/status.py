"""What happens to every case of the reference sets: the topics joined, and the page that tells of them.

``python -m tests.reference_cases.status`` writes the tables of ``docs/reference.md`` anew.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

from tests import test_reference_api as api
from tests.reference_cases import (
    descriptive,
    estimation,
    ordinal,
    plain,
    quantiles,
    regressions,
    small_area,
    testing,
    weights,
)
from tests.reference_cases.reading import REFERENCE, Case, load_cases
from tests.reference_cases.running import first_match, without

SETS: Final = tuple(sorted(path.stem for path in REFERENCE.glob("*.json")))
TOPICS: Final[tuple[ModuleType, ...]] = (
    descriptive,
    estimation,
    ordinal,
    plain,
    quantiles,
    small_area,
    testing,
)
PAGE: Final = Path(__file__).parents[2] / "docs" / "reference.md"
BEGIN: Final = "<!-- made by python -m tests.reference_cases.status -->"
EQUAL, PART, REFUSED, LEFT, OUTSIDE = "equal", "in part", "refused", "left out", "outside"
KINDS: Final = (EQUAL, PART, REFUSED, LEFT, OUTSIDE)
WITH_REASON: Final = {
    PART: "Compared in part",
    REFUSED: "Refused",
    LEFT: "Left out",
    OUTSIDE: "Outside the denominator",
}


@dataclass(frozen=True, slots=True)
class Status:
    """What happens to one case: set, id, one of `KINDS`, its numbers and those compared, and why if fewer."""

    name: str
    id: str
    kind: str
    values: int
    compared: int
    why: str = ""


def _has(patterns: Iterable[str], key: str) -> bool:
    return any(re.fullmatch(pattern, key) for pattern in patterns)


def _of_topic(topic: ModuleType, name: str, key: str) -> Iterator[tuple[str, str]]:
    """What a topic says of a case: nothing, or one kind with its reason."""
    if name not in topic.SETS:
        return
    partly = {pattern: why for pattern, (_, why) in getattr(topic, "PARTLY", {}).items()}
    if why := first_match(getattr(topic, "OUTSIDE", {}), key, ""):
        yield OUTSIDE, why
    elif why := first_match(topic.LEFT_OUT, key, ""):
        yield LEFT, why
    elif _has(topic.CASES, key):
        why = first_match(partly, key, "")
        yield (PART, why) if why else (EQUAL, "")


def _of_regressions(name: str, case: Case) -> Iterator[tuple[str, str]]:
    key = f"{name}:{case['id']}"
    if name not in regressions.SETS:
        return
    if why := first_match(regressions.OUTSIDE, key, ""):
        yield OUTSIDE, why
    elif why := first_match(regressions.LEFT_OUT, key, ""):
        yield REFUSED, why
    elif regressions.find(name, case):
        yield EQUAL, ""


def verdicts(name: str, case: Case) -> list[tuple[str, str]]:
    """Return the kinds, with reasons, that the topics give a case."""
    key = case["id"]
    found = [verdict for topic in TOPICS for verdict in _of_topic(topic, name, key)]
    found += _of_regressions(name, case)
    if why := first_match(weights.LEFT_OUT.get(name, {}), key, ""):
        found.append((LEFT, why))
    elif _has(weights.CASES.get(name, {}), key):
        found.append((EQUAL, ""))
    if name in api.SETS and key in {one.id for one in api.IN_SCOPE if one.call == case["call"]}:
        found.append((EQUAL, ""))
    return found


def _numbers(values: object) -> int:
    """How many numbers a structure of R holds."""
    if isinstance(values, dict):
        return sum(_numbers(value) for value in values.values())
    if isinstance(values, list):
        return sum(_numbers(value) for value in values)
    return int(isinstance(values, (int, float)))


def _compared(case: Case, kind: str) -> int:
    """How many numbers of a case are compared."""
    if kind == EQUAL:
        return _numbers(case["values"])
    partly = {**ordinal.PARTLY, **estimation.PARTLY}
    names = first_match(partly, case["id"], ((), ""))[0]
    return _numbers(without(case["values"], names)) if kind == PART else 0


@cache
def statuses() -> tuple[Status, ...]:
    """Return one status a case that any topic speaks of."""
    made = []
    for name in SETS:
        for case in load_cases(name):
            for kind, why in verdicts(name, case)[:1]:
                compared = _compared(case, kind)
                made.append(Status(name, case["id"], kind, _numbers(case["values"]), compared, why))
    return tuple(made)


def values(name: str = "") -> tuple[int, int]:
    """Return how many numbers the cases of a set, or all, hold that are not outside, and how many agree."""
    own = [status for status in statuses() if name in ("", status.name) and status.kind != OUTSIDE]
    return sum(status.values for status in own), sum(status.compared for status in own)


def counts(name: str = "") -> Counter[str]:
    """Return how many cases there are of each kind, in a set or in all."""
    return Counter(status.kind for status in statuses() if name in ("", status.name))


def shares() -> tuple[float, float, float]:
    """Shares of the denominator: compared in full, with those in part, and with those refused by a test."""
    found = counts()
    asked = found.total() - found[OUTSIDE]
    kinds = ((EQUAL,), (EQUAL, PART), (EQUAL, PART, REFUSED))
    full, whole, answered = (sum(found[kind] for kind in own) / asked for own in kinds)
    return full, whole, answered


def reasons() -> dict[str, dict[str, list[str]]]:
    """Return the cases of each kind but the equal ones, by reason."""
    found: dict[str, dict[str, list[str]]] = {kind: {} for kind in WITH_REASON}
    for status in statuses():
        if status.kind != EQUAL:
            found[status.kind].setdefault(status.why, []).append(f"{status.name}:{status.id}")
    return found


def tables() -> str:
    """Return the tables of the page: numbers by set, and every case with a reason."""
    heads = ("cases", *KINDS, "values", "values compared")
    lines = ["| set | " + " | ".join(heads) + " |", "|" + " --- |" + " --: |" * len(heads)]
    for name in (*SETS, ""):
        own = counts(name)
        numbers = (own.total(), *(own[kind] for kind in KINDS), *values(name))
        lines.append(f"| {name or '**all**'} | " + " | ".join(str(number) for number in numbers) + " |")
    full, whole, answered = (f"{100 * share:.1f} %" for share in shares())
    (asked, agree), inside = values(), counts().total() - counts()[OUTSIDE]
    text = (
        f"Of the {inside} cases that are not outside, {full} are equal in every value, {whole} with those "
        f"compared in part, and {answered} with the refusals that a test asserts. "
        f"Of their {asked} values {100 * agree / asked:.1f} % are compared, and equal."
    )
    lines += ["", text]
    for kind, title in WITH_REASON.items():
        lines += ["", f"## {title}", ""]
        for why, names in reasons()[kind].items():
            lines.append(f"- {why}: {', '.join(f'`{name}`' for name in names)}.")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the tables of the page anew."""
    head = PAGE.read_text(encoding="utf-8").split(BEGIN)[0]
    PAGE.write_text(f"{head}{BEGIN}\n\n{tables()}", encoding="utf-8")


if __name__ == "__main__":
    main()
