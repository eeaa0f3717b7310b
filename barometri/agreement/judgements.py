"""Who judged what: the judgements of a survey as arrays."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.aggregation import levels
from barometri.errors import OptionError
from barometri.estimation.numeric import numeric_values
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, repr=False)
class Judgements:
    """All judgements, one an entry.

    Parameters
    ----------
    at
        Judged unit of each, 0 to ``units`` - 1.
    row
        Respondent who made it.
    weight, code, value
        Weight, place among the categories, number.
    """

    at: IntArray
    row: IntArray
    weight: FloatArray
    code: IntArray
    value: FloatArray

    @property
    def units(self) -> int:
        """Number of judged units."""
        return int(self.at.max(initial=-1)) + 1

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sums of values over the judgements of each unit, shape (U,)."""
        return np.bincount(self.at, values, minlength=self.units).astype(np.float64)

    def paired(self) -> "Judgements":
        """Return the judgements of units that are judged more than once, renumbered."""
        kept = (np.bincount(self.at, minlength=self.units) > 1)[self.at]
        if not kept.any():
            raise OptionError("Nothing was judged twice, so agreement cannot be told.")
        at = np.unique(self.at[kept], return_inverse=True)[1].astype(np.int64)
        return Judgements(at, self.row[kept], self.weight[kept], self.code[kept], self.value[kept])


def inside(survey: Survey) -> npt.NDArray[np.bool_]:
    """Return the members of the survey's domain, shape (n,)."""
    return np.ones(len(survey.rows), dtype=np.bool_) if survey.mask is None else survey.mask


def categories_of(survey: Survey, items: Sequence[str]) -> "pd.Index[Any]":
    """Return the categories of all items in one order: the codebook's codes, else the sorted values."""
    found: set[Hashable] = {level.value for item in items for level in levels(survey, item)}
    return pd.Index(sorted(found, key=lambda value: (isinstance(value, str), value)), dtype=object)


def codes_of(survey: Survey, item: str, categories: "pd.Index[Any]") -> IntArray:
    """Return the place of each answer among the categories, -1 for missing, shape (n,)."""
    return np.asarray(categories.get_indexer(pd.Index(survey.values(item), dtype=object)), dtype=np.int64)


def judgements(survey: Survey, items: Sequence[str], unit: str | None, *, numeric: bool) -> Judgements:
    """Return the judgements: of their own case by rows, or of the unit they name."""
    rows = np.arange(len(survey.rows))
    at, taking_part = rows, inside(survey)
    if unit is not None:
        at = codes_of(survey, unit, categories_of(survey, (unit,)))
        taking_part = taking_part & (at >= 0)
    categories = pd.Index([0], dtype=object) if numeric else categories_of(survey, items)
    parts = []
    for item in items:
        value = numeric_values(survey, item) if numeric else np.zeros(len(rows))
        code = np.zeros(len(rows), dtype=np.int64) if numeric else codes_of(survey, item, categories)
        own = np.flatnonzero(taking_part & (code >= 0) & ~np.isnan(value))
        parts.append((at[own], own, code[own], value[own]))
    place, row, code, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    if not len(row):
        raise OptionError("Nobody answered, so agreement cannot be told.")
    numbered = np.unique(place, return_inverse=True)[1].astype(np.int64)
    return Judgements(numbered, row, survey.coded.weight[row], code, value)


def places(survey: Survey, judged: Judgements, cluster: str | None) -> IntArray:
    """Return the sampling unit of each judged unit: itself, or the cluster that it lies in."""
    if cluster is None:
        return np.arange(judged.units)
    codes = codes_of(survey, cluster, categories_of(survey, (cluster,)))[judged.row]
    place = np.zeros(judged.units, dtype=np.int64)
    place[judged.at] = codes
    if np.any(codes < 0) or np.any(place[judged.at] != codes):
        raise OptionError(f"Every unit must lie in one {cluster}; some lie in several or none.")
    return np.unique(place, return_inverse=True)[1].astype(np.int64)
