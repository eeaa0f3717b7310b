"""Distributions behind cumulative link models: logistic, normal, and Gompertz (complementary log-log)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import special

FloatArray = NDArray[np.float64]
LinkName = Literal["logit", "probit", "cloglog"]
LINK_NAMES: tuple[str, ...] = get_args(LinkName)
Function = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Link:
    """One distribution; every function works elementwise and at infinity.

    Parameters
    ----------
    difference
        Probability between an upper and a lower limit, without loss of digits in either tail.
    density, bend
        First and second derivative of the distribution function.
    quantile
        Its inverse.
    """

    difference: Callable[[FloatArray, FloatArray], FloatArray]
    density: Function
    bend: Function
    quantile: Function


def _logistic_difference(upper: FloatArray, lower: FloatArray) -> FloatArray:
    flip = upper + lower > 0
    high, low = np.where(flip, -lower, upper), np.where(flip, -upper, lower)
    return np.asarray(special.expit(high) - special.expit(low))


def _logistic_density(at: FloatArray) -> FloatArray:
    return np.asarray(special.expit(at) * special.expit(-at))


def _logistic_bend(at: FloatArray) -> FloatArray:
    """Give f (1 - 2 F), written so that it stays exact in the tails."""
    return np.asarray(_logistic_density(at) * (special.expit(-at) - special.expit(at)))


def _normal_difference(upper: FloatArray, lower: FloatArray) -> FloatArray:
    flip = upper + lower > 0
    high, low = np.where(flip, -lower, upper), np.where(flip, -upper, lower)
    return np.asarray(special.ndtr(high) - special.ndtr(low))


def _normal_density(at: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-(at**2) / 2) / np.sqrt(2 * np.pi))


def _normal_bend(at: FloatArray) -> FloatArray:
    return np.asarray(-np.where(np.isfinite(at), at, 0.0) * _normal_density(at))


def _gompertz_difference(upper: FloatArray, lower: FloatArray) -> FloatArray:
    high, low = np.exp(np.minimum(upper, 50.0)), np.exp(np.minimum(lower, 50.0))
    return np.asarray(-np.exp(-low) * np.expm1(low - high))


def _gompertz_density(at: FloatArray) -> FloatArray:
    inside = np.minimum(at, 50.0)
    return np.asarray(np.exp(inside - np.exp(inside)))


def _gompertz_bend(at: FloatArray) -> FloatArray:
    return np.asarray(_gompertz_density(at) * -np.expm1(np.minimum(at, 50.0)))


LINKS: Mapping[str, Link] = MappingProxyType(
    {
        "logit": Link(
            _logistic_difference,
            _logistic_density,
            _logistic_bend,
            lambda p: np.asarray(special.logit(p)),
        ),
        "probit": Link(
            _normal_difference, _normal_density, _normal_bend, lambda p: np.asarray(special.ndtri(p))
        ),
        "cloglog": Link(
            _gompertz_difference,
            _gompertz_density,
            _gompertz_bend,
            lambda p: np.asarray(np.log(-np.log1p(-p))),
        ),
    }
)
"""Link name to its distribution. ``bend`` of the Gompertz is f (1 - e^x)."""
