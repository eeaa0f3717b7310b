"""Secondary suppression, judged by an attacker written for this test: interval programmes and brute force."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse
from scipy.optimize import linprog

from barometri.disclosure import suppress as module
from barometri.disclosure.cells import CANNOT_SAY, ELSEWHERE, Group, Record, System, expanded, system
from barometri.disclosure.suppress import WIDTH, Pattern, suppress
from barometri.disclosure.targets import Target
from barometri.disclosure.witnesses import Facts, Witness, cheapest, facts
from barometri.errors import DisclosureError
from barometri.study.plan import DisclosureRules

RULES = DisclosureRules()
ATOMS = ("good", "bad", CANNOT_SAY)
Counts = npt.NDArray[np.int64]


def lattice(counts: Counts) -> Group:
    """Release share good of a table (variables by atoms) with every margin."""
    axes = [[f"{axis}{i}" for i in range(size)] for axis, size in zip("abc", counts.shape[:-1], strict=False)]
    records: list[Record] = []
    for chosen in product(*[[None, *axis] for axis in axes]):
        where = tuple(
            slice(None) if c is None else axis.index(c) for c, axis in zip(chosen, axes, strict=True)
        )
        part = counts[where].reshape(-1, len(ATOMS)).sum(axis=0)
        who = {n: frozenset({c}) for n, c in zip("abc", chosen, strict=False) if c is not None}
        records.append(
            Record(
                "table", len(records), who, frozenset({"good"}), frozenset({"good", "bad"}),
                float(part[:2].sum()), float(part[0]),
            )
        )  # fmt: skip
    return Group("item", "2021", ATOMS, tuple(records))


def bounds(counts: Counts, group: Group, pattern: Pattern) -> list[tuple[float, float, float]]:
    """Attack: the least and greatest value of every hidden small count, from what stays shown."""
    shape = counts.shape
    names = [[f"{axis}{i}" for i in range(size)] for axis, size in zip("abc", shape[:-1], strict=False)]

    def row(record: Record, atoms: frozenset[str]) -> npt.NDArray[np.float64]:
        grid = np.zeros(shape)
        for cell in np.ndindex(*shape[:-1]):
            label = {v: names[i][cell[i]] for i, v in enumerate("abc"[: len(cell)])}
            if all(label[v] in ids for v, ids in record.restriction.items()):
                grid[cell] = [float(a in atoms) for a in ATOMS]
        return grid.ravel()

    shown = [r for r, h in zip(group.records, pattern.hidden, strict=True) if not h]
    facts = [(row(r, r.base), r.n) for r in shown] + [(row(r, r.numerator), r.k) for r in shown]
    a_eq = np.array([f[0] for f in facts]) if facts else None
    b_eq = np.array([f[1] for f in facts]) if facts else None
    found = []
    for record, own in zip(group.records, pattern.primary, strict=True):
        if not own:
            continue
        small = {
            "n": (row(record, record.base), record.n, RULES.minimum_n),
            "k": (row(record, record.numerator), record.k, RULES.minimum_k),
            "rest": (row(record, record.base - record.numerator), record.n - record.k, RULES.minimum_k),
        }
        for target, value, limit in small.values():
            if value < limit:
                low = linprog(target, A_eq=a_eq, b_eq=b_eq, bounds=(0, None))
                high = linprog(-target, A_eq=a_eq, b_eq=b_eq, bounds=(0, None))
                top = np.inf if high.fun is None else -float(high.fun)
                found.append((float(low.fun or 0.0), value, top))
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("shape", [(5, 4), (3, 2, 4)])
def test_no_hidden_count_can_be_computed_closely(shape: tuple[int, ...], seed: int) -> None:
    """Every hidden count keeps an interval of at least five that holds the truth."""
    counts = np.random.default_rng(seed).poisson(7, (*shape, len(ATOMS)))
    group = lattice(counts)
    pattern = suppress(group, RULES)
    assert pattern.primary.any()
    assert not (pattern.primary & ~pattern.hidden).any()
    for low, value, high in bounds(counts, group, pattern):
        assert low - 1e-6 <= value <= high + 1e-6
        assert high - low >= WIDTH - 1e-6


def test_the_targets_are_taken_in_both_orders_with_and_without_a_hindrance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a large group one order must do, and it protects as well."""
    counts = np.random.default_rng(3).poisson(7, (3, 3, len(ATOMS)))
    group, tried = lattice(counts), list[tuple[float, list[float]]]()
    one_by_one = module._one_by_one

    def noted(
        whole: Group,
        told: Facts,
        setting: module._Setting,
        order: Sequence[Target],
        *,
        hindrance: float,
    ) -> npt.NDArray[np.bool_]:
        tried.append((hindrance, [target.value for target in order]))
        return one_by_one(whole, told, setting, order, hindrance=hindrance)

    monkeypatch.setattr(module, "_one_by_one", noted)
    told, small = module._setting(group, RULES).open_to_readers
    rising = sorted(target.value for target in small)
    assert rising != rising[::-1]
    size = len(told.values) * told.rows.shape[1]
    assert told.rows.shape[0] != told.rows.shape[1]
    monkeypatch.setattr(module, "_LARGE", size)
    fewest = suppress(group, RULES)
    assert tried == [(0.0, rising), (1.0, rising), (0.0, rising[::-1]), (1.0, rising[::-1])]
    tried.clear()
    monkeypatch.setattr(module, "_LARGE", size - 1)
    pattern = suppress(group, RULES)
    assert tried == [(0.0, rising)]
    assert told.cost[fewest.hidden].sum() <= told.cost[pattern.hidden].sum() < told.cost.sum()
    assert all(high - low >= WIDTH - 1e-6 for low, _, high in bounds(counts, group, pattern))


