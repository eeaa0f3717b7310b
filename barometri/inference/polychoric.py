"""Polychoric correlation: of two normal variables that are seen in ordered classes."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from barometri.errors import OptionError, check_option
from barometri.inference.bivariate_normal import bivariate_normal
from barometri.inference.tested import NAN, chi_squared_tail

FloatArray = NDArray[np.float64]
PolychoricMethod = Literal["two_step", "ml"]
POLYCHORIC_METHODS: tuple[str, ...] = get_args(PolychoricMethod)
LARGEST = 0.999999  # correlation at which a table is called perfectly related
MAX_STEPS, MAX_HALVINGS = 200, 40
DECREMENT = 1e-22
STEP = 1e-5
LEAST = 1e-300


@dataclass(frozen=True, slots=True)
class Polychoric:
    """A fitted polychoric correlation.

    Parameters
    ----------
    correlation
        -1 to 1; NaN where the table has one row or column, or is perfectly ordered.
    rows, columns
        Thresholds of the classes, shapes (I - 1,) and (J - 1,).
    information_se
        Error from the information of a simple random sample of the table's size; under ``two_step`` with the
        thresholds held fixed.
    gradient
        Derivative of the correlation by each cell share, shape (I, J); weighted by the shares it sums to 0.
    chi_squared, df, p_value
        Likelihood-ratio test that the classes come from a bivariate normal; df is I J - I - J.
    method
        ``two_step`` or ``ml``.
    """

    correlation: float
    rows: FloatArray
    columns: FloatArray
    information_se: float
    gradient: FloatArray
    chi_squared: float
    df: int
    p_value: float
    method: str


def _density(x: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))


def _padded(cuts: FloatArray) -> FloatArray:
    return np.concatenate([[-np.inf], cuts, [np.inf]])


def _between(corners: FloatArray) -> FloatArray:
    """Return cell values from values at the corners of a grid."""
    return np.asarray(corners[1:, 1:] - corners[:-1, 1:] - corners[1:, :-1] + corners[:-1, :-1])


def _cells(correlation: float, rows: FloatArray, columns: FloatArray) -> FloatArray:
    h, k = np.meshgrid(_padded(rows), _padded(columns), indexing="ij")
    return _between(bivariate_normal(h, k, correlation))


def _by_correlation(correlation: float, rows: FloatArray, columns: FloatArray) -> FloatArray:
    """Return the derivative of the cell probabilities by the correlation: the density at the corners."""
    h, k = np.meshgrid(rows, columns, indexing="ij")
    rest = (1 - correlation) * (1 + correlation)
    corners = np.zeros((len(rows) + 2, len(columns) + 2))
    exponent = -(h**2 - 2 * correlation * h * k + k**2) / (2 * rest)
    corners[1:-1, 1:-1] = np.exp(exponent) / (2 * np.pi * np.sqrt(rest))
    return _between(corners)


def _by_rows(correlation: float, rows: FloatArray, columns: FloatArray) -> FloatArray:
    """Return the derivative of the cell probabilities by each row threshold, shape (I - 1, I, J)."""
    rest = np.sqrt((1 - correlation) * (1 + correlation))
    k = _padded(columns)
    strip = _density(rows)[:, None] * special.ndtr((k[None, :] - correlation * rows[:, None]) / rest)
    inside = np.diff(strip, axis=1)
    result = np.zeros((len(rows), len(rows) + 1, len(columns) + 1))
    place = np.arange(len(rows))
    result[place, place] = inside
    result[place, place + 1] = -inside
    return result


def _slopes(parameters: FloatArray, split: int) -> FloatArray:
    """Return the derivatives of the cells by correlation, row and column thresholds, shape (q, I, J)."""
    r, rows, columns = float(parameters[0]), parameters[1 : 1 + split], parameters[1 + split :]
    by_columns = _by_rows(r, columns, rows).transpose(0, 2, 1)
    return np.concatenate([_by_correlation(r, rows, columns)[None], _by_rows(r, rows, columns), by_columns])


def _climb(table: FloatArray, start: FloatArray, split: int, free: int) -> tuple[FloatArray, bool]:
    """Maximise the multinomial likelihood over the first ``free`` parameters by Fisher's scoring."""
    parameters = start

    def value(at: FloatArray) -> float:
        rows, columns = at[1 : 1 + split], at[1 + split :]
        if abs(at[0]) >= 1 or np.any(np.diff(rows) <= 0) or np.any(np.diff(columns) <= 0):
            return -np.inf
        return float((table * np.log(np.maximum(_cells(float(at[0]), rows, columns), LEAST))).sum())

    current = value(parameters)
    for _ in range(MAX_STEPS):
        cells = np.maximum(
            _cells(float(parameters[0]), parameters[1 : 1 + split], parameters[1 + split :]), LEAST
        )
        slopes = _slopes(parameters, split)[:free].reshape(free, -1)
        gradient = slopes @ (table / cells).ravel()
        information = (slopes / np.maximum(cells.ravel(), 1e-12)) @ slopes.T
        step = np.zeros(len(parameters))
        step[:free] = np.linalg.lstsq(information, gradient, rcond=None)[0]
        gain = float(gradient @ step[:free])
        for _ in range(MAX_HALVINGS):
            proposal = value(parameters + step)
            if proposal >= current - 1e-15 * max(1.0, abs(current)):
                break
            step = step / 2
        else:
            return parameters, gain < np.sqrt(DECREMENT)
        parameters, current = parameters + step, proposal
        if gain < DECREMENT:
            return parameters, True
    return parameters, gain < np.sqrt(DECREMENT)


