"""What only a column shows: codes without separator, phones, births, names, streets, split codes."""

import time
from datetime import date

import numpy as np
import pandas as pd
import pytest

from barometri.anonymity.columns import (
    Halves,
    count_free_text,
    count_names,
    halves,
    identifiers_in_column,
    split_codes,
)
from barometri.anonymity.detecting import KINDS, count_identifiers, identifiers
from barometri.anonymity.hetu import check_character


def texts(*values: str | None) -> "pd.Series":
    return pd.Series(values, dtype=object)


def numbers(*values: float) -> "pd.Series":
    return pd.Series(values, dtype=float)


BIRTHS = [date(1950 + 3 * i, 1 + i, 2 * i + 3) for i in range(8)]


def tail(day: date, number: int) -> str:
    return f"{number:03}{check_character(f'{day:%d%m%y}{number:03}')}"


def test_cells_are_counted_by_kind_in_a_fixed_order() -> None:
    cells = texts("a@b.fi", "131052-308T", "131052-308T tai a@b.fi", None, "hyvä")
    assert list(identifiers_in_column(cells).items()) == [("hetu", 2), ("email", 2)]
    assert identifiers_in_column(texts(None, None)) == {}
    assert identifiers_in_column(numbers()) == {}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("131052-308T", "hetu"),
        ("a@b.fi", "email"),
        ("FI2112345600000785", "iban"),
        ("040 123 4567", "phone"),
        ("193.166.3.2", "ip"),
        ("Kirkkokatu 7, 33100 Tampere", "address"),
    ],
)
def test_one_text_shows_these_kinds(text: str, kind: str) -> None:
    assert identifiers(text) == {kind}
    assert count_identifiers([text, "", f"{text} ja {text}"]) == {kind: 2}
    assert identifiers_in_column(texts("x", text, "y", "z")) == {kind: 1}


def test_kinds_are_counted_in_the_order_in_which_they_are_named() -> None:
    assert list(count_identifiers(["193.166.3.2", "a@b.fi", "131052-308T"])) == ["hetu", "email", "ip"]
    assert list(KINDS)[:3] == ["hetu", "email", "iban"]


def test_codes_without_a_separator_are_known_where_most_cells_are_one() -> None:
    codes = [f"{day:%d%m%y}{tail(day, 100 + i)}" for i, day in enumerate(BIRTHS[:3])]
    assert identifiers_in_column(texts(*codes, "x", "y")) == {"hetu": 3}
    assert identifiers_in_column(texts(*codes, "x", "y", "z")) == {}
    assert identifiers_in_column(texts(*codes, None, None, None, None)) == {"hetu": 3}


def test_bare_phones_are_known_as_texts_and_as_numbers() -> None:
    assert identifiers_in_column(texts("0401234567", " 0501234567 ", "91")) == {"phone": 2}
    assert identifiers_in_column(texts("0401234567", "91")) == {}
    assert identifiers_in_column(texts("+358401234567", "0401234568", *["7"] * 100)) == {"phone": 2}
    assert identifiers_in_column(numbers(401234567, 501234567, np.nan, 91)) == {"phone": 2}
    assert identifiers_in_column(numbers(401234567, 91)) == {}
    assert identifiers_in_column(numbers(10_000_000, 10_000_000)) == {}


def test_a_column_of_dates_of_birth_is_known_by_its_dates() -> None:
    assert identifiers_in_column(texts(*(f"{day:%d.%m.%Y}" for day in BIRTHS))) == {"birth_date": 8}
    assert identifiers_in_column(texts(*(f"{day:%d%m%y}" for day in BIRTHS))) == {"birth_date": 8}
    assert identifiers_in_column(numbers(*(int(f"{day:%d%m%y}") for day in BIRTHS))) == {"birth_date": 8}
    assert identifiers_in_column(texts(*(f"{day:%d%m%y}" for day in BIRTHS), None)) == {"birth_date": 8}
    assert identifiers_in_column(numbers(*(int(f"{day:%d%m%y}") for day in BIRTHS), np.nan)) == {
        "birth_date": 8
    }


def test_the_year_of_the_survey_says_what_lies_a_generation_back() -> None:
    late = texts(*(f"{day.replace(year=day.year + 30):%d.%m.%Y}" for day in BIRTHS))
    assert identifiers_in_column(late) == {"birth_date": 8}
    assert identifiers_in_column(late, year=2005) == {}
    as_numbers = numbers(*(int(f"{day:%d%m%y}") for day in BIRTHS))
    assert identifiers_in_column(as_numbers, year=1980) == {}


