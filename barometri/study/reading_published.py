"""Reads ``published.toml``: percentages as a publication prints them, checked against codebook and waves."""

from typing import Final, Literal, cast

from barometri.study.claim import ANY_MODEL, PublishedFigure
from barometri.study.plan import NUMBER_OF_MODELS
from barometri.study.reading_models import check_codes
from barometri.study.reading_restrictions import read_restriction
from barometri.study.study import Study
from barometri.study.toml import Section

BASES: Final = ("answered", "asked")
GOOD: Final = "good"
PRINTED: Final = 1e-9
"""Largest distance of a value from a multiple of its rounding, in roundings."""


def read_published(section: Section, study: Study) -> tuple[PublishedFigure, ...]:
    """Read the file.

    Parameters
    ----------
    section
        The whole file: a list of ``[[figure]]``.
    study
        With its codebook, waves and models.

    Raises
    ------
    StudyError
        Naming the figure and the key.
    """
    found: list[PublishedFigure] = []
    for row in section.rows("figure"):
        figure = _figure(row, study)
        if any(figure.id == other.id for other in found):
            row.fail("id", f"{figure.id!r} stands twice. Give each figure an id of its own.")
        found.append(figure)
    section.finish()
    if not found:
        section.fail("figure", "there is no figure. Add [[figure]] or remove the file.")
    return tuple(found)


def _figure(row: Section, study: Study) -> PublishedFigure:
    value, rounding = _share(row, "value"), _share(row, "rounding")
    figure = PublishedFigure(
        id=row.name("id"),
        wave=row.integer("wave"),
        item=row.text("item"),
        value=value,
        rounding=rounding,
        answer=row.text("answer", GOOD),
        population=read_restriction(row, "population", study.codebook, len(study.models)),
        base=cast('Literal["answered", "asked"]', row.word("base", BASES, "answered")),
        weighted=row.flag("weighted", default=False),
        page=row.text("page", ""),
        source=row.text("source"),
        statement=row.labels("statement", study.languages),
    )
    row.finish()
    if rounding == 0:
        row.fail("rounding", "expected the step it was printed with, e.g. 0.01 for whole per cents.")
    steps = value / rounding
    if abs(steps - round(steps)) > PRINTED * max(steps, 1.0):
        row.fail("value", f"{value:g} is no multiple of {rounding:g}, to which it is said to be rounded.")
    _check_item(row, figure, study)
    return figure


def _share(row: Section, key: str) -> float:
    value = row.number(key)
    if value is None or not 0 <= value <= 1:
        row.fail(key, "expected a share between 0 and 1, e.g. 0.31 for 31 per cent.")
    return value


def _check_item(row: Section, figure: PublishedFigure, study: Study) -> None:
    """Refuse an item that the wave did not ask, and answers that the item does not have."""
    if figure.wave not in study.waves:
        known = ", ".join(map(str, study.waves))
        row.fail("wave", f"{figure.wave} is no wave of the study; expected one of {known}.")
    models = {model.id: model.questions for model in study.models}
    everything = tuple(name for names in models.values() for name in names)
    counted = figure.item in {NUMBER_OF_MODELS, ANY_MODEL} and bool(models)
    questions = everything if counted else models.get(figure.item, (figure.item,))
    if not counted and figure.item not in models and figure.item not in study.codebook:
        row.fail("item", f"{figure.item!r} is neither a question of the codebook nor a model.")
    if not any(study.waves[figure.wave].asked(name) for name in questions):
        row.fail("item", f"{figure.item!r} is not asked in wave {figure.wave}.")
    if figure.item == NUMBER_OF_MODELS:
        _check_numbers(row, figure.answer, len(models))
    elif figure.answer != GOOD:
        check_codes(row, "answer", study.codebook, questions[0], figure.answer.split("|"))


def _check_numbers(row: Section, answer: str, models: int) -> None:
    for part in answer.split("|"):
        number = part.removesuffix("+")
        if not number.isdigit() or int(number) > models:
            row.fail("answer", f"{part!r} is no class; expected numbers such as '0', '1' or '3+'.")
