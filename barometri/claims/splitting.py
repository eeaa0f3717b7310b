"""Respondents by the codes of a variable, under the names of the latest wave, and how waves compare."""

from collections.abc import Iterable

from barometri.change.shares import MARKS, aligned
from barometri.claims.records import Setting, Unjudged
from barometri.claims.respondents import Asked
from barometri.study.claim import Claim, Restriction
from barometri.study.study import Study
from barometri.survey import Survey


def split(found: Asked, setting: Setting, variable: str) -> tuple[Survey, str, dict[str, Restriction]]:
    """Return a survey with a variable whose codes an earlier wave calls otherwise set to their counterparts.

    Returns
    -------
    tuple
        The survey, the column to split by, and whom each code holds.

    Raises
    ------
    Unjudged
        The wave has no such variable.
    """
    survey = found.survey
    question = survey.question(variable) if variable in survey.variables else None
    if question is None:
        raise Unjudged(f"lost_column:{variable}")
    entries = setting.study.waves[found.wave].equivalence if found.wave in setting.study.waves else ()
    kept = [entry for entry in entries if entry.status != MARKS[-1]]
    survey, columns = aligned(survey, [variable], kept)
    return survey, next(iter(columns)), {code.id: {variable: (code.id,)} for code in question.substantive}


def mark_of(study: Study, wave: int, items: Iterable[str], *restrictions: Restriction) -> str:
    """Return the worst of what a wave says of items and of codes: empty, ``similar`` or ``different``.

    Parameters
    ----------
    study
        With what its waves say of their comparability.
    wave
        Year.
    items
        Questions or models.
    restrictions
        Codes of the latest wave.
    """
    asked = set(items)
    asked |= {question for model in study.models if model.id in asked for question in model.questions}
    meant = {(variable, code) for part in restrictions for variable, codes in part.items() for code in codes}
    worst = 0
    for entry in study.waves[wave].equivalence if wave in study.waves else ():
        code = entry.counterpart or entry.code
        if (not entry.code and entry.question in asked) or (entry.question, code) in meant:
            worst = max(worst, MARKS.index("" if entry.status == "same" else entry.status))
    return MARKS[worst]


def wave_about(study: Study, claim: Claim, wave: int) -> dict[str, str]:
    """Return what a number of one of several waves is about: the wave, with its mark."""
    mark = mark_of(study, wave, (*claim.items, *claim.against), claim.population, claim.left, claim.right)
    return {"wave": str(wave), "mark": mark} if mark else {"wave": str(wave)}
