"""Items that are counted of others give away what their own records hide."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import numpy.typing as npt
import pytest

from barometri.disclosure.attack import Attack, Released, Topic, attack, linked
from barometri.disclosure.attack.facts import TIES
from barometri.disclosure.attack.judge import LEAST_WIDTH
from barometri.disclosure.attack.linked import linked_attack
from barometri.disclosure.attack.reach import Search
from barometri.disclosure.attack.reduction import reduced
from barometri.disclosure.attack.ties import Tie, groups, links, people_of
from barometri.study.plan import DisclosureRules
from tests.attack.test_oracle import every_table

RULES = DisclosureRules()
AGREED, ANSWERS = frozenset({"old", "new"}), frozenset({"old", "new", "no", "?"})
NUMBER = "number"
Who = Mapping[str, frozenset[str]]


def area(*codes: str) -> Who:
    return {"area": frozenset(codes)}


def model(item: str, *rows: tuple[Who, float, float, bool]) -> Topic:
    """A model by those asked, those who agree, and whether it is shown."""
    return Topic(
        item, "2021", tuple(Released(item, w, AGREED, ANSWERS, n, k, shown=s) for w, n, k, s in rows)
    )


def number(*rows: tuple[Who, Sequence[float], bool], models: int, kind: str = "number") -> Topic:
    """How many agree on 0, 1, ... models."""
    every = frozenset(str(i) for i in range(models + 1))
    records = [
        Released("classes", who, frozenset({str(i)}), every, sum(c), k, shown=shown)
        for who, c, shown in rows
        for i, k in enumerate(c)
    ]
    ties = {f"m{i}": "old|new" for i in range(models)}
    return Topic(NUMBER, "2021", tuple(records), {TIES: (kind, ties)})


def told(*topics: Topic, rules: DisclosureRules = RULES) -> dict[str, int]:
    return {name: found.records for name, found in linked_attack(topics, rules, width=LEAST_WIDTH).items()}


def small(*, asked: float = 50) -> list[Topic]:
    """Of two models that exclude each other one has 3 who agree in an area, hidden beside another area."""
    counted = number((area("a"), (25, 25, 0), True), (area("b"), (30, 20, 10), True), models=2)
    free = tuple(replace(r, is_free=r.k == 0) for r in counted.released)
    return [
        model("m0", (area("a"), asked, 22, True), (area("b"), 60, 20, True)),
        model("m1", (area("a"), 50, 3, False), (area("b"), 60, 20, False), ({}, 110, 23, True)),
        replace(counted, released=free),
    ]


def test_a_model_is_told_by_the_number_of_models_and_the_other_model() -> None:
    topics = small()
    assert attack(topics, RULES, Attack(linked=False)).passed
    verdict = attack(topics, RULES)
    (group,) = verdict.failed
    assert (group.topic, group.tables, group.linked) == ("m1 2021", ("m1",), 1)
    assert (group.exact, group.narrow, group.few, group.insider) == (0, 0, 0, 0)
    assert verdict.message == "m1 2021 (m1): 1 told by items that count them"


def test_a_number_of_models_is_told_by_the_models() -> None:
    # Two or three models: 15 hidden classes in sum; the models make 48 agreements, 15 + 2 * 15 + 3.
    counted = number(({}, (20, 15, 12, 3), True), models=3)
    hidden = tuple(replace(r, shown=r.k > 12) for r in counted.released)
    models = [model(f"m{i}", ({}, 50, k, True)) for i, k in enumerate((20, 18, 10))]
    topics = [replace(counted, released=hidden), *models]
    assert attack(topics, RULES, Attack(linked=False)).passed
    assert told(*topics) == {"number 2021": 1}
    assert told(*topics[:3]) == {}  # one of the models is not published


def test_who_skipped_a_model_leaves_room() -> None:
    # More were asked about the first model than have a number: they may be among its 22.
    for asked, found in ((50, {"m1 2021": 1}), (54, {"m1 2021": 1}), (55, {})):
        m0, *others = small(asked=asked)
        assert told(replace(m0, released=m0.released[:1]), *others) == found


def test_nothing_is_joined_where_nothing_is_forbidden_or_nothing_is_tied() -> None:
    m0, m1, counted = small()
    shown = tuple(replace(r, k=max(r.k, 8)) for r in m1.released[:2])
    assert told(m0, replace(m1, released=shown), counted) == {}
    assert told(m0, m1, replace(counted, derived={})) == {}
    assert told(m0, m1, replace(counted, wave="2019")) == {}
    assert told(counted) == {}


def test_links_that_the_truth_contradicts_tell_nothing() -> None:
    m0, m1, counted = small()
    wrong = tuple(replace(r, k=r.k + 2 * (i == 0)) for i, r in enumerate(m0.released))
    assert told(replace(m0, released=wrong), m1, counted) == {}


def test_rounded_counts_tell_less() -> None:
    topics = [
        replace(t, released=tuple(replace(r, share=round(r.k / r.n, 2), step=0.05) for r in t.released))
        for t in small()
    ]
    assert "m1 2021" in linked_attack(topics, RULES, width=LEAST_WIDTH)
    assert linked_attack(topics, RULES, width=LEAST_WIDTH, counts="none") == {}


def test_people_are_the_same_by_a_derived_variable_and_by_its_source() -> None:
    derived = {"side": ("area", {"a": "west", "b": "east", "c": "east"})}
    topic = Topic("i", "2021", (), derived)
    record = Released("t", {"side": frozenset({"east"})}, AGREED, ANSWERS, 1, 1, shown=True)
    assert people_of(record, topic) == {("area", frozenset({"b", "c"}))}
    both = replace(record, who={**record.who, "area": frozenset({"a", "b"})})
    assert people_of(both, topic) == {("area", frozenset({"b"}))}
    m0, m1, counted = small()
    worded = tuple(
        replace(r, who={"side": frozenset({"west"})}) if r.who == area("a") else r for r in counted.released
    )
    sides = {"side": ("area", {"a": "west", "b": "east"})}
    assert told(m0, m1, replace(counted, released=worded, derived={**counted.derived, **sides})) == {
        "m1 2021": 1
    }


def test_any_of_several_is_told_by_each() -> None:
    # Whoever does not agree on any is at most 40 - 36.
    tie = {TIES: ("any", {"m0": "old|new", "m1": "old|new"})}

    def some(who: Who, n: float, k: float, *, shown: bool) -> Released:
        return Released("any", who, frozenset({"yes"}), frozenset({"yes", "no", "?"}), n, k, shown=shown)

    rows = (some(area("a"), 40, 36, shown=False), some(area("b"), 40, 20, shown=False))
    whole = Topic("any", "2021", (*rows, replace(some({}, 80, np.nan, shown=True), counted=frozenset())), tie)
    other = model("m1", (area("a"), 40, 20, True), (area("b"), 40, 19, True))
    for k, found in ((36, {"any 2021": 1}), (35, {})):
        first = model("m0", (area("a"), 40, k, True), (area("b"), 40, 18, True))
        assert told(whole, first, other) == found


def test_a_model_of_several_arrangements_is_told_by_them() -> None:
    tie = {TIES: ("some", {"m0": "old|new", "m1": "old|new"})}
    whole = model("m", (area("a"), 40, 3, False), (area("b"), 40, 20, False), ({}, 80, 23, True))
    whole = replace(whole, derived=tie)
    parts = [
        model(f"m{i}", (area("a"), 40, k, True), (area("b"), 40, 15, True)) for i, k in enumerate((2, 2))
    ]
    assert told(whole, *parts) == {"m 2021": 1}
    assert told(whole, parts[0]) == {}
    # Of one arrangement nearly all agree, so nearly all do on the model.
    most = model("m", (area("a"), 40, 37, False), (area("b"), 40, 20, False), ({}, 80, 57, True))
    bases = tuple(
        Released("n", who, frozenset(), ANSWERS, 40, np.nan, shown=True) for who in (area("a"), area("b"))
    )
    most = replace(most, derived=tie, released=(*most.released, *bases))
    for k, found in ((36, {"m 2021": 1}), (35, {})):
        assert told(most, model("m0", (area("a"), 40, k, True), (area("b"), 40, 15, True))) == found


def test_any_of_all_is_what_the_number_leaves() -> None:
    ties = {TIES: ("any", {"m0": "old|new", "m1": "old|new"})}
    every = frozenset({"yes", "no", "?"})
    rows = [
        Released("any", who, frozenset({"yes"}), every, n, k, shown=s)
        for who, n, k, s in ((area("a"), 50, 46, False), (area("b"), 60, 30, False))
    ]
    rows.append(Released("any", {}, frozenset(), every, 110, np.nan, shown=True))
    counted = number((area("a"), (4, 26, 20), True), (area("b"), (30, 20, 10), True), models=2)
    free = replace(counted, released=tuple(replace(r, is_free=True) for r in counted.released))
    whole = Topic("any", "2021", tuple(rows), ties)
    assert told(whole, free) == {"any 2021": 1}
    # Of one state only, any is no more than the number leaves.
    old = replace(whole, derived={TIES: ("any", {"m0": "old", "m1": "old"})})
    assert told(old, free) == {}


def test_ties_that_hang_together_are_attacked_together() -> None:
    def counting(item: str, *items: str) -> Topic:
        return Topic(item, "2021", (), {TIES: ("any", dict.fromkeys(items, "old"))})

    topics = [counting("x", "a", "b"), counting("y", "c"), counting("z", "b", "c"), counting("w", "e")]
    topics += [Topic(name, "2021", ()) for name in "abcde"]
    found = groups({topic.item: topic for topic in topics})
    assert sorted([t.item for t in own] for _, own in found) == [["a", "b", "c", "x", "y", "z"], ["e", "w"]]
    assert sorted(len(ties) for ties, _ in found) == [1, 3]


Counts = npt.NDArray[np.int64]
FRACTIONS = {50}


def tiny(
    rng: np.random.Generator, *, models: int, size: int, unsure: bool
) -> tuple[list[Topic], list[Counts]]:
    """Random answers of a few to some models; by topic, what each record counts over all that agrees."""
    kinds = list(product("yn?" if unsure else "yn", repeat=models))
    tables = every_table(size, len(kinds))
    truth = tables[rng.integers(len(tables))]
    agreed = np.array([[kind[i] == "y" for kind in kinds] for i in range(models)])
    judged = np.array([2 * kind.count("?") <= models for kind in kinds])
    numbers = agreed.sum(axis=0)
    classes = np.array([judged & (numbers == i) for i in range(models + 1)])
    agree = np.ones(len(tables), dtype=np.bool_)
    topics, values = list[Topic](), list[Counts]()
    for i in range(models):
        shown = bool(rng.random() < 0.6)
        k = tables @ agreed[i]
        agree &= (k == truth @ agreed[i]) | (not shown)
        asked = Released("asked", {}, frozenset({"?"}), ANSWERS, size, np.nan, shown=True)
        own = model(f"m{i}", ({}, size, float(truth @ agreed[i]), shown)).released
        topics.append(Topic(f"m{i}", "2021", (replace(asked, counted=frozenset()), *own)))
        values.append(k[:, None])
    among = frozenset(str(i) for i in range(models + 1))
    n = tables @ judged
    agree &= n == truth @ judged
    base = Released("base", {}, frozenset(), among, float(truth @ judged), np.nan, shown=True)
    rows, counts = [base], list[Counts]()
    for i in range(models + 1):
        shown = bool(rng.random() < 0.5)
        k = tables @ classes[i]
        agree &= (k == truth @ classes[i]) | (not shown)
        counts.append(k)
        rows.append(replace(base, counted=frozenset({str(i)}), k=float(truth @ classes[i]), shown=shown))
    ties = {f"m{i}": "old|new" for i in range(models)}
    topics.append(Topic(NUMBER, "2021", tuple(rows), {TIES: ("number", ties)}))
    values.append(np.column_stack(counts))
    return topics, [own[agree] for own in values]


def reach(topics: Sequence[Topic]) -> list[npt.NDArray[np.float64]]:
    """The bounds of each topic's numerators, linked: whole numbers between the limits."""
    (own,) = groups({topic.item: topic for topic in topics})
    joint = linked._joint(*own, RULES, "exact")
    search = Search(reduced(joint.joined([a.knowledge for a in joint.asked])))
    found = []
    for at, asked in enumerate(joint.asked):
        places = [i for i, r in enumerate(asked.topic.released) if np.isfinite(r.k)]
        rows, fixed = search.system.opened(joint.wide(asked.unknowns.numerator[places], at))
        limits = search.bounds(rows) + fixed[:, None]
        found.append(np.column_stack([np.ceil(limits[:, 0] - 1e-6), np.floor(limits[:, 1] + 1e-6)]))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_bounds_are_those_of_all_answers_there_are(seed: int) -> None:
    rng = np.random.default_rng(seed)
    models = int(rng.integers(2, 4))
    topics, values = tiny(
        rng, models=models, size=int(rng.integers(3, 7 if models == 2 else 6)), unsure=False
    )
    for limits, own in zip(reach(topics), values, strict=True):
        # Fractions leave a little more than whole answers do, in few cases.
        assert (limits[:, 0] <= own.min(axis=0)).all()
        assert (limits[:, 1] >= own.max(axis=0)).all()
        assert seed in FRACTIONS or limits.T.tolist() == [own.min(axis=0).tolist(), own.max(axis=0).tolist()]


