"""Panels of lines over the years: the drawing of change between waves."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from barometri.figures.canvas import Canvas, Dashes, balanced, line_height, width_of
from barometri.figures.reading import Cell, Reading
from barometri.figures.scale import HIDDEN_AT, Scale, fit, paint_up
from barometri.figures.sheet import KeyEntry
from barometri.figures.style import AXIS, GREY, INK, WHITE, Page

SIMILAR: Final = "similar"
DIFFERENT: Final = "different"
_COLUMNS: Final = 3
_GAP: Final = 0.3
_PLOT: Final = 1.55
_HEAD: Final = 0.14
"""Room above the highest interval, where its value stands clear of the panel's title."""
_LARGE_PLOT: Final = 2.7
_BELOW: Final = 0.42
_CONTEXT: Final = "#C4C4C4"
_RIBBONS: Final = 3
_DIRECT_LABEL: Final = 2.3


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its cells by year, and its look."""

    name: str
    label: str
    colour: str
    shape: str
    points: tuple[tuple[int, Cell], ...]

    @property
    def shown(self) -> list[tuple[int, Cell]]:
        """The points that are drawn."""
        return [(year, cell) for year, cell in self.points if cell.shown]


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines that are told apart, and others behind them in grey."""

    title: str
    series: tuple[Series, ...]
    context: tuple[Series, ...] = ()


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a panel's plot lies on the sheet."""

    left: float
    right: float
    first: int
    last: int
    scale: Scale

    def x(self, year: int) -> float:
        if self.first == self.last:
            return (self.left + self.right) / 2
        return self.left + (self.right - self.left) * (year - self.first) / (self.last - self.first)


