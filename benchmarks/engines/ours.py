"""The tasks in this package: a survey is described once, then one verb answers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import barometri as bm
from barometri.estimates import Estimates
from barometri.testing import rao_scott
from benchmarks.engines.responses import BATTERY, load

CELLS = ["district", "group"]
COVARIATES = "C(district) + C(group) + model"
Call = Callable[[], float]


def _survey(frame: pd.DataFrame) -> bm.Survey:
    return bm.Survey(frame, bm.SurveyDesign(weight="weight", stratum="stratum", psu="psu"))


def _errors(found: Estimates) -> float:
    return float(found.frame["se"].sum())


def _table(frame: pd.DataFrame) -> Call:
    survey = _survey(frame)
    return lambda: _errors(bm.proportion(survey, "good", by=CELLS, categories=[1]))


def _battery(frame: pd.DataFrame) -> Call:
    survey = _survey(frame)
    return lambda: _errors(bm.proportion(survey, list(BATTERY), by=CELLS, categories=[1]))


def _rao_scott(frame: pd.DataFrame) -> Call:
    survey = _survey(frame)
    return lambda: rao_scott(survey, "group", "score").statistic


def _logistic(frame: pd.DataFrame) -> Call:
    survey = _survey(frame)
    return lambda: float(
        np.sqrt(np.diag(bm.logistic_regression(survey, f"good ~ {COVARIATES}").covariance)).sum()
    )


def _ordinal(frame: pd.DataFrame) -> Call:
    survey = _survey(frame)
    return lambda: float(
        np.sqrt(np.diag(bm.ordinal_regression(survey, f"score ~ {COVARIATES}").covariance)).sum()
    )


def _bootstrap(frame: pd.DataFrame, *, replicates: int = 500) -> Call:
    survey = _survey(frame)

    def call() -> float:
        replicated = bm.replicate(survey, replicates=replicates, generator=np.random.default_rng(1))
        return _errors(bm.proportion(replicated, "good", by=CELLS, categories=[1]))

    return call


TASKS: dict[str, Callable[[pd.DataFrame], Call]] = {
    "table": _table,
    "battery": _battery,
    "rao_scott": _rao_scott,
    "logistic": _logistic,
    "ordinal": _ordinal,
    "bootstrap": _bootstrap,
    "bootstrap_2000": lambda frame: _bootstrap(frame, replicates=2000),
}


def read(folder: Path) -> pd.DataFrame:
    """Return the responses as an analyst has them."""
    return pd.DataFrame(load(folder))
