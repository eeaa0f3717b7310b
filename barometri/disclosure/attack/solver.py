"""Bounds of a hidden count: linear programs, and integer programs of a reader who knows the rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

FloatArray = npt.NDArray[np.float64]

TOLERANCE: Final = 1e-6
_LARGE, _MORE, _SOON = 300, 200, 10.0
_OPTIMAL, _LIMIT, _INFEASIBLE, _UNBOUNDED = 0, 1, 2, 3


@dataclass(frozen=True, slots=True, repr=False)
class Knowledge:
    """What is known of the unknown counts: ``low <= rows @ x <= high``, ``x >= 0``; some ``x`` are switches.

    ``switches`` counts the last unknowns, which are 0 or 1.
    """

    rows: sparse.csr_array
    low: FloatArray
    high: FloatArray
    switches: int = 0

    @property
    def size(self) -> int:
        """Number of unknowns, switches among them."""
        return int(self.rows.shape[1])

    def and_also(self, row: FloatArray, low: float, high: float) -> "Knowledge":
        """Return this and one more fact."""
        padded = np.concatenate([row, np.zeros(self.size - len(row))])
        rows = sparse.csr_array(sparse.vstack([self.rows, sparse.csr_array(padded[None, :])]))
        return Knowledge(rows, np.append(self.low, low), np.append(self.high, high), self.switches)


def known(rows: FloatArray, low: FloatArray, high: FloatArray) -> Knowledge:
    """Return facts on sums of unknowns.

    Examples
    --------
    >>> facts = known(np.array([[1.0, 1.0]]), np.array([7.0]), np.array([7.0]))
    >>> interval(facts, np.array([1.0, 0.0]))
    (0.0, 7.0)
    """
    return Knowledge(sparse.csr_array(rows), low, high)


def interval(knowledge: Knowledge, target: FloatArray) -> tuple[float, float]:
    """Return the least and the largest value of a sum of unknowns that need not be whole.

    Raises
    ------
    ValueError
        When the facts contradict each other.
    """
    low = _extreme(knowledge, target, whole=False)
    high = _extreme(knowledge, -target, whole=False)
    if low is None or high is None:
        message = "The facts contradict each other."
        raise ValueError(message)
    return low + 0.0, -high + 0.0


def is_possible(knowledge: Knowledge) -> bool:
    """Say whether any counts, whole or not, agree with the facts."""
    return _extreme(knowledge, np.zeros(knowledge.size), whole=False) is not None


def whole_values(
    knowledge: Knowledge, target: FloatArray, *, at_most: int = 3, seconds: float = 20.0
) -> int | None:
    """Count the whole values a sum of whole unknowns can take, up to ``at_most``.

    Returns
    -------
    int or None
        None where the time ran out before an answer.

    Examples
    --------
    >>> facts = known(np.array([[2.0, 1.0]]), np.array([3.0]), np.array([3.0]))
    >>> whole_values(facts, np.array([0.0, 1.0]))
    2
    """
    padded = np.concatenate([target, np.zeros(knowledge.size - len(target))])
    if knowledge.size > _LARGE and _has_whole_values(knowledge, padded, at_most):
        return at_most
    found = 0
    while found < at_most:
        try:
            value = _extreme(knowledge, padded, whole=True, seconds=seconds)
        except TimeoutError:
            return None
        if value is None:
            break
        found += 1
        knowledge = knowledge.and_also(padded, round(value) + 1.0, np.inf)
    return found


def _has_whole_values(knowledge: Knowledge, target: FloatArray, wanted: int) -> bool:
    """Look for whole counts at the least values of a sum; a large system is first tried on some unknowns.

    False says nothing: the search through all unknowns decides then.
    """
    low = _extreme(knowledge, target, whole=False)
    if low is None or not np.isfinite(low):
        return False
    least = np.ceil(low - TOLERANCE)
    return all(_has_whole(knowledge.and_also(target, least + i, least + i)) for i in range(wanted))


def _has_whole(knowledge: Knowledge) -> bool:
    """Whether whole counts agree with the facts; most unknowns at 0 in a linear program stay there."""
    size = knowledge.size
    nothing = np.zeros(size)
    start = _solved(knowledge, nothing, np.full(size, np.inf), whole=False, seconds=_SOON)
    if start.x is None:
        return False
    used = np.asarray(start.x) > TOLERANCE
    used[:: max(1, size // _MORE)] = True
    used[size - knowledge.switches :] = True
    found = _solved(knowledge, nothing, np.where(used, np.inf, 0.0), whole=True, seconds=_SOON)
    return found.x is not None


def with_choice(
    knowledge: Knowledge, choices: Sequence[Sequence[tuple[FloatArray, float]]], *, largest: float
) -> Knowledge:
    """Return facts that also say: one of these sums is at most its limit, for each sequence of choices.

    Parameters
    ----------
    knowledge
        Facts so far.
    choices
        Of each sequence at least one pair (sum, limit) holds.
    largest
        No sum is larger than this.
    """
    flat = [(place, row, limit) for place, pairs in enumerate(choices) for row, limit in pairs]
    if not flat:
        return knowledge
    old, new = knowledge.size, len(flat)
    held = sparse.csr_array(sparse.hstack([knowledge.rows, sparse.csr_array((knowledge.rows.shape[0], new))]))
    ties = np.zeros((new + len(choices), old + new))
    high = np.full(len(ties), np.inf)
    low = np.full(len(ties), -np.inf)
    for i, (place, row, limit) in enumerate(flat):
        ties[i, : len(row)] = row
        ties[i, old + i] = largest
        high[i] = limit + largest
        ties[new + place, old + i] = 1.0
    low[new:] = 1.0
    rows = sparse.csr_array(sparse.vstack([held, sparse.csr_array(ties)]))
    return Knowledge(
        rows,
        np.concatenate([knowledge.low, low]),
        np.concatenate([knowledge.high, high]),
        knowledge.switches + new,
    )


def _extreme(knowledge: Knowledge, cost: FloatArray, *, whole: bool, seconds: float = 60.0) -> float | None:
    """Return the least ``cost @ x``; None when impossible, minus infinity without a bound."""
    size = knowledge.size
    cost = np.concatenate([cost, np.zeros(size - len(cost))])
    result = _solved(knowledge, cost, np.full(size, np.inf), whole=whole, seconds=seconds)
    if result.status == _OPTIMAL and result.fun is not None:
        return float(result.fun)
    if result.status == _INFEASIBLE:
        return None
    if result.status == _UNBOUNDED:
        return -np.inf
    if result.status not in (_OPTIMAL, _LIMIT) and cost.any():
        # Without bound or impossible: the solver does not say which.
        none = np.zeros(size)
        return None if _extreme(knowledge, none, whole=whole, seconds=seconds) is None else -np.inf
    message = "The attack ran out of time."
    raise TimeoutError(message)


def _solved(
    knowledge: Knowledge, cost: FloatArray, upper: FloatArray, *, whole: bool, seconds: float
) -> OptimizeResult:
    upper = upper.copy()
    upper[knowledge.size - knowledge.switches :] = 1.0
    return milp(
        cost,
        constraints=LinearConstraint(knowledge.rows, knowledge.low, knowledge.high)
        if knowledge.rows.shape[0]
        else (),
        bounds=Bounds(np.zeros(knowledge.size), upper),
        integrality=np.full(knowledge.size, int(whole)),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
