"""Dates of birth: full dates under such a name, or a generation back and spread over the years."""

from datetime import date, timedelta

import pytest

from barometri.anonymity.births import (
    are_births,
    date_of,
    dates_of_numbers,
    first_half,
    is_birth_name,
    spss_date,
    stata_date,
    text_of_number,
)

BORN = date(1952, 10, 13)


@pytest.mark.parametrize(
    "text",
    [
        "13.10.1952",
        "13. 10. 1952",
        "13.10.52",
        "1952-10-13",
        "1952-10-13T00:00",
        "1952-10-13 00:00:00",
        "1952-10-13T00:00:00.000",
        "13/10/1952",
        "13-10-1952",
        "10/13/1952",
        "131052",
        "13101952",
        "19521013",
        "  131052 ",
    ],
)
def test_a_full_date_is_one_in_every_form(text: str) -> None:
    assert date_of(text) == BORN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10/1952",
        "1952",
        "311352",
        "13.13.1952",
        "1952-10-13T10:20",
        "13.10.1952 klo 12",
        "x131052",
        "1310521",
    ],
)
def test_other_texts_are_none(text: str) -> None:
    assert date_of(text) is None


def test_two_digits_are_a_year_of_this_century_up_to_thirty() -> None:
    assert date_of("010130") == date(2030, 1, 1)
    assert date_of("010131") == date(1931, 1, 1)
    assert date_of("01.01.1931") == date(1931, 1, 1)


def test_nobody_was_born_before_1890() -> None:
    assert date_of("01.01.1889") is None
    assert date_of("01.01.1890") == date(1890, 1, 1)


def test_eight_digits_are_read_day_first_where_that_is_possible() -> None:
    assert date_of("10111952") == date(1952, 11, 10)
    assert date_of("20011012") == date(2001, 10, 12)


@pytest.mark.parametrize("text", ["131052", "131052-", "131052A", "131052u", " 131052+ ", "13.10.1952"])
def test_the_first_half_of_a_code_may_carry_its_sign(text: str) -> None:
    assert first_half(text) == BORN


def test_another_sign_at_the_end_makes_it_none() -> None:
    assert first_half("131052G") is None
    assert first_half("A") is None


def test_numbers_regain_the_zero_they_lost() -> None:
    assert text_of_number(31052.0) == "031052"
    assert text_of_number(3101952.0) == "03101952"
    assert text_of_number(131052.0) == "131052"


def seconds(day: date) -> float:
    return float((day - date(1582, 10, 14)).days * 86_400)


def days(day: date) -> float:
    return float((day - date(1960, 1, 1)).days)


def test_dates_of_spss_are_whole_days_of_seconds() -> None:
    assert spss_date(seconds(BORN)) == BORN
    assert spss_date(seconds(BORN) + 1) is None
    assert spss_date(86_400.0) is None
    assert spss_date(3e10 - 3e10 % 86_400) is None


def test_dates_of_stata_are_whole_days() -> None:
    assert stata_date(days(BORN)) == BORN
    assert stata_date(0.5) is None
    assert stata_date(-25_000.0) == date(1960, 1, 1) - timedelta(days=25_000)
    assert stata_date(-25_001.0) is None
    assert stata_date(25_001.0) is None


def test_the_numbers_of_a_column_are_read_in_one_way() -> None:
    born = [BORN, date(1971, 2, 3)]
    assert dates_of_numbers([131052.0, 30271.0], named=False) == born
    assert dates_of_numbers([seconds(day) for day in born], named=False) == born
    assert dates_of_numbers([days(day) for day in born], named=True) == born
    assert dates_of_numbers([days(day) for day in born], named=False) == [None, None]
    assert dates_of_numbers([131052.5, -131052.0, 0.0], named=False) == [None, None, None]
    assert dates_of_numbers([], named=True) == []


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        (("Syntymäaika",), True),
        (("q1", "Vastaajan syntymäaika (pp.kk.vvvv)"), True),
        (("Födelsedatum",), True),
        (("DATE OF BIRTH",), True),
        ((" dob ",), True),
        (("född",), True),
        (("syntyma\u0308aika",), True),
        (("syntymävuosi",), False),
        (("doberman",), False),
        (("pvm", ""), False),
    ],
)
def test_names_and_labels_say_so(texts: tuple[str, ...], named: bool) -> None:
    assert is_birth_name(*texts) is named


def counted(*days_: date) -> dict[date, int]:
    return {day: days_.count(day) for day in days_}


SPREAD = [date(1950 + 2 * i, 1 + i, 3 * i + 1) for i in range(9)]


def test_under_such_a_name_half_the_cells_are_enough() -> None:
    later = counted(date(2020, 1, 1), date(2021, 1, 1))
    assert are_births(later, 4, named=True) is True
    assert are_births(later, 5, named=True) is False
    assert are_births({}, 0, named=True) is False
    assert are_births(later, 2, named=False) is False


def test_without_a_name_nine_in_ten_cells_must_be_dates() -> None:
    assert are_births(counted(*SPREAD), 9, named=False) is True
    assert are_births(counted(*SPREAD), 10, named=False) is True
    assert are_births(counted(*SPREAD), 11, named=False) is False
    assert are_births({}, 0, named=False) is False


def test_without_a_name_nine_in_ten_dates_must_lie_a_generation_back() -> None:
    one_later = counted(*SPREAD, date(2019, 5, 20))
    two_later = counted(*SPREAD, date(2019, 5, 20), date(2018, 5, 21))
    assert are_births(one_later, 10, named=False) is True
    assert are_births(two_later, 11, named=False) is False
    edge = counted(*SPREAD[:8], date(2010, 12, 31))
    assert are_births(edge, 9, named=False) is True
    assert are_births(counted(*SPREAD[:8], date(2011, 1, 1)), 9, named=False) is False


def test_the_year_of_the_survey_moves_the_limit() -> None:
    days_ = counted(*(date(1996 + i, 1 + i, 2 * i + 1) for i in range(11)))
    assert are_births(days_, 11, named=False, year=2021) is True
    assert are_births(days_, 11, named=False, year=2019) is False


def test_births_are_spread_over_ten_years_and_five_days_of_the_month() -> None:
    narrow = counted(*(date(1950 + i, 1, 1 + i) for i in range(10)))
    assert are_births(narrow, 10, named=False) is False
    wide = counted(*(date(1950 + i, 1, 1 + i) for i in range(11)))
    assert are_births(wide, 11, named=False) is True
    numbered = counted(*(date(1950 + i, 10, 1 + i % 4) for i in range(20)))
    assert are_births(numbered, 20, named=False) is False
    fifth = counted(*(date(1950 + i, 10, 1 + i % 5) for i in range(20)))
    assert are_births(fifth, 20, named=False) is True
    assert are_births(counted(date(1950, 1, 1), date(1970, 1, 2)), 2, named=False) is True
    assert are_births(counted(date(1950, 1, 1), date(1970, 1, 1)), 2, named=False) is False
