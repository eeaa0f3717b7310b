"""Protected results in, charts out: figures draw and never compute. Importing this loads no matplotlib."""

from importlib import import_module
from typing import TYPE_CHECKING

from barometri.boundary import public

if TYPE_CHECKING:
    from barometri.figures.chart import Chart
    from barometri.figures.drawing import draw
    from barometri.figures.named import (
        cooperation_by_number_of_models,
        dots,
        forest,
        likert,
        models_by_district,
        prevalence,
        profile,
        ranks,
        reversal,
        scatter,
        tiles,
        waves,
    )
    from barometri.figures.saving import save

_HOMES = {
    "Chart": "chart",
    "draw": "drawing",
    "save": "saving",
    "cooperation_by_number_of_models": "named",
    "dots": "named",
    "forest": "named",
    "likert": "named",
    "models_by_district": "named",
    "prevalence": "named",
    "profile": "named",
    "ranks": "named",
    "reversal": "named",
    "scatter": "named",
    "tiles": "named",
    "waves": "named",
}

__all__ = [
    "Chart",
    "cooperation_by_number_of_models",
    "dots",
    "draw",
    "forest",
    "likert",
    "models_by_district",
    "prevalence",
    "profile",
    "ranks",
    "reversal",
    "save",
    "scatter",
    "tiles",
    "waves",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for."""
    if name in _HOMES:
        return public(getattr(import_module(f"barometri.figures.{_HOMES[name]}"), name))
    message = f"module 'barometri.figures' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
