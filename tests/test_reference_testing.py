"""Tests, ordinal association and adjusted p-values equal R's."""

import re

from tests.reference_cases import ordinal, plain, testing
from tests.reference_cases.running import Run, asked, each_run, keys, left_out, runs

ROOMS = (testing, plain, ordinal)
KIND = (
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
OURS = runs(*ROOMS)


@each_run(OURS)
def test_equals_r(run: Run) -> None:
    found = run.check()
    if run.parts:
        assert found["chisq"] <= run.case["values"]["chisq"] + 1e-9


def test_every_case_of_the_kind_is_compared() -> None:
    every = {
        key
        for key in asked(SETS, KIND)
        if not any(re.fullmatch(pattern, place) for pattern in ELSEWHERE for place in key.split(":"))
    }
    compared = keys(OURS)
    missed = {key for key in every if left_out(ROOMS, *key.split(":"))}
    parts = {run.key for run in OURS if run.parts}
    print(  # noqa: T201
        f"tests and association: {len(OURS)} cases compared, of them {len(parts)} in part; "
        f"{len(missed)} left out: {', '.join(sorted(missed))}"
    )
    assert not compared & missed
    assert every <= compared | missed
    assert len(OURS) == len({(run.topic, run.id, run.case["call"]) for run in OURS})
