from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from barometri.disclosure.attack import Attack, Released, Topic, attack, edition, reach, targets, together
from barometri.disclosure.attack.queries import breaks_rule, question
from barometri.disclosure.attack.verdict import AttackVerdict, GroupVerdict
from barometri.study.plan import DisclosureRules
from tests.attack.tables import drawn, naive, values

RULES = DisclosureRules()
ASKED, YES = frozenset({"yes", "no"}), frozenset({"yes"})


def one(who: dict[str, str], n: float, k: float, *, shown: bool = True, table: str = "table") -> Released:
    ids = {variable: frozenset(words.split()) for variable, words in who.items()}
    return Released(table, ids, YES, ASKED, n, k, shown=shown)


def judged(*records: Released, how: Attack | None = None, rules: DisclosureRules = RULES) -> GroupVerdict:
    (group,) = attack([Topic("item", "2021", records)], rules, how).groups
    return group


def by_area(ks: Sequence[float], shown: Sequence[bool], *, n: float = 40) -> list[Released]:
    """Areas of ``n`` each under a shown total."""
    parts = [one({"area": f"a{i}"}, n, k, shown=s) for i, (k, s) in enumerate(zip(ks, shown, strict=True))]
    return [one({}, n * len(ks), sum(ks)), *parts]


def test_one_hidden_cell_under_a_shown_total_is_told() -> None:
    group = judged(*by_area([20, 17, 3], [True, True, False]))
    assert (group.hidden, group.targets, group.exact, group.narrow, group.few) == (1, 1, 1, 1, 1)
    assert not group.passed
    assert group.tables == ("table",)


def test_a_second_hidden_cell_protects_it() -> None:
    group = judged(*by_area([20, 17, 3], [True, False, False]))
    assert group == GroupVerdict("item 2021", hidden=2, targets=1)
    assert group.passed


def test_a_narrow_interval_fails_though_nothing_is_exact() -> None:
    group = judged(*by_area([20, 1, 3], [True, False, False]))
    assert (group.exact, group.narrow, group.few) == (0, 2, 0)


def test_an_interval_just_wide_enough_passes() -> None:
    assert judged(*by_area([20, 1, 4], [True, False, False]), how=Attack(insider=False)).passed


@pytest.mark.parametrize(
    ("n", "k", "breaks"),
    [(9, 5, True), (10, 5, False), (40, 4, True), (40, 5, False), (40, 35, False), (40, 36, True)],
)
def test_the_rule_at_its_thresholds(n: float, k: float, breaks: bool) -> None:
    assert breaks_rule(n, k, RULES) == breaks


def test_a_small_base_has_as_many_values_as_the_rule_leaves() -> None:
    def mean(who: dict[str, str], n: float, *, shown: bool) -> Released:
        return replace(one(who, n, np.nan, shown=shown), counted=frozenset())

    records = (
        mean({}, 60, shown=True),
        mean({"area": "a"}, 2, shown=False),
        mean({"area": "b"}, 58, shown=False),
    )
    asked = question(Topic("item", "2021", records), RULES)
    (target,) = (s.base.row for s in asked.secrets if s.is_unsafe)
    cases: tuple[tuple[targets.RuleReader, int], ...] = (("none", 61), ("alike", 20), ("classified", 10))
    for reader, number in cases:
        assert values(asked, target, RULES, reader, at_most=99) == number


def test_a_derived_variable_beside_its_source_narrows_it() -> None:
    derived = {"side": ("group", {"g1": "s", "g2": "s", "g3": "t"})}
    records = (one({"side": "s", "group": "g2 g3"}, 43, 23), one({"group": "g2"}, 43, 23))
    topic = Topic(
        "item", "2021", (one({"group": "g3"}, 30, 15), one({"group": "g1"}, 30, 15), *records), derived
    )
    assert attack([topic], RULES).passed


def test_a_hidden_row_with_its_base_is_told_by_the_total() -> None:
    group = judged(one({}, 60, 30), one({"area": "a"}, 52, 27), one({"area": "b"}, 8, 3, shown=False))
    assert (group.targets, group.exact) == (1, 1)


def test_a_shown_record_that_breaks_a_rule_fails() -> None:
    assert judged(one({}, 60, 3)).exact == 1
    assert judged(one({}, 60, 57)).exact == 1
    assert judged(one({}, 60, 30)).passed


def test_a_numerator_that_is_free_may_be_shown_but_not_a_small_base() -> None:
    assert judged(replace(one({}, 60, 3), is_free=True)).passed
    assert judged(replace(one({}, 8, 3), is_free=True)).exact == 1


