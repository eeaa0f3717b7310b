"""Linear and integer programs over unknown counts, with HiGHS."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

FloatArray = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

TOLERANCE: Final = 1e-6
SECONDS: Final = 60.0
_OPTIMAL, _LIMIT, _INFEASIBLE = 0, 1, 2


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
        return self.and_all([(row, low, high)])

    def and_all(self, facts: Sequence[tuple[FloatArray, float, float]]) -> "Knowledge":
        """Return this and more facts: rows and their limits."""
        if not facts:
            return self
        more = sparse.csr_array(np.array([_padded(row, self.size) for row, _, _ in facts]))
        rows = sparse.csr_array(sparse.vstack([self.rows, more]))
        low = np.append(self.low, [low for _, low, _ in facts])
        high = np.append(self.high, [high for _, _, high in facts])
        return Knowledge(rows, low, high, self.switches)


@dataclass(frozen=True, slots=True, repr=False)
class Point:
    """Counts that agree with the facts, at the least value of a sum."""

    value: float
    counts: FloatArray

    @property
    def is_whole(self) -> bool:
        """Whether every count is a whole number, as far as the solver tells."""
        return bool(np.all(np.abs(self.counts - np.round(self.counts)) < TOLERANCE))


def known(rows: FloatArray, low: FloatArray, high: FloatArray) -> Knowledge:
    """Return facts on sums of unknowns.

    Examples
    --------
    >>> facts = known(np.array([[1.0, 1.0]]), np.array([7.0]), np.array([7.0]))
    >>> least(facts, np.array([-1.0, 0.0])).value
    -7.0
    """
    return Knowledge(sparse.csr_array(rows), low, high)


def least(
    knowledge: Knowledge,
    cost: FloatArray,
    *,
    whole: bool = False,
    seconds: float = SECONDS,
    used: Flags | None = None,
) -> Point | None:
    """Return the least value of a sum of unknowns, minus infinity without a bound, and where it is taken.

    Parameters
    ----------
    knowledge
        The facts.
    cost
        Weight of each unknown; switches may be left out.
    whole
        Whether counts are whole.
    seconds
        Time for the search.
    used
        Unknowns that may differ from 0; all by default.

    Returns
    -------
    Point or None
        None where the facts contradict each other.

    Raises
    ------
    TimeoutError
        When the time ran out.
    """
    size = knowledge.size
    if not size:
        return Point(0.0, np.zeros(0))
    upper = np.full(size, np.inf) if used is None else np.where(used, np.inf, 0.0)
    upper[size - knowledge.switches :] = 1.0
    cost = _padded(cost, size)
    limits = LinearConstraint(knowledge.rows, knowledge.low, knowledge.high)
    result = milp(
        cost,
        constraints=limits if knowledge.rows.shape[0] else (),
        bounds=Bounds(np.zeros(size), upper),
        integrality=np.full(size, int(whole)),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if result.status == _OPTIMAL and result.x is not None:
        return Point(float(result.fun), np.asarray(result.x, dtype=np.float64))
    if result.status == _INFEASIBLE:
        return None
    if result.status == _LIMIT:
        message = "The attack ran out of time."
        raise TimeoutError(message)
    if not cost.any():
        return None
    # Without bound or impossible: the solver does not say which.
    somewhere = least(knowledge, np.zeros(size), whole=whole, seconds=seconds, used=used)
    return None if somewhere is None else Point(-np.inf, somewhere.counts)


def is_possible(knowledge: Knowledge) -> bool:
    """Say whether any counts, whole or not, agree with the facts."""
    return least(knowledge, np.zeros(knowledge.size)) is not None


Pair = tuple[FloatArray, float]
"""A sum of unknowns and a limit it does not exceed."""


def with_choice(knowledge: Knowledge, choices: Sequence[Sequence[Pair]], *, largest: float) -> Knowledge:
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
    return Knowledge(
        sparse.csr_array(sparse.vstack([held, sparse.csr_array(ties)])),
        np.concatenate([knowledge.low, low]),
        np.concatenate([knowledge.high, high]),
        knowledge.switches + new,
    )


def _padded(row: FloatArray, size: int) -> FloatArray:
    return np.concatenate([row, np.zeros(size - len(row))])
