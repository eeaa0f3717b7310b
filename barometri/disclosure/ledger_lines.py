"""One release as the ledger knows it, and as one line of its file."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final, cast

from barometri.disclosure.attack import Released, Topic
from barometri.disclosure.attack.facts import Strata
from barometri.study.plan import DisclosureRules

NOTHING: Final = "0" * 64
"""Hash before the first line."""
_NUMBERS: Final = tuple(entry.name for entry in fields(Released) if entry.type is float)
_FLAGS: Final = tuple(entry.name for entry in fields(Released) if entry.type is bool)


@dataclass(frozen=True, repr=False)
class Release:
    """Everything one run publishes, as sums over respondents, with the counts behind them.

    Parameters
    ----------
    study
        SHA-256 of the study's files.
    wave
        Publication year.
    inputs
        Wave -> SHA-256 of its respondent file: who the respondents are.
    limits
        Thresholds by name.
    topics
        All records, shown or not, by item and wave.
    withdrawn
        Earlier releases that the owner had declared withdrawn: it was not attacked together with these.
    """

    study: str
    wave: int
    inputs: Mapping[str, str]
    limits: Mapping[str, int]
    topics: tuple[Topic, ...]
    withdrawn: tuple[str, ...] = ()

    @cached_property
    def mark(self) -> str:
        """SHA-256 of what is released; the same whatever languages, formats and titles it is shown in."""
        return _hash(canonical(_content(self)))

    def __repr__(self) -> str:
        return f"Release({self.wave}, {len(self.topics)} topics)"


def limits_of(rules: DisclosureRules) -> dict[str, int]:
    """Return the thresholds that decide what an attack must not find."""
    return {"minimum_n": rules.minimum_n, "minimum_k": rules.minimum_k}


def canonical(content: object) -> str:
    """Return JSON of which there is one form only.

    Examples
    --------
    >>> canonical({"b": [1.0, "ä"], "a": None})
    '{"a":null,"b":[1.0,"ä"]}'
    """
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def written(release: Release, number: int, previous: str) -> tuple[str, str]:
    """Return the line of a release and the line's hash.

    Parameters
    ----------
    release
        What was released.
    number
        Its place in the ledger, from 1.
    previous
        Hash of the line before.
    """
    entry = {
        "number": number,
        "previous": previous,
        "release": {"study": release.study, **_content(release)},
    }
    own = _hash(canonical(entry))
    return canonical({**entry, "hash": own}), own


def read_line(line: str, number: int, previous: str) -> tuple[Release, str]:
    """Return the release of a line and the line's hash.

    Raises
    ------
    ValueError
        When the line is not what was written at this place, to the byte.
    """
    message = "not the line that was written"
    try:
        entry = json.loads(line)
        own = str(entry.pop("hash"))
        whole = line == canonical({**entry, "hash": own}) and own == _hash(canonical(entry))
        here = (entry["number"], entry["previous"]) == (number, previous)
        release = _release(entry["release"])
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        raise ValueError(message) from None
    if not (whole and here):
        raise ValueError(message)
    return release, own


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _content(release: Release) -> dict[str, object]:
    return {
        "wave": release.wave,
        "inputs": dict(release.inputs),
        "limits": dict(release.limits),
        "withdrawn": list(release.withdrawn),
        "topics": [_topic(topic) for topic in release.topics],
    }


def _topic(topic: Topic) -> dict[str, object]:
    return {
        "item": topic.item,
        "wave": topic.wave,
        "derived": {name: [source, dict(words)] for name, (source, words) in topic.derived.items()},
        "strata": None if topic.strata is None else _strata(topic.strata),
        "records": [_record(record) for record in topic.released],
    }


def _strata(strata: Strata) -> dict[str, object]:
    """Return strata as rows: codes, weight, respondents (None where one of them is not known)."""
    codes = sorted({*strata.weights, *strata.respondents})
    rows = [[list(code), strata.weights.get(code), strata.respondents.get(code)] for code in codes]
    return {"variables": list(strata.variables), "rows": rows}


def _record(record: Released) -> dict[str, object]:
    """Return a record without what is at rest: numbers that are unknown, flags that are down."""
    numbers = {name: float(getattr(record, name)) for name in _NUMBERS}
    return {
        "table": record.table,
        "who": {name: sorted(ids) for name, ids in record.who.items()},
        "counted": sorted(record.counted),
        "among": sorted(record.among),
        **{name: value for name, value in numbers.items() if not math.isnan(value)},
        **{name: True for name in _FLAGS if getattr(record, name)},
    }


def _release(content: Mapping[str, Any]) -> Release:
    return Release(
        study=str(content["study"]),
        wave=int(content["wave"]),
        inputs=_texts(content["inputs"]),
        limits={str(name): int(value) for name, value in content["limits"].items()},
        topics=tuple(_read_topic(topic) for topic in content["topics"]),
        withdrawn=tuple(map(str, content["withdrawn"])),
    )


def _read_topic(content: Mapping[str, Any]) -> Topic:
    return Topic(
        item=str(content["item"]),
        wave=str(content["wave"]),
        released=tuple(_read_record(record) for record in content["records"]),
        derived={
            str(name): (str(source), _texts(words)) for name, (source, words) in content["derived"].items()
        },
        strata=None if content["strata"] is None else _read_strata(content["strata"]),
    )


def _read_strata(content: Mapping[str, Any]) -> Strata:
    rows = [(tuple(map(str, codes)), weight, people) for codes, weight, people in content["rows"]]
    return Strata(
        variables=tuple(map(str, content["variables"])),
        weights={codes: float(weight) for codes, weight, _ in rows if weight is not None},
        respondents={codes: int(people) for codes, _, people in rows if people is not None},
    )


def _read_record(content: Mapping[str, Any]) -> Released:
    numbers = {name: float(content.get(name, math.nan)) for name in _NUMBERS}
    flags = {name: bool(content.get(name, False)) for name in _FLAGS}
    return Released(
        table=str(content["table"]),
        who={str(name): _ids(ids) for name, ids in content["who"].items()},
        counted=_ids(content["counted"]),
        among=_ids(content["among"]),
        **cast("Any", {**numbers, **flags}),
    )


def _texts(content: object) -> dict[str, str]:
    return {str(name): str(value) for name, value in cast("Mapping[str, str]", content).items()}


def _ids(content: Iterable[str]) -> frozenset[str]:
    return frozenset(map(str, content))
