"""Claims that hold where every part of them holds."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from barometri.claims.records import NAN, Measure, Setting, Unjudged, too_few
from barometri.claims.union import cells_of
from barometri.claims.verdicts import ORDER, verdict_of
from barometri.inference.multiplicity import holm
from barometri.results import Part, Verdict
from barometri.study.claim import Claim

Measured = Callable[[Claim, Setting], Measure]


def all_of(claim: Claim, setting: Setting, measures: Mapping[str, Measured]) -> Measure:
    """Return the number of the part that decides: the weakest verdict, of several the least certain.

    Its p is the largest of the parts' where all point the claimed way, else the smallest Holm-adjusted one of
    those that do not; a part that is a range has none and is judged by its interval. Parts: ``part``, each
    with its number and verdict at the plain level.

    Parameters
    ----------
    claim
        With its parts.
    setting
        What they are measured on.
    measures
        By kind, how a part is measured.

    Raises
    ------
    Unjudged
        One of the parts cannot be measured.
    """
    found = [_measured(part, setting, measures[part.kind]) for part in claim.parts]
    verdicts = [verdict_of(p, m, m.p_value) for p, m in zip(claim.parts, found, strict=True)]
    weakest = [ORDER.index(verdict) if verdict in ORDER else len(ORDER) for verdict in verdicts]
    least = [-m.p_value if np.isfinite(m.p_value) else 0.0 for m in found]
    own = found[min(range(len(found)), key=lambda place: (weakest[place], least[place]))]
    ranges = [verdict for verdict, m in zip(verdicts, found, strict=True) if not np.isfinite(m.p_value)]
    tests = [m for m in found if np.isfinite(m.p_value)]
    p, as_claimed = _together(tests)
    parts = tuple(
        _part(place, part, measure, verdict)
        for place, (part, measure, verdict) in enumerate(zip(claim.parts, found, verdicts, strict=True), 1)
    )
    modelled = [m.k_low for m in found if m.k_low is not None]
    return replace(
        own,
        p_value=p,
        as_claimed=as_claimed and Verdict.CONTRADICTED not in ranges,
        parts=parts,
        cells=cells_of(parts),
        k_low=min(modelled, default=None),
        beside=(),
    )


def _measured(part: Claim, setting: Setting, measure: Measured) -> Measure:
    found = measure(part, replace(setting, shown=False))
    if found.reason:
        raise Unjudged(found.reason)
    if too_few(part, found):
        raise Unjudged("below_minimum_n")
    return found


def _together(tests: list[Measure]) -> tuple[float, bool]:
    """Join the tests of the parts: all have to hold, and one that is refuted refutes them all."""
    if not tests:
        return NAN, True
    if all(test.as_claimed for test in tests):
        return max(test.p_value for test in tests), True
    opposite = holm([1.0 if test.as_claimed else test.p_value for test in tests])
    return float(min(p for p, test in zip(opposite, tests, strict=True) if not test.as_claimed)), False


def _part(place: int, part: Claim, measure: Measure, verdict: Verdict) -> Part:
    """Return a part of the claim with its verdict, tested at the plain level."""
    about = {"part": str(place), "item": part.item, "wave": str(part.wave)}
    if part.answer != "good":
        about["answer"] = part.answer
    about |= {variable: "|".join(codes) for variable, codes in part.left.items()}
    return Part(
        "part",
        "test",
        measure.estimate,
        measure.se,
        measure.low,
        measure.high,
        measure.n,
        measure.df,
        measure.p_value,
        scale=measure.scale,
        verdict=verdict,
        about=about,
        cells=measure.cells,
        k_low=measure.k_low,
    )
