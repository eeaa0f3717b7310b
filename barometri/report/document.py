"""A report as blocks: what it says and in which order, before any file format."""

from dataclasses import dataclass
from datetime import date

from barometri.figures.chart import Chart
from barometri.tables import Table


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text; no markup."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Pairs of a term and what it means."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FindingBlock:
    """A sentence with its number, interval and n, and the verdict in words.

    ``kind`` is the verdict without a language, ``detail`` the shares behind a difference, ``reason`` why
    there is no verdict, ``level`` what the interval is, ``power`` what is read before the verdict, ``figure``
    the id of the chart that shows it, ``table`` the numbers under it.
    """

    id: str
    sentence: str
    verdict: str
    number: str
    interval: str
    n: str
    method: str
    kind: str = ""
    detail: str = ""
    reason: str = ""
    level: str = ""
    power: str = ""
    figure: str = ""
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """A chart with its data table; ``title`` names the topic, the chart's own title says the finding."""

    chart: Chart
    table: Table
    title: str = ""


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table alone."""

    table: Table


Block = Paragraph | Heading | Terms | FindingBlock | FigureBlock | TableBlock


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its blocks."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole publication in one language.

    ``id`` names its files, for instance ``demo_2021_fi``; ``languages`` lists the languages published beside
    each other; ``day`` is the study's day of publication, the only date that files carry.
    """

    language: str
    title: str
    subtitle: str
    notice: str
    published: str
    sections: tuple[Section, ...]
    footer: tuple[str, ...] = ()
    id: str = ""
    languages: tuple[str, ...] = ()
    day: date = date.min
