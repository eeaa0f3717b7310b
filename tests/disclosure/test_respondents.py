"""Numbers of respondents bound what is hidden: every wave of the demonstration can be published by itself."""

from pathlib import Path

import numpy as np
import pytest

from barometri.analysis import analyse
from barometri.disclosure.cells import CANNOT_SAY, Group, Record
from barometri.disclosure.gate import attack
from barometri.disclosure.protect import protect
from barometri.disclosure.protected import SUPPRESSED
from barometri.disclosure.suppress import suppress
from barometri.loading import read_surveys
from barometri.study.plan import DisclosureRules
from barometri.study.reading import read_study

ASKED = frozenset({"good", "bad", CANNOT_SAY})


def record(group: str, n: float, k: float, among: frozenset[str], counted: frozenset[str]) -> Record:
    return Record("table", 0, {"group": frozenset({group})} if group else {}, counted, among, n, k)


def test_more_is_hidden_where_respondents_leave_a_count_no_room() -> None:
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
    fewest = suppress(alone, DisclosureRules())
    beside = Group("item", "2021", alone.atoms, alone.records, ceilings=tuple(ceilings))
    found = suppress(beside, DisclosureRules())
    assert found.hidden.sum() + found.ceilings.sum() > fewest.hidden.sum()


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
