"""P values adjusted for one another: within the study's families, and across the claims that lead."""

from collections.abc import Iterable, Mapping, Sequence

from barometri.claims.records import NAN, Measure
from barometri.inference.multiplicity import holm
from barometri.results import ClaimResult
from barometri.study.claim import Claim, ClaimsFile
from barometri.study.study import Study
from barometri.testing import adjust_p_values


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
        By id of the claim.
    """
    found = dict.fromkeys(measures, NAN)
    families = {} if file is None else file.families
    for name in dict.fromkeys(claim.family for claim in claims):
        members = [claim.id for claim in claims if claim.family == name and claim.id in measures]
        p_values = [measures[member].p_value for member in members]
        method = families[name].adjust if name in families else "none"
        if method != "none":
            p_values = [float(p) for p in adjust_p_values(p_values, method=method)]
        found |= dict(zip(members, p_values, strict=True))
    return found


def headline(study: Study, results: Iterable[ClaimResult]) -> dict[str, float]:
    """Adjust the p values of the claims that lead for one another, by Holm: a sensitivity line.

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
    own = {result.claim.id: result.p_value for result in results}
    names = [name for name in (() if file is None else file.headline) if name in own]
    return dict(zip(names, (float(p) for p in holm([own[name] for name in names])), strict=True))
