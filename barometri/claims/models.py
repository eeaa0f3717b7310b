"""Claims about single models at equal other models, group and district: each of several, none that matters.

"Cannot say" about a model is a state of its own where the claim leaves it out of the base, so that those who
have a model are compared with those who know that it is not in use; ``base = "asked"`` counts it as not in
use. One set-up of all models serves all claims of a wave.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from barometri.association.linear import Line
from barometri.association.models import Measure as Measured
from barometri.association.models import ModelFits, fit_models
from barometri.claims.analytic import compared, exposed, judged_by, limited
from barometri.claims.direct import asked_directly, direct_rating, word
from barometri.claims.records import LEVEL, Measure, Setting, Unjudged
from barometri.claims.slopes import (
    SCALES,
    SIGNS,
    Judged,
    Slope,
    adjusters,
    answers,
    first_of,
    part_of,
    shifted,
    slope,
    weakest,
)
from barometri.errors import OptionError
from barometri.inference.equivalence import equivalence as two_one_sided
from barometri.inference.multiplicity import holm
from barometri.inference.tails import two_sided_p
from barometri.results import Part
from barometri.study.claim import Claim
from barometri.study.plan import Reading

READINGS: dict[str, Reading] = {"answered": "informed", "asked": "lower"}
INSIDE = 0.90
"""Level of the interval that lies within the margins exactly where both one-sided tests reject."""


@dataclass(frozen=True, slots=True)
class Models:
    """All models of a wave against a claim's outcome."""

    claim: Claim
    fits: ModelFits
    setting: Setting
    key: tuple[object, ...]

    @property
    def measure(self) -> Measured:
        """What the fits explain."""
        return "score" if self.claim.scale == "score" else "points"

    def lines(self) -> Line:
        """Return the differences between with and without each model, the others held."""
        return self.setting.kept(
            (*self.key, self.measure), lambda: self.fits.lines("conditional", self.measure)
        )

    def slope(self, model: str) -> Slope:
        """Return the difference between with and without a model, the others held."""
        judged, at = self._judged(model), self.place(model)
        if (*self.key, self.measure) in (self.setting.cache or {}):
            return judged.told(*first_of(self.lines(), at))
        line = self.setting.kept(
            (*self.key, self.measure, model), lambda: self.fits.together.fit(judged.y, [at])
        )
        return judged.told(*first_of(line))

    def alone(self, model: str) -> Slope:
        """Return the difference between with and without a model, whatever the others."""
        judged = self._judged(model)
        return judged.told(*first_of(self.fits.alone[self.place(model)].fit(judged.y, [0])))

    def place(self, model: str) -> int:
        """Return the position of a model.

        Raises
        ------
        Unjudged
            The wave did not ask it, or all answers are alike.
        """
        if model not in self.fits.models:
            raise Unjudged(f"item_not_asked:{model}")
        return self.fits.models.index(model)

    def _judged(self, model: str) -> Judged:
        cases = self.fits.cases
        k_low = min(int(self.fits.smaller[self.place(model)]), cases.smallest_level)
        y = answers(self.claim, cases.survey, cases)
        return Judged(cases, y, model, k_low, SCALES[self.claim.scale])


def models_of(claim: Claim, setting: Setting, reading: Reading | None = None) -> Models:
    """Lay out all models of the claim's wave and population, once for all claims.

    Raises
    ------
    Unjudged
        The wave was not read, or did not ask the outcome or any model.
    """
    chosen = reading or READINGS[claim.base]
    survey = limited(claim, setting)
    outcome, held = judged_by(claim, survey), adjusters(claim, survey)
    population = tuple(sorted((name, tuple(ids)) for name, ids in claim.population.items()))
    key = ("models", claim.wave, population, outcome, held, chosen, setting.reading)

    def make() -> ModelFits:
        return fit_models(survey, outcome=outcome, adjust=held, reading=chosen)

    try:
        return Models(claim, setting.kept(key, make), setting, key)
    except OptionError:
        raise Unjudged(f"item_not_asked:{claim.item}") from None


