"""Parquet files, by DuckDB in bounded memory; the footer tells their size before a cell is decoded."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from barometri.database import connect, literal
from barometri.errors import FileError
from barometri.readers.content import Column, Content, check_names, check_shape, column_of
from barometri.readers.text import composed
from barometri.study.waves import FileFormat

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAXIMUM_UNPACKED: Final = 2**30
_NUMBERS: Final = (
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
_TEXTS: Final = ("VARCHAR", "ENUM", "BIGINT", "UBIGINT", "HUGEINT", "BOOLEAN", "DATE", "TIME", "UUID")
_EMPTY: Final = ("NULL", '"NULL"')
"""A column in which nobody answered: a writer that sees no value gives it no type."""
_SIZES: Final = """
    SELECT coalesce(sum(total_uncompressed_size), 0)::BIGINT,
        count(*) FILTER (num_values <> row_group_num_rows)
    FROM parquet_metadata(?)
"""


def read_parquet(path: Path, file_format: FileFormat) -> Content:
    """Read numbers as numbers and everything else as text; 64-bit integers stay exact as text."""
    del file_format
    import duckdb  # noqa: PLC0415 - loaded only in the child process of a file that needs it

    try:
        with connect(path, threads=1, memory="2GB") as connection:
            rows = _check_footer(connection, path)
            source = connection.read_parquet(literal(path))
            names = check_names(source.columns, path.name)
            columns: list[Column] = []
            for name, original, kind in zip(names, source.columns, source.types, strict=True):
                number = _is_number(str(kind), path.name, len(columns) + 1)
                quoted = '"' + original.replace('"', '""') + '"'
                cast = f"CAST({quoted} AS {'DOUBLE' if number else 'VARCHAR'}) AS c"
                columns.append(_column(name, source.project(cast).fetchnumpy()["c"], rows))
            notes = connection.execute(
                "SELECT key, value FROM parquet_kv_metadata(?)", [literal(path)]
            ).fetchall()
    except (duckdb.Error, ValueError):
        raise FileError(
            f"{path.name}: the file is damaged or cut short. Write it again.", code="E10"
        ) from None
    texts = [composed(bytes(part).decode("utf-8", errors="replace")) for row in notes for part in row if part]
    return Content(columns, places={"notes": texts} if texts else {})


def _check_footer(connection: "DuckDBPyConnection", path: Path) -> int:
    """Return the number of rows; refuse what is larger than a survey, or counts itself in two ways."""
    place = [literal(path)]
    rows, groups = connection.execute(
        "SELECT num_rows, num_row_groups FROM parquet_file_metadata(?)", place
    ).fetchall()[0]
    columns = connection.execute(
        "SELECT count(*) FROM parquet_schema(?) WHERE coalesce(num_children, 0) = 0", place
    ).fetchall()[0][0]
    check_shape(rows, columns, path.name)
    check_shape(0, groups, path.name)
    unpacked, uneven = connection.execute(_SIZES, place).fetchall()[0]
    if unpacked > MAXIMUM_UNPACKED:
        raise FileError(
            f"{path.name}: the columns unpack to {unpacked // 2**20} MB, at most {MAXIMUM_UNPACKED // 2**20} "
            "MB are read. Export only the survey's columns.",
            code="E11",
        )
    if uneven:
        raise FileError(
            f"{path.name}: {uneven} parts of columns have another number of values than rows: lists, or "
            "damage. Write one value a cell.",
            code="E20",
        )
    return int(rows)


def _is_number(kind: str, file: str, position: int) -> bool:
    """Whether a column is of numbers; one that is neither of numbers nor of texts is refused."""
    if kind.startswith(_NUMBERS) and not kind.endswith("]"):
        return True
    if kind not in _EMPTY and (not kind.startswith(_TEXTS) or kind.endswith("]")):
        raise FileError(
            f"{file}: column {position} holds neither numbers nor texts. Write one value a cell.", code="E20"
        )
    return False


def _column(name: str, values: "np.ma.MaskedArray[tuple[int], np.dtype[Any]]", rows: int) -> Column:
    if len(values) != rows:
        raise ValueError
    if values.dtype == np.float64:
        return Column(name, numbers=np.ma.filled(values, np.nan).astype(np.float64))
    empty = np.ma.getmaskarray(values)
    cells = [None if gone else str(value) for value, gone in zip(np.ma.getdata(values), empty, strict=True)]
    return column_of(name, cells)
