"""Published sentences judged: each claim's number, its test, and the word of evidence it gets.

Claims that describe the people of the frame keep the sample's strata; claims about an effect use the analytic
companion of the design, with areas and units as sampling units. Neither uses a finite population correction.
All tests are two-sided at .05 and unadjusted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import product
from operator import and_, or_
from typing import Final

import numpy as np

from barometri.errors import StudyError
from barometri.estimates import TOTAL, Estimates
from barometri.estimation import proportion
from barometri.estimation.targets import Base as Asked
from barometri.inference.intervals import t_quantile, two_sided_p
from barometri.model_battery import NUMBER_OF_MODELS, asked_models, battery, count_models, indicator
from barometri.results import Base, ClaimResult, Verdict
from barometri.study.codebook import Code, Question
from barometri.study.codes import BLANK
from barometri.study.plan import Claim, Reading
from barometri.study.study import Study
from barometri.survey import Survey
from barometri.survey.columns import Condition

LEVEL: Final = 0.05
MINIMUM_DF: Final = 3.0
REST: Final = "rest"
_PART: Final = "_part"
_ITEM: Final = "_item"
_SIDES: Final = ("left", "right")

Restriction = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Measure:
    """A claim's number under one reading, before it is judged; ``reason`` says why there is none."""

    estimate: float = float("nan")
    se: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    n: int = 0
    df: float = float("nan")
    p_value: float = float("nan")
    method: str = ""
    parts: Mapping[str, float] | None = None
    bases: tuple[Base, ...] = ()
    reason: str = ""


def judge(study: Study, surveys: Mapping[int, Survey], wave: int) -> tuple[ClaimResult, ...]:
    """Judge the study's claims about one wave.

    Parameters
    ----------
    study
        Its claims are judged in their order.
    surveys
        Wave to survey.
    wave
        Publication year.

    Returns
    -------
    tuple of ClaimResult
        With exact numbers. ``reason`` of a claim that is not estimable is a key of the texts, followed after
        a colon by the item or variable that is wanting.
    """
    return tuple(judged(claim, study, surveys.get(wave)) for claim in study.claims if claim.wave == wave)


def judged(claim: Claim, study: Study, survey: Survey | None) -> ClaimResult:
    """Judge one claim on the survey of its wave.

    A claim on the number of models is judged under two readings of "cannot say"; where the verdicts differ,
    it depends on that answer. The number shown is that of the first reading.
    """
    obstacle = "wave_not_read" if survey is None else _obstacle(claim, study, survey)
    if survey is None or obstacle:
        return _result(claim, Measure(reason=obstacle), Verdict.NOT_ESTIMABLE)
    counts = NUMBER_OF_MODELS in _variables(claim)
    readings: tuple[Reading, ...] = ("informed", "lower") if counts else ("informed",)
    measures = [_measure(claim, count_models(survey, reading=r) if counts else survey) for r in readings]
    verdicts = [_verdict(claim, measure) for measure in measures]
    verdict = verdicts[0] if len(set(verdicts)) == 1 else Verdict.DEPENDS_ON_CANNOT_SAY
    return _result(claim, measures[0], verdict)


def _variables(claim: Claim) -> tuple[str, ...]:
    return tuple(v for part in (claim.population, claim.left, claim.right) for v in part if v != REST)


def _obstacle(claim: Claim, study: Study, survey: Survey) -> str:
    """Return why the wave cannot answer: the item or a variable is not there, or models were left out."""
    models = {model.id for model in asked_models(survey)}
    if claim.item not in survey.variables and claim.item not in models:
        return f"item_not_asked:{claim.item}"
    for variable in _variables(claim):
        if variable == NUMBER_OF_MODELS:
            if len(models) < len(study.models):
                return "fewer_models"
        elif variable not in survey.variables:
            return f"lost_column:{variable}"
    return ""


def _condition(survey: Survey, restriction: Restriction) -> Condition | None:
    parts = [
        _of_number(survey, ids) if variable == NUMBER_OF_MODELS else survey[variable].isin(ids)
        for variable, ids in restriction.items()
    ]
    return reduce(and_, parts) if parts else None


def _of_number(survey: Survey, ids: Sequence[str]) -> Condition:
    """Return the condition on the number of models; ``3+`` means three or more."""
    column = survey[NUMBER_OF_MODELS]
    return reduce(or_, [column >= int(i[:-1]) if i.endswith("+") else column == i for i in ids])


def _measure(claim: Claim, survey: Survey) -> Measure:
    survey = DESIGNS[claim.kind](survey)
    population = _condition(survey, claim.population)
    survey, item, base = _with_item(survey if population is None else survey.domain(population), claim)
    return MEASURES[claim.kind](claim, survey, item, base)


def _with_item(survey: Survey, claim: Claim) -> tuple[Survey, str, Asked]:
    """Turn a model into a question of its own; other items are what they are."""
    if claim.item in survey.variables:
        return survey, claim.item, claim.base
    found = battery(survey, [claim.item])
    reading = "lower" if claim.base == "asked" else "informed"
    values = indicator(found.states[claim.item], found.agreed, reading)
    return survey.with_column(_ITEM, values, _codes(_ITEM, ("no", "yes"), good=(1,))), _ITEM, "answered"


def _codes(name: str, ids: Sequence[str], *, good: tuple[int, ...] = ()) -> Question:
    codes = tuple(Code(value, key, {}, {}) for value, key in enumerate(ids))
    return Question(name, "nominal", {}, {}, codes, good=good)


