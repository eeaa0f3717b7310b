"""What one pass over the respondents is asked for, and what it returns."""

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from barometri.survey.design import CodedDesign

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Measure:
    """One item as the pass sees it.

    Parameters
    ----------
    variables
        Variables that must all be answered: one for a coded item, one or two for numbers, none for
        "everybody".
    states
        Disjoint sets of codes of a coded item, each counted by itself; who has none is outside the base.
        Empty for numbers, whose base is everybody with all values.
    centres
        Constant subtracted from each variable of numbers, so that squares lose no digits.
    """

    variables: tuple[str, ...]
    states: tuple[frozenset[Hashable], ...] = ()
    centres: tuple[float, ...] = ()

    @property
    def is_coded(self) -> bool:
        """Whether states are counted, not values added."""
        return bool(self.states)

    @property
    def width(self) -> int:
        """Number of features: one a state, or the base and one a variable."""
        return len(self.states) if self.states else 1 + len(self.variables)


@dataclass(frozen=True, slots=True)
class Plan:
    """One pass: measures, and the variables whose combinations make cells.

    ``levels`` are the codes of each of the ``by`` variables; other values (missing) are in no cell, only in
    margins.
    """

    measures: tuple[Measure, ...]
    by: tuple[str, ...] = ()
    levels: tuple[tuple[Hashable, ...], ...] = ()

    @property
    def width(self) -> int:
        """Number of features F."""
        return sum(measure.width for measure in self.measures)

    @property
    def starts(self) -> tuple[int, ...]:
        """Position of each measure's first feature."""
        return tuple(accumulate((measure.width for measure in self.measures[:-1]), initial=0))


@dataclass(frozen=True, slots=True, repr=False)
class Sums:
    """Sums over the members of the domain, by group of the design × cell: one record a pair that occurs.

    Parameters
    ----------
    design
        The coded design; its groups are those of ``group``.
    group
        Group of each record, ascending, shape (P,).
    codes
        Position of each record's code among the levels of every ``by`` variable, -1 for others, shape
        (P, B).
    count
        Unweighted sums of the indicators (states, or the base of numbers; 0 for values), shape (P, F).
    first
        ``sum w x``, shape (P, F).
    second
        ``sum w² x x'`` where rows are units of the last stage, shape (P, F, F); else none.
    square
        ``sum w² x`` of the indicators, shape (P, F).
    spread
        ``sum w x²``, shape (P, F).
    """

    design: CodedDesign
    group: IntArray
    codes: IntArray
    count: FloatArray
    first: FloatArray
    second: FloatArray | None
    square: FloatArray
    spread: FloatArray
