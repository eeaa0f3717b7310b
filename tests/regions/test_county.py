"""Counties: who belongs to which, what the model gives, and what is not shown."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from barometri.errors import OptionError
from barometri.regions import county, with_areas
from barometri.small_area import small_areas
from barometri.study.codes import DONT_KNOW
from barometri.study.plan import Area, Areas
from barometri.study.study import Study
from barometri.survey import Survey, SurveyDesign
from tests import tiny_study

COUNTIES = tuple(f"c{number}" for number in range(1, 9))
SHARES = np.linspace(0.1, 0.9, 8)
DESIGN = SurveyDesign(weight="_weight")


def towns(county_id: str) -> tuple[str, ...]:
    return tuple(f"{county_id}_{number}" for number in range(3))


def study() -> Study:
    members = {town: name for name in COUNTIES for town in towns(name)}
    areas = [Area(name, {"en": name}, {}, "county") for name in COUNTIES]
    areas += [Area(town, {"en": town}, {}, "municipality") for town in members]
    areas += [Area("joint", {"en": "joint"}, {}, "authority")]
    membership = {
        "county": members,
        "municipality": {town: town for town in members},
        "authority": {"c1_0": "joint", "c1_1": "joint"},
    }
    labels = {name: {"en": name} for name in membership}
    return replace(tiny_study.study(), areas=Areas(tuple(areas), membership, labels=labels))


def survey_of(size: int = 60, *, shares: np.ndarray = SHARES, few: int = 60) -> Survey:
    """Counties whose respondents answer well with the shares given; the last one has few of them."""
    frames = []
    for name, share in zip(COUNTIES, shares, strict=True):
        n = few if name == COUNTIES[-1] else size
        well = np.where(np.arange(n) < round(share * n), 5, 1).astype(np.int32)
        frames.append(pd.DataFrame({"area": [towns(name)[i % 3] for i in range(n)], "cooperation": well}))
    data = pd.concat(frames, ignore_index=True)
    data["_weight"] = 1.0
    return Survey(data, DESIGN, study=study(), wave=2021)


def test_who_belongs_to_which_county() -> None:
    areas = {
        "c1_0": "c1",
        "c1_0;c1_2": "c1",
        "c1_0; c1_1": "c1",
        "c1_0;c2_0": None,
        "joint": "c1",
        "c3": "c3",
        "elsewhere": None,
        "c1_0;elsewhere": None,
        "": None,
    }
    data = pd.DataFrame({"area": list(areas), "_weight": 1.0})
    placed = with_areas(Survey(data, DESIGN, study=study(), wave=2021), "county")
    question = placed.question("county")
    assert question is not None
    ids = {code.value: code.id for code in question.codes}
    assert [ids.get(value) for value in placed.values("county").tolist()] == list(areas.values())


def test_counties_are_those_of_the_model() -> None:
    survey = survey_of()
    table, effects = county(survey, division="county")
    placed = with_areas(survey, "county")
    model = small_areas(placed, "cooperation", area="county", statistic="proportion", scale="arcsine").frame
    np.testing.assert_allclose(table.frame["estimate"], model["estimate"])
    np.testing.assert_allclose(table.frame["ci_low"], model["ci_low"])
    assert table.frame["county"].tolist() == list(COUNTIES)
    assert table.counts["k"].tolist() == [round(share * 60) for share in SHARES]
    weights = [e for e in effects if e.name == "county_direct_weight"]
    np.testing.assert_allclose([e.estimate for e in weights], model["gamma"])
    inside = (table.frame["ci_low"] < SHARES) & (table.frame["ci_high"] > SHARES)
    assert inside.all()
    assert (np.abs(table.frame["estimate"] - 0.5) < np.abs(SHARES - 0.5)).all()


def test_counties_of_few_respondents_are_not_shown() -> None:
    assert county(survey_of(few=9), division="county")[0].frame["county"].tolist() == list(COUNTIES[:-1])
    assert len(county(survey_of(few=10), division="county", least_weight=0.0)[0]) == 8


def test_counties_that_lean_on_the_others_are_not_shown() -> None:
    alike = survey_of(shares=np.linspace(0.45, 0.55, 8))
    table, effects = county(alike, division="county")
    assert len(table) == 0
    assert [e.name for e in effects] == ["county_variance"]
    everything = county(alike, division="county", least_weight=0.0)
    assert len(everything[0]) == 8
    weights = [e.estimate for e in everything[1] if e.name == "county_direct_weight"]
    assert 0 < max(weights) < 0.5


def test_a_model_counts_cannot_say_as_not_in_use() -> None:
    survey = survey_of()
    agreed = np.where(survey.values("cooperation") == 5, 1, DONT_KNOW).astype(np.int32)
    made = survey.with_column("m_consent", agreed, tiny_study.codebook()["m_consent"])
    made = made.with_column("m_phone", agreed, tiny_study.codebook()["m_phone"])
    table = county(made, "A", division="county")[0]
    assert set(table.frame["item"]) == {"A"}
    np.testing.assert_allclose(
        table.frame["estimate"], county(survey, division="county")[0].frame["estimate"]
    )


def test_municipalities_are_asked_for_by_name() -> None:
    with pytest.raises(OptionError, match="municipal=True"):
        county(survey_of(), division="municipality")
    table = county(survey_of(), division="municipality", municipal=True)[0]
    assert len(table) == 24


def test_too_few_counties_are_no_model() -> None:
    survey = survey_of()
    table, effects = county(survey.domain(survey["area"].isin(towns("c1"))), division="county")
    assert len(table) == 0
    assert effects[0].method == "not_estimable:few_areas"


def test_what_is_not_there_is_an_error() -> None:
    with pytest.raises(OptionError, match="no division"):
        county(survey_of(), division="parish")
    with pytest.raises(OptionError, match="favourable"):
        county(survey_of(), "area", division="county")
    bare = Survey(tiny_study.responses(2021), DESIGN, study=tiny_study.study(), wave=2021)
    with pytest.raises(OptionError, match=r"areas\.toml"):
        county(bare, division="county")
