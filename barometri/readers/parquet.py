"""Parquet files, by DuckDB in bounded memory."""

from pathlib import Path
from typing import Any

import numpy as np

from barometri.database import connect, literal
from barometri.errors import FileError
from barometri.readers.content import Column, Content, check_names, check_shape, column_of
from barometri.readers.text import composed
from barometri.study.waves import FileFormat

_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
)


def read_parquet(path: Path, file_format: FileFormat) -> Content:
    """Read numbers as numbers and everything else as text; 64-bit integers stay exact as text."""
    del file_format
    import duckdb  # noqa: PLC0415 - loaded only in the child process of a file that needs it

    try:
        with connect(path, threads=1, memory="2GB") as connection:
            source = connection.read_parquet(literal(path))
            names = check_names(source.columns, path.name)
            check_shape(source.aggregate("count(*)").fetchall()[0][0], len(names), path.name)
            columns = []
            for name, original, kind in zip(names, source.columns, source.types, strict=True):
                number = str(kind).startswith(_NUMBERS)
                quoted = '"' + original.replace('"', '""') + '"'
                cast = f"CAST({quoted} AS {'DOUBLE' if number else 'VARCHAR'}) AS c"
                columns.append(_column(name, source.project(cast).fetchnumpy()["c"]))
            notes = connection.execute(
                "SELECT key, value FROM parquet_kv_metadata(?)", [str(path)]
            ).fetchall()
    except duckdb.Error:
        raise FileError(
            f"{path.name}: the file is damaged or cut short. Write it again.", code="E10"
        ) from None
    texts = [composed(bytes(part).decode("utf-8", errors="replace")) for row in notes for part in row if part]
    return Content(columns, places={"notes": texts} if texts else {})


def _column(name: str, values: "np.ma.MaskedArray[tuple[int], np.dtype[Any]]") -> Column:
    if values.dtype == np.float64:
        return Column(name, numbers=np.ma.filled(values, np.nan).astype(np.float64))
    empty = np.ma.getmaskarray(values)
    cells = [None if gone else str(value) for value, gone in zip(np.ma.getdata(values), empty, strict=True)]
    return column_of(name, cells)
