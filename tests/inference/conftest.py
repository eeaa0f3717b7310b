"""Stored values of other software, and the arrays that belong to them."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from tests.inference.samples import Cases, Sample, sample_of

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="session")
def reference() -> Callable[[str], Cases]:
    """Values of a stored set by the id of their case."""

    def load(name: str) -> Cases:
        stored = json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))
        return {case["id"]: case["values"] for case in stored["cases"]}

    return load


@pytest.fixture(scope="session")
def table() -> Callable[[str], pd.DataFrame]:
    """A stored data file."""

    def load(name: str) -> pd.DataFrame:
        return pd.read_csv(REFERENCE / name)

    return load


@pytest.fixture(scope="session")
def school_sample(table: Callable[[str], pd.DataFrame]) -> Callable[[str], Sample]:
    """The school samples by the prefix that their cases carry."""

    def load(prefix: str) -> Sample:
        kind = prefix.removesuffix("_nofpc")
        frame = table(f"api{kind}.csv")
        return sample_of(
            frame,
            frame["pw"].to_numpy(dtype=float),
            unit="dnum" if kind == "clus1" else None,
            stratum=frame["stype"] if kind == "strat" else None,
            population=None if prefix.endswith("_nofpc") else frame["fpc"],
        )

    return load


@pytest.fixture(scope="session")
def last_wave(table: Callable[[str], pd.DataFrame]) -> Callable[..., tuple[Sample, NDArray[np.bool_]]]:
    """The simulated waves, with the last one as a domain: by strata with or without FPC, or by area."""

    def load(*, unit: str | None = None, corrected: bool = True) -> tuple[Sample, NDArray[np.bool_]]:
        frame = table("sosbar_sim.csv")
        cells = frame["wave"].astype(str) + frame["district"] + frame["group"]
        weight = (frame["N_h"] / cells.groupby(cells).transform("size")).to_numpy(dtype=float)
        sample = sample_of(
            frame,
            weight,
            unit=unit,
            stratum=None if unit else cells,
            population=frame["N_h"] if corrected and not unit else None,
        )
        return sample, (frame["wave"] == frame["wave"].max()).to_numpy()

    return load
