"""Fits with few clusters: CR2 covariance, Satterthwaite's degrees of freedom, and joint tests."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from barometri.errors import DesignError
from barometri.inference.cluster_robust import cluster_robust, hotelling_test
from barometri.inference.tested import NAN, HypothesisTest, chi_squared_tail, f_tail
from barometri.inference.working_model import Working
from barometri.regression.records import Model, RegressionFit
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]


class _Rows(NamedTuple):
    """Every respondent of a linear fit."""

    x: FloatArray
    residuals: FloatArray
    weights: FloatArray
    cluster: npt.NDArray[np.int64]


def few_clusters(model: Model, survey: Survey, working: Working) -> tuple[FloatArray, FloatArray]:
    """CR2 covariance of a linear fit and the degrees of freedom of its coefficients.

    Raises
    ------
    DesignError
        No clusters, or strata or a finite population correction, for which CR2 is not.
    """
    stage = model.sample.respondents.stages[0]
    if survey.coded.elements and len(survey.coded.stages) == 1:
        raise DesignError(
            'se="cr2" needs clusters: a design with psu, or clusters="area" in a study whose roles name a '
            "unit or an area."
        )
    if len(stage.strata.units) > 1 or np.any(stage.strata.fraction > 0):
        raise DesignError(
            'se="cr2" is for a design without strata and without finite population correction; choose '
            'clusters="area", or se="linearized".'
        )
    found = cluster_robust(*_rows(model), working=working)
    return found.covariance, found.df


def clustered_test(fit: RegressionFit, matrix: FloatArray, null: str, working: Working) -> HypothesisTest:
    """Test jointly that combinations of the coefficients, shape (r, q), are 0: the approximate Hotelling."""
    rows = _rows(fit.model)
    found = hotelling_test(*rows, coefficients=fit.coefficients, contrasts=matrix, working=working)
    bottom = found.denominator_df
    chi_square = found.f * found.df * (bottom + found.df - 1) / bottom if bottom > 0 else NAN
    known = bool(np.isfinite(found.f))
    return HypothesisTest(
        "hotelling",
        null,
        found.f,
        float(f_tail(found.f, found.df, bottom)) if known else NAN,
        "F",
        float(found.df),
        bottom,
        fit.n,
        reason="" if known else "not_estimable: few degrees of freedom",
        detail={
            "chi_square": chi_square,
            "p_chi_square": float(chi_squared_tail(chi_square, found.df)),
        },
    )


def _rows(model: Model) -> _Rows:
    sample = model.sample
    x = model.x[sample.pattern]
    unit = sample.respondents.stages[0].unit
    return _Rows(x, sample.outcome - x @ model.fit.slopes, sample.weight, unit)
