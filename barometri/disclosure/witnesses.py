"""What an attacker cannot rule out: other solutions of the released counts, and the records they change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from barometri.disclosure.cells import System
from barometri.disclosure.targets import Target

WIDTH: Final = 5.0
"""An attacker's interval for a hidden count is at least this wide (R4)."""

_MOVED: Final = 1e-6
_NODES: Final = 500
_GAP: Final = 0.05
"""When the search among whole numbers ends; nodes, not seconds, so that it ends alike on every machine."""

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
Goal = tuple[sparse.csr_array, float, float]
"""A row over the cells, the least and the greatest that it may sum to."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Every released count once: ``rows @ cells = values``, and ``said``, which records (rows) say which.

    Cells that no row and no target tells apart are one column. ``cost`` is what is lost with each record.
    """

    rows: sparse.csr_array
    values: FloatArray
    said: BoolArray
    cost: FloatArray


@dataclass(frozen=True, slots=True)
class Witness:
    """Another solution in which a protected count is larger by ``WIDTH``: the records it changes."""

    target: Target
    changed: BoolArray


def facts(equations: System, cost: FloatArray, protected: Sequence[Target]) -> tuple[Facts, list[Target]]:
    """Gather released counts, those of the same people once, and word targets in the same columns.

    Parameters
    ----------
    equations
        Incidence of all records.
    cost
        What is lost with each record, shape (records,).
    protected
        Targets over the finest cells.
    """
    told = np.flatnonzero(np.isfinite(equations.k))
    every = sparse.vstack([equations.base, equations.numerator[told]]).toarray()
    record = np.concatenate([np.arange(len(equations.n)), told])
    rows, first, of_row = np.unique(every, axis=0, return_index=True, return_inverse=True)
    said = np.zeros((len(equations.n), len(rows)), dtype=bool)
    said[record, of_row.ravel()] = True
    apart = np.vstack([rows, *(target.row.toarray() for target in protected)])
    _, column = np.unique(apart, axis=1, return_index=True)
    kept = np.sort(column[apart[:, column].any(axis=0)])
    values = np.concatenate([equations.n, equations.k[told]])[first]
    found = Facts(sparse.csr_array(rows[:, kept]), values, said, cost)
    return found, [replace(target, row=target.row[:, kept]) for target in protected]


def cheapest(
    target: Target, told: Facts, free: BoolArray, fixed: BoolArray | None = None, *, hindrance: float = 0.0
) -> Witness | None:
    """Let a target grow by ``WIDTH`` at the least cost in records that are not free.

    Parameters
    ----------
    target
        What must be able to be larger.
    told
        All released counts.
    free
        Records that cost nothing to change, shape (records,).
    fixed
        Records that may not change, shape (records,).
    hindrance
        Above 0 the programme is solved twice, the second time with counts the dearer the less they moved at
        first: what is paid for is that a record changes, not by how much.

    Returns
    -------
    Witness or None
        None where nothing that fits the fixed records has the target so large.
    """
    bound = (
        np.zeros(len(told.values), dtype=bool) if fixed is None else np.asarray(told.said[fixed].any(axis=0))
    )
    price = prices(told, free)
    goals = [(target.row, target.value + WIDTH, np.inf)]
    solution = nearest(goals, told, price, bound)
    if solution is None:
        return None
    if hindrance:
        step = np.abs(told.rows @ solution - told.values)
        again = nearest(goals, told, price / (step + hindrance), bound)
        solution = solution if again is None else again
    return Witness(target, changed_by(solution, told))


def prices(told: Facts, free: BoolArray) -> FloatArray:
    """Return what is lost with each count when the ``free`` records, shape (records,), cost nothing."""
    return np.asarray((told.said * np.where(free, 0.0, told.cost)[:, None]).sum(axis=0))


def changed_by(solution: FloatArray, told: Facts) -> BoolArray:
    """Return the records of which a solution changes a count."""
    moved = np.abs(told.rows @ solution - told.values) > _MOVED
    return np.asarray(told.said[:, moved].any(axis=1))


def nearest(
    goals: Sequence[Goal], told: Facts, price: FloatArray, bound: BoolArray, *, whole: bool = False
) -> FloatArray | None:
    """Return cells that reach all goals at the least price of moved counts, the ``bound`` ones in place.

    Parameters
    ----------
    goals
        Rows over the cells, each with its least and its greatest sum.
    told
        All released counts.
    price
        Of each count, by how much it moves; where nothing, it may move freely.
    bound
        Counts that may not move.
    whole
        Cells are whole numbers; the search is then not proved to be the cheapest.
    """
    dear, still = np.flatnonzero((price > 0) & ~bound), np.flatnonzero(bound)
    many, cells = len(dear), told.rows.shape[1]
    slack = sparse.eye_array(many, format="csr")
    rows, least, most = zip(*goals, strict=True)
    reached = sparse.hstack([sparse.vstack(rows), sparse.csr_array((len(rows), 2 * many))])
    constraints = [LinearConstraint(reached, least, most)]
    if many:
        equal = sparse.hstack([told.rows[dear], slack, -slack])
        constraints.append(LinearConstraint(equal, told.values[dear], told.values[dear]))
    if len(still):
        equal = sparse.hstack([told.rows[still], sparse.csr_array((len(still), 2 * many))])
        constraints.append(LinearConstraint(equal, told.values[still], told.values[still]))
    answer = milp(
        np.concatenate([np.zeros(cells), np.tile(price[dear], 2)]),
        constraints=constraints,
        integrality=np.concatenate([np.full(cells, whole), np.zeros(2 * many)]),
        bounds=Bounds(0, np.inf),
        options={"node_limit": _NODES, "mip_rel_gap": _GAP} if whole else None,
    )
    return None if answer.x is None else np.asarray(answer.x[:cells])
