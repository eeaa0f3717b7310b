"""Items over the waves: independent cross-sections side by side, with marks where they are not the same.

A wave says of each question, or of a code, whether it is comparable with the study's latest wave. A code is
set to its counterpart before anything is estimated; what is only ``similar`` carries a mark, and what is
``different`` is shown with its mark but belongs to no line and no claim of change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.linalg import block_diag

from barometri.errors import OptionError
from barometri.estimates import MARK, TOTAL, VALUE_COLUMNS, Estimates
from barometri.estimation import Base, proportion
from barometri.estimation.targets import Categories
from barometri.study.codes import NOT_ASKED
from barometri.study.waves import Equivalence
from barometri.survey import Survey

By = str | Sequence[str] | None
STATUSES: Final = ("same", "similar", "different")
MARKS: Final = ("", "similar", "different")
_COPY: Final = "_copy_"


def change(
    surveys: Mapping[int, Survey],
    items: str | Sequence[str],
    *,
    by: By = None,
    categories: Categories = "good",
    margins: bool = True,
    base: Base = "answered",
) -> Estimates:
    """Shares of items in every wave that asked them.

    Parameters
    ----------
    surveys
        Wave to survey; the waves are independent samples.
    items
        Questions; a wave that did not ask one has no rows of it.
    by
        Variables that split the respondents. Of a wave without one of them only margins over it are shown.
    categories
        ``good``, ``each``, ids of codes or codes that count together, as in `proportion`.
    margins
        Whether to add rows for all codes of ``by`` together.
    base
        ``answered``, ``asked`` or ``beside``, as in `proportion`.

    Returns
    -------
    Estimates
        Keys ``wave``, ``item``, perhaps ``category``, and ``by``; last a column ``mark``: empty, ``similar``
        or ``different``. The covariance is block-diagonal over the waves.

    Raises
    ------
    OptionError
        No wave asked any of the items.
    """
    wanted = [items] if isinstance(items, str) else list(items)
    names = [by] if isinstance(by, str) else list(by or ())
    parts = []
    for wave, survey in sorted(surveys.items()):
        asked = [item for item in wanted if item in survey.variables]
        there = [name for name in names if name in survey.variables]
        if asked and (margins or len(there) == len(names)):
            same = equivalence_of(survey, wave)
            split, columns = aligned(survey, there, same)
            shares = proportion(
                split, asked, by=list(columns) or None, categories=categories, margins=margins, base=base
            )
            shares = without_unasked(split, shares)
            named = replace(shares, frame=shares.frame.rename(columns=columns))
            parts.append(marked(_keyed(named, wave, asked[0], names), {wave: same}))
    if not parts:
        message = f"No wave has {', '.join([*wanted, *names])}; waves read: {', '.join(map(str, surveys))}."
        raise OptionError(message)
    return _stacked(parts)


def without_unasked(survey: Survey, estimates: Estimates) -> Estimates:
    """Leave out the rows of those whom an item was not put to: they are no part of its results.

    Parameters
    ----------
    survey
        The survey that was estimated from.
    estimates
        With items in a column. Rows without answers stay where somebody was asked.
    """
    frame = estimates.frame
    names = [name for name in frame.columns if name not in {"item", "category", *VALUE_COLUMNS}]
    kept = np.ones(len(frame), dtype=np.bool_)
    for row in np.flatnonzero(frame["n"].to_numpy() == 0):
        inside = survey.values(str(frame["item"].iloc[row])) != NOT_ASKED
        for name in names:
            if frame[name].iloc[row] != TOTAL:
                question = survey.question(name)
                code = frame[name].iloc[row]
                inside &= survey.values(name) == (code if question is None else question.code(code).value)
        kept[row] = inside.any() if survey.mask is None else (inside & survey.mask).any()
    return estimates if kept.all() or not kept.any() else keep_rows(estimates, kept)


def keep_rows(estimates: Estimates, kept: npt.NDArray[np.bool_]) -> Estimates:
    """Return the estimates of some rows only."""
    return replace(
        estimates,
        frame=estimates.frame[kept].reset_index(drop=True),
        covariance=estimates.covariance[np.ix_(kept, kept)],
        counts=estimates.counts[kept].reset_index(drop=True),
        marks=tuple(mark for mark, keep in zip(estimates.marks, kept, strict=True) if keep)
        if estimates.marks
        else (),
    )


def equivalence_of(survey: Survey, wave: int) -> tuple[Equivalence, ...]:
    """Return what a wave says of its comparability."""
    study = survey.study
    return study.waves[wave].equivalence if study is not None and wave in study.waves else ()


def aligned(
    survey: Survey, by: Sequence[str], equivalence: Sequence[Equivalence], *, always: bool = False
) -> tuple[Survey, dict[str, str]]:
    """Set the codes of the ``by`` variables to their counterparts in the latest wave.

    The variables themselves stay, since the design may stand on them: copies are split by. Returns the survey
    and, by the name of each variable to split by, the name it is shown under. With ``always`` every coded
    variable gets a copy, so that the names are those of every wave.
    """
    columns = {}
    for name in by:
        question = survey.question(name)
        pairs = [e for e in equivalence if e.question == name and e.code and e.counterpart]
        if question is None or not (pairs or always):
            columns[name] = name
            continue
        values = survey.values(name)
        moved = values.copy()
        for pair in pairs:
            moved[values == question.code(pair.code).value] = question.code(pair.counterpart).value
        columns[f"{_COPY}{name}"] = name
        survey = survey.with_column(f"{_COPY}{name}", moved, replace(question, id=f"{_COPY}{name}"))
    return survey, columns


def _keyed(estimates: Estimates, wave: int, item: str, by: Sequence[str]) -> Estimates:
    """Bring the rows of a wave to the keys of all waves."""
    frame = estimates.frame.copy()
    if "item" not in frame:
        frame.insert(0, "item", item)
    frame.insert(0, "wave", wave)
    for name in by:
        if name not in frame:
            frame[name] = TOTAL
    keys = [c for c in ("wave", "item", "category") if c in frame]
    return replace(estimates, frame=frame[[*keys, *by, *VALUE_COLUMNS]], by=tuple(by))


def marked(estimates: Estimates, equivalence: Mapping[int, Sequence[Equivalence]]) -> Estimates:
    """Mark the rows that a wave says are not the same; ``equivalence`` is by wave."""
    rows = estimates.frame[["wave", "item", *estimates.by]].to_dict("records")
    marks = tuple(_mark({str(k): v for k, v in row.items()}, equivalence[int(row["wave"])]) for row in rows)
    return replace(estimates, frame=estimates.frame.assign(**{MARK: marks}), marks=marks)


def _mark(row: Mapping[str, object], equivalence: Sequence[Equivalence]) -> str:
    """Return the worst of what the wave says of the row's item and of its codes."""
    worst = 0
    for entry in equivalence:
        about_item = entry.question == row["item"] and not entry.code
        cell = row.get(entry.question, TOTAL)
        about_cell = cell != TOTAL and (entry.counterpart or entry.code) in {"", cell}
        if about_item or about_cell:
            worst = max(worst, STATUSES.index(entry.status))
    return MARKS[worst]


def _stacked(parts: Sequence[Estimates]) -> Estimates:
    """Put waves one under the other: independent samples have no covariance."""
    return Estimates(
        frame=pd.concat([part.frame for part in parts], ignore_index=True),
        covariance=np.asarray(block_diag(*(part.covariance for part in parts)), dtype=np.float64),
        by=parts[0].by,
        statistic=parts[0].statistic,
        design="; ".join(dict.fromkeys(part.design for part in parts)),
        counts=pd.concat([part.counts for part in parts], ignore_index=True),
        domain=parts[0].domain,
        marks=tuple(mark for part in parts for mark in part.marks),
    )
