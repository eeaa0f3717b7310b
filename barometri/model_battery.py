"""The answers about collaboration models of each respondent: the state of a model, and how many are agreed.

"Cannot say" about a model has three readings: ``informed`` (a) leaves those who cannot say out of the base,
``lower`` (b) counts them as not having the model, ``upper`` (c) as having it. Those who skipped the question
are out of the base in all three.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.errors import OptionError, check_option
from barometri.study.codebook import Code, Question
from barometri.study.codes import BLANK, DONT_KNOW, LARGEST_MISSING, NOT_ASKED, REFUSED
from barometri.study.plan import Model, ModelStates, Reading
from barometri.study.study import Study
from barometri.survey import Survey

Codes = npt.NDArray[np.int32]

NUMBER_OF_MODELS: Final = "number_of_models"
"""Derived variable: how many of the study's models the respondent reports as agreed."""
NUMBER_CLASS: Final = "number_of_models_class"
"""Derived variable: the same in classes, the last of them open."""
OPEN_CLASS: Final = 3
READINGS: Final = ("lower", "informed", "upper")


@dataclass(frozen=True, slots=True)
class Battery:
    """The answers about one survey's models.

    ``states`` holds, by item, one of the three codes or a reserved missing code for each respondent.
    """

    established: int
    on_trial: int
    not_in_use: int
    states: Mapping[str, Codes]

    @property
    def agreed(self) -> tuple[int, int]:
        """Codes of a model that is agreed."""
        return self.established, self.on_trial


def study_of(survey: Survey) -> tuple[Study, ModelStates]:
    """Return the survey's study and the codes of its model battery.

    Raises
    ------
    OptionError
        The study declares no models.
    """
    study = survey.study
    if study is None or study.model_states is None or not study.models:
        message = (
            "The survey's study declares no models of collaboration (models.toml), which this verb counts. "
            "Read the survey with read_surveys, or use proportion on single questions."
        )
        raise OptionError(message)
    return study, study.model_states


def asked_models(survey: Survey) -> tuple[Model, ...]:
    """Return the study's models of which the wave asked at least one question, in the study's order."""
    study = survey.study
    if study is None or study.model_states is None:
        return ()
    return tuple(m for m in study.models if any(q in survey.variables for q in m.questions))


def battery(survey: Survey, models: Sequence[str] = ()) -> Battery:
    """Return the state of each model, or of single arrangements by their question, for each respondent.

    Parameters
    ----------
    survey
        With a study that declares models.
    models
        Ids of models or of their questions; all models asked in the wave by default.

    Raises
    ------
    OptionError
        An id that is neither, or of which the wave asked nothing.
    """
    study, states = study_of(survey)
    parts: dict[str, tuple[str, ...]] = {q: (q,) for model in study.models for q in model.questions}
    parts |= {model.id: model.questions for model in study.models}
    asked = [model.id for model in asked_models(survey)]
    wanted = list(models) or asked
    unknown = [name for name in wanted if not any(q in survey.variables for q in parts.get(name, ()))]
    if unknown or not wanted:
        what = f"No model {unknown[0]!r}" if unknown else "No model"
        known = ", ".join(asked) or "none"
        raise OptionError(
            f"{what} was asked in wave {survey.wave}; models asked: {known}. Choose among them."
        )
    entry = study.question(parts[wanted[0]][0])
    words = (states.established, states.on_trial, states.not_in_use)
    established, on_trial, not_in_use = (entry.code(word).value for word in words)
    joined = {}
    for name in wanted:
        columns = [survey.values(q).astype(np.int32) for q in parts[name] if q in survey.variables]
        joined[name] = _combined(columns, (established, on_trial), not_in_use)
    return Battery(established, on_trial, not_in_use, joined)


def _combined(columns: Sequence[Codes], agreed: tuple[int, int], not_in_use: int) -> Codes:
    """Join the arrangements of a model: agreed if any is, not in use only if all that were asked are."""
    answers = np.column_stack(columns)
    asked = answers != NOT_ASKED
    joined = np.full(len(answers), NOT_ASKED, dtype=np.int32)
    for reason in (BLANK, REFUSED, DONT_KNOW):
        joined[(answers == reason).any(axis=1)] = reason
    joined[asked.any(axis=1) & ((answers == not_in_use) | ~asked).all(axis=1)] = not_in_use
    for state in reversed(agreed):
        joined[(answers == state).any(axis=1)] = state
    return joined


def indicator(states: Codes, counted: Sequence[int], reading: str) -> Codes:
    """Return 1 where the state is counted, 0 where not, a missing code where the reading leaves it out."""
    values = np.where(states <= LARGEST_MISSING, states, np.isin(states, counted)).astype(np.int32)
    if reading != "informed":
        values[values == DONT_KNOW] = int(reading == "upper")
    return values


def number_question(name: str, models: int, top: int) -> Question:
    """Return the codebook entry of a number of models in classes 0 to ``top``, the last one open.

    Examples
    --------
    >>> [code.id for code in number_question("number_of_models_class", 6, 3).codes]
    ['0', '1', '2', '3+']
    """
    last = min(top, models)
    ids = [str(value) if value < last or last == models else f"{value}+" for value in range(last + 1)]
    codes = tuple(Code(value, key, {}, {}) for value, key in enumerate(ids))
    return Question(name, "ordinal", {}, {}, codes)


def count_models(survey: Survey, *, reading: Reading = "informed") -> Survey:
    """Add the number of agreed models of each respondent, and its classes 0, 1, 2 and 3 or more.

    Parameters
    ----------
    survey
        With a study that declares models.
    reading
        ``informed``: models that a respondent cannot judge do not count, and the number is missing (cannot
        say) for who cannot judge more than half of them; ``lower``: what respondents cannot judge counts as
        not in use; ``upper``: as in use. Who skipped a model (broke off, or refused) has no number: a model
        that was not answered is not a model that is not in use.

    Returns
    -------
    Survey
        With ``number_of_models`` and ``number_of_models_class``. A model of several arrangements counts once.
    """
    check_option("reading", reading, READINGS)
    found = battery(survey)
    answers = np.column_stack(list(found.states.values()))
    asked = answers != NOT_ASKED
    unsure, skipped = answers == DONT_KNOW, np.isin(answers, (BLANK, REFUSED))
    number = np.isin(answers, found.agreed).sum(axis=1).astype(np.int32)
    if reading == "upper":
        number += unsure.sum(axis=1).astype(np.int32)
    if reading == "informed":
        number[2 * unsure.sum(axis=1) > asked.sum(axis=1)] = DONT_KNOW
    number[skipped.any(axis=1)] = BLANK
    number[~asked.any(axis=1)] = NOT_ASKED
    size = answers.shape[1]
    classes = np.minimum(number, OPEN_CLASS).astype(np.int32)
    survey = survey.with_column(NUMBER_OF_MODELS, number, number_question(NUMBER_OF_MODELS, size, size))
    return survey.with_column(NUMBER_CLASS, classes, number_question(NUMBER_CLASS, size, OPEN_CLASS))
