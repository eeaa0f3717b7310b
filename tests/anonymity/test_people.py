"""Addresses and names: what only a person's own text holds, and what places and posts are called."""

import pytest

from barometri.anonymity.people import are_names, has_address, has_name, is_street


@pytest.mark.parametrize(
    "text",
    [
        "Mannerheimintie 5 A 12, 00100 Helsinki",
        "asun osoitteessa Kirkkokatu 7, 33100 Tampere",
        "kirkkokatu 7 33100",
        "Iso Roobertinkatu 12 b, FI-00120 Helsinki",
        "Strandvägen 3, 10600 Ekenäs",
        "Hämeentie 5-7\n00530",
        "Koulukuja 1; 90100 Oulu",
    ],
)
def test_a_street_with_its_postal_code_is_an_address(text: str) -> None:
    assert has_address(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Kirkkokatu 7",
        "33100 Tampere",
        "Kirkkokatu, 33100 Tampere",
        "Kirkkokatu 7 on lähellä 33100",
        "Kirkkokatu 7, 331000",
        "tiedän 5 00100",
        "valtatie 12345 33100",
    ],
)
def test_a_part_of_one_is_none(text: str) -> None:
    assert has_address(text) is False


@pytest.mark.parametrize(
    "text", ["Kirkkokatu 7", " Mannerheimintie 5 A 12 ", "Iso Roobertinkatu 12", "Storgatan 3"]
)
def test_a_cell_may_be_a_street(text: str) -> None:
    assert is_street(text) is True


@pytest.mark.parametrize(
    "text", ["", "Kirkkokatu", "lähellä: Kirkkokatu 7", "Kirkkokatu 7, 33100", "Osasto 5"]
)
def test_a_cell_that_holds_more_or_less_is_none(text: str) -> None:
    assert is_street(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "Matti Meikäläinen",
        "kysykää: Maija Åström-Öhman!",
        "rouva Virta",
        "Hra Niemi kertoi",
        "puhuin Dr. Koiviston kanssa",
        "fru Ekman",
        "Kela Matti Virtanen",
    ],
)
def test_titles_and_given_names_begin_names(text: str) -> None:
    assert has_name(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Kela Helsinki",
        "Virta Laine",
        "matti Meikäläinen",
        "Matti meikäläinen",
        "Matti",
        "anna Kelalle",
        "rouva puhui",
        "asematti Meikä",
        "Matti 12",
        "Matti M",
    ],
)
def test_nouns_and_places_do_not(text: str) -> None:
    assert has_name(text) is False


NAMES = {"Pirjo Laine": 1, "Ari Koski": 1, "Niemi, Kaisa": 1, "Bo Anders Ek-Ståhl": 1, "Örn Ågren": 1}


def test_a_column_of_different_capitalised_words_holds_names() -> None:
    assert are_names(NAMES) is True
    assert are_names({**NAMES, "x": 1, "y": 1, "z": 1, "1": 1}) is True
    assert are_names({**NAMES, "x": 1, "y": 1, "z": 1, "1": 1, "2": 1}) is False
    assert are_names({}) is False


def test_fewer_than_five_names_or_many_repeated_are_none() -> None:
    four = dict(list(NAMES.items())[:4])
    assert are_names(four) is False
    assert are_names({**four, "Kela": 1}) is False
    assert are_names({**NAMES, "Pirjo Laine": 2}) is True
    assert are_names({**NAMES, "Pirjo Laine": 3}) is False


@pytest.mark.parametrize("word", ["Kela", "kela Kuopio", "Kela 2", "Etelä-Savo", "Helsingin kaupunki", "A B"])
def test_other_words_are_no_names(word: str) -> None:
    assert are_names({word: 1, **{f"{word}{'aeiou'[i]}": 1 for i in range(5)}}) is False
