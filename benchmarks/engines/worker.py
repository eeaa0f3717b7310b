"""Run one task in one engine and print its figures: `... -m benchmarks.engines.worker ENGINE TASK FOLDER N`.

Its own process, so that memory is its own and an engine that is not installed hurts nobody.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path

from benchmarks.engines import memory


def main() -> None:
    """Read the data, then time the first call with its preparation, and the best of several."""
    engine, task, folder, repeats = sys.argv[1:]
    module = import_module(f"benchmarks.engines.{engine}")
    data = module.read(Path(folder))
    memory.reset_peak()
    before, start = memory.resident(), time.perf_counter()
    call = module.TASKS[task](data)
    check = call()
    first = time.perf_counter() - start
    times = []
    for _ in range(int(repeats)):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    peak = memory.peak()
    found = {"first": first, "best": min(times), "before": before, "peak": peak, "check": check}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
