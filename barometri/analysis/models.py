"""Verbs of the list on how cooperation is judged where models are in use."""

from collections.abc import Mapping

from barometri.analysis.answers import with_item
from barometri.analysis.task import Found, Run, Task
from barometri.association import class_contrasts, dose_response, model_effects
from barometri.collaboration import model_prevalence


def _dose_response(task: Task) -> Found:
    shares, effects = dose_response(task.survey, outcome=task.items[0])
    return with_item(shares, task.items[0]), effects


def _classes(task: Task) -> Found:
    shares, effects = class_contrasts(task.survey, outcome=task.items[0])
    return with_item(shares, task.items[0]), effects


def _model_effects(task: Task) -> Found:
    """Return the effects with the shares on the list's base: cannot say out of it, or in it."""
    analysis = task.analysis
    effects = model_effects(task.survey, outcome=task.items[0], reading=analysis.reading)[1]
    models = tuple(dict.fromkeys(effect.about["item"] for effect in effects if "kind" in effect.about))
    if analysis.base == "asked":
        return model_prevalence(task.survey, models=models, reading="lower"), effects
    return model_prevalence(task.survey, models=models, reading="informed"), effects


MODEL_VERBS: Mapping[str, Run] = {
    "dose_response": _dose_response,
    "classes": _classes,
    "model_effects": _model_effects,
}
