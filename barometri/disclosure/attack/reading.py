"""What a reader finds in one report: every record of its tables, effects, claims and figures, shown or not.

Counts come from the exact results, what is shown from the protected ones only.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from barometri.disclosure.attack.answers import counted_and_among, item_of
from barometri.disclosure.attack.facts import TIES, Released, Topic
from barometri.disclosure.attack.naming import own_codes, study_of
from barometri.disclosure.attack.weights import strata_of
from barometri.disclosure.protected import SUPPRESSED, Protected, ProtectedClaim, ProtectedTable
from barometri.estimates import TOTAL, Cell
from barometri.results import AnalysisResult, ClaimResult, Results, Verdict
from barometri.study.claim import ANY_MODEL
from barometri.study.plan import JUDGED_VERBS, NUMBER_OF_MODELS, Analysis
from barometri.study.study import Study

_SILENT: Final = (Verdict.NOT_REPORTABLE, Verdict.NOT_ESTIMABLE)
_FULL, _THIRD, _SECOND = 100, 0.0005, 0.005
_JOINED: Final = re.compile(r"[|+]")
"""Between answers that a share counts together, in a claim or in a merged scale; ``3+`` is one class."""


@dataclass(frozen=True, slots=True, repr=False)
class _Line:
    """A record before its answers are read; its fields are those of `Cell` and of `Released`."""

    table: str
    item: str
    wave: str
    category: str
    base: str
    who: Mapping[str, frozenset[str]]
    n: float
    k: float
    shown: bool
    unsure_counts: bool = False
    share: float = float("nan")
    people: float = float("nan")
    step: float = _SECOND


def topics(results: Results, protected: Protected) -> tuple[Topic, ...]:
    """Read a release as an attacker does, by item and wave.

    Parameters
    ----------
    results
        Exact counts of the run.
    protected
        What is published of it.
    """
    study, wave = study_of(results), str(results.wave or "")
    lines: list[_Line] = []
    for name, table in results.tables.items():
        lines += _of_table(name, table, protected.tables.get(name), study, wave)
        lines += _of_effects(name, table, protected.tables.get(name))
    for claim, said in zip(results.claims, protected.claims, strict=True):
        lines += _of_claim(claim, said)
    for figure, printed in zip(results.published_figures, protected.published_figures, strict=True):
        shown = bool(np.isfinite(printed.estimate))
        lines += [_of_cell(f"published {figure.figure.id}", c, shown=shown) for c in figure.cells]
    lines = [replace(line, who=own_codes(line.who, line.wave, study)) for line in lines]
    found: dict[tuple[str, str], list[Released]] = {}
    for line in lines:
        found.setdefault((item_of(line.item, line.category, study), line.wave), []).append(
            _released(line, study)
        )
    responses = {name for name, t in results.tables.items() if t.analysis.verb == "response_rates"}
    respondents = [line for line in lines if line.table in responses and line.shown]
    for (_, wave), own in found.items():
        if not _tells_of(own, responses):
            own += [_ceiling(line, own) for line in respondents if line.wave == wave]
            own += [_ceiling(line, own) for line in _everybody(protected) if line.wave == wave]
    derived, ties = _derived(study), {item_of(x.item, x.category, study): _ties(x, study) for x in lines}
    strata = strata_of(results)
    return tuple(
        Topic(
            item,
            wave,
            tuple(own),
            {**derived, **ties[item]},
            None if _tells_of(own, responses) else strata.get(wave),
        )
        for (item, wave), own in sorted(found.items())
    )


def _tells_of(own: Sequence[Released], tables: Iterable[str]) -> bool:
    named = set(tables)
    return any(record.table in named and not record.is_ceiling for record in own)


def _everybody(protected: Protected) -> list[_Line]:
    """Return the number of respondents of each wave, where it is said."""
    return [
        _Line("waves", "", str(wave.year), "", "asked", {}, wave.n, wave.n, shown=True)
        for wave in protected.waves
        if np.isfinite(wave.n)
    ]


def _ceiling(line: _Line, own: Sequence[Released]) -> Released:
    """Return a number of respondents as a bound on whoever was asked about an item."""
    among = frozenset[str]().union(*(record.among | record.counted for record in own))
    return Released(
        line.table, line.who, frozenset(), among, line.k, float("nan"), shown=True, is_ceiling=True
    )


def _derived(study: Study) -> dict[str, tuple[str, Mapping[str, str]]]:
    rules = {name: question.derived for name, question in study.codebook.questions.items()}
    return {name: (rule.source, rule.mapping) for name, rule in rules.items() if rule is not None}


def _ties(line: _Line, study: Study) -> dict[str, tuple[str, Mapping[str, str]]]:
    """Return how an item counts others, as the study declares it."""
    states = study.model_states
    if states is None or not study.codebook.questions:
        return {}
    agreed = f"{states.established}|{states.on_trial}"
    if line.item == NUMBER_OF_MODELS:
        return {TIES: ("number", {model.id: agreed for model in study.models})}
    if line.item == ANY_MODEL:
        counted = agreed if line.category in {"", "good", "agreed"} else line.category
        return {TIES: ("any", {model.id: counted for model in study.models})}
    parts = next((m.questions for m in study.models if m.id == line.item and len(m.questions) > 1), ())
    return {TIES: ("some", dict.fromkeys(parts, agreed))} if parts else {}


def _released(line: _Line, study: Study) -> Released:
    counted, among = counted_and_among(
        line.item, line.category, line.base, study, unsure_counts=line.unsure_counts
    )
    zeros = {tuple(pair.split(":", 1)) for pair in study.disclosure.structural_zeros}
    aside = study.disclosure.organisation_numerator == "aside" and _about_organisations(line.item, study)
    return Released(
        table=line.table,
        who=line.who,
        counted=frozenset() if np.isnan(line.k) else counted,
        among=among,
        n=line.n,
        k=line.k,
        shown=line.shown,
        share=line.share,
        people=line.people,
        step=line.step,
        is_free=aside or (line.item, line.category) in zeros,
    )


def _about_organisations(item: str, study: Study) -> bool:
    """Whether every question behind an item asks for a fact about an organisation."""
    behind = {model.id: model.questions for model in study.models}
    names = behind.get(item, (item,))
    if item not in behind and item not in study.codebook:
        names = tuple(name for questions in behind.values() for name in questions)
    return bool(names) and all(
        name in study.codebook and study.codebook[name].subject == "organisation" for name in names
    )


def _of_table(
    name: str, result: AnalysisResult, table: ProtectedTable | None, study: Study, wave: str
) -> Iterator[_Line]:
    """Read a table: rows of the exact one with what the protected one shows, and classes joined in it."""
    analysis, frame = result.analysis, result.estimates.frame
    keys = [str(key) for key in result.estimates.keys]
    counts = result.estimates.counts["k"].to_numpy(dtype=np.float64)
    exact = {tuple(str(v) for v in row): i for i, row in enumerate(frame[keys].itertuples(index=False))}
    printed = frame.iloc[:0] if table is None else table.frame
    said = {tuple(str(v) for v in row): i for i, row in enumerate(printed[keys].itertuples(index=False))}
    coarse = _coarse(keys, frame, exact, printed, said)
    for key in (*exact, *(key for key in said if key not in exact)):
        about = dict(zip(keys, key, strict=True))
        parts = [exact[key]] if key in exact else _parts(key, keys, exact)
        if not parts:
            continue
        place = said.get(key)
        shown = place is not None and str(printed["status"].iloc[place]) != SUPPRESSED
        item = about.get("item") or _only_item(analysis, study)
        yield _Line(
            table=name,
            item=item,
            wave=about.get("wave", wave),
            category="|".join(_words(about.get("category", ""))),
            base=_base(analysis, item),
            who=_who(about, result),
            n=float(frame["n"].iloc[parts[0]]),
            k=float(counts[parts].sum()),
            shown=shown,
            unsure_counts=analysis.verb == "model_prevalence" and analysis.reading == "upper",
            share=float(printed["estimate"].iloc[place]) if place is not None else float("nan"),
            people=float(printed["n_weighted"].iloc[place]) if place is not None else float("nan"),
            step=_SECOND if frame["n"].iloc[parts[0]] < _FULL or _spoken(about) in coarse else _THIRD,
        )


def _coarse(
    keys: Sequence[str],
    frame: pd.DataFrame,
    exact: Mapping[tuple[str, ...], int],
    printed: pd.DataFrame,
    said: Mapping[tuple[str, ...], int],
) -> set[tuple[str, str]]:
    """Return the items and waves whose shares have fewer digits than their base leaves: whole per cents."""
    off = {
        key
        for key, place in said.items()
        if key in exact
        and abs(float(printed["estimate"].iloc[place]) - float(frame["estimate"].iloc[exact[key]]))
        > _THIRD + 1e-9
        and float(frame["n"].iloc[exact[key]]) >= _FULL
    }
    return {_spoken(dict(zip(keys, key, strict=True))) for key in off}


def _spoken(about: Mapping[str, str]) -> tuple[str, str]:
    return about.get("item", ""), about.get("wave", "")


def _parts(key: Sequence[str], keys: Sequence[str], exact: Mapping[tuple[str, ...], int]) -> list[int]:
    """Find the exact rows that a joined category holds."""
    if "category" not in keys:
        return []
    at = list(keys).index("category")
    words = _words(key[at])
    rows = [exact.get((*key[:at], word, *key[at + 1 :])) for word in words]
    return [row for row in rows if row is not None] if None not in rows else []


def _words(category: str) -> list[str]:
    words = _JOINED.split(category)
    return words if all(words) else [category]


def _who(about: Mapping[str, str], result: AnalysisResult) -> dict[str, frozenset[str]]:
    who = {v: frozenset({about[v]}) for v in result.estimates.by if about.get(v, TOTAL) != TOTAL}
    if result.estimates.domain:
        who[f"domain {result.estimates.domain}"] = frozenset({"inside"})
    return who


def _base(analysis: Analysis, item: str) -> str:
    if analysis.verb == "model_prevalence":
        return "answered" if analysis.reading == "informed" else "asked"
    # Tables of the number of models leave out whoever cannot judge most of them.
    return "answered" if item == NUMBER_OF_MODELS else analysis.base


def _only_item(analysis: Analysis, study: Study) -> str:
    if analysis.verb == "number_of_models":
        return NUMBER_OF_MODELS
    if analysis.verb in JUDGED_VERBS and not analysis.items:
        return study.roles.outcome
    return analysis.items[0] if analysis.items else analysis.id


def _of_effects(name: str, result: AnalysisResult, table: ProtectedTable | None) -> Iterator[_Line]:
    said = () if table is None else table.effects
    for place, effect in enumerate(result.effects):
        own = said[place] if place < len(said) else None
        shown = own is not None and own.status != SUPPRESSED and bool(np.isfinite(own.estimate))
        yield from (_of_cell(f"effect {place} of {name}", cell, shown=shown) for cell in effect.cells)


def _of_claim(claim: ClaimResult, said: ProtectedClaim) -> Iterator[_Line]:
    """Read a claim: whoever reads its number or its verdict is taken to know all shares behind it."""
    name = f"claim {claim.claim.id}"
    shown = bool(np.isfinite(said.estimate)) or said.verdict not in _SILENT
    yield from (_of_cell(name, cell, shown=shown) for cell in claim.cells)
    for place, part in enumerate(claim.parts):
        own = said.parts[place] if place < len(said.parts) else None
        visible = own is not None and (bool(np.isfinite(own.estimate)) or bool(own.p_text))
        yield from (_of_cell(f"part {place} of {name}", cell, shown=visible) for cell in part.cells)


def _of_cell(table: str, cell: Cell, *, shown: bool) -> _Line:
    return _Line(
        table=table,
        item=cell.item,
        wave=str(cell.wave),
        category=cell.category,
        base=cell.base,
        who=_ids(cell.who.items()),
        n=float(cell.n),
        k=float(cell.k),
        shown=shown,
    )


def _ids(who: Iterable[tuple[str, Iterable[str]]]) -> dict[str, frozenset[str]]:
    return {variable: frozenset(ids) for variable, ids in who}
