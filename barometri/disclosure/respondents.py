"""Numbers of respondents that stand elsewhere in a release: only who responded was asked about an item.

A reader sets the number of respondents of a group beside how many of them answered: whoever cannot say, or
did not answer, is among the rest. So these numbers are facts about every item of the wave.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from barometri.disclosure.cells import UNASKED, Group, Record, Stands
from barometri.estimates import TOTAL
from barometri.results import AnalysisResult, Results
from barometri.study.study import Study

RESPONSE_RATES: Final = "response_rates"
STANDING: Final = 1000.0
"""What the number of all respondents is worth: it stands whatever it tells."""


@dataclass(frozen=True, slots=True, repr=False)
class Rates:
    """A table of the numbers of respondents of a wave; ``stands`` by row where it is of an earlier report."""

    table: str
    wave: str
    result: AnalysisResult
    stands: tuple[Stands, ...] = ()

    def __repr__(self) -> str:
        return f"Rates({self.table!r})"


def rates_of(tables: Mapping[str, AnalysisResult], run: Results) -> list[Rates]:
    """Return the tables of a report that tell its own wave's numbers of respondents."""
    return [
        Rates(name, str(run.wave), table)
        for name, table in tables.items()
        if table.analysis.verb == RESPONSE_RATES
    ]


def with_respondents(group: Group, rates: Sequence[Rates], run: Results) -> Group:
    """Return a group beside the numbers of respondents of its wave.

    Parameters
    ----------
    group
        All records of one item in one wave.
    rates
        Numbers of respondents by group, those of earlier reports among them.
    run
        The run that the group belongs to: its waves say how many responded.
    """
    if {record.table for record in group.records} & {rate.table for rate in rates}:
        return group
    every = frozenset({*group.atoms, UNASKED})
    found = [
        Record("", 0, {}, frozenset(), every, float(wave.n), np.nan, STANDING)
        for wave in run.waves
        if str(wave.year) == group.wave
    ]
    for rate in rates:
        if rate.wave == group.wave:
            found += _of_table(rate, every, run.study)
    return replace(group, ceilings=tuple(found))


def _of_table(rate: Rates, every: frozenset[str], study: Study) -> Iterator[Record]:
    """Give the respondents of each row of the wave whose codes are those of the study."""
    estimates = rate.result.estimates
    responded = estimates.counts["k"].to_numpy(dtype=np.float64)
    stands: Sequence[Stands] = rate.stands or [""] * len(responded)
    for row, about in enumerate(estimates.frame.to_dict("records")):
        who = {str(v): frozenset({str(about[v])}) for v in estimates.by if str(about[v]) != TOTAL}
        is_own = str(about.get("wave", rate.wave)) == rate.wave
        if is_own and all(ids <= _codes(variable, study) for variable, ids in who.items()):
            people = float(responded[row])
            yield Record(rate.table, row, who, frozenset(), every, people, np.nan, stands=stands[row])


def _codes(variable: str, study: Study) -> frozenset[str]:
    known = study.codebook[variable].substantive if variable in study.codebook else ()
    return frozenset(code.id for code in known)
