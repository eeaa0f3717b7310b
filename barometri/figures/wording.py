"""Title, subtitle, footer and alt text of a chart: templates filled with protected numbers."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

import pandas as pd

from barometri.disclosure.protected import SHOWN, SMALL_BASE, TOTAL, UNRELIABLE
from barometri.figures.chart import Chart
from barometri.figures.reading import Cell, Reading, is_aside
from barometri.figures.sheet import Body, Heading, compose
from barometri.figures.style import NARROW, WIDE, style
from barometri.study.plan import ChartKind
from barometri.texts import NUMBER_OF_MODELS

LONGEST_ALT: Final = 250
_LONG_TITLE: Final = 105
_MODEL_VERBS: Final = ("model_prevalence", "model_effects", "regions")
"""Analyses whose shares are of models; "cannot say" is read as the analysis says."""


def subject(reading: Reading) -> str:
    """Return what a share is a share of, in the study's words: the favourable answer, else the title."""
    item = reading.only_item
    question = reading.study.codebook.questions.get(item)
    if question is None or not question.good_label:
        return reading.default_title
    good = reading.texts.label(question.good_label)
    label = reading.texts.label(question.label)
    shared = [q for q in reading.study.codebook.questions.values() if q.good_label == question.good_label]
    return good if len(shared) == 1 else f"{label}, {reading.texts.lowered(good)}"


def in_sentence(reading: Reading, key: str, label: str) -> str:
    """Return a label inside a sentence: respondent groups are common nouns, all else keeps its capital."""
    return reading.texts.lowered(label) if key == reading.study.roles.group else label


def statistic(reading: Reading) -> str:
    """Return what the numbers are."""
    texts, analysis = reading.texts, reading.table.analysis
    if analysis.verb == "model_prevalence":
        return texts.text("subtitle.models")
    if not reading.is_share:
        return texts.text("subtitle.mean")
    if analysis.verb == "distribution":
        return texts.text("subtitle.shares")
    good = _good(reading)
    return texts.text("subtitle.good", good=texts.lowered(good)) if good else texts.text("subtitle.classes")


def _good(reading: Reading) -> str:
    """Return the favourable answer that all questions of the table share, empty when there is none."""
    codebook = reading.study.codebook
    items = [name for name in reading.present("item") or reading.table.analysis.items if name in codebook]
    good = {reading.texts.label(codebook[name].good_label) for name in items}
    return good.pop() if len(good) == 1 else ""


def subtitle(reading: Reading, words: str) -> str:
    """Return the statistic with its year or years."""
    texts = reading.texts
    waves = sorted({cell.get("wave") for cell in reading.cells if cell.get("wave")})
    if len(waves) > 1:
        return texts.text("subtitle.waves", statistic=words, first=waves[0], last=waves[-1])
    return texts.text("subtitle.wave", statistic=words, wave=waves[0] if waves else reading.protected.wave)


def base_words(reading: Reading, beside: Iterable[str] = ()) -> str:
    """Return who is in the base; ``beside`` are items of other tables that are drawn as well."""
    analysis, text = reading.table.analysis, reading.texts.text
    items = {*(reading.present("item") or ()), *analysis.items, *beside}
    models = {model.id for model in reading.study.models}
    if analysis.verb == "number_of_models" or items == {NUMBER_OF_MODELS}:
        return text("base.number_of_models")
    of_models = analysis.verb in _MODEL_VERBS or (analysis.verb == "county" and items <= models)
    key = analysis.reading if of_models else str(getattr(analysis, "base", "") or "answered")
    if analysis.verb == "model_effects":
        key = "lower" if analysis.base == "asked" else "informed"
    if analysis.verb == "model_prevalence" and not items & models:
        key = "asked"
    if key == "answered" and not _may_not_know(reading):
        key = "answered_all"
    base = _with_nothing(reading, key, items) if of_models and items & models else text(f"base.{key}")
    counted = NUMBER_OF_MODELS in reading.table.keys and not of_models
    return text("base.with_number", base=base) if counted else base


