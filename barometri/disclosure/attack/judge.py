"""Attacks a release the way a reader could, and says how many hidden counts do not withstand."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from barometri.disclosure.attack.facts import Topic
from barometri.disclosure.attack.implied import implied
from barometri.disclosure.attack.queries import Counts, Questioned, Secret, Sum, question
from barometri.disclosure.attack.solver import (
    TOLERANCE,
    FloatArray,
    Knowledge,
    interval,
    whole_values,
    with_choice,
)
from barometri.disclosure.attack.verdict import AttackVerdict, GroupVerdict
from barometri.errors import DisclosureError
from barometri.study.plan import DisclosureRules

LEAST_WIDTH: Final = 5
"""A hidden count must be able to lie this far apart."""
LEAST_VALUES: Final = 3
"""A hidden count must be able to take this many whole values for a reader who knows the rule."""

RuleReader = Literal["none", "alike", "classified"]
"""What a reader makes of the rule: nothing; that some hidden record breaks it, all hidden ones looking the
same; or, as a worst case, which ones do."""


@dataclass(frozen=True, slots=True)
class Attack:
    """How to attack.

    Parameters
    ----------
    counts
        What a reader knows of shown numerators: ``exact`` or ``rounded``.
    rule
        What a reader makes of the rule.
    whole
        Also count whole values (integer programs).
    insider
        Also attack as a respondent of a hidden record.
    implied
        Also look for unreleased counts that shown records give away together.
    """

    counts: Counts = "exact"
    rule: RuleReader = "alike"
    whole: bool = True
    insider: bool = True
    implied: bool = True


def attack(topics: Iterable[Topic], rules: DisclosureRules, how: Attack | None = None) -> AttackVerdict:
    """Attack a release, or several joined by `together`.

    Parameters
    ----------
    topics
        All records by item and wave, with what is shown.
    rules
        Thresholds of the release.
    how
        Which attacks; all by default.

    Returns
    -------
    AttackVerdict
        Counts of failures by item and wave, never a number of the survey.

    Examples
    --------
    >>> from barometri.disclosure.attack.facts import Released
    >>> asked, yes = frozenset({"yes", "no"}), frozenset({"yes"})
    >>> def record(who, n, k, shown=True):
    ...     return Released("table", who, yes, asked, n, k, shown=shown)
    >>> north, south = {"area": frozenset({"north"})}, {"area": frozenset({"south"})}
    >>> records = (record({}, 50, 23), record(north, 30, 20), record(south, 20, 3, shown=False))
    >>> verdict = attack([Topic("item", "2021", records)], DisclosureRules())
    >>> verdict.passed, verdict.groups[0].exact
    (False, 1)
    """
    how = how or Attack()
    groups, contradictory = [], []
    for topic in topics:
        try:
            groups.append(_attacked(question(topic, rules, counts=how.counts), rules, how))
        except DisclosureError:
            contradictory.append(topic.name)
        except TimeoutError:
            groups.append(GroupVerdict(topic.name, undecided=1))
    return AttackVerdict(tuple(groups), tuple(contradictory))


def _attacked(questioned: Questioned, rules: DisclosureRules, how: Attack) -> GroupVerdict:
    targets = [secret for secret in questioned.secrets if secret.is_unsafe]
    bounds = [[_bounds(questioned.knowledge, s) for s in _forbidden(secret, rules)] for secret in targets]
    exact = [any(low == high for low, high in found) for found in bounds]
    narrow = [any(high - low < LEAST_WIDTH for low, high in found) for found in bounds]
    values = [_fewest_values(questioned, t, rules, how) if how.whole else LEAST_VALUES for t in targets]
    few = [value is not None and value < LEAST_VALUES for value in values]
    told = _told_to_insiders(questioned, targets, exact, rules) if how.insider else [False] * len(targets)
    failed = [any(marks) for marks in zip(exact, narrow, few, told, strict=True)]
    beside = implied(questioned, rules) if how.implied else ()
    tables = {n for t, bad in zip(targets, failed, strict=True) if bad for n in t.tables}
    safe = [secret for secret in questioned.secrets if not secret.is_unsafe]
    return GroupVerdict(
        topic=questioned.topic.name,
        tables=tuple(sorted(tables.union(*beside))),
        hidden=len(questioned.secrets),
        targets=len(targets),
        exact=sum(exact),
        narrow=sum(narrow),
        few=sum(few),
        insider=sum(told),
        implied=len(beside),
        undecided=sum(value is None for value in values),
        spared=sum(_is_told(questioned.knowledge, secret) for secret in safe),
    )


def _forbidden(secret: Secret, rules: DisclosureRules) -> list[Sum]:
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


def _bounds(knowledge: Knowledge, target: Sum) -> tuple[float, float]:
    """Return the least and the largest whole number a sum can be, as far as linear programs tell."""
    if target.is_known:
        return target.value, target.value
    low, high = interval(knowledge, target.row)
    return float(np.ceil(low - TOLERANCE)), float(np.floor(high + TOLERANCE))


def _is_told(knowledge: Knowledge, secret: Secret) -> bool:
    low, high = _bounds(knowledge, secret.numerator or secret.base)
    return low == high


def _fewest_values(questioned: Questioned, target: Secret, rules: DisclosureRules, how: Attack) -> int | None:
    """Return the number of whole values of the sum that has the fewest, up to what is asked for."""
    knowledge = _with_rule(questioned, rules, how.rule)
    fewest = LEAST_VALUES
    for part in _forbidden(target, rules):
        if part.is_known:
            return 1
        values = whole_values(knowledge, part.row, at_most=LEAST_VALUES)
        if values is None:
            return None
        fewest = min(fewest, values)
    return fewest


def _with_rule(questioned: Questioned, rules: DisclosureRules, reader: RuleReader) -> Knowledge:
    """Add what the rule tells a reader of hidden records."""
    hidden = [s for s in questioned.secrets if not (s.numerator or s.base).is_known]
    broken = [_breaches(s, rules) for s in hidden if s.is_unsafe]
    knowledge = questioned.knowledge
    if reader == "none" or not broken:
        return knowledge
    largest = questioned.largest
    if reader == "alike":
        every = [pair for secret in hidden for pair in _breaches(secret, rules)]
        return with_choice(knowledge, [every], largest=largest)
    for secret in hidden:
        if not secret.is_unsafe:
            knowledge = _kept(knowledge, secret, rules)
    return with_choice(knowledge, broken, largest=largest)


def _breaches(secret: Secret, rules: DisclosureRules) -> list[tuple[FloatArray, float]]:
    """Return the ways in which a record can break the rule, each a sum and its limit."""
    out = [(secret.base.row, rules.minimum_n - 1.0)]
    if secret.numerator is not None:
        out.append((secret.numerator.row, rules.minimum_k - 1.0))
        out.append((secret.base.row - secret.numerator.row, rules.minimum_k - 1.0))
    return out


def _kept(knowledge: Knowledge, secret: Secret, rules: DisclosureRules) -> Knowledge:
    knowledge = knowledge.and_also(secret.base.row, rules.minimum_n, np.inf)
    if secret.numerator is not None:
        knowledge = knowledge.and_also(secret.numerator.row, rules.minimum_k, np.inf)
        knowledge = knowledge.and_also(secret.base.row - secret.numerator.row, rules.minimum_k, np.inf)
    return knowledge


def _told_to_insiders(
    questioned: Questioned, targets: list[Secret], exact: list[bool], rules: DisclosureRules
) -> list[bool]:
    """Say which targets, not told to others, somebody can tell who is alone in a count or one of two.

    Whoever is alone knows the count; one of two knows that it is not zero. Of the own count only the other
    person's part is news, so that one is judged for who is one of two.
    """
    told = list(exact)
    for own in targets:
        for mine in _forbidden(own, rules):
            if mine.is_known or mine.value not in {1.0, 2.0}:
                continue
            high = 1.0 if mine.value == 1.0 else np.inf
            knowledge = questioned.knowledge.and_also(mine.row, 1.0, high)
            for place, other in enumerate(targets):
                if told[place] or (other is own and mine.value == 1.0):
                    continue
                parts = _forbidden(other, rules)
                told[place] = any(_is_news(knowledge, part, mine) for part in parts)
    return [now and not before for now, before in zip(told, exact, strict=True)]


def _is_news(knowledge: Knowledge, part: Sum, mine: Sum) -> bool:
    if mine.value == 1.0 and np.array_equal(part.row, mine.row):
        return False
    low, high = _bounds(knowledge, part)
    return low == high
