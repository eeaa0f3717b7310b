"""Areas and the people in them: whether more models go with better judgement within areas, or between them.

Only respondents who describe exactly one organiser enter; the organiser is the sampling unit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from barometri.association.cases import BoolArray, Cases, FloatArray, IntArray, complete_cases
from barometri.association.curve import NO_SCORE
from barometri.association.effects import effect, nothing, odds_ratio
from barometri.association.linear import METHODS, design
from barometri.errors import DesignError
from barometri.estimates import Effect
from barometri.model_battery import NUMBER_OF_MODELS
from barometri.regression import RegressionFit, ordinal_regression
from barometri.study.codes import LARGEST_MISSING
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from barometri.survey.places import one_organiser

OWN: Final = "_own_models"
MEAN: Final = "_area_models"
ORGANISER: Final = "_organiser"
NO_WITHIN: Final = "people of one area judge alike whatever number of models each reports"
NO_BETWEEN: Final = "areas that report more models judge no better"
EQUAL_PARTS: Final = "the odds ratio between areas is that within areas"
NO_AREAS: Final = "area"


@dataclass(frozen=True, slots=True)
class _Areas:
    """Complete cases of those with one organiser; ``area`` numbers it, shape (n,)."""

    survey: Survey
    cases: Cases
    area: IntArray


def area_parts(counted: Survey, outcome: str, adjust: Sequence[str]) -> list[Effect]:
    """Return the parts within and between areas, and the slopes on what others of the area report."""
    everybody = complete_cases(counted.analytic(), outcome, adjust)
    study, label = counted.study, None
    if study is not None:
        label = one_organiser(study, counted.wave, counted.values, counted.variables)
    if label is None:
        return _without(everybody)
    weight = counted.analytic().design.weight
    places = counted.analytic().with_column(ORGANISER, np.where(label == "", "none", label).astype(object))
    places = places.domain(np.asarray(label != "", dtype=np.bool_))
    places = places.with_design(SurveyDesign(weight=weight, psu=ORGANISER))
    cases = complete_cases(places, outcome, adjust)
    if cases.n == 0 or len(np.unique(cases.place)) < 3:  # noqa: PLR2004 - two areas leave nothing to compare
        return _without(replace(cases, clustered=True))
    area = np.unique(label[cases.rows].astype(str), return_inverse=True)[1].ravel().astype(np.int64)
    held = _Areas(places, cases, area)
    return [*_parts(held), *_others(held), *_kept(counted, everybody, cases)]


def _without(cases: Cases) -> list[Effect]:
    names = ("odds_ratio_within_area", "odds_ratio_between_areas", "odds_ratio_between_to_within")
    more = ("score_per_model_of_others", "score_per_model_of_other_side")
    nulls = (NO_WITHIN, NO_BETWEEN, EQUAL_PARTS, NO_SCORE, NO_SCORE)
    return [nothing(name, cases, null, NO_AREAS) for name, null in zip((*names, *more), nulls, strict=True)]


def _parts(held: _Areas) -> list[Effect]:
    """Proportional odds of the own deviation from the area's mean and of that mean, in one fit (Mundlak)."""
    cases = held.cases
    mean = (np.bincount(held.area, cases.k) / np.bincount(held.area))[held.area]
    fit = _fit(held, cases.k - mean, mean)
    names = ("odds_ratio_within_area", "odds_ratio_between_areas", "odds_ratio_between_to_within")
    nulls = (NO_WITHIN, NO_BETWEEN, EQUAL_PARTS)
    if fit is None:
        return [nothing(name, cases, null, NUMBER_OF_MODELS) for name, null in zip(names, nulls, strict=True)]
    at = [fit.names.index(column) for column in (OWN, MEAN)]
    b, v = fit.coefficients[at], fit.covariance[np.ix_(at, at)]
    ways = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]])
    return [
        odds_ratio(
            name,
            float(way @ b),
            float(np.sqrt(max(way @ v @ way, 0.0))),
            fit.df_design,
            cases,
            null=null,
            method="proportional_odds/taylor",
        )
        for name, null, way in zip(names, nulls, ways, strict=True)
    ]


