"""One more adjustment of a design."""

from dataclasses import replace

from barometri.survey import Survey
from barometri.survey.adjustments import Adjustment, Calibration

MEMBERS = "_members"


def adjusted(survey: Survey, adjustment: Adjustment) -> Survey:
    """Return the survey with one more adjustment of its weights, limited to its domain if it calibrates."""
    if isinstance(adjustment, Calibration) and survey.mask is not None:
        condition = survey.condition
        if condition is None:
            name = f"{MEMBERS}_{len(survey.design.adjustments) + 1}"
            survey = survey.with_column(name, survey.mask.astype(float))
            condition = survey[name] == 1
        adjustment = replace(adjustment, members=condition)
    design = replace(survey.design, adjustments=(*survey.design.adjustments, adjustment))
    return survey.with_design(design)
