"""Restrictions of a claim as conditions on respondents, and classes of numbers as codes."""

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_

from barometri.claims.records import Unjudged
from barometri.study.claim import REST, Restriction
from barometri.study.plan import NUMBER_OF_MODELS
from barometri.study.study import Study
from barometri.survey import Survey
from barometri.survey.columns import Condition


def numbers(answer: str, largest: int) -> list[int]:
    """Return the whole numbers of a class such as ``3+`` or ``1|2``."""
    found: list[int] = []
    for name in answer.split("|"):
        first = int(name.removesuffix("+"))
        found += range(first, largest + 1) if name.endswith("+") else [first]
    return found


def condition(restriction: Restriction, survey: Survey, study: Study, wave: int) -> Condition | None:
    """Return who is meant, as a condition; none for everybody.

    Codes of an earlier wave that stand for a code of the latest (``counterpart``) are meant with it, unless
    the wave calls them different.

    Raises
    ------
    Unjudged
        The wave has no such variable.
    """
    parts = []
    for variable, ids in restriction.items():
        if variable == REST:
            continue
        if variable not in survey.variables:
            raise Unjudged(f"lost_column:{variable}")
        if variable == NUMBER_OF_MODELS:
            column, meant = survey[variable], numbers("|".join(ids), len(study.models))
            parts.append(reduce(or_, [column == number for number in meant]))
        else:
            parts.append(survey[variable].isin(same_codes(study, wave, variable, ids)))
    return reduce(and_, parts) if parts else None


def same_codes(study: Study, wave: int, variable: str, ids: Sequence[str]) -> tuple[str, ...]:
    """Return ids of codes with those that stand for them in a wave."""
    entries = study.waves[wave].equivalence if wave in study.waves else ()
    stand = [
        e.code
        for e in entries
        if e.question == variable and e.code and e.counterpart in ids and e.status != "different"
    ]
    return tuple(dict.fromkeys((*ids, *stand)))
