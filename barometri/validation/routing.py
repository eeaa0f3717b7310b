"""Who was asked what: an empty cell of somebody who was not asked is "not asked", not blank."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.study.codebook import Question
from barometri.study.codes import BLANK, LARGEST_MISSING, NOT_ASKED
from barometri.study.study import Study
from barometri.study.waves import Wave
from barometri.validation.answers import Problem

BoolArray = npt.NDArray[np.bool_]


def apply_routing(frame: pd.DataFrame, study: Study, wave: Wave) -> list[Problem]:
    """Turn blanks of people not asked into ``NOT_ASKED``, in place; an answer of theirs is a problem."""
    problems = []
    group = study.role("group", wave.year)
    for name, groups in wave.routing.items():
        question = study.codebook[name]
        if name not in frame or group not in frame:
            continue
        known = frame[group].to_numpy() > LARGEST_MISSING
        asked = frame[group].isin([study.codebook[group].code(g).value for g in groups]).to_numpy()
        outside = known & ~asked
        answered = outside & _answered(frame[name], question)
        if answered.any():
            rule = "answer though their group was not asked (expected empty cells, or another routing)"
            problems.append(Problem(name, int(answered.sum()), rule))
        if question.codes:
            frame.loc[outside & ~answered, name] = NOT_ASKED
    return problems


def _answered(values: "pd.Series", question: Question) -> BoolArray:
    if question.codes:
        return (~values.isin([BLANK, NOT_ASKED])).to_numpy()
    if question.kind == "number":
        return values.notna().to_numpy()
    return (values != "").to_numpy()


def complete_ticks(frame: pd.DataFrame, questions: Sequence[Question]) -> None:
    """Turn an empty box into "not ticked" where the question was shown, in place.

    A respondent was shown a box when it was routed to them and they ticked another box of its battery or
    answered a later question; who broke off before it was not.
    """
    answers = [question for question in questions if question.kind in {"nominal", "ordinal", "tick"}]
    for position, question in enumerate(answers):
        if question.kind != "tick" or all(code.value != 0 for code in question.codes):
            continue
        others = [
            other
            for place, other in enumerate(answers)
            if other.id != question.id
            and (
                (question.battery and other.battery == question.battery)
                or (place > position and other.kind != "tick")
            )
        ]
        reached = np.zeros(len(frame), dtype=np.bool_)
        for other in others:
            values = frame[other.id]
            reached |= (values > 0).to_numpy() if other.kind == "tick" else _answered(values, other)
        frame.loc[reached & (frame[question.id] == BLANK).to_numpy(), question.id] = 0
