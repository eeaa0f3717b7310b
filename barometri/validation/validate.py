"""Validation of one wave: every rule, one after the other."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from barometri.errors import ValidationError
from barometri.readers.raw import RawFile
from barometri.study.codebook import Question
from barometri.study.codes import LARGEST_MISSING, MISSING_CODES
from barometri.study.study import Study
from barometri.study.waves import Wave
from barometri.validation.answers import Answers, Problem, coded, keys, numbers, sets
from barometri.validation.columns import check_columns
from barometri.validation.design import DesignCheck
from barometri.validation.report import ValidationReport
from barometri.validation.routing import apply_routing, complete_ticks

_SHOWN: Final = 5
_ADVICE: Final = {
    "E20": "Correct decimal in its [format], or the cells.",
    "E22": "Remove the repetition at its source.",
    "E23": "Correct the file, or add the code to codebook.toml or recode it.",
}


def validate(raw: RawFile, study: Study, wave: Wave) -> tuple[pd.DataFrame, ValidationReport]:
    """Harmonise a wave's responses to the codebook.

    Parameters
    ----------
    raw
        The file as read.
    study
        Its codebook, areas and roles.
    wave
        Where the questions are in the file, who was asked what, and the design.

    Returns
    -------
    DataFrame
        One row a respondent, one column a question: int32 codes with the reserved codes of missing answers,
        float64 numbers, texts of keys and sets; ``wave`` and, if known, ``_weight`` and ``_stratum``. Free
        text is dropped.
    ValidationReport
        Counts only.

    Raises
    ------
    ValidationError
        Naming file, place, rule and number of rows, never a value.
    """
    check_columns(raw, wave)
    if raw.frame.empty:
        raise ValidationError(
            f"{raw.name}: no respondent. Expected one row a respondent under the names.", code="E20"
        )
    frame, texts, problems = _harmonised(raw, study, wave)
    _stop(raw, wave, problems)
    _derive(frame, raw, study)
    _stop(raw, wave, apply_routing(frame, study, wave))
    complete_ticks(
        frame, [study.codebook[name] for name in study.codebook.questions if name in frame.columns]
    )
    frame["wave"] = np.int32(wave.year)
    order = [name for name in study.codebook.questions if name in frame]
    frame = frame[[*order, "wave"]].copy()
    check = DesignCheck(frame, study, wave, raw.name)
    design = check.columns()
    report = ValidationReport(
        raw.name,
        wave.year,
        len(frame),
        missing={
            q: counts
            for q in wave.columns
            if q in frame and (counts := _missing(frame[q], study.codebook[q]))
        },
        texts=texts,
        weight_ratio=check.weight_ratio,
        design=design,
        notes=(*raw.remarks, *check.notes),
        warnings=tuple(check.warnings),
    )
    return frame, report


def _harmonised(raw: RawFile, study: Study, wave: Wave) -> tuple[pd.DataFrame, dict[str, int], list[Problem]]:
    known = _areas(study)
    values: dict[str, Answers] = {}
    texts: dict[str, int] = {}
    for name, question in study.codebook.questions.items():
        if not wave.asked(name):
            continue
        cells = raw.frame[wave.columns[name]]
        match question.kind:
            case "nominal" | "ordinal" | "tick":
                values[name] = coded(cells, question, raw, wave)
            case "number":
                values[name] = numbers(cells, question, raw, wave)
            case "key":
                values[name] = keys(cells, question)
            case "set":
                values[name] = sets(cells, question, known)
            case "text":
                texts[name] = int(cells.notna().sum())
    frame = pd.DataFrame({name: pd.Series(a.column, dtype=a.column.dtype) for name, a in values.items()})
    return frame, texts, [problem for answers in values.values() for problem in answers.problems]


def _areas(study: Study) -> frozenset[str]:
    if study.areas is None:
        return frozenset()
    members = (code for codes in study.areas.membership.values() for code in codes)
    return frozenset(area.id for area in study.areas.areas) | frozenset(members)


def _derive(frame: pd.DataFrame, raw: RawFile, study: Study) -> None:
    """Add the questions that are computed from another one, in place."""
    for name, question in study.codebook.questions.items():
        derived = question.derived
        if derived is None or name in frame or derived.source not in frame:
            continue
        source = study.codebook[derived.source]
        table = {
            source.code(left).value: question.code(right).value for left, right in derived.mapping.items()
        }
        codes = frame[derived.source]
        values = codes.map(table).where(codes > LARGEST_MISSING, codes)
        lost = int(values.isna().sum())
        if lost:
            raise ValidationError(
                f"{raw.name}, {name}: {lost} respondents have a {derived.source} that its mapping does not "
                "list. Add it to derived.mapping in codebook.toml.",
                code="E23",
            )
        frame[name] = values.astype(np.int32)


def _missing(values: "pd.Series", question: Question) -> dict[str, int]:
    """Count missing answers by reason."""
    if question.codes:
        counts = values.value_counts()
        return {
            reason.value: int(counts[code]) for reason, code in MISSING_CODES.items() if code in counts.index
        }
    gone = int(values.isna().sum() if question.kind == "number" else (values == "").sum())
    return {"blank": gone} if gone else {}


def _stop(raw: RawFile, wave: Wave, problems: Sequence[Problem]) -> None:
    """Refuse the wave when a rule is broken, telling the first one."""
    if not problems:
        return
    first = problems[0]
    others = f" (and {len(problems) - 1} more such questions)" if len(problems) > 1 else ""
    place = f"{first.question} (column {raw.position(wave.columns[first.question])})"
    raise ValidationError(
        f"{raw.name}, {place}: {first.rows} rows {first.rule}{others}. {_ADVICE[first.code]}", code=first.code
    )
