"""Claims that hold only where each of several tests does: intersection-union, and what decides."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from barometri.claims.records import LEVEL, Measure, Unjudged
from barometri.claims.shares import METHOD, Tested
from barometri.estimates import Cell
from barometri.inference.multiplicity import holm
from barometri.results import Part
from barometri.study.claim import Claim


@dataclass(frozen=True, slots=True)
class Decision:
    """What several directed tests say together.

    ``p_value`` is the largest where all point the claimed way, else the smallest Holm-adjusted one of those
    that point the other way; ``decides`` is the place of the test it comes from.
    """

    as_claimed: bool
    p_value: float
    decides: int


def sign_of(claim: Claim) -> int:
    """Return 1 where a claim says more, -1 where it says less."""
    return -1 if claim.relation == "<" else 1


def decided(estimates: Sequence[float], p_values: Sequence[float], signs: Sequence[int]) -> Decision:
    """Join directed tests: the claim holds only if each number has its sign.

    Parameters
    ----------
    estimates, p_values
        Numbers with their two-sided p values, at least one.
    signs
        1 where a positive number is claimed, -1 where a negative one is.

    Examples
    --------
    >>> decided([0.2, 0.1], [0.001, 0.03], [1, 1])
    Decision(as_claimed=True, p_value=0.03, decides=1)
    >>> decided([0.2, -0.1], [0.001, 0.03], [1, 1])
    Decision(as_claimed=False, p_value=0.06, decides=1)
    """
    directed = np.asarray(estimates, dtype=np.float64) * np.asarray(signs)
    p = np.asarray(p_values, dtype=np.float64)
    if (directed > 0).all():
        place = int(p.argmax())
        return Decision(True, float(p[place]), place)  # noqa: FBT003 - a record
    opposite = holm(np.where(directed > 0, 1.0, p))
    turned = np.where(directed > 0, np.inf, opposite)
    place = int(turned.argmin())
    return Decision(False, float(opposite[place]), place)  # noqa: FBT003 - a record


def joined(
    claim: Claim, tests: Sequence[Tested], parts: Sequence[Part], names: Sequence[str] = ()
) -> Measure:
    """Return the measure of a claim that every difference has the claimed sign.

    The number is the difference that decides: the least certain one where all point the claimed way.

    Parameters
    ----------
    claim
        Its relation gives the sign.
    tests
        At least one.
    parts
        What stands under the number.
    names
        Of the tests, where the claim says which could not be told from the claimed one.

    Raises
    ------
    Unjudged
        One of the tests cannot be made.
    """
    for found in tests:
        if found.reason:
            raise Unjudged(found.reason)
    sign = sign_of(claim)
    decision = decided([t.estimate for t in tests], [t.p_value for t in tests], [sign] * len(tests))
    own = tests[decision.decides]
    beaten = [t.estimate * sign > 0 and t.p_value < LEVEL for t in tests]
    return Measure(
        own.estimate,
        own.se,
        own.low,
        own.high,
        own.n,
        own.df,
        decision.p_value,
        decision.as_claimed,
        method=METHOD if len(tests) == 1 else f"intersection_union/{METHOD}",
        parts=tuple(parts),
        cells=cells_of(parts, own.cells),
        beside=tuple(name for name, won in zip(names, beaten, strict=True) if not won) if names else (),
    )


def cells_of(parts: Sequence[Part], own: Sequence[Cell] = ()) -> tuple[Cell, ...]:
    """Return the shares that a number rests on, each once: its own and those of its sides and tests."""
    found: list[Cell] = []
    for cell in (*own, *(cell for part in parts if part.role in ("side", "test") for cell in part.cells)):
        if cell not in found:
            found.append(cell)
    return tuple(found)
