"""Running of the reference cases: what a topic compares, and the one comparison of all runners."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

import pytest

from tests.reference_cases.reading import Case, assert_close, load_cases

T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """One case that a topic compares: its set, the topic's pattern, how ours is made, and parts left out."""

    topic: str
    name: str
    pattern: str
    case: Case
    ours: Callable[[Case], Any]
    parts: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """R's name of the case."""
        return str(self.case["id"])

    @property
    def key(self) -> str:
        """Set and name, which together are one case's own."""
        return f"{self.name}:{self.id}"

    def check(self) -> Any:  # noqa: ANN401 - as the file has it
        """Assert that every number equals R's at the tolerance of the case, one at least; return ours."""
        found = self.ours(self.case)
        mine, theirs = (without(values, self.parts) for values in (found, self.case["values"]))
        assert assert_close(mine, theirs, self.case["tol"], where=self.key) > 0, self.key
        return found


def without(values: Any, parts: Sequence[str]) -> Any:  # noqa: ANN401 - as the file has them
    """Return the values but those of some names, at any depth."""
    if not isinstance(values, dict):
        return values
    return {name: without(value, parts) for name, value in values.items() if name not in parts}


def first_match(patterns: Mapping[str, T], key: str, default: T) -> T:
    """Return what the first pattern that is all of the key stands for."""
    return next((found for pattern, found in patterns.items() if re.fullmatch(pattern, key)), default)


def by_set(topic: ModuleType, table: str) -> Mapping[str, Mapping[str, Any]]:
    """Return a table of a topic by set; most topics have one for all of their sets."""
    own = getattr(topic, table, {})
    sets = getattr(topic, "SETS", None)
    return own if sets is None else dict.fromkeys(sets, own)


def left_out(topics: Iterable[ModuleType], name: str, key: str) -> str:
    """Why none of the topics compares a case of a set; empty where they do not say."""
    found = (first_match(by_set(topic, "LEFT_OUT").get(name, {}), key, "") for topic in topics)
    return next((why for why in found if why), "")


def runs(*topics: ModuleType) -> tuple[Run, ...]:
    """Return every case that the topics compare and none leaves out."""
    return tuple(
        Run(topic.__name__, name, pattern, case, ours, _parts(topic, case))
        for topic in topics
        for name, patterns in by_set(topic, "CASES").items()
        for case in load_cases(name)
        for pattern, ours in patterns.items()
        if re.fullmatch(pattern, case["id"]) and not left_out(topics, name, case["id"])
    )


def _parts(topic: ModuleType, case: Case) -> tuple[str, ...]:
    parts: tuple[str, ...] = first_match(getattr(topic, "PARTLY", {}), case["id"], ((), ""))[0]
    return parts


def each_run(found: Iterable[Run]) -> pytest.MarkDecorator:
    """Parametrise a test by runs, under their names."""
    return pytest.mark.parametrize("run", list(found), ids=lambda run: run.key)


def asked(names: Iterable[str], kind: str = "") -> set[str]:
    """Return set and name of the cases whose call holds a pattern."""
    return {
        f"{name}:{case['id']}" for name in names for case in load_cases(name) if re.search(kind, case["call"])
    }


def keys(found: Iterable[Run]) -> set[str]:
    """Return set and name of what is run."""
    return {run.key for run in found}
