"""The last cases: binomial intervals, odds ratios, Wald tests of shares, matrices of correlations."""

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from barometri.estimation import proportion, total
from barometri.regression import logistic_regression
from barometri.survey import Survey, SurveyDesign
from barometri.testing import correlation_test, independence, joint_test, ordinal_association
from tests.reference_cases.people import EQUAL, LEVELS, htest, last_wave, people
from tests.reference_cases.reading import Case, frame, survey
from tests.reference_cases.regression_data import factors, repeated

AGES = ["20-24", "25-29", "30-34", "35-39", "40-44", "45-49", "50-54", "55-59", "60-64"]
SCHOOLS: dict[str, tuple[str, list[str | int]]] = {"hi == 1": ("hi", [1]), 'both == "Yes"': ("both", ["Yes"])}
EXACT: tuple[Any, ...] = ("korn_graubard", "wilson")
NEAR = 5e-5
"""How far R's likelihood limits, read off an interpolated profile, may lie from ours."""


def _wald_of_shares(case: Case) -> object:
    assert "- 0.2" in case["call"]
    shares = proportion(survey("dstrat"), "perf5", categories="each", df="design")
    first = np.eye(len(shares))[:4]
    plain = joint_test(shares, first, statistic="chisq", null_value=0.2)
    small = joint_test(shares, first, statistic="adjusted_F", null_value=0.2)
    return {
        "chisq": plain.detail["chi_squared"],
        "df": plain.df,
        "p": plain.p_value,
        "F_adj": small.statistic,
        "p_adj": small.p_value,
    }


def _matrix(case: Case) -> object:
    names = case["values"]["rows"]
    battery = people("bfi")
    answered = battery.domain(~battery[names[0]].is_missing())
    for name in names[1:]:
        answered = answered.domain(~battery[name].is_missing())
    method: Any = case["id"].split("_")[0]
    pairs = [
        correlation_test(answered, x, y, method=method).estimate if x != y else 1.0
        for x, y in product(names, names)
    ]
    return case["values"] | {"values": np.reshape(pairs, (len(names), -1)).tolist()}


def _phi(case: Case) -> object:
    names = case["values"]["rows"]
    answers = last_wave().with_design(EQUAL)
    pairs = [
        ordinal_association(answers, x, y, variance="multinomial")["pearson"].estimate if x != y else 1.0
        for x, y in product(names, names)
    ]
    return case["values"] | {"values": np.reshape(pairs, (len(names), -1)).tolist()}


def _individual(_: Case) -> object:
    found = ordinal_association(last_wave(), "k", "y", variance="multinomial", scores="values")
    return {"individual": found["pearson"].estimate}


def _codes(_: Case) -> object:
    levels = {"opinion": LEVELS["opinion"], "year": ["1983", "1985"], "gender": ["Boy", "Girl"]}
    table = frame("jointsports").astype({"year": str})
    data, codebook = factors(repeated(table), levels)
    answers = Survey(data, EQUAL, codebook=codebook)
    opinions = proportion(answers, "opinion", categories="each").frame
    cells = total(answers, by=["gender", "year"]).frame
    return {
        "opinions": opinions["category"].tolist(),
        "n": int(opinions["n"][0]),
        "by_year_gender": {
            "year": cells["year"].tolist(),
            "gender": cells["gender"].tolist(),
            "Freq": cells["n"].tolist(),
        },
    }


def _two_shares(case: Case) -> object:
    sports = people("jointsports")
    sports = sports.with_column("good", sports["op"] <= 2)
    made = {}
    for name, gender in (("boy", "Boy"), ("girl", "Girl")):
        own = sports.domain(sports["gender"] == gender)
        table = independence(own, "y85", "good").pearson
        shares = proportion(own, "good", by="y85").frame["estimate"]
        expected = case["values"][name]
        made[name] = htest(table, {"values": {}}) | {
            "estimate": dict(zip(expected["estimate"], shares, strict=True)),
        }
    return made


