"""What a release says, as linear facts over finest cells.

All records of one item in one wave form a table group: every domain it is released for, every category, and
the parts of claims. A record is a sum over finest cells (the crossing of all variables the group uses) and
over atoms (the answers of the item), so margins, derived variables and declared classes are rows of one
system.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from barometri.errors import DisclosureError

CANNOT_SAY = "_missing"
"""Atom of everybody asked who gave no substantive answer."""

UNASKED = "_unasked"
"""Atom of respondents who are in no base of the item."""

ELSEWHERE = "_elsewhere"
"""Value of a variable for respondents who are in a margin but in none of its shown codes."""

Restriction = Mapping[str, frozenset[str]]
Stands = Literal["", "shown", "hidden"]


@dataclass(frozen=True, slots=True)
class Record:
    """One released number with its base.

    ``restriction`` says who (variable -> code ids), ``numerator`` and ``base`` which atoms are summed;
    ``k`` is NaN where only the base is released (a mean). ``row`` points back into the table. ``worth`` is
    what is lost with it, relative to a row of a table: a sentence is worth more. ``is_closed`` says that a
    rule of its own hides it (a mean of answers that are nearly all the same), ``is_impossible`` that its zero
    is declared, so that R2 does not judge it. ``stands`` says of a number of an earlier report whether it is
    shown or hidden there: neither can be changed.
    """

    table: str
    row: int
    restriction: Restriction
    numerator: frozenset[str]
    base: frozenset[str]
    n: float
    k: float
    worth: float = 1.0
    is_closed: bool = False
    is_impossible: bool = False
    stands: Stands = ""


@dataclass(frozen=True, slots=True)
class Group:
    """All records of one item in one wave.

    ``derived`` maps a derived variable to (its source, {source code id: derived code id}), ``codes`` a
    variable to the ids of all its answers. ``of_organisations`` is whether the answers are facts about
    organisations. ``parts`` are counts that merged classes stand for: never shown, known to those in them.
    ``ceilings`` are numbers of respondents that stand elsewhere in the release and that no base can exceed,
    ``standing`` what earlier reports of the study say of the item.
    """

    item: str
    wave: str
    atoms: tuple[str, ...]
    records: tuple[Record, ...]
    derived: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    of_organisations: bool = False
    parts: tuple[Record, ...] = ()
    ceilings: tuple[Record, ...] = ()
    standing: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class System:
    """Linear facts of a group: ``base @ x = n`` and ``numerator @ x = k`` with x >= 0 over cells by atoms."""

    base: sparse.csr_array
    numerator: sparse.csr_array
    n: npt.NDArray[np.float64]
    k: npt.NDArray[np.float64]


def expanded(values: Iterable[str]) -> dict[str, frozenset[str]]:
    """Map each code id to its finest values; ``3+`` holds every whole number from 3 on.

    Examples
    --------
    >>> sorted(expanded(["0", "1", "2", "3+", "3", "4+"])["3+"])
    ['3', '4+']
    """
    ids = sorted(set(values))
    thresholds = sorted(int(v[:-1]) for v in ids if v.endswith("+") and v[:-1].isdigit())
    finest = [v for v in ids if not (v.endswith("+") and v[:-1].isdigit())]
    if thresholds:
        finest.append(f"{thresholds[-1]}+")
    out = {v: frozenset({v}) for v in finest}
    for threshold in thresholds[:-1]:
        out[f"{threshold}+"] = frozenset(
            v for v in finest if v.rstrip("+").isdigit() and int(v.rstrip("+")) >= threshold
        )
    return out


def system(group: Group) -> System:
    """Build the incidence of a group's records over its finest cells.

    Raises
    ------
    DisclosureError
        When a record names an answer the item does not have.
    """
    restrictions = [primitive(record.restriction, group.derived) for record in group.records]
    values = _finest_values(restrictions)
    open_ended = _incomplete(group, restrictions)
    axes = {v: [*sorted(ids), *([ELSEWHERE] if v in open_ended else [])] for v, ids in values.items()}
    cells = list(product(*axes.values()))
    position = {atom: i for i, atom in enumerate(group.atoms)}
    member = np.array([[_inside(cell, axes, r) for cell in cells] for r in restrictions], dtype=np.float64)
    for record in group.records:
        if not record.base <= position.keys() or not record.numerator <= position.keys():
            message = f"Table {record.table}: a record counts an answer that item {group.item} does not have."
            raise DisclosureError(message)
    base = _incidence(member, [r.base for r in group.records], group.atoms)
    numerator = _incidence(member, [r.numerator for r in group.records], group.atoms)
    n = np.array([r.n for r in group.records], dtype=np.float64)
    k = np.array([r.k for r in group.records], dtype=np.float64)
    return System(base, numerator, n, k)


def _incidence(
    member: npt.NDArray[np.float64], answers: Sequence[frozenset[str]], atoms: Sequence[str]
) -> sparse.csr_array:
    chosen = np.array([[float(atom in row) for atom in atoms] for row in answers])
    dense = member[:, :, None] * chosen[:, None, :]
    return sparse.csr_array(dense.reshape(len(answers), -1))


def _inside(cell: tuple[str, ...], axes: Mapping[str, Sequence[str]], restriction: Restriction) -> bool:
    here = dict(zip(axes, cell, strict=True))
    return all(here[variable] in ids for variable, ids in restriction.items())


def primitive(restriction: Restriction, derived: Mapping[str, tuple[str, Mapping[str, str]]]) -> Restriction:
    """Word a restriction on derived variables by their sources."""
    out: dict[str, frozenset[str]] = {}
    for variable, ids in restriction.items():
        source, mapping = derived.get(variable, (variable, {}))
        own = frozenset(s for s, d in mapping.items() if d in ids) if mapping else ids
        out[source] = out[source] & own if source in out else own
    return out


def _finest_values(restrictions: Sequence[Restriction]) -> dict[str, frozenset[str]]:
    seen: dict[str, set[str]] = {}
    for restriction in restrictions:
        for variable, ids in restriction.items():
            seen.setdefault(variable, set()).update(ids)
    return {variable: frozenset(ids) for variable, ids in sorted(seen.items())}


Key = tuple[frozenset[str], tuple[tuple[str, frozenset[str]], ...]]


def _incomplete(group: Group, restrictions: Sequence[Restriction]) -> set[str]:
    """Find the variables whose codes do not add up to their margin: somebody is elsewhere.

    Where no records tell, somebody is elsewhere if the variable has codes that the group does not use; else
    the codes are taken to add up, which gives the attacker more, never less.
    """
    sizes: dict[Key, float] = {}
    for record, restriction in zip(group.records, restrictions, strict=True):
        sizes[record.base, tuple(sorted(restriction.items()))] = record.n
    values = _finest_values(restrictions)
    return {
        variable
        for variable, ids in values.items()
        if _falls_short(variable, ids, sizes, unused=bool(group.codes.get(variable, frozenset()) - ids))
    }


def _falls_short(variable: str, ids: frozenset[str], sizes: Mapping[Key, float], *, unused: bool) -> bool:
    """Whether some margin over ``variable`` is larger than the sum of a partition of its codes."""
    parts: dict[Key, dict[frozenset[str], float]] = {}
    for (base, restriction), n in sizes.items():
        for name, own in restriction:
            if name == variable:
                rest = tuple(pair for pair in restriction if pair[0] != variable)
                parts.setdefault((base, rest), {})[own] = n
    told = False
    for margin, found in parts.items():
        for partition in _partitions(sorted(found, key=sorted), ids):
            if margin in sizes:
                told = True
                if sum(found[own] for own in partition) < sizes[margin]:
                    return True
    return unused and not told


def _partitions(found: Sequence[frozenset[str]], ids: frozenset[str]) -> list[list[frozenset[str]]]:
    """Return ways in which parts cover all ids once, each beginning with the part of the first id."""
    if not ids:
        return [[]]
    first = min(ids)
    return [
        [own, *rest]
        for own in found
        if first in own and own <= ids
        for rest in _partitions(found, ids - own)[:1]
    ]
