"""Weighted linear and logistic fits on rows or on compressed patterns, and the design-based sandwich.

A fit knows nothing of the design. Its scores, weighted and summed by sampling unit, go to
`barometri.inference.linearization.covariance`, and `sandwich` turns that covariance into one of the coefficients
(Binder 1983, International Statistical Review 51, 279-292). Rows that agree on everything may be given once with
the sum of their weights: the results are the same.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, special

from barometri.errors import DesignError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
MAX_ITERATIONS = 100
MAX_HALVINGS = 40
DECREMENT = 1e-20  # of the weighted mean log-likelihood; the next Newton step would be lost in rounding
SINGULAR = 1e-10  # smallest eigenvalue of the information in correlation form


@dataclass(frozen=True, slots=True)
class Fit:
    """A weighted fit; parameters are the thresholds, then the coefficients.

    Parameters
    ----------
    kind
        ``linear``, ``logistic`` or ``ordinal``.
    coefficients
        Shape (p,), in the units of the outcome (linear) or log odds ratios.
    thresholds
        Shape (K - 1,), rising; empty unless ordinal.
    categories
        Outcome codes with weight, shape (K,), rising; empty for linear fits.
    information
        Observed information in the scale of the weights, shape (q, q), q = K - 1 + p.
    scores
        Score of each row for one unit of weight, shape (R, q); weighted by the row weights they sum to 0. Rows
        of weight 0 have 0.
    log_likelihood
        Weighted sum; NaN for linear fits.
    iterations
        Newton steps taken.
    converged
        Whether the maximum was reached and the information can be inverted. A separated outcome does not
        converge: ask `barometri.inference.separation` first.
    """

    kind: str
    coefficients: FloatArray
    thresholds: FloatArray
    categories: IntArray
    information: FloatArray
    scores: FloatArray
    log_likelihood: float
    iterations: int
    converged: bool

    @property
    def parameters(self) -> FloatArray:
        """Thresholds and coefficients in the order of `information`, shape (q,)."""
        return np.concatenate([self.thresholds, self.coefficients])


@dataclass(frozen=True, slots=True)
class Peak:
    """Where Newton's method stopped."""

    parameters: FloatArray
    value: float
    iterations: int
    converged: bool


Slopes = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


def newton(value: Callable[[FloatArray], float], slopes: Slopes, start: FloatArray) -> Peak:
    """Maximise a concave function by Newton's method with step-halving.

    Parameters
    ----------
    value
        The function; minus infinity outside its domain.
    slopes
        Gradient, shape (q,), and negative Hessian, shape (q, q).
    start
        Where to begin, inside the domain, shape (q,).

    Returns
    -------
    Peak
        ``converged`` when the Newton decrement fell below 1e-20 within 100 steps.

    Examples
    --------
    >>> import numpy as np
    >>> peak = newton(
    ...     lambda t: float(t[0] - np.exp(t[0])), lambda t: (1 - np.exp(t), np.exp(t)[None]), np.ones(1)
    ... )
    >>> peak.converged, abs(float(peak.parameters[0])) < 1e-12
    (True, True)
    """
    parameters, current = start, value(start)
    for iteration in range(1, MAX_ITERATIONS + 1):
        gradient, curvature = slopes(parameters)
        try:
            step = linalg.solve(curvature, gradient, assume_a="pos")
        except linalg.LinAlgError:
            return Peak(parameters, current, iteration, converged=False)
        done = float(step @ gradient) <= DECREMENT
        for _ in range(MAX_HALVINGS):
            proposal = value(parameters + step)
            if proposal >= current - 1e-13 * max(1.0, abs(current)):
                parameters, current = parameters + step, proposal
                break
            step = step / 2
        else:
            return Peak(parameters, current, iteration, converged=done)
        if done:
            return Peak(parameters, current, iteration, converged=True)
    return Peak(parameters, current, MAX_ITERATIONS, converged=False)


def invertible(information: FloatArray) -> bool:
    """Whether an information matrix, scaled to unit diagonal, is safely positive definite.

    Examples
    --------
    >>> import numpy as np
    >>> invertible(np.eye(2)), invertible(np.ones((2, 2)))
    (True, False)
    """
    size = np.sqrt(np.diag(information))
    if not np.all(np.isfinite(information)) or not np.all(size > 0):
        return False
    return bool(linalg.eigvalsh(information / np.outer(size, size))[0] > SINGULAR)