def _with_nothing(reading: Reading, key: str, items: set[str]) -> str:
    """Return the base of models; whether nothing is agreed is an answer beside them, no state of one."""
    texts, states = reading.texts, reading.study.model_states
    form = f"base.{key}_with_nothing"
    if states is None or states.nothing_agreed not in items or not texts.has(form):
        return texts.text(f"base.{key}")
    question = reading.study.question(states.nothing_agreed)
    read_as = [
        code for code in question.substantive if (code.id == states.nothing_agreed_yes) == (key == "upper")
    ]
    answers = [texts.quote(texts.lowered(texts.label(code.label))) for code in read_as]
    return texts.text(
        form, question=texts.quote(texts.label(question.label)), answer=texts.listing(answers, last="or")
    )


def _may_not_know(reading: Reading) -> bool:
    """Whether a question of the table could be answered with "cannot say"."""
    codebook = reading.study.codebook
    items = [name for name in reading.present("item") or reading.table.analysis.items if name in codebook]
    codes = [code for name in items for code in codebook[name].codes]
    return not items or any(code.missing == "dont_know" for code in codes)


def bases(cells: Iterable[Cell]) -> list[float]:
    """Return the bases of the whole, one for each number of it; where there is no whole, of every cell."""
    known = [cell for cell in cells if not math.isnan(cell.n)]
    by = [key for cell in known[:1] for key in cell.keys if key not in ("wave", "item", "category")]
    whole = [cell.n for cell in known if all(cell.get(key) == TOTAL for key in by)]
    return whole or [cell.n for cell in known]


def respondents(cells: Sequence[Cell]) -> int:
    """Return the base of the whole; where there is none, of the latest year's shown groups together."""
    known = [cell for cell in cells if not math.isnan(cell.n)]
    whole, latest = bases(known), max((cell.get("wave") for cell in known), default="")
    last = [cell for cell in known if cell.get("wave") == latest]
    keys = [key for key in (last[0].keys if last else ()) if key not in ("wave", "item", "category")]
    if not keys or any(all(cell.get(key) == TOTAL for key in keys) for cell in known):
        return int(max(whole, default=0))
    groups: dict[tuple[str, ...], float] = {}
    for cell in last:
        group = tuple(cell.get(key) for key in keys)
        groups[group] = max(groups.get(group, 0.0), cell.n)
    return int(sum(size for group, size in groups.items() if TOTAL not in group))


def footer(
    reading: Reading,
    cells: Sequence[Cell],
    *,
    line: str = "footer.line",
    notes: Sequence[str] = (),
    flags: bool = True,
    counted: Sequence[Cell] | None = None,
    base: str = "",
) -> str:
    """Return base, n, what the lines and marks mean (asterisks where ``flags``), and the source.

    n is that of the cells ``counted``; without them, of all. ``base`` takes the place of the analysis' own.
    """
    texts = reading.texts
    sizes = bases(cells if counted is None else counted)
    base = base or base_words(reading)
    if sizes:
        low, high = min(sizes), max(sizes)
        n = texts.n(high) if low == high else texts.text(
            "footer.n_range", low=texts.count(low), high=texts.count(high)
        )  # fmt: skip
        base = f"{base}, {n}"
    parts = [base, *([texts.text(line)] if line else []), *notes, *status_notes(reading, cells, flags=flags)]
    if line and "no_design" in reading.table.notes:
        parts.append(texts.text("footer.no_design"))
    source = texts.label(reading.study.source).rstrip(".")
    if source:
        parts.append(texts.text("words.source", source=source))
    return ". ".join(part.rstrip(".") for part in parts) + "."


def aside_notes(reading: Reading, cells: Sequence[Cell]) -> list[str]:
    """Return what the share beside the answers is a share of, where there is one."""
    asides = any(is_aside(reading, cell.get("category")) for cell in cells if cell.get("category"))
    beside = asides and getattr(reading.table.analysis, "base", "") == "answered"
    return [reading.texts.text("footer.cannot_say")] if beside else []


def status_notes(reading: Reading, cells: Sequence[Cell], *, flags: bool = True) -> list[str]:
    """Return what the marks of hidden records and small bases mean, as far as they occur."""
    texts, rules = reading.texts, reading.study.disclosure
    statuses = {cell.status for cell in cells}
    notes = []
    if any(not cell.shown for cell in cells):
        notes.append(texts.text("status.note_suppressed", mark=reading.hidden_mark))
    if flags and SMALL_BASE in statuses:
        notes.append(texts.text("status.note_small_base", limit=rules.small_base))
    if flags and UNRELIABLE in statuses:
        notes.append(texts.text("status.note_unreliable", limit=rules.unreliable))
    return notes