@dataclass(frozen=True, slots=True)
class Panels:
    """Panels on one scale of values and one of time; one panel alone names its lines where they end."""

    reading: Reading
    panels: tuple[Panel, ...]
    years: tuple[int, ...]
    entries: tuple[KeyEntry, ...]

    @property
    def cells(self) -> list[Cell]:
        """All cells, in the order drawn."""
        return [cell for panel in self.panels for series in panel.series for _, cell in series.points]

    def key(self, page: Page) -> Sequence[KeyEntry]:
        """Return the entries of the key; lines named at their ends need none."""
        return () if self._named(page) else self.entries

    def height(self, page: Page) -> float:
        """Return the height in inches."""
        return sum(self._row_height(row, page) for row in self._grid(page))

    def paint(self, canvas: Canvas, top: float) -> None:
        """Draw below ``top``."""
        page, y = canvas.page, top
        width = self._width(page)
        for row in self._grid(page):
            titles = self._title_lines(row, page)
            for i, panel in enumerate(row):
                left = page.margin + i * (width + _GAP)
                lines = balanced(panel.title, page.label, width, bold=True) if panel.title else ()
                for j, line in enumerate(lines):
                    at = y + (titles - len(lines) + j + 0.5) * line_height(page.label)
                    canvas.text(left, at, line, size=page.label, bold=True)
                self._paint_panel(canvas, panel, left, y + titles * line_height(page.label) + 0.16)
            y += self._row_height(row, page)

    def _named(self, page: Page) -> bool:
        return len(self.panels) == 1 and not page.narrow

    def _grid(self, page: Page) -> list[tuple[Panel, ...]]:
        columns = 1 if page.narrow else min(_COLUMNS, len(self.panels))
        return [self.panels[i : i + columns] for i in range(0, len(self.panels), columns)]

    def _width(self, page: Page) -> float:
        columns = len(self._grid(page)[0])
        return (page.inner - _GAP * (columns - 1)) / columns

    def _title_lines(self, row: Sequence[Panel], page: Page) -> int:
        width = self._width(page)
        return max(len(balanced(p.title, page.label, width, bold=True)) if p.title else 0 for p in row)

    def _plot(self, page: Page) -> float:
        return _LARGE_PLOT if len(self.panels) == 1 and not page.narrow else _PLOT

    def _row_height(self, row: Sequence[Panel], page: Page) -> float:
        return self._title_lines(row, page) * line_height(page.label) + 0.16 + self._plot(page) + _BELOW

    def _frame(self, page: Page, left: float, top: float) -> _Frame:
        texts = self.reading.texts
        label = width_of(texts.percent(1.0), page.small) + 0.1
        room = width_of(texts.percent(1.0) + "**", page.small, bold=True) + 0.08
        if self._named(page):
            longest = max(width_of(series.label, page.small) for series in self.panels[0].series)
            room = min(room + longest + 0.1, _DIRECT_LABEL)
        start = left + label
        side = 0.24
        cells = [*self.cells]
        plot = self._plot(page)
        scale = fit(self.reading, cells, start=top + plot, end=top + _HEAD, room=0.3)
        return _Frame(start + side, left + self._width(page) - room, self.years[0], self.years[-1], scale)

    def _paint_panel(self, canvas: Canvas, panel: Panel, left: float, top: float) -> None:
        page = canvas.page
        frame = self._frame(page, left, top)
        start = frame.left - 0.24
        right = left + self._width(page)
        paint_up(
            canvas,
            self.reading,
            frame.scale,
            left=start,
            right=right if not self._named(page) else frame.right + 0.1,
        )
        for year in self.years:
            x, y = frame.x(year), frame.scale.start
            canvas.line([x, x], [y, y + 0.04], colour=AXIS, width=0.8)
            canvas.text(x, y + 0.15, str(year), size=page.small, align="center")
        for series in panel.context:
            for (year, cell), (later, next_cell) in _connected(series, self.years):
                ys = [frame.scale.at(cell.estimate), frame.scale.at(next_cell.estimate)]
                canvas.line([frame.x(year), frame.x(later)], ys, colour=_CONTEXT, width=1.2, layer=1)
        for series in panel.series:
            self._paint_series(canvas, series, frame, ribbon=len(panel.series) <= _RIBBONS)
        for year in sorted({y for series in panel.series for y, cell in series.points if not cell.shown}):
            at = frame.scale.start - HIDDEN_AT - 0.03
            canvas.hidden(frame.x(year), at, self.reading.hidden_mark, align="center")
        if len(panel.series) == 1 and not self._named(page):
            self._paint_values(canvas, panel.series[0], frame)
        else:
            self._paint_flags(canvas, panel.series, frame)
            self._paint_ends(canvas, panel.series, frame)

    def _paint_series(self, canvas: Canvas, series: Series, frame: _Frame, *, ribbon: bool) -> None:
        at = frame.scale.at
        for (year, cell), (later, next_cell) in _connected(series, self.years):
            xs = [frame.x(year), frame.x(later)]
            dashes: Dashes = "--" if SIMILAR in (cell.mark, next_cell.mark) else "-"
            ys = [at(cell.estimate), at(next_cell.estimate)]
            canvas.line(xs, ys, colour=series.colour, width=2.0, dashes=dashes, layer=3)
            if ribbon:
                corners = [
                    *((x, at(point.low)) for x, point in zip(xs, (cell, next_cell), strict=True)),
                    *((x, at(point.high)) for x, point in zip(xs[::-1], (next_cell, cell), strict=True)),
                ]
                canvas.area(corners, colour=series.colour, alpha=0.13)
        for year, cell in series.shown:
            x = frame.x(year)
            canvas.line([x, x], [at(cell.low), at(cell.high)], colour=series.colour, width=1.1, layer=2.5)
            hollow = cell.mark in (SIMILAR, DIFFERENT)
            canvas.mark(x, at(cell.estimate), series.shape, colour=series.colour, size=6.5, hollow=hollow)
        for year, later in _breaks(series, self.years):
            x = (frame.x(year) + frame.x(later)) / 2
            canvas.line(
                [x, x], [frame.scale.start, frame.scale.end], colour=GREY, width=1.0, dashes=":", layer=1
            )

    def _paint_flags(self, canvas: Canvas, lines: Sequence[Series], frame: _Frame) -> None:
        """Write the asterisks of small bases beside the points whose value is not written."""
        size = canvas.page.small
        for year in self.years:
            here = [(s, cell) for s in lines for at, cell in s.shown[:-1] if at == year and cell.flag]
            wanted = [frame.scale.at(cell.estimate) - 0.07 for _, cell in here]
            places = _spread(wanted, line_height(size) + 0.01, frame.scale.start)
            for (series, cell), y in zip(here, places, strict=True):
                canvas.text(frame.x(year) + 0.06, y, cell.flag, size=size, bold=True, colour=series.colour)

    def _paint_values(self, canvas: Canvas, series: Series, frame: _Frame) -> None:
        """Write each point's value above its interval; only the first and the last where they would touch."""
        size = canvas.page.small
        points = series.shown
        words = [self.reading.value(cell) for _, cell in points]
        widths = [width_of(word, size, bold=True) for word in words]
        xs = [frame.x(year) for year, _ in points]
        gaps = [b - a for a, b in pairwise(xs)]
        tight = any(gap < (a + b) / 2 + 0.04 for gap, (a, b) in zip(gaps, pairwise(widths), strict=True))
        for i, (x, word, width, (_, cell)) in enumerate(zip(xs, words, widths, points, strict=True)):
            if tight and i not in (0, len(points) - 1):
                continue
            y = frame.scale.at(max(cell.high, cell.estimate)) - 0.1
            canvas.rectangle(x - width / 2 - 0.02, y - 0.065, width + 0.04, 0.13, colour=WHITE, layer=1.2)
            canvas.text(x, y, word, size=size, bold=True, align="center", colour=INK)

    def _paint_ends(self, canvas: Canvas, lines: Sequence[Series], frame: _Frame) -> None:
        """Write the last value of each line beside its end, with its name where there is room for names."""
        page = canvas.page
        ends = [(series, series.shown[-1]) for series in lines if series.shown]
        pitch = line_height(page.small) + 0.01
        wanted = [frame.scale.at(cell.estimate) for _, (_, cell) in ends]
        for (series, (year, cell)), y in zip(ends, _spread(wanted, pitch, frame.scale.start), strict=True):
            x = max(frame.x(year), frame.right) + 0.1 if year == self.years[-1] else frame.right + 0.1
            words = self.reading.value(cell)
            width = canvas.text(x, y, words, size=page.small, bold=True, colour=series.colour)
            if self._named(page):
                room = page.width - page.margin - x - width - 0.06
                label = balanced(series.label, page.small, room)[0]
                canvas.text(x + width + 0.06, y, label, size=page.small, colour=series.colour)


