"""The only types that figures, tables, findings and the report accept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from barometri.estimates import TOTAL as TOTAL  # noqa: PLC0414 - the margin's key, for what stands below the line
from barometri.results import PartRole, Provenance, SameAsPublished, Scale, Verdict
from barometri.study.claim import Claim, PublishedFigure
from barometri.study.plan import Analysis
from barometri.study.study import Study

__all__ = [
    "SHOWN",
    "SMALL_BASE",
    "STATUSES",
    "SUPPRESSED",
    "TOTAL",
    "UNRELIABLE",
    "Hidden",
    "Protected",
    "ProtectedClaim",
    "ProtectedEffect",
    "ProtectedFigure",
    "ProtectedPart",
    "ProtectedTable",
    "ProtectedWave",
    "Verdict",
]

SHOWN: Final = "shown"
SMALL_BASE: Final = "small_base"
UNRELIABLE: Final = "unreliable"
SUPPRESSED: Final = "suppressed"
STATUSES: Final = (SHOWN, SMALL_BASE, UNRELIABLE, SUPPRESSED)


@dataclass(frozen=True, slots=True)
class ProtectedEffect:
    """A rounded effect; ``status`` as for rows. Numbers are NaN when suppressed."""

    name: str
    estimate: float
    ci_low: float
    ci_high: float
    n: int
    p_text: str
    method: str
    null: str
    status: str
    adjusted_for: tuple[str, ...] = ()
    adjusted_p_text: str = ""
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProtectedTable:
    """One analysis after the line.

    ``frame`` has the keys of the exact frame, then ``estimate``, ``se``, ``ci_low``, ``ci_high``, ``n``,
    ``n_weighted``, ``df``, ``method``, ``status`` and ``mark`` (``""``, ``similar``, ``different``). In a
    suppressed row every number is NaN (``n`` and ``n_weighted`` are nullable: float with NaN), whatever the
    reason.
    """

    analysis: Analysis
    statistic: str
    by: tuple[str, ...]
    frame: pd.DataFrame
    design: str
    effects: tuple[ProtectedEffect, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the key columns."""
        values = {"estimate", "se", "ci_low", "ci_high", "n", "n_weighted", "df", "method", "status", "mark"}
        return tuple(str(c) for c in self.frame.columns if c not in values)


@dataclass(frozen=True, slots=True)
class ProtectedPart:
    """A rounded number under a claim; NaN where hidden."""

    name: str
    role: PartRole
    estimate: float
    ci_low: float
    ci_high: float
    n: float
    p_text: str
    adjusted_p_text: str
    scale: Scale
    verdict: Verdict | None
    about: Mapping[str, str]
    status: str


@dataclass(frozen=True, slots=True)
class ProtectedClaim:
    """A judged claim, rounded; not reportable whenever one of its bases or cells is hidden."""

    claim: Claim
    verdict: Verdict
    estimate: float
    ci_low: float
    ci_high: float
    n: float
    df: float
    p_text: str
    adjusted_p_text: str
    scale: Scale
    level: float
    method: str
    parts: tuple[ProtectedPart, ...] = ()
    beside: tuple[str, ...] = ()
    power: float = float("nan")
    same_as_published: SameAsPublished = SameAsPublished.NOT_COMPARABLE
    reason: str = ""

    def side(self, name: str) -> float:
        """Return the share of one side (``left``, ``right``); NaN without it."""
        return next((p.estimate for p in self.parts if p.role == "side" and p.name == name), float("nan"))


@dataclass(frozen=True, slots=True)
class ProtectedFigure:
    """A published percentage beside ours at its own rounding; NaN where it may not be shown."""

    figure: PublishedFigure
    estimate: float
    n: float
    same: SameAsPublished
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProtectedWave:
    """What may be said of a wave in the method section; ``effective_n`` is NaN where cells are small."""

    year: int
    n: float
    design: str
    field_days: str
    has_weights: bool
    response_rate: float | None
    weighting: tuple[str, ...] = ()
    effective_n: float = float("nan")
    deff: float = float("nan")


@dataclass(frozen=True, slots=True)
class Hidden:
    """How much a table group hid, by reason, as counts of records; ``aside``: R2 was set aside for it."""

    table: str
    cells: int
    primary: int
    secondary: int
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Protected:
    """What may be published: rounded, marked, safe. Made by ``protect`` only."""

    study: Study
    wave: int
    tables: Mapping[str, ProtectedTable]
    claims: tuple[ProtectedClaim, ...]
    waves: tuple[ProtectedWave, ...]
    hidden: tuple[Hidden, ...]
    provenance: Provenance
    notes: tuple[str, ...] = ()
    published_figures: tuple[ProtectedFigure, ...] = ()
