"""What a format's reader hands over: columns of numbers or of texts, and the file's own words.

Texts are kept as positions in a list of distinct texts, so that the child process passes numbers and short
JSON, and a file of a million cells stays small. Nothing here needs pandas.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.errors import FileError
from barometri.readers.text import LARGEST_EXACT, canonical, composed, count_misread, is_inexact

MAXIMUM_COLUMNS: Final = 5_000
MAXIMUM_CELLS: Final = 50_000_000

Cell = float | int | str | None


@dataclass(slots=True)
class Column:
    """One column: ``numbers`` (float64, NaN = empty), or ``positions`` (int32, -1 = empty) in ``levels``."""

    name: str
    numbers: npt.NDArray[np.float64] | None = None
    positions: npt.NDArray[np.int32] | None = None
    levels: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Content:
    """One file's columns and words; see ``RawFile`` for the fields."""

    columns: list[Column]
    variable_labels: dict[str, str] = field(default_factory=dict)
    value_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    user_missing: dict[str, list[tuple[float | str, float | str]]] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    encoding: str = ""
    separator: str = ""
    decimal: str = "."
    sheet: str = ""
    remarks: list[str] = field(default_factory=list)


class TextColumn:
    """Collects the texts of one column, each distinct text once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._known: dict[str, int] = {}
        self._positions = array("i")

    def append(self, text: str) -> None:
        """Add one cell; a cell of nothing but white space is empty."""
        if not text or text.isspace():
            self._positions.append(-1)
            return
        self._positions.append(self._known.setdefault(composed(text), len(self._known)))

    def column(self) -> Column:
        """Return what was collected."""
        positions = np.array(self._positions, dtype=np.int32)
        return Column(self.name, positions=positions, levels=list(self._known))


def column_of(name: str, cells: Iterable[Cell]) -> Column:
    """Return a column of numbers when every filled cell is a number, else of texts."""
    values = list(cells)
    if not any(isinstance(value, str) and value and not value.isspace() for value in values):
        numbers = [float("nan") if value is None or isinstance(value, str) else value for value in values]
        return Column(name, numbers=np.array(numbers, dtype=np.float64))
    texts = TextColumn(name)
    for value in values:
        empty = value is None or (isinstance(value, float) and np.isnan(value))
        texts.append("" if empty or value is None else canonical(value))
    return texts.column()


def check_shape(rows: int, columns: int, file: str) -> None:
    """Refuse what is larger than a survey; ``FileError`` says the limit."""
    if columns > MAXIMUM_COLUMNS:
        raise FileError(
            f"{file}: {columns} columns, at most {MAXIMUM_COLUMNS} are read. Export only the survey's "
            "columns.",
            code="E11",
        )
    if rows * columns > MAXIMUM_CELLS:
        raise FileError(
            f"{file}: more than {MAXIMUM_CELLS} cells. Export only the survey's rows.", code="E11"
        )


def check_names(names: Sequence[object], file: str) -> list[str]:
    """Return the column names, composed and stripped; empty or repeated ones are errors, told by position."""
    clean = [composed(str(name)).strip() if name is not None else "" for name in names]
    empty = [str(i) for i, name in enumerate(clean, 1) if not name]
    if empty:
        raise FileError(
            f"{file}, header: column {', '.join(empty[:5])} has no name. Name every column in the first row.",
            code="E20",
        )
    first = {name: i for i, name in reversed(list(enumerate(clean, 1)))}
    repeated = [str(i) for i, name in enumerate(clean, 1) if first[name] != i]
    if repeated:
        raise FileError(
            f"{file}, header: column {', '.join(repeated[:5])} repeats the name of an earlier one. "
            "Give every column its own name.",
            code="E21",
        )
    return clean


def check_exact(content: Content, file: str) -> None:
    """Refuse whole numbers that a binary file cannot hold exactly, as long ids stored as numbers."""
    for position, column in enumerate(content.columns, 1):
        if column.numbers is not None:
            size = np.abs(column.numbers)
            count = int(np.count_nonzero((size > LARGEST_EXACT) & np.isfinite(size)))
        else:
            count = 0 if content.separator else sum(map(is_inexact, column.levels))
        if count:
            raise FileError(
                f"{file}, column {position}: {count} numbers have more digits than are stored. Export the "
                "column as text.",
                code="E20",
            )


def check_texts(content: Content, file: str) -> None:
    """Refuse UTF-8 that was read as cp1252 and written back."""
    places = {
        "column names": [column.name for column in content.columns],
        "labels": [*content.variable_labels.values()]
        + [label for labels in content.value_labels.values() for label in labels.values()],
    } | {f"column {i}": column.levels for i, column in enumerate(content.columns, 1)}
    for place, texts in (places | content.places).items():
        if count := count_misread(texts):
            raise FileError(
                f"{file}, {place}: {count} texts are UTF-8 that was read in another encoding and saved. "
                "Export the file again as UTF-8, or declare its encoding in the wave's [format].",
                code="E12",
            )
