"""Which models of collaboration are agreed where: prevalence by model, and the number of models."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from barometri.errors import check_option
from barometri.estimates import VALUE_COLUMNS, Estimates
from barometri.estimation import mean, proportion
from barometri.model_battery import (
    NUMBER_CLASS,
    NUMBER_OF_MODELS,
    READINGS,
    Codes,
    battery,
    count_models,
    indicator,
    study_of,
)
from barometri.study.codebook import Code, Question
from barometri.study.plan import Reading
from barometri.survey import Survey

__all__ = ["count_models", "mean_number_of_models", "model_prevalence", "number_of_models"]

By = str | Sequence[str] | None
AGREED: Final = "agreed"
_STATE: Final = "_state_"


def model_prevalence(
    survey: Survey,
    *,
    by: By = None,
    models: Sequence[str] | None = None,
    reading: Reading = "lower",
    states: bool = False,
    margins: bool = True,
) -> Estimates:
    """Share of respondents who report each model as agreed (established or on trial).

    Parameters
    ----------
    survey
        With a study that declares models.
    by
        Variables that split the respondents.
    models
        Ids of models, or of single arrangements by their question. By default all models, and with them the
        study's explicit answer that nothing is agreed, under its question's id.
    reading
        What "cannot say" means: ``lower`` not in use, ``informed`` out of the base, ``upper`` in use.
    states
        Whether to tell established from on trial: rows then have a ``category`` (the study's ids of both, and
        ``agreed``), and the answer that nothing is agreed stays out.
    margins
        Whether to add rows for all codes of ``by`` together.

    Returns
    -------
    Estimates
        ``item`` is the model id. Covariance is joint over all rows.

    Raises
    ------
    OptionError
        Unknown model or reading, or a study without models.

    Notes
    -----
    A model of several arrangements is agreed if any of them is, established if any is established, not in use
    only if all are not, else not known.
    """
    check_option("reading", reading, READINGS)
    found = battery(survey, models or ())
    words = study_of(survey)[1]
    counted: dict[str, tuple[int, ...]] = {AGREED: found.agreed}
    if states:
        single = {words.established: (found.established,), words.on_trial: (found.on_trial,)}
        counted = {**single, **counted}
    columns = {
        (item, category): indicator(values, codes, reading)
        for item, values in found.states.items()
        for category, codes in counted.items()
    }
    if not states and not models:
        columns |= _nothing_agreed(survey, reading)
    return _shares(survey, columns, by=by, margins=margins, categories=states)


def _nothing_agreed(survey: Survey, reading: str) -> dict[tuple[str, str], Codes]:
    """Return the explicit answer that nothing is agreed as an item of its own, where the wave asked it."""
    study, states = study_of(survey)
    name = states.nothing_agreed
    if name not in survey.variables:
        return {}
    yes = study.question(name).code(states.nothing_agreed_yes).value
    return {(name, AGREED): indicator(survey.values(name).astype(np.int32), (yes,), reading)}


def _shares(
    survey: Survey, columns: Mapping[tuple[str, str], Codes], *, by: By, margins: bool, categories: bool
) -> Estimates:
    """Estimate all indicators in one call, and name the rows by item and category."""
    names = {f"{_STATE}{number}": key for number, key in enumerate(columns)}
    codes = (Code(0, "no", {}, {}), Code(1, "yes", {}, {}))
    for name, key in names.items():
        survey = survey.with_column(name, columns[key], Question(name, "tick", {}, {}, codes, good=(1,)))
    estimates = proportion(survey, list(names), by=by, margins=margins)
    frame = estimates.frame.copy()
    own = frame.pop("item") if "item" in frame else pd.Series(next(iter(names)), index=frame.index)
    frame = frame.drop(columns="category", errors="ignore")
    frame.insert(0, "item", [names[str(name)][0] for name in own])
    if categories:
        frame.insert(1, "category", [names[str(name)][1] for name in own])
    return replace(estimates, frame=frame)


def number_of_models(
    survey: Survey, *, by: By = None, reading: Reading = "informed", margins: bool = True
) -> Estimates:
    """Share of respondents by number of agreed models: 0, 1, 2, 3 or more.

    Parameters
    ----------
    survey
        With a study that declares models.
    by
        Variables that split the respondents.
    reading
        What "cannot say" about a model means for the number, as in `count_models`.
    margins
        Whether to add rows for all codes of ``by`` together.

    Returns
    -------
    Estimates
        ``item`` is ``number_of_models``, ``category`` the class.
    """
    counted = count_models(survey, reading=reading)
    return _named(proportion(counted, NUMBER_CLASS, by=by, categories="each", margins=margins))


def mean_number_of_models(
    survey: Survey, *, by: By = None, reading: Reading = "informed", margins: bool = True
) -> Estimates:
    """Mean number of agreed models, 0 to the number of models asked.

    Parameters
    ----------
    survey, by, reading, margins
        As in `number_of_models`.

    Returns
    -------
    Estimates
        ``item`` is ``number_of_models``.
    """
    return _named(mean(count_models(survey, reading=reading), NUMBER_OF_MODELS, by=by, margins=margins))


def _named(estimates: Estimates) -> Estimates:
    frame = estimates.frame.drop(columns="item", errors="ignore")
    frame.insert(0, "item", NUMBER_OF_MODELS)
    order = [c for c in ("item", "category", *estimates.by, *VALUE_COLUMNS) if c in frame]
    return replace(estimates, frame=frame[order])
