"""The one passage over the line: exact results in, publishable ones out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.disclosure import rounding
from barometri.disclosure.pattern import pattern
from barometri.disclosure.protected import (
    SUPPRESSED,
    Hidden,
    Protected,
    ProtectedEffect,
    ProtectedTable,
    ProtectedWave,
)
from barometri.disclosure.release import items_of
from barometri.disclosure.rules import checked, sets_numerator_aside, status_of
from barometri.disclosure.sentences import Sentences
from barometri.errors import DisclosureError
from barometri.estimates import Estimates
from barometri.results import AnalysisResult, Provenance, Results, WaveSummary
from barometri.study.codebook import Codebook
from barometri.study.plan import Analysis, DisclosureRules
from barometri.study.study import Study

BoolArray = npt.NDArray[np.bool_]

_NUMBERS = ("estimate", "se", "ci_low", "ci_high", "n", "n_weighted", "df")
_SPREAD = ("se", "ci_low", "ci_high")
LEAST_FOR_SPREAD: Final = 20
"""Answers from which on the error of a mean is told: with n it is the standard deviation (R5)."""
_RULED = tuple(rounding.BY_STATISTIC)
"""Statistics that a rule covers; a quantile or a variance can be a respondent's own answer."""


def protect(
    results: Results | Estimates | Mapping[str, Estimates], rules: DisclosureRules | None = None
) -> Protected:
    """Protect, without an attack: what the gate's `protect` says of hiding and rounding is done here.

    Raises
    ------
    DisclosureError
        When no rule covers a statistic, a filter cannot be named, a threshold lies below the floor, or a
        table group is too large.
    """
    run = results if isinstance(results, Results) else as_results(results)
    limits = checked(rules or run.study.disclosure)
    _refuse_unruled(run)
    found = pattern(run, limits)
    tables, primary, hidden = found.tables, found.primary, found.hidden
    sentences = Sentences(tables, hidden, limits, run.wave, run.study)
    return Protected(
        study=replace(run.study, disclosure=limits),
        wave=run.wave,
        tables={
            name: _table(
                result,
                hidden[name],
                limits,
                sentences.effects(name),
                beside=found.rows_of(name, found.short),
                tight=found.rows_of(name, found.tight),
            )
            for name, result in tables.items()
        },
        claims=tuple(sentences.claim(claim) for claim in run.claims),
        waves=tuple(_wave(wave, limits) for wave in run.waves),
        hidden=tuple(
            _counted(name, result, primary[name], hidden[name], run.study, limits)
            for name, result in tables.items()
        ),
        provenance=run.provenance,
        notes=run.notes,
        published_figures=tuple(sentences.figure(figure) for figure in run.published_figures),
    )


def _counted(  # noqa: PLR0917 - a table, its two patterns and what they were made by
    name: str,
    result: AnalysisResult,
    primary: BoolArray,
    hidden: BoolArray,
    study: Study,
    rules: DisclosureRules,
) -> Hidden:
    """Count what was hidden in a table, and say which rule it was under."""
    aside = all(sets_numerator_aside(item, study, rules) for item in items_of(result, study))
    return Hidden(name, len(hidden), int(primary.sum()), int((hidden & ~primary).sum()), aside=aside)


