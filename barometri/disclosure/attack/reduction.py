"""Facts made smaller without losing any: what they fix is taken out, and what does not touch is set apart."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from barometri.disclosure.attack.solver import TOLERANCE, Flags, FloatArray, Knowledge


@dataclass(frozen=True, slots=True, repr=False)
class System:
    """Facts over the unknowns that are still open.

    ``fixed`` has the value of every unknown that the facts fix, NaN for open ones; ``parts`` numbers the open
    ones so that no fact ties unknowns of different parts.
    """

    knowledge: Knowledge
    fixed: FloatArray
    parts: npt.NDArray[np.int32]

    def opened(self, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return sums over open unknowns and what fixed ones add to each; ``rows`` are over all unknowns."""
        is_open = np.isnan(self.fixed)
        return rows[:, is_open], np.asarray(rows[:, ~is_open] @ self.fixed[~is_open], dtype=np.float64)

    def around(self, touched: Flags) -> Flags:
        """Return the open unknowns of all parts that some touched ones belong to."""
        chosen = np.zeros(len(self.parts) + self.knowledge.rows.shape[0], dtype=np.bool_)
        chosen[self.parts[touched]] = True
        return np.asarray(chosen[self.parts], dtype=np.bool_)

    def within(self, chosen: Flags) -> Knowledge:
        """Return the facts on whole parts."""
        rows = self.knowledge.rows[:, np.flatnonzero(chosen)]
        held = np.flatnonzero(np.diff(rows.indptr))
        return Knowledge(sparse.csr_array(rows[held]), self.knowledge.low[held], self.knowledge.high[held])


def reduced(knowledge: Knowledge) -> System:
    """Take out every unknown that a fact fixes, by turns, and facts said twice.

    Raises
    ------
    ValueError
        When the facts contradict each other.

    Examples
    --------
    >>> rows = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]])
    >>> limits = np.array([5.0, 3.0, 4.0])
    >>> system = reduced(Knowledge(sparse.csr_array(rows), limits, limits))
    >>> system.fixed.tolist(), system.knowledge.rows.shape
    ([2.0, 3.0, nan, nan], (1, 2))
    """
    fixed = np.full(knowledge.size, np.nan)
    columns = sparse.csr_array(knowledge.rows.T)
    while _fix(knowledge, columns, fixed):
        pass
    is_open = np.isnan(fixed)
    done = knowledge.rows @ np.where(is_open, 0.0, fixed)
    rows = sparse.csr_array(knowledge.rows[:, np.flatnonzero(is_open)])
    low, high = knowledge.low - done, knowledge.high - done
    is_empty = np.diff(rows.indptr) == 0
    slack = TOLERANCE * np.maximum(1.0, np.abs(done))
    if (low > slack)[is_empty].any() or (high < -slack)[is_empty].any() or (fixed < -TOLERANCE).any():
        message = "The facts contradict each other."
        raise ValueError(message)
    held = _once(Knowledge(rows, low, high), np.flatnonzero(~is_empty))
    return System(held, fixed, _parts(held.rows))


def _fix(knowledge: Knowledge, columns: sparse.csr_array, fixed: FloatArray) -> bool:
    """Fix the unknowns of sums that are 0 and the last one of each exact sum; say if there were any."""
    is_open = np.isnan(fixed)
    done = knowledge.rows @ np.where(is_open, 0.0, fixed)
    left = knowledge.high - done
    unknown = abs(knowledge.rows).sign() @ is_open.astype(np.float64)
    least = sparse.csr_array(knowledge.rows).min(axis=1).toarray() if knowledge.size else np.zeros(len(done))
    nothing = (unknown > 0) & (least >= 0.0) & (left <= TOLERANCE)
    zero = is_open & (abs(columns) @ nothing.astype(np.float64) > 0)
    single = np.flatnonzero((unknown == 1) & (knowledge.low == knowledge.high) & ~nothing)
    open_places = np.flatnonzero(is_open)
    last = knowledge.rows[single][:, open_places].tocoo()
    fixed[zero] = 0.0
    fixed[open_places[last.coords[1]]] = left[single][last.coords[0]] / last.data
    return bool(zero.any()) or len(single) > 0


def _parts(rows: sparse.csr_array) -> npt.NDArray[np.int32]:
    """Return the number of each unknown's group, the groups being those that no sum ties together."""
    many, size = rows.shape
    found = rows.tocoo()
    at = (found.coords[0], found.coords[1] + many)
    links = sparse.coo_array((np.ones(found.nnz), at), shape=(many + size, many + size))
    return np.asarray(connected_components(links, directed=False)[1][many:], dtype=np.int32)


def _once(knowledge: Knowledge, places: npt.NDArray[np.intp]) -> Knowledge:
    """Keep each sum once, between the tightest limits."""
    rows, first = knowledge.rows, dict[bytes, int]()
    low, high, kept = list[float](), list[float](), list[int]()
    for place in places:
        own = slice(rows.indptr[place], rows.indptr[place + 1])
        at = first.setdefault(rows.indices[own].tobytes() + rows.data[own].tobytes(), len(kept))
        if at == len(kept):
            kept.append(int(place))
            low.append(-np.inf)
            high.append(np.inf)
        low[at] = max(low[at], float(knowledge.low[place]))
        high[at] = min(high[at], float(knowledge.high[place]))
    return Knowledge(sparse.csr_array(rows[kept]), np.array(low), np.array(high))
