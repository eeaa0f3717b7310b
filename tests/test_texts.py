"""Words and numbers: the three languages say the same, and a number is written in one way."""

import re
import string
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

import font_lato
import pytest
from matplotlib.ft2font import FT2Font

from barometri.errors import OptionError
from barometri.texts import LANGUAGES, read_texts

NBSP = "\u00a0"
CAUSAL = {
    "fi": r"vaikut|johtu|aiheut|paran(?:taa|si)|heiken(?:tää|si)|lisää\b|vähentää|ansiosta",
    "sv": r"påverk|orsak|leder till|förbättr|försämr|ökar|minskar|tack vare|beror på",
    "en": r"affect|caus|lead[s]? to|improve|worsen|increase|reduce|due to|because|thanks to|effect",
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@cache
def glyphs(weight: str) -> frozenset[int]:
    path = Path(font_lato.__file__).parent / "files" / f"Lato-{weight}.ttf"
    return frozenset(FT2Font(str(path)).get_charmap())


def test_languages_have_the_same_keys_and_placeholders() -> None:
    finnish = read_texts("fi").words
    for language in LANGUAGES:
        words = read_texts(language).words
        assert set(words) == set(finnish)
        for key, text in words.items():
            assert placeholders(text) == placeholders(finnish[key]), (language, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_stands_in_two_files(language: str) -> None:
    folder = files("barometri").joinpath("resources", "texts")
    keys = [
        (section, key)
        for source in (folder.joinpath(f"{language}.toml"), folder.joinpath("findings", f"{language}.toml"))
        for section, texts in tomllib.loads(source.read_text(encoding="utf-8")).items()
        for key in texts
    ]
    assert len(keys) == len(set(keys)) == len(read_texts(language).words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_is_in_the_font(language: str) -> None:
    letters = {letter for text in read_texts(language).words.values() for letter in text}
    for weight in ("Regular", "Bold"):
        assert {letter for letter in letters if ord(letter) not in glyphs(weight)} <= {"\n"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_hold_no_causal_verb(language: str) -> None:
    titles = {
        key: text
        for key, text in read_texts(language).words.items()
        if key.startswith(("title.", "default_"))
    }
    assert len(titles) > 10
    for key, text in titles.items():
        assert not re.search(CAUSAL[language], text, re.IGNORECASE), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_but_the_empty_flag_is_empty_or_padded(language: str) -> None:
    for key, text in read_texts(language).words.items():
        assert text == text.strip(" "), key
        assert text or key == "status.shown", key


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_numbers_of_finland(language: str) -> None:
    texts = read_texts(language)
    assert texts.percent(0.631) == f"63{NBSP}%"
    assert texts.percent(0.6315, 1) == f"63,2{NBSP}%"
    assert texts.number(-1234.56, 1) == f"−1{NBSP}234,6"
    assert texts.interval(0.584, 0.668) == f"58–67{NBSP}%"
    assert texts.p(0.004) == f"p{NBSP}<{NBSP}0,01"
    assert texts.p("<.01") == f"p{NBSP}<{NBSP}0,01"
    assert texts.p("0.04") == f"p{NBSP}={NBSP}0,04"
    assert texts.count(1047) == f"1{NBSP}047"
    assert texts.n(1047) == f"n{NBSP}={NBSP}1{NBSP}047"
    assert texts.date(date(2021, 4, 3)) == "3.4.2021"


def test_numbers_in_english() -> None:
    texts = read_texts("en")
    assert texts.percent(0.631) == "63%"
    assert texts.interval(0.584, 0.668) == "58–67%"
    assert texts.number(1234.56, 1) == "1,234.6"
    assert texts.p("<0.01") == f"p{NBSP}<{NBSP}0.01"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "0%"), (1.0, "100%"), (0.125, "13%"), (0.285, "29%"), (0.995, "100%"), (0.004, "<\u00a01%")],
)
def test_halves_round_away_from_zero_and_a_small_share_is_not_zero(value: float, expected: str) -> None:
    assert read_texts("en").percent(value) == expected


def test_minus_zero_is_zero() -> None:
    assert read_texts("fi").number(-0.0004, 2) == "0,00"
    assert read_texts("fi").number(0.05, 2, sign=True) == "+0,05"


def test_an_interval_with_a_negative_end_keeps_dash_and_minus_apart() -> None:
    assert read_texts("fi").range(-0.05, 0.1, 2) == f"−0,05{NBSP}–{NBSP}0,10"
    assert read_texts("en").range(-0.05, 0.1, 2) == "−0.05 to 0.10"
    assert read_texts("fi").range(0.12, 0.24, 2) == "0,12–0,24"


def test_points_know_one_and_many() -> None:
    texts = read_texts("fi")
    assert texts.points(0.012, sign=True) == f"+1{NBSP}prosenttiyksikkö"
    assert texts.points(-0.08) == f"−8{NBSP}prosenttiyksikköä"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_number_is_a_dash_everywhere(language: str) -> None:
    texts = read_texts(language)
    missing = float("nan")
    assert texts.number(missing) == texts.percent(missing) == texts.interval(missing, 0.5) == "–"
    assert texts.p(missing) == texts.p("") == texts.range(missing, 1) == "–"


def test_listing_joins_words() -> None:
    texts = read_texts("sv")
    assert texts.listing(["a", "b", "c"]) == "a, b och c"
    assert texts.listing(["a", "b"], last="or") == "a eller b"
    assert texts.listing(["a"]) == "a"


def test_a_missing_text_or_value_says_where() -> None:
    texts = read_texts("fi")
    with pytest.raises(OptionError, match=r"fi\.toml has no text 'words\.none_such'"):
        texts.text("words.none_such")
    with pytest.raises(OptionError, match=r"words\.source: the placeholder 'source'"):
        texts.text("words.source")
    with pytest.raises(OptionError, match="language must be one of fi, sv, en"):
        read_texts("de")


def test_a_label_falls_back_to_the_study_s_language() -> None:
    assert read_texts("fi").label({"en": "Share"}) == "Share"
    assert read_texts("fi").label({"en": "Share", "fi": "Osuus"}) == "Osuus"
    assert read_texts("sv").quote("ja") == "”ja”"
