"""A topic as sums of unknowns: which there are, what a reader has of them, and what is worded of it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from barometri.disclosure.attack import AttackVerdict, GroupVerdict, Released, Topic, edition, together
from barometri.disclosure.attack.facts import Strata
from barometri.disclosure.attack.incidence import unknowns, variables
from barometri.disclosure.attack.queries import Questioned, breaks_rule, question
from barometri.disclosure.attack.targets import forbidden
from barometri.errors import DisclosureError
from barometri.study.plan import DisclosureRules

RULES = DisclosureRules()
YES, ASKED = frozenset({"yes"}), frozenset({"yes", "no"})
NAN = float("nan")


def one(who: dict[str, str], n: float, k: float = NAN, *, shown: bool = True, table: str = "t") -> Released:
    ids = {variable: frozenset(words.split()) for variable, words in who.items()}
    return Released(table, ids, frozenset() if np.isnan(k) else YES, ASKED, n, k, shown=shown)


def asked(*records: Released, **how: object) -> Questioned:
    return question(Topic("item", "2021", records), RULES, **how)  # type: ignore[arg-type]


def limits(found: Questioned) -> list[tuple[float, float, float]]:
    return [(s.value, s.low, s.high) for s in found.sums]


def sizes(records: Sequence[Released], opened: Sequence[str] = (), **derived: object) -> list[str]:
    """The records that each unknown is in: base and numerator."""
    found = unknowns(Topic("item", "2021", tuple(records), derived), opened)  # type: ignore[arg-type]
    rows = np.vstack([found.base, found.numerator]).astype(int)
    return sorted("".join(map(str, column)) for column in rows.T)


def test_sums_are_known_or_hidden() -> None:
    found = asked(one({}, 60, 30), one({"a": "x"}, 40, 20, shown=False), one({"a": "y"}, 20, 10))
    assert limits(found) == [
        (60.0, 60.0, 60.0),
        (30.0, 30.0, 30.0),
        (40.0, 0.0, np.inf),
        (20.0, 0.0, np.inf),
        (20.0, 20.0, 20.0),
        (10.0, 10.0, 10.0),
    ]
    assert found.largest == 61.0
    assert found.knowledge.low.tolist() == found.knowledge.high.tolist() == [60.0, 30.0, 20.0, 10.0]


@pytest.mark.parametrize(
    ("share", "step", "left"),
    [
        (0.5, 0.005, (100.0, 100.0)),
        (0.5, 0.01, (98.0, 102.0)),
        (0.49, 0.01, (96.0, 100.0)),
        (0.51, 0.01, (100.0, 104.0)),
        (0.005, 0.5, (0.0, 101.0)),
        (0.4, 0.005, (0.0, np.inf)),
        (0.6, 0.005, (0.0, np.inf)),
        (NAN, 0.005, (0.0, np.inf)),
        (0.5, NAN, (0.0, np.inf)),
    ],
)
def test_what_rounding_leaves_of_a_count(share: float, step: float, left: tuple[float, float]) -> None:
    record = replace(one({}, 200, 100), share=share, step=step)
    width = 1.0 if step == 0.005 and share == 0.5 else 0.0
    expected = (left[0] - width, left[1] + width)
    assert limits(asked(record, counts="rounded")) == [(200.0, 200.0, 200.0), (100.0, *expected)]
    assert limits(asked(record))[1] == (100.0, 100.0, 100.0)
    assert limits(asked(record, counts="none"))[1] == (100.0, 0.0, np.inf)
    assert limits(asked(replace(record, shown=False), counts="rounded"))[1] == (100.0, 0.0, np.inf)


def test_several_records_of_one_sum_leave_what_all_of_them_leave() -> None:
    wide, high = (replace(one({}, 200, 100), share=s, step=0.01) for s in (0.5, 0.51))
    assert limits(asked(wide, high, counts="rounded"))[1] == (100.0, 100.0, 102.0)
    assert limits(asked(one({}, 60, 30, shown=False), one({}, 60, 30))) == [(60.0,) * 3, (30.0,) * 3]
    assert limits(asked(one({}, 60, 30), one({}, 60, 30, shown=False))) == [(60.0,) * 3, (30.0,) * 3]


def test_a_ceiling_bounds_a_sum_and_is_none() -> None:
    ceiling = Released("w", {}, frozenset(), ASKED, 70, NAN, shown=True, is_ceiling=True)
    found = asked(one({}, 60, 30, shown=False), ceiling)
    assert limits(found) == [(60.0, 0.0, 70.0), (30.0, 0.0, np.inf)]
    assert found.largest == 61.0
    more = asked(one({"a": "x"}, 60, 30), one({"a": "y"}, 5, 2), ceiling)
    assert limits(more)[-1] == (70.0, 0.0, 70.0)
    unseen = asked(one({}, 60, 30, shown=False), replace(ceiling, shown=False))
    assert limits(unseen)[0] == (60.0, 0.0, np.inf)


def test_of_people_under_a_ceiling_nobody_need_have_been_asked() -> None:
    ceiling = Released("w", {"a": frozenset("y")}, frozenset(), ASKED, 70, NAN, shown=True, is_ceiling=True)
    found = asked(one({}, 60, 30), one({"a": "x"}, 60, 30), ceiling)
    assert found.opened == ()
    assert limits(found)[-1] == (70.0, 0.0, 70.0)


def test_a_small_complement_must_not_be_known_and_nothing_is_known_of_it() -> None:
    (secret,) = asked(one({}, 90, 60), one({"a": "x"}, 40, 37, shown=False)).secrets
    (rest,) = forbidden(secret, RULES)
    assert (rest.low, rest.value, rest.high) == (0.0, 3.0, np.inf)
    assert not rest.is_known


def test_secrets_are_the_records_that_no_other_shows_once_each() -> None:
    parts = [one({"a": "x"}, 40, 3, shown=False, table=t) for t in ("p", "q")]
    found = asked(one({}, 80, 30), *parts, one({"a": "y"}, 40, 27, shown=False, table="r"))
    assert [(s.tables, s.is_unsafe, s.base.value) for s in found.secrets] == [
        (("p", "q"), True, 40.0),
        (("r",), False, 40.0),
    ]
    numerator = found.secrets[0].numerator
    assert numerator is not None
    assert (numerator.value, numerator.is_known, found.secrets[0].base.is_known) == (3.0, False, False)
    told = asked(one({}, 80, 3, table="s"), one({}, 80, 3, shown=False, table="h"))
    assert [s.tables for s in told.secrets] == [("h", "s")]
    assert asked(one({}, 80, 30), one({}, 80, 30, shown=False)).secrets == ()
    (mean,) = asked(one({}, 80), one({"a": "x"}, 9, shown=False)).secrets
    assert (mean.numerator, mean.is_unsafe) == (None, True)
    (base,) = asked(one({}, 80, 30), one({}, 80, shown=False)).secrets
    assert (base.numerator, base.is_unsafe) == (None, False)


def test_a_free_numerator_is_safe_and_a_small_base_is_not() -> None:
    rest = replace(one({"a": "x"}, 40, 3, shown=False), is_free=True)
    assert [s.is_unsafe for s in asked(one({}, 80, 30), rest).secrets] == [False]
    assert [s.is_unsafe for s in asked(one({}, 80, 30), replace(rest, n=9)).secrets] == [True]


@pytest.mark.parametrize(
    ("n", "k", "breaks"),
    [(9, NAN, True), (10, NAN, False), (10, 5, False), (11, 4, True), (11, 7, True), (9, 5, True)],
)
def test_the_rule(n: float, k: float, breaks: bool) -> None:
    assert breaks_rule(n, k, RULES) is breaks


def test_variables_are_opened_where_somebody_is_left_out() -> None:
    parts = (one({"a": "x"}, 40, 20), one({"a": "y"}, 20, 10))
    assert asked(one({}, 60, 30), *parts).opened == ()
    assert asked(one({}, 61, 30), *parts).opened == ("a",)
    both = (one({"b": "u"}, 30, 15), one({"b": "v"}, 31, 15))
    assert asked(one({}, 61, 30), *parts, *both).opened == ("a",)
    with pytest.raises(DisclosureError, match="The records of item 2021 contradict each other"):
        asked(one({}, 59, 30), *parts)


def test_counts_beside_the_records_are_told_apart_and_nothing_is_known_of_them() -> None:
    whole = one({}, 60)
    beside = one({"a": "x"}, NAN, NAN)
    found = asked(whole, beside=[replace(beside, counted=YES), replace(beside, who={"a": frozenset("y")})])
    assert found.unknowns.base.sum(axis=1).tolist() == [3, 2, 1]
    assert found.unknowns.numerator.sum(axis=1).tolist() == [0, 1, 0]
    assert found.unknowns.base.shape[0] == 3
    assert limits(found) == [(60.0, 60.0, 60.0)]
    assert found.secrets == ()


def test_unknowns_are_what_records_tell_apart() -> None:
    whole, x, y = one({}, 9, 4), one({"a": "x"}, 9, 4), one({"a": "y"}, 9, 4)
    assert sizes([whole]) == ["10", "11"]
    assert sizes([whole, x]) == ["1100", "1111"]
    assert sizes([whole, x], ["a"]) == ["1000", "1010", "1100", "1111"]
    assert sizes([whole, x, y]) == ["101000", "101101", "110000", "110110"]
    assert len(sizes([whole, x, y], ["a"])) == 6


def test_unknowns_are_numbered_by_the_people_they_are_of() -> None:
    whole, x = one({}, 9, 4), one({"a": "x"}, 9, 4)
    found = unknowns(Topic("item", "2021", (whole, x)), ["a"])
    people: dict[int, set[bool]] = {}
    for number, inside in zip(found.domain, found.base[1], strict=True):
        people.setdefault(int(number), set()).add(bool(inside))
    assert sorted(people.values(), key=str) == [{False}, {True}]
    # Only a yes in x is told from a no: of the others the unknown is of several.
    share = Released("t", x.who, YES, ASKED, 9, 4, shown=True)
    only = Released("t", {}, YES, YES, 9, 4, shown=True)
    mixed = unknowns(Topic("item", "2021", (share, only)), ["a"])
    assert mixed.domain.shape == (mixed.base.shape[1],)


def test_people_of_whom_some_answer_is_told_with_that_of_others_have_no_number() -> None:
    no = frozenset({"no"})
    records = [Released("t", {"a": frozenset("x")}, YES, ASKED, 9, 4, shown=True)]
    records += [Released("t", {"a": frozenset(code)}, YES, YES, 9, 4, shown=True) for code in "yz"]
    records.append(Released("t", {"a": frozenset("xyz")}, no, no, 9, 4, shown=True))
    found = unknowns(Topic("item", "2021", tuple(records)))
    # A no of y is not told from a no of z; both answers of x are.
    assert (found.domain == -1).tolist() == (~found.base[0]).tolist() == [False, False, True, True, True]
    assert len(set(found.domain[:2])) == 1


def test_a_derived_variable_is_worded_by_its_source() -> None:
    derived = {"side": ("group", {"g1": "s", "g2": "s", "g3": "t"})}
    records = (one({"side": "s"}, 9, 4), one({"group": "g1"}, 9, 4), one({"side": "t", "group": "g3"}, 9, 4))
    topic = Topic("item", "2021", records, derived)
    assert variables(topic) == ("group",)
    found = unknowns(topic)
    # g2 is in no record of its own and taken to be empty; g1 is all of the side.
    assert sorted(map(tuple, found.base[:, ::1].T.astype(int).tolist())) == [(0, 0, 1)] * 2 + [(1, 1, 0)] * 2
    assert variables(Topic("item", "2021", (one({"b": "x", "a": "y"}, 9),))) == ("a", "b")


@pytest.mark.parametrize(
    ("words", "cuts"),
    [
        (("3+", "3"), ["10", "11"]),
        (("3+", "4"), ["10", "11"]),
        (("2", "2+"), ["01", "11"]),
        (("0 1", "2+"), ["01", "10"]),
        (("1+", "none"), ["01", "10"]),
        (("3", "4"), ["01", "10"]),
        (("+", "a+"), ["01", "10"]),
    ],
)
def test_open_classes_are_cut(words: tuple[str, str], cuts: list[str]) -> None:
    found = unknowns(Topic("i", "w", tuple(one({"number": word}, 9) for word in words)))
    assert sorted({"".join(map(str, column)) for column in found.base.T.astype(int)}) == cuts


def test_releases_are_joined_by_item_and_wave() -> None:
    strata = Strata(("a",), {("x",): 2.0}, {("x",): 3})
    rules = {"side": ("group", {"g1": "s"})}
    first = [Topic("b", "2021", (one({}, 9, 4),), rules), Topic("a", "2021", ())]
    second = [
        Topic("b", "2021", (one({}, 8, 4),), {"more": ("x", {})}, strata),
        Topic("b", "2019", ()),
        Topic("b", "2021", (), {}, replace(strata, variables=("z",))),
    ]
    found = together([first, second])
    assert [topic.name for topic in found] == ["a 2021", "b 2019", "b 2021"]
    assert [r.n for r in found[2].released] == [9, 8]
    assert found[2].derived == {**rules, "more": ("x", {})}
    assert found[2].strata is strata
    assert Topic("a", "", ()).name == "a"
    assert repr(found[2]) == "Topic('b 2021', 2 records)"
    assert repr(one({}, 9)) == "Released(table='t')"


def test_an_edition_counts_those_before_it() -> None:
    (topic,) = edition([Topic("i", "2021", (one({"a": "x"}, 9),))], 3)
    assert topic.released[0].who == {"a": {"x"}, "_edition": {"1", "2", "3"}}


WORDS = {
    "exact": "told exactly",
    "narrow": "in too narrow an interval",
    "few": "with too few possible values",
    "insider": "told by another respondent",
    "implied": "given away by shown records together",
    "weighted": "told by weighted shares",
    "linked": "told by items that count them",
    "undecided": "not decided in time",
}


@pytest.mark.parametrize("name", WORDS)
def test_every_failure_fails_and_is_worded(name: str) -> None:
    group = GroupVerdict("i 2021", ("t", "u"), **{name: 2})
    assert not group.passed
    found = AttackVerdict((GroupVerdict("j"), group), ("c 2019",))
    assert found.failed == (group,)
    assert not found.passed
    assert found.message == f"i 2021 (t, u): 2 {WORDS[name]}\nc 2019: its records contradict each other"
    assert AttackVerdict((replace(group, tables=()),)).message == f"i 2021: 2 {WORDS[name]}"


def test_hidden_targets_and_spared_records_are_no_failures() -> None:
    found = AttackVerdict((GroupVerdict("i", ("t",), hidden=3, targets=2, spared=1),))
    assert (found.passed, found.failed, found.message) == (True, (), "")
    nothing = GroupVerdict("i")
    numbers = {getattr(nothing, name) for name in (*WORDS, "hidden", "targets", "spared")}
    assert numbers == {0}
    assert not AttackVerdict((), ("c",)).passed
