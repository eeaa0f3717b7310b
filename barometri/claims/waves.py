"""Claims over waves: a change of the groups held to the latest frame, and a gap that has turned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from barometri.change import Line, WaveShares, wave_shares
from barometri.claims.invited import corrected
from barometri.claims.records import NAN, Measure, Setting, Unjudged
from barometri.claims.respondents import GOOD, LEFT, RIGHT, Asked, asked
from barometri.claims.shares import (
    METHOD,
    FloatArray,
    Table,
    Tested,
    difference_part,
    share_part,
    sides_of,
    stacked,
    tested,
)
from barometri.claims.splitting import mark_of, wave_about
from barometri.claims.union import cells_of, decided, sign_of
from barometri.errors import StudyError
from barometri.estimates import Cell
from barometri.inference.contrasts import contrast_test
from barometri.results import Part, PartRole
from barometri.study.claim import Claim

DIFFERENT: Final = "different"
TWO: Final = 2
_REASONS: Final = {"no_cases": "no_responses", "variance_unknown": "zero_variance"}


@dataclass(frozen=True, slots=True, repr=False)
class Standardised:
    """A claim's items over waves by group: ``lines`` hold the weights of each item in each wave."""

    claim: Claim
    shares: WaveShares
    by: str
    items: Mapping[str, str]
    members: tuple[tuple[str, ...], ...]

    def lines(self, members: Sequence[tuple[str, ...]]) -> list[Line]:
        """Return the standardised line of each item, some groups together."""
        return [self.shares.line(column, members=members) for column in self.items]

    def in_waves(self, members: Sequence[tuple[str, ...]]) -> dict[int, FloatArray]:
        """Return by wave the weights that give the average of the items, in waves that asked them all."""
        lines = self.lines(members)
        waves = [year for year in lines[0].waves if all(year in line.waves for line in lines)]
        parts = {year: [line.weights[line.waves.index(year)] for line in lines] for year in waves}
        return {year: np.mean(weights, axis=0) for year, weights in parts.items()}

    def cells(self, weights: FloatArray) -> tuple[Cell, ...]:
        """Return the shares behind a sum, under the names of the claim."""
        claim = self.claim
        answer = "" if claim.answer == GOOD else claim.answer
        return tuple(
            replace(
                cell,
                item=self.items[cell.item],
                who={**claim.population, **cell.who},
                category=answer,
                base=claim.base,
            )
            for cell in self.shares.cells(weights)
        )


def change(claim: Claim, setting: Setting) -> Measure:
    """Return the latest wave minus the mean of earlier ones, groups weighted as in the latest frame.

    Parts, all shown: ``wave``, the standardised share of each; ``group_change``, the change of each group on
    its own; ``group_left_out``, the part of the frame whose group some wave lacks, left out in all waves;
    ``wave_left_out``, a wave that asked differently, or whose data lack what the claim needs.
    """
    excluded, surveys = _comparable(claim, setting)
    made = _standardised(claim, setting, surveys)
    waves = made.in_waves(made.members)
    if claim.wave not in waves:
        raise Unjudged("no_responses")
    if len(waves) < TWO:
        raise Unjudged("few_waves")
    weights = against_earlier(waves)
    found = made.shares.combine(weights)
    if found.reason:
        raise Unjudged(_REASONS.get(found.reason, found.reason))
    absent = [year for year in (*excluded, *surveys) if year not in waves]
    shown = _shown(made, setting, waves, sorted(absent)) if setting.shown else ()
    return Measure(
        found.estimate,
        found.se,
        found.ci_low,
        found.ci_high,
        found.n // len(made.items),
        found.df,
        found.p_value,
        as_claimed=found.estimate * sign_of(claim) > 0,
        method="standardised/t/taylor",
        parts=tuple(shown),
        cells=made.cells(weights),
    )


def against_earlier(waves: Mapping[int, FloatArray]) -> FloatArray:
    """Return the weights of the latest wave minus the mean of all earlier ones."""
    latest = max(waves)
    return np.asarray(waves[latest] - np.mean([waves[year] for year in waves if year != latest], axis=0))


def _comparable(claim: Claim, setting: Setting) -> tuple[tuple[int, ...], dict[int, Asked]]:
    """Return the waves that asked differently or not at all, and the others with the claim's items."""
    wanted = (*(claim.earlier or claim.waves[:-1]), claim.wave)
    differ = tuple(year for year in wanted[:-1] if mark_of(setting.study, year, claim.items) == DIFFERENT)
    group = _group(claim, setting)
    free = {name: codes for name, codes in claim.population.items() if name != group}
    surveys = {}
    for year in wanted:
        if year in differ:
            continue
        try:
            found = asked(replace(claim, population=free), setting, year)
            surveys[year] = replace(found, survey=corrected(claim, found.survey, setting.study, year))
        except Unjudged as missing:
            if year == claim.wave or missing.reason == "wave_not_read":
                raise
    if len(surveys) < TWO:
        raise Unjudged("asked_differently" if differ else "few_waves")
    return tuple(year for year in wanted if year not in surveys), surveys


def _group(claim: Claim, setting: Setting) -> str:
    return claim.standardised or setting.study.role("group", claim.wave)


def _standardised(claim: Claim, setting: Setting, surveys: Mapping[int, Asked]) -> Standardised:
    group = _group(claim, setting)
    for found in surveys.values():
        if group not in found.survey.variables:
            raise Unjudged(f"lost_column:{group}")
    latest = surveys[claim.wave]
    shares = wave_shares({year: found.survey for year, found in surveys.items()}, latest.columns, by=group)
    meant = claim.population.get(group)
    members = tuple(cell for cell in shares.standard if meant is None or cell[0] in meant)
    back = {column: item for item, column in latest.items.items()}
    return Standardised(claim, shares, group, back, members)


