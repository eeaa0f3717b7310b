"""The attacker's bounds and whole values are those of trying every table there is."""

from functools import cache
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from barometri.disclosure.attack.facts import Released, Topic
from barometri.disclosure.attack.judge import LEAST_VALUES
from barometri.disclosure.attack.queries import breaks_rule, question
from barometri.disclosure.attack.targets import RuleReader
from barometri.study.plan import DisclosureRules
from tests.attack.tables import bounds, drawn, record, values

RULES = DisclosureRules(minimum_n=4, minimum_k=2)
Tables = npt.NDArray[np.int64]
Case = tuple[Topic, dict[tuple[str, ...], int]]


@cache
def every_table(size: int, cells: int) -> Tables:
    """All ways to put respondents into cells: stars and bars."""
    bars = np.array(list(combinations(range(size + cells - 1), cells - 1)), dtype=np.int64)
    edges = np.hstack([np.full((len(bars), 1), -1), bars, np.full((len(bars), 1), size + cells - 1)])
    return np.diff(edges, axis=1) - 1


def case(rng: np.random.Generator) -> Case:
    """A random table of at most three by three, all its margins and a class, some of them hidden."""
    codes = {"area": [str(i) for i in range(int(rng.integers(2, 4)))]}
    answers = ["a", "b", "c"][: int(rng.integers(2, 4))]
    size = int(rng.integers(4, 9 if len(codes["area"]) * len(answers) == 9 else 13))
    counts = drawn(codes, answers, size, rng)
    every = frozenset(answers)
    people = [{}, *({"area": frozenset({code})} for code in codes["area"])]
    people.append({"area": frozenset(codes["area"][:2])})
    parts = [*(frozenset({answer}) for answer in answers), frozenset(answers[:2])]
    records: list[Released] = []
    for who in people:
        row_is_hidden = bool(who) and rng.random() < 0.2
        for part in parts:
            if part == every:
                continue
            shown = not row_is_hidden and (not who or rng.random() < 0.6)
            records.append(record(counts, ["area"], f"r{len(records)}", who, part, shown=shown))
    return Topic("item", "2021", tuple(records)), counts


def possible(topic: Topic, counts: dict[tuple[str, ...], int]) -> tuple[Tables, Tables, Tables]:
    """All tables that agree with what is shown, and their bases and numerators by record."""
    keys = list(counts)
    tables = every_table(sum(counts.values()), len(keys))
    inside = [[all(code in ids for ids in r.who.values()) for (code, _) in keys] for r in topic.released]
    own = np.array(inside, dtype=np.int64)
    part = own * np.array([[a in r.counted for (_, a) in keys] for r in topic.released], dtype=np.int64)
    n, k = tables @ own.T, tables @ part.T
    agree = np.ones(len(tables), dtype=np.bool_)
    for place, r in enumerate(topic.released):
        if r.shown:
            agree &= (n[:, place] == r.n) & (k[:, place] == r.k)
    return tables[agree], n[agree], k[agree]


def told_by_rule(
    topic: Topic, hidden: list[int], n: Tables, k: Tables, reader: RuleReader
) -> npt.NDArray[np.bool_]:
    """Which tables a reader of the rule still thinks possible."""
    unsafe = (n < RULES.minimum_n) | (k < RULES.minimum_k) | (n - k < RULES.minimum_k)
    truth = [breaks_rule(r.n, r.k, RULES) for r in topic.released]
    if reader == "none" or not any(truth[i] for i in hidden):
        return np.ones(len(n), dtype=np.bool_)
    if reader == "alike":
        return np.asarray(unsafe[:, hidden].any(axis=1))
    return np.asarray((unsafe[:, hidden] == np.array([truth[i] for i in hidden])).all(axis=1))


@pytest.mark.parametrize("seed", range(250))
def test_bounds_and_whole_values_are_those_of_all_tables(seed: int) -> None:
    rng = np.random.default_rng(seed)
    topic, counts = case(rng)
    asked = question(topic, RULES)
    _, n, k = possible(topic, counts)
    places = [int(secret.tables[0][1:]) for secret in asked.secrets]
    unknown = [
        place
        for place, secret in zip(places, asked.secrets, strict=True)
        if secret.numerator is not None and not secret.numerator.is_known
    ]
    chosen = rng.permutation(len(asked.secrets))[:3]
    for at in chosen:
        secret, place = asked.secrets[at], places[at]
        assert secret.numerator is not None
        low, high = bounds(asked, secret.numerator.row)
        assert (np.ceil(low - 1e-6), np.floor(high + 1e-6)) == (k[:, place].min(), k[:, place].max())
        low, high = bounds(asked, secret.base.row)
        assert (np.ceil(low - 1e-6), np.floor(high + 1e-6)) == (n[:, place].min(), n[:, place].max())
    for reader in ("none", "alike", "classified"):
        allowed = told_by_rule(topic, unknown, n, k, reader)
        for at in chosen[:1]:
            numerator = asked.secrets[at].numerator
            assert numerator is not None
            number = len(np.unique(k[allowed, places[at]]))
            found = values(asked, numerator.row, RULES, reader, at_most=LEAST_VALUES)
            assert found == min(number, LEAST_VALUES)
