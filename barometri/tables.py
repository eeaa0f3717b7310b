"""Tables as words: what a reader sees, made of protected numbers and texts."""

import math
from dataclasses import dataclass

from barometri.disclosure.protected import Protected
from barometri.figures.reading import Cell, Reading, read
from barometri.figures.wording import aside_notes, base_words, status_notes


@dataclass(frozen=True, slots=True)
class Table:
    """A rendered table: every cell is text ready to print; ``values`` holds the numbers for a workbook.

    ``rows[i][j]`` is text; ``values[i][j]`` is the rounded number behind it or ``None`` (text, suppressed).
    ``headers`` has one text per column, ``row_headers`` says how many leading columns are row headers,
    ``groups`` the heading that each row stands under, where rows stand under headings.
    """

    id: str
    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    values: tuple[tuple[float | None, ...], ...]
    row_headers: int
    notes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def table(protected: Protected, table_id: str, *, language: str) -> Table:
    """Return a protected table in words.

    Parameters
    ----------
    protected
        Protected results.
    table_id
        Id of the analysis.
    language
        ``fi``, ``sv`` or ``en``.

    Returns
    -------
    Table
        One row a record, in codebook order: its keys, the estimate, its 95 % interval, the unweighted and the
        weighted base (where there are weights), and a remark where a record is hidden, of a small base or
        only partly comparable with other years.

    Raises
    ------
    OptionError
        When there is no such table, or no such language.
    """
    reading = read(protected, table_id, language=language)
    keys = _keys(reading)
    cells = _ordered(reading, keys)
    if reading.table.analysis.verb == "response_rates":
        return _response_rates(reading, keys, cells)
    texts = reading.texts
    remarks = any(_remark(reading, cell) for cell in cells)
    measure = texts.text("words.share" if reading.is_share else f"words.{reading.table.statistic}")
    headers = [_header(reading, key) for key in keys]
    numbers = ("interval", "n", "n_weighted")[: 2 if _unweighted(reading) else 3]
    headers += [measure, *(texts.text(f"words.{word}") for word in numbers)]
    width = 1 + len(numbers)
    rows, values = [], []
    for cell in cells:
        remark = (_remark(reading, cell),) if remarks else ()
        rows.append((*(_name(reading, key, cell) for key in keys), *_numbers(reading, cell)[:width], *remark))
        values.append((*(None for _ in keys), *_values(cell)[:width], *(None for _ in remark)))
    return Table(
        id=table_id,
        title=reading.default_title,
        headers=(*headers, *((texts.text("words.remarks"),) if remarks else ())),
        rows=tuple(rows),
        values=tuple(values),
        row_headers=len(keys),
        notes=_notes(reading, cells),
    )


def _response_rates(reading: Reading, keys: tuple[str, ...], cells: list[Cell]) -> Table:
    """Return respondents as a share of the frame: both counts are known, so there is no interval."""
    texts = reading.texts
    words = [_header(reading, key) for key in keys]
    rows = [
        (
            *(_name(reading, key, cell) for key in keys),
            *(
                (texts.percent(cell.estimate), texts.count(cell.n))
                if cell.shown
                else (reading.hidden_mark,) * 2
            ),
        )
        for cell in cells
    ]
    values = [
        (*(None for _ in keys), *((cell.estimate, cell.n) if cell.shown else (None, None))) for cell in cells
    ]
    notes = [texts.text("method.response_note")]
    if not all(cell.shown for cell in cells):
        notes.append(texts.text("status.note_suppressed", mark=reading.hidden_mark))
    if reading.study.synthetic:
        notes.append(texts.text("words.synthetic"))
    return Table(
        id=reading.id,
        title=reading.default_title,
        headers=(*words, texts.text("method.response_rate"), texts.text("method.people")),
        rows=tuple(rows),
        values=tuple(values),
        row_headers=len(keys),
        notes=tuple(note.rstrip(".") + "." for note in notes),
    )


def _keys(reading: Reading) -> tuple[str, ...]:
    """Return the key columns that vary; of a table of one record, its item."""
    varying = [key for key in reading.table.keys if len(reading.present(key)) > 1]
    varying.sort(key=lambda key: key == "category")
    return tuple(varying) or tuple(key for key in reading.table.keys if key != "wave")[:1]


def _ordered(reading: Reading, keys: tuple[str, ...]) -> list[Cell]:
    """Return the cells in codebook order, the categories of one group of respondents together."""
    cells = list(reading.cells)
    for key in reversed(keys):
        place = {name: i for i, name in enumerate(reading.present(key))}
        cells = [cell for name in place for cell in cells if cell.get(key) == name]
    return cells


def _unweighted(reading: Reading) -> bool:
    """Whether every weight is one: a weighted base would say nothing new."""
    return "no_design" in reading.table.notes


def _name(reading: Reading, key: str, cell: Cell) -> str:
    """Return a label as it starts a cell."""
    label = reading.label(key, cell)
    return label[:1].upper() + label[1:]


def _header(reading: Reading, key: str) -> str:
    models = {model.id for model in reading.study.models}
    if key == "item" and models & set(reading.present("item")):
        return reading.texts.text("words.model")
    if key == "category" and reading.table.analysis.verb in ("model_prevalence", "number_of_models"):
        word = "state" if reading.table.analysis.verb == "model_prevalence" else "number_of_models"
        return reading.texts.text(f"words.{word}")
    return reading.names.variable(key)


def _numbers(reading: Reading, cell: Cell) -> tuple[str, str, str, str]:
    if not cell.shown:
        return (reading.hidden_mark,) * 4
    texts = reading.texts
    interval = (
        texts.interval(cell.low, cell.high) if reading.is_share else texts.range(cell.low, cell.high, 1)
    )
    return reading.value(cell), interval, texts.count(cell.n), texts.count(cell.n_weighted)


def _values(cell: Cell) -> tuple[float | None, float | None, float | None, float | None]:
    if not cell.shown:
        return None, None, None, None
    known = [None if math.isnan(value) else value for value in (cell.estimate, cell.n, cell.n_weighted)]
    return known[0], None, known[1], known[2]


def _remark(reading: Reading, cell: Cell) -> str:
    words = [reading.texts.text(f"status.{name}") for name in (cell.status, cell.mark) if name]
    return "; ".join(word for word in words if word)


def _notes(reading: Reading, cells: list[Cell]) -> tuple[str, ...]:
    """Return the base, what the marks mean, and how the design was used."""
    texts = reading.texts
    notes = [base_words(reading), *aside_notes(reading, cells), *status_notes(reading, cells)]
    if any(cell.mark == "similar" for cell in cells):
        notes.append(texts.text("status.note_similar_table"))
    if "no_design" in reading.table.notes:
        notes.append(texts.text("footer.no_design"))
    if reading.study.synthetic:
        notes.append(texts.text("words.synthetic"))
    return tuple(note.rstrip(".") + "." for note in notes)
