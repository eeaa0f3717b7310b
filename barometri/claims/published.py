"""Whether the plain figure says what was published: on the publication's own base, without weights, untested.

Reproducing a sentence is not testing it: no error, no interval and no adjustment for group or district enters
here, only the direction or the size of the plain numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from barometri.association.strength import concordance
from barometri.change.shares import MARKS
from barometri.claims.analytic import exposed
from barometri.claims.kinds import MEASURES
from barometri.claims.records import Measure, Setting, Unjudged
from barometri.claims.respondents import SIDE, Asked, asked, divided
from barometri.claims.slopes import SIGNS
from barometri.claims.splitting import mark_of
from barometri.claims.verdicts import bounds
from barometri.results import SameAsPublished
from barometri.study.claim import Claim
from barometri.study.codes import LARGEST_MISSING

POINT: Final = 0.01
"""Shares that differ by less than a percentage point look alike in print."""
Plain = Callable[[Claim, Setting], bool]


def same_as_published(claim: Claim, plain: Setting) -> SameAsPublished:
    """Compare a published sentence with the unweighted figure; no test is made.

    Parameters
    ----------
    claim
        The sentence.
    plain
        The surveys, every respondent taken as one.

    Returns
    -------
    SameAsPublished
        ``not comparable`` where the source gives no figure or order of its own, where the claim is only
        shown, and where waves or answers are missing. Of an all-of claim: yes where every part is.
    """
    if claim.published == "no" or claim.relation == "shown":
        return SameAsPublished.NOT_COMPARABLE
    if claim.kind == "all_of":
        return _all([same_as_published(part, plain) for part in claim.parts])
    try:
        says = SAYS.get(claim.kind, _direction)(claim, plain)
    except Unjudged:
        return SameAsPublished.NOT_COMPARABLE
    return SameAsPublished.YES if says else SameAsPublished.NO


def _all(parts: list[SameAsPublished]) -> SameAsPublished:
    if SameAsPublished.NO in parts:
        return SameAsPublished.NO
    same = bool(parts) and SameAsPublished.NOT_COMPARABLE not in parts
    return SameAsPublished.YES if same else SameAsPublished.NOT_COMPARABLE


def _measured(claim: Claim, plain: Setting) -> Measure:
    """Measure a claim that describes respondents."""
    found = MEASURES[claim.kind](replace(claim, shown_by="", alternatives=()), plain)
    if found.reason:
        raise Unjudged(found.reason)
    return found


def _direction(claim: Claim, plain: Setting) -> bool:
    """Whether all plain numbers point the claimed way."""
    return _measured(claim, plain).as_claimed


def _size(claim: Claim, plain: Setting) -> bool:
    """Whether the plain share lies in the range."""
    if claim.low is None and claim.high is None:
        raise Unjudged("not_quantified")
    low, high = bounds(claim)
    return low <= _share(asked(claim, plain, claim.wave)) <= high


def _changed(claim: Claim, plain: Setting) -> bool:
    """Whether the plain share moved the claimed way, on the mix of respondents that each wave had."""
    earlier = []
    for year in claim.earlier or claim.waves[:-1]:
        try:
            found = asked(claim, plain, year)
        except Unjudged as missing:
            if missing.reason == "wave_not_read":
                raise
            continue
        if mark_of(plain.study, year, claim.items) != MARKS[-1]:
            earlier.append(_share(found))
    if not earlier:
        raise Unjudged("few_waves")
    return SIGNS[claim.relation] * (_share(asked(claim, plain, claim.wave)) - float(np.mean(earlier))) > 0


def _share(found: Asked) -> float:
    """Return the plain share of a survey's items, their average where there are several."""
    shares = []
    for column in found.columns:
        values = found.survey.values(column)
        there = values[
            (values > LARGEST_MISSING) & (True if found.survey.mask is None else found.survey.mask)
        ]
        if not len(there):
            raise Unjudged("no_responses")
        shares.append(float((there == 1).mean()))
    return float(np.mean(shares))


