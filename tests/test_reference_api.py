"""Every mean, total, ratio, proportion, domain and single-PSU case of the API samples equals R survey."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from barometri.estimates import Estimates
from barometri.estimation import contrast, mean, proportion, ratio, total
from barometri.estimation.framing import Comparison
from barometri.survey import Survey, SurveyDesign
from tests.reference_cases.reading import DESIGNS, frame, load_cases, survey

SETS = ("api_srs", "api_strat", "api_clus1")
ESTIMATE, UNCERTAINTY = 1e-10, 1e-8
LATER = {
    r"svyquantile": "quantiles",
    r"svychisq": "tests of contingency tables",
    r"svyranktest|svyttest|pf\(": "tests",
    r"svyglm|svyolr|olr_svy|brant_svy|regTermTest|svyloglin": "regressions",
    r"assoc_svy|assoc_iid": "associations",
    r"svyvar": "population variances",
    r'method = "likelihood"': "limits of R are interpolated; compared by the last cases",
    r"adjust.domain.lonely = TRUE": "one member of a domain makes no single-PSU stratum of the design",
    r"ess = sum": "effective numbers of cases",
}
Found = dict[str, npt.NDArray[np.float64]]


def column(estimates: Estimates, name: str) -> npt.NDArray[np.float64]:
    source = estimates.counts if name == "deff" else estimates.frame
    return source[name].to_numpy(dtype=np.float64)


def found(estimates: Estimates) -> Found:
    return {
        "estimate": column(estimates, "estimate"),
        "se": column(estimates, "se"),
        "vcov": estimates.covariance,
        "ci": np.stack([column(estimates, "ci_low"), column(estimates, "ci_high")], axis=-1),
        **({"deff": column(estimates, "deff")} if "deff" in estimates.counts else {}),
    }


def deff_of(match: re.Match[str]) -> Comparison:
    text = match["deff"] or ""
    return "with_replacement" if "replace" in text else "without_replacement" if text else "none"


def means(match: re.Match[str]) -> Found:
    items = match["items"].split(" + ")
    return found(mean(survey(match["design"]), items, deff=deff_of(match)))


def totals(match: re.Match[str]) -> Found:
    return found(total(survey(match["design"]), match["items"], deff=deff_of(match)))


def mean_intervals(match: re.Match[str]) -> Found:
    df: Any = "design" if match["df"] else "normal"
    return found(mean(survey(match["design"]), match["items"], df=df))


def shares(match: re.Match[str]) -> Found:
    return found(proportion(survey(match["design"]), match["items"], categories="each"))


def ratios(match: re.Match[str]) -> Found:
    return found(ratio(survey(match["design"]), match["top"], match["bottom"]))


def interval(match: re.Match[str]) -> Found:
    ci: Any = {"mean": "wald"}.get(match["method"], match["method"])
    given = {"hi == 1": ("hi", "good"), 'both == "Yes"': ("both", ["Yes"])}
    item, categories = given[match["items"]]
    chosen: Any = categories
    estimates = proportion(
        survey(match["design"]), item, categories=chosen, ci=ci, level=float(match["level"]), df="design"
    )
    return found(estimates)


def by_means(match: re.Match[str]) -> Found:
    return found(mean(survey(match["design"]), match["items"], by=match["by"], df="normal"))


def by_shares(match: re.Match[str]) -> Found:
    given = {"hi == 1": ("hi", "good"), 'both == "Yes"': ("both", ["Yes"])}
    item, categories = given[match["items"]]
    chosen: Any = categories
    estimates = proportion(survey(match["design"]), item, by=match["by"], categories=chosen, ci="xlogit")
    return found(estimates)


def table(match: re.Match[str]) -> Found:
    estimates = total(survey(match["design"]), by=[match["row"], match["column"]])
    rows = estimates.frame[match["row"]].nunique()
    return {"values": column(estimates, "estimate").reshape(rows, -1)}


def last_minus_first(match: re.Match[str]) -> Found:
    groups = mean(survey(match["design"]), match["items"], by=match["by"], df="normal")
    weights = [-1.0, *[0.0] * (len(groups) - 2), 1.0]
    values = found(contrast(groups, {"difference": weights}))
    return {"difference": values["estimate"], "se": values["se"], "ci": values["ci"]}


def lonely(match: re.Match[str]) -> Found:
    rule: Any = {"remove": "certainty"}.get(match["rule"], match["rule"])
    data, design = frame("apistrat"), DESIGNS["dstrat"][1]
    thinned = data[(data["stype"] != "M") | ((data["stype"] == "M").cumsum() == 1)]
    kept = SurveyDesign(weight=design.weight, stratum=design.stratum, fpc=design.fpc, single_psu=rule)
    return found(mean(Survey(thinned, kept), ["api00", "enroll"]))


def domain_with_one_in_a_stratum(match: re.Match[str]) -> Found:
    middle = (frame("apistrat")["stype"] == "M").to_numpy()
    chosen = survey("dstrat").domain(~middle | (middle.cumsum() == 1))
    return found(mean(chosen, ["api00", "enroll"]))


def crossed(match: re.Match[str]) -> Found:
    data = frame("apistrat")
    order = {"No": "0", "Yes": "1"}
    labels = data["awards"].map(order) + data["stype"]
    wide = survey("dstrat").with_column("crossed", labels.to_numpy(dtype=object))
    return found(proportion(wide, "crossed", categories="each", deff="without_replacement"))


def degrees(match: re.Match[str]) -> Found:
    return {"values": np.array(survey(match["design"]).degrees_of_freedom)}


NAME = r"(?P<design>d\w+)"
ITEM = r"(?P<items>[\w.]+)"
BY = rf"svyby\(~{ITEM}, ~(?P<by>[\w.]+), {NAME}, svymean, na.rm = TRUE"
MEASURED = r"(?P<items>\w+ \+ \w+|(?!stype|awards|sch|comp|both)\w+)"
METHOD = r'"(?P<method>logit|asin|beta|mean|xlogit)"'
SHARE = r'(?P<items>\w+ == (?:1|"Yes"))'
TABLE: tuple[tuple[str, Callable[[re.Match[str]], Found]], ...] = (
    (rf"degf\({NAME}\)", degrees),
    (rf"svymean\(~{MEASURED}, {NAME}, na.rm = TRUE(?:, deff = (?P<deff>.*))?\)", means),
    (rf"confint\(svymean\(~{ITEM}, {NAME}, na.rm = TRUE\)(?P<df>, df = degf\(d\w+\))?\)", mean_intervals),
    (rf"svytotal\(~{ITEM}, {NAME}, na.rm = TRUE(?:, deff = (?P<deff>.*))?\)", totals),
    (rf"svymean\(~(?:factor\()?{ITEM}\)?, {NAME}, na.rm = TRUE\)", shares),
    (rf"svyratio\(~(?P<top>[\w.]+), ~(?P<bottom>[\w.]+), {NAME}, na.rm = TRUE\)", ratios),
    (rf"svyciprop\(~I\({SHARE}\), {NAME}, method = {METHOD}, level = (?P<level>[\d.]+)\)", interval),
    (rf'{BY}, vartype = c\("se", "ci"\)\)', by_means),
    (rf"as.numeric\(SE\({BY}, covmat = TRUE\)\)\)", by_means),
    (rf"unname\(vcov\({BY}, covmat = TRUE\)\)\)", by_means),
    (
        rf"svyby\(~I\((?:as.numeric\()?{SHARE}\)?\), ~(?P<by>[\w.]+), {NAME}, svymean, na.rm = TRUE\)",
        by_shares,
    ),
    (
        rf"svyby\(~I\({SHARE}\), ~(?P<by>[\w.]+), {NAME}, svyciprop, vartype = \"ci\", method = \"xlogit\"\)",
        by_shares,
    ),
    (rf"svytable\(~(?P<row>[\w.]+) \+ (?P<column>[\w.]+), {NAME}\)", table),
    (rf"\{{\s+m <- {BY}, covmat = TRUE\).*L\[n\] <- 1.*", last_minus_first),
    (r"\{\s+o <- options\(survey.lonely.psu = \"(?P<rule>\w+)\"\).*svymean\(~api00 \+ enroll, d\).*", lonely),
    (r"\{.*adjust.domain.lonely = FALSE.*svymean\(~api00 \+ enroll, subset.*", domain_with_one_in_a_stratum),
    (r"svymean\(~interaction\(stype, awards\), dstrat\)", crossed),
)


@dataclass(frozen=True)
class Case:
    id: str
    call: str
    content: Any


def cases() -> list[Case]:
    return [Case(one["id"], one["call"], one["values"]) for name in SETS for one in load_cases(name)]


def mapped(case: Case) -> tuple[Callable[[re.Match[str]], Found], re.Match[str]] | None:
    if reason(case):
        return None
    for pattern, verb in TABLE:
        match = re.fullmatch(pattern, case.call, flags=re.DOTALL)
        if match:
            return verb, match
    return None


def reason(case: Case) -> str:
    """Why a case is not compared."""
    return next((text for pattern, text in LATER.items() if re.search(pattern, case.call)), "")


IN_SCOPE = [case for case in cases() if mapped(case)]


def expected(case: Case) -> dict[str, npt.NDArray[np.float64]]:
    """Return R's values by name, in the order of the rows."""
    values = case.content
    if not isinstance(values, Mapping):
        name = "vcov" if "vcov(" in case.call else "se" if "SE(" in case.call else "values"
        return {name: np.array(values, dtype=np.float64)}
    if "cols" in values:
        name = "ci" if "confint" in case.call else "values"
        return {name: np.array(values["values"], dtype=np.float64)}
    parts: dict[str, npt.NDArray[np.float64]] = {}
    for name, value in values.items():
        numbers = list(value.values()) if isinstance(value, Mapping) else value
        if name in ("estimate", "se", "vcov", "deff", "difference", "ci", "ci_l", "ci_u"):
            parts[name] = np.array(numbers, dtype=np.float64)
        elif all(isinstance(number, (int, float)) for number in numbers):
            parts["estimate"] = np.array(numbers, dtype=np.float64)
    if "ci_l" in parts:
        parts["ci"] = np.stack([parts.pop("ci_l"), parts.pop("ci_u")], axis=-1)
    return parts


