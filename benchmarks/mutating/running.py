"""Run tests on a copy of the project, in a child of a process that has loaded the libraries already.

A child costs the import of this package (a third of a second), not of numpy, scipy, pandas and pytest (five
seconds), so ten times as many mutants fit into the same time.
"""

import hashlib
import importlib
import importlib.util
import json
import os
import py_compile
import resource
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.mutating.preloaded import FIXTURES
from benchmarks.mutating.rooms import Room
from benchmarks.mutating.tracing import Chosen, Tracing

LIBRARIES = (
    *("numpy", "pandas", "scipy.stats", "scipy.optimize", "scipy.special", "scipy.integrate", "scipy.linalg"),
    *("hypothesis.strategies", "statsmodels.api", "formulaic", "duckdb", "narwhals", "matplotlib.pyplot"),
    *("polars", "jinja2", "openpyxl"),
)
OPTIONS = ["-q", "-m", "not slow", "--continue-on-collection-errors", "--no-header", "--tb=line"]
OPTIONS += ["-p", "no:cacheprovider", "-p", "no:xdist"]
OPTIONS += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # hypothesis is loaded already, by the parent
MEMORY = 6 << 30
OUTCOMES = {0: "survived", 1: "killed", 2: "killed"}
"""By pytest's exit code: 1 is a failed test, 2 a module that no longer imports."""
NOT_STARTED = 4


def load_libraries() -> None:
    """Import what every child needs, once."""
    os.environ.update(MPLBACKEND="Agg", OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    for name in LIBRARIES:
        importlib.import_module(name)


def copy_project(source: Path, target: Path) -> None:
    """Copy what the tests need; the work tree itself is never changed."""
    for name in ("barometri", "tests", "benchmarks", "docs"):
        shutil.copytree(source / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "GLOSSARY.md", "CHANGELOG.md"):
        if (source / name).exists():
            shutil.copy(source / name, target / name)


def in_child(folder: Path, call: Callable[[], int], *, seconds: float, write: bool = False) -> int | None:
    """Return the exit code of a call in a child that works in the folder; None when its time ran out."""
    child = os.fork()
    if child == 0:
        _become(folder, seconds, write=write)
        try:
            os._exit(int(call()))
        except BaseException:  # noqa: BLE001 - a child must never return into the parent's loop
            traceback.print_exc()
            os._exit(3)
    deadline = time.monotonic() + 5 * seconds + 10
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return None if code in {-signal.SIGXCPU, -signal.SIGKILL} else code
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.01)


def _become(folder: Path, seconds: float, *, write: bool) -> None:
    limit = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    output = os.open(folder / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.chdir(folder)
    known = {"tests"} if FIXTURES else {"barometri", "tests"}
    for name in [name for name in sys.modules if name.split(".")[0] in known]:
        del sys.modules[name]
    sys.path[:] = [str(folder), *sys.path]
    sys.dont_write_bytecode = not write


def fingerprint(folder: Path) -> str:
    """Return a digest of every source and test of the copy."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("**/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def trace(folder: Path, room: Room, stored: Path) -> dict[str, Any]:
    """Run every candidate test on the copy and store what each runs, and how long it takes."""
    paths = room.candidates(folder)

    def call() -> int:
        tracing = Tracing({str(path): module for module, path in room.modules(folder).items()})
        code = pytest.main([*OPTIONS, *paths], plugins=[tracing])
        lines = {
            module: {str(line): sorted(tests - tracing.failed) for line, tests in found.items()}
            for module, found in tracing.lines.items()
        }
        seconds = {name: time for name, time in tracing.seconds.items() if name not in tracing.failed}
        found = {
            "lines": lines,
            "seconds": seconds,
            "shared": tracing.shared,
            "uses": tracing.uses,
            "failed": sorted(tracing.failed),
        }
        stored.write_text(json.dumps(found), encoding="utf-8")
        return int(code)

    code = in_child(folder, call, seconds=3600, write=True)
    if code not in {0, 1} or not stored.exists():
        message = (folder / "output.txt").read_text(encoding="utf-8")[-2000:]
        raise SystemExit(f"The tests do not run on the sources as they are:\n{message}")
    found: dict[str, Any] = json.loads(stored.read_text(encoding="utf-8"))
    return found


def run(folder: Path, path: Path, source: str, tests: list[str], *, seconds: float) -> tuple[str, str]:
    """Return the outcome of the tests with one module's source replaced, and the test that saw the fault."""
    original = path.read_text(encoding="utf-8")
    compiled = Path(importlib.util.cache_from_source(str(path)))
    compiled.unlink(missing_ok=True)
    path.write_text(source, encoding="utf-8")
    files = sorted({name.split("::")[0] for name in tests})
    try:
        code = in_child(
            folder, lambda: pytest.main([*OPTIONS, "-x", *files], plugins=[Chosen(tests)]), seconds=seconds
        )
    finally:
        path.write_text(original, encoding="utf-8")
        py_compile.compile(str(path))
    output = (folder / "output.txt").read_text(encoding="utf-8", errors="replace")
    seen = next((line for line in output.splitlines() if line.startswith(("FAILED", "ERROR"))), "")
    return outcome_of(code, output), seen[:200]


def outcome_of(code: int | None, output: str) -> str:
    """Return what became of a mutant: a crash is seen, and so is a fault that lets no test begin.

    Examples
    --------
    >>> outcome_of(4, "ImportError while loading conftest"), outcome_of(-11, ""), outcome_of(3, "")
    ('killed', 'killed', 'error')
    """
    if code is None:
        return "timeout"
    if code < 0 or (code == NOT_STARTED and "while loading conftest" in output):
        return "killed"
    return OUTCOMES.get(code, "error")