def _table(
    result: AnalysisResult,
    hidden: BoolArray,
    rules: DisclosureRules,
    effects: tuple[ProtectedEffect, ...],
    *,
    beside: BoolArray,
    tight: BoolArray,
) -> ProtectedTable:
    """Round and mask a table; shares that stand ``beside`` hidden ones of their item keep fewer digits.

    Who knows the weights reads a share of many strata as an equation for the counts of each: to whole per
    cents it leaves room for more than one. Where so few did not answer that the numbers of respondents had to
    be hidden (``tight``), a weighted base would tell of which strata they are.
    """
    estimates = result.estimates
    frame = estimates.frame.copy()
    n = frame["n"].to_numpy(dtype=np.float64)
    known = np.where(beside, 0.0, n)
    frame["status"] = [status_of(size, rules, hidden=bool(h)) for size, h in zip(n, hidden, strict=True)]
    if "mark" not in frame:
        frame["mark"] = ""
    whole = rounding.BY_STATISTIC[estimates.statistic]
    for column in ("estimate", "ci_low", "ci_high"):
        frame[column] = whole(frame[column].to_numpy(dtype=np.float64), known)
    frame["se"] = rounding.standard_error(frame["se"].to_numpy(dtype=np.float64))
    frame["n_weighted"] = rounding.weighted_base(frame["n_weighted"].to_numpy(dtype=np.float64))
    frame["n_weighted"] = frame["n_weighted"].mask(tight)
    frame["df"] = np.round(frame["df"].to_numpy(dtype=np.float64))
    frame["n"] = n
    for column in _NUMBERS:
        frame[column] = frame[column].astype(np.float64).mask(hidden)
    if estimates.statistic != "proportion":
        for column in _SPREAD:
            frame[column] = frame[column].mask(n < max(LEAST_FOR_SPREAD, rules.minimum_n))
    frame["method"] = frame["method"].mask(pd.Series(hidden, index=frame.index), "")
    return ProtectedTable(
        analysis=result.analysis,
        statistic=estimates.statistic,
        by=estimates.by,
        frame=frame.reset_index(drop=True),
        design=estimates.design,
        effects=effects,
        notes=result.notes,
    )


def _wave(wave: WaveSummary, rules: DisclosureRules) -> ProtectedWave:
    """Carry a wave over; how unequal its weights are says little where cells of the frame are small.

    With weights of people over respondents the effective size is an equation for the respondents of all
    cells, so where one is below the minimum base only the design effect is told, to a tenth.
    """
    safe = wave.fewest_in_cell is not None and wave.fewest_in_cell >= rules.minimum_n
    size = rounding.weighted_base(np.array([wave.effective_n if safe else np.nan]))
    return ProtectedWave(
        wave.year,
        float(wave.n),
        wave.design,
        wave.field_days,
        wave.has_weights,
        None
        if wave.response_rate is None
        else float(rounding.share(np.array([wave.response_rate]), np.array([float(wave.n)]))[0]),
        wave.weighting,
        float(size[0]),
        round(wave.deff, 2 if safe else 1),
    )


def _refuse_unruled(run: Results) -> None:
    """Refuse what no rule covers: a statistic whose records cannot be judged, a filter without a name."""
    for name, result in run.tables.items():
        if result.estimates.statistic not in _RULED:
            message = (
                f"Table {name}: no disclosure rule covers the statistic {result.estimates.statistic}, so it "
                f"stays on this side of the line. Publishable are {', '.join(_RULED)}."
            )
            raise DisclosureError(message)
        if result.estimates.domain == "<mask>":
            message = (
                f"Table {name}: its domain is a mask without a name, so what it adds to others cannot be "
                "checked. Name the filter: survey.domain(survey[...] == ...)."
            )
            raise DisclosureError(message)


def as_results(estimates: Estimates | Mapping[str, Estimates]) -> Results:
    """Return estimates that no study asked for as a run of their own: they are protected by themselves."""
    named = {"estimates": estimates} if isinstance(estimates, Estimates) else dict(estimates)
    study = Study(
        id="estimates",
        path=Path(),
        title={"en": "Estimates"},
        languages=("en",),
        published=date.min,
        codebook=Codebook({}),
        waves={},
        analyses=(),
        digest="",
    )
    tables = {name: AnalysisResult(Analysis(id=name, verb="proportion"), e) for name, e in named.items()}
    return Results(study, 0, tables, (), (), Provenance({}, "", ""), ("alone",))


__all__ = ["SUPPRESSED", "as_results", "protect"]
