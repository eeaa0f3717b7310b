"""The last cases of the reference sets equal R's; likelihood limits are as near as R's interpolation lets."""

import re

import numpy as np

from tests.reference_cases import estimation
from tests.reference_cases.estimation import CASES, LEFT_OUT, NEAR, SETS, likelihood
from tests.reference_cases.reading import load_cases
from tests.reference_cases.running import Run, each_run, runs

OURS = runs(estimation)


@each_run(OURS)
def test_equals_r(run: Run) -> None:
    run.check()


@each_run(run for run in OURS if run.ours is likelihood)
def test_likelihood_limits_are_near_those_of_an_interpolated_profile(run: Run) -> None:
    found = likelihood(run.case)
    assert isinstance(found, dict)
    np.testing.assert_allclose(found["ci"], run.case["values"]["ci"], rtol=0, atol=NEAR)


def test_every_pattern_finds_a_case() -> None:
    names = {case["id"] for name in SETS for case in load_cases(name)}
    assert {run.pattern for run in OURS} == set(CASES)
    assert all(any(re.fullmatch(pattern, name) for name in names) for pattern in LEFT_OUT)
    print(f"estimation: {len(OURS)} cases compared, {len(LEFT_OUT)} left out")  # noqa: T201
