"""Quantiles, population variances and Kish's number of cases equal R survey's."""

from tests.reference_cases import quantiles
from tests.reference_cases.running import Run, asked, each_run, keys, left_out, runs

OURS = runs(quantiles)
KIND = r"svyquantile|svyvar|ess = sum"


@each_run(OURS)
def test_equals_r(run: Run) -> None:
    run.check()


def test_every_case_of_the_kind_is_compared() -> None:
    every, compared = asked(quantiles.SETS, KIND), keys(OURS)
    missed = {key for key in every if left_out([quantiles], *key.split(":"))}
    print(f"quantiles and spread: {len(compared)} cases compared, {len(missed)} left out")  # noqa: T201
    assert not compared & missed
    assert every == compared | missed
