"""Districts as points: their mean number of models and how cooperation is judged. Too few for a proof."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from barometri.disclosure.protected import TOTAL, Protected
from barometri.figures.canvas import Canvas, line_height, width_of
from barometri.figures.chart import Chart
from barometri.figures.differences import difference
from barometri.figures.reading import Cell, Reading, cells_of, read
from barometri.figures.scale import HIDDEN_AT, Scale, fit
from barometri.figures.sheet import KeyEntry
from barometri.figures.style import AXIS, BLUE, GRID, SOFT_INK, Page
from barometri.figures.wording import alt_text, finish, footer, heading, subtitle

CORRELATION: Final = "district_correlation"
_PLOT: Final = 3.0
_BELOW: Final = 0.5
_ABOVE: Final = 0.3


@dataclass(frozen=True, slots=True)
class _Point:
    place: str
    label: str
    across: Cell
    up: Cell | None

    @property
    def shown(self) -> bool:
        return self.across.shown and self.up is not None and self.up.shown


@dataclass(frozen=True, slots=True)
class _Plane:
    reading: Reading
    upwards: Reading
    points: tuple[_Point, ...]
    axes: tuple[str, str]

    def key(self, page: Page) -> Sequence[KeyEntry]:
        del page
        return ()

    def height(self, page: Page) -> float:
        hidden = line_height(page.label) + 0.1 if self._hidden else 0.0
        return line_height(page.small) + _ABOVE + _PLOT + _BELOW + hidden

    @property
    def _hidden(self) -> tuple[_Point, ...]:
        return tuple(point for point in self.points if not point.shown)

    def paint(self, canvas: Canvas, top: float) -> None:
        page = canvas.page
        left = page.margin + width_of(self.upwards.tick(1.0), page.small) + 0.12
        right = page.width - page.margin - 0.15
        canvas.text(
            page.margin, top + line_height(page.small) / 2, self.axes[1], size=page.small, colour=SOFT_INK
        )
        roof = top + line_height(page.small) + _ABOVE
        floor = roof + _PLOT
        shown = [point for point in self.points if point.shown]
        across = fit(self.reading, [_bare(p.across) for p in shown], start=left, end=right, room=0.5)
        up = fit(self.upwards, [_bare(p.up) for p in shown if p.up], start=floor, end=roof, room=0.4)
        self._paint_axes(canvas, across, up, (left, right, roof, floor))
        taken: list[float] = []
        for point in sorted(shown, key=lambda p: -p.up.estimate if p.up else 0.0):
            self._paint_point(canvas, point, across, up, taken)
        y = floor + 0.42
        canvas.text((left + right) / 2, y, self.axes[0], size=page.small, colour=SOFT_INK, align="center")
        if self._hidden:
            words = self.reading.texts.listing([point.label for point in self._hidden])
            y = floor + _BELOW + line_height(page.label) / 2 + 0.06
            canvas.hidden(page.margin, y, self.reading.hidden_mark)
            canvas.text(page.margin + HIDDEN_AT + 0.2, y, words, size=page.small, colour=SOFT_INK)

    def _paint_axes(
        self, canvas: Canvas, across: Scale, up: Scale, box: tuple[float, float, float, float]
    ) -> None:
        left, right, roof, floor = box
        size = canvas.page.small
        for tick in across.ticks:
            x = across.at(tick)
            canvas.line([x, x], [roof, floor], colour=AXIS if tick == 0 else GRID, width=0.8, layer=0.5)
            canvas.text(x, floor + 0.15, self.reading.tick(tick), size=size, align="center")
        for tick in up.ticks:
            y = up.at(tick)
            canvas.line([left, right], [y, y], colour=AXIS if tick == 0 else GRID, width=0.8, layer=0.5)
            canvas.text(left - 0.07, y, self.upwards.tick(tick), size=size, align="right")

    def _paint_point(
        self, canvas: Canvas, point: _Point, across: Scale, up: Scale, taken: list[float]
    ) -> None:
        if point.up is None:
            return
        page = canvas.page
        x, y = across.at(point.across.estimate), up.at(point.up.estimate)
        canvas.mark(x, y, "o", colour=BLUE, size=8)
        words = point.label + point.across.flag
        at = max([y, *(other + line_height(page.label) for other in taken)])
        taken.append(at)
        start = x - 0.12 - width_of(words, page.label)
        place, align = (x - 0.12, "right") if start > page.margin + 0.5 else (x + 0.12, "left")
        if abs(at - y) > line_height(page.label) / 2:
            canvas.line([x, place], [y, at], colour=SOFT_INK, width=0.7, layer=1)
        canvas.text(place, at, words, size=page.label, align=align)


def scatter(protected: Protected, table_id: str, *, language: str) -> Chart:
    """Draw districts by their mean number of models and their share of favourable judgements.

    The points are as few as the districts: they are shown because readers ask for them, and prove nothing.

    Parameters
    ----------
    protected
        Protected results.
    table_id
        A table of means by district; the shares are those that another table of the results publishes.
    language
        ``fi``, ``sv`` or ``en``.
    """
    reading = read(protected, table_id, language=language).latest()
    variable = reading.table.by[0]
    upwards = judged_by(reading, variable)
    up = {cell.get(variable): cell for cell in upwards.cells}
    points = tuple(
        _Point(name, reading.label(variable, cell, short=True), cell, up.get(name))
        for name in reading.present(variable)
        for cell in reading.cells
        if name != TOTAL and cell.get(variable) == name
    )
    text = reading.texts.text
    body = _Plane(reading, upwards, points, (text("scatter.across"), judged_words(reading)))
    shown = sum(point.shown for point in points)
    title = text("title.scatter", count=shown)
    cells = [cell for point in points for cell in (point.across, point.up) if cell is not None]
    drawn = [point.across for point in points if point.across.shown]
    notes = [*_correlation(reading, variable), text("scatter.no_proof", count=shown)]
    foot = footer(reading, cells, line="", notes=notes, counted=drawn)
    pairs = [(p.label, upwards.value(p.up)) for p in points if p.shown and p.up is not None]
    return finish(
        reading,
        body,
        cells,
        heading=heading(reading, title, subtitle(reading, text("scatter.subtitle")), foot),
        alt=alt_text(reading, title, pairs, chart="scatter"),
        data=_data(reading, upwards, points),
        n=int(sum(cell.n for cell in drawn)),
    )


def judged_words(reading: Reading) -> str:
    """Return what the shares of favourable judgements are shares of."""
    question = reading.study.codebook.questions.get(reading.study.roles.outcome)
    if question is not None and question.good_label:
        return reading.texts.label(question.good_label)
    return reading.texts.text("scatter.up")


def judged_by(reading: Reading, variable: str) -> Reading:
    """Return the shares of favourable judgements by district that the results publish."""
    outcome = reading.study.roles.outcome
    for name, table in reading.protected.tables.items():
        analysis = table.analysis
        plain = (
            analysis.verb == "proportion" and analysis.waves == "latest" and table.statistic == "proportion"
        )
        if plain and analysis.items == (outcome,) and variable in table.by:
            rest = [key for key in table.by if key != variable]
            cells = [c for c in cells_of(table) if all(c.get(key) == TOTAL for key in rest)]
            found = read(reading.protected, name, language=reading.texts.language)
            return found.only(replace(c, keys={"item": outcome, variable: c.get(variable)}) for c in cells)
    return reading.only(())


def _bare(cell: Cell) -> Cell:
    """Return a cell whose interval is not drawn."""
    return replace(cell, low=cell.estimate, high=cell.estimate)


def _correlation(reading: Reading, variable: str) -> list[str]:
    """Return the correlation of the points with how many they are, where it is published."""
    texts = reading.texts
    for table in reading.protected.tables.values():
        for effect in table.effects:
            one = difference(effect).cell
            if effect.name == CORRELATION and one.shown and variable in table.by:
                value, count = texts.number(one.estimate, 2), effect.about.get("districts", "")
                return [texts.text("scatter.correlation", value=value, count=count)]
    return []


def _data(reading: Reading, upwards: Reading, points: Sequence[_Point]) -> pd.DataFrame:
    parts = []
    for name, source, cells in (
        ("across", reading, [p.across for p in points]),
        ("up", upwards, [p.up for p in points if p.up is not None]),
    ):
        if cells:
            parts.append(source.data(cells).assign(axis=name))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
