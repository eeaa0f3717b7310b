"""Which collaboration models are agreed: dots with intervals, sorted, established and on trial told apart."""

from collections.abc import Mapping, Sequence
from typing import Final

from barometri.disclosure.protected import TOTAL, Protected
from barometri.figures.chart import Chart
from barometri.figures.kinds.lanes import Lane, Lanes
from barometri.figures.reading import Cell, Reading, companion, read
from barometri.figures.scale import Look
from barometri.figures.sheet import KeyEntry
from barometri.figures.style import BLUE, GREY, ORANGE
from barometri.figures.wording import alt_text, base_words, finish, footer, heading, statistic, subtitle

AGREED: Final = "agreed"
_AGREED_LOOK: Final = Look(BLUE, "o", size=8.5)
_STATES: Final = {
    "established": Look(GREY, "s", size=6, bold=False),
    "on_trial": Look(ORANGE, "D", size=6, bold=False),
}


def prevalence(protected: Protected, table_id: str, *, language: str) -> Chart:
    """Draw how common the collaboration models are.

    Parameters
    ----------
    protected
        Protected results.
    table_id
        A table with ``item`` (model ids) and, where the states are told apart, ``category``.
    language
        ``fi``, ``sv`` or ``en``.
    """
    reading = read(protected, table_id, language=language).latest()
    reading = reading.only(c for c in reading.cells if all(c.get(v) == TOTAL for v in reading.table.by))
    agreed = {c.get("item"): c for c in reading.cells if c.get("category") in (AGREED, "")}
    models = [name for name in agreed if any(model.id == name for model in reading.study.models)]
    models = models or list(agreed)
    ranked = ranking(reading, {name: agreed[name] for name in models})
    apart = [cell for name, cell in agreed.items() if name not in models] or list(_nothing_agreed(reading))
    states = {(c.get("item"), c.get("category")): c for c in reading.cells if c.get("category") in _STATES}
    body = _body(reading, ranked, apart, states)
    foot = footer(reading, body.cells, base=base_words(reading, [cell.get("item") for cell in apart]))
    title = _title(reading, ranked)
    cells = body.cells
    pairs = [(reading.label("item", c, short=True), reading.value(c)) for c in ranked if c.shown]
    return finish(
        reading,
        body,
        cells,
        heading=heading(reading, title, subtitle(reading, statistic(reading)), foot),
        alt=alt_text(reading, title, pairs),
    )


def ranking(reading: Reading, cells: Mapping[str, Cell]) -> list[Cell]:
    """Return the shown cells from the highest, then the hidden ones in codebook order."""
    ordered = [cells[name] for name in reading.ordered("item", cells)]
    shown = sorted((c for c in ordered if c.shown), key=lambda c: -c.estimate)
    return [*shown, *(c for c in ordered if not c.shown)]


def _nothing_agreed(reading: Reading) -> Sequence[Cell]:
    states = reading.study.model_states
    if states is None or not states.nothing_agreed:
        return ()
    found = companion(reading, states.nothing_agreed, ())
    return [Cell({"item": states.nothing_agreed}, *_numbers(cell)) for cell in found[:1]]


def _numbers(cell: Cell) -> tuple[float, float, float, float, float, str, str]:
    return cell.estimate, cell.low, cell.high, cell.n, cell.n_weighted, cell.status, cell.mark


def _body(
    reading: Reading, ranked: Sequence[Cell], apart: Sequence[Cell], states: Mapping[tuple[str, str], Cell]
) -> Lanes:
    def lane(cell: Cell, *, first_apart: bool = False) -> Lane:
        name = cell.get("item")
        both = tuple((states[name, s], look) for s, look in _STATES.items() if (name, s) in states)
        columns = (((cell, _AGREED_LOOK),), both) if states else (((cell, _AGREED_LOOK),),)
        return Lane(reading.label("item", cell), columns, apart=first_apart)

    lanes = [lane(cell) for cell in ranked]
    lanes += [lane(cell, first_apart=i == 0) for i, cell in enumerate(apart)]
    text = reading.texts.text
    if not states:
        return Lanes(reading, tuple(lanes))
    entries = [KeyEntry("o", BLUE, text("words.agreed_long"))]
    entries += [KeyEntry(look.shape, look.colour, text(f"words.{s}")) for s, look in _STATES.items()]
    captions = (text("words.agreed"), text("words.by_state"))
    return Lanes(reading, tuple(lanes), tuple(entries), captions)


def _title(reading: Reading, ranked: Sequence[Cell]) -> str:
    """Return the most common model: only when none is hidden, and alone only when it stands apart."""
    if len(ranked) < 2 or not all(cell.shown for cell in ranked):  # noqa: PLR2004 - nothing to compare
        return reading.default_title
    first, second = ranked[0], ranked[1]
    values = [reading.value(cell).rstrip("*") for cell in (first, second)]
    if first.above(second):
        label = reading.label("item", first)
        return reading.texts.text("title.prevalence_first", label=label, value=values[0])
    return reading.texts.text(
        "title.prevalence_two",
        first=reading.label("item", first, short=True),
        first_value=values[0],
        second=reading.label("item", second, short=True),
        second_value=values[1],
    )
