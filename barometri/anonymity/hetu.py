"""Finnish personal identity codes: whole, without their separator, and split over two columns.

The shape with a possible date is enough: a code with a slip of the pen is still a person. The check character
is asked for only where the shape alone says little. Separators: the Digital and Population Data Services
Agency's thirteen, in force since 2023.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from barometri.anonymity.spelling import plain_text

CHECK: Final = "0123456789ABCDEFHJKLMNPRSTUVWXY"
"""The check character is the one at the remainder of the nine digits by 31."""
CENTURIES: Final = {"+": 1800, **dict.fromkeys("-YXWVU", 1900), **dict.fromkeys("ABCDEF", 2000)}
_SEPARATORS: Final = "".join(CENTURIES)
_LONGEST_SPACED: Final = 40

_BODY = rf"(\d\d)\.?\s?(\d\d)\.?\s?(\d\d)\s?([{re.escape(_SEPARATORS)}])\s?(\d{{3}})\s?([0-9A-FHJ-NPR-Y])"
_CODE = re.compile(rf"(?<![0-9A-Z]){_BODY}(?![0-9A-Z])")
_INSIDE = re.compile(rf"(?<!\d){_BODY}(?!\d)")
_BARE = re.compile(r"(\d\d)(\d\d)(\d\d)(\d{3})([0-9A-FHJ-NPR-Y])")
_TAIL = re.compile(rf"[{re.escape(_SEPARATORS)}]?\s?(\d{{3}})([0-9A-FHJ-NPR-Y])")
_FEWEST_SPLIT: Final = 2
"""One row alone agrees with the check character by chance in three cases of a hundred."""


def has_hetu(text: str) -> bool:
    """Whether a plain text holds the shape of a code with a possible date.

    With letters right before or after it, as in a variable's name or a random token, the check character must
    be right as well.
    """
    upper = text.upper()
    return (
        any(_is_possible(match) for match in _CODE.finditer(upper))
        or any(_is_possible(match) and _is_checked(match) for match in _INSIDE.finditer(upper))
        or _is_spaced(upper)
    )


def count_valid_hetus(texts: Iterable[str]) -> int:
    """Count texts that hold a code whose check character is right."""
    return sum(
        any(_is_possible(m) and _is_checked(m) for m in _INSIDE.finditer(plain_text(text).upper()))
        for text in texts
    )


def is_bare_hetu(text: str) -> bool:
    """Whether a plain text is a code without its separator: a possible date and the right check character."""
    match = _BARE.fullmatch(text.strip().upper())
    if match is None:
        return False
    day, month, year, number, check = match.groups()
    return _is_date(day, month, 2000 + int(year)) and check == check_character(f"{day}{month}{year}{number}")


def tail_of(text: str) -> tuple[str, str] | None:
    """Return individual number and check character when a plain text is the end of a code."""
    match = _TAIL.fullmatch(text.strip().upper())
    return None if match is None else (match[1], match[2])


def are_split(births: Sequence[date | None], tails: Sequence[tuple[str, str] | None]) -> int:
    """Return the number of rows when two columns, a date and a tail, make codes together; else 0.

    Most of the different pairs must agree with their check character, and at least two.
    """
    rows = [
        (birth, tail)
        for birth, tail in zip(births, tails, strict=True)
        if birth is not None and tail is not None
    ]
    pairs = set(rows)
    right = {
        (birth, tail)
        for birth, tail in pairs
        if tail[1] == check_character(f"{birth.day:02}{birth.month:02}{birth.year % 100:02}{tail[0]}")
    }
    if len(right) < _FEWEST_SPLIT or 2 * len(right) <= len(pairs):
        return 0
    return len(rows)


def check_character(digits: str) -> str:
    """Return the check character of the nine digits of a code.

    Examples
    --------
    >>> check_character("131052308")
    'T'
    """
    return CHECK[int(digits) % len(CHECK)]


def _is_possible(match: re.Match[str]) -> bool:
    day, month, year, sign = match.groups()[:4]
    return _is_date(day, month, CENTURIES[sign] + int(year))


def _is_checked(match: re.Match[str]) -> bool:
    day, month, year, _, number, check = match.groups()
    return check == check_character(f"{day}{month}{year}{number}")


def _is_spaced(text: str) -> bool:
    """Whether a short text is nothing but a code, with spaces anywhere."""
    if len(text) > _LONGEST_SPACED:
        return False
    match = _CODE.fullmatch("".join(text.split()))
    return match is not None and _is_possible(match)


def _is_date(day: str, month: str, year: int) -> bool:
    try:
        date(year, int(month), int(day))
    except ValueError:
        return False
    return True
