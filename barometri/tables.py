"""Tables as words: what a reader sees, made of protected numbers and texts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A rendered table: every cell is text ready to print; ``values`` holds the numbers for a workbook.

    ``rows[i][j]`` is text; ``values[i][j]`` is the rounded number behind it or ``None`` (text, suppressed).
    ``headers`` has one text per column, ``row_headers`` says how many leading columns are row headers.
    """

    id: str
    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    values: tuple[tuple[float | None, ...], ...]
    row_headers: int
    notes: tuple[str, ...] = ()
