"""Variables of a formula as codes or numbers: categories in codebook order, without missing answers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.aggregation.features import numbers
from barometri.aggregation.levels import coded, levels, position
from barometri.errors import OptionError
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
MANY = 200  # distinct values beyond which a number is continuous
GLANCE = 5000


@dataclass(frozen=True, slots=True, repr=False)
class Variable:
    """One variable by respondent, in the survey's canonical order.

    Parameters
    ----------
    name
        Its name.
    codes
        Position of each answer among the levels, -1 where missing, shape (n,); empty when continuous.
    values
        Number of each level (or position, for categories), shape (K,); all values, shape (n,), when
        continuous, NaN where missing.
    levels
        Names of the levels of a category, in order; empty for numbers.
    is_continuous
        Whether the values stay uncoded.
    """

    name: str
    codes: IntArray
    values: FloatArray
    levels: tuple[str, ...]
    is_continuous: bool

    @property
    def size(self) -> int:
        """Number of levels."""
        return len(self.values)

    @property
    def known(self) -> BoolArray:
        """Which respondents have an answer, shape (n,)."""
        return ~np.isnan(self.values) if self.is_continuous else self.codes >= 0

    def numbers_at(self, rows: IntArray) -> FloatArray:
        """Return the numbers of some respondents with an answer."""
        return np.asarray(self.values[rows] if self.is_continuous else self.values[self.codes[rows]])

    def sort_key(self, rows: IntArray) -> FloatArray | IntArray:
        """Return what orders some respondents."""
        return self.values[rows] if self.is_continuous else self.codes[rows]

    def column(self, rows: IntArray) -> "pd.Categorical[str] | FloatArray | IntArray":
        """Return a column for formulaic: a categorical with the levels that occur, or numbers."""
        if not self.levels:
            found = self.numbers_at(rows)
            whole = not self.is_continuous and np.all(found == np.round(found))
            return found.astype(np.int64) if whole else found
        own = self.codes[rows]
        present = np.flatnonzero(np.bincount(own, minlength=self.size))
        place = np.zeros(self.size, dtype=np.int64)
        place[present] = np.arange(len(present))
        labels = pd.Index([self.levels[code] for code in present])
        return pd.Categorical.from_codes(place[own], categories=labels)


def category(survey: Survey, name: str, *, reference: Mapping[str, str] | None = None) -> Variable:
    """Return a variable as categories, the codebook's order or sorted values.

    Parameters
    ----------
    survey
        In memory.
    name
        A variable.
    reference
        Level that comes first, by variable.

    Raises
    ------
    OptionError
        A reference that is no level.
    """
    found = coded(survey, name)
    known = [level for level in levels(survey, name) if level.value is not None]
    first = None if reference is None else reference.get(name)
    if first is not None:
        if first not in [str(level.id) for level in known]:
            labels = ", ".join(str(level.id) for level in known[:8])
            raise OptionError(f"reference of {name!r} must be one of its levels ({labels}); got {first!r}.")
        known.sort(key=lambda level: str(level.id) != first)
    place = position(found.values, tuple(level.value for level in known))
    names = tuple(str(level.id) for level in known)
    return Variable(
        name, place[found.codes], np.arange(len(known), dtype=np.float64), names, is_continuous=False
    )


def scored(survey: Survey, name: str) -> Variable:
    """Return a coded question as the numbers of its codes."""
    made = category(survey, name)
    values = [float(str(level.value)) for level in levels(survey, name)]
    return Variable(name, made.codes, np.array(values), (), is_continuous=False)


def measured(survey: Survey, name: str) -> Variable:
    """Return a measured variable, coded when it has few values."""
    values = numbers(survey, name)
    if len(np.unique(values[:GLANCE])) <= MANY:
        codes, found = pd.factorize(values, sort=True)
        if len(found) <= MANY:
            exact = np.asarray(found, dtype=np.float64)
            return Variable(name, np.asarray(codes, dtype=np.int64), exact, (), is_continuous=False)
    return Variable(name, np.zeros(0, dtype=np.int64), values, (), is_continuous=True)


def covariate(
    survey: Survey, name: str, *, scores: tuple[str, ...] = (), reference: Mapping[str, str] | None = None
) -> Variable:
    """Return a covariate: coded questions and text are categories, ticks and measured variables numbers."""
    question = survey.question(name)
    if question is not None and survey.is_coded(name):
        if name in scores or question.kind == "tick":
            return scored(survey, name)
        return category(survey, name, reference=reference)
    return measured(survey, name) if survey.is_numeric(name) else category(survey, name, reference=reference)


def number(survey: Survey, name: str) -> Variable:
    """Return an outcome as a number: a coded question counts by its codes."""
    if survey.is_coded(name):
        return scored(survey, name)
    if not survey.is_numeric(name):
        raise OptionError(
            f"The outcome {name!r} holds text; this fit needs numbers or codes of the codebook."
        )
    return measured(survey, name)


def yes_or_no(survey: Survey, name: str) -> Variable:
    """Return an outcome as 0 or 1: favourable answers of a question that has some, else the values 0 and 1.

    Raises
    ------
    OptionError
        Other values than 0 and 1.
    """
    question = survey.question(name)
    if question is not None and question.good and survey.is_coded(name):
        made = category(survey, name)
        good = np.array([level.value in question.good for level in levels(survey, name)], dtype=np.int64)
        codes = np.where(made.codes >= 0, good[made.codes], -1)
        return Variable(name, codes, np.array([0.0, 1.0]), (), is_continuous=False)
    found = number(survey, name)
    if found.is_continuous or not np.isin(found.values, (0.0, 1.0)).all():
        raise OptionError(
            f"The outcome {name!r} must hold 0 and 1, or be a question with favourable answers. Make it with "
            f"survey.with_column(name, survey[{name!r}] == ...)."
        )
    return found


def ordered(survey: Survey, name: str) -> Variable:
    """Return an outcome as ordered categories: the codebook's order, or sorted values."""
    return category(survey, name)
