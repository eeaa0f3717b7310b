"""P values adjusted for one another: within the study's families, and across the claims that lead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from barometri.claims.records import NAN, Measure
from barometri.inference.multiplicity import holm
from barometri.inference.tails import two_sided_p
from barometri.results import ClaimResult, Part
from barometri.study.claim import JOINT_FIRST, Claim, ClaimsFile
from barometri.study.study import Study
from barometri.testing import adjust_p_values

_JOINT: Final = "gap_interaction"
"""The part that holds a joint test: that a gap was the same in all waves of its claim."""


def adjusted(
    claims: Sequence[Claim], measures: Mapping[str, Measure], file: ClaimsFile | None
) -> dict[str, float]:
    """Adjust the p values of claims within their families.

    Parameters
    ----------
    claims
        In any order.
    measures
        By id of the claim; those without a p (a range, a claim that cannot be judged) are no tests: they stay
        without and are not counted.
    file
        Says how each family is adjusted; a family it does not know is not.

    Returns
    -------
    dict
        By id of the claim. NaN for a claim without a p, and where the joint test that should come first could
        not be computed.
    """
    found = dict.fromkeys(measures, NAN)
    families = {} if file is None else file.families
    for name in dict.fromkeys(claim.family for claim in claims):
        members = [claim.id for claim in claims if claim.family == name and claim.id in measures]
        p_values = [measures[member].p_value for member in members]
        method = families[name].adjust if name in families else "none"
        if method == JOINT_FIRST:
            p_values = _after_joint_test(members, measures)
        elif method != "none":
            p_values = [float(p) for p in adjust_p_values(p_values, method=method)]
        found |= dict(zip(members, p_values, strict=True))
    return found


def _after_joint_test(members: Sequence[str], measures: Mapping[str, Measure]) -> list[float]:
    """Return of each p the larger of it and that of the family's joint test, of several the largest."""
    joint = [
        part.p_value
        for member in members
        for part in measures[member].parts
        if part.name == _JOINT and np.isfinite(part.p_value)
    ]
    first = max(joint, default=NAN)
    return [float(np.maximum(measures[member].p_value, first)) for member in members]


def deciding_p(measure: Measure, adjusted_p: float) -> float:
    """Return the p that a verdict rests on: the adjusted one, the claim's own where none could be had."""
    return adjusted_p if np.isfinite(adjusted_p) else measure.p_value


def headline(study: Study, results: Iterable[ClaimResult]) -> dict[str, float]:
    """Adjust the p values of the claims that lead for one another, by Holm: a sensitivity line.

    A difference of classes leads with the p that there is none, also where its claim asks for a margin.

    Parameters
    ----------
    study
        Its claims file names the claims that lead.
    results
        Judged claims.

    Returns
    -------
    dict
        By id, in the order of the file; NaN where a claim has no p, which is not counted. Claims that were
        not judged are left out.
    """
    file = study.claims_file
    own = {result.claim.id: _from_nothing(result) for result in results}
    names = [name for name in (() if file is None else file.headline) if name in own]
    return dict(zip(names, (float(p) for p in holm([own[name] for name in names])), strict=True))


def _from_nothing(result: ClaimResult) -> float:
    """Return a claim's p; of a difference that is claimed to be beyond a margin, the p that it is 0."""
    claim = result.claim
    if claim.kind != "difference" or claim.margin is None or result.scale == "share" or not result.se > 0:
        return result.p_value
    return float(two_sided_p(result.estimate / result.se, result.df))


def with_headline(study: Study, results: Sequence[ClaimResult]) -> tuple[ClaimResult, ...]:
    """Put the p value adjusted across the claims that lead under each of them, as a sensitivity."""
    line = headline(study, results)
    return tuple(
        replace(result, parts=(*result.parts, _leading(result, line[result.claim.id])))
        if np.isfinite(line.get(result.claim.id, NAN))
        else result
        for result in results
    )


def _leading(result: ClaimResult, adjusted_p: float) -> Part:
    return Part(
        "headline",
        "sensitivity",
        result.estimate,
        result.se,
        result.ci_low,
        result.ci_high,
        result.n,
        result.df,
        _from_nothing(result),
        adjusted_p,
        scale=result.scale,
        cells=result.cells,
        k_low=result.k_low,
    )
