"""Tables of simulated respondents, with all margins, as groups of released records."""

from itertools import product

import numpy as np
import numpy.typing as npt

from barometri.disclosure.cells import CANNOT_SAY, Group, Record

Counts = npt.NDArray[np.int64]


def simulated(shape: tuple[int, int, int], *, respondents: int, rng: np.random.Generator) -> Counts:
    """Count respondents by district, group and answer; groups and answers are of unequal size.

    Parameters
    ----------
    shape
        Districts, groups, answers.
    respondents
        Their number.
    rng
        Source of the draw.
    """
    districts, groups, answers = shape
    size = rng.dirichlet(np.full(districts, 20.0))[:, None] * rng.dirichlet(np.full(groups, 3.0))
    answer = np.stack([rng.dirichlet(np.full(answers, 4.0)) for _ in range(groups)])
    share = size[:, :, None] * answer[None]
    return rng.multinomial(respondents, share.ravel() / share.sum()).reshape(shape)


def released(counts: Counts) -> Group:
    """Return the records of a table: of two answers the share of one, of more every answer, with margins."""
    names = [str(i) for i in range(counts.shape[2])]
    told = names[:1] if len(names) == len(("yes", "no")) else names
    base = frozenset(names)
    records: list[Record] = []
    for d, g in product([None, *range(counts.shape[0])], [None, *range(counts.shape[1])]):
        where = (slice(None) if d is None else d, slice(None) if g is None else g)
        part = counts[where].reshape(-1, counts.shape[2]).sum(axis=0)
        who = {"district": frozenset({str(d)})} if d is not None else {}
        who |= {"group": frozenset({str(g)})} if g is not None else {}
        records += [
            Record("table", len(records) + i, who, frozenset({name}), base, float(part.sum()), float(part[i]))
            for i, name in enumerate(told)
        ]
    return Group("item", "2021", (*names, CANNOT_SAY), tuple(records))
