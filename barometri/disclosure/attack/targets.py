"""What of a hidden record must not be known, what the rule tells of it, and what other respondents see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from barometri.disclosure.attack.queries import Questioned, Secret, Sum
from barometri.disclosure.attack.reach import Choice, Search, between, reached
from barometri.disclosure.attack.reduction import System
from barometri.disclosure.attack.solver import TOLERANCE, Flags, FloatArray
from barometri.study.plan import DisclosureRules

RuleReader = Literal["none", "alike", "classified"]
"""What a reader makes of the rule: nothing; that some hidden record breaks it, all hidden ones looking the
same; or, as a worst case, which ones do."""


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """A hidden record and the sums of it that must not be known.

    ``rows`` are these sums over open unknowns, ``around`` all unknowns that hang together with each,
    ``fixed`` what the others add, ``values`` the truth.
    """

    secret: Secret
    rows: FloatArray
    around: Flags
    fixed: FloatArray
    values: FloatArray


def target(secret: Secret, system: System, rules: DisclosureRules) -> Target:
    """Return a record as a target; of one that may be shown, the sum that tells it."""
    sums = forbidden(secret, rules) if secret.is_unsafe else [secret.numerator or secret.base]
    rows, fixed = system.opened(np.array([s.row for s in sums]))
    around = np.array([system.around(row != 0.0) for row in rows])
    return Target(secret, rows, around, fixed, np.array([s.value for s in sums]))


def forbidden(secret: Secret, rules: DisclosureRules) -> list[Sum]:
    """Return the sums of a record that must not be known: a small base, numerator or complement."""
    base, part = secret.base, secret.numerator
    out = [base] if base.value < rules.minimum_n else []
    if part is None:
        return out
    rest = base.value - part.value
    if part.value < rules.minimum_k or base.value < rules.minimum_n:
        out.append(part)
    if rest < rules.minimum_k:
        out.append(Sum(base.row - part.row, rest, 0.0, np.inf))
    return out


def rule_choices(
    questioned: Questioned, system: System, rules: DisclosureRules, reader: RuleReader
) -> list[Choice]:
    """Return what the rule tells a reader of hidden records: one option of each choice is met."""
    hidden = [s for s in questioned.secrets if not (s.numerator or s.base).is_known]
    broken = [s for s in hidden if s.is_unsafe]
    if reader == "none" or not broken:
        return []
    if reader == "alike":
        return [_choice((breach for secret in hidden for breach in _breaches(secret, rules)), system)]
    kept = (_choice([limit], system) for s in hidden if not s.is_unsafe for limit in _kept(s, rules))
    return [*(_choice(_breaches(secret, rules), system) for secret in broken), *kept]


Limit = tuple[FloatArray, float, float]
"""A sum of unknowns, a limit it does not exceed, and its true value."""


def _breaches(secret: Secret, rules: DisclosureRules) -> list[Limit]:
    """Return the ways in which a record can break the rule."""
    base, part = secret.base, secret.numerator
    out: list[Limit] = [(base.row, rules.minimum_n - 1.0, base.value)]
    if part is not None:
        out.append((part.row, rules.minimum_k - 1.0, part.value))
        out.append((base.row - part.row, rules.minimum_k - 1.0, base.value - part.value))
    return out


def _kept(secret: Secret, rules: DisclosureRules) -> list[Limit]:
    """Return what holds of a record that keeps the rule: no sum under its threshold."""
    least = (rules.minimum_n, rules.minimum_k, rules.minimum_k)
    breaches = _breaches(secret, rules)
    return [(-row, -float(n), -value) for (row, _, value), n in zip(breaches, least, strict=False)]


def _choice(limits: Iterable[Limit], system: System) -> Choice:
    given = list(limits)
    rows, fixed = system.opened(np.array([row for row, _, _ in given]))
    most = np.array([limit for _, limit, _ in given])
    return Choice(rows, most - fixed, np.array([value for _, _, value in given]) <= most)


def insiders(search: Search, targets: Sequence[Target], exact: Sequence[bool]) -> list[bool]:
    """Say which targets, not told to others, somebody can tell who is alone in a count or one of two.

    Whoever is alone knows the count; one of two knows that it is not zero. Of the own count only the other
    person's part is news, so that one is judged for who is one of two.
    """
    told = list(exact)
    for own in targets:
        for row, fixed, value in zip(own.rows, own.fixed, own.values, strict=True):
            if row.any() and value in {1.0, 2.0}:
                _tell(search, targets, told, Mine(own, row, 1.0 - fixed, value == 1.0))
    return [now and not before for now, before in zip(told, exact, strict=True)]


@dataclass(frozen=True, slots=True, repr=False)
class Mine:
    """A count that a respondent is in: at least ``least``, or just that for who is alone."""

    target: Target
    row: FloatArray
    least: float
    is_alone: bool

    @property
    def most(self) -> float:
        """The most the count can be."""
        return self.least if self.is_alone else np.inf


def _tell(search: Search, targets: Sequence[Target], told: list[bool], mine: Mine) -> None:
    """Mark the targets that become exact for a respondent."""
    chosen = search.system.around(mine.row != 0.0)
    kinds: dict[bytes, list[tuple[int, FloatArray, float]]] = {}
    for place, other in enumerate(targets):
        if told[place] or (mine.is_alone and other is mine.target):
            continue
        for row, fixed, touched in zip(other.rows, other.fixed, other.around, strict=True):
            if (touched & chosen).any() and not (mine.is_alone and np.array_equal(row, mine.row)):
                kinds.setdefault((touched | chosen).tobytes(), []).append((place, row, float(fixed)))
    for key, own in kinds.items():
        flags = np.frombuffer(key, dtype=np.bool_)
        sum_of_mine = mine.row[flags]
        facts = search.system.within(flags).and_also(sum_of_mine, mine.least, mine.most)
        found = between(search.points.get(key, []), sum_of_mine, mine.least, mine.most)
        limits = reached(facts, np.array([row[flags] for _, row, _ in own]), 1.0, found)
        for (place, _, fixed), (low, high) in zip(own, limits, strict=True):
            lowest, highest = np.ceil(low + fixed - TOLERANCE), np.floor(high + fixed + TOLERANCE)
            told[place] = told[place] or bool(lowest == highest)
