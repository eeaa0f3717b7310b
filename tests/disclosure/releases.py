"""Releases small enough to reckon with by hand: an item with two answers, by district and by group."""

from collections.abc import Iterable, Mapping

from barometri.disclosure.attack import Released, Topic
from barometri.disclosure.ledger_lines import Release, limits_of
from barometri.study.plan import DisclosureRules

RULES = DisclosureRules()
YES, NO = "yes", "no"
FILE = {"2021": "ab" * 32}
Who = Mapping[str, Iterable[str]]


def record(table: str, who: Who, n: float, k: float, *, shown: bool = True) -> Released:
    """A share of yes among all answers."""
    restricted = {name: frozenset(ids) for name, ids in who.items()}
    return Released(table, restricted, frozenset({YES}), frozenset({YES, NO}), n, k, shown=shown)


def release(
    *records: Released,
    study: str = "1" * 64,
    files: Mapping[str, str] = FILE,
    rules: DisclosureRules = RULES,
    derived: Mapping[str, tuple[str, Mapping[str, str]]] | None = None,
) -> Release:
    """A release of one item in one wave."""
    topic = Topic("item", "2021", tuple(records), derived or {})
    return Release(study, 2021, files, limits_of(rules), (topic,), rules.withdrawn)
