"""The attacker's unknowns: respondents by everything the records of a topic tell apart.

Respondents whom no record tells apart are one unknown, so the system stays small however many variables
there are. Open classes (``3+``) are cut where any record cuts them; a derived variable is worded by its
source.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.disclosure.attack.facts import Released, Topic, Who

Flags = npt.NDArray[np.bool_]
_OUTSIDE: Final = "\x00outside"
_SEVERAL: Final = -1


@dataclass(frozen=True, slots=True, repr=False)
class Unknowns:
    """Records as rows over unknown counts: ``base[i] @ x = n_i``, ``numerator[i] @ x = k_i``, ``x >= 0``.

    ``domain`` numbers, for each unknown, the people it belongs to (all their answers share the number);
    -1 where no record tells these people from others in some answer.
    """

    base: Flags
    numerator: Flags
    domain: npt.NDArray[np.intp]


def variables(topic: Topic) -> tuple[str, ...]:
    """Return the variables that tell respondents of a topic apart, derived ones worded by their source."""
    used = {name for record in topic.released for name in record.who}
    return tuple(sorted({topic.derived[name][0] if name in topic.derived else name for name in used}))


def unknowns(topic: Topic, open_variables: Iterable[str] = ()) -> Unknowns:
    """Build the rows of a topic.

    Parameters
    ----------
    topic
        Records of one item in one wave.
    open_variables
        Variables for which somebody may be in a margin but in none of the codes that records name.
    """
    records = topic.released
    wide = set(open_variables)
    people = np.ones((len(records), 1), dtype=np.bool_)
    for name in variables(topic):
        inside = _inside(name, topic, is_open=name in wide)
        pairs = people[:, :, None] & inside[:, None, :]
        people = _distinct(pairs.reshape(len(records), -1))
    answers = sorted(frozenset().union(*(r.among | r.counted for r in records)))
    among = np.array([[a in r.among for a in answers] for r in records], dtype=np.bool_)
    counted = np.array([[a in r.counted for a in answers] for r in records], dtype=np.bool_)
    kinds = _distinct(np.vstack([among, counted]))
    among, counted = kinds[: len(records)], kinds[len(records) :]
    base = (people[:, :, None] & among[:, None, :]).reshape(len(records), -1)
    numerator = (people[:, :, None] & counted[:, None, :]).reshape(len(records), -1)
    domain = np.repeat(np.arange(people.shape[1]), among.shape[1])
    used = base.any(axis=0) | numerator.any(axis=0)
    return _merged(base[:, used], numerator[:, used], domain[used])


def _merged(base: Flags, numerator: Flags, domain: npt.NDArray[np.intp]) -> Unknowns:
    """Join unknowns that no row tells apart."""
    _, first, label = np.unique(_keys(np.vstack([base, numerator])), return_index=True, return_inverse=True)
    joined = np.full(len(first), -2, dtype=np.intp)
    for people, kind in zip(domain, np.ravel(label), strict=True):
        joined[kind] = people if joined[kind] in {-2, people} else _SEVERAL
    keep = np.argsort(first)
    mixed = np.isin(domain, domain[np.isin(np.ravel(label), np.flatnonzero(joined == _SEVERAL))])
    joined[np.ravel(label)[mixed]] = _SEVERAL
    return Unknowns(base[:, first[keep]], numerator[:, first[keep]], joined[keep])


def _distinct(columns: Flags) -> Flags:
    """Keep one of equal columns, and none that is empty."""
    columns = columns[:, columns.any(axis=0)]
    _, first = np.unique(_keys(columns), return_index=True)
    return columns[:, np.sort(first)]


def _keys(columns: Flags) -> npt.NDArray[np.void]:
    """Return one comparable key per column."""
    packed = np.ascontiguousarray(np.packbits(columns, axis=0).T)
    return packed.view(np.dtype((np.void, packed.shape[1]))).ravel()


def _inside(name: str, topic: Topic, *, is_open: bool) -> Flags:
    """Say which elementary values of a variable each record counts, shape (records, values)."""
    told = [_codes(record, name, topic.derived) for record in topic.released]
    named = frozenset[str]().union(*(record.who.get(name, frozenset()) for record in topic.released))
    every = frozenset[str]().union(*(codes for codes in told if codes is not None))
    # Codes that only a derived variable knows are taken to be empty where others are named one by one.
    values = _elementary(every if is_open or not named else named)
    if is_open:
        values = (*values, (_OUTSIDE, None))
    rows = [[codes is None or _holds(codes, value) for value in values] for codes in told]
    return np.array(rows, dtype=np.bool_).reshape(len(rows), len(values))


def _codes(
    record: Released, name: str, derived: Mapping[str, tuple[str, Mapping[str, str]]]
) -> frozenset[str] | None:
    """Return the codes of a variable that a record is restricted to; None without a restriction."""
    found: frozenset[str] | None = None
    who: Who = record.who
    for variable, ids in who.items():
        source, mapping = derived.get(variable, (variable, {}))
        if source != name:
            continue
        own = ids if variable == name else frozenset(code for code, word in mapping.items() if word in ids)
        found = own if found is None else found & own
    return found


Value = tuple[str, tuple[int, int | None] | None]


def _elementary(words: Iterable[str]) -> tuple[Value, ...]:
    """Cut words into values that no word cuts further: ranges of whole numbers, and plain words."""
    given = sorted(set(words))
    if not any(_is_open_class(word) for word in given):
        return tuple((word, None) for word in given)
    cuts: set[int] = set()
    for word in given:
        if _is_open_class(word):
            cuts.add(int(word[:-1]))
        elif word.isdigit():
            cuts |= {int(word), int(word) + 1}
    edges: Sequence[int] = sorted(cuts)
    ranges: list[Value] = [("", (low, high)) for low, high in zip(edges, [*edges[1:], None], strict=True)]
    held = [value for value in ranges if any(_holds(frozenset({word}), value) for word in given)]
    return (*held, *((w, None) for w in given if not w.isdigit() and not _is_open_class(w)))


def _is_open_class(word: str) -> bool:
    return word.endswith("+") and word[:-1].isdigit()


def _holds(codes: frozenset[str], value: Value) -> bool:
    word, numbers = value
    if numbers is None:
        return word in codes
    low = numbers[0]
    return any(
        low >= int(code[:-1]) if _is_open_class(code) else code.isdigit() and low == int(code)
        for code in codes
    )
