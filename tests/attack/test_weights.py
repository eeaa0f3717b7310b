"""Weighted shares are equations for the counts of single strata."""

from dataclasses import replace
from itertools import product
from typing import Literal

import numpy as np
import pytest

from barometri.disclosure.attack import Attack, Released, Topic, attack
from barometri.disclosure.attack.facts import Strata
from barometri.disclosure.attack.reach import Search
from barometri.disclosure.attack.weighted import weighted_attack
from barometri.disclosure.attack.weights import possible_parts, strata_of, told_apart
from barometri.results import Results
from barometri.study.plan import DisclosureRules

RULES = DisclosureRules()
ASKED, YES = frozenset({"yes", "no"}), frozenset({"yes"})
GROUPS = ("g1", "g2", "g3")
WEIGHTED: tuple[Literal["no", "full"], ...] = ("no", "full")
STRATA = Strata(
    ("group",),
    {("g1",): 1.8731, ("g2",): 4.1219, ("g3",): 2.7},
    {("g1",): 40, ("g2",): 60, ("g3",): 30},
)


def rounded(share: float, n: float) -> tuple[float, float]:
    return (round(share, 3), 0.0005) if n >= 100 else (round(share, 2), 0.005)


def one(ids: str, ks: tuple[float, float, float], *, digits: int = 0, shown: bool = True) -> Released:
    """A record over some groups; its share has ``digits``, or as many as the rule leaves."""
    inside = [i for i, group in enumerate(GROUPS) if group in ids.split()]
    weights = np.array(list(STRATA.weights.values()))[inside]
    ns = np.array(list(STRATA.respondents.values()), dtype=np.float64)[inside]
    k = np.array(ks)[inside]
    share = float(weights @ k / (weights @ ns))
    printed, step = (round(share, digits), 0.5 * 10.0**-digits) if digits else rounded(share, ns.sum())
    who = {"group": frozenset(ids.split())}
    people = float(np.round(weights @ ns, -1))
    n, count = float(ns.sum()), float(k.sum())
    return Released("t", who, YES, ASKED, n, count, shown=shown, share=printed, step=step, people=people)


def base(ids: str, n: float) -> Released:
    """A record of how many answered, and no share."""
    return Released("t", {"group": frozenset(ids.split())}, frozenset(), ASKED, n, np.nan, shown=True)


def topic(*records: Released) -> Topic:
    return Topic("item", "2021", records, strata=STRATA)


@pytest.mark.parametrize("seed", range(20))
def test_tried_parts_are_all_combinations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 5))
    weights, bases = rng.uniform(1.0, 5.0, size), rng.integers(1, 8, size).astype(np.float64)
    middle = float(weights @ rng.integers(0, (bases + 1).astype(int)))
    low, high = middle - rng.uniform(0, 0.5), middle + rng.uniform(0, 0.5)
    every = np.array(list(product(*(range(int(b) + 1) for b in bases))), dtype=np.float64)
    inside = every[(every @ weights >= low) & (every @ weights <= high)]
    expected = [set(column.astype(int).tolist()) for column in inside.T]
    assert possible_parts(weights, bases, low, high) == expected
    assert possible_parts(weights, bases, low, high, most=1) is None


def test_too_many_digits_give_the_count_of_a_stratum_away() -> None:
    counts = (3.0, 31.0, 10.0)
    bitten = weighted_attack(topic(one("g1 g2", counts, digits=6)), RULES, width=1)
    assert bitten.strata == 1
    assert bitten.tables == {"t"}
    verdict = attack([topic(one("g1 g2", counts, digits=6))], RULES)
    assert (verdict.groups[0].weighted, verdict.passed) == (1, False)
    assert "told by weighted shares" in verdict.message
    assert attack([topic(one("g1 g2", counts, digits=6))], RULES, Attack(weighted="no")).passed
    # Rounded as the rule wants, several counts of each stratum agree with the share.
    assert weighted_attack(topic(one("g1 g2", counts)), RULES, width=1).strata == 0


