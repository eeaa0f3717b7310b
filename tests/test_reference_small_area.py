"""Small areas equal R's Fay-Herriot fits: variances, coefficients, predictions, every part of the error."""

import re
from functools import cache

import pytest

from tests.reference_cases.reading import Case, assert_close, load_cases
from tests.reference_cases.small_area import CASES, LEFT_OUT, SETS


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
    assert assert_close(CASES[pattern](case), case["values"], case["tol"], where=case["id"]) > 0


def test_every_case_of_the_kind_is_compared() -> None:
    asked = {case["id"] for case in load_cases("fay_herriot_counties")} | {"fh_muni"}
    compared = {case["id"] for _, case in ours()}
    print(f"small areas: {len(compared)} cases compared, {len(LEFT_OUT)} left out")  # noqa: T201
    assert asked == compared | set(LEFT_OUT)
