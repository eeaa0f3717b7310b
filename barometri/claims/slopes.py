"""Coefficients of a weighted linear fit with group and district, and what they say for or against a claim."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from barometri.association.cases import Cases, FloatArray, adjusting, even_split
from barometri.association.linear import METHODS, Line, design
from barometri.claims.records import LEVEL, MINIMUM_DF, NAN, Measure, Unjudged
from barometri.errors import StudyError
from barometri.inference.intervals import t_quantile, two_sided_p
from barometri.results import Part, Scale
from barometri.study.claim import Claim
from barometri.survey import Survey

SIGNS: Final[Mapping[str, float]] = {">": 1.0, "<": -1.0}
SCALES: Final[Mapping[str, Scale]] = {"good": "points", "score": "score"}
EXACT: Final = 1e-12
"""Errors below this share of the answers' spread are those of arithmetic: a fit without residuals."""


@dataclass(frozen=True, slots=True)
class Slope:
    """One coefficient: how the answers differ with what a claim speaks of.

    ``n`` is the number of complete cases, ``k_low`` the smallest unweighted count behind the fit,
    ``adjusted`` whether anything is held constant.
    """

    estimate: float
    se: float
    df: float
    n: int
    k_low: int
    method: str
    scale: Scale = "points"
    adjusted: bool = False

    def p_value(self, null: float = 0.0) -> float:
        """Return the two-sided p that the coefficient is a value."""
        return float(two_sided_p((self.estimate - null) / self.se, self.df))

    def interval(self, level: float = 1 - LEVEL) -> tuple[float, float]:
        """Return the interval of a level."""
        half = float(t_quantile(self.df, (1 - level) / 2)) * self.se
        return self.estimate - half, self.estimate + half

    def turned(self) -> "Slope":
        """Return the coefficient of having not, in place of having."""
        return replace(self, estimate=-self.estimate)


def adjusters(claim: Claim, survey: Survey, *own: str) -> tuple[str, ...]:
    """Return the study's group and district, as far as they are held constant for a claim.

    Left out are those that the wave lacks, the claim's own variables and what these are derived from, and
    those with one value in the population.
    """
    about = {*claim.left, *claim.right, *own}
    for name in tuple(about):
        question = survey.question(name) if name in survey.variables else None
        if question is not None and question.derived is not None:
            about.add(question.derived.source)
    single = {name for name, ids in claim.population.items() if len(ids) == 1}
    return tuple(name for name in adjusting(survey, None) if name not in about | single)


def answers(claim: Claim, survey: Survey, cases: Cases) -> FloatArray:
    """Return what a claim judges by: points of the scale, or 1 where the answer is favourable.

    Raises
    ------
    StudyError
        The question has no such answers.
    """
    question = survey.question(cases.outcome)
    ordered = question is not None and question.kind == "ordinal"
    if claim.scale == "score" and not ordered:
        raise StudyError(f"claims.toml, {claim.id}: {cases.outcome!r} has no points; use scale 'good'.")
    if claim.scale == "good" and cases.n and not np.isfinite(cases.good).all():
        raise StudyError(f"claims.toml, {claim.id}: {cases.outcome!r} has no favourable answers.")
    return cases.score if claim.scale == "score" else cases.good


@dataclass(frozen=True, slots=True)
class Judged:
    """What a fit explains, and the name of what it explains it by.

    ``y`` are the answers of the complete cases, ``k_low`` the smallest unweighted count behind the exposure
    ``name``, ``scale`` that of the answers.
    """

    cases: Cases
    y: FloatArray
    name: str
    k_low: int
    scale: Scale

    def told(self, estimate: float, se: float, df: float) -> Slope:
        """Return a coefficient, or say why there is none.

        Raises
        ------
        Unjudged
            Nobody answered, all answers are alike, the exposure has one value or is determined by the
            adjusting variables, or there are too few places.
        """
        if self.cases.n == 0:
            raise Unjudged("no_responses")
        if self.k_low == 0:
            raise Unjudged(f"one_value:{self.name}")
        spread = float(np.ptp(self.y))
        if spread == 0 or (np.isfinite(se) and se <= EXACT * spread):
            raise Unjudged("zero_variance")
        if not np.isfinite(estimate):
            raise Unjudged(f"aliased:{self.name}")
        if not (np.isfinite(se) and df >= MINIMUM_DF):
            raise Unjudged("few_degrees_of_freedom")
        method = METHODS[self.cases.clustered]
        held = any(len(np.unique(values)) > 1 for values in self.cases.adjust.values())
        return Slope(estimate, se, df, self.cases.n, self.k_low, method, self.scale, held)


def slope(cases: Cases, exposure: FloatArray, y: FloatArray, name: str, scale: Scale) -> Slope:
    """Regress answers on one exposure at equal adjusting variables.

    Parameters
    ----------
    cases
        Complete cases.
    exposure, y
        Shape (n,).
    name
        Of the exposure, for the reason where there is no number.
    scale
        Of the answers.

    Raises
    ------
    Unjudged
        As `Judged.told`.
    """
    codes = np.unique(exposure, return_inverse=True)[1].ravel().astype(np.int64)
    k_low = min(even_split(codes), cases.smallest_level) if cases.n else 0
    judged = Judged(cases, y, name, k_low, scale)
    if k_low == 0:
        return judged.told(NAN, NAN, NAN)
    line = design(cases, exposure[:, None]).fit(y, [0])
    return judged.told(*first_of(line))


def first_of(line: Line, at: int = 0) -> tuple[float, float, float]:
    """Return estimate, error and degrees of freedom of one coefficient."""
    return float(line.estimate[at]), float(line.se[at]), float(line.df[at])


def shifted(claim: Claim, found: Slope, null: float = 0.0) -> Measure:
    """Judge a coefficient against the value that the claim must be beyond.

    Parameters
    ----------
    claim
        Its relation says in which direction.
    found
        The coefficient.
    null
        The value for ``>``; its opposite is that for ``<``.
    """
    sign = SIGNS[claim.relation]
    low, high = found.interval()
    return Measure(
        found.estimate,
        found.se,
        low,
        high,
        found.n,
        found.df,
        found.p_value(sign * null),
        as_claimed=sign * found.estimate > null,
        scale=found.scale,
        method=found.method,
        k_low=found.k_low,
    )


def part_of(name: str, found: Slope, about: Mapping[str, str], **more: object) -> Part:
    """Return a coefficient as a number under a claim; it is shown and decides nothing unless said."""
    low, high = found.interval()
    made = Part(
        name,
        "shown",
        found.estimate,
        found.se,
        low,
        high,
        found.n,
        found.df,
        found.p_value(),
        scale=found.scale,
        about=about,
        k_low=found.k_low,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def weakest(p_values: Sequence[float], adjusted: Sequence[float], pointing: Sequence[bool]) -> int:
    """Return which of several tests decides a claim that all of them must hold.

    The one with the largest p where all point the claimed way, else the one with the smallest p of those that
    point the other way.
    """
    against = [place for place, same in enumerate(pointing) if not same]
    if against:
        return min(against, key=lambda place: (adjusted[place], p_values[place]))
    return max(range(len(pointing)), key=lambda place: (adjusted[place], p_values[place]))
