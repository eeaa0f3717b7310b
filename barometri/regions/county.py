"""Counties by the area-level model of Fay and Herriot: shown only where their own respondents weigh enough.

A respondent belongs to the county that holds all municipalities of his area of responsibility; who describes
several counties belongs to none.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from barometri.errors import DesignError, OptionError
from barometri.estimates import VALUE_COLUMNS, Effect, Estimates
from barometri.estimation import proportion
from barometri.inference.tested import NAN
from barometri.model_battery import battery, indicator
from barometri.regions.measures import model_column, yes_no
from barometri.small_area import SmallAreas, small_areas
from barometri.study.codebook import Code, Question
from barometri.study.codes import BLANK
from barometri.study.plan import Areas
from barometri.survey import Survey

WEIGHT: Final = "county_direct_weight"
BETWEEN: Final = "county_variance"
LEAST_WEIGHT: Final = 0.5
"""Below this weight of its own respondents a county is not shown."""
MINIMUM_N: Final = 10
FEWEST_MUNICIPALITIES: Final = 1.5
"""A division of fewer municipalities an area than this is the municipal level."""


def county(
    survey: Survey,
    item: str | None = None,
    *,
    division: str,
    municipal: bool = False,
    least_weight: float = LEAST_WEIGHT,
    level: float = 0.95,
) -> tuple[Estimates, tuple[Effect, ...]]:
    """Estimate the share of favourable answers by county.

    The shares are pulled towards that of all counties (Fay and Herriot 1979), on the scale of arcsines of
    roots with sampling variances from the effective number of respondents; the variance between counties is
    by REML, or by adjusted REML where that is 0.

    Parameters
    ----------
    survey
        With a study that has areas, and respondents' area of responsibility.
    item
        A question with favourable codes, or a model ("cannot say" read as not in use); the study's outcome by
        default.
    division
        Division of the study's areas.
    municipal
        Whether a division as fine as the municipalities may be asked for: few respondents are few people whom
        somebody knows.
    least_weight
        Smallest weight of a county's own respondents (gamma) with which it is shown, 0 to 1.
    level
        Confidence level, 0 to 1.

    Returns
    -------
    Estimates
        Counties with at least ten respondents and enough weight, in the study's order.
    tuple of Effect
        ``county_direct_weight`` of each county shown (its gamma), and ``county_variance`` between counties on
        the scale of the model.

    Raises
    ------
    OptionError
        No areas, an unknown item or division, or a municipal one that was not asked for by name.
    """
    name = item or (survey.study.role("outcome", survey.wave) if survey.study is not None else "")
    survey, column = _column(survey, name)
    placed = with_areas(survey, division, municipal=municipal)
    try:
        direct = proportion(placed, column, by=division)
        found = _fitted(placed, column, division, level)
    except DesignError:
        return _nothing(survey, name, division)
    return _shown(found, direct, name, division, least_weight=least_weight)


def _column(survey: Survey, item: str) -> tuple[Survey, str]:
    """Return the variable that holds an item; a model becomes one, cannot say read as not in use."""
    if item in survey.variables:
        question = survey.question(item)
        if question is None or not question.good:
            raise OptionError(f"county needs a question with favourable codes; {item!r} has none.")
        return survey, item
    found = battery(survey, [item])
    values = indicator(found.states[item], found.agreed, "lower")
    return survey.with_column(model_column(item), values, yes_no(item)), model_column(item)


def with_areas(survey: Survey, division: str, *, municipal: bool = False) -> Survey:
    """Add the area of a division that each respondent works in, under the division's name.

    Parameters
    ----------
    survey
        With a study that has areas.
    division
        Its division.
    municipal
        As in `county`.

    Raises
    ------
    OptionError
        No areas, an unknown division, or a municipal one that was not asked for by name.
    """
    study = survey.study
    variable = study.role("area", survey.wave) if study is not None else ""
    if study is None or study.areas is None or variable not in survey.variables:
        raise OptionError("county needs a study with areas.toml and respondents' area of responsibility.")
    if division not in study.areas.membership:
        known = ", ".join(study.areas.membership)
        raise OptionError(f"{division!r} is no division of areas.toml; divisions are {known}.")
    areas = study.areas.of(division)
    members = study.areas.membership[division]
    if not municipal and len(members) < FEWEST_MUNICIPALITIES * len(areas):
        raise OptionError(f"{division!r} is the level of municipalities; ask for it with municipal=True.")
    number = {area.id: place for place, area in enumerate(areas)}
    answers = [value if isinstance(value, str) else "" for value in survey.values(variable).tolist()]
    place = {text: _area_of(text, study.areas, division) for text in set(answers)}
    values = np.array([number.get(place[text], BLANK) for text in answers], dtype=np.int32)
    codes = tuple(Code(place, area.id, area.label, area.short) for place, area in enumerate(areas))
    label: Mapping[str, str] = study.areas.labels.get(division, {})
    return survey.with_column(division, values, Question(division, "nominal", {}, label, codes))


def _area_of(text: str, areas: Areas, division: str) -> str:
    """Return the one area of a division that holds all municipalities of some areas; empty without one."""
    members = areas.membership[division]
    found: set[str] = set()
    for token in filter(None, (part.strip() for part in text.split(";"))):
        towns = [town for own in areas.membership.values() for town, name in own.items() if name == token]
        if not towns:
            return ""
        found |= {members.get(town, "") for town in {*towns, *([token] if token in members else [])}}
    return next(iter(found)) if len(found) == 1 else ""


def _fitted(survey: Survey, item: str, division: str, level: float) -> SmallAreas:
    found = small_areas(survey, item, area=division, statistic="proportion", scale="arcsine", level=level)
    if not found.boundary:
        return found
    return small_areas(
        survey,
        item,
        area=division,
        statistic="proportion",
        scale="arcsine",
        method="adjusted_reml",
        level=level,
    )


def _shown(
    found: SmallAreas, direct: Estimates, item: str, division: str, *, least_weight: float
) -> tuple[Estimates, tuple[Effect, ...]]:
    """Keep the counties that may be shown."""
    frame = found.frame
    own = direct.frame.set_index(division)
    kept = (frame["gamma"] >= least_weight) & (frame["n"] >= MINIMUM_N)
    shown = frame[kept].reset_index(drop=True)
    names = shown[division].tolist()
    table = pd.DataFrame({"item": item, division: names})
    for column in ("estimate", "se", "ci_low", "ci_high", "n"):
        table[column] = shown[column].to_numpy()
    table["n_weighted"] = own["n_weighted"].reindex(names).to_numpy()
    table["df"] = np.inf
    table["method"] = "fay_herriot/arcsine"
    counts = pd.Series(direct.counts["k"].to_numpy(), index=own.index)
    estimates = Estimates(
        table[["item", division, *VALUE_COLUMNS]],
        np.diag(shown["se"].to_numpy(dtype=np.float64) ** 2),
        (division,),
        "proportion",
        f"{direct.design}; {found.method}",
        pd.DataFrame({"k": counts.reindex(names).to_numpy(dtype=np.float64)}),
        direct.domain,
    )
    return estimates, (*_weights(shown, item, division), _between(found, item))


def _weights(shown: pd.DataFrame, item: str, division: str) -> list[Effect]:
    return [
        _number(WEIGHT, float(row["gamma"]), int(row["n"]), {"item": item, division: str(row[division])})
        for row in shown.to_dict("records")
    ]


def _between(found: SmallAreas, item: str) -> Effect:
    n = int(found.frame["n"].sum())
    areas = float((found.frame["n"] >= MINIMUM_N).sum())
    return replace(_number(BETWEEN, float(found.between), n, {"item": item}), detail={"areas": areas})


def _number(name: str, value: float, n: int, about: Mapping[str, str], reason: str = "") -> Effect:
    """Return an effect that is shown and never tested."""
    method = reason or "fay_herriot/arcsine"
    return Effect(name, value, NAN, NAN, NAN, n, NAN, NAN, method, "", k_low=n, about=dict(about))


def _nothing(survey: Survey, item: str, division: str) -> tuple[Estimates, tuple[Effect, ...]]:
    """Return an empty table where there are too few counties for a model."""
    columns: dict[str, list[object]] = {"item": [], division: []}
    table = pd.DataFrame(columns | {name: [] for name in VALUE_COLUMNS})
    counts = pd.DataFrame({"k": np.zeros(0)})
    words = survey.coded.words
    empty = Estimates(table, np.zeros((0, 0)), (division,), "proportion", words, counts, survey.domain_text)
    return empty, (_number(BETWEEN, NAN, 0, {"item": item}, "not_estimable:few_areas"),)
