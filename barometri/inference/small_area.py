"""The area-level model of Fay and Herriot: direct estimates of small areas, and what they share.

``direct_i = x_i' beta + u_i + e_i``, with u of variance sigma² between areas and e of the known sampling
variance D_i (Fay and Herriot 1979, JASA 74, 269-277; Rao and Molina 2015, Small Area Estimation, chapters
6 and 7). The best predictor weighs the direct estimate by ``gamma_i = sigma² / (sigma² + D_i)``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from barometri.errors import DesignError, check_option

FloatArray = NDArray[np.float64]
VarianceMethod = Literal["reml", "ml", "fay_herriot", "prasad_rao", "adjusted_reml", "adjusted_ml"]
VARIANCE_METHODS: tuple[str, ...] = get_args(VarianceMethod)
GRID = np.concatenate([[0.0], np.geomspace(1e-8, 1e4, 241)])  # in units of the direct estimates' spread


@dataclass(frozen=True, slots=True)
class FayHerriot:
    """A fitted area-level model.

    Parameters
    ----------
    method
        Word of the estimator of sigma².
    variance
        sigma² between areas, at least 0.
    boundary
        Whether it was estimated as 0: every area then is its synthetic estimate.
    beta, covariance
        Coefficients, shape (p,), and their covariance at the estimated sigma², shape (p, p).
    gamma
        Weight of the direct part, shape (m,), 0 to 1.
    synthetic, eblup
        ``x' beta`` and ``gamma direct + (1 - gamma) synthetic``, shape (m,).
    mse
        Mean squared error of ``eblup``, shape (m,).
    g1, g2, g3
        Its parts: of the best predictor, of beta, of sigma², shape (m,).
    """

    method: str
    variance: float
    boundary: bool
    beta: FloatArray
    covariance: FloatArray
    gamma: FloatArray
    synthetic: FloatArray
    eblup: FloatArray
    mse: FloatArray
    g1: FloatArray
    g2: FloatArray
    g3: FloatArray


@dataclass(frozen=True, slots=True)
class _Data:
    """Direct estimates (m,), covariates (m, p) and sampling variances (m,)."""

    y: FloatArray
    x: FloatArray
    d: FloatArray

    @property
    def spread(self) -> float:
        """A size for sigma²: that of the direct estimates, or of their errors."""
        return max(float(np.var(self.y)), float(np.mean(self.d)))


@dataclass(frozen=True, slots=True)
class _Fit:
    """Generalised least squares at one sigma²: weights, beta, its covariance, residuals."""

    w: FloatArray
    beta: FloatArray
    covariance: FloatArray
    residuals: FloatArray
    log_determinant: float


def _least_squares(data: _Data, variance: float) -> _Fit:
    w = 1 / (variance + data.d)
    information = (data.x * w[:, None]).T @ data.x
    covariance = np.linalg.inv(information)
    beta = covariance @ (data.x.T @ (w * data.y))
    _, size = np.linalg.slogdet(information)
    return _Fit(w, beta, (covariance + covariance.T) / 2, data.y - data.x @ beta, float(size))


def _log_likelihood(data: _Data, variance: float, method: str) -> float:
    """Profile log-likelihood of sigma², restricted or not, times sigma² where adjusted."""
    fit = _least_squares(data, variance)
    value: float = 0.5 * float(np.sum(np.log(fit.w)) - fit.w @ fit.residuals**2)
    if method.endswith("reml"):
        value -= fit.log_determinant / 2
    if method.startswith("adjusted"):
        value += float(np.log(variance)) if variance > 0 else -np.inf
    return value


def _score(data: _Data, variance: float, method: str) -> float:
    """Return the derivative of the log-likelihood by sigma²."""
    fit = _least_squares(data, variance)
    value = float(-fit.w.sum() + (fit.w * fit.residuals) @ (fit.w * fit.residuals)) / 2
    if method.endswith("reml"):
        squares = (data.x * fit.w[:, None] ** 2).T @ data.x
        value += float(np.sum(fit.covariance * squares)) / 2
    if method.startswith("adjusted"):
        value += 1 / variance
    return value


def _by_likelihood(data: _Data, method: str) -> float:
    """Highest of the likelihood's maxima: the roots of the score from above, and the boundary."""
    grid = GRID * data.spread
    if method.startswith("adjusted"):
        grid = grid[1:]
    slopes = np.array([_score(data, a, method) for a in grid])
    candidates = [float(grid[0])] if slopes[0] <= 0 else []
    for at in np.flatnonzero((slopes[:-1] > 0) & (slopes[1:] <= 0)):
        root = brentq(
            lambda a: _score(data, a, method), grid[at], grid[at + 1], xtol=1e-15 * data.spread, rtol=1e-14
        )
        candidates.append(float(root))
    if not candidates:
        raise DesignError(
            "The variance between areas has no maximum of its likelihood: too few areas for the covariates. "
            'Use fewer covariates, or method="prasad_rao".'
        )
    return max(candidates, key=lambda a: _log_likelihood(data, a, method))


def _by_fay_herriot(data: _Data) -> float:
    """Solve ``sum residual² / (sigma² + D) = m - p``."""
    free: int = len(data.y) - data.x.shape[1]

    def excess(variance: float) -> float:
        fit = _least_squares(data, variance)
        return float(fit.w @ fit.residuals**2) - free

    if excess(0.0) <= 0:
        return 0.0
    high = data.spread
    while excess(high) > 0:
        high *= 2
    return float(brentq(excess, 0.0, high, xtol=1e-15 * data.spread, rtol=1e-14))


