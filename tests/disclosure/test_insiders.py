"""Respondents who know a hidden count from within learn no other: every table that fits, tried one by one."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import sparse

from barometri.disclosure import suppress as module
from barometri.disclosure.cells import Group, Record, System, system
from barometri.disclosure.insiders import Doubts, is_known_within, kept_from_insiders, known
from barometri.disclosure.rules import is_unsafe
from barometri.disclosure.suppress import suppress
from barometri.disclosure.targets import Target, targets, within
from barometri.disclosure.witnesses import Facts, facts
from barometri.errors import DisclosureError
from barometri.study.plan import DisclosureRules

RULES = DisclosureRules()
EVERYBODY, YES = frozenset({"yes", "no"}), frozenset({"yes"})


def table(yes: np.ndarray, n: int) -> Group:
    """Shares of yes by two variables, ``n`` people a cell, with the margins of both and of all."""
    records: list[Record] = []
    for a, b in product([None, *range(yes.shape[0])], [None, *range(yes.shape[1])]):
        part = np.atleast_2d(yes[slice(None) if a is None else a, slice(None) if b is None else b])
        who = {v: frozenset({f"{v}{c}"}) for v, c in (("a", a), ("b", b)) if c is not None}
        records.append(Record("t", len(records), who, YES, EVERYBODY, n * part.size, float(part.sum())))
    return Group("item", "1", ("yes", "no"), tuple(records))


def tables(group: Group, hidden: np.ndarray, shape: tuple[int, int], n: int) -> np.ndarray:
    """Return every table of yes that fits what is shown, shape (tables, records): bases are held to be known.

    Whoever knows the bases knows more than any reader, so what stays open for them stays open.
    """
    cells = list(product(range(shape[0]), range(shape[1])))
    member = np.array(
        [[all(f"{v}{c}" in r.restriction.get(v, {f"{v}{c}"}) for v, c in zip("ab", cell, strict=True))
          for cell in cells] for r in group.records]
    )  # fmt: skip
    shown, told = ~hidden, np.array([record.k for record in group.records])
    found = np.zeros((1, 0))
    for place in range(len(cells)):
        found = np.column_stack([np.repeat(found, n + 1, axis=0), np.tile(np.arange(n + 1.0), len(found))])
        sums = found @ member[shown, : place + 1].T
        done = ~member[shown, place + 1 :].any(axis=1)
        found = found[(sums <= told[shown]).all(axis=1) & (sums == told[shown])[:, done].all(axis=1)]
    return np.asarray(found @ member.T)


def learnt(group: Group, hidden: np.ndarray, shape: tuple[int, int], n: int) -> list[tuple[int, int]]:
    """Return (own, other) places of records whose hidden small numerator an insider learns exactly."""
    fitting, k = tables(group, hidden, shape, n), np.array([record.k for record in group.records])
    small = np.flatnonzero(k < RULES.minimum_k)
    found = []
    for own in small[(k[small] == 1) | (k[small] == 2)]:
        inside = fitting[fitting[:, own] == 1] if k[own] == 1 else fitting[fitting[:, own] >= 1]
        found += [
            (int(own), int(other)) for other in small if other != own and len(np.unique(inside[:, other])) < 2
        ]
    return found


CASES = (
    ([[1, 4, 9], [9, 9, 9], [9, 9, 9]], 14),
    ([[1, 7, 4], [7, 8, 7]], 14),
    ([[2, 3, 7], [7, 7, 7]], 14),
    ([[1, 9], [4, 9], [8, 8]], 16),
    ([[1, 1, 8], [3, 8, 8]], 14),
)


@pytest.mark.parametrize(("yes", "n"), CASES)
def test_no_insider_of_a_small_table_learns_another_count(yes: list[list[int]], n: int) -> None:
    counts = np.array(yes)
    group = table(counts, n)
    pattern = suppress(group, RULES)
    shape = (counts.shape[0], counts.shape[1])
    fitting = tables(group, pattern.hidden, shape, n)
    assert (fitting == [record.k for record in group.records]).all(axis=1).any()
    assert learnt(group, pattern.hidden, shape, n) == []


def test_without_the_last_step_insiders_do_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The enumeration has teeth: with the records hidden for readers alone it finds what insiders learn."""
    monkeypatch.setattr(module, "kept_from_insiders", lambda _forbidden, _told, _primary, hidden, **_: hidden)
    told = [
        learnt(table(np.array(yes), n), suppress(table(np.array(yes), n), RULES).hidden, np.shape(yes), n)
        for yes, n in CASES
    ]
    assert any(told), told


def classes(first: float, second: float, *others: float) -> Group:
    """Everybody's answers in two classes, the smaller of which stands for two answers, by two districts."""
    atoms = ("a", "b", "c")
    all_of = frozenset(atoms)

    def one(place: int, answers: str, n: float, k: float, **who: str) -> Record:
        held = {name: frozenset({code}) for name, code in who.items()}
        return Record("t", place, held, frozenset(answers), all_of, n, k)

    low, n = first + second, first + second + 40
    more = [one(2 + i, "c", 40 + k, k, district=f"d{i}") for i, k in enumerate(others)]
    parts = (one(0, "a", n, first), one(1, "b", n, second))
    return Group("item", "1", atoms, (one(0, "ab", n, low), one(1, "c", n, 40), *more), parts=parts)


