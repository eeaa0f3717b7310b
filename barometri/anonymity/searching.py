"""The search of a file: every cell and every other text, for direct identifiers."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from barometri.anonymity.columns import (
    count_free_text,
    count_names,
    halves,
    identifiers_in_column,
    split_codes,
)
from barometri.anonymity.contacts import business_shapes
from barometri.anonymity.detecting import KINDS, count_identifiers
from barometri.anonymity.report import DROPPED, AnonymityReport, Found
from barometri.anonymity.spelling import plain_text, words
from barometri.readers.raw import RawFile
from barometri.study.study import Study
from barometri.study.waves import Wave
from barometri.validation.platforms import platform_columns

Part = Literal["kept", "key", "text", "ignored", "platform", "undeclared"]
AUTHORS: Final = "authors"
"""The place of a file's words that tells whose document it is: no respondent's, as far as names go."""
FILE_NAME: Final = "file name"
_DROPPED_PARTS: Final = frozenset({"text", "ignored", "platform"})
_LOOSE_PARTS: Final = frozenset({"key", "undeclared"})
"""Nothing says which texts these may hold."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which part each column plays, the question it answers, and the year of the survey, if known."""

    parts: Mapping[str, Part]
    questions: Mapping[str, str]
    year: int | None = None


def inspect(raw: RawFile, study: Study, wave: Wave) -> AnonymityReport:
    """Search a wave's file: cells, column names, labels, notes, sheet names and all its other texts.

    Columns of kind ``text``, ignored ones and those of a survey platform are only counted: they are dropped
    before anything is kept.

    Raises
    ------
    AnonymityError
        An identifier, or free text that the codebook does not declare; the message says place and count.
    """
    report = search(raw, study=study, wave=wave)
    report.check()
    return report


def search(raw: RawFile, *, study: Study | None = None, wave: Wave | None = None) -> AnonymityReport:
    """Search a file for direct identifiers and free text, and refuse nothing.

    Parameters
    ----------
    raw
        The file as read.
    study, wave
        What is known of its columns; without them only those of a survey platform are known.

    Returns
    -------
    AnonymityReport
        Counts by place; ``check`` makes an error of what may not pass.
    """
    plan = _plan(raw, study, wave)
    found = [*_in_words(raw), *_in_cells(raw, plan)]
    hidden = any(entry.place == FILE_NAME for entry in found)
    return AnonymityReport(
        f"the file ({raw.path.suffix})" if hidden else raw.name,
        raw.frame.shape[1],
        texts={
            plan.questions[name]: int(raw.frame[name].notna().sum())
            for name, part in plan.parts.items()
            if part == "text"
        },
        platform=tuple(name for name, part in plan.parts.items() if part == "platform"),
        found=tuple(found),
        free={
            _place(raw, plan, name): count
            for name, part in plan.parts.items()
            if part in _LOOSE_PARTS and (count := count_free_text(raw.frame[name]))
        },
        authors=_authors(raw.places.get(AUTHORS, ())),
    )


def _plan(raw: RawFile, study: Study | None, wave: Wave | None) -> Plan:
    if study is None or wave is None:
        platform = platform_columns(raw.frame.columns)
        return Plan({n: "platform" if n in platform else "undeclared" for n in raw.frame.columns}, {})
    kinds = {column: study.codebook[question].kind for question, column in wave.columns.items()}
    platform = platform_columns(raw.frame.columns, mapped=kinds)
    parts: dict[str, Part] = {}
    for name in raw.frame.columns:
        if name in kinds:
            kind = kinds[name]
            parts[name] = "text" if kind == "text" else "key" if kind == "key" else "kept"
        elif name in wave.ignored:
            parts[name] = "ignored"
        else:
            parts[name] = "platform" if name in platform else "undeclared"
    return Plan(parts, {column: question for question, column in wave.columns.items()}, wave.year)


def _place(raw: RawFile, plan: Plan, *names: str) -> str:
    """Tell columns by position, since a name may be an answer, and by their questions."""
    told = [
        f"{raw.position(name)}" + (f" ({plan.questions[name]})" if name in plan.questions else "")
        for name in names
    ]
    return f"column {told[0]}" if len(told) == 1 else f"columns {' and '.join(told)}"


def _in_cells(raw: RawFile, plan: Plan) -> Iterator[Found]:
    dropped: Counter[str] = Counter()
    kept = []
    for name, part in plan.parts.items():
        cells = raw.frame[name]
        found = identifiers_in_column(
            cells, name=str(name), label=raw.variable_labels.get(name, ""), year=plan.year
        )
        if part in _DROPPED_PARTS:
            dropped.update(found)
            dropped["name"] += 0 if "name" in found else count_names(cells)
            continue
        kept.append(name)
        yield from (Found(_place(raw, plan, name), kind, count) for kind, count in found.items())
        names = count_names(cells) if part in _LOOSE_PARTS and "name" not in found else 0
        if names:
            yield Found(_place(raw, plan, name), "name", names, stops=False)
    for pair, count in split_codes({name: halves(raw.frame[name]) for name in kept}).items():
        yield Found(_place(raw, plan, *pair), "hetu", count)
    yield from (Found(DROPPED, kind, dropped[kind], stops=False) for kind in KINDS if dropped[kind])


def _in_words(raw: RawFile) -> Iterator[Found]:
    """Search every text of the file that is not a cell; labels are named by the position of their column."""
    for place, texts in _words(raw):
        yield from (Found(place, kind, count) for kind, count in count_identifiers(texts).items())
        businesses = sum(business_shapes(plain_text(text))[1] > 0 for text in texts)
        if businesses:
            yield Found(place, "business", businesses, stops=False)


def _words(raw: RawFile) -> Iterator[tuple[str, list[str]]]:
    yield FILE_NAME, [raw.path.stem]
    for position, name in enumerate(raw.frame.columns, 1):
        labels = raw.value_labels.get(name, {})
        yield f"name of column {position}", [str(name)]
        yield f"label of column {position}", [raw.variable_labels.get(name, "")]
        yield f"value labels of column {position}", [*labels.values(), *labels]
    for place, texts in raw.places.items():
        yield place, list(texts)


def _authors(texts: Iterable[str]) -> int:
    """Count the authors that are no program."""
    programs = words("programs")
    return sum(bool(text.strip()) and not any(word in text.casefold() for word in programs) for text in texts)
