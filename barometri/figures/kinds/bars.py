"""Bars of 100 %: the drawing of a distribution of answers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from barometri.figures.canvas import Canvas, line_height, width_of, wrap
from barometri.figures.reading import Cell, Reading
from barometri.figures.sheet import BOX, KeyEntry
from barometri.figures.style import AXIS, INK, SOFT_INK, WHITE, Page, ink_on

_WIDEST_LABEL: Final = 2.9
_BAR: Final = 0.32
_PAD: Final = 0.16
_APART: Final = 0.14
_OUTLINE: Final = "#404040"
_SWATCH: Final = 0.14


@dataclass(frozen=True, slots=True)
class BarRow:
    """One bar: its label, n, answers in order, and cannot say beside it.

    ``good`` is the favourable share where another table publishes it: the sum of rounded shares may differ.
    """

    label: str
    n: str
    answers: tuple[Cell, ...]
    aside: Cell | None
    heading: str = ""
    apart: bool = False
    good: float = math.nan

    def share(self, names: Sequence[str], scale: "AnswerScale") -> float:
        """Return the share of an end of the scale, unknown when one of its answers is hidden."""
        total = together(self.answers, names)
        known = names == scale.good and not math.isnan(total) and not math.isnan(self.good)
        return self.good if known else total


@dataclass(frozen=True, slots=True)
class AnswerScale:
    """Categories from one end to the other with their colours; ``good`` and ``bad`` are the two ends."""

    names: tuple[str, ...]
    colours: tuple[str, ...]
    good: tuple[str, ...]
    bad: tuple[str, ...]

    def colour(self, name: str) -> str:
        """Return the colour of an answer."""
        return self.colours[self.names.index(name)]


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of 100 % below each other."""

    reading: Reading
    rows: tuple[BarRow, ...]
    scale: AnswerScale
    item: str

    @property
    def cells(self) -> list[Cell]:
        """All cells, in the order drawn."""
        return [cell for row in self.rows for cell in (*row.answers, *([row.aside] if row.aside else []))]

    def key(self, page: Page) -> Sequence[KeyEntry]:
        """Return the entries of the key."""
        del page
        names = self.reading.names
        return [KeyEntry(BOX, self.scale.colour(n), names.category(self.item, n)) for n in self.scale.names]

    def height(self, page: Page) -> float:
        """Return the height in inches."""
        head = 0.0 if page.narrow else self._header_height(page)
        return head + sum(self._before(row, page) + self._row_height(row, page) for row in self.rows)

    def paint(self, canvas: Canvas, top: float) -> None:
        """Draw below ``top``."""
        page = canvas.page
        y = top
        if not page.narrow:
            y += self._header_height(page)
            self._paint_headers(canvas, y - 0.06)
        for row in self.rows:
            before = self._before(row, page)
            if row.heading:
                lines = wrap(row.heading, page.label, page.inner, bold=True)
                middle = y + before - 0.04 - len(lines) * line_height(page.label) / 2
                canvas.lines(page.margin, middle, lines, size=page.label, bold=True)
            y += before
            self._paint_row(canvas, row, y)
            y += self._row_height(row, page)

    def _columns(self, page: Page) -> tuple[float, float, float, float, float]:
        """Return where label, bad end, bar, good end and the aside column start or end."""
        if page.narrow:
            return page.margin, page.margin, page.margin, page.width - page.margin, page.width - page.margin
        widths = [width_of(row.label, page.label) for row in self.rows]
        widest = max(*widths, width_of(self.rows[0].n, page.small))
        label = page.margin + min(widest, _WIDEST_LABEL) + 0.12
        end = page.width - page.margin - (0.82 if self._has_aside else 0.0)
        side = 0.66 if self.scale.good else 0.0
        return page.margin, label, label + side, end - side, end

    @property
    def _has_aside(self) -> bool:
        return any(row.aside is not None for row in self.rows)

    def _label_lines(self, row: BarRow, page: Page) -> tuple[str, ...]:
        left, label, *_ = self._columns(page)
        return wrap(row.label, page.label, page.inner if page.narrow else label - left - 0.08)

    def _header_height(self, page: Page) -> float:
        lines = [len(lines) for lines in self._headers(page)]
        return 0.06 + (max(lines) + 0.9) * line_height(page.small) if lines else 0.0

    def _headers(self, page: Page) -> list[tuple[str, ...]]:
        text = self.reading.texts.text
        several = len(self.scale.good) > 1
        ends = [wrap(text("words.together"), page.small, 0.66) if several else ()] if self.scale.good else []
        aside = [wrap(text("words.cannot_say"), page.small, 0.78)] if self._has_aside else []
        return [*ends, *aside]

    def _before(self, row: BarRow, page: Page) -> float:
        room = _APART if row.apart else 0.0
        if row.heading:
            room += 0.12 + len(wrap(row.heading, page.label, page.inner, bold=True)) * line_height(page.label)
        return room

    def _row_height(self, row: BarRow, page: Page) -> float:
        text = len(self._label_lines(row, page)) * line_height(page.label)
        if page.narrow:
            return text + 0.03 + _BAR + 0.03 + len(self._below(row, page)) * line_height(page.small) + _PAD
        return max(text + line_height(page.small), _BAR) + _PAD

    def _paint_headers(self, canvas: Canvas, bottom: float) -> None:
        page = canvas.page
        _, _, bar, bar_end, aside = self._columns(page)
        pitch = line_height(page.small)

        def column(x: float, lines: Sequence[str], names: Sequence[str]) -> None:
            canvas.lines(
                x, bottom - len(lines) * pitch / 2, lines, size=page.small, colour=SOFT_INK, align="center"
            )
            self._paint_swatches(
                canvas, names, x - len(names) * _SWATCH / 2, bottom - (len(lines) + 0.85) * pitch
            )

        headers = self._headers(page)
        if self.scale.good:
            column(bar - 0.33, headers[0], self.scale.bad)
            column(bar_end + 0.33, headers[0], self.scale.good)
        if self._has_aside:
            column(aside + 0.43, headers[-1], ())

    def _paint_row(self, canvas: Canvas, row: BarRow, top: float) -> None:
        page = canvas.page
        left, _, bar, bar_end, aside = self._columns(page)
        lines = self._label_lines(row, page)
        text = len(lines) * line_height(page.label)
        if page.narrow:
            canvas.lines(left, top + text / 2, lines, size=page.label)
            self._paint_bar(canvas, row, top + text + 0.03, bar, bar_end)
            self._paint_below(canvas, row, top + text + 0.06 + _BAR)
            return
        middle = top + self._row_height(row, page) / 2
        block = text + line_height(page.small)
        canvas.lines(left, middle - block / 2 + text / 2, lines, size=page.label)
        last = middle + block / 2 - line_height(page.small) / 2
        canvas.text(left, last, row.n, size=page.small, colour=SOFT_INK)
        self._paint_bar(canvas, row, middle - _BAR / 2, bar, bar_end)
        for x, names in ((bar - 0.33, self.scale.bad), (bar_end + 0.33, self.scale.good)):
            if names:
                self._paint_sum(canvas, x, middle, row.share(names, self.scale))
        if row.aside is not None:
            share = row.aside.estimate if row.aside.shown else math.nan
            self._paint_sum(canvas, aside + 0.43, middle, share, bold=False)

    def _paint_sum(self, canvas: Canvas, x: float, y: float, share: float, *, bold: bool = True) -> None:
        if math.isnan(share):
            canvas.hidden(x, y, self.reading.hidden_mark, align="center")
        else:
            words = self.reading.texts.percent(share)
            colour = INK if bold else SOFT_INK
            canvas.text(x, y, words, size=canvas.page.value, bold=bold, colour=colour, align="center")

    def _below(self, row: BarRow, page: Page) -> list[list[tuple[float, tuple[str, ...], str]]]:
        """Return what stands under a bar on a phone, in lines: place, answers whose colours lead, words."""
        texts, mark = self.reading.texts, self.reading.hidden_mark
        parts: list[tuple[tuple[str, ...], str]] = [((), row.n)]
        for names in (self.scale.bad, self.scale.good):
            if names:
                share = row.share(names, self.scale)
                parts.append((names, mark if math.isnan(share) else texts.percent(share)))
        if row.aside is not None:
            value = texts.percent(row.aside.estimate) if row.aside.shown else mark
            parts.append(((), texts.text("alt.pair", label=texts.text("words.cannot_say"), value=value)))
        lines: list[list[tuple[float, tuple[str, ...], str]]] = [[]]
        x = 0.0
        for names, words in parts:
            width = len(names) * _SWATCH + (0.05 if names else 0.0) + width_of(words, page.small)
            if x + width > page.inner:
                lines.append([])
                x = 0.0
            lines[-1].append((x, names, words))
            x += width + 0.22
        return lines

    def _paint_below(self, canvas: Canvas, row: BarRow, top: float) -> None:
        page = canvas.page
        for i, line in enumerate(self._below(row, page)):
            y = top + (i + 0.5) * line_height(page.small)
            for x, names, words in line:
                left = page.margin + x
                self._paint_swatches(canvas, names, left, y - 0.05)
                left += len(names) * _SWATCH + (0.05 if names else 0.0)
                canvas.text(left, y, words, size=page.small, colour=SOFT_INK)

    def _paint_swatches(self, canvas: Canvas, names: Sequence[str], left: float, top: float) -> None:
        for i, name in enumerate(names):
            x, colour = left + i * _SWATCH, self.scale.colour(name)
            canvas.rectangle(x, top, _SWATCH - 0.02, 0.1, colour=colour, edge=_OUTLINE, edge_width=0.5)

    def _paint_bar(self, canvas: Canvas, row: BarRow, top: float, left: float, right: float) -> None:
        width = right - left
        hidden = [i for i, cell in enumerate(row.answers) if not cell.shown]
        first, last = (hidden[0], hidden[-1]) if hidden else (len(row.answers), -1)
        x = left
        for cell in row.answers[:first]:
            x = self._paint_segment(canvas, cell, x, top, width)
        gap_left, x = x, right
        for cell in reversed(row.answers[last + 1 :] if hidden else ()):
            x = (
                self._paint_segment(canvas, cell, x - width * cell.estimate, top, width)
                - width * cell.estimate
            )
        if hidden:
            canvas.rectangle(gap_left, top, x - gap_left, _BAR, colour=WHITE, edge=AXIS, edge_width=0.5)
            canvas.hidden((gap_left + x) / 2, top + _BAR / 2, self.reading.hidden_mark, align="center")

    def _paint_segment(self, canvas: Canvas, cell: Cell, left: float, top: float, bar: float) -> float:
        """Draw one share of a bar that starts at ``left``; return where it ends."""
        colour, width = self.scale.colour(cell.get("category")), bar * cell.estimate
        canvas.rectangle(left, top, width, _BAR, colour=colour, edge=_OUTLINE, edge_width=0.5, layer=2)
        number = self.reading.texts.number(cell.estimate * 100, 0)
        size = canvas.page.small
        if width >= width_of(number, size) + 0.06:
            canvas.text(
                left + width / 2, top + _BAR / 2, number, size=size, colour=ink_on(colour), align="center"
            )
        return left + width


def together(cells: Sequence[Cell], names: Sequence[str]) -> float:
    """Return the share of several answers: the sum of published shares, unknown when one is hidden."""
    parts = [cell for cell in cells if cell.get("category") in names]
    return round(sum(cell.estimate for cell in parts), 3) if all(cell.shown for cell in parts) else math.nan
