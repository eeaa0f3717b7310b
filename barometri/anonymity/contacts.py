"""Ways to reach somebody: e-mail, telephone, bank account, internet address, business identity code."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Final

import phonenumbers
from stdnum import iban
from stdnum.fi import ytunnus

_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%-]++\s?(?:@|[(\[{]\s?(?:at|ät|miukumauku|snabel-?a)\s?[)\]}])\s?\w[\w-]*"
    r"(?:\s?(?:\.|[(\[{]\s?(?:dot|piste|punkt)\s?[)\]}])\s?\w[\w-]+)+",
    re.IGNORECASE,
)
_IBAN = re.compile(r"(?<![0-9A-Z])[A-Z]{2}\d{2}(?:\s?[0-9A-Z]){11,30}")
_NO_PHONE = re.compile(
    r"(?<!\d)\d{1,2}\.\d{1,2}\.\d{4}(?!\d)|(?<!\d)\d{4}-\d\d-\d\d(?!\d)|"
    r"(?<!\d)\d{7}-\d(?!\d)|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.IGNORECASE,
)
"""Dates, business identity codes and random identifiers (UUID), parts of which may be numbers."""
_DECIMAL = re.compile(r"[-+]?\d+[.,]\d+(?:[eE][-+]?\d+)?")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)")
_IPV6 = re.compile(r"(?<![\w:])[0-9a-fA-F:]++(?!\w)")
_BUSINESS = re.compile(r"(?<!\d)\d{7}-\d(?!\d)")
_REGION: Final = "FI"
_SHORTEST_PHONE: Final = 9
_FEWEST_DIGITS: Final = 8
"""In a number that is written in groups; months and ranges have fewer."""
_SHORTEST_IBAN: Final = 15
_SMALL_PART: Final = 31
"""Four numbers none of which is larger number chapters or classes; as an address they would be private."""
_FEWEST_GROUPS: Final = 3
_HALF: Final = 2
_FEW: Final = 100
"""One in a hundred: the share of telephone numbers among bare digits, where some have a country code."""


def has_email(text: str) -> bool:
    """Whether a plain text holds an e-mail address, the sign written out or not."""
    return _EMAIL.search(text) is not None


def has_iban(text: str) -> bool:
    """Whether a plain text holds an account number whose remainder by 97 is right."""
    for match in _IBAN.finditer(text.upper()):
        compact = re.sub(r"\s", "", match.group())
        if any(iban.is_valid(compact[:end]) for end in range(_SHORTEST_IBAN, len(compact) + 1)):
            return True
    return False


def has_phone(text: str) -> bool:
    """Whether a plain text holds a phone number: with spaces or dashes, or long enough not to be a code."""
    if sum(c.isdigit() for c in text) < _FEWEST_DIGITS or _DECIMAL.fullmatch(text.strip()):
        return False
    rest = _NO_PHONE.sub(" / ", text)
    for match in phonenumbers.PhoneNumberMatcher(rest, _REGION, leniency=phonenumbers.Leniency.VALID):
        written = match.raw_string.lstrip("(")
        if sum(c.isdigit() for c in written) >= (_SHORTEST_PHONE if written.isdigit() else _FEWEST_DIGITS):
            return True
    return False


def has_ip(text: str) -> bool:
    """Whether a plain text holds an internet address of version 4 or 6."""
    return any(_is_ip4(match.group()) for match in _IPV4.finditer(text)) or any(
        _is_ip6(match.group()) for match in _IPV6.finditer(text)
    )


def business_shapes(text: str) -> tuple[int, int]:
    """Count what has the shape of a Finnish business identity code, and of these the valid ones."""
    found = _BUSINESS.findall(text)
    return len(found), sum(ytunnus.is_valid(code) for code in found)


def bare_phones(digits: Mapping[str, int], filled: int) -> int:
    """Count phone numbers among bare digits; 0 where codes that look like some are the better reading.

    They are phone numbers where most cells are one, or where more than one in a hundred is and some are
    written with a country code and some without.

    Parameters
    ----------
    digits
        Different texts of digits, perhaps after a plus, and how many cells hold each.
    filled
        Cells of the column that are not empty.
    """
    hits = {text: n for text, n in digits.items() if len(text) >= _SHORTEST_PHONE and is_mobile(text)}
    count = sum(hits.values())
    abroad = sum(text.startswith(("+", "00")) for text in hits)
    varied = 0 < abroad < len(hits) and count * _FEW > filled
    return count if count * _HALF > filled or varied else 0


def is_mobile(text: str) -> bool:
    """Whether digits are a valid mobile number."""
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        return False
    return (
        phonenumbers.is_valid_number(number)
        and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    )


def _is_ip4(text: str) -> bool:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return max(address.packed) > _SMALL_PART


def _is_ip6(text: str) -> bool:
    if sum(bool(group) for group in text.split(":")) < _FEWEST_GROUPS:
        return False
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
