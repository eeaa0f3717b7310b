"""A release beside earlier ones: filters, corrections, late answers, thresholds, withdrawn reports."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from barometri.disclosure import joining
from barometri.disclosure.attack import Released, Topic
from barometri.disclosure.joining import Failure, failures
from barometri.disclosure.ledger_lines import Release
from barometri.study.plan import DisclosureRules
from tests.attack.test_linked import small
from tests.disclosure.releases import FILE, RULES, record, release

CORRECTED = {"2021": "cd" * 32}
GROUPS = {"a": (40, 22), "b": (38, 17), "c": (45, 25), "d": (36, 18), "e": (3, 2)}
"""Answers and numerators of five groups, of which one has three members."""


def of(groups: str, *, table: str, more: Sequence[int] = (0, 0)) -> Released:
    """A shown share of some groups."""
    n, k = (sum(GROUPS[g][place] for g in groups) + more[place] for place in (0, 1))
    return record(table, {"group": list(groups)}, n, k)


def part(name: str, first: str, second: str) -> Release:
    """A release by a variable that splits the groups in two."""
    return release(of(first, table=name), of(second, table=name), study=name[0] * 64)


TOTAL = release(of("abcde", table="total"), study="0" * 64)
FILTERS = [TOTAL, part("1", "ab", "cde"), part("2", "ac", "bde"), part("3", "cd", "abe")]


def causes(found: tuple[Failure, ...]) -> list[str]:
    return [failure.cause for failure in found]


def test_each_release_of_the_filter_attack_is_harmless_by_itself() -> None:
    for one in FILTERS:
        assert failures(one, (), RULES) == ()


def test_the_release_that_completes_a_filter_is_refused() -> None:
    for number in range(1, 4):
        found = failures(FILTERS[number], FILTERS[:number], RULES)
        assert causes(found) == (["before"] if number == 3 else [])
    assert found[0].tables == ("3",)
    assert set(found[0].studies) == {"0" * 64, "1" * 64, "2" * 64}


def test_what_discloses_by_itself_is_told_apart() -> None:
    whole, left = record("whole", {}, 162, 84), record("left", {"group": ["a", "b", "c", "d"]}, 159, 82)
    (found,) = failures(release(whole, left), [FILTERS[1]], RULES)
    assert (found.cause, found.studies) == ("alone", ())
    assert set(found.tables) == {"left", "whole"}


def test_a_hidden_record_told_by_an_earlier_table_is_refused() -> None:
    rows = [record("rows", {"group": [g]}, *GROUPS[g], shown=g not in "de") for g in GROUPS]
    with_total = release(*rows, of("abcde", table="rows"))
    assert failures(with_total, (), RULES) == ()
    (found,) = failures(with_total, [release(of("d", table="one"), study="9" * 64)], RULES)
    assert (found.cause, found.tables, found.studies) == ("before", ("rows",), ("9" * 64,))


def test_a_derived_variable_that_meant_something_else_keeps_its_meaning() -> None:
    def sided(table: str, a: str, b: str) -> Release:
        codes = {"x": a, "y": b}
        rows = [
            record(table, {"side": [side]}, *(sum(GROUPS[g][i] for g in own) for i in (0, 1)))
            for side, own in codes.items()
        ]
        mapping = {group: side for side, own in codes.items() for group in own}
        return release(*rows, study=table[0] * 64, derived={"side": ("group", mapping)})

    releases = [TOTAL, sided("1", "ab", "cde"), sided("2", "ac", "bde"), sided("3", "cd", "abe")]
    for number in range(1, 3):
        assert failures(releases[number], releases[:number], RULES) == ()
    assert causes(failures(releases[3], releases[:3], RULES)) == ["before"]


def test_another_wave_or_item_is_another_matter() -> None:
    topic = replace(FILTERS[3].topics[0], wave="2019")
    assert failures(replace(FILTERS[3], topics=(topic,)), FILTERS[:3], RULES) == ()


def test_a_release_that_says_nothing_new_is_not_attacked(monkeypatch: pytest.MonkeyPatch) -> None:
    known = replace(FILTERS[1], study="f" * 64)
    renamed = [replace(r, table="another") for r in known.topics[0].released[:1]]

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(joining, "attack", never)
    assert failures(release(*renamed), FILTERS[:3], RULES) == ()
    with pytest.raises(AssertionError):
        failures(FILTERS[3], FILTERS[:3], RULES)
    stricter = replace(RULES, minimum_n=11)
    with pytest.raises(AssertionError):
        failures(release(*renamed, rules=stricter), FILTERS[:3], stricter)


# --------------------------------------------------------------------------------- withdrawn, thresholds


@pytest.mark.parametrize("withdrawn", ["2" * 12, "ab" * 8])
def test_a_withdrawn_release_is_not_held_against_a_new_one(withdrawn: str) -> None:
    """By the study of one report, or by the file that all reports rested on."""
    rules = replace(RULES, withdrawn=(withdrawn,))
    earlier = [TOTAL, replace(FILTERS[1], study="2" * 64)]
    last = release(of("cd", table="3"), of("abe", table="3"), files=CORRECTED, rules=rules)
    same = replace(last, inputs=FILE)
    assert causes(failures(same, earlier, RULES)) == ["before"]
    assert failures(last if withdrawn.startswith("ab") else same, earlier, rules) == ()


def test_higher_thresholds_do_not_refuse_what_lower_ones_had_shown() -> None:
    small = release(record("t", {"group": ["a"]}, 12, 6), record("t", {"group": ["b"]}, 60, 30))
    higher = replace(RULES, minimum_n=20)
    hidden = release(
        record("t", {"group": ["a"]}, 12, 6, shown=False), record("t", {"group": ["b"]}, 60, 30), rules=higher
    )
    assert failures(hidden, [small], higher) == ()
    told = release(*hidden.topics[0].released, record("t", {}, 72, 36), rules=higher)
    assert causes(failures(told, [small], higher)) == ["alone"]


# --------------------------------------------------------------------------------------------- corrections


def test_the_same_answers_in_another_file_are_the_same_respondents() -> None:
    last = replace(FILTERS[3], inputs=CORRECTED)
    assert causes(failures(last, FILTERS[:3], RULES)) == ["before"]


@pytest.mark.parametrize(("late", "cause"), [((0, 0), None), ((3, 1), "before"), ((25, 12), None)])
def test_few_late_answers_are_not_published_beside_the_first_edition(
    late: tuple[int, int], cause: str | None
) -> None:
    first = release(of("abcd", table="t"))
    second = release(of("abcd", table="t", more=late), files=CORRECTED)
    assert causes(failures(second, [first], RULES)) == ([] if cause is None else [cause])


@pytest.mark.parametrize(
    ("change", "cause"), [((-2, -1), "correction"), ((0, -1), "correction"), ((-30, -12), None)]
)
def test_a_correction_that_takes_few_answers_away_is_refused(
    change: tuple[int, int], cause: str | None
) -> None:
    first = release(of("abcd", table="t"), study="7" * 64)
    second = release(of("abcd", table="t", more=change), files=CORRECTED)
    found = failures(second, [first], RULES)
    assert causes(found) == ([] if cause is None else [cause])
    assert all((f.tables, f.studies) == (("t",), ("7" * 64,)) for f in found)


def test_a_correction_does_not_open_the_way_to_a_filter() -> None:
    """Answers changed, so that no system holds both releases: the group left out is told all the same."""
    first = release(of("ab", table="t"), of("cd", table="t"))
    second = release(of("abe", table="u"), record("t", {"group": ["c", "d"]}, 60, 30), files=CORRECTED)
    assert "u" in failures(second, [first], RULES)[0].tables


def test_a_correction_does_not_tell_what_another_pattern_hid() -> None:
    """Each release hides two of three records; both together would leave one of them to be subtracted."""

    def rows(shown: str, change: int) -> list[Released]:
        sizes = {"a": (40, 20), "b": (38, 17), "c": (14, 3)}
        own = [record("t", {"group": [g]}, *sizes[g], shown=g in shown) for g in sizes]
        return [*own, record("t", {}, 92, 40), record("u", {"sex": ["f"]}, 80 - change, 33)]

    first, second = release(*rows("a", 0)), release(*rows("b", 20), files=CORRECTED)
    assert failures(second, (), RULES) == ()
    (found,) = failures(second, [first], RULES)
    assert (found.cause, found.tables) == ("correction", ("t",))


def test_recoded_answers_of_one_file_are_judged_as_a_correction() -> None:
    first, second = release(of("abcd", table="t")), release(of("abcd", table="t", more=(0, 2)))
    assert causes(failures(second, [first], RULES)) == ["correction"]
    large = release(of("abcd", table="t", more=(0, 40)))
    assert failures(large, [first], RULES) == ()


def test_a_release_that_contradicts_itself_is_refused() -> None:
    rules = DisclosureRules()
    found = failures(release(of("ab", table="t"), of("ab", table="u", more=(20, 1))), (), rules)
    assert causes(found) == ["contradiction"]


def counting(*topics: Topic, study: str) -> Release:
    return replace(release(study=study), topics=topics)


def test_items_that_count_one_another_are_attacked_together() -> None:
    (found,) = failures(counting(*small(), study="0" * 64), (), RULES)
    assert (found.topic, found.tables, found.cause, found.studies) == ("m1 2021", ("m1",), "alone", ())


def test_a_number_of_models_is_attacked_beside_the_models_published_before() -> None:
    first, second, number = small()
    before = counting(first, second, study="0" * 64)
    assert failures(before, (), RULES) == ()
    assert failures(counting(number, study="1" * 64), (), RULES) == ()
    (found,) = failures(counting(number, study="1" * 64), [before], RULES)
    assert (found.topic, found.tables, found.cause) == ("m1 2021", ("classes",), "before")
    assert found.studies == ("0" * 64,)


def test_models_of_another_file_are_not_counted_by_a_number_of_models() -> None:
    first, second, number = small()
    before = replace(counting(first, second, study="0" * 64), inputs=CORRECTED)
    assert failures(counting(number, study="1" * 64), [before], RULES) == ()
