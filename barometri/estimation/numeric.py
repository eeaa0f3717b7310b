"""Numbers by row, and the cell that each row lies in: for statistics that no sums carry."""

import numpy as np
import numpy.typing as npt

from barometri.aggregation.features import numbers
from barometri.estimation.cells import Cells
from barometri.study.codes import LARGEST_MISSING
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]


def numeric_values(survey: Survey, item: str) -> FloatArray:
    """Return numbers, or the code values of a question, by row; NaN for every kind of missing answer."""
    if survey.is_coded(item):
        codes = np.asarray(survey.values(item), dtype=np.float64)
        return np.where(codes > LARGEST_MISSING, codes, np.nan)
    numbers(survey, item)  # refuses what holds no numbers
    return np.asarray(survey.values(item), dtype=np.float64)


def cell_of_rows(survey: Survey, cells: Cells) -> npt.NDArray[np.int64]:
    """Return the cell of each row of a survey in memory, shape (n,); -1 outside the domain or all cells."""
    inside = np.ones(len(survey.rows), dtype=np.bool_) if survey.mask is None else survey.mask
    cell = np.full(len(inside), -1, dtype=np.int64)
    columns = [survey.values(name) for name in cells.by]
    for place, codes in enumerate(cells.codes):
        own = inside.copy()
        for column, code, values in zip(columns, codes, cells.values, strict=True):
            own &= column == values[code]
        cell[own] = place
    return cell
