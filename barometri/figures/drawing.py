"""The chart of a table: which family draws it stands in the study's list of analyses."""

from collections.abc import Callable
from typing import Final

from barometri.disclosure.protected import Protected
from barometri.errors import OptionError
from barometri.figures.chart import Chart
from barometri.figures.kinds import (
    districts,
    dots,
    forest,
    likert,
    number_of_models,
    prevalence,
    profile,
    ranks,
    reversal,
    scatter,
    tiles,
    waves,
)
from barometri.figures.reading import read
from barometri.study.plan import ChartKind

KINDS: Final[dict[ChartKind, Callable[..., Chart]]] = {
    "prevalence": prevalence.prevalence,
    "districts": districts.models_by_district,
    "likert": likert.likert,
    "number_of_models": number_of_models.cooperation_by_number_of_models,
    "waves": waves.waves,
    "tiles": tiles.tiles,
    "dots": dots.dots,
    "forest": forest.forest,
    "profile": profile.profile,
    "reversal": reversal.reversal,
    "ranks": ranks.ranks,
    "scatter": scatter.scatter,
}
"""The family of each kind of chart."""


def draw(protected: Protected, table_id: str, *, language: str) -> Chart:
    """Draw a table of protected results as its analysis asks.

    Parameters
    ----------
    protected
        Protected results.
    table_id
        Id of the analysis.
    language
        ``fi``, ``sv`` or ``en``.

    Raises
    ------
    OptionError
        When there is no such table, or its analysis names no chart.
    """
    kind = read(protected, table_id, language=language).table.analysis.chart
    if not kind:
        message = (
            f"table_id must be a table with a chart; {table_id!r} has none. Name one in analyses: chart = ..."
        )
        raise OptionError(message)
    return KINDS[kind](protected, table_id, language=language)


def draw_first(
    protected: Protected, kind: ChartKind, table_id: str | None, language: str, **options: str
) -> Chart:
    """Draw a table as one kind of chart: the named table, or the first whose analysis asks for that kind."""
    if table_id is None:
        found = [name for name, table in protected.tables.items() if table.analysis.chart == kind]
        if not found:
            message = f"no table of the results asks for the chart {kind!r}; name one with table_id."
            raise OptionError(message)
        table_id = found[0]
    return KINDS[kind](protected, table_id, language=language, **options)
