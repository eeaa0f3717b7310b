"""The figures by name, as a researcher calls them: each finds its table when none is named."""

from barometri.disclosure.protected import Protected
from barometri.figures.chart import Chart
from barometri.figures.drawing import draw_first


def prevalence(protected: Protected, *, language: str, table_id: str | None = None) -> Chart:
    """Draw how common the collaboration models are, established and on trial told apart."""
    return draw_first(protected, "prevalence", table_id, language)


def models_by_district(protected: Protected, *, language: str, table_id: str | None = None) -> Chart:
    """Draw one panel a model: districts, the two sides, the whole country."""
    return draw_first(protected, "districts", table_id, language)


def likert(protected: Protected, *, language: str, table_id: str | None = None) -> Chart:
    """Draw a distribution of answers as bars of 100 %."""
    return draw_first(protected, "likert", table_id, language)


def cooperation_by_number_of_models(
    protected: Protected, *, language: str, table_id: str | None = None
) -> Chart:
    """Draw the favourable share by the number of agreed models."""
    return draw_first(protected, "number_of_models", table_id, language)


def waves(protected: Protected, *, language: str, table_id: str | None = None) -> Chart:
    """Draw shares over the waves."""
    return draw_first(protected, "waves", table_id, language)


def tiles(protected: Protected, *, language: str, table_id: str | None = None) -> Chart:
    """Draw the tile grid of the county areas."""
    return draw_first(protected, "tiles", table_id, language)


def dots(protected: Protected, *, language: str, table_id: str | None = None) -> Chart:
    """Draw a share by one or two variables."""
    return draw_first(protected, "dots", table_id, language)


def forest(protected: Protected, *, language: str, table_id: str | None = None) -> Chart:
    """Draw the difference that goes with each model: by itself, and at equal other models."""
    return draw_first(protected, "forest", table_id, language)


def profile(protected: Protected, *, language: str, table_id: str | None = None, area: str = "") -> Chart:
    """Draw districts against the others together: all of them, or the one whose code id is ``area``."""
    return draw_first(protected, "profile", table_id, language, **({"area": area} if area else {}))


def reversal(protected: Protected, *, language: str, table_id: str | None = None) -> Chart:
    """Draw the gap of two groups in every wave, and which of them leads."""
    return draw_first(protected, "reversal", table_id, language)


def ranks(protected: Protected, *, language: str, table_id: str | None = None) -> Chart:
    """Draw the ranks of districts with their intervals; a table of profiles has them too."""
    if table_id is None:
        asked = ("ranks", "profile")
        kinds = {name: table.analysis.chart for name, table in protected.tables.items()}
        table_id = next((name for kind in asked for name in kinds if kinds[name] == kind), None)
    return draw_first(protected, "ranks", table_id, language)


def scatter(protected: Protected, *, language: str, table_id: str | None = None) -> Chart:
    """Draw districts by their mean number of models and how cooperation is judged."""
    return draw_first(protected, "scatter", table_id, language)
