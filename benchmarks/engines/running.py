"""Start an engine's worker, and say plainly when it is not installed or does not finish."""

import json
import math
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OURS, FLOOR, NEIGHBOURS, SVY, R = "ours", "floor", "neighbours", "svy_engine", "r"
ENGINES = {OURS: "barometri", FLOOR: "numpy floor", NEIGHBOURS: "fallback", SVY: "svy", R: "R survey"}
WITHOUT = {SVY: {"ordinal"}, R: {"bootstrap"}, NEIGHBOURS: {"ordinal", "bootstrap"}}
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}  # threads that wait cost more than they bring
SVY_PYTHON = "BENCH_SVY_PYTHON"  # another interpreter that has svy, if it is not in this one


@dataclass(frozen=True, slots=True)
class Timing:
    """Figures of one engine for one task: seconds, megabytes, and the number it computed."""

    first: float
    best: float
    before: float
    peak: float
    check: float

    @property
    def extra(self) -> float:
        """Peak memory above the loaded data, in megabytes."""
        return self.peak - self.before


def svy_python() -> str:
    """Return the interpreter that is asked for svy."""
    return os.environ.get(SVY_PYTHON, sys.executable)


def _fails(*command: str) -> bool:
    return bool(subprocess.run(command, capture_output=True, check=False).returncode)  # noqa: S603 - fixed words


@cache
def missing() -> dict[str, str]:
    """Peers that are not here, with the reason."""
    found = {}
    if _fails(svy_python(), "-c", "import svy"):
        found[SVY] = "svy is not installed (dependency group bench)"
    script = shutil.which("Rscript")
    if script is None:
        found[R] = "Rscript is not found (apt-get install r-base-core r-cran-survey r-cran-mass)"
    elif _fails(script, "-e", "library(survey); library(MASS)"):
        found[R] = "Rscript is without the survey or MASS package"
    return found


def run(engine: str, task: str, folder: Path, *, repeats: int, limit: float) -> Timing | None:
    """Time a task in a fresh process; none where the engine lacks it, is missing or takes too long.

    Raises
    ------
    RuntimeError
        The worker fails although its engine is here.
    """
    if engine in missing() or task in WITHOUT.get(engine, ()):
        return None
    arguments = [task, str(folder), str(repeats)]
    if engine == R:
        command = ["Rscript", "--vanilla", str(HERE / "survey.R"), *arguments]
    else:
        python = svy_python() if engine == SVY else sys.executable
        command = [python, "-m", "benchmarks.engines.worker", engine, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own workers
            command,
            cwd=ROOT,
            env=os.environ | ONE_THREAD,
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Timing(math.inf, math.inf, math.nan, math.nan, math.nan)
    if done.returncode:
        raise RuntimeError(f"{engine}, {task}: {done.stderr.strip().splitlines()[-1]}")
    return Timing(**json.loads(done.stdout.strip().splitlines()[-1]))
