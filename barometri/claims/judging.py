"""The study's claims judged one after the other: both readings, families, and the published sentence."""

from collections.abc import Mapping, Sequence

from barometri.claims.kinds import MEASURES
from barometri.claims.published import same_as_published
from barometri.claims.records import NAN, Measure, Setting, Unjudged
from barometri.claims.respondents import counts_models
from barometri.claims.verdicts import verdict_of
from barometri.results import ClaimResult, Verdict
from barometri.study.claim import Claim
from barometri.study.plan import Reading
from barometri.study.study import Study
from barometri.survey import Survey
from barometri.testing import adjust_p_values

READINGS: tuple[Reading, ...] = ("informed", "lower")
Judged = dict[str, tuple[Measure, float]]


def judge(study: Study, surveys: Mapping[int, Survey], wave: int) -> tuple[ClaimResult, ...]:
    """Judge the study's claims that a publication year can speak of.

    Parameters
    ----------
    study
        Its claims are judged in their order, their p values adjusted within its families.
    surveys
        Wave to survey.
    wave
        Publication year: claims about later waves wait.

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
    found = {reading: _measured(claims, Setting(study, surveys, reading, cache={})) for reading in READINGS}
    plain = Setting(study, surveys, "informed", plain=True, cache={})
    return tuple(_result(claim, found, plain) for claim in claims)


def judged(claim: Claim, study: Study, surveys: Mapping[int, Survey]) -> ClaimResult:
    """Judge one claim alone, its p value not adjusted for others."""
    found = {reading: _measured([claim], Setting(study, surveys, reading, cache={})) for reading in READINGS}
    return _result(claim, found, Setting(study, surveys, "informed", plain=True, cache={}))


def _measured(claims: Sequence[Claim], setting: Setting) -> Judged:
    """Measure claims under one reading, and adjust their p values within families."""
    other = setting.reading != READINGS[0]
    measures = {claim.id: measured(claim, setting) for claim in claims if not other or counts_models(claim)}
    adjusted = dict.fromkeys(measures, NAN)
    for family in {claim.family for claim in claims}:
        members = [claim.id for claim in claims if claim.family == family and claim.id in measures]
        p_values = [measures[name].p_value for name in members]
        file = setting.study.claims_file
        method = file.families[family].adjust if file is not None and family in file.families else "none"
        if method != "none":
            p_values = [float(p) for p in adjust_p_values(p_values, method=method)]
        adjusted |= dict(zip(members, p_values, strict=True))
    return {name: (measure, adjusted[name]) for name, measure in measures.items()}


def measured(claim: Claim, setting: Setting) -> Measure:
    """Return a claim's numbers, or why there are none."""
    try:
        found = MEASURES.get(claim.kind, _no_measure)(claim, setting)
    except Unjudged as error:
        return Measure(reason=error.reason)
    small = [cell.n for cell in found.cells if cell.n < claim.minimum_n]
    return Measure(reason="below_minimum_n") if small else found


def _no_measure(claim: Claim, setting: Setting) -> Measure:
    """Refuse a kind that nothing measures."""
    del setting
    raise Unjudged(f"kind:{claim.kind}")


def _result(claim: Claim, found: Mapping[Reading, Judged], plain: Setting) -> ClaimResult:
    readings = [found[reading][claim.id] for reading in READINGS if claim.id in found[reading]]
    verdicts = [verdict_of(claim, measure, p) for measure, p in readings]
    verdict = verdicts[0] if len(set(verdicts)) == 1 else Verdict.DEPENDS_ON_CANNOT_SAY
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
        same_as_published=same_as_published(claim, plain),
        reason=measure.reason,
    )
