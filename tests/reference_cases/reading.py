"""Reading of the reference sets: cases, data, the surveys that R's design objects describe."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.survey import Survey, SurveyDesign

REFERENCE = Path(__file__).parent.parent / "reference"
DESIGNS = {
    "dsrs": ("apisrs", SurveyDesign(weight="pw", fpc="fpc")),
    "dsrs_nofpc": ("apisrs", SurveyDesign(weight="pw")),
    "dstrat": ("apistrat", SurveyDesign(weight="pw", stratum="stype", fpc="fpc")),
    "dstrat_nofpc": ("apistrat", SurveyDesign(weight="pw", stratum="stype")),
    "dclus1": ("apiclus1", SurveyDesign(weight="pw", psu="dnum", fpc="fpc")),
    "dclus1_nofpc": ("apiclus1", SurveyDesign(weight="pw", psu="dnum")),
}
Case = dict[str, Any]


@cache
def load_cases(name: str) -> tuple[Case, ...]:
    """Return the cases of a set."""
    return tuple(json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))["cases"])


@cache
def frame(name: str) -> pd.DataFrame:
    """Return a data set, by its name without suffix."""
    return pd.read_csv(REFERENCE / f"{name.removesuffix('.csv')}.csv")


@cache
def survey(name: str) -> Survey:
    """Return the survey that a design object of the API samples describes."""
    data, design = DESIGNS[name]
    return Survey(frame(data), design)


def assert_close(found: object, expected: object, tolerance: float, *, where: str = "") -> int:
    """Compare every number, at a tolerance relative to the largest of its vector; return how many."""
    if isinstance(expected, dict):
        assert isinstance(found, dict), where
        assert set(found) == set(expected), (where, sorted(found), sorted(expected))
        if expected and all(isinstance(value, (int, float)) for value in expected.values()):
            keys = list(expected)
            return assert_close([found[k] for k in keys], [expected[k] for k in keys], tolerance, where=where)
        return sum(
            assert_close(found[key], value, tolerance, where=f"{where}.{key}")
            for key, value in expected.items()
        )
    if isinstance(expected, str) or (
        isinstance(expected, list) and expected and isinstance(expected[0], str)
    ):
        assert found == expected, where
        return 0
    wanted: npt.NDArray[np.float64] = np.asarray(expected, dtype=np.float64)
    got = np.asarray(found, dtype=np.float64)
    assert got.shape == wanted.shape, (where, got.shape, wanted.shape)
    known = ~np.isnan(wanted)
    assert np.array_equal(known, ~np.isnan(got)), where
    largest = np.abs(wanted[known]).max(initial=0.0)
    assert np.all(np.abs(got[known] - wanted[known]) <= tolerance * largest), (where, got, wanted)
    return int(known.sum())
