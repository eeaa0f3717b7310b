"""The answers that estimates tell of themselves where no study names them, as the attacker reads them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

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
