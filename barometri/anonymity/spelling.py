"""One spelling of a text, and the words by which identifiers are known."""

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files


def plain_text(text: str) -> str:
    r"""Return the text with one spelling of letters, digits and dashes, and nothing invisible.

    Examples
    --------
    >>> plain_text("131052−308T"), plain_text("１３\u200b1052–308t")
    ('131052-308T', '131052-308t')
    """
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFKC", text)
    seen = (character for character in composed if unicodedata.category(character) != "Cf")
    return "".join("-" if unicodedata.category(c) == "Pd" or c == "−" else c for c in seen)


@cache
def words(key: str) -> frozenset[str]:
    """Return the words under a key of the resource, in small letters."""
    text = files("barometri").joinpath("resources/identifiers.toml").read_text(encoding="utf-8")
    found: dict[str, list[str]] = tomllib.loads(text)
    return frozenset(word.casefold() for word in found[key])
