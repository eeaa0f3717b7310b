"""Calibrated weights, replicate weights and their variances equal R survey's."""

import pytest

from tests.reference_cases import weights
from tests.reference_cases.running import Run, asked, each_run, keys, left_out, runs

OURS = runs(weights)


@each_run(OURS)
def test_equals_r(run: Run) -> None:
    run.check()


@pytest.mark.parametrize("name", ["api_calibration", "api_replicates"])
def test_every_case_is_compared_or_left_out_with_a_reason(name: str) -> None:
    every, compared = asked([name]), keys(run for run in OURS if run.name == name)
    missed = {key for key in every if left_out([weights], *key.split(":"))}
    print(f"{name}: {len(compared)} cases compared, {len(missed)} left out")  # noqa: T201
    assert compared | missed == every
    assert not compared & missed
