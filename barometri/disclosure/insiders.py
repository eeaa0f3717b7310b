"""What respondents may not learn who know a hidden count from within.

Who is alone in a hidden count knows that it is 1, and one of two that it is at least 1. With that knowledge
every other hidden count must still take a second whole number: a solution in whole numbers that keeps what is
shown and what the insider knows, and moves the other count. Where there is none, the cheapest further records
are hidden that let it move.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from barometri.disclosure.targets import Target
from barometri.disclosure.witnesses import (
    BoolArray,
    Facts,
    FloatArray,
    Goal,
    changed_by,
    nearest,
    prices,
)

ALONE: Final = 1.0
PAIR: Final = 2.0
_NODES: Final = 200
_HALF: Final = 0.5
_ROOM: Final = 20.0
"""How far above every released count a cell is looked for."""


def is_known_within(target: Target) -> bool:
    """Say whether a respondent of a hidden count knows something of it that readers do not."""
    return target.value in {ALONE, PAIR}


def known(own: Target) -> Goal:
    """Return what a respondent of a count knows: that it is 1, or, of two, that it is at least 1."""
    return own.row, ALONE, ALONE if own.value == ALONE else np.inf


def told_within(own: Target, others: Sequence[Target], told: Facts, hidden: BoolArray) -> list[Target]:
    """Return which other counts an insider learns exactly.

    Parameters
    ----------
    own
        The count that the insider is one of.
    others
        Counts that nobody may learn.
    told
        All released counts.
    hidden
        Records that are not shown, shape (records,).

    Returns
    -------
    list of Target
        Those of which no second whole number was found.
    """
    shown = _shown(own, told, hidden)
    left = list(others)
    for sign in (1.0, -1.0):
        if left:
            left = _unmoved(left, _pushed(left, sign, shown))
    learnt: list[Target] = []
    while left:
        one = left.pop()
        solution = _moved(one, shown)
        if solution is None:
            learnt.append(one)
        else:
            left = _unmoved(left, solution)
    return learnt


def kept_from_insiders(
    protected: Sequence[Target], told: Facts, primary: BoolArray, hidden: BoolArray
) -> BoolArray | None:
    """Hide further records until no insider learns another hidden count.

    Parameters
    ----------
    protected
        Counts that nobody may learn.
    told
        All released counts.
    primary
        Records hidden by their own rule, shape (records,).
    hidden
        Records that are hidden so far, shape (records,).

    Returns
    -------
    numpy.ndarray or None
        Hidden records, those of ``hidden`` among them; None where nothing that could be hidden helps.
    """
    now = hidden
    for own in filter(is_known_within, protected):
        others = [target for target in protected if target is not own]
        learnt = told_within(own, others, told, now)
        while learnt:
            freed = _freed(own, learnt[0], told, now)
            if freed is None:
                return None
            now = now | freed
            learnt = told_within(own, learnt[1:], told, now)
    return _spared(protected, told, now, (now & ~hidden) & ~primary)


def _spared(protected: Sequence[Target], told: Facts, hidden: BoolArray, added: BoolArray) -> BoolArray:
    """Show again, dearest first, each added record that no insider needs hidden."""
    places = np.flatnonzero(added)
    for record in places[np.argsort(-told.cost[places], kind="stable")]:
        fewer = hidden.copy()
        fewer[record] = False
        if len(places) > 1 and not _is_told(protected, told, fewer):
            hidden = fewer
    return hidden


def _is_told(protected: Sequence[Target], told: Facts, hidden: BoolArray) -> bool:
    return any(
        told_within(own, [target for target in protected if target is not own], told, hidden)
        for own in protected
        if is_known_within(own)
    )


def _freed(own: Target, other: Target, told: Facts, hidden: BoolArray) -> BoolArray | None:
    """Return the cheapest records to hide so that a count takes a second value for an insider."""
    price, bound = prices(told, hidden), np.zeros(len(told.values), dtype=bool)
    found = []
    for goal in _steps(other):
        solution = nearest([known(own), goal], told, price, bound, whole=True)
        if solution is not None:
            found.append(changed_by(np.round(solution), told))
    return min(found, key=lambda changed: float(told.cost[changed & ~hidden].sum()), default=None)


def _steps(target: Target) -> list[Goal]:
    """Return the next whole number above a count, and the one below."""
    up, down = (target.row, target.value + 1.0, np.inf), (target.row, 0.0, target.value - 1.0)
    return [up, down] if target.value >= 1.0 else [up]


def _shown(own: Target, told: Facts, hidden: BoolArray) -> LinearConstraint:
    """Return what an insider knows of the cells."""
    still = np.asarray(told.said[~hidden].any(axis=0))
    row, least, most = known(own)
    values = told.values[still]
    rows = sparse.vstack([told.rows[still], row])
    return LinearConstraint(rows, np.append(values, least), np.append(values, most))


def _solved(weights: FloatArray, constraints: Sequence[LinearConstraint], most: float) -> FloatArray | None:
    answer = milp(
        weights,
        constraints=constraints,
        integrality=np.ones(len(weights), dtype=np.int64),
        bounds=Bounds(0, most),
        options={"node_limit": _NODES, "mip_rel_gap": 1.0},
    )
    return None if answer.x is None else np.round(answer.x)


def _pushed(left: Sequence[Target], sign: float, shown: LinearConstraint) -> FloatArray | None:
    """Return whole cells that move many counts at once."""
    weights = np.asarray(sparse.vstack([target.row for target in left]).sum(axis=0), dtype=np.float64).ravel()
    return _solved(-sign * weights, [shown], _most(shown))


def _moved(target: Target, shown: LinearConstraint) -> FloatArray | None:
    """Return whole cells that move one count, or None."""
    weights = np.zeros(target.row.shape[1])
    for row, least, most in _steps(target):
        solution = _solved(weights, [shown, LinearConstraint(row, least, most)], _most(shown))
        if solution is not None:
            return solution
    return None


def _most(shown: LinearConstraint) -> float:
    return float(shown.lb.max(initial=0.0)) + _ROOM


def _unmoved(left: Sequence[Target], solution: FloatArray | None) -> list[Target]:
    """Return the counts that a solution leaves as they are."""
    if solution is None:
        return list(left)
    return [target for target in left if abs(float((target.row @ solution)[0]) - target.value) < _HALF]
