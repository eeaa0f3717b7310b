"""A topic as a system of sums: which are known to a reader, which are hidden, which must not be known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from barometri.disclosure.attack.facts import Released, Topic
from barometri.disclosure.attack.incidence import Unknowns, unknowns, variables
from barometri.disclosure.attack.reduction import reduced
from barometri.disclosure.attack.solver import FloatArray, Knowledge, is_possible, known
from barometri.errors import DisclosureError
from barometri.study.plan import DisclosureRules

Counts = Literal["exact", "rounded", "none"]
"""What a reader knows of a shown numerator: the count, what the printed share leaves of it, or nothing."""


@dataclass(frozen=True, slots=True, repr=False)
class Sum:
    """A sum of unknowns with its true value and what a shown record leaves of it."""

    row: FloatArray
    value: float
    low: float
    high: float

    @property
    def is_known(self) -> bool:
        """Whether a reader has it exactly."""
        return self.low == self.high


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A record no table shows: its base and its numerator (None for a mean), and if a rule forbids it."""

    tables: tuple[str, ...]
    base: Sum
    numerator: Sum | None
    is_unsafe: bool


@dataclass(frozen=True, slots=True, repr=False)
class Questioned:
    """A topic ready to be attacked; ``opened`` are variables whose codes do not add up to their margin."""

    topic: Topic
    unknowns: Unknowns
    knowledge: Knowledge
    sums: tuple[Sum, ...]
    secrets: tuple[Secret, ...]
    opened: tuple[str, ...]

    @property
    def largest(self) -> float:
        """A number no sum exceeds."""
        return float(max((s.value for s in self.sums), default=0.0)) + 1.0


def breaks_rule(n: float, k: float, rules: DisclosureRules) -> bool:
    """Say whether a record of these counts may not be shown.

    Examples
    --------
    >>> breaks_rule(40, 37, DisclosureRules()), breaks_rule(40, 20, DisclosureRules())
    (True, False)
    """
    if n < rules.minimum_n:
        return True
    return bool(np.isfinite(k)) and (k < rules.minimum_k or n - k < rules.minimum_k)


def question(
    topic: Topic, rules: DisclosureRules, *, counts: Counts = "exact", beside: Sequence[Released] = ()
) -> Questioned:
    """Turn a topic into sums of unknowns, known and hidden.

    Parameters
    ----------
    topic
        Records of one item in one wave.
    rules
        Thresholds of the release.
    counts
        What a reader knows of shown numerators.
    beside
        Counts to be told apart as well, of which nothing is known: rows of the unknowns after the records.

    Raises
    ------
    DisclosureError
        When the records contradict each other, naming the topic.
    """
    opened = _opened(topic)
    cells = unknowns(replace(topic, released=(*topic.released, *beside)), opened)
    sums = _sums(topic, cells, counts)
    told = [s for s in sums.values() if np.isfinite(s.high)]
    knowledge = known(
        np.array([s.row for s in told], dtype=np.float64).reshape(len(told), cells.base.shape[1]),
        np.array([s.low for s in told], dtype=np.float64),
        np.array([s.high for s in told], dtype=np.float64),
    )
    return Questioned(
        topic, cells, knowledge, tuple(sums.values()), _secrets(topic, cells, sums, rules), opened
    )


def _opened(topic: Topic) -> tuple[str, ...]:
    """Find the variables that leave somebody out, as few as the true counts allow.

    Where nothing tells, the codes are taken to add up, which gives the attacker more.
    """
    opened = list(variables(topic))
    if not _holds_true(topic, opened):
        message = (
            f"The records of {topic.name} contradict each other, so what they disclose together cannot be "
            "judged. Release fewer tables of it, or make their bases agree."
        )
        raise DisclosureError(message)
    for name in variables(topic):
        fewer = [other for other in opened if other != name]
        if _holds_true(topic, fewer):
            opened = fewer
    return tuple(opened)


def _holds_true(topic: Topic, opened: Sequence[str]) -> bool:
    """Whether the exact counts of all records, shown and hidden, can all be true."""
    cells = unknowns(topic, opened)
    k = np.array([r.k for r in topic.released], dtype=np.float64)
    n = np.array([r.n for r in topic.released], dtype=np.float64)
    least = np.array([0.0 if r.is_ceiling else r.n for r in topic.released], dtype=np.float64)
    said = np.isfinite(k)
    rows = np.vstack([cells.base, cells.numerator[said]]).astype(np.float64)
    facts = known(rows, np.concatenate([least, k[said]]), np.concatenate([n, k[said]]))
    try:
        return is_possible(reduced(facts).knowledge)
    except ValueError:
        return False


def _sums(topic: Topic, cells: Unknowns, counts: Counts) -> dict[bytes, Sum]:
    """Gather the distinct sums; of several records that say the same, what all of them leave."""
    found: dict[bytes, Sum] = {}
    for place, record in enumerate(topic.released):
        if record.is_ceiling:
            continue
        exact = (record.n, record.n) if record.shown else (0.0, np.inf)
        _note(found, cells.base[place], record.n, exact)
        if np.isfinite(record.k):
            _note(found, cells.numerator[place], record.k, _left(record, counts))
    for place, record in enumerate(topic.released):
        if record.is_ceiling and record.shown:
            old = found.get(cells.base[place].tobytes())
            value = record.n if old is None else old.value
            _note(found, cells.base[place], value, (0.0, record.n))
    return found


def _note(
    found: dict[bytes, Sum], flags: npt.NDArray[np.bool_], value: float, left: tuple[float, float]
) -> None:
    key = flags.tobytes()
    old = found.get(key, Sum(flags.astype(np.float64), value, 0.0, np.inf))
    found[key] = Sum(old.row, value, max(old.low, left[0]), min(old.high, left[1]))


def _left(record: Released, counts: Counts) -> tuple[float, float]:
    """Return what a reader knows of a numerator."""
    if not record.shown:
        return 0.0, np.inf
    if counts == "exact":
        return record.k, record.k
    if counts == "none":
        return 0.0, np.inf
    if not (np.isfinite(record.share) and np.isfinite(record.step)):
        return 0.0, np.inf
    low = float(np.ceil(record.n * (record.share - record.step) - 1e-9))
    high = float(np.floor(record.n * (record.share + record.step) + 1e-9))
    # A weighted share need not lie near k / n: then it says nothing of k without the weights.
    return (max(low, 0.0), high) if low <= record.k <= high else (0.0, np.inf)


def _secrets(
    topic: Topic, cells: Unknowns, sums: dict[bytes, Sum], rules: DisclosureRules
) -> tuple[Secret, ...]:
    """Return the hidden records that no other record shows, once each."""
    places: dict[tuple[bytes, bytes], list[int]] = {}
    shown: set[tuple[bytes, bytes]] = set()
    for place, record in enumerate(topic.released):
        key = (
            cells.base[place].tobytes(),
            cells.numerator[place].tobytes() if np.isfinite(record.k) else b"",
        )
        places.setdefault(key, []).append(place)
        if record.shown:
            shown.add(key)
    out = []
    for key, own in places.items():
        records = [topic.released[place] for place in own]
        first = records[0]
        unsafe = breaks_rule(first.n, np.nan if first.is_free else first.k, rules)
        if key in shown and not unsafe:
            continue
        tables = tuple(sorted({record.table for record in records if not record.shown or key in shown}))
        out.append(Secret(tables, sums[key[0]], sums[key[1]] if key[1] else None, unsafe))
    return tuple(out)
