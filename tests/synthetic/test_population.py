"""The made-up population: what is asked of whom, places, and that the numbers come from the stated truth."""

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from barometri.errors import StudyError
from barometri.study.codes import DONT_KNOW, NOT_ASKED
from barometri.study.reading import read_study
from barometri.study.study import Study
from barometri.synthetic import population

STUDY = read_study()
LATEST = population(STUDY, 2021)
BATTERY = [q for model in STUDY.models for q in model.questions]


def changed(folder: Path, pattern: str, replacement: str) -> Study:
    """Return the embedded study with its truth edited."""
    shutil.copytree(STUDY.path, folder / "study")
    truth = folder / "study" / "truth.toml"
    text, times = re.subn(pattern, replacement, truth.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert times > 0
    truth.write_text(text, encoding="utf-8")
    return read_study(folder / "study")


@pytest.mark.parametrize("year", [2017, 2018, 2019, 2021])
def test_everybody_in_the_frame_is_there(year: int) -> None:
    wave = STUDY.waves[year]
    people = population(STUDY, year)
    counts = people.groupby(["district", "group"]).size().to_dict()
    district, group = STUDY.question("district"), STUDY.question("group")
    stated = {
        (district.code(f.stratum["district"]).value, group.code(f.stratum["group"]).value): f.count
        for f in wave.frame
    }
    assert counts == stated
    assert set(people.columns) - {"organiser"} <= {*wave.columns, "side"}


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    pd.testing.assert_frame_equal(population(STUDY, 2021), LATEST)
    assert not population(STUDY, 2021, seed=1).equals(LATEST)


def test_organisers_are_shared_by_the_waves_and_in_scope() -> None:
    areas = STUDY.areas
    assert areas is not None
    assert set(population(STUDY, 2017)["organiser"]) == set(LATEST["organiser"])
    assert LATEST["organiser"].nunique() == 150
    assert not set(LATEST["organiser"]) & set(areas.out_of_scope)
    of_organiser = {o: m for m, o in areas.membership["organiser_2021"].items()}
    district = STUDY.question("district")
    homes = {o: district.code(areas.membership["district_2021"][of_organiser[o]]).value for o in of_organiser}
    assert (LATEST["organiser"].map(homes) == LATEST["district"]).all()


def test_nothing_agreed_never_stands_beside_an_agreed_model() -> None:
    agreed = LATEST[BATTERY].isin([1, 2]).any(axis=1)
    nothing = LATEST["model_nothing_agreed"] == 1
    assert nothing.sum() > 100
    assert not (agreed & nothing).any()


def test_what_is_routed_past_a_group_is_not_asked() -> None:
    kela = LATEST["side"] == 1
    assert (LATEST.loc[~kela, "statement_knows_taken_in_charge"] == NOT_ASKED).all()
    assert (LATEST.loc[kela, "statement_knows_taken_in_charge"] != NOT_ASKED).all()
    assert (LATEST.loc[~kela, "unit"] == NOT_ASKED).all()
    assert LATEST.loc[kela, "unit"].nunique() == 50


def test_cannot_say_is_high_and_uneven() -> None:
    shares = (LATEST["statement_enough_time"] == DONT_KNOW).groupby(LATEST["group"]).mean()
    assert 0.45 < shares[4] < 0.6
    assert shares[1] < 0.05
    shares = (LATEST["model_skype_meetings"] == DONT_KNOW).groupby(LATEST["group"]).mean()
    assert shares[4] > 0.4
    assert shares[3] < 0.15


def test_decision_specialists_serve_several_areas_or_the_country() -> None:
    decision = LATEST[LATEST["group"] == 1]
    assert (decision["area_level"] == 1).mean() > 0.15
    several = decision[decision["area_level"] == 6]
    assert len(several) > 0.4 * len(decision)
    assert several["area"].str.contains(";").all()
    assert (decision.loc[decision["area_level"].isin([1, 7]), "area"] == "").all()


def rising(people: pd.DataFrame) -> float:
    """Return how much the share good differs between three or more agreed models and none."""
    count = sum(people[list(m.questions)].isin([1, 2]).any(axis=1).astype(int) for m in STUDY.models)
    answered = people["cooperation"] > 0
    good = people["cooperation"] >= 4
    return float(good[answered & (count >= 3)].mean() - good[answered & (count == 0)].mean())


def test_without_stated_effects_models_go_with_nothing(tmp_path: Path) -> None:
    study = changed(tmp_path, r"^effect = .*", "effect = 0.0")
    assert rising(LATEST) > 0.2
    assert abs(rising(population(study, 2021))) < 0.08


@pytest.mark.parametrize(
    ("pattern", "replacement", "place"),
    [
        (r"^agreement_strength", "strength", "organisers: unknown key 'strength'"),
        (r"^insight = .*", "", "organisers: key 'insight' is missing"),
        (r"^\[models.M03\]", "[models.M93]", "no table for model M03"),
        (r"^2021 = \{ decision_specialist = 0.335, ", "2021 = { ", "items.cooperation.shares.2021: no share"),
        (r"^steps = \[-2.1, -0.9, 0.0, 2.6\]", "steps = [-2.1, 0.0, 2.6]", "items.cooperation.steps"),
        (
            r"itainen = 0.18, keskinen = 0.07",
            "itainen = 0.9, keskinen = 0.07",
            "models.M01.agreed.itainen",
        ),
    ],
)
def test_a_truth_that_does_not_fit_is_refused(
    tmp_path: Path, pattern: str, replacement: str, place: str
) -> None:
    study = changed(tmp_path, pattern, replacement)
    with pytest.raises(StudyError, match=re.escape(place)):
        population(study, 2021)


def test_a_study_without_truth_cannot_be_simulated(tmp_path: Path) -> None:
    study = changed(tmp_path, "^seed", "seed")
    (study.path / "truth.toml").unlink()
    with pytest.raises(StudyError, match=r"truth\.toml"):
        population(study, 2021)


def test_outcome_shares_are_the_stated_ones() -> None:
    answered = LATEST[LATEST["cooperation"] > 0]
    shares = (answered["cooperation"] >= 4).groupby(answered["group"]).mean()
    assert shares.to_dict() == pytest.approx({1: 0.335, 2: 0.41, 3: 0.52, 4: 0.45, 5: 0.56}, abs=0.01)
    assert np.isclose(LATEST[BATTERY[1]].isin([1, 2]).mean(), 0.453, atol=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_any_seed_keeps_to_the_stated_shares(seed: int) -> None:
    people = population(STUDY, 2021, seed=seed)
    nothing = (people["model_nothing_agreed"] == 1).groupby(people["district"]).mean()
    assert nothing.to_dict() == pytest.approx({1: 0.09, 2: 0.1, 3: 0.07, 4: 0.18, 5: 0.1}, abs=0.005)
    consent = people["model_client_consent"].isin([1, 2]).groupby(people["district"]).mean()
    assert consent.to_dict() == pytest.approx({1: 0.55, 2: 0.58, 3: 0.67, 4: 0.5, 5: 0.57}, abs=0.005)
