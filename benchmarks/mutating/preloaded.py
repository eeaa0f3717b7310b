"""The demonstration, read and analysed once before mutants are run: half of what its tests take.

What a mutant can reach is taken out of the process again, so that every child loads it anew.
"""

import ast
import importlib
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.mutating.rooms import Room

FIXTURES: dict[str, Any] = {}
"""Shared fixtures of the tests by name, as the children find them."""
CONFTEST = """

from benchmarks.mutating.preloaded import FIXTURES


@pytest.fixture(scope="session")
def demo_study():
    return FIXTURES["demo_study"]


@pytest.fixture(scope="session")
def demo_data():
    return FIXTURES["demo_data"]


@pytest.fixture(scope="session")
def demo_surveys():
    return FIXTURES["demo_surveys"]


@pytest.fixture(scope="session")
def demo_results():
    return FIXTURES["demo_results"]
"""


def preload(folder: Path, room: Room) -> None:
    """Compute the demonstration with the copy in a folder, and have the copy's tests take it from here."""
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    data = Path(tempfile.mkdtemp(dir=folder, prefix="demonstration"))
    study = importlib.import_module("barometri.study.reading").read_study()
    surveys = importlib.import_module("barometri.loading").read_surveys(study, data=data)
    results = importlib.import_module("barometri.analysis").analyse(study, surveys)
    FIXTURES.update(demo_study=study, demo_data=data, demo_surveys=surveys, demo_results=results)
    with (folder / "tests" / "conftest.py").open("a", encoding="utf-8") as file:
        file.write(CONFTEST)
    _forget(_reached(room, folder))


def _reached(room: Room, folder: Path) -> set[str]:
    """Return the loaded modules of a room, and those that import them, however far off."""
    loaded = {name: module for name, module in sys.modules.items() if name.startswith("barometri.")}
    found = {
        path.relative_to(folder).with_suffix("").as_posix().replace("/", ".")
        for path in room.modules(folder).values()
    }
    found = {name.removesuffix(".__init__") for name in found}
    imported = {name: _imports(Path(module.__file__)) for name, module in loaded.items() if module.__file__}
    while True:
        more = {name for name, named in imported.items() if named & found} - found
        if not more:
            return found & set(loaded)
        found |= more


def _imports(path: Path) -> set[str]:
    """Return every name that a module's imports may stand for a module."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def _forget(names: set[str]) -> None:
    for name in names:
        del sys.modules[name]
        parent, _, last = name.rpartition(".")
        if hasattr(sys.modules.get(parent), last):
            delattr(sys.modules[parent], last)
