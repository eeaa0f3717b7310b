"""Everything one run computed, exact: the last stop above the disclosure line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from barometri.estimates import Effect, Estimates
from barometri.study.plan import Analysis, Claim
from barometri.study.study import Study


class Verdict(StrEnum):
    """The words of evidence a claim can get."""

    SUPPORTED = "supported"
    SAME_DIRECTION = "same direction, not shown"
    NOT_SHOWN = "not shown"
    CONTRADICTED = "contradicted"
    NOT_SEPARATED = "not separated"
    DEPENDS_ON_CANNOT_SAY = 'depends on "cannot say"'
    NOT_QUANTIFIED = "not quantified in the source"
    NOT_ESTIMABLE = "not estimable"
    NOT_REPORTABLE = "not reportable"


@dataclass(frozen=True, slots=True)
class Base:
    """Unweighted answers behind one number: ``n`` in the base, ``k`` in the numerator."""

    n: int
    k: int


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """A judged claim.

    ``estimate`` is the claim's number (a share, or left minus right), ``parts`` the shares behind it by side
    (``left``, ``right``); ``bases`` the counts behind every part, for disclosure; ``touches`` the published
    cells it speaks of, as (item, {variable: code id}).
    """

    claim: Claim
    verdict: Verdict
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    n: int
    df: float
    p_value: float
    method: str
    parts: Mapping[str, float] = field(default_factory=dict)
    bases: tuple[Base, ...] = ()
    touches: tuple[tuple[str, Mapping[str, str]], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """One entry of the study's list with its exact estimates and effects.

    ``note`` holds keys of texts (``no_design``, ``similar_wave``, ``lost_column:district``) that the report
    words.
    """

    analysis: Analysis
    estimates: Estimates
    effects: tuple[Effect, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the numbers come from: hashes of contents, versions, seed; no path, host, user or clock time."""

    inputs: Mapping[str, str]
    study_digest: str
    version: str
    packages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WaveSummary:
    """What the method section says of one wave; respondents by group are counts to be protected too."""

    year: int
    n: int
    design: str
    field_days: str
    has_weights: bool
    has_district: bool
    has_area: bool
    weight_ratio: float
    response_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """All exact results of one publication year.

    ``tables`` in the order of the study's list, by analysis id.
    """

    study: Study
    wave: int
    tables: Mapping[str, AnalysisResult]
    claims: tuple[ClaimResult, ...]
    waves: tuple[WaveSummary, ...]
    provenance: Provenance
    notes: tuple[str, ...] = ()
