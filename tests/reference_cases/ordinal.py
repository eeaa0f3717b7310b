"""R's measures of ordinal association, polychoric ones included, and the verbs that give the same."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from barometri.survey import Survey
from barometri.testing import OrdinalAssociation, ordinal_association, polychoric
from tests.reference_cases.people import EQUAL, last_wave, people, values_survey
from tests.reference_cases.plain import TABLES
from tests.reference_cases.reading import Case, frame, survey

Values = Any
NAMES = {
    "gamma": "gamma",
    "tau_b": "tau_b",
    "tau_c": "tau_c",
    "somers_d_y_given_x": "somers_d",
    "somers_d_x_given_y": "somers_d_reversed",
    "spearman": "spearman",
    "pearson_integer_scores": "pearson",
}
RANKED = tuple(NAMES)[:5]


def _column(found: OrdinalAssociation, field: str, names: tuple[str, ...]) -> dict[str, float]:
    return {name: float(getattr(found[NAMES[name]], field)) for name in names}


def _statistic(found: OrdinalAssociation, names: tuple[str, ...]) -> dict[str, float]:
    return {name: found[NAMES[name]].detail["statistic"] for name in names}


def by_design(on: Survey, x: str, y: str) -> Values:
    found = ordinal_association(on, x, y, interval="t")
    every = tuple(NAMES)
    return {
        "estimate": _column(found, "estimate", every),
        "se": _column(found, "se", every),
        "df": found["gamma"].df,
        "t": _statistic(found, every),
        "p": _column(found, "p_value", every),
        "lower95": _column(found, "ci_low", every),
        "upper95": _column(found, "ci_high", every),
    }


def multinomial(on: Survey, x: str, y: str) -> Values:
    found = ordinal_association(on, x, y, variance="multinomial", interval="t")
    every = tuple(NAMES)
    return {
        "n": found.n,
        "estimate": _column(found, "estimate", every),
        "ase1": _column(found, "se", every),
        "ase0": {name: found.null_se[NAMES[name]] for name in RANKED},
        "z": _statistic(found, RANKED),
        "p": _column(found, "p_value", RANKED),
        "lower95": _column(found, "ci_low", every),
        "upper95": _column(found, "ci_high", every),
    }


@cache
def _income_and_satisfaction() -> Survey:
    """Agresti's table, one row a person."""
    counts = np.array([1, 2, 1, 0, 3, 3, 6, 1, 10, 10, 14, 9, 6, 7, 12, 11]).reshape(4, 4).T
    rows, columns = np.indices((4, 4))
    flat = pd.DataFrame({"x": rows.ravel(), "y": columns.ravel()})
    return Survey(flat.loc[flat.index.repeat(counts.ravel())].reset_index(drop=True), EQUAL)


def _of(case: Case) -> tuple[Survey, str, str]:
    """Return survey and variables of a case by its name."""
    name = case["id"].split(".")[0]
    if name in TABLES:
        source, x, y = TABLES[name]
        return people(source), x, y
    known: dict[str, tuple[Callable[[], Survey], str, str]] = {
        "assoc_iid": (last_wave, "k", "y"),
        "age_y": (values_survey, "dec", "y"),
        "agresti_job": (_income_and_satisfaction, "x", "y"),
    }
    if name in known:
        on, x, y = known[name]
        return on(), x, y
    x, y = name.split("_")
    return people("bfi"), x, y


def _iid(case: Case) -> Values:
    return multinomial(*_of(case))


def _within_country(case: Case) -> Values:
    whole = values_survey()
    return {
        country: multinomial(whole.domain(whole["country"] == country), "dec", "y")
        for country in case["values"]
    }


def _schools(case: Case) -> Values:
    return by_design(survey(f"d{case['id'].removesuffix('.assoc')}"), "nsig", "perf5")


def _wave(case: Case) -> Values:
    return by_design(last_wave(case["id"].removeprefix("assoc_k_coop").removeprefix("_")), "k", "y")


def _weighted_countries(case: Case) -> Values:
    assert "dw" in case["call"]
    return by_design(values_survey(), "dec", "y")


def _homes(case: Case) -> Values:
    assert "dh" in case["call"]
    return by_design(people("housing"), "Infl", "Sat")


def _polychoric(case: Case) -> Values:
    on, x, y = _of(case)
    two = polychoric(on, x, y, variance="multinomial")
    ml = polychoric(on, x, y, method="ml", variance="multinomial")

    def cuts(side: str) -> Values:
        found = [value for name, value in ml.detail.items() if name.startswith(f"{side}_")]
        return found if len(found) > 1 else found[0]

    return {
        "two_step": two.estimate,
        "two_step_se": two.se,
        "ml": ml.estimate,
        "ml_se": ml.se,
        "ml_row_cuts": cuts("x"),
        "ml_col_cuts": cuts("y"),
        "chisq": ml.detail["chi_squared"],
        "df": ml.detail["model_df"],
    }


def _matrix(case: Case) -> Values:
    items = case["values"]["rows"]
    complete = Survey(frame("bfi")[items].dropna().reset_index(drop=True), EQUAL)
    values = [[1.0 if x == y else polychoric(complete, x, y).estimate for y in items] for x in items]
    return case["values"] | {"values": values}


SETS = (
    "api_srs",
    "api_strat",
    "api_clus1",
    "bfi",
    "housing",
    "jointsports",
    "sosbar_sim",
    "tables",
    "wine",
    "wvs",
)
CASES: dict[str, Callable[[Case], Values]] = {
    r"(srs|strat|clus1)(_nofpc)?\.assoc": _schools,
    r"assoc_k_coop(_nofpc|_muni)?": _wave,
    r"assoc_age_wtd": _weighted_countries,
    r"assoc_within_country": _within_country,
    r"assoc_design_unit_weights": _homes,
    r"\w+\.assoc_iid|assoc_iid|agresti_job": _iid,
    r"\w+\.polyc": _polychoric,
    r"polychoric_matrix_psych": _matrix,
}
LEFT_OUT: dict[str, str] = {}
LIKELIHOOD = ("ml", "ml_se", "ml_row_cuts", "ml_col_cuts", "chisq")
EARLY = (
    "polycor stops before the maximum of the likelihood (in education_A2 and education_A3 where it starts): "
    "its deviance is larger than ours, which the test asserts"
)
PARTLY = {r"(?!education_A5)\w+\.polyc": (LIKELIHOOD, EARLY)}
