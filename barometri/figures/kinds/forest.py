"""Differences by model as a forest: each alone, at equal other models, and against a claim's margin."""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from barometri.disclosure.protected import SHOWN, SUPPRESSED, Protected, ProtectedClaim, Verdict
from barometri.figures.chart import Chart
from barometri.figures.differences import (
    Difference,
    Measured,
    base_of,
    differences,
    frame,
    held,
    hundredfold,
    judged_question,
)
from barometri.figures.kinds.ladder import MARGIN, Ladder, Mark, Rung, Rungs
from barometri.figures.reading import Cell, Reading, read
from barometri.figures.scale import Scale, fit_signed
from barometri.figures.sheet import BOX, KeyEntry
from barometri.figures.style import BLUE, GREY, ORANGE
from barometri.figures.wording import alt_text, finish, footer, heading, subtitle

POINTS: Final = "model_points"
SCORE: Final = "model_score"
MARGINAL: Final = "marginal"
CONDITIONAL: Final = "conditional"
TEST: Final = "test"
_LOOKS: Final[Mapping[str, tuple[str, str]]] = {
    MARGINAL: (ORANGE, "D"),
    CONDITIONAL: (BLUE, "o"),
    TEST: (GREY, "s"),
}
_TICK_ROOM: Final = 0.42
_JUDGED: Final = (Verdict.EQUIVALENT, Verdict.NOT_SHOWN_EITHER_WAY, Verdict.CONTRADICTED)

Pairs = Mapping[str, Mapping[str, Difference]]


def forest(protected: Protected, table_id: str, *, language: str) -> Chart:
    """Draw how the judgement differs with each model: alone, and at equal other models.

    Models are sorted by the difference at equal other models, hidden ones last. A model that a claim of the
    study holds to make no difference stands apart, with the claim's margin as a band and its test.

    Parameters
    ----------
    protected
        Protected results.
    table_id
        A table with the effects of models.
    language
        ``fi``, ``sv`` or ``en``.
    """
    reading = read(protected, table_id, language=language)
    name = _measure(reading)
    measured = Measured(reading.texts, shares=name == POINTS)
    pairs = _pairs(reading, name)
    tests = _tests(reading, pairs) if name == POINTS else {}
    order = _order(pairs, tests)
    effects = [one for model in order for one in pairs[model].values()]
    drawn = [*effects, *(_as_difference(claim, model) for model, claim in tests.items())]
    rungs = tuple(_rung(reading, measured, model, pairs[model], tests.get(model)) for model in order)
    text = reading.texts.text
    body = Ladder(
        reading,
        (Rungs("", rungs),),
        partial(_scale, cells=[one.cell for one in drawn], reach=max(r.margin or 0.0 for r in rungs)),
        measured.tick,
        (text("difference.caption_value"), text("difference.caption_p")),
        _entries(reading, drawn, tests),
        measured.axis,
    )
    title = _title(reading, pairs)
    words = subtitle(reading, text("forest.subtitle", what=_what(reading, name)))
    return finish(
        reading,
        body,
        body.cells,
        heading=heading(reading, title, words, _footer(reading, name, effects, tests)),
        alt=alt_text(reading, title, _said(reading, measured, pairs), chart="forest"),
        data=frame(reading, drawn, names={"kind": {kind: text(f"forest.{kind}") for kind in _LOOKS}}),
        n=base_of(effects),
    )


def _footer(
    reading: Reading, name: str, effects: Sequence[Difference], tests: Mapping[str, ProtectedClaim]
) -> str:
    text = reading.texts.text
    adjusted = next((e.adjusted_for for e in reading.table.effects if e.name == name), ())
    notes = [
        held(reading, adjusted),
        text("difference.filled_models"),
        text("forest.test_note") if tests else "",
        text("forest.other_scale") if name == POINTS and _judged_by_score(reading) else "",
        text("difference.no_cause"),
    ]
    cells = [one.cell for one in effects]
    cells += [_as_difference(claim, model).cell for model, claim in tests.items()]
    shown = [one.cell for one in effects if one.cell.shown]
    base = text(f"difference.base_{reading.table.analysis.reading}")
    return footer(reading, cells, notes=[n for n in notes if n], counted=shown, base=base)


def _judged_by_score(reading: Reading) -> bool:
    """Whether a claim of the study judges single models by the points of the scale, not by shares."""
    return any(
        judged.claim.kind == "each"
        and judged.claim.scale == "score"
        and judged.claim.wave == reading.protected.wave
        for judged in reading.protected.claims
    )


def _said(reading: Reading, measured: Measured, pairs: Pairs) -> list[tuple[str, str]]:
    """Return the differences at equal other models, the largest first."""
    listed = [pairs[model][CONDITIONAL].cell for model in _order(pairs, {}) if CONDITIONAL in pairs[model]]
    return [
        (reading.names.item(cell.get("item"), short=True), measured.value(cell.estimate))
        for cell in listed
        if cell.shown
    ]


def _scale(start: float, end: float, *, cells: Sequence[Cell], reach: float) -> Scale:
    return fit_signed(cells, start=start, end=end, room=_TICK_ROOM, least=reach)


