"""Attacks a release the way a reader could, and says how many hidden counts do not withstand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from barometri.disclosure.attack.facts import TIES, Topic
from barometri.disclosure.attack.implied import implied
from barometri.disclosure.attack.linked import linked_attack
from barometri.disclosure.attack.queries import Counts, Questioned, question
from barometri.disclosure.attack.reach import Choice, Search
from barometri.disclosure.attack.reduction import reduced
from barometri.disclosure.attack.solver import TOLERANCE
from barometri.disclosure.attack.targets import RuleReader, Target, insiders, rule_choices, target
from barometri.disclosure.attack.verdict import AttackVerdict, GroupVerdict
from barometri.disclosure.attack.weighted import weighted_attack
from barometri.errors import DisclosureError
from barometri.study.plan import DisclosureRules

LEAST_WIDTH: Final = 5
"""A hidden count must be able to lie this far apart."""
LEAST_VALUES: Final = 3
"""A hidden count must be able to take this many whole values for a reader who knows the rule."""
SECONDS: Final = 4.0
"""Time for each search among whole counts that weighted shares restrict."""


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
    weighted
        Also read weighted shares, knowing every weight, where weights differ: counts told exactly, or
        (``full``) those told too nearly as well, which takes long and may stay undecided.
    linked
        Also join items of which one counts the others: a number of models, any model, each model.
    """

    counts: Counts = "exact"
    rule: RuleReader = "alike"
    whole: bool = True
    insider: bool = True
    implied: bool = True
    weighted: Literal["no", "exact", "full"] = "exact"
    linked: bool = True


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
    groups, contradictory, agreeing = list[GroupVerdict](), list[str](), list[Topic]()
    for topic in topics:
        try:
            found = _attacked(question(topic, rules, counts=how.counts), rules, how)
            groups.append(_and_weighted(found, topic, rules, how))
            agreeing.append(topic)
        except DisclosureError:
            contradictory.append(topic.name)
        except TimeoutError:
            groups.append(GroupVerdict(topic.name, undecided=1))
    if how.linked:
        groups = _and_linked(groups, agreeing, rules, how)
    return AttackVerdict(tuple(groups), tuple(contradictory))


def _and_linked(
    groups: Sequence[GroupVerdict], topics: Sequence[Topic], rules: DisclosureRules, how: Attack
) -> list[GroupVerdict]:
    """Add what topics that count one another tell together."""
    try:
        more = linked_attack(topics, rules, width=LEAST_WIDTH, counts=how.counts)
    except TimeoutError:
        late = {topic.name for topic in topics if TIES in topic.derived}
        return [replace(g, undecided=g.undecided + 1) if g.topic in late else g for g in groups]
    return [
        replace(g, linked=more[g.topic].records, tables=tuple(sorted(more[g.topic].tables.union(g.tables))))
        if g.topic in more
        else g
        for g in groups
    ]


def _attacked(questioned: Questioned, rules: DisclosureRules, how: Attack) -> GroupVerdict:
    search = Search(reduced(questioned.knowledge))
    targets = [target(s, search.system, rules) for s in questioned.secrets if s.is_unsafe]
    limits = _limits(search, targets, LEAST_WIDTH)
    exact = [any(low == high for low, high in own) for own in limits]
    narrow = [any(high - low < LEAST_WIDTH for low, high in own) for own in limits]
    choices = rule_choices(questioned, search.system, rules, how.rule)
    values = [
        _fewest_values(t, search, choices, questioned.largest) if how.whole else LEAST_VALUES for t in targets
    ]
    few = [v is not None and v < LEAST_VALUES for v in values] if how.whole else [False] * len(targets)
    told = insiders(search, targets, exact) if how.insider else [False] * len(targets)
    failed = [any(marks) for marks in zip(exact, narrow, few, told, strict=True)]
    beside = implied(questioned, search.system, rules) if how.implied else ()
    tables = {n for t, bad in zip(targets, failed, strict=True) if bad for n in t.secret.tables}
    safe = [target(s, search.system, rules) for s in questioned.secrets if not s.is_unsafe]
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
        spared=sum(own[0][0] == own[0][1] for own in _limits(search, safe, 1.0)),
    )


def _and_weighted(found: GroupVerdict, topic: Topic, rules: DisclosureRules, how: Attack) -> GroupVerdict:
    if how.weighted == "no":
        return found
    is_full = how.weighted == "full"
    width, values = (LEAST_WIDTH, LEAST_VALUES) if is_full else (1, 0)
    more = weighted_attack(topic, rules, width=width, values=values, seconds=SECONDS)
    return replace(
        found,
        tables=tuple(sorted(more.tables.union(found.tables))),
        weighted=more.records + more.strata,
        undecided=found.undecided + more.undecided,
    )


def _limits(search: Search, targets: Sequence[Target], enough: float) -> list[list[tuple[float, float]]]:
    """Return, for every sum of every target, the least and the largest whole number it can be."""
    if not targets:
        return []
    found = search.bounds(np.vstack([t.rows for t in targets]), enough)
    found += np.concatenate([t.fixed for t in targets])[:, None]
    lowest, highest = np.ceil(found[:, 0] - TOLERANCE), np.floor(found[:, 1] + TOLERANCE)
    pairs = iter(zip(lowest.tolist(), highest.tolist(), strict=True))
    return [[next(pairs) for _ in t.fixed] for t in targets]


def _fewest_values(own: Target, search: Search, choices: Sequence[Choice], largest: float) -> int | None:
    """Return the number of whole values of the sum that has the fewest, up to what is asked for."""
    fewest = LEAST_VALUES
    for row in own.rows:
        values = search.values(row, choices, at_most=LEAST_VALUES, largest=largest)
        if values is None:
            return None
        fewest = min(fewest, values)
    return fewest
