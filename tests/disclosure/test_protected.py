"""What the types below the line say of themselves."""

import math
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from barometri.disclosure.protected import (
    SHOWN,
    Hidden,
    ProtectedClaim,
    ProtectedEffect,
    ProtectedFigure,
    ProtectedPart,
    ProtectedTable,
    ProtectedWave,
)
from barometri.estimates import VALUE_COLUMNS
from barometri.results import SameAsPublished, Verdict
from barometri.study.claim import Claim, PublishedFigure
from barometri.study.plan import Analysis

CLAIM = Claim("C", "quantity", (2021,), ("cooperation",), {}, "f")


def part(name: str, estimate: float, role: Any = "side") -> ProtectedPart:  # noqa: ANN401 - a literal
    return ProtectedPart(name, role, estimate, 0.1, 0.2, 50.0, "", "", "share", None, {}, SHOWN)


def claim(*parts: ProtectedPart) -> ProtectedClaim:
    return ProtectedClaim(
        CLAIM, Verdict.SUPPORTED, 0.1, 0.0, 0.2, 50.0, 40.0, ".03", "", "points", 0.95, "t", parts
    )


def test_what_is_not_said_is_not_claimed() -> None:
    """Numbers are missing, nothing is comparable and no rule was set aside until it is said so."""
    known = claim()
    assert math.isnan(known.side("left"))
    assert math.isnan(known.power)
    assert (known.same_as_published, known.reason, known.beside) == (SameAsPublished.NOT_COMPARABLE, "", ())
    wave = ProtectedWave(2021, 9.0, "d", "", has_weights=True, response_rate=None)
    assert math.isnan(wave.effective_n)
    assert math.isnan(wave.deff)
    assert wave.weighting == ()
    assert Hidden("t", 4, 1, 2).aside is False
    assert (
        ProtectedFigure(PublishedFigure("a", 2021, "x", 0.4, 0.01), 0.4, 9.0, SameAsPublished.YES).reason
        == ""
    )
    effect = ProtectedEffect("gap", 0.1, 0.0, 0.2, 50, ".03", "t", "no gap", SHOWN)
    assert (effect.adjusted_for, effect.adjusted_p_text, effect.about) == ((), "", {})


def test_the_keys_of_a_table_are_what_is_no_number_and_no_mark() -> None:
    columns = ["wave", "item", "group", *VALUE_COLUMNS, "status", "mark"]
    frame = pd.DataFrame([dict.fromkeys(columns, "")])
    table = ProtectedTable(Analysis(id="t", verb="mean"), "mean", ("group",), frame, "srs")
    assert table.keys == ("wave", "item", "group")
    assert replace(table, frame=frame[["estimate", "group"]]).keys == ("group",)


@pytest.mark.parametrize(("name", "estimate"), [("left", 0.3), ("right", 0.4), ("middle", None)])
def test_a_side_is_found_by_its_name_among_sides_alone(name: str, estimate: float | None) -> None:
    """The first of a name counts; a sensitivity or a test of the same name is no side."""
    known = claim(
        part("left", 0.1, "sensitivity"), part("middle", 0.2, "test"), part("left", 0.3), part("right", 0.4),
        part("left", 0.5),
    )  # fmt: skip
    found = known.side(name)
    assert math.isnan(found) if estimate is None else found == estimate
