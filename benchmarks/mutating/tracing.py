"""Which tests run which lines of a module, and how long each test and each shared fixture takes."""

import sys
import time
from collections.abc import Generator, Mapping
from types import FrameType
from typing import Any

import pytest

Lines = dict[str, dict[int, set[str]]]


class Tracing:
    """A pytest plugin that notes, for every test that passes, the lines it runs of some modules.

    ``seconds`` are those of a test without the fixtures it shares with others; ``shared`` are theirs, and
    ``uses`` says which test takes which.
    """

    def __init__(self, modules: Mapping[str, str]) -> None:
        self.modules = modules
        self.lines: Lines = {}
        self.seconds: dict[str, float] = {}
        self.shared: dict[str, float] = {}
        self.uses: dict[str, list[str]] = {}
        self.failed: set[str] = set()
        self._seen: set[tuple[str, int]] = set()
        self._behind: dict[str, set[tuple[str, int]]] = {}
        self._setting_up: list[float] = []

    def _local(self, frame: FrameType, event: str, _: object) -> Any:  # noqa: ANN401 - as sys.settrace has it
        if event == "line":
            self._seen.add((frame.f_code.co_filename, frame.f_lineno))
        return self._local

    def _global(self, frame: FrameType, _: str, __: object) -> Any:  # noqa: ANN401 - as sys.settrace has it
        return self._local if frame.f_code.co_filename in self.modules else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Trace one test with its fixtures."""
        self._seen.clear()
        self._setting_up.clear()
        start = time.process_time()
        sys.settrace(self._global)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.seconds[item.nodeid] = time.process_time() - start - sum(self._setting_up)
            file = item.nodeid.partition("::")[0]
            names = [f"{place}::{name}" for name in getattr(item, "fixturenames", ()) for place in ("", file)]
            self.uses[item.nodeid] = [name for name in names if name in self.shared]
            for name, line in self._seen.union(*(self._behind[name] for name in self.uses[item.nodeid])):
                self.lines.setdefault(self.modules[name], {}).setdefault(line, set()).add(item.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Time a fixture that several tests share, and note its lines for all of them.

        Fixtures that it asks for have been set up before.
        """
        if request.scope == "function":
            return (yield)
        start, outer, self._seen = time.process_time(), self._seen, set()
        try:
            return (yield)
        finally:
            took = time.process_time() - start
            self._setting_up.append(took)
            place = fixturedef.baseid if fixturedef.baseid.endswith(".py") else ""
            name = f"{place}::{fixturedef.argname}"
            self.shared[name], self._behind[name], self._seen = took, self._seen, outer

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
