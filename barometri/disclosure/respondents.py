"""Numbers of respondents that stand elsewhere in a release: only who responded was asked about an item.

A reader sets the number of respondents of a group beside how many of them answered: whoever cannot say, or
did not answer, is among the rest. So these numbers are facts about every item of the wave.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from barometri.disclosure.cells import UNASKED, Group, Record
from barometri.estimates import TOTAL
from barometri.results import AnalysisResult, Results
from barometri.study.study import Study

RESPONSE_RATES: Final = "response_rates"
STANDING: Final = 1000.0
"""What the number of all respondents is worth: it stands whatever it tells."""


def with_respondents(group: Group, tables: Mapping[str, AnalysisResult], run: Results) -> Group:
    """Return a group beside the numbers of respondents of its wave.

    Parameters
    ----------
    group
        All records of one item in one wave.
    tables
        Exact results by analysis id.
    run
        The run that they belong to: its waves say how many responded.
    """
    rates = {name: table for name, table in tables.items() if table.analysis.verb == RESPONSE_RATES}
    if any(record.table in rates for record in group.records):
        return group
    every = frozenset({*group.atoms, UNASKED})
    found = [
        Record("", 0, {}, frozenset(), every, float(wave.n), np.nan, STANDING)
        for wave in run.waves
        if str(wave.year) == group.wave
    ]
    for name, table in rates.items() if group.wave == str(run.wave) else ():
        found += _of_table(name, table, every, group, run.study)
    return replace(group, ceilings=tuple(found))


def _of_table(
    name: str, table: AnalysisResult, every: frozenset[str], group: Group, study: Study
) -> Iterator[Record]:
    """Give the respondents of each row of the wave whose codes are those of the study."""
    estimates = table.estimates
    responded = estimates.counts["k"].to_numpy(dtype=np.float64)
    for row, about in enumerate(estimates.frame.to_dict("records")):
        who = {str(v): frozenset({str(about[v])}) for v in estimates.by if str(about[v]) != TOTAL}
        is_own = str(about.get("wave", group.wave)) == group.wave
        if is_own and all(ids <= _codes(variable, study) for variable, ids in who.items()):
            yield Record(name, row, who, frozenset(), every, float(responded[row]), np.nan)


def _codes(variable: str, study: Study) -> frozenset[str]:
    known = study.codebook[variable].substantive if variable in study.codebook else ()
    return frozenset(code.id for code in known)
