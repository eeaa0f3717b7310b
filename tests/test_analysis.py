"""The study's list run on its surveys: every verb, and every column that a wave may lack."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from barometri.analysis import VERBS, analyse
from barometri.errors import OptionError
from barometri.estimates import MARK, TOTAL
from barometri.estimation import proportion
from barometri.loading import input_digests, read_surveys
from barometri.results import Results, Verdict
from barometri.study.claim import Claim
from barometri.study.plan import NUMBER_OF_MODELS, Analysis, Verb
from barometri.study.reading import read_study
from barometri.study.study import Study
from barometri.study.waves import Wave, WaveDesign
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from tests import tiny_study
from tests.studies.county_2027.changes import NEW, write_responses, write_study

DESIGN = SurveyDesign(weight="_weight", stratum=("district", "group"))
LIST = (
    Analysis("good", "proportion", ("cooperation", "quick"), ("district",)),
    Analysis("good_over_waves", "proportion", ("cooperation",), (), "all"),
    Analysis("points", "distribution", ("cooperation",), ("group",)),
    Analysis("number", "mean", ("number_of_models",), ("side",)),
    Analysis("models", "model_prevalence", (), ("district", "side")),
    Analysis("states", "model_prevalence", states=True),
    Analysis("at_most", "model_prevalence", ("A",), reading="upper"),
    Analysis("classes", "number_of_models", (), ("side",)),
    Analysis("association", "association"),
    Analysis("dose", "dose_response"),
    Analysis("class", "classes", ("cooperation",)),
    Analysis("each", "model_effects", base="asked"),
    Analysis("change", "change", ("cooperation",), ("group",), "all"),
    Analysis("asked", "proportion", ("nothing",), base="asked"),
    Analysis("regions", "regions", base="asked"),
    Analysis("gaps", "gaps", ("cooperation",), left={"side": ("social",)}, right={"side": ("kela",)}),
    Analysis("trends", "trends", ("cooperation",)),
)
CLAIM = Claim(
    id="C1",
    kind="ordering",
    waves=(2021,),
    items=("cooperation",),
    statement={"en": "so"},
    family="f",
    left={"side": ("social",)},
    right={"side": ("kela",)},
)
STUDY = tiny_study.study(analyses=LIST, claims=(CLAIM,))


def surveys_of(
    study: Study, *, lost: tuple[str, ...] = (), design: SurveyDesign = DESIGN
) -> dict[int, Survey]:
    return {
        year: Survey(tiny_study.responses(year).drop(columns=list(lost)), design, study=study, wave=year)
        for year in (2019, 2021)
    }


@pytest.fixture(scope="module")
def results() -> Results:
    return analyse(STUDY, surveys_of(STUDY))


def test_every_entry_has_its_table_in_order(results: Results) -> None:
    assert list(results.tables) == [analysis.id for analysis in LIST]
    assert set(VERBS) == set(get_args(Verb))
    unasked = {"county", "response_rates"}  # the tiny study has no areas and no frame
    assert set(VERBS) - {analysis.verb for analysis in LIST} == unasked
    assert results.wave == 2021
    assert results.notes == ()
    for table in results.tables.values():
        frame = table.estimates.frame
        assert "item" in frame
        assert len(table.estimates.counts) == len(frame) == len(table.estimates.covariance)
        assert frame["estimate"].notna().all()


def test_tables_hold_what_the_verbs_give(results: Results) -> None:
    survey = surveys_of(STUDY)[2021]
    alone = proportion(survey, ["cooperation", "quick"], by="district", margins=True)
    np.testing.assert_array_equal(results.tables["good"].estimates.covariance, alone.covariance)
    assert results.tables["good_over_waves"].estimates.frame["wave"].tolist() == [2019, 2021]
    assert len(results.tables["association"].effects) == 3
    assert results.tables["change"].notes == ("similar_wave",)
    frame = survey.frame
    asked = results.tables["asked"].estimates.frame["estimate"].iloc[0]
    assert asked == pytest.approx(np.average(frame["nothing"] == 1, weights=frame["_weight"]))


def test_results_say_where_they_come_from(results: Results) -> None:
    assert [summary.year for summary in results.waves] == [2019, 2021]
    last = results.waves[-1]
    assert (last.n, last.has_weights, last.has_district, last.has_area) == (600, True, True, True)
    assert results.provenance.study_digest == STUDY.digest
    assert set(results.provenance.inputs) == {"2019", "2021"}
    assert analyse(STUDY, surveys_of(STUDY)).provenance == results.provenance
    given = analyse(STUDY, surveys_of(STUDY), inputs={"a.csv": "0f"})
    assert given.provenance.inputs == {"a.csv": "0f"}


def test_an_earlier_wave_knows_nothing_of_a_later_one() -> None:
    early = analyse(STUDY, surveys_of(STUDY), wave=2019)
    assert early.wave == 2019
    assert early.claims == ()
    assert [summary.year for summary in early.waves] == [2019]
    assert early.tables["change"].estimates.frame["wave"].unique().tolist() == [2019]
    assert {"skipped:models", "skipped:classes", "skipped:association", "skipped:asked"} <= set(early.notes)
    with pytest.raises(OptionError, match="no survey of wave 2020; waves read: 2019, 2021"):
        analyse(STUDY, surveys_of(STUDY), wave=2020)


def test_a_gap_of_a_group_that_a_wave_does_not_have_is_skipped() -> None:
    gap = Analysis(
        "gap", "gaps", ("cooperation",), left={"group": ("worker",)}, right={"group": ("decider",)}
    )
    study = replace(STUDY, analyses=(LIST[0], gap))
    surveys = surveys_of(study)
    assert "gap" in analyse(study, surveys).tables
    early = analyse(study, surveys, wave=2019)  # deciders are called employees then
    assert early.notes == ("skipped:gap",)
    assert list(early.tables) == ["good"]


def test_a_lost_column_leaves_the_rest() -> None:
    surveys = surveys_of(STUDY, lost=("district",), design=SurveyDesign(weight="_weight", stratum="group"))
    found = analyse(STUDY, surveys)
    assert "lost_column:district" in found.notes
    assert "skipped:good" in found.notes  # it was all about districts
    assert found.tables["models"].estimates.by == ("side",)
    assert "lost_column:district" in found.tables["models"].notes
    assert [effect.adjusted_for for effect in found.tables["association"].effects] == [(), (), ("group",)]
    assert not found.waves[-1].has_district


def test_a_lost_side_leaves_its_claims_unjudged() -> None:
    found = analyse(STUDY, surveys_of(STUDY, lost=("side",)))
    assert found.claims[0].verdict is Verdict.NOT_ESTIMABLE
    assert found.claims[0].reason == "lost_column:side"


def test_without_design_every_table_says_so() -> None:
    found = analyse(STUDY, surveys_of(STUDY, lost=("_weight",), design=SurveyDesign(weight="equal")))
    assert "no_design" in found.notes
    assert all("no_design" in table.notes for table in found.tables.values())
    assert not found.waves[-1].has_weights


def test_whom_an_item_was_not_put_to_is_not_in_its_table() -> None:
    study = replace(STUDY, analyses=(Analysis("units", "proportion", ("unit",), ("group",)),))
    surveys = surveys_of(study)
    frame = analyse(study, surveys).tables["units"].estimates.frame
    assert set(frame["group"]) == {"decider", "server", TOTAL}


# ------------------------------------------------------------------------------------ the demonstration
def without(study: Study, data: Path, target: Path, **changes: object) -> tuple[Study, dict[int, Survey]]:
    """The study with another description of its wave of 2021, and that wave read so."""
    wave = replace(study.waves[2021], **changes)  # type: ignore[arg-type]
    shutil.copytree(data / "raw", target / "raw")
    changed = replace(study, path=target, waves={**study.waves, 2021: wave})  # no longer the embedded study
    return changed, read_surveys(changed, data=target, waves=[2021])


def dropping(wave: Wave, *questions: str) -> dict[str, object]:
    columns = {name: column for name, column in wave.columns.items() if name not in questions}
    ignored = (*wave.ignored, *(wave.columns[name] for name in questions))
    return {"columns": columns, "ignored": ignored}


def asked(study: Study, *, lost: str = "") -> list[str]:
    """Entries that the wave of 2021 alone can answer, without a verb that has lost what it needs."""
    there = {*study.waves[2021].columns, NUMBER_OF_MODELS, *(model.id for model in study.models)}
    return [a.id for a in study.analyses if a.verb != lost and (not a.items or there & set(a.items))]


def verdicts(results: Results, *, wave: int | None = None) -> Mapping[str, Verdict]:
    """Verdicts by claim; with a wave only of claims that speak of no other."""
    return {
        result.claim.id: result.verdict
        for result in results.claims
        if wave is None or result.claim.waves == (wave,)
    }


def test_the_demonstration_has_every_table(demo_results: Results, demo_data: Path) -> None:
    study = read_study()
    found = demo_results
    assert found.notes == ()
    assert list(found.tables) == [analysis.id for analysis in study.analyses]
    assert Verdict.NOT_ESTIMABLE not in verdicts(found).values()
    assert set(input_digests(study, data=demo_data)) == {2017, 2018, 2019, 2021}
    charge = found.tables["taken_in_charge_over_waves"].estimates.frame
    assert "social_worker" not in set(charge["group"])


def test_2021_without_weights_and_frame(demo_data: Path, tmp_path: Path) -> None:
    study, surveys = without(read_study(), demo_data, tmp_path, frame=(), design=WaveDesign())
    found = analyse(study, surveys)
    assert "no_design" in found.notes
    assert list(found.tables) == asked(study, lost="response_rates")
    assert found.waves[0].response_rate is None
    assert not found.waves[0].has_weights
    assert Verdict.NOT_ESTIMABLE not in verdicts(found, wave=2021).values()
    assert verdicts(found)["QF04"] is Verdict.NOT_ESTIMABLE  # its waves were not read


def test_2021_without_area(demo_data: Path, demo_results: Results, tmp_path: Path) -> None:
    whole = read_study()
    lost = dropping(whole.waves[2021], "area", "area_level")
    study, surveys = without(whole, demo_data, tmp_path, **lost)
    found = analyse(study, surveys)
    assert "lost_column:area" in found.notes
    assert not found.waves[0].has_area
    assert list(found.tables) == asked(study, lost="county")
    effects = found.tables["cooperation_by_number_of_models"].effects
    assert effects[0].df < demo_results.tables["cooperation_by_number_of_models"].effects[0].df


def test_2021_without_district(demo_data: Path, tmp_path: Path) -> None:
    changes = dropping(read_study().waves[2021], "district") | {"frame": (), "collapse": ()}
    study, surveys = without(read_study(), demo_data, tmp_path, design=WaveDesign(), **changes)
    found = analyse(study, surveys)
    assert {"lost_column:district", "no_design"} <= set(found.notes)
    lost = {a.id for a in study.analyses if a.by == ("district",) or a.verb == "regions"}
    assert {f"skipped:{name}" for name in lost} <= set(found.notes)
    assert set(found.tables) == set(asked(study, lost="response_rates")) - lost
    assert found.tables["models_by_district"].estimates.by == ("side",)
    assert verdicts(found)["QF01"] is not Verdict.NOT_ESTIMABLE


def test_a_wave_of_counties_and_service_areas(demo_data: Path, tmp_path: Path) -> None:
    study = read_study(write_study(tmp_path / "study"))
    raw = tmp_path / "data" / "raw" / study.id
    shutil.copytree(demo_data / "raw" / "demo", raw)
    write_responses(raw / study.waves[2021].file, raw / study.waves[NEW].file)
    found = analyse(study, read_surveys(study, data=tmp_path / "data"))
    assert found.wave == NEW
    assert found.notes == ()
    districts = set(found.tables["models_by_district"].estimates.frame["district"])
    assert districts == {*(f"service_area_{number}" for number in range(1, 6)), TOTAL}
    over_waves = found.tables["cooperation_over_waves_by_district"]
    frame = over_waves.estimates.frame
    earlier = frame[(frame["wave"] < NEW) & (frame["district"] != TOTAL)]
    assert set(earlier["district"]) == districts - {TOTAL}
    assert set(earlier[MARK]) == {"similar"}
    assert set(frame.loc[frame["wave"] == NEW, MARK]) == {""}
    assert "similar_wave" in over_waves.notes


def test_cannot_say_stands_beside_the_answers(demo_results: Results) -> None:
    """Answers are shares of those who answered, "cannot say" of everybody asked: one call, two bases."""
    frame = demo_results.tables["cooperation_by_group"].estimates.frame
    k = demo_results.tables["cooperation_by_group"].estimates.counts["k"]
    for _, rows in frame.groupby("group"):
        unknown = rows["category"] == "cannot_say"
        answers = rows[~unknown]
        assert unknown.sum() == 1
        assert answers["estimate"].sum() == pytest.approx(1)
        assert answers["n"].nunique() == 1
        assert rows["n"][unknown].iloc[0] == answers["n"].iloc[0] + k[rows.index[unknown]].iloc[0]
