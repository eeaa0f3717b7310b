"""Which rows of a report are hidden: one pattern, carried from the first wave's report to the last (R9).

A report stands beside those of earlier waves, as the study asks for them now. What these show of a wave is
known, what they hide of it stays hidden, and a new record joins the same system: so reports hold together
whatever the order they are published in, and each is the same whether others were published or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from barometri.disclosure.behind import shares_behind
from barometri.disclosure.lines import Line
from barometri.disclosure.merge import merged_scales
from barometri.disclosure.release import groups, lines_of, only_item
from barometri.disclosure.respondents import Rates, rates_of, with_respondents
from barometri.disclosure.suppress import suppress
from barometri.errors import DisclosureError
from barometri.results import AnalysisResult, Results
from barometri.study.plan import DisclosureRules
from barometri.study.study import Study

BoolArray = npt.NDArray[np.bool_]
Topic = tuple[str, str]
"""An item and a wave."""


@dataclass(frozen=True, slots=True, repr=False)
class Pattern:
    """What a report hides.

    Parameters
    ----------
    run
        Its exact results.
    tables
        Its tables by name, answers merged.
    primary, hidden
        By name of a table or of the shares behind a sentence: rows hidden by their own rule, and all hidden.
    tight
        Items and waves of which numbers of respondents would tell a hidden count.
    short
        Items and waves of which some row is hidden, in this report or in an earlier one.
    """

    run: Results
    tables: Mapping[str, AnalysisResult]
    primary: Mapping[str, BoolArray]
    hidden: Mapping[str, BoolArray]
    tight: frozenset[Topic]
    short: frozenset[Topic]

    def rows_of(self, table: str, chosen: frozenset[Topic]) -> BoolArray:
        """Say which rows of a table are of chosen items and waves."""
        return np.array([topic in chosen for topic in _topics(self.tables[table], self.run)], dtype=bool)

    def __repr__(self) -> str:
        return f"Pattern({self.run.wave})"


def pattern(run: Results, rules: DisclosureRules) -> Pattern:
    """Choose the hidden rows of a report, beside the reports of earlier waves.

    Raises
    ------
    DisclosureError
        When a table group is too large, or its counts do not add up.
    """
    before: list[Pattern] = []
    for past in run.earlier:
        try:
            before.append(_beside(before, past, rules))
        except DisclosureError:  # such a report cannot be published
            continue
    return _beside(before, run, rules)


def _beside(before: Sequence[Pattern], run: Results, rules: DisclosureRules) -> Pattern:
    tables = {name: _merged(result, run.study, rules) for name, result in run.tables.items()}
    behind = shares_behind(tables, run.claims, run.published_figures)
    sizes = {name: len(result.estimates) for name, result in tables.items()}
    sizes |= {name: len(cells) for name, cells in behind.items()}
    primary = {name: np.zeros(size, dtype=bool) for name, size in sizes.items()}
    hidden = {name: np.zeros(size, dtype=bool) for name, size in sizes.items()}
    tight = {topic for past in before for topic in past.tight}
    standing = [line for past in before for line in _lines(past, rules)]
    rates = [*(rate for past in before for rate in _rates(past)), *rates_of(tables, run)]
    for alone in groups(tables, behind, run.study, run.wave, rules=rules, apart=run.tables, before=standing):
        group = with_respondents(alone, rates, run)
        found = suppress(group, rules)
        for record, own, any_reason in zip(group.records, found.primary, found.hidden, strict=True):
            primary[record.table][record.row] |= own
            hidden[record.table][record.row] |= any_reason
        for ceiling in (group.ceilings[place] for place in np.flatnonzero(found.ceilings)):
            if not ceiling.stands:
                hidden[ceiling.table][ceiling.row] = True
                tight.add((group.item, group.wave))
    gone = (
        topic
        for name, result in tables.items()
        for topic, is_hidden in zip(_topics(result, run), hidden[name], strict=True)
        if is_hidden
    )
    short = {*gone, *(topic for past in before for topic in past.short)}
    return Pattern(run, tables, primary, hidden, frozenset(tight), frozenset(short))


def _lines(past: Pattern, rules: DisclosureRules) -> list[Line]:
    """Return the records of an earlier report, each with what became of it there."""
    run = past.run
    behind = shares_behind(past.tables, run.claims, run.published_figures)
    return [
        replace(
            line,
            table=f"{line.table} of {run.wave}",
            stands="hidden" if past.hidden[line.table][line.row] else "shown",
        )
        for line in lines_of(past.tables, behind, run.study, run.wave, rules)
    ]


def _rates(past: Pattern) -> list[Rates]:
    """Return the numbers of respondents of an earlier report, each with what became of it there."""
    return [
        replace(
            rates,
            table=f"{rates.table} of {past.run.wave}",
            stands=tuple("hidden" if gone else "shown" for gone in past.hidden[rates.table]),
        )
        for rates in rates_of(past.tables, past.run)
    ]


def _topics(result: AnalysisResult, run: Results) -> list[Topic]:
    """Return the item and the wave of each row."""
    frame = result.estimates.frame
    item, wave = only_item(result.analysis, run.study), str(run.wave)
    items = frame["item"].astype(str) if "item" in frame else [item] * len(frame)
    waves = frame["wave"].astype(str) if "wave" in frame else [wave] * len(frame)
    return list(zip(items, waves, strict=True))


def _merged(result: AnalysisResult, study: Study, rules: DisclosureRules) -> AnalysisResult:
    """Merge the ends of a distributed scale where a record of it would be hidden."""
    if result.analysis.verb != "distribution" or "category" not in result.estimates.frame:
        return result
    frame = result.estimates.frame
    items = frame["item"].astype(str).unique() if "item" in frame else [only_item(result.analysis, study)]
    scales = {str(item): study.question(str(item)) for item in items}
    return replace(result, estimates=merged_scales(result.estimates, scales, rules))