def test_a_mean_has_only_a_base() -> None:
    mean = Released("mean", {"area": frozenset({"b"})}, frozenset(), ASKED, 8, float("nan"), shown=False)
    group = judged(one({}, 60, 30), one({"area": "a"}, 52, 27), mean)
    assert (group.targets, group.exact) == (1, 1)


def test_a_hidden_record_that_another_table_shows_is_no_secret() -> None:
    group = judged(one({}, 60, 30), one({}, 60, 30, shown=False, table="other"))
    assert (group.hidden, group.passed) == (0, True)


def test_a_derived_variable_gives_its_last_group_away() -> None:
    derived = {"side": ("group", {"g1": "s", "g2": "s", "g3": "t"})}
    records = (
        one({"side": "s"}, 80, 23),
        one({"group": "g1"}, 40, 20),
        one({"group": "g2"}, 40, 3, shown=False),
    )
    topic = Topic("item", "2021", records, derived)
    assert attack([topic], RULES).groups[0].exact == 1
    # A third group on the same side, in no record of its own, hides it.
    wider = {"side": ("group", {"g1": "s", "g2": "s", "g3": "s"})}
    more = (one({"side": "s"}, 120, 43), *records[1:])
    assert attack([Topic("item", "2021", more, wider)], RULES).groups[0].exact == 0


def test_open_classes_are_cut_where_others_cut_them() -> None:
    records = (
        one({"number": "3+"}, 70, 33),
        one({"number": "3"}, 30, 12),
        one({"number": "5+"}, 20, 18, shown=False),
        one({"number": "4"}, 20, 3, shown=False),
    )
    group = judged(*records)
    assert (group.targets, group.exact) == (2, 0)
    assert judged(*records, one({"number": "5+"}, 20, 18)).exact == 2


def test_a_variable_that_leaves_somebody_out_tells_less() -> None:
    parts = [one({"area": "a"}, 40, 20), one({"area": "b"}, 40, 3, shown=False)]
    assert judged(one({}, 80, 23), *parts).exact == 1
    # Twenty more are in no area: their answers hide those of area b.
    assert judged(one({}, 100, 35), *parts).exact == 0


def test_whoever_is_alone_in_a_hidden_cell_tells_another() -> None:
    hidden = by_area([20, 1, 5], [True, False, False], n=40)
    rules = DisclosureRules(minimum_k=6)
    group = judged(*hidden, rules=rules)
    assert (group.exact, group.narrow, group.insider) == (0, 0, 1)
    assert not group.passed
    assert judged(*hidden, rules=rules, how=Attack(insider=False)).passed


def test_whoever_is_alone_learns_nothing_where_three_are_hidden() -> None:
    assert judged(*by_area([20, 1, 4, 12], [True, False, False, False])).insider == 0


def test_a_reader_who_knows_which_records_break_the_rule_tells_more() -> None:
    # 44 of the two together: the first is at most 4, so the second is 40 or more, of 40.
    records = by_area([20, 4, 40], [True, False, False], n=40)
    assert judged(*records, how=Attack(rule="none")).few == 0
    assert judged(*records, how=Attack(rule="classified")).exact == 0
    narrow = [one({}, 80, 9), one({"area": "a"}, 40, 4, shown=False), one({"area": "b"}, 40, 5, shown=False)]
    assert judged(*narrow, how=Attack(rule="alike")).few == 0
    assert judged(*narrow, how=Attack(rule="classified")).few == 0
    tight = [one({}, 80, 6), one({"area": "a"}, 40, 1, shown=False), one({"area": "b"}, 40, 5, shown=False)]
    assert judged(*tight, how=Attack(rule="alike")).few == 0
    assert judged(*tight, how=Attack(rule="classified")).few == 1


def test_respondents_known_from_elsewhere_bound_who_cannot_say() -> None:
    unsure = frozenset({"?"})
    total = Released("table", {}, unsure, ASKED | unsure, 300, 40, shown=True)
    areas = [
        Released("table", {"area": frozenset({a})}, unsure, ASKED | unsure, n, k, shown=False)
        for a, n, k in (("a", 73, 3), ("b", 227, 37))
    ]
    answered = [one({"area": "a"}, 70, 33), one({"area": "b"}, 190, 80)]
    ceiling = Released(
        "responses",
        {"area": frozenset({"a"})},
        frozenset(),
        ASKED | unsure,
        74,
        np.nan,
        shown=True,
        is_ceiling=True,
    )
    assert judged(total, *areas, *answered).passed
    group = judged(total, *areas, *answered, ceiling)
    assert (group.exact, group.narrow) == (0, 1)


