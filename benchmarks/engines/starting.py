"""What it costs to begin: importing the package, and asking the command for help."""

import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.engines.running import ROOT
from benchmarks.simulations.record import Gate

TIMES = 7
FOREIGN = """
import sys
before = set(sys.modules)
import barometri
loaded = {name.split(".")[0] for name in set(sys.modules) - before}
print(*sorted(loaded - set(sys.stdlib_module_names)))
"""


def _python(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return done.stdout


def _best(*arguments: str) -> float:
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        _python(*arguments)
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def report(say: Callable[[str], object]) -> list[Gate]:
    """Print and return the milliseconds of a bare interpreter, of the import and of --help."""
    bare, package = _best("-c", "pass"), _best("-c", "import barometri")
    asked = _best("-m", "barometri.report", "--help")
    foreign = [name for name in _python("-c", FOREIGN).split() if name != "barometri"]
    say("")
    say("| start | ms |")
    say("|---|---|")
    for words, value in (
        ("interpreter", bare),
        ("import barometri", package),
        ("barometri.report --help", asked),
    ):
        say(f"| {words} | {value:.0f} |")
    return [
        Gate("import barometri: third-party modules loaded", float(len(foreign)), high=0),
        Gate("import barometri: milliseconds beyond the interpreter", package - bare, high=30),
        Gate("python -m barometri.report --help: milliseconds", asked, high=150),
    ]
