"""Verbs of spread: the variance of a variable in the population, and the effective number of cases."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.errors import OptionError
from barometri.estimates import VALUE_COLUMNS, Estimates
from barometri.estimation.cells import make_cells
from barometri.estimation.computing import compute
from barometri.estimation.framing import DegreesOfFreedom
from barometri.estimation.numeric import cell_of_rows, numeric_values
from barometri.estimation.targets import people
from barometri.estimation.verbs import mean
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]


def population_variance(
    survey: Survey,
    items: str | Sequence[str],
    *,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    df: DegreesOfFreedom = "domain",
) -> Estimates:
    """Estimate the variance of numbers in the population.

    ``n / (n - 1) sum w (x - mean)² / sum w``, and its error as that of the mean of the squares: the mean
    itself may be taken as known, since the derivative by it is 0.

    Parameters
    ----------
    survey
        In memory; its domain limits who counts.
    items
        One variable or several.
    by
        Variables whose codes make cells.
    level, df
        As in `mean`.

    Returns
    -------
    Estimates
        In the squared unit of the variable; NaN in cells of one answer.

    Raises
    ------
    OptionError
        An unknown variable, or one that holds no numbers.
    DesignError
        The design gives no variance.

    Examples
    --------
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"x": [1.0, 2.0, 3.0]}), SurveyDesign(weight="equal"))
    >>> population_variance(survey, "x").frame["estimate"].tolist()
    [1.0]
    """
    names = (items,) if isinstance(items, str) else tuple(items)
    cells = make_cells(survey, by, margins=False)
    cell = cell_of_rows(survey, cells)
    weight, changed = survey.coded.weight, survey
    for name in names:
        squares = _squares(numeric_values(survey, name), weight, cell, len(cells.keys))
        changed = changed.with_column(f"_square_{name}", squares)
    found = mean(changed, [f"_square_{name}" for name in names], by=by, level=level, df=df)
    frame = found.frame.copy()
    frame["item"] = np.repeat(np.array(names, dtype=object), len(cells.keys))
    if isinstance(items, str):
        frame = frame.drop(columns="item")
    return replace(found, frame=frame, statistic="variance")


def _squares(values: FloatArray, weight: FloatArray, cell: npt.NDArray[np.int64], cells: int) -> FloatArray:
    """Squared deviations from the mean of the row's cell, scaled by n / (n - 1)."""
    known = ~np.isnan(values) & (cell >= 0)
    own, w, x = cell[known], weight[known], values[known]
    n = np.bincount(own, minlength=cells)
    size = np.bincount(own, w, minlength=cells)
    middle = np.bincount(own, w * x, minlength=cells) / np.where(size > 0, size, 1.0)
    scale = np.where(n > 1, n / np.maximum(n - 1, 1), np.nan)
    result = np.full(values.shape, np.nan)
    result[known] = scale[own] * (x - middle[own]) ** 2
    return result


def effective_size(survey: Survey, *, by: str | Sequence[str] | None = None) -> Estimates:
    """Kish's effective number of cases, ``(sum w)² / sum w²``: what unequal weights leave of n.

    Parameters
    ----------
    survey
        Its domain limits who counts.
    by
        Variables whose codes make cells.

    Returns
    -------
    Estimates
        The number in ``estimate``, without error or interval; ``counts`` holds ``deff_weights``, the
        design effect of the weights alone, ``n / estimate`` (Kish 1965, Survey Sampling, section 11.7).

    Raises
    ------
    OptionError
        An unknown variable.

    Examples
    --------
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"w": [1.0, 3.0]}), SurveyDesign(weight="w"))
    >>> effective_size(survey).frame["estimate"].tolist()
    [1.6]
    """
    cells = make_cells(survey, by, margins=False)
    found = compute(survey, [people()], cells)
    frame = pd.DataFrame(
        {name: [key[place] for key in cells.keys] for place, name in enumerate(cells.by)},
        index=pd.RangeIndex(len(cells.keys)),
    )
    nothing = np.full(len(frame), np.nan)
    n = found.n.astype(np.int64)
    values = (found.kish, nothing, nothing, nothing, n, found.n_weighted, found.df, ["kish"] * len(n))
    columns = {name: np.asarray(one) for name, one in zip(VALUE_COLUMNS, values, strict=True)}
    frame = frame.assign(**columns)
    with np.errstate(divide="ignore", invalid="ignore"):
        counts = pd.DataFrame({"k": nothing, "deff_weights": found.n / found.kish})
    covariance = np.full((len(frame), len(frame)), np.nan)
    if not len(frame):
        raise OptionError("effective_size found no cell with anybody in it.")
    return Estimates(
        frame, covariance, cells.by, "effective_size", found.sums.design.words, counts, survey.domain_text
    )
