"""A report as blocks: what it says and in which order, before any file format."""

from dataclasses import dataclass, field

from barometri.figures.chart import Chart
from barometri.tables import Table


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text; no markup."""

    text: str


@dataclass(frozen=True, slots=True)
class FindingBlock:
    """A sentence with its number, interval and n, and the verdict in words."""

    id: str
    sentence: str
    verdict: str
    number: str
    interval: str
    n: str
    method: str


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """A chart with its data table."""

    chart: Chart
    table: Table


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table alone."""

    table: Table


Block = Paragraph | FindingBlock | FigureBlock | TableBlock


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its blocks."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole publication in one language."""

    language: str
    title: str
    subtitle: str
    notice: str
    published: str
    sections: tuple[Section, ...]
    footer: tuple[str, ...] = field(default_factory=tuple)
