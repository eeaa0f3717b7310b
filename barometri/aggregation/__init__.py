"""The one pass from respondents to sums; nothing else scans rows.

In memory it is numpy's bincount on integer codes, on lazy frames one group-by: two backends of one interface.
"""

import narwhals as nw

from barometri.aggregation.features import centre_in_memory
from barometri.aggregation.lazy import sum_lazily
from barometri.aggregation.levels import Level, cannot_say, levels
from barometri.aggregation.memory import sum_in_memory
from barometri.aggregation.sums import Measure, Plan, Sums
from barometri.survey import Survey
from barometri.survey.backends import collect

__all__ = ["Level", "Measure", "Plan", "Sums", "aggregate", "cannot_say", "centre", "levels"]


def aggregate(survey: Survey, plan: Plan) -> Sums:
    """Run the pass that a plan describes, on the survey's own backend.

    Parameters
    ----------
    survey
        Its domain limits the sums, never the design.
    plan
        Measures and cells.

    Returns
    -------
    Sums
        One record for each group of the design and cell that occur together.
    """
    return sum_lazily(survey, plan) if survey.is_lazy else sum_in_memory(survey, plan)


def centre(survey: Survey, name: str) -> float:
    """Return a number near the middle of a measured variable, 0 when nobody answered.

    It only saves digits: no estimate depends on it.
    """
    if not survey.is_lazy:
        return centre_in_memory(survey, name)
    answered = ~survey.lazy_reader.missing(name, None)
    column = nw.when(answered).then(nw.col(name).cast(nw.Float64)).otherwise(nw.lit(0.0))
    counted = nw.when(answered).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    found = collect(
        survey.lazy.with_columns(_x=column, _k=counted).select(nw.col("_x").sum(), nw.col("_k").sum())
    )
    return float(found["_x"][0] / found["_k"][0]) if found["_k"][0] > 0 else 0.0
