"""Title, subtitle, key, body and footer on one sheet: the frame that every chart shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from matplotlib.figure import Figure

from barometri.figures.canvas import Canvas, Dashes, balanced, line_height, width_of, wrap
from barometri.figures.style import GREY, INK, ORANGE, SOFT_INK, Page

LINE: Final = "line"
DASHED: Final = "dashed"
BOX: Final = "box"

_SWATCH: Final = 0.21
_GAP: Final = 0.28


@dataclass(frozen=True, slots=True)
class Heading:
    """The words around a drawing; ``notice`` is empty for real data."""

    title: str
    subtitle: str
    footer: str
    notice: str


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One entry of the key: a mark (a matplotlib marker, ``line``, ``dashed`` or ``box``) and its words."""

    shape: str
    colour: str
    label: str
    hollow: bool = False


class Body(Protocol):
    """The part of a chart between subtitle and footer."""

    def key(self, page: Page) -> Sequence[KeyEntry]:
        """Return the entries of the key."""

    def height(self, page: Page) -> float:
        """Return the height in inches."""

    def paint(self, canvas: Canvas, top: float) -> None:
        """Draw below ``top``."""


def compose(page: Page, heading: Heading, body: Body) -> Figure:
    """Return the figure of a heading and a body on a page."""
    title = balanced(heading.title, page.title, page.inner, bold=True)
    subtitle = wrap(heading.subtitle, page.subtitle, page.inner)
    key = _flow(body.key(page), page)
    footer = wrap(heading.footer, page.small, page.inner)
    notice = wrap(heading.notice, page.small, page.inner, bold=True) if heading.notice else ()
    heights = {
        "title": len(title) * line_height(page.title) + 0.04,
        "subtitle": len(subtitle) * line_height(page.subtitle) + 0.1,
        "key": len(key) * (line_height(page.label) + 0.05) + (0.12 if key else 0.0),
        "body": body.height(page),
        "footer": 0.14 + len(footer) * line_height(page.small),
        "notice": len(notice) * line_height(page.small) + (0.03 if notice else 0.0),
    }
    canvas = Canvas(page, sum(heights.values()) + 2 * page.margin)
    y = page.margin
    _block(canvas, y, title, size=page.title, colour=INK, bold=True)
    y += heights["title"]
    _block(canvas, y, subtitle, size=page.subtitle, colour=SOFT_INK)
    y += heights["subtitle"]
    _paint_key(canvas, y, key)
    y += heights["key"]
    body.paint(canvas, y)
    y += heights["body"] + 0.14
    _block(canvas, y, footer, size=page.small, colour=GREY)
    y += heights["footer"] - 0.14 + 0.03
    _block(canvas, y, notice, size=page.small, colour=ORANGE, bold=True)
    return canvas.figure


def _block(
    canvas: Canvas, top: float, lines: Sequence[str], *, size: float, colour: str, bold: bool = False
) -> None:
    for i, line in enumerate(lines):
        y = top + (i + 0.5) * line_height(size)
        canvas.text(canvas.page.margin, y, line, size=size, colour=colour, bold=bold)


def _flow(entries: Sequence[KeyEntry], page: Page) -> list[list[tuple[float, KeyEntry, tuple[str, ...]]]]:
    """Place the entries in rows; an entry wider than the page wraps into several lines of one row."""
    rows: list[list[tuple[float, KeyEntry, tuple[str, ...]]]] = []
    x = page.inner + 1
    for entry in entries:
        width = _SWATCH + width_of(entry.label, page.label)
        if x + width > page.inner:
            x = 0.0
            rows.append([])
        if width > page.inner:
            first, *rest = wrap(entry.label, page.label, page.inner - _SWATCH)
            rows[-1].append((0.0, entry, (first,)))
            rows.extend([[(0.0, KeyEntry("", entry.colour, line), (line,))] for line in rest])
        else:
            rows[-1].append((x, entry, (entry.label,)))
        x += width + _GAP
    return rows


def _paint_key(canvas: Canvas, top: float, rows: list[list[tuple[float, KeyEntry, tuple[str, ...]]]]) -> None:
    page = canvas.page
    for i, row in enumerate(rows):
        y = top + (i + 0.5) * (line_height(page.label) + 0.05)
        for x, entry, lines in row:
            left = page.margin + x
            swatch(canvas, left, y, entry)
            canvas.text(left + _SWATCH, y, lines[0], size=page.label, colour=INK)


def swatch(canvas: Canvas, left: float, y: float, entry: KeyEntry) -> None:
    """Draw the mark of a key entry."""
    if entry.shape in (LINE, DASHED):
        dashes: Dashes = "-" if entry.shape == LINE else "--"
        canvas.line([left, left + 0.155], [y, y], colour=entry.colour, width=1.6, dashes=dashes)
    elif entry.shape == BOX:
        canvas.rectangle(left, y - 0.06, 0.13, 0.12, colour=entry.colour, edge=INK)
    elif entry.shape:
        canvas.mark(left + 0.07, y, entry.shape, colour=entry.colour, hollow=entry.hollow)
