"""Which records are the same, what an earlier release is held to, and whom a refusal names."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from barometri.disclosure import joining
from barometri.disclosure.attack import Topic, attack
from barometri.disclosure.joining import BEFORE, Failure, failures, is_withdrawn
from barometri.disclosure.ledger_lines import Release
from barometri.study.plan import DisclosureRules
from tests.disclosure.releases import FILE, NO, RULES, YES, record, release

LATER = {"2021": "cd" * 32}


class AttackedError(Exception):
    """An attack was begun."""


@pytest.fixture
def attacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every attack visible."""

    def begun(*_: object) -> None:
        raise AttackedError

    monkeypatch.setattr(joining, "_attacked", begun)


def is_known(new: Release, earlier: Sequence[Release], rules: DisclosureRules = RULES) -> bool:
    """Whether a release passes unattacked; needs the fixture."""
    try:
        assert failures(new, earlier, rules) == ()
    except AttackedError:
        return False
    return True


ONE = record("t", {"group": ["a"]}, 40, 22)
STANDS = release(ONE)


@pytest.mark.usefixtures("attacks")
@pytest.mark.parametrize(
    ("change", "known"),
    [
        ({}, True),
        ({"table": "u"}, True),
        ({"who": {"group": frozenset("b")}}, False),
        ({"who": {"district": frozenset("a")}}, False),
        ({"who": {}}, False),
        ({"counted": frozenset({NO})}, False),
        ({"among": frozenset({YES, NO, "other"})}, False),
        ({"n": 41.0}, False),
        ({"k": 23.0}, False),
        ({"k": float("nan")}, False),
        ({"shown": False}, False),
        ({"share": 0.55}, False),
        ({"step": 0.005}, False),
        ({"is_free": True}, False),
        ({"is_ceiling": True}, False),
        ({"people": 400.0}, False),
    ],
)
def test_a_record_is_known_when_all_it_says_was_said(change: dict[str, object], *, known: bool) -> None:
    """The table it stands in says nothing; a record of other people with the same counts is another."""
    assert is_known(release(replace(ONE, **change)), [STANDS]) == known  # type: ignore[arg-type]


@pytest.mark.usefixtures("attacks")
def test_unknown_numbers_are_equal_to_each_other() -> None:
    first, second = (replace(ONE, k=float(word), table=word) for word in ("nan", "NaN"))
    assert is_known(release(first), [release(second)])


@pytest.mark.usefixtures("attacks")
def test_known_records_are_attacked_anew_where_anything_about_them_changed() -> None:
    """Another file, other thresholds, other withdrawals, another derivation, another wave or item."""
    assert is_known(release(ONE), [STANDS])
    assert not is_known(release(ONE, files=LATER), [STANDS])
    assert is_known(release(ONE, files=LATER), [STANDS, release(ONE, files=LATER)])
    stricter = replace(RULES, minimum_k=6)
    assert not is_known(release(ONE, rules=stricter), [STANDS], stricter)
    withdrawn = replace(RULES, withdrawn=("9" * 12,))
    assert not is_known(release(ONE, rules=withdrawn), [STANDS], withdrawn)
    assert is_known(release(ONE, rules=withdrawn), [release(ONE, rules=withdrawn)], withdrawn)
    assert not is_known(release(ONE, derived={"side": ("group", {"a": "x"})}), [STANDS])
    assert not is_known(_moved(STANDS, item="other"), [STANDS])
    assert not is_known(_moved(STANDS, wave="2019"), [STANDS])
    assert not is_known(release(ONE, replace(ONE, n=41.0)), [STANDS])
    assert not is_known(STANDS, [])


def _moved(known: Release, **change: str) -> Release:
    return replace(known, topics=tuple(replace(topic, **change) for topic in known.topics))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wave", "given", "withdrawn"),
    [
        ("2021", ("1" * 8,), True),
        ("2019", ("1" * 8,), True),
        ("2021", ("abab",), True),
        ("2019", ("abab",), False),
        ("2021", ("b",), False),
        ("2021", ("2", "abab"), True),
        ("2021", (), False),
    ],
)
def test_a_release_is_withdrawn_by_the_beginning_of_its_study_or_of_its_file(
    wave: str, given: tuple[str, ...], *, withdrawn: bool
) -> None:
    assert is_withdrawn(STANDS, wave, given) == withdrawn


# --------------------------------------------------------------------------------- joining, naming, limits


def test_earlier_tables_are_marked_and_their_derived_variables_renamed_where_they_differ() -> None:
    old = Topic(
        "item",
        "2021",
        (record("t", {"side": ["x"], "group": ["a"], "area": ["n"]}, 40, 22),),
        {"side": ("group", {"a": "x"}), "area": ("place", {"1": "n"}), "own": ("group", {"a": "y"})},
    )
    new = Topic(
        "item", "2021", (), {"side": ("group", {"a": "z"}), "area": ("place", {"1": "n"})}
    )  # fmt: skip
    found = joining._renamed(old, new)
    (only,) = found.released
    assert only.table == f"t{BEFORE}"
    (moved,) = set(only.who) - {"group", "area"}
    assert moved.startswith("side ")
    assert only.who == {moved: {"x"}, "group": {"a"}, "area": {"n"}}
    assert found.derived == {
        moved: ("group", {"a": "x"}),
        "area": ("place", {"1": "n"}),
        "own": ("group", {"a": "y"}),
    }
    assert (found.item, found.wave) == ("item", "2021")