def test_rounding_leaves_an_interval_of_counts() -> None:
    parts = by_area([210, 180, 3], [True, True, False], n=400)
    rounded = [replace(r, share=round(r.k / r.n, 3), step=0.0005) if r.shown else r for r in parts]
    assert judged(*rounded, how=Attack(counts="exact")).exact == 1
    group = judged(*rounded, how=Attack(counts="rounded"))
    assert (group.exact, group.narrow) == (0, 1)
    # A coarser total leaves more, and a share that is not k / n (weights) nothing at all.
    coarse = [replace(r, step=0.005) if not r.who else r for r in rounded]
    assert judged(*coarse, how=Attack(counts="rounded")).narrow == 0
    weighted = [replace(r, share=0.9) if not r.who else r for r in rounded]
    assert judged(*weighted, how=Attack(counts="rounded")).narrow == 0


def test_two_shown_records_give_the_difference_away() -> None:
    group = judged(one({}, 60, 25), one({"area": "a b"}, 52, 22))
    assert (group.targets, group.implied, group.passed) == (0, 2, False)
    assert judged(one({}, 60, 25), one({"area": "a b"}, 40, 15)).passed
    assert judged(one({}, 60, 25), one({"area": "a b"}, 52, 22), how=Attack(implied=False)).passed


def test_a_difference_is_told_though_another_table_bounds_it() -> None:
    records = [
        Released("mean", {"area": frozenset(ids)}, frozenset(), ASKED, n, np.nan, shown=True)
        for ids, n in (("abc", 73), ("bc", 70))
    ]
    ceiling = replace(records[0], table="responses", who={"area": frozenset("a")}, n=40, is_ceiling=True)
    assert judged(*records).implied == judged(*records, ceiling).implied == 1
    assert judged(*records, replace(ceiling, shown=False, is_ceiling=False, n=3)).implied == 0


def test_a_difference_is_told_though_its_people_are_told_apart_elsewhere() -> None:
    shown = [one({"area": ids}, n, k) for ids, n, k in (("a b c", 80, 23), ("a", 40, 20))]
    hidden = [one({"area": ids}, 20, k, shown=False) for ids, k in (("b", 2), ("c", 1))]
    assert judged(*shown, *hidden).implied == 1
    assert judged(*shown, *hidden, one({"area": "b c"}, 40, 3, shown=False)).implied == 0


def test_a_difference_of_hidden_counts_or_of_bounds_is_not_told() -> None:
    whole, part, rest = one({}, 200, 100), one({"area": "a b"}, 60, 25), one({"area": "a"}, 52, 22)
    assert judged(whole, part, rest).implied == 2
    assert judged(whole, replace(part, shown=False), rest).implied == 0
    bounds = [replace(r, counted=frozenset(), k=np.nan, is_ceiling=True) for r in (part, rest)]
    assert judged(whole, *bounds).implied == 0


def test_a_difference_of_a_free_count_and_another_is_free() -> None:
    shown = [one({"area": ids}, n, k) for ids, n, k in (("a b", 80, 23), ("a", 40, 20))]
    assert judged(*shown).implied == 1
    for free in ((True, False), (False, True)):
        records = [replace(r, is_free=f) for r, f in zip(shown, free, strict=True)]
        assert judged(*records).implied == 0


def test_answers_of_the_same_people_are_subtracted_too() -> None:
    good = Released(
        "good", {}, frozenset({"good", "very"}), frozenset({"good", "very", "bad"}), 60, 30, shown=True
    )
    very = replace(good, table="very", counted=frozenset({"very"}), k=27)
    (group,) = attack([Topic("item", "2021", (good, very))], RULES).groups
    assert (group.implied, group.tables) == (1, ("good", "very"))
    assert attack([Topic("item", "2021", (good, replace(very, k=20)))], RULES).passed
    known = replace(very, table="asked", among=very.among | {"?"}, counted=frozenset({"?"}), n=63, k=3)
    (group,) = attack(
        [Topic("item", "2021", (good, replace(known, counted=good.counted, k=30)))], RULES
    ).groups
    assert group.implied == 1


def test_groups_that_several_releases_leave_over_are_found() -> None:
    # Inclusion and exclusion of four sums: nobody released the group in neither area nor class.
    records = (one({}, 200, 100), one({"area": "a"}, 120, 60), one({"class": "c"}, 110, 55))
    assert judged(*records).passed
    group = judged(*records, one({"area": "a", "class": "c"}, 36, 18))
    assert group.implied == 2


def test_people_left_over_are_found_though_their_answers_stay_open() -> None:
    def base(who: dict[str, str], n: float) -> Released:
        return replace(one(who, n, np.nan), counted=frozenset())

    records = [base({}, 200), base({"area": "a"}, 120), base({"class": "c"}, 110)]
    hidden = one({}, 200, 100, shown=False)
    for both, told in ((36, 1), (39, 1), (40, 0)):
        assert judged(*records, base({"area": "a", "class": "c"}, both), hidden).implied == told


