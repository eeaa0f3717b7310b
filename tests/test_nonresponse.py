"""Weights from frame counts: cells with enough respondents by themselves, thin ones by the margins."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import barometri as bm
from barometri.errors import DesignError, OptionError
from barometri.estimates import TOTAL
from barometri.estimation import mean, proportion
from barometri.study.study import Study
from barometri.study.waves import FrameCount, WaveDesign
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from barometri.validation.design import DesignCheck
from tests import tiny_study

DISTRICTS = {"north": 1, "middle": 2, "south": 3}
GROUPS = {"decider": 1, "server": 2, "worker": 3}
Cells = Mapping[tuple[str, str], tuple[int, int]]
"""District and group: people in the frame, and respondents."""
THICK: Cells = {
    ("north", "decider"): (40, 10),
    ("north", "worker"): (90, 15),
    ("south", "decider"): (60, 20),
    ("south", "worker"): (200, 12),
}
THIN: Cells = {**THICK, ("south", "decider"): (60, 4)}


def study_of(cells: Cells, **changes: object) -> Study:
    """The small study with a frame in 2021."""
    study = tiny_study.study()
    frame = tuple(FrameCount({"district": d, "group": g}, people) for (d, g), (people, _) in cells.items())
    wave = replace(study.waves[2021], **{"frame": frame, **changes})  # type: ignore[arg-type]
    return replace(study, waves={**study.waves, 2021: wave})


def answers(cells: Cells, seed: int = 1) -> pd.DataFrame:
    """Respondents of some cells, with a judgement that goes with both variables."""
    generator = np.random.default_rng(seed)
    rows = [(DISTRICTS[d], GROUPS[g]) for (d, g), (_, number) in cells.items() for _ in range(number)]
    frame = pd.DataFrame(rows, columns=["district", "group"], dtype=np.int32)
    better = generator.random(len(frame)) < 0.2 + 0.1 * frame["group"] + 0.08 * frame["district"]
    return frame.assign(cooperation=np.where(better, 4, 2).astype(np.int32))


def survey_of(cells: Cells, study: Study | None = None, frame: pd.DataFrame | None = None) -> Survey:
    """The responses under the design that validation finds."""
    study = study or study_of(cells)
    frame = answers(cells) if frame is None else frame.copy()
    wave = study.waves[2021]
    columns = DesignCheck(frame, study, wave, "2021.csv").columns()
    design = SurveyDesign(
        weight=columns.weight or None, stratum=columns.stratum or None, single_psu=columns.single_psu
    )
    return Survey(frame, design, study=study, wave=2021)


def people_by(survey: Survey, *names: str) -> dict[tuple[int, ...], float]:
    """Sums of the weights by values of some variables."""
    frame = pd.DataFrame({name: survey.values(name) for name in names}).assign(w=bm.weights(survey))
    sums = frame.groupby(list(names))["w"].sum()
    keys = [key if isinstance(key, tuple) else (key,) for key in sums.index]
    return {tuple(map(int, key)): float(value) for key, value in zip(keys, sums, strict=True)}


# ------------------------------------------------------------------------------------------- thick cells


def test_where_every_cell_has_ten_respondents_nothing_changes() -> None:
    survey = survey_of(THICK)
    assert bm.frame_weights(survey) is survey
    expected = [people / number for people, number in THICK.values() for _ in range(number)]
    np.testing.assert_array_equal(bm.weights(survey), expected)


def test_people_over_respondents_is_full_post_stratification() -> None:
    survey = survey_of(THICK)
    plain = Survey(answers(THICK), SurveyDesign(weight="equal"), study=survey.study, wave=2021)
    crossed = bm.poststratify(plain, ("district", "group"), {key: n for key, (n, _) in THICK.items()})
    np.testing.assert_allclose(bm.weights(crossed), bm.weights(bm.frame_weights(survey)), rtol=1e-12)
    raked = bm.rake(
        bm.frame_weights(survey),
        {"district": {"north": 130, "south": 260}, "group": {"decider": 100, "worker": 290}},
    )
    np.testing.assert_allclose(bm.weights(raked), bm.weights(survey), rtol=1e-12)


def test_a_survey_without_weights_gets_people_over_respondents() -> None:
    survey = survey_of(THICK)
    plain = Survey(answers(THICK), SurveyDesign(weight="equal"), study=survey.study, wave=2021)
    found = bm.frame_weights(plain)
    np.testing.assert_array_equal(bm.weights(found), bm.weights(survey))
    assert found.coded.words == survey.coded.words
    pd.testing.assert_frame_equal(
        proportion(found, "cooperation").frame, proportion(survey, "cooperation").frame
    )


# -------------------------------------------------------------------------------------------- thin cells


def by_hand(cells: Cells, sweeps: int = 500) -> dict[tuple[str, str], float]:
    """Rake, bring thick cells to their counts, and rake again, with loops over the cells."""
    total, number = (sum(values) for values in zip(*cells.values(), strict=True))
    weight = dict.fromkeys(cells, total / number)

    def rake() -> None:
        for _ in range(sweeps):
            for place in (0, 1):
                for name in {key[place] for key in cells}:
                    own = [key for key in cells if key[place] == name]
                    held = sum(weight[key] * cells[key][1] for key in own)
                    for key in own:
                        weight[key] *= sum(cells[other][0] for other in own) / held

    rake()
    for key, (people, answered) in cells.items():
        if answered >= 10:
            weight[key] = people / answered
    rake()
    return weight


def test_a_thin_cell_takes_its_weight_from_the_margins() -> None:
    survey = bm.frame_weights(survey_of(THIN))
    wanted = by_hand(THIN)
    expected = [wanted[key] for key, (_, number) in THIN.items() for _ in range(number)]
    np.testing.assert_allclose(bm.weights(survey), expected, rtol=1e-10)
    assert wanted["south", "decider"] < 60 / 4
    assert people_by(survey, "district") == pytest.approx({(1,): 130, (3,): 260})
    assert people_by(survey, "group") == pytest.approx({(1,): 100, (3,): 290})
    assert "raked to district, group" in survey.coded.words


def test_a_cell_where_nobody_answered_is_spoken_for_by_the_margins() -> None:
    survey = bm.frame_weights(
        survey_of({**THICK, ("north", "server"): (30, 12), ("south", "server"): (20, 0)})
    )
    assert people_by(survey, "group")[2,] == pytest.approx(50)
    assert people_by(survey, "district") == pytest.approx({(1,): 160, (3,): 280})


def test_a_group_in_which_nobody_answered_is_left_out() -> None:
    survey = bm.frame_weights(survey_of({**THIN, ("south", "server"): (50, 0)}))
    np.testing.assert_allclose(bm.weights(survey), bm.weights(bm.frame_weights(survey_of(THIN))), rtol=1e-10)


def test_thin_categories_of_a_margin_are_put_together_with_the_next_smallest() -> None:
    cells = {**THICK, ("north", "server"): (30, 3), ("south", "server"): (21, 4)}
    survey = bm.frame_weights(survey_of(cells))
    sums = people_by(survey, "group")  # 30 deciders, 7 servers and 27 workers answered
    assert sums[1,] == pytest.approx(100)
    assert sums[2,] + sums[3,] == pytest.approx(341)


def test_one_variable_alone_is_post_stratified_with_thin_categories_together() -> None:
    counts = {("north", "worker"): (100, 4), ("middle", "worker"): (80, 5), ("south", "worker"): (300, 30)}
    survey = survey_of(counts)
    alone = Survey(
        answers(counts).drop(columns="group"), SurveyDesign(weight="equal"), study=survey.study, wave=2021
    )
    # the thin two have nine respondents, so that the third joins them: one weight for everybody
    assert bm.weights(bm.frame_weights(alone)) == pytest.approx(np.full(39, 480 / 39))
    more = {**counts, ("middle", "worker"): (80, 8)}
    study = study_of(more)
    alone = Survey(answers(more).drop(columns="group"), SurveyDesign(weight="equal"), study=study, wave=2021)
    assert people_by(bm.frame_weights(alone), "district")[3,] == pytest.approx(300)
    assert bm.weights(bm.frame_weights(alone))[:12] == pytest.approx(np.full(12, 180 / 12))


def test_codes_that_a_wave_puts_together_are_one_category() -> None:
    cells = {**THIN, ("middle", "decider"): (25, 3), ("middle", "worker"): (35, 12)}
    study = study_of(cells, collapse=(("middle", "south"),))
    survey = bm.frame_weights(survey_of(cells, study))
    sums = people_by(survey, "district")
    assert sums[1,] == pytest.approx(130)
    assert sums[2,] + sums[3,] == pytest.approx(320)
    assert people_by(survey, "group") == pytest.approx({(1,): 125, (3,): 325})


# ------------------------------------------------------------------------------------ what the frame lacks


def test_without_a_frame_a_survey_stays_as_it_is() -> None:
    survey = Survey(answers(THIN), SurveyDesign(weight="equal"), study=tiny_study.study(), wave=2021)
    assert bm.frame_weights(survey) is survey
    alone = Survey(answers(THIN), SurveyDesign(weight="equal"))
    assert bm.frame_weights(alone) is alone


def test_declared_weights_are_kept() -> None:
    study = study_of(THIN, design=WaveDesign(weight="w", stratum=("district", "group")))
    frame = answers(THIN).assign(w=3.0)
    survey = Survey(frame, SurveyDesign(weight="w"), study=study, wave=2021)
    assert bm.frame_weights(survey) is survey


def test_weights_that_were_adjusted_already_are_kept() -> None:
    survey = bm.frame_weights(survey_of(THIN))
    assert bm.frame_weights(survey) is survey


def test_margins_alone_are_raked_to() -> None:
    counts = ({"north": 130, "south": 260}, {"decider": 100, "worker": 290})
    rows = tuple(
        FrameCount({name: code}, number)
        for name, own in zip(("district", "group"), counts, strict=True)
        for code, number in own.items()
    )
    survey = bm.frame_weights(survey_of(THICK, study_of(THICK, frame=rows)))
    assert survey.design.stratum is None
    assert people_by(survey, "district") == pytest.approx({(1,): 130, (3,): 260})
    assert people_by(survey, "group") == pytest.approx({(1,): 100, (3,): 290})
    plain = Survey(answers(THICK), SurveyDesign(weight="equal"), study=tiny_study.study(), wave=2021)
    by_verb = bm.rake(plain, {"district": counts[0], "group": counts[1]})
    np.testing.assert_allclose(bm.weights(survey), bm.weights(by_verb), rtol=1e-10)
    assert mean(survey, "cooperation").frame["se"].iloc[0] == pytest.approx(
        mean(by_verb, "cooperation").frame["se"].iloc[0]
    )


def test_respondents_outside_the_frame_are_refused() -> None:
    plain = Survey(answers(THICK), SurveyDesign(weight="equal"), study=study_of(THICK), wave=2021)
    strange = plain.with_column("group", np.where(plain.values("group") == 3, 2, 1), plain.question("group"))
    with pytest.raises(DesignError, match="belong to no category that the frame"):
        bm.frame_weights(strange)


# ----------------------------------------------------------------------------------------------- trimming


def test_a_weight_of_more_than_five_medians_is_trimmed() -> None:
    cells = {**THICK, ("north", "decider"): (500, 10)}
    survey = bm.frame_weights(survey_of(cells))
    before = [people / number for people, number in cells.values() for _ in range(number)]
    limit = 5 * float(np.median(before))
    found = bm.weights(survey)
    assert max(before) > limit
    assert found.max() == pytest.approx(limit)
    assert found.sum() == pytest.approx(sum(before))
    assert f"trimmed at {limit:g}" in survey.coded.words


def test_weights_within_five_medians_are_not_trimmed() -> None:
    assert "trimmed" not in bm.frame_weights(survey_of(THIN)).coded.words


# ---------------------------------------------------------------------------------------------- variances


def test_variances_agree_with_a_jackknife_that_rakes_anew() -> None:
    cells = {
        (d, g): (4 * number, number)
        for (d, g), number in zip(
            [(d, g) for d in DISTRICTS for g in GROUPS], [6, 14, 22, 8, 12, 30, 4, 11, 26], strict=True
        )
    }
    survey = bm.frame_weights(survey_of(cells))
    assert "raked" in survey.coded.words
    linear = mean(survey, "cooperation").frame["se"].iloc[0]
    again = mean(bm.replicate(survey, "jackknife", fpc="none"), "cooperation").frame["se"].iloc[0]
    assert linear == pytest.approx(again, rel=0.03)
    fixed = survey.with_column("w", bm.weights(survey)).with_design(SurveyDesign(weight="w"))
    assert mean(fixed, "cooperation").frame["se"].iloc[0] > 1.03 * again


def test_margins_alone_agree_with_a_bootstrap_that_rakes_anew() -> None:
    rows = (
        *(FrameCount({"district": code}, number) for code, number in (("north", 130), ("south", 260))),
        *(FrameCount({"group": code}, number) for code, number in (("decider", 100), ("worker", 290))),
    )
    survey = bm.frame_weights(survey_of(THICK, study_of(THICK, frame=rows)))
    linear = mean(survey, "cooperation").frame["se"].iloc[0]
    drawn = bm.replicate(survey, "bootstrap", replicates=2000, generator=np.random.default_rng(4))
    assert linear == pytest.approx(mean(drawn, "cooperation").frame["se"].iloc[0], rel=0.08)


# --------------------------------------------------------------------------------------------------- rates


def by_cell(frame: pd.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    """Rows by district and group."""
    return {
        (row["district"], row["group"]): {str(key): value for key, value in row.items()}
        for row in frame.to_dict("records")
    }


def test_response_rates_by_cell_margin_and_altogether() -> None:
    found = bm.response_rates(survey_of(THIN), by=["district", "group"])
    rows = by_cell(found.frame.assign(k=found.counts["k"]))
    assert len(rows) == 9
    assert [rows["south", "decider"][key] for key in ("n", "k")] == [60, 4]
    assert rows["south", TOTAL]["estimate"] == pytest.approx(16 / 260)
    assert rows[TOTAL, "worker"]["estimate"] == pytest.approx(27 / 290)
    assert [rows[TOTAL, TOTAL][key] for key in ("n", "k")] == [390, 41]


def test_response_rates_by_a_derived_variable() -> None:
    found = bm.response_rates(survey_of(THICK), by="side")
    assert found.frame["side"].tolist() == ["kela", "social", TOTAL]
    assert found.counts["k"].tolist() == [30, 27, 57]


def test_response_rates_need_a_frame() -> None:
    with pytest.raises(OptionError, match="frame counts"):
        bm.response_rates(Survey(answers(THIN), SurveyDesign(weight="equal")))
    with pytest.raises(OptionError, match="Choose among them"):
        bm.response_rates(survey_of(THICK), by="cooperation")


def test_small_numbers_of_respondents_do_not_pass_the_line() -> None:
    shown = bm.protect(bm.response_rates(survey_of(THIN), by=["district", "group"])).tables["estimates"]
    rows = by_cell(shown.frame)
    thin = rows["south", "decider"]
    assert thin["status"] == "suppressed"
    assert np.isnan([thin["estimate"], thin["n"]]).all()
    for place, key in ((0, "south"), (1, "decider")):
        margin = [row["estimate"] for cell, row in rows.items() if cell[place] == key]
        assert np.isnan(margin).sum() >= 2  # what is left does not give it back
    thick = bm.protect(bm.response_rates(survey_of(THICK), by=["district", "group"])).tables["estimates"]
    assert (thick.frame["status"] != "suppressed").all()
