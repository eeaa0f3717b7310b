"""Made-up personal identity codes: thirteen separators, four ways of writing each."""

from collections.abc import Callable, Mapping
from typing import Final

from barometri.anonymity.hetu import CENTURIES, check_character

SEPARATORS: Final = tuple(CENTURIES)


def made_up(separator: str, number: int) -> str:
    """Return a valid code of nobody: individual numbers from 900 on are given to no person."""
    year = {1800: 98, 1900: 52, 2000: 4}[CENTURIES[separator]]
    day = f"{1 + number % 28:02}{1 + number % 12:02}{year:02}"
    return f"{day}{separator}{900 + number % 100}{check_character(f'{day}{900 + number % 100}')}"


def _spaced(code: str) -> str:
    return f"{code[:2]} {code[2:4]} {code[4:6]} {code[6]} {code[7:]}"


def _typeset(code: str) -> str:
    """Return the code as a word processor may turn it: a minus sign, wide letters, marks that do not show."""
    sign = "−" if code[6] == "-" else chr(ord(code[6]) + 0xFEE0)
    return f"{code[:4]}\u200b{code[4:6]}{sign}{code[7:10]}\u2060{code[10]}"


DRESSINGS: Final[Mapping[str, Callable[[str], str]]] = {
    "as it is": str,
    "small letters": str.lower,
    "with spaces": _spaced,
    "as typeset": _typeset,
}


def dressed() -> list[str]:
    """Return the 52 codes, each separator in each dressing."""
    return [
        dress(made_up(separator, 10 * i + j))
        for i, separator in enumerate(SEPARATORS)
        for j, dress in enumerate(DRESSINGS.values())
    ]
