"""Records of a release before they are gathered: who, what, and in the codes of which wave."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from barometri.disclosure.cells import Stands
from barometri.study.study import Study


@dataclass(frozen=True, slots=True)
class Line:
    """One record before its group is known; ``unknown_counts`` reads "cannot say" as agreed.

    ``stands`` is what became of it in an earlier report: nothing where it is of this one.
    """

    item: str
    wave: str
    category: str
    base: str
    table: str
    row: int
    who: Mapping[str, str | tuple[str, ...]]
    n: float
    k: float
    unknown_counts: bool = False
    worth: float = 1.0
    is_closed: bool = False
    stands: Stands = ""


def by_topic(lines: Iterable[Line], study: Study) -> dict[tuple[str, str], list[Line]]:
    """Gather records by item and wave, worded by the codes that the wave itself has."""
    found: dict[tuple[str, str], list[Line]] = {}
    given = list(lines)
    earlier = {wave: _own_names(wave, study) for wave in {line.wave for line in given}}
    for line in given:
        found.setdefault((line.item, line.wave), []).append(_as_asked(line, earlier[line.wave]))
    return found


def _own_names(wave: str, study: Study) -> dict[tuple[str, str], tuple[str, ...]]:
    """Map a variable and a code of the latest wave to the codes that the wave itself has for these people."""
    described = study.waves.get(int(wave)) if wave.isdigit() else None
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for entry in described.equivalence if described else ():
        if entry.code and entry.counterpart:
            key = entry.question, entry.counterpart
            found[key] = (*found.get(key, ()), entry.code)
    return found


def _as_asked(line: Line, own: Mapping[tuple[str, str], tuple[str, ...]]) -> Line:
    """Word a record of an earlier wave by that wave's own codes: a table over waves uses the latest ones."""
    if not own:
        return line
    who: dict[str, str | tuple[str, ...]] = {}
    for variable, ids in line.who.items():
        given = (ids,) if isinstance(ids, str) else ids
        who[variable] = tuple(
            dict.fromkeys(code for one in given for code in own.get((variable, one), (one,)))
        )
    return replace(line, who=who)
