"""How time and memory grow: in memory with the rows and the replicates, and on Parquet with DuckDB."""

import math
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.engines.lazy import write
from benchmarks.engines.responses import make, save
from benchmarks.engines.running import OURS, Timing, run
from benchmarks.simulations.record import Gate

SIZES = (100_000, 1_000_000, 10_000_000)
LIMIT = 240.0
MEGABYTES = 1024.0
Say = Callable[[str], object]


def report(most: int, say: Say) -> list[Gate]:
    """Print how time grows up to so many rows; return its targets."""
    say("")
    say("| growth | best, ms | per row, ns | peak, MB |")
    say("|---|---|---|---|")
    return [*_rows(most, say), *_parquet(most, say)]


def _timed(engine: str, task: str, folder: Path, *, repeats: int) -> Timing:
    found = run(engine, task, folder, repeats=repeats, limit=LIMIT)
    if found is None:
        raise RuntimeError(task)
    return found


def _rows(most: int, say: Say) -> list[Gate]:
    per_row = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for size in (size for size in SIZES if size <= most):
            save(make(size, battery=False), folder)
            found = _timed(OURS, "table", folder, repeats=5)
            per_row.append(found.best / size)
            say(_line(f"regional table in memory, {size:,} rows", found, size))
        save(make(SIZES[0], battery=False), folder)
        few, many = (_timed(OURS, task, folder, repeats=3) for task in ("bootstrap", "bootstrap_2000"))
    for words, found in (("500 replicates", few), ("2,000 replicates", many)):
        say(_line(f"{words}, {SIZES[0]:,} rows", found, SIZES[0]))
    flat = max(per_row[1:], default=math.nan) / per_row[0] if per_row else math.nan
    return [
        Gate("growth: time per row, most over that at 1e5", flat, high=1.5),
        Gate("growth: time per replicate, 2,000 over 500", many.best / few.best / 4, high=1.2),
    ]


def _parquet(most: int, say: Say) -> list[Gate]:
    size = SIZES[-1]
    if most < size:
        return []
    with tempfile.TemporaryDirectory() as place:
        write(size, Path(place) / "people.parquet")
        ours, sums = (_timed("lazy", task, Path(place), repeats=3) for task in ("parquet", "sums"))
    say(_line(f"13 columns on Parquet, {size:,} rows", ours, size))
    say(_line("DuckDB's own sums of it", sums, size))
    return [
        Gate("Parquet, 1e7 rows: time over DuckDB's own sums", ours.best / sums.best, high=3),
        Gate("Parquet, 1e7 rows: peak memory, GB", ours.peak / MEGABYTES, high=1),
    ]


def _line(words: str, found: Timing, size: int) -> str:
    return f"| {words} | {found.best * 1000:.1f} | {found.best / size * 1e9:.1f} | {found.peak:.0f} |"
