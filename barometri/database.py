"""The one place that opens DuckDB: it touches the files it is told of and nothing else, no network either."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CLOSED: Final[dict[str, str | bool | int | float | list[str]]] = {
    "allow_community_extensions": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "temp_directory": "",
}
"""Nothing is fetched, no name in a query is a variable of Python, no answer is spilt to disk."""
_PATTERN: Final = "*?["


def connect(*files: Path, threads: int | None = None, memory: str = "") -> "DuckDBPyConnection":
    """Open a database in memory that can reach nothing but the files named.

    Parameters
    ----------
    files
        Files that it may read or write.
    threads, memory
        Limits, where the defaults of DuckDB are too wide.

    Returns
    -------
    duckdb.DuckDBPyConnection
        A connection whose settings are locked.

    Examples
    --------
    >>> with connect() as connection:
    ...     connection.execute("SELECT current_setting('enable_external_access')").fetchone()
    (False,)
    """
    import duckdb  # noqa: PLC0415 - a file that is no Parquet needs none of it

    config = dict(CLOSED)
    if threads is not None:
        config["threads"] = threads
    if memory:
        config["memory_limit"] = memory
    connection = duckdb.connect(":memory:", config=config)
    paths = {text for file in files for text in (str(file), literal(file))}
    allowed = ", ".join("'" + path.replace("'", "''") + "'" for path in sorted(paths))
    connection.execute(f"SET allowed_paths = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def literal(path: Path) -> str:
    """Return the path as DuckDB takes it: its own characters, no pattern.

    Examples
    --------
    >>> literal(Path("answers[1].parquet"))
    'answers[[]1].parquet'
    """
    return str(path).translate({ord(character): f"[{character}]" for character in _PATTERN})
