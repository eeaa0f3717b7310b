"""Texts of files: one spelling of a value, Unicode composed, and no UTF-8 that was read as something else."""

import math
import re
import unicodedata
from collections.abc import Iterable

LARGEST_EXACT = 2**53
"""Whole numbers beyond it are not all stored by a binary file."""
_INEXACT = re.compile(r"-?\d(?:\.\d+)?e\+\d+")
_CONTINUATION = "".join(
    sorted(
        {bytes([b]).decode("cp1252", errors="ignore") for b in range(0x80, 0xC0)}
        | {chr(b) for b in range(0x80, 0xC0)}
    )
)
# Leading bytes of the letters of Finnish, Swedish and Sami, of western punctuation and of the byte-order
# mark, as they look when UTF-8 is read as cp1252 or latin-1. Wider patterns would refuse the quotation HYVÄ».
_MOJIBAKE = re.compile(f"[ÃÂ][{re.escape(_CONTINUATION)}]|â[€‚\x80\x82]|Å[¡½¾\xa0\x8d\x8b]|ï»¿")


def canonical(value: float | str) -> str:
    """Return the one text of a value, so that ``"1"``, 1 and 1.0 meet the same code.

    Examples
    --------
    >>> canonical(1.0), canonical(1), canonical("01"), canonical(2.5)
    ('1', '1', '01', '2.5')
    """
    if isinstance(value, str):
        return value
    number = float(value)
    if math.isfinite(number) and number.is_integer() and abs(number) <= LARGEST_EXACT:
        return str(int(number))
    return repr(number)


def is_inexact(text: str) -> bool:
    """Whether a text is what ``canonical`` writes of a number too large to be stored exactly.

    Examples
    --------
    >>> is_inexact(canonical(1234567890123456789)), is_inexact("1E5")
    (True, False)
    """
    return _INEXACT.fullmatch(text) is not None


def composed(text: str) -> str:
    """Return the text in Unicode form NFC: "ä" is one letter, however it was typed."""
    return unicodedata.normalize("NFC", text)


def is_misread(text: str) -> bool:
    """Whether the text looks like UTF-8 that was read as cp1252 or latin-1 (``ItÃ¤``).

    Examples
    --------
    >>> is_misread("ItÃ¤"), is_misread("Itä"), is_misread("»HYVÄ»")
    (True, False, False)
    """
    return not text.isascii() and _MOJIBAKE.search(text) is not None


def count_misread(texts: Iterable[str]) -> int:
    """Count the texts that look misread; see ``is_misread``."""
    return sum(1 for text in texts if is_misread(text))