def _shown(
    made: Standardised, setting: Setting, waves: Mapping[int, FloatArray], excluded: Sequence[int]
) -> list[Part]:
    claim, study = made.claim, setting.study
    parts = []
    for year, weights in waves.items():
        about = wave_about(study, claim, year)
        if any("similar" in line.marks[line.waves.index(year)] for line in made.lines(made.members)):
            about = {"wave": str(year), "mark": "similar"}
        parts.append(_part(made, weights, "wave", about, share=True))
    parts += [Part("wave_left_out", "shown", NAN, about={"wave": str(year)}) for year in excluded]
    total = sum(made.shares.standard[cell] for cell in made.members)
    for cell in made.members if len(made.members) > 1 else ():
        about = {made.by: cell[0]}
        if not _carried(made, waves, cell):
            parts.append(Part("group_left_out", "shown", made.shares.standard[cell] / total, about=about))
            continue
        own = made.in_waves([cell])
        if set(own) == set(waves):
            parts.append(_part(made, against_earlier(own), "group_change", about))
    return parts


def _carried(made: Standardised, waves: Mapping[int, FloatArray], cell: tuple[str, ...]) -> bool:
    """Whether a group is part of the standardised shares."""
    latest = max(waves)
    return all(
        cell in made.shares.places[latest, column]
        and waves[latest][made.shares.places[latest, column][cell]] > 0
        for column in made.items
    )


def _part(
    made: Standardised, weights: FloatArray, name: str, about: Mapping[str, str], *, share: bool = False
) -> Part:
    found = made.shares.combine(weights)
    low, high = found.ci_low, found.ci_high
    if share:
        low, high = max(low, 0.0), min(high, 1.0)
    return Part(
        name,
        "shown",
        found.estimate,
        found.se,
        low,
        high,
        found.n // len(made.items),
        found.df,
        NAN if share else found.p_value,
        scale="share" if share else "points",
        about=dict(about),
        cells=made.cells(weights),
    )


def reversal(claim: Claim, setting: Setting) -> Measure:
    """Return the gap of the latest wave; its p is that the gap has the claimed sign now and had the other.

    Parts: the sides of each wave, ``gap`` of each wave (a test in the first and the last), ``gap_change``
    from the first to the last, and ``gap_interaction``, the joint test that the gap was the same in all.
    """
    if len(claim.waves) < TWO:
        raise StudyError(f"claims.toml, {claim.id}: kind {claim.kind} compares two waves; name two or more.")
    for year in claim.waves:
        if mark_of(setting.study, year, claim.items, claim.left, claim.right) == DIFFERENT:
            raise Unjudged("asked_differently")
    tables = [sides_of(claim, setting, year) for year in claim.waves]
    if not all(table.has(side, len(claim.items)) for table in tables for side in (LEFT, RIGHT)):
        raise Unjudged("no_responses")
    table = stacked(tables)
    gaps = [table.mean_of(LEFT, wave=year) - table.mean_of(RIGHT, wave=year) for year in claim.waves]
    tests = [tested(table, weights) for weights in gaps]
    ends = (tests[0], tests[-1])
    for test in ends:
        if test.reason:
            raise Unjudged(test.reason)
    parts = _turning(claim, setting, table, gaps, tests)
    sign = sign_of(claim)
    decision = decided([t.estimate for t in ends], [t.p_value for t in ends], [-sign, sign])
    now = tests[-1]
    return Measure(
        now.estimate,
        now.se,
        now.low,
        now.high,
        now.n,
        now.df,
        decision.p_value,
        decision.as_claimed,
        method=f"intersection_union/{METHOD}",
        parts=tuple(parts),
        cells=cells_of(parts, now.cells),
    )


def _turning(
    claim: Claim, setting: Setting, table: Table, gaps: Sequence[FloatArray], tests: Sequence[Tested]
) -> list[Part]:
    """Return the sides and gaps of the waves, the change of the gap, and the joint test."""
    parts: list[Part] = []
    for place, (year, test) in enumerate(zip(claim.waves, tests, strict=True)):
        about = wave_about(setting.study, claim, year)
        parts += [
            share_part(table, table.mean_of(side, wave=year), name=side, role="side", about=about)
            for side in (LEFT, RIGHT)
        ]
        role: PartRole = "test" if place in (0, len(tests) - 1) else "shown"
        parts.append(difference_part(test, name="gap", role=role, about=about))
    step = tested(table, gaps[-1] - gaps[0])
    about = {"wave": str(claim.wave), "against": str(claim.waves[0])}
    parts.append(difference_part(step, name="gap_change", role="shown", about=about))
    parts.append(_interaction(table.value, table.covariance, gaps, step))  # its family may rest on it
    return parts


def _interaction(value: FloatArray, covariance: FloatArray, gaps: Sequence[FloatArray], step: Tested) -> Part:
    """Return the joint test that the gap was the same in all waves."""
    matrix = np.array([gap - gaps[0] for gap in gaps[1:]])
    spread = matrix @ covariance @ matrix.T
    null = "the gap of the two groups is the same in all waves"
    test = contrast_test("wald", null, matrix @ value, spread, denominator_df=step.df, n=step.n, size=1.0)
    return Part(
        "gap_interaction",
        "shown",
        test.statistic,
        n=step.n,
        df=test.denominator_df,
        p_value=test.p_value,
        scale="test",
        about={"numerator_df": f"{test.df:g}"},
        cells=step.cells,
    )
