"""Calibrated weights, replicate weights and their variances equal R survey's."""

import re
from functools import cache

import pytest

from tests.reference_cases.reading import Case, assert_close, load_cases
from tests.reference_cases.weights import CASES, LEFT_OUT


@cache
def ours() -> tuple[tuple[str, str, Case], ...]:
    return tuple(
        (name, pattern, case)
        for name, patterns in CASES.items()
        for case in load_cases(name)
        for pattern in patterns
        if re.fullmatch(pattern, case["id"])
        and not any(re.fullmatch(left, case["id"]) for left in LEFT_OUT[name])
    )


@pytest.mark.parametrize(
    ("name", "pattern", "case"), ours(), ids=[f"{name}.{case['id']}" for name, _, case in ours()]
)
def test_equals_r(name: str, pattern: str, case: Case) -> None:
    compared = assert_close(CASES[name][pattern](case), case["values"], case["tol"], where=case["id"])
    assert compared > 0


@pytest.mark.parametrize("name", ["api_calibration", "api_replicates"])
def test_every_case_is_compared_or_left_out_with_a_reason(name: str) -> None:
    compared = {case["id"] for own, _, case in ours() if own == name}
    left_out = {
        case["id"]
        for case in load_cases(name)
        if any(re.fullmatch(pattern, case["id"]) for pattern in LEFT_OUT[name])
    }
    print(f"{name}: {len(compared)} cases compared, {len(left_out)} left out")  # noqa: T201
    assert compared | left_out == {case["id"] for case in load_cases(name)}
    assert not compared & left_out
