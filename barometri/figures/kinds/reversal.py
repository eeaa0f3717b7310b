"""The gap of two groups in every wave, on a real time axis: each side of zero is named by who leads there."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from barometri.disclosure.protected import Protected
from barometri.figures.canvas import Canvas, Dashes, line_height, width_of, wrap
from barometri.figures.chart import Chart
from barometri.figures.differences import (
    Difference,
    Measured,
    below_level,
    differences,
    frame,
    held,
    hundredfold,
)
from barometri.figures.kinds.timeline import SIMILAR
from barometri.figures.reading import Reading, read
from barometri.figures.scale import Scale, fit_signed
from barometri.figures.sheet import KeyEntry
from barometri.figures.style import AXIS, BAND, BLUE, GRID, INK, ORANGE, SOFT_INK, WHITE, Page
from barometri.figures.wording import alt_text, finish, footer, heading, subtitle

GAP: Final = "gap"
REVERSAL: Final = "gap_reversal"
_PLOT: Final = 2.5
_BELOW: Final = 0.34
_SIDE: Final = 0.3
_END: Final = 0.3
_CLEAR: Final = 0.12
_VALUE: Final = 0.22
"""Room for a value beyond the longest interval."""

Points = tuple[tuple[int, Difference], ...]


@dataclass(frozen=True, slots=True)
class _Panel:
    title: str
    points: Points


@dataclass(frozen=True, slots=True)
class _Gaps:
    reading: Reading
    measured: Measured
    panels: tuple[_Panel, ...]
    years: tuple[int, ...]
    sides: tuple[str, str]

    def key(self, page: Page) -> Sequence[KeyEntry]:
        del page
        return ()

    def height(self, page: Page) -> float:
        return sum(self._panel_height(panel, page) for panel in self.panels)

    def paint(self, canvas: Canvas, top: float) -> None:
        page, y = canvas.page, top
        for panel in self.panels:
            for line in self._title(panel, page):
                canvas.text(page.margin, y + line_height(page.label) / 2, line, size=page.label, bold=True)
                y += line_height(page.label)
            canvas.text(
                page.margin,
                y + line_height(page.small) / 2,
                self.measured.axis,
                size=page.small,
                colour=SOFT_INK,
            )
            y += line_height(page.small) + 0.1
            self._paint_panel(canvas, panel, y)
            y += self._plot(page) + _BELOW

    def _title(self, panel: _Panel, page: Page) -> tuple[str, ...]:
        return wrap(panel.title, page.label, page.inner, bold=True) if panel.title else ()

    def _side_lines(self, side: int, page: Page) -> tuple[str, ...]:
        width = page.inner - self._room(page) - 0.1
        return wrap(self.sides[side], page.label, width, bold=True)

    def _strip(self, side: int, page: Page) -> float:
        """Return the height of the words that name a side, above or below the scale."""
        return len(self._side_lines(side, page)) * line_height(page.label) + 0.12

    def _plot(self, page: Page) -> float:
        return self._strip(0, page) + _PLOT + self._strip(1, page)

    def _panel_height(self, panel: _Panel, page: Page) -> float:
        head = len(self._title(panel, page)) * line_height(page.label) + line_height(page.small) + 0.1
        return head + self._plot(page) + _BELOW

    def _room(self, page: Page) -> float:
        return width_of(self.measured.tick(-0.5), page.small) + 0.12

    def _x(self, year: int, page: Page) -> float:
        left = page.margin + self._room(page) + _SIDE
        right = page.width - page.margin - _END
        first, last = self.years[0], self.years[-1]
        return (
            (left + right) / 2 if first == last else left + (right - left) * (year - first) / (last - first)
        )

    def _paint_panel(self, canvas: Canvas, panel: _Panel, top: float) -> None:
        page, left = canvas.page, canvas.page.margin + self._room(canvas.page)
        right = page.width - page.margin
        start, end = top + self._strip(0, page) + _PLOT, top + self._strip(0, page)
        cells = [one.cell for p in self.panels for _, one in p.points]
        scale = fit_signed(cells, start=start - _VALUE, end=end + _VALUE, room=0.3, least=0.06)
        self._paint_frame(canvas, scale, left, right, (top, top + self._plot(page)))
        for side, at in ((0, top), (1, start)):
            y = at + self._strip(side, page) / 2
            canvas.lines(left + 0.06, y, self._side_lines(side, page), size=page.label, bold=True)
        self._paint_years(canvas, panel, top)
        shown = [(year, one) for year, one in panel.points if one.cell.shown]
        for (year, one), (later, other) in pairwise(panel.points):
            if one.cell.shown and other.cell.shown and later == year + 1:
                self._paint_link(canvas, (year, one), (later, other), scale)
        for year, one in shown:
            self._paint_point(canvas, self._x(year, page), one, scale)
        for year, one in panel.points:
            if not one.cell.shown:
                canvas.hidden(
                    self._x(year, page), scale.at(0) - 0.1, self.reading.hidden_mark, align="center"
                )

    def _paint_frame(
        self, canvas: Canvas, scale: Scale, left: float, right: float, ends: tuple[float, float]
    ) -> None:
        for tick in scale.ticks:
            y = scale.at(tick)
            zero = tick == 0
            colour, width = (AXIS, 1.5) if zero else (GRID, 0.8)
            canvas.line([left, right], [y, y], colour=colour, width=width, layer=0.7 if zero else 0.5)
            words = self.measured.tick(tick)
            canvas.text(left - 0.07, y, words, size=canvas.page.small, colour=INK, align="right")
        for y in ends:
            canvas.line([left, right], [y, y], colour=GRID, width=0.8, layer=0.5)

    def _paint_years(self, canvas: Canvas, panel: _Panel, top: float) -> None:
        page, known = canvas.page, {year for year, _ in panel.points}
        bottom = top + self._plot(page)
        pitch = (
            self._x(self.years[0] + 1, page) - self._x(self.years[0], page) if len(self.years) > 1 else 1.0
        )
        absent = self.reading.texts.text("reversal.no_data")
        for year in range(self.years[0], self.years[-1] + 1):
            x = self._x(year, page)
            if year not in known:
                half = min(pitch, 1.0) / 2 - 0.06
                canvas.rectangle(x - half, top, 2 * half, bottom - top, colour=BAND, layer=0.1)
                lines = wrap(absent, page.small, 2 * half)
                y = top + self._strip(0, page) + 0.16 + len(lines) * line_height(page.small) / 2
                canvas.lines(x, y, lines, size=page.small, colour=SOFT_INK, align="center")
            canvas.line([x, x], [bottom, bottom + 0.04], colour=AXIS, width=0.8)
            colour = INK if year in known else SOFT_INK
            canvas.text(x, bottom + 0.15, str(year), size=page.small, colour=colour, align="center")

    def _paint_link(
        self, canvas: Canvas, one: tuple[int, Difference], other: tuple[int, Difference], scale: Scale
    ) -> None:
        page = canvas.page
        cells, xs = (one[1].cell, other[1].cell), [self._x(one[0], page), self._x(other[0], page)]
        dashes: Dashes = "--" if SIMILAR in (cells[0].mark, cells[1].mark) else "-"
        ys = [scale.at(cell.estimate) for cell in cells]
        canvas.line(xs, ys, colour=SOFT_INK, width=1.4, dashes=dashes, layer=2)

    def _paint_point(self, canvas: Canvas, x: float, one: Difference, scale: Scale) -> None:
        cell, page = one.cell, canvas.page
        colour, shape = (BLUE, "o") if cell.estimate >= 0 else (ORANGE, "D")
        if cell.high >= cell.low:
            ys = [scale.at(cell.low), scale.at(cell.high)]
            canvas.line([x, x], ys, colour=colour, width=2.4, layer=3)
        canvas.mark(x, scale.at(cell.estimate), shape, colour=colour, size=8, hollow=cell.mark == SIMILAR)
        words = self.measured.value(cell.estimate) + cell.flag
        width = width_of(words, page.value, bold=True)
        ends = [end for end in (cell.low, cell.high, cell.estimate) if not math.isnan(end)]
        y = scale.at(max(ends)) - _CLEAR if cell.estimate >= 0 else scale.at(min(ends)) + _CLEAR
        canvas.rectangle(x - width / 2 - 0.03, y - 0.075, width + 0.06, 0.15, colour=WHITE, layer=1.5)
        canvas.text(x, y, words, size=page.value, bold=True, align="center")


def reversal(protected: Protected, table_id: str, *, language: str) -> Chart:
    """Draw the gap of two groups in every wave, and which of them leads.

    Parameters
    ----------
    protected
        Protected results.
    table_id
        A table with the gaps of two groups.
    language
        ``fi``, ``sv`` or ``en``.
    """
    reading = read(protected, table_id, language=language)
    panels = _panels(reading)
    points = [point for panel in panels for point in panel.points]
    years = tuple(sorted({year for year, _ in points})) or (protected.wave,)
    measured = Measured(reading.texts, shares=reading.is_share)
    analysis, text = reading.table.analysis, reading.texts.text
    names = (_group(reading, analysis.left), _group(reading, analysis.right))
    sides = (text("reversal.above", group=names[0]), text("reversal.below", group=names[1]))
    drawn = [one for _, one in points]
    cells = [one.cell for one in drawn]
    single = len(panels) == 1
    title = _title(reading, panels[0].points, names) if single else reading.default_title
    words = text("reversal.subtitle", what=_what(reading), left=names[0], right=names[1])
    shown = [(year, one.cell) for year, one in points if one.cell.shown]
    foot = footer(
        reading, cells, line="footer.band", notes=_notes(reading, drawn), counted=[cell for _, cell in shown]
    )
    pairs = [(str(year), measured.value(cell.estimate)) for year, cell in shown] if single else []
    return finish(
        reading,
        _Gaps(reading, measured, panels, years, sides),
        cells,
        heading=heading(reading, title, subtitle(reading, words), foot),
        alt=alt_text(reading, title, pairs, chart="reversal"),
        data=frame(reading, drawn),
        n=int(max(((year, cell.n) for year, cell in shown), default=(0, 0.0))[1]),
    )


def _panels(reading: Reading) -> tuple[_Panel, ...]:
    """Return the gaps of each question by year."""
    found = differences(reading, GAP)
    items = reading.ordered("item", (one.cell.get("item") for one in found)) or ("",)
    panels = []
    for item in items:
        own = [(int(one.cell.get("wave")), one) for one in found if one.cell.get("item") == item]
        own.sort(key=lambda point: point[0])
        panels.append(_Panel(reading.names.item(item) if len(items) > 1 else "", tuple(own)))
    return tuple(panels)


def _group(reading: Reading, side: Mapping[str, Sequence[str]]) -> str:
    """Return the name of one side of a gap."""
    codes = [(key, code) for key, named in side.items() for code in named]
    names = [reading.texts.lowered(reading.names.code(key, code)) for key, code in codes]
    return reading.texts.listing(names)


def _what(reading: Reading) -> str:
    question = reading.study.codebook.questions.get(reading.only_item)
    good = reading.texts.label(question.good_label) if question is not None else ""
    return reading.texts.lowered(good) if good else reading.texts.lowered(reading.default_title)


def _notes(reading: Reading, drawn: Sequence[Difference]) -> list[str]:
    adjusted = next((effect.adjusted_for for effect in reading.table.effects if effect.name == GAP), ())
    marked = any(one.cell.mark == SIMILAR for one in drawn)
    similar = reading.texts.text("status.note_similar") if marked else ""
    return [note for note in (held(reading, adjusted), similar) if note]


def _title(reading: Reading, points: Points, names: Sequence[str]) -> str:
    """Return who leads now, and who led before where the order has turned; only of what is shown."""
    texts = reading.texts
    if not points or not points[-1][1].cell.shown:
        return reading.default_title
    year, latest = points[-1]
    leader = names[0] if latest.cell.estimate > 0 else names[1]
    turned = differences(reading, REVERSAL)
    before = [(y, one) for y, one in points[:-1] if turned and str(y) == _against(reading)]
    if before and before[0][1].cell.shown and turned[0].cell.shown and below_level(turned[0].p):
        first_year, first = before[0]
        if first.cell.estimate * latest.cell.estimate < 0:
            led = names[0] if first.cell.estimate > 0 else names[1]
            return texts.text("title.reversal", first_year=first_year, first=led, last_year=year, last=leader)
    if latest.cell.low > 0 or latest.cell.high < 0:
        points_words = texts.points(abs(hundredfold(latest.cell.estimate)) / 100)
        return texts.text("title.gap", year=year, leader=leader, gap=points_words)
    return texts.text("title.gap_open", year=year, left=names[0], right=names[1])


def _against(reading: Reading) -> str:
    effects = [e for e in reading.table.effects if e.name == REVERSAL]
    return effects[0].about.get("against", "") if effects else ""
