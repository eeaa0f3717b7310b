"""Small releases for the attacker's tests."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product

import numpy as np
import numpy.typing as npt

from barometri.disclosure.attack.facts import Released, Topic, Who
from barometri.disclosure.attack.queries import Questioned, breaks_rule
from barometri.disclosure.attack.reach import Search
from barometri.disclosure.attack.reduction import reduced
from barometri.disclosure.attack.targets import RuleReader, rule_choices
from barometri.study.plan import DisclosureRules

Counts = Mapping[tuple[str, ...], int]
"""(code of each variable, answer) -> respondents."""


def counted(counts: Counts, names: Sequence[str], who: Who, answers: frozenset[str]) -> float:
    return float(
        sum(
            number
            for (*codes, answer), number in counts.items()
            if answer in answers and all(codes[names.index(v)] in ids for v, ids in who.items())
        )
    )


def record(
    counts: Counts, names: Sequence[str], table: str, who: Who, answers: frozenset[str], *, shown: bool
) -> Released:
    every = frozenset(key[-1] for key in counts)
    n, k = counted(counts, names, who, every), counted(counts, names, who, answers)
    return Released(table, who, answers, every, n, k, shown=shown)


def lattice(codes: Mapping[str, Sequence[str]]) -> list[dict[str, frozenset[str]]]:
    """All margins over the variables."""
    chosen = [names for size in range(len(codes) + 1) for names in combinations(codes, size)]
    return [
        {name: frozenset({i}) for name, i in zip(names, ids, strict=True)}
        for names in chosen
        for ids in product(*(codes[name] for name in names))
    ]


def naive(
    counts: Counts, codes: Mapping[str, Sequence[str]], rules: DisclosureRules, *, keep: Who | None = None
) -> Topic:
    """Every margin by every answer; only what breaks a rule is hidden. ``keep`` filters respondents."""
    names = list(codes)
    answers = sorted({key[-1] for key in counts})
    records = []
    for who in lattice(codes):
        inside = {**who, **{v: ids & who.get(v, ids) for v, ids in (keep or {}).items()}}
        if any(not ids for ids in inside.values()):
            continue
        for answer in answers:
            found = record(counts, names, "table", inside, frozenset({answer}), shown=True)
            hidden = breaks_rule(found.n, found.k, rules)
            records.append(record(counts, names, "table", inside, frozenset({answer}), shown=not hidden))
    return Topic("item", "2021", tuple(records))


def drawn(
    codes: Mapping[str, Sequence[str]], answers: Sequence[str], size: int, rng: np.random.Generator
) -> dict[tuple[str, ...], int]:
    """Draw a table with unequal cells."""
    keys = [(*ids, answer) for ids in product(*codes.values()) for answer in answers]
    share = rng.dirichlet(np.full(len(keys), 0.8))
    numbers: npt.NDArray[np.int64] = rng.multinomial(size, share)
    return {key: int(number) for key, number in zip(keys, numbers, strict=True)}


def bounds(asked: Questioned, row: npt.NDArray[np.float64]) -> tuple[float, float]:
    """The least and the largest value of a sum."""
    search = Search(reduced(asked.knowledge))
    rows, fixed = search.system.opened(row[None, :])
    low, high = search.bounds(rows)[0] + fixed[0]
    return float(low), float(high)


def values(
    asked: Questioned,
    row: npt.NDArray[np.float64],
    rules: DisclosureRules,
    reader: RuleReader,
    *,
    at_most: int,
) -> int | None:
    """How many whole values a sum can take for a reader of the rule."""
    search = Search(reduced(asked.knowledge))
    rows, _ = search.system.opened(row[None, :])
    choices = rule_choices(asked, search.system, rules, reader)
    return search.values(rows[0], choices, at_most=at_most, largest=asked.largest)
