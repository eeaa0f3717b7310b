"""A tile for each county area, grouped and coloured by the value of its district."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib import colormaps
from matplotlib.colors import to_hex

from barometri.disclosure.protected import TOTAL, Protected
from barometri.errors import StudyError
from barometri.figures.canvas import Canvas, line_height, width_of, wrap
from barometri.figures.chart import Chart
from barometri.figures.reading import Cell, Reading, read
from barometri.figures.sheet import KeyEntry
from barometri.figures.style import AXIS, GREY, INK, SOFT_INK, WHITE, Page, ink_on
from barometri.figures.wording import alt_text, contrast_title, finish, footer, heading, statistic, subtitle
from barometri.study.plan import Area

_GAP: Final = 0.03
_BORDER: Final = 2.2
_LEGEND_PITCH: Final = 0.46
_COLOURS: Final = "cividis"


@dataclass(frozen=True, slots=True)
class _Tiles:
    reading: Reading
    areas: tuple[Area, ...]
    values: Mapping[str, Cell]
    district: str

    def key(self, page: Page) -> Sequence[KeyEntry]:
        del page
        return ()

    def _size(self, page: Page) -> tuple[float, float]:
        """Return width and height of a tile."""
        if page.narrow:
            return page.inner / self._columns, 0.6
        return 1.05, 0.62

    @property
    def _columns(self) -> int:
        return max(tile[0] for tile in self._places.values()) + 1

    @property
    def _rows(self) -> int:
        return max(tile[1] for tile in self._places.values()) + 1

    @property
    def _places(self) -> dict[str, tuple[int, int]]:
        return {area.id: area.tile for area in self.areas if area.tile is not None}

    def height(self, page: Page) -> float:
        grid = self._rows * self._size(page)[1]
        listed = len(self.values) * _LEGEND_PITCH
        return grid + 0.2 + listed if page.narrow else max(grid, listed)

    def paint(self, canvas: Canvas, top: float) -> None:
        page = canvas.page
        width, height = self._size(page)
        for area in self.areas:
            if area.tile is not None:
                left, y = page.margin + area.tile[0] * width, top + area.tile[1] * height
                self._paint_tile(canvas, area, left, y)
        self._paint_borders(canvas, top)
        if page.narrow:
            self._paint_list(canvas, page.margin, top + self._rows * height + 0.2)
        else:
            listed = len(self.values) * _LEGEND_PITCH
            left = page.margin + self._columns * width + 0.55
            self._paint_list(canvas, left, top + (self.height(page) - listed) / 2)

    def _colour(self, cell: Cell) -> str:
        shown = [c.estimate for c in self.values.values() if c.shown]
        low, high = min(shown), max(shown)
        place = (cell.estimate - low) / (high - low) if high > low else 0.5
        return to_hex(colormaps[_COLOURS](1.0 - place)).upper()

    def _paint_tile(self, canvas: Canvas, area: Area, left: float, top: float) -> None:
        page = canvas.page
        width, height = self._size(page)
        cell = self.values.get(area.district)
        known = area.in_scope and cell is not None and cell.shown
        colour = self._colour(cell) if known and cell is not None else WHITE
        canvas.rectangle(
            left + _GAP / 2, top + _GAP / 2, width - _GAP, height - _GAP, colour=colour,
            edge="none" if known else AXIS, edge_width=0.8,
        )  # fmt: skip
        words = self.reading.texts.label(area.short or area.label)
        lines = list(wrap(words, page.small, width - _GAP - 0.04))
        size, ink = page.small, ink_on(colour)
        below: tuple[str, ...] = ()
        if not area.in_scope:
            words = self.reading.texts.text("words.not_concerned")
            below = wrap(words, size, width - _GAP - 0.04)
        hidden = area.in_scope and not known
        block = len(lines) + len(below) + hidden
        first = top + height / 2 - (block - 1) * line_height(size) / 2
        for i, line in enumerate([*lines, *below]):
            tone = ink if i < len(lines) else SOFT_INK
            y = first + i * line_height(size)
            canvas.text(left + width / 2, y, line, size=size, colour=tone, align="center")
        if hidden:
            y = first + len(lines) * line_height(size)
            canvas.hidden(left + width / 2, y, self.reading.hidden_mark, align="center")

    def _paint_borders(self, canvas: Canvas, top: float) -> None:
        """Draw a line wherever two neighbouring tiles belong to different districts."""
        page = canvas.page
        width, height = self._size(page)
        at = {area.tile: area.district for area in self.areas if area.tile is not None}
        for (column, row), district in at.items():
            x, y = page.margin + column * width, top + row * height
            if at.get((column + 1, row), district) != district:
                canvas.line([x + width] * 2, [y, y + height], colour=INK, width=_BORDER, layer=3)
            if at.get((column, row + 1), district) != district:
                canvas.line([x, x + width], [y + height] * 2, colour=INK, width=_BORDER, layer=3)

    def _paint_list(self, canvas: Canvas, left: float, top: float) -> None:
        page, reading = canvas.page, self.reading
        for i, (name, cell) in enumerate(self.values.items()):
            y = top + (i + 0.5) * _LEGEND_PITCH
            colour = self._colour(cell) if cell.shown else WHITE
            if name != TOTAL:
                edge = "none" if cell.shown else AXIS
                canvas.rectangle(left, y - 0.15, 0.3, 0.3, colour=colour, edge=edge, edge_width=0.8)
            label = reading.names.code(self.district, name)
            canvas.text(left + 0.4, y - 0.085, label, size=page.label, bold=name == TOTAL)
            if not cell.shown:
                canvas.hidden(left + 0.4, y + 0.085, reading.hidden_mark)
                continue
            value = reading.value(cell)
            canvas.text(left + 0.4, y + 0.085, value, size=page.value, bold=True)
            interval = f"({reading.texts.interval(cell.low, cell.high)}), {reading.texts.n(cell.n)}"
            x = left + 0.4 + width_of(value, page.value, bold=True) + 0.08
            canvas.text(x, y + 0.085, interval, size=page.small, colour=GREY)


def tiles(protected: Protected, table_id: str, *, language: str) -> Chart:
    """Draw the tile grid of the county areas, coloured by the value of their district.

    Parameters
    ----------
    protected
        Protected results of a study whose areas have tiles.
    table_id
        A table by district; of several classes the last one is drawn.
    language
        ``fi``, ``sv`` or ``en``.

    Raises
    ------
    StudyError
        When no area of the study has a tile.
    """
    reading = read(protected, table_id, language=language).latest()
    areas = tuple(area for area in reading.study.areas.areas if area.tile) if reading.study.areas else ()
    if not areas:
        message = (
            "areas.toml: no area has a tile; add tile = [column, row] to the areas or choose another chart."
        )
        raise StudyError(message)
    district = _district(reading)
    reading = reading.only(_one_share(reading, district))
    values = {name: c for name in reading.present(district) for c in reading.cells if c.get(district) == name}
    body = _Tiles(reading, areas, values, district)
    cells = list(values.values())
    one = _class_drawn(reading, cells)
    title = contrast_title(reading, cells, district, about=one[:1].upper() + one[1:])
    texts = reading.texts
    said = texts.text("subtitle.classes_of", name=texts.lowered(one)) if one else statistic(reading)
    pairs = [(reading.label(district, c, short=True), reading.value(c)) for c in cells if c.shown]
    notes = [
        reading.texts.text("footer.areas"),
        *(reading.texts.label(area.note) for area in areas if area.note),
    ]
    foot = footer(reading, cells, line="footer.brackets", notes=notes)
    return finish(
        reading,
        body,
        cells,
        heading=heading(reading, title, subtitle(reading, said), foot),
        alt=alt_text(reading, title, pairs),
    )


def _class_drawn(reading: Reading, cells: Sequence[Cell]) -> str:
    """Return the name of the class of a distribution that is drawn, empty where a share has no class."""
    drawn = next((cell for cell in cells if cell.get("category")), None)
    if drawn is None:
        return ""
    label = reading.label("category", drawn)
    counts = reading.table.analysis.verb == "number_of_models"
    return reading.texts.text("title.agreed_models", number=label) if counts else label


def _district(reading: Reading) -> str:
    role = reading.study.roles.district
    by = reading.table.by
    return role if role in by else by[0]


def _one_share(reading: Reading, district: str) -> list[Cell]:
    """Return one cell a district: the margins over other variables, the last class, the first item."""
    others = [name for name in reading.table.by if name != district]
    cells = [
        c
        for c in reading.cells
        if all(c.get(name) == TOTAL for name in others) and c.get("category") != "mean"
    ]
    items = dict.fromkeys(c.get("item") for c in cells)
    categories = dict.fromkeys(c.get("category") for c in cells)
    item, category = next(iter(items), ""), list(categories)[-1] if categories else ""
    return [c for c in cells if c.get("item") == item and c.get("category") == category]