def test_digits_that_the_rule_leaves_stop_it_in_most_pairs_of_strata() -> None:
    told = dict.fromkeys((0, 4, 6), 0)
    for first, second in product((0, 2, 4), (10, 31, 50)):
        for digits in told:
            record = one("g1 g2", (float(first), float(second), 0.0), digits=digits)
            told[digits] += weighted_attack(topic(record), RULES, width=1).strata > 0
    assert told[6] == 9
    assert told[0] < told[4] <= told[6]
    assert told[0] == 0


def test_a_count_of_a_free_record_is_no_secret() -> None:
    record = replace(one("g1 g2", (3.0, 31.0, 10.0), digits=6), is_free=True)
    assert weighted_attack(topic(record), RULES, width=1).strata == 0


def test_weights_narrow_what_bases_alone_leave() -> None:
    counts = (3.0, 12.0, 4.0)
    hidden = [one("g1", counts, shown=False), one("g3", counts, shown=False)]
    records = (one("g1 g2 g3", counts), one("g2", counts), *hidden)
    plain = attack([topic(*records)], RULES, Attack(weighted="no", insider=False)).groups[0]
    assert plain.exact == 0
    wide = weighted_attack(topic(*records), RULES, width=1)
    assert (wide.records, wide.undecided) == (0, 0)
    full = weighted_attack(topic(*records), RULES, width=12, values=3)
    assert full.records > 0
    # With every digit the weighted sum of the two hidden counts is known, and so are they.
    sharp = [replace(r, share=_full(r, counts), step=1e-8) for r in records]
    assert weighted_attack(topic(*sharp), RULES, width=1, values=2).records == 2


def _full(record: Released, counts: tuple[float, float, float]) -> float:
    return one(" ".join(record.who["group"]), counts, digits=9).share


@pytest.mark.parametrize(("people", "small"), [(0, 0), (1, 1), (9, 1), (10, 0)])
def test_few_respondents_of_a_stratum_are_told_and_none_are_no_news(people: int, small: int) -> None:
    # The frame tells how many of g1 there are at most, not that so many answered.
    records = base("g1 g2 g3", 70.0 + people), base("g2 g3", 70.0)
    assert weighted_attack(topic(*records), RULES, width=1).strata == small
    # The answered are everybody but those who cannot say, and a base as well.
    unsure = replace(base("g1 g2 g3", 95.0), counted=frozenset({"?"}), among=ASKED | {"?"}, k=25.0 - people)
    if people:
        assert weighted_attack(topic(unsure, *records), RULES, width=1).strata == small


@pytest.mark.parametrize("counts", [(3.0, 31.0, 10.0), (37.0, 31.0, 10.0)])
def test_a_hidden_count_of_a_stratum_is_told_once(counts: tuple[float, float, float]) -> None:
    records = [one("g1 g2", counts, digits=6), *(one(ids, counts, shown=False) for ids in ("g1", "g2"))]
    found = weighted_attack(topic(*records), RULES, width=1)
    assert (found.records, found.strata, found.tables) == (0, 1, frozenset({"t"}))
    # What is found among the hidden records already is not found again.
    full = weighted_attack(topic(*records), RULES, width=1, values=2)
    assert (full.records, full.strata) == (1, 0)


def test_a_count_of_a_stratum_that_is_shown_or_free_is_not_told() -> None:
    counts = (3.0, 31.0, 10.0)
    wide, own = one("g1 g2", counts, digits=6), one("g1", counts)
    for known in (own, replace(own, shown=False, is_free=True)):
        assert weighted_attack(topic(wide, known), RULES, width=1).strata == 0


def test_a_hidden_base_that_may_lie_just_as_far_apart_as_wanted_is_not_told() -> None:
    records = base("g1 g2", 45.0), replace(base("g1", 5.0), shown=False)
    for width, told in ((40, 0), (41, 1)):
        assert weighted_attack(topic(*records), RULES, width=width).records == told


