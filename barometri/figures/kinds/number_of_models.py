"""A share by the number of agreed models: points with intervals, and the base under each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from barometri.disclosure.protected import SUPPRESSED, TOTAL, Protected, ProtectedEffect
from barometri.figures.canvas import Canvas, line_height, width_of, wrap
from barometri.figures.chart import Chart
from barometri.figures.differences import difference, held, judged_question
from barometri.figures.reading import Cell, Reading, read
from barometri.figures.scale import HIDDEN_AT, Scale, fit, paint_up
from barometri.figures.sheet import DASHED, LINE, KeyEntry
from barometri.figures.style import BLUE, GREY, INK, ORANGE, SOFT_INK, WHITE, Page
from barometri.figures.wording import alt_text, finish, footer, heading, statistic, subject, subtitle
from barometri.texts import NUMBER_OF_MODELS

_PLOT: Final = 2.6
_ABOVE: Final = 0.2
_MOST_LINES: Final = 2
PREDICTED: Final = "predicted_share"
_OBSERVED: Final = "observed"
_FITTED: Final = "fitted"


@dataclass(frozen=True, slots=True)
class _Columns:
    reading: Reading
    cells: tuple[Cell, ...]
    ids: tuple[str, ...]
    names: tuple[str, ...]
    whole: Cell | None
    axis: str
    fitted: Mapping[str, Cell]

    def key(self, page: Page) -> Sequence[KeyEntry]:
        del page
        text, entries = self.reading.texts.text, []
        if self.fitted:
            entries.append(KeyEntry("o", BLUE, text("words.observed_share")))
            entries.append(KeyEntry(LINE, ORANGE, text("words.fitted_share")))
        if self.whole is not None and self.whole.shown:
            words = f"{text('words.all_respondents')} {self.reading.value(self.whole)}"
            entries.append(KeyEntry(DASHED, GREY, words))
        return entries

    def _room(self, page: Page) -> float:
        return width_of(self.reading.texts.percent(1.0), page.small) + 0.12

    def _pitch(self, page: Page) -> float:
        return min((page.inner - self._room(page)) / len(self.cells), 1.9)

    def _labels(self, page: Page) -> list[tuple[str, ...]]:
        words = [wrap(name, page.label, self._pitch(page) - 0.08) for name in self.names]
        if max(len(lines) for lines in words) <= _MOST_LINES:
            return words
        return [(name,) for name in self.ids]

    def height(self, page: Page) -> float:
        lines = max(len(label) for label in self._labels(page))
        below = 0.12 + lines * line_height(page.label) + line_height(page.small)
        return _ABOVE + _PLOT + below + 0.06 + line_height(page.small)

    def paint(self, canvas: Canvas, top: float) -> None:
        page = canvas.page
        left, pitch = page.margin + self._room(page), self._pitch(page)
        right = left + pitch * len(self.cells)
        scale = self._scale(top)
        paint_up(canvas, self.reading, scale, left=left, right=right)
        if self.whole is not None and self.whole.shown:
            y = scale.at(self.whole.estimate)
            canvas.line([left, right], [y, y], colour=GREY, width=1.2, dashes="--", layer=1)
        self._paint_fitted(canvas, scale, left, pitch)
        labels = self._labels(page)
        lines = max(len(label) for label in labels)
        for i, (cell, label) in enumerate(zip(self.cells, labels, strict=True)):
            x = left + (i + 0.5) * pitch
            self._paint_cell(canvas, cell, x, scale)
            y = scale.start + 0.12
            for j, line in enumerate(label):
                canvas.text(x, y + (j + 0.5) * line_height(page.label), line, size=page.label, align="center")
            y += lines * line_height(page.label) + line_height(page.small) / 2
            mark = self.reading.hidden_mark
            n = (
                self.reading.texts.n(cell.n)
                if cell.shown
                else self.reading.texts.text("numbers.n", count=mark)
            )
            canvas.text(x, y, n + cell.flag, size=page.small, colour=SOFT_INK, align="center")
        y = top + self.height(page) - line_height(page.small) / 2
        canvas.text((left + right) / 2, y, self.axis, size=page.small, colour=SOFT_INK, align="center")

    def _scale(self, top: float) -> Scale:
        cells = [*self.cells, *self.fitted.values(), *([self.whole] if self.whole else [])]
        return fit(self.reading, cells, start=top + _ABOVE + _PLOT, end=top + _ABOVE, room=0.4)

    def _paint_fitted(self, canvas: Canvas, scale: Scale, left: float, pitch: float) -> None:
        """Draw the fitted shares as a line with the ribbon of their intervals, where neighbours are shown."""
        points = [(left + (i + 0.5) * pitch, self.fitted.get(name)) for i, name in enumerate(self.ids)]
        for (x, one), (next_x, other) in pairwise(points):
            if one is None or other is None or not (one.shown and other.shown):
                continue
            canvas.line(
                [x, next_x],
                [scale.at(one.estimate), scale.at(other.estimate)],
                colour=ORANGE,
                width=1.8,
                layer=2.4,
            )
            corners = [
                (x, scale.at(one.low)),
                (next_x, scale.at(other.low)),
                (next_x, scale.at(other.high)),
                (x, scale.at(one.high)),
            ]
            canvas.area(corners, colour=ORANGE, alpha=0.15, layer=1.2)

    def _paint_cell(self, canvas: Canvas, cell: Cell, x: float, scale: Scale) -> None:
        page = canvas.page
        if not cell.shown:
            canvas.hidden(x, scale.at(0) - HIDDEN_AT - 0.03, self.reading.hidden_mark, align="center")
            return
        if cell.high >= cell.low:
            canvas.line([x, x], [scale.at(cell.low), scale.at(cell.high)], colour=BLUE, width=2.6, layer=3)
        canvas.mark(x, scale.at(cell.estimate), "o", colour=BLUE, size=9)
        words = self.reading.value(cell)
        y = scale.at(max(cell.high, cell.estimate)) - 0.12
        width = width_of(words, page.value, bold=True)
        canvas.rectangle(x - width / 2 - 0.03, y - 0.07, width + 0.06, 0.14, colour=WHITE, layer=1.5)
        canvas.text(x, y, words, size=page.value, bold=True, colour=INK, align="center")


def cooperation_by_number_of_models(protected: Protected, table_id: str, *, language: str) -> Chart:
    """Draw a share by the number of agreed models, or how many models respondents report.

    Parameters
    ----------
    protected
        Protected results.
    table_id
        A table with ``number_of_models``, or with ``category`` holding the classes.
    language
        ``fi``, ``sv`` or ``en``.
    """
    reading = read(protected, table_id, language=language).latest()
    key = NUMBER_OF_MODELS if NUMBER_OF_MODELS in reading.table.keys else "category"
    rest = [name for name in reading.table.by if name != key]
    cells = [c for c in reading.cells if c.get(key) != "mean" and all(c.get(name) == TOTAL for name in rest)]
    whole = next((c for c in cells if c.get(key) == TOTAL), None)
    classes = [c for c in cells if c.get(key) != TOTAL]
    names = tuple(reading.names.number_class(c.get(key)) for c in classes)
    axis = reading.names.variable(NUMBER_OF_MODELS)
    ids = tuple(c.get(key) for c in classes)
    fitted = _fitted(reading, ids) if key == NUMBER_OF_MODELS else {}
    body = _Columns(reading, tuple(classes), ids, names, whole, axis, fitted)
    drawn = [*classes, *([whole] if whole is not None else [])]
    title = _title(reading, classes, names, associated=key == NUMBER_OF_MODELS)
    pairs = [(name, reading.value(c)) for name, c in zip(names, classes, strict=True) if c.shown]
    notes = [*_effects(reading), *(_fit_notes(reading) if fitted else [])]
    foot = footer(reading, drawn, line="footer.band", notes=notes)
    data = reading.data(drawn)
    if fitted:
        layers = [*[_OBSERVED] * len(drawn), *[_FITTED] * len(fitted)]
        data = reading.data([*drawn, *fitted.values()]).assign(layer=layers)
    return finish(
        reading,
        body,
        drawn,
        heading=heading(reading, title, subtitle(reading, statistic(reading)), foot),
        alt=alt_text(reading, title, pairs, chart="number_of_models"),
        data=data,
    )


def _fit(reading: Reading) -> tuple[ProtectedEffect, ...]:
    """Return the fitted shares from whichever table of the results holds them for this question."""
    item = reading.only_item or judged_question(reading)
    for table in (reading.table, *reading.protected.tables.values()):
        outcome = "".join(table.analysis.items) or reading.study.roles.outcome
        same = outcome == item and table.analysis.waves == reading.table.analysis.waves
        found = tuple(effect for effect in table.effects if effect.name == PREDICTED)
        if same and found:
            return found
    return ()


def _fitted(reading: Reading, ids: Sequence[str]) -> dict[str, Cell]:
    """Return the fitted shares by class."""
    item = {"item": reading.only_item} if reading.only_item else {}
    cells = [difference(effect).cell for effect in _fit(reading)]
    found = {cell.get(NUMBER_OF_MODELS): replace(cell, keys={**item, **cell.keys}) for cell in cells}
    return {name: found[name] for name in ids if name in found}


def _fit_notes(reading: Reading) -> list[str]:
    """Return what the line is and what it holds equal."""
    effects = _fit(reading)
    if not effects:
        return []
    return [reading.texts.text("footer.fitted"), *filter(None, [held(reading, effects[0].adjusted_for)])]


def _effects(reading: Reading) -> list[str]:
    """Return the association in words, where it is published."""
    texts = reading.texts
    return [
        texts.text(
            f"footer.{effect.name}",
            value=texts.number(effect.estimate, 2),
            interval=texts.range(effect.ci_low, effect.ci_high, 2),
        )
        for effect in reading.table.effects
        if effect.status != SUPPRESSED and not effect.adjusted_for and texts.has(f"footer.{effect.name}")
    ]


def _title(reading: Reading, cells: Sequence[Cell], names: Sequence[str], *, associated: bool) -> str:
    """Return the shares of the first and the last class: only when all are shown and the two are apart."""
    if not associated or len(cells) < 2 or not all(cell.shown for cell in cells):  # noqa: PLR2004
        return reading.default_title
    first, last = cells[0], cells[-1]
    if not (first.above(last) or last.above(first)):
        return reading.default_title
    return reading.texts.text(
        "title.classes",
        subject=subject(reading),
        low_class=reading.texts.lowered(names[0]),
        low=reading.value(first).rstrip("*"),
        high_class=reading.texts.lowered(names[-1]),
        high=reading.value(last).rstrip("*"),
    )
