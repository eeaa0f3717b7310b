"""Which answers a released number counts: the atoms of an item, and the numerator and base of each record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from barometri.disclosure.cells import CANNOT_SAY
from barometri.disclosure.merge import JOIN
from barometri.errors import DisclosureError
from barometri.study.claim import ANY_MODEL
from barometri.study.plan import Model, ModelStates
from barometri.study.study import Study

YES = "_yes"
NO = "_no"
BOTH = "_both"
OR = "|"
"""Between answers that a share counts together."""
ONLY = "_only"
"""Some model in one state and none in the other."""
COUNT = "number_of_models"
"""Derived item: the number of agreed models of a respondent."""

AGREED = "agreed"
GOOD = "good"


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of one item: ``known`` are substantive, ``good`` what a share without a category counts.

    ``several`` are categories of more than one answer, by name.
    """

    known: tuple[str, ...]
    good: frozenset[str]
    several: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def atoms(self) -> tuple[str, ...]:
        """All answers, with "cannot say" last."""
        return (*self.known, CANNOT_SAY)

    def numerator(self, category: str) -> frozenset[str]:
        """Return the answers a category counts; ``""`` is the item's good end."""
        if category in {"", GOOD, AGREED}:
            return self.good
        if OR in category:
            return frozenset().union(*(self.numerator(one) for one in category.split(OR)))
        if category in self.several:
            return self.several[category]
        if category in self.known:
            return frozenset({category})
        if category.endswith("+") and category[:-1].isdigit():
            return frozenset(a for a in self.known if a.isdigit() and int(a) >= int(category[:-1]))
        parts = frozenset(category.split(JOIN))
        return parts if parts <= frozenset(self.known) else frozenset({CANNOT_SAY})

    def base(self, word: str) -> frozenset[str]:
        """Return the answers of a base: ``answered`` or ``asked``."""
        return frozenset(self.atoms if word == "asked" else self.known)


def answers_of(item: str, categories: Iterable[str], study: Study, *, whole: bool = True) -> Answers:
    """Return the answers of an item: a model, the number of models, a question, or one known by categories.

    Parameters
    ----------
    item
        Question id, model id or ``number_of_models``.
    categories
        Categories it is released with, for items no codebook knows.
    study
        The study.
    whole
        Whether the categories of an item that no codebook knows are all its answers.

    Raises
    ------
    DisclosureError
        When an item no codebook knows is released both by answers and by its good end.
    """
    states = study.model_states
    model = next((m for m in study.models if m.id == item), None)
    if states is not None and (model is not None or _in_battery(item, study.models)):
        return Answers(
            (states.established, states.on_trial, states.not_in_use),
            frozenset({states.established, states.on_trial}),
        )
    if states is not None and item == ANY_MODEL:
        one, other = states.established, states.on_trial
        known = (BOTH, f"{one}{ONLY}", f"{other}{ONLY}", NO)
        several = {one: frozenset({BOTH, f"{one}{ONLY}"}), other: frozenset({BOTH, f"{other}{ONLY}"})}
        return Answers(known, frozenset(known[:3]), several)
    if item == COUNT:
        return Answers(tuple(str(i) for i in range(len(study.models) + 1)), frozenset())
    if item in study.codebook and study.question(item).substantive:
        return _of_question(item, study, states)
    every = set(categories)
    named = tuple(sorted(every - {"", GOOD}))
    if named and named != (CANNOT_SAY,) and every & {"", GOOD}:
        message = (
            f"Item {item}: its good answers are released beside single answers, and no codebook says which "
            "are good, so what they give together cannot be checked. Leave one out, or protect a study."
        )
        raise DisclosureError(message)
    return (
        Answers((*named, *(() if whole else (NO,))), frozenset())
        if named
        else Answers((YES, NO), frozenset({YES}))
    )


def _in_battery(item: str, models: Iterable[Model]) -> bool:
    return any(item in model.questions for model in models)


def _of_question(item: str, study: Study, states: ModelStates | None) -> Answers:
    question = study.question(item)
    good = frozenset(code.id for code in question.substantive if code.value in question.good)
    if states is not None and item == states.nothing_agreed:
        good = frozenset({states.nothing_agreed_yes})
    return Answers(tuple(code.id for code in question.substantive), good)
