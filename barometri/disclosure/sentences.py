"""What sentences rest on, carried over the line: effects, claims, their parts, published figures."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.disclosure import rounding
from barometri.disclosure.answers import AGREED
from barometri.disclosure.behind import claim_name, effect_name, figure_name, part_name
from barometri.disclosure.protected import (
    SUPPRESSED,
    ProtectedClaim,
    ProtectedEffect,
    ProtectedFigure,
    ProtectedPart,
)
from barometri.disclosure.release import base_word, only_item
from barometri.disclosure.rules import is_unsafe, sets_numerator_aside, status_of
from barometri.estimates import TOTAL, Cell, Effect
from barometri.results import (
    AnalysisResult,
    ClaimResult,
    FigureResult,
    Part,
    SameAsPublished,
    Verdict,
)
from barometri.study.plan import DisclosureRules
from barometri.study.study import Study

BoolArray = npt.NDArray[np.bool_]

_MODELLED: Final = ("linear", "logistic")
"""Methods whose number is of a fit on all its respondents, not of single shares."""
_HUNDREDTHS: Final = (
    "odds_ratio",
    "somers_d",
    "gamma",
    "tau_b",
    "deff",
    "score_per_model",
    "model_score",
    "model_trial",
    "models_",
    "departure_from_linearity",
    "proportional_odds",
    "phi",
    "gap_interaction",
    "district_difference",
    "district_joint_difference",
    "district_correlation",
    "county_",
)
"""Effects rounded to 0.01 whatever their base: names beginning so."""
_SHARES: Final = ("share", "points")
"""Scales that are rounded as shares are."""


class Sentences:
    """Carries effects and claims over the line, given which records are hidden.

    Parameters
    ----------
    tables
        Exact results by analysis id.
    hidden
        Rows of tables, and cells behind sentences, that are hidden, by name.
    rules
        Thresholds.
    wave
        Publication year, for tables without a ``wave`` column.
    study
        Names the item of a table that has one alone.
    """

    def __init__(
        self,
        tables: Mapping[str, AnalysisResult],
        hidden: Mapping[str, BoolArray],
        rules: DisclosureRules,
        wave: int,
        study: Study,
    ) -> None:
        self._tables = tables
        self._hidden = hidden
        self._rules = rules
        self._study = study
        self._withheld = _withheld(tables, hidden, wave, study)
        self._short = {key[:2] for key in self._withheld}

    def effects(self, table: str) -> tuple[ProtectedEffect, ...]:
        """Return the effects of a table."""
        found = self._tables[table].effects
        return tuple(self._effect(e, table, effect_name(table, place)) for place, e in enumerate(found))

    def _effect(self, effect: Effect, table: str, name: str) -> ProtectedEffect:
        few = effect.n < self._rules.minimum_n or (not effect.cells and effect.k_low < self._rules.minimum_n)
        hidden = few or not np.isfinite(effect.estimate) or self._closed(effect.cells, name)
        hidden |= not effect.cells and self._rests_on_hidden(effect, table)
        scale = "ratio" if effect.name.startswith(_HUNDREDTHS) else "points"
        modelled = effect.method.startswith(_MODELLED)
        n = float(effect.n) if modelled else self._told_on(effect.cells, effect.n)
        return ProtectedEffect(
            name=effect.name,
            estimate=_rounded(effect.estimate, scale, n, hidden=hidden),
            ci_low=_rounded(effect.ci_low, scale, n, hidden=hidden),
            ci_high=_rounded(effect.ci_high, scale, n, hidden=hidden),
            n=0 if hidden else effect.n,
            p_text="" if hidden else rounding.p_text(effect.p_value),
            method=effect.method,
            null=effect.null,
            status=status_of(effect.n, self._rules, hidden=hidden),
            adjusted_for=effect.adjusted_for,
            adjusted_p_text="" if hidden else rounding.p_text(effect.adjusted_p),
            about=effect.about,
        )

    def _rests_on_hidden(self, effect: Effect, table: str) -> bool:
        """Whether a test or measure that names no shares is of a table with a hidden row (R7)."""
        frame, hidden = self._tables[table].estimates.frame, self._hidden[table]
        about = {effect.about.get("item", ""), effect.about.get("other", "")} - {""}
        if about and "item" in frame:
            hidden = hidden & frame["item"].astype(str).isin(about).to_numpy()
        return bool(hidden.any())

    def claim(self, result: ClaimResult) -> ProtectedClaim:
        """Return a claim; not reportable where one of its bases or cells is hidden."""
        closed = self._closed(result.cells, claim_name(result)) or self._is_modelled_on_few(result.k_low)
        closed |= np.isfinite(result.estimate) and result.n < self._rules.minimum_n
        n = self._told_on(result.cells, result.n)

        def rounded(value: float) -> float:
            return _rounded(value, result.scale, n, hidden=closed)

        return ProtectedClaim(
            claim=result.claim,
            verdict=Verdict.NOT_REPORTABLE if closed else result.verdict,
            estimate=rounded(result.estimate),
            ci_low=rounded(result.ci_low),
            ci_high=rounded(result.ci_high),
            n=float("nan") if closed else float(result.n),
            df=float("nan") if closed else float(np.round(result.df)),
            p_text="" if closed else rounding.p_text(result.p_value),
            adjusted_p_text="" if closed else rounding.p_text(result.adjusted_p),
            scale=result.scale,
            level=result.level,
            method=result.method,
            parts=() if closed else tuple(self._part(result, p, i) for i, p in enumerate(result.parts)),
            beside=() if closed else result.beside,
            power=float("nan") if closed else round(result.power, 2),
            same_as_published=SameAsPublished.NOT_COMPARABLE if closed else result.same_as_published,
            reason="" if closed else result.reason,
        )

    def _part(self, result: ClaimResult, part: Part, place: int) -> ProtectedPart:
        hidden = self._closed(part.cells, part_name(result, place)) or self._is_modelled_on_few(part.k_low)
        hidden |= 0 < part.n < self._rules.minimum_n
        n = self._told_on(part.cells, part.n or result.n)

        def rounded(value: float) -> float:
            return _rounded(value, part.scale, n, hidden=hidden)

        return ProtectedPart(
            name=part.name,
            role=part.role,
            estimate=rounded(part.estimate),
            ci_low=rounded(part.ci_low),
            ci_high=rounded(part.ci_high),
            n=float("nan") if hidden or not part.n else float(part.n),
            p_text="" if hidden else rounding.p_text(part.p_value),
            adjusted_p_text="" if hidden else rounding.p_text(part.adjusted_p),
            scale=part.scale,
            verdict=Verdict.NOT_REPORTABLE if hidden and part.verdict is not None else part.verdict,
            about=part.about,
            status=SUPPRESSED
            if hidden
            else status_of(_least(part.cells, part.n or result.n), self._rules, hidden=False),
        )

    def figure(self, result: FigureResult) -> ProtectedFigure:
        """Return a published figure beside ours, at the rounding it was printed with."""
        hidden = self._closed(result.cells, figure_name(result))
        step = result.figure.rounding
        own = (
            round(round(result.estimate / step) * step, 6)
            if np.isfinite(result.estimate)
            else result.estimate
        )
        return ProtectedFigure(
            figure=result.figure,
            estimate=_rounded(own, "share", self._told_on(result.cells, result.n), hidden=hidden),
            n=float("nan") if hidden or not result.n else float(result.n),
            same=SameAsPublished.NOT_COMPARABLE if hidden else result.same,
            reason="not_reportable" if hidden else result.reason,
        )

    def _told_on(self, cells: Sequence[Cell], n: int) -> float:
        """Return the base that says how many digits a share keeps: none beside hidden rows of its item."""
        if any((cell.item, str(cell.wave)) in self._short for cell in cells):
            return 0.0
        return _least(cells, n)

    def _is_modelled_on_few(self, k_low: int | None) -> bool:
        """Whether a term of a model stands on fewer people than R6 asks for."""
        return k_low is not None and k_low < self._rules.minimum_n

    def _closed(self, cells: Sequence[Cell], name: str) -> bool:
        """Whether a share behind a sentence is unsafe, hidden, or hidden in some table."""
        if not cells:
            return False
        n = np.array([cell.n for cell in cells], dtype=np.float64)
        k = np.array([self._numerator(cell) for cell in cells], dtype=np.float64)
        own = bool(is_unsafe(n, k, self._rules).any() or self._hidden[name].any())
        return own or any(self._is_hidden(cell) for cell in cells)

    def _numerator(self, cell: Cell) -> float:
        """Return the count that R2 judges; none where the owner sets the rule aside."""
        return float("nan") if sets_numerator_aside(cell.item, self._study, self._rules) else float(cell.k)

    def _is_hidden(self, cell: Cell) -> bool:
        """Whether some table hides the row that a share is."""
        if any(len(ids) != 1 for ids in cell.who.values()):
            return False
        who = frozenset((variable, ids[0]) for variable, ids in cell.who.items())
        category = cell.category or AGREED
        return any(
            (cell.item, str(cell.wave), own, base, who) in self._withheld
            for base in _bases(cell)
            for own in {category, ""}
        )


def _withheld(
    tables: Mapping[str, AnalysisResult], hidden: Mapping[str, BoolArray], wave: int, study: Study
) -> set[tuple[str, str, str, str, frozenset[tuple[str, str]]]]:
    """Return what the hidden rows of all tables say: item, wave, category, base, and of whom."""
    found = set()
    for name, result in tables.items():
        rows = result.estimates.frame[hidden[name]].to_dict("records")
        item, base = only_item(result.analysis, study), base_word(result.analysis)
        for row in rows:
            who = frozenset((v, str(row[v])) for v in result.estimates.by if str(row[v]) != TOTAL)
            key = (str(row.get("item", item)), str(row.get("wave", wave)), str(row.get("category", "")))
            found.add((*key, base, who))
    return found


def _bases(cell: Cell) -> tuple[str, ...]:
    """Return the words for the base that a share has: answers also stand beside "cannot say"."""
    return ("asked",) if cell.base == "asked" else ("answered", "beside")


def _least(cells: Sequence[Cell], n: int) -> float:
    return float(min((cell.n for cell in cells), default=n))


def _rounded(value: float, scale: str, n: float, *, hidden: bool) -> float:
    if hidden:
        return float("nan")
    if scale in _SHARES:
        return float(rounding.share(np.array([value]), np.array([float(n)]))[0])
    return round(value, 2)
