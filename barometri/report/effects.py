"""The effects of an analysis as a table: each measure once, and under it what it is about."""

import math
from dataclasses import replace
from typing import Final

from barometri.disclosure.protected import SUPPRESSED, Protected, ProtectedEffect, ProtectedTable
from barometri.findings.naming import About
from barometri.study.plan import JUDGED_VERBS
from barometri.tables import Table, table
from barometri.texts import Texts

_SHARES: Final = ("predicted_share", "one_organiser", "standardised_share", "county_direct_weight")
_POINTS: Final = (
    "points_per_model",
    "difference_of_shares",
    "standardised_difference",
    "model_points",
    "gap",
    "change_",
    "district_minus_rest",
)
_NOT_POINTS: Final = ("gap_interaction", "district_minus_rest_number")
_COLUMNS: Final = (
    "report.effect",
    "report.of_what",
    "report.number",
    "words.interval",
    "report.p",
    "report.adjusted_p",
    "words.n",
)
_OF_ONE_ORGANISER: Final = ("odds_ratio_within_area", "score_per_model_of_others")
_WHOLE: Final = "district_rank"
"""Numbers of places, which have no decimals."""
_DRAWN: Final = ("forest", "profile", "reversal")
"""Charts of effects."""
_STANDARDISED: Final = ("gaps", "trends")
"""Verbs whose effects hold the mix of groups still; the shares beside them do not."""
_MEASURE: Final = 0
_OF_WHAT: Final = 1
_ALWAYS: Final = (_MEASURE, 2, 3, 6)
"""Columns that stand even where no effect has anything to say in them."""


def effects_table(name: str, part: ProtectedTable, protected: Protected, texts: Texts) -> Table:
    """Return the effects of an analysis as a table.

    Parameters
    ----------
    name
        Id of the analysis.
    part
        Its protected table.
    protected
        The run.
    texts
        The language.

    Returns
    -------
    Table
        Rows in the order of the measures; those of one measure stand under its name, each with what it is
        about, its number, its interval, p alone and adjusted, and n. Columns that say nothing are left out.
    """
    rows, values = [], []
    names = [_measure(effect, protected, texts) for effect in part.effects]
    order = sorted(range(len(names)), key=lambda place: names.index(names[place]))
    for effect in (part.effects[place] for place in order):
        rows.append(_row(effect, part, protected, texts))
        known = effect.status != SUPPRESSED and not math.isnan(effect.estimate)
        numbers = (effect.estimate, None, None, None, float(effect.n)) if known else (None,) * 5
        values.append((None, None, *numbers))
    used = [place for place in range(len(_COLUMNS)) if place in _ALWAYS or any(row[place] for row in rows)]
    return Table(
        id=f"{name}_effects",
        title=_title(part, texts),
        headers=tuple(texts.text(_COLUMNS[place]) for place in used),
        rows=tuple(tuple(row[place] for place in used) for row in rows),
        values=tuple(tuple(row[place] for place in used) for row in values),
        row_headers=2 if _OF_WHAT in used else 1,
        notes=_notes(part, protected, texts),
    )


def _notes(part: ProtectedTable, protected: Protected, texts: Texts) -> tuple[str, ...]:
    """Say whose answers the effects are, how their p values are adjusted, and what a mark means."""
    names = {effect.name for effect in part.effects}
    said = []
    if part.analysis.verb == "model_effects":
        said.append(texts.text(f"difference.base_{part.analysis.reading}"))
    if names & set(_OF_ONE_ORGANISER):
        said.append(texts.text("report.one_organiser_note"))
    if part.analysis.verb == "county":
        said.append(texts.text("report.county_note"))
    if any(effect.adjusted_p_text for effect in part.effects):
        said.append(texts.text("report.holm"))
    if any(effect.status == SUPPRESSED or math.isnan(effect.estimate) for effect in part.effects):
        said.append(texts.text("status.note_effect_hidden", mark=protected.study.disclosure.mark))
    if part.analysis.verb in JUDGED_VERBS:
        said.append(texts.text("method.association"))
    return tuple(words.rstrip(".") + "." for words in said)