def _measure(reading: Reading) -> str:
    """Return the share of favourable judgements where it is known, else the points of the scale."""
    for name in (POINTS, SCORE):
        if any(one.cell.shown for one in differences(reading, name)):
            return name
    return POINTS


def _pairs(reading: Reading, name: str) -> Pairs:
    found: dict[str, dict[str, Difference]] = {}
    listed = differences(reading, name)
    for model in reading.ordered("item", (one.cell.get("item") for one in listed)):
        own = {one.cell.get("kind"): one for one in listed if one.cell.get("item") == model}
        found[model] = {kind: own[kind] for kind in (MARGINAL, CONDITIONAL) if kind in own}
    return found


def _order(pairs: Pairs, tests: Mapping[str, ProtectedClaim]) -> list[str]:
    """Return the models from the largest difference; hidden ones, then those a claim tests, stand last."""

    def place(model: str) -> tuple[bool, bool, float]:
        one = pairs[model].get(CONDITIONAL) or next(iter(pairs[model].values()))
        return model in tests, not one.cell.shown, -one.cell.estimate if one.cell.shown else 0.0

    return sorted(pairs, key=place)


def _tests(reading: Reading, pairs: Pairs) -> dict[str, ProtectedClaim]:
    """Return the claims that a model makes no difference to this question this year."""
    outcome = judged_question(reading)
    return {
        judged.claim.item: judged
        for judged in reading.protected.claims
        if judged.claim.kind == "equivalence"
        and judged.claim.item in pairs
        and judged.claim.margin is not None
        and judged.claim.wave == reading.protected.wave
        and judged.claim.scale == "good"
        and (judged.claim.outcome or reading.study.roles.outcome) == outcome
    }


def _as_difference(judged: ProtectedClaim, model: str) -> Difference:
    status = SUPPRESSED if math.isnan(judged.estimate) else SHOWN
    numbers = (judged.estimate, judged.ci_low, judged.ci_high)
    keys = {"item": model, "kind": TEST}
    cell = Cell(keys, *numbers, judged.n, float("nan"), status, "")
    return Difference(cell, judged.p_text, judged.adjusted_p_text)


def _rung(
    reading: Reading,
    measured: Measured,
    model: str,
    kinds: Mapping[str, Difference],
    test: ProtectedClaim | None,
) -> Rung:
    texts = reading.texts
    marks = [_mark(measured, kind, one, hollow=not one.is_apart) for kind, one in kinds.items()]
    if test is None:
        return Rung(reading.names.item(model), tuple(marks))
    one = _as_difference(test, model)
    marks.append(_mark(measured, TEST, one, hollow=test.verdict != Verdict.EQUIVALENT))
    margin = test.claim.margin or 0.0
    points = texts.number(hundredfold(margin), 0)
    verdict = test.verdict.name.lower()
    key = f"forest.{verdict}" if test.verdict in _JUDGED else f"verdict.{verdict}"
    said = texts.lowered(texts.text(key))
    heading_words = texts.text("forest.test_heading", margin=points, verdict=said)
    return Rung(reading.names.item(model), tuple(marks), margin, heading_words)


def _mark(measured: Measured, kind: str, one: Difference, *, hollow: bool) -> Mark:
    colour, shape = _LOOKS[kind]
    texts = measured.texts
    p = one.p if kind == TEST else one.adjusted
    words = (measured.with_interval(one.cell), texts.p(p)) if one.cell.shown else ()
    return Mark(one.cell, colour, shape, words, hollow)


def _entries(
    reading: Reading, drawn: Sequence[Difference], tests: Mapping[str, ProtectedClaim]
) -> tuple[KeyEntry, ...]:
    text = reading.texts.text
    used = {one.cell.get("kind") for one in drawn}
    entries = [
        KeyEntry(shape, colour, text(f"forest.{k}")) for k, (colour, shape) in _LOOKS.items() if k in used
    ]
    if tests:
        entries.append(KeyEntry(BOX, MARGIN, text("forest.margin")))
    return tuple(entries)


def _what(reading: Reading, name: str) -> str:
    """Return what differs, in the study's words."""
    question = reading.study.codebook.questions.get(judged_question(reading))
    if question is None:
        return reading.default_title
    label = reading.texts.label(question.label)
    good = reading.texts.label(question.good_label)
    if name == POINTS and good:
        return reading.texts.text("difference.of_share", good=reading.texts.lowered(good))
    return reading.texts.text("difference.of_score", label=reading.texts.lowered(label))


def _title(reading: Reading, pairs: Pairs) -> str:
    """Return the models that stand out at equal others: only when every difference is shown."""
    listed = [kinds[CONDITIONAL] for kinds in pairs.values() if CONDITIONAL in kinds]
    if not listed or not all(one.cell.shown for one in listed):
        return reading.default_title
    apart = [one for one in listed if one.is_apart]
    if not apart:
        return reading.texts.text("title.forest_none")
    if any(one.cell.estimate < 0 for one in apart):
        return reading.default_title
    apart.sort(key=lambda one: -one.cell.estimate)
    models = [reading.texts.lowered(reading.names.item(one.cell.get("item"), short=True)) for one in apart]
    return reading.texts.text("title.forest", models=reading.texts.listing(models))