def aliased_columns(x: ArrayLike, weights: ArrayLike | None = None) -> IntArray:
    """Columns that are linear combinations of the columns before them.

    Parameters
    ----------
    x
        Design matrix, shape (R, p).
    weights
        Row weights, shape (R,); rows of weight 0 do not count.

    Returns
    -------
    numpy.ndarray
        Positions, empty where the matrix has full rank.

    Examples
    --------
    >>> aliased_columns([[1, 1, 0], [1, 0, 1], [1, 1, 0]])
    array([2])
    """
    matrix = np.asarray(x, dtype=np.float64)
    if weights is not None:
        matrix = matrix[np.asarray(weights) > 0]
    length = np.sqrt((matrix**2).sum(axis=0))
    matrix = matrix / np.where(length > 0, length, 1.0)
    basis = np.zeros((len(matrix), 0))
    dependent = []
    for position in range(matrix.shape[1]):
        rest = matrix[:, position]
        for _ in range(2):  # the second pass removes what rounding left
            rest = rest - basis @ (basis.T @ rest)
        size = float(np.sqrt(rest @ rest))
        if size < 1e-8:  # noqa: PLR2004 - of a column of length 1
            dependent.append(position)
        else:
            basis = np.column_stack([basis, rest / size])
    return np.asarray(dependent, dtype=np.int64)


def prepare(x: ArrayLike, weights: ArrayLike) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Rows with weight, their weights, and which rows those are.

    Raises
    ------
    DesignError
        A negative or missing weight, no weight at all, or columns that depend on one another.
    """
    matrix, w = np.asarray(x, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if not np.all(np.isfinite(w) & (w >= 0)) or not w.sum() > 0:
        raise DesignError(
            "Regression weights must be finite, not negative and not all 0; correct the weights."
        )
    used = w > 0
    dependent = aliased_columns(matrix[used])
    if dependent.size:
        raise DesignError(
            f"Columns {', '.join(map(str, dependent))} of the design matrix repeat others (counted from 0); "
            "leave them out (see aliased_columns)."
        )
    return matrix[used], w[used], used


def spread_scores(scores: FloatArray, used: NDArray[np.bool_]) -> FloatArray:
    """Scores of all rows, zeros where a row has no weight, shape (R, q)."""
    if used.all():
        return scores
    result = np.zeros((len(used), scores.shape[1]))
    result[used] = scores
    return result


def fit_linear(x: ArrayLike, y: ArrayLike, weights: ArrayLike) -> Fit:
    """Weighted least squares.

    Parameters
    ----------
    x
        Design matrix with its own intercept column, shape (R, p).
    y
        Outcome, shape (R,).
    weights
        Not negative, shape (R,).

    Returns
    -------
    Fit
        Coefficients in units of y; ``scores`` are ``x (y - x b)``, ``information`` is ``X' W X``.

    Raises
    ------
    DesignError
        Weights or columns that cannot be used.

    Examples
    --------
    >>> fit_linear([[1, 0], [1, 1], [1, 2]], [1.0, 3.0, 5.0], [1, 2, 1]).coefficients.round(12)
    array([1., 2.])
    """
    matrix, w, used = prepare(x, weights)
    outcome = np.asarray(y, dtype=np.float64)[used]
    root = np.sqrt(w)
    q, r = np.linalg.qr(matrix * root[:, None])
    b = linalg.solve_triangular(r, q.T @ (outcome * root))
    scores = matrix * (outcome - matrix @ b)[:, None]
    information = (matrix * w[:, None]).T @ matrix
    none = np.zeros(0)
    return Fit(
        "linear", b, none, none.astype(np.int64), information, spread_scores(scores, used), np.nan, 1, True
    )


def fit_logistic(x: ArrayLike, y: ArrayLike, weights: ArrayLike) -> Fit:
    """Weighted logistic regression by Newton's method.

    Parameters
    ----------
    x
        Design matrix with its own intercept column, shape (R, p).
    y
        Outcome 0 or 1, shape (R,).
    weights
        Not negative, shape (R,).

    Returns
    -------
    Fit
        Coefficients are log odds ratios.

    Raises
    ------
    DesignError
        Weights or columns that cannot be used, or an outcome with one value.

    Examples
    --------
    >>> import numpy as np
    >>> fit = fit_logistic([[1], [1]], [0, 1], [1, 3])
    >>> bool(np.isclose(fit.coefficients[0], np.log(3)))
    True
    """
    matrix, w, used = prepare(x, weights)
    outcome = np.asarray(y, dtype=np.float64)[used]
    if len(np.unique(outcome)) != 2:  # noqa: PLR2004 - no and yes
        raise DesignError("A logistic fit needs an outcome with the two values 0 and 1 among the rows used.")
    share = w / w.sum()

    def value(b: FloatArray) -> float:
        eta = matrix @ b
        return float(share @ (outcome * eta - np.logaddexp(0, eta)))

    def slopes(b: FloatArray) -> tuple[FloatArray, FloatArray]:
        mean = special.expit(matrix @ b)
        curvature = (matrix * (share * mean * (1 - mean))[:, None]).T @ matrix
        return (share * (outcome - mean)) @ matrix, np.asarray(curvature)

    peak = newton(value, slopes, np.zeros(matrix.shape[1]))
    information = slopes(peak.parameters)[1] * w.sum()
    scores = matrix * (outcome - special.expit(matrix @ peak.parameters))[:, None]
    return Fit(
        "logistic",
        peak.parameters,
        np.zeros(0),
        np.array([0, 1]),
        information,
        spread_scores(scores, used),
        peak.value * float(w.sum()),
        peak.iterations,
        peak.converged and invertible(information),
    )
