"""A horizontal or vertical axis of values, and the marks on it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from barometri.figures.canvas import Canvas, width_of
from barometri.figures.reading import Cell, Reading
from barometri.figures.style import AXIS, GRID, INK, WHITE, Page

_SHARE_STEPS: Final[tuple[float, ...]] = (0.05, 0.1, 0.2, 0.25, 0.4, 0.5)
_SMALL_SHARE: Final = 0.25
_OTHER_STEPS: Final[tuple[float, ...]] = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
HIDDEN_AT: Final = 0.06
"""Where the mark of a suppressed record starts, in inches from the axis' zero."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from ``base`` to ``limit`` between two places on the sheet, with a tick at every ``step``."""

    start: float
    end: float
    limit: float
    step: float
    base: float = 0.0

    def at(self, value: float) -> float:
        """Return the place of a value in inches."""
        return self.start + (self.end - self.start) * (value - self.base) / (self.limit - self.base)

    @property
    def ticks(self) -> tuple[float, ...]:
        """The values of the ticks."""
        first, last = -_down(-self.base / self.step), _down(self.limit / self.step)
        return tuple(round(i * self.step, 6) for i in range(first, last + 1))


def fit(reading: Reading, cells: Iterable[Cell], *, start: float, end: float, room: float) -> Scale:
    """Return a scale that holds every shown interval, its ticks at least ``room`` inches apart."""
    tops = [top for cell in cells if cell.shown for top in (cell.high, cell.estimate) if not math.isnan(top)]
    highest = max(tops, default=1.0) or 1.0
    steps = _OTHER_STEPS
    if reading.is_share:
        steps = _SHARE_STEPS if highest <= _SMALL_SHARE else _SHARE_STEPS[1:]
    for step in steps:
        limit = step * -(-highest // step)
        if reading.is_share:
            limit = min(limit, 1.0) if highest <= 1 else limit
        if abs(end - start) * step / limit >= room:
            return Scale(start, end, limit, step)
    return Scale(start, end, highest, highest)


def fit_signed(cells: Iterable[Cell], *, start: float, end: float, room: float, least: float = 0.0) -> Scale:
    """Return a scale with 0 and every shown interval on it, ticks at least ``room`` inches apart.

    It reaches ``least`` on both sides at any rate; a side that goes beyond half a step has a tick.
    """
    known = [cell for cell in cells if cell.shown]
    values = [v for c in known for v in (c.low, c.high, c.estimate) if not math.isnan(v)]
    low, high = min([*values, -least, 0.0]), max([*values, least, 0.0])
    if low == high:
        low, high = -0.1, 0.1
    for step in (0.05, *_OTHER_STEPS):
        ends = [-_whole(-low, step), _whole(high, step)]
        if abs(end - start) * step / (ends[1] - ends[0]) >= room:
            return Scale(start, end, ends[1], step, ends[0])
    return Scale(start, end, high, high - low, low)


def _whole(reach: float, step: float) -> float:
    """Return how far a side goes: to its first tick where it is past the middle, else a little beyond."""
    return step if step / 2 < reach < step else reach + step / 10


def _down(value: float) -> int:
    """Return the whole number below; one that lacks the last digits of its fraction stays."""
    return math.floor(round(value, 6))


def paint_grid(canvas: Canvas, scale: Scale, *, top: float, bottom: float) -> None:
    """Draw the grid of a horizontal scale."""
    for tick in scale.ticks:
        x = scale.at(tick)
        canvas.line([x, x], [top, bottom], colour=AXIS if tick == 0 else GRID, width=0.8, layer=0.5)


def paint_numbers(canvas: Canvas, reading: Reading, scale: Scale, *, bottom: float, overhang: float) -> None:
    """Write the numbers of a horizontal scale; the last hangs over its end by ``overhang`` at most."""
    size = canvas.page.small
    for tick in scale.ticks:
        words = reading.tick(tick)
        half = width_of(words, size) / 2
        x = min(scale.at(tick), scale.end + overhang - half)
        canvas.text(max(x, half + 0.02), bottom + 0.13, words, size=size, colour=INK, align="center")


def paint_up(canvas: Canvas, reading: Reading, scale: Scale, *, left: float, right: float) -> None:
    """Draw the grid of a vertical scale, and its numbers left of ``left``."""
    for tick in scale.ticks:
        y = scale.at(tick)
        canvas.line([left, right], [y, y], colour=AXIS if tick == 0 else GRID, width=0.8, layer=0.5)
        canvas.text(left - 0.07, y, reading.tick(tick), size=canvas.page.small, colour=INK, align="right")


def value_room(reading: Reading, cells: Iterable[Cell], page: Page) -> float:
    """Return the width that the widest value beside a mark takes."""
    widths = [width_of(reading.value(cell), page.value, bold=True) for cell in cells if cell.shown]
    return max(widths, default=0.0) + 0.14


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell is drawn."""

    colour: str
    shape: str
    size: float = 7.0
    value: bool = True
    bold: bool = True
    hollow_when_small: bool = False
    ground: str = WHITE


def paint_dot(canvas: Canvas, scale: Scale, y: float, cell: Cell, *, reading: Reading, look: Look) -> None:
    """Draw a cell as interval, mark and value on a horizontal scale, or the one mark of a suppressed cell."""
    if not cell.shown:
        canvas.hidden(scale.at(0) + HIDDEN_AT, y, reading.hidden_mark)
        return
    end = scale.at(cell.estimate)
    if cell.high >= cell.low:
        end = max(end, scale.at(cell.high))
        canvas.line([scale.at(cell.low), scale.at(cell.high)], [y, y], colour=look.colour, width=2.2, layer=3)
    hollow = look.hollow_when_small and bool(cell.flag)
    canvas.mark(scale.at(cell.estimate), y, look.shape, colour=look.colour, size=look.size, hollow=hollow)
    if look.value:
        words = reading.value(cell)
        size = canvas.page.value if look.bold else canvas.page.small
        left = max(end, scale.at(cell.estimate) + 0.06) + 0.07
        width = width_of(words, size, bold=look.bold)
        canvas.rectangle(left - 0.02, y - 0.07, width + 0.04, 0.14, colour=look.ground, layer=0.8)
        canvas.text(left, y, words, size=size, bold=look.bold, colour=INK)
