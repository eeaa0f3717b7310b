"""What respondents may not learn who know a hidden count from within.

Who is alone in a hidden count knows that it is 1, and one of two that it is at least 1. With that knowledge
every other hidden count must still take a second whole number: a solution in whole numbers that keeps what is
shown and what the insider knows, and moves the other count. Where there is none, the cheapest further records
are hidden that let it move. Solutions that move little serve many insiders, so those found are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy import sparse

from barometri.disclosure.targets import Target
from barometri.disclosure.witnesses import BoolArray, Facts, FloatArray, Goal, changed_by, nearest, prices

ALONE: Final = 1.0
PAIR: Final = 2.0
_HALF: Final = 0.5


def is_known_within(target: Target) -> bool:
    """Say whether a respondent of a hidden count knows something of it that readers do not."""
    return target.value in {ALONE, PAIR}


def known(own: Target) -> Goal:
    """Return what a respondent of a count knows: that it is 1, or, of two, that it is at least 1."""
    return own.row, ALONE, ALONE if own.value == ALONE else np.inf


@dataclass(frozen=True, slots=True)
class Doubts:
    """Solutions of the released counts in whole numbers, by what they make of each forbidden count.

    ``values`` holds for each solution the forbidden counts in it, ``changed`` the records it changes. Facts
    ``watched`` are those ``told`` and the forbidden counts that no record says.
    """

    forbidden: Sequence[Target]
    told: Facts
    watched: Facts
    values: list[FloatArray] = field(default_factory=list)
    changed: list[BoolArray] = field(default_factory=list)

    def learnt(self, own: int, hidden: BoolArray) -> int | None:
        """Return a forbidden count that an insider learns exactly, or None.

        Parameters
        ----------
        own
            Place of the count that the insider is one of.
        hidden
            Records that are not shown, shape (records,).
        """
        watched = self.watched
        price = np.ones(len(watched.values))
        still = np.asarray(watched.said[~hidden].any(axis=0))
        sure = self._sure(own, hidden)
        for other in map(int, np.flatnonzero(sure)):
            if sure[other] and not any(
                self._keep(nearest([known(self.forbidden[own]), goal], watched, price, still, whole=True))
                for goal in _steps(self.forbidden[other])
            ):
                return other
            sure = self._sure(own, hidden)
        return None

    def freed(self, own: int, other: int, hidden: BoolArray, fixed: BoolArray) -> BoolArray | None:
        """Return ``hidden`` and the cheapest further records so that an insider cannot tell a count."""
        price, bound = prices(self.told, hidden), np.asarray(self.told.said[fixed].any(axis=0))
        found = [
            solution
            for goal in _steps(self.forbidden[other])
            if (solution := nearest([known(self.forbidden[own]), goal], self.told, price, bound, whole=True))
            is not None
        ]
        if not found:
            return None
        dearness = [float(self.told.cost[changed_by(one, self.told) & ~hidden].sum()) for one in found]
        self._keep(found[int(np.argmin(dearness))])
        return hidden | self.changed[-1]

    def _sure(self, own: int, hidden: BoolArray) -> BoolArray:
        """Say which counts no solution moves that fits what is shown and what the insider knows."""
        true = np.array([target.value for target in self.forbidden])
        sure = np.ones(len(true), dtype=bool)
        sure[own] = False
        _, least, most = known(self.forbidden[own])
        for values, changed in zip(self.values, self.changed, strict=True):
            if least - _HALF < values[own] < most + _HALF and not (changed & ~hidden).any():
                sure &= np.abs(values - true) < _HALF
        return sure

    def _keep(self, solution: FloatArray | None) -> bool:
        """Remember a solution."""
        if solution is None:
            return False
        whole = np.round(solution)
        self.values.append(np.array([float((target.row @ whole)[0]) for target in self.forbidden]))
        self.changed.append(changed_by(whole, self.told))
        return True


def kept_from_insiders(
    forbidden: Sequence[Target],
    told: Facts,
    primary: BoolArray,
    hidden: BoolArray,
    *,
    fixed: BoolArray | None = None,
) -> BoolArray | None:
    """Hide further records until no insider learns another hidden count.

    Parameters
    ----------
    forbidden
        Counts that nobody may learn.
    told
        All released counts.
    primary
        Records hidden by their own rule, shape (records,).
    hidden
        Records that are hidden so far, shape (records,).
    fixed
        Records that are shown whatever happens, shape (records,); none by default.

    Returns
    -------
    numpy.ndarray or None
        Hidden records, those of ``hidden`` among them; None where nothing that could be hidden helps.
    """
    doubts, now = Doubts(forbidden, told, _watched(forbidden, told)), hidden
    still = np.zeros(len(hidden), dtype=bool) if fixed is None else fixed
    insiders = [place for place, target in enumerate(forbidden) if is_known_within(target)]
    for own in insiders:
        while (other := doubts.learnt(own, now)) is not None:
            freed = doubts.freed(own, other, now, still)
            if freed is None:
                return None
            now = freed
    added = np.flatnonzero(now & ~hidden & ~primary)
    for record in added[np.argsort(-told.cost[added], kind="stable")] if len(added) > 1 else ():
        fewer = now.copy()
        fewer[record] = False
        if all(doubts.learnt(own, fewer) is None for own in insiders):
            now = fewer
    return now


def _watched(forbidden: Sequence[Target], told: Facts) -> Facts:
    """Return the released counts, and the forbidden ones that no record says."""
    said = {tuple(row) for row in told.rows.toarray()}
    more = [target for target in forbidden if tuple(target.row.toarray()[0]) not in said]
    rows = sparse.vstack([told.rows, *(target.row for target in more)], format="csr")
    values = np.concatenate([told.values, [target.value for target in more]])
    nobody = np.zeros((len(told.said), len(more)), dtype=bool)
    return Facts(rows, values, np.hstack([told.said, nobody]), told.cost)


def _steps(target: Target) -> list[Goal]:
    """Return the next whole number above a count, and the one below."""
    up, down = (target.row, target.value + 1.0, np.inf), (target.row, 0.0, target.value - 1.0)
    return [up, down] if target.value >= 1.0 else [up]
