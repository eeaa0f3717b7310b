"""One pattern carried over the years: what a report hides, a later one does not tell, in any order."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from barometri.analysis import analyse
from barometri.claims import judge
from barometri.disclosure.cells import Group, Record, Stands
from barometri.disclosure.gate import Gate, release_of
from barometri.disclosure.ledger import Ledger
from barometri.disclosure.lines import Line, by_topic
from barometri.disclosure.pattern import pattern
from barometri.disclosure.protect import protect
from barometri.disclosure.release import groups, lines_of
from barometri.disclosure.suppress import suppress
from barometri.errors import DisclosureError, StudyError
from barometri.estimates import TOTAL
from barometri.results import ClaimResult, Results
from barometri.study.plan import DisclosureRules
from barometri.study.reading import read_study
from barometri.study.study import Study
from barometri.survey import Survey

RULES = DisclosureRules()
ATOMS = ("yes", "no")
PEOPLE = {"a": (12, 2), "b": (60, 30), "c": (300, 140), "d": (40, 20)}


def row(table: str, place: int, groups: str, stands: Stands = "", worth: float = 1.0) -> Record:
    """Return a record of several groups together."""
    n, k = (sum(PEOPLE[group][part] for group in groups) for part in (0, 1))
    who = {"group": frozenset(groups)}
    return Record(table, place, who, frozenset({"yes"}), frozenset(ATOMS), n, k, worth, stands=stands)


def hidden(*own: str, worth: float = 1.0, **before: Stands) -> list[str]:
    """Return the rows of a table that are hidden beside an earlier one; the last is worth so much."""
    price = [1.0] * (len(own) - 1) + [worth]
    records = tuple(row("now", place, groups, worth=price[place]) for place, groups in enumerate(own))
    past = tuple(row("then", place, *entry) for place, entry in enumerate(before.items()))
    found = suppress(Group("item", "2021", ATOMS, records, standing=past), RULES)
    assert found.hidden.shape == found.primary.shape == (len(own),)
    return [groups for groups, gone in zip(own, found.hidden, strict=True) if gone]


def test_what_is_hidden_beside_a_small_count_stays_hidden() -> None:
    """Earlier b was hidden to keep a; a later table without a would tell b, and a with it."""
    assert hidden("abc", "c", "b", "a") == ["b", "a"]
    assert hidden("c", "b") == []
    assert hidden("c", "b", abc="shown", c="shown", a="hidden", b="hidden") == ["b"]


def test_what_was_shown_cannot_be_hidden_any_more() -> None:
    """Where b was shown another row is hidden beside a, whatever it is worth."""
    assert hidden("abc", "b", "a", "c", worth=9.0) == ["b", "a"]
    assert hidden("abc", "b", "a", "c", worth=9.0, b="shown") == ["abc", "a"]
    assert hidden("abc", "b", "a", "c", worth=9.0, b="shown", abc="shown") == ["a", "c"]


def test_what_was_hidden_costs_nothing_to_hide() -> None:
    """Beside a the cheaper of two rows is hidden; one that is hidden already in an earlier table as well."""
    assert hidden("abd", "a", "b", "d") == ["a", "d"]
    assert hidden("abd", "a", "b", "d", d="hidden") == ["a", "d"]
    assert hidden("abd", "a", "b", "d", d="shown") == ["a", "b"]


def test_a_small_count_of_an_earlier_table_alone_is_kept_too() -> None:
    """The later table has no small count of its own: with what stands it would tell one."""
    assert hidden("bc", "c", abc="shown", a="hidden") == ["bc"]
    assert hidden("bc", "c", abc="shown") == ["bc"]  # who is in the earlier one alone is a group as well
    assert hidden("bc", "c") == []


def test_what_stands_and_cannot_be_helped_is_left_to_the_attack() -> None:
    """All was shown before, the small count among what follows: what is hidden now is as if alone."""
    alone = hidden("abc", "c", "b", "a")
    assert hidden("abc", "c", "b", "a", abc="shown", c="shown", b="shown") == alone


def test_an_earlier_group_is_known_by_the_code_of_its_own_wave() -> None:
    """A table over waves calls the employees of 2017 by the name of 2021; they are the same people."""
    line = Line("cooperation", "2017", "", "answered", "t", 0, {"group": "decision_specialist"}, 351.0, 100.0)
    later = replace(line, wave="2019")
    named = replace(line, who={"group": ("decision_specialist", "supervisor"), "district": "itainen"})
    study = read_study()
    ((found,), (same,), (several,)) = (by_topic([one], study).values() for one in (line, later, named))
    assert found[0].who == {"group": ("kela_employee",)}
    assert same[0].who == {"group": "decision_specialist"}
    assert several[0].who == {"group": ("kela_employee", "supervisor"), "district": ("itainen",)}


def test_what_several_earlier_reports_say_stands_once(demo_results: Results) -> None:
    """Each report shows the waves before it again: a record stands once as shown, and once as hidden."""
    past, rules = demo_results.earlier[0], demo_results.study.disclosure
    lines = lines_of(past.tables, {}, past.study, past.wave, rules)
    shown, hid = ([replace(line, stands=word) for line in lines] for word in ("shown", "hidden"))

    def standing(*before: Line) -> list[int]:
        found = groups(past.tables, {}, past.study, past.wave, rules=rules, before=before)
        return [len(group.standing) for group in found]

    once = standing(*shown)
    assert 0 < sum(once) < len(lines)
    assert standing(*shown, *shown) == once
    assert standing(*shown, *hid, *shown) == [2 * number for number in once]


def test_a_run_carries_the_reports_of_earlier_waves(demo_results: Results) -> None:
    assert [past.wave for past in demo_results.earlier] == [2017, 2018, 2019]
    assert all(not past.earlier for past in demo_results.earlier)
    assert {year for past in demo_results.earlier for year in (w.year for w in past.waves)} == {
        2017,
        2018,
        2019,
    }


def test_an_earlier_report_that_cannot_be_made_does_not_stop_a_later_one(
    demo_surveys: Mapping[int, Survey], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(study: Study, surveys: Mapping[int, Survey], year: int) -> tuple[ClaimResult, ...]:
        if year == 2018:
            raise StudyError("claims.toml: no claim of this wave can be judged.")
        return judge(study, surveys, year)

    monkeypatch.setattr("barometri.analysis.running.judge", refusing)
    found = analyse(read_study(), demo_surveys, wave=2019)
    assert [past.wave for past in found.earlier] == [2017]
    with pytest.raises(StudyError, match="no claim of this wave"):
        analyse(read_study(), demo_surveys, wave=2018)


def test_an_earlier_report_that_cannot_be_published_is_passed_over(demo_results: Results) -> None:
    """Its rules are those of now: where these refuse it, nothing of it was ever shown."""
    few = {"good_cooperation_by_group": demo_results.tables["good_cooperation_by_group"]}
    alone = replace(demo_results, earlier=(), tables=few, claims=(), published_figures=())
    rules = replace(demo_results.study.disclosure, maximum_cells=12)
    for past in demo_results.earlier:
        with pytest.raises(DisclosureError, match="more than the 12"):
            pattern(replace(past, earlier=()), rules)
    beside = pattern(replace(alone, earlier=demo_results.earlier), rules)
    assert beside.short == pattern(alone, rules).short == frozenset()


def test_a_later_report_hides_what_an_earlier_one_hid(demo_results: Results) -> None:
    """Few supervisors could not say in 2017, so directors were hidden too: beside others they stay so."""
    past = demo_results.earlier[0]
    name, found = "cooperation_by_group", pattern(past, past.study.disclosure)
    table = found.tables[name]
    unsure = (table.estimates.frame["category"] == "cannot_say").to_numpy()
    group = table.estimates.frame["group"].astype(str).to_numpy()
    assert list(group[found.hidden[name]]) == ["supervisor", "social_director"]
    kept = np.flatnonzero(unsure & ~np.isin(group, ["supervisor", TOTAL]))
    fewer = replace(
        table.estimates,
        frame=table.estimates.frame.iloc[kept].reset_index(drop=True),
        counts=table.estimates.counts.iloc[kept].reset_index(drop=True),
        covariance=table.estimates.covariance[np.ix_(kept, kept)],
    )
    few = replace(table, estimates=fewer)
    alone = replace(past, tables={name: few}, claims=(), published_figures=())
    later = pattern(replace(alone, earlier=(past,)), past.study.disclosure)
    assert not pattern(alone, past.study.disclosure).hidden[name].any()
    assert later.hidden[name].sum() == 1
    assert later.short == found.short


@pytest.mark.slow
@pytest.mark.parametrize(
    "order", [(2017, 2018, 2019, 2021), (2021, 2018, 2019, 2017), (2019, 2021, 2017, 2018)]
)
def test_all_years_of_the_demonstration_in_one_ledger(
    demo_surveys: Mapping[int, Survey], tmp_path: Path, order: tuple[int, ...]
) -> None:
    """Whatever the order, each year's report stands beside those before it; and it is the same report."""
    study = read_study()
    gate = Gate(study, Ledger(tmp_path / "ledger"))
    files = {year: f"{year:064d}" for year in demo_surveys}
    for wave in order:
        results = analyse(study, demo_surveys, wave=wave)
        release = release_of(results, protect(results), {y: h for y, h in files.items() if y <= wave})
        gate.record(release, gate.judge(release))
    assert len(Ledger(tmp_path / "ledger").read().releases) == len(order)


def test_few_numbers_of_the_demonstration_are_withheld_year_by_year(demo_results: Results) -> None:
    """A pattern carried over the years hides little: rows of what few cannot say, and of who answered."""
    runs = (*demo_results.earlier, demo_results)
    for place, run in enumerate(runs):
        found = pattern(replace(run, earlier=runs[:place]), run.study.disclosure)
        assert 0 < sum(int(np.sum(found.hidden[name])) for name in run.tables) <= 6, run.wave