def _fit(held: _Areas, own: FloatArray, mean: FloatArray) -> RegressionFit | None:
    survey, cases = held.survey, held.cases
    for name, values in ((OWN, own), (MEAN, mean)):
        column = np.full(len(cases.rows), np.nan)
        column[cases.rows] = values
        survey = survey.with_column(name, column)
    terms = [name if survey.is_coded(name) else f"C({name})" for name in cases.adjust]
    text = f"{cases.outcome} ~ {' + '.join([OWN, MEAN, *terms])}"
    try:
        fit = ordinal_regression(survey, text)
    except DesignError:
        return None
    return None if fit.reason or not {OWN, MEAN} <= set(fit.names) else fit


def _others(held: _Areas) -> Iterator[Effect]:
    """Slopes of the judgement on the mean number that others of the area report: all, and the other side."""
    cases, survey = held.cases, held.survey
    number = survey.values(NUMBER_OF_MODELS).astype(np.int64)
    label = survey.values(ORGANISER).astype(str)
    inside = np.ones(len(number), dtype=bool) if survey.mask is None else survey.mask
    informed = (number > LARGEST_MISSING) & inside
    area = np.unique(label, return_inverse=True)[1].ravel()
    own = np.where(informed, number, 0)
    total, size = np.bincount(area, own)[area] - own, np.bincount(area, informed)[area] - informed
    yield _slope("score_per_model_of_others", cases, total[cases.rows], size[cases.rows])
    side = "" if survey.study is None else survey.study.role("side", survey.wave)
    if not side or side not in survey.variables:
        yield nothing("score_per_model_of_other_side", cases, NO_SCORE, "side")
        return
    codes = np.unique(survey.values(side), return_inverse=True)[1].ravel()
    cell = area * (int(codes.max()) + 1) + codes
    mine = np.bincount(cell, own)[cell] - own, np.bincount(cell, informed)[cell] - informed
    total, size = total - mine[0], size - mine[1]
    yield _slope("score_per_model_of_other_side", cases, total[cases.rows], size[cases.rows])


def _slope(name: str, cases: Cases, total: IntArray, size: IntArray) -> Effect:
    """Regress the judgement on the mean of those counted, where there are some."""
    some = size > 0
    fewer = _only(cases, np.asarray(some))
    if fewer.n == 0 or len(np.unique(fewer.place)) < 3:  # noqa: PLR2004 - as above
        return nothing(name, fewer, NO_SCORE, NO_AREAS)
    line = design(fewer, (total[some] / size[some])[:, None]).fit(fewer.score, [0])
    if not np.isfinite(line.estimate[0]):
        return nothing(name, fewer, NO_SCORE, NUMBER_OF_MODELS)
    estimate, se, df = (float(values[0]) for values in (line.estimate, line.se, line.df))
    return effect(name, estimate, se, df, fewer, null=NO_SCORE, method=METHODS[True])


def _only(cases: Cases, kept: BoolArray) -> Cases:
    rows = cases.rows.copy()
    rows[np.flatnonzero(rows)[~kept]] = False
    return replace(
        cases,
        rows=rows,
        y=cases.y[kept],
        score=cases.score[kept],
        good=cases.good[kept],
        weight=cases.weight[kept],
        place=cases.place[kept],
        exposures={name: values[kept] for name, values in cases.exposures.items()},
        adjust={name: values[kept] for name, values in cases.adjust.items()},
    )


def _kept(counted: Survey, everybody: Cases, cases: Cases) -> Iterator[Effect]:
    """How many of the complete cases describe exactly one organiser, by group."""
    study = counted.study
    group = "" if study is None else study.role("group", counted.wave)
    question = counted.question(group) if group and group in counted.variables else None
    if question is None:
        return
    values = counted.values(group)
    for code in question.substantive:
        asked, left = (int((values[one.rows] == code.value).sum()) for one in (everybody, cases))
        if not asked:
            continue
        nan = float("nan")
        yield Effect(
            name="one_organiser",
            estimate=left / asked,
            se=nan,
            ci_low=nan,
            ci_high=nan,
            n=asked,
            df=nan,
            p_value=nan,
            method="count",
            null="",
            k_low=min(left, asked - left),
            detail={"respondents": float(left)},
            about={"group": code.id},
        )
