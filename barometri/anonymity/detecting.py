"""The kinds of direct identifiers, and those that one text shows by itself."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from barometri.anonymity.contacts import has_email, has_iban, has_ip, has_phone
from barometri.anonymity.hetu import has_hetu
from barometri.anonymity.people import has_address
from barometri.anonymity.spelling import plain_text

KINDS: Final[Mapping[str, str]] = {
    "hetu": "personal identity codes",
    "email": "e-mail addresses",
    "iban": "bank account numbers",
    "phone": "telephone numbers",
    "ip": "internet addresses",
    "address": "street addresses",
    "birth_date": "dates of birth",
    "business": "business identity codes",
    "name": "personal names",
}
"""Kinds of direct identifiers, as messages name them."""

DETECTORS: Final[Mapping[str, Callable[[str], bool]]] = {
    "hetu": has_hetu,
    "email": has_email,
    "iban": has_iban,
    "phone": has_phone,
    "ip": has_ip,
    "address": has_address,
}
"""What one text shows by itself; the other kinds are judged over a column."""


def identifiers(text: str) -> set[str]:
    """Return the kinds of direct identifiers in a text.

    Examples
    --------
    >>> identifiers("131052−308T"), identifiers("0401234"), identifiers("matti.meikalainen (at) kunta.fi")
    ({'hetu'}, set(), {'email'})
    """
    plain = plain_text(text)
    return {kind for kind, detect in DETECTORS.items() if detect(plain)}


def count_identifiers(texts: Iterable[str]) -> dict[str, int]:
    """Count the texts that hold each kind of identifier, in the order of ``KINDS``."""
    counts = Counter(kind for text in texts for kind in identifiers(text))
    return {kind: counts[kind] for kind in KINDS if kind in counts}
