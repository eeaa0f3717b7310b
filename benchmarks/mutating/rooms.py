"""What can be mutated: rooms of the package, the tests that serve them, and the gate of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True)
class Room:
    """Modules tested together.

    ``sources`` and ``tests`` are patterns below the project; a module's name in tables is its path below
    ``base``. A test slower than ``slowest`` seconds serves no mutant, and the tests of one mutant take no
    longer than ``together``. With ``demonstration`` it is read and analysed once, before any mutant is run.
    """

    name: str
    base: str
    sources: tuple[str, ...]
    tests: tuple[str, ...]
    size: int
    gate: float
    page: str
    slowest: float = 3.0
    together: float = 12.0
    demonstration: bool = False

    def modules(self, project: Path) -> dict[str, Path]:
        """Return the modules by name, in order."""
        base = project / self.base
        paths = {path for pattern in self.sources for path in project.glob(pattern)}
        return {path.relative_to(base).with_suffix("").as_posix(): path for path in sorted(paths)}

    def candidates(self, project: Path) -> list[str]:
        """Return the files of tests, and of sources with examples, that may serve."""
        found = {
            path.relative_to(project).as_posix(): None
            for name in self.tests
            for path in _files(project, name)
        }
        return list(found)


def _files(project: Path, pattern: str) -> list[Path]:
    return sorted(
        path
        for found in project.glob(pattern)
        for path in ([found] if found.is_file() else found.rglob("*.py"))
        if not path.name.startswith("_")
    )


ROOMS: Mapping[str, Room] = MappingProxyType(
    {
        room.name: room
        for room in (
            Room(
                name="inference",
                base="barometri/inference",
                sources=("barometri/inference/*.py",),
                tests=(
                    "barometri/inference",
                    "tests/inference/test_*.py",
                    "tests/regression/test_*.py",
                    "tests/testing/test_*.py",
                    "tests/weighting/test_*.py",
                    "tests/test_reference*.py",
                    "tests/test_estimation.py",
                    "tests/test_quantile.py",
                    "tests/test_overlap.py",
                    "tests/test_small_area.py",
                    "tests/test_aggregation.py",
                    "tests/test_weighting*.py",
                    "tests/test_testing*.py",
                    "tests/test_agreement.py",
                    "tests/test_metamorphic.py",
                ),
                size=500,
                gate=0.85,
                page="docs/mutation.md",
            ),
            Room(
                name="disclosure",
                base="barometri",
                sources=(
                    "barometri/disclosure/*.py",
                    "barometri/disclosure/attack/*.py",
                    "barometri/anonymity.py",
                    "barometri/anonymity/*.py",
                ),
                tests=(
                    "barometri/disclosure",
                    "barometri/anonymity.py",
                    "barometri/anonymity",
                    "tests/disclosure/test_*.py",
                    "tests/attack/test_*.py",
                    "tests/anonymity/test_*.py",
                    "tests/test_anonymity*.py",
                    "tests/commands/test_*.py",
                    "tests/leaks/test_*.py",
                    "tests/claims/test_published.py",
                    "tests/claims/test_joint.py",
                ),
                size=340,
                gate=0.95,
                page="docs/mutation_disclosure.md",
                slowest=12.0,
                together=30.0,
                demonstration=True,
            ),
        )
    }
)
