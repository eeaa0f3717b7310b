"""Calibrated and replicate weights: R's calls and ours."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from barometri.estimates import Estimates
from barometri.estimation import mean, proportion, quantile, ratio, total
from barometri.regression import RegressionFit, linear_regression, logistic_regression
from barometri.survey import Survey, SurveyDesign
from barometri.survey.adjustments import Replicates
from barometri.testing import ordinal_association, rao_scott
from barometri.weighting import (
    calibrate,
    poststratify,
    rake,
    replicate,
    replicate_weights,
    trim,
    weights,
    weights_summary,
    with_replicates,
)
from tests.reference_cases.reading import DESIGNS, Case, frame, load_cases

Counts = Mapping[Any, float]
CAL, REP = "api_calibration", "api_replicates"
MEASURES = {
    "gamma": "gamma",
    "tau_b": "tau_b",
    "tau_c": "tau_c",
    "somers_d_y_given_x": "somers_d",
    "somers_d_x_given_y": "somers_d_reversed",
    "spearman": "spearman",
    "pearson_integer_scores": "pearson",
}
BOUNDS = {"linear": None, "raking": None, "logit": (0.2, 3.0)}


# ------------------------------------------------------------------------------------------- surveys
@cache
def _known(name: str) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {case["id"]: case["values"] for case in load_cases(CAL)}
    return found[f"pop.{name}"]


def _cells() -> dict[tuple[str, str], float]:
    table = _known("xy")
    return {
        (row, column): table["values"][i][j]
        for i, row in enumerate(table["rows"])
        for j, column in enumerate(table["cols"])
    }


@cache
def _drawn(name: str) -> Survey:
    data, design = DESIGNS[name]
    return Survey(frame(data).rename(columns=lambda column: column.replace(".", "_")), design)


def _raked(survey: Survey, margins: int) -> Survey:
    known = {"stype": _known("stype"), "sch_wide": _known("sw"), "awards": _known("aw")}
    return rake(survey, dict(list(known.items())[:margins]), residuals="equal")


@cache
def _calibrated(design: str, method: str) -> Survey:
    totals = {"stype": _known("stype"), "api99": _known("api99")}
    return calibrate(_drawn(design), totals, method=method, bounds=BOUNDS[method])  # type: ignore[arg-type]


def _scales(name: str) -> dict[str, Any]:
    return next(case["values"] for case in load_cases(REP) if case["id"] == f"{name}.scales")


def _supplied(design: str, file: str, name: str) -> Survey:
    survey, columns = _drawn(design), frame(file)
    for column in columns:
        survey = survey.with_column(str(column), columns[column].to_numpy())
    made = Replicates(
        columns=tuple(str(column) for column in columns),
        kind="bootstrap",
        scale=_scales(name)["scale"],
        form="multipliers",
    )
    return survey.with_design(SurveyDesign(weight="pw", replicates=made))


@cache
def _replicated(name: str, centre: str = "replicates") -> Survey:
    made: dict[str, Callable[[], Survey]] = {
        "r_jk1": lambda: replicate(_drawn("dclus1"), "jackknife"),
        "r_jkn": lambda: replicate(_drawn("dstrat"), "jackknife"),
        "r_jkn_nofpc": lambda: replicate(_drawn("dstrat_nofpc"), "jackknife"),
        "r_jk1_srs": lambda: replicate(_drawn("dsrs"), "jackknife"),
        "r_boot": lambda: _supplied("dclus1", "repw_clus1_bootstrap", "r_boot"),
        "r_sub": lambda: _supplied("dstrat_nofpc", "repw_strat_subbootstrap", "r_sub"),
    }
    return made[name]()


@cache
def _mse(name: str) -> Survey:
    survey = _replicated(name)
    made = survey.design.replicates
    assert made is not None
    if made.columns:
        wanted = Replicates(
            columns=made.columns, kind=made.kind, scale=made.scale, form=made.form, centre="estimate"
        )
        return survey.with_design(SurveyDesign(weight="pw", replicates=wanted))
    plain = {"r_jk1": "dclus1", "r_jkn": "dstrat", "r_jkn_nofpc": "dstrat_nofpc", "r_jk1_srs": "dsrs"}[name]
    return replicate(_drawn(plain), "jackknife", centre="estimate")


@cache
def _scd(name: str) -> Survey:
    data = frame("scd")
    drawn = SurveyDesign(weight="equal", stratum="ESA", psu="ambulance")
    if name == "brr":
        halves = [[1, 0, 1, 0, 1, 0], [1, 0, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1], [0, 1, 0, 1, 1, 0]]
        made = {f"half{number}": 2.0 * np.array(half) for number, half in enumerate(halves)}
        columns = Replicates(columns=tuple(made), kind="brr", form="multipliers")
        return Survey(data.assign(**made), SurveyDesign(weight="equal", replicates=columns))
    survey = Survey(data, drawn)
    if name == "lin":
        return survey
    return replicate(survey, "jackknife") if name == "jkn" else replicate(survey, "fay", rho=0.3)


# ------------------------------------------------------------------------------------- R's structures
def _shape(found: Estimates, names: list[str], case: Case) -> dict[str, Any]:
    rows = found.frame
    values: dict[str, Any] = {
        "estimate": dict(zip(names, rows["estimate"], strict=True)),
        "se": dict(zip(names, rows["se"], strict=True)),
    }
    if "vcov" in case["values"]:
        values["vcov"] = found.covariance
    return values


def _names(case: Case, verb: str) -> list[str]:
    match = re.search(rf"{verb}\(~([\w. +]+),", case["call"])
    assert match is not None, case["call"]
    return match[1].split(" + ")


def _plain(names: list[str]) -> list[str]:
    return [name.replace(".", "_") for name in names]


def _mean(survey: Survey, case: Case) -> object:
    names = _names(case, "svymean")
    return _shape(mean(survey, _plain(names)), names, case)


def _total(survey: Survey, case: Case) -> object:
    names = _names(case, "svytotal")
    return _shape(total(survey, _plain(names)), names, case)


def _ratio(survey: Survey, case: Case) -> object:
    match = re.search(r"svyratio\(~([\w.]+), ~([\w.]+),", case["call"])
    assert match is not None
    top, bottom = _plain(list(match.groups()))
    return _shape(ratio(survey, top, bottom), [f"{match[1]}/{match[2]}"], case)


def _by(survey: Survey, case: Case) -> object:
    match = re.search(r"svyby\(~(\w+), ~([\w.]+),", case["call"])
    assert match is not None
    rows = mean(survey, match[1], by=match[2].replace(".", "_")).frame
    by = rows[match[2].replace(".", "_")]
    return {match[2]: by.tolist(), match[1]: rows["estimate"].tolist(), "se": rows["se"].tolist()}


def _shares(survey: Survey, case: Case) -> object:
    found = proportion(survey, "perf5", categories="each")
    return _shape(found, [f"factor(perf5){name}" for name in found.frame["category"]], case)


def _interval(survey: Survey, case: Case) -> object:
    assert "I(hi == 1)" in case["call"]
    row = proportion(survey, "hi", ci="logit", df="design").frame.iloc[0]
    return {"estimate": row["estimate"], "se": row["se"], "ci": [row["ci_low"], row["ci_high"]]}


def _independence(survey: Survey, case: Case) -> object:
    match = re.search(r"svychisq\(~([\w.]+) \+ ([\w.]+),", case["call"])
    assert match is not None
    rows, columns = _plain(list(match.groups()))
    test = rao_scott(survey, rows, columns, minimum_df=0, minimum_people=0, df="asked")
    return {
        "statistic": test.statistic,
        "parameter": {"ndf": test.df, "ddf": test.denominator_df},
        "p_value": test.p_value,
    }


def _fit(survey: Survey, case: Case) -> object:
    match = re.search(r"svyglm\((\w+ ~ [\w +]+),", case["call"])
    assert match is not None
    logistic = "quasibinomial" in case["call"]
    found: RegressionFit = (logistic_regression if logistic else linear_regression)(survey, match[1])
    names = [re.sub(r"\[T\.(\w+)\]", r"\1", name).replace("Intercept", "(Intercept)") for name in found.names]
    names = [name.replace("((Intercept))", "(Intercept)") for name in names]
    result: dict[str, Any] = {
        "coef": dict(zip(names, found.coefficients, strict=True)),
        "se": dict(zip(names, found.se, strict=True)),
        "vcov": found.covariance,
    }
    if "df_residual" in case["values"]:
        result["df_residual"] = found.df[0]
    return {name: result[name] for name in case["values"]}


def _quantiles(survey: Survey, case: Case) -> object:
    found = quantile(survey, "api00", [0.25, 0.5, 0.75]).frame
    return {f"api00.{p:g}": x for p, x in zip(found["probability"], found["estimate"], strict=True)}


def _association(survey: Survey, case: Case) -> object:
    def measures(own: Survey) -> dict[str, float]:
        found = ordinal_association(own, "nsig", "perf5")
        return {name: found[ours].estimate for name, ours in MEASURES.items()}

    found = with_replicates(survey, measures)
    return {
        "estimate": dict(zip(found.names, found.estimate, strict=True)),
        "se": dict(zip(found.names, found.se, strict=True)),
        "vcov": found.covariance,
    }


def _final(survey: Survey, case: Case) -> object:
    return weights(survey).tolist()


def _scales_of(survey: Survey, case: Case) -> object:
    found = survey.coded.replication
    assert found is not None
    return {
        "scale": found.scale,
        "rscales_first": found.rscales[:3].tolist(),
        "n_rep": replicate_weights(survey).shape[1],
        "mse": float(found.centre == "estimate"),
        "degf": survey.degrees_of_freedom,
    }


VERBS: dict[str, Callable[[Survey, Case], object]] = {
    "mean": _mean,
    "total": _total,
    "by": _by,
    "glm": _fit,
    "logit": _fit,
    "ciprop": _interval,
    "ciprop_logit": _interval,
    "chisq": _independence,
    "weights": _final,
    "shares": _shares,
    "ratio": _ratio,
    "quantile_coef": _quantiles,
    "assoc": _association,
    "scales": _scales_of,
}


# --------------------------------------------------------------------------------------------- cases
def _replicate_case(case: Case) -> object:
    name, verb = case["id"].rsplit(".", 1)
    if verb == "var_mse":
        return _mean(_mse(name), case)
    return VERBS[verb](_replicated(name), case)


def _rake_case(case: Case) -> object:
    _, design, margins, verb = case["id"].split(".")
    return VERBS[verb](_raked(_drawn(design), int(margins[1:])), case)


def _calibrate_case(case: Case) -> object:
    _, method, what = case["id"].split(".")
    if what == "weights":
        return weights(_calibrated("dclus1", method)).tolist()
    return _mean(_calibrated({"clus1": "dclus1", "strat": "dstrat"}[what], method), case)


def _poststratify_case(case: Case) -> object:
    if case["id"].endswith("strat_cells"):
        return _mean(poststratify(_drawn("dstrat"), ["stype", "awards"], _cells()), case)
    survey = poststratify(_drawn("dclus1"), "stype", _known("stype"))
    verb = {"clus1": "mean", "total": "total", "weights": "weights"}[case["id"].rsplit(".", 1)[1]]
    return VERBS[verb](survey, case)


def _population_case(case: Case) -> object:
    what = case["id"].removeprefix("pop.")
    if what in ("enroll", "api99"):
        survey = calibrate(_drawn("dstrat"), {what: float(case["values"])})
        return float(total(survey, what).frame["estimate"].iloc[0])
    if what == "xy":
        made = poststratify(_drawn("dstrat"), ["stype", "awards"], _cells())
        rows = total(made, by=["stype", "awards"]).frame.pivot_table("estimate", "stype", "awards")
        return {"rows": rows.index.tolist(), "cols": rows.columns.tolist(), "values": rows.to_numpy()}
    by = {"stype": "stype", "sw": "sch_wide", "aw": "awards"}[what]
    rows = total(_raked(_drawn("dclus1"), 3), by=by).frame
    return dict(zip(rows[by], rows["estimate"], strict=True))


def _trimmed_case(case: Case) -> object:
    if case["id"] == "trimWeights.strict":
        return weights(trim(_drawn("dclus1"), lower=20, upper=33)).tolist()
    survey = trim(_raked(_drawn("dclus1"), 3), upper=50)
    summary, middle = weights_summary(survey), mean(survey, "api00").frame["estimate"].iloc[0]
    return {"sum": summary.total, "max": summary.maximum, "min": summary.minimum, "mean_api00": middle}


def _again_case(case: Case) -> object:
    """Every replicate raked or post-stratified anew."""
    survey = _replicated(case["id"].rsplit(".", 1)[1])
    if case["id"].startswith("replicate_rake"):
        return _mean(_raked(survey, 2), case)
    return _mean(poststratify(survey, "stype", _known("stype")), case)


def _fixed_case(case: Case) -> object:
    """Raked weights taken as given, which is wrong on purpose."""
    design = case["id"].rsplit(".", 1)[1]
    survey = _drawn(design).with_column("rw", weights(_raked(_drawn(design), 2)))
    psu = "dnum" if design == "dclus1" else None
    return _mean(survey.with_design(SurveyDesign(weight="rw", psu=psu)), case)


def _scd_case(case: Case) -> object:
    _, design, verb = case["id"].split(".")
    survey = _scd(design)
    return replicate_weights(survey) if verb == "repw" else VERBS[verb](survey, case)


@cache
def _wave(year: int) -> Survey:
    data = frame("sosbar_sim")
    data = data[data["wave"] == year].reset_index(drop=True)
    survey = Survey(data, SurveyDesign(stratum=("district", "group"), fpc="N_h"))
    good = survey.with_column("good", survey["coop"] >= 4)
    return good.domain(good["coop"] != 9)


def _frame_counts(by: str) -> dict[Any, float]:
    data = frame("sosbar_sim")
    data = data[data["wave"] == 2021][["district", "group", "N_h"]].drop_duplicates()
    return {name: float(count) for name, count in data.groupby(by, sort=False)["N_h"].sum().items()}


def _standardised_case(case: Case) -> object:
    rows = []
    for year in (2017, 2018, 2019, 2020, 2021):
        found = mean(poststratify(_wave(year), "group", _frame_counts("group")), "good").frame.iloc[0]
        rows.append([year, found["estimate"], found["se"]])
    return {"rows": None, "cols": ["wave", "share", "se"], "values": rows}


def _rake_of_wave(case: Case) -> object:
    data = frame("sosbar_sim")
    data = data[data["wave"] == 2021].reset_index(drop=True)
    margins = {name: _frame_counts(name) for name in ("district", "group")}
    survey = rake(Survey(data, SurveyDesign(weight="equal")), margins)
    survey = survey.with_column("good", np.where(data["coop"] == 9, np.nan, data["coop"] >= 4))
    good, count = mean(survey, "good").frame.iloc[0], mean(survey, "k").frame.iloc[0]
    return {
        **{n: {n: list(own), "Freq": list(own.values())} for n, own in margins.items()},
        "weights_first10": weights(survey)[:10],
        "good": good["estimate"],
        "good_se": good["se"],
        "k": {"estimate": {"k": count["estimate"]}, "se": {"k": count["se"]}},
    }


CASES: dict[str, dict[str, Callable[[Case], object]]] = {
    CAL: {
        r"pop\.\w+": _population_case,
        r"postStratify\..+": _poststratify_case,
        r"rake\..+": _rake_case,
        r"calibrate\..+": _calibrate_case,
        r"trimWeights\.strict|trim\.uneven": _trimmed_case,
        r"replicate_\w+\.\w+": _again_case,
        r"weights_as_fixed\.\w+": _fixed_case,
    },
    REP: {r"r_.+": _replicate_case, r"scd\..+": _scd_case},
    "sosbar_sim": {r"rake": _rake_of_wave, r"wave_standardised": _standardised_case},
}
LEFT_OUT: dict[str, dict[str, str]] = {CAL: {}, REP: {}, "sosbar_sim": {}}
