"""From a claim's numbers to the word of evidence: the rules, and nothing else."""

import math
from collections.abc import Callable, Mapping
from typing import Final

from barometri.claims.records import LEVEL, Measure
from barometri.results import Verdict
from barometri.study.claim import Claim

Rule = Callable[[Claim, Measure, float], Verdict]


def verdict_of(claim: Claim, measure: Measure, adjusted_p: float) -> Verdict:
    """Return the word of evidence.

    Parameters
    ----------
    claim
        Its kind chooses the rule.
    measure
        The numbers, under one reading.
    adjusted_p
        Their p value, adjusted within the family.
    """
    if measure.reason:
        return Verdict.NOT_ESTIMABLE
    return RULES.get(claim.kind, _general)(claim, measure, adjusted_p)


def _general(claim: Claim, measure: Measure, adjusted_p: float) -> Verdict:
    """Judge by direction and p: shown for the claim, for its opposite, or for neither."""
    del claim
    shown = adjusted_p < LEVEL
    if measure.as_claimed:
        return Verdict.SUPPORTED if shown else Verdict.SAME_DIRECTION
    return Verdict.CONTRADICTED if shown else Verdict.NOT_SHOWN


def _extreme(claim: Claim, measure: Measure, adjusted_p: float) -> Verdict:
    found = _general(claim, measure, adjusted_p)
    return Verdict.HIGHEST_NOT_SEPARATED if found is Verdict.SAME_DIRECTION else found


def _equivalence(claim: Claim, measure: Measure, adjusted_p: float) -> Verdict:
    """Judge by the two one-sided tests; contradicted where the 95 % interval lies beyond a margin."""
    if measure.direct:
        return _general(claim, measure, adjusted_p)
    if measure.as_claimed and adjusted_p < LEVEL:
        return Verdict.EQUIVALENT
    if not measure.as_claimed and adjusted_p < LEVEL:
        return Verdict.CONTRADICTED
    return Verdict.NOT_SHOWN_EITHER_WAY


def _range(claim: Claim, measure: Measure, adjusted_p: float) -> Verdict:
    """Judge by where the interval lies: inside the range, outside, or across its border."""
    del adjusted_p
    if claim.relation == "shown" or (claim.low is None and claim.high is None):
        return Verdict.NOT_QUANTIFIED
    low, high = bounds(claim)
    above = measure.low > low if claim.relation == ">" else measure.low >= low
    below = measure.high < high if claim.relation == "<" else measure.high <= high
    if above and below:
        return Verdict.SUPPORTED
    return Verdict.CONTRADICTED if _outside(claim, measure, low, high) else Verdict.NOT_SEPARATED


def _outside(claim: Claim, measure: Measure, low: float, high: float) -> bool:
    """Whether the interval lies outside the range; "above" and "below" leave their border out of it."""
    under = measure.high <= low if claim.relation == ">" and claim.low is not None else measure.high < low
    over = measure.low >= high if claim.relation == "<" and claim.high is not None else measure.low > high
    return under or over


def _joint(claim: Claim, measure: Measure, adjusted_p: float) -> Verdict:
    """Judge a difference that has no direction."""
    del claim, measure
    return Verdict.SUPPORTED if adjusted_p < LEVEL else Verdict.NOT_SHOWN


def _all_of(claim: Claim, measure: Measure, adjusted_p: float) -> Verdict:
    """Judge by the weakest part; what rests on tests has to stand at the family's adjusted level too."""
    del claim
    parts = [(part.verdict, math.isfinite(part.p_value)) for part in measure.parts if part.verdict]
    found = joint_verdict(tuple(verdict for verdict, _ in parts))
    stands = not math.isfinite(measure.p_value) or adjusted_p < LEVEL
    if found is Verdict.CONTRADICTED and not stands and (found, False) not in parts:
        return Verdict.NOT_SHOWN
    return Verdict.SAME_DIRECTION if found is Verdict.SUPPORTED and not stands else found


def bounds(claim: Claim) -> tuple[float, float]:
    """Return the range of a quantity, or of a value give or take its margin.

    Examples
    --------
    >>> from barometri.study.claim import Claim
    >>> bounds(Claim("c", "quantity", (2021,), ("x",), {}, "f", low=0.4))
    (0.4, 1.0)
    """
    if claim.kind == "near" and claim.low is not None:
        margin = claim.margin or 0.0
        return claim.low - margin, claim.low + margin
    return (
        0.0 if claim.low is None else claim.low,
        1.0 if claim.high is None else claim.high,
    )


ORDER: Final = (
    Verdict.NOT_ESTIMABLE,
    Verdict.CONTRADICTED,
    Verdict.NOT_SHOWN,
    Verdict.NOT_SEPARATED,
    Verdict.SAME_DIRECTION,
    Verdict.HIGHEST_NOT_SEPARATED,
    Verdict.NOT_SHOWN_EITHER_WAY,
)
"""Verdicts of the parts of an all-of claim, the one that decides first."""


def joint_verdict(parts: tuple[Verdict, ...]) -> Verdict:
    """Return the verdict that every part holds: supported if all are, else that of the weakest part."""
    for verdict in ORDER:
        if verdict in parts:
            return verdict
    return Verdict.NOT_QUANTIFIED if Verdict.NOT_QUANTIFIED in parts else Verdict.SUPPORTED


def finite(*values: float) -> bool:
    """Whether all numbers are there."""
    return all(map(math.isfinite, values))


RULES: Mapping[str, Rule] = {
    "extreme": _extreme,
    "quantity": _range,
    "near": _range,
    "equivalence": _equivalence,
    "joint": _joint,
    "all_of": _all_of,
}
