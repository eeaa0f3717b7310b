"""R's regression calls and the verbs that give the same numbers."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import numpy as np

from barometri.inference.tested import HypothesisTest
from barometri.regression import (
    BrantTest,
    RegressionFit,
    brant_test,
    linear_regression,
    logistic_regression,
    ordinal_regression,
    poisson_regression,
    predicted,
    profile_intervals,
    scale_tests,
    wald_test,
)
from barometri.survey import Survey
from barometri.testing import adjust_p_values, equivalence
from tests.reference_cases import regression_data as data
from tests.reference_cases.reading import Case, frame

Values = Any
Run = Callable[[str, Case], Values]
FITS: Mapping[str, Callable[..., RegressionFit]] = {
    "gaussian": linear_regression,
    "quasibinomial": logistic_regression,
    "quasipoisson": poisson_regression,
}
GLM = (
    r"svyglm\((?P<left>.+?) ?~ ?(?P<right>.+?), (?P<design>subset\(.+?\)\)?|\w+)"
    r"(?:, family = (?P<family>\w+)\(\))?\)"
)
WORKING: tuple[tuple[str, Literal["working_wald", "working_likelihood_ratio"]], ...] = (
    ("WorkingWald", "working_wald"),
    ("LRT", "working_likelihood_ratio"),
)
YES = r'(?:as\.numeric|I)\((\S+) ?== ?"?(\w+)"?\)'
MAXIMUM: Final = "information"


def prepared(survey: Survey, text: str) -> tuple[Survey, str, dict[str, str]]:
    """Make R's expressions variables, and its words ours."""
    made = survey
    for number, (whole, name, level) in enumerate(re.findall(f"({YES})", text), start=1):
        plain = name.replace(".", "_")
        value = int(level) if level.isdigit() else level
        made = made.with_column(f"yes{number}", made[plain] == value)
        text = text.replace(whole, f"yes{number}")
    text = text.replace("factor(pmin(k, 4))", "C(k4)").replace("as.integer(ses)", "ses")
    reference = {"g3": "none"} if "relevel(" in text else {}
    text = text.replace('relevel(factor(g3), "none")', "g3")
    left, _, right = text.partition("~")
    left = re.sub(r"(?:factor|ordered)\((.+?)\)", r"\1", left)
    left = left.replace("I(pmin(as.integer(rating), 4))", "rating4")
    right = re.sub(r"\bfactor\(", "C(", right)
    return made, f"{left.strip()} ~ {right.strip()}", reference


def survey_of(name: str, design: str) -> Survey:
    return data.SURVEYS[name](design)


def svyglm(name: str, call: str) -> RegressionFit:
    found = re.search(GLM, call)
    assert found is not None, call
    survey, formula, reference = prepared(
        survey_of(name, found["design"]), f"{found['left']} ~ {found['right']}"
    )
    family = found["family"] or "gaussian"
    options = {} if family == "gaussian" else {"convergence": "deviance"}  # R's glm stops there
    return FITS[family](survey, formula, reference=reference, **options)


def olr(name: str, call: str) -> RegressionFit:
    found = re.search(
        r"(?:svyolr|olr_svy|brant_svy)\((.+? ~ .+?), (\w+|subset\(.+\)|svydesign\(.+\))\)", call
    )
    assert found is not None, call
    design = found[2]
    wine = data.wine("judge" if "judge" in call else "") if name == "wine" else None
    survey, formula, reference = prepared(wine or survey_of(name, design), found[1])
    return ordinal_regression(survey, formula, reference=reference)


def clm(name: str, call: str, **options: Any) -> RegressionFit:  # noqa: ANN401
    found = re.search(r"(?:clm|polr)\((.+? ~ .+?), (?:nominal = ~contact, )?data = (\w+)", call)
    assert found is not None, call
    if name == "wine":
        survey = data.wine("")
    elif name == "bfi":
        survey = data.personality()
    elif name == "tables":
        survey = data.mental()
    else:
        survey = survey_of(name, found[2])
    for word in ("link", "threshold"):
        if own := re.search(rf'{word} = "(\w+)"', call):
            options[{"link": "link", "threshold": "thresholds"}[word]] = own[1]
    survey, formula, _ = prepared(survey, found[1])
    return ordinal_regression(survey, formula, se=MAXIMUM, **options)


def by_name(case: Case, key: str, found: Any) -> dict[str, float]:  # noqa: ANN401
    return dict(zip(case["values"][key], found, strict=True))


def glm_values(name: str, case: Case) -> Values:
    fit = svyglm(name, case["call"])
    return {
        "coef": by_name(case, "coef", fit.coefficients),
        "se": by_name(case, "se", fit.se),
        "vcov": fit.covariance,
        "df_residual": float(fit.df[0]),
    }


