"""The public verbs on the simulated waves, whose municipalities are clusters, against R's values."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import barometri as bm
from barometri.estimates import Effect
from barometri.study.codebook import Codebook
from barometri.study.codes import DONT_KNOW
from barometri.study.plan import Model, ModelStates
from barometri.study.study import Roles
from barometri.study.waves import Wave
from barometri.survey import Survey
from tests import tiny_study

REFERENCE = Path(__file__).parents[1] / "reference"
NAMES = tuple(f"m{number:02d}" for number in range(1, 13))
GROUPS = ("ratkaisu", "palvelu", "esihenkilo", "sostyo", "sosjohtaja")
DISTRICTS = ("etela", "lansi", "keski", "ita", "pohjoinen")


@cache
def stored() -> dict[str, Any]:
    cases = json.loads((REFERENCE / "sosbar_sim.json").read_text(encoding="utf-8"))["cases"]
    return {case["id"]: case["values"] for case in cases}


@cache
def simulated() -> Survey:
    frame = pd.read_csv(REFERENCE / "sosbar_sim.csv")
    cells = frame["wave"].astype(str) + frame["district"] + frame["group"]
    data = pd.DataFrame({"area": frame["muni"], "w": frame["N_h"] / cells.groupby(cells).transform("size")})
    data["coop"] = frame["coop"].where(frame["coop"] <= 5, DONT_KNOW).astype(np.int32)
    data["group"] = frame["group"].map(GROUPS.index).astype(np.int32) + 1
    data["district"] = frame["district"].map(DISTRICTS.index).astype(np.int32) + 1
    for name in NAMES:
        data[name] = frame[name].where(frame[name] <= 3, DONT_KNOW).astype(np.int32)
    codes = [tuple(enumerate(ids, start=1)) for ids in (GROUPS, DISTRICTS)]
    questions = [
        tiny_study.question("coop", "ordinal", tiny_study.FIVE, good=(4, 5)),
        tiny_study.question("group", "nominal", codes[0]),
        tiny_study.question("district", "nominal", codes[1]),
        tiny_study.question("area", "set"),
        *(tiny_study.question(name, "nominal", tiny_study.STATUS, good=(1, 2)) for name in NAMES),
    ]
    study = replace(
        tiny_study.study(),
        codebook=Codebook({entry.id: entry for entry in questions}),
        waves={2021: Wave(2021, "", {})},
        roles=Roles("coop", "group", district="district", area="area"),
        models=tuple(Model(name, {}, {}, (name,)) for name in NAMES),
        model_states=ModelStates("established", "on_trial", "not_in_use"),
    )
    survey = Survey(data, bm.SurveyDesign(weight="w"), study=study, wave=2021)
    return survey.domain((frame["wave"] == 2021).to_numpy())


@cache
def dose(*adjust: str) -> dict[tuple[str, bool], Effect]:
    return {
        (effect.name, bool(effect.adjusted_for)): effect
        for effect in bm.dose_response(simulated(), adjust=adjust)[1]
    }


def test_somers_d() -> None:
    values, effect = stored()["assoc_k_coop_muni"], dose("group", "district")["somers_d", False]
    assert effect.estimate == pytest.approx(values["estimate"]["somers_d_y_given_x"], rel=1e-10)
    assert effect.se == pytest.approx(values["se"]["somers_d_y_given_x"], rel=1e-7)
    assert effect.df == values["df"]


def test_odds_ratio() -> None:
    values, effect = stored()["olr_k_adj_muni"], dose("group", "district")["odds_ratio_per_model", True]
    assert effect.detail["log_odds_ratio"] == pytest.approx(values["coef"]["k"], rel=1e-8)
    assert effect.detail["log_odds_ratio_se"] == pytest.approx(values["se"]["k"], rel=1e-7)


def test_within_and_between_municipalities() -> None:
    values, found = stored()["within_between"], dose("group")
    parts = [found["odds_ratio_within_area", True], found["odds_ratio_between_areas", True]]
    for effect, name in zip(parts, ("kw", "kb"), strict=True):
        assert effect.detail["log_odds_ratio"] == pytest.approx(values["coef"][name], rel=1e-6)
        assert effect.detail["log_odds_ratio_se"] == pytest.approx(values["se"][name], rel=1e-5)
        assert effect.df == values["degf"]
    ratio = found["odds_ratio_between_to_within", True]
    assert ratio.estimate == pytest.approx(parts[1].estimate / parts[0].estimate)


def test_models_beside_each_other() -> None:
    values = stored()["models_joint_linear"]["coef"]
    found = {
        effect.about["item"]: effect
        for effect in bm.model_effects(simulated())[1]
        if effect.name == "model_points" and effect.about["kind"] == "conditional"
    }
    assert {name: found[name].estimate for name in NAMES} == pytest.approx(
        {name: values[f"z{name}"] for name in NAMES}, rel=1e-8
    )


def test_many_against_none() -> None:
    values = stored()["many_minus_none"]
    found = {
        (effect.name, bool(effect.adjusted_for)): effect
        for effect in bm.class_contrasts(simulated(), alternatives=())[1]
        if dict(effect.about) == {"class": "3+", "against": "0"}
    }
    raw = found["difference_of_shares", False]
    assert raw.estimate == pytest.approx(values["difference"], rel=1e-10)
    shares = stored()["good_by_g3"]
    assert sorted(cell.k / cell.n for cell in raw.cells) != sorted(shares["good"])  # these are unweighted
    logit = stored()["many_vs_none_adj"]["coef"]
    standardised = found["standardised_difference", True]
    assert standardised.estimate == pytest.approx(_by_hand(logit), rel=1e-5)


def _by_hand(coef: dict[str, float]) -> float:
    """G-computation from R's coefficients, the mean over the respondents of the fit."""
    survey = simulated()
    rows = survey.mask if survey.mask is not None else np.ones(len(survey), dtype=bool)
    answers = np.column_stack([survey.values(name) for name in NAMES])
    rows = rows & (survey.values("coop") > 0) & ((answers < 0).sum(axis=1) <= 6)
    linear = np.full(rows.sum(), coef["(Intercept)"])
    for role, names in (("group", GROUPS), ("district", DISTRICTS)):
        effects = [0.0, *(coef[f"{role}{name}"] for name in names[1:])]
        linear += np.array(effects)[survey.values(role)[rows] - 1]
    many = linear + coef['relevel(factor(g3), "none")many']
    weight = survey.values("w")[rows]
    return float(np.average(1 / (1 + np.exp(-many)) - 1 / (1 + np.exp(-linear)), weights=weight))
