"""How a claim's number came about, in one line: what was compared, among whom, held constant, tested."""

import math
from typing import Final

from barometri.disclosure.protected import ProtectedClaim
from barometri.findings.naming import held, names_of
from barometri.findings.numbers import margin_words
from barometri.findings.parts import part_label
from barometri.study.claim import JOINT_FIRST, REST, Claim
from barometri.study.study import Study
from barometri.texts import NUMBER_OF_MODELS, Texts

_MODELLED: Final = "linear"
_TESTED_BY_INTERVAL: Final = ("quantity", "near")
_WITHIN: Final = ("each", "joint")
"""Kinds whose own p value is adjusted for all models of the study already."""
_ON_MODELS: Final = ("association", "equivalence", "non_inferiority")
_SEVERAL: Final = "intersection_union"
_UNADJUSTED: Final = "none"


def method(result: ProtectedClaim, study: Study, texts: Texts) -> str:
    """Return the method of a claim's number in one line."""
    claim = result.claim
    said = [
        _compared(result, study, texts),
        _among(claim, study, texts),
        _decides(result, study, texts),
        _bounds(claim, texts),
        _tested(result, study, texts),
        _cannot_say(claim, study, texts),
        texts.text("findings.written_after") if claim.written == "after" else "",
    ]
    return " ".join(words for words in said if words)


def _cannot_say(claim: Claim, study: Study, texts: Texts) -> str:
    """Say what became of "cannot say": about the answers, the models, or their number."""
    form, question = str(claim.base), ""
    if claim.base == "answered" and claim.kind in (*_ON_MODELS, "each"):
        if claim.item in {NUMBER_OF_MODELS, *(model.id for model in study.models)}:
            form = "answered_number" if claim.item == NUMBER_OF_MODELS else "answered_models"
    elif claim.base == "answered" and claim.kind == "difference":
        unsure = [name for name in claim.left if REST in claim.right and _may_not_know(name, study)]
        if NUMBER_OF_MODELS in {*claim.left, *claim.right}:
            form = "answered_number" if REST in claim.right else "answered_classes"
        elif unsure:
            form, question = "answered_rest", texts.quote(texts.label(study.question(unsure[0]).label))
    return texts.text(f"findings.{form}", question=question)


def _may_not_know(name: str, study: Study) -> bool:
    """Whether a question can be answered with "cannot say"."""
    return name in study.codebook and any(code.missing == "dont_know" for code in study.codebook[name].codes)


def _compared(result: ProtectedClaim, study: Study, texts: Texts) -> str:
    """Say what the number is."""
    claim = result.claim
    if claim.kind == "all_of":
        return ""
    words = texts.text(
        f"compared.{_form(claim, study)}",
        margin=margin_words(result, texts),
        item=_item(result, study, texts),
        earlier=texts.listing([str(year) for year in claim.earlier]),
    )
    return f"{words}{_held(result, study, texts)}."


def _form(claim: Claim, study: Study) -> str:
    """Return the key of what is compared."""
    kind: str = claim.kind
    if kind == "quantity" and len(claim.items) > 1:
        return "mean_of_shares"
    if kind in {"ordering", "extreme"} and claim.against:
        return "items"
    if kind == "change" and len(claim.earlier) == 1:
        return "change_from"
    of_models = claim.item in {NUMBER_OF_MODELS, *(model.id for model in study.models)}
    if kind in {"difference", "association", "each"} and claim.scale == "score":
        kind = f"{kind}_score"
    return f"{kind}_models" if claim.kind in _ON_MODELS and of_models else kind


def _item(result: ProtectedClaim, study: Study, texts: Texts) -> str:
    """Return the name of what a number is of; of a joint claim that of the shares under it."""
    claim = result.claim
    clearest = [part.about["item"] for part in result.parts if part.name == "code" and "item" in part.about]
    if claim.kind == "joint":
        names = dict.fromkeys(clearest or claim.items)
        return texts.listing([texts.lowered(names_of(claim, study, texts).thing(name)) for name in names])
    return texts.lowered(names_of(claim, study, texts).thing(claim.item)) if claim.item else ""


