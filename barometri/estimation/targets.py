"""From a verb's items to the features the pass adds up, and what is made of them."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from barometri.aggregation import Level, Measure, cannot_say, centre, levels
from barometri.errors import OptionError
from barometri.study.codes import DONT_KNOW
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
Base = Literal["answered", "asked", "beside"]
Categories = Literal["good", "each"] | Sequence[str | int] | Mapping[str, Sequence[str | int]]


@dataclass(frozen=True, slots=True)
class Target:
    """One estimate in every cell, as combinations of the features of its measure.

    Parameters
    ----------
    item
        Name of the item.
    category
        Category, or none.
    numerator
        What is estimated, or stands above, shape (F,).
    denominator
        What stands below; none for totals.
    base
        Indicators that make up the base, shape (F,).
    counted
        Indicators of the numerator of a proportion; none for other statistics.
    deviation, spread
        Value of a respondent, but for a constant, as features, and its square as features of ``w x²``.
    """

    item: str
    category: Hashable
    numerator: FloatArray
    denominator: FloatArray | None
    base: FloatArray
    counted: FloatArray | None = None
    deviation: FloatArray | None = None
    spread: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """One item: its measure and its targets."""

    measure: Measure
    targets: tuple[Target, ...]


def people(*, item: str = "") -> ItemPlan:
    """Return the plan of counting everybody."""
    one = np.ones(1)
    return ItemPlan(Measure(()), (Target(item, None, one, None, one, None, one, one),))


def numeric(survey: Survey, item: str, *, kind: Literal["mean", "total"]) -> ItemPlan:
    """Return the plan of the mean or total of a measured variable, centred near its middle."""
    middle = centre(survey, item)
    base, value, whole = np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.array([middle, 1.0])
    target = Target(item, None, whole, base if kind == "mean" else None, base, None, value, value)
    return ItemPlan(Measure((item,), centres=(middle,)), (target,))


def ratio_of(survey: Survey, numerator: str, denominator: str) -> ItemPlan:
    """Return the plan of a ratio of two totals over those with both values."""
    top, bottom = centre(survey, numerator), centre(survey, denominator)
    target = Target(
        f"{numerator}/{denominator}",
        None,
        np.array([top, 1.0, 0.0]),
        np.array([bottom, 0.0, 1.0]),
        np.array([1.0, 0.0, 0.0]),
    )
    return ItemPlan(Measure((numerator, denominator), centres=(top, bottom)), (target,))


def coded_mean(survey: Survey, item: str) -> ItemPlan:
    """Return the plan of the mean of a question's code values."""
    found = levels(survey, item)
    values = np.array([float(str(level.value)) for level in found])
    base = np.ones(len(found))
    states = tuple(frozenset([level.value]) for level in found)
    return ItemPlan(
        Measure((item,), states), (Target(item, None, values, base, base, None, values, values**2),)
    )


def shares(
    survey: Survey, item: str, *, categories: Categories, base: Base, totals: bool = False
) -> ItemPlan:
    """Return the plan of shares (or totals) of the categories of an item.

    Parameters
    ----------
    survey
        The survey.
    item
        Variable.
    categories
        ``good``, ``each``, a list of codes, or a mapping of names to codes that count together.
    base
        ``answered``, or ``asked``: with those who cannot say, or ``beside``: answers on the base of those who
        answered, and "cannot say" as a category of its own on the base of all asked.
    totals
        Whether people are counted instead of shares taken.
    """
    found = list(levels(survey, item))
    if not found:
        raise OptionError(f"{item} has no answers to take shares of.")
    if base != "answered" and survey.is_coded(item):
        found.append(cannot_say(survey, item))
    chosen = _chosen(survey, item, found, categories)
    states = _states(found, [values for _, values in chosen])
    known = np.array([float(DONT_KNOW not in state) for state in states])
    made = []
    for label, values in chosen:
        part = np.array([1.0 if state and state <= values else 0.0 for state in states])
        whole = known if base == "beside" and DONT_KNOW not in values else np.ones(len(states))
        made.append(Target(item, label, part, None if totals else whole, whole, part, part, part))
    return ItemPlan(Measure((item,), states), tuple(made))


def _states(found: Sequence[Level], sets: Sequence[frozenset[Hashable]]) -> tuple[frozenset[Hashable], ...]:
    """Return the coarsest disjoint sets of codes of which all categories and the base can be made."""
    pattern: dict[tuple[bool, ...], set[Hashable]] = {}
    for level in found:
        pattern.setdefault(tuple(level.value in values for values in sets), set()).add(level.value)
    return tuple(frozenset(values) for values in pattern.values())


def _chosen(
    survey: Survey, item: str, found: Sequence[Level], categories: Categories
) -> list[tuple[Hashable, frozenset[Hashable]]]:
    """Return label and values of each category; the label none for the good end alone."""
    if isinstance(categories, Mapping):
        return [(name, frozenset(_value(item, found, c) for c in ids)) for name, ids in categories.items()]
    if not isinstance(categories, str):
        return [(_level(item, found, c).id, frozenset([_value(item, found, c)])) for c in categories]
    if categories == "good":
        good = _good(survey, item, found)
        if good is not None:
            return [(None, good)]
    question = survey.question(item)
    ordinal = question is not None and question.kind == "ordinal"
    shown = [level for level in found if ordinal or level.present]
    return [(level.id, frozenset([level.value])) for level in shown or found]


def _good(survey: Survey, item: str, found: Sequence[Level]) -> frozenset[Hashable] | None:
    """Return the codes counted as favourable: the codebook's, or the 1 of an indicator; none without any."""
    question = survey.question(item)
    if question is not None and question.codes:
        if question.good:
            return frozenset(question.good)
        return frozenset([1]) if question.kind == "tick" else None
    values = {level.value for level in found}
    return frozenset([1]) if values <= {0, 1} else None


def _level(item: str, found: Sequence[Level], name: str | int) -> Level:
    for level in found:
        if name in (level.id, level.value):
            return level
    known = ", ".join(str(level.id) for level in found)
    raise OptionError(f"{item} has no category {name!r}; it has {known}.")


def _value(item: str, found: Sequence[Level], name: str | int) -> Hashable:
    return _level(item, found, name).value
