"""A place where reports stand: two sets of files that a reader may see, and what a whole run leaves there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.operations.runs import Ended, Runs

Kind = Literal["old", "new"]
FORMATS: Mapping[Kind, Sequence[str]] = {"old": ("csv",), "new": ("html",)}
"""Two sets of files of one study, so that a mix of them would be seen."""


@dataclass
class Place:
    """A data folder and an output folder, what they hold after a whole run, and how long a run takes."""

    runs: Runs
    study: Path
    folder: Path
    formats: Mapping[Kind, Sequence[str]]
    jobs: int = 1

    def __post_init__(self) -> None:
        self.data, self.output = self.folder / "data", self.folder / "reports"
        self.run("new")  # the waves are read once
        whole = {kind: self.run(kind) for kind in ("new", "old")}
        self.sets = {kind: ended.seen[str(self.output)] for kind, ended in whole.items()}
        self.kept = sorted(whole["old"].seen[str(self.data)])
        self.seconds = min(ended.seconds for ended in whole.values())
        self.changes = {kind: ended.changes for kind, ended in whole.items()}
        self.standing: Kind = "old"

    @property
    def other(self) -> Kind:
        return "new" if self.standing == "old" else "old"

    def run(self, kind: Kind, **more: object) -> Ended:
        places = ("--study", self.study, "--data", self.data, "--output", self.output)
        look = (self.output, self.data)
        jobs = ("--jobs", str(self.jobs))
        return self.runs.once(*places, *jobs, "--format", *self.formats[kind], look=look, **more)

    def check_reader(self, ended: Ended) -> None:
        """One whole set stands, whatever else lies beside it."""
        seen = ended.seen[str(self.output)]
        shown = {name: what for name, what in seen.items() if name.partition("/")[0] == "2021"}
        found = [kind for kind, files in self.sets.items() if files == shown]
        assert len(found) == 1, sorted(shown)
        self.standing = found[0]  # type: ignore[assignment]

    def check_next_run(self) -> None:
        """The next run says 0 and leaves the new set and nothing beside it."""
        kind = self.other
        ended = self.run(kind)
        assert ended.code == 0, ended.stderr
        assert ended.seen[str(self.output)] == self.sets[kind]
        assert sorted(ended.seen[str(self.data)]) == self.kept
        self.standing = kind
