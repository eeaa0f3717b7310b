"""Other solutions of released counts, the clean-up pass, and every table that fits what is shown."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import milp

from barometri.disclosure import witnesses
from barometri.disclosure.cells import Group, Record, System, system
from barometri.disclosure.cleaning import cleaned, covered
from barometri.disclosure.rules import is_unsafe
from barometri.disclosure.suppress import WIDTH, suppress
from barometri.disclosure.targets import Target, targets
from barometri.disclosure.witnesses import Witness, cheapest, facts, nearest, prices
from barometri.study.plan import DisclosureRules

RULES = DisclosureRules()


def flat(*names: str) -> System:
    """One column of cells (a, b, c) with records by the cells they add up, all of 20 people a cell."""
    rows = np.array([[float(c in name) for c in "abc"] for name in names])
    return System(
        sparse.csr_array(rows), sparse.csr_array(rows), 20 * rows.sum(axis=1), np.full(len(names), np.nan)
    )


def target(cells: str, value: float) -> Target:
    return Target(sparse.csr_array(np.array([[float(c in cells) for c in "abc"]])), value)


def test_counts_said_twice_are_one_fact_and_cells_alike_one_column() -> None:
    built = flat("ab", "ab", "abc", "c")
    told, (goal,) = facts(built, np.ones(4), [target("c", 20)])
    assert told.rows.shape == (3, 2)
    assert sorted(told.values.tolist()) == [20, 40, 60]
    assert told.said.sum(axis=1).tolist() == [1, 1, 1, 1]
    assert (told.said[0] == told.said[1]).all()
    assert goal.row.toarray().sum() == 1
    assert float(told.values @ told.said[2]) == 60


def test_numerators_are_facts_too_unless_unknown() -> None:
    built = flat("a", "b")
    numerator = sparse.csr_array(np.array([[1.0, 0, 0], [0, 0, 1.0]]))
    told, _ = facts(System(built.base, numerator, built.n, np.array([np.nan, 3])), np.ones(2), [])
    assert sorted(told.values.tolist()) == [3, 20, 20]
    assert told.said.sum(axis=1).tolist() == [1, 2]


def test_the_cheapest_way_hides_the_cheapest_record() -> None:
    """The total or one of two other cells must move for a to grow."""
    built = flat("abc", "b", "c")
    for cost, moved in (([1, 5, 5], [0]), ([5, 1, 5], [1]), ([5, 5, 1], [2])):
        told, (goal,) = facts(built, np.array(cost, dtype=float), [target("a", 20)])
        witness = cheapest(goal, told, np.zeros(3, dtype=bool))
        assert witness is not None
        assert np.flatnonzero(witness.changed).tolist() == moved


def test_free_records_cost_nothing_and_fixed_ones_stay() -> None:
    built = flat("abc", "b", "c")
    told, (goal,) = facts(built, np.array([1.0, 5, 9]), [target("a", 20)])
    free = np.array([False, False, True])
    witness = cheapest(goal, told, free)
    assert witness is not None
    assert not witness.changed[:2].any()
    fixed = np.array([True, False, True])
    other = cheapest(goal, told, np.zeros(3, dtype=bool), fixed=fixed)
    assert other is not None
    assert np.flatnonzero(other.changed).tolist() == [1]
    assert cheapest(goal, told, np.zeros(3, dtype=bool), fixed=np.ones(3, dtype=bool)) is None


def test_a_record_that_says_a_moved_count_too_is_changed_with_it() -> None:
    built = flat("abc", "b", "b", "c")
    told, (goal,) = facts(built, np.array([9.0, 1, 1, 9]), [target("a", 20)])
    witness = cheapest(goal, told, np.zeros(4, dtype=bool))
    assert witness is not None
    assert np.flatnonzero(witness.changed).tolist() == [1, 2]


def test_no_cell_may_fall_below_nothing() -> None:
    """b holds three people: a cannot take five from it."""
    built = flat("abc", "b", "c")
    values = System(built.base, built.numerator, np.array([60.0, 3, 20]), built.k)
    told, (goal,) = facts(values, np.array([100.0, 1, 2]), [target("a", 37)])
    witness = cheapest(goal, told, np.zeros(3, dtype=bool))
    assert witness is not None
    assert witness.changed[2]


def test_paying_for_a_change_and_not_for_its_size_changes_fewer_records() -> None:
    """Five records of one each, or one record dearer than any: by amounts the first are as good."""
    names = ("abc", "b", "c")
    told, (goal,) = facts(flat(*names), np.array([1.0, 1.0, 1.0]), [target("a", 20)])
    found = cheapest(goal, told, np.zeros(3, dtype=bool), hindrance=1.0)
    assert found is not None
    assert found.changed.sum() == 1


def test_only_with_a_hindrance_few_changes_are_worth_more_than_small_ones() -> None:
    """b is cheapest and holds two people: c gives the other three, or else all five and b stays as it is."""
    built = flat("abc", "b", "c")
    values = System(built.base, built.numerator, np.array([60.0, 2, 20]), built.k)
    told, (goal,) = facts(values, np.array([100.0, 1, 1.2]), [target("a", 38)])
    nobody, ways = np.zeros(3, dtype=bool), []
    for witness in (cheapest(goal, told, nobody), cheapest(goal, told, nobody, hindrance=1.0)):
        assert witness is not None
        ways.append(np.flatnonzero(witness.changed).tolist())
    assert ways == [[1, 2], [2]]


def test_the_clean_up_shows_what_is_not_needed() -> None:
    """Two ways were taken for two targets where one does for both; the dearer record is shown again."""
    built = flat("abc", "b", "c")
    told, (goal,) = facts(built, np.array([3.0, 1, 2]), [target("a", 20)])
    primary = np.zeros(3, dtype=bool)
    both = [Witness(goal, np.array([False, True, False])), Witness(goal, np.array([True, False, True]))]
    assert covered(primary, both).all()
    assert cleaned(told, primary, both).tolist() == [False, True, False]


def test_the_clean_up_keeps_primary_records_and_needed_ones() -> None:
    built = flat("abc", "b", "c")
    told, (goal,) = facts(built, np.array([3.0, 1, 2]), [target("a", 20)])
    primary = np.array([False, False, True])
    assert cleaned(told, primary, [Witness(goal, np.array([False, True, False]))]).tolist() == [
        False, False, True,
    ]  # fmt: skip
    assert cleaned(told, primary, []).tolist() == primary.tolist()


def table(counts: np.ndarray) -> Group:
    """Shares of yes by two variables, with all margins."""
    records: list[Record] = []
    for a, b in product([None, *range(counts.shape[0])], [None, *range(counts.shape[1])]):
        part = counts[slice(None) if a is None else a, slice(None) if b is None else b].reshape(-1, 2)
        who = {v: frozenset({f"{v}{c}"}) for v, c in (("a", a), ("b", b)) if c is not None}
        n, k = float(part.sum()), float(part[:, 0].sum())
        records.append(Record("t", len(records), who, frozenset({"yes"}), frozenset({"yes", "no"}), n, k))
    return Group("item", "1", ("yes", "no"), tuple(records))


def fitting(rows: np.ndarray, values: np.ndarray, most: int) -> np.ndarray:
    """Return all vectors of whole numbers from 0 that satisfy equations, by trying them cell by cell."""
    found = np.zeros((1, 0))
    for cell in range(rows.shape[1]):
        found = np.array([[*one, v] for one in found for v in range(most + 1)])
        sums = found @ rows[:, : cell + 1].T
        done = ~rows[:, cell + 1 :].any(axis=1)
        found = found[(sums <= values).all(axis=1) & (sums == values)[:, done].all(axis=1)]
    return found


@pytest.mark.parametrize(
    "counts",
    [
        [[[1, 11], [6, 6]], [[6, 6], [6, 6]]],
        [[[0, 12], [5, 6]], [[7, 5], [6, 7]]],
        [[[3, 4], [6, 6]], [[6, 5], [5, 6]]],
        [[[10, 1], [6, 5]], [[5, 6], [6, 6]]],
    ],
)
def test_every_table_that_fits_leaves_hidden_counts_open(counts: list[list[list[int]]]) -> None:
    """All tables of whole numbers that fit what is shown, tried one by one."""
    group = table(np.array(counts))
    pattern = suppress(group, RULES)
    built = system(group)
    primary = is_unsafe(built.n, built.k, RULES)
    assert (pattern.primary == primary).all()
    goals = targets(group, built, primary, RULES)
    shown = ~pattern.hidden
    rows = np.vstack([built.base.toarray()[shown], built.numerator.toarray()[shown]])
    values = np.concatenate([built.n[shown], built.k[shown]])
    tables = fitting(rows, values, 24)
    assert len(tables) > 1
    assert goals
    for goal in goals:
        open_values = np.unique(tables @ goal.row.toarray().ravel())
        assert goal.value in open_values
        assert len(open_values) >= 3
        assert open_values.max() - open_values.min() >= WIDTH


def test_a_count_costs_what_all_its_records_do_that_are_not_free() -> None:
    built = flat("abc", "b", "b", "c")
    told, _ = facts(built, np.array([9.0, 1, 2, 4]), [])
    dear = {tuple(map(int, np.flatnonzero(said))): place for place, said in enumerate(told.said.T)}
    for free, price in (([], (9, 3, 4)), ([1], (9, 2, 4)), ([1, 2], (9, 0, 4)), ([0, 3], (0, 3, 0))):
        marks = np.isin(np.arange(4), free)
        found = prices(told, marks)
        assert tuple(found[[dear[0,], dear[1, 2], dear[3,]]]) == price


def test_whole_numbers_are_searched_for_so_long_on_every_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search ends by its nodes and not by the clock; without it there is nothing to search."""
    told, (goal,) = facts(flat("abc", "b", "c"), np.ones(3), [target("a", 20)])
    asked: list[dict[str, Any]] = []

    def noted(*given: Any, **more: Any) -> object:  # noqa: ANN401 - passed on
        asked.append({**more, "options": dict(more["options"] or {})})
        return milp(*given, **more)

    monkeypatch.setattr(witnesses, "milp", noted)
    goals, price, bound = [(goal.row, 25.0, np.inf)], prices(told, np.zeros(3, dtype=bool)), np.zeros(3, bool)
    assert nearest(goals, told, price, bound) is not None
    assert nearest(goals, told, price, bound, whole=True) is not None
    free, whole = asked
    assert free["options"] == {}
    assert not np.any(free["integrality"])
    assert set(whole["options"]) == {"node_limit", "mip_rel_gap"}
    assert whole["options"]["mip_rel_gap"] <= 0.05
    assert whole["integrality"].tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0]
