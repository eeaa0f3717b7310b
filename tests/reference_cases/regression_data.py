"""The surveys that R's regression cases use, with the variables that R derived."""

import re
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import pandas as pd

from barometri.study.codebook import Code, Codebook, Question
from barometri.survey import Survey, SurveyDesign
from tests.reference_cases.reading import DESIGNS, frame

BLANK = -9004
EQUAL = SurveyDesign(weight="equal")
GROUPS = ["ratkaisu", "palvelu", "esihenkilo", "sostyo", "sosjohtaja"]
DISTRICTS = ["etela", "lansi", "keski", "ita", "pohjoinen"]
OPINIONS = ["very good", "good", "indifferent", "bad", "very bad"]
MODELS = [f"m{number:02d}" for number in range(1, 13)]


def factors(data: pd.DataFrame, levels: Mapping[str, list[str]]) -> tuple[pd.DataFrame, Codebook]:
    """Factors of R as codes in their order."""
    made, questions = data.copy(), {}
    for name, own in levels.items():
        place = {level: number for number, level in enumerate(own, start=1)}
        made[name] = np.array([place.get(value, BLANK) for value in data[name].tolist()], dtype=np.int32)
        codes = tuple(Code(place[level], level, {}, {}) for level in own)
        questions[name] = Question(name, "ordinal", {}, {}, codes)
    return made, Codebook(questions)


def repeated(data: pd.DataFrame) -> pd.DataFrame:
    return data.loc[data.index.repeat(data["Freq"].astype(int))].reset_index(drop=True)


@cache
def api(design: str) -> Survey:
    data, how = DESIGNS[design]
    return Survey(frame(data).rename(columns=lambda name: name.replace(".", "_")), how)


@cache
def housing(design: str) -> Survey:
    levels = {
        "Sat": ["Low", "Medium", "High"],
        "Infl": ["Low", "Medium", "High"],
        "Type": ["Tower", "Apartment", "Atrium", "Terrace"],
        "Cont": ["Low", "High"],
    }
    data, codebook = factors(frame("housing"), levels)
    if design == "h":
        return Survey(data[data["Freq"] > 0], SurveyDesign(weight="Freq"), codebook=codebook)
    return Survey(repeated(data), EQUAL, codebook=codebook)


@cache
def sports(design: str) -> Survey:
    data = frame("jointsports").copy()
    data["op"] = [OPINIONS.index(value) + 1 for value in data["opinion"]]
    data["good"] = (data["op"] <= 2).astype(int)
    data["y85"] = (data["year"] == data["year"].max()).astype(int)
    data["girl"] = (data["gender"] == "Girl").astype(int)
    data["stratum"] = data["year"].astype(str) + data["gender"] + data["grade"]
    if design == "js":
        return Survey(data[data["Freq"] > 0], SurveyDesign(weight="Freq"))
    return Survey(repeated(data), SurveyDesign(weight="equal", stratum="stratum"))


@cache
def wine(design: str) -> Survey:
    data, codebook = factors(frame("wine"), {"temp": ["cold", "warm"], "contact": ["no", "yes"]})
    data["rating4"] = data["rating"].clip(upper=4)
    return Survey(data, SurveyDesign(weight="equal", psu=design or None), codebook=codebook)


@cache
def values(design: str) -> Survey:
    levels = {
        "poverty": ["Too Little", "About Right", "Too Much"],
        "religion": ["no", "yes"],
        "degree": ["no", "yes"],
        "country": ["Australia", "Norway", "Sweden", "USA"],
        "gender": ["female", "male"],
    }
    data = frame("wvs").copy()
    data["w"] = 1000 / data.groupby("country")["country"].transform("size")
    data["c"] = data["age"] - data.groupby("country")["age"].transform("mean")
    data["y"] = [levels["poverty"].index(value) + 1 for value in data["poverty"]]
    made, codebook = factors(data, levels)
    if design == "dw":
        return Survey(made, SurveyDesign(weight="w", stratum="country"), codebook=codebook)
    return Survey(made, EQUAL, codebook=codebook)


@cache
def personality() -> Survey:
    return Survey(frame("bfi"), EQUAL)


@cache
def mental() -> Survey:
    data, codebook = factors(frame("mental"), {"mental": ["Well", "Mild", "Moderate", "Impaired"]})
    return Survey(data, SurveyDesign(weight="Freq"), codebook=codebook)


def _barometer() -> tuple[pd.DataFrame, Codebook]:
    data = frame("sosbar_sim").copy()
    last = data["wave"].max()
    data["stratum"] = data["wave"].astype(str) + data["district"] + data["group"]
    data["w"] = data["N_h"] / data.groupby("stratum")["wave"].transform("size")
    data["last"] = (data["wave"] == last).astype(int)
    data["y"] = data["coop"].where(data["coop"] != 9)
    data["good"] = (data["y"] >= 4).astype(float).where(data["y"].notna())
    for number in range(1, 5):
        own = data[f"a{number}"].where(data[f"a{number}"] != 9)
        data[f"ga{number}"] = (own >= 4).astype(float).where(own.notna())
    for model in MODELS:
        data[f"z{model}"] = data[model].isin([1, 2]).astype(int)
    data["t"] = data["wave"] - 2017
    data["y85"] = (data["wave"] == last).astype(int)
    data["gB"] = (data["group"] == "sostyo").astype(int)
    data["k4"] = data["k"].clip(upper=4)
    data["g3"] = np.where(data["k"] == 0, "none", np.where(data["k"] >= 3, "many", "some")).astype(object)
    data.loc[data["k"].isna(), "g3"] = None
    complete = data[(data["last"] == 1) & data["k"].notna() & data["y"].notna()]
    between = complete.groupby("muni")["k"].mean()
    data["kb"] = data["muni"].map(between)
    data["kw"] = data["k"] - data["kb"]
    return factors(data, {"group": GROUPS, "district": DISTRICTS})


def _waves(design: str, survey: Survey) -> Survey:
    """Subsets of the simulated waves as domains."""
    last = survey["last"] == 1
    two = survey["group"].isin(["ratkaisu", "sostyo"])
    if design == "dAll":
        return survey
    if design in ("d1", "d1_muni", "subset(d1, !is.na(g3))"):
        return survey.domain(last)
    if found := re.search(r"wave == (\d+)", design):
        return survey.domain(two & (survey["wave"] == int(found[1])))
    recent = survey["wave"].isin([2020, 2021])
    return survey.domain(two & recent if "wave %in%" in design else two)


@cache
def barometer(design: str) -> Survey:
    """The simulated waves: ``dAll``, ``d1`` (the last one), ``d1_muni`` and subsets of them."""
    data, codebook = _barometer()
    if design == "complete":
        kept = data[(data["last"] == 1) & data["k"].notna() & data["y"].notna()]
        return Survey(kept, SurveyDesign(weight="w", psu="muni"), codebook=codebook)
    how = SurveyDesign(weight="w", stratum="stratum", fpc="N_h")
    if design == "d1_muni":
        how = SurveyDesign(weight="w", psu="muni")
    return _waves(design, Survey(data, how, codebook=codebook))


SURVEYS: Mapping[str, Callable[[str], Survey]] = {
    "api_srs": api,
    "api_strat": api,
    "api_clus1": api,
    "housing": housing,
    "jointsports": sports,
    "sosbar_sim": barometer,
    "wvs": values,
}
