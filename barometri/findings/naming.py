"""Who and what a number is about, in words: codes, classes, years, models, readings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from barometri.study.claim import ANY_MODEL, REST, Claim, Restriction
from barometri.study.study import Study
from barometri.texts import NUMBER_OF_MODELS, Names, Texts

_ITEMS: Final = ("item", "other", "outcome")
_UNSAID: Final = ("numerator_df", "part", "districts")
"""Keys of what a number is about that its label says already, or that no reader needs."""


@dataclass(frozen=True, slots=True)
class About:
    """Names what a number is about.

    Parameters
    ----------
    study
        Where the labels are.
    texts
        The language.
    wave
        Year whose labels are used.
    item
        The question whose answers are named; empty where there is none.
    """

    study: Study
    texts: Texts
    wave: int
    item: str = ""

    def words(self, about: Mapping[str, str], *, without: Sequence[str] = ()) -> str:
        """Return what a number is about, most general first, or nothing.

        A key without words of its own is told by its value, so that no number stands unnamed.
        """
        item = about.get("item", self.item)
        told = []
        for key, value in about.items():
            if key in without or key in _UNSAID or (key == "against" and value.isdigit() and "wave" in about):
                continue
            told.append(self._one(key, value, about, item))
        return ", ".join(word for word in told if word)

    def _one(self, key: str, value: str, about: Mapping[str, str], item: str) -> str:
        since = about.get("against", "")
        match key:
            case "wave":
                told = (
                    self.texts.text("numbers.interval", low=since, high=value) if since.isdigit() else value
                )
            case "against":
                name = self.texts.lowered(self.class_of(value))
                told = self.texts.text("about.against", name=name)
            case "class":
                told = self.class_of(value)
            case "answer":
                told = self.answer(item, value)
            case "above":
                answer = self.texts.quote(self.names.category(self.outcome, value))
                told = self.texts.text("about.above", answer=answer)
            case _:
                told = self._named(key, value)
        return told

    def _named(self, key: str, value: str) -> str:
        """Return the name of an item, of a class of the number of models, of codes, or of an option."""
        if key in _ITEMS:
            return self.thing(value)
        if key == NUMBER_OF_MODELS:
            return self.names.number_class(value)
        if key in self.study.codebook or self._is_division(key):
            return self.codes(key, value.split("|"), short=True)
        form = f"about.{key}_{value}"
        return self.texts.text(form) if self.texts.has(form) else value

    def _is_division(self, key: str) -> bool:
        return self.study.areas is not None and bool(self.study.areas.of(key))

    @property
    def names(self) -> Names:
        """Labels of the wave."""
        return Names(self.study, self.texts, self.wave)

    @property
    def outcome(self) -> str:
        """The question judged by."""
        return self.item if self.item in self.study.codebook else self.study.roles.outcome

    def thing(self, name: str) -> str:
        """Return the name of an item: a model, a question, any model, the number of models."""
        if name == ANY_MODEL:
            return self.texts.text("words.any_model")
        if name == NUMBER_OF_MODELS:
            return self.texts.text("words.number_of_models")
        return self.names.item(name, short=True)

    def answer(self, item: str, value: str) -> str:
        """Return the name of an answer, of several, of a state or of a class of the number of models."""
        answers = [self.names.category(item, one) for one in value.split("|")]
        first, *rest = answers
        return self.texts.listing([first, *map(self.texts.lowered, rest)], last="or")

    def class_of(self, value: str) -> str:
        """Return the name of a class of respondents by their models, or of those compared with."""
        states = self.study.model_states
        if states is not None and value == states.nothing_agreed:
            return self.texts.text("words.nothing_agreed")
        if value == REST:
            return self.texts.text("words.rest")
        form = f"about.against_{value}"
        return self.texts.text(form) if self.texts.has(form) else self.names.number_class(value)

    def codes(self, variable: str, ids: Sequence[str], *, short: bool = False) -> str:
        """Return the names of codes of a variable; groups of people are common nouns."""
        states = self.study.model_states
        if (
            states is not None
            and variable == states.nothing_agreed
            and list(ids) == [states.nothing_agreed_yes]
        ):
            return self.texts.text("words.nothing_agreed")
        labels = [self.names.code(variable, one, short=short) for one in ids]
        first, *rest = labels or [""]
        return self.texts.listing([first, *(self._inside(variable, label) for label in rest)])

    def _inside(self, variable: str, label: str) -> str:
        """Return a label for the middle of a sentence; names of places keep their capital."""
        people = {self.study.role("group", self.wave), self.study.role("side", self.wave)}
        common = variable in people or variable not in self.study.codebook
        return self.texts.lowered(label) if common else label

    def who(self, restriction: Restriction) -> str:
        """Return the respondents that a restriction means, with a small letter; nothing for everybody."""
        states = self.study.model_states
        ordinary = "" if states is None else states.nothing_agreed
        named = []
        for variable, ids in restriction.items():
            if variable == REST:
                named.append(self.texts.lowered(self.texts.text("words.rest")))
            elif variable == ordinary:
                named.append(self.texts.lowered(self.codes(variable, ids)))
            else:
                named.append(self._inside(variable, self.codes(variable, ids)))
        return self.texts.listing([name for name in named if name])


def names_of(claim: Claim, study: Study, texts: Texts) -> About:
    """Return the namer of a claim's parts."""
    return About(study, texts, claim.wave, claim.item)


def held(claim: Claim, study: Study) -> tuple[str, ...]:
    """Return the variables held constant in a claim about effects, as far as the claim itself tells.

    Left out are those the claim compares, what these are derived from, and those with one value among the
    respondents it speaks of.
    """
    own = {*claim.left, *claim.right}
    for name in tuple(own):
        if name in study.codebook:
            derived = study.codebook[name].derived
            own |= {derived.source} if derived is not None else set()
    own |= {name for name, ids in claim.population.items() if len(ids) == 1}
    played = (study.role("group", claim.wave), study.role("district", claim.wave))
    return tuple(name for name in played if name in study.codebook and name not in own)
