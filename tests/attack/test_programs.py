"""The programs behind the attack: what a solver is asked, and what is made of its answer."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from barometri.disclosure.attack import reach, solver, whole
from barometri.disclosure.attack.reach import Choice, Search
from barometri.disclosure.attack.reduction import reduced
from barometri.disclosure.attack.solver import FloatArray, Knowledge, Point, known, least, with_choice

ONE_OF_TEN = known(np.array([[1.0, 1.0]]), np.array([10.0]), np.array([10.0]))


def test_a_sum_of_no_unknowns_is_nought() -> None:
    point = least(known(np.zeros((0, 0)), np.zeros(0), np.zeros(0)), np.zeros(0))
    assert point is not None
    assert (point.value, point.counts.shape, point.is_whole) == (0.0, (0,), True)


def test_a_choice_of_one_sum_binds_it_in_fractions_too() -> None:
    row = np.array([1.0, 0.0])
    for limit in (3.0, 7.0):
        point = least(with_choice(ONE_OF_TEN, [[(row, limit)]], largest=11.0), -row)
        assert point is not None
        assert point.value == pytest.approx(-limit)


def test_one_of_two_sums_is_large_and_the_other_may_be_nought() -> None:
    options = [(np.array([-1.0, 0.0]), -6.0), (np.array([0.0, -1.0]), -8.0)]
    facts = with_choice(ONE_OF_TEN, [options], largest=11.0)
    for cost, value in (((1.0, 0.0), 0.0), ((-1.0, 0.0), -10.0), ((0.0, 1.0), 0.0)):
        point = least(facts, np.array(cost), whole=True)
        assert point is not None
        assert point.value == pytest.approx(value)
    neither = facts.and_also(np.array([1.0, 0.0]), 3.0, 5.0)
    assert least(neither, np.zeros(2), whole=True) is None


@pytest.mark.parametrize("cost", [0.0, 1.0])
def test_a_search_without_an_answer_in_time_contradicts_nothing(
    monkeypatch: pytest.MonkeyPatch, cost: float
) -> None:
    monkeypatch.setattr(solver, "milp", lambda *_, **__: SimpleNamespace(status=1, x=None, fun=None))
    with pytest.raises(TimeoutError, match="ran out of time"):
        least(ONE_OF_TEN, np.full(2, cost))


def test_a_sum_that_is_nought_fixes_all_that_it_counts() -> None:
    rows = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 1.0, 1.0]])
    system = reduced(known(rows, np.array([-np.inf, 4.0]), np.array([0.0, 4.0])))
    assert system.fixed[:2].tolist() == [0.0, 0.0]
    assert np.isnan(system.fixed[2:]).all()


@pytest.mark.parametrize("wanted", [3, 5])
def test_whole_values_within_a_choice_are_found_by_linear_programs(
    monkeypatch: pytest.MonkeyPatch, wanted: int
) -> None:
    def never(*_: object, **__: object) -> int:
        message = "a search among whole counts was not needed"
        raise AssertionError(message)

    monkeypatch.setattr(reach, "counted_values", never)
    search = Search(reduced(ONE_OF_TEN))
    row = np.array([1.0, 0.0])
    choice = Choice(row[None, :], np.array([4.0]), np.array([True]))
    assert search.values(row, [choice], at_most=wanted, largest=11.0) == wanted
    (found,) = search.points.values()
    assert sorted(counts @ row for counts in found) == list(range(wanted))


def test_from_whole_counts_at_hand_the_next_are_a_step_away(monkeypatch: pytest.MonkeyPatch) -> None:
    first, calls = whole._some_whole, list[float]()

    def counted(knowledge: Knowledge, seconds: float) -> FloatArray | None:
        calls.append(seconds)
        return first(knowledge, seconds)

    monkeypatch.setattr(whole, "_some_whole", counted)
    seen, found = set[int](), list[FloatArray]()
    whole.note_whole(ONE_OF_TEN, np.array([1.0, 0.0]), 4, seen=seen, found=found, seconds=5.0)
    assert calls == [5.0]
    assert seen == {0, 1, 2, 3}
    assert [counts.tolist() for counts in found] == [[float(i), 10.0 - i] for i in range(4)]


def test_of_many_unknowns_those_in_use_and_one_in_so_many_others_may_be_in_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size, asked = 3 * 200, list[Any]()
    halves = np.zeros(size)
    halves[[1, 2]] = 0.5

    def noted(*_: object, used: Any = None, **__: object) -> Point:  # noqa: ANN401
        asked.append(used)
        return Point(0.0, halves if used is None else np.round(halves + 0.1))

    monkeypatch.setattr(whole, "least", noted)
    facts = known(np.ones((1, size)), np.array([1.0]), np.array([9.0]))
    found = whole._some_whole(facts, 1.0)
    assert found is not None
    assert np.flatnonzero(found).tolist() == [1, 2]
    nothing, used = asked
    assert nothing is None
    assert np.flatnonzero(used).tolist() == sorted({1, 2, *range(0, size, 3)})


def test_a_difference_that_is_nought_fixes_neither_count() -> None:
    rows = np.array([[1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    system = reduced(known(rows, np.array([-np.inf, 0.0, 0.0]), np.array([0.0, 8.0, 0.0])))
    assert np.isnan(system.fixed).tolist() == [True, True, False]
    assert Search(system).bounds(np.eye(2)).tolist() == [[0.0, 4.0], [0.0, 8.0]]


def test_a_choice_bears_on_what_its_sums_count_unless_the_truth_elsewhere_meets_it() -> None:
    rows = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    first, both, none = (
        Choice(rows, np.array([4.0, 4.0]), np.array(flags))
        for flags in ((True, False), (True, True), (False, False))
    )
    x, y, z = (np.arange(3) == place for place in range(3))
    assert [first.bears(chosen) for chosen in (x, y, z)] == [True, False, False]
    assert [both.bears(chosen) for chosen in (x, y, x | y, z)] == [False, False, True, False]
    assert [none.bears(chosen) for chosen in (x, y, z)] == [True, True, False]
