"""Verb of the list on fieldwork: who of the frame answered."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from barometri.analysis.task import Found, Run, Task
from barometri.survey import Survey
from barometri.weighting import response_rates
from barometri.weighting.frame import frame_of


def has_frame(surveys: Mapping[int, Survey], wave: int) -> bool:
    """Whether a wave's frame counts can be set beside its respondents."""
    return wave in surveys and frame_of(surveys[wave]) is not None


def _response_rates(task: Task) -> Found:
    """Return response rates of the latest wave, or of every wave that has frame counts."""
    by = list(task.by) or None
    if task.analysis.waves != "all":
        return response_rates(task.survey, by=by), ()
    found = {
        wave: response_rates(survey, by=by)
        for wave, survey in task.surveys.items()
        if has_frame(task.surveys, wave) and set(task.by) <= set(survey.variables)
    }
    frames = [one.frame.assign(wave=wave)[["wave", *one.frame.columns]] for wave, one in found.items()]
    rows = sum(map(len, frames))
    return replace(
        found[max(found)],
        frame=pd.concat(frames, ignore_index=True),
        counts=pd.concat([one.counts for one in found.values()], ignore_index=True),
        covariance=np.full((rows, rows), np.nan),
    ), ()


FIELDWORK_VERBS: Mapping[str, Run] = {"response_rates": _response_rates}
