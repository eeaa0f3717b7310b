"""The surveys of the reference sets beside the API samples, and tests as R prints them."""

from functools import cache
from typing import Any

import pandas as pd

from barometri.inference.tested import HypothesisTest
from barometri.survey import Survey, SurveyDesign
from tests.reference_cases.reading import Case, frame

Values = Any
EQUAL = SurveyDesign(weight="equal")
CANNOT_SAY = 9
LEVELS = {
    "Sat": ["Low", "Medium", "High"],
    "Infl": ["Low", "Medium", "High"],
    "Cont": ["Low", "High"],
    "Type": ["Tower", "Apartment", "Atrium", "Terrace"],
    "mental": ["Well", "Mild", "Moderate", "Impaired"],
    "Hair": ["Black", "Brown", "Red", "Blond"],
    "Eye": ["Brown", "Blue", "Hazel", "Green"],
    "opinion": ["very good", "good", "indifferent", "bad", "very bad"],
    "poverty": ["Too Little", "About Right", "Too Much"],
    "Breathlessness": ["NoB", "B"],
    "Wheeze": ["NoW", "W"],
    "Sex": ["Male", "Female"],
}


def numbered(data: pd.DataFrame) -> pd.DataFrame:
    """Ordered levels as numbers 1, 2, ... under the same names."""
    made = data.copy()
    for name in data.columns.intersection(pd.Index(LEVELS)):
        made[name] = data[name].map({level: place for place, level in enumerate(LEVELS[name], start=1)})
    return made


@cache
def people(name: str) -> Survey:
    """One row a person from a frequency table or a file, everybody drawn directly with one weight."""
    data = numbered(frame(name))
    if "Freq" in data:
        data = data.loc[data.index.repeat(data["Freq"])].reset_index(drop=True)
    if name == "jointsports":
        data["op"], data["y85"] = data["opinion"], (data["year"] == data["year"].max()).astype(int)
        return Survey(data, SurveyDesign(weight="equal", stratum=("year", "gender", "grade")))
    return Survey(data, EQUAL)


@cache
def sosbar() -> Survey:
    data = frame("sosbar_sim").copy()
    data["year"] = data["wave"]
    data["stratum"] = data["wave"].astype(str) + data["district"] + data["group"]
    data["w"] = data["N_h"] / data.groupby("stratum")["id"].transform("size")
    data["y"] = data["coop"].where(data["coop"] != CANNOT_SAY)
    data["good"] = (data["y"] >= 4).astype(float).where(data["y"].notna())
    for item in ("a1", "a2", "a3", "a4"):
        data[f"y{item}"] = data[item].where(data[item] != CANNOT_SAY)
    for model in range(1, 13):
        data[f"zm{model:02}"] = data[f"m{model:02}"].isin([1, 2]).astype(int)
    words = pd.cut(data["k"], [-1, 0, 2, 99], labels=["none", "some", "many"])
    data["g3"] = words.astype(object)
    return Survey(data, SurveyDesign(weight="w", stratum="stratum", fpc="N_h"))


def last_wave(variant: str = "") -> Survey:
    design = {
        "nofpc": SurveyDesign(weight="w", stratum="stratum"),
        "muni": SurveyDesign(weight="w", psu="muni"),
    }
    whole = sosbar().with_design(design[variant]) if variant else sosbar()
    return whole.domain(whole["year"] == 2021)


@cache
def values_survey() -> Survey:
    data = numbered(frame("wvs"))
    data["y"] = data["poverty"]
    data["w"] = 1000 / data.groupby("country")["y"].transform("size")
    data["dec"] = pd.cut(data["age"], [0, 29, 39, 49, 59, 200], labels=False) + 1
    return Survey(data, SurveyDesign(weight="w", stratum="country"))


def htest(test: HypothesisTest, case: Case) -> Values:
    """Return a test as R prints it."""
    parameter: Any = {
        "t": {"df": test.df},
        "F": {"ndf": test.df, "ddf": test.denominator_df},
        "chi_squared": {"df": test.df},
    }.get(test.reference, [])
    made = {"statistic": test.statistic, "parameter": parameter, "p_value": test.p_value}
    if "estimate" in case["values"]:
        made["estimate"] = dict.fromkeys(case["values"]["estimate"], test.estimate)
    if "ci" in case["values"]:
        made["ci"] = [test.ci_low, test.ci_high]
    return made
