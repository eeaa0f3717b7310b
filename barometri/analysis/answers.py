"""Verbs of the list on answers and on the number of models."""

from collections.abc import Mapping
from dataclasses import replace

from barometri.analysis.task import Found, Run, Task
from barometri.association import association
from barometri.change import change, without_unasked
from barometri.collaboration import mean_number_of_models, model_prevalence, number_of_models
from barometri.estimates import Estimates
from barometri.estimation import Base, mean, proportion
from barometri.model_battery import NUMBER_OF_MODELS


def _shares(task: Task, *, categories: str, base: Base) -> Estimates:
    if task.analysis.waves == "all":
        return change(task.surveys, task.items, by=task.by, categories=categories, base=base)
    estimates = proportion(
        task.survey,
        list(task.items),
        by=list(task.by) or None,
        categories=categories,
        margins=True,
        base=base,
    )
    return without_unasked(task.survey, estimates)


def with_item(estimates: Estimates, item: str) -> Estimates:
    """Name the item also where there is only one."""
    if "item" in estimates.frame:
        return estimates
    frame = estimates.frame.copy()
    frame.insert(0, "item", item)
    return replace(estimates, frame=frame)


def _proportion(task: Task) -> Found:
    return _shares(task, categories="good", base=task.analysis.base), ()


def _distribution(task: Task) -> Found:
    """Return the share of every answer; "cannot say" stands beside them where somebody could say so."""
    known = task.survey.codebook.questions if task.survey.codebook is not None else {}
    codes = [code for item in task.items if item in known for code in known[item].codes]
    unsure = any(code.missing == "dont_know" for code in codes)
    base: Base = "asked" if task.analysis.base == "asked" else "beside" if unsure else "answered"
    return _shares(task, categories="each", base=base), ()


def _mean(task: Task) -> Found:
    by = list(task.by) or None
    if task.items == (NUMBER_OF_MODELS,):
        return mean_number_of_models(task.survey, by=by), ()
    items = [item for item in task.items if item != NUMBER_OF_MODELS]
    return with_item(mean(task.survey, items, by=by, margins=True), items[0]), ()


def _model_prevalence(task: Task) -> Found:
    analysis = task.analysis
    models = task.items if analysis.items else None
    by = list(task.by) or None
    return model_prevalence(
        task.survey, by=by, models=models, reading=analysis.reading, states=analysis.states
    ), ()


def _number_of_models(task: Task) -> Found:
    return number_of_models(task.survey, by=list(task.by) or None), ()


def _association(task: Task) -> Found:
    shares, effects = association(task.survey, outcome=task.items[0], by=list(task.by) or None)
    return with_item(shares, task.items[0]), effects


def _change(task: Task) -> Found:
    return change(task.surveys, task.items, by=task.by, base=task.analysis.base), ()


ANSWER_VERBS: Mapping[str, Run] = {
    "proportion": _proportion,
    "distribution": _distribution,
    "mean": _mean,
    "model_prevalence": _model_prevalence,
    "number_of_models": _number_of_models,
    "association": _association,
    "change": _change,
}
