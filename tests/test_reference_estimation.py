"""The last cases of the reference sets equal R's; likelihood limits are as near as R's interpolation lets."""

import re
from functools import cache

import numpy as np
import pytest

from tests.reference_cases.estimation import CASES, LEFT_OUT, NEAR, PARTLY, SETS, likelihood, without
from tests.reference_cases.reading import Case, assert_close, load_cases


@cache
def ours() -> tuple[tuple[str, Case], ...]:
    return tuple(
        (pattern, case)
        for name in SETS
        for case in load_cases(name)
        for pattern in CASES
        if re.fullmatch(pattern, case["id"])
    )


@pytest.mark.parametrize(("pattern", "case"), ours(), ids=lambda v: v["id"] if isinstance(v, dict) else "")
def test_equals_r(pattern: str, case: Case) -> None:
    parts, _ = PARTLY.get(pattern, ((), ""))
    found, expected = without(CASES[pattern](case), parts), without(case["values"], parts)
    assert assert_close(found, expected, case["tol"], where=case["id"]) > 0


@pytest.mark.parametrize(
    "case", [c for p, c in ours() if CASES[p] is likelihood], ids=lambda case: case["id"]
)
def test_likelihood_limits_are_near_those_of_an_interpolated_profile(case: Case) -> None:
    found = likelihood(case)
    assert isinstance(found, dict)
    np.testing.assert_allclose(found["ci"], case["values"]["ci"], rtol=0, atol=NEAR)


def test_every_pattern_finds_a_case() -> None:
    asked = {case["id"] for name in SETS for case in load_cases(name)}
    assert {pattern for pattern, _ in ours()} == set(CASES)
    assert all(any(re.fullmatch(pattern, name) for name in asked) for pattern in LEFT_OUT)
    print(f"estimation: {len(ours())} cases compared, {len(LEFT_OUT)} left out")  # noqa: T201
