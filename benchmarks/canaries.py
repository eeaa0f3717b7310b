"""Publish a small study again and again with planted records, and search all that comes out for hidden ones.

python -m benchmarks.canaries [--runs 50] [--output docs/canaries.md]
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.leaks.canaries import FORMATS, Found, search

RUNS = 50


def main(argv: list[str] | None = None) -> int:
    """Run the bench; return 1 where a number was found."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.canaries", description=__doc__)
    made.add_argument("--runs", type=int, default=RUNS)
    made.add_argument("--output", type=Path, help="page to write")
    given = made.parse_args(argv)
    found = []
    for seed in range(1, given.runs + 1):
        with tempfile.TemporaryDirectory() as folder:
            found.append(search(Path(folder), seed))
        print(
            f"run {seed}: {len(found[-1].hits)} hits {found[-1].hits[:3] or ''}", file=sys.stderr, flush=True
        )
    page = table(found)
    print(page, end="")
    if given.output is not None:
        given.output.write_text(f"# Numbers of hidden records, searched for\n\n{page}", encoding="utf-8")
    return int(any(run.hits for run in found))


def table(found: list[Found]) -> str:
    """Return what was searched, where, and what was found."""
    hits = sum(len(run.hits) for run in found)
    lines = [
        "| what | figure | gate | pass |",
        "| --- | --- | --- | --- |",
        f"| runs, all of {', '.join(FORMATS)} | {len(found)} | {RUNS} | {_word(len(found) >= RUNS)} |",
        f"| artefacts unpacked | {sum(run.artefacts for run in found)} | | |",
        f"| records hidden | {sum(run.hidden for run in found)} | | |",
        f"| numbers that only hidden records have, searched for | {sum(run.searched for run in found)} | | |",
        f"| numbers of hidden records found | {hits} | 0 | {_word(not hits)} |",
    ]
    return "\n".join(lines) + "\n"


def _word(kept: bool) -> str:  # noqa: FBT001 - a cell of the table
    return "yes" if kept else "no"


if __name__ == "__main__":
    sys.exit(main())
