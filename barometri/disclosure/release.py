"""From exact results to table groups: every record of a run, gathered by item and wave."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.disclosure.answers import COUNT, Answers, answers_of
from barometri.disclosure.cells import CANNOT_SAY, Group, Record, Restriction, expanded
from barometri.disclosure.lines import Line, by_topic
from barometri.disclosure.rules import (
    is_declared_impossible,
    is_of_one_answer,
    is_of_organisations,
    sets_numerator_aside,
)
from barometri.estimates import TOTAL, Cell
from barometri.results import AnalysisResult
from barometri.study.plan import Analysis, DisclosureRules
from barometri.study.study import Study

SENTENCE: Final = 10.0
"""What a share behind a sentence is worth, in rows of a table: without it a whole sentence stays unsaid."""


def lines_of(
    tables: Mapping[str, AnalysisResult],
    behind: Mapping[str, Sequence[Cell]],
    study: Study,
    wave: int,
    rules: DisclosureRules,
) -> list[Line]:
    """Return every record of a release, those behind sentences included."""
    lines = [
        line for name, result in tables.items() for line in _of_table(name, result, study, str(wave), rules)
    ]
    return lines + [line for name, cells in behind.items() for line in _of_cells(name, cells)]


def groups(
    tables: Mapping[str, AnalysisResult],
    behind: Mapping[str, Sequence[Cell]],
    study: Study,
    wave: int,
    *,
    rules: DisclosureRules | None = None,
    apart: Mapping[str, AnalysisResult] | None = None,
    before: Iterable[Line] = (),
) -> tuple[Group, ...]:
    """Gather all records of a release by item and wave, those behind sentences included.

    Parameters
    ----------
    tables
        Exact results by analysis id.
    behind
        Shares that effects, claims and published figures can be reckoned back to, by name.
    study
        Names the answers of items and which variables are derived.
    wave
        Publication year, for tables without a ``wave`` column.
    rules
        Thresholds; the study's own by default.
    apart
        The tables before their answers were merged: what a merged class stands for.
    before
        Records of earlier reports.
    """
    limits = rules or study.disclosure
    lines = lines_of(tables, behind, study, wave, limits)
    found = by_topic(lines, study)
    told = {(line.table, line.item, line.category) for line in lines}
    apart_lines = [
        line
        for name, result in (apart or {}).items()
        for line in _of_table(name, result, study, str(wave), limits)
        if (name, line.item, line.category) not in told
    ]
    parts, past = by_topic(apart_lines, study), by_topic(before, study)
    return tuple(
        _group(own, parts.get(topic, []), past.get(topic, []), study, limits)
        for topic, own in sorted(found.items())
    )


def _of_table(
    name: str, result: AnalysisResult, study: Study, wave: str, rules: DisclosureRules
) -> list[Line]:
    estimates = result.estimates
    frame = estimates.frame
    k = estimates.counts["k"].to_numpy(dtype=np.float64)
    base = base_word(result.analysis)
    at_most = result.analysis.verb == "model_prevalence" and result.analysis.reading == "upper"
    closed = _closed(result, study, rules)
    lines = []
    for row, record in enumerate(frame.to_dict("records")):
        item = str(record.get("item", only_item(result.analysis, study)))
        lines.append(
            Line(
                item=item,
                wave=str(record.get("wave", wave)),
                category=str(record.get("category", "")),
                base="answered" if item == COUNT else base,
                table=name,
                row=row,
                who={v: str(record[v]) for v in estimates.by if str(record[v]) != TOTAL},
                n=float(record["n"]),
                k=float(k[row]),
                unknown_counts=at_most,
                is_closed=bool(closed[row]),
            )
        )
    return lines


def _closed(result: AnalysisResult, study: Study, rules: DisclosureRules) -> npt.NDArray[np.bool_]:
    """Say which rows of means tell what nearly everybody answered, where R2 holds."""
    estimates = result.estimates
    if estimates.statistic == "proportion" or all(
        sets_numerator_aside(item, study, rules) for item in items_of(result, study)
    ):
        return np.zeros(len(estimates), dtype=bool)
    se = np.asarray(estimates.frame["se"], dtype=np.float64)
    counts = estimates.counts
    others = (
        np.asarray(counts["others"], dtype=np.float64) if "others" in counts else np.full(len(se), np.nan)
    )
    return is_of_one_answer(others, se, rules)


def items_of(result: AnalysisResult, study: Study) -> tuple[str, ...]:
    """Return the items of a table."""
    frame = result.estimates.frame
    return (
        tuple(frame["item"].astype(str).unique()) if "item" in frame else (only_item(result.analysis, study),)
    )


def only_item(analysis: Analysis, study: Study) -> str:
    """Return the item of a table that does not name it in a column."""
    if analysis.verb == "number_of_models":
        return COUNT
    if analysis.verb == "association" and not analysis.items:
        return study.roles.outcome
    return analysis.items[0] if analysis.items else analysis.id


def base_word(analysis: Analysis) -> str:
    """Return the base of a table's shares: ``answered``, ``asked`` or ``beside``."""
    if analysis.verb == "model_prevalence":
        return "answered" if analysis.reading == "informed" else "asked"
    return analysis.base


