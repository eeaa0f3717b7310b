"""How far hidden sums can reach: every count found on the way to one bound serves the others too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from barometri.disclosure.attack.reduction import System
from barometri.disclosure.attack.solver import (
    TOLERANCE,
    Flags,
    FloatArray,
    Knowledge,
    least,
    with_choice,
)
from barometri.disclosure.attack.whole import counted_values, note_whole

_MANY: Final = 12
"""Sums from which on it pays to look for counts far out for many at once."""
_WORTH: Final = 3
"""Sums that such a look must settle to be worth another."""


@dataclass(frozen=True, slots=True, repr=False)
class Choice:
    """Sums of open unknowns (one a row) of which one at least is at most its limit.

    ``is_true`` says which are, by the truth.
    """

    rows: FloatArray
    limits: FloatArray
    is_true: Flags

    def bears(self, chosen: Flags) -> bool:
        """Whether this says something of some unknowns; not where the truth of others meets it."""
        touches = (self.rows[:, chosen] != 0.0).any(axis=1)
        return bool(touches.any()) and not bool((self.is_true & ~touches).any())

    def over(self, chosen: Flags) -> list[tuple[FloatArray, float]]:
        """Return sums and limits over some unknowns."""
        return list(zip(self.rows[:, chosen], self.limits.tolist(), strict=True))


@dataclass(slots=True, repr=False)
class Search:
    """An attacker's search through a system; it keeps all counts it has found.

    ``points`` are counts over all open unknowns that agree with the facts (0 outside the parts looked at),
    by the parts they are of.
    """

    system: System
    points: dict[bytes, list[FloatArray]] = field(default_factory=dict)

    def bounds(self, rows: FloatArray, enough: float = np.inf) -> FloatArray:
        """Return the least and the largest value of each sum, shape (sums, 2).

        Where a sum is found to reach ``enough`` whole numbers up from its least, bounds inside the true ones
        may be returned.

        Raises
        ------
        ValueError
            When the facts contradict each other.
        """
        out = np.zeros((len(rows), 2))
        kinds: dict[bytes, list[int]] = {}
        for place, row in enumerate(rows):
            kinds.setdefault(self.system.around(row != 0.0).tobytes(), []).append(place)
        for key, places in kinds.items():
            chosen = np.frombuffer(key, dtype=np.bool_)
            if chosen.any():
                found = self.points.setdefault(key, [])
                part = self.system.within(chosen)
                out[places] = reached(part, rows[places][:, chosen], enough, found)
        return out

    def values(
        self,
        row: FloatArray,
        choices: Sequence[Choice],
        *,
        at_most: int,
        largest: float,
        seconds: float = 20.0,
    ) -> int | None:
        """Count the whole values a sum of whole counts can take, up to ``at_most``.

        Parameters
        ----------
        row
            The sum.
        choices
            What else is known: one option of each choice is met.
        at_most
            Values wanted.
        largest
            No sum exceeds this.
        seconds
            Time for each search.

        Returns
        -------
        int or None
            None where the time ran out before an answer.
        """
        chosen, needed = self._needed(row, choices)
        if not chosen.any():
            return 1
        key = chosen.tobytes()
        target = row[chosen]
        found = self.points.setdefault(key, [])
        part = self.system.within(chosen)
        seen = _whole_values(np.array(found), target, [c.over(chosen) for c in needed]) if found else set()
        if len(seen) < at_most:
            firm = part
            for choice in needed:
                place = int(np.flatnonzero(choice.is_true)[0])
                firm = firm.and_also(choice.rows[place, chosen], -np.inf, float(choice.limits[place]))
            note_whole(firm, target, at_most, seen=seen, found=found, seconds=seconds / 2)
        if len(seen) >= at_most:
            return at_most
        knowledge = with_choice(part, [c.over(chosen) for c in needed], largest=largest)
        return counted_values(knowledge, target, at_most=at_most, seconds=seconds, seen=seen, found=found)

    def _needed(self, row: FloatArray, choices: Sequence[Choice]) -> tuple[Flags, list[Choice]]:
        """Return the unknowns that bear on a sum, and the choices that the truth elsewhere does not meet."""
        chosen = self.system.around(row != 0.0)
        needed: list[Choice] = []
        left = list(choices)
        while True:
            bearing = [choice for choice in left if choice.bears(chosen)]
            if not bearing:
                return chosen, needed
            left = [choice for choice in left if not any(choice is other for other in bearing)]
            needed += bearing
            touched = np.vstack([choice.rows for choice in bearing]).any(axis=0)
            chosen = self.system.around(chosen | touched)


def reached(part: Knowledge, rows: FloatArray, enough: float, found: list[FloatArray]) -> FloatArray:
    """Return bounds of sums, using and adding to counts found before."""
    past = rows @ np.array(found).T if found else np.zeros((len(rows), 0))
    low = past.min(axis=1, initial=np.inf)
    high = past.max(axis=1, initial=-np.inf)
    is_final = np.zeros((len(rows), 2), dtype=np.bool_)
    for counts in _scattered(part, rows, enough, low, high):
        found.append(counts)
        values = rows @ counts
        low, high = np.minimum(low, values), np.maximum(high, values)
    for place, row in enumerate(rows):
        for side, sign in ((0, 1.0), (1, -1.0)):
            if is_final[place, side] or _spans(low[place], high[place]) >= enough:
                continue
            point = least(part, sign * row)
            if point is None:
                message = "The facts contradict each other."
                raise ValueError(message)
            found.append(point.counts)
            values = rows @ point.counts
            low, high = np.minimum(low, values), np.maximum(high, values)
            bound = sign * point.value
            low[place], high[place] = min(low[place], bound), max(high[place], bound)
            is_final[place, side] = True
    return np.column_stack([low, high]) + 0.0


def _scattered(
    part: Knowledge, rows: FloatArray, enough: float, low: FloatArray, high: FloatArray
) -> Iterator[FloatArray]:
    """Yield counts that lie far out for many sums at once, as long as that settles some."""
    rng = np.random.default_rng(len(rows))
    low, high = low.copy(), high.copy()
    while True:
        unsettled = np.flatnonzero(_spans(low, high) < enough)
        if len(unsettled) < _MANY or not np.isfinite(enough):
            return
        row = rng.choice([-1.0, 1.0], len(unsettled)) @ rows[unsettled]
        for sign in (1.0, -1.0):
            point = least(part, sign * row)
            if point is None or not np.isfinite(point.value):
                return
            values = rows @ point.counts
            low, high = np.minimum(low, values), np.maximum(high, values)
            yield point.counts
        if (_spans(low, high)[unsettled] >= enough).sum() < _WORTH:
            return


def between(points: Sequence[FloatArray], mine: FloatArray, low: float, high: float) -> list[FloatArray]:
    """Mix counts found before into counts where a sum lies within limits (facts hold for every mixture).

    Each is mixed with the one farthest over the other limit, so that most of it is kept.
    """
    if not points:
        return []
    given = np.array(points)
    values = given @ mine
    is_below, is_above = values < low - TOLERANCE, values > high + TOLERANCE
    inside = list(given[~is_below & ~is_above])
    if not is_below.any() or not (values > low + TOLERANCE).any():
        return inside
    bottom, top = int(values.argmin()), int(values.argmax())
    far = np.where(is_below, values[top], values[bottom])
    gap = np.where(is_below | is_above, far - values, 1.0)
    shares = np.where(is_below | is_above, (low - values) / gap, 0.0)
    others = np.where(is_below[:, None], given[top], given[bottom])
    mixed = (1.0 - shares)[:, None] * given + shares[:, None] * others
    return [*inside, *mixed[is_below | is_above]]


def _spans(low: FloatArray, high: FloatArray) -> FloatArray:
    """How many whole numbers each sum reaches up from its least."""
    return np.asarray(np.floor(high + TOLERANCE) - np.ceil(low - TOLERANCE), dtype=np.float64)


def _whole_values(
    points: FloatArray, target: FloatArray, choices: Sequence[Sequence[tuple[FloatArray, float]]]
) -> set[int]:
    """Return the values of a sum at whole counts that meet every choice."""
    keeps = (np.abs(points - np.round(points)) < TOLERANCE).all(axis=1)
    for pairs in choices:
        rows, limits = np.array([row for row, _ in pairs]), np.array([limit for _, limit in pairs])
        keeps &= (points @ rows.T <= limits + TOLERANCE).any(axis=1)
    return set(np.round(points[keeps] @ target).astype(np.int64).tolist())