def _connected(series: Series, years: Sequence[int]) -> list[tuple[tuple[int, Cell], tuple[int, Cell]]]:
    """Return the pairs of points that a line joins: neighbouring waves, both shown, comparable."""
    by_year = dict(series.points)
    asked = [year for year in years if year in by_year]
    pairs = [((a, by_year[a]), (b, by_year[b])) for a, b in pairwise(asked)]
    return [
        (one, other)
        for one, other in pairs
        if one[1].shown and other[1].shown and DIFFERENT not in (one[1].mark, other[1].mark)
    ]


def _breaks(series: Series, years: Sequence[int]) -> list[tuple[int, int]]:
    """Return the neighbouring waves between which the wording changed."""
    by_year = dict(series.points)
    asked = [year for year in years if year in by_year]
    return [(a, b) for a, b in pairwise(asked) if DIFFERENT in (by_year[a].mark, by_year[b].mark)]


def _spread(wanted: Sequence[float], pitch: float, lowest: float) -> list[float]:
    """Return places as wanted, moved apart to at least ``pitch`` and kept above ``lowest``."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    places = list(wanted)
    for before, after in pairwise(order):
        places[after] = max(places[after], places[before] + pitch)
    for place in range(len(order) - 1, -1, -1):
        limit = lowest - 0.07 if place == len(order) - 1 else places[order[place + 1]] - pitch
        places[order[place]] = min(places[order[place]], limit)
    return places