def _of_cells(name: str, cells: Iterable[Cell]) -> list[Line]:
    """Return the shares that an effect or a claim can be reckoned back to."""
    return [
        Line(
            item=cell.item,
            wave=str(cell.wave),
            category=cell.category,
            base=cell.base,
            table=name,
            row=position,
            who=cell.who,
            n=float(cell.n),
            k=float(cell.k),
            worth=SENTENCE,
        )
        for position, cell in enumerate(cells)
    ]


def _group(
    lines: list[Line], parts: list[Line], past: list[Line], study: Study, rules: DisclosureRules
) -> Group:
    item, wave, every = lines[0].item, lines[0].wave, [*lines, *past]
    answers = answers_of(item, [line.category for line in every], study, whole=_is_whole(every))
    used: dict[str, set[str]] = {}
    for line in every:
        for variable, ids in line.who.items():
            used.setdefault(variable, set()).update((ids,) if isinstance(ids, str) else ids)
    finest = {variable: expanded(ids) for variable, ids in used.items()}
    derived = _derived(used, study)
    sources = {*used, *(source for source, _ in derived.values())}
    codes = {
        name: frozenset(code.id for code in study.question(name).substantive)
        for name in sources
        if name in study.codebook
    }
    own, apart, standing = (
        tuple(_record(line, answers, finest, rules) for line in some) for some in (lines, parts, past)
    )
    return Group(
        item,
        wave,
        answers.atoms,
        own,
        derived,
        codes,
        of_organisations=is_of_organisations(item, study),
        parts=apart,
        standing=_distinct(standing),
    )


def _distinct(records: Sequence[Record]) -> tuple[Record, ...]:
    """Keep once what several earlier reports say: each of them shows the waves before it."""
    once: dict[tuple[object, ...], Record] = {}
    for record in records:
        who = frozenset(record.restriction.items())
        counts = record.n, str(record.k)  # an unknown count is equal to itself
        key = who, record.numerator, record.base, *counts, record.is_closed, record.stands
        once.setdefault(key, record)
    return tuple(once.values())


def _is_whole(lines: Iterable[Line]) -> bool:
    """Whether the categories of an item add up to its base wherever they are told."""
    parts: dict[tuple[str, str], dict[str, Line]] = {}
    for line in lines:
        parts.setdefault((line.table, str(sorted(line.who.items()))), {})[line.category] = line
    return all(
        sum(one.k for one in part.values()) == max(one.n for one in part.values()) for part in parts.values()
    )


def _record(
    line: Line, answers: Answers, finest: Mapping[str, Mapping[str, frozenset[str]]], rules: DisclosureRules
) -> Record:
    restriction: Restriction = {
        variable: frozenset().union(*(finest[variable][i] for i in ((ids,) if isinstance(ids, str) else ids)))
        for variable, ids in line.who.items()
    }
    numerator = frozenset[str]() if np.isnan(line.k) else answers.numerator(line.category)
    if line.unknown_counts and numerator == answers.good:
        numerator |= {CANNOT_SAY}
    # Whoever cannot say is a share of everybody asked, also beside answers on the base of those who answered.
    base = answers.base("asked" if numerator == {CANNOT_SAY} else line.base)
    return Record(
        line.table,
        line.row,
        restriction,
        numerator,
        base,
        line.n,
        line.k,
        line.worth,
        line.is_closed,
        is_declared_impossible(line.item, numerator, line.k, rules),
        line.stands,
    )


def _derived(used: Iterable[str], study: Study) -> dict[str, tuple[str, Mapping[str, str]]]:
    """Return the derived variables among those used, with the source each is computed from."""
    out: dict[str, tuple[str, Mapping[str, str]]] = {}
    for variable in used:
        rule = study.question(variable).derived if variable in study.codebook else None
        if rule is not None:
            out[variable] = (rule.source, rule.mapping)
    return out