def alt_text(reading: Reading, title: str, pairs: Iterable[tuple[str, str]], *, chart: ChartKind = "") -> str:
    """Return at most 250 characters: the kind of chart, the finding, then values while they fit."""
    texts = reading.texts
    kind = texts.text(f"alt.{chart or reading.table.analysis.chart or 'dots'}")
    alt = texts.text("alt.sentence", kind=kind, title=title.rstrip("."))
    end = " " + texts.text("alt.data")
    if len(alt) > LONGEST_ALT:
        return alt[: LONGEST_ALT - 1].rsplit(" ", 1)[0] + "…"
    listed = ""
    lead = _good(reading) if title == reading.default_title else ""
    for label, value in pairs:
        pair = texts.text("alt.pair", label=label, value=value)
        first = f"{lead}: {pair}" if lead else pair[:1].upper() + pair[1:]
        longer = f"{listed}, {pair}" if listed else f" {first}"
        if len(alt) + len(longer) + 1 > LONGEST_ALT:
            break
        listed = longer
    alt += f"{listed}." if listed else ""
    return alt + end if len(alt) + len(end) <= LONGEST_ALT else alt


def finish(
    reading: Reading,
    body: Body,
    cells: Sequence[Cell],
    *,
    heading: Heading,
    alt: str,
    data: pd.DataFrame | None = None,
    n: int | None = None,
) -> Chart:
    """Draw both figures and return the chart; ``data`` and ``n`` are those of the cells by default."""
    with style():
        wide = compose(WIDE, heading, body)
        narrow = compose(NARROW, heading, body)
    return Chart(
        id=reading.id,
        figure=wide,
        narrow=narrow,
        data=reading.data(cells) if data is None else data,
        title=heading.title,
        subtitle=heading.subtitle,
        footer=f"{heading.footer} {heading.notice}".strip(),
        alt=alt,
        n=respondents(cells) if n is None else n,
        language=reading.texts.language,
    )


def heading(reading: Reading, title: str, sub: str, foot: str) -> Heading:
    """Return the words around a drawing, with the mark of made-up data."""
    notice = reading.texts.text("words.synthetic") if reading.study.synthetic else ""
    return Heading(title=title, subtitle=sub, footer=foot, notice=notice)


def contrast_title(reading: Reading, cells: Sequence[Cell], key: str, *, about: str = "") -> str:
    """Return the highest and the lowest value where all are shown and the two intervals are apart.

    Otherwise the whole's value, or the study's title: a title never ranks a hidden cell, nor two values that
    cannot be told apart.
    """
    texts = reading.texts
    parts = [cell for cell in cells if cell.get(key) != TOTAL]
    whole = [cell for cell in cells if cell.get(key) == TOTAL and cell.shown]
    if len(parts) > 1 and all(cell.shown for cell in parts):
        high = max(parts, key=lambda cell: cell.estimate)
        low = min(parts, key=lambda cell: cell.estimate)
        if high.above(low) and {high.status, low.status} <= {SHOWN, SMALL_BASE}:
            name = about or subject(reading)
            long, short = (_groups(reading, name, high, low, key, short=form) for form in (False, True))
            return long if len(long) <= _LONG_TITLE else short
    if whole and reading.only_item:
        return texts.text("title.overall", subject=about or subject(reading), value=_plain(reading, whole[0]))
    return reading.default_title


def _plain(reading: Reading, cell: Cell) -> str:
    return reading.value(cell).rstrip("*")


def _groups(reading: Reading, about: str, high: Cell, low: Cell, key: str, *, short: bool) -> str:
    return reading.texts.text(
        "title.groups",
        subject=about,
        high=in_sentence(reading, key, reading.label(key, high, short=short)),
        high_value=_plain(reading, high),
        low=in_sentence(reading, key, reading.label(key, low, short=short)),
        low_value=_plain(reading, low),
    )
