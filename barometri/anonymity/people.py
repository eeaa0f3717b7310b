"""Where somebody lives and what they are called: street with postal code, personal names."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from barometri.anonymity.spelling import words

_NAME_PART: Final = r"[^\W\d_a-zåäöšž][a-zåäöéüšž]+(?:-[^\W\d_a-zåäöšž][a-zåäöéüšž]+)?"
_FULL_NAME = re.compile(
    rf"{_NAME_PART}(?:\s{_NAME_PART}){{1,2}}|{_NAME_PART},\s{_NAME_PART}(?:\s{_NAME_PART})?"
)
_PAIR = re.compile(rf"(?<!\w)(?=([^\W\d_]+)\.?\s({_NAME_PART}))")
_FEWEST_NAMES: Final = 5
_DIFFERENT: Final = 0.8
_HALF: Final = 2


def has_address(text: str) -> bool:
    """Whether a plain text holds a street with its number and a Finnish postal code after it."""
    return any(_postal().match(text, match.end()) for match in _street().finditer(text))


def is_street(text: str) -> bool:
    """Whether a plain text is a street with its number and nothing else."""
    return _street().fullmatch(text.strip()) is not None


def has_name(text: str) -> bool:
    """Whether a plain text holds a personal name: a title or a common given name before a capital letter.

    Surnames say nothing alone: many are nouns, and many nouns begin places.

    Examples
    --------
    >>> has_name("puhuin rouva Virran kanssa"), has_name("Matti Meikäläinen"), has_name("Kela Helsinki")
    (True, True, False)
    """
    for match in _PAIR.finditer(text):
        first = match[1]
        if first.casefold() in words("titles") or (
            first[0].isupper() and first.casefold() in words("given_names")
        ):
            return True
    return False


def are_names(texts: Mapping[str, int]) -> bool:
    """Whether a column's texts are personal names: two or three capitalised words each, hardly any repeated.

    Parameters
    ----------
    texts
        Different texts of the column and how many cells hold each.
    """
    filled = sum(texts.values())
    named = {text: n for text, n in texts.items() if _FULL_NAME.fullmatch(text.strip())}
    return (
        sum(named.values()) * _HALF > filled
        and len(named) >= _FEWEST_NAMES
        and len(texts) >= _DIFFERENT * filled
    )


@cache
def _street() -> re.Pattern[str]:
    endings = "|".join(sorted(words("streets"), key=len, reverse=True))
    return re.compile(
        rf"(?<![\w'-])(?:[^\W\d_][\w'-]*\s)?[^\W\d_][\w'-]*?\s?(?:{endings})\s\d{{1,4}}"
        r"(?:\s?-\s?\d{1,4})?(?:\s?[a-zA-Z](?!\w)(?:\s?\d{1,3}(?!\d))?)?",
        re.IGNORECASE,
    )


@cache
def _postal() -> re.Pattern[str]:
    return re.compile(r"\s?[,;\n]?\s*(?:FI-?\s?)?\d{5}(?!\d)", re.IGNORECASE)
