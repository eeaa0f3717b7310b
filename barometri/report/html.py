"""The publication as one self-contained, accessible HTML page a language."""

import base64
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import font_lato
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from barometri.figures.saving import content
from barometri.report.document import Block, FigureBlock, FindingBlock, Report, Section, TableBlock
from barometri.tables import Table
from barometri.texts import read_texts

_WEIGHTS: Final = {400: "Regular", 700: "Bold"}
_LONG: Final = 20
"""Tables of more rows are opened by the reader, those under headings excepted."""
_NUMBER: Final = re.compile(r"[-+−<–.*\s]*[\d.–]|–$")


@dataclass(frozen=True, slots=True)
class _PageTable:
    """A table with the positions of its columns of numbers."""

    id: str
    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row_headers: int
    notes: tuple[str, ...]
    numeric: frozenset[int]
    spans: tuple[int, ...]
    groups: tuple[str, ...]
    long: bool


@dataclass(frozen=True, slots=True)
class _PageFigure:
    """A figure as pieces of markup; ``drawn_title`` where the drawing itself bears the heading's words."""

    kind: str
    id: str
    number: int
    title: str
    drawn_title: bool
    wide: Markup
    narrow: Markup
    table: _PageTable
    csv: str


def render(report: Report) -> str:
    """Return the page of a report: no script, no request to any network, the same bytes on every run.

    Parameters
    ----------
    report
        The publication in one language.

    Returns
    -------
    str
        An HTML document with its style, fonts, figures (a wide and a narrow drawing each), data tables and
        CSV files inside.
    """
    texts = read_texts(report.language)
    template = _environment().get_template("report.html.j2")
    numbers = {block.chart.id: position for position, block in enumerate(_figures(report), start=1)}
    page = template.render(
        report=report,
        sections=[_section(section, numbers) for section in report.sections],
        words=texts.text,
        style=Markup(_style()),  # noqa: S704 - a resource of this package
        fonts=Markup(_fonts()),  # noqa: S704 - base64
    )
    return page.rstrip() + "\n"


def _figures(report: Report) -> list[FigureBlock]:
    return [
        block for section in report.sections for block in section.blocks if isinstance(block, FigureBlock)
    ]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("barometri", "resources/templates"), autoescape=True, undefined=StrictUndefined
    )


@cache
def _style() -> str:
    return files("barometri").joinpath("resources/style/report.css").read_text(encoding="utf-8").strip()


@cache
def _fonts() -> str:
    """Return the font whole, as rules that need no request."""
    folder = Path(font_lato.__file__).parent / "files"
    rules = []
    for weight, name in _WEIGHTS.items():
        data = base64.b64encode((folder / f"Lato-{name}.ttf").read_bytes()).decode("ascii")
        rules.append(
            f'@font-face {{ font-family: "Lato"; font-weight: {weight}; font-display: block; '
            f'src: url("data:font/ttf;base64,{data}") format("truetype"); }}'
        )
    return "\n".join(rules)


def _section(section: Section, numbers: dict[str, int]) -> dict[str, object]:
    blocks: list[object] = []
    for block in section.blocks:
        if isinstance(block, FindingBlock):
            if not (blocks and isinstance(blocks[-1], dict) and blocks[-1]["kind"] == "Findings"):
                blocks.append({"kind": "Findings", "cards": []})
            blocks[-1]["cards"].append(_card(block, numbers))  # type: ignore[index]
        else:
            blocks.append(_block(block, numbers))
    prose = not any(isinstance(block, (FigureBlock, FindingBlock)) for block in section.blocks)
    return {"id": section.id, "title": section.title, "blocks": blocks, "prose": prose}


def _card(block: FindingBlock, numbers: dict[str, int]) -> dict[str, object]:
    """Return a claim with its small table and the number of the figure that shows it."""
    fields = {name: getattr(block, name) for name in block.__slots__}
    return {
        **fields,
        "table": None if block.table is None else _table(block.table),
        "figure": block.figure if block.figure in numbers else "",
        "number_of_figure": numbers.get(block.figure, 0),
    }


def _block(block: Block, numbers: dict[str, int]) -> object:
    match block:
        case FigureBlock():
            return _figure(block, numbers)
        case TableBlock(table=table):
            return {"kind": "TableBlock", "table": _table(table)}
        case _:
            fields = {name: getattr(block, name) for name in block.__slots__}
            return {"kind": type(block).__name__, **fields}


def _figure(block: FigureBlock, numbers: dict[str, int]) -> _PageFigure:
    chart = block.chart
    data = base64.b64encode(content(chart, "csv")).decode("ascii")
    return _PageFigure(
        kind="FigureBlock",
        id=chart.id,
        number=numbers[chart.id],
        title=block.title or chart.title,
        drawn_title=(block.title or chart.title) == chart.title,
        wide=Markup(chart.svg("wide")),  # noqa: S704 - drawn here; its texts are escaped there
        narrow=Markup(chart.svg("narrow")),  # noqa: S704 - as above
        table=_table(block.table),
        csv=f"data:text/csv;charset=utf-8;base64,{data}",
    )


def _table(table: Table) -> _PageTable:
    numeric = frozenset(
        column
        for column in range(table.row_headers, len(table.headers))
        if all(_NUMBER.match(row[column]) for row in table.rows if row[column])
    )
    return _PageTable(
        id=table.id,
        title=table.title,
        headers=table.headers,
        rows=table.rows,
        row_headers=table.row_headers,
        notes=table.notes,
        numeric=numeric,
        spans=_spans(table),
        groups=_groups(table),
        long=len(table.rows) > _LONG and not table.groups,
    )


def _groups(table: Table) -> tuple[str, ...]:
    """Return the heading above each row; empty where the one above holds on."""
    before = ("", *table.groups)
    return tuple("" if group == above else group for group, above in zip(table.groups, before, strict=False))


def _spans(table: Table) -> tuple[int, ...]:
    """Return how many rows the first cell of each row stands for; 0 where the one above stands for it."""
    if table.row_headers < 2:  # noqa: PLR2004 - a lone header belongs to its row
        return (1,) * len(table.rows)
    spans = [0] * len(table.rows)
    first = 0
    for position, row in enumerate(table.rows):
        if row[0] != table.rows[first][0]:
            first = position
        spans[first] += 1
    return tuple(spans)
