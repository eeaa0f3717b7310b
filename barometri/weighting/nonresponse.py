"""The default weights: what frame counts say of those who did not answer, cell by cell or by margins."""

from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.errors import DesignError
from barometri.study.waves import FEWEST_IN_CELL, LARGEST_RATIO
from barometri.survey import Survey
from barometri.survey.adjustments import Adjustment, Calibration, Term, Trimming
from barometri.weighting.adjusting import adjusted
from barometri.weighting.frame import Frame, answering, frame_of

WEIGHT: Final = "_weight"
BASE: Final = "_base"
_CATEGORY, _MARGIN, _ANSWERING = "_category_", "_margin_", "_answering"
IntArray = npt.NDArray[np.int64]


def frame_weights(survey: Survey) -> Survey:
    """Weight a survey to the frame counts of its wave.

    Where every cell of the frame has ten respondents, a weight is people over respondents of the cell.
    Where a cell has fewer, its own response rate is not trusted: everybody is raked to the margins of the
    frame's variables, cells with ten respondents or more are brought to their own counts, and the margins are
    raked once more. Categories of a margin with fewer than ten respondents are put together, with the next
    smallest where they are still fewer. At last weights of more than five times the median are trimmed.

    Parameters
    ----------
    survey
        With a study and a wave; all its respondents, whatever the domain.

    Returns
    -------
    Survey
        With variances from the residuals of what was done, named in the design's words. The survey itself
        where the wave has no frame counts or declares weights of its own, and where its weights were
        adjusted already; one whose margins cannot be reached together keeps people over respondents.

    Raises
    ------
    DesignError
        Respondents of a category that the frame does not count.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"x": [1.0, 2.0]}), SurveyDesign(weight="equal"))
    >>> frame_weights(survey) is survey
    True
    """
    found = frame_of(survey)
    if found is None or survey.study is None or survey.wave is None or not survey.design.is_plain:
        return survey
    if survey.study.waves[survey.wave].design.weight:
        return survey
    if found.crossed is not None and not thin(found).any():
        return _trimmed(_by_cell(survey, found))
    return _trimmed(_raked(survey, answering(found)))


def thin(frame: Frame) -> npt.NDArray[np.bool_]:
    """Return which cells of the frame have too few respondents for a response rate of their own."""
    if frame.crossed is None:
        return np.ones(frame.shape, dtype=np.bool_)
    return np.asarray((frame.crossed > 0) & (frame.respondents < FEWEST_IN_CELL))


def weighting_of(survey: Survey) -> tuple[str, ...]:
    """Return what was done to a survey's weights: ``raked`` or ``margins``, and ``trimmed``.

    ``raked`` is to margins after thick cells were brought to their own counts, ``margins`` to margins alone;
    nothing for people over respondents.
    """
    steps = survey.design.adjustments
    calibrated = [step for step in steps if isinstance(step, Calibration)]
    cells = any(step.members is not None for step in calibrated)
    found = ("raked" if cells else "margins",) if calibrated else ()
    return (*found, *(("trimmed",) if any(isinstance(step, Trimming) for step in steps) else ()))


def fewest_in_cell(survey: Survey) -> int | None:
    """Return the respondents of the smallest cell of the frame, or margin; none without frame counts."""
    found = frame_of(survey)
    if found is None:
        return None
    if found.crossed is None:
        return min(int(found.answered(place).min()) for place in range(len(found.variables)))
    return int(found.respondents[found.crossed > 0].min())


def _by_cell(survey: Survey, frame: Frame) -> Survey:
    """Return the survey with people over respondents of the cell; as it is where it has them."""
    if survey.design.weight == WEIGHT or frame.crossed is None:
        return survey
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = (frame.crossed / frame.respondents).ravel()[frame.cell]
    held = survey.design.stratum or frame.variables
    return survey.with_column(WEIGHT, weight).with_design(replace(survey.design, weight=WEIGHT, stratum=held))


