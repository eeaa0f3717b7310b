"""The table under a figure of points: what it draws across, and what it draws upwards."""

from dataclasses import replace

from barometri.disclosure.protected import Protected
from barometri.figures.kinds.scatter import judged_by, judged_words
from barometri.figures.reading import Cell, Reading, read
from barometri.tables import Table, table
from barometri.texts import Texts


def points_table(name: str, protected: Protected, texts: Texts) -> Table:
    """Return means by district with the shares of favourable judgements beside them.

    Parameters
    ----------
    name
        Id of the analysis of the means.
    protected
        The run.
    texts
        The language.
    """
    made = table(protected, name, language=texts.language)
    reading = read(protected, name, language=texts.language).latest()
    variable = reading.table.by[0]
    upwards = judged_by(reading, variable)
    if not upwards.cells:
        return made
    found = {_name(upwards, variable, cell): cell for cell in upwards.cells}
    cells = [found.get(row[0]) for row in made.rows]
    return replace(
        made,
        headers=(*made.headers, judged_words(reading), texts.text("words.interval"), texts.text("words.n")),
        rows=tuple((*row, *_told(upwards, cell)) for row, cell in zip(made.rows, cells, strict=True)),
        values=tuple((*row, *_values(cell)) for row, cell in zip(made.values, cells, strict=True)),
    )


def _name(reading: Reading, variable: str, cell: Cell) -> str:
    label = reading.label(variable, cell)
    return label[:1].upper() + label[1:]


def _told(reading: Reading, cell: Cell | None) -> tuple[str, str, str]:
    if cell is None or not cell.shown:
        return (reading.hidden_mark,) * 3
    texts = reading.texts
    return reading.value(cell), texts.interval(cell.low, cell.high), texts.count(cell.n)


def _values(cell: Cell | None) -> tuple[float | None, float | None, float | None]:
    return (cell.estimate, None, cell.n) if cell is not None and cell.shown else (None, None, None)
