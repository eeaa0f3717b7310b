"""What names mean to the attacker: answers that no study names, codes that another wave calls otherwise."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from barometri.disclosure.attack.facts import Who
from barometri.estimates import Estimates
from barometri.results import Results
from barometri.study.codebook import Code, Codebook, Question
from barometri.study.plan import NUMBER_OF_MODELS, Model
from barometri.study.study import Study

_NOBODY: Final = Model("", {}, {}, ())


def study_of(results: Results) -> Study:
    """Return the study of a run; for estimates without one, a study of the questions they tell of.

    An item whose categories make up its base in every cell is a question with those answers; a number of
    models goes as far as its highest class.
    """
    study = results.study
    if study.codebook.questions:
        return study
    questions, highest = dict[str, Question](), 0
    for name, table in results.tables.items():
        for item, rows in _items(name, table.estimates):
            if item == NUMBER_OF_MODELS:
                highest = max([highest, *(int(word) for word in _numbers(rows["category"]))])
            elif answers := _whole(rows, table.estimates):
                codes = tuple(Code(place, answer, {}, {}) for place, answer in enumerate(answers, 1))
                questions[item] = Question(item, "nominal", {}, {}, codes)
    return replace(study, codebook=Codebook(questions), models=(_NOBODY,) * highest)


def own_codes(who: Who, wave: str, study: Study) -> Who:
    """Word codes of the study's latest wave by the codes of the wave itself that are compared with them.

    A table over waves names an earlier group by its later name, a claim by its own: they are the same people.
    """
    entries = study.waves[int(wave)].equivalence if wave.isdigit() and int(wave) in study.waves else ()
    own: dict[tuple[str, str], set[str]] = {}
    for entry in entries:
        if entry.code and entry.counterpart:
            own.setdefault((entry.question, entry.counterpart), set()).add(entry.code)
    return {
        name: frozenset(code for given in ids for code in own.get((name, given), {given}))
        for name, ids in who.items()
    }


def _items(name: str, estimates: Estimates) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the rows of each item of a table that has categories, with their numerators."""
    if "category" not in estimates.keys:
        return
    rows = estimates.frame.assign(k=estimates.counts["k"].to_numpy(dtype=np.float64))
    items = rows["item"].astype(str) if "item" in rows else pd.Series(name, index=rows.index)
    for item, own in rows.groupby(items.to_numpy()):
        yield str(item), own


def _numbers(categories: pd.Series) -> list[str]:
    words = [str(word).rstrip("+") for word in categories.unique()]
    return [word for word in words if word.isdigit()]


def _whole(rows: pd.DataFrame, estimates: Estimates) -> tuple[str, ...]:
    """Return the categories that share a base and make it up in every cell; none where they do not.

    Who cannot say is a category on a larger base, beside the others.
    """
    cells = [key for key in estimates.keys if key not in {"item", "category"}]
    groups = [own for _, own in rows.groupby(cells)] if cells else [rows]
    known = [own[own["n"] == own["n"].min()] for own in groups]
    answers = tuple(known[0]["category"].astype(str)) if known else ()
    alike = all(tuple(own["category"].astype(str)) == answers for own in known)
    made_up = all(own["k"].sum() == own["n"].iloc[0] for own in known)
    return answers if alike and made_up else ()
