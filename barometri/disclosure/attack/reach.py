"""How far hidden sums can reach: every count found on the way to one bound serves the others too."""

from collections.abc import Sequence
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

_PAIRS: Final = 40


@dataclass(frozen=True, slots=True, repr=False)
class Option:
    """One way to meet a choice: a sum of open unknowns is at most ``limit``; ``is_true`` for the truth."""

    row: FloatArray
    limit: float
    is_true: bool


Choice = Sequence[Option]


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
        own = [[(option.row[chosen], option.limit) for option in choice] for choice in needed]
        target = row[chosen]
        found = self.points.setdefault(key, [])
        part = self.system.within(chosen)
        seen = {round(float(p @ target)) for p in found if _is_whole(p) and _meets(p, own)}
        if len(seen) < at_most:
            firm = part
            for choice in needed:
                true = next((o for o in choice if o.is_true), choice[0])
                firm = firm.and_also(true.row[chosen], -np.inf, true.limit)
            note_whole(firm, target, at_most, seen, found)
        if len(seen) >= at_most:
            return at_most
        knowledge = with_choice(part, own, largest=largest)
        return counted_values(knowledge, target, at_most=at_most, seconds=seconds, seen=seen, found=found)

    def _needed(self, row: FloatArray, choices: Sequence[Choice]) -> tuple[Flags, list[Choice]]:
        """Return the unknowns that bear on a sum, and the choices that the truth elsewhere does not meet."""
        chosen = self.system.around(row != 0.0)
        needed: list[Choice] = []
        left = list(choices)
        while True:
            bearing = [c for c in left if _bears(c, chosen)]
            if not bearing:
                return chosen, needed
            left = [c for c in left if not _bears(c, chosen)]
            needed += bearing
            touched = [option.row != 0.0 for choice in bearing for option in choice]
            chosen = self.system.around(chosen | np.logical_or.reduce(touched))


def reached(part: Knowledge, rows: FloatArray, enough: float, found: list[FloatArray]) -> FloatArray:
    """Return bounds of sums, using and adding to counts found before."""
    past = rows @ np.array(found).T if found else np.zeros((len(rows), 0))
    low = past.min(axis=1, initial=np.inf)
    high = past.max(axis=1, initial=-np.inf)
    is_final = np.zeros((len(rows), 2), dtype=np.bool_)
    for place, row in enumerate(rows):
        for side, sign in ((0, 1.0), (1, -1.0)):
            if is_final[place, side] or _span(low[place], high[place]) >= enough:
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


def between(points: Sequence[FloatArray], mine: FloatArray, low: float, high: float) -> list[FloatArray]:
    """Mix counts found before into counts where a sum lies within limits (facts hold for every mixture)."""
    values = np.array([float(point @ mine) for point in points])
    inside = [p for p, v in zip(points, values, strict=True) if low - TOLERANCE <= v <= high + TOLERANCE]
    below, above = np.flatnonzero(values < low), np.flatnonzero(values > high)
    mixed = []
    for i in range(min(_PAIRS, max(len(below), len(above)) if len(below) and len(above) else 0)):
        a, b = below[i % len(below)], above[i % len(above)]
        share = (values[b] - low) / (values[b] - values[a])
        mixed.append(share * points[a] + (1.0 - share) * points[b])
    return [*inside, *mixed]


def _span(low: float, high: float) -> float:
    """How many whole numbers a sum reaches up from its least."""
    return float(np.floor(high + TOLERANCE) - np.ceil(low - TOLERANCE))


def _is_whole(point: FloatArray) -> bool:
    return bool(np.all(np.abs(point - np.round(point)) < TOLERANCE))


def _meets(point: FloatArray, choices: Sequence[Sequence[tuple[FloatArray, float]]]) -> bool:
    return all(any(float(row @ point) <= limit + TOLERANCE for row, limit in pairs) for pairs in choices)


def _bears(choice: Choice, chosen: Flags) -> bool:
    """Whether a choice says something of these unknowns; not where the truth of others meets it."""
    if not any((option.row != 0.0)[chosen].any() for option in choice):
        return False
    return not any(o.is_true and not (o.row != 0.0)[chosen].any() for o in choice)