def test_strata_with_too_many_combinations_are_left_to_the_linear_programs() -> None:
    large = replace(STRATA, respondents=dict.fromkeys(STRATA.respondents, 200))
    weights = np.array(list(large.weights.values()))
    bases = [base(group, 200.0) for group in GROUPS]
    shares = [
        Released("t", {"group": frozenset(GROUPS[:size])}, YES, ASKED, 200.0 * size, k, shown=True)
        for size, k in ((3, 213.0), (2, 153.0))
    ]
    for place, digits in ((0, 3), (1, 9)):
        size = len(shares[place].who["group"])
        share = float(weights[:size] @ np.array([3.0, 150.0, 60.0])[:size] / (200.0 * weights[:size].sum()))
        shares[place] = replace(shares[place], share=round(share, digits), step=0.5 * 10.0**-digits)
    assert possible_parts(weights, np.full(3, 200.0), 0.0, 600.0) is None
    found = weighted_attack(replace(topic(*bases, *shares), strata=large), RULES, width=1)
    assert (found.records, found.strata) == (0, 1)


def test_searches_that_end_without_an_answer_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = (3.0, 12.0, 4.0)
    hidden = [one("g1", counts, shown=False), one("g3", counts, shown=False)]
    records = topic(one("g1 g2 g3", counts), one("g2", counts), *hidden)
    monkeypatch.setattr(Search, "values", lambda *_, **__: None)
    undecided = {
        (whole, weighted): attack([records], RULES, Attack(whole=whole, weighted=weighted))
        .groups[0]
        .undecided
        for whole, weighted in product((False, True), WEIGHTED)
    }
    assert undecided == {(False, "no"): 0, (False, "full"): 2, (True, "no"): 2, (True, "full"): 4}


def test_of_an_answer_that_everybody_gives_no_other_is_told() -> None:
    sizes = dict(zip(GROUPS, STRATA.respondents.values(), strict=True))
    records = []
    for left_out in GROUPS:
        ids = frozenset(GROUPS) - {left_out}
        n = float(sum(sizes[group] for group in ids))
        records.append(Released("t", {"group": ids}, YES, YES, n, n, shown=True, share=1.0, step=0.005))
    assert weighted_attack(topic(*records), RULES, width=1).strata == 0


def test_whole_values_are_not_searched_for_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Search, "values", lambda *_, **__: None)
    plain = Released("t", {"group": frozenset({"g1"})}, YES, ASKED, 5, 3, shown=False)
    for values, undecided in ((0, 0), (3, 1)):
        found = weighted_attack(topic(base("g1 g2", 45.0), plain), RULES, width=1, values=values)
        assert (found.records, found.undecided) == (0, undecided)
    # Nor of a record that is told already.
    records = base("g1 g2", 45.0), base("g2", 40.0), plain
    found = weighted_attack(topic(*records), RULES, width=1, values=3)
    assert (found.records, found.undecided) == (1, 0)


def test_nothing_is_read_without_weights_that_differ() -> None:
    record = one("g1 g2", (3.0, 31.0, 10.0), digits=6)
    alike = replace(STRATA, weights=dict.fromkeys(STRATA.weights, 2.0))
    assert not alike.vary
    for strata in (None, alike):
        found = weighted_attack(replace(topic(record), strata=strata), RULES, width=5, values=3)
        assert (found.records, found.strata, found.undecided, found.tables) == (0, 0, 0, frozenset())


def test_records_over_other_variables_are_read_where_something_is_hidden() -> None:
    far = Released("far", {"area": frozenset({"a"})}, YES, ASKED, 40, 20, shown=True)
    base = one("g1 g2", (3.0, 31.0, 10.0))
    assert len(told_apart(topic(base, far), STRATA).released) == 1 + 3
    assert len(told_apart(topic(base, replace(far, shown=False)), STRATA).released) == 2 + 3


def test_weights_of_the_demonstration_are_people_over_respondents(demo_results: Results) -> None:
    found = strata_of(demo_results)
    assert set(found) == {str(demo_results.wave)}
    strata = found[str(demo_results.wave)]
    name = next(n for n, t in demo_results.tables.items() if t.analysis.verb == "response_rates")
    frame = demo_results.tables[name].estimates.frame
    for key, weight in strata.weights.items():
        at = np.logical_and.reduce([frame[v] == code for v, code in zip(strata.variables, key, strict=True)])
        assert weight == pytest.approx(1.0 / frame.loc[at, "estimate"].item())
    assert sum(strata.respondents.values()) == next(
        w.n for w in demo_results.waves if w.year == demo_results.wave
    )
    raked = replace(demo_results, waves=tuple(replace(w, weighting=("raked",)) for w in demo_results.waves))
    assert strata_of(raked) == {}
