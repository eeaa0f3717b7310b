"""Quantiles, population variances and Kish's number of cases equal R survey's."""

import re
from functools import cache

import pytest

from tests.reference_cases.quantiles import CASES, LEFT_OUT, SETS
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
    compared = assert_close(CASES[pattern](case), case["values"], case["tol"], where=case["id"])
    assert compared > 0


def test_every_case_of_the_kind_is_compared() -> None:
    kind = re.compile(r"svyquantile|svyvar|ess = sum")
    asked = {case["id"] for name in SETS for case in load_cases(name) if kind.search(case["call"])}
    compared = {case["id"] for _, case in ours()}
    left_out = {name for name in asked if any(re.fullmatch(pattern, name) for pattern in LEFT_OUT)}
    print(f"quantiles and spread: {len(compared)} cases compared, {len(left_out)} left out")  # noqa: T201
    assert not compared & left_out
    assert asked == compared | left_out
