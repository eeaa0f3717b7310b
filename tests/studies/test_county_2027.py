"""A wave after the reform is TOML: other areas, another name of a side, and trends that carry a mark."""

from pathlib import Path

import pytest

from barometri.study.reading import read_study
from barometri.study.study import Study
from tests.studies.county_2027 import changes

SERVICE_AREAS = {f"service_area_{number}" for number in range(1, 6)}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return read_study(changes.write_study(tmp_path_factory.mktemp("county_2027") / "study"))


def test_the_new_wave_is_the_latest(study: Study) -> None:
    assert study.latest == 2027
    assert tuple(study.waves) == (2017, 2018, 2019, 2021, 2027)


def test_the_side_is_labelled_as_counties(study: Study) -> None:
    labels = {year: wave.labels["side"]["social_services"]["sv"] for year, wave in study.waves.items()}
    assert labels == {
        **dict.fromkeys((2017, 2018, 2019, 2021), "Kommunerna"),
        2027: "Välfärdsområdena",
    }


def test_service_areas_stand_where_the_districts_stood(study: Study) -> None:
    frames = {year: {row.stratum["district"] for row in wave.frame} for year, wave in study.waves.items()}
    assert frames[2027] == SERVICE_AREAS
    assert not frames[2021] & SERVICE_AREAS
    assert set(study.waves[2027].recodes["district"].values()) == {11, 12, 13, 14, 15}


def test_every_district_is_only_similar_to_its_service_area(study: Study) -> None:
    for year in (2017, 2018, 2019, 2021):
        rows = [row for row in study.waves[year].equivalence if row.question == "district"]
        assert {row.code for row in rows} == {"pohjoinen", "itainen", "keskinen", "lantinen", "etelainen"}
        assert {row.counterpart for row in rows} == SERVICE_AREAS
        assert {row.status for row in rows} == {"similar"}


def test_tiles_belong_to_service_areas(study: Study) -> None:
    assert study.areas is not None
    counties = [area for area in study.areas.of("county_2023") if area.in_scope]
    assert len(counties) == 22
    assert {area.district for area in counties} == SERVICE_AREAS
    moved = next(area for area in counties if area.id == "county_15")
    assert moved.district == "service_area_3"


def test_who_answered_for_a_municipality_answers_for_its_county() -> None:
    assert changes._county("405", "5") == ("county_11", "4")
    assert changes._county("eksote", "5") == ("county_11", "4")
    assert changes._county("405;167", "6") == ("county_11;county_14", "6")
    assert changes._county("091", "5") == ("county_90", "4")
    assert changes._county("", "1") == ("", "1")


def test_the_digest_differs_from_the_embedded_study(study: Study) -> None:
    assert study.digest != read_study().digest


def test_writing_the_study_twice_gives_the_same(tmp_path: Path, study: Study) -> None:
    assert read_study(changes.write_study(tmp_path / "again")).digest == study.digest
