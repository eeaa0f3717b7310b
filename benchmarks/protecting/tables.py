"""Tables of simulated respondents, with all margins, as groups of released records."""

from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.disclosure.cells import CANNOT_SAY, Group, Record

Counts = npt.NDArray[np.int64]
VARIABLES: Final = ("district", "group", "class")
_EVEN: Final = (20.0, 3.0, 6.0)
"""How even the sizes of the codes of each variable are (Dirichlet)."""


def simulated(shape: tuple[int, ...], answers: int, *, respondents: int, rng: np.random.Generator) -> Counts:
    """Count respondents by up to three variables and by answer; codes and answers are of unequal size.

    Parameters
    ----------
    shape
        Codes of each variable: districts, groups, classes.
    answers
        Answers of the item.
    respondents
        Their number.
    rng
        Source of the draw.
    """
    size = np.ones(1)
    for many, even in zip(shape, _EVEN, strict=False):
        size = np.multiply.outer(size, rng.dirichlet(np.full(many, even)))
    answer = np.stack([rng.dirichlet(np.full(answers, 4.0)) for _ in range(shape[1])])
    lined = answer.reshape(1, shape[1], *([1] * (len(shape) - 2)), answers)
    share = size[0][..., None] * lined
    return rng.multinomial(respondents, share.ravel() / share.sum()).reshape(*shape, answers)


def released(counts: Counts) -> Group:
    """Return the records of a table: of two answers the share of one, of more every answer, with margins."""
    names = [str(i) for i in range(counts.shape[-1])]
    told = names[:1] if len(names) == len(("yes", "no")) else names
    base = frozenset(names)
    records: list[Record] = []
    for place in product(*([None, *range(size)] for size in counts.shape[:-1])):
        where = tuple(slice(None) if code is None else code for code in place)
        part = counts[where].reshape(-1, counts.shape[-1]).sum(axis=0)
        who = {v: frozenset({str(c)}) for v, c in zip(VARIABLES, place, strict=False) if c is not None}
        for answer, name in enumerate(told):
            n, k = float(part.sum()), float(part[answer])
            records.append(Record("table", len(records), who, frozenset({name}), base, n, k))
    return Group("item", "2021", (*names, CANNOT_SAY), tuple(records))
