"""The studies of this folder read their files: nothing in the package is made for the embedded one."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from barometri.change import change
from barometri.loading import read_surveys
from barometri.study.codes import LARGEST_MISSING
from barometri.study.reading import read_study
from barometri.survey import Survey
from barometri.synthetic import write_demonstration
from tests.studies.county_2027 import changes
from tests.studies.variants import LATEST, Lost, write_variant

Surveys = Mapping[int, Survey]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demonstration's files for two studies."""
    data = tmp_path_factory.mktemp("data")
    raw = data / "raw" / "demo"
    write_demonstration(read_study(), raw)
    counties = Path(shutil.copytree(raw, data / "raw" / "county_2027"))
    changes.write_responses(counties / read_study().waves[LATEST].file, counties / "barometri_2027.csv")
    return data


@pytest.fixture(scope="module")
def after_reform(data: Path) -> Surveys:
    return read_surveys(read_study(changes.write_study(data / "county_2027")), data=data)


def test_the_wave_of_2027_is_read_like_any_other(after_reform: Surveys) -> None:
    survey = after_reform[changes.NEW]
    frame = survey.frame
    assert survey.n == len(frame) == 991
    assert set(frame["district"]) == {11, 12, 13, 14, 15}
    assert frame["respondent"].is_unique
    assert (frame["_weight"] > 0).all()


def test_its_social_services_are_counties_and_helsinki(after_reform: Surveys) -> None:
    frame = after_reform[changes.NEW].frame
    level = read_study().question("area_level")
    local = frame[frame["area_level"] == level.code("county").value]
    counties = set(local["area"])
    assert len(local) > 200
    assert counties <= {f"county_{number:02d}" for number in (*range(1, 22), 90)}
    assert len(counties) >= 20
    assert not (frame["area_level"] == level.code("organiser").value).any()


def test_regional_trends_across_the_break_carry_a_mark(after_reform: Surveys) -> None:
    estimates = change(after_reform, "cooperation", by="district")
    frame = estimates.frame.assign(mark=estimates.marks)
    regional = frame[frame["district"].str.startswith("service_area_")]
    assert len(regional) == 25
    old = regional["wave"].astype(int) < changes.NEW
    assert (regional.loc[old, "mark"] == "similar").all()
    assert (regional.loc[~old, "mark"] == "").all()


def test_the_world_values_survey_is_read_whole(tmp_path: Path) -> None:
    surveys = read_surveys(read_study(Path(__file__).parent / "wvs"), data=tmp_path)
    frame = surveys[1997].frame
    assert len(frame) == 5381
    assert (frame.drop(columns="age") > LARGEST_MISSING).all(axis=None)
    assert frame["poverty"].value_counts().to_dict() == {1: 2708, 2: 1862, 3: 811}


@pytest.mark.parametrize("lost", [("frame",), ("area",), ("district",), ("frame", "area", "district")])
def test_files_that_lack_something_are_read(data: Path, tmp_path: Path, lost: tuple[Lost, ...]) -> None:
    study = read_study(write_variant(tmp_path / "study", *lost))
    shutil.copytree(data / "raw", tmp_path / "data" / "raw")
    survey = read_surveys(study, data=tmp_path / "data", waves=[LATEST])[LATEST]
    assert survey.n == 1047
    for name in ("area", "area_level"):
        assert (name in survey.variables) == ("area" not in lost)
    assert ("district" in survey.variables) == ("district" not in lost)
    assert ("_weight" in survey.frame) == (lost == ("area",))
    assert bool(survey.design.stratum) == (lost == ("area",))
