"""A native chart of a simple table: one column of shares, one bar a row."""

from dataclasses import dataclass
from typing import Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from barometri.tables import Table

_MOST_ROWS: Final = 24
_BLUE: Final = "#00508F"
_GREY: Final = "#5B5B5B"


@dataclass(frozen=True, slots=True)
class NativeChart:
    """Bars of the shares of a table, drawn by the program that opens the workbook.

    Its title is that of the sheet, in the first cell. ``column`` holds the shares, ``rows`` counts them,
    ``labels`` is the number of leading columns that name a row.
    """

    alt: str
    column: int
    rows: int
    labels: int

    def insert(
        self, book: xlsxwriter.Workbook, page: Worksheet, sheet: str, header_row: int, column: int
    ) -> None:
        """Place the chart on its table's sheet, to the right of the table."""
        first, last = header_row + 1, header_row + self.rows
        title = [sheet, 0, 0]  # a reference: as a text, words such as "x!A1" would be taken for a formula
        chart = book.add_chart({"type": "bar"})
        chart.add_series(
            {
                "name": title,
                "categories": [sheet, first, 0, last, self.labels - 1],
                "values": [sheet, first, self.column, last, self.column],
                "fill": {"color": _BLUE},
                "gap": 60,
                "data_labels": {"value": True, "num_format": "0%"},
            }
        )
        chart.set_title({"name": title, "name_font": {"size": 11}, "overlay": False})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True, "line": {"color": _GREY}})
        chart.set_x_axis(
            {"min": 0, "num_format": "0%", "major_gridlines": {"visible": False}, "visible": False}
        )
        chart.set_size({"width": 620, "height": 120 + 26 * self.rows})
        page.insert_chart(header_row, column, chart, {"description": self.alt})


def native_chart(table: Table, alt: str) -> NativeChart | None:
    """Return the chart of a table, or ``None`` where bars would not tell it.

    Bars fit a table of at most 24 rows with one column of names and one of shares.
    """
    shares = [
        column
        for column in range(table.row_headers, len(table.headers))
        if any("%" in row[column] and values[column] is not None
               for row, values in zip(table.rows, table.values, strict=True))
    ]  # fmt: skip
    if len(shares) != 1 or table.row_headers != 1 or not 1 < len(table.rows) <= _MOST_ROWS:
        return None
    return NativeChart(alt, shares[0], len(table.rows), table.row_headers)
