"""Weighted regressions of answers on covariates, under the survey's design."""

from barometri.regression.likelihood import profile_intervals, scale_tests
from barometri.regression.margins import marginal_effects, predicted, standardise
from barometri.regression.parallel import brant_test
from barometri.regression.records import BrantTest, RegressionFit
from barometri.regression.terms import wald_test
from barometri.regression.verbs import (
    linear_regression,
    logistic_regression,
    ordinal_regression,
    poisson_regression,
)

__all__ = [
    "BrantTest",
    "RegressionFit",
    "brant_test",
    "linear_regression",
    "logistic_regression",
    "marginal_effects",
    "ordinal_regression",
    "poisson_regression",
    "predicted",
    "profile_intervals",
    "scale_tests",
    "standardise",
    "wald_test",
]
