"""The clean-up pass: what is shown again, in which order, and what must stay."""

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from barometri.disclosure import cleaning
from barometri.disclosure.cells import System
from barometri.disclosure.cleaning import cleaned, covered
from barometri.disclosure.targets import Target
from barometri.disclosure.witnesses import Facts, Witness, cheapest, facts

CELLS = "abcd"


def row(word: str) -> sparse.csr_array:
    return sparse.csr_array(np.array([[float(c in word) for c in CELLS]]))


def built(costs: dict[str, float], *goals: str) -> tuple[Facts, list[Target]]:
    """Records by the cells they add up, 20 people a cell, with their costs; targets by theirs."""
    rows = sparse.csr_array(np.vstack([row(word).toarray() for word in costs]))
    n = 20.0 * np.array([len(word) for word in costs])
    equations = System(rows, rows, n, np.full(len(costs), np.nan))
    return facts(equations, np.array(list(costs.values())), [Target(row(g), 20.0 * len(g)) for g in goals])


def marks(*places: int, many: int) -> np.ndarray:
    out = np.zeros(many, dtype=bool)
    out[list(places)] = True
    return out


def moves(told: Facts, goal: Target, hidden: np.ndarray) -> bool:
    """Whether a target can grow by the width when only hidden records may change."""
    return cheapest(goal, told, np.zeros(len(hidden), dtype=bool), fixed=~hidden) is not None


def test_covered_are_primary_records_and_all_that_witnesses_change() -> None:
    told, (goal,) = built({"abcd": 1, "b": 1, "c": 1, "d": 1}, "a")
    ways = [Witness(goal, marks(1, many=4)), Witness(goal, marks(1, 2, many=4))]
    assert covered(marks(3, many=4), ways).tolist() == [False, True, True, True]
    assert covered(marks(3, many=4), []).tolist() == [False, False, False, True]
    assert told.cost.tolist() == [1, 1, 1, 1]


def test_a_dear_way_gives_place_to_a_cheap_one() -> None:
    told, (goal,) = built({"abcd": 9, "b": 4, "c": 2, "d": 3}, "a")
    for start in (0, 1, 2, 3):
        found = cleaned(told, marks(many=4), [Witness(goal, marks(start, many=4))])
        assert np.flatnonzero(found).tolist() == [2], start


def test_a_way_that_costs_as_much_stays_as_it_is() -> None:
    """Two records of one price: whichever was hidden stays hidden, and the other shown."""
    told, (goal,) = built({"abcd": 9, "b": 2, "c": 2, "d": 3}, "a")
    for start in (1, 2):
        found = cleaned(told, marks(many=4), [Witness(goal, marks(start, many=4))])
        assert np.flatnonzero(found).tolist() == [start]


def test_a_way_beside_what_others_hide_costs_nothing_more() -> None:
    """The target that was protected last is moved over to the record another one needs."""
    told, goals = built({"ab": 5, "bc": 1, "ac": 5, "abcd": 2}, "a", "d")
    for order in (goals, goals[::-1]):
        start = [Witness(one, marks(*range(4), many=4)) for one in order]
        found = cleaned(told, marks(many=4), start)
        assert all(moves(told, one, found) for one in goals)
        without = [found & ~marks(place, many=4) for place in map(int, np.flatnonzero(found))]
        assert all(not all(moves(told, one, fewer) for one in goals) for fewer in without)


def test_the_dearest_record_is_tried_first() -> None:
    """Of two records that could each be shown again alone, the dearer is, whatever their order."""
    for costs, stays in (((3.0, 5.0), 1), ((5.0, 3.0), 2)):
        told, (goal,) = built({"abcd": 50, "b": costs[0], "c": costs[1], "d": 60}, "a")
        found = cleaned(told, marks(many=4), [Witness(goal, marks(1, 2, many=4))])
        assert np.flatnonzero(found).tolist() == [stays]