def test_one_of_a_merged_class_does_not_learn_the_others_of_it() -> None:
    """Five shown who are one and four: the one knows the four; two and three, or none and five, may stand."""
    assert suppress(classes(1, 4), RULES).hidden.all()
    assert suppress(classes(4, 1), RULES).hidden.all()
    for first, second in ((2, 3), (0, 5), (1, 5), (5, 5)):
        assert not suppress(classes(first, second), RULES).hidden.any(), (first, second)
    assert not suppress(replace(classes(1, 4), parts=()), RULES).hidden.any()


def test_a_pattern_speaks_of_records_and_not_of_parts() -> None:
    pattern = suppress(classes(1, 4, 20, 30), RULES)
    assert pattern.primary.shape == pattern.hidden.shape == (4,)
    assert not pattern.primary.any()
    assert pattern.hidden[:2].all()


def test_one_alone_and_one_of_two_know_different_things() -> None:
    row = sparse.csr_array(np.ones((1, 2)))
    assert [is_known_within(Target(row, value)) for value in (0.0, 1.0, 2.0, 3.0)] == [
        False,
        True,
        True,
        False,
    ]
    assert known(Target(row, 1.0))[1:] == (1.0, 1.0)
    assert known(Target(row, 2.0))[1:] == (1.0, np.inf)


def column(*names: str, values: list[float], goals: dict[str, float]) -> tuple[Facts, list[Target]]:
    """Facts on four cells, by the cells each adds up, and targets by theirs; later records cost more."""

    def rows(words: Iterator[str]) -> sparse.csr_array:
        return sparse.csr_array(np.array([[float(c in word) for c in "abcd"] for word in words]))

    counted = rows(iter(names))
    built = System(counted, counted, np.array(values), np.full(len(names), np.nan))
    wanted = [Target(rows(iter([word])), value) for word, value in goals.items()]
    return facts(built, np.arange(1.0, len(names) + 1), wanted)


def kept(told: Facts, goals: list[Target], *hidden: int) -> list[int] | None:
    """Return the places of hidden records after insiders were thought of."""
    pattern = np.zeros(len(told.cost), dtype=bool)
    pattern[list(hidden)] = True
    found = kept_from_insiders(goals, told, pattern, pattern)
    return None if found is None else np.flatnonzero(found).tolist()


def test_the_cheapest_further_record_is_hidden() -> None:
    """a = 1 and b = 4 with a + b shown, twice: only by hiding both sums b takes another value."""
    told, goals = column("a", "b", "c", "ab", "abcd", values=[1, 4, 9, 5, 30], goals={"a": 1, "b": 4})
    assert kept(told, goals, 0, 1) == [0, 1, 3]
    assert kept(told, goals, 0, 1, 4) == [0, 1, 3, 4]
    assert kept(told, goals, 0, 1, 3) == [0, 1, 3]


def test_one_of_two_leaves_room_below() -> None:
    """a = 2 may be 1, or 3: b stays open though the sum is shown; where b is all but one, it is not."""
    told, goals = column("a", "b", "ab", values=[2, 3, 5], goals={"a": 2, "b": 3})
    assert kept(told, goals, 0, 1) == [0, 1]
    told, goals = column("a", "b", "ab", values=[2, 0, 2], goals={"a": 2, "b": 0})
    assert kept(told, goals, 0, 1) == [0, 1]
    told, goals = column("a", "b", "ab", values=[1, 0, 1], goals={"a": 1, "b": 0})
    assert kept(told, goals, 0, 1) == [0, 1, 2]


def test_nobody_is_hidden_from_insiders_who_are_none() -> None:
    told, goals = column("a", "b", "ab", values=[3, 4, 7], goals={"a": 3, "b": 4})
    assert kept(told, goals, 0, 1) == [0, 1]


