"""Which counts nobody may learn: small ones of records, and those that a subtraction would give."""

import numpy as np

from barometri.disclosure.cells import Group, Record, system
from barometri.disclosure.rules import is_unsafe
from barometri.disclosure.targets import targets
from barometri.study.plan import DisclosureRules

RULES = DisclosureRules()
ATOMS = ("yes", "no")


def record(place: int, n: float, k: float, *, closed: bool = False, **who: str) -> Record:
    restriction = {variable: frozenset(codes.split("|")) for variable, codes in who.items()}
    return Record("t", place, restriction, frozenset({"yes"}), frozenset(ATOMS), n, k, is_closed=closed)


def found(*records: Record, codes: dict[str, frozenset[str]] | None = None) -> list[tuple[float, float]]:
    """Return, by target, its value and how many cells by answers its row counts."""
    group = Group("item", "1", ATOMS, records, codes=codes or {})
    built = system(group)
    primary = is_unsafe(built.n, built.k, RULES)
    return sorted((t.value, float(t.row.sum())) for t in targets(group, built, primary, RULES))


def test_each_small_count_of_a_record_is_a_target() -> None:
    """Base, numerator, complement, by their own limits; a large record has none."""
    assert found(record(0, 40, 20)) == []
    assert found(record(0, 9, 4)) == [(4.0, 1.0), (9.0, 2.0)]
    assert found(record(0, 40, 4)) == [(4.0, 1.0)]
    assert found(record(0, 40, 36)) == [(4.0, 1.0)]
    assert found(record(0, 10, 5)) == []
    assert found(record(0, 8, np.nan)) == [(8.0, 2.0)]


def test_a_count_at_its_limit_is_no_target_beside_one_below() -> None:
    """Ten answers, five of a kind or five others: each limit is the least that may be told."""
    assert found(record(0, 10, 4)) == [(4.0, 1.0)]
    assert found(record(0, 10, 6)) == [(4.0, 1.0)]
    assert found(record(0, 9, 5)) == [(4.0, 1.0), (9.0, 2.0)]


def test_the_base_of_a_closed_record_is_a_target() -> None:
    group = Group("item", "1", ATOMS, (record(0, 40, np.nan, closed=True),))
    built = system(group)
    (target,) = targets(group, built, np.array([True]), RULES)
    assert [target.value, float(target.row.sum())] == [40.0, 2.0]


def test_what_is_in_one_record_and_not_in_another_is_a_target() -> None:
    everybody, some = record(0, 112, 47), record(1, 100, 45, a="x")
    codes = {"a": frozenset({"x", "y"})}
    assert found(everybody, some, codes=codes) == [(2.0, 1.0)]
    assert found(record(0, 105, 47), record(1, 100, 45, a="x"), codes=codes) == [
        (2.0, 1.0), (3.0, 1.0), (5.0, 2.0),
    ]  # fmt: skip
    assert found(record(0, 150, 70), some, codes=codes) == []
    assert found(record(0, 101, 46), some, codes=codes) == [(0.0, 1.0), (1.0, 1.0), (1.0, 2.0)]
    assert found(record(0, 100, 45), some, codes=codes) == []


def test_what_a_margin_leaves_beside_all_its_parts_is_a_target() -> None:
    """Nobody releases those elsewhere; the margin minus its codes does."""
    whole, x, y = record(0, 106, 52), record(1, 60, 30, a="x"), record(2, 40, 20, a="y")
    assert found(whole, x, y) == [(2.0, 1.0), (4.0, 1.0), (6.0, 2.0)]
    assert found(record(0, 100, 50), x, y) == []
    assert found(record(0, 120, 57), x, y) == []


def test_parts_that_overlap_are_not_subtracted_twice() -> None:
    """A class of codes beside its codes: only what is apart is a division."""
    whole, x, y = record(0, 106, 52), record(1, 60, 30, a="x"), record(2, 40, 20, a="y")
    both = record(3, 100, 50, a="x|y")
    assert found(whole, x, y, both) == [(2.0, 1.0), (4.0, 1.0), (6.0, 2.0)]


def test_records_of_other_answers_are_not_subtracted() -> None:
    everybody = record(0, 112, 47)
    other = Record("t", 1, {"a": frozenset({"x"})}, frozenset({"no"}), frozenset(ATOMS), 100, 45)
    assert found(everybody, other, codes={"a": frozenset({"x", "y"})}) == []


def test_only_what_is_shown_is_subtracted() -> None:
    """A hidden record takes part in no subtraction; its own small counts stay targets."""
    whole, x, y = record(0, 106, 52), record(1, 60, 30, a="x"), record(2, 40, 2, a="y")
    assert found(whole, x, y) == [(2.0, 1.0)]


def test_a_target_found_twice_is_one() -> None:
    twice = (record(0, 112, 47), record(1, 100, 45, a="x"), record(2, 112, 47), record(3, 100, 45, a="x"))
    assert found(*twice, codes={"a": frozenset({"x", "y"})}) == [(2.0, 1.0)]


def test_variables_are_compared_by_their_source() -> None:
    """A side is made of groups: who is on the side and not in the one group is its other group."""
    derived = {"side": ("group", {"g1": "s", "g2": "s", "g3": "t"})}
    records = (record(0, 66, 32, side="s"), record(1, 60, 30, group="g1"))
    group = Group("item", "1", ATOMS, records, derived)
    built = system(group)
    found = targets(group, built, np.zeros(2, dtype=bool), RULES)
    assert [(t.value, t.row.toarray().ravel().tolist()) for t in found] == [
        (6.0, [0, 0, 1, 1]), (2.0, [0, 0, 1, 0]), (4.0, [0, 0, 0, 1]),
    ]  # fmt: skip