def labels_agree(case: Case, verb: object) -> bool:
    """Whether R names its categories in our order."""
    if verb is not shares:
        return True
    match = mapped(case)
    assert match is not None
    ours = proportion(survey(match[1]["design"]), match[1]["items"], categories="each").frame["category"]
    return all(name.endswith(str(label)) for name, label in zip(case.content["estimate"], ours, strict=True))


@pytest.mark.parametrize("case", IN_SCOPE, ids=lambda case: case.id)
def test_equals_r(case: Case) -> None:
    chosen = mapped(case)
    assert chosen is not None
    verb, match = chosen
    ours, theirs = verb(match), expected(case)
    assert theirs
    assert labels_agree(case, verb)
    for name, values in theirs.items():
        tolerance = ESTIMATE if name in ("estimate", "values", "difference") else UNCERTAINTY
        own = np.asarray(ours[name]).reshape(values.shape)
        np.testing.assert_array_equal(np.isnan(own), np.isnan(values), err_msg=name)
        largest = np.nanmax(np.abs(values), initial=0.0)
        scale = largest if largest > 0 else float(np.nanmax(np.abs(ours["estimate"])))
        assert np.nanmax(np.abs(own - values), initial=0.0) <= tolerance * scale, name


def test_says_how_much_was_compared(capsys: pytest.CaptureFixture[str]) -> None:
    left = {case.id: reason(case) for case in cases() if not mapped(case)}
    compared = sum(values.size for case in IN_SCOPE for values in expected(case).values())
    with capsys.disabled():
        print(f"\n{len(IN_SCOPE)} cases, {compared} values equal R survey; {len(left)} of other topics")  # noqa: T201
    assert all(left.values()), [name for name, why in left.items() if not why]
    assert len(IN_SCOPE) == 168
    assert compared == 1136
