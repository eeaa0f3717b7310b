"""Everything one run computed, exact: the last stop above the disclosure line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from barometri.estimates import Cell, Effect, Estimates
from barometri.study.claim import Claim, PublishedFigure
from barometri.study.plan import Analysis
from barometri.study.study import Study


class Verdict(StrEnum):
    """The words of evidence a claim can get."""

    SUPPORTED = "supported"
    SAME_DIRECTION = "same direction, not shown"
    NOT_SHOWN = "not shown"
    CONTRADICTED = "contradicted"
    NOT_SEPARATED = "not separated"
    HIGHEST_NOT_SEPARATED = "highest, not separated"
    EQUIVALENT = "equivalent"
    NOT_SHOWN_EITHER_WAY = "not shown either way"
    DEPENDS_ON_CANNOT_SAY = 'depends on "cannot say"'
    NOT_QUANTIFIED = "not quantified in the source"
    NOT_ESTIMABLE = "not estimable"
    NOT_REPORTABLE = "not reportable"


class SameAsPublished(StrEnum):
    """Whether the plain figure, on the publication's own base and weighting, says what was published."""

    YES = "yes"
    NO = "no"
    NOT_COMPARABLE = "not comparable"


Scale = Literal["share", "points", "score", "ratio", "test"]
"""How a number is read: a share, a difference of shares, points of the answer scale, a ratio, a statistic."""
PartRole = Literal["side", "test", "shown", "sensitivity", "published"]


@dataclass(frozen=True, slots=True)
class Part:
    """One number under a claim: a side, one of its tests, an alternative that is shown, a sensitivity.

    ``name`` is a key of the texts (``left``, ``right``, ``against``, ``wave``, ``model``, ``class``,
    ``reading``, ``unweighted``, ``equal_sides``, ``power``, ``somers_d`` ...), ``about`` what it is about
    (``{"item": "M03"}``, ``{"wave": "2019"}``, ``{"group": "social_worker"}``). ``k_low`` is the smallest
    unweighted count behind a modelled number, ``cells`` the shares that a plain one consists of.
    """

    name: str
    role: PartRole
    estimate: float
    se: float = float("nan")
    ci_low: float = float("nan")
    ci_high: float = float("nan")
    n: int = 0
    df: float = float("nan")
    p_value: float = float("nan")
    adjusted_p: float = float("nan")
    scale: Scale = "share"
    verdict: Verdict | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()
    k_low: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """A judged claim.

    ``estimate`` is the claim's number on ``scale`` (a share, left minus right, a change, a slope), with its
    interval at ``level``; ``parts`` stand under it; ``cells`` are all plain shares it can be reckoned back to
    (those of its sides and tests among them), ``k_low`` the smallest unweighted count behind a modelled one
    (``None`` where nothing is modelled). ``adjusted_p`` is ``p_value`` adjusted within the claim's family
    (NaN, and the verdict on ``p_value``, where the joint test that comes first could not be computed),
    ``power`` that of an equivalence test at no difference, ``beside`` what could not be told from the
    claimed extreme, ``method`` the estimator and ``reason`` why there is no verdict (a key of the texts,
    followed after a colon by what is wanting).
    """

    claim: Claim
    verdict: Verdict
    estimate: float = float("nan")
    se: float = float("nan")
    ci_low: float = float("nan")
    ci_high: float = float("nan")
    n: int = 0
    df: float = float("nan")
    p_value: float = float("nan")
    adjusted_p: float = float("nan")
    scale: Scale = "points"
    level: float = 0.95
    method: str = ""
    parts: tuple[Part, ...] = ()
    cells: tuple[Cell, ...] = ()
    k_low: int | None = None
    beside: tuple[str, ...] = ()
    power: float = float("nan")
    same_as_published: SameAsPublished = SameAsPublished.NOT_COMPARABLE
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FigureResult:
    """A published percentage beside the same figure from the responses, rounded as it was printed."""

    figure: PublishedFigure
    estimate: float
    n: int
    same: SameAsPublished
    cells: tuple[Cell, ...] = ()
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
    """Where the numbers come from: hashes of contents, versions, seed; no path, host, user or clock time.

    ``lock`` is the hash of the versions of all libraries in use.
    """

    inputs: Mapping[str, str]
    study_digest: str
    version: str
    packages: Mapping[str, str] = field(default_factory=dict)
    lock: str = ""


@dataclass(frozen=True, slots=True)
class WaveSummary:
    """What the method section says of one wave; respondents by group are counts to be protected too.

    ``weighting`` says how frame counts made the weights (``raked``, ``margins``, ``trimmed``; empty for
    people over respondents), ``effective_n`` and ``deff`` are Kish's, ``fewest_in_cell`` the respondents of
    the smallest cell of the frame.
    """

    year: int
    n: int
    design: str
    field_days: str
    has_weights: bool
    has_district: bool
    has_area: bool
    weight_ratio: float
    response_rate: float | None = None
    weighting: tuple[str, ...] = ()
    effective_n: float = float("nan")
    deff: float = float("nan")
    fewest_in_cell: int | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """All exact results of one publication year.

    ``tables`` in the order of the study's list, by analysis id. ``earlier`` are the results of the reports of
    earlier waves, the first one first: a release is protected beside what these show (R9).
    """

    study: Study
    wave: int
    tables: Mapping[str, AnalysisResult]
    claims: tuple[ClaimResult, ...]
    waves: tuple[WaveSummary, ...]
    provenance: Provenance
    notes: tuple[str, ...] = ()
    published_figures: tuple[FigureResult, ...] = ()
    earlier: tuple["Results", ...] = ()