def _share(claim: Claim, survey: Survey, item: str, base: Asked) -> Measure:
    """Return one share with its interval."""
    del claim
    estimates = proportion(survey, item, base=base)
    row = estimates.frame.iloc[0]
    counts = _bases(estimates, [0])
    estimate, se, low, high, df = (float(row[c]) for c in ("estimate", "se", "ci_low", "ci_high", "df"))
    measure = Measure(
        estimate,
        se,
        low,
        high,
        counts[0].n,
        df,
        method=str(row["method"]),
        parts={"left": estimate},
        bases=counts,
    )
    return replace(measure, reason=_gap([measure.estimate], measure.low, measure.df))


def _difference(claim: Claim, survey: Survey, item: str, base: Asked) -> Measure:
    """Return left minus right with a t interval from their joint covariance."""
    estimates = proportion(_divided(claim, survey), item, by=_PART, base=base, margins=True)
    keys = [str(key) for key in estimates.frame[_PART]]
    if not set(_SIDES) <= set(keys):
        return Measure(reason="no_responses")
    rows = [keys.index(side) for side in _SIDES]
    shares = estimates.frame["estimate"].to_numpy(dtype=np.float64)[rows]
    v = estimates.covariance[np.ix_(rows, rows)]
    difference, se = float(shares[0] - shares[1]), float(np.sqrt(max(v[0, 0] + v[1, 1] - 2 * v[0, 1], 0.0)))
    df = float(estimates.frame["df"].iloc[keys.index(TOTAL)])
    half = float(t_quantile(df, LEVEL / 2)) * se
    bases = _bases(estimates, rows)
    return Measure(
        difference,
        se,
        difference - half,
        difference + half,
        sum(b.n for b in bases),
        df,
        float(two_sided_p(difference / se, df)) if se > 0 else float("nan"),
        "t/taylor",
        dict(zip(_SIDES, map(float, shares), strict=True)),
        bases,
        _gap(list(shares), se if se > 0 else float("nan"), df),
    )


def _divided(claim: Claim, survey: Survey) -> Survey:
    """Limit the survey to both sides of the comparison, and say who is on which."""
    left = _condition(survey, claim.left)
    right = ~left if left is not None and REST in claim.right else _condition(survey, claim.right)
    if left is None or right is None:
        raise StudyError(f"claims.toml, {claim.id}: kind {claim.kind} compares left with right; give both.")
    masks = [np.asarray(survey.domain(side).mask) for side in (left, right)]
    if (masks[0] & masks[1]).any():
        raise StudyError(f"claims.toml, {claim.id}: left and right overlap; keep them apart.")
    side = np.where(masks[0], 0, np.where(masks[1], 1, BLANK)).astype(np.int32)
    return survey.domain(left | right).with_column(_PART, side, _codes(_PART, _SIDES))


def _bases(estimates: Estimates, rows: Sequence[int]) -> tuple[Base, ...]:
    n, k = estimates.frame["n"].to_numpy(), estimates.counts["k"].to_numpy()
    return tuple(Base(int(n[row]), int(k[row])) for row in rows)


def _gap(shares: Sequence[float], spread: float, df: float) -> str:
    """Return why a number cannot be judged, if it cannot."""
    if not np.isfinite(shares).all():
        return "no_responses"
    if not df >= MINIMUM_DF:
        return "few_degrees_of_freedom"
    return "" if np.isfinite(spread) else "zero_variance"


def _verdict(claim: Claim, measure: Measure) -> Verdict:
    if measure.reason:
        return Verdict.NOT_ESTIMABLE
    if claim.kind == "quantity":
        return _of_range(claim, measure)
    sign = 1.0 if claim.relation == ">" else -1.0
    as_claimed, shown = sign * measure.estimate > 0, measure.p_value < LEVEL
    if as_claimed:
        return Verdict.SUPPORTED if shown else Verdict.SAME_DIRECTION
    return Verdict.CONTRADICTED if shown else Verdict.NOT_SHOWN


def _of_range(claim: Claim, measure: Measure) -> Verdict:
    """Judge by where the interval lies: inside the range, outside, or across its border."""
    if claim.relation == "shown" or (claim.low is None and claim.high is None):
        return Verdict.NOT_QUANTIFIED
    low = 0.0 if claim.low is None else claim.low
    high = 1.0 if claim.high is None else claim.high
    if low <= measure.low and measure.high <= high:
        return Verdict.SUPPORTED
    if measure.high < low or measure.low > high:
        return Verdict.CONTRADICTED
    return Verdict.NOT_SEPARATED


def _touches(claim: Claim) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Return the published cells that the claim speaks of."""
    sides = [part for part in (claim.left, claim.right) if part and REST not in part] or [{}]
    cells = []
    for side in sides:
        where = {**claim.population, **side}
        cells += [dict(zip(where, ids, strict=True)) for ids in product(*where.values())]
    return tuple((claim.item, cell) for cell in cells)


def _result(claim: Claim, measure: Measure, verdict: Verdict) -> ClaimResult:
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
        method=measure.method,
        parts=dict(measure.parts or {}),
        bases=measure.bases,
        touches=_touches(claim),
        reason=measure.reason,
    )


def _descriptive(survey: Survey) -> Survey:
    """Return the survey under its design without finite population correction."""
    if survey.design.fpc is None or survey.design.weight is None:
        return survey
    return survey.with_design(replace(survey.design, fpc=None))


DESIGNS: Mapping[str, Callable[[Survey], Survey]] = {
    "ordering": _descriptive,
    "quantity": _descriptive,
    "difference": Survey.analytic,
}
MEASURES: Mapping[str, Callable[[Claim, Survey, str, Asked], Measure]] = {
    "ordering": _difference,
    "quantity": _share,
    "difference": _difference,
}
