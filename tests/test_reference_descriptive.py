"""Means, shares, intervals, design effects and changes of several surveys equal R survey's."""

from tests.reference_cases import descriptive
from tests.reference_cases.running import Run, each_run, runs

OURS = runs(descriptive)


@each_run(OURS)
def test_equals_r(run: Run) -> None:
    run.check()


def test_every_pattern_finds_a_case() -> None:
    print(f"descriptive: {len(OURS)} cases compared")  # noqa: T201
    assert {run.pattern for run in OURS} == set(descriptive.CASES)
