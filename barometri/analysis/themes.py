"""Verbs of the list on waves and regions: gaps, trends, districts, counties."""

from collections.abc import Mapping
from typing import Final

from barometri.analysis.task import Found, Run, Task
from barometri.change import gaps, trends
from barometri.change.gaps import gap_variables, has_both_groups
from barometri.regions import county, regions
from barometri.study.plan import Analysis
from barometri.study.study import Study
from barometri.survey import Survey

OVER_WAVES: Final = ("change", "gaps", "trends")
"""Verbs that take every wave, whatever the list says."""


def needed(analysis: Analysis, study: Study, year: int) -> tuple[str, ...]:
    """Return the variables without which a verb on waves or regions has nothing to tell apart."""
    role = {"regions": "district", "trends": "group", "county": "area"}.get(analysis.verb, "")
    if analysis.verb == "gaps":
        return gap_variables(study, analysis.left, analysis.right, analysis.by)
    if analysis.verb == "trends" and analysis.by:
        return analysis.by
    return (study.role(role, year) or role,) if role else ()


def lacking(analysis: Analysis, study: Study, surveys: Mapping[int, Survey], year: int) -> list[str]:
    """Return a note for each needed variable that no wave has together with the others."""
    names = needed(analysis, study, year)
    if any(set(names) <= set(survey.variables) for survey in surveys.values()):
        return []
    absent = [name for name in names if not any(name in survey.variables for survey in surveys.values())]
    return [f"lost_column:{name}" for name in absent or names]


def answerable(analysis: Analysis, surveys: Mapping[int, Survey]) -> bool:
    """Whether the waves have whom an entry tells apart: a gap needs somebody of both its groups."""
    if analysis.verb != "gaps":
        return True
    return has_both_groups(surveys, left=analysis.left, right=analysis.right, standardise=analysis.by)


def _gaps(task: Task) -> Found:
    analysis = task.analysis
    return gaps(
        task.surveys,
        task.items,
        left=analysis.left,
        right=analysis.right,
        standardise=task.by,
        base=analysis.base,
    )


def _trends(task: Task) -> Found:
    return trends(task.surveys, task.items, by=task.by or None, base=task.analysis.base)


def _regions(task: Task) -> Found:
    return regions(task.survey, models=task.items, reading=task.analysis.reading)


def _county(task: Task) -> Found:
    return county(task.survey, task.items[0], division=task.analysis.division)


THEME_VERBS: Mapping[str, Run] = {
    "regions": _regions,
    "gaps": _gaps,
    "trends": _trends,
    "county": _county,
}
