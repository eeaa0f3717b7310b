"""Answers in the codebook's codes: what the file writes becomes what the study means."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.readers.raw import RawFile
from barometri.readers.text import canonical, composed
from barometri.study.codebook import Code, Question
from barometri.study.codes import BLANK, MISSING_CODES
from barometri.study.waves import Wave

Values = npt.NDArray[np.int32] | npt.NDArray[np.float64] | npt.NDArray[np.object_]
_EXPECTED_SHOWN = 12


@dataclass(slots=True)
class Problem:
    """Rows of one question that break a rule; ``rule`` words it with what was expected."""

    question: str
    rows: int
    rule: str
    code: str = "E23"


@dataclass(slots=True)
class Answers:
    """Harmonised values of one question and what was wrong with them."""

    column: Values
    problems: list[Problem] = field(default_factory=list)


def code_table(question: Question, recodes: Mapping[str, int] | None) -> dict[str, Code]:
    """Return text in the file -> code; with recodes, exactly what they list."""
    if recodes is not None:
        table = {composed(text).strip(): question.code(value) for text, value in recodes.items()}
        return {as_number(text): code for text, code in table.items()} | table
    by_id = {code.id: code for code in question.codes}
    return by_id | {str(code.value): code for code in question.codes}


def as_number(text: str, decimal: str = ".") -> str:
    """Return the one spelling of a number written as text, or the text itself when it is none.

    Examples
    --------
    >>> as_number("1.0"), as_number("01"), as_number("1,0", ","), as_number("yes")
    ('1', '1', '1', 'yes')
    """
    number = parse_number(text, decimal)
    return text if number is None else canonical(number)


def parse_number(text: str, decimal: str = ".") -> float | None:
    """Return the number that a text writes, ``None`` when it writes none; infinity is none."""
    plain = text.strip().replace("−", "-")
    if decimal != ".":
        plain = plain.replace(".", "?").replace(decimal, ".")
    if not plain or any(c not in "0123456789.+-eE" for c in plain):
        return None
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def coded(cells: "pd.Series", question: Question, raw: RawFile, wave: Wave) -> Answers:
    """Return int32 codes; missing answers are the reserved codes, an empty cell is ``BLANK``."""
    recodes = wave.recodes.get(question.id)
    table = code_table(question, recodes)
    answers = Answers(np.full(len(cells), BLANK, dtype=np.int32))
    unknown = conflict = 0
    declared = raw.user_missing.get(wave.columns[question.id], ())
    for value, rows in _positions(cells).items():
        code = _find(value, table, raw.decimal)
        if code is None:
            unknown += len(rows)
            continue
        if code.missing is None and any(entry.covers(value) for entry in declared):
            conflict += len(rows)
        answers.column[rows] = code.value if code.missing is None else MISSING_CODES[code.missing]
    if unknown:
        expected = [str(code.value) for code in question.codes] if recodes is None else list(recodes)
        shown = ", ".join(expected[:_EXPECTED_SHOWN]) + (" ..." if len(expected) > _EXPECTED_SHOWN else "")
        answers.problems.append(
            Problem(question.id, unknown, f"hold codes the codebook does not know (expected {shown})")
        )
    if conflict:
        rule = "hold codes that the file declares missing and the codebook counts as answers"
        answers.problems.append(Problem(question.id, conflict, rule))
    return answers


def _positions(cells: "pd.Series") -> dict[float | str, npt.NDArray[np.int64]]:
    """Return the rows of each distinct filled cell."""
    positions, values = pd.factorize(cells, use_na_sentinel=True)
    order = np.argsort(positions, kind="stable")
    bounds = np.searchsorted(positions[order], np.arange(len(values) + 1))
    return {value: order[bounds[i] : bounds[i + 1]] for i, value in enumerate(values.tolist())}


def _find(value: float | str, table: Mapping[str, Code], decimal: str) -> Code | None:
    if isinstance(value, str):
        text = value.strip()
        return table.get(text) or table.get(as_number(text, decimal))
    return table.get(canonical(value))


def numbers(cells: "pd.Series", question: Question, raw: RawFile, wave: Wave) -> Answers:
    """Return float64 with NaN for an empty cell or a declared missing value."""
    if pd.api.types.is_numeric_dtype(cells):
        values = cells.to_numpy(dtype=np.float64, copy=True)
        empty = np.isnan(values)
    else:
        parsed = [None if cell is None else parse_number(cell, raw.decimal) for cell in cells.tolist()]
        values = np.array([np.nan if number is None else number for number in parsed], dtype=np.float64)
        empty = cells.isna().to_numpy()
    for entry in raw.user_missing.get(wave.columns[question.id], ()):
        gone = np.array(
            [not np.isnan(value) and entry.covers(float(value)) for value in values], dtype=np.bool_
        )
        empty |= gone
        values[gone] = np.nan
    answers = Answers(values)
    wrong = int((~empty & ~np.isfinite(values)).sum())
    if wrong:
        mark = "comma" if raw.decimal == "," else "point"
        answers.problems.append(
            Problem(question.id, wrong, f"hold no finite number (expected digits, decimal {mark})", "E20")
        )
    low = -math.inf if question.minimum is None else question.minimum
    high = math.inf if question.maximum is None else question.maximum
    outside = int(((values < low) | (values > high)).sum())
    if outside:
        answers.problems.append(
            Problem(question.id, outside, f"are out of range (expected {low:g} to {high:g})")
        )
    return answers


def keys(cells: "pd.Series", question: Question) -> Answers:
    """Return the key of each respondent as text; each stands once."""
    texts = _texts(cells)
    answers = Answers(texts)
    empty = int((texts == "").sum())
    if empty:
        answers.problems.append(
            Problem(question.id, empty, "have no key (expected one for every respondent)", "E22")
        )
    filled = pd.Series(texts[texts != ""])
    repeated = int(filled.duplicated(keep="first").sum())
    if repeated:
        answers.problems.append(
            Problem(
                question.id,
                repeated,
                "repeat the key of an earlier row (expected each respondent once)",
                "E22",
            )
        )
    return answers


def sets(cells: "pd.Series", question: Question, known: frozenset[str]) -> Answers:
    """Return area ids joined by ``;``; an id of no division of the study is a problem."""
    texts = _texts(cells)
    parts = [[part.strip() for part in text.split(";") if part.strip()] for text in texts]
    answers = Answers(np.array([";".join(dict.fromkeys(row)) for row in parts], dtype=object))
    wrong = sum(any(part not in known for part in row) for row in parts) if known else 0
    if wrong:
        answers.problems.append(
            Problem(
                question.id,
                wrong,
                "hold areas that no division of the study knows (expected ids of areas.toml)",
            )
        )
    return answers


def _texts(cells: "pd.Series") -> npt.NDArray[np.object_]:
    empty = cells.isna().to_numpy()
    return np.array(
        ["" if gone else canonical(cell).strip() for cell, gone in zip(cells.tolist(), empty, strict=True)],
        dtype=object,
    )
