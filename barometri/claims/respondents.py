"""Whom a claim speaks of, and what it counts: restrictions, items as indicators, and the counts behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.claims.conditions import condition, numbers, same_codes
from barometri.claims.invited import corrected
from barometri.claims.records import Setting, Unjudged
from barometri.errors import StudyError
from barometri.estimates import Cell, Estimates
from barometri.model_battery import asked_models, battery, count_models, indicator
from barometri.study.claim import ANY_MODEL, REST, Claim, Restriction
from barometri.study.codebook import Code, Question
from barometri.study.codes import BLANK, DONT_KNOW, LARGEST_MISSING, REFUSED
from barometri.study.plan import NUMBER_OF_MODELS
from barometri.study.study import Study
from barometri.survey import Survey

GOOD: Final = "good"
SIDE: Final = "_side"
LEFT, RIGHT = "left", "right"
_ITEM: Final = "_item_"
replaced = replace  # a claim with other fields, for an alternative that is shown
Codes = npt.NDArray[np.int32]
Masks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey limited to a claim's population, with its items as columns of 1, 0 and missing.

    ``items`` maps each item (a question, a model, ...) to its column; ``base`` says whether those who cannot
    say are in the base.
    """

    claim: Claim
    wave: int
    survey: Survey
    items: Mapping[str, str]

    @property
    def columns(self) -> list[str]:
        """The columns, in the order of the items."""
        return list(self.items.values())

    def cells(
        self, estimates: Estimates, rows: Sequence[int], who: Sequence[Restriction]
    ) -> tuple[Cell, ...]:
        """Return the counts behind rows of a result, each with who it is of beyond the population."""
        back = {column: item for item, column in self.items.items()}
        frame, k, sizes = estimates.frame, estimates.counts["k"].to_numpy(), estimates.frame["n"].to_numpy()
        items = frame["item"].tolist() if "item" in frame else [""] * len(frame)
        return tuple(
            Cell(
                item=back.get(items[row], next(iter(self.items))),
                wave=self.wave,
                who={**self.claim.population, **own},
                n=int(sizes[row]),
                k=int(k[row]),
                category="" if self.claim.answer == GOOD else self.claim.answer,
                base=self.claim.base,
            )
            for row, own in zip(rows, who, strict=True)
        )


def asked(
    claim: Claim,
    setting: Setting,
    wave: int,
    *,
    items: Sequence[str] = (),
    answer: str = "",
    analytic: bool = False,
) -> Asked:
    """Return the survey of a wave with a claim's items, limited to its population.

    Parameters
    ----------
    claim
        Its population, base and items.
    setting
        The surveys and the reading of "cannot say".
    wave
        Year.
    items, answer
        In place of the claim's own.
    analytic
        Whether the survey takes the companion design for claims about effects.

    Raises
    ------
    Unjudged
        The wave was not read, or did not ask an item or a variable.
    """
    wanted = tuple(items) or claim.items
    counted = answer or claim.answer
    columns = {item: f"{_ITEM}{position}" for position, item in enumerate(wanted)}

    def made() -> Survey:
        survey = setting.analytic(wave) if analytic else setting.survey(wave)
        survey = with_number(claim, survey, setting, wanted)
        for item, column in columns.items():
            values = indicator_of(item, counted, claim, survey, setting)
            survey = survey.with_column(column, values, _yes_no(column))
        return survey

    key = (_ITEM, wave, analytic, wanted, counted, claim.base, _speaks_of_number(claim, wanted))
    survey = setting.kept(key, made)
    if not analytic and not setting.plain:
        survey = corrected(claim, survey, setting.study, wave)
    population = condition(claim.population, survey, setting.study, wave)
    return Asked(claim, wave, survey if population is None else survey.domain(population), columns)


def _speaks_of_number(claim: Claim, items: Sequence[str]) -> bool:
    return NUMBER_OF_MODELS in {*items, *claim.population, *claim.left, *claim.right}


def with_number(claim: Claim, survey: Survey, setting: Setting, items: Sequence[str]) -> Survey:
    """Add the number of models where the claim speaks of it.

    Raises
    ------
    Unjudged
        The wave did not ask all models of the study.
    """
    if not _speaks_of_number(claim, items) or NUMBER_OF_MODELS in survey.variables:
        return survey
    if len(asked_models(survey)) < len(setting.study.models) or not setting.study.models:
        raise Unjudged("fewer_models")
    return count_models(survey, reading=setting.reading)


def counts_models(claim: Claim) -> bool:
    """Whether a claim speaks of the number of models, so that both readings of "cannot say" count."""
    used = {*claim.items, *claim.population, *claim.left, *claim.right}
    return NUMBER_OF_MODELS in used or any(counts_models(part) for part in claim.parts)


def indicator_of(item: str, answer: str, claim: Claim, survey: Survey, setting: Setting) -> Codes:
    """Return 1 where an answer is counted, 0 where not, a missing code where it is out of the base."""
    states, counted = _answers(item, answer, survey, setting.study)
    reading = "lower" if claim.base == "asked" else "informed"
    return indicator(states, counted, reading)