def test_what_one_target_hides_costs_the_next_one_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    group = lattice(np.random.default_rng(3).poisson(7, (3, 3, len(ATOMS))))
    asked: list[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]] = []

    def noted(target: Target, told: Facts, free: npt.NDArray[np.bool_], *rest: Any, **more: Any) -> Witness:  # noqa: ANN401 - passed on
        found = cheapest(target, told, free, *rest, **more)
        assert found is not None
        asked.append((free, found.changed))
        return found

    monkeypatch.setattr(module, "cheapest", noted)
    setting = module._setting(group, RULES)
    told, small = setting.open_to_readers
    module._one_by_one(group, told, setting, small, hindrance=0.0)
    assert len(asked) == len(small) > 1
    hidden = setting.primary
    for free, changed in asked:
        assert free.tolist() == hidden.tolist()
        hidden = hidden | changed
    assert hidden.sum() > setting.primary.sum() + 1


def test_what_is_lost_with_a_record_is_its_worth_by_the_size_of_its_base() -> None:
    first, second = sentence_beside_table()
    records = (replace(first, n=126.0), replace(second, n=62.0, worth=10.0))
    told, _ = module._setting(Group("item", "2021", ATOMS, records), RULES).open_to_readers
    assert told.cost.tolist() == [7.0, 60.0]


@pytest.mark.parametrize(
    ("value", "others", "has_room"),
    [(5, 0, True), (4, 0, False), (0, 5, True), (0, 4, False), (1, 4, True), (2, 2, False), (3, 2, True),
     (9, 0, True), (6, 0, True)],
)  # fmt: skip
def test_room_below_and_above_counts_together(value: int, others: int, *, has_room: bool) -> None:
    """A hidden count of a shown sum can fall by itself and grow by the others of the sum."""
    rows = sparse.csr_array(np.array([[1.0, 1.0], [1.0, 0.0]]))
    equations = System(rows, rows, np.array([value + others, value], dtype=float), np.full(2, np.nan))
    told, (goal,) = facts(equations, np.ones(2), [Target(rows[[1]], float(value))])
    assert module._has_room(goal, told, np.array([False, True])) is has_room
    assert module._has_room(goal, told, np.array([True, True])) is True
    assert not module._has_room(goal, told, np.array([False, False]))


def test_primary_alone_gives_the_hidden_count_back() -> None:
    """The attacker has teeth: without secondary suppression the margin gives the cell away."""
    counts = np.full((3, 3, 3), 12)
    counts[1, 1] = [2, 20, 0]
    group = lattice(counts)
    whole = suppress(group, RULES)
    naive = Pattern(whole.primary, whole.primary)
    assert [low == pytest.approx(high) for low, _, high in bounds(counts, group, naive)] == [True]
    assert whole.hidden.sum() > whole.primary.sum()
    assert naive.ceilings.shape == whole.ceilings.shape == (0,)


def test_brute_force_agrees_on_a_small_table() -> None:
    """Try every table that fits what is shown: the hidden numerator takes at least five values."""
    counts = np.array([[[1, 11, 0], [9, 9, 0]], [[8, 9, 0], [7, 8, 0]]])
    group = lattice(counts)
    shown = ~suppress(group, RULES).hidden
    n = counts[..., :2].sum(axis=2).ravel()
    good = np.stack(np.meshgrid(*[np.arange(size + 1) for size in n], indexing="ij"), axis=-1).reshape(-1, 4)
    names = [("a0", "b0"), ("a0", "b1"), ("a1", "b0"), ("a1", "b1")]
    member = np.array(
        [
            [all(c in r.restriction.get(v, {c}) for v, c in zip("ab", cell, strict=True)) for cell in names]
            for r in group.records
        ],
        dtype=float,
    )
    told = np.array([record.k for record in group.records])
    fits = (good @ member.T == told)[:, shown].all(axis=1)
    values = np.unique(good[fits, 0])
    assert counts[0, 0, 0] in values
    assert len(values) >= WIDTH


