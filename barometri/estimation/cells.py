"""Cells of a call: the combinations of ``by`` codes, and margins over them."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from barometri.aggregation import levels
from barometri.errors import OptionError
from barometri.estimates import TOTAL, VALUE_COLUMNS
from barometri.survey import Survey

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
RESERVED = (*VALUE_COLUMNS, "wave", "item", "category")
ALL = -2


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a call in order.

    Parameters
    ----------
    by
        Names of the variables.
    values
        Codes of each variable as the responses hold them.
    keys
        Labels of each cell, one a variable.
    codes
        Position of each label among the codes, `ALL` for a margin, shape (O, B).
    """

    by: tuple[str, ...]
    values: tuple[tuple[Hashable, ...], ...]
    keys: tuple[tuple[Hashable, ...], ...]
    codes: IntArray

    def member(self, codes: IntArray) -> BoolArray:
        """Return which records (by their codes, shape (P, B)) belong to which cell, shape (O, P)."""
        result = np.ones((len(self.keys), len(codes)), dtype=np.bool_)
        for place in range(len(self.by)):
            own = self.codes[:, place, None]
            result &= (own == ALL) | (own == codes[None, :, place])
        return result


def make_cells(survey: Survey, by: str | Sequence[str] | None, *, margins: bool) -> Cells:
    """Return the cells: every combination of codes that anybody in the survey has, in codebook order.

    With margins each variable also has the row of everybody, whatever their code, under the key ``TOTAL``.
    """
    names = () if by is None else (by,) if isinstance(by, str) else tuple(by)
    if len(set(names)) < len(names):
        raise OptionError("by names a variable twice.")
    for name in names:
        if name in RESERVED:
            raise OptionError(
                f"by cannot be {name!r}, which is a column of every result; rename the variable."
            )
    found = [[level for level in levels(survey, name) if level.present] for name in names]
    values = tuple(tuple(level.value for level in own) for own in found)
    choices = [[(number, level.id) for number, level in enumerate(own)] for own in found]
    if margins:
        choices = [[*own, (ALL, TOTAL)] for own in choices]
    combined = list(product(*choices))
    keys = tuple(tuple(label for _, label in one) for one in combined)
    codes = np.array([[number for number, _ in one] for one in combined], dtype=np.int64)
    return Cells(names, values, keys, codes.reshape(len(combined), len(names)))
