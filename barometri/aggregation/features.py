"""Measures as the pass in memory reads them: states from integer codes, and values that are added."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from barometri.aggregation.levels import Coded, canonical, coded, kept
from barometri.aggregation.sums import Measure
from barometri.errors import OptionError, ValidationError
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Rows = slice | IntArray
FEW, GLANCE = 16, 1000  # distinct numbers that are counted instead of added, and where to look for more
NO_CODES = np.zeros(0, dtype=np.int8)


@dataclass(frozen=True, slots=True, repr=False)
class Feature:
    """One measure by row, in canonical order.

    Parameters
    ----------
    states
        Number of disjoint states; 0 is outside the base, then 1, 2, ...
    table
        State of each code, the last entry that of code -1; empty where values are read.
    codes
        Code of each row, shape (n,).
    columns, names, centres
        Numbers of each row, NaN where missing; their variables, and what is subtracted from them.
    turn
        Value and base of each state where few numbers are counted as states, shape (S, 2); else none.
    """

    states: int
    table: IntArray
    codes: npt.NDArray[np.signedinteger]
    columns: tuple[FloatArray, ...] = ()
    names: tuple[str, ...] = ()
    centres: tuple[float, ...] = ()
    turn: FloatArray | None = None

    @property
    def width(self) -> int:
        """Number of features that come out."""
        return self.states + len(self.columns) if self.turn is None else self.turn.shape[1]

    def read(self, rows: Rows, size: int) -> tuple[IntArray | int, tuple[FloatArray, ...]]:
        """Return state and values (zero outside the base) of some rows; one state where all have it."""
        if len(self.table):
            return self.table[self.codes[rows]], ()
        if not self.columns:
            return 1, ()
        base, taken = np.ones(size, dtype=np.bool_), [column[rows] for column in self.columns]
        for column in taken:
            base &= ~np.isnan(column)
        values = (np.where(base, column - c, 0.0) for column, c in zip(taken, self.centres, strict=True))
        return base.astype(np.int64), tuple(values)


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """Some rows: weight, its square, number of the pair, and the measures."""

    weight: FloatArray
    squared: FloatArray
    pair: IntArray
    measures: Sequence[tuple[IntArray | int, tuple[FloatArray, ...]]]


def make_feature(survey: Survey, measure: Measure) -> Feature:
    """Return a measure of a survey in memory."""
    if measure.is_coded:
        found = coded(survey, measure.variables[0])
        table = np.zeros(len(found.values) + 1, dtype=np.int64)
        for number, values in enumerate(measure.states, start=1):
            for place, value in enumerate(found.values):
                if value in values:
                    table[place] = number
        return Feature(len(measure.states), table, found.codes)
    few = few_numbers(survey, measure.variables[0]) if len(measure.variables) == 1 else None
    if few is not None and few.values:
        apart = np.array([_number(value) for value in few.values]) - measure.centres[0]
        table = np.append(np.arange(1, len(apart) + 1), 0)
        turn = np.stack([np.ones(len(apart)), apart], axis=1)
        return Feature(len(apart), table, few.codes, turn=turn)
    columns = tuple(numbers(survey, name) for name in measure.variables)
    return Feature(1, np.zeros(0, dtype=np.int64), NO_CODES, columns, measure.variables, measure.centres)


def few_numbers(survey: Survey, name: str) -> Coded | None:
    """Return a measured variable as codes when it has few distinct values, looked up once."""

    def look() -> Coded | None:
        values = survey.values(name)
        if values.dtype.kind not in "biuf" or len(np.unique(values[:GLANCE])) > FEW:
            return None
        found = coded(survey, name)
        if len(found.values) > FEW or not np.isfinite([_number(value) for value in found.values]).all():
            return None
        return found

    return kept(survey, f"few:{name}", look)


def numbers(survey: Survey, name: str) -> FloatArray:
    """Return the values of a measured variable in canonical order, NaN where missing."""

    def read() -> FloatArray:
        values = survey.values(name)
        if values.dtype.kind == "O":
            raise OptionError(f"{name} holds text; a mean, total or ratio needs numbers. Use proportion.")
        exact = values.astype(np.float64)
        if np.any(np.isinf(exact)):
            raise ValidationError(f"{name} holds infinite values; correct them or make them missing.")
        return exact[canonical(survey).order]

    return kept(survey, f"numbers:{name}", read)


def centre_in_memory(survey: Survey, name: str) -> float:
    """Return the median of a measured variable, looked up once; 0 when nobody answered."""

    def middle() -> float:
        few = few_numbers(survey, name)
        if few is not None and few.values:
            cases = np.cumsum(np.bincount(few.codes[few.codes >= 0], minlength=len(few.values)))
            return _number(few.values[int(np.searchsorted(cases, cases[-1] / 2))])
        values = numbers(survey, name)
        known = values[~np.isnan(values)]
        return float(np.median(known)) if len(known) else 0.0

    return kept(survey, f"centre:{name}", middle)


def _number(value: Hashable) -> float:
    return float(value) if isinstance(value, (int, float)) else np.nan