def _answers(item: str, answer: str, survey: Survey, study: Study) -> tuple[Codes, Sequence[int]]:
    """Return the codes of an item by respondent, and those that the answer counts."""
    if item == NUMBER_OF_MODELS:
        return survey.values(item).astype(np.int32), numbers(answer, len(study.models))
    if item == ANY_MODEL or any(item in (m.id, *m.questions) for m in study.models):
        return _of_models(item, answer, survey, study)
    question = survey.question(item) if item in survey.variables else None
    if question is None:
        raise Unjudged(f"item_not_asked:{item}")
    values = survey.values(item).astype(np.int32)
    if answer == GOOD:
        return values, question.good or (1,)
    return values, [question.code(name).value for name in answer.split("|")]


def _of_models(item: str, answer: str, survey: Survey, study: Study) -> tuple[Codes, Sequence[int]]:
    """Return the states of a model, or of the best known of all models."""
    words = study.model_states
    present = {m.id for m in asked_models(survey)} | {
        q for m in study.models for q in m.questions if q in survey.variables
    }
    if words is None or not present or (item != ANY_MODEL and item not in present):
        raise Unjudged(f"item_not_asked:{item}")
    found = battery(survey, () if item == ANY_MODEL else [item])
    named = {words.established: found.established, words.on_trial: found.on_trial}
    counted = found.agreed if answer == GOOD else tuple(named[name] for name in answer.split("|"))
    states = np.column_stack(list(found.states.values()))
    joined = np.full(len(states), BLANK, dtype=np.int32)
    joined[(states == DONT_KNOW).any(axis=1)] = DONT_KNOW
    joined[(states > LARGEST_MISSING).all(axis=1)] = found.not_in_use
    joined[np.isin(states, counted).any(axis=1)] = counted[0]
    joined[np.isin(states, (BLANK, REFUSED)).any(axis=1)] = BLANK  # as for the number of models
    return joined if item == ANY_MODEL else states[:, 0], counted


def _yes_no(name: str) -> Question:
    codes = (Code(0, "no", {}, {}), Code(1, "yes", {}, {}))
    return Question(name, "tick", {}, {}, codes, good=(1,))


def divided(found: Asked, setting: Setting, left: Restriction, right: Restriction) -> Survey:
    """Limit a survey to the two sides of a comparison, and say in a column who is on which.

    Everybody of the population who is known not to be on the left is on the right where that is the rest.

    Raises
    ------
    StudyError
        A side is wanting, or the sides overlap.
    """
    claim, survey = found.claim, found.survey
    first = condition(left, survey, setting.study, found.wave)
    if first is None or not right:
        raise StudyError(f"claims.toml, {claim.id}: kind {claim.kind} compares left with right; give both.")
    own = np.asarray(survey.domain(first).mask)
    if REST in right:
        known = _known(survey, left)
        other: Masks = known & ~own if survey.mask is None else known & ~own & survey.mask
    else:
        second = condition(right, survey, setting.study, found.wave)
        other = (
            np.zeros(len(own), dtype=np.bool_) if second is None else np.asarray(survey.domain(second).mask)
        )
    if _contradict(left, right):
        own, other = own & ~other, other & ~own
    if (own & other).any():
        raise StudyError(f"claims.toml, {claim.id}: left and right overlap; keep them apart.")
    side = np.where(own, 0, np.where(other, 1, BLANK)).astype(np.int32)
    codes = tuple(Code(value, key, {}, {}) for value, key in enumerate((LEFT, RIGHT)))
    question = Question(SIDE, "nominal", {}, {}, codes)
    return survey.with_column(SIDE, side, question).domain(own | other)


def _contradict(left: Restriction, right: Restriction) -> bool:
    """Whether one side is a number of models and the other the answer to another question.

    Who says that nothing is agreed and yet names models is on neither side.
    """
    return (NUMBER_OF_MODELS in left) != (NUMBER_OF_MODELS in right) and REST not in right


def _known(survey: Survey, restriction: Restriction) -> Masks:
    """Return who gave an answer, or could not say, to every variable of a restriction."""
    known = np.ones(len(survey.rows), dtype=np.bool_)
    for variable in restriction:
        values = survey.values(variable)
        unsure = (values == DONT_KNOW) & (variable != NUMBER_OF_MODELS)
        known &= (values > LARGEST_MISSING) | unsure
    return known


def complement(found: Asked, left: Restriction, study: Study) -> Restriction:
    """Name the rest of a claim's population by codes, for the counts behind it.

    "Cannot say" is among them where somebody could not and the population is not limited to codes.
    """
    ((variable, ids),) = left.items()
    within = found.claim.population.get(variable)
    if variable == NUMBER_OF_MODELS:
        largest = len(study.models)
        inside = set(numbers("|".join(ids), largest))
        known = range(largest + 1) if within is None else numbers("|".join(within), largest)
        return {variable: tuple(str(number) for number in known if number not in inside)}
    question = found.survey.question(variable)
    if question is None:
        return {variable: ()}
    there = set(np.unique(found.survey.values(variable)).tolist())
    own = same_codes(study, found.wave, variable, ids)
    others = [c.id for c in question.substantive if c.value in there and c.id not in own]
    if within is not None:
        meant = same_codes(study, found.wave, variable, within)
        return {variable: tuple(code for code in others if code in meant)}
    unsure = [c.id for c in question.codes if c.missing == "dont_know" and DONT_KNOW in there]
    return {variable: (*others, *unsure)}
