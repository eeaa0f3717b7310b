"""Ranks of districts with their intervals: how high each may stand, measure by measure."""

from collections.abc import Sequence
from dataclasses import replace

from barometri.disclosure.protected import Protected
from barometri.figures.chart import Chart
from barometri.figures.differences import Difference, differences, frame, judged_question
from barometri.figures.kinds.ladder import Ladder, Mark, Rung, Rungs
from barometri.figures.kinds.profile import RANK
from barometri.figures.reading import Reading, read
from barometri.figures.scale import Scale
from barometri.figures.style import BLUE, ORANGE
from barometri.figures.wording import alt_text, finish, footer, heading, subtitle


def ranks(protected: Protected, table_id: str, *, language: str) -> Chart:
    """Draw the rank of each district, by number of models and by judgement, with joint intervals.

    Parameters
    ----------
    protected
        Protected results.
    table_id
        A table with the ranks of districts.
    language
        ``fi``, ``sv`` or ``en``.
    """
    reading = read(protected, table_id, language=language)
    if reading.table.analysis.chart != "ranks":
        reading = replace(reading, id=f"{table_id}_ranks")
    variable = reading.table.by[0]
    drawn = differences(reading, RANK)
    places = reading.ordered(variable, (one.cell.get(variable) for one in drawn))
    items = list(dict.fromkeys(one.cell.get("item") for one in drawn))
    text = reading.texts.text
    body = Ladder(
        reading,
        tuple(_panel(reading, variable, item, places, drawn) for item in items),
        _Ordinal(len(places)),
        reading.texts.count,
        (text("ranks.caption"),),
        axis=text("ranks.axis"),
        beside=True,
    )
    title = _title(reading, drawn, len(places))
    shown = [one.cell for one in drawn if one.cell.shown]
    foot = footer(reading, body.cells, notes=[text("ranks.joint")], counted=shown, base=text("ranks.base"))
    judged = [o for o in drawn if o.cell.get("item") == judged_question(reading) and o.cell.shown]
    pairs = [(reading.label(variable, o.cell, short=True), _words(reading, o)) for o in judged]
    return finish(
        reading,
        body,
        body.cells,
        heading=heading(reading, title, subtitle(reading, text("ranks.subtitle")), foot),
        alt=alt_text(reading, title, pairs, chart="ranks"),
        data=frame(reading, drawn).drop(columns=["p", "adjusted_p"]),
        n=int(sum(one.cell.n for one in judged)),
    )


class _Ordinal:
    """Makes a scale of ranks from 1 to the number of districts."""

    def __init__(self, many: int) -> None:
        self.many = max(many, 1)

    def __call__(self, start: float, end: float) -> Scale:
        return Scale(start, end, self.many + 0.4, 1.0, 0.6)


def _panel(
    reading: Reading, variable: str, item: str, places: Sequence[str], drawn: Sequence[Difference]
) -> Rungs:
    judged = item == judged_question(reading)
    colour, shape = (ORANGE, "D") if judged else (BLUE, "o")
    here = {one.cell.get(variable): one for one in drawn if one.cell.get("item") == item}
    rungs = [
        Rung(
            reading.names.code(variable, place, short=True),
            (Mark(here[place].cell, colour, shape, (_words(reading, here[place]),)),),
        )
        for place in places
        if place in here
    ]
    title = reading.texts.text("ranks.judged" if judged else "ranks.number")
    return Rungs(title, tuple(rungs))


def _words(reading: Reading, one: Difference) -> str:
    """Return a rank with its interval."""
    texts, cell = reading.texts, one.cell
    if not cell.shown:
        return ""
    low, high = texts.count(cell.low), texts.count(cell.high)
    return texts.text("profile.rank", rank=texts.count(cell.estimate) + cell.flag, low=low, high=high)


def _title(reading: Reading, drawn: Sequence[Difference], many: int) -> str:
    """Return that judgements rank no district where each may stand anywhere, else the plain title."""
    judged = [one.cell for one in drawn if one.cell.get("item") == judged_question(reading)]
    title = reading.texts.text("default_title.ranks")
    if not judged or not all(cell.shown for cell in judged):
        return title
    anywhere = all(cell.low <= 1 and cell.high >= many for cell in judged)
    return reading.texts.text("title.ranks_open") if anywhere and many > 1 else title