def each(claim: Claim, setting: Setting) -> Measure:
    """Judge each of several models at equal other models; Holm over all models of the study.

    The claim's number is that of the model that decides: the one with the largest p where all point the
    claimed way, else the one with the smallest of those that point the other way.
    """
    if asked_directly(claim, setting):
        return direct_rating(claim, setting)
    found = models_of(claim, setting)
    sign, line = SIGNS[claim.relation], found.lines()
    slopes = [found.slope(item) for item in claim.items]
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(line.se > 0, two_sided_p(line.estimate / line.se, line.df), np.nan)
    adjusted = holm(p)
    places = [found.place(item) for item in claim.items]
    pointing = [sign * one.estimate > 0 for one in slopes]
    decides = weakest(p[places].tolist(), adjusted[places].tolist(), pointing)
    parts = [
        part_of(
            "model",
            one,
            {"item": item},
            role="test",
            adjusted_p=float(adjusted[at]),
            verdict=word(as_claimed=same, p_value=float(adjusted[at])),
        )
        for item, one, at, same in zip(claim.items, slopes, places, pointing, strict=True)
    ]
    return replace(
        shifted(claim, slopes[decides]),
        p_value=float(adjusted[places[decides]]),
        as_claimed=all(pointing),
        parts=(*parts, *(_beside(claim, found, adjusted) if setting.shown else ())),
        k_low=min(one.k_low for one in slopes),
    )


def _beside(
    claim: Claim, found: Models, adjusted: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Iterator[Part]:
    """Yield the other models at equal other models, and the claim's own whatever the others."""
    for at, model in enumerate(found.fits.models):
        if model not in claim.items:
            try:
                one = found.slope(model)
            except Unjudged:
                continue
            yield part_of("model", one, {"item": model}, adjusted_p=float(adjusted[at]))
    yield from _alone(claim.items, found)
    yield from _otherwise(claim.items, found)


def _alone(items: tuple[str, ...], found: Models, *, turned: bool = False) -> Iterator[Part]:
    for item in items:
        try:
            one = found.alone(item)
        except Unjudged:
            continue
        yield part_of("marginal", one.turned() if turned else one, {"item": item})


def _otherwise(items: tuple[str, ...], found: Models, *, turned: bool = False) -> Iterator[Part]:
    """Yield the same under the other reading of "cannot say" about a model."""
    claim = found.claim
    other: Reading = "lower" if READINGS[claim.base] == "informed" else "informed"
    again = models_of(claim, found.setting, other)
    for item in items:
        try:
            one = again.slope(item)
        except Unjudged:
            continue
        about = {"item": item, "reading": other}
        yield part_of("reading", one.turned() if turned else one, about, role="sensitivity")


def _effect(claim: Claim, setting: Setting, *, turned: bool = False) -> tuple[Slope, tuple[Part, ...]]:
    """Return the effect of having the first item: a model's at equal other models, or another exposure's.

    ``turned`` gives that of not having it, also of what is shown beside it.
    """
    if claim.item in {model.id for model in setting.study.models}:
        found, own = models_of(claim, setting), (claim.item,)
        line = found.slope(claim.item)
        beside: tuple[Part, ...] = ()
        if setting.shown:
            beside = (*_alone(own, found, turned=turned), *_otherwise(own, found, turned=turned))
        return line.turned() if turned else line, beside
    held = exposed(claim, setting)
    line = slope(held.cases, held.exposure, held.y, claim.item, SCALES[claim.scale])
    return line.turned() if turned else line, ()


def equivalence(claim: Claim, setting: Setting) -> Measure:
    """Judge that having the first item makes less of a difference than the margin, by two one-sided tests.

    The interval is the one of 90 %, the power that of both tests at no difference, known before the verdict.
    Where the effect is not inside the margins, p is the two-sided one that it lies beyond the nearer.
    """
    if asked_directly(claim, setting):
        return direct_rating(claim, setting)
    line, shown = _effect(claim, setting)
    margin = claim.margin or 0.0
    test = two_one_sided(line.estimate, line.se, line.df, line.n, low=-margin, high=margin, alpha=LEVEL)
    inside = abs(line.estimate) < margin
    low, high = line.interval(INSIDE)
    power = Part("power", "shown", test.detail["power"], n=line.n, df=line.df, k_low=line.k_low)
    return Measure(
        line.estimate,
        line.se,
        low,
        high,
        line.n,
        line.df,
        test.p_value if inside else line.p_value(margin if line.estimate > 0 else -margin),
        as_claimed=inside,
        scale=line.scale,
        level=INSIDE,
        method=f"equivalence/{line.method}",
        parts=(power, *shown),
        k_low=line.k_low,
        power=test.detail["power"],
    )


def non_inferiority(claim: Claim, setting: Setting) -> Measure:
    """Judge that who has not the first item is not lower by the margin: the lower 95 % limit.

    With sides, that the left is not lower than the right. For ``<`` that it is not higher.
    """
    if asked_directly(claim, setting):
        return direct_rating(claim, setting)
    margin = claim.margin or 0.0
    if claim.left:
        return compared(claim, setting, -margin)
    line, shown = _effect(claim, setting, turned=True)
    return replace(shifted(claim, line, -margin), parts=shown)