def likeliest(share: FloatArray, rows: FloatArray, columns: FloatArray, correlation: float) -> float:
    """Return the correlation that is likeliest together with its thresholds, from a near start.

    Parameters
    ----------
    share
        Cell shares, shape (I, J).
    rows, columns
        Thresholds at which the search begins, shapes (I - 1,) and (J - 1,).
    correlation
        Likewise.

    Returns
    -------
    float
        NaN where there is no maximum between -1 and 1.
    """
    start = np.concatenate([[correlation], rows, columns])
    found, done = _climb(share, start, len(rows), len(start))
    return float(found[0]) if done and abs(found[0]) <= LARGEST else NAN


def _scores(parameters: FloatArray, split: int) -> FloatArray:
    """Return the derivative of the log cell probabilities, shape (q, I J)."""
    cells = np.maximum(
        _cells(float(parameters[0]), parameters[1 : 1 + split], parameters[1 + split :]), LEAST
    )
    slopes = _slopes(parameters, split)
    return np.asarray((slopes / cells).reshape(len(slopes), -1))


def _curvature(table: FloatArray, parameters: FloatArray, split: int) -> FloatArray:
    """Negative Hessian of the likelihood, from central differences of its exact gradient."""
    result = np.empty((len(parameters), len(parameters)))
    for place in range(len(parameters)):
        move = np.zeros(len(parameters))
        move[place] = STEP
        ahead, behind = _scores(parameters + move, split), _scores(parameters - move, split)
        result[:, place] = -(ahead - behind) @ table.ravel() / (2 * STEP)
    return np.asarray((result + result.T) / 2)


