"""Small areas: R's calls and ours."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from barometri.small_area import SmallAreas, fay_herriot, small_areas
from barometri.survey import Survey, SurveyDesign
from tests.reference_cases.reading import Case, frame

METHODS = {"REML": "reml", "ML": "ml", "PR": "prasad_rao", "FH": "fay_herriot"}


def _reshape(found: SmallAreas) -> dict[str, object]:
    rows = found.frame[found.frame["gamma"].notna() & found.frame["direct"].notna()]
    result: dict[str, object] = {"sigma2_u": found.between, "eblup": rows["estimate"].tolist()}
    for ours, theirs in (("estimate", "beta"), ("se", "beta_se")):
        values = found.coefficients[ours].tolist()
        result[theirs] = values[0] if len(values) == 1 else values
    for name in ("gamma", "synthetic", "mse", "g1", "g2", "g3"):
        result[name] = rows[name].tolist()
    return result


def _all_methods(table: pd.DataFrame, covariates: tuple[str, ...] = ()) -> object:
    return {
        theirs: _reshape(
            fay_herriot(
                table,
                area="county",
                variance="D",
                covariates=covariates,
                method=ours,  # type: ignore[arg-type]  # the words of METHODS
            )
        )
        for theirs, ours in METHODS.items()
    }


def _counties(case: Case) -> object:
    covariates = ("meals", "ell") if "A$meals" in case["call"] else ()
    return _all_methods(frame("fh_counties"), covariates)


def _boundary(case: Case) -> object:
    assert "c(3, 3.5, 2.9, 3.2, 3.1)" in case["call"]
    direct, variance = [3, 3.5, 2.9, 3.2, 3.1], [0.4, 0.5, 0.3, 0.6, 0.2]
    return _all_methods(pd.DataFrame({"county": list("abcde"), "direct": direct, "D": variance}))


def _nlme(case: Case) -> object:
    assert 'method = "ML"' in case["call"]
    found = fay_herriot(frame("fh_counties"), area="county", variance="D", method="ml")
    return {"sigma2_u": found.between, "beta": {"(Intercept)": found.coefficients["estimate"][0]}}


def _truth(case: Case) -> object:
    assert "meals" in case["call"]
    table = frame("fh_counties")
    found = fay_herriot(table, area="county", variance="D", covariates=("meals", "ell"))
    error = found.error_against(table["truth"])
    return {"rmse_direct": error["direct"], "rmse_eblup": error["estimate"]}


def _municipalities(_: Case) -> object:
    rows = frame("sosbar_sim").copy()
    stratum = ["wave", "district", "group"]
    rows["w"] = rows["N_h"] / rows.groupby(stratum)["id"].transform("size")
    whole = Survey(rows, SurveyDesign(weight="w", stratum=tuple(stratum)))
    names = pd.Index(np.unique(rows["muni"]))
    covariates = pd.DataFrame({"middle": names.str.startswith("ke").astype(float)}, index=names)
    last = whole.domain(whole["wave"] == rows["wave"].max())
    made: dict[str, object] = {}
    for theirs, ours in METHODS.items():
        found = small_areas(
            last,
            "k",
            area="muni",
            covariates=covariates,
            variances="direct",
            fewest=5,
            method=ours,  # type: ignore[arg-type]  # the words of METHODS
        )
        own = found.frame[found.frame["direct"].notna()]
        made |= {
            "muni": own["muni"].tolist(),
            "direct": own["direct"].tolist(),
            "D": own["variance"].tolist(),
        }
        made[theirs] = _reshape(found)
    return made


SETS = ("fay_herriot_counties", "sosbar_sim")
CASES: dict[str, Callable[[Case], object]] = {
    r"intercept_only|meals_ell": _counties,
    r"raw_D_zero_guard": _boundary,
    r"nlme_ml": _nlme,
    r"mse_against_truth": _truth,
    r"fh_muni": _municipalities,
}
LEFT_OUT: dict[str, str] = {}
