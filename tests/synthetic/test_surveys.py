"""Surveys of a simulation without files are those that reading the written files gives."""

import pandas as pd
import pytest

from barometri.collaboration import mean_number_of_models
from barometri.estimation import proportion
from barometri.loading import read_surveys, simulate_surveys
from barometri.study.reading import read_study
from barometri.survey import Survey
from barometri.synthetic import population

STUDY = read_study()
DIRECT = simulate_surveys(STUDY)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Survey]:
    return read_surveys(STUDY, data=tmp_path_factory.mktemp("data"))


@pytest.mark.parametrize("year", sorted(STUDY.waves))
def test_columns_types_and_design_are_those_of_the_files(read: dict[int, Survey], year: int) -> None:
    pd.testing.assert_frame_equal(DIRECT[year].frame, read[year].frame)
    assert DIRECT[year].design == read[year].design
    assert DIRECT[year].wave == year


@pytest.mark.parametrize("year", sorted(STUDY.waves))
def test_estimates_are_those_of_the_files(read: dict[int, Survey], year: int) -> None:
    ours, theirs = (
        proportion(s[year], "cooperation", by="group", margins=True).frame for s in (DIRECT, read)
    )
    pd.testing.assert_frame_equal(ours, theirs)
    ours, theirs = (
        proportion(s[year].analytic(), "cooperation", by="district").frame for s in (DIRECT, read)
    )
    pd.testing.assert_frame_equal(ours, theirs)


def test_several_samples_of_the_same_people_differ_and_stay_among_them() -> None:
    people = {2021: population(STUDY, 2021)}
    first, second = (simulate_surveys(STUDY, seed=seed, people=people) for seed in (1, 2))
    assert list(first) == [2021]
    assert not first[2021].frame.equals(second[2021].frame)
    assert mean_number_of_models(first[2021]).frame["estimate"][0] == pytest.approx(2.04, abs=0.2)
    assert set(first[2021].frame["unit"]) <= set(people[2021]["unit"])
    again = simulate_surveys(STUDY, seed=1, people=people)
    pd.testing.assert_frame_equal(again[2021].frame, first[2021].frame)