def glm_table(name: str, case: Case) -> Values:
    table = svyglm(name, case["call"]).table()
    return case["values"] | {"values": table[["estimate", "se", "statistic", "p_value"]].to_numpy()}


def glm_confint(name: str, case: Case) -> Values:
    table = svyglm(name, case["call"]).table()
    return case["values"] | {"values": table[["ci_low", "ci_high"]].to_numpy()}


def term_of(call: str) -> str:
    found = re.search(r", ~(.+?)(?:, method = \"(\w+)\")?\)(?: })?$", call)
    assert found is not None, call
    return found[1].replace("factor(pmin(k, 4))", "C(k4)").replace("factor(", "C(")


def wald_values(test: HypothesisTest) -> Values:
    return {"F": test.statistic, "df": test.df, "ddf": test.denominator_df, "p": test.p_value}


def regterm(name: str, case: Case) -> Values:
    call = case["call"]
    fit = svyglm(name, call)
    for word, method in WORKING:
        if word in call:
            return working(case, wald_test(fit, term_of(call), method=method))
    return wald_values(wald_test(fit, term_of(call)))


def working(case: Case, test: HypothesisTest) -> Values:
    own = [value for key, value in test.detail.items() if key.startswith("lambda")]
    wanted = case["values"]
    found = {
        "chisq": np.reshape(test.statistic, np.shape(wanted["chisq"])),
        "df": test.df,
        "ddf": test.denominator_df,
        "p": test.p_value,
        "lambda": own if isinstance(wanted["lambda"], list) else own[0],
    }
    return {key: found.get(key, value) for key, value in wanted.items()}


def olr_values(name: str, case: Case) -> Values:
    return olr_record(case, olr(name, case["call"]))


def olr_record(case: Case, fit: RegressionFit) -> Values:
    table, normal = fit.table(), fit.table(df=float("inf"))
    return {
        "coef": by_name(case, "coef", fit.coefficients),
        "se": by_name(case, "se", fit.se),
        "vcov": fit.covariance,
        "degf": fit.df_design,
        "t": by_name(case, "t", table["statistic"]),
        "p": by_name(case, "p", table["p_value"]),
        "p_normal": by_name(case, "p_normal", normal["p_value"]),
    }


def slopes_first(fit: RegressionFit) -> "np.ndarray[Any, np.dtype[Any]]":
    cuts = len(fit.model.fit.thresholds)
    return np.roll(np.arange(len(fit.names)), -cuts)


def svyolr_values(name: str, case: Case) -> Values:
    return polr_record(case, olr(name, case["call"]))


def polr_record(case: Case, fit: RegressionFit) -> Values:
    order = slopes_first(fit)
    return {
        "coef": by_name(case, "coef", fit.coefficients[order]),
        "vcov": fit.covariance[np.ix_(order, order)],
        "deviance": fit.deviance,
    }


def brant_values(name: str, case: Case) -> Values:
    return brant_record(case, brant_test(olr(name, case["call"])))


def brant_record(case: Case, found: BrantTest) -> Values:
    tests = [found.omnibus, *found.terms.values()]
    keys = [key for key in case["values"] if key not in ("coef", "se")]
    made = {
        key: {
            "chisq": test.detail["chi_square"],
            "df": test.df,
            "p_chisq": test.detail["p_chi_square"],
            "F": test.statistic,
            "ddf": test.denominator_df,
            "p_F": test.p_value,
        }
        for key, test in zip(keys, tests, strict=True)
    }
    wanted = case["values"]
    return made | {
        "coef": wanted["coef"] | {"values": found.coefficients},
        "se": wanted["se"] | {"values": found.se},
    }


def clm_values(name: str, case: Case) -> Values:
    fit = clm(name, case["call"])
    return {
        "coef": by_name(case, "coef", fit.coefficients),
        "vcov": fit.covariance,
        "logLik": fit.log_likelihood,
    }


def polr_values(name: str, case: Case) -> Values:
    return polr_record(case, clm(name, case["call"]))


def clm_nominal(name: str, case: Case) -> Values:
    survey = data.wine("")
    fit = ordinal_regression(survey, "rating ~ temp + contact", se=MAXIMUM, nominal=["contact"])
    return {"coef": by_name(case, "coef", fit.coefficients), "logLik": fit.log_likelihood}


def null_log_likelihood(name: str, case: Case) -> Values:
    return clm(name, case["call"]).log_likelihood


