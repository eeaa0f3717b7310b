"""What a changed copy of a survey need not make anew."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from barometri.survey.design import SurveyDesign

CODED, DRAWN, VARIABLES = "coded", "drawn", "variables"
CELLS = ("pairs", "ties")  # each begins with the names of the variables that it was made from


def without_column(kept: Mapping[str, Any], changed: str) -> dict[str, Any]:
    """Return what stays when one variable that is not the design's is added or replaced.

    Examples
    --------
    >>> without_column({"codes:x": 1, "codes:y": 2, "pairs": (("x",),)}, "x")
    {'codes:y': 2}
    """
    return {
        key: value
        for key, value in kept.items()
        if key != VARIABLES
        and key.partition(":")[2] != changed
        and not (key in CELLS and changed in value[0])
    }


def with_design(kept: Mapping[str, Any], old: SurveyDesign, new: SurveyDesign) -> dict[str, Any]:
    """Return what stays under another design: codes need the same weights, the draw only its own columns.

    Examples
    --------
    >>> design = SurveyDesign(weight="w")
    >>> with_design({"codes:x": 1, "coded": 2, "drawn": 3}, design, replace(design, stratum="h"))
    {}
    """
    if _draw(old) != _draw(new):
        return {}
    if old.adjustments != new.adjustments:
        return {DRAWN: kept[DRAWN]} if DRAWN in kept else {}
    return {key: value for key, value in kept.items() if key not in (CODED, *CELLS)}


def _draw(design: SurveyDesign) -> SurveyDesign:
    return replace(design, replicates=None, adjustments=())
