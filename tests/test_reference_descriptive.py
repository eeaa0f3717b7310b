"""Means, shares, intervals, design effects and changes of several surveys equal R survey's."""

import re
from functools import cache

import pytest

from tests.reference_cases.descriptive import CASES, SETS
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
    assert assert_close(CASES[pattern](case), case["values"], case["tol"], where=case["id"]) > 0


def test_every_pattern_finds_a_case() -> None:
    found = ours()
    print(f"descriptive: {len(found)} cases compared")  # noqa: T201
    assert {pattern for pattern, _ in found} == set(CASES)