def _held(result: ProtectedClaim, study: Study, texts: Texts) -> str:
    """Say what is held constant."""
    claim = result.claim
    names = held(claim, study) if _MODELLED in result.method else ()
    if claim.kind == "change" and claim.standardised in study.codebook:
        names = (claim.standardised,)
    labels = [texts.lowered(texts.label(study.codebook[name].label)) for name in names]
    models = {model.id for model in study.models}
    if claim.kind in {"each", "equivalence", "non_inferiority"} and claim.item in models:
        labels.append(texts.text("compared.other_models"))
    return texts.text("compared.held", variables=texts.listing(labels)) if labels else ""


def _among(claim: Claim, study: Study, texts: Texts) -> str:
    """Say whose responses, and of which years."""
    who = names_of(claim, study, texts).who(claim.population)
    used = sorted({*claim.earlier, max(claim.waves)}) if claim.earlier else claim.waves
    years = texts.listing([str(year) for year in used])
    if not who and claim.left and REST not in claim.right:
        return texts.text("findings.data", waves=years)
    everyone = texts.lowered(texts.text("words.all_respondents"))
    return texts.text("findings.among", who=who or everyone, waves=years)


def _decides(result: ProtectedClaim, study: Study, texts: Texts) -> str:
    """Say which of several comparisons the number is of: by name where one alone has this number."""
    claim = result.claim
    several = _SEVERAL in result.method and claim.kind != "reversal"
    if not several and claim.kind not in {"each", "all_of"}:
        return ""
    own = (result.estimate, result.ci_low, result.ci_high, result.n)
    found = [
        part
        for part in result.parts
        if part.role == "test" and (part.estimate, part.ci_low, part.ci_high, part.n) == own
    ]
    if len(found) != 1:
        return texts.text("findings.decides")
    if claim.kind == "all_of":
        label = part_label(found[0], result, names_of(claim, study, texts), texts)
        return texts.text("findings.decides_part", name=texts.quote(label.strip().rstrip(".")))
    name = names_of(claim, study, texts).words(found[0].about, without=("mark", "kind"))
    name = texts.lowered(name) if "item" in found[0].about else name
    return texts.text("findings.decides_of", name=name) if name else texts.text("findings.decides")


def _bounds(claim: Claim, texts: Texts) -> str:
    """Say the limits that a quantity is judged by."""
    if claim.kind == "near" and claim.low is not None:
        low, high = claim.low - (claim.margin or 0.0), claim.low + (claim.margin or 0.0)
    elif claim.kind == "quantity" and (claim.low is not None or claim.high is not None):
        low = 0.0 if claim.low is None else claim.low
        high = 1.0 if claim.high is None else claim.high
    else:
        return ""
    bounds = texts.interval(low, high)
    return texts.text("findings.bounds", bounds=bounds)


def _tested(result: ProtectedClaim, study: Study, texts: Texts) -> str:
    """Say the p value, alone and adjusted within the family, and the degrees of freedom."""
    claim = result.claim
    if claim.kind in _TESTED_BY_INTERVAL or not result.p_text:
        return ""
    file = study.claims_file
    family = file.families.get(claim.family) if file is not None else None
    adjust = _UNADJUSTED if family is None else family.adjust
    form = "p_within" if claim.kind in _WITHIN else "p"
    said = texts.text(f"findings.{form}", p=texts.p(result.p_text))
    if family is not None and adjust != _UNADJUSTED:
        untested = adjust == JOINT_FIRST and not result.adjusted_p_text
        said += texts.text(
            "findings.p_without_joint" if untested else "findings.p_adjusted",
            p=texts.p(result.adjusted_p_text),
            family=texts.quote(texts.label(family.label)),
            adjust=texts.text(f"adjust.{adjust}"),
        )
    if not math.isnan(result.df):
        said += texts.text("findings.df", df=texts.count(result.df))
    return f"{said}."
