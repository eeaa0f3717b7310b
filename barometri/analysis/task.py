"""One entry of the study's list, with what the waves have of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from barometri.estimates import Effect, Estimates
from barometri.study.plan import Analysis
from barometri.survey import Survey
from barometri.survey.design import EQUAL

Found = tuple[Estimates, tuple[Effect, ...]]


@dataclass(frozen=True, slots=True)
class Task:
    """One entry of the list with what the waves have of it."""

    analysis: Analysis
    survey: Survey
    surveys: Mapping[int, Survey]
    items: tuple[str, ...]
    by: tuple[str, ...]


Run = Callable[[Task], Found]


def has_design(survey: Survey) -> bool:
    """Whether anything is known of how the respondents were drawn: weights, strata, units or counts."""
    design = survey.design
    return design.weight not in {None, EQUAL} or any((design.stratum, design.psu, design.fpc))