def test_the_filter_attack_of_four_releases() -> None:
    rng = np.random.default_rng(5)
    codes = {"district": ["n", "e", "s", "w"], "group": ["g1", "g2", "g3", "g4"]}
    answers = ["a", "b", "c", "d", "e"]
    counts = {}
    for key in drawn(codes, answers, 1, rng):
        small = key[1] == "g4"
        counts[key] = int(rng.integers(0, 5)) if small else int(rng.integers(12, 40))
    district = {"district": codes["district"]}
    everybody = naive(
        {(d, a): sum(counts[d, g, a] for g in codes["group"]) for d in codes["district"] for a in answers},
        district,
        RULES,
    )
    without = []
    for left_out in ("g1", "g2", "g4"):
        kept = frozenset(codes["group"]) - {left_out}
        topic = naive(counts, codes, RULES, keep={"group": kept})
        rows = tuple(r for r in topic.released if r.who["group"] == kept)
        without.append(Topic("item", "2021", rows))
    releases = [[everybody], *([topic] for topic in without)]
    for release in releases:
        assert all(record.shown for topic in release for record in topic.released)
        assert attack(release, RULES).passed
    assert attack(together(releases[:3]), RULES).passed
    verdict = attack(together(releases), RULES)
    # Twenty counts of the group left out, its margin over districts aside.
    assert verdict.groups[0].implied >= 20


def test_late_answers_are_told_by_the_difference_of_two_editions() -> None:
    first = [Topic("item", "2021", (one({}, 60, 25), one({"area": "a"}, 30, 12)))]
    same = together([edition(first, 1), edition(first, 2)])
    assert attack(same, RULES).passed
    second = [Topic("item", "2021", (one({}, 61, 26), one({"area": "a"}, 31, 13)))]
    verdict = attack(together([edition(first, 1), edition(second, 2)]), RULES)
    assert verdict.groups[0].implied > 0


def test_a_hidden_record_that_another_release_shows_is_told() -> None:
    old = Topic("item", "2021", tuple(by_area([20, 17, 3], [True, False, False])))
    new = Topic("item", "2021", tuple(by_area([20, 17, 3], [False, True, False])))
    assert attack([old], RULES).passed
    assert attack(together([[old], [new]]), RULES).groups[0].exact == 1


@pytest.mark.parametrize("shape", [(5, 1), (4, 3)])
def test_naive_protection_gives_cells_away(shape: tuple[int, int]) -> None:
    codes = {"district": [f"d{i}" for i in range(shape[0])], "group": [f"g{i}" for i in range(shape[1])]}
    counts = drawn(codes, ["a", "b", "c", "d"], 400, np.random.default_rng(3))
    group = judged(*naive(counts, codes, RULES).released, how=Attack(whole=False, insider=False))
    assert group.exact > 0
    assert group.narrow >= group.exact


def test_contradicting_records_are_said_to_be_so() -> None:
    verdict = attack([Topic("item", "2021", (one({}, 50, 20), one({"area": "a"}, 60, 20)))], RULES)
    assert (verdict.contradictory, verdict.passed) == (("item 2021",), False)
    assert verdict.message == "item 2021: its records contradict each other"


def test_no_number_of_the_survey_is_worded() -> None:
    canary = 8675309.0
    records = by_area([20, 17, canary - 3], [True, True, False], n=canary)
    topic = Topic("item", "wave", tuple(records))
    verdict = attack([topic], RULES)
    words = f"{verdict!r} {verdict.message} {topic!r} {records!r}"
    assert not verdict.passed
    assert "86753" not in words
    assert verdict.message == (
        "item wave (table): 1 told exactly, 1 in too narrow an interval, 1 with too few possible values"
    )


def test_a_release_passes_only_when_every_group_does() -> None:
    good = GroupVerdict("a")
    assert AttackVerdict((good,)).passed
    assert AttackVerdict((good,)).message == ""
    for name in ("exact", "narrow", "few", "insider", "implied", "undecided", "weighted", "linked"):
        bad = GroupVerdict("b", (), **{name: 1})
        assert AttackVerdict((good, bad)).failed == (bad,)
    assert replace(good, spared=1).passed


def test_an_attack_that_runs_out_of_time_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object, **__: object) -> float:
        raise TimeoutError

    monkeypatch.setattr(reach, "least", late)
    group = judged(*by_area([20, 17, 3], [True, False, False]))
    assert (group.undecided, group.passed) == (1, False)
    monkeypatch.undo()
    monkeypatch.setattr(reach.Search, "values", lambda *_, **__: None)
    group = judged(*by_area([20, 17, 3], [True, False, False]))
    assert (group.undecided, group.passed) == (1, False)
