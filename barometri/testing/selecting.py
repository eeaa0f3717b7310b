"""Who enters a test, and the two-way table of their answers."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from barometri.aggregation import levels
from barometri.errors import OptionError, check_option
from barometri.estimation import proportion, total
from barometri.inference.contingency import Table
from barometri.survey import Survey
from barometri.survey.coding import plain

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
DesignDf = Literal["answered", "asked"]
MOST_CELLS = 2500
CELL = "_cell"


@dataclass(frozen=True, slots=True)
class Crossed:
    """The two-way table of two variables.

    Parameters
    ----------
    table
        Weighted totals with their covariance, empty rows and columns left out.
    counts
        Unweighted numbers of people, of the same shape.
    rows, columns
        Names of the levels in their order.
    """

    table: Table
    counts: FloatArray
    rows: tuple[Hashable, ...]
    columns: tuple[Hashable, ...]

    @property
    def smallest(self) -> int:
        """People in the smallest row or column."""
        sides = np.concatenate([self.counts.sum(axis=1), self.counts.sum(axis=0)])
        return int(sides.min()) if sides.size else 0


def answered(survey: Survey, *names: str) -> Survey:
    """Return the domain of those who answered every one of the variables."""
    for name in names:
        survey = survey.domain(~survey[name].is_missing())
    return survey


def design_df(survey: Survey, *names: str, df: DesignDf) -> float:
    """Return units minus strata of those who answered, or of the survey's domain whoever answered."""
    check_option("df", df, get_args(DesignDf))
    inside = survey if df == "asked" else answered(survey, *names)
    return float(total(inside).frame["df"].iloc[0])


def cross(survey: Survey, rows: str, columns: str, *, df: DesignDf = "answered") -> Crossed:
    """Return the table of two variables in one pass, on any backend.

    Raises
    ------
    OptionError
        A variable of so many values that it makes no table.
    """
    if rows == columns:
        raise OptionError(f"A table needs two different variables; got {rows!r} twice.")
    shape = tuple(sum(level.present for level in levels(survey, name)) for name in (rows, columns))
    if np.prod(shape) > MOST_CELLS:
        raise OptionError(
            f"{rows} by {columns} has {shape[0]} x {shape[1]} cells; group the values of the longer one."
        )
    found = total(survey, by=[rows, columns])
    totals = found.frame["estimate"].to_numpy(dtype=np.float64).reshape(shape)
    covariance = found.covariance
    if survey.design.replicates is not None:
        covariance = _between_replicates(survey, rows, columns, shape) * totals.sum() ** 2
    counts = found.frame["n"].to_numpy(dtype=np.float64).reshape(shape)
    in_rows, in_columns = counts.sum(axis=1) > 0, counts.sum(axis=0) > 0
    cells = np.outer(in_rows, in_columns).ravel()
    kept = totals[in_rows][:, in_columns]
    table = Table(
        kept,
        covariance[np.ix_(cells, cells)],
        int(counts.sum()),
        design_df(survey, rows, columns, df=df),
    )
    return Crossed(
        table,
        counts[in_rows][:, in_columns],
        _names(survey, rows, in_rows),
        _names(survey, columns, in_columns),
    )


def _between_replicates(
    survey: Survey, rows: str, columns: str, shape: tuple[int, ...]
) -> npt.NDArray[np.float64]:
    """Return the covariance of the cells' shares between replicates, in which the total varies too."""
    inside, cell = crossed_cells(survey, rows, columns)
    found = proportion(inside.with_column(CELL, np.where(cell < 0, np.nan, cell)), CELL, categories="each")
    numbers = found.frame["category"].to_numpy(dtype=np.int64)
    result = np.zeros((int(np.prod(shape)), int(np.prod(shape))))
    result[np.ix_(numbers, numbers)] = found.covariance
    return result


def crossed_cells(survey: Survey, rows: str, columns: str) -> tuple[Survey, IntArray]:
    """Return those who answered both, and the cell of each respondent in memory: row by row, -1 outside.

    Cells are counted over the levels that are present, as in the covariance that `cross` begins with.
    """
    inside = answered(survey, rows, columns)
    cell = np.full(len(survey.coded.weight), -1, dtype=np.int64)
    members = np.flatnonzero(inside.mask) if inside.mask is not None else np.arange(len(cell))
    codes = np.zeros(len(members), dtype=np.int64)
    for name in (rows, columns):
        present = [level.value for level in levels(survey, name) if level.present]
        place = {value: number for number, value in enumerate(present)}
        distinct, at = np.unique(inside.values(name)[members], return_inverse=True)
        own = np.array([place[plain(value)] for value in distinct.tolist()], dtype=np.int64)
        codes = codes * len(present) + own[at]
    cell[members] = codes
    return inside, cell


def _names(survey: Survey, name: str, kept: npt.NDArray[np.bool_]) -> tuple[Hashable, ...]:
    found = [level.id for level in levels(survey, name) if level.present]
    return tuple(label for label, inside in zip(found, kept, strict=True) if inside)


def level_codes(survey: Survey, name: str) -> tuple[IntArray, tuple[Hashable, ...]]:
    """Return the answers of everybody in the domain of a survey in memory as positions of their levels.

    The domain must hold complete answers. Levels that nobody in the domain has are left out, so that the
    positions run without gaps.
    """
    inside = survey.mask
    values = survey.values(name) if inside is None else survey.values(name)[inside]
    distinct, place = np.unique(values, return_inverse=True)
    order = {level.value: number for number, level in enumerate(levels(survey, name))}
    known = [plain(value) for value in distinct.tolist()]
    rank = np.array([order[value] for value in known], dtype=np.int64)
    codes = np.argsort(np.argsort(rank))[place]
    named = tuple(known[position] for position in np.argsort(rank))
    return codes.astype(np.int64), named


def count_table(survey: Survey, rows: str, columns: str) -> tuple[FloatArray, tuple[Hashable, ...]]:
    """Return unweighted counts of two variables, one row a group, one column a distinct value; row values."""
    inside = answered(survey, rows, columns)
    a, names = level_codes(inside, rows)
    b, outcomes = level_codes(inside, columns)
    shape = (max(len(names), 1), max(len(outcomes), 1))
    flat = np.bincount(a * shape[1] + b, minlength=shape[0] * shape[1])
    return flat.reshape(shape).astype(np.float64), names
