"""The numbers under a claim: the shares behind it in one line, the rest as lines of a small table."""

import math
from collections.abc import Iterable
from itertools import groupby

from barometri.disclosure.protected import SUPPRESSED, ProtectedClaim, ProtectedPart
from barometri.findings.finding import Line
from barometri.findings.naming import About, names_of
from barometri.findings.numbers import interval, number, part_scale
from barometri.study.study import Study
from barometri.texts import Texts

_SIDES = ("left", "right")
_MARGINS = ("equivalence", "non_inferiority")
_TESTED_PLAINLY = ("marginal", "reading")
"""Parts whose p is that of no difference, under a claim whose own p is that of a margin."""


def detail(result: ProtectedClaim, study: Study, texts: Texts) -> str:
    """Return the shares behind a claim in one line: those of its sides, by wave where there are several."""
    about = names_of(result.claim, study, texts)
    sides = [part for part in result.parts if part.role == "side" and part.name in _SIDES]
    if not sides and result.claim.kind == "change":
        sides = [part for part in result.parts if part.name == "wave" and part.scale == "share"]
    shown = [part for part in sides if not math.isnan(part.estimate)]
    if not shown or len(shown) < len(sides):
        return ""
    lines = []
    for wave, parts in groupby(shown, key=lambda part: part.about.get("wave", "")):
        told = ", ".join(_share(part, result, about, texts) for part in _unique(parts))
        lines.append(texts.text("findings.in_wave", wave=wave, parts=told).strip() if wave else told)
    said = f"{texts.text('findings.between')} ".join(lines)
    return said[:1].upper() + said[1:]


def _unique(parts: Iterable[ProtectedPart]) -> list[ProtectedPart]:
    found: list[ProtectedPart] = []
    for part in parts:
        if part not in found:
            found.append(part)
    return found


def _share(part: ProtectedPart, result: ProtectedClaim, about: About, texts: Texts) -> str:
    """Return whose share it is and the share: ``social workers 44 %``."""
    name = about.words(part.about, without=("wave", "mark"))
    if "item" in part.about:
        name = texts.lowered(name)
    if not name and part.name in _SIDES:
        name = about.who(result.claim.left if part.name == "left" else result.claim.right)
    return texts.text("findings.part", name=name, value=texts.percent(part.estimate)).strip()


def lines(result: ProtectedClaim, study: Study, texts: Texts) -> tuple[Line, ...]:
    """Return the numbers under a claim that its card does not say already."""
    about = names_of(result.claim, study, texts)
    said = detail(result, study, texts)
    made = []
    for part in result.parts:
        in_detail = (part.role == "side" and part.name in _SIDES) or (
            part.name == "wave" and part.scale == "share"
        )
        if part.name == "power" or (said and in_detail):
            continue
        made.append(_line(part, result, about, texts))
    return tuple(made)


def _line(part: ProtectedPart, result: ProtectedClaim, about: About, texts: Texts) -> Line:
    label = part_label(part, result, about, texts)
    if result.claim.kind in _MARGINS and part.name in _TESTED_PLAINLY:
        label = texts.text("findings.plain_test", label=label)
    if part.status == SUPPRESSED:
        return Line(part.role, label, about.study.disclosure.mark)
    scale = part_scale(part.name, part.scale)
    adjusted = part.adjusted_p_text
    p = texts.p(adjusted or part.p_text) if adjusted or part.p_text else ""
    return Line(
        role=part.role,
        label=label,
        number=number(part.estimate, scale, texts, short=True),
        interval=interval(part.ci_low, part.ci_high, scale, texts, unit=False),
        n="" if math.isnan(part.n) else texts.count(part.n),
        p=texts.text("findings.p_among", p=p) if adjusted else p,
        verdict="" if part.verdict is None else texts.text(f"verdict.{part.verdict.name.lower()}"),
    )


def part_label(part: ProtectedPart, result: ProtectedClaim, about: About, texts: Texts) -> str:
    """Return what a number under a claim is, and of what: ``Gap between the groups: 2019``.

    A part that has no words of its own is named by what it is about, or by its key.
    """
    claim = result.claim
    if part.name == "part" and part.about.get("part", "").isdigit():
        place = int(part.about["part"]) - 1
        if place < len(claim.parts):
            return texts.label(claim.parts[place].statement)
    thing = about.words(part.about)
    if part.name in _SIDES and not about.words(part.about, without=("wave", "mark")):
        who = about.who(claim.left if part.name == "left" else claim.right)
        thing = texts.text("findings.part", name=who, value=f"({thing})" if thing else "").strip()
        return thing[:1].upper() + thing[1:]
    form = f"part.{part.name}"
    word = texts.text(form) if texts.has(form) else "" if thing else part.name.replace("_", " ").capitalize()
    return ": ".join(filter(None, (word, thing)))
