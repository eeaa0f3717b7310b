"""The sentence of a claim, its number and what stands beside them."""

import math
from collections.abc import Iterator
from typing import Final

from barometri.disclosure.protected import Protected, ProtectedClaim
from barometri.findings.finding import Finding, Findings
from barometri.findings.method import method
from barometri.findings.naming import names_of
from barometri.findings.numbers import interval, is_signed, level_words, margin_words, number
from barometri.findings.parts import detail, lines
from barometri.study.study import Study
from barometri.texts import Texts, read_texts

_HIDDEN: Final = "not_reportable"
_LOWEST: Final = "<"
_WITH_MARGIN: Final = ("difference", "association", "change")
"""Kinds whose sentences name the margin where the claim has one."""


def findings(protected: Protected, *, language: str) -> Findings:
    """Word every claim of a protected run.

    Parameters
    ----------
    protected
        What may be published.
    language
        ``fi``, ``sv`` or ``en``.

    Returns
    -------
    Findings
        One ``Finding`` a claim, in the study's order.

    Examples
    --------
    >>> import barometri as bm  # doctest: +SKIP
    >>> bm.findings(protected, language="en")  # doctest: +SKIP
    """
    texts = read_texts(language)
    return Findings(_finding(claim, protected.study, texts) for claim in protected.claims)


def verdict_key(result: ProtectedClaim) -> str:
    """Return the language-free key of a verdict, e.g. ``not_shown``."""
    return result.verdict.name.lower()


def _finding(result: ProtectedClaim, study: Study, texts: Texts) -> Finding:
    claim, scale, signed = result.claim, result.scale, is_signed(result)
    shown = number(result.estimate, scale, texts, sign=signed)
    families = study.claims_file.families if study.claims_file is not None else {}
    return Finding(
        id=claim.id,
        statement=_statement(result, texts),
        sentence=sentence(result, study, texts),
        verdict=verdict_words(result, texts),
        kind=verdict_key(result),
        number=shown,
        short=number(result.estimate, scale, texts, sign=signed, short=True),
        interval=interval(result.ci_low, result.ci_high, scale, texts) if shown else "",
        range=interval(result.ci_low, result.ci_high, scale, texts, unit=False) if shown else "",
        level=level_words(result.level, texts) if shown else "",
        n=texts.n(result.n) if shown and not math.isnan(result.n) else "",
        detail=detail(result, study, texts) if shown else "",
        method=method(result, study, texts) if shown else "",
        power="" if math.isnan(result.power) else _power(result, texts),
        same=_same(result, texts),
        family=claim.family,
        family_label=texts.label(families[claim.family].label) if claim.family in families else claim.family,
        lines=lines(result, study, texts) if shown else (),
        reason=reason_words(result.reason, study, texts),
        written=claim.written,
    )


def _statement(result: ProtectedClaim, texts: Texts) -> str:
    return texts.label(result.claim.statement).strip().rstrip(".")


def _same(result: ProtectedClaim, texts: Texts) -> str:
    """Return whether the plain figure says what was published; nothing of a claim that is not reported."""
    hidden = verdict_key(result) == _HIDDEN
    return (
        texts.text("numbers.none") if hidden else texts.text(f"same.{result.same_as_published.name.lower()}")
    )


def _power(result: ProtectedClaim, texts: Texts) -> str:
    """Return how surely the test would find equivalence where there is no difference."""
    return texts.text("findings.power", power=texts.percent(result.power))


def verdict_words(result: ProtectedClaim, texts: Texts) -> str:
    """Return the word of evidence; of a claimed lowest one, that it is the lowest."""
    key = verdict_key(result)
    lowest = f"verdict.{key.replace('highest', 'lowest')}"
    return texts.text(lowest if _is_lowest(result) and texts.has(lowest) else f"verdict.{key}")


def _is_lowest(result: ProtectedClaim) -> bool:
    return result.claim.kind == "extreme" and result.claim.relation == _LOWEST


def sentence(result: ProtectedClaim, study: Study, texts: Texts) -> str:
    """Return what the responses say of a claim: in its own words, else in the general ones."""
    key = verdict_key(result)
    own = result.claim.words.get(key) or result.claim.words.get(result.verdict.value)
    if own:
        return texts.label(own).strip().rstrip(".") + "."
    statement = _statement(result, texts)
    about = names_of(result.claim, study, texts)
    variable = next(iter(result.claim.left), "")
    beside = [about.codes(variable, [name]) if variable else about.thing(name) for name in result.beside]
    first, *rest = beside or [""]
    return texts.text(
        next(form for form in _forms(result, key) if texts.has(form)),
        claim=statement,
        quoted=texts.quote(statement),
        margin=margin_words(result, texts),
        beside=texts.listing([first, *(rest if variable else map(texts.lowered, rest))]),
    )


def _forms(result: ProtectedClaim, key: str) -> Iterator[str]:
    """Yield the keys of a sentence, the most special one first."""
    kind = result.claim.kind
    if result.beside and key.startswith("highest"):
        yield f"findings.{'lowest' if _is_lowest(result) else 'highest'}_not_separated_from"
    if kind in _WITH_MARGIN and result.claim.margin:
        yield f"findings.margin_{key}"
    if kind == "ordering" and len(result.claim.waves) * max(len(result.claim.against), 1) > 1:
        yield f"findings.several_{key}"
    yield f"findings.{kind}_{key}"
    yield f"findings.{key}"


def reason_words(reason: str, study: Study, texts: Texts) -> str:
    """Word a reason (``lost_column:district``); one without words of its own stays unsaid."""
    key, _, name = reason.partition(":")
    if not texts.has(f"finding_reason.{key}"):
        return ""
    models = {model.id: model.label for model in study.models}
    if name in study.codebook:
        name = texts.label(study.question(name).label)
    elif name in models:
        name = texts.label(models[name])
    elif texts.has(f"words.{name}"):
        name = texts.text(f"words.{name}")
    return texts.text(f"finding_reason.{key}", name=name)
