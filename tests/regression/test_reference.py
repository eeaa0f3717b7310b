"""Every regression case equals R's survey, ordinal, MASS and stats, or is refused because it is separated."""

import re
from functools import partial

import pytest

from tests.reference_cases.reading import Case, load_cases
from tests.reference_cases.regressions import SEPARATED, SETS, find, refused
from tests.reference_cases.running import Run, each_run

COMPARED = [
    Run("regressions", name, "", case, partial(ours, name))
    for name in SETS
    for case in load_cases(name)
    if (ours := find(name, case)) is not None
]
APART = [
    pytest.param(name, case, variable, id=f"{name}:{case['id']}")
    for name in SETS
    for case in load_cases(name)
    for pattern, variable in SEPARATED.items()
    if re.fullmatch(pattern, f"{name}:{case['id']}")
]


@each_run(COMPARED)
def test_a_case_equals_r(run: Run) -> None:
    run.check()


@pytest.mark.parametrize(("name", "case", "variable"), APART)
def test_a_separated_case_is_refused_by_the_name_of_its_variable(
    name: str, case: Case, variable: str
) -> None:
    reason = refused(name, case)
    assert reason.startswith("not_estimable: ")
    assert variable in reason


def test_so_many_cases_are_compared() -> None:
    assert len(COMPARED) >= 148
    assert len(APART) == 24
