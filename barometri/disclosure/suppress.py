"""Which records of a table group are hidden, and why that is enough.

Primary: records that break R1 or R2. Secondary: further records, so that no hidden count can be computed to
within ``WIDTH`` persons from what stays shown. Each hidden count is protected by a linear programme that
moves it by ``WIDTH`` at the least cost in shown records (the sequential heuristic of Fischetti & Salazar
2000 for one-sided protection): the moved solution and the true one both fit whatever stays shown, so the
interval an attacker can derive holds both. Then a clean-up pass shows again what all counts can spare. The
counts are taken in several orders, and the cheapest pattern stands. Last, records are added where a
respondent of one hidden count would learn another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from barometri.disclosure.cells import UNASKED, Group, Record, System, system
from barometri.disclosure.cleaning import cleaned
from barometri.disclosure.insiders import kept_from_insiders
from barometri.disclosure.rules import is_unsafe
from barometri.disclosure.targets import Target, targets, within
from barometri.disclosure.witnesses import WIDTH, BoolArray, Facts, Witness, cheapest, facts, nearest
from barometri.errors import DisclosureError
from barometri.study.plan import DisclosureRules

_HINDRANCES: Final = (0.0, 1.0)
_LARGE: Final = 60_000
"""Released counts by cells: above this many one order of the targets must do."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Hidden records of a group: ``primary`` by their own rule, ``hidden`` all, both shape (records,).

    ``ceilings`` are the numbers of respondents that may not be told either, shape (ceilings,).
    """

    primary: BoolArray
    hidden: BoolArray
    ceilings: BoolArray = field(default_factory=lambda: np.zeros(0, dtype=bool))


@dataclass(frozen=True, slots=True)
class _Setting:
    """A group ready to be protected: what nobody may learn, and what insiders may not, in their columns.

    Records, then those that stand, then ceilings. ``free`` are hidden whatever is shown, ``fixed`` shown.
    """

    primary: BoolArray
    free: BoolArray
    fixed: BoolArray
    open_to_readers: tuple[Facts, list[Target]]
    open_to_insiders: tuple[Facts, list[Target]]


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
        With no hidden count within ``WIDTH`` of an attacker's bounds. Numbers of respondents are heeded where
        they would bring one within these; where even hiding some of them does not help, they all stand.

    Raises
    ------
    DisclosureError
        When the group has more cells than may be published together, or its counts do not add up.
    """
    if len(group.records) > rules.maximum_cells:
        raise DisclosureError(_too_many(group, rules))
    if group.standing:
        try:
            return _pattern(group, rules)
        except DisclosureError:  # what stands contradicts it, or gave something away: the attack judges that
            return _pattern(replace(group, standing=()), rules)
    return _pattern(group, rules)


def _pattern(group: Group, rules: DisclosureRules) -> Pattern:
    own = len(group.records)
    alone = _setting(replace(group, ceilings=()), rules)
    hidden = _hidden(group, alone)
    none = np.array([record.stands == "hidden" for record in group.ceilings], dtype=bool)
    if len(none) and hidden.any():
        beside = _setting(group, rules)
        if _is_told(beside, np.concatenate([hidden, none])):
            hidden, none = _heeding(group, beside, hidden, none)
    return Pattern(alone.primary[:own], hidden[:own], none)


def _setting(group: Group, rules: DisclosureRules) -> _Setting:
    """Word a group as facts and targets; its ceilings are facts that no rule judges."""
    judged_too = (*group.records, *group.standing)
    beside = (*judged_too, *group.ceilings)
    own, many = len(judged_too), len(beside)
    atoms = (*group.atoms, UNASKED) if _counts_unasked(beside) else group.atoms
    whole = replace(group, atoms=atoms, records=(*beside, *group.parts), parts=(), ceilings=(), standing=())
    every = system(whole)
    judged, unsafe = _judged(whole, every, rules)
    fixed = np.array([record.stands == "shown" for record in beside], dtype=bool)
    unsafe[:many] &= ~fixed
    unsafe[own:many] = False
    equations, primary = _first(every, many), unsafe[:many]
    worth = np.array([record.worth for record in beside], dtype=np.float64)
    cost = worth * np.log2(2.0 + equations.n)
    small = targets(replace(group, records=judged_too), _first(judged, own), primary[:own], rules)
    secret = within(judged, unsafe, rules, small)
    return _Setting(
        primary,
        primary | np.array([record.stands == "hidden" for record in beside], dtype=bool),
        fixed,
        facts(equations, cost, small),
        facts(equations, cost, secret),
    )


