"""Runs of the report, each in a process that may be killed, interrupted, or refused its disk."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

ROOT = Path(__file__).resolve().parents[2]
NO_MOUNT = 77
Seen = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its exit code or minus its signal, what it said, how many changes of the disk it made.

    ``seen`` is what stood afterwards in each folder that was looked at.
    """

    code: int
    seconds: float
    changes: int
    stdout: str
    stderr: str
    seen: Mapping[str, Seen]


class Runs(AbstractContextManager["Runs"]):
    """A server of runs: the package is loaded once, and every run is a fork.

    Parameters
    ----------
    notes
        A folder for what the runs say.
    """

    def __init__(self, notes: Path) -> None:
        self.notes = notes
        environ = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.operations.serving"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environ,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def each(
        self,
        runs: Sequence[Mapping[str, Any]],
        *,
        look: Sequence[Path] = (),
        mounts: Sequence[Sequence[str]] = (),
    ) -> list[Ended]:
        """Do several runs one after the other, in one name space of mounts; skip where none is allowed.

        Parameters
        ----------
        runs
            ``arguments`` of the command, and as needed ``signal`` (seconds, number) to its process group,
            ``die_at`` and ``fail_at`` (the number of a change of the disk), ``umask``, ``uid``, ``cwd``,
            ``environ``, ``clock`` (seconds). Before it, ``leave`` fills a disk with a file but for so many
            bytes, ``remove`` takes files away, ``chmod`` sets permissions, ``seal`` makes mounts read-only.
        look
            Folders to be looked at after each run.
        mounts
            Kind of file system, place and options.
        """
        request = {
            "runs": runs,
            "look": [str(path) for path in look],
            "mounts": mounts,
            "notes": str(self.notes),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        found = json.loads(self._process.stdout.readline())
        if found == NO_MOUNT:
            pytest.skip("this machine allows no mount")
        assert isinstance(found, list), found
        return [Ended(**entry) for entry in found if "code" in entry]

    def once(self, *arguments: str | Path, look: Sequence[Path] = (), **more: object) -> Ended:
        """Run once: the words of the command line, and what ``each`` knows."""
        return self.each([{"arguments": [str(word) for word in arguments], **more}], look=look)[0]