def test_name_or_label_make_any_full_dates_those_of_birth() -> None:
    days = texts("1.2.2020", "3.4.2021", "x")
    assert identifiers_in_column(days) == {}
    assert identifiers_in_column(days, name="dob") == {"birth_date": 2}
    assert identifiers_in_column(days, label="Syntymäaika") == {"birth_date": 2}
    stata = numbers(-2636, -1000)
    assert identifiers_in_column(stata) == {}
    assert identifiers_in_column(stata, name="dob") == {"birth_date": 2}


def test_names_are_judged_over_the_column() -> None:
    names = ("Pirjo Laine", "Ari Koski", "Bo Ek", "Kaisa Niemi", "Aulis Virta")
    assert identifiers_in_column(texts(*names, None)) == {"name": 5}
    assert identifiers_in_column(texts(*names[:4])) == {}


def test_streets_are_judged_over_the_column() -> None:
    assert identifiers_in_column(texts("Kirkkokatu 7", "Koulutie 3 A 5", "-")) == {"address": 2}
    assert identifiers_in_column(texts("Kirkkokatu 7", "-")) == {}


def test_business_codes_are_judged_over_the_column() -> None:
    assert identifiers_in_column(texts("0246246-0", "0246246-0", "0246246-1")) == {"business": 2}
    assert identifiers_in_column(texts("0246246-0", "0246246-1")) == {}
    assert identifiers_in_column(texts("0246246-0", "0246246-0 ja 0246246-1", "x")) == {"business": 2}


def test_cells_that_differ_in_what_does_not_show_are_counted_each() -> None:
    assert identifiers_in_column(texts("131052-308T", "131052\u200b-308T", " 131052-308T")) == {"hetu": 3}


def test_free_text_is_four_words_or_more_than_sixty_letters() -> None:
    assert count_free_text(texts("yksi kaksi kolme", "x" * 60, None, "")) == 0
    assert count_free_text(texts("yksi kaksi kolme neljä", "x" * 61, "x" * 61)) == 3
    assert count_free_text(numbers(1, 2)) == 0


def test_names_after_titles_are_counted() -> None:
    assert count_names(texts("rouva Virta", "rouva Virta", "Virta", None, "Ma\u00adtti Meikäläinen")) == 3
    assert count_names(numbers(1)) == 0


def split(n: int) -> tuple[list[str], list[str]]:
    return [f"{day:%d%m%y}" for day in BIRTHS[:n]], [tail(day, 200 + i) for i, day in enumerate(BIRTHS[:n])]


def test_halves_are_read_row_by_row() -> None:
    days, ends = split(3)
    read = halves(texts(*days, None, "x"))
    assert read == Halves((*BIRTHS[:3], None, None), ())
    assert halves(texts(*ends, None)).tails == (*((end[:3], end[3]) for end in ends), None)
    assert halves(texts(*days, "x", "y", "z")) == Halves()
    assert halves(texts(*ends, "x", "y", "z")) == Halves()
    assert halves(texts()) == Halves()


def test_numbers_may_be_halves_that_lost_a_zero() -> None:
    assert halves(numbers(31052, 130271, np.nan)).births == (date(1952, 10, 3), date(1971, 2, 13), None)
    assert halves(numbers(85, 3085, np.nan, 0, 9999)).tails == (
        ("008", "5"), ("308", "5"), None, ("000", "0"), ("999", "9"),
    )  # fmt: skip
    assert halves(numbers(10_000, -1, 1.5)) == Halves()


@pytest.mark.parametrize("sign", ["", "-", "A"])
def test_two_columns_that_make_codes_are_told_with_their_rows(sign: str) -> None:
    days, ends = split(8)
    columns = {
        "code": halves(texts(*(sign + end for end in ends))),
        "q": halves(texts(*"12345123")),
        "born": halves(texts(*days)),
    }
    assert split_codes(columns) == {("born", "code"): 8}
    columns = {"born": halves(texts(*(day + sign for day in days))), "code": halves(texts(*ends))}
    assert split_codes(columns) == {("born", "code"): 8}


def test_a_date_and_a_code_that_do_not_agree_are_none() -> None:
    days, ends = split(8)
    assert split_codes({"a": halves(texts(*days)), "b": halves(texts(*reversed(ends)))}) == {}
    assert split_codes({"a": halves(texts(*days))}) == {}
    assert split_codes({}) == {}


@pytest.mark.parametrize("text", ["a", ":", "a-", "0-", "a@", "1.", "Aa ", "katu "])
def test_a_cell_of_a_hundred_thousand_letters_is_searched_at_once(text: str) -> None:
    since = time.process_time()
    identifiers_in_column(texts(text * (100_000 // len(text)) + "!"))
    assert time.process_time() - since < 5
