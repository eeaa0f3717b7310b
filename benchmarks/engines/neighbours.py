"""The fallback peers: pandas, scipy and statsmodels do part of each task, without the design's errors."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.stats import chi2_contingency

from benchmarks.engines.responses import BATTERY, load

Call = Callable[[], float]
KEYS = ["stratum", "psu", "district", "group"]


def _grouped(frame: pd.DataFrame, names: list[str]) -> Call:
    table = frame[KEYS].assign(
        weight=frame["weight"], **{name: frame["weight"] * frame[name] for name in names}
    )
    return lambda: float(table.groupby(KEYS).sum().to_numpy()[0, 0])


def _independence(frame: pd.DataFrame) -> Call:
    def call() -> float:
        counts = pd.crosstab(frame["group"], frame["score"], values=frame["weight"], aggfunc="sum")
        return float(chi2_contingency(counts).statistic)

    return call


def _logistic(frame: pd.DataFrame) -> Call:
    dummies = pd.get_dummies(frame[["district", "group"]].astype("category"), drop_first=True, dtype=float)
    x = np.column_stack([np.ones(len(frame)), dummies.to_numpy(), frame["model"].to_numpy()])
    y, w = frame["good"].to_numpy(), frame["weight"].to_numpy()
    return lambda: float(sm.GLM(y, x, family=sm.families.Binomial(), var_weights=w).fit().params.sum())


TASKS: dict[str, Callable[[pd.DataFrame], Call]] = {
    "table": lambda frame: _grouped(frame, ["good"]),
    "battery": lambda frame: _grouped(frame, list(BATTERY)),
    "rao_scott": _independence,
    "logistic": _logistic,
}


def read(folder: Path) -> pd.DataFrame:
    """Return the responses as an analyst has them."""
    return pd.DataFrame(load(folder))
