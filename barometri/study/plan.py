"""What a study analyses, claims, calls a model and allows to be published."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from barometri.study.codebook import Labels

NUMBER_OF_MODELS: Final = "number_of_models"
"""The derived variable "number of agreed models" in claims and analyses."""
MODEL_CLASSES: Final = ("0", "1", "2", "3+")
"""Classes of the number of agreed models."""

Verb = Literal[
    "proportion",
    "distribution",
    "mean",
    "model_prevalence",
    "number_of_models",
    "association",
    "dose_response",
    "classes",
    "model_effects",
    "change",
    "regions",
    "gaps",
    "trends",
    "county",
    "response_rates",
]
JUDGED_VERBS: Final = ("association", "dose_response", "classes", "model_effects")
"""Verbs on how one question is judged where models are in use; the study's outcome unless it is named."""
ChartKind = Literal[
    "",
    "prevalence",
    "districts",
    "likert",
    "number_of_models",
    "waves",
    "tiles",
    "dots",
    "forest",
    "profile",
    "reversal",
    "ranks",
    "scatter",
]
Reading = Literal["lower", "informed", "upper"]
"""Reading of "cannot say" about a model: not in use (b, the default), out of the base (a), in use (c)."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """One entry of the study's list of analyses.

    ``items`` are question ids (or model ids for model verbs; empty = all models); ``by`` variables or roles;
    ``waves`` is ``latest`` or ``all``; ``section`` names the report section in ``texts``; ``base`` is
    ``answered`` (cannot say out) or ``asked`` (cannot say in the base). ``left`` and ``right`` are the groups
    of a gap (variable -> code ids), ``division`` the areas of a county analysis.
    """

    id: str
    verb: Verb
    items: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    waves: Literal["latest", "all"] = "latest"
    chart: ChartKind = ""
    reading: Reading = "lower"
    states: bool = False
    base: Literal["answered", "asked"] = "answered"
    title: Labels = field(default_factory=dict)
    section: str = ""
    left: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    right: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    division: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """A collaboration model: one question, or several arrangements that count once.

    Agreed if any arrangement is established or on trial, not in use only if all are not in use.
    """

    id: str
    label: Labels
    short: Labels
    questions: tuple[str, ...]
    kind: str = ""
    mark: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class ModelStates:
    """Code ids of the model battery and the explicit answer that nothing is agreed."""

    established: str
    on_trial: str
    not_in_use: str
    nothing_agreed: str = ""
    nothing_agreed_yes: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """One area of a division; ``tile`` is (column, row) in the grid, ``district`` the majority district."""

    id: str
    label: Labels
    short: Labels
    division: str
    district: str = ""
    tile: tuple[int, int] | None = None
    in_scope: bool = True
    note: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Areas:
    """Versioned area divisions: ``membership[division]`` maps municipality code -> area id.

    A municipality that a division leaves out has no entry there; ``out_of_scope`` holds the codes of
    municipalities that the study does not concern. ``labels`` names the divisions.
    """

    areas: tuple[Area, ...]
    membership: Mapping[str, Mapping[str, str]]
    source: str = ""
    out_of_scope: frozenset[str] = frozenset()
    labels: Mapping[str, Labels] = field(default_factory=dict)

    def of(self, division: str) -> tuple[Area, ...]:
        """Return the areas of one division in file order."""
        return tuple(area for area in self.areas if area.division == division)

    def municipalities(self, division: str, area: str) -> tuple[str, ...]:
        """Return the codes of the municipalities of one area that are in scope, sorted."""
        members = self.membership[division].items()
        return tuple(sorted(code for code, name in members if name == area and code not in self.out_of_scope))


@dataclass(frozen=True, slots=True)
class DisclosureRules:
    """Thresholds of what may be published; defaults are the package's, a study may raise them.

    ``minimum_n`` (R1), ``minimum_k`` (R2: minimum_k <= k <= n - minimum_k), ``small_base`` and
    ``unreliable`` mark shown records, ``structural_zeros`` lists ``item:code`` pairs declared impossible.
    ``organisation_numerator`` is whether R2 holds for answers that are facts about an organisation, not about
    the person who answers (``strict``), or the owner sets it aside for them; R1 holds either way.
    ``withdrawn`` lists beginnings of the SHA-256 of studies whose reports were withdrawn, and of files of
    waves that were superseded: what they published is not held against a new release.
    """

    minimum_n: int = 10
    minimum_k: int = 5
    unreliable: int = 20
    small_base: int = 50
    maximum_cells: int = 400
    mark: str = ".."
    structural_zeros: tuple[str, ...] = ()
    organisation_numerator: Literal["strict", "aside"] = "strict"
    withdrawn: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
