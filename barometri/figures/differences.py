"""Effects of protected results as cells of a chart: signed differences, their flags and their words."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import pandas as pd

from barometri.disclosure.protected import ProtectedEffect
from barometri.figures.reading import Cell, Reading
from barometri.texts import Texts

_LEVEL: Final = 0.05
_NAN: Final = float("nan")
_MARK: Final = "mark"


@dataclass(frozen=True, slots=True)
class Difference:
    """An effect as a cell, with its p values as they may be published."""

    cell: Cell
    p: str
    adjusted: str

    @property
    def is_apart(self) -> bool:
        """Whether it is shown to be other than 0 after adjustment for the family."""
        return self.cell.shown and below_level(self.adjusted)


def below_level(p_text: str) -> bool:
    """Whether a published p value is below .05; one that rounds to .05 is not.

    Examples
    --------
    >>> [below_level(text) for text in ("<.01", ".04", ".05", "1.00", "")]
    [True, True, False, False, False]
    """
    return bool(p_text) and (p_text.startswith("<") or float(p_text) < _LEVEL)


def differences(reading: Reading, name: str) -> list[Difference]:
    """Return the effects of one name of a table, keyed by what they are about."""
    return [difference(effect) for effect in reading.table.effects if effect.name == name]


def difference(effect: ProtectedEffect) -> Difference:
    """Return an effect as a cell."""
    keys = {key: value for key, value in effect.about.items() if key != _MARK}
    n = float(effect.n) if effect.n else _NAN
    mark = effect.about.get(_MARK, "")
    numbers = (effect.estimate, effect.ci_low, effect.ci_high)
    cell = Cell(keys, *numbers, n, _NAN, effect.status, mark)
    return Difference(cell, effect.p_text, effect.adjusted_p_text)


def hundredfold(value: float) -> float:
    """Return a share as per cent, without the last digits of its fraction."""
    return float(Decimal(repr(float(value))) * 100)


@dataclass(frozen=True, slots=True)
class Measured:
    """How differences of one kind are written: in percentage points (``shares``), or in points of a scale."""

    texts: Texts
    shares: bool

    def value(self, value: float) -> str:
        """Return a difference with its sign."""
        if self.shares:
            return self.texts.number(hundredfold(value), 0, sign=True)
        return self.texts.number(value, 2, sign=True)

    def tick(self, value: float) -> str:
        """Return the number at a tick."""
        if self.shares:
            return self.texts.number(hundredfold(value), 0, sign=True)
        return self.texts.number(value, 0 if value % 1 == 0 else 1, sign=True)

    def interval(self, cell: Cell) -> str:
        """Return the interval of a difference."""
        if self.shares:
            return self.texts.range(hundredfold(cell.low), hundredfold(cell.high), 0)
        return self.texts.range(cell.low, cell.high, 2)

    def with_interval(self, cell: Cell) -> str:
        """Return a difference with its flag and its interval in brackets."""
        value = self.value(cell.estimate) + cell.flag
        if math.isnan(cell.low) or math.isnan(cell.high):
            return value
        return self.texts.text("difference.value", value=value, interval=self.interval(cell))

    @property
    def axis(self) -> str:
        """What stands under the axis."""
        return self.texts.text("difference.axis_points" if self.shares else "difference.axis_score")


def frame(
    reading: Reading, drawn: Iterable[Difference], *, names: Mapping[str, Mapping[str, str]] | None = None
) -> pd.DataFrame:
    """Return what was drawn, with both p values; ``names`` labels keys that the codebook does not know."""
    listed = list(drawn)
    data = reading.data(one.cell for one in listed)
    for key, labels in (names or {}).items():
        if key in data:
            data[f"{key}_label"] = data[key].map(dict(labels))
    return data.drop(columns="n_weighted", errors="ignore").assign(
        p=[one.p for one in listed], adjusted_p=[one.adjusted for one in listed]
    )


def base_of(drawn: Iterable[Difference]) -> int:
    """Return the largest base of some differences: the respondents that they rest on."""
    return int(max((one.cell.n for one in drawn if one.cell.shown), default=0))


def held(reading: Reading, variables: Iterable[str]) -> str:
    """Return the words for what differences are held equal in, empty when nothing is."""
    names = [reading.texts.lowered(reading.names.variable(name)) for name in variables]
    return reading.texts.text("difference.held", variables=reading.texts.listing(names)) if names else ""


def judged_question(reading: Reading) -> str:
    """Return the question that an analysis of models or districts is about: its own, else the study's."""
    items = [name for name in reading.table.analysis.items if name in reading.study.codebook]
    return items[0] if items else reading.study.roles.outcome
