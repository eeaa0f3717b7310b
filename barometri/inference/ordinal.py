"""Weighted cumulative link regression: the models of McCullagh (1980, JRSS B 42, 109-142).

``link P(Y <= k) = threshold_k - x b``: a positive slope moves answers towards the higher categories. The
log-likelihood is concave in thresholds and slopes (Pratt 1981, JASA 76, 103-106), so Newton's method with the
observed Hessian finds its maximum.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import DesignError, check_option
from barometri.inference.fitting import Fit, informative, newton, prepare, spread_scores
from barometri.inference.links import LINK_NAMES, LINKS, Link, LinkName

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Thresholds = Literal["flexible", "equidistant"]
THRESHOLDS: tuple[str, ...] = get_args(Thresholds)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of a cumulative link model.

    ``upper`` and ``lower`` are the derivatives of the limits of each row's category by the parameters, shape
    (R, q); where the category has no such limit the row is 0 and ``top`` or ``bottom`` is true.
    """

    upper: FloatArray
    lower: FloatArray
    top: NDArray[np.bool_]
    bottom: NDArray[np.bool_]
    offset: FloatArray
    share: FloatArray
    link: Link

    def limits(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Upper and lower limits on the scale of the link, shape (R,) each."""
        upper = np.where(self.top, np.inf, self.upper @ parameters - self.offset)
        return upper, np.where(self.bottom, -np.inf, self.lower @ parameters - self.offset)

    def value(self, parameters: FloatArray) -> float:
        """Mean log-likelihood; minus infinity where thresholds cross."""
        upper, lower = self.limits(parameters)
        if np.any(upper <= lower):
            return -np.inf
        with np.errstate(divide="ignore"):
            return float(self.share @ np.log(self.link.difference(upper, lower)))

    def parts(self, parameters: FloatArray) -> tuple[FloatArray, ...]:
        """Differentiate the log-probability by its limits: first derivatives, then second ones."""
        upper, lower = self.limits(parameters)
        chance = self.link.difference(upper, lower)
        by_upper, by_lower = self.link.density(upper) / chance, -self.link.density(lower) / chance
        bend_upper = self.link.bend(upper) / chance - by_upper**2
        bend_lower = -self.link.bend(lower) / chance - by_lower**2
        return by_upper, by_lower, bend_upper, bend_lower, -by_upper * by_lower

    def scores(self, parameters: FloatArray) -> FloatArray:
        """Differentiate each row's log-probability, shape (R, q)."""
        by_upper, by_lower, *_ = self.parts(parameters)
        return np.asarray(self.upper * by_upper[:, None] + self.lower * by_lower[:, None])

    def slopes(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient and observed information per unit of weight."""
        by_upper, by_lower, bend_upper, bend_lower, mixed = (
            part * self.share for part in self.parts(parameters)
        )
        to_upper = self.upper * bend_upper[:, None] + self.lower * mixed[:, None]
        to_lower = self.upper * mixed[:, None] + self.lower * bend_lower[:, None]
        gradient = by_upper @ self.upper + by_lower @ self.lower
        return gradient, np.asarray(-(self.upper.T @ to_upper + self.lower.T @ to_lower))


def threshold_matrix(cuts: int, thresholds: Thresholds = "flexible") -> FloatArray:
    """Thresholds as combinations of their parameters, shape (cuts, a).

    Examples
    --------
    >>> threshold_matrix(3, "equidistant")
    array([[1., 0.],
           [1., 1.],
           [1., 2.]])
    """
    check_option("thresholds", thresholds, THRESHOLDS)
    if thresholds == "flexible":
        return np.eye(cuts)
    return np.column_stack([np.ones(cuts), np.arange(cuts, dtype=np.float64)])


def _derivatives(
    code: IntArray, offset: int, thresholds: FloatArray, nominal: FloatArray, x: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the derivative of a limit by the parameters, and which rows have no such limit."""
    cuts, own = thresholds.shape
    at = code + offset
    free = (at < 0) | (at >= cuts)
    inner = np.flatnonzero(~free)
    moved = nominal.shape[1]
    result = np.zeros((len(code), own + cuts * moved + x.shape[1]))
    result[inner, :own] = thresholds[at[inner]]
    for column in range(moved):
        result[inner, own + column * cuts + at[inner]] = nominal[inner, column]
    result[inner, own + cuts * moved :] = -x[inner]
    return result, free


def _start(rows: _Rows, code: IntArray, basis: FloatArray) -> FloatArray:
    """Return thresholds of the overall shares, and no effects."""
    below = np.cumsum(np.bincount(code, weights=rows.share))[:-1].astype(np.float64)
    result = np.zeros(rows.upper.shape[1])
    result[: basis.shape[1]] = np.linalg.pinv(basis) @ rows.link.quantile(below)
    return result


def _by_row(values: ArrayLike | None, without: float, used: NDArray[np.bool_]) -> FloatArray:
    """Return values of the rows used, or the same number for all."""
    if values is None:
        return np.full(int(used.sum()), without)
    return np.asarray(values, dtype=np.float64)[used]


def fit_ordinal(
    y: ArrayLike,
    x: ArrayLike,
    weights: ArrayLike,
    *,
    link: LinkName = "logit",
    thresholds: Thresholds = "flexible",
    nominal: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    scale: ArrayLike | None = None,
) -> Fit:
    """Weighted cumulative link regression; proportional odds by default.

    Parameters
    ----------
    y
        Outcome codes, whole numbers in rising order of meaning, shape (R,).
    x
        Design matrix *without* an intercept, shape (R, p); p may be 0.
    weights
        Not negative, shape (R,); sums of weights for compressed patterns.
    link
        ``logit`` (proportional odds), ``probit`` or ``cloglog`` (proportional hazards).
    thresholds
        ``flexible``, or ``equidistant``: parameters are the first threshold and the spacing.
    nominal
        Covariates that move each threshold apart, shape (R, m); their effects, one a threshold, add to the
        thresholds and stand after them among the parameters.
    offset
        Known part of ``x b``, shape (R,).
    scale
        Positive spread of the latent answer that the limits are divided by, shape (R,).

    Returns
    -------
    Fit
        ``thresholds`` between the categories that occur, ``slopes`` as log odds ratios of a higher answer,
        observed ``information`` (thresholds first), ``scores`` by row.

    Raises
    ------
    DesignError
        Weights or columns that cannot be used, or an outcome with one value.

    Examples
    --------
    >>> import numpy as np
    >>> fit = fit_ordinal([1, 2, 3], np.zeros((3, 0)), [1, 1, 2])
    >>> fit.converged, fit.thresholds.round(6) + 0.0
    (True, array([-1.098612,  0.      ]))
    """
    check_option("link", link, LINK_NAMES)
    matrix = np.asarray(x, dtype=np.float64)
    moved = np.zeros((len(matrix), 0)) if nominal is None else np.asarray(nominal, dtype=np.float64)
    # an intercept stands for the thresholds: a constant column depends on them
    kept, w, used = prepare(np.column_stack([np.ones(len(matrix)), moved, matrix]), weights)
    categories, code = np.unique(np.asarray(y)[used], return_inverse=True)
    if len(categories) < 2:  # noqa: PLR2004 - nothing to compare
        raise DesignError("An ordinal fit needs an outcome with at least two values among the rows used.")
    code, share = code.astype(np.int64), w / w.sum()
    basis = threshold_matrix(len(categories) - 1, thresholds)
    split = 1 + moved.shape[1]
    parts = (basis, kept[:, 1:split], kept[:, split:])
    (upper, top), (lower, bottom) = _derivatives(code, 0, *parts), _derivatives(code, -1, *parts)
    known, spread = _by_row(offset, 0.0, used), _by_row(scale, 1.0, used)[:, None]
    rows = _Rows(upper / spread, lower / spread, top, bottom, known / spread[:, 0], share, LINKS[link])
    peak = newton(rows.value, rows.slopes, start := _start(rows, code, basis))
    information, first = rows.slopes(peak.parameters)[1] * w.sum(), len(start) - matrix.shape[1]
    return Fit(
        kind="ordinal",
        slopes=peak.parameters[first:],
        thresholds=peak.parameters[:first],
        categories=categories.astype(np.int64),
        information=information,
        scores=spread_scores(rows.scores(peak.parameters), used),
        weights=np.asarray(weights, dtype=np.float64),
        log_likelihood=peak.value * float(w.sum()),
        iterations=peak.iterations,
        converged=peak.converged and informative(information / w.sum(), rows.slopes(start)[1]),
    )


def ordinal_probabilities(
    thresholds: ArrayLike, slopes: ArrayLike, x: ArrayLike, *, link: LinkName = "logit"
) -> FloatArray:
    """Probability of each category at given covariates.

    Parameters
    ----------
    thresholds
        Shape (K - 1,), rising.
    slopes
        Shape (p,).
    x
        Shape (R, p).
    link
        As in `fit_ordinal`.

    Returns
    -------
    numpy.ndarray
        Shape (R, K), rows sum to 1.

    Examples
    --------
    >>> ordinal_probabilities([0.0], [1.0], [[0.0]])
    array([[0.5, 0.5]])
    """
    eta = np.asarray(x, dtype=np.float64) @ np.asarray(slopes, dtype=np.float64)
    padded = np.concatenate([[-np.inf], np.asarray(thresholds, dtype=np.float64), [np.inf]])
    limits = padded[None, :] - eta[:, None]
    return LINKS[link].difference(limits[:, 1:], limits[:, :-1])
