from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.engines import floor, ours
from benchmarks.engines.responses import load, make, save
from benchmarks.simulations.finite import HYPERGEOMETRIC, finite_population
from benchmarks.simulations.record import Gate, Section, show
from benchmarks.simulations.regions import CLUSTERED, FEW, PLAIN, _rates
from benchmarks.simulations.weighted import weights_and_clusters


def test_gates_hold_at_their_bounds_and_never_for_nan() -> None:
    gate = Gate("minimum", 0.94, low=0.94)
    assert gate.passed
    assert not replace(gate, value=0.9399).passed
    assert not replace(gate, value=float("nan")).passed
    assert Gate("rate", 0.06, 0.04, 0.06).demand == "0.04 to 0.06"


def test_a_missed_gate_is_printed_as_such() -> None:
    section = Section("A", "Drawn.", ("rule",), (("one",),), (Gate("least", 0.5, low=0.9),))
    assert "| least | ≥ 0.9 | 0.5000 | FAIL |" in show(section)


def test_the_exact_interval_covers_every_small_population() -> None:
    section = finite_population(sizes=(5, 12), fractions=(0.25, 0.5))
    assert all(gate.passed for gate in section.gates)
    by_rule = {row[0]: row for row in section.rows}
    assert float(by_rule[HYPERGEOMETRIC][1]) >= 0.95
    assert float(by_rule["Wald, FPC"][1]) < 0.5


def test_the_default_interval_covers_under_weights_and_clusters() -> None:
    section = weights_and_clusters(replicates=400, sizes=(16, 40), shares=(0.1, 0.5))
    found = {(row[0], row[1]): float(row[2]) for row in section.rows}
    assert min(value for (_, rule), value in found.items() if rule == "korn_graubard") > 0.92
    assert found["clusters of 4, ICC .1", "wald"] < 0.9


def test_regions_are_judged_only_where_the_package_answers() -> None:
    assert not any(setting.refused for setting in (*CLUSTERED, *PLAIN))
    assert all(setting.refused for setting in FEW)
    generator = np.random.default_rng(1)
    equal, unequal, refused = (_rates(setting, 20, generator) for setting in (PLAIN[0], PLAIN[3], FEW[0]))
    assert equal.answered == 1
    assert unequal.answered < 0.5
    assert not refused.judged
    assert np.isnan(refused.rejected)


def test_columns_come_back_as_they_were_saved(tmp_path: Path) -> None:
    made = make(200, battery=True)
    save(made, tmp_path)
    read = load(tmp_path)
    assert set(read) == set(made)
    assert all(np.array_equal(read[name], made[name]) for name in made)


@pytest.mark.parametrize("task", ["table", "battery", "rao_scott", "bootstrap"])
def test_a_task_and_its_floor_give_a_number(task: str, tmp_path: Path) -> None:
    save(make(2000, battery=True), tmp_path)
    assert np.isfinite(ours.TASKS[task](ours.read(tmp_path))())
    assert np.isfinite(floor.TASKS[task](floor.read(tmp_path))())