def _by_prasad_rao(data: _Data) -> float:
    """``(sum of squared ordinary residuals - sum (1 - h) D) / (m - p)``, at least 0."""
    inverse = np.linalg.inv(data.x.T @ data.x)
    leverage = np.einsum("ij,jk,ik->i", data.x, inverse, data.x)
    residuals = data.y - data.x @ (inverse @ (data.x.T @ data.y))
    free: int = len(data.y) - data.x.shape[1]
    return max(0.0, float((residuals @ residuals - data.d @ (1 - leverage)) / free))


_ESTIMATORS: dict[str, Callable[[_Data], float]] = {
    "reml": lambda data: _by_likelihood(data, "reml"),
    "ml": lambda data: _by_likelihood(data, "ml"),
    "adjusted_reml": lambda data: _by_likelihood(data, "adjusted_reml"),
    "adjusted_ml": lambda data: _by_likelihood(data, "adjusted_ml"),
    "fay_herriot": _by_fay_herriot,
    "prasad_rao": _by_prasad_rao,
}


def fit_fay_herriot(
    direct: ArrayLike, covariates: ArrayLike, variances: ArrayLike, *, method: VarianceMethod = "reml"
) -> FayHerriot:
    """Fit the area-level model and predict every area.

    ``mse = g1 + g2 + 2 g3`` (Prasad and Rao 1990, JASA 85, 163-171) with ``g1 = gamma D``,
    ``g2 = (1 - gamma)² x' cov(beta) x``, ``g3 = D² / (sigma² + D)³ var(sigma²)``; for ``ml`` and
    ``fay_herriot`` less the bias of sigma² times ``(1 - gamma)²`` (Datta and Lahiri 2000, Statistica Sinica
    10, 613-627; Datta, Rao and Smith 2005, Biometrika 92, 183-196). ``adjusted_reml`` and ``adjusted_ml``
    maximise sigma² times the likelihood, so that sigma² is never 0 (Li and Lahiri 2010, Journal of
    Multivariate Analysis 101, 882-892); their mse leaves out the correction for the upward bias of sigma²
    and errs on the safe side.

    Parameters
    ----------
    direct
        Direct estimates, shape (m,).
    covariates
        Shape (m, p), with a column of ones for an intercept.
    variances
        Sampling variances of the direct estimates, positive, shape (m,).
    method
        Word of the estimator of sigma².

    Returns
    -------
    FayHerriot
        In the unit of the direct estimates.

    Raises
    ------
    DesignError
        Too few areas, repeated covariates, or a variance that is not positive.

    Examples
    --------
    >>> found = fit_fay_herriot([1.0, 3.0, 2.0, 6.0, 4.0], [[1.0]] * 5, [0.5] * 5)
    >>> round(found.variance, 6), found.gamma.round(4).tolist()[0]
    (3.2, 0.8649)
    """
    check_option("method", method, VARIANCE_METHODS)
    data = _checked(direct, covariates, variances, spare=2 if method.startswith("adjusted") else 0)
    variance = _ESTIMATORS[method](data)
    fit = _least_squares(data, variance)
    gamma = variance / (variance + data.d)
    synthetic = data.x @ fit.beta
    g1 = gamma * data.d
    g2 = (1 - gamma) ** 2 * np.einsum("ij,jk,ik->i", data.x, fit.covariance, data.x)
    spread, bias = _error_of_variance(data, fit, method)
    g3 = data.d**2 * fit.w**3 * spread
    return FayHerriot(
        method,
        variance,
        variance <= 0,
        fit.beta,
        fit.covariance,
        gamma,
        synthetic,
        gamma * data.y + (1 - gamma) * synthetic,
        g1 + g2 + 2 * g3 - bias * (1 - gamma) ** 2,
        g1,
        g2,
        g3,
    )


def _checked(direct: ArrayLike, covariates: ArrayLike, variances: ArrayLike, *, spare: int) -> _Data:
    y, d = np.asarray(direct, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    x = np.atleast_2d(np.asarray(covariates, dtype=np.float64))
    if y.ndim != 1 or d.shape != y.shape or x.shape[0] != len(y):
        raise DesignError(
            "The area-level model needs one direct estimate, variance and row a covariate each."
        )
    if not (np.isfinite(y).all() and np.isfinite(x).all() and np.isfinite(d).all() and np.all(d > 0)):
        raise DesignError(
            "The area-level model needs direct estimates, covariates and positive sampling variances of "
            "every area. Leave out areas without them, or smooth the variances first."
        )
    if len(y) <= x.shape[1] + spare:
        raise DesignError(
            f"{len(y)} areas are too few for {x.shape[1]} coefficients and the variance between areas. "
            "Use fewer covariates."
        )
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise DesignError("Covariates of the area-level model repeat each other; leave one out.")
    return _Data(y, x, d)


def _error_of_variance(data: _Data, fit: _Fit, method: str) -> tuple[float, float]:
    """Asymptotic variance of the estimated sigma², and its bias where a correction is made."""
    m = len(data.y)
    sums, squares = float(fit.w.sum()), float(fit.w @ fit.w)
    if method == "prasad_rao":
        return 2 * float(np.sum(fit.w**-2.0)) / m**2, 0.0
    if method == "fay_herriot":
        return 2 * m / sums**2, 2 * (m * squares - sums**2) / sums**3
    if method == "ml":
        products = (data.x * fit.w[:, None] ** 2).T @ data.x
        return 2 / squares, -float(np.sum(fit.covariance * products)) / squares
    return 2 / squares, 0.0