def test_margins_are_kept_before_cells() -> None:
    """A hidden cell costs other cells of its table, not the figure for the whole country."""
    counts = np.full((4, 4, 3), 15)
    counts[0, 0, :2] = [1, 18]
    group = lattice(counts)
    pattern = suppress(group, RULES)
    margins = np.array([len(record.restriction) < 2 for record in group.records])
    assert pattern.hidden[margins].sum() == 0
    assert pattern.hidden[~margins].sum() == 4


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    """Large cells stay as they are."""
    pattern = suppress(lattice(np.full((4, 3, 3), 20)), RULES)
    assert not pattern.hidden.any()


def test_too_many_cells_are_refused() -> None:
    """A lattice beyond the limit cannot be judged, so it is refused with a way out."""
    assert not suppress(lattice(np.full((4, 4, 3), 20)), DisclosureRules(maximum_cells=25)).hidden.any()
    with pytest.raises(DisclosureError, match=r"Most of them are by a × b \(16\)"):
        suppress(lattice(np.full((4, 4, 3), 20)), DisclosureRules(maximum_cells=20))


def test_derived_variables_and_declared_classes_are_rows_of_one_system() -> None:
    """A side is the sum of its groups, 2+ the sum of its classes: both enter the same equations."""
    record = Record("t", 0, {"side": frozenset({"kela"})}, frozenset({"good"}), frozenset({"good"}), 5.0, 5.0)
    other = Record("t", 1, {"group": frozenset({"a"})}, frozenset({"good"}), frozenset({"good"}), 2.0, 2.0)
    derived = {"side": ("group", {"a": "kela", "b": "kela", "c": "town"})}
    built = system(Group("i", "1", ("good",), (record, other), derived))
    assert built.base.toarray().sum(axis=1).tolist() == [2.0, 1.0]
    assert expanded(["0", "1", "2+", "2", "3+"])["2+"] == frozenset({"2", "3+"})


def test_people_outside_the_codes_are_a_cell_of_their_own() -> None:
    """A margin larger than its codes holds somebody elsewhere; the equations must still have a solution."""
    base = frozenset({"good"})
    records = (
        Record("t", 0, {"a": frozenset({"x"})}, base, base, 20.0, 20.0),
        Record("t", 1, {"a": frozenset({"y"})}, base, base, 20.0, 20.0),
        Record("t", 2, {}, base, base, 43.0, 43.0),
    )
    assert system(Group("i", "1", ("good",), records)).base.shape[1] == 3
    assert ELSEWHERE not in {"x", "y"}


def sentence_beside_table() -> tuple[Record, Record]:
    """A table row of everybody, and a sentence on all but a few of them."""
    base, good = frozenset({"good", "bad"}), frozenset({"good"})
    everybody = Record("table", 0, {}, good, base, 112.0, 47.0)
    some = Record("sentence", 0, {"a": frozenset({"a0"})}, good, base, 100.0, 45.0)
    return everybody, some


def test_who_is_in_one_record_and_not_in_another_is_a_group_too() -> None:
    """Twelve people are left, two of them good: either record must go."""
    records = sentence_beside_table()
    codes = {"a": frozenset({"a0", "a1"})}
    pattern = suppress(Group("item", "2021", ATOMS, records, codes=codes), RULES)
    assert not pattern.primary.any()
    assert pattern.hidden.sum() == 1


def test_the_owner_may_set_the_numerator_aside_for_facts_about_organisations() -> None:
    """The rule on the number of respondents holds: twelve are enough, eight are not."""
    aside = replace(RULES, organisation_numerator="aside")
    everybody, some = sentence_beside_table()
    codes = {"a": frozenset({"a0", "a1"})}
    fact = Group("item", "2021", ATOMS, (everybody, some), codes=codes, of_organisations=True)
    assert not suppress(fact, aside).hidden.any()
    assert suppress(fact, RULES).hidden.any()
    assert suppress(replace(fact, of_organisations=False), aside).hidden.any()
    assert suppress(Group("item", "2021", ATOMS, (everybody, some), codes=codes), aside).hidden.any()
    few = replace(fact, records=(everybody, replace(some, n=104.0)))
    assert suppress(few, aside).hidden.any()
