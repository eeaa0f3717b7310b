"""What a claim names besides its items: answers, classes, variables, direct ratings, verdicts."""

from typing import Final

from barometri.study.claim import ANY_MODEL, REST, VERDICTS, Claim, Restriction
from barometri.study.plan import NUMBER_OF_MODELS
from barometri.study.reading_models import check_codes
from barometri.study.study import Study
from barometri.study.toml import Section

MODELLED: Final = ("association", "each", "equivalence", "non_inferiority")
"""Kinds that relate items to the outcome."""
RATED: Final = ("difference", *MODELLED)
"""Kinds that a direct rating may take the place of, and that may judge by the points of a scale."""
GOOD: Final = "good"


def check_names(row: Section, claim: Claim, study: Study) -> None:
    """Refuse answers, variables and verdicts that the study does not know.

    Raises
    ------
    StudyError
        Naming the file, the claim and the key.
    """
    _check_overlap(row, claim)
    for key, name in (("shown_by", claim.shown_by), ("standardised", claim.standardised)):
        if name and (name not in study.codebook or not study.codebook[name].codes):
            row.fail(key, f"{name!r} is no variable with codes.")
    for verdict in claim.words:
        if verdict not in VERDICTS:
            row.fail("words", f"{verdict!r} is no verdict; expected some of {', '.join(VERDICTS)}.")
    if claim.kind in RATED:
        _check_rated(row, claim, study)
    if claim.kind in MODELLED or claim.kind == "all_of" or claim.scale == "score":
        return
    for item in (*claim.items, *claim.against):
        _check_answer(row, "answer", item, claim.answer, study)
    for name in claim.alternatives:
        if claim.kind == "difference":
            _check_class(row, claim, name, study)
        else:
            _check_answer(row, "alternatives", claim.item, name, study)


def _check_overlap(row: Section, claim: Claim) -> None:
    """Refuse sides that share a code: nobody can be compared with herself."""
    if set(claim.left) != set(claim.right) or REST in claim.right or NUMBER_OF_MODELS in claim.left:
        return
    shared: Restriction = {n: tuple(c for c in ids if c in claim.right[n]) for n, ids in claim.left.items()}
    if shared and all(shared.values()):
        row.fail("right", f"the left side has {next(iter(shared.values()))[0]!r} too. Keep the sides apart.")


def _check_rated(row: Section, claim: Claim, study: Study) -> None:
    """Refuse an outcome without the scale that the claim judges by, and direct ratings that are none."""
    key, outcomes = ("items", claim.items) if claim.kind == "difference" else ("outcome", (claim.outcome,))
    for name in outcomes:
        if not name:
            row.fail(key, "there is no outcome. Name one here or among the study's roles.")
        if claim.scale == "score" and (name not in study.codebook or study.codebook[name].kind != "ordinal"):
            row.fail("scale", f"{name!r} has no points; expected 'good', or a question of ordered answers.")
        if key == "outcome" and claim.scale == GOOD:
            _check_answer(row, key, name, GOOD, study)
    for name in dict.fromkeys(claim.direct.replace("{item}", item) for item in claim.items):
        if name and name not in study.codebook:
            row.fail("direct", f"{name!r} is no question of the codebook. Correct the name or add it.")
        if name:
            _check_answer(row, "direct", name, GOOD, study)


def _check_answer(row: Section, key: str, item: str, answer: str, study: Study) -> None:
    """Refuse an answer that an item does not have."""
    if item == NUMBER_OF_MODELS:
        for name in answer.split("|"):
            _check_number(row, key, name, study)
    elif item == ANY_MODEL or any(item in (model.id, *model.questions) for model in study.models):
        states = study.model_states
        known = () if states is None else (states.established, states.on_trial)
        if answer != GOOD and not set(answer.split("|")) <= set(known):
            row.fail(key, f"{answer!r} is no state of a model; expected {', '.join((GOOD, *known))}.")
    elif answer != GOOD:
        check_codes(row, key, study.codebook, item, answer.split("|"))
    elif not study.codebook[item].good and study.codebook[item].kind != "tick":
        row.fail(key, f"{item!r} has no favourable answers. Name the ids of the answers that are counted.")


def _check_class(row: Section, claim: Claim, name: str, study: Study) -> None:
    """Refuse an alternative class that the variable of the left side does not have."""
    if len(claim.left) != 1:
        row.fail("alternatives", "classes stand in for those of one variable on the left side.")
    variable = next(iter(claim.left))
    if variable == NUMBER_OF_MODELS:
        _check_number(row, "alternatives", name, study)
    else:
        check_codes(row, "alternatives", study.codebook, variable, [name])


def _check_number(row: Section, key: str, name: str, study: Study) -> None:
    number = name.removesuffix("+")
    if not number.isdigit() or int(number) > len(study.models):
        row.fail(key, f"{name!r} is no class; expected numbers of models such as '0', '1' or '3+'.")
