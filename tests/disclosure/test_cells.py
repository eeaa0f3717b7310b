"""A release as linear facts over finest cells and answers."""

import numpy as np
import pytest

from barometri.disclosure.cells import CANNOT_SAY, Group, Record, expanded, primitive, system
from barometri.errors import DisclosureError

ATOMS = ("yes", "no", CANNOT_SAY)
YES, KNOWN, ALL = frozenset({"yes"}), frozenset({"yes", "no"}), frozenset(ATOMS)


def record(n: float, k: float = np.nan, base: frozenset[str] = KNOWN, **who: str) -> Record:
    restriction = {variable: frozenset(codes.split("|")) for variable, codes in who.items()}
    return Record("t", 0, restriction, YES, base, n, k)


def test_open_classes_hold_every_number_from_theirs_on() -> None:
    found = expanded(["0", "1", "2", "2+", "4+", "other"])
    assert found["2+"] == {"2", "4+"}
    assert found["4+"] == {"4+"}
    assert found["other"] == {"other"}
    assert found["2"] == {"2"}
    assert expanded(["a", "b+"]) == {"a": {"a"}, "b+": {"b+"}}
    assert expanded(["1+", "3+", "2"])["1+"] == {"2", "3+"}


def test_a_derived_variable_is_worded_by_its_source() -> None:
    derived = {"side": ("group", {"a": "s", "b": "s", "c": "t"})}
    assert primitive({"side": frozenset({"s"})}, derived) == {"group": {"a", "b"}}
    both = {"side": frozenset({"s"}), "group": frozenset({"b", "c"})}
    assert primitive(both, derived) == {"group": {"b"}}
    assert primitive({"x": frozenset({"1"})}, derived) == {"x": {"1"}}


def test_rows_count_who_is_meant_and_what_they_answered() -> None:
    built = system(Group("i", "1", ATOMS, (record(30, 12), record(10, 4, ALL, a="x"), record(20, 8, a="y"))))
    assert built.base.toarray().tolist() == [
        [1, 1, 0, 1, 1, 0],
        [1, 1, 1, 0, 0, 0],
        [0, 0, 0, 1, 1, 0],
    ]
    assert built.numerator.toarray().tolist() == [
        [1, 0, 0, 1, 0, 0],
        [1, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 0, 0],
    ]
    assert built.n.tolist() == [30, 10, 20]
    assert built.k.tolist() == [12, 4, 8]


@pytest.mark.parametrize(
    ("total", "codes", "cells"),
    [(30, {}, 2), (31, {}, 3), (30, {"a": frozenset({"x", "y", "z"})}, 2)],
)
def test_somebody_is_elsewhere_where_a_margin_is_larger_than_its_codes(
    total: float, codes: dict[str, frozenset[str]], cells: int
) -> None:
    records = (record(total), record(10, a="x"), record(20, a="y"))
    assert system(Group("i", "1", ATOMS, records, codes=codes)).base.shape[1] == cells * len(ATOMS)


def test_without_a_margin_unused_codes_are_elsewhere() -> None:
    records = (record(10, a="x"), record(20, a="y"))
    assert system(Group("i", "1", ATOMS, records)).base.shape[1] == 2 * len(ATOMS)
    known = {"a": frozenset({"x", "y"})}
    assert system(Group("i", "1", ATOMS, records, codes=known)).base.shape[1] == 2 * len(ATOMS)
    more = {"a": frozenset({"x", "y", "z"})}
    assert system(Group("i", "1", ATOMS, records, codes=more)).base.shape[1] == 3 * len(ATOMS)


def test_margins_are_compared_with_parts_that_cover_all_codes_once() -> None:
    """A class and a code make the margin; a class beside its own code does not."""
    records = (record(30), record(12, a="x"), record(8, a="y"), record(20, a="x|y"), record(10, a="z"))
    assert system(Group("i", "1", ATOMS, records)).base.shape[1] == 3 * len(ATOMS)
    short = (*records[:4], record(9, a="z"))
    assert system(Group("i", "1", ATOMS, short)).base.shape[1] == 4 * len(ATOMS)


def test_classes_that_overlap_do_not_make_a_margin() -> None:
    """Whoever is in both would be counted twice, so nothing tells that the codes add up."""
    records = (record(30), record(15, a="x|y"), record(20, a="y|z"))
    known = {"a": frozenset({"x", "y", "z"})}
    assert system(Group("i", "1", ATOMS, records, codes=known)).base.shape[1] == 3 * len(ATOMS)
    more = {"a": frozenset({"x", "y", "z", "w"})}
    assert system(Group("i", "1", ATOMS, records, codes=more)).base.shape[1] == 4 * len(ATOMS)


def test_margins_of_another_base_tell_nothing() -> None:
    records = (record(35, base=ALL), record(10, a="x"), record(20, a="y"))
    assert system(Group("i", "1", ATOMS, records)).base.shape[1] == 2 * len(ATOMS)


def test_margins_within_codes_of_another_variable_tell_too() -> None:
    records = (record(31, b="u"), record(10, a="x", b="u"), record(20, a="y", b="u"))
    assert system(Group("i", "1", ATOMS, records)).base.shape[1] == 3 * len(ATOMS)


@pytest.mark.parametrize("place", ["base", "numerator"])
def test_an_answer_the_item_does_not_have_is_refused(place: str) -> None:
    odd = Record("t", 0, {}, frozenset({"maybe"}) if place == "numerator" else YES,
                 frozenset({"maybe"}) if place == "base" else KNOWN, 20, 10)  # fmt: skip
    with pytest.raises(DisclosureError, match="Table t: a record counts an answer that item i does not have"):
        system(Group("i", "1", ATOMS, (odd,)))


def test_a_record_may_count_every_answer() -> None:
    whole = Record("t", 0, {}, ALL, ALL, 20, 20)
    built = system(Group("i", "1", ATOMS, (whole,)))
    assert built.numerator.toarray().tolist() == built.base.toarray().tolist() == [[1, 1, 1]]
