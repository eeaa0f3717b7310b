"""Districts against the others: the models and the satisfaction of each, or of one district alone."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from barometri.disclosure.protected import TOTAL, Protected
from barometri.errors import OptionError
from barometri.figures.chart import Chart
from barometri.figures.differences import Difference, Measured, differences, frame, judged_question
from barometri.figures.kinds.ladder import Ladder, Mark, Rung, Rungs
from barometri.figures.reading import Cell, Reading, cells_of, read
from barometri.figures.scale import Scale, fit_signed
from barometri.figures.sheet import KeyEntry
from barometri.figures.style import BLUE, ORANGE
from barometri.figures.wording import alt_text, finish, footer, heading, subtitle

MINUS_REST: Final = "district_minus_rest"
RANK: Final = "district_rank"
_MODEL: Final = (BLUE, "o")
_JUDGED: Final = (ORANGE, "D")
_TICK_ROOM: Final = 0.42
_LONG_TITLE: Final = 170
_LEAST: Final = 0.1


def profile(protected: Protected, table_id: str, *, language: str, area: str = "") -> Chart:
    """Draw how each district differs from the others together: its models, and how cooperation is judged.

    Parameters
    ----------
    protected
        Protected results.
    table_id
        A table with the effects of districts against the rest.
    language
        ``fi``, ``sv`` or ``en``.
    area
        Code id of one district; without it all districts side by side.

    Raises
    ------
    OptionError
        When the results have no such district.
    """
    reading = read(protected, table_id, language=language)
    variable = reading.table.by[0]
    found = differences(reading, MINUS_REST)
    places = reading.ordered(variable, (one.cell.get(variable) for one in found))
    if area and area not in places:
        message = f"area must be a district of the table ({', '.join(places) or 'none'}); got {area!r}."
        raise OptionError(message)
    drawn = [one for one in found if area in ("", one.cell.get(variable))]
    kept = (area,) if area else places
    if area:
        reading = replace(reading, id=f"{table_id}_{area}")
    measured = Measured(reading.texts, shares=True)
    body = _body(reading, measured, variable, drawn, kept, alone=bool(area))
    title = _title(reading, variable, drawn, kept)
    text = reading.texts.text
    words = text("profile.subtitle_one" if area else "profile.subtitle", good=_good(reading))
    notes = [text("difference.filled_districts"), text("difference.rest")]
    shown = [one.cell for one in drawn if one.cell.shown]
    foot = footer(reading, body.cells, notes=notes, counted=shown, base=_base(reading))
    return finish(
        reading,
        body,
        body.cells,
        heading=heading(reading, title, subtitle(reading, words), foot),
        alt=alt_text(reading, title, _pairs(reading, measured, variable, drawn), chart="profile"),
        data=frame(reading, drawn),
        n=int(max((cell.n for cell in shown), default=0)),
    )


def _body(
    reading: Reading,
    measured: Measured,
    variable: str,
    drawn: Sequence[Difference],
    kept: Sequence[str],
    *,
    alone: bool,
) -> Ladder:
    text = reading.texts.text
    captions = [text("profile.here")]
    if alone:
        whole = text("words.whole_country")
        captions = [text("difference.caption_value"), *captions, whole, text("difference.caption_p")]
    return Ladder(
        reading,
        tuple(_panel(reading, measured, variable, place, drawn, alone=alone) for place in kept),
        partial(_scale, cells=[one.cell for one in drawn], least=_LEAST if alone else 0.0),
        measured.tick,
        tuple(captions),
        _entries(reading, drawn),
        measured.axis if len(kept) == 1 else "",
        beside=not alone,
    )


def _scale(start: float, end: float, *, cells: Sequence[Cell], least: float) -> Scale:
    return fit_signed(cells, start=start, end=end, room=_TICK_ROOM, least=least)


def _panel(
    reading: Reading,
    measured: Measured,
    variable: str,
    place: str,
    drawn: Sequence[Difference],
    *,
    alone: bool,
) -> Rungs:
    own = [one for one in drawn if one.cell.get(variable) == place]
    by_item = {one.cell.get("item"): one for one in own}
    models = [m.id for m in reading.study.models if m.id in by_item]
    items = [*models, *(name for name in by_item if name not in models)]
    rungs = tuple(
        Rung(
            _label(reading, name, short=not alone),
            (_mark(reading, measured, variable, by_item[name], is_model=name in models, alone=alone),),
            heading=_heading(reading, name, models, alone=alone),
        )
        for name in items
    )
    title = "" if alone else reading.names.code(variable, place, short=True)
    return Rungs(title, rungs, tuple(_ranks(reading, variable, place)))


def _heading(reading: Reading, name: str, models: Sequence[str], *, alone: bool) -> str:
    """Return what heads the rung of satisfaction where one district has the sheet to itself."""
    return "" if not alone or name in models else reading.names.item(name)


def _label(reading: Reading, name: str, *, short: bool) -> str:
    question = reading.study.codebook.questions.get(name)
    is_model = any(model.id == name for model in reading.study.models)
    if is_model or question is None or not question.good_label:
        return reading.names.item(name, short=short)
    return reading.texts.text("profile.judged") if short else reading.texts.label(question.good_label)


def _mark(
    reading: Reading, measured: Measured, variable: str, one: Difference, *, is_model: bool, alone: bool
) -> Mark:
    texts, cell = reading.texts, one.cell
    colour, shape = _MODEL if is_model else _JUDGED
    if not cell.shown:
        return Mark(cell, colour, shape)
    here = _share(reading, variable, cell.get("item"), cell.get(variable))
    words = [here]
    if alone:
        whole = _share(reading, variable, cell.get("item"), TOTAL)
        words = [measured.with_interval(cell), here, whole, texts.p(one.adjusted)]
    return Mark(cell, colour, shape, tuple(words), hollow=not one.is_apart)


def _share(reading: Reading, variable: str, item: str, place: str) -> str:
    """Return the share of a district as some table of the results publishes it, a dash where none does."""
    tables = [reading.table, *reading.protected.tables.values()]
    for table in tables:
        analysis = table.analysis
        latest = analysis.waves == "latest" and analysis.reading == reading.table.analysis.reading
        plain = latest and table.statistic == "proportion" and analysis.verb in ("proportion", "regions")
        if not plain or variable not in table.by:
            continue
        for cell in cells_of(table):
            where = all(cell.get(key) == (place if key == variable else TOTAL) for key in table.by)
            named = (cell.get("item") or "".join(analysis.items)) == item and not cell.get("category")
            if where and named:
                return reading.value(cell) if cell.shown else reading.hidden_mark
    return reading.texts.text("numbers.none")


def _ranks(reading: Reading, variable: str, place: str) -> list[str]:
    """Return the ranks of a district with their intervals, measure by measure."""
    texts, lines = reading.texts, []
    for one in differences(reading, RANK):
        cell = one.cell
        if cell.get(variable) != place or not cell.shown:
            continue
        low, high = texts.count(cell.low), texts.count(cell.high)
        key = "profile.rank_number" if cell.get("item") != judged_question(reading) else "profile.rank_judged"
        rank = texts.text("profile.rank", rank=texts.count(cell.estimate), low=low, high=high)
        lines.append(texts.text(key, rank=rank))
    return lines


def _entries(reading: Reading, drawn: Sequence[Difference]) -> tuple[KeyEntry, ...]:
    text = reading.texts.text
    items = {one.cell.get("item") for one in drawn}
    models = {model.id for model in reading.study.models}
    entries = [KeyEntry(_MODEL[1], _MODEL[0], text("profile.models"))] if items & models else []
    if items - models:
        entries.append(KeyEntry(_JUDGED[1], _JUDGED[0], _good(reading, lowered=False)))
    return tuple(entries)


def _good(reading: Reading, *, lowered: bool = True) -> str:
    question = reading.study.codebook.questions.get(judged_question(reading))
    good = reading.texts.label(question.good_label) if question is not None else ""
    good = good or reading.texts.text("profile.judged")
    return reading.texts.lowered(good) if lowered else good


def _base(reading: Reading) -> str:
    base = "informed" if reading.table.analysis.reading == "informed" else "lower"
    return reading.texts.text("profile.base", models=reading.texts.text(f"base.{base}"))


def _title(reading: Reading, variable: str, drawn: Sequence[Difference], kept: Sequence[str]) -> str:
    """Return who differs from the others: only when every difference is shown."""
    if not drawn or not all(one.cell.shown for one in drawn):
        return _default(reading, variable, kept)
    texts = reading.texts
    apart = [one for one in drawn if one.is_apart]
    if len(kept) == 1:
        area = reading.names.code(variable, kept[0])
        if not apart:
            return texts.text("title.profile_one_none", area=area)
        return texts.text("title.profile_one", area=area, listed=_listed(reading, apart))
    if not apart:
        return texts.text("title.profile_none")
    places = [place for place in kept if any(one.cell.get(variable) == place for one in apart)]
    names = {place: reading.names.code(variable, place, short=True) for place in places}
    listed = [
        texts.text(
            "title.profile_area",
            area=names[place],
            listed=_listed(reading, [o for o in apart if o.cell.get(variable) == place]),
        )
        for place in places
    ]
    long = texts.text("title.profile", listed=", ".join(listed))
    return long if len(long) <= _LONG_TITLE else texts.text(
        "title.profile", listed=texts.listing(list(names.values()))
    )  # fmt: skip


def _default(reading: Reading, variable: str, kept: Sequence[str]) -> str:
    if len(kept) != 1:
        return reading.default_title
    area = reading.names.code(variable, kept[0])
    return reading.texts.text("title.profile_named", title=reading.default_title, area=area)


def _listed(reading: Reading, apart: Sequence[Difference]) -> str:
    """Return what is more and what is less common than in the others."""
    texts, parts = reading.texts, []
    for key, sign in (("title.profile_more", 1), ("title.profile_less", -1)):
        found = [one.cell.get("item") for one in apart if one.cell.estimate * sign > 0]
        labels = [texts.lowered(_label(reading, item, short=True)) for item in found]
        if labels:
            parts.append(texts.text(key, labels=texts.listing(labels)))
    return "; ".join(parts)


def _pairs(
    reading: Reading, measured: Measured, variable: str, drawn: Sequence[Difference]
) -> list[tuple[str, str]]:
    """Return the differences that are shown, the largest first."""
    apart = sorted((one for one in drawn if one.is_apart), key=lambda one: -abs(one.cell.estimate))
    pairs = []
    for one in apart:
        place = reading.names.code(variable, one.cell.get(variable), short=True)
        label = reading.texts.lowered(_label(reading, one.cell.get("item"), short=True))
        pairs.append((f"{place}, {label}", measured.value(one.cell.estimate)))
    return pairs
