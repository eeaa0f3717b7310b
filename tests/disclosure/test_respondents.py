"""Numbers of respondents bound what is hidden: every wave of the demonstration can be published by itself."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from barometri.analysis import analyse
from barometri.disclosure.cells import CANNOT_SAY, UNASKED, Group, Record
from barometri.disclosure.gate import attack
from barometri.disclosure.protect import protect
from barometri.disclosure.protected import SUPPRESSED
from barometri.disclosure.release import SENTENCE
from barometri.disclosure.respondents import RESPONSE_RATES, Rates, rates_of, with_respondents
from barometri.disclosure.suppress import suppress
from barometri.estimates import TOTAL, Estimates
from barometri.loading import read_surveys
from barometri.results import AnalysisResult, Provenance, Results, WaveSummary
from barometri.study.codebook import Codebook
from barometri.study.plan import Analysis, DisclosureRules
from barometri.study.reading import read_study

ASKED = frozenset({"good", "bad", CANNOT_SAY})
EVERY = ASKED | {UNASKED}
SEVERAL = Group("item", "2021", ("good", "bad", CANNOT_SAY), ())
study = cache(read_study)


def record(group: str, n: float, k: float, among: frozenset[str], counted: frozenset[str]) -> Record:
    return Record("table", 0, {"group": frozenset({group})} if group else {}, counted, among, n, k)


def beside_respondents() -> tuple[Group, Group]:
    """Return an item of three groups, alone and beside numbers of respondents that leave a count no room."""
    known, unsure = frozenset({"good", "bad"}), frozenset({CANNOT_SAY})
    sizes = {"a": (60.0, 7.0), "b": (90.0, 3.0), "c": (200.0, 40.0)}
    whole = sum(n for n, _ in sizes.values()), sum(k for _, k in sizes.values())
    rows = {**sizes, "": whole}
    records = [record(name, n, n / 2, known, frozenset({"good"})) for name, (n, _) in rows.items()]
    records += [record(name, n + k, k, ASKED, unsure) for name, (n, k) in rows.items()]
    ceilings = [
        record(name, n + k, np.nan, ASKED | {"_unasked"}, frozenset()) for name, (n, k) in rows.items()
    ]
    alone = Group("item", "2021", ("good", "bad", CANNOT_SAY), tuple(records))
    return alone, Group("item", "2021", alone.atoms, alone.records, ceilings=tuple(ceilings))


def test_more_is_hidden_where_respondents_leave_a_count_no_room() -> None:
    fewest, found = (suppress(group, DisclosureRules()) for group in beside_respondents())
    assert found.hidden.sum() + found.ceilings.sum() > fewest.hidden.sum()


def test_where_respondents_cannot_be_heeded_records_are_hidden_as_without_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone, beside = beside_respondents()

    def helpless(
        _forbidden: object, _told: object, _primary: object, hidden: np.ndarray, **_: object
    ) -> np.ndarray | None:
        return hidden if len(hidden) == len(alone.records) else None

    monkeypatch.setattr("barometri.disclosure.suppress.kept_from_insiders", helpless)
    fewest, found = (suppress(group, DisclosureRules()) for group in (alone, beside))
    assert found.hidden.tolist() == fewest.hidden.tolist()
    assert not found.ceilings.any()


def answering(*rows: tuple[str, float], by: str = "group", wave: str = "") -> AnalysisResult:
    """A table of respondents by group, in a column of waves where one is named."""
    keys = [{by: code} | ({"wave": wave} if wave else {}) for code, _ in rows]
    counts = pd.DataFrame({"k": [k for _, k in rows]})
    made = Estimates(pd.DataFrame(keys), np.eye(len(rows)), (by,), "proportion", "made up", counts)
    return AnalysisResult(Analysis(id="rates", verb=RESPONSE_RATES), made)


def run(**tables: AnalysisResult) -> Results:
    """Two waves, of 812 and 1047 respondents; the report of the later one."""
    waves = tuple(
        WaveSummary(
            year, n, "strata", "", has_weights=True, has_district=True, has_area=True, weight_ratio=1.0
        )
        for year, n in ((2019, 812), (2021, 1047))
    )
    return Results(study(), 2021, tables, (), waves, Provenance({}, "", ""))


def told(*rates: Rates, group: Group = SEVERAL) -> list[tuple[str, int, dict[str, list[str]], float]]:
    """Return what is said of the respondents of a group: table, row, who, and how many."""
    found = with_respondents(group, rates, run()).ceilings
    assert all((one.base, one.numerator) == (EVERY, frozenset()) for one in found)
    assert all(np.isnan(one.k) for one in found)
    return [(one.table, one.row, {v: sorted(i) for v, i in one.restriction.items()}, one.n) for one in found]


EVERYBODY: tuple[str, int, dict[str, list[str]], float] = ("", 0, {}, 1047.0)


def test_all_respondents_of_its_wave_stand_beside_an_item() -> None:
    """They are of no table, nobody restricts them, and a hundred sentences are worth less."""
    assert told() == [EVERYBODY]
    assert told(group=replace(SEVERAL, wave="2019")) == [("", 0, {}, 812.0)]
    assert told(group=replace(SEVERAL, wave="2017")) == []
    (everybody,) = with_respondents(SEVERAL, (), run()).ceilings
    assert everybody.worth == 100 * SENTENCE
    assert everybody.stands == ""
    assert with_respondents(SEVERAL, (), run()).atoms == SEVERAL.atoms


def test_respondents_of_groups_stand_beside_an_item_of_their_wave() -> None:
    rates = Rates("r", "2021", answering((TOTAL, 1047), ("supervisor", 90), ("social_worker", 400)))
    own = [
        ("r", 0, {}, 1047.0),
        ("r", 1, {"group": ["supervisor"]}, 90.0),
        ("r", 2, {"group": ["social_worker"]}, 400.0),
    ]
    assert told(rates) == [EVERYBODY, *own]
    assert told(replace(rates, wave="2019")) == [EVERYBODY]
    assert told(rates, group=replace(SEVERAL, wave="2019")) == [("", 0, {}, 812.0)]
    found = with_respondents(SEVERAL, [rates], run()).ceilings
    assert [one.worth for one in found[1:]] == [1.0, 1.0, 1.0]


def test_a_row_of_another_wave_or_of_no_code_of_the_study_is_passed_over() -> None:
    """A table with a column of waves tells its own wave's numbers; a group that nobody was asked is none."""
    rows = (("supervisor", 90.0), ("nobody", 3.0), ("social_worker", 400.0))
    known = [("r", 0, {"group": ["supervisor"]}, 90.0), ("r", 2, {"group": ["social_worker"]}, 400.0)]
    assert told(Rates("r", "2021", answering(*rows))) == [EVERYBODY, *known]
    assert told(Rates("r", "2021", answering(*rows, wave="2021"))) == [EVERYBODY, *known]
    assert told(Rates("r", "2021", answering(*rows, wave="2019"))) == [EVERYBODY]
    assert told(Rates("r", "2021", answering(("x", 90.0), by="unknown"))) == [EVERYBODY]


