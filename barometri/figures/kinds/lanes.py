"""Rows of marks on a horizontal scale: the body of prevalence and group charts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from barometri.figures.canvas import Canvas, line_height, width_of, wrap
from barometri.figures.reading import Cell, Reading
from barometri.figures.scale import Look, Scale, fit, paint_dot, paint_grid, paint_numbers, value_room
from barometri.figures.sheet import KeyEntry
from barometri.figures.style import BAND, GREY, SOFT_INK, WHITE, Page

AXIS_ROOM: Final = 0.27
"""Height of the numbers below a horizontal scale."""

WIDEST_LABEL: Final = 3.0
TICK_ROOM: Final = 0.42
_PITCH: Final = 0.185
_PAD: Final = 0.14
_APART: Final = 0.18
_BETWEEN: Final = 0.15
_CAPTION: Final = 0.24

Marks = tuple[tuple[Cell, Look], ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """A labelled row: for each column its cells and their looks; ``apart`` sets it off from the row above."""

    label: str
    columns: tuple[Marks, ...]
    heading: str = ""
    apart: bool = False

    @property
    def marks(self) -> Marks:
        """The marks of all columns."""
        return tuple(mark for column in self.columns for mark in column)


@dataclass(frozen=True, slots=True)
class Lanes:
    """Lanes below each other, columns side by side.

    In the narrow drawing the label stands above its marks, and the columns' marks below each other.
    """

    reading: Reading
    lanes: tuple[Lane, ...]
    entries: tuple[KeyEntry, ...] = ()
    captions: tuple[str, ...] = ("",)

    @property
    def cells(self) -> list[Cell]:
        """All cells, in the order drawn."""
        return [cell for lane in self.lanes for cell, _ in lane.marks]

    def key(self, page: Page) -> Sequence[KeyEntry]:
        """Return the entries of the key."""
        del page
        return self.entries

    def height(self, page: Page) -> float:
        """Return the height in inches."""
        lanes = sum(self._lane_height(lane, page) + self._before(lane, page) for lane in self.lanes)
        return self._caption_height(page) + lanes + AXIS_ROOM

    def paint(self, canvas: Canvas, top: float) -> None:
        """Draw below ``top``."""
        page, scales = canvas.page, self._scales(canvas.page)
        bottom = top + self.height(page) - AXIS_ROOM
        y = top + self._caption_height(page)
        for i, scale in enumerate(scales):
            if not page.narrow:
                paint_grid(canvas, scale, top=y, bottom=bottom)
            paint_numbers(canvas, self.reading, scale, bottom=bottom, overhang=page.margin + 0.1)
            if y > top:
                canvas.text(scale.start, top + 0.09, self.captions[i], size=page.label, colour=SOFT_INK)
        for i, lane in enumerate(self.lanes):
            y = self._paint_before(canvas, lane, y)
            height = self._lane_height(lane, page)
            ground = WHITE if i % 2 else BAND
            left = page.margin - 0.05
            canvas.rectangle(left, y, page.width - 2 * left, height, colour=ground, layer=0.1)
            self._paint_lane(canvas, lane, y, scales, ground)
            y += height

    def _label_width(self, page: Page) -> float:
        if page.narrow:
            return 0.0
        return min(max(width_of(lane.label, page.label) for lane in self.lanes), WIDEST_LABEL) + 0.15

    def _caption_height(self, page: Page) -> float:
        return _CAPTION if any(self.captions) and not page.narrow else 0.0

    def _lines(self, lane: Lane, page: Page) -> tuple[str, ...]:
        return wrap(lane.label, page.label, page.inner if page.narrow else self._label_width(page) - 0.13)

    def _columns(self, lane: Lane, page: Page) -> tuple[Marks, ...]:
        return (lane.marks,) if page.narrow else lane.columns

    def _lane_height(self, lane: Lane, page: Page) -> float:
        marks = max([len(column) for column in self._columns(lane, page)] + [1]) * _PITCH
        text = len(self._lines(lane, page)) * line_height(page.label)
        return _PAD + (marks + text + 0.02 if page.narrow else max(marks, text))

    def _before(self, lane: Lane, page: Page) -> float:
        heading = wrap(lane.heading, page.label, page.inner, bold=True) if lane.heading else ()
        room = len(heading) * line_height(page.label) + 0.14 if heading else 0.0
        return room + (_APART if lane.apart else 0.0)

    def _scales(self, page: Page) -> list[Scale]:
        start = page.margin + self._label_width(page) + 0.02
        by_column = [
            [cell for lane in self.lanes for cell, look in self._columns(lane, page)[i] if look.value]
            for i in range(1 if page.narrow else len(self.captions))
        ]
        rooms = [value_room(self.reading, cells, page) for cells in by_column]
        free = page.width - page.margin - start - sum(rooms) - _BETWEEN * (len(rooms) - 1)
        width = free / len(rooms)
        scales = []
        for room in rooms:
            scales.append(fit(self.reading, self.cells, start=start, end=start + width, room=TICK_ROOM))
            start += width + room + _BETWEEN
        return scales

    def _paint_before(self, canvas: Canvas, lane: Lane, top: float) -> float:
        page = canvas.page
        room = self._before(lane, page)
        if lane.apart:
            y = top + _APART / 2
            canvas.line([page.margin, page.width - page.margin], [y, y], colour=GREY, width=0.8, dashes=":")
        if lane.heading:
            lines = wrap(lane.heading, page.label, page.inner, bold=True)
            y = top + room - 0.05 - len(lines) * line_height(page.label) / 2
            canvas.lines(page.margin, y, lines, size=page.label, bold=True)
        return top + room

    def _paint_lane(
        self, canvas: Canvas, lane: Lane, top: float, scales: Sequence[Scale], ground: str
    ) -> None:
        page = canvas.page
        lines = self._lines(lane, page)
        middle = top + self._lane_height(lane, page) / 2
        text = len(lines) * line_height(page.label) + 0.02 if page.narrow else 0.0
        label_at = top + _PAD / 2 + text / 2 if page.narrow else middle
        canvas.lines(page.margin, label_at, lines, size=page.label)
        for column, scale in zip(self._columns(lane, page), scales, strict=True):
            first = middle + text / 2 - (len(column) - 1) * _PITCH / 2
            if page.narrow:
                edge = len(column) * _PITCH / 2
                paint_grid(canvas, scale, top=middle + text / 2 - edge, bottom=middle + text / 2 + edge)
            for i, (cell, look) in enumerate(column):
                paint_dot(
                    canvas,
                    scale,
                    first + i * _PITCH,
                    cell,
                    reading=self.reading,
                    look=replace(look, ground=ground),
                )
