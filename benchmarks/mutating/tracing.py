"""Which tests run which lines of a module, and how long each test takes."""

import sys
import time
from collections.abc import Generator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

Lines = dict[str, dict[int, set[str]]]


class Tracing:
    """A pytest plugin that notes, for every test that passes, the lines it runs below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = f"{folder}/"
        self.lines: Lines = {}
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self._seen: set[tuple[str, int]] = set()

    def _local(self, frame: FrameType, event: str, _: object) -> Any:  # noqa: ANN401 - as sys.settrace has it
        if event == "line":
            self._seen.add((frame.f_code.co_filename, frame.f_lineno))
        return self._local

    def _global(self, frame: FrameType, _: str, __: object) -> Any:  # noqa: ANN401 - as sys.settrace has it
        return self._local if frame.f_code.co_filename.startswith(self.folder) else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Trace one test with its fixtures."""
        self._seen.clear()
        start = time.process_time()
        sys.settrace(self._global)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.seconds[item.nodeid] = time.process_time() - start
            for name, line in self._seen:
                self.lines.setdefault(Path(name).stem, {}).setdefault(line, set()).add(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that cannot serve: it does not pass on the sources as they are."""
        if not report.passed:
            self.failed.add(report.nodeid)


class Chosen:
    """A pytest plugin that runs the named tests, or files of tests, alone and in this order."""

    def __init__(self, names: list[str]) -> None:
        self.order = {name: position for position, name in enumerate(names)}

    def _place(self, item: pytest.Item) -> int | None:
        return self.order.get(item.nodeid, self.order.get(item.nodeid.split("::")[0]))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep and order."""
        places = [(place, item) for item in items if (place := self._place(item)) is not None]
        items[:] = [item for _, item in sorted(places, key=lambda pair: pair[0])]
