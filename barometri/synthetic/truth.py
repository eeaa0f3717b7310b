"""The stated truth of a made-up population, read from ``truth.toml`` in the study's folder."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from barometri.errors import StudyError
from barometri.synthetic.scenarios import PLANTED, overridden, parsed

FILE = "truth.toml"
Shares = Mapping[str, float]
"""Code id to a share between 0 and 1 (or, where said so, to an effect in log odds)."""


@dataclass(frozen=True, slots=True)
class Organisers:
    """The organisers of social services: how many, how unequal, how alike in what they agreed.

    ``size_spread`` is the standard deviation of log size, ``effect_spread`` that of an organiser's effect on
    the outcome (log odds), ``common`` the correlation of an organiser's inclinations to agree two models,
    ``agreement_strength`` the log odds by which an official reports a model more often where it is agreed,
    and ``insight`` the standard deviation of an official's inclination to report any model (log odds).
    """

    count: int
    size_spread: float
    effect_spread: float
    common: float
    agreement_strength: float
    insight: float


@dataclass(frozen=True, slots=True)
class Served:
    """Which area an official answers for: shares of area levels by group, and what each level names.

    ``own`` and ``several`` are the levels that name one organiser and several, ``unknown`` the level of
    ``unknown_share`` of all; ``wider`` maps a level to the division it names one area of. Organisers are
    areas of ``division``, placed by ``districts``, the division of the districts; else they are numbered.
    """

    levels: Mapping[str, Shares]
    own: str
    several: str
    unknown: str
    unknown_share: float
    division: str = ""
    districts: str = ""
    wider: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """A scale question: the share of favourable answers (among answers) by wave and group.

    ``steps`` are the boundaries between neighbouring codes on the log odds scale, in ascending code order;
    the one between favourable and not is 0. ``district`` shifts log odds; ``trait`` is the weight of the
    respondent's general outlook. ``cannot_say`` are shares by group.
    """

    shares: Mapping[str, Shares]
    steps: tuple[float, ...]
    cannot_say: Shares = field(default_factory=dict)
    district: Shares = field(default_factory=dict)
    trait: float = 0.0


@dataclass(frozen=True, slots=True)
class ModelTruth:
    """One collaboration model: share of all asked who report it agreed by district, and what it does.

    ``effect`` is what the model adds to the outcome (log odds), ``trial`` the share of agreements on trial,
    ``lean`` log odds of reporting by group, ``arrangements`` the weights of the questions it is asked as.
    """

    agreed: Shares
    cannot_say: Shares
    effect: float
    trial: float
    lean: Shares = field(default_factory=dict)
    arrangements: Shares = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Nothing:
    """The explicit answer that nothing is agreed: share of all asked by district, cannot say of the rest."""

    agreed: Shares
    cannot_say: float


@dataclass(frozen=True, slots=True)
class WaveTruth:
    """Respondents by group, exactly, and the least of a stratum; the frame makes response rates of them."""

    respondents: Mapping[str, int]
    minimum: int


@dataclass(frozen=True, slots=True)
class Response:
    """Who answers: ``content`` is how much more willing those content with the outcome are (log odds)."""

    content: float = 0.0


@dataclass(frozen=True, slots=True)
class Number:
    """A measured background variable: gamma distributed, mean by group, rounded."""

    mean: Shares
    shape: float
    digits: int


@dataclass(frozen=True, slots=True)
class Habits:
    """How questionnaires are filled in: shares of respondents; of answers for ``refused`` and ``blank``."""

    straight_line: float
    break_off: float
    refused: float
    blank: float
    comment: float
    battery: str


@dataclass(frozen=True, slots=True)
class Language:
    """Who answers in the second language: share by district; ``question`` holds it where the file tells."""

    first: str
    second: str
    share: Shares
    question: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything that is stated about the made-up population."""

    seed: int
    organisers: Organisers
    served: Served
    waves: Mapping[str, WaveTruth]
    items: Mapping[str, Item]
    models: Mapping[str, ModelTruth]
    nothing_agreed: Nothing
    habits: Habits
    language: Language
    comments: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, Number] = field(default_factory=dict)
    background: Mapping[str, Shares] = field(default_factory=dict)
    response: Response = field(default_factory=Response)


Record = TypeVar("Record")


def _build(kind: type[Record], values: Mapping[str, Any], place: str) -> Record:
    """Return a record from one table of the file, refusing unknown and missing keys."""
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise StudyError(f"{FILE}, {place}: unknown key {unknown[0]!r}; expected {', '.join(known)}.")
    absent = [
        name
        for name, f in known.items()
        if name not in values and f.default is MISSING and f.default_factory is MISSING
    ]
    if absent:
        raise StudyError(f"{FILE}, {place}: key {absent[0]!r} is missing; add it.")
    return kind(**{name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})


_KINDS: Mapping[str, type] = {
    "organisers": Organisers,
    "served": Served,
    "nothing_agreed": Nothing,
    "habits": Habits,
    "language": Language,
    "response": Response,
}
_TABLES: Mapping[str, type] = {"waves": WaveTruth, "items": Item, "models": ModelTruth, "numbers": Number}


def read_truth(folder: Path, scenario: str = PLANTED) -> Truth:
    """Return the stated truth of the study in ``folder``, or a scenario's variant of it.

    Raises
    ------
    OptionError
        The study has no such scenario.
    StudyError
        A file is absent, malformed, or has unknown or missing keys.
    """
    values = overridden(_read(folder / FILE), folder, scenario)
    for name, kind in _KINDS.items():
        if name in values:
            values[name] = _build(kind, values[name], name)
    for name, kind in _TABLES.items():
        if name in values:
            values[name] = {key: _build(kind, table, f"{name}.{key}") for key, table in values[name].items()}
    if "comments" in values:
        values["comments"] = {key: tuple(texts) for key, texts in values["comments"].items()}
    return _build(Truth, values, "top level")


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(
            f"{path}: no such file; a study without a stated truth cannot be simulated."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path}: not TOML ({error}); mend that line.") from None
