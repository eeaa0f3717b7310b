"""The tasks in svy (optional): it takes Polars frames."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import svy

from benchmarks.engines.responses import BATTERY, load

Call = Callable[[], float]
CELLS = ["district", "group"]
COVARIATES = ("district", "group")


def _sample(frame: pl.DataFrame) -> Any:  # noqa: ANN401 - svy is not installed where types are checked
    return svy.Sample(frame, svy.Design(stratum="stratum", psu="psu", wgt="weight"))


def _errors(found: Any) -> float:  # noqa: ANN401 - as above
    parts = found if isinstance(found, list) else [found]
    return float(sum(part.to_polars()["se"].sum() for part in parts))


def _table(frame: pl.DataFrame) -> Call:
    sample = _sample(frame)
    return lambda: _errors(sample.estimation.mean("good", by=CELLS))


def _battery(frame: pl.DataFrame) -> Call:
    sample = _sample(frame)
    return lambda: _errors(sample.estimation.mean(list(BATTERY), by=CELLS))


def _rao_scott(frame: pl.DataFrame) -> Call:
    sample = _sample(frame)
    return lambda: float(sample.categorical.tabulate("group", "score").stats.f.value)


def _logistic(frame: pl.DataFrame) -> Call:
    sample = _sample(frame)
    x = [*(svy.Cat(name) for name in COVARIATES), "model"]
    return lambda: float(sum(c.se for c in sample.glm.fit("good", x=x, family="binomial").coefs))


def _bootstrap(frame: pl.DataFrame) -> Call:
    def call() -> float:
        sample = _sample(frame).weighting.create_bs_wgts(500)
        return _errors(sample.estimation.mean("good", by=CELLS, method="replication"))

    return call


TASKS: dict[str, Callable[[pl.DataFrame], Call]] = {
    "table": _table,
    "battery": _battery,
    "rao_scott": _rao_scott,
    "logistic": _logistic,
    "bootstrap": _bootstrap,
}


def read(folder: Path) -> pl.DataFrame:
    """Return the responses as a Polars frame."""
    return pl.DataFrame(load(folder))
