"""Which records of a table group are hidden, and why that is enough.

Primary: records that break R1 or R2. Secondary: further records, so that no hidden count can be computed to
within ``WIDTH`` persons from what stays shown. Each hidden count is protected by a linear programme that
moves it by ``WIDTH`` at the least cost in shown records (the sequential heuristic of Fischetti & Salazar
2000 for one-sided protection): the moved solution and the true one both fit whatever stays shown, so the
interval an attacker can derive holds both.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from barometri.disclosure.cells import Group, System, system
from barometri.disclosure.rules import is_unsafe
from barometri.errors import DisclosureError
from barometri.study.plan import DisclosureRules

WIDTH: Final = 5.0
"""An attacker's interval for a hidden count is at least this wide (R4)."""

_MOVED: Final = 1e-6

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Hidden records of a group: ``primary`` by their own rule, ``hidden`` all, both shape (records,)."""

    primary: BoolArray
    hidden: BoolArray


@dataclass(frozen=True, slots=True)
class _Facts:
    """Every released count once: rows over the finest cells, the count, and the records that would say it."""

    rows: sparse.csr_array
    values: FloatArray
    record: npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Target:
    """A count to protect: its row over the finest cells and its true value."""

    row: sparse.csr_array
    value: float


def suppress(group: Group, rules: DisclosureRules) -> Pattern:
    """Choose the hidden records of one table group.

    Parameters
    ----------
    group
        All records of one item in one wave.
    rules
        Thresholds.

    Returns
    -------
    Pattern
        With no hidden count within ``WIDTH`` of an attacker's bounds.

    Raises
    ------
    DisclosureError
        When the group has more cells than may be published together, or its counts do not add up.
    """
    if len(group.records) > rules.maximum_cells:
        message = (
            f"Item {group.item} is released for {len(group.records)} cells, more than the "
            f"{rules.maximum_cells} that can be protected together. Drop the analysis with the most by "
            "variables from study.toml."
        )
        raise DisclosureError(message)
    equations = system(group)
    told = _facts(equations)
    if group.of_organisations and rules.organisation_numerator == "aside":
        equations = replace(equations, k=np.full(len(equations.k), np.nan))
    primary = is_unsafe(equations.n, equations.k, rules)
    hidden = primary.copy()
    worth = np.array([record.worth for record in group.records], dtype=np.float64)
    facts, cost = told, worth * np.log2(2.0 + equations.n)
    for target in (*_targets(equations, primary, rules), *_remainders(group, equations, hidden, rules)):
        hidden = _protect(target, facts, hidden, cost, group.item)
    return Pattern(primary, hidden)


def _facts(equations: System) -> _Facts:
    told = np.flatnonzero(np.isfinite(equations.k))
    rows = sparse.vstack([equations.base, equations.numerator[told]]).tocsr()
    values = np.concatenate([equations.n, equations.k[told]])
    return _Facts(rows, values, np.concatenate([np.arange(len(equations.n)), told]))


def _targets(equations: System, primary: BoolArray, rules: DisclosureRules) -> list[_Target]:
    """List the counts that nobody may learn: small bases, small numerators, small complements."""
    return [
        target
        for record in map(int, np.flatnonzero(primary))
        for target in _small(
            equations.base[[record]],
            equations.numerator[[record]],
            float(equations.n[record]),
            float(equations.k[record]),
            rules,
        )
    ]


def _remainders(group: Group, equations: System, hidden: BoolArray, rules: DisclosureRules) -> list[_Target]:
    """List small counts that no record shows and a subtraction would: who is in one record, not in another.

    Two shown records count the same answers, one of some people and one of more; the people between them are
    a group too, and R1 and R2 hold for it.
    """
    alike: dict[tuple[frozenset[str], frozenset[str]], list[int]] = {}
    for place, record in enumerate(group.records):
        if not hidden[place]:
            alike.setdefault((record.base, record.numerator), []).append(place)
    found: dict[tuple[int, ...], list[_Target]] = {}
    for places in alike.values():
        base = equations.base[places].astype(bool).astype(np.int32)
        size = np.asarray(base.sum(axis=1)).ravel()
        inside = (base @ base.T).toarray() == size[:, None]
        for small, large in np.argwhere(inside & (size[:, None] < size[None, :])):
            few, many = places[int(small)], places[int(large)]
            rest = equations.base[[many]] - equations.base[[few]]
            n = float(equations.n[many] - equations.n[few])
            k = float(equations.k[many] - equations.k[few])
            if n > 0 and is_unsafe(np.array([n]), np.array([k]), rules)[0]:
                part = equations.numerator[[many]] - equations.numerator[[few]]
                key = tuple(map(int, rest.indices)) + tuple(map(int, part.indices))
                found[key] = _small(rest, part, n, k, rules)
    return [target for targets in found.values() for target in targets]


def _small(
    base: sparse.csr_array, numerator: sparse.csr_array, n: float, k: float, rules: DisclosureRules
) -> list[_Target]:
    """List which of a base, a numerator and a complement nobody may learn."""
    targets: list[_Target] = []
    if n < rules.minimum_n:
        targets.append(_Target(base, n))
    if k < rules.minimum_k:
        targets.append(_Target(numerator, k))
    if n - k < rules.minimum_k:
        targets.append(_Target(base - numerator, n - k))
    return targets


def _protect(target: _Target, facts: _Facts, hidden: BoolArray, cost: FloatArray, item: str) -> BoolArray:
    """Hide the cheapest shown records that let the target grow by ``WIDTH``."""
    shown = ~hidden[facts.record]
    told, cells = int(shown.sum()), facts.rows.shape[1]
    slack = sparse.eye_array(told, format="csr")
    equal = sparse.hstack([facts.rows[shown], slack, -slack])
    raised = sparse.hstack([target.row, sparse.csr_array((1, 2 * told))])
    answer = milp(
        np.concatenate([np.zeros(cells), np.tile(cost[facts.record[shown]], 2)]),
        constraints=[
            LinearConstraint(equal, facts.values[shown], facts.values[shown]),
            LinearConstraint(raised, target.value + WIDTH, np.inf),
        ],
        bounds=Bounds(0, np.inf),
    )
    if answer.x is None:
        message = f"Item {item}: its counts cannot be protected. Check the bases and margins of its analyses."
        raise DisclosureError(message)
    moved = answer.x[cells:].reshape(2, -1).sum(axis=0)
    out = hidden.copy()
    out[facts.record[shown][moved > _MOVED]] = True
    return out
