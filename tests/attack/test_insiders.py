"""What respondents of hidden counts tell is what trying every table tells."""

import numpy as np
import numpy.typing as npt
import pytest

from barometri.disclosure.attack import Attack, Released, attack
from barometri.disclosure.attack.queries import question
from barometri.disclosure.attack.reach import Search, between
from barometri.disclosure.attack.reduction import reduced
from barometri.disclosure.attack.solver import known
from barometri.disclosure.attack.targets import Target, insiders, target
from barometri.study.plan import DisclosureRules
from tests.attack.tables import naive
from tests.attack.test_judge import judged
from tests.attack.test_oracle import RULES, case, possible

RULES_OF_THE_PACKAGE = DisclosureRules()


def sums(
    own: Target, n: npt.NDArray[np.int64], k: npt.NDArray[np.int64], place: int
) -> list[npt.NDArray[np.int64]]:
    """The values of what must not be known of a record, over all tables, in the attack's order."""
    base, part = own.secret.base, own.secret.numerator
    assert part is not None
    out = [n[:, place]] if base.value < RULES.minimum_n else []
    if part.value < RULES.minimum_k or base.value < RULES.minimum_n:
        out.append(k[:, place])
    if base.value - part.value < RULES.minimum_k:
        out.append(n[:, place] - k[:, place])
    return out


@pytest.mark.parametrize("seed", range(0, 120, 2))
def test_who_is_alone_or_one_of_two_tells_what_all_tables_tell(seed: int) -> None:
    topic, counts = case(np.random.default_rng(seed))
    asked = question(topic, RULES)
    _, n, k = possible(topic, counts)
    search = Search(reduced(asked.knowledge))
    targets = [target(s, search.system, RULES) for s in asked.secrets if s.is_unsafe]
    every = [sums(own, n, k, int(own.secret.tables[0][1:])) for own in targets]
    exact = [any(len(np.unique(v)) == 1 for v in own) for own in every]
    told = list(exact)
    for own, mine in zip(targets, every, strict=True):
        for row, value, column in zip(own.rows, own.values, mine, strict=True):
            if value not in {1.0, 2.0} or not row.any():
                continue
            agree = column == 1 if value == 1.0 else column >= 1
            for place, (other, columns) in enumerate(zip(targets, every, strict=True)):
                if told[place] or (other is own and value == 1.0):
                    continue
                news = [
                    v
                    for v, r in zip(columns, other.rows, strict=True)
                    if not (value == 1.0 and np.array_equal(r, row))
                ]
                told[place] = any(len(np.unique(v[agree])) == 1 for v in news)
    expected = [now and not before for now, before in zip(told, exact, strict=True)]
    assert insiders(search, targets, exact) == expected


def test_mixtures_lie_where_they_should_and_keep_the_facts() -> None:
    rng = np.random.default_rng(1)
    points = [p / p.sum() * 10.0 for p in rng.random((12, 3))]
    mine = np.array([1.0, 0.0, 0.0])
    middle = float(np.median([p[0] for p in points]))
    for high in (middle, np.inf):
        mixed = between(points, mine, middle, high)
        assert mixed
        assert all(middle - 1e-6 <= p @ mine <= high + 1e-6 for p in mixed)
        assert all(p.min() >= -1e-9 for p in mixed)
        assert all(p.sum() == pytest.approx(10.0) for p in mixed)
    assert between(points, mine, 11.0, 11.0) == []
    assert between([], mine, 1.0, 1.0) == []


def test_bounds_are_those_of_a_system_reduced_or_not() -> None:
    rows = np.array([[1.0, 1.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 1.0]])
    system = reduced(known(rows, np.array([9.0, 2.0, 2.0]), np.array([9.0, 2.0, 2.0])))
    assert np.isnan(system.fixed).tolist() == [True, True, False, False]
    assert system.fixed[2:].tolist() == [2.0, 0.0]
    opened, fixed = system.opened(np.array([[1.0, 0.0, 1.0, 1.0]]))
    assert (opened.tolist(), fixed.tolist()) == ([[1.0, 0.0]], [2.0])
    assert Search(system).bounds(opened).tolist() == [[0.0, 7.0]]
    with pytest.raises(ValueError, match="contradict"):
        reduced(known(rows[:2], np.array([1.0, 2.0]), np.array([1.0, 2.0])))


def test_naive_protection_of_a_table_of_three_variables_gives_every_small_cell_away() -> None:
    codes = {"a": list("12345"), "b": list("123456"), "c": list("1234")}
    rng = np.random.default_rng(4)
    counts: dict[tuple[str, ...], int] = {
        (a, b, c, v): int(rng.integers(12, 40))
        for a in codes["a"]
        for b in codes["b"]
        for c in codes["c"]
        for v in "ny"
    }
    for cell in rng.choice(120, 37, replace=False):
        key = [k for k in counts if k[-1] == "y"][cell]
        counts[key] = int(rng.integers(1, 5))
    topic = naive(counts, codes, RULES_OF_THE_PACKAGE)
    hidden = [r for r in topic.released if not r.shown]
    assert len(hidden) == 2 * 37
    (group,) = attack([topic], RULES_OF_THE_PACKAGE, Attack(whole=False, insider=False, implied=False)).groups
    assert group.exact == group.targets == len(hidden)


def test_of_two_in_a_count_one_that_is_known_leaves_the_other_open() -> None:
    yes, asked = frozenset({"yes"}), frozenset({"yes", "no"})

    def areas(ids: str, n: float, k: float, *, shown: bool, free: bool = True) -> Released:
        return Released("t", {"area": frozenset(ids)}, yes, asked, n, k, shown=shown, is_free=free)

    # Of two in a and b one is in a, as everybody sees: b may have none, one or, with nobody in c, two.
    records = [
        areas("abc", 120, 3, shown=True),
        areas("a", 40, 1, shown=True),
        areas("c", 40, 1, shown=False),
    ]
    records.append(areas("ab", 80, 2, shown=False, free=False))
    group = judged(*records)
    assert (group.targets, group.exact, group.insider) == (1, 0, 0)
