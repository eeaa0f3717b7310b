"""The floor: the sums that no implementation can do without, by numpy's bincount on codes already there."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.engines.responses import BATTERY, DISTRICTS, GROUPS, load

Columns = dict[str, NDArray[np.int64] | NDArray[np.float64]]
Call = Callable[[], float]
CELLS, SCORES = DISTRICTS * GROUPS, 5


def _cell(columns: Columns) -> NDArray[np.int64]:
    return (columns["psu"] * CELLS + columns["district"] * GROUPS + columns["group"]).astype(np.int64)


def _sums(code: NDArray[np.int64], *values: NDArray[np.float64]) -> float:
    found = [np.bincount(code), *(np.bincount(code, value) for value in values)]
    return float(found[-1][0])


def _table(columns: Columns) -> Call:
    cell, w = _cell(columns), columns["weight"].astype(np.float64)
    wy = w * columns["good"]
    return lambda: _sums(cell, w, wy)


def _battery(columns: Columns) -> Call:
    cell, w = _cell(columns), columns["weight"].astype(np.float64)
    products = [w * columns[name] for name in BATTERY]
    return lambda: _sums(cell, w, *products)


def _rao_scott(columns: Columns) -> Call:
    wide = GROUPS * SCORES
    cell = (columns["psu"] * wide + columns["group"] * SCORES + columns["score"] - 1).astype(np.int64)
    w = columns["weight"].astype(np.float64)
    return lambda: _sums(cell, w)


def _patterns(columns: Columns) -> Call:
    cell = _cell(columns) * 2 + columns["model"].astype(np.int64)
    cell = cell * SCORES + columns["score"].astype(np.int64) - 1
    w = columns["weight"].astype(np.float64)
    return lambda: _sums(cell, w)


def _bootstrap(columns: Columns) -> Call:
    cell, w = _cell(columns), columns["weight"].astype(np.float64)
    wy = w * columns["good"]
    units = int(columns["psu"].max()) + 1
    size = units * CELLS
    factors = np.random.default_rng(1).uniform(0.0, 2.0, (500, units))

    def call() -> float:
        top, bottom = (np.bincount(cell, v, minlength=size).reshape(-1, CELLS) for v in (wy, w))
        return float(np.std((factors @ top) / (factors @ bottom), axis=0).sum())

    return call


TASKS: dict[str, Callable[[Columns], Call]] = {
    "table": _table,
    "battery": _battery,
    "rao_scott": _rao_scott,
    "logistic": _patterns,
    "ordinal": _patterns,
    "bootstrap": _bootstrap,
}
read: Callable[[Path], Columns] = load
