"""Groups invited as a whole: when a claim about them has a finite population correction, and how large."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from barometri.errors import DesignError
from barometri.estimation import proportion
from barometri.inference.hypergeometric import hypergeometric_bounds
from barometri.results import ClaimResult
from barometri.study.study import Study
from barometri.study.waves import FrameCount
from barometri.survey import Survey
from barometri.survey.adjustments import Calibration, Term
from barometri.survey.design import SurveyDesign
from tests.claims.made import (
    DECIDER,
    DECIDERS,
    MIDDLE,
    NORTH,
    SERVER,
    WORKER,
    WORKERS,
    claim,
    mix,
    people,
    result_of,
    waves_study,
)

PEOPLE = {
    ("north", "decider"): 50,
    ("middle", "decider"): 60,
    ("north", "server"): 45,
    ("north", "worker"): 400,
}
SIZES = {
    ("north", "decider"): 40,
    ("middle", "decider"): 40,
    ("north", "server"): 30,
    ("north", "worker"): 100,
}
QUANTITY = {"kind": "quantity", "relation": "in", "low": 0.1, "high": 0.9, "population": DECIDERS}


def study_of(*invited: str, **counts: int) -> Study:
    """Two districts, the deciders in both; more people of a group of the north where a test says so."""
    study = waves_study()
    number = {key: counts.get(key[1], own) if key[0] == "north" else own for key, own in PEOPLE.items()}
    frame = tuple(FrameCount({"district": d, "group": g}, own) for (d, g), own in number.items())
    wave = replace(study.waves[2021], frame=frame, census_invited=invited)
    return replace(study, waves={**study.waves, 2021: wave})


def survey_of(study: Study) -> Survey:
    """Respondents of the frame's strata, each with the people of the stratum over its respondents."""
    survey = people(
        {"cooperation": mix(10, 30), "group": DECIDER, "district": NORTH},
        {"cooperation": mix(30, 10), "group": DECIDER, "district": MIDDLE},
        {"cooperation": mix(18, 12), "group": SERVER, "district": NORTH},
        {"cooperation": mix(30, 70), "group": WORKER, "district": NORTH},
        study=study,
    )
    count = {(row.stratum["district"], row.stratum["group"]): row.count for row in study.waves[2021].frame}
    weight = np.repeat([count[key] / own for key, own in SIZES.items()], list(SIZES.values()))
    return survey.with_column("w", weight).with_design(
        SurveyDesign(weight="w", stratum=("district", "group"))
    )


def judged_of(*invited: str, more: Mapping[str, object] | None = None, **counts: int) -> ClaimResult:
    """A share of the deciders, or what a test asks for instead."""
    return result_of(claim(**{**QUANTITY, **(more or {})}), survey_of(study_of(*invited, **counts)))


def test_a_share_of_a_group_invited_as_a_whole_by_hand() -> None:
    found = judged_of("decider")
    variance = sum(
        (size / 110) ** 2 * (1 - 40 / size) * p * (1 - p) / 39 for size, p in ((50, 0.25), (60, 0.75))
    )
    assert found.se == pytest.approx(variance**0.5)
    plain = judged_of()
    variance = sum((size / 110) ** 2 * p * (1 - p) / 39 for size, p in ((50, 0.25), (60, 0.75)))
    assert plain.se == pytest.approx(variance**0.5)
    assert found.estimate == plain.estimate
    assert found.method == plain.method == "korn_graubard/taylor"  # the weights of the districts differ


def test_the_interval_of_one_stratum_is_exact() -> None:
    north = {"population": {**DECIDERS, "district": ("north",)}}
    found, plain = judged_of("decider", more=north), judged_of(more=north)
    low, high = (float(bound[0]) / 50 for bound in hypergeometric_bounds([10], [40], [50]))
    assert (found.ci_low, found.ci_high) == pytest.approx((low, high))
    assert found.method == "hypergeometric/taylor"
    assert found.ci_high - found.ci_low < plain.ci_high - plain.ci_low
    assert (found.n, found.df, found.cells) == (plain.n, plain.df, plain.cells)
    sides = {"kind": "ordering", "relation": ">", "population": {}, "right": {"group": ("server",)}}
    result = judged_of("decider", "server", more={**sides, "left": DECIDERS})
    left, right = (part for part in result.parts if part.role == "side")
    low, high = (float(bound[0]) / 45 for bound in hypergeometric_bounds([18], [30], [45]))
    assert (right.ci_low, right.ci_high, right.n) == pytest.approx((low, high, 30))
    assert (left.ci_low, left.ci_high) == pytest.approx((judged_of().ci_low, judged_of().ci_high))


