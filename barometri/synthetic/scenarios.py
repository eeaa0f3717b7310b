"""Scenarios: variants of the stated truth, one file each in the study's folder ``scenarios``.

A scenario's file says only what differs from ``truth.toml``, or from another scenario where it begins with
``extends = "name"``; every key of it must stand there too.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from barometri.errors import OptionError, StudyError

PLANTED: Final = "planted"
"""The scenario that is ``truth.toml`` itself."""
FOLDER: Final = "scenarios"
EXTENDS: Final = "extends"


@lru_cache(maxsize=16)
def parsed(text: str) -> Mapping[str, Any]:
    """Return the tables of a TOML text, which must not be changed: replicates read the same ones."""
    return tomllib.loads(text)


def scenarios(folder: Path) -> tuple[str, ...]:
    """Return the names of the scenarios of the study in ``folder``, the stated truth itself first."""
    return (PLANTED, *sorted(path.stem for path in (folder / FOLDER).glob("*.toml")))


def overridden(truth: Mapping[str, Any], folder: Path, scenario: str) -> dict[str, Any]:
    """Return the tables of a truth with those of a scenario laid over them, key by key.

    Parameters
    ----------
    truth
        Tables of ``truth.toml``.
    folder
        The study's folder.
    scenario
        Name of the scenario.

    Raises
    ------
    OptionError
        The study has no such scenario; those that it has are named.
    StudyError
        The scenario's file is not TOML, or has a key that the truth has not, or a value of another type.
    """
    known = scenarios(folder)
    if scenario not in known:
        raise OptionError(f"scenario must be one of {', '.join(known)}; got {scenario!r}.")
    return _variant(truth, folder, scenario, known)


def _variant(truth: Mapping[str, Any], folder: Path, scenario: str, known: tuple[str, ...]) -> dict[str, Any]:
    if scenario == PLANTED:
        return dict(truth)
    path = folder / FOLDER / f"{scenario}.toml"
    try:
        changes = dict(parsed(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path}: not TOML ({error}); mend that line.") from None
    parent, others = changes.pop(EXTENDS, PLANTED), tuple(name for name in known if name != scenario)
    if parent not in others:
        raise StudyError(f"{path}, {EXTENDS}: expected one of {', '.join(others)}, not in a circle; mend it.")
    return _laid_over(_variant(truth, folder, parent, others), changes, path, "")


def _laid_over(
    truth: Mapping[str, Any], changes: Mapping[str, Any], path: Path, place: str
) -> dict[str, Any]:
    result = dict(truth)
    for key, value in changes.items():
        where = f"{place}{key}"
        if key not in truth:
            raise StudyError(f"{path}, {where}: the truth has no such key to override; mend its name.")
        if _kind(value) != _kind(truth[key]):
            raise StudyError(f"{path}, {where}: expected a {_kind(truth[key])} as in the truth; mend it.")
        if isinstance(value, dict):
            result[key] = _laid_over(truth[key], value, path, f"{where}.")
        else:
            result[key] = value
    return result


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return "table"
    if isinstance(value, list):
        return "list"
    return "number" if isinstance(value, int | float) else "text"
