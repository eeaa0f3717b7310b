"""What may differ around a run without changing a byte of its report, and few runs that try every pair."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from types import MappingProxyType

from tests.operations.runs import ROOT

Row = dict[str, str]
FACTORS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "PYTHONHASHSEED": ("0", "1", "random"),
        "TZ": ("UTC", "Europe/Helsinki", "Pacific/Kiritimati"),
        "LC_ALL": ("C", "C.UTF-8", "fi_FI.UTF-8"),
        "SOURCE_DATE_EPOCH": ("", "0", "1700000000"),
        "OMP_NUM_THREADS": ("1", "2"),
        "USER": ("maija", "Åke Öhman"),
        "umask": ("022", "077"),
        "flag": ("", "-O", "-OO"),
        "place": ("a", "toinen paikka ä"),
    }
)
"""Each with the value of a plain run first. ``place`` stands for home, working folder and output folder."""


def pairwise(factors: Mapping[str, Sequence[str]] = FACTORS, *, seed: int = 16) -> list[Row]:
    """Return few rows in which every two values of every two factors meet, the plain row first."""
    generator = random.Random(seed)  # noqa: S311 - a choice of runs, no secret
    wanted = {
        ((one, a), (two, b))
        for one, two in combinations(factors, 2)
        for a in factors[one]
        for b in factors[two]
    }
    rows = [{name: values[0] for name, values in factors.items()}]
    wanted -= _pairs(rows[0])
    while wanted:
        tries = [{name: generator.choice(values) for name, values in factors.items()} for _ in range(200)]
        rows.append(max(tries, key=lambda row: len(_pairs(row) & wanted)))
        wanted -= _pairs(rows[-1])
    return rows


def _pairs(row: Row) -> set[tuple[tuple[str, str], tuple[str, str]]]:
    return set(combinations(row.items(), 2))


def finnish_locale(folder: Path) -> Path | None:
    """Make the Finnish locale where the system has its source; None where it has not."""
    program = shutil.which("localedef")
    if program is None:
        return None
    made = folder / "fi_FI.UTF-8"
    call = [program, "--no-archive", "-i", "fi_FI", "-f", "UTF-8", str(made)]
    done = subprocess.run(call, capture_output=True, check=False)
    return folder if done.returncode <= 1 and made.is_dir() else None


def run(row: Row, folder: Path, arguments: Sequence[str], *, locales: Path | None) -> Path:
    """Run the report in the surroundings of a row, in an interpreter of its own; return its output folder."""
    place = folder / row["place"]
    output = place / "reports" / str(len(list(folder.rglob("reports/*"))))
    for path in (place / "home", output.parent):
        path.mkdir(parents=True, exist_ok=True)
    names = {name: row[name] for name in ("PYTHONHASHSEED", "TZ", "LC_ALL", "OMP_NUM_THREADS", "USER")}
    environ = dict(_kept()) | names | {"LOGNAME": row["USER"], "HOME": str(place / "home")}
    environ |= {"PYTHONPATH": str(ROOT), "MPLCONFIGDIR": str(folder / "matplotlib")}
    if row["SOURCE_DATE_EPOCH"]:
        environ["SOURCE_DATE_EPOCH"] = row["SOURCE_DATE_EPOCH"]
    if locales is not None:
        environ["LOCPATH"] = str(locales)
    flags = [row["flag"]] if row["flag"] else []
    command = [sys.executable, *flags, "-m", "barometri.report", *arguments, "--output", str(output)]
    done = subprocess.run(
        command,
        cwd=place,
        env=environ,
        umask=int(row["umask"], 8),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, (row, done.stderr)
    return output


def _kept() -> Iterator[tuple[str, str]]:
    """Yield what of this process's surroundings an interpreter needs."""
    for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR"):
        if name in os.environ:
            yield name, os.environ[name]


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return permissions and bytes of all files, and permissions of all folders."""
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_mode & 0o7777,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(folder.rglob("*"))
    }


def different(one: Path, other: Path) -> list[str]:
    """Return the names of all that is not the same in two folders."""
    first, second = contents(one), contents(other)
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
