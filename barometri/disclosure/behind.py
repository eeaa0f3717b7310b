"""The shares that sentences can be reckoned back to, under names that no table has."""

from collections.abc import Iterable, Mapping

from barometri.estimates import Cell
from barometri.results import AnalysisResult, ClaimResult, FigureResult


def shares_behind(
    tables: Mapping[str, AnalysisResult], claims: Iterable[ClaimResult], figures: Iterable[FigureResult] = ()
) -> dict[str, tuple[Cell, ...]]:
    """Return, by a name of each effect, claim and part of a claim, the shares it can be reckoned back to."""
    found = {
        effect_name(name, place): effect.cells
        for name, result in tables.items()
        for place, effect in enumerate(result.effects)
    }
    for claim in claims:
        found[claim_name(claim)] = claim.cells
        found |= {part_name(claim, place): part.cells for place, part in enumerate(claim.parts)}
    return found | {figure_name(figure): figure.cells for figure in figures}


def effect_name(table: str, place: int) -> str:
    """Name the shares behind an effect of a table."""
    return f"effect {place} of {table}"


def claim_name(claim: ClaimResult) -> str:
    """Name the shares behind a claim."""
    return f"claim {claim.claim.id}"


def part_name(claim: ClaimResult, place: int) -> str:
    """Name the shares behind a part of a claim."""
    return f"part {place} of claim {claim.claim.id}"


def figure_name(figure: FigureResult) -> str:
    """Name the shares behind a published figure."""
    return f"published {figure.figure.id}"