def test_every_target_is_asked_before_a_record_is_shown() -> None:
    """b may be shown for the sake of a, but not for that of c: c and b share the only other record."""
    told, (first, second) = built({"ab": 9, "b": 1, "bc": 9, "d": 9}, "a", "c")
    found = cleaned(
        told, marks(many=4), [Witness(first, marks(1, many=4)), Witness(second, marks(1, many=4))]
    )
    assert np.flatnonzero(found).tolist() == [1]
    assert moves(told, first, found)
    assert moves(told, second, found)


def test_primary_records_stay_and_cost_nothing() -> None:
    told, (goal,) = built({"abcd": 9, "b": 4, "c": 2, "d": 30}, "a")
    found = cleaned(told, marks(3, many=4), [Witness(goal, marks(1, many=4))])
    assert np.flatnonzero(found).tolist() == [3]


def test_a_way_of_primary_records_alone_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing secondary: no programme is solved."""
    told, (goal,) = built({"abcd": 9, "b": 4, "c": 2, "d": 30}, "a")

    def solved(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(cleaning, "cheapest", solved)
    found = cleaned(told, marks(3, many=4), [Witness(goal, marks(3, many=4))])
    assert np.flatnonzero(found).tolist() == [3]


def test_what_is_left_is_enough_and_not_more() -> None:
    """Random margins: every target still moves, and no secondary record could be spared."""
    rng = np.random.default_rng(4)
    words = ["abcd", "ab", "cd", "ac", "bd", "a", "b", "c", "d"]
    for _ in range(8):
        costs = dict(zip(words, rng.uniform(1, 9, len(words)), strict=True))
        told, goals = built(costs, "a", "d")
        primary = marks(5, 8, many=9)
        found = cleaned(told, primary, [Witness(one, marks(*range(9), many=9)) for one in goals])
        assert found[primary].all()
        assert all(moves(told, one, found) for one in goals)
        for place in map(int, np.flatnonzero(found & ~primary)):
            assert not all(moves(told, one, found & ~marks(place, many=9)) for one in goals)


def test_of_records_that_several_need_the_dearest_is_tried_first() -> None:
    """Both targets hide b and c, so neither can look for a way alone: the dearer is shown again."""
    for costs, stays in (((3.0, 5.0), 1), ((5.0, 3.0), 2)):
        told, (goal,) = built({"abcd": 50, "b": costs[0], "c": costs[1], "d": 60}, "a")
        found = cleaned(told, marks(many=4), [Witness(goal, marks(1, 2, many=4)) for _ in range(2)])
        assert np.flatnonzero(found).tolist() == [stays]


def test_a_record_that_another_target_needs_costs_nothing() -> None:
    """Three targets hide b: each by itself would move to the cheaper c, beside the others none does."""
    told, (goal,) = built({"abcd": 50, "b": 5, "c": 2, "d": 60}, "a")
    for many in (2, 3):
        found = cleaned(told, marks(many=4), [Witness(goal, marks(1, many=4)) for _ in range(many)])
        assert np.flatnonzero(found).tolist() == [1]


def test_a_way_that_leans_on_a_hidden_record_is_looked_for_before_any_is_shown() -> None:
    """a and b stay together, or their sum, which is hidden anyway, moves with the cheaper d."""
    told, (goal,) = built({"abcd": 50, "b": 4, "ab": 9, "d": 2, "c": 60}, "a")
    found = cleaned(told, marks(2, many=5), [Witness(goal, marks(1, many=5))])
    assert np.flatnonzero(found).tolist() == [2, 3]


def test_a_target_whose_way_changes_nothing_shown_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told, (first, second) = built({"abcd": 9, "b": 4, "c": 2, "d": 30}, "a", "d")
    asked: list[Target] = []

    def noted(target: Target, *given: Any, **more: Any) -> Witness | None:  # noqa: ANN401 - passed on
        asked.append(target)
        return cheapest(target, *given, **more)

    monkeypatch.setattr(cleaning, "cheapest", noted)
    found = cleaned(
        told, marks(3, many=4), [Witness(first, marks(3, many=4)), Witness(second, marks(1, 3, many=4))]
    )
    assert found[3]
    assert asked
    assert all(target is second for target in asked)