def test_the_only_code_of_a_variable_is_a_code_of_it() -> None:
    question = study().question("group")
    alone = replace(question, codes=question.substantive[:1])
    known = replace(run(), study=replace(study(), codebook=Codebook({"group": alone})))
    rates = Rates("r", "2021", answering((alone.codes[0].id, 90), (question.substantive[1].id, 400)))
    assert [one.row for one in with_respondents(SEVERAL, [rates], known).ceilings[1:]] == [0]


def test_numbers_of_an_earlier_report_stand_as_they_were_told() -> None:
    table = answering((TOTAL, 1047), ("supervisor", 9), ("social_worker", 400))
    past = Rates("r", "2021", table, stands=("shown", "hidden", "shown"))
    found = with_respondents(SEVERAL, [past, Rates("s", "2021", table)], run()).ceilings
    assert [(one.table, one.stands) for one in found] == [
        ("", ""), ("r", "shown"), ("r", "hidden"), ("r", "shown"), ("s", ""), ("s", ""), ("s", ""),
    ]  # fmt: skip


def test_the_respondents_themselves_are_no_item_beside_themselves() -> None:
    rates = Rates("table", "2021", answering(("supervisor", 90)))
    group = replace(SEVERAL, records=(record("", 1200, 1047, frozenset({"good"}), frozenset({"good"})),))
    assert with_respondents(group, [rates], run()) is group
    assert len(with_respondents(group, [replace(rates, table="other")], run()).ceilings) == 2


def test_only_tables_of_respondents_tell_how_many_they_are() -> None:
    rates, other = answering(("supervisor", 90)), answering(("supervisor", 90))
    other = replace(other, analysis=replace(other.analysis, verb="proportion"))
    tables = {"first": other, "second": rates, "third": rates}
    found = rates_of(tables, run(**tables))
    assert [(one.table, one.wave, one.result, one.stands) for one in found] == [
        ("second", "2021", rates, ()),
        ("third", "2021", rates, ()),
    ]
    assert repr(found[0]) == "Rates('second')"


@pytest.mark.slow
@pytest.mark.parametrize("wave", [2017, 2018, 2019])
def test_an_earlier_wave_withstands_the_attack(demo_data: Path, wave: int) -> None:
    study = read_study()
    results = analyse(study, read_surveys(study, data=demo_data), wave=wave)
    protected = protect(results)
    assert attack(results, protected).passed
    rates = protected.tables["annex_response"].frame
    assert 0 < (rates["status"] == SUPPRESSED).sum() < len(rates) / 2
    told = protected.tables["cooperation_by_group"].frame
    assert told["n_weighted"].isna().all()
