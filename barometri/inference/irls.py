"""Logistic and Poisson fits stopped where most software stops: when the deviance hardly changes.

Iteratively reweighted least squares (Nelder and Wedderburn 1972, JRSS A 135, 370-384) ends once the deviance
changes by less than 1e-8 of itself; standard errors then rest on the weights of the last but one step. They
carry an error of up to some 1e-6 that a full fit does not have: this is for reproducing published numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from barometri.errors import OptionError
from barometri.inference.fitting import Fit, prepare, spread_scores

FloatArray = NDArray[np.float64]
CHANGE, STEPS = 1e-8, 25


@dataclass(frozen=True, slots=True)
class _Family:
    """Start of the means from outcome and weights; mean and variance; deviance of each row."""

    start: Callable[[FloatArray, FloatArray], FloatArray]
    mean: Callable[[FloatArray], FloatArray]
    variance: Callable[[FloatArray], FloatArray]
    deviance: Callable[[FloatArray, FloatArray], FloatArray]
    link: Callable[[FloatArray], FloatArray]


def _binomial_deviance(y: FloatArray, mean: FloatArray) -> FloatArray:
    return np.asarray(2 * (special.rel_entr(y, mean) + special.rel_entr(1 - y, 1 - mean)))


def _poisson_deviance(y: FloatArray, mean: FloatArray) -> FloatArray:
    return np.asarray(2 * (special.rel_entr(y, mean) - (y - mean)))


_FAMILIES: Mapping[str, _Family] = MappingProxyType(
    {
        "logistic": _Family(
            start=lambda y, w: (w * y + 0.5) / (w + 1),
            mean=lambda eta: np.asarray(special.expit(eta)),
            variance=lambda mean: mean * (1 - mean),
            deviance=_binomial_deviance,
            link=lambda mean: np.asarray(special.logit(mean)),
        ),
        "poisson": _Family(
            start=lambda y, _: y + 0.1,
            mean=np.exp,
            variance=lambda mean: mean,
            deviance=_poisson_deviance,
            link=np.log,
        ),
    }
)


def fit_by_deviance(kind: str, y: ArrayLike, x: ArrayLike, weights: ArrayLike) -> Fit:
    """Fit by reweighted least squares until the deviance hardly changes.

    Parameters
    ----------
    kind
        ``logistic`` or ``poisson``.
    y, x, weights
        As in `fit_logistic` and `fit_poisson` of ``regression``, one row a respondent: the start depends on
        single weights, taken relative to their mean.

    Returns
    -------
    Fit
        ``information`` and ``scores`` with the weights of the last step's start.

    Raises
    ------
    OptionError
        Another kind.
    DesignError
        Weights or columns that cannot be used.

    Examples
    --------
    >>> fit = fit_by_deviance("poisson", [1, 3], [[1], [1]], [1, 1])
    >>> bool(abs(fit.slopes[0] - np.log(2)) < 1e-4)
    True
    """
    if kind not in _FAMILIES:
        raise OptionError(f'convergence="deviance" is for logistic and Poisson fits; got {kind!r}.')
    family = _FAMILIES[kind]
    matrix, w, used = prepare(x, weights)
    outcome, scale = np.asarray(y, dtype=np.float64)[used], float(w.mean())
    prior = w / scale
    eta = family.link(family.start(outcome, prior))
    mean = family.mean(eta)
    before, converged, step = np.inf, False, 0
    while True:
        step += 1
        variance = family.variance(mean)
        root = np.sqrt(prior * variance)
        target = (eta + (outcome - mean) / variance) * root
        b = np.asarray(np.linalg.lstsq(matrix * root[:, None], target, rcond=None)[0], dtype=np.float64)
        eta = matrix @ b
        mean = family.mean(eta)
        deviance = float(prior @ family.deviance(outcome, mean))
        converged = abs(deviance - before) / (abs(deviance) + 0.1) < CHANGE
        if converged or step == STEPS:
            break
        before = deviance
    information = (matrix * (prior * variance)[:, None]).T @ matrix
    ratio = variance / family.variance(mean)
    none = np.zeros(0)
    return Fit(
        kind=kind,
        slopes=b,
        thresholds=none,
        categories=none.astype(np.int64),
        information=np.asarray(information) * scale,
        scores=spread_scores(matrix * (ratio * (outcome - mean))[:, None], used),
        weights=np.asarray(weights, dtype=np.float64),
        log_likelihood=-0.5 * deviance * scale,
        iterations=step,
        converged=converged,
    )
