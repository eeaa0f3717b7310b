"""Tables of the section on methods: how responses were gathered, and how much was withheld."""

import math
from typing import Final

from barometri.disclosure.protected import SUPPRESSED, Protected, ProtectedWave
from barometri.tables import Table
from barometri.texts import Texts

_MONTH: Final = len("2021-02")


def waves_table(protected: Protected, texts: Texts) -> Table:
    """Return one row a wave; what no wave knows is left out.

    Parameters
    ----------
    protected
        What is published.
    texts
        Words of the language.
    """
    keys = ("year", "respondents", "field_days", "response_rate", "mode", "weighted")
    rows = tuple(_wave_row(part, protected, texts) for part in protected.waves)
    values = tuple(
        (None, None if math.isnan(part.n) else part.n, None, part.response_rate, None, None)
        for part in protected.waves
    )
    notes = [texts.label(protected.study.waves[part.year].note) for part in protected.waves]
    none = texts.text("numbers.none")
    known = [place for place in range(len(keys)) if any(row[place] != none for row in rows)]
    return Table(
        id="waves",
        title=texts.text("method.waves"),
        headers=tuple(texts.text(f"method.{keys[place]}") for place in known),
        rows=tuple(tuple(row[place] for place in known) for row in rows),
        values=tuple(tuple(row[place] for place in known) for row in values),
        row_headers=1,
        notes=tuple(dict.fromkeys(note for note in notes if note)),
    )


def _wave_row(part: ProtectedWave, protected: Protected, texts: Texts) -> tuple[str, ...]:
    wave = protected.study.waves[part.year]
    none = texts.text("numbers.none")
    return (
        str(part.year),
        texts.count(part.n),
        _field_days(part.field_days, texts) or none,
        none if part.response_rate is None else texts.percent(part.response_rate),
        texts.label(wave.mode) or none,
        texts.text("method.yes" if part.has_weights else "method.no"),
    )


def _field_days(written: str, texts: Texts) -> str:
    """Return when responses were gathered; two months of one year name the year once."""
    days = [day.strip() for day in written.split("/") if day.strip()]
    words = [_day(day, texts) for day in days]
    if [len(day) for day in days] == [_MONTH, _MONTH] and days[0][:4] == days[1][:4]:
        words[0] = words[0].removesuffix(days[0][:4]).rstrip()
    return "–".join(words)


def _day(written: str, texts: Texts) -> str:
    """Return ``2021-02-03`` or ``2021-02`` as the language writes it; anything else as it stands."""
    parts = written.strip().split("-")
    if not all(part.isdigit() for part in parts):
        return written
    numbers = [int(part) for part in parts]
    match numbers:
        case [year, month, day]:
            return texts.text("numbers.date", day=day, month=month, year=year)
        case [year, month]:
            return texts.month(year, month)
        case _:
            return written


def withheld_table(protected: Protected, texts: Texts) -> Table:
    """Return how much was withheld by table: one count, whatever the reason."""
    parts = protected.hidden
    counts = [
        (_title(part.table, protected, texts), part.cells, part.primary + part.secondary) for part in parts
    ]
    total = (
        texts.text("method.hidden_total"),
        sum(cells for _, cells, _ in counts),
        sum(hidden for *_, hidden in counts),
    )
    lines = [*counts, total]
    headers = [texts.text(f"method.hidden_{key}") for key in ("table", "records", "count")]
    rows: list[tuple[str, ...]] = [
        (name, texts.count(cells), texts.count(hidden)) for name, cells, hidden in lines
    ]
    values: list[tuple[float | None, ...]] = [
        (None, float(cells), float(hidden)) for _, cells, hidden in lines
    ]
    gone = [_effects(part.table, protected) for part in parts]
    noted = any(made for made, _ in gone)
    if noted:
        headers += [texts.text("method.hidden_effects"), texts.text("method.hidden_effects_gone")]
        pairs = [*gone, (sum(made for made, _ in gone), sum(lost for _, lost in gone))]
        rows = [(*row, *map(texts.count, pair)) for row, pair in zip(rows, pairs, strict=True)]
        values = [(*row, *map(float, pair)) for row, pair in zip(values, pairs, strict=True)]
    if any(part.aside for part in parts):
        headers.append(texts.text("method.hidden_rule"))
        words = [texts.text("method.rule_aside" if part.aside else "method.rule_strict") for part in parts]
        rows = [(*row, word) for row, word in zip(rows, [*words, ""], strict=True)]
        values = [(*row, None) for row in values]
    return Table(
        id="withheld",
        title=texts.text("method.disclosure_hidden"),
        headers=tuple(headers),
        rows=tuple(rows),
        values=tuple(values),
        row_headers=1,
        notes=(texts.text("method.hidden_effects_note"),) if noted else (),
    )


def _effects(name: str, protected: Protected) -> tuple[int, int]:
    """Count the effects of a table, and those without a number: withheld, or none to be had."""
    part = protected.tables.get(name)
    found = part.effects if part else ()
    return len(found), sum(one.status == SUPPRESSED or math.isnan(one.estimate) for one in found)


def _title(name: str, protected: Protected, texts: Texts) -> str:
    part = protected.tables.get(name)
    return (texts.label(part.analysis.title) if part else "") or name
