"""Which answers a record counts, read from the codebook: written for the attacker alone."""

from typing import Final, Literal

from barometri.study.plan import NUMBER_OF_MODELS, Model
from barometri.study.study import Study

UNSURE: Final = "?"
"""Answer of whoever was asked and cannot say; of a number of models, the mark that some are not judged."""
_YES, _NO = "yes", "no"

Base = Literal["answered", "asked"]
Answers = frozenset[str]


def counted_and_among(
    item: str, category: str, base: str, study: Study, *, unsure_counts: bool = False
) -> tuple[Answers, Answers]:
    """Return the answers in the numerator and in the base of a share.

    Parameters
    ----------
    item
        Question, model, arrangement, or number of models.
    category
        Answer id, several joined by ``|``, an open class; empty, ``good`` or ``agreed`` for the good end.
    base
        ``answered``, or ``asked`` with those who cannot say.
    study
        The study.
    unsure_counts
        Whoever cannot say counts in the numerator.

    Examples
    --------
    >>> from barometri.study.reading import read_study
    >>> counted, among = counted_and_among("M01", "agreed", "answered", read_study())
    >>> sorted(counted), sorted(among)
    (['established', 'on_trial'], ['established', 'not_in_use', 'on_trial'])
    """
    if item == NUMBER_OF_MODELS:
        return _number(category, base, len(study.models))
    known, good = _answers(item, study)
    among = known | {UNSURE} if base == "asked" else known
    counted = good
    if category not in {"", "good", "agreed"}:
        words = category.split("|")
        counted = frozenset(word if word in known else UNSURE for word in words)
        if item not in study.codebook and not _is_model(item, study) and not counted & known:
            counted = frozenset({_YES})  # an item of its own, as "at least one model on trial"
    if UNSURE in counted:
        among = known | {UNSURE}
    return (counted | {UNSURE} if unsure_counts else counted), among


def item_of(item: str, category: str, study: Study) -> str:
    """Return the item as a topic: an item that no codebook knows is one topic per category."""
    if item == NUMBER_OF_MODELS or item in study.codebook or _is_model(item, study):
        return item
    return f"{item} {category}".strip()


def _answers(item: str, study: Study) -> tuple[Answers, Answers]:
    states = study.model_states
    question = _single_question(item, study)
    if states is not None and (_is_model(item, study) or any(question in m.questions for m in study.models)):
        agreed = frozenset({states.established, states.on_trial})
        return agreed | {states.not_in_use}, agreed
    if question in study.codebook and study.question(question).codes:
        entry = study.question(question)
        known = frozenset(code.id for code in entry.codes if code.missing is None)
        good = frozenset(code.id for code in entry.codes if code.missing is None and code.value in entry.good)
        if states is not None and item == states.nothing_agreed and not good:
            good = frozenset({states.nothing_agreed_yes})
        return known, good
    return frozenset({_YES, _NO}), frozenset({_YES})


def _single_question(item: str, study: Study) -> str:
    """Return the question behind an item; a model of one arrangement is that question."""
    model = next((m for m in study.models if m.id == item), None)
    return model.questions[0] if model is not None and len(model.questions) == 1 else item


def _is_model(item: str, study: Study) -> bool:
    found: tuple[Model, ...] = study.models
    return any(model.id == item for model in found)


def _number(category: str, base: str, models: int) -> tuple[Answers, Answers]:
    """Answers of a number of models: each number, judged or (as ``2?``) with too many models not judged."""
    numbers = [str(i) for i in range(models + 1)]
    unsure = frozenset(f"{i}{UNSURE}" for i in numbers)
    among = frozenset(numbers) | (unsure if base == "asked" else frozenset())
    if category.endswith("+") and category[:-1].isdigit():
        least = int(category[:-1])
        return frozenset(a for a in among if int(a.rstrip(UNSURE)) >= least), among
    if category.isdigit():
        return frozenset(a for a in among if a.rstrip(UNSURE) == category), among
    return (unsure, frozenset(numbers) | unsure) if category else (frozenset(), among)
