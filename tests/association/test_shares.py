"""Association of the number of models and the judgement, against scipy, statsmodels and R."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import somersd
from statsmodels.miscmodels.ordinal_model import OrderedModel

from barometri.association import NOT_ESTIMABLE, association
from barometri.association.cases import complete_cases
from barometri.association.strength import odds_ratio_per_model, somers_d
from barometri.collaboration import count_models
from barometri.errors import OptionError
from barometri.model_battery import NUMBER_OF_MODELS
from barometri.study.codes import DONT_KNOW
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from tests import tiny_study

REFERENCE = Path(__file__).parents[1] / "reference"
DESIGN = SurveyDesign(weight="_weight", stratum=("district", "group"))
EQUAL = SurveyDesign(weight="equal")


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    cases = json.loads((REFERENCE / "sosbar_sim.json").read_text(encoding="utf-8"))["cases"]
    return {case["id"]: case["values"] for case in cases}


@pytest.fixture(scope="module")
def simulated() -> Callable[..., Survey]:
    """The simulated waves as a survey, the last wave as its domain."""
    frame = pd.read_csv(REFERENCE / "sosbar_sim.csv")
    cells = frame["wave"].astype(str) + frame["district"] + frame["group"]
    orders = {
        "group": ["ratkaisu", "palvelu", "esihenkilo", "sostyo", "sosjohtaja"],
        "district": ["etela", "lansi", "keski", "ita", "pohjoinen"],
    }
    columns = {
        "wave": frame["wave"],
        "cell": cells,
        "muni": frame["muni"],
        "w": frame["N_h"] / cells.groupby(cells).transform("size"),
        "y": frame["coop"].where(frame["coop"] <= 5, DONT_KNOW),
        NUMBER_OF_MODELS: frame["k"].fillna(DONT_KNOW).astype(int),
        **{name: frame[name].map(order.index) for name, order in orders.items()},
    }

    def load(**design: str) -> Survey:
        survey = Survey(pd.DataFrame(columns), SurveyDesign(weight="w", **design))  # type: ignore[arg-type]
        return survey.domain(survey["wave"] == 2021)

    return load


@pytest.mark.parametrize(
    ("case", "design"), [("assoc_k_coop_nofpc", {"stratum": "cell"}), ("assoc_k_coop_muni", {"psu": "muni"})]
)
def test_somers_d_equals_r(
    case: str, design: dict[str, str], simulated: Callable[..., Survey], stored: dict[str, Any]
) -> None:
    survey = simulated(**design)
    effect = somers_d(complete_cases(survey, "y"))
    name = "somers_d_y_given_x"
    values = stored[case]
    assert effect.estimate == pytest.approx(values["estimate"][name], rel=1e-10)
    assert effect.se == pytest.approx(values["se"][name], rel=1e-7)
    assert effect.df == values["df"]
    assert effect.p_value == pytest.approx(values["p"][name], rel=1e-6)
    assert effect.ci_low == pytest.approx(values["lower95"][name], rel=1e-6)
    assert effect.ci_high == pytest.approx(values["upper95"][name], rel=1e-6)
    assert effect.n == 1251


@pytest.mark.parametrize(("case", "adjust"), [("olr_k_adj_muni", ("group", "district"))])
def test_slope_equals_r(
    case: str, adjust: tuple[str, ...], simulated: Callable[..., Survey], stored: dict[str, Any]
) -> None:
    survey = simulated(psu="muni")
    effect = odds_ratio_per_model(complete_cases(survey, "y", adjust))
    values = stored[case]
    assert effect.detail["log_odds_ratio"] == pytest.approx(values["coef"]["k"], rel=1e-8)
    assert effect.detail["log_odds_ratio_se"] == pytest.approx(values["se"]["k"], rel=1e-7)
    assert effect.df == values["degf"]
    assert effect.p_value == pytest.approx(values["p"]["k"], rel=1e-6)
    assert effect.estimate == pytest.approx(np.exp(values["coef"]["k"]), rel=1e-8)
    assert effect.ci_low < effect.estimate < effect.ci_high


def test_unweighted_measures_equal_scipy_and_statsmodels() -> None:
    study = tiny_study.study()
    survey = Survey(tiny_study.responses(2021), EQUAL, study=study, wave=2021)
    found = {(e.name, e.adjusted_for): e for e in association(survey)[1]}
    counted = count_models(survey)
    y, k = counted.values("cooperation"), counted.values(NUMBER_OF_MODELS)
    known = (y > 0) & (k >= 0)
    d = found["somers_d", ()]
    assert d.estimate == pytest.approx(somersd(k[known], y[known]).statistic, abs=1e-12)
    raw = OrderedModel(y[known], k[known, None].astype(float), distr="logit")
    fit = raw.fit(method="bfgs", gtol=1e-8, disp=False, warn_convergence=False)
    slope = found["odds_ratio_per_model", ()]
    assert slope.detail["log_odds_ratio"] == pytest.approx(fit.params[0], rel=1e-6)
    frame = survey.frame[known]
    dummies = [k[known]] + [frame["group"] == g for g in (2, 3)] + [frame["district"] == d for d in (2, 3)]
    adjusted = OrderedModel(y[known], np.column_stack(dummies).astype(float), distr="logit")
    fit = adjusted.fit(method="bfgs", gtol=1e-8, disp=False, warn_convergence=False)
    slope = found["odds_ratio_per_model", ("group", "district")]
    assert slope.detail["log_odds_ratio"] == pytest.approx(fit.params[0], rel=1e-6)


def test_shares_by_number_of_models_and_their_places() -> None:
    survey = Survey(tiny_study.responses(2021), DESIGN, study=tiny_study.study(), wave=2021)
    shares, effects = association(survey)
    assert shares.frame[NUMBER_OF_MODELS].tolist() == ["0", "1", "2", "3"]
    assert shares.frame["estimate"].is_monotonic_increasing
    assert all(effect.p_value < 0.001 for effect in effects)
    places = survey.analytic().degrees_of_freedom
    assert effects[0].df == effects[1].df == places
    assert places < survey.degrees_of_freedom / 5
    assert effects[0].k_low >= effects[2].k_low > 0


def test_rare_numbers_are_pooled() -> None:
    study = tiny_study.study()
    rules = replace(study.disclosure, unreliable=100)
    survey = Survey(tiny_study.responses(2021), DESIGN, study=replace(study, disclosure=rules), wave=2021)
    assert association(survey)[0].frame[NUMBER_OF_MODELS].tolist() == ["0", "1", "2+"]


def test_separation_is_named() -> None:
    frame = tiny_study.responses(2021)
    frame.loc[frame["district"] == 2, "cooperation"] = 5
    survey = Survey(frame, DESIGN, study=tiny_study.study(), wave=2021)
    raw, adjusted = association(survey)[1][1:]
    assert np.isfinite(raw.estimate)
    assert np.isnan(adjusted.estimate)
    assert adjusted.method == f"{NOT_ESTIMABLE}: district"
    assert adjusted.k_low == 0


def test_a_constant_number_of_models_is_not_estimable() -> None:
    frame = tiny_study.responses(2021)
    frame[list(tiny_study.MODEL_QUESTIONS)] = 3
    survey = Survey(frame, DESIGN, study=tiny_study.study(), wave=2021)
    effects = association(survey)[1]
    assert [effect.method for effect in effects] == [f"{NOT_ESTIMABLE}: {NUMBER_OF_MODELS}"] * 3


def test_far_tails_keep_a_p_value() -> None:
    frame = tiny_study.responses(2021, size=4000)
    frame = pd.concat([frame] * 3, ignore_index=True)
    survey = Survey(frame, EQUAL, study=tiny_study.study(), wave=2021)
    survey = survey.with_column("unit", np.arange(len(frame)) % 800 + 1).with_column(
        "area", np.array([""] * len(frame), dtype=object)
    )
    assert 0 < association(survey)[1][0].p_value < 1e-15


def test_what_is_not_there_is_not_adjusted_for() -> None:
    frame = tiny_study.responses(2021).drop(columns="district")
    survey = Survey(frame, EQUAL, study=tiny_study.study(), wave=2021)
    assert [effect.adjusted_for for effect in association(survey)[1]] == [(), (), ("group",)]
    with pytest.raises(OptionError, match="association needs an outcome that wave 2021 asked"):
        association(survey, outcome="absent")