def test_what_is_said_twice_is_kept_once_under_its_new_name() -> None:
    """An own table comes before one published before; what was ever set free stays free."""
    old, new = replace(ONE, table=f"u{BEFORE}"), replace(ONE, table="z")
    other = record("v", {"group": ["b"]}, 40, 22)
    kept = joining._distinct(Topic("item", "2021", (old, new, other), {})).released
    assert {r.table for r in kept} == {"z", "v"}
    free = replace(old, is_free=True)
    both = joining._distinct(Topic("item", "2021", (free, new, other), {})).released
    assert {(r.table, r.is_free) for r in both} == {("z", True), ("v", False)}


def test_the_lowest_thresholds_that_were_ever_used_hold() -> None:
    def before(n: int, k: int) -> joining._Earlier:
        return joining._Earlier(STANDS.topics[0], "1", "", {"minimum_n": n, "minimum_k": k}, ())

    rules = DisclosureRules(minimum_n=12, minimum_k=6, unreliable=33)
    assert joining._lowest([], rules) == rules
    assert joining._lowest([before(20, 9)], rules) == rules
    found = joining._lowest([before(11, 9), before(15, 4)], rules)
    assert found == replace(rules, minimum_n=11, minimum_k=4)


def test_a_failure_names_own_tables_else_those_that_say_something_new() -> None:
    fresh = record("fresh", {"group": ["b"]}, 38, 17)
    past = joining._Earlier(replace(STANDS.topics[0]), "7" * 64, "", {}, ())
    whole = Topic("item", "2021", (ONE, fresh, replace(fresh, table=f"old{BEFORE}", n=50.0)), {})
    by_name = joining._failure(whole, [past, past], "before", frozenset({"z", "b", f"old{BEFORE}"}))
    assert by_name == Failure(whole.name, ("b", "z"), "before", ("7" * 64,))
    by_news = joining._failure(whole, [past], "time", frozenset({f"old{BEFORE}"}))
    assert by_news == Failure(whole.name, ("fresh",), "time", ())


def test_the_same_file_joins_records_and_another_makes_an_edition() -> None:
    """Who answered late is told apart from those before: each edition holds the one before it."""
    past = joining._Earlier(joining._renamed(STANDS.topics[0], STANDS.topics[0]), "1", FILE["2021"], {}, ())
    own = release(record("t", {"group": ["a"]}, 43, 23)).topics[0]
    same = joining._joined(own, [past], FILE["2021"])
    assert {tuple(r.who) for r in same.released} == {("group",)}
    later = joining._joined(own, [past], LATER["2021"])
    assert len({tuple(sorted(r.who.items())) for r in later.released}) == 2
    assert joining._contradicts(same, RULES)
    assert not joining._contradicts(later, RULES)


@pytest.mark.parametrize(
    ("found", "cause"), [({"undecided": 1}, "time"), ({"undecided": 1, "exact": 1}, "alone")]
)
def test_only_what_time_alone_left_open_is_a_matter_of_time(
    found: dict[str, int], cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = attack([STANDS.topics[0]], RULES)
    (group,) = passed.groups
    failed = replace(passed, groups=(replace(group, **found),))  # type: ignore[arg-type]
    monkeypatch.setattr(joining, "attack", lambda *_: failed)
    (failure,) = failures(STANDS, (), RULES)
    assert failure.cause == cause


@pytest.mark.parametrize(
    ("beside", "cause", "studies"), [("time", "time", ()), ("alone", "before", ("1" * 64,))]
)
def test_what_fails_only_beside_earlier_releases_says_whether_time_ran_out(
    beside: str, cause: str, studies: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def attacked(topic: Topic, _: DisclosureRules) -> tuple[str, frozenset[str]] | None:
        joined = any(one.table.endswith(BEFORE) for one in topic.released)
        return (beside, frozenset({"u"})) if joined else None

    monkeypatch.setattr(joining, "_attacked", attacked)
    (failure,) = failures(release(record("u", {"group": ["b"]}, 38, 17)), [STANDS], RULES)
    assert (failure.cause, failure.tables, failure.studies) == (cause, ("u",), studies)


@pytest.mark.parametrize(
    ("earlier", "rules", "attacked"),
    [
        ([], RULES, ["alone"]),
        ([STANDS], RULES, ["beside"]),
        ([STANDS], replace(RULES, minimum_n=12), ["alone", "beside"]),
        ([release(ONE, files=LATER)], RULES, ["alone", "beside"]),
        ([STANDS, release(ONE, files=LATER)], RULES, ["alone", "beside"]),
    ],
)
def test_what_earlier_releases_may_blur_is_attacked_alone_first(
    earlier: list[Release], rules: DisclosureRules, attacked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lower thresholds, and the weights of another file, say less of what is new."""
    seen: list[str] = []

    def noted(topic: Topic, _: DisclosureRules) -> None:
        seen.append("beside" if any(one.table.endswith(BEFORE) for one in topic.released) else "alone")

    monkeypatch.setattr(joining, "_attacked", noted)
    assert failures(release(record("u", {"group": ["b"]}, 38, 17), rules=rules), earlier, rules) == ()
    assert seen == attacked
