"""Tests, ordinal association and adjusted p-values equal R's."""

import re
from functools import cache
from types import ModuleType
from typing import Any

import pytest

from tests.reference_cases import ordinal, plain, testing
from tests.reference_cases.reading import Case, assert_close, load_cases

ROOMS = (testing, plain, ordinal)
KIND = re.compile(
    r"svychisq|svyranktest|svyttest|assoc_svy|assoc_iid|polyc|\bjt\(|cor\.test|kruskal|wilcox|chisq\.test"
    r"|prop\.trend|lbl_test|p\.adjust|assocstats|^fisher"
)
ELSEWHERE = {
    "api_calibration": "calibrated and replicate weights",
    "api_replicates": "calibrated and replicate weights",
    r"items\.one_at_a_time": "regressions",
    "models_one_at_a_time": "regressions",
    "district_vs_rest": "regressions",
}
SETS = (
    "api_calibration",
    "api_clus1",
    "api_replicates",
    "api_srs",
    "api_strat",
    "bfi",
    "fay_herriot_counties",
    "housing",
    "jointsports",
    "sosbar_sim",
    "tables",
    "wine",
    "wvs",
)


@cache
def ours() -> tuple[tuple[ModuleType, str, Case], ...]:
    return tuple(
        (room, pattern, case)
        for room in ROOMS
        for name in room.SETS
        for case in load_cases(name)
        for pattern in room.CASES
        if re.fullmatch(pattern, case["id"]) and not left_out(case["id"])
    )


def left_out(name: str) -> str:
    return next(
        (why for room in ROOMS for pattern, why in room.LEFT_OUT.items() if re.fullmatch(pattern, name)), ""
    )


def partly(name: str) -> tuple[str, ...]:
    return next((parts for pattern, (parts, _) in ordinal.PARTLY.items() if re.fullmatch(pattern, name)), ())


def without(values: Any, parts: tuple[str, ...]) -> Any:  # noqa: ANN401 - as the file has them
    return {name: value for name, value in values.items() if name not in parts} if parts else values


@pytest.mark.parametrize(
    ("room", "pattern", "case"), ours(), ids=lambda v: v["id"] if isinstance(v, dict) else ""
)
def test_equals_r(room: ModuleType, pattern: str, case: Case) -> None:
    found, parts = room.CASES[pattern](case), partly(case["id"])
    compared = assert_close(
        without(found, parts), without(case["values"], parts), case["tol"], where=case["id"]
    )
    assert compared > 0
    if parts:
        assert found["chisq"] <= case["values"]["chisq"] + 1e-9


def test_every_case_of_the_kind_is_compared() -> None:
    asked = {
        (name, case["id"])
        for name in SETS
        for case in load_cases(name)
        if KIND.search(case["call"])
        and not any(re.fullmatch(pattern, place) for pattern in ELSEWHERE for place in (name, case["id"]))
    }
    compared = {case["id"] for _, _, case in ours()}
    missed = {name for _, name in asked if left_out(name)}
    parts = {name for name in compared if partly(name)}
    print(  # noqa: T201
        f"tests and association: {len(ours())} cases compared, of them {len(parts)} in part; "
        f"{len(missed)} left out: {', '.join(sorted(missed))}"
    )
    assert not compared & missed
    assert {name for _, name in asked} <= compared | missed
    assert len(ours()) == len({(room.__name__, case["id"], case["call"]) for room, _, case in ours()})
