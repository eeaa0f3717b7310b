"""What a corrected release gives away beside the one it corrects, number by number."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from barometri.disclosure.attack import Released, Topic
from barometri.disclosure.corrections import told_by_correction
from tests.disclosure.releases import NO, RULES, YES, record

NAN = float("nan")
AB, A, B, C = ({"group": list(groups)} for groups in ("ab", "a", "b", "c"))


def told(own: list[Released], earlier: list[Released], *, minimum_n: int = 10) -> tuple[str, ...]:
    first, second = (Topic("item", "2021", tuple(records), {}) for records in (own, earlier))
    return told_by_correction(first, second, replace(RULES, minimum_n=minimum_n))


def shares(n: float, k: float, who: Mapping[str, list[str]], **more: Any) -> Released:  # noqa: ANN401 - of a record
    return replace(record("t", who, n, k), **more)


# ------------------------------------------------------------------------------------ numbers subtracted


@pytest.mark.parametrize(
    ("n", "k", "few"),
    [
        (60, 30, False),
        (61, 30, True),
        (59, 30, True),
        (69, 30, True),
        (51, 30, True),
        (70, 30, False),
        (50, 30, False),
        (60, 31, True),
        (60, 29, True),
        (60, 34, True),
        (60, 35, False),
        (60, 25, False),
        (70, 31, True),
        (70, 35, False),
        (70, 38, False),
        (60, NAN, False),
        (65, NAN, True),
    ],
)
def test_the_same_people_may_not_differ_by_a_few(n: float, k: float, *, few: bool) -> None:
    """Where they differ by none, or by as many as thresholds ask for, nobody is singled out."""
    own, earlier = shares(n, k, A), shares(60, 30, A, table="u")
    assert told([own], [earlier]) == (("t",) if few else ())


@pytest.mark.parametrize(
    ("n", "k", "few"),
    [
        (69, 35, True),
        (70, 35, False),
        (70, 34, True),
        (70, 36, True),
        (80, 35, False),
        (80, 34, True),
        (80, 30, True),
        (80, 50, True),
        (80, 46, True),
        (80, 45, False),
        (60, 30, False),
        (40, 20, False),
        (80, NAN, False),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_who_stands_in_one_number_alone_may_not_be_few(
    n: float, k: float, *, few: bool, turned: bool
) -> None:
    """Base, numerator and complement of those who are left, whichever release counts more people."""
    many, part = shares(n, k, AB), shares(60, 30, A)
    own, earlier = (part, many) if turned else (many, part)
    assert told([replace(own, table="own")], [replace(earlier, table="earlier")]) == (("own",) if few else ())


@pytest.mark.parametrize(
    ("change", "few"),
    [
        ({}, True),
        ({"shown": False}, False),
        ({"is_ceiling": True}, False),
        ({"is_free": True}, False),
        ({"counted": frozenset({NO})}, False),
        ({"among": frozenset({YES, NO, "other"})}, False),
        ({"who": {"group": frozenset("b")}}, False),
    ],
)
@pytest.mark.parametrize("place", [0, 1])
def test_only_shown_numbers_of_one_kind_are_subtracted(
    change: Mapping[str, Any], place: int, *, few: bool
) -> None:
    """A record of another answer, another base, a ceiling or a free numerator stands for itself."""
    both = [shares(60, 30, A), shares(60, 31, A)]
    both[place] = replace(both[place], **change)
    # a third record keeps the answer that the change may bring among those of the item
    other = shares(200, NAN, C, among=frozenset({YES, NO, "other"}))
    assert told([both[0], other], [both[1]]) == (("t",) if few else ())


def test_free_numerators_leave_the_bases_to_be_compared() -> None:
    assert told([shares(65, 31, A, is_free=True)], [shares(60, 30, A)]) == ("t",)


def test_numbers_of_one_release_are_its_own_matter() -> None:
    assert told([shares(60, 30, A), shares(61, 31, A)], []) == ()
    assert told([], [shares(60, 30, A), shares(61, 31, A)]) == ()


# ------------------------------------------------------------------------------ hidden records made up


def made_up(hidden: Released, *, shown: bool = True) -> tuple[str, ...]:
    """Ours tells a and b together, the earlier one a; b is hidden in ours."""
    own = [shares(200, 100, AB, table="whole"), replace(hidden, shown=False)]
    return told(own, [shares(100, 50, A, table="part", shown=shown)])


@pytest.mark.parametrize(
    ("n", "k", "few"),
    [
        (9, NAN, True),
        (10, NAN, False),
        (50, NAN, False),
        (9, 5, True),
        (50, 4, True),
        (50, 5, False),
        (50, 45, False),
        (50, 46, True),
        (50, 0, True),
    ],
)
def test_a_hidden_record_that_shown_ones_make_up_is_told(n: float, k: float, *, few: bool) -> None:
    """One that was hidden lest another be subtracted may be made up: it breaks no rule by itself."""
    assert made_up(shares(n, k, B, table="hidden")) == (("hidden",) if few else ())
    assert made_up(shares(n, k, B, table="hidden"), shown=False) == ()
    assert made_up(shares(n, k, C, table="hidden")) == ()


def test_a_ceiling_and_a_free_numerator_are_no_hidden_counts() -> None:
    assert made_up(shares(9, 2, B, is_ceiling=True)) == ()
    assert made_up(shares(50, 2, B, is_free=True)) == ()
    assert made_up(shares(9, 2, B, is_free=True)) == ("t",)


def test_hidden_records_of_the_earlier_release_are_its_own_matter() -> None:
    hidden = shares(9, 5, B, shown=False)
    assert told([shares(200, 100, AB)], [shares(100, 50, A), hidden]) == ()


def test_a_numerator_is_made_up_of_told_numerators_alone() -> None:
    """Bases tell the base; the answers of a stay unknown where only its base is told."""
    own = [shares(200, 100, AB), shares(50, 2, B, shown=False, table="hidden")]
    assert told(own, [shares(100, NAN, A)]) == ()
    assert told(own, [shares(100, 50, A)]) == ("hidden",)


def test_tables_are_named_once_in_order() -> None:
    own = [shares(61, 30, A, table="z"), shares(61, 30, B, table="b"), shares(61, 29, A, table="z")]
    assert told(own, [shares(60, 30, A), shares(60, 30, B)]) == ("b", "z")
    assert told(own, []) == ()
    assert np.isnan(shares(1, NAN, A).k)


def test_nothing_follows_from_numbers_that_say_the_same() -> None:
    """A sum and its parts are three numbers of two groups: they tell nothing of a third."""
    everybody = frozenset({YES, NO})
    own = [shares(200, NAN, AB, counted=everybody), shares(9, NAN, C, counted=everybody, shown=False)]
    parts = [shares(100, NAN, A, counted=everybody), shares(100, NAN, B, counted=everybody)]
    assert told(own, parts) == ()
    assert told([replace(own[1], who={"group": frozenset("b")}), own[0]], parts) == ("t",)


def test_sums_that_leave_one_thing_open_leave_each_group_open() -> None:
    """Six groups in pairs, in threes and in four: six sums, of which two follow from the others."""
    everybody = frozenset({YES, NO})

    def counted(groups: str, n: int, *, shown: bool = True) -> Released:
        who = {"group": list(groups)}
        return shares(n, NAN, who, table=groups, counted=everybody, shown=shown)

    pairs = [counted("ab", 100), counted("cd", 100), counted("ef", 100), counted("a", 9, shown=False)]
    others = [counted("ace", 109), counted("bdf", 191), counted("abcd", 200)]
    assert told(pairs, others) == ()
    assert told(pairs, [*others, counted("b", 91)]) == ("a", "ab")


def test_little_or_nothing_shown_makes_up_little_or_nothing() -> None:
    everybody = frozenset({YES, NO})
    hidden = shares(9, NAN, A, counted=everybody, shown=False)
    assert told([hidden], []) == ()
    assert told([hidden], [shares(100, NAN, B, counted=everybody)]) == ()
    assert told([hidden], [shares(9, NAN, A, counted=everybody)]) == ("t",)
