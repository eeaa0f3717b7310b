"""The analytic companion of a survey design: for claims about effects, which would hold elsewhere too.

Sampling units are the places that respondents work in, without strata and without finite population
correction, under the same weights: people of one unit, or of one area, describe the same cooperation.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.design import SurveyDesign
from barometri.study.codes import LARGEST_MISSING, NOT_ASKED
from barometri.survey import Survey

PLACE: Final = "_place"
_WEIGHT: Final = "_design_weight"
SEVERAL: Final = ";"

Texts = npt.NDArray[np.object_]


def analytic(survey: Survey) -> Survey:
    """Return the survey under its analytic companion design.

    Parameters
    ----------
    survey
        With a study whose roles name ``unit`` and ``area``.

    Returns
    -------
    Survey
        Sampling units are, for each respondent, the unit; for who is not asked for a unit the area, where it
        is a single one; else everybody of the same district and group together. A wave with neither units nor
        areas keeps respondents as their own units.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.design import SurveyDesign
    >>> answers = pd.DataFrame({"x": [1, 0], "s": ["a", "b"]})
    >>> analytic(Survey(answers, SurveyDesign(weight="equal", stratum="s", single_psu="adjust")))
    Survey(n=2, variables: x, s; no strata, elements, equal weights, no FPC)
    """
    weight = survey.design.weight
    if weight is None:
        weight = _WEIGHT
        survey = survey.with_column(weight, survey.coded.weight)
    unit, area = _role(survey, "unit"), _role(survey, "area")
    if not unit and not area:
        return survey.with_design(SurveyDesign(weight=weight))
    placed = survey.with_column(PLACE, _places(survey, unit, area))
    return placed.with_design(SurveyDesign(weight=weight, psu=PLACE))


def _role(survey: Survey, role: str) -> str:
    """Return the variable that plays a role, if the wave has it."""
    name = survey.study.role(role, survey.wave) if survey.study is not None else ""
    return name if name in survey.variables else ""


def _places(survey: Survey, unit: str, area: str) -> Texts:
    size = len(survey.rows)
    places = _labels(
        "cell", [survey.values(n) for r in ("district", "group") if (n := _role(survey, r))], size
    )
    routed = np.ones(size, dtype=bool)
    if unit:
        units = survey.values(unit)
        routed = units == NOT_ASKED
        places = np.where(units > LARGEST_MISSING, _labels("unit", [units], size), places)
    if area:
        areas = np.array([str(value) for value in survey.values(area).tolist()], dtype=object)
        single = np.array([value not in {"", "None", "nan"} and SEVERAL not in value for value in areas])
        places = np.where(routed & single, _labels("area", [areas], size), places)
    return places


def _labels(kind: str, columns: list[npt.NDArray[np.generic]], size: int) -> Texts:
    rows = zip(*(column.tolist() for column in columns), strict=True) if columns else [()] * size
    return np.array([" ".join(map(str, (kind, *row))) for row in rows], dtype=object)
