"""Small areas equal R's Fay-Herriot fits: variances, coefficients, predictions, every part of the error."""

from tests.reference_cases import small_area
from tests.reference_cases.running import Run, asked, each_run, keys, runs

OURS = runs(small_area)


@each_run(OURS)
def test_equals_r(run: Run) -> None:
    run.check()


def test_every_case_of_the_kind_is_compared() -> None:
    every, compared = asked(["fay_herriot_counties"]) | {"sosbar_sim:fh_muni"}, keys(OURS)
    print(f"small areas: {len(compared)} cases compared, {len(small_area.LEFT_OUT)} left out")  # noqa: T201
    assert not small_area.LEFT_OUT
    assert every == compared
