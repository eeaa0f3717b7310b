"""Answers over the years: lines with intervals on a real time axis, marks where years are not the same."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from barometri.disclosure.protected import TOTAL, Protected
from barometri.figures.chart import Chart
from barometri.figures.kinds.timeline import DIFFERENT, SIMILAR, Panel, Panels, Series
from barometri.figures.reading import Cell, Reading, read
from barometri.figures.sheet import LINE, KeyEntry
from barometri.figures.style import BLUE, SERIES
from barometri.figures.wording import (
    alt_text,
    finish,
    footer,
    heading,
    in_sentence,
    statistic,
    subject,
    subtitle,
)

_TOGETHER: Final = 3
"""Most lines that one panel tells apart; more get a panel each."""

_OTHERS: Final = "#C4C4C4"


def waves(protected: Protected, table_id: str, *, language: str) -> Chart:
    """Draw shares over the waves.

    Parameters
    ----------
    protected
        Protected results.
    table_id
        A table with ``wave``; items and the first ``by`` variable make panels and lines.
    language
        ``fi``, ``sv`` or ``en``.
    """
    reading = read(protected, table_id, language=language)
    by = reading.table.by[0] if reading.table.by else ""
    rest = reading.table.by[1:]
    reading = reading.only(
        _joined(reading, cell, by) for cell in reading.cells if all(cell.get(name) == TOTAL for name in rest)
    )
    items = reading.present("item") or ("",)
    lines = {item: _lines(reading, by, item) for item in items}
    years = tuple(sorted({year for series in lines.values() for one in series for year, _ in one.points}))
    if len(items) == 1 and len(lines[items[0]]) > _TOGETHER:
        panels, entries = _apart(reading, lines[items[0]])
    else:
        panels = tuple(
            Panel(reading.names.item(item) if len(items) > 1 else "", lines[item]) for item in items
        )
        longest = max(lines.values(), key=len)
        entries = [KeyEntry(s.shape, s.colour, s.label) for s in longest] if len(longest) > 1 else []
    body = Panels(reading, panels, years, tuple(entries))
    cells = body.cells
    title = _title(reading, by, lines[items[0]]) if len(items) == 1 else reading.default_title
    pairs = _pairs(reading, [series for item in items for series in lines[item]]) if len(items) == 1 else []
    return finish(
        reading,
        body,
        cells,
        heading=heading(
            reading,
            title,
            subtitle(reading, statistic(reading)),
            footer(reading, cells, line="footer.band", notes=_notes(reading, cells)),
        ),
        alt=alt_text(reading, title, pairs),
    )


def _joined(reading: Reading, cell: Cell, by: str) -> Cell:
    """Return the cell under the code of the latest wave that its own code is compared with."""
    wave = reading.study.waves.get(int(cell.get("wave") or 0))
    for equivalence in wave.equivalence if wave else ():
        same = equivalence.question == by and equivalence.code == cell.get(by)
        if same and equivalence.counterpart and equivalence.status != DIFFERENT:
            mark = cell.mark or (SIMILAR if equivalence.status == SIMILAR else "")
            return replace(cell, keys={**cell.keys, by: equivalence.counterpart}, mark=mark)
    return cell


def _lines(reading: Reading, by: str, item: str) -> tuple[Series, ...]:
    names = reading.present(by) if by else ("",)
    looks = dict(zip(names, [SERIES[i % len(SERIES)] for i in range(len(names))], strict=True))
    lines = []
    for name in names:
        cells = [c for c in reading.cells if c.get("item") == item and c.get(by) == name]
        if cells:
            points = sorted(((int(cell.get("wave")), cell) for cell in cells), key=lambda point: point[0])
            label = reading.names.code(by, name) if by else reading.texts.text("words.all_respondents")
            lines.append(Series(name, label, *looks[name], tuple(points)))
    return tuple(lines)


def _apart(reading: Reading, lines: Sequence[Series]) -> tuple[tuple[Panel, ...], list[KeyEntry]]:
    """Return one panel a line, the other lines in grey behind it."""
    panels = tuple(
        Panel(
            one.label,
            (replace(one, colour=BLUE, shape="o"),),
            tuple(other for other in lines if other is not one),
        )
        for one in lines
    )
    texts = reading.texts
    entries = [
        KeyEntry("o", BLUE, texts.text("words.named_group")),
        KeyEntry(LINE, _OTHERS, texts.text("words.other_groups")),
    ]
    return panels, entries


def _notes(reading: Reading, cells: Sequence[Cell]) -> list[str]:
    marks = {cell.mark for cell in cells}
    return [reading.texts.text(f"status.note_{mark}") for mark in (SIMILAR, DIFFERENT) if mark in marks]


def _title(reading: Reading, by: str, lines: Sequence[Series]) -> str:
    """Return the largest change whose intervals are apart, of lines with nothing hidden or marked."""
    changes = []
    parts = [series for series in lines if series.name != TOTAL] or lines
    for series in parts:
        cells = [cell for _, cell in series.points]
        if len(cells) > 1 and all(cell.shown and not cell.mark for cell in cells):
            first, last = cells[0], cells[-1]
            if first.above(last) or last.above(first):
                changes.append((abs(last.estimate - first.estimate), series))
    if not changes:
        return reading.default_title
    series = max(changes, key=lambda change: change[0])[1]
    (first_year, first), (last_year, last) = series.points[0], series.points[-1]
    values = {
        "subject": subject(reading),
        "first": reading.value(first).rstrip("*"),
        "first_year": first_year,
        "last": reading.value(last).rstrip("*"),
        "last_year": last_year,
    }
    if series.name in ("", TOTAL):
        return reading.texts.text("title.change_all", **values)
    group = in_sentence(reading, by, series.label)
    return reading.texts.text("title.change", group=group, **values)


def _pairs(reading: Reading, lines: Sequence[Series]) -> list[tuple[str, str]]:
    """Return the latest value of each line."""
    latest = [(series.label, *series.shown[-1]) for series in lines if series.shown]
    return [(f"{label} {year}:", reading.value(cell)) for label, year, cell in latest]