def _raked(survey: Survey, frame: Frame) -> Survey:
    """Return the survey raked to the margins, with thick cells at their own counts."""
    people = float(frame.margins[0].sum())
    based = survey.with_column(BASE, np.full(len(frame.codes), people / len(frame.codes)))
    based, cells = _columns(based, frame)
    based, margins = _margins(based, frame, cells)
    raked = Calibration("rake" if len(margins) > 1 else "poststratify", margins)
    steps: tuple[Adjustment, ...] = (raked,)
    if frame.crossed is not None and len(frame.variables) > 1:
        own = (frame.crossed > 0) & (frame.respondents >= FEWEST_IN_CELL)
        if own.any():
            based = based.with_column(_ANSWERING, own.ravel()[frame.cell].astype(np.float64))
            members = based[_ANSWERING] == 1
            steps = (raked, Calibration("poststratify", (_cells(frame, cells, own),), members=members), raked)
    try:
        return based.with_design(replace(survey.design, weight=BASE, adjustments=steps))
    except DesignError:
        return survey if frame.crossed is None else _by_cell(survey, frame)


def _columns(survey: Survey, frame: Frame) -> tuple[Survey, list[str]]:
    """Return the column of each variable's categories: its own, or one where codes are put together."""
    names = []
    for place, (name, values) in enumerate(zip(frame.variables, frame.values, strict=True)):
        single = all(len(own) == 1 for own in values)
        names.append(name if single else f"{_CATEGORY}{name}")
        if not single:
            survey = survey.with_column(names[-1], frame.codes[:, place].astype(np.float64))
    return survey, names


def _key(frame: Frame, place: int, category: int, column: str) -> float:
    """Return the value that stands for a category in its column."""
    values = frame.values[place][category]
    return values[0] if column == frame.variables[place] else float(category)


def _margins(survey: Survey, frame: Frame, cells: list[str]) -> tuple[Survey, tuple[Term, ...]]:
    terms = []
    for place, column in enumerate(cells):
        joined = _joined(frame.answered(place))
        people = np.bincount(joined, frame.margins[place])
        if len(people) == len(joined):
            keys = [_key(frame, place, category, column) for category in range(len(joined))]
            name = column
        else:
            name = f"{_MARGIN}{frame.variables[place]}"
            survey = survey.with_column(name, joined[frame.codes[:, place]].astype(np.float64))
            keys = [float(category) for category in range(len(people))]
        terms.append(Term((name,), tuple((key,) for key in keys), tuple(people.tolist())))
    return survey, tuple(terms)


def _joined(respondents: IntArray) -> IntArray:
    """Return the category of a margin that each category becomes part of."""
    order = np.argsort(respondents, kind="stable")
    together = int((respondents < FEWEST_IN_CELL).sum())
    while 0 < together < len(order) and respondents[order[:together]].sum() < FEWEST_IN_CELL:
        together += 1
    first = np.arange(len(order))
    first[order[:together]] = order[:together].min(initial=len(order))
    return np.unique(first, return_inverse=True)[1].ravel()


def _cells(frame: Frame, columns: list[str], own: npt.NDArray[np.bool_]) -> Term:
    """Return the counts of some cells."""
    places = np.argwhere(own)
    keys = tuple(
        tuple(_key(frame, v, int(c), column) for v, (c, column) in enumerate(zip(cell, columns, strict=True)))
        for cell in places
    )
    counts = frame.crossed if frame.crossed is not None else np.zeros(frame.shape)
    return Term(tuple(columns), keys, tuple(counts[own].tolist()))


def _trimmed(survey: Survey) -> Survey:
    weight = survey.coded.weight
    middle = float(np.median(weight))
    if not weight.max() > LARGEST_RATIO * middle:
        return survey
    return adjusted(survey, Trimming(0.0, LARGEST_RATIO * middle))
