"""Claims and answers made by hand: everybody of one weight, no strata, so that numbers can be checked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from barometri.claims import judged
from barometri.results import ClaimResult, Part
from barometri.study.claim import Claim
from barometri.study.study import Study
from barometri.study.waves import Equivalence, FrameCount
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from tests import tiny_study

WORKERS = {"group": ("worker",)}
DECIDERS = {"group": ("decider",)}
DECIDER, SERVER, WORKER, EMPLOYEE = 1, 2, 3, 9
NORTH, MIDDLE, SOUTH = 1, 2, 3


def claim(**more: Any) -> Claim:  # noqa: ANN401 - any field of a claim
    """A claim on cooperation in 2021, with other fields as given."""
    fields: dict[str, Any] = {"id": "C1", "kind": "ordering", "waves": (2021,), "items": ("cooperation",)}
    return Claim(**{**fields, "statement": {"en": "so"}, "family": "f", **more})


def mix(good: int, bad: int) -> list[int]:
    """So many favourable and unfavourable answers on five points."""
    return [5] * good + [1] * bad


def people(*parts: Mapping[str, object], wave: int = 2021, study: Study | None = None) -> Survey:
    """Respondents: each part gives columns as one value for all of it or as a list."""
    frames = []
    for part in parts:
        size = max(len(value) for value in part.values() if isinstance(value, Sequence))
        columns = {
            name: np.array(value if isinstance(value, Sequence) else [value] * size, dtype=np.int32)
            for name, value in {"group": WORKER, "district": NORTH, **part}.items()
        }
        frames.append(pd.DataFrame(columns))
    frame = pd.concat(frames, ignore_index=True).fillna(-9).astype(np.int32)
    return Survey(frame, SurveyDesign(weight="equal"), study=study or waves_study(), wave=wave)


def waves_study(
    *, marks: Mapping[int, tuple[Equivalence, ...]] | None = None, frame: Mapping[str, int] | None = None
) -> Study:
    """The small study with a wave of 2017 like that of 2019, and a frame of groups in 2021."""
    study = tiny_study.study()
    waves = {2017: replace(study.waves[2019], year=2017), **study.waves}
    for year, entries in (marks or {}).items():
        waves[year] = replace(waves[year], equivalence=(*waves[year].equivalence, *entries))
    counts = tuple(FrameCount({"group": name}, number) for name, number in (frame or {}).items())
    waves[2021] = replace(waves[2021], frame=counts)
    return replace(study, waves=waves)


def result_of(entry: Claim, *surveys: Survey) -> ClaimResult:
    """Judge one claim on some waves."""
    study = surveys[0].study
    assert study is not None
    return judged(entry, study, {survey.wave or 0: survey for survey in surveys})


def parts(result: ClaimResult, name: str) -> list[Part]:
    """The parts of a name, in order."""
    return [part for part in result.parts if part.name == name]