def test_what_nothing_helps_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two targets on the same people cannot differ; the release is refused and the item named."""
    told, (goal,) = column("a", "ab", values=[1, 5], goals={"a": 1})
    assert kept(told, [goal, Target(goal.row, goal.value)], 0) is None
    monkeypatch.setattr(module, "kept_from_insiders", lambda *_, **__: None)
    with pytest.raises(DisclosureError, match="Item item: its counts cannot be protected"):
        suppress(classes(1, 4), RULES)


def test_all_counts_of_a_small_base_are_kept_from_insiders() -> None:
    """Seven of eight: base, numerator and complement; four of forty: the four alone; no count, the base."""
    base = np.array([[1.0, 1.0]])
    numerator = np.array([[1.0, 0.0]])

    def values(n: float, k: float) -> list[tuple[float, float]]:
        built = System(sparse.csr_array(base), sparse.csr_array(numerator), np.array([n]), np.array([k]))
        primary = is_unsafe(built.n, built.k, RULES)
        return sorted((t.value, float(t.row.sum())) for t in within(built, primary, RULES, []))

    assert values(8, 7) == [(1, 1), (7, 1), (8, 2)]
    assert values(40, 4) == [(4, 1)]
    assert values(10, 4) == values(10, 6) == [(4, 1)]
    assert values(40, 36) == [(4, 1)]
    assert values(40, 5) == values(40, 35) == values(10, 5) == []
    assert values(9, np.nan) == [(9, 2)]


def test_what_nobody_may_learn_is_listed_once() -> None:
    group = table(np.array([[1, 4, 9], [9, 9, 9]]), 14)
    built = system(group)
    primary = is_unsafe(built.n, built.k, RULES)
    found = targets(group, built, primary, RULES)
    assert within(built, primary, RULES, found) == found


def test_a_count_that_can_only_be_smaller_is_in_doubt_too() -> None:
    """Nobody else is in the sum of b and d, so b cannot grow; one of them may be in d."""
    told, goals = column("a", "b", "bd", values=[1, 4, 4], goals={"a": 1, "b": 4})
    assert kept(told, goals, 0, 1) == [0, 1]


def test_of_more_and_less_the_cheaper_is_hidden() -> None:
    """For b to grow the dear sum must be hidden, for it to shrink the cheaper d."""
    names = ("a", "b", "c", "d", "bc", "bd")
    told, goals = column(*names, values=[1, 4, 5, 0, 9, 4], goals={"a": 1, "b": 4})
    assert kept(told, goals, 0, 1) == [0, 1, 2, 3]


def test_the_next_whole_number_above_or_below_is_doubt_enough() -> None:
    """The others of the shown sum are one, so the other count can move by one person and by no more."""
    told, goals = column("a", "b", "c", "bc", values=[1, 0, 1, 1], goals={"a": 1, "b": 0})
    assert kept(told, goals, 0, 1, 2) == [0, 1, 2]
    told, goals = column("a", "b", "bd", "cd", values=[1, 4, 4, 1], goals={"a": 1, "b": 4})
    assert kept(told, goals, 0, 1) == [0, 1]


def test_a_count_of_one_that_may_be_none_is_in_doubt() -> None:
    told, goals = column("a", "b", "bd", values=[1, 1, 1], goals={"a": 1, "b": 1})
    assert kept(told, goals, 0, 1) == [0, 1]


def test_what_an_insider_does_not_learn_is_said_at_once_and_remembered() -> None:
    told, goals = column("a", "b", "ab", values=[2, 3, 5], goals={"a": 2, "b": 3})
    doubts, hidden = Doubts(goals, told, told), np.array([True, True, False])
    assert doubts.learnt(0, hidden) is None
    found = len(doubts.values)
    assert found > 0
    assert doubts.learnt(0, hidden) is None
    assert len(doubts.values) == found
    assert doubts.learnt(0, np.array([True, False, False])) == 1


def beside_one(
    cells: str, words: tuple[str, ...], values: list[float], cost: list[float]
) -> tuple[Facts, list[Target]]:
    """Facts by the cells each adds up; the first two are hidden counts, of which the first is one person."""
    rows = sparse.csr_array(np.array([[float(c in word) for c in cells] for word in words]))
    built = System(rows, rows, np.array(values), np.full(len(words), np.nan))
    return facts(built, np.array(cost), [Target(rows[[place]], values[place]) for place in (0, 1)])


def test_what_only_parts_of_people_could_change_is_learnt() -> None:
    """Three sums of two and x are three, and x is at most two: only halves of people let it be another."""
    words = ("o", "x", "pqx", "qrx", "prx", "xy")
    told, goals = beside_one("opqrxy", words, [1, 1, 3, 3, 3, 2], [1, 2, 3, 4, 5, 6])
    hidden = np.array([True, True, False, False, False, False])
    assert Doubts(goals, told, told).learnt(0, hidden) == 1
    assert kept(told, goals, 0, 1) == [0, 1, 2]
    assert Doubts(goals, told, told).learnt(0, hidden | (np.arange(6) == 2)) is None


def test_of_records_that_do_for_each_other_the_dearer_is_shown_again() -> None:
    """For t to move by one the two first sums move by one each, or either of them by three."""
    words, values = ("o", "t", "tab", "st", "as", "bs"), [1.0, 4, 16, 10, 12, 12]
    for cost, stays in (([1, 1, 1, 1.5, 90, 90], 2), ([1, 1, 1.5, 1, 90, 90], 3)):
        told, goals = beside_one("otsab", words, values, cost)
        hidden = np.array([True, True, False, False, False, False])
        doubts = Doubts(goals, told, told)
        both = doubts.freed(0, 1, hidden, np.zeros(6, dtype=bool))
        assert both is not None
        assert np.flatnonzero(both).tolist() == [0, 1, 2, 3]
        assert kept(told, goals, 0, 1) == [0, 1, stays]
