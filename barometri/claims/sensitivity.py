"""What a claim's number would be under other weights and other readings of "cannot say"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.claims.records import NAN, Setting, Unjudged
from barometri.claims.respondents import GOOD, SIDE, Asked, asked, complement, divided, indicator_of
from barometri.claims.splitting import wave_about
from barometri.claims.union import sign_of
from barometri.estimates import Cell
from barometri.results import Part, Scale
from barometri.study.claim import ANY_MODEL, REST, Claim, Restriction
from barometri.study.codes import LARGEST_MISSING
from barometri.study.plan import NUMBER_OF_MODELS, DisclosureRules

KINDS: Final = ("quantity", "near", "ordering", "reversal")
"""Kinds whose number is a plain share, or a difference of plain shares."""
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
_UNSURE: Final = "dont_know"


@dataclass(frozen=True, slots=True, repr=False)
class _Side:
    """Respondents that a share is of; ``who`` beyond the population."""

    inside: BoolArray
    who: Restriction


@dataclass(frozen=True, slots=True, repr=False)
class _Answers:
    """A claim's items in a wave: counted (1) or not (0), NaN out of the base; and who cannot say."""

    claim: Claim
    wave: int
    items: Mapping[str, FloatArray]
    unsure: Mapping[str, BoolArray]
    sides: tuple[_Side, ...]
    weight: FloatArray

    def read(self, *, counted: bool) -> "_Answers":
        """Return the answers with "cannot say" counted as the favourable answer, or as another."""
        items = {
            name: np.where(self.unsure[name], float(counted), values) for name, values in self.items.items()
        }
        return replace(self, claim=replace(self.claim, base="asked"), items=items)

    def within(self, members: BoolArray, who: Restriction) -> "_Answers":
        """Return the answers of some respondents."""
        sides = tuple(_Side(side.inside & members, {**side.who, **who}) for side in self.sides)
        return replace(self, sides=sides)

    def share(self, item: str, side: _Side) -> float:
        """Return a weighted share; NaN without answers."""
        values = self.items[item]
        base = side.inside & np.isfinite(values)
        total = float(self.weight[base].sum())
        return float(self.weight[base] @ values[base]) / total if total > 0 else NAN

    def number(self) -> float:
        """Return the claim's number: a share, a difference, or of several the smallest lead."""
        first, others = self.claim.item, self.claim.against
        if others and self.claim.kind == "ordering":
            sign, side = sign_of(self.claim), self.sides[0]
            leads = [sign * (self.share(first, side) - self.share(item, side)) for item in others]
            return sign * float(np.min(leads))
        shares = [[self.share(item, side) for item in self.items] for side in self.sides]
        means = [float(np.mean(own)) for own in shares]
        return means[0] - means[1] if len(means) > 1 else means[0]

    def cells(self) -> tuple[Cell, ...]:
        """Return the counts of all shares."""
        return tuple(
            self._cell(item, side, values == 1, "" if self.claim.answer == GOOD else self.claim.answer)
            for side in self.sides
            for item, values in self.items.items()
        )

    def unsure_cells(self) -> tuple[Cell, ...]:
        """Return the counts of those who cannot say."""
        return tuple(
            self._cell(item, side, self.unsure[item], _UNSURE) for side in self.sides for item in self.items
        )

    def _cell(self, item: str, side: _Side, counted: BoolArray, category: str) -> Cell:
        base = side.inside & np.isfinite(self.items[item])
        return Cell(
            item,
            self.wave,
            {**self.claim.population, **side.who},
            int(base.sum()),
            int((base & counted).sum()),
            category,
            self.claim.base,
        )


def sensitivity(claim: Claim, setting: Setting) -> tuple[Part, ...]:
    """Return a claim's number without weights, with equal sides, and with "cannot say" read both ways.

    Parameters
    ----------
    claim
        Of a kind whose number is a plain share or a difference of plain shares; others have no such parts.
    setting
        The weighted surveys.

    Returns
    -------
    tuple of Part
        ``unweighted``; ``equal_sides``, the average of both sides where the claim is about everybody;
        ``cannot_say_lower`` and ``cannot_say_upper``, where somebody could not say, who then counts as not
        answering as counted, or as answering so. Numbers without intervals, each with its own counts; of a
        claim on several waves by wave. One that rests on too few people to be shown is not made.
    """
    if claim.kind not in KINDS:
        return ()
    several = len(claim.waves) > 1
    parts: list[Part] = []
    for wave in claim.waves:
        try:
            found = _answers(claim, setting, wave)
        except Unjudged:
            return ()
        about = wave_about(setting.study, claim, wave) if several else {}
        parts += _of_wave(found, setting, about)
    return tuple(parts)


