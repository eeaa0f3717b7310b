"""Facts of the embedded study: divisions of the country, and where they do not follow each other."""

from collections import Counter

import pytest

from barometri.study.plan import Areas
from barometri.study.reading import read_study


@pytest.fixture(scope="module")
def areas() -> Areas:
    areas = read_study().areas
    assert areas is not None
    return areas


def test_309_municipalities_of_which_293_are_in_scope(areas: Areas) -> None:
    assert len(areas.membership["municipality"]) == 309
    assert len(areas.of("municipality")) == 309
    assert len(areas.out_of_scope) == 16
    assert len(areas.membership["district_2021"]) == 293


@pytest.mark.parametrize(
    ("district", "count"),
    [("etelainen", 51), ("lantinen", 56), ("keskinen", 51), ("itainen", 67), ("pohjoinen", 68)],
)
def test_municipalities_of_a_district(areas: Areas, district: str, count: int) -> None:
    assert len(areas.municipalities("district_2021", district)) == count


@pytest.mark.parametrize("municipality", ["146", "167"])
def test_joensuu_and_ilomantsi_are_in_the_east(areas: Areas, municipality: str) -> None:
    assert areas.membership["district_2021"][municipality] == "itainen"
    assert areas.membership["service_area_2025"][municipality] == "service_area_4"
    assert areas.membership["county_2023"][municipality] == "county_14"


def test_district_borders_do_not_follow_regions_everywhere(areas: Areas) -> None:
    kruunupyy, kuhmoinen = "288", "291"
    assert areas.membership["district_2021"][kruunupyy] == "pohjoinen"
    assert areas.membership["region"][kruunupyy] == "region_15"
    assert areas.membership["district_2021"][kuhmoinen] == "itainen"
    assert areas.membership["region"][kuhmoinen] == "region_06"
    exceptions = set()
    for division in ("region", "county_2023"):
        majority = {area.id: area.district for area in areas.of(division)}
        exceptions |= {
            municipality
            for municipality, district in areas.membership["district_2021"].items()
            if majority[areas.membership[division][municipality]] != district
        }
    assert exceptions == {kruunupyy, kuhmoinen}


def test_32_municipalities_moved_by_2025(areas: Areas) -> None:
    old = {"etelainen": "1", "lantinen": "2", "keskinen": "3", "itainen": "4", "pohjoinen": "5"}
    moved = [
        municipality
        for municipality, area in areas.membership["service_area_2025"].items()
        if area != f"service_area_{old[areas.membership['district_2021'][municipality]]}"
    ]
    assert len(moved) == 32


def test_counties_are_21_and_helsinki_and_aland(areas: Areas) -> None:
    counties = areas.of("county_2023")
    assert len(counties) == 23
    assert [area.label["en"] for area in counties if not area.in_scope] == ["Åland"]
    assert sum("wellbeing services county" in area.label["en"] for area in counties) == 21
    assert len(areas.municipalities("county_2023", "county_90")) == 1
    assert len(areas.of("region")) == 19


def test_aland_is_out_of_scope_and_in_no_district(areas: Areas) -> None:
    (aland,) = (area for area in areas.of("county_2023") if not area.in_scope)
    assert aland.district == ""
    assert {language: note.partition(":")[0] for language, note in aland.note.items()} == {
        "fi": "Ei koske",
        "sv": "Berörs inte",
        "en": "Not concerned",
    }
    members = {code for code, area in areas.membership["county_2023"].items() if area == aland.id}
    assert members == areas.out_of_scope
    assert not members & set(areas.membership["district_2021"])
    assert areas.municipalities("county_2023", aland.id) == ()


def test_every_county_has_a_tile_and_the_exceptions_a_note(areas: Areas) -> None:
    counties = areas.of("county_2023")
    tiles = [area.tile for area in counties]
    assert None not in tiles
    assert len(set(tiles)) == 23
    noted = {area.id for area in counties if area.note and area.in_scope}
    assert noted == {"county_08", "county_17"}


def test_the_grid_looks_like_finland(areas: Areas) -> None:
    tile = {area.short["en"]: area.tile for area in areas.of("county_2023") if area.tile}
    column = {name: place[0] for name, place in tile.items()}
    row = {name: place[1] for name, place in tile.items()}
    assert row["Lapland"] < row["North Ostrobothnia"] < row["Central Finland"] < row["Helsinki"]
    assert (
        column["Ostrobothnia"]
        < column["Central Ostrobothnia"]
        < column["North Savo"]
        < column["North Karelia"]
    )
    assert column["Satakunta"] < column["Pirkanmaa"] < column["Päijät-Häme"] < column["South Karelia"]
    assert column["West Uusimaa"] < column["Helsinki"] < column["East Uusimaa"]
    assert row["Central Uusimaa"] < row["Vantaa and Kerava"] < row["Helsinki"]
    assert column["Åland"] == 0


def test_the_grid_has_no_hole(areas: Areas) -> None:
    tiles = {area.tile for area in areas.of("county_2023") if area.in_scope and area.tile}
    for column, row in tiles:
        east = sorted(c for c, r in tiles if r == row)
        assert east == list(range(east[0], east[-1] + 1)), row
        assert any((column + c, row + r) in tiles for c, r in ((1, 0), (-1, 0), (0, 1), (0, -1)))


def test_joint_authorities_are_one_organiser(areas: Areas) -> None:
    sizes = Counter(areas.membership["organiser_2021"].values())
    assert {name: n for name, n in sizes.items() if n > 1} == {"eksote": 9, "soite": 8, "kymsote": 6}
