"""Claims that one code, or one item, has the highest share of all: every other has to be beaten."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from barometri.claims.records import Measure, Setting, Unjudged
from barometri.claims.respondents import LEFT, RIGHT, Asked, asked
from barometri.claims.shares import FloatArray, Table, Tested, difference_part, share_part, table_of, tested
from barometri.claims.splitting import split
from barometri.claims.union import Decision, decided, joined, sign_of
from barometri.errors import StudyError
from barometri.model_battery import asked_models
from barometri.results import Part
from barometri.study.claim import Claim, Restriction
from barometri.study.codes import NOT_ASKED
from barometri.survey import Survey


def extreme(claim: Claim, setting: Setting) -> Measure:
    """Return the claimed extreme minus the other that decides: the closest one, or the one that beats it.

    Parts are the share of the claimed one (``left``) and of each other (``right``) with the difference
    (``against``), and what other answers would give (``alternative``).
    """
    variable, own, others, table = _of_codes(claim, setting) if claim.left else _of_items(claim, setting)
    tests = [tested(table, own - weights) for weights in others.values()]
    name = claim.left[variable][0] if claim.left else claim.item
    parts = [share_part(table, own, name=LEFT, role="side", about={variable: name})]
    for (other, weights), test in zip(others.items(), tests, strict=True):
        about = {variable: other}
        parts.append(share_part(table, weights, name=RIGHT, role="side", about=about))
        parts.append(difference_part(test, name="against", about=about))
    shown = _alternatives(claim, setting) if setting.shown else []
    return joined(claim, tests, [*parts, *shown], tuple(others))


Compared = tuple[str, "FloatArray", dict[str, "FloatArray"], Table]
"""Variable (or ``item``), weights of the claimed one, those of the others by name, and their shares."""


def _of_codes(claim: Claim, setting: Setting) -> Compared:
    """Compare a code with every other of its variable that answered."""
    codes = [(variable, code) for variable, ids in claim.left.items() for code in ids]
    if len(codes) != 1:
        raise StudyError(f"claims.toml, {claim.id}: kind {claim.kind} compares one code of left; give one.")
    variable, own = codes[0]
    found = asked(claim, setting, claim.wave)
    survey, column, who = split(found, setting, variable)
    if own not in who:
        raise Unjudged("no_responses")
    if _unheard(claim, setting, survey, variable):
        raise Unjudged("no_responses")
    table = table_of(found, survey, who, column)
    number = len(found.items)
    others = {code: table.mean_of(code) for code in who if code != own and table.has(code, number)}
    _enough(others if table.has(own, number) else {})
    if any(_silent(found, survey, column, code) for code in who if code != own and code not in others):
        raise Unjudged("no_responses")
    return variable, table.mean_of(own), others, table


def _unheard(claim: Claim, setting: Setting, survey: Survey, variable: str) -> bool:
    """Whether the wave's frame counts people of the population with a code that no respondent has."""
    wave = setting.study.waves.get(claim.wave)
    question = survey.question(variable)
    if wave is None or question is None:
        return False
    counted = {
        row.stratum[variable]
        for row in wave.frame
        if row.count and variable in row.stratum and _inside(row.stratum, claim.population)
    }
    inside = np.ones(len(survey.rows), dtype=np.bool_) if survey.mask is None else survey.mask
    values = set(np.unique(survey.values(variable)[inside]).tolist())
    return not counted <= {code.id for code in question.codes if code.value in values}


def _inside(stratum: Mapping[str, str], population: Restriction) -> bool:
    return all(stratum[name] in ids for name, ids in population.items() if name in stratum)


def _silent(found: Asked, survey: Survey, column: str, code: str) -> bool:
    """Whether a code's respondents were asked and none gave an answer that counts."""
    question = survey.question(column)
    inside = np.ones(len(survey.rows), dtype=np.bool_) if survey.mask is None else survey.mask
    if question is None:
        return False
    members = inside & (survey.values(column) == question.code(code).value)
    return any(bool((survey.values(name)[members] != NOT_ASKED).any()) for name in found.columns)


def _of_items(claim: Claim, setting: Setting) -> Compared:
    """Compare the first item with those that the claim names, else with all other models asked."""
    others = claim.against or claim.items[1:]
    if not others:
        models = [model.id for model in asked_models(setting.survey(claim.wave))]
        others = tuple(model for model in models if model != claim.item and claim.item in models)
    _enough(others)
    found = asked(claim, setting, claim.wave, items=(claim.item, *others))
    table = table_of(found, found.survey, {"": {}})
    if len(table.keys) <= len(others):
        raise Unjudged("no_responses")
    weights = {item: table.mean_of(items=(item,)) for item in others}
    return "item", table.mean_of(items=(claim.item,)), weights, table


def _enough(others: Sequence[str] | dict[str, "FloatArray"]) -> None:
    if not others:
        raise Unjudged("nothing_to_compare")


def _alternatives(claim: Claim, setting: Setting) -> list[Part]:
    """Return the deciding difference that other answers would give."""
    parts = []
    for answer in claim.alternatives:
        other = replace(claim, answer=answer, alternatives=())
        _, own, others, table = _of_codes(other, setting) if claim.left else _of_items(other, setting)
        tests = [tested(table, own - weights) for weights in others.values()]
        known = [test for test in tests if not test.reason]
        if known:
            test = known[_decision(claim, known).decides]
            parts.append(difference_part(test, name="alternative", role="shown", about={"answer": answer}))
    return parts


def _decision(claim: Claim, tests: Sequence[Tested]) -> Decision:
    signs = [sign_of(claim)] * len(tests)
    return decided([test.estimate for test in tests], [test.p_value for test in tests], signs)
