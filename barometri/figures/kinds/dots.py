"""Shares or means by one or two variables: dots with intervals, in codebook order."""

from collections.abc import Sequence
from typing import Final

from barometri.disclosure.protected import TOTAL, Protected
from barometri.figures.chart import Chart
from barometri.figures.kinds.lanes import Lane, Lanes
from barometri.figures.reading import Cell, Reading, read
from barometri.figures.scale import Look
from barometri.figures.sheet import KeyEntry
from barometri.figures.style import BLUE, GREY, SERIES
from barometri.figures.wording import alt_text, contrast_title, finish, footer, heading, statistic, subtitle

_WHOLE: Final = Look(GREY, "s")
_ONE: Final = Look(BLUE, "o", size=8)


def dots(protected: Protected, table_id: str, *, language: str) -> Chart:
    """Draw a share (or mean) by one or two variables.

    Parameters
    ----------
    protected
        Protected results.
    table_id
        A table with any of ``item``, ``category`` and ``by`` variables: the first that varies makes the rows,
        the second the marks of a row, a third the headings.
    language
        ``fi``, ``sv`` or ``en``.
    """
    reading = read(protected, table_id, language=language).latest()
    rows, series, head = _axes(reading)
    body = Lanes(reading, _lanes(reading, rows, series, head), _entries(reading, series))
    cells = body.cells
    compared = _compared(cells, series, head) if rows else []
    title = contrast_title(reading, compared, rows) if compared else reading.default_title
    pairs = [(reading.label(rows, c, short=True), reading.value(c)) for c in compared if c.shown]
    return finish(
        reading,
        body,
        cells,
        heading=heading(reading, title, subtitle(reading, statistic(reading)), footer(reading, cells)),
        alt=alt_text(reading, title, pairs),
    )


def _axes(reading: Reading) -> tuple[str, str, str]:
    """Return the key columns of rows, marks and headings; empty where there is none."""
    varying = [key for key in reading.table.keys if key != "wave" and len(reading.present(key)) > 1]
    by = [key for key in varying if key in reading.table.by]
    others = [key for key in varying if key not in by]
    if not by:
        rows, *rest = others or ["item"]
        return (rows if others else "", rest[0] if rest else "", "")
    return by[0], by[1] if len(by) > 1 else "", others[0] if others else ""


def _compared(cells: Sequence[Cell], series: str, head: str) -> list[Cell]:
    """Return the cells a title may compare: one a row, of the whole where marks tell groups apart."""
    if head:
        return []
    return [cell for cell in cells if not series or cell.get(series) == TOTAL]


def _lanes(reading: Reading, rows: str, series: str, head: str) -> tuple[Lane, ...]:
    lanes = []
    for title in reading.present(head) if head else ("",):
        first = True
        for row in reading.present(rows) if rows else ("",):
            found = [c for c in reading.cells if c.get(head) == title and c.get(rows) == row]
            names = reading.present(series) if series else ("",)
            cells = [c for name in names for c in found if c.get(series) == name]
            if not cells:
                continue
            marks = tuple((cell, _look(reading, cell, rows, series)) for cell in cells)
            label = reading.label(rows, cells[0]) if rows else reading.names.item(reading.only_item)
            text = reading.label(head, cells[0]) if head and first else ""
            lanes.append(Lane(label, (marks,), heading=text, apart=row == TOTAL and not first))
            first = False
    return tuple(lanes)


def _look(reading: Reading, cell: Cell, rows: str, series: str) -> Look:
    if not series:
        return _WHOLE if cell.get(rows) == TOTAL else _ONE
    if cell.get(series) == TOTAL:
        return _WHOLE
    names = [name for name in reading.present(series) if name != TOTAL]
    colours = [(colour, shape) for colour, shape in SERIES if colour != str(GREY)]
    colour, shape = colours[names.index(cell.get(series)) % len(colours)]
    return Look(colour, shape)


def _entries(reading: Reading, series: str) -> tuple[KeyEntry, ...]:
    if not series:
        return ()
    entries = []
    for name in reading.present(series):
        cell = next(c for c in reading.cells if c.get(series) == name)
        look = _look(reading, cell, "", series)
        entries.append(KeyEntry(look.shape, look.colour, reading.label(series, cell)))
    return tuple(entries)
