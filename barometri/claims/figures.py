"""Published percentages beside the same figure from the responses, at the rounding they were printed with."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from barometri.claims.records import NAN, Setting, Unjudged
from barometri.claims.respondents import GOOD, asked
from barometri.estimates import Cell
from barometri.results import FigureResult, SameAsPublished
from barometri.study.claim import Claim, PublishedFigure
from barometri.study.codes import LARGEST_MISSING
from barometri.study.study import Study
from barometri.survey import Survey

ARITHMETIC: Final = 1e-9


def figures(study: Study, surveys: Mapping[int, Survey]) -> tuple[FigureResult, ...]:
    """Compare the study's published figures with the responses.

    Parameters
    ----------
    study
        With its published figures.
    surveys
        Wave to survey; figures of other waves are left out.

    Returns
    -------
    tuple of FigureResult
        In the study's order, each with the share on the figure's own base: unweighted unless the publication
        says that it weighted. ``yes`` where it would print as the same number, ``not comparable`` where the
        wave cannot say; ``reason`` is then a key of the texts.
    """
    plain = Setting(study, surveys, plain=True, cache={}, shown=False)
    weighted = Setting(study, surveys, cache={}, shown=False)
    there = [figure for figure in study.published_figures if figure.wave in surveys]
    return tuple(_compared(figure, weighted if figure.weighted else plain) for figure in there)


def _compared(figure: PublishedFigure, setting: Setting) -> FigureResult:
    try:
        estimate, cell = _share(figure, setting)
    except Unjudged as error:
        return FigureResult(figure, NAN, 0, SameAsPublished.NOT_COMPARABLE, reason=error.reason)
    same = abs(estimate - figure.value) <= figure.rounding / 2 + ARITHMETIC
    verdict = SameAsPublished.YES if same else SameAsPublished.NO
    return FigureResult(figure, estimate, cell.n, verdict, cells=(cell,))


def _share(figure: PublishedFigure, setting: Setting) -> tuple[float, Cell]:
    """Return the share that the figure is of, and the counts behind it."""
    claim = Claim(
        figure.id,
        "quantity",
        (figure.wave,),
        (figure.item,),
        figure.statement,
        "",
        answer=figure.answer,
        population=figure.population,
        base=figure.base,
    )
    found = asked(claim, setting, figure.wave)
    values = found.survey.values(found.columns[0])
    base = values > LARGEST_MISSING
    if found.survey.mask is not None:
        base &= found.survey.mask
    if not base.any():
        raise Unjudged("no_responses")
    counted = values[base] == 1
    cell = Cell(
        figure.item,
        figure.wave,
        figure.population,
        len(counted),
        int(counted.sum()),
        "" if figure.answer == GOOD else figure.answer,
        figure.base,
    )
    return float(np.average(counted, weights=found.survey.coded.weight[base])), cell
