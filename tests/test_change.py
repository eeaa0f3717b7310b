"""Items over waves: side by side, independent, and marked where they are not the same."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from barometri.change import change
from barometri.errors import OptionError
from barometri.estimates import MARK, TOTAL
from barometri.estimation import proportion
from barometri.study.study import Study
from barometri.study.waves import Equivalence
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from tests import tiny_study

DESIGN = SurveyDesign(weight="_weight", stratum=("district", "group"))


def surveys_of(study: Study) -> dict[int, Survey]:
    return {y: Survey(tiny_study.responses(y), DESIGN, study=study, wave=y) for y in (2019, 2021)}


@pytest.fixture(scope="module")
def surveys() -> dict[int, Survey]:
    return surveys_of(tiny_study.study())


def with_equivalence(*entries: Equivalence) -> dict[int, Survey]:
    """The waves of a study whose first wave says these things of its comparability."""
    study = tiny_study.study()
    first = replace(study.waves[2019], equivalence=entries)
    return surveys_of(replace(study, waves={**study.waves, 2019: first}))


def test_each_wave_is_what_it_is_alone(surveys: Mapping[int, Survey]) -> None:
    found = change(surveys, "cooperation", by="district").frame
    for year, survey in surveys.items():
        alone = proportion(survey, "cooperation", by="district", margins=True).frame
        rows = found[found["wave"] == year]
        for column in ("estimate", "se", "ci_low", "ci_high", "n", "df"):
            np.testing.assert_allclose(rows[column], alone[column])


def test_waves_are_independent(surveys: Mapping[int, Survey]) -> None:
    found = change(surveys, "cooperation", by="district")
    year = found.frame["wave"].to_numpy()
    across = year[:, None] != year[None, :]
    assert (found.covariance[across] == 0).all()
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), found.frame["se"])
    assert len(found.counts) == len(found.frame) == len(found.marks)


def test_a_code_stands_under_its_counterpart_with_a_mark(surveys: Mapping[int, Survey]) -> None:
    found = change(surveys, "cooperation", by="group").frame
    first = found[found["wave"] == 2019].set_index("group")
    assert "employee" not in first.index
    alone = proportion(surveys[2019], "cooperation", by="group").frame.set_index("group")
    for column in ("estimate", "se"):
        assert first[column].to_dict()["decider"] == alone[column].to_dict()["employee"]
    assert first[MARK].to_dict() == {"decider": "similar", "server": "", "worker": "", TOTAL: ""}
    assert (found[found["wave"] == 2021][MARK] == "").all()


def test_codes_that_share_a_counterpart_are_pooled_and_the_strata_stay() -> None:
    pooled = with_equivalence(
        Equivalence("group", "similar", "employee", "decider"),
        Equivalence("group", "similar", "server", "decider"),
    )
    found = change(pooled, "cooperation", by="group").frame
    row = found[(found["wave"] == 2019) & (found["group"] == "decider")].iloc[0]
    survey = pooled[2019]
    kela = survey.domain(survey["group"].isin(["employee", "server"]))
    alone = proportion(kela, "cooperation").frame.iloc[0]
    assert row["estimate"] == pytest.approx(alone["estimate"])
    assert row["se"] == pytest.approx(alone["se"])


def test_a_different_item_is_marked_in_every_row() -> None:
    found = change(with_equivalence(Equivalence("cooperation", "different")), "cooperation", by="group").frame
    assert set(found.loc[found["wave"] == 2019, MARK]) == {"different"}
    assert set(found.loc[found["wave"] == 2021, MARK]) == {""}


def test_another_division_is_marked_but_not_in_its_margin() -> None:
    found = change(with_equivalence(Equivalence("district", "different")), "cooperation", by="district").frame
    first = found[found["wave"] == 2019].set_index("district")[MARK]
    assert first.to_dict() == {"north": "different", "middle": "different", "south": "different", TOTAL: ""}


def test_a_wave_without_the_item_has_no_rows(surveys: Mapping[int, Survey]) -> None:
    found = change(surveys, ["cooperation", "quick"]).frame
    assert found[found["item"] == "quick"]["wave"].unique().tolist() == [2021]


def test_a_wave_without_a_variable_has_its_margin() -> None:
    study = tiny_study.study()
    design = SurveyDesign(weight="_weight", stratum="group")
    frame = tiny_study.responses(2019).drop(columns="district")
    surveys = {
        2019: Survey(frame, design, study=study, wave=2019),
        2021: Survey(tiny_study.responses(2021), DESIGN, study=study, wave=2021),
    }
    found = change(surveys, "cooperation", by=["district", "group"]).frame
    assert set(found.loc[found["wave"] == 2019, "district"]) == {TOTAL}
    assert set(found.loc[found["wave"] == 2019, "group"]) == {"decider", "server", "worker", TOTAL}
    assert found.columns.tolist()[:4] == ["wave", "item", "district", "group"]
    without = change(surveys, "cooperation", by=["district", "group"], margins=False).frame
    assert without["wave"].unique().tolist() == [2021]


def test_no_wave_with_the_item_is_an_error(surveys: Mapping[int, Survey]) -> None:
    with pytest.raises(OptionError, match="No wave has absent"):
        change(surveys, "absent")
