"""Random table sets, protected by the public word, tell an attacker nothing; the bench runs many more."""

import pytest

from barometri.disclosure.attack import Attack, Topic, attack, together
from barometri.study.plan import DisclosureRules
from benchmarks.disclosing.attacking import Outcome, judged
from benchmarks.disclosing.sets import filtered
from benchmarks.disclosure import COUNTS, Kept, planned, section
from tests.attack.tables import naive

SEED = 2021


def told(outcome: Outcome) -> dict[str, int]:
    return {name: int(outcome.as_record()[name]) for name in COUNTS}


@pytest.mark.parametrize(("kind", "index"), [("single", 0), ("linked", 1), ("linked", 3)])
def test_nothing_is_told_by_a_protected_set(kind: str, index: int) -> None:
    outcome = judged(kind, index, SEED)
    assert outcome.refused == 0
    assert outcome.targets > 0
    assert told(outcome) == dict.fromkeys(COUNTS, 0)


@pytest.mark.parametrize("index", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_releases_that_leave_groups_out_are_refused_before_they_tell(index: int) -> None:
    outcome = judged("releases", index, SEED)
    assert outcome.refused > 0
    assert told(outcome) == dict.fromkeys(COUNTS, 0)
    groups = [kept for kept, _ in filtered(SEED, index)]
    assert [len(kept) for kept in groups] == [4, 3, 3, 3, 3]


@pytest.mark.slow
@pytest.mark.parametrize("index", range(3, 18))
def test_no_count_is_recovered_from_one_table(index: int) -> None:
    outcome = judged("single", index, SEED)
    found = told(outcome)
    assert (found["exact"], found["narrow"], found["few"], found["implied"]) == (0, 0, 0, 0)


def test_sets_are_planned_so_that_every_kind_is_met_early() -> None:
    plan = list(planned(1.0))
    assert len(plan) == 220
    assert plan[:3] == [("single", 0), ("linked", 0), ("releases", 0)]
    assert len(list(planned(0.1))) == 20 + 2 + 1


def test_a_told_count_or_a_set_not_judged_misses_a_gate() -> None:
    good: Kept = {"kind": "single", "index": 0, "seed": 1, **Outcome("a").as_record()}
    assert all(gate.passed for gate in section([good], 1).gates)
    assert not all(gate.passed for gate in section([good], 2).gates)
    for name in COUNTS:
        assert not all(gate.passed for gate in section([{**good, name: 1}], 1).gates), name


def test_four_releases_without_protection_give_the_group_left_out_away() -> None:
    codes = {"district": ["n", "e"], "group": ["g1", "g2", "g3"]}
    sizes = {"g1": 30, "g2": 25, "g3": 3}
    counts: dict[tuple[str, ...], int] = {
        (d, g, a): size + i
        for d in codes["district"]
        for g, size in sizes.items()
        for i, a in enumerate("ny")
    }
    rules = DisclosureRules()
    releases = []
    for kept in (frozenset(codes["group"]), frozenset({"g1", "g2"})):
        own = naive(counts, codes, rules, keep={"group": kept}).released
        rows = tuple(r for r in own if r.who["group"] == kept)
        releases.append([Topic("item", "2021", rows)])
    plain = Attack(whole=False, insider=False)
    assert all(attack(release, rules, plain).passed for release in releases)
    assert attack(together(releases), rules, plain).groups[0].implied >= 4
