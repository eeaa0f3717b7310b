"""Claims about effects on the analytic companion of the design: classes of people, and rising exposures."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from barometri.association.cases import Cases, FloatArray, complete_cases, outcome_of
from barometri.association.strength import odds_ratio_per_model, somers_d
from barometri.claims.conditions import condition
from barometri.claims.descriptive import difference_of, sides
from barometri.claims.direct import asked_directly, direct_rating
from barometri.claims.records import Measure, Setting, Unjudged
from barometri.claims.respondents import (
    SIDE,
    Asked,
    asked,
    divided,
    indicator_of,
    replaced,
    with_number,
)
from barometri.claims.slopes import SCALES, Slope, adjusters, answers, part_of, shifted, slope
from barometri.errors import OptionError, StudyError
from barometri.estimates import Cell, Effect
from barometri.estimation import proportion
from barometri.model_battery import NUMBER_OF_MODELS
from barometri.results import Part, Scale
from barometri.study.claim import ANY_MODEL, Claim
from barometri.study.codes import LARGEST_MISSING
from barometri.survey import Survey

_EXPOSURE = "_exposure"


def difference(claim: Claim, setting: Setting) -> Measure:
    """Return by how much two classes of respondents differ at equal group and district.

    With a margin the claim is that they differ by more than it: p and direction are those against the margin.
    """
    if asked_directly(claim, setting):
        return direct_rating(claim, setting)
    return compared(claim, setting, claim.margin or 0.0)


def compared(claim: Claim, setting: Setting, null: float) -> Measure:
    """Compare the claim's left side with its right side; the raw difference and the sides are shown.

    Where group or district is held constant the number is a modelled one, from which no plain share can be
    reckoned back; the shares stand behind the parts that show them.
    """
    found = asked(claim, setting, claim.wave, analytic=True)
    line, cells, survey = _sides_apart(claim, found, setting)
    return replace(
        shifted(claim, line, null),
        parts=tuple(_shown_sides(claim, found, setting, survey, cells)),
        cells=() if line.adjusted else cells,
    )


def _sides_apart(
    claim: Claim, found: Asked, setting: Setting, *, raw: bool = False
) -> tuple[Slope, tuple[Cell, ...], Survey]:
    """Fit the difference of the two sides, ``raw`` or adjusted; with the counts behind their plain shares.

    Each side needs the claim's fewest answers, also among those in the fit.
    """
    survey = divided(found, setting, claim.left, claim.right)
    side = survey.values(SIDE).astype(np.int64)
    columns = {name: survey.values(name).astype(np.int64) for name in found.columns}
    outcome = claim.item if claim.scale == "score" else found.columns[0]
    held = () if raw else adjusters(claim, survey)
    cases = complete_cases(survey, outcome, held, {SIDE: side, **columns})
    if not {0, 1} <= set(np.unique(cases.exposures[SIDE]).tolist()):
        raise Unjudged("no_responses")
    y = answers(claim, survey, cases) if claim.scale == "score" else _average(cases, found)
    left = (cases.exposures[SIDE] == 0).astype(np.float64)
    line = slope(cases, left, y, next(iter(claim.left)), SCALES[claim.scale])
    cells = _counts(claim, found, setting, survey)
    if min(*(cell.n for cell in cells), int(left.sum()), cases.n - int(left.sum())) < claim.minimum_n:
        raise Unjudged("below_minimum_n")
    return line, cells, survey


def _average(cases: Cases, found: Asked) -> FloatArray:
    """Return the share of a respondent's items that are answered as counted."""
    return np.asarray(np.mean([cases.exposures[name] == 1 for name in found.columns], axis=0))


def _counts(claim: Claim, found: Asked, setting: Setting, survey: Survey) -> tuple[Cell, ...]:
    """Count the plain shares of both sides, item by item."""
    side, made = survey.values(SIDE), []
    inside = np.ones(len(side), dtype=bool) if survey.mask is None else survey.mask
    for value, who in zip((0, 1), sides(claim, setting, found), strict=True):
        for item, column in found.items.items():
            values = survey.values(column)
            base = inside & (side == value) & (values > LARGEST_MISSING)
            n, k = int(base.sum()), int((values[base] == 1).sum())
            made.append(
                Cell(
                    item=item,
                    wave=found.wave,
                    who={**claim.population, **who},
                    n=n,
                    k=k,
                    category="" if claim.answer == "good" else claim.answer,
                    base=claim.base,
                )
            )
    return tuple(made)


def _shown_sides(
    claim: Claim, found: Asked, setting: Setting, survey: Survey, cells: tuple[Cell, ...]
) -> Iterator[Part]:
    """Yield both sides' plain shares, their raw difference, and the alternative classes.

    Under a difference of points there are no shares of favourable answers.
    """
    if not setting.shown:
        return
    if claim.scale == "score":
        line, behind, _ = _sides_apart(claim, found, setting, raw=True)
        yield part_of("raw", line, {}, cells=behind)
    elif len(found.columns) == 1:
        estimates = proportion(survey, found.columns, by=SIDE, margins=True)
        raw = difference_of(claim, setting, found, estimates)
        if not raw.reason:
            yield from raw.parts
            yield Part(
                "raw",
                "shown",
                raw.estimate,
                raw.se,
                raw.low,
                raw.high,
                raw.n,
                raw.df,
                raw.p_value,
                scale="points",
                cells=cells,
            )
    for other in alternatives(claim):
        try:
            line, behind, _ = _sides_apart(other, found, setting)
        except (Unjudged, StudyError):
            continue
        about = {"class": "|".join(next(iter(other.left.values())))}
        yield part_of("alternative", line, about, cells=() if line.adjusted else behind)


