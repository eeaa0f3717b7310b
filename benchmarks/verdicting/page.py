"""The page of verdicts: gates first, then every scenario's tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from barometri.study.study import Study
from benchmarks.simulations.record import Section, show
from benchmarks.verdicting.counting import claims_section, coverage_section, models_section
from benchmarks.verdicting.expected import Expected, read_expected
from benchmarks.verdicting.replicates import COVERAGE

TEXT = (
    "Made by `python -m benchmarks.verdicts --replicates {replicates}`. Population and sample are drawn "
    "anew in every replicate. Scenarios and their truths stand in `barometri/resources/demo`, what these "
    "imply for each claim in `benchmarks/verdicting/expected.toml`.\n"
)
SCENARIOS = ("planted", "null", "null_area", "mix_shift", "mnar", "reversal_edge", COVERAGE)


def page(
    study: Study, records: Mapping[str, Sequence[Mapping[str, Any]]], scenarios: Sequence[str]
) -> tuple[str, list[str]]:
    """Return the page as Markdown, and the names of the gates that are missed.

    Parameters
    ----------
    study
        The embedded study.
    records
        Scenario to its replicates, where there are any.
    scenarios
        Those to show.
    """
    expected = read_expected()
    sections: list[Section] = []
    for scenario in scenarios:
        if scenario in records:
            sections += _sections(study, scenario, records, expected)
    gates = [gate for section in sections for gate in section.gates]
    missed = [gate.name for gate in gates if not gate.passed]
    unstated = sorted({claim.id for claim in study.claims} - set(expected.claims))
    head = [
        "# Verdicts where the truth is known\n",
        TEXT.format(replicates=max(map(len, records.values()), default=0)),
        f"Gates: {len(gates) - len(missed)} of {len(gates)} hold. Missed: {'; '.join(missed) or 'none'}.\n",
    ]
    if unstated:
        head.append(f"Claims without a stated truth: {', '.join(unstated)}.\n")
    return "\n".join([*head, *map(show, sections)]), missed


def _sections(
    study: Study, scenario: str, records: Mapping[str, Sequence[Mapping[str, Any]]], expected: Expected
) -> list[Section]:
    found = records[scenario]
    if scenario == COVERAGE:
        return [coverage_section(found, expected)]
    judged = [claim for claim in study.claims if claim.id in found[0]["claims"]]
    return [
        claims_section(scenario, found, judged, expected, records.get("planted", ())),
        models_section(scenario, found, expected),
    ]
