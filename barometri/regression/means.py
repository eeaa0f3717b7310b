"""Predictions of a fit and their derivatives by the coefficients."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from barometri.errors import OptionError
from barometri.inference.links import LINKS
from barometri.inference.ordinal import threshold_matrix
from barometri.regression.records import Model, RegressionFit

FloatArray = npt.NDArray[np.float64]
GOOD = "good"


def _identity(eta: FloatArray) -> tuple[FloatArray, FloatArray]:
    return eta, np.ones(len(eta))


def _logistic(eta: FloatArray) -> tuple[FloatArray, FloatArray]:
    return np.asarray(special.expit(eta)), np.asarray(special.expit(eta) * special.expit(-eta))


def _exponential(eta: FloatArray) -> tuple[FloatArray, FloatArray]:
    return np.asarray(np.exp(eta)), np.asarray(np.exp(eta))


INVERSES: Mapping[str, Callable[[FloatArray], tuple[FloatArray, FloatArray]]] = MappingProxyType(
    {"linear": _identity, "logistic": _logistic, "poisson": _exponential}
)
"""Kind of fit to the mean, and its derivative, at a linear predictor."""


def means_of(
    fit: RegressionFit, frame: pd.DataFrame, categories: str | Sequence[str] = "all"
) -> tuple[FloatArray, FloatArray]:
    """Predict at covariates.

    Parameters
    ----------
    fit
        A regression with estimates.
    frame
        Covariates, coded as the fit's, R rows.
    categories
        Of an ordinal answer: ``all``, ``good``, or names.

    Returns
    -------
    tuple of numpy.ndarray
        Means, shares or rates, shape (R, C), and their derivatives by the coefficients, shape (R, C, q).
        C is 1 but for ordinal answers.
    """
    model = fit.model
    matrix = model.coding.matrix(frame)
    x = matrix[:, model.kept]
    if fit.kind == "ordinal":
        return _shares(model, x, matrix[:, model.moved], _chosen(fit, categories))
    eta = x @ model.fit.slopes
    mean, slope = INVERSES[fit.kind](eta)
    return mean[:, None], (x * slope[:, None])[:, None, :]


def category_names(fit: RegressionFit, categories: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names of the predicted categories; none but for ordinal answers."""
    if fit.kind != "ordinal":
        return ()
    if categories == "all":
        return _present(fit)
    return (categories,) if isinstance(categories, str) else tuple(categories)


def _present(fit: RegressionFit) -> tuple[str, ...]:
    return tuple(fit.model.sample.levels[int(code)] for code in np.unique(fit.model.sample.outcome))


def _chosen(fit: RegressionFit, categories: str | Sequence[str]) -> FloatArray:
    """Which of the categories that occur each wanted one holds, shape (C, K)."""
    present = _present(fit)
    question = fit.model.question
    rows = []
    for name in category_names(fit, categories):
        wanted = {name}
        if name == GOOD and name not in present and question is not None and question.good:
            wanted = {code.id for code in question.substantive if code.value in question.good}
        elif name not in present:
            raise OptionError(f"{name!r} is no category of the answer; they are {', '.join(present)}.")
        rows.append([1.0 if own in wanted else 0.0 for own in present])
    return np.array(rows)


def _shares(
    model: Model, x: FloatArray, moved: FloatArray, chosen: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Shares of the chosen categories, and their derivatives, from the limits between the categories."""
    link = LINKS[model.link]
    by_limit = _limit_slopes(threshold_matrix(chosen.shape[1] - 1, model.thresholds), x, moved)
    limits = by_limit @ model.fit.parameters
    if np.any(np.diff(limits, axis=1) <= 0):
        names = ", ".join(model.coding.names[place] for place in model.moved)
        raise OptionError(
            f"With effects of {names} on each threshold, some predicted shares would be negative: thresholds "
            "cross at covariates that few or no respondents have. Predict elsewhere, or leave nominal out."
        )
    edge = np.full((len(x), 1), np.inf)
    padded = np.hstack([-edge, limits, edge])
    share = link.difference(padded[:, 1:], padded[:, :-1])
    below = link.density(limits)[:, :, None] * by_limit  # of the share at or below each cut
    slope = np.diff(np.pad(below, ((0, 0), (1, 1), (0, 0))), axis=1)
    return share @ chosen.T, np.einsum("ck,rkq->rcq", chosen, slope)


def _limit_slopes(basis: FloatArray, x: FloatArray, moved: FloatArray) -> FloatArray:
    """Differentiate the limits by the parameters, shape (R, cuts, q): they are linear in them.

    Parameters are thresholds, then for each column that moves thresholds apart its effect on every cut, then
    slopes.
    """
    cuts, own = basis.shape
    first = own + cuts * moved.shape[1]
    result = np.zeros((len(x), cuts, first + x.shape[1]))
    result[:, :, :own] = basis
    place = np.arange(cuts)
    for column, values in enumerate(moved.T):
        result[:, place, own + column * cuts + place] = values[:, None]
    result[:, :, first:] = -x[:, None, :]
    return result
