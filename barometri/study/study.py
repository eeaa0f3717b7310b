"""The study: everything the package knows of a survey, read once from a folder of TOML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from barometri.study.anonymity import AnonymityRules
from barometri.study.claim import Claim, ClaimsFile, PublishedFigure
from barometri.study.codebook import Codebook, Labels, Question
from barometri.study.plan import Analysis, Areas, DisclosureRules, Model, ModelStates
from barometri.study.waves import Wave


@dataclass(frozen=True, slots=True)
class Roles:
    """Which variable plays which part; empty where the study has none."""

    outcome: str = ""
    group: str = ""
    side: str = ""
    district: str = ""
    area: str = ""
    area_level: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Study:
    """A survey described as data; see ``read_study``.

    ``data`` is empty (respondent files under the data folder) or ``.`` (the study carries its files).
    ``sections`` gives sections of the report a heading of the study's own. ``synthetic`` marks made-up data:
    every output says so. ``digest`` is the SHA-256 over the study's files.
    """

    id: str
    path: Path
    title: Labels
    languages: tuple[str, ...]
    published: date
    codebook: Codebook
    waves: Mapping[int, Wave]
    analyses: tuple[Analysis, ...]
    digest: str
    roles: Roles = Roles()
    synthetic: bool = False
    data: str = ""
    source: Labels = field(default_factory=dict)
    description: Labels = field(default_factory=dict)
    populations: Mapping[str, Labels] = field(default_factory=dict)
    sections: Mapping[str, Labels] = field(default_factory=dict)
    models: tuple[Model, ...] = ()
    model_states: ModelStates | None = None
    areas: Areas | None = None
    claims: tuple[Claim, ...] = ()
    claims_file: ClaimsFile | None = None
    published_figures: tuple[PublishedFigure, ...] = ()
    disclosure: DisclosureRules = field(default_factory=DisclosureRules)
    anonymity: AnonymityRules = field(default_factory=AnonymityRules)

    def role(self, name: str, wave: int | None = None) -> str:
        """Return the variable that plays a role, in a wave if given (``""`` if none)."""
        override = self.waves[wave].roles if wave is not None and wave in self.waves else {}
        return override.get(name, str(getattr(self.roles, name)))

    @property
    def latest(self) -> int:
        """The year of the latest wave."""
        return max(self.waves)

    def question(self, name: str) -> Question:
        """Return a question of the codebook."""
        return self.codebook[name]
