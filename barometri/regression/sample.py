"""Rows that a fit uses, compressed: respondents who share unit, covariates and outcome become one record.

Newton's method and the sandwich then run on patterns. Variables with many values keep every respondent as a
record of his own; the code after this module is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.aggregation.levels import canonical
from barometri.errors import DesignError, OptionError
from barometri.inference.records import RecordStage
from barometri.inference.sandwich import Respondents
from barometri.regression.variables import Variable
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
DENSE = 4  # a table of all combinations may outnumber the rows by this


@dataclass(frozen=True, slots=True, repr=False)
class Sample:
    """Respondents with an answer to every variable of a formula.

    Parameters
    ----------
    frame
        Covariates by pattern, P rows: categoricals with the levels that occur, and numbers.
    pattern, outcome, weight
        Of each cell (pattern and outcome), shape (R,): pattern, outcome as a number, sum of weights.
    cell
        Cell of each record, shape (D,).
    respondents
        The records in the design.
    levels
        Outcome's levels, in order, where it has some.
    n, n_weighted
        Number of respondents, sum of their weights.
    """

    frame: pd.DataFrame
    pattern: IntArray
    outcome: FloatArray
    weight: FloatArray
    cell: IntArray
    respondents: Respondents
    levels: tuple[str, ...]
    n: int
    n_weighted: float

    @property
    def pattern_weight(self) -> FloatArray:
        """Sum of weights of each pattern, shape (P,)."""
        return np.bincount(self.pattern, self.weight, minlength=len(self.frame)).astype(np.float64)


def compress(codes: Sequence[IntArray], sizes: Sequence[int], n: int) -> tuple[IntArray, IntArray]:
    """Give numbers to the combinations of codes that occur, in sorted order.

    Parameters
    ----------
    codes
        Codes 0, 1, ..., one array a variable, shape (n,) each.
    sizes
        Number of levels of each.
    n
        Number of rows.

    Returns
    -------
    tuple of numpy.ndarray
        Number of each row's combination, shape (n,), and a row that has it, by combination.

    Examples
    --------
    >>> number, first = compress([np.array([1, 0, 1]), np.array([0, 0, 0])], [2, 1], 3)
    >>> number.tolist(), first.tolist()
    ([1, 0, 1], [1, 0])
    """
    number, count = np.zeros(n, dtype=np.int64), 1
    for own, size in zip(codes, sizes, strict=True):
        number, count = number * size + own, count * size
        if count > DENSE * max(n, 1):
            number, count = _renumber(number, count)
    number, count = _renumber(number, count)
    first = np.zeros(count, dtype=np.int64)
    first[number[::-1]] = np.arange(n)[::-1]
    return number, first


def _renumber(number: IntArray, count: int) -> tuple[IntArray, int]:
    if count > DENSE * max(len(number), 1):
        present, inverse = np.unique(number, return_inverse=True)
        return inverse.astype(np.int64), len(present)
    here = np.bincount(number, minlength=count) > 0
    return (np.cumsum(here) - 1)[number], int(here.sum())


def _refuse_lonely(survey: Survey) -> None:
    if survey.coded.lonely and survey.design.single_psu == "error":
        raise DesignError(
            f"Strata with a single sampling unit: {'; '.join(survey.coded.lonely)}. Their variance cannot be "
            'estimated. Collapse them into a neighbour, or choose single_psu="adjust", "average" or '
            '"certainty".'
        )


def _respondents(survey: Survey, group: IntArray, record: IntArray, weight: FloatArray) -> Respondents:
    """Return the records in the design: ``group`` is that of each record, ``record`` that of each row."""
    coded = survey.coded
    return Respondents(
        count=np.bincount(record).astype(np.float64),
        weight=np.bincount(record, weight).astype(np.float64),
        squared=np.bincount(record, weight**2).astype(np.float64),
        stages=tuple(RecordStage(s.unit[group], s.stratum, s.strata) for s in coded.stages),
        elements=coded.elements,
        single_psu=survey.design.single_psu,
        group=group,
        group_units=tuple(stage.unit for stage in coded.stages),
        auxiliary=coded.auxiliary,
        replication=coded.replication,
    )


def draw_sample(survey: Survey, outcome: Variable, covariates: Sequence[Variable], *, rows: bool) -> Sample:
    """Choose the respondents with complete answers and compress them.

    Parameters
    ----------
    survey
        In memory; its domain limits the respondents, never the design.
    outcome, covariates
        Variables by respondent, in the survey's canonical order.
    rows
        Whether every respondent stays a record of his own.

    Returns
    -------
    Sample
        Cells, records and covariate patterns.

    Raises
    ------
    OptionError
        Nobody answered everything.
    DesignError
        A stratum with a single sampling unit, unless the design says what to do.
    """
    coded = survey.coded
    _refuse_lonely(survey)
    rows_of = canonical(survey)
    order, weight, group_of = rows_of.order, rows_of.weight, coded.group[rows_of.order]
    inside = np.ones(len(order), dtype=np.bool_) if survey.mask is None else survey.mask[order]
    for variable in (outcome, *covariates):
        inside = inside & variable.known
    chosen = np.flatnonzero(inside)
    if len(chosen) == 0:
        names = ", ".join(variable.name for variable in (outcome, *covariates))
        raise OptionError(f"Nobody in the domain answered all of {names}; there is nothing to fit.")
    group = group_of[chosen]
    if rows or outcome.is_continuous or any(variable.is_continuous for variable in covariates):
        keys = [v.sort_key(chosen) for v in (*reversed(covariates), outcome)]
        chosen = chosen[np.lexsort((*keys, group, weight[chosen]))]
        group = group_of[chosen]
        pattern = cell = record = first = pattern_row = cell_row = np.arange(len(chosen))
    else:
        codes = [variable.codes[chosen] for variable in covariates]
        pattern, pattern_row = compress(codes, [variable.size for variable in covariates], len(chosen))
        places = [pattern, outcome.codes[chosen]]
        cell, cell_row = compress(places, [len(pattern_row), outcome.size], len(chosen))
        record, first = compress([group, cell], [coded.groups, len(cell_row)], len(chosen))
    own = weight[chosen]
    return Sample(
        frame=pd.DataFrame({v.name: v.column(chosen[pattern_row]) for v in covariates}, index=None)
        if covariates
        else pd.DataFrame(index=range(len(pattern_row))),
        pattern=pattern[cell_row],
        outcome=outcome.numbers_at(chosen[cell_row]),
        weight=np.bincount(cell, own).astype(np.float64),
        cell=cell[first],
        respondents=_respondents(survey, group[first], record, own),
        levels=outcome.levels,
        n=len(chosen),
        n_weighted=float(own.sum()),
    )
