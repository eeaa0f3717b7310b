"""Covariance of numbers known by what each respondent adds to them."""

import numpy as np
import numpy.typing as npt

from barometri.inference.records import RecordStage
from barometri.inference.sandwich import Respondents, influence_covariance
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]


def row_covariance(survey: Survey, influence: FloatArray) -> FloatArray:
    """Covariance of sums ``sum_i w_i v_i`` under the survey's design: strata, units, calibration, replicates.

    Parameters
    ----------
    survey
        In memory; the whole design counts, whoever its domain holds.
    influence
        Value v of each respondent for one unit of weight, shape (n, m); 0 for who plays no part.

    Returns
    -------
    numpy.ndarray
        Shape (m, m).

    Raises
    ------
    DesignError
        A stratum with a single unit, unless the design says what to do.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"x": [1.0, 3.0]}), SurveyDesign(weight="equal"))
    >>> row_covariance(survey, np.array([[1.0], [3.0]]))
    array([[4.]])
    """
    coded = survey.coded
    weight = coded.weight
    respondents = Respondents(
        count=np.ones(len(weight)),
        weight=weight,
        squared=weight**2,
        stages=tuple(RecordStage(s.unit[coded.group], s.stratum, s.strata) for s in coded.stages),
        elements=coded.elements,
        single_psu=survey.design.single_psu,
        group=coded.group,
        group_units=tuple(stage.unit for stage in coded.stages),
        auxiliary=coded.auxiliary,
        replication=coded.replication,
    )
    return influence_covariance(np.asarray(influence, dtype=np.float64), respondents)


def units_minus_strata(survey: Survey, inside: npt.NDArray[np.bool_]) -> float:
    """Degrees of freedom of a part of the respondents: its first-stage units minus their strata."""
    coded = survey.coded
    stage = coded.stages[0]
    unit = stage.unit[coded.group[inside]]
    strata = len(np.unique(stage.stratum[unit]))
    rows = coded.elements and len(coded.stages) == 1
    found = float((int(inside.sum()) if rows else len(np.unique(unit))) - strata)
    return found if coded.replication is None else min(found, coded.replication.df)