def _of_wave(found: _Answers, setting: Setting, about: Mapping[str, str]) -> list[Part]:
    plain = replace(found, weight=np.ones_like(found.weight))
    made = [("unweighted", plain.number(), found.cells())]
    if halves := _halves(found, setting):
        number = float(np.mean([half.number() for half in halves]))
        made.append(("equal_sides", number, tuple(cell for half in halves for cell in half.cells())))
    low, high = found.read(counted=False), found.read(counted=True)
    unsure, rules = low.unsure_cells(), setting.study.disclosure
    if all(
        _may_be_shown(cell, rules) for cell in unsure
    ):  # both bounds or none: together they tell the count
        if found.claim.base == "answered":
            made.append(("cannot_say_lower", low.number(), low.cells()))
        made.append(("cannot_say_upper", high.number(), (*low.cells(), *unsure)))
    scale: Scale = "points" if len(found.sides) > 1 or len(found.items) > len(found.claim.items) else "share"
    return [
        Part(name, "sensitivity", number, n=_fewest(cells), scale=scale, about=dict(about), cells=cells)
        for name, number, cells in made
        if np.isfinite(number) and all(_may_be_shown(cell, rules) for cell in cells)
    ]


def _fewest(cells: Sequence[Cell]) -> int:
    """Return the answers to the item with the fewest."""
    bases: dict[str, int] = {}
    for cell in cells:
        if cell.category != _UNSURE:
            bases[cell.item] = bases.get(cell.item, 0) + cell.n
    return min(bases.values())


def _may_be_shown(cell: Cell, rules: DisclosureRules) -> bool:
    """Whether a share is large enough to be shown: one that is not would only cost others their place."""
    return cell.n >= rules.minimum_n and rules.minimum_k <= cell.k <= cell.n - rules.minimum_k


def _answers(claim: Claim, setting: Setting, wave: int) -> _Answers:
    """Return a claim's answers in a wave.

    Raises
    ------
    Unjudged
        The wave was not read, or did not ask an item or a variable.
    """
    wanted = (claim.item, *claim.against) if claim.kind == "ordering" and claim.against else claim.items
    known = asked(claim, setting, wave, items=wanted)
    base = {item: _numbers(known.survey.values(column)) for item, column in known.items.items()}
    unsure = {item: np.zeros(len(values), dtype=np.bool_) for item, values in base.items()}
    if not {NUMBER_OF_MODELS, ANY_MODEL} & set(wanted):
        other = replace(claim, base="answered" if claim.base == "asked" else "asked")
        for item, own in base.items():
            read = _numbers(indicator_of(item, claim.answer, other, known.survey, setting))
            unsure[item] = np.isfinite(read) != np.isfinite(own)
    sides = _sides(claim, setting, known)
    return _Answers(claim, wave, base, unsure, sides, known.survey.coded.weight)


def _numbers(codes: npt.NDArray[np.generic]) -> FloatArray:
    values = codes.astype(np.float64)
    return np.where(values > LARGEST_MISSING, values, np.nan)


def _sides(claim: Claim, setting: Setting, found: Asked) -> tuple[_Side, ...]:
    """Return whom a claim compares; everybody of its population where it compares nobody, or items."""
    if not claim.left or claim.kind in {"quantity", "near"}:
        mask = found.survey.mask
        return (_Side(np.ones(len(found.survey.rows), dtype=np.bool_) if mask is None else mask, {}),)
    survey = divided(found, setting, claim.left, claim.right)
    right = claim.right
    if REST in right:
        right = complement(found, claim.left, setting.study)
    codes = survey.values(SIDE)
    return tuple(_Side(codes == code, who) for code, who in enumerate((claim.left, right)))


def _halves(found: _Answers, setting: Setting) -> list[_Answers]:
    """Return the answers of each side of the survey, where a claim speaks of all of them."""
    study, claim = setting.study, found.claim
    name = study.role("side", found.wave)
    apart = {name, study.role("group", found.wave)} & {*claim.population, *claim.left, *claim.right}
    survey = setting.surveys[found.wave]
    if not name or apart or name not in survey.variables:
        return []
    question, values = survey.question(name), survey.values(name)
    codes = (
        [] if question is None else [code for code in question.substantive if (values == code.value).any()]
    )
    return (
        [found.within(values == code.value, {name: (code.id,)}) for code in codes] if len(codes) > 1 else []
    )
