"""What protection never shows, and what it costs: classes disclosed, records hidden beyond need.

    python -m benchmarks.protection                          all sections
    python -m benchmarks.protection classes                  one: classes, optimum, share
    python -m benchmarks.protection --output docs/protection.md

`classes` generates groups whose answers give a class away (all of one answer, all but one, two of twelve, a
dummy for two people ...) among other groups, protects their shares, distributions, means and models, and
counts what is shown of them. `optimum` compares secondary suppression with the least possible, found by cuts
(Benders) on tables of at most 210 cells; where the time for the proof is too short, with a lower bound.
`share` counts how many of a table's cells stay, at 2,400 respondents.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from barometri.disclosure.suppress import WIDTH, suppress
from barometri.loading import read_surveys
from barometri.study.plan import DisclosureRules
from barometri.study.reading import read_study
from benchmarks.protecting.classes import counted, shown_effects
from benchmarks.protecting.optimum import optimum
from benchmarks.protecting.tables import released, simulated

RULES: Final = DisclosureRules()
GROUPS, MODELS = 480, 20
MOST_ABOVE_OPTIMUM, LEAST_SHOWN = 1.3, 0.55
SHAPES: Final = (((5, 6), 2, 600), ((5, 12), 2, 2400), ((5, 6), 4, 2400))
"""Codes of the variables, answers, respondents."""
SHARES: Final = (((5, 6), 4, 2400), ((5, 12), 2, 2400), ((5, 12, 2), 2, 2400))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page."""

    what: str
    figure: str
    gate: str = ""
    passed: bool | None = None


def classes(options: argparse.Namespace) -> list[Line]:
    """Count groups whose class is disclosed of which something is shown."""
    found = counted(options.groups, seed=options.seed)
    lines = [Line(f"{kind}", f"{failed} of {tried}") for kind, (tried, failed) in found.items()]
    rng = np.random.default_rng(options.seed)
    study = read_study()
    with tempfile.TemporaryDirectory() as folder:
        survey = read_surveys(study, data=folder)[study.published.year]
        told = [shown_effects(survey, study.roles.outcome, rng) for _ in range(MODELS)]
    fits, failures = sum(many > 0 for many, _ in told), sum(shown > 0 for _, shown in told)
    lines.append(Line("models with a dummy for two people", f"{failures} of {fits}"))
    tried = sum(many for many, _ in found.values()) + fits
    failed = sum(few for _, few in found.values()) + failures
    return [*lines, Line("class disclosure shown", f"{failed} of {tried}", "0 of 500", failed == 0)]


def above_optimum(options: argparse.Namespace) -> list[Line]:
    """Compare secondary suppression with the least possible."""
    lines, cost, least, many, best = [], 0.0, 0.0, 0, 0
    for shape, answers, respondents in SHAPES:
        for seed in range(options.tables):
            rng = np.random.default_rng(options.seed + seed)
            group = released(simulated(shape, answers, respondents=respondents, rng=rng))
            pattern = suppress(group, RULES)
            secondary = pattern.hidden & ~pattern.primary
            worth = np.log2(2.0 + np.array([record.n for record in group.records]))
            goal = optimum(group, RULES, width=WIDTH, seconds=options.seconds)
            fewest = int((goal.hidden & ~pattern.primary).sum())
            ours = float(worth[secondary].sum())
            cost, least = cost + ours, least + goal.bound
            many, best = many + int(secondary.sum()), best + fewest
            proof = "proved" if goal.proved else "not proved"
            ratio = ours / goal.bound if goal.bound else 1.0
            lines.append(
                Line(
                    f"{_named(shape, answers)}, table {seed + 1}: {int(pattern.primary.sum())} primary",
                    f"{int(secondary.sum())} secondary, least {fewest} ({proof}), cost × {ratio:.2f}",
                )
            )
    gate = f"≤ {MOST_ABOVE_OPTIMUM}"
    lines.append(Line("secondary records over the least", f"{many / max(best, 1):.2f}", gate))
    over = cost / least
    return [
        *lines,
        Line("cost over the least, or its bound", f"{over:.2f}", gate, over <= MOST_ABOVE_OPTIMUM),
    ]


def share(options: argparse.Namespace) -> list[Line]:
    """Count the cells of a table that stay, margins apart."""
    lines = []
    for shape, answers, respondents in SHARES:
        kept, naive, slowest = [], [], 0.0
        for seed in range(options.tables):
            rng = np.random.default_rng(options.seed + seed)
            group = released(simulated(shape, answers, respondents=respondents, rng=rng))
            inner = np.array([len(record.restriction) == len(shape) for record in group.records])
            start = time.perf_counter()
            pattern = suppress(group, RULES)
            slowest = max(slowest, time.perf_counter() - start)
            kept.append(float((~pattern.hidden[inner]).mean()))
            naive.append(float((~pattern.primary[inner]).mean()))
        least, mean = min(kept), float(np.mean(kept))
        lines.append(
            Line(
                f"{_named(shape, answers)}, {respondents} respondents: {int(inner.sum())} cells",
                f"{mean:.0%} shown (least {least:.0%}; {np.mean(naive):.0%} by rule), {slowest:.1f} s",
                f"≥ {LEAST_SHOWN:.0%}",
                mean >= LEAST_SHOWN,
            )
        )
    return lines


def _named(shape: tuple[int, ...], answers: int) -> str:
    return "×".join(map(str, (*shape, answers)))


SECTIONS: Final[dict[str, Callable[[argparse.Namespace], list[Line]]]] = {
    "classes": classes,
    "optimum": above_optimum,
    "share": share,
}


def page(sections: dict[str, list[Line]]) -> str:
    """Return all sections as a page of tables."""
    out = ["# What protection never shows, and what it costs", ""]
    for name, lines in sections.items():
        out += [f"## {name.capitalize()}", "", "| what | figure | gate | pass |", "| --- | --- | --- | --- |"]
        for line in lines:
            passed = "" if line.passed is None else "yes" if line.passed else "no"
            out.append(f"| {line.what} | {line.figure} | {line.gate} | {passed} |")
        out.append("")
    return "\n".join(out)


def main(arguments: list[str] | None = None) -> int:
    """Run the sections named, or all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--groups", type=int, default=GROUPS, help="generated groups")
    parser.add_argument("--tables", type=int, default=6, help="tables of each shape")
    parser.add_argument("--seconds", type=float, default=20.0, help="time to prove one optimum")
    parser.add_argument("--output", type=Path, help="page to write")
    options = parser.parse_args(arguments)
    found = {name: SECTIONS[name](options) for name in options.sections or SECTIONS}
    text = page(found)
    print(text)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    return int(any(line.passed is False for lines in found.values() for line in lines))


if __name__ == "__main__":
    sys.exit(main())
