"""Direct identifiers in a respondent file stop the load: told by place and count, never shown."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import pandas as pd
import phonenumbers
from stdnum import iban
from stdnum.fi import hetu

from barometri.errors import AnonymityError
from barometri.readers.raw import RawFile
from barometri.study.study import Study
from barometri.study.waves import Wave

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_CENTURIES: Final = {"+": 1800, **dict.fromkeys("-YXWVU", 1900), **dict.fromkeys("ABCDEF", 2000)}
_HETU = re.compile(
    r"(?<![0-9A-Z])(\d\d)[\s.]?(\d\d)[\s.]?(\d\d)\s?([-+YXWVUABCDEF])\s?(\d{3})\s?([0-9A-FHJ-NPR-Y])(?![0-9A-Z])"
)
_EMAIL = re.compile(
    r"[\w.+%-]+\s?(?:@|[(\[]\s?(?:at|ät|miukumauku)\s?[)\]])\s?\w[\w-]*"
    r"(?:\s?(?:\.|[(\[]\s?(?:dot|piste|punkt)\s?[)\]])\s?\w[\w-]+)+",
    re.IGNORECASE,
)
_IBAN = re.compile(r"(?<![0-9A-Z])[A-Z]{2}\d{2}(?:\s?[0-9A-Z]){11,30}")
_DATE = re.compile(r"(?<!\d)\d{1,2}\.\d{1,2}\.\d{4}(?!\d)|(?<!\d)\d{4}-\d\d-\d\d(?!\d)")
_DIGITS = re.compile(r"\+?\d+")
_REGION: Final = "FI"
_SHORTEST_PHONE: Final = 9
_SHORTEST_IBAN: Final = 15
_FREE_TEXT_WORDS: Final = 4
_FREE_TEXT_LENGTH: Final = 60

KINDS: Final[Mapping[str, str]] = {
    "hetu": "personal identity codes",
    "email": "e-mail addresses",
    "iban": "bank account numbers",
    "phone": "telephone numbers",
}
"""Kinds of direct identifiers, as messages name them."""


@dataclass(frozen=True, slots=True)
class AnonymityReport:
    """What the search saw, in counts.

    ``in_texts`` counts identifiers inside columns that are dropped: declared texts, and ignored columns.
    """

    file: str
    columns: int
    texts: Mapping[str, int] = field(default_factory=dict)
    in_texts: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def inspect(raw: RawFile, study: Study, wave: Wave) -> AnonymityReport:
    """Search cells, column names, labels, notes and sheet names for direct identifiers.

    Columns of kind ``text`` and ignored ones are only counted: they are dropped before anything is kept.

    Raises
    ------
    AnonymityError
        An identifier, or free text that the codebook does not declare; the message says place and count.
    """
    dropped = _dropped(raw, study, wave)
    _check_words(raw)
    questions = {column: question for question, column in wave.columns.items()}
    keys = {c for q, c in wave.columns.items() if study.codebook[q].kind == "key"}
    counts: Counter[str] = Counter()
    for position, name in enumerate(raw.frame.columns, 1):
        found = identifiers_in_column(raw.frame[name])
        if name in dropped:
            counts.update(found)
            continue
        place = f"column {position}" + (f" ({questions[name]})" if name in questions else "")
        _stop(raw.name, place, found)
        if name not in questions or name in keys:
            _check_free_text(raw, name, place)
    warnings = tuple(
        f"{raw.name}: {count} {KINDS[kind]} in columns that are dropped"
        for kind, count in counts.items()
        if count
    )
    texts = {
        questions[name]: int(raw.frame[name].notna().sum())
        for name in raw.frame.columns
        if name in dropped & set(questions)
    }
    return AnonymityReport(raw.name, raw.frame.shape[1], texts, dict(counts), warnings)


def identifiers(text: str) -> set[str]:
    """Return the kinds of direct identifiers in a text.

    Examples
    --------
    >>> identifiers("131052−308T"), identifiers("0401234"), identifiers("matti.meikalainen (at) kunta.fi")
    ({'hetu'}, set(), {'email'})
    """
    plain = plain_text(text)
    return {kind for kind, detect in _DETECTORS.items() if detect(plain)}


def identifiers_in_column(cells: "pd.Series[Any]") -> dict[str, int]:
    """Count the cells that hold each kind of identifier."""
    if pd.api.types.is_numeric_dtype(cells):
        numbers = Counter(
            f"0{value:.0f}" for value in cells.dropna().tolist() if value > 10 ** (_SHORTEST_PHONE - 2)
        )
        return _bare_phones(numbers, int(cells.notna().sum()))
    texts: Counter[str] = Counter(str(cell) for cell in cells.tolist() if cell is not None)
    if texts and all(_DIGITS.fullmatch(text.strip()) for text in texts):
        return _bare_phones(Counter({text.strip(): n for text, n in texts.items()}), texts.total())
    found: Counter[str] = Counter()
    for text, count in texts.items():
        found.update(dict.fromkeys(identifiers(text), count))
    return dict(found)


def plain_text(text: str) -> str:
    """Return the text with one spelling of letters, digits and dashes, and nothing invisible."""
    composed = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    return "".join("-" if unicodedata.category(c) == "Pd" or c == "−" else c for c in composed)


def has_hetu(text: str) -> bool:
    """Whether a plain text holds the shape of a Finnish personal identity code with a possible date.

    The check character is not asked for: a code with a slip of the pen is still a person.
    """
    return any(_is_date(*match.groups()[:4]) for match in _HETU.finditer(text.upper()))


def count_valid_hetus(texts: Iterable[str]) -> int:
    """Count texts that hold a personal identity code whose check character is right."""
    return sum(
        any(
            hetu.is_valid(re.sub(r"[\s.]", "", m.group()), allow_temporary=True)
            for m in _HETU.finditer(plain_text(t).upper())
        )
        for t in texts
    )


def _is_date(day: str, month: str, year: str, sign: str) -> bool:
    try:
        date(_CENTURIES[sign] + int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _has_email(text: str) -> bool:
    return _EMAIL.search(text) is not None


def _has_iban(text: str) -> bool:
    for match in _IBAN.finditer(text.upper()):
        compact = re.sub(r"\s", "", match.group())
        if any(iban.is_valid(compact[:end]) for end in range(_SHORTEST_IBAN, len(compact) + 1)):
            return True
    return False


def _has_phone(text: str) -> bool:
    """Whether a text holds a phone number: with spaces or dashes, or long enough not to be a code."""
    dateless = _DATE.sub(" / ", text)
    for match in phonenumbers.PhoneNumberMatcher(dateless, _REGION, leniency=phonenumbers.Leniency.VALID):
        written = match.raw_string.lstrip("(")
        digits = sum(c.isdigit() for c in written)
        if digits >= _SHORTEST_PHONE or not written.isdigit():
            return True
    return False


def _bare_phones(texts: Mapping[str, int], filled: int) -> dict[str, int]:
    """Count phone numbers among bare digits, where most cells are one: a few codes may look like it."""
    hits = sum(count for text, count in texts.items() if len(text) >= _SHORTEST_PHONE and _is_mobile(text))
    return {"phone": hits} if hits * 2 > filled else {}


def _is_mobile(text: str) -> bool:
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        return False
    return (
        phonenumbers.is_valid_number(number)
        and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    )


_DETECTORS: Final[Mapping[str, Callable[[str], bool]]] = {
    "hetu": has_hetu,
    "email": _has_email,
    "iban": _has_iban,
    "phone": _has_phone,
}


def _dropped(raw: RawFile, study: Study, wave: Wave) -> set[str]:
    declared = {
        column for question, column in wave.columns.items() if study.codebook[question].kind == "text"
    }
    return (declared | set(wave.ignored)) & set(raw.frame.columns)


def _check_words(raw: RawFile) -> None:
    """Search every text of the file that is not a cell; labels are named by the position of their column."""
    _stop(raw.name, "file name", _count([raw.path.stem]))
    for position, name in enumerate(raw.frame.columns, 1):
        _stop(raw.name, f"name of column {position}", _count([str(name)]))
        _stop(raw.name, f"label of column {position}", _count([raw.variable_labels.get(name, "")]))
        labels = raw.value_labels.get(name, {})
        _stop(raw.name, f"value labels of column {position}", _count([*labels.values(), *labels]))
    for place, texts in raw.places.items():
        _stop(raw.name, place, _count(texts))


def _count(texts: Iterable[str]) -> dict[str, int]:
    return dict(Counter(kind for text in texts for kind in identifiers(text)))


def _stop(file: str, place: str, found: Mapping[str, int]) -> None:
    told = ", ".join(f"{count} {KINDS[kind]}" for kind, count in found.items() if count)
    if told:
        raise AnonymityError(
            f"{file}, {place}: {told}. Expected anonymised responses. Remove them from the file at its "
            "source, and export it again.",
            code="E40",
        )


def _check_free_text(raw: RawFile, name: str, place: str) -> None:
    cells = raw.frame[name]
    if pd.api.types.is_numeric_dtype(cells):
        return
    texts = [str(cell) for cell in cells.tolist() if cell is not None]
    free = sum(len(text) > _FREE_TEXT_LENGTH or len(text.split()) >= _FREE_TEXT_WORDS for text in texts)
    if free:
        raise AnonymityError(
            f"{raw.name}, {place}: {free} cells of free text in a column that the codebook does not declare "
            "as text. Declare it "
            'with kind = "text" (it is counted and dropped) or list the column as ignored.',
            code="E40",
        )
