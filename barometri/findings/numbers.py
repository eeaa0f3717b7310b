"""How the numbers of claims are written: by scale and by level of the interval."""

import math
from typing import Final

from barometri.disclosure.protected import ProtectedClaim
from barometri.texts import Texts

_UNSIGNED: Final = ("joint",)
"""Kinds of claims whose number has no direction."""
_BARE: Final = ("somers_d",)
"""Parts on the scale of the answers that are no points of it."""


def number(value: float, scale: str, texts: Texts, *, sign: bool = True, short: bool = False) -> str:
    """Return a number of a claim as text; nothing where it is not known.

    Parameters
    ----------
    value
        Shares 0 to 1, else as they are.
    scale
        ``share``, ``points``, ``score``, ``ratio`` or ``test``.
    texts
        The language.
    sign
        Whether a positive difference bears its sign.
    short
        With the unit abbreviated, for tables.
    """
    if math.isnan(value):
        return ""
    if scale == "share":
        return texts.percent(value)
    if scale == "points":
        points = texts.number(_hundredfold(value), 0, sign=sign)
        return texts.text("numbers.pp", number=points) if short else texts.points(value, sign=sign)
    plain = texts.number(value, 2, sign=sign and scale == "score")
    if scale == "score":
        return texts.text("numbers.score_short" if short else "numbers.score", number=plain)
    return texts.text("numbers.f", number=plain) if scale == "test" else plain


def interval(low: float, high: float, scale: str, texts: Texts, *, unit: bool = True) -> str:
    """Return an interval of a claim's number as text; nothing where it is not known."""
    if math.isnan(low) or math.isnan(high):
        return ""
    if scale == "share":
        return texts.interval(low, high)
    if scale == "points":
        found = texts.range(_hundredfold(low), _hundredfold(high), 0)
        return texts.text("findings.points_interval", interval=found) if unit else found
    found = texts.range(low, high, 2)
    return texts.text("findings.score_interval", interval=found) if unit and scale == "score" else found


def level_words(level: float, texts: Texts) -> str:
    """Return what an interval is: ``90 % confidence interval``."""
    return texts.text("findings.interval", level=texts.number(100 * level, 0))


def part_scale(name: str, scale: str) -> str:
    """Return the scale a part is written on."""
    return "ratio" if name in _BARE else scale


def is_signed(result: ProtectedClaim) -> bool:
    """Whether the claim's number has a direction."""
    return result.claim.kind not in _UNSIGNED


def margin_words(result: ProtectedClaim, texts: Texts) -> str:
    """Return a claim's margin with its unit; nothing without one."""
    margin = result.claim.margin
    return "" if not margin else number(margin, result.scale, texts, sign=False)


def _hundredfold(value: float) -> float:
    return round(100 * value, 6)
