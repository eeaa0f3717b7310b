"""Errors of agreement: under the survey's design, or with places as sampling units."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from barometri.estimates import Effect
from barometri.estimation import total
from barometri.inference.agreement import (
    Chance,
    Statistic,
    agreement_interval,
    gradient,
    jackknife_variance,
)
from barometri.inference.linearization import degrees_of_freedom, variance
from barometri.inference.strata import make_strata
from barometri.inference.tails import two_sided_p
from barometri.survey import Survey, SurveyDesign

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Errors = Literal["taylor", "jackknife"]
INFLUENCE, WEIGHT = "_influence", "_weight"


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """What an `Effect` says beside the numbers: its name, null, respondents and smallest count."""

    name: str
    null: str
    n: int
    smallest: int


def clustered(survey: Survey, cluster: str | None) -> Survey:
    """Return the survey with areas as its sampling units, the weights kept."""
    if cluster is None:
        return survey
    weighted = survey.with_column(WEIGHT, survey.coded.weight)
    return weighted.with_design(SurveyDesign(weight=WEIGHT, psu=cluster))


def row_errors(
    survey: Survey, rows: IntArray, features: FloatArray, statistic: Statistic, errors: Errors
) -> tuple[float, float]:
    """Return standard error and degrees of freedom under the design; rows are the judged units."""
    mask = np.zeros(len(survey.rows), dtype=np.bool_)
    mask[rows] = True
    influence = np.zeros(len(mask))
    influence[rows] = features @ gradient(statistic, features.sum(axis=0)) / survey.coded.weight[rows]
    spread = total(survey.domain(mask).with_column(INFLUENCE, influence), INFLUENCE).frame.iloc[0]
    if errors == "taylor":
        return float(spread["se"]), float(spread["df"])
    coded = survey.coded
    stage, alone = coded.stages[0], coded.elements and len(coded.stages) == 1
    unit = np.arange(len(mask)) if alone else stage.unit[coded.group]
    stratum = coded.group if alone else stage.stratum
    totals = np.zeros((len(stratum), features.shape[1]))
    np.add.at(totals, unit[rows], features)
    variance_found = jackknife_variance(statistic, totals, stratum, stage.strata)
    return float(np.sqrt(variance_found)), float(spread["df"])


def place_errors(
    features: FloatArray, place: IntArray, statistic: Statistic, errors: Errors
) -> tuple[float, float]:
    """Return standard error and degrees of freedom with places drawn, with replacement."""
    count = int(place.max()) + 1
    totals = np.zeros((count, features.shape[1]))
    np.add.at(totals, place, features)
    if count < 2:  # noqa: PLR2004 - one place has no spread
        return float("nan"), 0.0
    strata, stratum = make_strata([count]), np.zeros(count, dtype=np.int64)
    if errors == "jackknife":
        found = jackknife_variance(statistic, totals, stratum, strata)
    else:
        slope = gradient(statistic, totals.sum(axis=0))
        found = float(variance((totals @ slope)[:, None], stratum, strata)[0])
    return float(np.sqrt(found)), float(degrees_of_freedom([count]))


def as_effect(told: Told, chance: Chance, spread: tuple[float, float], method: str, level: float) -> Effect:
    """Return the effect, with its interval and test."""
    estimate, (se, df) = float(chance.estimate), spread
    known = se > 0 and np.isfinite(estimate)
    low, high = agreement_interval(estimate, se, df, level)
    return Effect(
        name=told.name,
        estimate=estimate,
        se=se,
        ci_low=low,
        ci_high=high,
        n=told.n,
        df=df,
        p_value=float(two_sided_p(estimate / se, df)) if known else float("nan"),
        method=method,
        null=told.null,
        k_low=told.smallest,
        detail={"observed": float(chance.observed), "expected": float(chance.expected)},
    )