def _log_odds(_: Case) -> object:
    table = frame("coalminers")
    table = table.assign(
        breathless=(table["Breathlessness"] == "B") * 1, wheezing=(table["Wheeze"] == "W") * 1
    )
    miners = Survey(table, SurveyDesign(weight="Freq"))
    fits = [
        logistic_regression(miners.domain(miners["Age"] == age), "breathless ~ wheezing", se="information")
        for age in AGES
    ]
    return {
        "lor": [float(fit.coefficients[1]) for fit in fits],
        "se": [float(fit.se[1]) for fit in fits],
    }


def _binomial(case: Case) -> object:
    rows = []
    for k, n in [row[:2] for row in case["values"]["values"]]:
        words = pd.DataFrame({"answer": ["yes"] * k + ["no"] * (n - k)})
        data, codebook = factors(words, {"answer": ["no", "yes"]})
        answers = Survey(data, EQUAL, codebook=codebook)
        limits: list[float] = []
        for ci in EXACT:
            found = proportion(answers, "answer", categories=["yes"], ci=ci, df="normal")
            limits += found.frame[["ci_low", "ci_high"]].to_numpy()[0].tolist()
        rows.append([k, n, *limits])
    return case["values"] | {"values": rows}


def likelihood(case: Case) -> object:
    """Estimate, error and limits; the limits are compared apart, at `NEAR`."""
    match = re.fullmatch(
        r"svyciprop\(~I\((.*)\), (\w+), method = \"likelihood\", level = (.*)\)", case["call"]
    )
    assert match is not None
    item, codes = SCHOOLS[match[1]]
    row = proportion(
        survey(match[2]),
        item,
        categories=codes,
        ci="likelihood",
        level=float(match[3]),
        df="design",
    ).frame.iloc[0]
    return {"estimate": row["estimate"], "se": row["se"], "ci": [row["ci_low"], row["ci_high"]]}


SETS = ("api_srs", "api_strat", "api_clus1", "bfi", "jointsports", "sosbar_sim", "tables")
CASES: dict[str, Callable[[Case], Any]] = {
    r"wald_shares_vs_quarter": _wald_of_shares,
    r"(kendall|spearman)_matrix_A": _matrix,
    r"phi_between_models": _phi,
    r"ecological_correlation": _individual,
    r"codes": _codes,
    r"two_prop_tests": _two_shares,
    r"coal_oddsratio": _log_odds,
    r"binom_intervals": _binomial,
    r"\w+\.ciprop_likelihood_0\.9\d?": likelihood,
}
MEANS_OF_AREAS = (
    "no verb correlates the means of areas, or what is left of answers after them; the correlation of "
    "individuals is compared"
)
INTERPOLATED = (
    "R reads its limits off an interpolated profile, so that the likelihood ratio at them misses its own "
    f"critical value by up to 1e-3; ours solve the equation and lie within {NEAR:g} of R's, which a test "
    "asserts; estimate and error are compared"
)
LARGE_SAMPLE = (
    "R's interval for the difference takes p(1-p)/n and the normal; that of contrast takes the variance of a "
    "sample, over n-1; statistic, p-value and shares are compared"
)
PARTLY: dict[str, tuple[tuple[str, ...], str]] = {
    r"ecological_correlation": (("muni", "district", "within_muni"), MEANS_OF_AREAS),
    r"\w+\.ciprop_likelihood_0\.9\d?": (("ci",), INTERPOLATED),
    r"two_prop_tests": (("ci",), LARGE_SAMPLE),
}
LEFT_OUT = {
    r"domain_lonely_TRUE": (
        "adjust.domain.lonely enlarges the variance of a domain with one sampled unit in a stratum of more; "
        "that stratum's variance is estimable, and the verb estimates it (domain_lonely_FALSE is compared)"
    ),
}
OUTSIDE = {
    r"alpha_(A|complete_cases)": "Cronbach's alpha",
    r"mantel_haenszel|cmh_ordinal|(mental|coal|jobsat)_cmh": "Cochran–Mantel–Haenszel tests",
}
