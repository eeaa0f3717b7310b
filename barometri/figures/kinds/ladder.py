"""Rungs of marks around a zero line, with columns of words beside them: forests, profiles and ranks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from barometri.figures.canvas import Canvas, line_height, width_of, wrap
from barometri.figures.reading import Cell, Reading
from barometri.figures.scale import HIDDEN_AT, Scale, paint_grid
from barometri.figures.sheet import KeyEntry
from barometri.figures.style import AXIS, BAND, GREY, INK, SOFT_INK, Page

MARGIN: Final = "#F6D9C4"
"""The band of an equivalence margin."""
_PITCH: Final = 0.2
_PAD: Final = 0.12
_AXIS_ROOM: Final = 0.27
_BELOW: Final = 0.2
_GAP: Final = 0.26
_BETWEEN: Final = 0.16
_WIDEST_LABEL: Final = 2.9
_MOST_COLUMNS: Final = 3
_APART: Final = 0.16


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell, its look and the words beside it; hollow where nothing is shown."""

    cell: Cell
    colour: str
    shape: str
    words: tuple[str, ...] = ()
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Rung:
    """A labelled row of marks; ``margin`` is the half-width of a band around zero."""

    label: str
    marks: tuple[Mark, ...]
    margin: float | None = None
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Rungs:
    """One panel: a title, lines under it, and rungs."""

    title: str
    rungs: tuple[Rung, ...]
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ladder:
    """Panels of rungs on one scale.

    ``scale`` makes it between two places, ``tick`` writes its numbers, ``captions`` head the columns of
    words, of which the narrow drawing has the first. ``beside`` keeps labels beside the marks there too.
    """

    reading: Reading
    panels: tuple[Rungs, ...]
    scale: Callable[[float, float], Scale]
    tick: Callable[[float], str]
    captions: tuple[str, ...] = ()
    entries: tuple[KeyEntry, ...] = ()
    axis: str = ""
    beside: bool = False

    @property
    def cells(self) -> list[Cell]:
        """All cells, in the order drawn."""
        return [mark.cell for panel in self.panels for rung in panel.rungs for mark in rung.marks]

    def key(self, page: Page) -> Sequence[KeyEntry]:
        """Return the entries of the key."""
        del page
        return self.entries

    def height(self, page: Page) -> float:
        """Return the height in inches."""
        rows = self._grid(page)
        return sum(self._row_height(row, page) for row in rows) + _BELOW * (len(rows) - 1)

    def paint(self, canvas: Canvas, top: float) -> None:
        """Draw below ``top``."""
        page, width, y = canvas.page, self._panel_width(canvas.page), top
        for row in self._grid(page):
            head = max(self._head(panel, page) for panel in row)
            for i, panel in enumerate(row):
                left = page.margin + self._label_width(page) + i * (width + _GAP)
                self._paint_head(canvas, panel, left, y, head)
                self._paint_panel(canvas, panel, left, y + head, first=i == 0)
            y += self._row_height(row, page) + _BELOW

    def _grid(self, page: Page) -> list[tuple[Rungs, ...]]:
        columns = 1 if page.narrow else min(_MOST_COLUMNS, len(self.panels))
        return [self.panels[i : i + columns] for i in range(0, len(self.panels), columns)]

    def _above(self, page: Page) -> bool:
        return page.narrow and not self.beside

    def _label_width(self, page: Page) -> float:
        if self._above(page):
            return 0.0
        widest = max(width_of(r.label, page.label) for panel in self.panels for r in panel.rungs)
        return min(widest, 1.35 if page.narrow else _WIDEST_LABEL) + 0.15

    def _label(self, rung: Rung, page: Page) -> tuple[str, ...]:
        room = page.inner if self._above(page) else self._label_width(page) - 0.12
        return wrap(rung.label, page.label, room)

    def _panel_width(self, page: Page) -> float:
        columns = len(self._grid(page)[0])
        return (page.inner - self._label_width(page) - _GAP * (columns - 1)) / columns

    def _captions(self, page: Page) -> tuple[str, ...]:
        return self.captions[:1] if page.narrow else self.captions

    def _word_widths(self, page: Page) -> list[float]:
        """Return the widths of the columns of words, the space before each included."""
        marks = [mark for panel in self.panels for rung in panel.rungs for mark in rung.marks]
        return [
            max(
                width_of(caption, page.small) if len(self._captions(page)) > 1 else 0.0,
                *(width_of(m.words[i], page.value, bold=True) for m in marks if len(m.words) > i),
                0.0,
            )
            + _BETWEEN
            for i, caption in enumerate(self._captions(page))
        ]

    def _scale(self, left: float, page: Page) -> Scale:
        overhang = width_of(self.tick(1.0), page.small) / 2 if self._above(page) else 0.1
        end = left + self._panel_width(page) - sum(self._word_widths(page))
        return self.scale(left + overhang, end - 0.04)

    def _head(self, panel: Rungs, page: Page) -> float:
        width = page.inner if page.narrow else self._panel_width(page)
        title = len(wrap(panel.title, page.label, width, bold=True)) if panel.title else 0
        lines = sum(len(wrap(line, page.small, width)) for line in panel.lines)
        caption = 1 if any(self.captions) else 0
        return (title + caption) * line_height(page.label) + lines * line_height(page.small) + 0.06

    def _heading(self, rung: Rung, page: Page) -> tuple[str, ...]:
        return wrap(rung.heading, page.label, page.inner, bold=True) if rung.heading else ()

    def _before(self, rung: Rung, page: Page) -> float:
        lines = self._heading(rung, page)
        return _APART + len(lines) * line_height(page.label) + 0.08 if lines else 0.0

    def _rung_height(self, rung: Rung, page: Page) -> float:
        marks, text = len(rung.marks) * _PITCH, len(self._label(rung, page)) * line_height(page.label)
        return _PAD + (marks + text if self._above(page) else max(marks, text))

    def _rungs_height(self, panel: Rungs, page: Page) -> float:
        return sum(self._before(r, page) + self._rung_height(r, page) for r in panel.rungs)

    def _row_height(self, row: Sequence[Rungs], page: Page) -> float:
        head = max(self._head(panel, page) for panel in row)
        rungs = max(self._rungs_height(panel, page) for panel in row)
        axis = line_height(page.small) if self.axis else 0.0
        return head + rungs + _AXIS_ROOM + axis

    def _paint_head(self, canvas: Canvas, panel: Rungs, left: float, top: float, head: float) -> None:
        page = canvas.page
        width = page.inner if page.narrow else self._panel_width(page)
        start = page.margin if page.narrow else left
        y = top + head - self._head(panel, page)
        for line in wrap(panel.title, page.label, width, bold=True) if panel.title else ():
            canvas.text(start, y + line_height(page.label) / 2, line, size=page.label, bold=True)
            y += line_height(page.label)
        for line in (part for words in panel.lines for part in wrap(words, page.small, width)):
            canvas.text(start, y + line_height(page.small) / 2, line, size=page.small, colour=SOFT_INK)
            y += line_height(page.small)
        ends = self._word_ends(left, page)
        for end, caption in zip(ends, self._captions(page), strict=True):
            at = top + head - 0.06 - line_height(page.label) / 2
            canvas.text(end, at, caption, size=page.small, colour=SOFT_INK, align="right")

    def _word_ends(self, left: float, page: Page) -> list[float]:
        ends, widths = [], self._word_widths(page)
        end = left + self._panel_width(page) - sum(widths)
        for width in widths:
            end += width
            ends.append(end)
        return ends

    def _paint_panel(self, canvas: Canvas, panel: Rungs, left: float, top: float, *, first: bool) -> None:
        page, scale = canvas.page, self._scale(left, canvas.page)
        y = top
        for i, rung in enumerate(panel.rungs):
            y = self._paint_before(canvas, rung, y)
            height = self._rung_height(rung, page)
            if i % 2 == 0:
                start = page.margin - 0.05 if first else left - 0.05
                end = left + self._panel_width(page) + 0.05
                canvas.rectangle(start, y, end - start, height, colour=BAND, layer=0.1)
            self._paint_rung(canvas, rung, y, scale, self._word_ends(left, page), labelled=first)
            y += height
        for tick in scale.ticks:
            words = self.tick(tick)
            canvas.text(scale.at(tick), y + 0.13, words, size=page.small, colour=INK, align="center")
        if self.axis:
            place = y + _AXIS_ROOM + line_height(page.small) / 2 - 0.04
            width = width_of(self.axis, page.small)
            middle = max((scale.start + scale.end) / 2, page.margin + width / 2)
            canvas.text(middle, place, self.axis, size=page.small, colour=SOFT_INK, align="center")

    def _paint_before(self, canvas: Canvas, rung: Rung, top: float) -> float:
        page, lines, room = canvas.page, self._heading(rung, canvas.page), self._before(rung, canvas.page)
        if lines:
            y = top + _APART / 2
            canvas.line([page.margin, page.width - page.margin], [y, y], colour=GREY, width=0.8, dashes=":")
            y = top + room - 0.04 - len(lines) * line_height(page.label) / 2
            canvas.lines(page.margin, y, lines, size=page.label, bold=True)
        return top + room

    def _paint_rung(
        self, canvas: Canvas, rung: Rung, top: float, scale: Scale, ends: Sequence[float], *, labelled: bool
    ) -> None:
        page, height = canvas.page, self._rung_height(rung, canvas.page)
        lines = self._label(rung, page)
        text = len(lines) * line_height(page.label) if self._above(page) else 0.0
        if labelled:
            at = top + _PAD / 2 + text / 2 if text else top + height / 2
            canvas.lines(page.margin, at, lines, size=page.label)
        start = top + text + (_PAD / 2 if text else 0.0)
        bottom = top + height
        if rung.margin is not None:
            near, far = scale.at(-rung.margin), scale.at(rung.margin)
            canvas.rectangle(near, start, far - near, bottom - start, colour=MARGIN, layer=0.3)
        paint_grid(canvas, scale, top=start, bottom=bottom)
        if scale.base < 0:
            canvas.line([scale.at(0)] * 2, [start, bottom], colour=AXIS, width=1.3, layer=0.6)
        first = (start + bottom) / 2 - (len(rung.marks) - 1) * _PITCH / 2
        for i, mark in enumerate(rung.marks):
            self._paint_mark(canvas, mark, first + i * _PITCH, scale, ends)

    def _paint_mark(self, canvas: Canvas, mark: Mark, y: float, scale: Scale, ends: Sequence[float]) -> None:
        cell, page = mark.cell, canvas.page
        if not cell.shown:
            at = scale.at(min(max(0.0, scale.base), scale.limit)) + HIDDEN_AT
            canvas.hidden(at, y, self.reading.hidden_mark)
            return
        if cell.high >= cell.low:
            xs = [scale.at(cell.low), scale.at(cell.high)]
            canvas.line(xs, [y, y], colour=mark.colour, width=2.0, layer=3)
        canvas.mark(scale.at(cell.estimate), y, mark.shape, colour=mark.colour, size=6.5, hollow=mark.hollow)
        for end, words in zip(ends, mark.words, strict=False):
            colour = INK if not mark.hollow else SOFT_INK
            canvas.text(end, y, words, size=page.value, bold=not mark.hollow, colour=colour, align="right")