def _differing(claim: Claim, plain: Setting) -> bool:
    """Whether the plain shares differ visibly between two codes, for some item."""
    found = asked(claim, plain, claim.wave)
    if claim.by not in found.survey.variables:
        raise Unjudged(f"lost_column:{claim.by}")
    codes, mask = found.survey.values(claim.by), found.survey.mask
    inside = np.ones(len(codes), dtype=bool) if mask is None else mask
    spread = 0.0
    for column in found.columns:
        values = found.survey.values(column)
        base = inside & (values > LARGEST_MISSING) & (codes > LARGEST_MISSING)
        own = np.unique(codes[base], return_inverse=True)[1].ravel()
        if not base.any() or own.max() < 1:
            raise Unjudged("no_responses")
        spread = max(spread, float(np.ptp(np.bincount(own, values[base] == 1) / np.bincount(own))))
    return spread >= POINT


def _classes(claim: Claim, plain: Setting) -> bool:
    """Whether the plain share, or mean, of the left side is above that of the right."""
    return SIGNS[claim.relation] * _apart(claim, plain) > 0


def _apart(claim: Claim, plain: Setting) -> float:
    """Return the left side's plain share, or mean of the points, less the right side's."""
    found = asked(claim, plain, claim.wave)
    survey = divided(found, plain, claim.left, claim.right)
    side = survey.values(SIDE)
    names = claim.items if claim.scale == "score" else found.columns
    gaps = []
    for name in names:
        values = survey.values(name)
        there = (values > LARGEST_MISSING) & (True if survey.mask is None else survey.mask)
        means = [values[there & (side == code)] for code in (0, 1)]
        if not all(len(part) for part in means):
            raise Unjudged("no_responses")
        gaps.append(float(means[0].mean() - means[1].mean()))
    return float(np.mean(gaps))


def _rising(claim: Claim, plain: Setting) -> bool:
    """Whether of two respondents the one with more more often judges better (Somers' D)."""
    return SIGNS[claim.relation] * _order(claim, plain) > 0


def _order(claim: Claim, plain: Setting) -> float:
    held = exposed(claim, plain)
    codes = [np.unique(v, return_inverse=True)[1].ravel().astype(np.int64) for v in (held.exposure, held.y)]
    one = np.ones(held.cases.n)
    d, _ = concordance(codes[0], codes[1], one, np.zeros(held.cases.n, dtype=np.int64))
    if not np.isfinite(d):
        raise Unjudged("no_responses")
    return d


def _items(claim: Claim, plain: Setting) -> bool:
    """Whether respondents with each item judge better than those without."""
    return all(_rising(replace(claim, items=(item,)), plain) for item in claim.items)


def _gap(claim: Claim, plain: Setting) -> float:
    """Return the plain share of favourable judgements with the first item less that without."""
    held = exposed(claim, plain)
    having = held.exposure > 0
    if not having.any() or having.all():
        raise Unjudged(f"one_value:{claim.item}")
    return float(held.y[having].mean() - held.y[~having].mean())


def _alike(claim: Claim, plain: Setting) -> bool:
    """Whether the plain difference is too small to be seen."""
    return abs(_gap(claim, plain)) < (claim.margin or 0.0)


def _not_below(claim: Claim, plain: Setting) -> bool:
    """Whether the plain share of those without is not below the others' by the margin."""
    gap = _apart(claim, plain) if claim.left else -_gap(claim, plain)
    return SIGNS[claim.relation] * gap > -(claim.margin or 0.0)


SAYS: Final[Mapping[str, Plain]] = {
    "quantity": _size,
    "near": _size,
    "change": _changed,
    "joint": _differing,
    "difference": _classes,
    "association": _rising,
    "each": _items,
    "equivalence": _alike,
    "non_inferiority": _not_below,
}
