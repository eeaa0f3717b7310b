"""Quantiles, population variances and Kish's effective size: R's calls and ours."""

import re
from collections.abc import Callable

import numpy as np

from barometri.estimation import effective_size, population_variance, quantile
from tests.reference_cases.reading import Case, survey

INTERVALS = {"mean": "woodruff"}
PATTERN = re.compile(r"svyquantile\(~(?P<item>\w+), (?P<design>\w+), c\((?P<p>[^)]*)\)")


def _word(call: str, option: str, default: str) -> str:
    found = re.search(rf'{option} = "(\w+)"', call)
    return found[1] if found else default


def _quantiles(case: Case) -> object:
    call = case["call"]
    match = PATTERN.search(call)
    assert match is not None
    item, p = match["item"], [float(one) for one in match["p"].split(",")]
    interval = _word(call, "interval.type", "mean")
    estimates = quantile(
        survey(match["design"]),
        item,
        p,
        interval=INTERVALS.get(interval, interval),  # type: ignore[arg-type]  # R's words are ours
        rule=_word(call, "qrule", "math"),  # type: ignore[arg-type]
        df="design",
    ).frame
    if call.startswith("coef("):
        return {f"{item}.{one:g}": x for one, x in zip(p, estimates["estimate"], strict=True)}
    columns = estimates[["estimate", "ci_low", "ci_high", "se"]].to_numpy()
    return {
        "rows": [f"{one:g}" for one in p],
        "cols": ["quantile", "ci.2.5", "ci.97.5", "se"],
        "values": np.asarray(columns).tolist(),
    }


def _variance(case: Case) -> object:
    match = re.search(r"svyvar\(~(\w+), (\w+)", case["call"])
    assert match is not None
    row = population_variance(survey(match[2]), match[1]).frame.iloc[0]
    return {"estimate": {match[1]: row["estimate"]}, "se": {match[1]: row["se"]}}


def _kish(case: Case) -> object:
    assert "weights(dstrat" in case["call"]
    row = effective_size(survey("dstrat")).frame.iloc[0]
    return {"sum_w": row["n_weighted"], "ess": row["estimate"], "deff_w": row["n"] / row["estimate"]}


SETS = ("api_srs", "api_strat", "api_clus1")
CASES: dict[str, Callable[[Case], object]] = {
    r"\w+\.quantile_(?!math_score)\w+": _quantiles,
    r"\w+\.var": _variance,
    r"kish_ess": _kish,
}
LEFT_OUT = {
    r"\w+\.quantile_math_score": (
        "R reads the weighted quantile at the unweighted share of values below the limit, and which side of "
        "the step that is depends on where its root search stops: strat gives 365 to 424 for a median of 446"
    ),
}
