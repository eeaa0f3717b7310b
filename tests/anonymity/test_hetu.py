"""Personal identity codes: shape with a possible date, the check character where the shape says little."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fi import hetu as oracle

from barometri.anonymity.hetu import (
    CENTURIES,
    CHECK,
    are_split,
    check_character,
    count_valid_hetus,
    has_hetu,
    is_bare_hetu,
    tail_of,
)


def code(day: str = "131052", sign: str = "-", number: str = "308") -> str:
    return f"{day}{sign}{number}{check_character(day + number)}"


def test_the_separators_are_the_thirteen_with_their_centuries() -> None:
    assert "".join(CENTURIES) == "+-YXWVUABCDEF"
    assert [CENTURIES[sign] for sign in "+-UAF"] == [1800, 1900, 1900, 2000, 2000]
    assert len(CHECK) == 31
    assert not set(CHECK) & set("GIOQZ")


@given(st.integers(0, 999_999_999))
def test_the_check_character_is_the_remainder_by_31(digits: int) -> None:
    assert check_character(f"{digits:09}") == CHECK[digits % 31]


@given(st.dates(date(1950, 1, 1), date(1999, 12, 31)), st.integers(2, 899))
def test_it_agrees_with_another_library(born: date, number: int) -> None:
    assert oracle.is_valid(code(f"{born:%d%m%y}", "-", f"{number:03}"))


@pytest.mark.parametrize("sign", list(CENTURIES))
def test_every_separator_is_one(sign: str) -> None:
    assert has_hetu(f"x {code('010104', sign)}.") is True
    assert has_hetu(code("010104", sign).lower()) is True


@pytest.mark.parametrize(
    "text",
    [
        "131052-308T",
        "131052-308X",
        "13 10 52 - 308 T",
        "13.10.52-308T",
        "13. 10. 52 -308T",
        "1 3 1 0 5 2 - 3 0 8 T",
        "hetu:131052-308T;",
        "_131052-308T_",
        "290296-308T",
        "290200A308T",
        "290296+308T",
        "a 311352-308T b 131052-308T",
    ],
)
def test_shape_and_a_possible_date_are_enough(text: str) -> None:
    assert has_hetu(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "311352-308T",
        "131352-308T",
        "290295-308T",
        "290200-308T",
        "290200+308T",
        "1 3 1 0 5 2 - 3 0 8",
        "131052G308T",
        "131052-308O",
        "131052-30T",
        "1131052-308T",
        "131052-308T4",
        "131052-308X4",
        "q131052-308X",
        "131052-308Xa",
        "x 1 3 1 0 5 2 - 3 0 8 T",
        "1 3 1 3 5 2 - 3 0 8 T",
        "2017-2019",
        "2021-02-03T10:20:30",
        "01.02.2021-03.02.2021",
    ],
)
def test_other_shapes_are_none(text: str) -> None:
    assert has_hetu(text) is False


@pytest.mark.parametrize("text", ["q131052-308T", "131052-308Tx", "hetu131052-308Tok", "q7x131052-308T"])
def test_between_letters_the_check_character_must_be_right(text: str) -> None:
    assert has_hetu(text) is True
    assert has_hetu(text.replace("308T", "308V")) is False


def test_a_date_between_letters_must_be_possible_too() -> None:
    assert has_hetu("q" + code("311352")) is False


def test_a_long_text_is_not_put_together() -> None:
    spaced = "1 3 1 0 5 2 - 3 0 8 T"
    assert has_hetu(spaced + " " * (40 - len(spaced))) is True
    assert has_hetu(spaced + " " * (41 - len(spaced))) is False


def test_valid_codes_are_counted_by_text() -> None:
    assert (
        count_valid_hetus(["131052-308T 131052-308T", "131052−308t", "131052-308X", "311352-308T", ""]) == 2
    )
    assert count_valid_hetus([code("311352")]) == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("131052308T", True),
        (" 131052308t ", True),
        ("290200" + "308" + check_character("290200308"), True),
        ("131052308X", False),
        ("131352" + "308" + check_character("131352308"), False),
        ("131052-308T", False),
        ("131052308", False),
        ("x131052308T", False),
    ],
)
def test_without_a_separator_date_and_check_character_must_be_right(text: str, found: bool) -> None:
    assert is_bare_hetu(text) is found


@pytest.mark.parametrize(
    ("text", "tail"),
    [
        ("308T", ("308", "T")),
        (" 308t ", ("308", "T")),
        ("-308T", ("308", "T")),
        ("A 308T", ("308", "T")),
        ("3085", ("308", "5")),
        ("308G", None),
        ("30T", None),
        ("3080T", None),
        ("G308T", None),
        ("", None),
    ],
)
def test_the_end_of_a_code(text: str, tail: tuple[str, str] | None) -> None:
    assert tail_of(text) == tail


BIRTHS = [date(1952, 10, 13), date(1971, 2, 3), date(2000, 2, 29), date(1988, 12, 1)]
NUMBERS = ["308", "117", "902", "045"]


def tails(*right: bool) -> list[tuple[str, str] | None]:
    """Ends of the codes of BIRTHS, right or wrong."""
    made: list[tuple[str, str] | None] = []
    for born, number, good in zip(BIRTHS, NUMBERS, right, strict=False):
        check = check_character(f"{born:%d%m%y}{number}")
        made.append((number, check if good else CHECK[(CHECK.index(check) + 1) % 31]))
    return made


def test_two_columns_make_codes_when_most_of_their_pairs_agree() -> None:
    assert are_split(BIRTHS, tails(True, True, True, True)) == 4
    assert are_split(BIRTHS, tails(True, True, True, False)) == 4
    assert are_split(BIRTHS, tails(True, True, False, False)) == 0
    assert are_split(BIRTHS[:2], tails(True, True)) == 2
    assert are_split(BIRTHS[:2], tails(True, False)) == 0
    assert are_split(BIRTHS[:1], tails(True)) == 0
    assert are_split([], []) == 0


def test_rows_with_one_half_only_do_not_count_and_repeated_pairs_count_once() -> None:
    ends = tails(True, True, False, True)
    assert are_split([BIRTHS[0], None, BIRTHS[2], BIRTHS[3]], ends) == 3
    assert are_split(BIRTHS, [ends[0], None, None, ends[3]]) == 2
    assert are_split([BIRTHS[0]] * 9, [ends[0]] * 9) == 0
    assert are_split([BIRTHS[0]] * 9 + BIRTHS[1:2], [ends[0]] * 9 + ends[1:2]) == 10


def test_the_two_columns_have_as_many_rows() -> None:
    with pytest.raises(ValueError, match="shorter"):
        are_split(BIRTHS, tails(True, True))
