"""Agreed models by district and side: one panel a model, districts in codebook order, on one scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from barometri.disclosure.protected import TOTAL, Protected
from barometri.figures.canvas import Canvas, line_height, width_of, wrap
from barometri.figures.chart import Chart
from barometri.figures.kinds.lanes import TICK_ROOM
from barometri.figures.reading import Cell, Reading, companion, read
from barometri.figures.scale import Look, Scale, fit, paint_dot, paint_grid, paint_numbers
from barometri.figures.sheet import DASHED, KeyEntry
from barometri.figures.style import BAND, GREY, INK, SERIES, SOFT_INK, Page
from barometri.figures.wording import alt_text, finish, footer, heading, statistic, subtitle

_PITCH: Final = 0.175
_PAD: Final = 0.1
_AXIS: Final = 0.27
_GAP: Final = 0.26
_COLUMNS: Final = 4
_BELOW: Final = 0.12


@dataclass(frozen=True, slots=True)
class _Panel:
    item: str
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    whole: Cell | None

    @property
    def cells(self) -> list[Cell]:
        return [cell for _, row in self.rows for cell in row]


@dataclass(frozen=True, slots=True)
class _Panels:
    reading: Reading
    panels: tuple[_Panel, ...]
    looks: Mapping[str, Look]
    rows: str
    series: str

    def key(self, page: Page) -> Sequence[KeyEntry]:
        del page
        used = {cell.get(self.series) for panel in self.panels for cell in panel.cells}
        names = [name for name in self.looks if name in used]
        entries = [KeyEntry(self.looks[n].shape, self.looks[n].colour, self._series_label(n)) for n in names]
        text = self.reading.texts.text
        entries.append(KeyEntry(DASHED, GREY, text("words.whole_country")))
        if any(cell.flag for panel in self.panels for cell in panel.cells):
            limit = self.reading.study.disclosure.small_base
            entries.append(KeyEntry("o", GREY, text("status.key_hollow", limit=limit), hollow=True))
        return entries

    def _series_label(self, name: str) -> str:
        if name in (TOTAL, ""):
            return self.reading.texts.text("words.all_respondents")
        return self.reading.names.code(self.series, name)

    def height(self, page: Page) -> float:
        return sum(self._row_height(row, page) for row in self._grid(page))

    def paint(self, canvas: Canvas, top: float) -> None:
        page = canvas.page
        width, y = self._panel_width(page), top
        for row in self._grid(page):
            titles = max(len(self._title(panel, page)) for panel in row)
            for i, panel in enumerate(row):
                left = page.margin + self._label_width(page) + i * (width + _GAP)
                self._paint_panel(canvas, panel, left=left, top=y, titles=titles, labels=i == 0)
            y += self._row_height(row, page)

    def _grid(self, page: Page) -> list[tuple[_Panel, ...]]:
        columns = 1 if page.narrow else min(_COLUMNS, len(self.panels))
        return [self.panels[i : i + columns] for i in range(0, len(self.panels), columns)]

    def _label_width(self, page: Page) -> float:
        labels = {
            self.reading.names.code(self.rows, name, short=True) for p in self.panels for name, _ in p.rows
        }
        return max(width_of(label, page.label) for label in labels) + 0.12

    def _panel_width(self, page: Page) -> float:
        columns = len(self._grid(page)[0])
        return (page.inner - self._label_width(page) - _GAP * (columns - 1) - 0.06) / columns

    def _title(self, panel: _Panel, page: Page) -> tuple[str, ...]:
        words = self.reading.names.item(panel.item, short=not page.narrow)
        return wrap(words, page.small, page.inner if page.narrow else self._panel_width(page), bold=True)

    def _lane(self) -> float:
        most = max(len(cells) for panel in self.panels for _, cells in panel.rows)
        return max(most * _PITCH + _PAD, 0.26)

    def _row_height(self, row: Sequence[_Panel], page: Page) -> float:
        titles = max(len(self._title(panel, page)) for panel in row)
        lanes = max(len(panel.rows) for panel in row)
        return (titles + 1) * line_height(page.label) + 0.06 + lanes * self._lane() + _AXIS + _BELOW

    def _scale(self, left: float, page: Page) -> Scale:
        cells = [cell for panel in self.panels for cell in panel.cells]
        room = TICK_ROOM if page.narrow else 0.6
        return fit(self.reading, cells, start=left, end=left + self._panel_width(page), room=room)

    def _paint_panel(
        self, canvas: Canvas, panel: _Panel, *, left: float, top: float, titles: int, labels: bool
    ) -> None:
        page, reading, pitch = canvas.page, self.reading, line_height(canvas.page.label)
        lines = self._title(panel, page)
        text_left = page.margin if page.narrow else left
        for i, line in enumerate(lines):
            y = top + (titles - len(lines) + i + 0.5) * pitch
            canvas.text(text_left, y, line, size=page.small, bold=True)
        if panel.whole is not None:
            number = reading.value(panel.whole) if panel.whole.shown else reading.hidden_mark
            words = f"{reading.texts.text('words.whole_country')} {number}"
            canvas.text(text_left, top + (titles + 0.5) * pitch, words, size=page.small, colour=SOFT_INK)
        start = top + (titles + 1) * pitch + 0.06
        scale, lane = self._scale(left, page), self._lane()
        bottom = start + len(panel.rows) * lane
        paint_grid(canvas, scale, top=start, bottom=bottom)
        paint_numbers(canvas, reading, scale, bottom=bottom, overhang=0.08 if page.narrow else 0.0)
        if panel.whole is not None and panel.whole.shown:
            x = scale.at(panel.whole.estimate)
            canvas.line([x, x], [start, bottom], colour=GREY, width=1.2, dashes="--", layer=1)
        for i, (name, cells) in enumerate(panel.rows):
            middle = start + (i + 0.5) * lane
            if i % 2 == 0:
                band = (page.margin, page.inner) if labels else (left - 0.05, self._panel_width(page) + 0.1)
                end = left + self._panel_width(page) + 0.05
                canvas.rectangle(band[0], middle - lane / 2, end - band[0], lane, colour=BAND, layer=0.1)
            if labels:
                label = reading.names.code(self.rows, name, short=True)
                canvas.text(page.margin, middle, label, size=page.label, colour=INK)
            first = middle - (len(cells) - 1) * _PITCH / 2
            for j, cell in enumerate(cells):
                look = self.looks[cell.get(self.series)]
                paint_dot(canvas, scale, first + j * _PITCH, cell, reading=reading, look=look)


def models_by_district(protected: Protected, table_id: str, *, language: str) -> Chart:
    """Draw the agreed models by district, the sides apart where the table tells them apart.

    Parameters
    ----------
    protected
        Protected results.
    table_id
        A table with ``item``, the district variable and, where asked, the side.
    language
        ``fi``, ``sv`` or ``en``.
    """
    reading = read(protected, table_id, language=language).latest()
    reading = reading.only(c for c in reading.cells if c.get("category") in ("agreed", ""))
    rows, series = _variables(reading)
    panels = _panels(reading, rows, series)
    cells = [cell for panel in panels for cell in (*panel.cells, *([panel.whole] if panel.whole else []))]
    body = _Panels(reading, panels, _looks(reading, series), rows, series)
    title = _title(reading, rows, series)
    pairs = [
        (reading.names.item(p.item, short=True), reading.value(p.whole))
        for p in panels
        if p.whole and p.whole.shown
    ]
    whole = reading.texts.text("words.whole_country")
    return finish(
        reading,
        body,
        cells,
        heading=heading(
            reading, title, subtitle(reading, statistic(reading)), footer(reading, cells, flags=False)
        ),
        alt=alt_text(reading, title, [(f"{whole}: {pairs[0][0]}", pairs[0][1]), *pairs[1:]] if pairs else []),
    )


def _variables(reading: Reading) -> tuple[str, str]:
    by = reading.table.by
    rows = reading.study.roles.district if reading.study.roles.district in by else by[0]
    return rows, next((name for name in by if name != rows), "")


def _looks(reading: Reading, series: str) -> dict[str, Look]:
    looks = {TOTAL: Look(GREY, "s", size=6, value=False, hollow_when_small=True)}
    looks[""] = looks[TOTAL]
    colours = [(colour, shape) for colour, shape in SERIES if colour != str(GREY)]
    names = [name for name in reading.present(series) if name != TOTAL] if series else []
    sides = {
        name: Look(*colours[i % len(colours)], size=6.5, value=False, hollow_when_small=True)
        for i, name in enumerate(names)
    }
    return {**sides, **looks}


def _panels(reading: Reading, rows: str, series: str) -> tuple[_Panel, ...]:
    panels = []
    for item in reading.present("item"):
        cells = [cell for cell in reading.cells if cell.get("item") == item]
        panels.append(_panel(reading, item, cells, rows, series))
    states = reading.study.model_states
    if states is not None and states.nothing_agreed and states.nothing_agreed not in reading.present("item"):
        for by in ((rows, series), (rows,)):
            found = companion(reading, states.nothing_agreed, by)
            if found:
                named = [_with_item(cell, states.nothing_agreed) for cell in found]
                panels.append(_panel(reading, states.nothing_agreed, named, rows, series))
                break
    return tuple(panels)


def _with_item(cell: Cell, item: str) -> Cell:
    numbers = (cell.estimate, cell.low, cell.high, cell.n, cell.n_weighted, cell.status, cell.mark)
    return Cell({"item": item, **cell.keys}, *numbers)


def _panel(reading: Reading, item: str, cells: Sequence[Cell], rows: str, series: str) -> _Panel:
    sides = [name for name in reading.present(series) if name != TOTAL] if series else []
    listed = []
    for name in reading.ordered(rows, (cell.get(rows) for cell in cells)):
        if name == TOTAL:
            continue
        here = {cell.get(series): cell for cell in cells if cell.get(rows) == name}
        drawn = [here[side] for side in sides if side in here] or list(here.values())[:1]
        listed.append((name, tuple(drawn)))
    whole = [c for c in cells if c.get(rows) == TOTAL and c.get(series) in (TOTAL, "")]
    return _Panel(item, tuple(listed), whole[0] if whole else None)


def _title(reading: Reading, rows: str, series: str) -> str:
    """Return the model whose districts differ most: only where all are shown and its ends are apart."""
    spreads: list[tuple[float, Cell, Cell]] = []
    for item in reading.present("item"):
        cells = [
            c for c in reading.cells
            if c.get("item") == item and c.get(rows) != TOTAL and c.get(series) in (TOTAL, "")
        ]  # fmt: skip
        if not cells or not all(cell.shown for cell in cells):
            return reading.default_title
        low, high = (f(cells, key=lambda cell: cell.estimate) for f in (min, max))
        spreads.append((high.estimate - low.estimate, low, high))
    if not spreads:
        return reading.default_title
    _, low, high = max(spreads, key=lambda spread: spread[0])
    if not high.above(low):
        return reading.default_title
    interval = reading.texts.interval(low.estimate, high.estimate)
    return reading.texts.text("title.districts_range", label=reading.label("item", low), interval=interval)
