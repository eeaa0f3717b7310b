"""A protected table as cells with their names, in codebook order: what every figure starts from."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from barometri.disclosure.protected import (
    SMALL_BASE,
    SUPPRESSED,
    TOTAL,
    UNRELIABLE,
    Protected,
    ProtectedTable,
)
from barometri.errors import OptionError
from barometri.study.study import Study
from barometri.texts import Names, Texts, read_texts

_FLAGS: Final = {SMALL_BASE: "*", UNRELIABLE: "**"}
_SHARES: Final = ("proportion",)


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of a protected table: numbers are NaN when it is suppressed."""

    keys: Mapping[str, str]
    estimate: float
    low: float
    high: float
    n: float
    n_weighted: float
    status: str
    mark: str

    @property
    def shown(self) -> bool:
        """Whether its numbers may be drawn."""
        return self.status != SUPPRESSED and not math.isnan(self.estimate)

    @property
    def flag(self) -> str:
        """The asterisks of a small base."""
        return _FLAGS.get(self.status, "")

    def above(self, other: "Cell") -> bool:
        """Whether the whole interval lies above the other cell's."""
        return self.shown and other.shown and self.low > other.high

    def get(self, key: str) -> str:
        """Return the code id of a key column, empty where the table lacks the column."""
        return self.keys.get(key, "")


@dataclass(frozen=True, slots=True)
class Reading:
    """A protected table, its cells and the words of a language."""

    protected: Protected
    table: ProtectedTable
    id: str
    texts: Texts
    names: Names
    cells: tuple[Cell, ...]

    @property
    def study(self) -> Study:
        """The study."""
        return self.protected.study

    @property
    def hidden_mark(self) -> str:
        """The mark of a suppressed record."""
        return self.study.disclosure.mark

    @property
    def is_share(self) -> bool:
        """Whether estimates are proportions."""
        return self.table.statistic in _SHARES

    def value(self, cell: Cell) -> str:
        """Return the number of a shown cell as text, with its flag."""
        texts = self.texts
        number = texts.percent(cell.estimate) if self.is_share else texts.number(cell.estimate, 1)
        return number + cell.flag

    def tick(self, value: float) -> str:
        """Return the number at a tick of an axis."""
        return (
            self.texts.percent(value)
            if self.is_share
            else self.texts.number(value, 0 if value % 1 == 0 else 1)
        )

    def present(self, key: str) -> tuple[str, ...]:
        """Return the code ids of a key column in codebook order, the margin last."""
        return self.ordered(key, (cell.get(key) for cell in self.cells))

    def ordered(self, key: str, present: Iterable[str]) -> tuple[str, ...]:
        """Return distinct code ids in codebook order; unknown ids keep their place in the table."""
        found = list(dict.fromkeys(name for name in present if name))
        place = {name: i for i, name in enumerate(self._codebook_order(key))}
        last = len(place) + len(found)
        return tuple(sorted(found, key=lambda name: (name == TOTAL, place.get(name, last))))

    def _codebook_order(self, key: str) -> list[str]:
        study = self.study
        if key == "item":
            return [*(model.id for model in study.models), *study.codebook.questions]
        if key == "category":
            items = dict.fromkeys(cell.get("item") for cell in self.cells)
            names = [*items, *self.table.analysis.items]
            questions = [study.codebook.questions[i] for i in names if i in study.codebook]
            return list(dict.fromkeys(code.id for question in questions for code in question.codes))
        if key in study.codebook:
            return [code.id for code in study.question(key).codes]
        return []

    def label(self, key: str, cell: Cell, *, short: bool = False) -> str:
        """Return the label of one key of a cell."""
        name = cell.get(key)
        if key == "item":
            return self.names.item(name, short=short)
        if key == "category":
            return self.names.category(cell.get("item") or self.only_item, name, short=short)
        return self.names.code(key, name, short=short)

    @property
    def only_item(self) -> str:
        """The question of a table of one question, else empty."""
        items = self.present("item") or self.table.analysis.items
        return items[0] if len(items) == 1 else ""

    @property
    def default_title(self) -> str:
        """The study's own title of the analysis, or the chart's."""
        title = self.texts.label(self.table.analysis.title)
        return title or self.texts.text(f"default_title.{self.table.analysis.chart}")

    def latest(self) -> "Reading":
        """Return the reading of the publication year where the table holds several waves."""
        waves = {cell.get("wave") for cell in self.cells}
        if len(waves) < 2:  # noqa: PLR2004 - one wave
            return self
        return self.only(cell for cell in self.cells if cell.get("wave") == str(self.protected.wave))

    def only(self, cells: Iterable[Cell]) -> "Reading":
        """Return the same reading with some of its cells."""
        return Reading(self.protected, self.table, self.id, self.texts, self.names, tuple(cells))

    def data(self, cells: Iterable[Cell]) -> pd.DataFrame:
        """Return what was drawn: code ids, labels and rounded numbers."""
        rows = []
        for cell in cells:
            row: dict[str, object] = {}
            for key in cell.keys:
                row[key] = cell.get(key)
                row[f"{key}_label"] = self.label(key, cell)
            numbers = {"estimate": cell.estimate, "ci_low": cell.low, "ci_high": cell.high, "n": cell.n}
            rows.append(
                {**row, **numbers, "n_weighted": cell.n_weighted, "status": cell.status, "mark": cell.mark}
            )
        return pd.DataFrame(rows)


