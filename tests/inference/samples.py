"""Rows of a file with the codes of their sampling design, for the tests of this room."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometri.inference.linearization import Strata, make_strata

Floats = NDArray[np.float64]
Cases = dict[str, Any]
Load = Callable[[str], Any]


@dataclass(frozen=True)
class Sample:
    """A file's rows with the codes of their design."""

    frame: pd.DataFrame
    weight: Floats
    unit: NDArray[np.int64]
    unit_stratum: NDArray[np.int64]
    strata: Strata

    @property
    def row_stratum(self) -> NDArray[np.int64]:
        return self.unit_stratum[self.unit]

    def by_unit(self, values: Floats) -> Floats:
        """Sums of the rows by sampling unit, shape (P, m)."""
        sums = np.zeros((len(self.unit_stratum), values.shape[1]))
        np.add.at(sums, self.unit, values)
        return sums

    def by_stratum(self, values: Floats) -> Floats:
        """Sums of the rows by stratum, shape (H, ...)."""
        sums = np.zeros((len(self.strata.units), *values.shape[1:]))
        np.add.at(sums, self.row_stratum, values)
        return sums


def sample_of(
    frame: pd.DataFrame,
    weight: Floats,
    *,
    unit: str | None = None,
    stratum: pd.Series | None = None,
    population: pd.Series | None = None,
) -> Sample:
    rows = np.arange(len(frame))
    units = rows if unit is None else pd.factorize(frame[unit])[0]
    strata = np.zeros(len(frame), dtype=np.int64) if stratum is None else pd.factorize(stratum)[0]
    first = np.unique(units, return_index=True)[1]
    counts = np.bincount(strata[first])
    fraction = None
    if population is not None:
        fraction = counts / population.to_numpy()[np.unique(strata, return_index=True)[1]]
    return Sample(frame, weight, units.astype(np.int64), strata[first], make_strata(counts, fraction))