@pytest.mark.parametrize("seed", range(40))
def test_nothing_possible_is_excluded_where_some_cannot_say(seed: int) -> None:
    rng = np.random.default_rng(seed)
    topics, values = tiny(rng, models=2, size=int(rng.integers(3, 6)), unsure=True)
    for limits, own in zip(reach(topics), values, strict=True):
        assert (limits[:, 0] <= own.min(axis=0)).all()
        assert (limits[:, 1] >= own.max(axis=0)).all()


def test_subsets_of_many_items_are_few() -> None:
    words = {f"m{i}": frozenset({"yes"}) for i in range(6)}
    known = {item: frozenset({"yes"}) for item in words} | {"n": frozenset("0123456")}
    assert len(list(links([Tie("n", "number", words)], known))) == 6 + 6 + 1
    four = {item: words[item] for item in list(words)[:4]}
    assert len(list(links([Tie("n", "number", four)], known))) == sum(
        len(list(combinations(four, many))) for many in range(1, 5)
    )


def test_who_skipped_an_item_is_told_from_who_has_no_any_where_the_item_tells_of_all() -> None:
    yes = frozenset({"yes"})
    known = {
        "all": frozenset({"yes", "no", "?"}),
        "some": frozenset({"yes", "no"}),
        "any": frozenset({"yes", "no"}),
    }
    found = list(links([Tie("any", "any", {"all": yes, "some": yes})], known))
    assert {("all", known["all"]): 1.0, ("any", known["any"]): -1.0} in found
    assert not any(("some", known["some"]) in terms for terms in found)
    assert {("all", yes): 1.0, ("some", yes): 1.0, ("any", yes): -1.0} in found
