"""Groups that were invited as a whole: claims about them alone have a finite population correction."""

from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.claims.conditions import condition
from barometri.study.claim import REST, Claim
from barometri.study.study import Study
from barometri.survey import Survey
from barometri.weighting.frame import Frame, frame_of

LEAST_RESPONSE: Final = 0.6
"""Of a group of which fewer answered, those who did are not taken for a random part."""
PEOPLE: Final = "_people_of_stratum"
BoolArray = npt.NDArray[np.bool_]


def corrected(claim: Claim, survey: Survey, study: Study, wave: int) -> Survey:
    """Return the survey with the correction of strata whose group was invited as a whole and answered.

    Parameters
    ----------
    claim
        Everybody whom it speaks of has to be of such a group; the survey stays as it is otherwise.
    survey
        Under its design without correction, its strata those of the frame.
    study, wave
        Name the groups (``census_invited``) and count their people.
    """
    entry = study.waves.get(wave)
    if entry is None or not entry.census_invited or survey.design.fpc or survey.design.psu:
        return survey
    frame = frame_of(survey)
    if frame is None or frame.crossed is None or set(frame.variables) != set(entry.design.stratum):
        return survey
    whole = _whole(frame, study, wave)
    meant = _meant(claim, survey, study, wave)
    if not meant.any() or not whole[meant].all() or survey.design.stratum is None:
        return survey
    people = np.where(whole, frame.crossed.ravel()[frame.cell], np.inf)
    return survey.with_column(PEOPLE, people).with_design(replace(survey.design, fpc=PEOPLE))


def _whole(frame: Frame, study: Study, wave: int) -> BoolArray:
    """Which respondents are of a group that was invited as a whole and of which enough answered."""
    name = study.role("group", wave)
    if name not in frame.variables:
        return np.zeros(len(frame.codes), dtype=np.bool_)
    place = frame.variables.index(name)
    invited = {study.question(name).code(code).value for code in study.waves[wave].census_invited}
    groups = zip(frame.values[place], frame.answered(place), frame.margins[place], strict=True)
    kept = [set(own) <= invited and answered >= LEAST_RESPONSE * people for own, answered, people in groups]
    return np.asarray(kept, dtype=np.bool_)[frame.codes[:, place]]


def _meant(claim: Claim, survey: Survey, study: Study, wave: int) -> BoolArray:
    """Whom a claim speaks of: its population, or within it both of its sides."""

    def inside(*restrictions: dict[str, tuple[str, ...]]) -> BoolArray:
        found = np.zeros(len(survey.rows), dtype=np.bool_)
        for restriction in restrictions:
            own = condition(restriction, survey, study, wave)
            found |= True if own is None else np.asarray(survey.domain(own).mask)
        return found

    population = inside(dict(claim.population))
    if not claim.right or REST in claim.right:
        return population
    return population & inside(dict(claim.left), dict(claim.right))
