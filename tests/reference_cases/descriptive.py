"""Means, shares, intervals and changes of the simulated waves and two other surveys: R's calls and ours."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np

from barometri.estimates import Estimates
from barometri.estimation import contrast, mean, proportion, total
from barometri.survey import Survey
from tests.reference_cases.people import CANNOT_SAY, last_wave, people, sosbar, values_survey
from tests.reference_cases.reading import Case

MODELS = [f"m{number:02d}" for number in range(1, 13)]
WAVE = {"wave": "year"}
COLUMNS = {"se": "se", "ci_l": "ci_low", "ci_u": "ci_high"}
CELL = re.compile(r"svyby\(~(?P<item>\w+), ~(?P<by>[\w +]+), (?P<design>\w+), svymean")


def _derived(survey: Survey, item: str) -> Survey:
    """The variable that R derived, unless the survey has it."""
    if item in survey.variables:
        return survey
    made = {
        "none": ("k", "==", 0),
        "many": ("k", ">=", 3),
        "dk": ("coop", "==", CANNOT_SAY),
        "good": ("op", "<=", 2),
    }
    if item in made:
        name, sign, value = made[item]
        column = survey[name]
        conditions = {"==": column == value, ">=": column >= value, "<=": column <= value}
        return survey.with_column(item, conditions[sign])
    source = item.removeprefix("u")
    values = survey.values(source).astype(float) if source in MODELS else survey.values("y" + item[1:])
    known = values != CANNOT_SAY if source in MODELS else ~np.isnan(values)
    good = np.isin(values, [1, 2]) if source in MODELS else values >= 4
    return survey.with_column(item, np.where(known, good * 1.0, np.nan))


@cache
def _design(name: str) -> Survey:
    if name.startswith("dAll"):
        return sosbar()
    if name == "dj":
        return people("jointsports")
    return last_wave({"d1": "", "d1_nofpc": "nofpc", "d1_muni": "muni"}[name])


def _in_order(found: Estimates, case: Case, by: list[str], names: dict[str, str]) -> object:
    """Rows in R's order, columns under R's names."""
    frame = found.frame.copy()
    frame["key"] = list(zip(*(frame[WAVE.get(name, name)].astype(str) for name in by), strict=True))
    wanted = list(zip(*([str(value) for value in case["values"][name]] for name in by), strict=True))
    rows = frame.set_index("key").loc[wanted]
    result = {name: case["values"][name] for name in by}
    return result | {theirs: rows[ours].tolist() for theirs, ours in names.items()}


def _by(case: Case) -> object:
    match = CELL.match(case["call"])
    assert match is not None
    item, by = match["item"], match["by"].split(" + ")
    survey = _derived(_design(match["design"]), item)
    found = mean(survey, item, by=[WAVE.get(name, name) for name in by], df="normal")
    names = {item: "estimate", **{k: v for k, v in COLUMNS.items() if k in case["values"]}}
    return _in_order(found, case, by, names)


def _mean(case: Case) -> object:
    match = re.match(r"svymean\(~(\w+), (\w+), na.rm = TRUE(, deff = TRUE)?\)", case["call"])
    assert match is not None
    found = mean(_design(match[2]), match[1], deff="without_replacement" if match[3] else "none")
    row = found.frame.iloc[0]
    result = {"estimate": {match[1]: row["estimate"]}, "se": {match[1]: row["se"]}}
    return result | ({"deff": found.counts["deff"][0]} if match[3] else {})


def _cannot_say(case: Case) -> object:
    row = mean(_derived(_design("d1"), "dk"), "dk").frame.iloc[0]
    (name,) = case["values"]["se"]
    return {"estimate": {name: row["estimate"]}, "se": {name: row["se"]}}


def _known_models(_: Case) -> object:
    names, survey = [f"u{model}" for model in MODELS], _design("d1")
    for name in names:
        survey = _derived(survey, name)
    rows = mean(survey, names).frame[["estimate", "se"]].to_numpy().tolist()
    return {"rows": names, "cols": ["share", "se"], "values": rows}


def _all_models(_: Case) -> object:
    names = [f"z{model}" for model in MODELS]
    found = mean(_design("d1"), names)
    values = {ours: found.frame[ours].tolist() for ours in ("estimate", "se")}
    made: dict[str, object] = {ours: dict(zip(names, own, strict=True)) for ours, own in values.items()}
    return made | {"vcov": found.covariance.tolist()}


def _interval(case: Case) -> object:
    match = re.search(r'method = "(\w+)"', case["call"])
    assert match is not None
    ci = {"mean": "wald"}.get(match[1], match[1])
    survey = _design("d1")
    known = survey.domain(~survey["good"].is_missing())
    found = proportion(known, "good", ci=ci)  # type: ignore[arg-type]  # R's words are ours but for wald
    row = found.frame.iloc[0]
    return {"estimate": row["estimate"], "se": row["se"], "ci": [row["ci_low"], row["ci_high"]]}


def _many_minus_none(_: Case) -> object:
    survey = _design("d1")
    known = survey.domain(~survey["good"].is_missing() & ~survey["g3"].is_missing())
    df = float(total(known).frame["df"][0])
    levels = mean(known, "good", by="g3", df="design")
    levels = replace(levels, frame=levels.frame.assign(df=df))  # those of both cells together
    row = contrast(levels, {"gap": {"many": 1, "none": -1}}).frame.iloc[0]
    gap, se, limits = row["estimate"], row["se"], [row["ci_low"], row["ci_high"]]
    return {"difference": gap, "se": se, "df": df, "ci_t": limits, "t": gap / se}


def _last_minus_first(case: Case) -> object:
    item = case["id"].split("_")[0]
    survey = _derived(_design("dAll"), item)
    levels = mean(survey.domain(~survey[item].is_missing()), item, by="year")
    row = contrast(levels, {"change": [-1, *[0] * (len(levels) - 2), 1]}).frame.iloc[0]
    return {"difference": row["estimate"], "se": row["se"]}


def _counts(_: Case) -> object:
    frame = total(_design("dAll"), by="year").frame
    return {str(wave): int(n) for wave, n in zip(frame["year"], frame["n"], strict=True)}


def _degrees(_: Case) -> object:
    names = {"all": "dAll", "last": "d1", "muni": "d1_muni"}
    return {key: float(total(_design(name)).frame["df"][0]) for key, name in names.items()}


def _gap_of_gaps(case: Case) -> object:
    levels = mean(_derived(_design("dj"), "good"), "good", by=["year", "gender"], df="normal")
    keys = [(int(year), gender) for year, gender in (name.split(".") for name in case["values"]["names"])]
    row = contrast(levels, {"did": dict(zip(keys, (1, -1, -1, 1), strict=True))}).frame.iloc[0]
    did = {"did": row["estimate"], "se": row["se"], "ci": [row["ci_low"], row["ci_high"]]}
    return {"names": case["values"]["names"], **did}


def _countries(case: Case) -> object:
    survey = values_survey()
    survey = survey.with_column("little", survey["y"] == 1)
    found = proportion(survey, "little", by="country", ci="xlogit")
    names = {"little": "estimate", "se.as.numeric(little)": "se", "ci_l": "ci_low", "ci_u": "ci_high"}
    return _in_order(found, case, ["country"], names)


SETS = ("sosbar_sim", "jointsports", "wvs")
CASES: dict[str, Callable[[Case], object]] = {
    r"mean_k(_nofpc)?": _mean,
    r"(k|none|many|good)_by_district|(good|meancoop)_by_g3|good_by_(group|k|wave_group)|ga\d_by_wave": _by,
    r"prop_by_cell": _by,
    r"in_use_known": _known_models,
    r"in_use_all": _all_models,
    r"good_ci_\w+": _interval,
    r"dk_share_coop": _cannot_say,
    r"many_minus_none": _many_minus_none,
    r"ga\d_last_minus_first": _last_minus_first,
    r"n_by_wave": _counts,
    r"degf": _degrees,
    r"did_contrast": _gap_of_gaps,
    r"by_country": _countries,
}
LEFT_OUT: dict[str, str] = {}
