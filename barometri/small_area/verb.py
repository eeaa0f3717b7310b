"""Small areas from a survey: direct estimates, their variances, and the model over them."""

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from barometri.errors import OptionError, check_option
from barometri.estimation import effective_size, mean, proportion
from barometri.inference.area_variances import arcsine_scale, variance_function
from barometri.inference.small_area import VarianceMethod
from barometri.small_area.model import Scale, SmallAreas, fay_herriot
from barometri.survey import Survey

Variances = Literal["direct", "smoothed"]
Statistic = Literal["mean", "proportion"]
FEWEST = 2  # respondents without whom an area has no variance of its own


def small_areas(
    survey: Survey,
    item: str,
    *,
    area: str,
    covariates: pd.DataFrame | None = None,
    statistic: Statistic = "mean",
    variances: Variances = "smoothed",
    scale: Scale = "identity",
    method: VarianceMethod = "reml",
    fewest: int = FEWEST,
    level: float = 0.95,
) -> SmallAreas:
    """Estimate a mean or share in every area from its respondents and from what areas share.

    Parameters
    ----------
    survey
        The survey; its domain limits who counts.
    item
        Variable.
    area
        Variable whose codes are the areas.
    covariates
        One row an area, indexed by its code as results show it; none for an intercept alone. Areas found
        here alone get synthetic estimates.
    statistic
        ``mean``, or ``proportion`` of the favourable codes.
    variances
        Sampling variances: ``direct``, or ``smoothed`` over n by a variance function, since the variance of
        few respondents is itself hardly known. On the arcsine scale they are ``1 / (4 n_eff)`` either way.
    scale, method, level
        As in `fay_herriot`.
    fewest
        Areas with fewer respondents, or without variance under ``direct``, count as having no estimate of
        their own.

    Returns
    -------
    SmallAreas
        With ``n`` respondents of each area.

    Raises
    ------
    OptionError
        An unknown word or variable, or an area without covariates.
    DesignError
        Too few areas, or a design without variance.

    Examples
    --------
    >>> from barometri.survey import SurveyDesign
    >>> data = pd.DataFrame({"x": [1.0, 2, 3, 5, 4, 7, 2, 8], "a": list("ppqqrrss")})
    >>> survey = Survey(data, SurveyDesign(weight="equal"))
    >>> small_areas(survey, "x", area="a").frame[["a", "direct", "n"]].head(2)
       a  direct  n
    0  p     1.5  2
    1  q     4.0  2
    """
    check_option("statistic", statistic, get_args(Statistic))
    check_option("variances", variances, get_args(Variances))
    table = _direct(survey, item, area, statistic, fewest)
    if scale == "arcsine":
        if statistic != "proportion":
            raise OptionError('The arcsine scale is for shares: choose statistic="proportion".')
        answered = survey.domain(~survey[item].is_missing())
        sizes = effective_size(answered, by=area).frame.set_index(area)["estimate"]
        effective = sizes.reindex(table[area]).to_numpy(dtype=np.float64)
        table["variance"] = np.where(effective > 0, arcsine_scale(table["direct"], effective)[1], np.nan)
    elif variances == "smoothed":
        smooth = variance_function(table["variance"].where(table["n"] >= fewest), table["n"])
        table["variance"] = smooth.variances
    table.loc[(table["n"] < fewest) | ~(table["variance"] > 0), ["direct", "variance"]] = np.nan
    names: list[str] = []
    if covariates is not None:
        table, names = _joined(table, covariates, area)
    found = fay_herriot(table, area=area, covariates=names, method=method, scale=scale, level=level)
    frame = found.frame.copy()
    frame.insert(3, "n", table["n"].fillna(0).astype(np.int64).to_numpy())
    return replace(found, frame=frame, method=f"{found.method}, {variances} variances")


def _direct(survey: Survey, item: str, area: str, statistic: Statistic, fewest: int) -> pd.DataFrame:
    found = (mean if statistic == "mean" else proportion)(survey, item, by=area).frame
    if "category" in found:
        raise OptionError(f"{item} has no favourable codes to take a share of.")
    if fewest < 1:
        raise OptionError(f"fewest must be at least 1; got {fewest}.")
    return pd.DataFrame(
        {
            area: found[area],
            "direct": found["estimate"],
            "variance": found["se"].to_numpy(dtype=np.float64) ** 2,
            "n": found["n"],
        }
    )


def _joined(table: pd.DataFrame, covariates: pd.DataFrame, area: str) -> tuple[pd.DataFrame, list[str]]:
    """Put covariates beside the direct estimates; areas that only the covariates know come last."""
    names = [str(name) for name in covariates.columns]
    if set(names) & set(table.columns) or covariates.index.has_duplicates:
        raise OptionError("Covariates need one row an area, and names of their own.")
    known = set(table[area])
    lacking = [a for a in table[area] if a not in covariates.index]
    if lacking:
        message = f"{len(lacking)} areas have no covariates, the first is {lacking[0]!r}. Add their rows."
        raise OptionError(message)
    further = [a for a in covariates.index if a not in known]
    whole = pd.concat([table, pd.DataFrame({area: further}, dtype=table[area].dtype)], ignore_index=True)
    values = covariates.set_axis(names, axis=1).loc[whole[area].tolist()].to_numpy(dtype=np.float64)
    return whole.join(pd.DataFrame(values, columns=names)), names
