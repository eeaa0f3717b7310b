"""Columns of dates of birth: full dates under such a name, or dates that lie a generation back."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from barometri.anonymity.spelling import plain_text, words

LATEST: Final = 2010
"""Latest year of birth where the year of the survey is not known."""
YOUNGEST: Final = 15
"""Age of the youngest respondents: later dates are days of answering, of entry, of an agreement."""
_EARLIEST: Final = 1890
_CENTURY: Final = 30
"""Two digits above it are years of the last century."""
_SPREAD: Final = 10
_DAYS: Final = 5
_MOST: Final = 0.9
_HALF: Final = 0.5
_SPSS_DAY: Final = 86_400
_SPSS_START: Final = date(1582, 10, 14)
_STATA_START: Final = date(1960, 1, 1)
_FORMS: Final = (
    re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4}|\d\d)"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?:[T ]00:00(?::00(?:\.0+)?)?)?"),
    re.compile(r"(?P<day>\d{1,2})[/-](?P<month>\d{1,2})[/-](?P<year>\d{4})"),
    re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})"),
    re.compile(r"(?P<day>\d\d)(?P<month>\d\d)(?P<year>\d\d)"),
    re.compile(r"(?P<day>\d\d)(?P<month>\d\d)(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"),
)
_SIGN_AT_END = re.compile(r"(?<=\d)[-+A-FU-Y]$", re.IGNORECASE)


def is_birth_name(*texts: str) -> bool:
    """Whether a column's name or label says that it holds dates of birth."""
    small = [plain_text(text).strip().casefold() for text in texts]
    return any(text in words("birth_names") or any(word in text for word in words("birth")) for text in small)


def date_of(text: str) -> date | None:
    """Return the full date that a plain text is, ``None`` when it is none; a time of day makes it none.

    Examples
    --------
    >>> date_of("13.10.1952"), date_of("131052"), date_of("2021-02-03T10:20:30"), date_of("311352")
    (datetime.date(1952, 10, 13), datetime.date(1952, 10, 13), None, None)
    """
    for form in _FORMS:
        match = form.fullmatch(text.strip())
        found = None if match is None else _date(match)
        if found is not None and found.year >= _EARLIEST:
            return found
    return None


def first_half(text: str) -> date | None:
    """Return the date when a plain text is the first half of a personal identity code."""
    return date_of(_SIGN_AT_END.sub("", text.strip()))


def text_of_number(number: float) -> str:
    """Return the digits of a whole number, with the zero that a number of five or seven digits has lost."""
    digits = f"{number:.0f}"
    return f"0{digits}" if len(digits) in {5, 7} else digits


def spss_date(number: float) -> date | None:
    """Return the day of a date that SPSS keeps in seconds, ``None`` when the number can be none."""
    if number % _SPSS_DAY or not 1e10 <= number <= 2e10:  # noqa: PLR2004 - the years 1900 to 2216
        return None
    return _SPSS_START + timedelta(seconds=number)


def stata_date(number: float) -> date | None:
    """Return the day of a date that Stata keeps in days, ``None`` when the number can be none."""
    if number % 1 or not -25_000 <= number <= 25_000:  # noqa: PLR2004 - the years 1891 to 2028
        return None
    return _STATA_START + timedelta(days=number)


def are_births(dates: Mapping[date, int], filled: int, *, named: bool, year: int | None = None) -> bool:
    """Whether a column's dates are dates of birth.

    Parameters
    ----------
    dates
        Full dates of the column and how many cells hold each.
    filled
        Cells that are not empty.
    named
        Whether name or label says so: then it is enough that half the cells are full dates.
    year
        Year of the survey, if known.
    """
    count = sum(dates.values())
    if named:
        return count > 0 and count >= _HALF * filled
    if count < _MOST * filled or not dates:
        return False
    latest = LATEST if year is None else year - YOUNGEST
    early = sum(cells for day, cells in dates.items() if day.year <= latest)
    years = [day.year for day in dates]
    return (
        early >= _MOST * count
        and max(years) - min(years) >= _SPREAD
        and len({day.day for day in dates}) >= min(_DAYS, len(dates))
    )


def dates_among(texts: Iterable[str]) -> list[date | None]:
    """Return the full date that each plain text is."""
    return [date_of(text) for text in texts]


def dates_of_numbers(numbers: Sequence[float], *, named: bool) -> list[date | None]:
    """Return the date that each number stands for: digits, SPSS seconds, and Stata days under such a name.

    All the column's numbers are read in one way, the one that makes the most of them dates.
    """
    ways: list[list[date | None]] = [
        [date_of(text_of_number(number)) if number > 0 and number % 1 == 0 else None for number in numbers],
        [spss_date(number) for number in numbers],
    ]
    if named:
        ways.append([stata_date(number) for number in numbers])
    return max(ways, key=lambda way: sum(day is not None for day in way))


def _date(match: re.Match[str]) -> date | None:
    year = int(match["year"])
    if len(match["year"]) == 2:  # noqa: PLR2004 - as it was written
        year += 1900 if year > _CENTURY else 2000
    try:
        return date(year, int(match["month"]), int(match["day"]))
    except ValueError:
        return None