def _counts_unasked(records: Sequence[Record]) -> bool:
    return any(UNASKED in record.base for record in records)


def _hidden(group: Group, setting: _Setting) -> BoolArray:
    fewest = _cheapest_pattern(group, *setting.open_to_readers, setting)
    told, forbidden = setting.open_to_insiders
    hidden = kept_from_insiders(forbidden, told, setting.free, fewest, fixed=setting.fixed)
    if hidden is None:
        raise DisclosureError(_unprotected(group))
    return hidden


def _is_told(setting: _Setting, hidden: BoolArray) -> bool:
    """Whether what is shown leaves some count less room than ``WIDTH``, below and above together."""
    told, small = setting.open_to_readers
    return not all(_has_room(target, told, hidden) for target in small)


def _has_room(target: Target, told: Facts, hidden: BoolArray) -> bool:
    free, bound = np.zeros(len(told.values)), np.asarray(told.said[~hidden].any(axis=0))
    for below in range(int(min(target.value, WIDTH)) + 1):
        limits = ((0.0, target.value - below), (target.value + WIDTH - below, np.inf))
        if all(nearest([(target.row, *own)], told, free, bound) is not None for own in limits):
            return True
    return False


def _heeding(
    group: Group, setting: _Setting, hidden: BoolArray, none: BoolArray
) -> tuple[BoolArray, BoolArray]:
    """Hide records and numbers of respondents together; what was hidden without these where that fails."""
    try:
        found = _hidden(group, setting)
    except DisclosureError:
        return hidden, none
    more, ceilings = np.split(found, [len(hidden)])
    stand = np.array([not record.table for record in group.ceilings])
    return (hidden, none) if (ceilings & stand).any() else (more, ceilings)


def _judged(group: Group, equations: System, rules: DisclosureRules) -> tuple[System, BoolArray]:
    """Return the counts without the numerators that no rule judges, and which records break a rule."""
    open_to_all = group.of_organisations and rules.organisation_numerator == "aside"
    aside = np.array([open_to_all or one.is_impossible for one in group.records])
    judged = replace(equations, k=np.where(aside, np.nan, equations.k))
    return judged, is_unsafe(judged.n, judged.k, rules) | np.array([one.is_closed for one in group.records])


def _first(equations: System, many: int) -> System:
    return System(equations.base[:many], equations.numerator[:many], equations.n[:many], equations.k[:many])


def _cheapest_pattern(group: Group, told: Facts, protected: Sequence[Target], setting: _Setting) -> BoolArray:
    """Protect the targets in several orders and keep the pattern that costs least."""
    rising = sorted(protected, key=lambda target: target.value)
    size = len(told.values) * told.rows.shape[1]
    ways = [(order, h) for order in (rising, rising[::-1]) for h in _HINDRANCES]
    ways = ways[: 1 if size > _LARGE else None]
    found = [_one_by_one(group, told, setting, order, hindrance=h) for order, h in ways]
    return min(found, key=lambda hidden: float(told.cost[hidden].sum()))


def _one_by_one(
    group: Group, told: Facts, setting: _Setting, order: Sequence[Target], *, hindrance: float
) -> BoolArray:
    """Protect one target after the other, then clean up."""
    witnesses: list[Witness] = []
    hidden = setting.free
    for target in order:
        witness = cheapest(target, told, hidden, setting.fixed, hindrance=hindrance)
        if witness is None:
            raise DisclosureError(_unprotected(group))
        witnesses.append(witness)
        hidden = hidden | witness.changed
    return cleaned(told, setting.free, witnesses, fixed=setting.fixed)


def _unprotected(group: Group) -> str:
    return f"Item {group.item}: its counts cannot be protected. Check its bases and margins."


def _too_many(group: Group, rules: DisclosureRules) -> str:
    """Say how many records a group has, and which margin most of them lie along."""
    share: dict[tuple[str, ...], int] = {}
    for record in group.records:
        variables = tuple(sorted(record.restriction))
        share[variables] = share.get(variables, 0) + 1
    variables = max(share, key=lambda names: (share[names], len(names)))
    return (
        f"Item {group.item}, wave {group.wave}, is released for {len(group.records)} cells, more than the "
        f"{rules.maximum_cells} that can be protected together. Most of them are by "
        f"{' × '.join(variables) or 'no variable'} ({share[variables]}): take a variable out of an analysis "
        "by these in study.toml, or a category."
    )


__all__ = ["WIDTH", "Pattern", "suppress"]
