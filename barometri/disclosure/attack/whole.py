"""Whole counts that agree with the facts: the values that a sum can take."""

from typing import Final

import numpy as np
from scipy import sparse

from barometri.disclosure.attack.solver import TOLERANCE, FloatArray, Knowledge, Point, least

_MORE: Final = 200


def counted_values(
    knowledge: Knowledge,
    target: FloatArray,
    *,
    at_most: int,
    seconds: float = 20.0,
    seen: set[int] | None = None,
    found: list[FloatArray] | None = None,
) -> int | None:
    """Count the whole values of a sum from the least on, past those seen; None where the time ran out.

    Examples
    --------
    >>> from barometri.disclosure.attack.solver import known
    >>> facts = known(np.array([[2.0, 1.0]]), np.array([3.0]), np.array([3.0]))
    >>> counted_values(facts, np.array([0.0, 1.0]), at_most=3)
    2
    """
    seen = set() if seen is None else seen
    found = [] if found is None else found
    size = len(target)
    try:
        cursor = -np.inf
        while len(seen) < at_most:
            while cursor in seen:
                cursor += 1.0
            facts = knowledge if cursor == -np.inf else knowledge.and_also(target, cursor, np.inf)
            point = least(facts, target, whole=True, seconds=seconds)
            if point is None:
                break
            found.append(np.round(point.counts[:size]))
            seen.add(round(point.value))
            cursor = round(point.value) + 1.0
    except TimeoutError:
        return at_most if len(seen) >= at_most else None
    return min(len(seen), at_most)


def note_whole(
    facts: Knowledge,
    target: FloatArray,
    wanted: int,
    *,
    seen: set[int],
    found: list[FloatArray],
    seconds: float = 10.0,
) -> None:
    """Look for whole counts by linear programs, which mostly end in some; what is not found may still be.

    From whole counts at hand the shortest way to the next value of the sum is tried: it too is mostly whole.
    """
    try:
        lowest = least(facts, target, seconds=seconds)
        if lowest is None or not np.isfinite(lowest.value):
            return
        start = round(float(np.ceil(lowest.value - TOLERANCE)))
        at_hand: FloatArray | None = None
        for value in range(start, start + wanted + 2):
            if len(seen) >= wanted:
                return
            if value in seen:
                continue
            counts = _next_whole(facts, target, value, at_hand, seconds)
            if counts is not None:
                at_hand = counts
                found.append(counts)
                seen.add(value)
    except TimeoutError:
        return


def _next_whole(
    facts: Knowledge, target: FloatArray, value: int, at_hand: FloatArray | None, seconds: float
) -> FloatArray | None:
    """Return whole counts where a sum has a value; near those at hand, or by a search on some unknowns."""
    if at_hand is not None:
        counts = _stepped(facts, target, value, at_hand, seconds)
        if counts is not None:
            return counts
    return _some_whole(facts.and_also(target, value, value), seconds)


def _stepped(
    facts: Knowledge, target: FloatArray, value: int, start: FloatArray, seconds: float
) -> FloatArray | None:
    """Return whole counts nearest to others at which a sum has a value; None where these are not whole.

    The way is up or down in each unknown, down by no more than there is.
    """
    size = facts.size
    done = facts.rows @ start
    both = sparse.csr_array(sparse.hstack([facts.rows, -facts.rows]))
    down = sparse.csr_array(sparse.hstack([sparse.csr_array((size, size)), sparse.eye_array(size)]))
    rows = sparse.csr_array(sparse.vstack([both, down]))
    low = np.concatenate([facts.low - done, np.zeros(size)])
    high = np.concatenate([facts.high - done, start])
    way = Knowledge(rows, low, high).and_also(
        np.concatenate([target, -target]), value - float(target @ start), value - float(target @ start)
    )
    point = least(way, np.ones(2 * size), seconds=seconds)
    if point is None or not point.is_whole:
        return None
    return np.asarray(start + np.round(point.counts[:size] - point.counts[size:]), dtype=np.float64)


def _some_whole(knowledge: Knowledge, seconds: float) -> FloatArray | None:
    """Return whole counts that agree with the facts; most unknowns at 0 in a linear program stay there."""
    size = knowledge.size
    nothing = np.zeros(size)
    try:
        start = least(knowledge, nothing, seconds=seconds)
        if start is None:
            return None
        if start.is_whole:
            return np.round(start.counts)
        used = start.counts > TOLERANCE
        used[:: max(1, size // _MORE)] = True
        point: Point | None = least(knowledge, nothing, whole=True, seconds=seconds, used=used)
    except TimeoutError:
        return None
    return None if point is None else np.round(point.counts)
