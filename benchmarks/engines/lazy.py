"""A Parquet file larger than one likes in memory: the table by a lazy survey, and DuckDB's own sums."""

from collections.abc import Callable
from pathlib import Path

import duckdb

import barometri as bm

Call = Callable[[], float]
COLUMNS = 13
KEYS = "stratum, psu, district, grp"


def write(rows: int, path: Path) -> None:
    """Write responses of 13 columns, drawn by hashing the row number."""
    noise = ", ".join(f"(hash(i, {k}) % 5)::INTEGER AS answer{k}" for k in range(COLUMNS - 6))
    duckdb.sql(
        f"""COPY (SELECT (hash(i, 101) % 5)::INTEGER AS district, (hash(i, 102) % 4)::INTEGER AS grp,
        ((hash(i, 101) % 5) * 4 + hash(i, 102) % 4)::INTEGER AS stratum, (hash(i, 103) % 100)::INTEGER AS psu,
        1 + (hash(i, 104) % 3000) / 1000.0 AS weight, (hash(i, 105) % 2)::INTEGER AS good, {noise}
        FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)"""  # noqa: S608 - no text from outside
    )


def read(folder: Path) -> Path:
    """Return the file; nothing is read yet."""
    return folder / "people.parquet"


def _ours(path: Path) -> Call:
    relation = duckdb.read_parquet(str(path))
    survey = bm.Survey(relation, bm.SurveyDesign(weight="weight", stratum="stratum", psu="psu"))
    return lambda: _errors(survey)


def _errors(survey: bm.Survey) -> float:
    found = bm.proportion(survey, "good", by=["district", "grp"], categories=[1])
    return float(found.frame["se"].sum())


def _own_sums(path: Path) -> Call:
    query = f"SELECT {KEYS}, count(*), sum(weight), sum(weight * good) FROM '{path}' GROUP BY ALL"  # noqa: S608
    return lambda: float(len(duckdb.execute(query).fetchnumpy()["psu"]))


TASKS: dict[str, Callable[[Path], Call]] = {"parquet": _ours, "sums": _own_sums}
