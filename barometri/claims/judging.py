"""The study's claims judged one after the other: both readings, families, and the published sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from barometri.claims.families import adjusted, deciding_p, with_headline
from barometri.claims.kinds import MEASURES
from barometri.claims.published import same_as_published
from barometri.claims.records import Measure, Setting, Unjudged, too_few
from barometri.claims.respondents import counts_models
from barometri.claims.sensitivity import sensitivity as sensitivity_parts
from barometri.claims.verdicts import verdict_of
from barometri.results import ClaimResult, SameAsPublished, Verdict
from barometri.study.claim import Claim
from barometri.study.plan import Reading
from barometri.study.study import Study
from barometri.survey import Survey

READINGS: tuple[Reading, ...] = ("informed", "lower")


def judge(
    study: Study,
    surveys: Mapping[int, Survey],
    wave: int,
    *,
    beside: bool = True,
    sensitivity: bool = True,
) -> tuple[ClaimResult, ...]:
    """Judge the study's claims that a publication year can speak of.

    Parameters
    ----------
    study
        Its claims are judged in their order, their p values adjusted within its families.
    surveys
        Wave to survey.
    wave
        Publication year: claims about later waves wait.
    beside
        Whether what stands beside the verdicts is made too: parts that are only shown, and whether the plain
        figure says the same. Simulations that count verdicts go without.
    sensitivity
        Whether numbers under other weights and other readings of "cannot say" are made; not without
        ``beside``.

    Returns
    -------
    tuple of ClaimResult
        With exact numbers. ``reason`` of a claim that is not estimable is a key of the texts, followed after
        a colon by the item or variable that is wanting.

    Notes
    -----
    A claim on the number of models is judged under two readings of "cannot say" (those who cannot judge a
    model left out, or counted as not having it); where the verdicts differ, it depends on that answer. The
    number shown is that of the first reading.
    """
    claims = [claim for claim in study.claims if claim.wave <= wave]
    results = _all(claims, study, surveys, beside=beside, sensitivity=sensitivity and beside)
    return with_headline(study, results) if beside else results


def judged(claim: Claim, study: Study, surveys: Mapping[int, Survey]) -> ClaimResult:
    """Judge one claim alone, its p value not adjusted for others."""
    return _all([claim], replace(study, claims_file=None), surveys)[0]


def _all(
    claims: Sequence[Claim],
    study: Study,
    surveys: Mapping[int, Survey],
    *,
    beside: bool = True,
    sensitivity: bool = False,
) -> tuple[ClaimResult, ...]:
    """Judge claims under both readings; numbers that only stand beside a verdict are made under the first."""
    first = Setting(study, surveys, READINGS[0], cache={}, shown=beside)
    measures = {claim.id: measured(claim, first) for claim in claims}
    second = replace(first.read(READINGS[1]), shown=False)
    again = {claim.id: measured(claim, second) for claim in claims if counts_models(claim)}
    file = study.claims_file
    readings = [(measures, adjusted(claims, measures, file))]
    if again:
        readings.append((again, adjusted(claims, measures | again, file)))
    if sensitivity:
        measures |= {claim.id: _with_sensitivity(claim, measures[claim.id], first) for claim in claims}
    plain = Setting(study, surveys, READINGS[0], plain=True, cache={}, shown=False) if beside else None
    return tuple(
        _result(claim, [(m[claim.id], p[claim.id]) for m, p in readings if claim.id in m], plain)
        for claim in claims
    )


def measured(claim: Claim, setting: Setting) -> Measure:
    """Return a claim's numbers, or why there are none."""
    try:
        found = MEASURES[claim.kind](claim, setting)
    except Unjudged as error:
        return Measure(reason=error.reason)
    return Measure(reason="below_minimum_n") if too_few(claim, found) else found


def _with_sensitivity(claim: Claim, measure: Measure, setting: Setting) -> Measure:
    """Add the numbers under other weights and readings, where there is a number."""
    if measure.reason:
        return measure
    return replace(measure, parts=(*measure.parts, *sensitivity_parts(claim, setting)))


def _result(claim: Claim, readings: Sequence[tuple[Measure, float]], plain: Setting | None) -> ClaimResult:
    """Return the numbers of the first reading; the verdict where all readings agree on it."""
    verdicts = [verdict_of(claim, measure, deciding_p(measure, p)) for measure, p in readings]
    agreed = len(set(verdicts)) == 1 or verdicts[0] is Verdict.NOT_ESTIMABLE
    verdict = verdicts[0] if agreed else Verdict.DEPENDS_ON_CANNOT_SAY
    measure, adjusted_p = readings[0]
    return ClaimResult(
        claim=claim,
        verdict=verdict,
        estimate=measure.estimate,
        se=measure.se,
        ci_low=measure.low,
        ci_high=measure.high,
        n=measure.n,
        df=measure.df,
        p_value=measure.p_value,
        adjusted_p=adjusted_p,
        scale=measure.scale,
        level=measure.level,
        method=measure.method,
        parts=measure.parts,
        cells=measure.cells,
        k_low=measure.k_low,
        beside=measure.beside,
        power=measure.power,
        same_as_published=same_as_published(claim, plain) if plain else SameAsPublished.NOT_COMPARABLE,
        reason=measure.reason,
    )
