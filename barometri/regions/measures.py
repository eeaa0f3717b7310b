"""What is compared between districts: models in use, favourable judgements, the number of models."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.errors import OptionError, check_option
from barometri.estimation.numeric import numeric_values
from barometri.model_battery import NUMBER_OF_MODELS, battery, count_models, indicator
from barometri.regions.contrasts import Measures
from barometri.study.codebook import Code, Question
from barometri.study.codes import LARGEST_MISSING
from barometri.study.plan import Reading
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
READINGS: Final = ("lower", "informed")


@dataclass(frozen=True, slots=True, repr=False)
class Compared:
    """What is compared between districts, and the survey with the models as questions of their own."""

    survey: Survey
    district: str
    models: Measures
    others: Measures
    outcome: str


def compared(
    survey: Survey, *, models: Sequence[str], outcome: str | None, district: str | None, reading: Reading
) -> Compared:
    """Gather what is compared.

    Raises
    ------
    OptionError
        No district, an unknown model, or a reading that no share of agreed models has.
    """
    check_option("reading", reading, READINGS)
    where = district or _role(survey, "district")
    if not where or where not in survey.variables:
        message = f"regions needs a variable of districts; wave {survey.wave} has no {where!r}. Name one."
        raise OptionError(message)
    item = outcome or _role(survey, "outcome")
    codes, place = _places(survey, where)
    found = battery(survey, models)
    named: list[str] = []
    columns: list[FloatArray] = []
    for name, states in found.states.items():
        values = indicator(states, found.agreed, reading)
        survey = survey.with_column(model_column(name), values, yes_no(name))
        named.append(name)
        columns.append(_inside(survey, np.where(values > LARGEST_MISSING, values, np.nan)))
    others = {NUMBER_OF_MODELS: numeric_values(count_models(survey), NUMBER_OF_MODELS)}
    question = survey.question(item) if item in survey.variables else None
    if question is not None and question.good:
        answers = numeric_values(survey, item)
        others[item] = np.where(np.isnan(answers), np.nan, np.isin(answers, question.good) * 1.0)
    side = np.column_stack([_inside(survey, values) for values in others.values()])
    return Compared(
        survey,
        where,
        Measures(tuple(named), np.column_stack(columns), place, codes),
        Measures(tuple(others), side, place, codes),
        item if item in others else "",
    )


def model_column(model: str) -> str:
    """Return the name of the column that holds whether a model is agreed."""
    return f"_agreed_{model}"


def _role(survey: Survey, name: str) -> str:
    return survey.study.role(name, survey.wave) if survey.study is not None else ""


def yes_no(name: str) -> Question:
    """Return the codebook entry of that column."""
    codes = (Code(0, "no", {}, {}), Code(1, "yes", {}, {}))
    return Question(model_column(name), "tick", {}, {}, codes, good=(1,))


def _inside(survey: Survey, values: npt.ArrayLike) -> FloatArray:
    found = np.asarray(values, dtype=np.float64)
    return found if survey.mask is None else np.where(survey.mask, found, np.nan)


def _places(survey: Survey, district: str) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """Return the districts that somebody works in, in codebook order, and the place of each respondent."""
    values = survey.values(district)
    question = survey.question(district)
    if question is not None and question.codes:
        pairs = [(code.value, code.id) for code in question.substantive]
    else:
        pairs = [(value, str(value)) for value in sorted({v for v in values.tolist() if v == v})]  # noqa: PLR0124
    inside = np.ones(len(values), dtype=np.bool_) if survey.mask is None else survey.mask
    present = [(value, name) for value, name in pairs if (inside & (values == value)).any()]
    place = np.full(len(values), -1, dtype=np.int64)
    for number, (value, _) in enumerate(present):
        place[values == value] = number
    return tuple(name for _, name in present), place