def read(protected: Protected, table_id: str, *, language: str) -> Reading:
    """Read a table of the protected results.

    Raises
    ------
    OptionError
        When there is no such table, or no such language.
    """
    if table_id not in protected.tables:
        known = ", ".join(protected.tables) or "none"
        message = f"table_id must be a table of the results ({known}); got {table_id!r}."
        raise OptionError(message)
    table = protected.tables[table_id]
    texts = read_texts(language)
    names = Names(protected.study, texts, protected.wave)
    return Reading(protected, table, table_id, texts, names, cells_of(table))


def cells_of(table: ProtectedTable) -> tuple[Cell, ...]:
    """Return the rows of a protected table."""
    keys = table.keys
    return tuple(
        Cell(
            keys={key: str(record[key]) for key in keys},
            estimate=float(record["estimate"]),
            low=float(record["ci_low"]),
            high=float(record["ci_high"]),
            n=float(record["n"]),
            n_weighted=float(record["n_weighted"]),
            status=str(record["status"]),
            mark=str(record["mark"]),
        )
        for record in table.frame.to_dict("records")
    )


def companion(reading: Reading, item: str, by: tuple[str, ...]) -> tuple[Cell, ...]:
    """Return the cells of one question by some variables from whichever table of the results holds them."""
    for table in reading.protected.tables.values():
        if table.analysis.verb == "proportion" and table.by == by and table.analysis.waves == "latest":
            found = [c for c in cells_of(table) if (c.get("item") or "".join(table.analysis.items)) == item]
            if found and not any(c.get("category") for c in found):
                return tuple(found)
    return ()


def favourable(reading: Reading, answer: Cell) -> float:
    """Return the favourable share of one row of a distribution, as another table of the results publishes it.

    The same people in the same year: the variables of this table agree, all others are at their margin, and
    the base is the same. NaN where no table holds it.
    """
    own = set(reading.table.by)
    item = answer.get("item") or reading.only_item
    for table in reading.protected.tables.values():
        analysis = table.analysis
        if analysis.verb != "proportion" or analysis.waves != "latest" or not own <= set(table.by):
            continue
        for cell in cells_of(table):
            same = all(cell.get(key) == (answer.get(key) if key in own else TOTAL) for key in table.by)
            named = (cell.get("item") or "".join(analysis.items)) == item and not cell.get("category")
            if same and named and cell.shown and cell.n == answer.n:
                return cell.estimate
    return math.nan


def is_aside(reading: Reading, name: str) -> bool:
    """Whether an answer stands beside the others: a reason for no answer."""
    if reading.texts.has(f"reason.{name}"):
        return True
    items = reading.present("item") or reading.table.analysis.items
    questions = [reading.study.codebook.questions.get(item) for item in items]
    codes = [code for question in questions if question is not None for code in question.codes]
    return any(code.id == name and code.missing is not None for code in codes)
