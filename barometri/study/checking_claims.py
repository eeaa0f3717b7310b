"""What a claim must say for its kind to be judged, and what its waves must have asked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from barometri.study.checking_names import MODELLED, check_names
from barometri.study.claim import ANY_MODEL, JOINT_FIRST, JOINTLY_TESTED, REST, Claim, Family
from barometri.study.plan import NUMBER_OF_MODELS
from barometri.study.study import Study
from barometri.study.toml import Section

OVER_WAVES: Final = ("change", "reversal")
"""Kinds that need at least two waves."""
Check = Callable[[Section, Claim, Study], None]


def check_claim(row: Section, claim: Claim, study: Study) -> None:
    """Refuse a claim that its kind cannot judge, or that its waves cannot speak of.

    Raises
    ------
    StudyError
        Naming the file, the claim and the key.
    """
    _check_relation(row, claim)
    _check_rest(row, claim)
    if claim.margin is not None and claim.margin <= 0:
        row.fail("margin", "expected a number above 0: without a margin nothing can be shown to be alike.")
    if claim.kind != "all_of" and not claim.items:
        row.fail("items", "there is no item. Name at least one question or model.")
    if claim.kind in OVER_WAVES and len(claim.waves) < 2:  # noqa: PLR2004 - a change is between two
        row.fail("waves", f"the kind {claim.kind!r} needs at least two waves.")
    if not set(claim.earlier) <= set(claim.waves[:-1]):
        row.fail("earlier", "expected waves of the claim before its last.")
    CHECKS.get(claim.kind, _nothing)(row, claim, study)
    for item in (*claim.items, *claim.against):
        for wave in claim.waves:
            _check_item(row, item, claim, wave, study)
    if claim.kind in MODELLED and claim.outcome:
        _check_item(row, claim.outcome, claim, claim.wave, study, key="outcome")
    check_names(row, claim, study)


def check_family(row: Section, family: Family, claims: Sequence[Claim]) -> None:
    """Refuse a joint test before the others where no claim of the family holds one.

    Raises
    ------
    StudyError
        Naming the file, the family and the key.
    """
    if family.adjust != JOINT_FIRST:
        return
    if not any(claim.family == family.id and claim.kind in JOINTLY_TESTED for claim in claims):
        kinds = " or ".join(map(repr, JOINTLY_TESTED))
        row.fail(
            "adjust",
            f"no claim of the family has a joint test; {JOINT_FIRST!r} expects one of the kind {kinds}. "
            "Write it, or adjust the family in another way.",
        )


def _check_relation(row: Section, claim: Claim) -> None:
    """Refuse a relation that the kind does not know, and bounds that are none."""
    allowed: Mapping[str, tuple[str, ...]] = {
        "quantity": ("in", "shown"),
        "near": ("in",),
        "equivalence": ("=",),
        "joint": ("differ",),
    }
    known = allowed.get(claim.kind, (">", "<"))
    if claim.relation not in known:
        row.fail("relation", f"{claim.relation!r} does not suit the kind {claim.kind!r}: {', '.join(known)}.")
    for key, bound in (("low", claim.low), ("high", claim.high)):
        if bound is not None and not 0 <= bound <= 1:
            row.fail(key, "expected a share between 0 and 1.")
    if claim.low is not None and claim.high is not None and claim.low >= claim.high:
        row.fail("low", "is not below high.")
    if claim.relation == "in" and claim.low is None and claim.high is None:
        row.fail("low", "expected a bound. Give low, high or both, or relation 'shown'.")


def _check_rest(row: Section, claim: Claim) -> None:
    if REST in claim.right and len(claim.left) != 1:
        row.fail("right", "the rest is that of one variable on the left side.")


def _nothing(row: Section, claim: Claim, study: Study) -> None:
    """Ask nothing more."""


def _two_sides(row: Section, claim: Claim, study: Study) -> None:
    del study
    for key, side in (("left", claim.left), ("right", claim.right)):
        if not side:
            row.fail(key, f"there is no {key} side. Say who is compared.")


def _ordering(row: Section, claim: Claim, study: Study) -> None:
    if claim.against and (claim.left or claim.right):
        row.fail("against", "either items are compared, or a left and a right side.")
    if not claim.against:
        _two_sides(row, claim, study)


def _extreme(row: Section, claim: Claim, study: Study) -> None:
    models = {model.id for model in study.models}
    if not claim.left and not claim.against and claim.item not in models:
        row.fail("left", "there is nothing to be highest among. Give left one code, or items against.")
    if claim.left and (len(claim.left) != 1 or any(len(ids) != 1 for ids in claim.left.values())):
        row.fail("left", "expected one code of one variable.")


def _margin(row: Section, claim: Claim, study: Study) -> None:
    del study
    if claim.margin is None:
        row.fail("margin", f"the kind {claim.kind!r} needs a margin. Set it before the results are seen.")


def _near(row: Section, claim: Claim, study: Study) -> None:
    _margin(row, claim, study)
    if claim.low is None:
        row.fail("low", "expected the published value as a share.")


def _each(row: Section, claim: Claim, study: Study) -> None:
    models = {model.id for model in study.models}
    for item in claim.items:
        if item not in models:
            row.fail("items", f"{item!r} is no model of models.toml.")


def _joint(row: Section, claim: Claim, study: Study) -> None:
    if claim.by not in study.codebook or not study.codebook[claim.by].codes:
        row.fail("by", f"{claim.by!r} is no variable with codes to compare.")


def _all_of(row: Section, claim: Claim, study: Study) -> None:
    del study
    if len(claim.parts) < 2:  # noqa: PLR2004 - one part is a claim of its own
        row.fail("part", "expected at least two [[claim.part]].")


CHECKS: Mapping[str, Check] = {
    "ordering": _ordering,
    "extreme": _extreme,
    "difference": _two_sides,
    "reversal": _two_sides,
    "equivalence": _margin,
    "non_inferiority": _margin,
    "near": _near,
    "each": _each,
    "joint": _joint,
    "all_of": _all_of,
}


def _check_item(
    row: Section, item: str, claim: Claim, wave: int, study: Study, *, key: str = "items"
) -> None:
    """Refuse an item that a wave did not ask, or not of the groups that the claim speaks of."""
    models = {model.id: model.questions for model in study.models}
    if item in (NUMBER_OF_MODELS, ANY_MODEL) and models:
        questions: Iterable[str] = [name for names in models.values() for name in names]
    elif item in models:
        questions = models[item]
    elif item in study.codebook:
        questions = (item,)
    else:
        row.fail(key, f"{item!r} is neither a question of the codebook nor a model.")
    asked = [name for name in questions if _asked(study, wave, name)]
    if not asked:
        row.fail(key, f"{item!r} is not asked in wave {wave}, of which the claim speaks.")
    group = study.role("group", wave)
    meant = {
        code
        for part in (claim.population, claim.left, claim.right)
        for code in part.get(group, ())
        if code in {c.id for c in study.codebook[group].codes}
    }
    for name in asked:
        routed = study.waves[wave].routing.get(name)
        stands = {e.counterpart: e.code for e in study.waves[wave].equivalence if e.question == group}
        for code in sorted(meant):
            if routed is not None and code not in routed and stands.get(code) not in routed:
                row.fail(key, f"{item!r} is not put to {code!r} in wave {wave}, of whom the claim speaks.")


def _asked(study: Study, wave: int, name: str) -> bool:
    derived = study.codebook[name].derived
    found = study.waves[wave]
    return found.asked(name) or (derived is not None and found.asked(derived.source))
