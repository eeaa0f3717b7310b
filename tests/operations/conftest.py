"""One server of runs and one small study for all tests of operations."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.runs import Runs
from tests.operations.small_report import write_small_report


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """A process that has loaded the package, and forks for every run."""
    with Runs(tmp_path_factory.mktemp("notes")) as server:
        yield server


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small study; nobody may change it."""
    return write_small_report(tmp_path_factory.mktemp("small"))
