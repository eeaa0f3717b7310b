"""Where a number, its test or its counts could go astray: designs, populations, waves and headlines."""

from dataclasses import replace

import numpy as np
import pytest

from barometri.claims import headline
from barometri.claims.records import Setting
from barometri.estimation import proportion
from barometri.results import ClaimResult, Verdict
from barometri.study.claim import ClaimsFile
from barometri.study.codes import DONT_KNOW, NOT_ASKED
from barometri.study.waves import Equivalence
from barometri.survey.design import SurveyDesign
from tests import tiny_study
from tests.claims.made import (
    DECIDER,
    EMPLOYEE,
    MIDDLE,
    NORTH,
    SOUTH,
    WORKER,
    WORKERS,
    claim,
    mix,
    parts,
    people,
    result_of,
    waves_study,
)

QUANTITY = {"kind": "quantity", "relation": "in", "low": 0.3, "high": 0.5}


# --------------------------------------------------------------------------------------------------- design
def test_weights_that_come_from_the_population_counts_keep_no_correction() -> None:
    survey = people({"cooperation": mix(40, 60), "district": NORTH}, {"cooperation": mix(60, 40)})
    counts = np.repeat([150.0, 400.0], 100)
    drawn = survey.with_column("people", counts).with_column("half", np.repeat([1, 2], 100))
    drawn = drawn.with_design(SurveyDesign(stratum="half", fpc="people"))
    study = drawn.study
    assert study is not None
    plain = drawn.with_column("w", counts / 100).with_design(SurveyDesign(weight="w", stratum="half"))
    wanted = proportion(plain, "cooperation").frame.iloc[0]
    found = Setting(study, {2021: drawn}).survey(2021)
    shown = proportion(found, "cooperation").frame.iloc[0]
    assert found.design.fpc is None
    assert (shown["estimate"], shown["se"]) == pytest.approx((wanted["estimate"], wanted["se"]))
    assert result_of(claim(**QUANTITY), drawn).se == pytest.approx(wanted["se"])


def test_without_correction_only_the_first_stage_stratifies() -> None:
    survey = people({"cooperation": mix(40, 60)})
    rows = np.arange(100)
    for name, values in (
        ("town", rows // 10),
        ("part", rows // 50),
        ("half", rows % 2),
        ("w", rows * 0 + 1.0),
    ):
        survey = survey.with_column(name, values)
    for name, size in (("towns", 40.0), ("staff", 30.0)):
        survey = survey.with_column(name, np.full(100, size))
    staged = SurveyDesign(weight="w", stratum=("part", "half"), psu="town", fpc=("towns", "staff"))
    wanted = survey.with_design(SurveyDesign(weight="w", stratum="part", psu="town"))
    study = survey.study
    assert study is not None
    found = Setting(study, {2021: survey.with_design(staged)}).survey(2021)
    first, second = (proportion(s, "cooperation").frame.iloc[0] for s in (found, wanted))
    assert (first["se"], first["df"]) == pytest.approx((second["se"], second["df"]))


# ----------------------------------------------------------------------------------------------- population
def test_the_rest_is_that_of_the_population() -> None:
    survey = people(
        {"cooperation": mix(60, 40), "district": NORTH},
        {"cooperation": mix(30, 70), "district": MIDDLE},
        {"cooperation": mix(90, 10), "district": SOUTH},
    )
    entry = claim(
        population={"district": ("north", "middle")}, left={"district": ("north",)}, right={"rest": ()}
    )
    for kind in ("ordering", "difference"):
        result = result_of(replace(entry, kind=kind), survey)
        sides = {part.name: part.cells[0] for part in result.parts if part.role == "side"}
        assert sides["right"].who == {"district": ("middle",)}
        assert (sides["right"].n, sides["right"].k) == (100, 30)


def test_an_extreme_is_not_told_where_a_code_gave_no_answer() -> None:
    survey = people(
        {"cooperation": mix(70, 30), "district": NORTH},
        {"cooperation": mix(40, 60), "district": MIDDLE},
        {"cooperation": [DONT_KNOW] * 30, "district": SOUTH},
    )
    entry = claim(kind="extreme", left={"district": ("north",)})
    assert result_of(entry, survey).reason == "no_responses"
    unasked = survey.with_column(
        "cooperation",
        np.where(survey.values("district") == SOUTH, NOT_ASKED, survey.values("cooperation")),
        survey.question("cooperation"),
    )
    assert result_of(entry, unasked).verdict is Verdict.SUPPORTED  # nobody there was asked


# ---------------------------------------------------------------------------------------------------- waves
def test_every_wave_that_has_no_part_in_a_change_is_named() -> None:
    entry = claim(kind="change", waves=(2017, 2019, 2021))
    marks = {2017: (Equivalence("group", "different", "employee", "decider"),)}
    surveys = [
        people(
            {"cooperation": mix(40, 60), "group": DECIDER if year == 2021 else EMPLOYEE},
            {"cooperation": mix(50, 50), "group": WORKER},
            wave=year,
            study=waves_study(marks=marks, frame={"decider": 100, "worker": 250}),
        )
        for year in (2017, 2019, 2021)
    ]
    result = result_of(entry, *surveys)
    assert [p.about["wave"] for p in parts(result, "wave")] == ["2019", "2021"]
    assert [p.about for p in parts(result, "wave_left_out")] == [{"wave": "2017"}]
    study = waves_study()
    held = [people({"cooperation": mix(40, 60)}, wave=year, study=study) for year in (2019, 2021)]
    lost = people({"quick": mix(40, 60)}, wave=2017, study=study)
    result = result_of(replace(entry, population=WORKERS), lost, *held)
    assert [p.about for p in parts(result, "wave_left_out")] == [{"wave": "2017"}]


# ------------------------------------------------------------------------------------------------- headline
def test_a_headline_difference_is_that_from_nothing() -> None:
    """Many against none is led with against 0, also where its claim asks for more than a margin."""
    many = claim(id="a", kind="difference", margin=0.1)
    results = [
        ClaimResult(many, Verdict.SAME_DIRECTION, 0.2, 0.06, n=400, df=1e9, p_value=0.0956),
        ClaimResult(claim(id="b"), Verdict.SUPPORTED, 0.2, 0.06, p_value=0.02),
    ]
    file = ClaimsFile(tiny_study.study().published, "0" * 64, {}, ("a", "b"))
    found = headline(replace(tiny_study.study(), claims_file=file), results)
    assert found["a"] == pytest.approx(2 * 0.000858, abs=2e-6)
    assert found["b"] == pytest.approx(0.02)