def likelihood_ratios(name: str, case: Case) -> Values:
    """nominal_test: one row a term, the first one without."""
    fit = clm(name, case["call"])
    terms = brant_test(fit, method="likelihood_ratio").terms
    return ratio_rows(case, fit, terms)


def ratio_rows(case: Case, fit: RegressionFit, terms: Mapping[str, HypothesisTest]) -> Values:
    nothing = float("nan")
    found = {
        "term": ["<none>", *terms],
        "df": [nothing, *(test.df for test in terms.values())],
        "LRT": [nothing, *(test.statistic for test in terms.values())],
        "p": [nothing, *(test.p_value for test in terms.values())],
        "logLik": [fit.log_likelihood, *(fit.log_likelihood + t.statistic / 2 for t in terms.values())],
    }
    return {key: found[key] for key in case["values"]}


def dropped_terms(name: str, case: Case) -> Values:
    fit = clm(name, case["call"])
    names = [text for text, _ in fit.model.coding.terms]
    return ratio_rows(case, fit, {text: wald_test(fit, text, method="likelihood_ratio") for text in names})


def predictions(name: str, case: Case) -> Values:
    fit = clm(name, case["call"].removeprefix("unname(predict("))
    cells = frame("housing")[["Infl", "Type", "Cont"]].drop_duplicates()
    return predicted(fit, cells).frame["estimate"].to_numpy().reshape(len(cells), -1)


def clm_wald(name: str, case: Case) -> Values:
    table = clm(name, case["call"]).table()
    return case["values"] | {"values": table[["ci_low", "ci_high"]].to_numpy()}


def frequency_logit(name: str, case: Case) -> Values:
    fit = logistic_regression(data.sports("js"), "good ~ y85*girl", se=MAXIMUM)
    return {"coef": by_name(case, "coef", fit.coefficients), "vcov": fit.covariance}


def within_between(name: str, case: Case) -> Values:
    if name == "wvs":
        return olr_record(case, ordinal_regression(data.values("dw"), "y ~ c + country"))
    return olr_record(case, ordinal_regression(data.barometer("complete"), "y ~ kw + kb + group"))


def gap_by_wave(name: str, case: Case) -> Values:
    rows = []
    for wave in range(2017, 2022):
        fit = linear_regression(data.barometer(f"wave == {wave}"), "good ~ gB")
        rows.append([wave, fit.coefficients[1], fit.se[1]])
    return case["values"] | {"values": rows}


def trend_departure(name: str, case: Case) -> Values:
    fit = linear_regression(data.barometer("d1"), "y ~ k + C(k4)")
    return wald_values(wald_test(fit, "C(k4)"))


def clm_profile(name: str, case: Case) -> Values:
    found = profile_intervals(clm(name, case["call"]))
    return case["values"] | {"values": found[["ci_low", "ci_high"]].to_numpy()}


def spread_tests(name: str, case: Case) -> Values:
    fit = clm(name, case["call"])
    return ratio_rows(case, fit, scale_tests(fit))


def one_at_a_time(name: str, case: Case) -> Values:
    """One slope of each of several fits, with adjusted p values."""
    fits = []
    for column in case["values"]["cols"]:
        if name == "api_strat":
            survey = data.api("dstrat")
            plain = column.replace(".", "_")
            fits.append(ordinal_regression(survey, f"perf5 ~ {plain}"))
        else:
            fits.append(ordinal_regression(data.barometer("d1"), f"y ~ {column} + group + district"))
    rows = []
    for fit in fits:
        place = len(fit.model.fit.thresholds)
        table = fit.table()
        rows.append([table["estimate"][place], table["se"][place], table["p_value"][place]])
    found = np.array(rows).T
    holm, bh = adjust_p_values(found[2]), adjust_p_values(found[2], method="benjamini_hochberg")
    return case["values"] | {"values": [*found, holm, bh]}


def colocation(name: str, case: Case) -> Values:
    fit = linear_regression(data.barometer("d1"), "good ~ zm08 + k + group + district")
    place = fit.names.index("zm08")
    b, se, df = float(fit.coefficients[place]), float(fit.se[place]), float(fit.df[place])
    table, test = fit.table(level=0.9), equivalence(b, se, df, fit.n, low=-0.1, high=0.1)
    return {
        "b": b,
        "se": se,
        "df": df,
        "lo90": table["ci_low"][place],
        "hi90": table["ci_high"][place],
        "p_lower": test.detail["p_low"],
        "p_upper": test.detail["p_high"],
    }


