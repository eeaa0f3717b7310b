"""Estimates of a survey, each call with the joint covariance of all its rows."""

from barometri.estimation.contrasts import contrast
from barometri.estimation.quantiles import quantile
from barometri.estimation.spread import effective_size, population_variance
from barometri.estimation.targets import Base
from barometri.estimation.verbs import mean, proportion, ratio, total

__all__ = [
    "Base",
    "contrast",
    "effective_size",
    "mean",
    "population_variance",
    "proportion",
    "quantile",
    "ratio",
    "total",
]
