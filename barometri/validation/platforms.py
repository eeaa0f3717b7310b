"""Columns that survey platforms add of their own accord: known by name, dropped unless a wave maps them."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files


@cache
def _known() -> frozenset[str]:
    text = files("barometri").joinpath("resources/platforms.toml").read_text(encoding="utf-8")
    platforms: dict[str, list[str]] = tomllib.loads(text)
    return frozenset(name.casefold() for names in platforms.values() for name in names)


def platform_columns(names: Iterable[str], *, mapped: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the columns of a survey platform among the names, in their order.

    Parameters
    ----------
    names
        Names of a file's columns.
    mapped
        Columns that a wave reads: they are questions, whatever their name.

    Examples
    --------
    >>> platform_columns(["id", "q1", "Vastausaika", "TOKEN"], mapped=["id"])
    ('Vastausaika', 'TOKEN')
    """
    read = set(mapped)
    return tuple(name for name in names if name not in read and name.strip().casefold() in _known())
