"""Protected claims in words: a sentence, its number, its interval, its n. Nothing is judged anew here."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from barometri.disclosure.protected import Protected, ProtectedClaim
from barometri.study.claim import Claim
from barometri.study.study import Study
from barometri.texts import Texts, read_texts


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim as a reader meets it.

    Attributes
    ----------
    id
        Claim id.
    sentence
        What the responses say of the claim.
    verdict
        The word of evidence; ``kind`` is its language-free key, e.g. ``same_direction``.
    number, interval, n
        As text; empty where nothing may be shown.
    detail
        The shares behind a difference.
    method
        Base and adjusted p value.
    reason
        Why a claim could not be judged; empty otherwise.
    """

    id: str
    sentence: str
    verdict: str
    kind: str
    number: str
    interval: str
    n: str
    detail: str = ""
    method: str = ""
    reason: str = ""

    def __repr__(self) -> str:
        shown = [self.number, f"({self.interval})" if self.interval else "", self.n]
        return f"{self.id} {self.verdict}: {self.sentence} {' '.join(filter(None, shown))}".rstrip()


class Findings(tuple[Finding, ...]):
    """Findings in the order of the study; prints as lines, shows as a table in a notebook."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))

    def _repr_html_(self) -> str:
        cells = ((f.verdict, f.sentence, f.number, f.interval, f.n) for f in self)
        rows = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in cells)
        return f'<table style="text-align:left"><tbody>{rows}</tbody></table>'


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


def _finding(result: ProtectedClaim, study: Study, texts: Texts) -> Finding:
    claim = result.claim
    kind = verdict_key(result)
    statement = texts.label(claim.statement).strip().rstrip(".")
    form = f"findings.{claim.kind}_{kind}"
    sentence = texts.text(
        form if texts.has(form) else f"findings.{kind}", claim=statement, quoted=texts.quote(statement)
    )
    known = not math.isnan(result.estimate)
    share = claim.kind == "quantity"
    return Finding(
        id=claim.id,
        sentence=sentence,
        verdict=texts.text(f"verdict.{kind}"),
        kind=kind,
        number=_number(result.estimate, texts, share=share) if known else "",
        interval=_interval(result, texts, share=share) if known else "",
        n=texts.n(result.n) if known and not math.isnan(result.n) else "",
        detail=_parts(result, study, texts),
        method=_method(result, texts) if known else "",
        reason=_reason(result.reason, study, texts),
    )


def verdict_key(result: ProtectedClaim) -> str:
    """Return the language-free key of a verdict, e.g. ``not_shown``."""
    return result.verdict.name.lower()


def _number(value: float, texts: Texts, *, share: bool) -> str:
    return texts.percent(value) if share else texts.points(value, sign=True)


def _interval(result: ProtectedClaim, texts: Texts, *, share: bool) -> str:
    if math.isnan(result.ci_low) or math.isnan(result.ci_high):
        return ""
    if share:
        return texts.interval(result.ci_low, result.ci_high)
    points = texts.range(100 * result.ci_low, 100 * result.ci_high, 0)
    return texts.text("findings.points_interval", interval=points)


def _parts(result: ProtectedClaim, study: Study, texts: Texts) -> str:
    claim, left, right = result.claim, result.side("left"), result.side("right")
    if math.isnan(left) or math.isnan(right):
        return ""
    words = texts.text(
        "findings.parts",
        left=_who(claim.left, claim, study, texts),
        left_value=texts.percent(left),
        right=_who(claim.right, claim, study, texts),
        right_value=texts.percent(right),
    )
    return words[:1].upper() + words[1:]


def _who(restriction: Mapping[str, Sequence[str]], claim: Claim, study: Study, texts: Texts) -> str:
    """Name the respondents of one side of a difference; their groups are common nouns."""
    names = [
        texts.listing([_code_label(variable, code, claim, study, texts) for code in codes])
        for variable, codes in restriction.items()
        if variable != "rest"
    ]
    return ", ".join(names) or texts.lowered(texts.text("words.rest"))


def _code_label(variable: str, code: str, claim: Claim, study: Study, texts: Texts) -> str:
    if variable not in study.codebook:
        return _class_label(code, texts)
    wave = study.waves.get(claim.wave)
    override = wave.labels.get(variable, {}).get(code) if wave else None
    try:
        label = texts.label(override or study.question(variable).code(code).label)
    except KeyError:
        return code
    return texts.lowered(label) if variable == study.roles.group else label


def _class_label(code: str, texts: Texts) -> str:
    """Name a class of the number of models: ``0``, ``1``, ``2``, ``3+``."""
    if code.endswith("+"):
        return texts.text("classes.or_more", count=code.removesuffix("+"))
    words = {"0": "classes.zero", "1": "classes.one"}
    return texts.text(words.get(code, "classes.many"), count=code)


def _method(result: ProtectedClaim, texts: Texts) -> str:
    base = texts.text(f"findings.{result.claim.base}")
    if result.claim.kind == "quantity" or not result.p_text:
        return base
    return f"{texts.text('findings.p', p=texts.p(result.p_text))}. {base}"


def _reason(reason: str, study: Study, texts: Texts) -> str:
    """Word a reason (``lost_column:district``); one without words of its own stays unsaid."""
    key, _, name = reason.partition(":")
    if not texts.has(f"finding_reason.{key}"):
        return ""
    if name in study.codebook:
        name = texts.label(study.question(name).label)
    return texts.text(f"finding_reason.{key}", name=name)
