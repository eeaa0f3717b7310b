"""How answers are distributed: bars of 100 % with the shares of both ends, n, and cannot say outside."""

import math
from collections.abc import Sequence
from typing import Final

from barometri.disclosure.protected import TOTAL, Protected
from barometri.figures.chart import Chart
from barometri.figures.kinds.bars import AnswerScale, BarRow, Bars
from barometri.figures.reading import Cell, Reading, companion, favourable, is_aside, read
from barometri.figures.style import LIKERT
from barometri.figures.wording import (
    alt_text,
    aside_notes,
    contrast_title,
    finish,
    footer,
    heading,
    statistic,
    subtitle,
)

_PALETTES: Final[dict[int, tuple[int, ...]]] = {
    1: (4,),
    2: (0, 4),
    3: (0, 2, 4),
    4: (0, 1, 3, 4),
    5: (0, 1, 2, 3, 4),
}


def likert(protected: Protected, table_id: str, *, language: str) -> Chart:
    """Draw distributions of answers as bars of 100 %.

    Parameters
    ----------
    protected
        Protected results.
    table_id
        A table with ``category``, and ``item`` or ``by`` variables that make the rows.
    language
        ``fi``, ``sv`` or ``en``.
    """
    reading = read(protected, table_id, language=language).latest()
    asides = [name for name in reading.present("category") if is_aside(reading, name)]
    scale = _scale(reading, [name for name in reading.present("category") if name not in asides])
    rows = _rows(reading, scale, asides)
    item = reading.present("item")[0] if reading.present("item") else reading.table.analysis.items[0]
    body = Bars(reading, rows, scale, item)
    title, pairs = _title(reading, rows, scale)
    return finish(
        reading,
        body,
        body.cells,
        heading=heading(
            reading,
            title,
            subtitle(reading, statistic(reading)),
            footer(
                reading,
                body.cells,
                line="",
                counted=[cell for row in rows for cell in row.answers],
                notes=aside_notes(reading, body.cells),
            ),
        ),
        alt=alt_text(reading, title, pairs),
    )


def _items(reading: Reading) -> tuple[str, ...]:
    return reading.present("item") or reading.table.analysis.items


def _scale(reading: Reading, names: Sequence[str]) -> AnswerScale:
    """Return the answers from the unfavourable to the favourable end; without ends, in codebook order."""
    question = reading.study.codebook.questions.get(_items(reading)[0])
    good_ids = {code.id for code in question.codes if code.value in question.good} if question else set()
    answers = [name for name in names if name]
    good = [name for name in answers if set(name.split("+")) <= good_ids]
    if good and answers[: len(good)] == good and len(good) < len(answers):
        answers.reverse()
        good.reverse()
    bad = answers[: len(good)] if len(answers) >= 2 * len(good) else []
    places = _PALETTES.get(len(answers)) or [round(i * 4 / (len(answers) - 1)) for i in range(len(answers))]
    return AnswerScale(tuple(answers), tuple(LIKERT[i] for i in places), tuple(good), tuple(bad))


def _rows(reading: Reading, scale: AnswerScale, asides: Sequence[str]) -> tuple[BarRow, ...]:
    by = list(reading.table.by)
    items = reading.present("item")
    keys = (["item"] if len(items) > 1 or not by else []) + by
    rows: list[BarRow] = []
    last_heading = ""
    for combination in _combinations(reading, keys):
        cells = [
            c for c in reading.cells if all(c.get(k) == v for k, v in zip(keys, combination, strict=True))
        ]
        answers = tuple(c for name in scale.names for c in cells if c.get("category") == name)
        if not answers:
            continue
        aside = next((c for c in cells if c.get("category") in asides), None)
        label = reading.label(keys[-1], answers[0]) or reading.default_title
        above = ", ".join(reading.label(key, answers[0]) for key in keys[:-1])
        apart = bool(by) and combination[-1] == TOTAL and bool(rows)
        rows.append(
            BarRow(
                label,
                _n(reading, answers),
                answers,
                aside,
                above if above != last_heading else "",
                apart,
                favourable(reading, answers[0]),
            )
        )
        last_heading = above
    return tuple(rows)


def _combinations(reading: Reading, keys: Sequence[str]) -> list[tuple[str, ...]]:
    found = list(dict.fromkeys(tuple(cell.get(key) for key in keys) for cell in reading.cells))
    for place in range(len(keys) - 1, -1, -1):
        order = {name: i for i, name in enumerate(reading.present(keys[place]))}
        ranked = sorted(range(len(found)), key=[order.get(names[place], 0) for names in found].__getitem__)
        found = [found[i] for i in ranked]
    return found


def _n(reading: Reading, answers: Sequence[Cell]) -> str:
    known = [cell for cell in answers if cell.shown]
    if not known:
        return reading.texts.text("numbers.n", count=reading.hidden_mark)
    return reading.texts.n(known[0].n) + max((cell.flag for cell in known), key=len)


def _title(reading: Reading, rows: Sequence[BarRow], scale: AnswerScale) -> tuple[str, list[tuple[str, str]]]:
    """Return the finding, judged on the intervals of the favourable share, and that share of every row."""
    shares = [(row.label, row.share(scale.good, scale)) for row in rows] if scale.good else []
    pairs = [(label, reading.texts.percent(share)) for label, share in shares if not math.isnan(share)]
    by = reading.table.by
    good = companion(reading, reading.only_item, by) if len(by) == 1 and len(pairs) == len(rows) else ()
    return (contrast_title(reading, good, by[0]) if good else reading.default_title), pairs
