"""What a respondent file holds, before anything is known of the study."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class UserMissing:
    """One range of values that the file itself declares missing; ``low == high`` is a single value."""

    low: float | str
    high: float | str

    def covers(self, value: float | str) -> bool:
        """Whether a value lies in the range."""
        if isinstance(self.low, str) or isinstance(self.high, str) or isinstance(value, str):
            return str(self.low) <= str(value) <= str(self.high)
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class RawFile:
    """A respondent file as read: every value exact, nothing recoded, nothing guessed missing.

    ``frame`` has the file's columns: float64 with NaN for an empty cell, or object with text and ``None``. A
    code that the file declares user-missing is still its code. ``value_labels`` are column -> value as text
    -> label. ``places`` are the remaining texts of the file by where they stand (file label, notes, sheet
    names).
    """

    path: Path
    frame: "pd.DataFrame"
    sha256: str
    variable_labels: Mapping[str, str] = field(default_factory=dict)
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    user_missing: Mapping[str, tuple[UserMissing, ...]] = field(default_factory=dict)
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    encoding: str = ""
    separator: str = ""
    decimal: str = "."
    sheet: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the file, as messages call it."""
        return self.path.name

    def position(self, column: str) -> int:
        """Place of a column in the file, counted from 1."""
        return list(self.frame.columns).index(column) + 1

    def __repr__(self) -> str:
        rows, columns = self.frame.shape
        return f"RawFile({self.name}: {rows} rows, {columns} columns)"
