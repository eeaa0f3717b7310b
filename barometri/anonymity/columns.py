"""One column's identifiers: those that single cells show, and those that only the column shows."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd

from barometri.anonymity.births import (
    are_births,
    date_of,
    dates_of_numbers,
    first_half,
    is_birth_name,
)
from barometri.anonymity.contacts import bare_phones, business_shapes
from barometri.anonymity.detecting import KINDS, identifiers
from barometri.anonymity.hetu import are_split, is_bare_hetu, tail_of
from barometri.anonymity.people import are_names, has_name, is_street
from barometri.anonymity.spelling import plain_text

_DIGITS = re.compile(r"\+?\d+")
_SMALLEST_PHONE: Final = 10**7
_HALF: Final = 2
_FREE_WORDS: Final = 4
_FREE_LENGTH: Final = 60
_TAILS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Halves:
    """A column read as one half of personal identity codes: row by row, ``None`` where a cell is none."""

    births: tuple[date | None, ...] = ()
    tails: tuple[tuple[str, str] | None, ...] = ()


def identifiers_in_column(
    cells: "pd.Series[Any]", *, name: str = "", label: str = "", year: int | None = None
) -> dict[str, int]:
    """Count the cells that hold each kind of identifier.

    Parameters
    ----------
    cells
        A column of numbers with NaN, or of texts with ``None``.
    name, label
        The column's name and label: they may say that it holds dates of birth.
    year
        Year of the survey, if known; see ``are_births``.

    Returns
    -------
    dict
        Kind to number of cells, in the order of ``KINDS``; kinds that were not found are absent.
    """
    named = is_birth_name(name, label)
    if pd.api.types.is_numeric_dtype(cells):
        found = _in_numbers(cells, named=named, year=year)
    else:
        found = _in_texts(_counted(cells), named=named, year=year)
    return {kind: found[kind] for kind in KINDS if found.get(kind)}


def count_free_text(cells: "pd.Series[Any]") -> int:
    """Count the cells that are sentences: four words or more, or longer than sixty characters."""
    if pd.api.types.is_numeric_dtype(cells):
        return 0
    return sum(
        n
        for text, n in _counted(cells).items()
        if len(text) > _FREE_LENGTH or len(text.split()) >= _FREE_WORDS
    )


def count_names(cells: "pd.Series[Any]") -> int:
    """Count the cells that hold a personal name after a title or with a common given name."""
    if pd.api.types.is_numeric_dtype(cells):
        return 0
    return sum(n for text, n in _counted(cells).items() if has_name(plain_text(text)))


def halves(cells: "pd.Series[Any]") -> Halves:
    """Return the column as halves of personal identity codes; empty where most cells cannot be that half."""
    filled = int(cells.notna().sum())
    if pd.api.types.is_numeric_dtype(cells):
        numbers = [float(value) for value in cells.dropna().tolist()]
        of = dict(zip(numbers, dates_of_numbers(numbers, named=False), strict=True))
        births = [of.get(float(value)) for value in cells.tolist()]
        tails = [
            tail_of(f"{value:04.0f}") if 0 <= value < _TAILS and value % 1 == 0 else None
            for value in map(float, cells.tolist())
        ]
    else:
        dates = {text: first_half(plain_text(text)) for text in _counted(cells)}
        ends = {text: tail_of(plain_text(text)) for text in dates}
        births = [None if cell is None else dates[str(cell)] for cell in cells.tolist()]
        tails = [None if cell is None else ends[str(cell)] for cell in cells.tolist()]
    return Halves(
        tuple(births) if _are_most(births, filled) else (), tuple(tails) if _are_most(tails, filled) else ()
    )


def split_codes(columns: Mapping[str, Halves]) -> dict[tuple[str, str], int]:
    """Return the pairs of columns, date and tail, that make personal identity codes, with their rows."""
    dates = {name: column.births for name, column in columns.items() if column.births}
    tails = {name: column.tails for name, column in columns.items() if column.tails}
    rows = {
        (first, second): are_split(births, ends)
        for first, births in dates.items()
        for second, ends in tails.items()
        if first != second
    }
    return {pair: count for pair, count in rows.items() if count}


def _in_numbers(cells: "pd.Series[Any]", *, named: bool, year: int | None) -> dict[str, int]:
    values = [float(value) for value in cells.dropna().tolist()]
    large = Counter(f"0{value:.0f}" for value in values if value > _SMALLEST_PHONE)
    days = Counter(day for day in dates_of_numbers(values, named=named) if day is not None)
    return {
        "phone": bare_phones(large, len(values)),
        "birth_date": _births(days, len(values), named=named, year=year),
    }


def _in_texts(texts: Mapping[str, int], *, named: bool, year: int | None) -> dict[str, int]:
    filled = sum(texts.values())
    plain: Counter[str] = Counter()
    for text, count in texts.items():
        plain[plain_text(text).strip()] += count
    days: Counter[date] = Counter()
    for text, count in plain.items():
        day = date_of(text)
        if day is not None:
            days[day] += count
    found: Counter[str] = Counter()
    if plain and all(_DIGITS.fullmatch(text) for text in plain):
        found["phone"] = bare_phones(plain, filled)
    else:
        for text, count in plain.items():
            found.update(dict.fromkeys(identifiers(text), count))
        found["name"] = filled if are_names(plain) else 0
    found["birth_date"] = _births(days, filled, named=named, year=year)
    found["business"] = _businesses(plain)
    bare = sum(count for text, count in plain.items() if is_bare_hetu(text))
    found["hetu"] += bare if bare * _HALF > filled else 0
    streets = sum(count for text, count in plain.items() if is_street(text))
    found["address"] += streets if streets * _HALF > filled else 0
    return found


def _births(days: Mapping[date, int], filled: int, *, named: bool, year: int | None) -> int:
    return sum(days.values()) if are_births(days, filled, named=named, year=year) else 0


def _businesses(texts: Mapping[str, int]) -> int:
    """Count valid business identity codes where most of the shape are valid: by chance one in eleven is."""
    shapes = valid = cells = 0
    for text, count in texts.items():
        here, right = business_shapes(text)
        shapes += here * count
        valid += right * count
        cells += count if right else 0
    return cells if valid * _HALF > shapes else 0


def _are_most(values: list[Any], filled: int) -> bool:
    return sum(value is not None for value in values) * _HALF > filled


def _counted(cells: "pd.Series[Any]") -> Counter[str]:
    return Counter(str(cell) for cell in cells.tolist() if cell is not None)