def polychoric_correlation(table: ArrayLike, *, method: PolychoricMethod = "two_step") -> Polychoric:
    """Estimate the correlation of two normal variables behind two ordered classifications.

    ``two_step`` takes the thresholds from the margins and maximises the likelihood over the correlation;
    ``ml`` maximises it over all parameters (Olsson 1979, Psychometrika 44, 443-460). With weighted shares
    both maximise the pseudo-likelihood, and ``gradient`` gives design-based errors by the delta method.

    Parameters
    ----------
    table
        Counts or weighted counts, both classifications in rising order, shape (I, J), no row or column empty.
    method
        Which estimator.

    Returns
    -------
    Polychoric
        Correlation NaN where the likelihood has no maximum between -1 and 1.

    Raises
    ------
    OptionError
        An unknown method, or a table with an empty row or column.

    Examples
    --------
    >>> found = polychoric_correlation([[40, 20], [20, 40]])
    >>> round(found.correlation, 6)
    0.5
    """
    check_option("method", method, POLYCHORIC_METHODS)
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or not (np.all(counts.sum(axis=1) > 0) and np.all(counts.sum(axis=0) > 0)):  # noqa: PLR2004
        raise OptionError("A polychoric correlation needs a two-way table without empty rows and columns.")
    n = counts.sum()
    p, split = counts / n, len(counts) - 1
    rows = special.ndtri(np.cumsum(p.sum(axis=1))[:-1])
    columns = special.ndtri(np.cumsum(p.sum(axis=0))[:-1])
    df = counts.size - counts.shape[0] - counts.shape[1]
    if min(counts.shape) < 2:  # noqa: PLR2004 - something to correlate
        return _unknown(rows, columns, counts.shape, df, method)
    start, done = _climb(p, np.concatenate([[0.0], rows, columns]), split, 1)
    if not done or abs(start[0]) > LARGEST:
        return _unknown(rows, columns, counts.shape, df, method)
    if method == "ml":
        start, done = _climb(p, start, split, len(start))
        if not done or abs(start[0]) > LARGEST:
            return _unknown(rows, columns, counts.shape, df, method)
    curvature = _curvature(p, start, split)
    gradient = _influence(p, start, split, curvature, method)
    inverse = 1 / curvature[0, 0] if method == "two_step" else np.linalg.inv(curvature)[0, 0]
    cells = _cells(float(start[0]), start[1 : 1 + split], start[1 + split :])
    ratio = np.where(p > 0, p / np.maximum(cells, LEAST), 1.0)
    deviance = 2 * n * float((p * np.log(ratio)).sum())
    return Polychoric(
        float(start[0]),
        start[1 : 1 + split],
        start[1 + split :],
        float(np.sqrt(inverse / n)),
        gradient,
        deviance,
        df,
        float(chi_squared_tail(max(deviance, 0.0), df)),
        method,
    )


def _influence(
    p: FloatArray, parameters: FloatArray, split: int, curvature: FloatArray, method: str
) -> FloatArray:
    """Return the derivative of the correlation by the cell shares."""
    scores = _scores(parameters, split)
    if method == "ml":
        by_share = np.linalg.solve(curvature, scores)[0]
    else:
        moved = _cut_slopes(parameters[1 : 1 + split], p.shape, axis=0)
        moved = np.concatenate([moved, _cut_slopes(parameters[1 + split :], p.shape, axis=1)])
        shares = np.concatenate([np.cumsum(p.sum(axis=1))[:-1], np.cumsum(p.sum(axis=0))[:-1]])
        densities = _density(parameters[1:])
        cuts = (moved - shares[:, None]) / densities[:, None]
        by_share = (scores[0] - curvature[0, 1:] @ cuts) / curvature[0, 0]
    by_share = by_share - p.ravel() @ by_share
    return np.asarray(by_share.reshape(p.shape))


def _cut_slopes(cuts: FloatArray, shape: tuple[int, ...], *, axis: int) -> FloatArray:
    """Tell whether each cell lies below each threshold, shape (thresholds, I J)."""
    position = np.indices(shape)[axis].ravel()
    return np.asarray(position[None, :] <= np.arange(len(cuts))[:, None], dtype=np.float64)


def _unknown(
    rows: FloatArray, columns: FloatArray, shape: tuple[int, ...], df: int, method: str
) -> Polychoric:
    return Polychoric(NAN, rows, columns, NAN, np.full(shape, np.nan), NAN, df, NAN, method)
