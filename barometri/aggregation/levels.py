"""Which answers a variable has, and their integer codes in memory."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar

import narwhals as nw
import numpy as np
import numpy.typing as npt

from barometri.study.codebook import Question
from barometri.study.codes import DONT_KNOW, MissingReason
from barometri.survey import Survey
from barometri.survey.backends import collect
from barometri.survey.coding import MISSING, factorize, narrow_codes, plain

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Level:
    """One answer: its value in the responses, its name in results, and whether anybody gave it."""

    value: Hashable
    id: Hashable
    present: bool


@dataclass(frozen=True, slots=True, repr=False)
class Coded:
    """Position of each value among ``values``, -1 for missing, shape (n,), in canonical order."""

    codes: npt.NDArray[np.signedinteger]
    values: tuple[Hashable, ...]


def levels(survey: Survey, name: str) -> tuple[Level, ...]:
    """Return the answers of a variable: the codebook's in its order, else the distinct values, sorted.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"x": ["b", "a"]}), SurveyDesign(weight="equal"))
    >>> [level.value for level in levels(survey, "x")]
    ['a', 'b']
    """
    question = survey.question(name)
    found = _distinct(survey, name)
    if question is None or not question.codes:
        return tuple(Level(value, value, present=True) for value in found)
    seen = set(found)
    return tuple(Level(code.value, code.id, code.value in seen) for code in question.substantive)


def cannot_say(survey: Survey, name: str) -> Level:
    """Return the level of "cannot say" of a codebook question, under the codebook's own name for it."""
    question = survey.question(name)
    return Level(DONT_KNOW, _cannot_say_id(question), DONT_KNOW in set(_distinct(survey, name)))


def _cannot_say_id(question: Question | None) -> str:
    codes = () if question is None else question.codes
    own = (code.id for code in codes if code.missing is MissingReason.DONT_KNOW)
    return next(own, MissingReason.DONT_KNOW.value)


@dataclass(frozen=True, slots=True, repr=False)
class Canonical:
    """Rows by weight: sums then do not depend on the order of the frame by a single bit.

    ``order`` holds the rows' places in the frame, ``weight`` is theirs; both (n,).
    """

    order: IntArray
    weight: FloatArray


def kept(survey: Survey, key: str, make: Callable[[], T]) -> T:
    """Return what a survey keeps under a key, made at the first request."""
    if key not in survey.cache:
        survey.cache[key] = make()
    found: T = survey.cache[key]
    return found


def canonical(survey: Survey) -> Canonical:
    """Return the canonical order of the rows in memory, made once."""

    def make() -> Canonical:
        weight = survey.coded.weight
        order = np.argsort(weight, kind="stable")
        return Canonical(order, weight[order])

    return kept(survey, "canonical", make)


def coded(survey: Survey, name: str) -> Coded:
    """Return a variable in memory as positions among its distinct values, made once."""

    def make() -> Coded:
        codes, values = narrow_codes(survey.values(name))
        return Coded(codes[canonical(survey).order], tuple(plain(value) for value in values))

    return kept(survey, f"codes:{name}", make)


def _distinct(survey: Survey, name: str) -> tuple[Hashable, ...]:
    if not survey.is_lazy:
        return coded(survey, name).values

    def read() -> tuple[Hashable, ...]:
        column = collect(survey.lazy.select(nw.col(name)).unique())[name]
        return tuple(plain(value) for value in factorize(column)[1])

    return kept(survey, f"levels:{name}", read)


def position(values: tuple[Hashable, ...], wanted: tuple[Hashable, ...]) -> IntArray:
    """Return for each value its position among the wanted ones, `MISSING` for others, and one entry more.

    The last entry stands for the code -1, so that the table can be indexed by codes as they are.

    Examples
    --------
    >>> position(("a", "b"), ("b",)).tolist()
    [-1, 0, -1]
    """
    place = {value: number for number, value in enumerate(wanted)}
    return np.array([*(place.get(value, MISSING) for value in values), MISSING], dtype=np.int64)
