"""The benchmark of verdicts: what it counts, that it goes on where it ended, and a small run of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from barometri.study.reading import read_study
from barometri.synthetic import scenarios
from benchmarks.simulations.record import show
from benchmarks.verdicting.counting import (
    claims_section,
    coverage_section,
    models_section,
    needed,
    tally,
)
from benchmarks.verdicting.expected import read_expected
from benchmarks.verdicting.page import SCENARIOS, page
from benchmarks.verdicting.replicates import COVERAGE, replicate
from benchmarks.verdicts import kept, tasks

STUDY = read_study()
EXPECTED = read_expected()
CLAIM = next(claim for claim in STUDY.claims if claim.kind == "ordering")
Record = Mapping[str, Any]


def made_up(number: int, verdict: str, p_value: float = 0.5) -> Record:
    """Return a record with one claim, and six models of which the first has this p."""
    rows = [("M01", p_value), *((f"M0{place}", 0.9) for place in range(2, 7))]
    models = {name: [0.1, p, min(6 * p, 1.0)] for name, p in rows}
    claims = {CLAIM.id: [verdict, 0.1, 0.05, p_value, 0.0, 0.2, 600]}
    return {"replicate": number, "seconds": 0.5, "drawn": 0.2, "claims": claims, "models": models}


def test_scenarios_are_those_of_the_study() -> None:
    assert set(SCENARIOS) - {COVERAGE} == set(scenarios(STUDY.path)) - {"complete"}


def test_every_claim_of_the_study_has_a_stated_truth() -> None:
    assert {claim.id for claim in STUDY.claims} == set(EXPECTED.claims)


def test_every_stated_truth_stands_for_every_scenario() -> None:
    for stated in EXPECTED.claims.values():
        assert set(stated) == set(SCENARIOS) - {COVERAGE}
        assert set(stated.values()) <= set(EXPECTED.truths)


def test_an_error_rate_counts_both_directions_and_misses_its_gate() -> None:
    records = [made_up(i, "supported" if i < 2 else "contradicted") for i in range(4)]
    records += [made_up(i, "not shown") for i in range(4, 10)]
    section = claims_section("null", records, [CLAIM], EXPECTED, ())
    (gate,) = section.gates
    assert gate.value == pytest.approx(0.4)
    assert not gate.passed
    assert "FAIL" in show(section)
    rows = dict(zip(section.columns, section.rows[0], strict=True))
    assert rows["right"] == pytest.approx(0.6)


def test_what_is_right_where_the_claim_holds_lacks_power_and_says_how_many_it_needs() -> None:
    records = [made_up(i, "supported" if i < 5 else "same direction, not shown") for i in range(10)]
    section = claims_section("planted", records, [CLAIM], EXPECTED, ())
    assert all(gate.passed for gate in section.gates)
    assert section.rows[0][-1] == f"{600 * (2.8 * 0.05 / 0.1) ** 2:,.0f}"
    assert needed(CLAIM, tally(records, CLAIM.id)) == pytest.approx(1176)


def test_bias_is_against_the_planted_estimates() -> None:
    planted = [made_up(0, "supported")]
    section = claims_section("mnar", planted, [CLAIM], EXPECTED, planted)
    assert section.rows[0][section.columns.index("bias")] == pytest.approx(0.0)


def test_any_model_named_is_counted_after_holm() -> None:
    records = [made_up(i, "not shown", p_value=0.001 if i < 3 else 0.02) for i in range(10)]
    section = models_section("null", records, EXPECTED)
    assert section.gates[0].value == pytest.approx(0.3)
    assert section.rows[0][2:] == pytest.approx((1.0, 0.3))


def test_coverage_is_the_share_of_all_intervals() -> None:
    records = [{"covered": {"mean number of models": [1, 1], "x, logit": [k, 10]}} for k in (9, 10)]
    section = coverage_section(records, EXPECTED)
    assert section.rows == (("mean number of models", 2, 1.0), ("x, logit", 20, 0.95))
    assert [gate.passed for gate in section.gates] == [False, True]


def test_a_run_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    lines = [json.dumps({"replicate": n}) for n in (0, 1, 3)]
    (tmp_path / "null.jsonl").write_text("\n".join([*lines, '{"replicate": 4, "cl']), encoding="utf-8")
    assert sorted(kept(tmp_path / "null.jsonl")) == [0, 1, 3]
    assert list(tasks(["null"], tmp_path, 8)) == [("null", [2, 4, 5, 6, 7])]
    assert list(tasks(["null", "mnar"], tmp_path, 6)) == [
        ("null", [2, 4, 5]),
        ("mnar", [0, 1, 2, 3, 4]),
        ("mnar", [5]),
    ]
    assert kept(tmp_path / "absent.jsonl") == {}


def test_a_replicate_judges_every_claim_and_is_the_same_again() -> None:
    record = replicate("null", 0)
    claims = record["claims"]
    assert isinstance(claims, dict)
    assert list(claims) == [claim.id for claim in STUDY.claims if claim.wave <= STUDY.latest]
    assert replicate("null", 0)["claims"] == claims
    assert replicate("null", 1)["claims"] != claims
    json.dumps(record, allow_nan=False)


def test_a_sample_of_the_fixed_population_is_covered_more_often_than_not() -> None:
    covered = replicate(COVERAGE, 0)["covered"]
    assert isinstance(covered, dict)
    hits, intervals = (sum(pair[place] for pair in covered.values()) for place in (0, 1))
    assert intervals > 90
    assert hits / intervals > 0.8


@pytest.mark.slow
def test_fifty_replicates_lie_within_wide_bounds() -> None:
    found = {name: [replicate(name, number) for number in range(50)] for name in ("planted", "null")}
    text, _ = page(STUDY, found, SCENARIOS)
    assert "## Claims in `null`" in text
    planted = {row[0]: row for row in models_section("planted", found["planted"], EXPECTED).rows}
    assert all(float(planted[model][2]) > 0.5 for model in EXPECTED.working)
    assert all(float(planted[model][3]) < 0.2 for model in EXPECTED.nothing)
    null = claims_section("null", found["null"], STUDY.claims, EXPECTED, ())
    assert all(gate.value < 0.2 for gate in null.gates)
    (family,) = models_section("null", found["null"], EXPECTED).gates
    assert family.value < 0.2
