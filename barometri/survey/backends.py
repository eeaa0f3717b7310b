"""Values and comparisons of a frame's columns, in memory and on lazy frames."""

import operator
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.errors import OptionError
from barometri.study.codes import LARGEST_MISSING
from barometri.survey.columns import Answer, Operator

BoolArray = npt.NDArray[np.bool_]
FEW = 8
COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def column_values(frame: "nw.DataFrame[Any]", name: str) -> npt.NDArray[Any]:
    """Return a column as an array: numbers as they are (floats when some are empty), the rest as objects."""
    series = frame[name]
    plain = isinstance(
        getattr(series.to_native(), "dtype", None), np.dtype
    )  # numpy's integers are never empty
    whole = series.dtype.is_numeric() and not series.dtype.is_float()
    if whole and not plain and series.null_count() > 0:
        series = series.cast(nw.Float64)
    values = np.asarray(series.to_numpy())
    return values if values.dtype.kind in "biuf" else values.astype(object)


def with_values(frame: "nw.DataFrame[Any]", name: str, values: npt.NDArray[Any]) -> "nw.DataFrame[Any]":
    """Return the frame in memory with one more column, or one replaced; the other columns are shared."""
    native = nw.to_native(frame)
    if not isinstance(native, pd.DataFrame):
        return frame.with_columns(nw.new_series(name, values, backend=frame.implementation))
    changed = native.copy(deep=False)
    with warnings.catch_warnings():  # many single columns are meant
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        changed[name] = values
    return nw.from_native(changed)


def collect(frame: "nw.LazyFrame[Any]") -> dict[str, npt.NDArray[Any]]:
    """Return the columns of a small lazy result (DuckDB without pyarrow, which the core does not have)."""
    native = nw.to_native(frame)
    fetch = getattr(native, "fetchnumpy", None)
    if fetch is None:
        table = frame.collect()
        return {name: column_values(table, name) for name in table.columns}
    found: dict[str, npt.NDArray[Any]] = {}
    for name, values in fetch().items():
        found[name] = _filled(values) if isinstance(values, np.ma.MaskedArray) else np.asarray(values)
    return found


def _filled(values: "np.ma.MaskedArray[Any, Any]") -> npt.NDArray[Any]:
    """Return a masked array with what is empty as NaN or None."""
    if values.dtype.kind in "iuf":
        return np.asarray(np.ma.filled(values.astype(np.float64), np.nan))
    return np.asarray(np.ma.filled(values.astype(object), None))


def is_empty(values: npt.NDArray[Any]) -> BoolArray:
    """Return where an array holds no value, shape (n,)."""
    if values.dtype.kind == "f":
        return np.asarray(np.isnan(values))
    if values.dtype.kind == "O":
        return np.fromiter((v is None or v != v for v in values), np.bool_, len(values))  # noqa: PLR0124
    return np.zeros(values.shape, dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class ArrayReader:
    """Compares columns in memory; ``coded`` says whether a variable uses the reserved missing codes."""

    read: Callable[[str], npt.NDArray[Any]]
    coded: Callable[[str], bool]

    def compare(self, name: str, sign: Operator, values: Sequence[Answer]) -> BoolArray:
        """Return where the comparison holds."""
        found = self.read(name)
        try:
            if sign == "in":
                return reduce(operator.or_, (np.asarray(found == value, dtype=np.bool_) for value in values))
            known = ~is_empty(found)
            result = np.zeros(found.shape, dtype=np.bool_)
            result[known] = np.asarray(COMPARISONS[sign](found[known], values[0]), dtype=np.bool_)
        except TypeError:
            raise OptionError(f"{name} cannot be compared by {sign} with {values[0]!r}.") from None
        return result

    def missing(self, name: str, reason: int | None) -> BoolArray:
        """Return where the answer is missing."""
        found = self.read(name)
        if not self.coded(name):
            return is_empty(found) if reason is None else np.zeros(found.shape, dtype=np.bool_)
        return np.asarray(found <= LARGEST_MISSING if reason is None else found == reason, dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class LazyReader:
    """The same comparisons as expressions for a lazy frame."""

    schema: Mapping[str, nw.dtypes.DType]
    coded: Callable[[str], bool]

    def compare(self, name: str, sign: Operator, values: Sequence[Answer]) -> nw.Expr:
        """Return the expression of the comparison; empty is not true."""
        column = nw.col(name)
        if sign == "in" and len(values) <= FEW:  # a list is searched for each row, at ten times the cost
            found = reduce(operator.or_, (column == value for value in values))
        else:
            found = column.is_in(list(values)) if sign == "in" else COMPARISONS[sign](column, values[0])
        return nw.when(self._empty(name)).then(nw.lit(value=False)).otherwise(found)

    def missing(self, name: str, reason: int | None) -> nw.Expr:
        """Return the expression of a missing answer."""
        if not self.coded(name):
            return self._empty(name) if reason is None else nw.lit(value=False)
        column = nw.col(name)
        return column <= LARGEST_MISSING if reason is None else column == reason

    def _empty(self, name: str) -> nw.Expr:
        column = nw.col(name)
        return column.is_null() | column.is_nan() if self.schema[name].is_float() else column.is_null()