def test_everybody_meant_has_to_be_of_such_a_group() -> None:
    sides = {"kind": "ordering", "relation": ">", "population": {}, "left": DECIDERS}
    servers, workers = {**sides, "right": {"group": ("server",)}}, {**sides, "right": WORKERS}
    both = judged_of("decider", "server", more=servers)
    assert both.se < judged_of("decider", more=servers).se == judged_of(more=servers).se
    assert judged_of("decider", more=workers).se == judged_of(more=workers).se
    kela = {"population": {"side": ("kela",)}}  # a derived variable names the same people
    survey = survey_of(study_of("decider", "server"))
    side = np.where(survey.values("group") == WORKER, 2, 1).astype(np.int32)
    survey = survey.with_column("side", side, survey.study.question("side") if survey.study else None)
    found = result_of(claim(**{**QUANTITY, **kela}), survey)
    assert found.se < result_of(claim(**{**QUANTITY, "population": {}}), survey).se
    assert judged_of("decider", more={"population": {}}).se == judged_of(more={"population": {}}).se


def test_of_a_group_of_which_few_answered_nothing_is_corrected() -> None:
    assert (
        judged_of("server", more={"population": {"group": ("server",)}}).se
        < judged_of(more={"population": {"group": ("server",)}}).se
    )
    few = {"population": {"group": ("server",)}}  # 30 of 51 are .59
    assert judged_of("server", more=few, server=51).se == judged_of(more=few, server=51).se


def test_effects_and_plain_figures_are_not_corrected() -> None:
    effect = {"kind": "difference", "relation": ">", "left": {"district": ("north",)}, "right": {"rest": ()}}
    assert judged_of("decider", more=effect).se == judged_of(more=effect).se


def test_a_change_of_a_group_is_corrected_in_the_wave_that_invited_it() -> None:
    def found(*invited: str) -> ClaimResult:
        now = survey_of(study_of(*invited))
        before = people({"cooperation": mix(40, 60), "group": WORKER}, wave=2019, study=now.study)
        then = people({"cooperation": mix(30, 60), "group": DECIDER}, wave=2019, study=now.study)
        assert before.study is now.study
        entry = claim(kind="change", waves=(2019, 2021), population=DECIDERS)
        return result_of(entry, then, now)

    corrected, plain = found("decider"), found()
    now = [(50, 0.25), (60, 0.75)]
    less = sum((size / 110) ** 2 * (40 / size) * p * (1 - p) / 39 for size, p in now)
    assert plain.se**2 - corrected.se**2 == pytest.approx(less)


def test_other_strata_of_raked_weights_keep_their_variance() -> None:
    """Residuals of a calibration reach beyond the group; only its own strata are corrected."""
    survey = survey_of(study_of("decider"))
    halves = np.where(np.arange(210) % 3 == 0, 1, 2).astype(np.int32)  # known of the frame besides its strata
    survey = survey.with_column("half", halves)
    groups = Term(("group",), ((1.0,), (2.0,), (3.0,)), (110.0, 45.0, 400.0))
    raked = Calibration("rake", (groups, Term(("half",), ((1.0,), (2.0,)), (255.0, 300.0))))
    survey = survey.with_design(replace(survey.design, adjustments=(raked,)))
    found = result_of(claim(**QUANTITY), survey)
    size = np.where(survey.values("group") == DECIDER, np.repeat([50, 60, 45, 400], [40, 40, 30, 100]), 1e12)
    same = survey.with_column("people", size).with_design(replace(survey.design, fpc="people"))
    inside = same.domain(same["group"] == "decider")
    assert found.se == pytest.approx(float(proportion(inside, "cooperation").frame["se"].iloc[0]))


def test_an_infinite_count_is_no_correction_and_gives_no_weight() -> None:
    survey = people({"cooperation": mix(10, 30)}).with_column("people", np.full(40, np.inf))
    free = survey.with_design(SurveyDesign(weight="equal", fpc="people"))
    se = [float(proportion(s, "cooperation").frame["se"].iloc[0]) for s in (free, survey)]
    assert se[0] == se[1]
    with pytest.raises(DesignError, match="population count"):
        survey.with_design(SurveyDesign(fpc="people"))