def draws_effects(part: ProtectedTable) -> bool:
    """Whether an analysis' figure draws its effects, not its shares."""
    return part.analysis.chart in _DRAWN and bool(part.effects)


def shares_table(name: str, part: ProtectedTable, protected: Protected, texts: Texts) -> Table:
    """Return the shares beside effects, titled as what they are."""
    found = table(protected, name, language=texts.language)
    items = set(part.frame["item"].astype(str)) if "item" in part.frame else {*part.analysis.items}
    of_models = bool(items & {model.id for model in protected.study.models})
    what = texts.text("default_title.prevalence" if of_models else "report.shares")
    notes = found.notes
    if part.analysis.verb in _STANDARDISED:
        notes = (*notes[:1], texts.text("report.shares_plain"), *notes[1:])
    title = f"{found.title}: {texts.lowered(what)}"
    return replace(found, id=f"{name}_shares", title=title, notes=notes)


def _title(part: ProtectedTable, texts: Texts) -> str:
    """Return what the effects are, and of which analysis."""
    words = texts.text("report.effects" if part.analysis.verb in JUDGED_VERBS else "report.differences")
    title = texts.label(part.analysis.title)
    return f"{title}: {texts.lowered(words)}" if title else words


def _row(
    effect: ProtectedEffect, part: ProtectedTable, protected: Protected, texts: Texts
) -> tuple[str, ...]:
    item = part.analysis.items[0] if part.analysis.items else ""
    about = About(protected.study, texts, protected.wave, item)
    head = (_measure(effect, protected, texts), _upper(about.words(effect.about)))
    if effect.status == SUPPRESSED:
        mark = protected.study.disclosure.mark
        return (*head, mark, mark, "", "", mark)
    return (
        *head,
        _number(effect.name, effect.estimate, texts),
        _interval(effect, texts),
        texts.p(effect.p_text) if effect.p_text else "",
        texts.p(effect.adjusted_p_text) if effect.adjusted_p_text else "",
        texts.count(effect.n),
    )


def _is_points(name: str) -> bool:
    return name.startswith(_POINTS) and not name.startswith(_NOT_POINTS)


def _number(name: str, value: float, texts: Texts) -> str:
    if name.startswith(_SHARES):
        return texts.percent(value)
    if _is_points(name) and not math.isnan(value):
        return texts.text("numbers.pp", number=texts.number(round(100 * value, 6), 0, sign=True))
    return texts.number(value, 0 if name == _WHOLE else 2)


def _interval(effect: ProtectedEffect, texts: Texts) -> str:
    low, high = effect.ci_low, effect.ci_high
    if effect.name.startswith(_SHARES):
        return texts.interval(low, high)
    if _is_points(effect.name):
        return texts.range(round(100 * low, 6), round(100 * high, 6), 0)
    return texts.range(low, high, 0 if effect.name == _WHOLE else 2)


def _measure(effect: ProtectedEffect, protected: Protected, texts: Texts) -> str:
    key = f"effect.{effect.name}"
    measure = texts.text(key) if texts.has(key) else effect.name.replace("_", " ")
    if not effect.adjusted_for:
        return measure
    codebook = protected.study.codebook
    names = [texts.label(codebook[name].label) if name in codebook else name for name in effect.adjusted_for]
    return texts.text(
        "report.adjusted", measure=measure, variables=texts.listing([texts.lowered(name) for name in names])
    )


def _upper(words: str) -> str:
    """Return words that begin a cell; a quotation mark is no letter."""
    start = next((place for place, letter in enumerate(words) if letter.isalnum()), 0)
    return words[:start] + words[start : start + 1].upper() + words[start + 1 :]
