"""What every draw needs: the study, its stated truth, a wave, its officials and the random numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from barometri.errors import StudyError
from barometri.study.codebook import Question
from barometri.study.study import Study
from barometri.study.waves import Wave
from barometri.synthetic.calibration import Flags, Floats, Integers, chosen, even_uniforms
from barometri.synthetic.truth import FILE, Truth

Texts = NDArray[np.object_]
Draws = Literal["even", "independent"]
"""How people are drawn: so that the population has the stated shares, or each by himself."""


@dataclass(frozen=True, slots=True)
class Organisers:
    """Organisers of social services, sorted by district.

    Ids, district (place of its code in the codebook), relative size and effect on the outcome; ``agreed`` and
    ``trial`` are tables, organisers by the study's models.
    """

    ids: Texts
    district: Integers
    size: Floats
    effect: Floats
    agreed: Flags
    trial: Flags


@dataclass(frozen=True, slots=True)
class People:
    """The officials in a wave's frame.

    Place of the codes of group, district and unit (-1 without one) in the codebook, and the organiser that
    each mainly answers for. ``doubt`` is the inclination to answer cannot say, ``outlook`` how kindly one
    judges.
    """

    group: Integers
    district: Integers
    organiser: Integers
    unit: Integers
    doubt: Floats
    outlook: Floats


@dataclass(frozen=True, slots=True)
class Setting:
    """A study's wave with its stated truth, the generator that all draws use in turn, and how it is used."""

    study: Study
    truth: Truth
    wave: Wave
    rng: np.random.Generator
    draws: Draws

    def question(self, role: str) -> Question:
        """Return the question that plays a role in this wave."""
        return self.study.question(self.study.role(role, self.wave.year))

    def has(self, role: str) -> bool:
        """Tell whether the wave asks the question of a role."""
        name = self.study.role(role, self.wave.year)
        return bool(name) and self.wave.asked(name)

    def by(self, role: str, shares: Mapping[str, float], default: float = 0.0) -> Floats:
        """Return stated values in the order of the substantive codes of a role's question."""
        return by_code(shares, self.question(role), default)

    def asks(self, name: str) -> Flags:
        """Return, in the order of the groups' codes, which groups the wave asks a question."""
        groups = [code.id for code in self.question("group").substantive]
        return np.array([i in self.wave.routing.get(name, groups) for i in groups])

    def drawn(self, chance: Floats, cells: Integers, *, along: Integers | None = None) -> Flags:
        """Return who is drawn, each with his own chance; evenly within cells if draws are even."""
        if self.draws == "independent":
            return np.asarray(self.rng.random(len(chance)) < chance)
        return chosen(chance, cells, self.rng, along=along)

    def uniforms(self, cells: Integers) -> Floats:
        """Return uniforms, which fill each cell evenly unless independent."""
        if self.draws == "independent":
            return np.asarray(self.rng.random(len(cells)))
        return even_uniforms(cells, self.rng)

    def wrong(self, place: str, message: str) -> StudyError:
        """Return the error of a stated truth that does not fit the study."""
        return StudyError(f"{self.study.path / FILE}, {place}: {message}")


@dataclass(frozen=True, slots=True)
class World(Setting):
    """A setting with its organisers and officials."""

    places: Organisers
    who: People


def places_of(question: Question) -> Mapping[str, int]:
    """Return code id to its place among the substantive codes."""
    return {code.id: i for i, code in enumerate(question.substantive)}


def by_code(shares: Mapping[str, float], question: Question, default: float = 0.0) -> Floats:
    """Return stated values in the order of a question's substantive codes."""
    return np.array([shares.get(code.id, default) for code in question.substantive], dtype=np.float64)


def values_of(question: Question, places: Integers) -> Integers:
    """Return code values for places among the substantive codes."""
    return np.array([code.value for code in question.substantive], dtype=np.int64)[places]


def strata(setting: Setting) -> tuple[Integers, Integers]:
    """Return group and district of everybody in the wave's frame, stratum by stratum.

    Raises
    ------
    StudyError
        The wave has no frame counts by group and district.
    """
    group, district = setting.question("group"), setting.question("district")
    groups, districts = places_of(group), places_of(district)
    try:
        cells = np.array(
            [
                (groups[f.stratum[group.id]], districts[f.stratum[district.id]], f.count)
                for f in setting.wave.frame
            ],
            dtype=np.int64,
        )
    except KeyError as error:
        raise StudyError(
            f"wave {setting.wave.year}, frame: {error.args[0]!r} is missing or unknown; a simulation needs "
            f"a count for every stratum of {group.id} and {district.id}."
        ) from None
    if len(cells) == 0:
        raise StudyError(
            f"wave {setting.wave.year}: no frame; a simulation needs counts by group and district."
        )
    return np.repeat(cells[:, 0], cells[:, 2]), np.repeat(cells[:, 1], cells[:, 2])
