"""R's classical tests of unweighted answers, and the verbs that give the same numbers."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from barometri.inference.tested import HypothesisTest
from barometri.testing import adjust_p_values, correlation_test, independence, rank_test, trend_test
from tests.reference_cases.people import htest, last_wave, people
from tests.reference_cases.reading import Case

Values = Any
ADJUSTMENTS: dict[str, Any] = {
    "bonferroni": "bonferroni",
    "holm": "holm",
    "hochberg": "hochberg",
    "hommel": "hommel",
    "BH": "benjamini_hochberg",
    "BY": "benjamini_yekutieli",
}
TABLES = {
    "infl_sat": ("housing", "Infl", "Sat"),
    "type_sat": ("housing", "Type", "Sat"),
    "cont_sat": ("housing", "Cont", "Sat"),
    "year_op": ("jointsports", "y85", "op"),
    "grade_op": ("jointsports", "grade", "op"),
    "mental": ("mental", "ses", "mental"),
    "haireye": ("haireyecolor", "Hair", "Eye"),
    "haireye_fisher_sim_free": ("haireyecolor", "Eye", "Sex"),
    "temp_rating": ("wine", "temp", "rating"),
}


def _plain(case: Case) -> Values:
    name, rows, columns = TABLES[case["id"].split(".")[0]]
    found = independence(people(name), rows, columns)
    if case["call"].endswith("$stdres"):
        return case["values"] | {"values": found.residuals.tolist()}
    if "assocstats" not in case["call"]:
        return htest(found.pearson, case)
    tests = (found.likelihood_ratio, found.pearson)
    values = [[test.statistic, test.df, test.p_value] for test in tests]
    return {
        "table": case["values"]["table"] | {"values": values},
        "phi": found.phi,
        "contingency": found.contingency,
        "cramer": found.cramers_v,
    }


def _linear_by_linear(case: Case) -> Values:
    name, rows, columns = TABLES[case["id"].split(".")[0]]
    scores: Any = [1, 0] if name == "jointsports" else "levels"  # coin scores two groups by the first
    test = trend_test(people(name), columns, rows, method="linear_by_linear", scores=scores)
    return {"z": test.statistic, "p": test.p_value}


def _jt(test: HypothesisTest) -> dict[str, float]:
    return {
        "JT": test.detail["jt"],
        "mean": test.detail["mean"],
        "variance": test.detail["variance"],
        "z": test.statistic,
        "p_two_sided": test.p_value,
        "p_increasing": test.detail["p_increasing"],
    }


JT = {
    "jt_infl_sat": ("housing", "Sat", "Infl"),
    "mental_jt": ("mental", "mental", "ses"),
}


def _jonckheere(case: Case) -> Values:
    name, outcome, by = JT.get(case["id"], ("bfi", case["id"][-2:], "education"))
    return _jt(trend_test(people(name), outcome, by))


def _jt_of_last_wave(case: Case) -> Values:
    assert case["call"].startswith("with(S[S$LAST")
    return _jt(trend_test(last_wave(), "y", "k"))


def _jt_by_type(case: Case) -> Values:
    homes = people("housing")
    tests = [_jt(trend_test(homes.domain(homes["Type"] == kind), "Sat", "Infl")) for kind in (1, 2, 3, 4)]
    return case["values"] | {"values": [list(test.values()) for test in tests]}


def _correlation(case: Case) -> Values:
    method: Any = "kendall" if "kendall" in case["call"] else "spearman"
    test = correlation_test(people("bfi"), "education", case["id"][-2:], method=method)
    statistic = test.statistic if method == "kendall" else test.detail["s"]
    name = "tau" if method == "kendall" else "rho"
    return {
        "statistic": statistic,
        "parameter": [],
        "p_value": test.p_value,
        "estimate": {name: test.estimate},
    }


def _wilcox(case: Case) -> Values:
    sport = case["id"] == "wilcoxon_year"
    on, outcome, by = ("jointsports", "op", "y85") if sport else ("bfi", case["id"][-2:], "gender")
    test = rank_test(people(on), outcome, by, sampling="unweighted", continuity=not sport)
    return {"statistic": test.detail["w"], "parameter": [], "p_value": test.p_value}


def _kruskal(case: Case) -> Values:
    on, outcome, by = (
        ("housing", "Sat", "Type") if case["id"] == "kw_type_sat" else ("bfi", case["id"][-2:], "education")
    )
    test = rank_test(people(on), outcome, by, scores="kruskal_wallis", sampling="unweighted")
    return htest(test, case)


def _share_trend(case: Case) -> Values:
    call = case["call"]
    if case["id"] == "ca":
        return htest(trend_test(last_wave(), "good", "k", method="cochran_armitage", scores="values"), case)
    if case["id"].startswith("coal"):
        answer = "Wheeze" if case["id"].endswith("wheeze") else "Breathlessness"
        return htest(trend_test(people("coalminers"), answer, "Age", method="cochran_armitage"), case)
    homes = people("housing")
    high = homes.with_column("high", (homes.values("Sat") == 3).astype(float))
    scores: Any = [1, 2, 4] if "score = c(1, 2, 4)" in call else "levels"
    test = trend_test(high, "high", "Infl", method="cochran_armitage", scores=scores)
    if case["id"] != "ca_departure":
        return htest(test, case)
    parts = {name: test.detail[name] for name in ("total", "departure")}
    return {
        "total": parts["total"],
        "trend": test.statistic,
        "departure": parts["departure"],
        "df": test.detail["departure_df"],
        "p": test.detail["departure_p"],
    }


def _adjusted(case: Case) -> Values:
    if case["id"] == "multiplicity":
        items = case["values"]["rows"]
        p = [correlation_test(people("bfi"), "education", item).p_value for item in items]
    else:
        given = re.search(r"p.adjust\(c\(([^)]*)\)", case["call"])
        assert given is not None
        p = [float("nan") if one.strip() == "NA" else float(one) for one in given[1].split(",")]
    columns = [adjust_p_values(p, method=ADJUSTMENTS[name]) for name in case["values"]["cols"]]
    return case["values"] | {"values": np.stack(columns, axis=1)}


SETS = ("bfi", "housing", "jointsports", "sosbar_sim", "tables")
CASES: dict[str, Callable[[Case], Values]] = {
    r"\w+\.(chisq|assocstats|stdres)|haireye_fisher_sim_free": _plain,
    r"\w+\.linear_by_linear": _linear_by_linear,
    r"jt_education_\w\d|jt_infl_sat|mental_jt": _jonckheere,
    r"jt_by_type": _jt_by_type,
    r"jt": _jt_of_last_wave,
    r"(spearman|kendall)_\w\d": _correlation,
    r"wilcox_gender_\w\d|wilcoxon_year": _wilcox,
    r"kw_\w+": _kruskal,
    r"ca|ca_\w+|coal_trend(_wheeze)?": _share_trend,
    r"multiplicity|p\.adjust_\w+": _adjusted,
}
LEFT_OUT: dict[str, str] = {}
