"""Estimates of a survey, each call with the joint covariance of all its rows."""

from barometri.estimation.contrasts import contrast
from barometri.estimation.verbs import mean, proportion, ratio, total

__all__ = ["contrast", "mean", "proportion", "ratio", "total"]
