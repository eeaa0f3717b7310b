"""What every weighted fit shares: its record, Newton's method, the check of matrices and weights."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg

from barometri.errors import DesignError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
MAX_ITERATIONS = 100
MAX_HALVINGS = 40
DECREMENT = 1e-20  # of the weighted mean log-likelihood; the next Newton step would be lost in rounding
VANISHED = 1e-9  # share of the information at the start that separation leaves in no direction


@dataclass(frozen=True, slots=True)
class Fit:
    """A weighted fit; its parameters are the thresholds, then the slopes.

    Parameters
    ----------
    kind
        ``linear``, ``logistic`` or ``ordinal``.
    slopes
        One for each column of x, shape (p,), in units of the outcome (linear) or log odds ratios; with the
        intercept's column in linear and logistic fits.
    thresholds
        Shape (K - 1,), rising; empty unless ordinal.
    categories
        Outcome codes with weight, shape (K,), rising; empty for linear fits.
    information
        Observed information in the scale of the weights, shape (q, q), q = K - 1 + p.
    scores
        Score of each row for one unit of weight, shape (R, q); times ``weights`` they sum to 0. Rows of
        weight 0 have 0.
    weights
        Weight of each row, shape (R,).
    log_likelihood
        Weighted sum; NaN for linear fits.
    iterations
        Newton steps taken.
    converged
        Whether the maximum was reached and the information can be inverted. A separated outcome does not
        converge: ask `barometri.inference.separation` first.
    """

    kind: str
    slopes: FloatArray
    thresholds: FloatArray
    categories: IntArray
    information: FloatArray
    scores: FloatArray
    weights: FloatArray
    log_likelihood: float
    iterations: int
    converged: bool

    @property
    def parameters(self) -> FloatArray:
        """Thresholds and slopes in the order of `information`, shape (q,)."""
        return np.concatenate([self.thresholds, self.slopes])

    @property
    def influence(self) -> FloatArray:
        """Weighted influence of each row on the parameters, shape (R, q); columns sum to 0.

        Summed by sampling unit, its covariance is that of the parameters. NaN where the fit did not converge.
        """
        if not self.converged:
            return np.full(self.scores.shape, np.nan)
        return np.asarray(np.linalg.solve(self.information, (self.scores * self.weights[:, None]).T).T)


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
            step = linalg.cho_solve(linalg.cho_factor(curvature), gradient)
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


def informative(information: FloatArray, start: FloatArray) -> bool:
    """Whether the information at the maximum is more than rounding beside that of the start, everywhere.

    Where an outcome is separated, the likelihood flattens out along a direction and its information vanishes.

    Examples
    --------
    >>> import numpy as np
    >>> informative(np.eye(2), np.eye(2)), informative(np.diag([1.0, 1e-12]), np.eye(2))
    (True, False)
    """
    if not np.all(np.isfinite(information)):
        return False
    return bool(linalg.eigh(information, start, eigvals_only=True)[0] > VANISHED)


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