def district_against_rest(name: str, case: Case) -> Values:
    rows = []
    for model in data.MODELS:
        for district in data.DISTRICTS:
            survey = data.barometer("d1")
            survey = survey.with_column("here", survey["district"] == district)
            fit = linear_regression(survey, f"z{model} ~ here")
            table = fit.table(df=fit.df_design)
            rows.append([fit.coefficients[1], fit.se[1], table["p_value"][1]])
    found = np.array(rows)
    holm, bh = adjust_p_values(found[:, 2]), adjust_p_values(found[:, 2], method="benjamini_hochberg")
    return case["values"] | {"values": np.column_stack([found, holm, bh])}


CASES: Mapping[str, Run] = {
    r"api_\w+:.+\.glm_\w+_table": glm_table,
    r"api_\w+:.+\.glm_\w+_confint|jointsports:did_linear_ci": glm_confint,
    r"api_(srs|strat|clus1):.+\.(glm_\w+|trend_logit|trend_linear)": glm_values,
    r"jointsports:did_(linear|logit)|sosbar_sim:many_vs_none_(logit|adj)": glm_values,
    r"sosbar_sim:(trend_logit|trend_linear|models_joint_linear)": glm_values,
    r"sosbar_sim:(did_linear|did_logit|gap_trend|ga\d_trend_\w+)": glm_values,
    r"sosbar_sim:trend_departure": trend_departure,
    r"sosbar_sim:(models_joint_wald|district_coop_adj|gap_wave_joint|ga\d_wave_departure)": regterm,
    r"api_\w+:.+\.(regterm_\w+|trend_departure)": regterm,
    r"\w+:(.+\.)?svyolr(_\w+)?": svyolr_values,
    r"api_\w+:.+\.olr_precise|api_strat:items\.joint": olr_values,
    r"sosbar_sim:(olr_\w+|models_joint|did_ordinal)": olr_values,
    r"housing:olr_robust|jointsports:did_ordinal|wine:design_judge|wvs:olr_wtd": olr_values,
    r"\w+:(.+\.)?brant(_\w+)?": brant_values,
    r"bfi:clm_\w+|housing:clm_(logit|probit|cloglog)|jointsports:did_ordinal_ml": clm_values,
    r"tables:mental_clm|wvs:clm": clm_values,
    r"wine:(clm|clm_probit|clm_equidistant)": clm_values,
    r"wine:clm_nominal_contact": clm_nominal,
    r"housing:polr": polr_values,
    r"housing:clm_null_loglik": null_log_likelihood,
    r"\w+:nominal_test": likelihood_ratios,
    r"housing:LRT_terms": dropped_terms,
    r"housing:predict": predictions,
    r"housing:ci_wald": clm_wald,
    r"jointsports:did_logit_ml": frequency_logit,
    r"(wvs|sosbar_sim):within_between": within_between,
    r"sosbar_sim:gap_by_wave": gap_by_wave,
    r"housing:ci_profile": clm_profile,
    r"housing:scale_test": spread_tests,
    r"api_strat:items\.one_at_a_time|sosbar_sim:models_one_at_a_time": one_at_a_time,
    r"sosbar_sim:colocation_tost": colocation,
    r"sosbar_sim:district_vs_rest": district_against_rest,
}
SEPARATED: Mapping[str, str] = {
    r"api_srs:srs(_nofpc)?\.(glm|regterm)_binomial\w*": "api00",
    r"api_strat:strat\.(glm|regterm)_binomial\w*": "api00",
    r"api_clus1:clus1\.(glm|regterm)_binomial\w*": "api00",
    r"api_strat:strat_nofpc\.trend_logit": "nsig",
    r"wine:brant_iid": "temp",
}
"""Cases whose answers are separated: R prints where its iterations stopped, and we name the variable."""

LEFT_OUT: Mapping[str, str] = {
    pattern: "the answers are separated, so that no finite estimate exists; R's numbers are where its "
    f"iterations stopped, and the verb says 'not estimable' and names {variable}"
    for pattern, variable in SEPARATED.items()
}

OUTSIDE: Mapping[str, str] = {
    r"wine:(clmm_\w+|lmer_reml|lr_random)|sosbar_sim:(clmm_muni|lmer_muni)": "mixed models",
    r"jointsports:(woolf|loglinear_threeway)": "Woolf's test and log-linear models",
}
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


def find(name: str, case: Case) -> Run | None:
    """Return the first function whose pattern matches ``set:id``."""
    key = f"{name}:{case['id']}"
    if any(re.fullmatch(pattern, key) for pattern in (*SEPARATED, *OUTSIDE)):
        return None
    return next((run for pattern, run in CASES.items() if re.fullmatch(pattern, key)), None)


def refused(name: str, case: Case) -> str:
    """Return what the verb says about a separated case."""
    if name == "wine":
        return brant_test(olr(name, case["call"])).reason
    return svyglm(name, case["call"]).reason
