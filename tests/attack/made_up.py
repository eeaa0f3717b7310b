"""A made-up study, and made-up results and releases of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from barometri.disclosure.protected import (
    SHOWN,
    SUPPRESSED,
    Protected,
    ProtectedClaim,
    ProtectedEffect,
    ProtectedFigure,
    ProtectedPart,
    ProtectedTable,
    ProtectedWave,
)
from barometri.estimates import Cell, Effect, Estimates
from barometri.results import (
    AnalysisResult,
    ClaimResult,
    FigureResult,
    Part,
    Provenance,
    Results,
    SameAsPublished,
    Verdict,
)
from barometri.study.claim import Claim, PublishedFigure
from barometri.study.codebook import Code, Codebook, Derivation, Question
from barometri.study.codes import MissingReason
from barometri.study.plan import Analysis, DisclosureRules, Model, ModelStates
from barometri.study.study import Roles, Study

NAN = float("nan")
STATES = ModelStates("est", "trial", "unused", "nothing", "nothing_yes")


def codes(*ids: str, unsure: bool = True) -> tuple[Code, ...]:
    given = tuple(Code(i, name, {}, {}) for i, name in enumerate(ids, 1))
    return (*given, Code(8, "unsure", {}, {}, MissingReason.DONT_KNOW)) if unsure else given


def question(name: str, *ids: str, good: tuple[int, ...] = (), **more: Any) -> Question:  # noqa: ANN401
    return Question(name, "nominal", {}, {}, codes(*ids), good, **more)


ARRANGED = codes("est", "trial", "unused")
CODEBOOK = Codebook(
    {
        "well": question("well", "bad", "mid", "fine", "best", good=(3, 4)),
        "nothing": question("nothing", "nothing_yes", "nothing_no"),
        "number": Question("number", "nominal", {}, {}),
        "q1": Question("q1", "nominal", {}, {}, ARRANGED, subject="organisation"),
        "q2": Question("q2", "nominal", {}, {}, ARRANGED, subject="organisation"),
        "q3": Question("q3", "nominal", {}, {}, ARRANGED),
        "group": question("group", "g1", "g2"),
        "side": question("side", "s", "t", derived=Derivation("group", {"g1": "s", "g2": "t"})),
    }
)
MODELS = (Model("A", {}, {}, ("q1",)), Model("B", {}, {}, ("q2", "q3")))


def study(**more: Any) -> Study:  # noqa: ANN401
    given: dict[str, Any] = {
        "codebook": CODEBOOK,
        "models": MODELS,
        "model_states": STATES,
        "roles": Roles(outcome="well"),
        "disclosure": DisclosureRules(),
        **more,
    }
    return Study("made", Path(), {}, ("en",), date(2021, 1, 1), waves={}, analyses=(), digest="d", **given)


def table(
    verb: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    by: tuple[str, ...] = (),
    domain: str = "",
    effects: tuple[Effect, ...] = (),
    name: str = "tab",
    **analysis: Any,  # noqa: ANN401
) -> AnalysisResult:
    """Rows are keys with ``n``, ``k`` and perhaps ``estimate``."""
    frame = pd.DataFrame(list(rows))
    k = frame.pop("k").astype(float)
    if "estimate" not in frame:
        frame["estimate"] = k / frame["n"]
    frame["n_weighted"] = frame["n"] * 10.0
    plan = Analysis(id=name, verb=verb, **analysis)  # type: ignore[arg-type]
    counts = pd.DataFrame({"k": k})
    zero = np.zeros((len(frame), len(frame)))
    return AnalysisResult(plan, Estimates(frame, zero, by, "proportion", "", counts, domain), effects)


def printed(result: AnalysisResult, hidden: Sequence[int] = (), digits: int = 3) -> ProtectedTable:
    frame = result.estimates.frame.copy()
    frame["estimate"] = frame["estimate"].round(digits)
    frame["status"] = [SUPPRESSED if i in hidden else SHOWN for i in range(len(frame))]
    for column in ("estimate", "n", "n_weighted"):
        frame[column] = frame[column].astype(float).mask(frame["status"] == SUPPRESSED)
    return ProtectedTable(result.analysis, "proportion", result.estimates.by, frame, "")


def effect(*cells: Cell) -> Effect:
    return Effect("contrast", 0.1, 0.1, 0.0, 0.2, 40, 9.0, 0.1, "m", "null", cells=cells)


def printed_effect(status: str = SHOWN, estimate: float = 0.1) -> ProtectedEffect:
    return ProtectedEffect("contrast", estimate, 0.0, 0.2, 40, "0.10", "m", "null", status)


def claim(*cells: Cell, parts: Sequence[Cell] = ()) -> ClaimResult:
    said = Claim("c1", "quantity", (2021,), ("well",), {}, "f")
    own = tuple(Part("left", "side", 0.5, cells=(cell,)) for cell in parts)
    return ClaimResult(said, Verdict.SUPPORTED, 0.5, parts=own, cells=cells)


def printed_claim(
    found: ClaimResult,
    verdict: Verdict = Verdict.SUPPORTED,
    estimate: float = 0.5,
    part: Any = (),  # noqa: ANN401
) -> ProtectedClaim:
    parts = tuple(
        ProtectedPart("left", "side", value, NAN, NAN, NAN, words, "", "share", None, {}, SHOWN)
        for value, words in part
    )
    numbers = (estimate, NAN, NAN, NAN, NAN)
    return ProtectedClaim(found.claim, verdict, *numbers, "", "", "share", 0.95, "", parts)


def figure(*cells: Cell) -> FigureResult:
    own = PublishedFigure("f1", 2021, "well", 0.5, 0.01)
    return FigureResult(own, 0.5, 40, SameAsPublished.YES, cells)


def run(
    tables: Mapping[str, AnalysisResult],
    *,
    claims: Sequence[ClaimResult] = (),
    figures: Sequence[FigureResult] = (),
    of: Study | None = None,
) -> Results:
    source = Provenance({}, "d", "0")
    return Results(of or study(), 2021, tables, tuple(claims), (), source, (), tuple(figures))


def release(
    results: Results,
    tables: Mapping[str, ProtectedTable] | None = None,
    *,
    claims: Sequence[ProtectedClaim] = (),
    figures: Sequence[float] = (),
    waves: Sequence[tuple[int, float]] = (),
) -> Protected:
    shown = {name: printed(own) for name, own in results.tables.items()} if tables is None else tables
    said = tuple(ProtectedWave(year, n, "", "", has_weights=False, response_rate=None) for year, n in waves)
    pairs = zip(results.published_figures, figures, strict=True)
    beside = tuple(ProtectedFigure(f.figure, value, NAN, f.same) for f, value in pairs)
    return Protected(results.study, 2021, shown, tuple(claims), said, (), results.provenance, (), beside)