def alternatives(claim: Claim) -> Iterator[Claim]:
    """Yield the claim with each of its alternative classes in place of its own."""
    if len(claim.left) == 1:
        (variable,) = claim.left
        for name in claim.alternatives:
            yield replaced(claim, left={variable: (name,)})


@dataclass(frozen=True, slots=True)
class Exposed:
    """Complete cases of a claim on the outcome, with what goes with it."""

    survey: Survey
    cases: Cases
    exposure: FloatArray
    y: FloatArray


def exposed(claim: Claim, setting: Setting) -> Exposed:
    """Return who answered the outcome and the claim's first item.

    The item is a number (of models, of an ordinal answer, measured), or 1 and 0 (a model agreed, a favourable
    answer, or the answers that the claim names).
    """
    survey = limited(claim, setting, claim.item)
    outcome = judged_by(claim, survey)
    exposure = _values(claim, survey, setting)
    whole = np.where(np.isnan(exposure), LARGEST_MISSING, 0).astype(np.int64)
    held = () if setting.plain else adjusters(claim, survey, claim.item)
    cases = complete_cases(survey, outcome, held, {_EXPOSURE: whole})
    return Exposed(survey, cases, exposure[cases.rows], answers(claim, survey, cases))


def limited(claim: Claim, setting: Setting, *items: str) -> Survey:
    """Return the claim's wave under the analytic design (none where plain), limited to its population."""
    found = setting.survey(claim.wave) if setting.plain else setting.analytic(claim.wave)
    survey = with_number(claim, found, setting, items)
    population = condition(claim.population, survey, setting.study, claim.wave)
    return survey if population is None else survey.domain(population)


def judged_by(claim: Claim, survey: Survey) -> str:
    """Return the question that the claim judges by.

    Raises
    ------
    Unjudged
        The wave did not ask it.
    """
    try:
        return outcome_of(survey, claim.outcome or None)
    except OptionError:
        raise Unjudged(f"item_not_asked:{claim.outcome or 'outcome'}") from None


def _values(claim: Claim, survey: Survey, setting: Setting) -> FloatArray:
    """Return the first item as numbers, NaN where it is not known."""
    item = claim.item
    question = survey.question(item) if item in survey.variables else None
    models = {name for model in setting.study.models for name in (model.id, *model.questions)}
    if item in models or item == ANY_MODEL:
        codes = indicator_of(item, claim.answer, claim, survey, setting)
    elif question is None:
        raise Unjudged(f"item_not_asked:{item}")
    elif question.kind == "number":
        values = survey.values(item).astype(np.float64)
        return np.where(values > LARGEST_MISSING, values, np.nan)
    elif item == NUMBER_OF_MODELS or (question.kind == "ordinal" and claim.answer == "good"):
        codes = survey.values(item).astype(np.int32)
    else:
        codes = indicator_of(item, claim.answer, claim, survey, setting)
    return np.where(codes > LARGEST_MISSING, codes.astype(np.float64), np.nan)


def association(claim: Claim, setting: Setting) -> Measure:
    """Return by how much the outcome rises with one more of the first item, group and district held."""
    if asked_directly(claim, setting):
        return direct_rating(claim, setting)
    held = exposed(claim, setting)
    line = slope(held.cases, held.exposure, held.y, claim.item, SCALES[claim.scale])
    parts = tuple(_strength(claim, held)) if setting.shown else ()
    return replace(shifted(claim, line, claim.margin or 0.0), parts=parts)


def _strength(claim: Claim, held: Exposed) -> Iterator[Part]:
    """Yield Somers' D, and the odds ratio per unit raw and at equal group and district."""
    codes = np.unique(held.exposure, return_inverse=True)[1].ravel().astype(np.int64)
    steps = np.unique(held.exposure)
    raw = replace(held.cases, adjust={}, exposures={NUMBER_OF_MODELS: codes})
    effects: list[tuple[str, Effect]] = [("raw", somers_d(raw))]
    if np.array_equal(steps, np.round(steps)):
        whole = {NUMBER_OF_MODELS: held.exposure.astype(np.int64)}
        effects.append(("raw", odds_ratio_per_model(replace(raw, exposures=whole))))
        if held.cases.adjust:
            effects.append(("adjusted", odds_ratio_per_model(replace(held.cases, exposures=whole))))
    names = {"somers_d": "somers_d", "odds_ratio_per_model": "odds_ratio"}
    scales: dict[str, Scale] = {"somers_d": "score", "odds_ratio_per_model": "ratio"}
    for kind, one in effects:
        if np.isfinite(one.estimate):
            yield Part(
                names[one.name],
                "shown",
                one.estimate,
                one.se,
                one.ci_low,
                one.ci_high,
                one.n,
                one.df,
                one.p_value,
                scale=scales[one.name],
                about={"item": claim.item, "kind": kind},
                k_low=one.k_low,
            )
