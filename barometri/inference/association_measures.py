"""Measures of ordinal association of a two-way table of shares, with their gradients by the shares."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import OptionError

FloatArray = NDArray[np.float64]
MEASURES = ("somers_d", "gamma", "tau_b", "somers_d_reversed", "tau_c", "spearman", "pearson")
Found = tuple[float, FloatArray, FloatArray]
LEAST = 1e-300
ROUNDING = 1e-14  # one minus a sum of squares that is exactly one


@dataclass(frozen=True, slots=True)
class Measures:
    """Measures of ordinal association of rows x with columns y, and their gradients.

    Parameters
    ----------
    names
        ``somers_d`` (y given x), ``gamma``, ``tau_b``, ``somers_d_reversed`` (x given y), ``tau_c``,
        ``spearman`` (of weighted mid-ranks), ``pearson`` (of the scores).
    estimate
        Shape (7,), -1 to 1; NaN where x or y has a single value (gamma: no untied pair).
    gradients
        Derivative by each cell share, shape (7, I, J).
    null_gradients
        The same with the denominators held fixed, as under no association (Brown and Benedetti 1977, JASA 72,
        309-315), shape (7, I, J).
    concordant, discordant
        Probability that a random pair is concordant or discordant, 0 to 1.
    tied_on_y_only
        Probability that a pair differs in x and ties on y, 0 to 1.
    """

    names: tuple[str, ...]
    estimate: FloatArray
    gradients: FloatArray
    null_gradients: FloatArray
    concordant: float
    discordant: float
    tied_on_y_only: float


def _surroundings(shares: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share of the cells that are concordant, and discordant, with each cell."""
    whole = np.zeros((shares.shape[0] + 1, shares.shape[1] + 1))
    whole[1:, 1:] = shares.cumsum(axis=0).cumsum(axis=1)
    above_left, above = whole[:-1, :-1], whole[:-1, -1:]
    left, total = whole[-1:, :-1], whole[-1, -1]
    upto_row, upto_column = whole[1:, -1:], whole[-1:, 1:]
    below_right = total - upto_row - upto_column + whole[1:, 1:]
    above_right = above - whole[:-1, 1:]
    below_left = left - whole[1:, :-1]
    return above_left + below_right, above_right + below_left


def ordinal_measures(
    shares: ArrayLike, x_scores: ArrayLike | None = None, y_scores: ArrayLike | None = None
) -> Measures:
    """Measures of ordinal association of a table of shares, with gradients.

    With C and D the probabilities of a concordant and a discordant pair, ``Px = 1 - sum row²`` and
    ``Py = 1 - sum column²``: gamma is ``(C - D) / (C + D)``, Somers' D of y given x ``(C - D) / Px``, tau-b
    ``(C - D) / sqrt(Px Py)``, tau-c ``m (C - D) / (m - 1)`` with m the smaller number of rows or columns that
    anybody is in (Goodman and Kruskal 1972, JASA 67, 415-421; Somers 1962, ASR 27, 799-811; Stuart 1953,
    Biometrika 40, 105-110). Spearman's rho is the correlation of weighted mid-ranks, Pearson's r that of the
    scores. Gradients are those of the measures as functions of counts: weighted by the shares they sum to 0.

    Parameters
    ----------
    shares
        Weighted cell shares or counts, rows x and columns y in rising order, shape (I, J), not negative.
    x_scores, y_scores
        Scores of rows and columns for Pearson's r; the numbers of the levels by default.

    Returns
    -------
    Measures
        Values and gradients at the shares scaled to sum 1.

    Raises
    ------
    OptionError
        The table is not two-dimensional.

    Examples
    --------
    >>> ordinal_measures([[2, 0], [0, 2]]).estimate
    array([1., 1., 1., 1., 1., 1., 1.])
    >>> ordinal_measures([[1, 1], [1, 1]]).estimate[0]
    np.float64(0.0)
    """
    table = np.asarray(shares, dtype=np.float64)
    if table.ndim != 2:  # noqa: PLR2004 - rows and columns
        raise OptionError("Ordinal association needs a two-way table: rows x, columns y. Give a 2-d array.")
    total = table.sum()
    p = table / total if total > 0 else np.full(table.shape, np.nan)
    like, unlike = _surroundings(p)
    concordant, discordant = float((p * like).sum()), float((p * unlike).sum())
    different = 1 - float((p.sum(axis=1) ** 2).sum())
    found = [*_pair_measures(p, like, unlike), _spearman(p), _pearson(p, x_scores, y_scores)]
    return Measures(
        MEASURES,
        np.array([value for value, _, _ in found]),
        np.stack([gradient for _, gradient, _ in found]),
        np.stack([gradient for _, _, gradient in found]),
        concordant,
        discordant,
        max(different - concordant - discordant, 0.0),
    )


def _pair_measures(p: FloatArray, like: FloatArray, unlike: FloatArray) -> list[Found]:
    """Return the measures of pairs, each with its gradient and the one with fixed denominator."""
    rows, columns = p.sum(axis=1, keepdims=True), p.sum(axis=0, keepdims=True)
    in_x, in_y = 1 - float((rows**2).sum()), 1 - float((columns**2).sum())
    in_x, in_y = (0.0 if size < ROUNDING else size for size in (in_x, in_y))
    surplus, pairs = float((p * (like - unlike)).sum()), float((p * (like + unlike)).sum())
    by_x, by_y = np.broadcast_to(1 - rows, p.shape), np.broadcast_to(1 - columns, p.shape)
    fewest = min(int((rows > 0).sum()), int((columns > 0).sum()))
    bottom = np.array([in_x, pairs, np.sqrt(in_x * in_y), in_y, 1 - 1 / max(fewest, 1)])
    bottom[(bottom <= 0) | (fewest == 0)] = np.nan
    half = (by_x * in_y + by_y * in_x) / bottom[2]
    whole = np.full(p.shape, 2 * bottom[4])  # every denominator as a function of counts is of degree 2
    changes = np.stack([2 * by_x, 2 * (like + unlike), half, 2 * by_y, whole])
    values, deep, slope = surplus / bottom, bottom[:, None, None], 2 * (like - unlike)
    return list(
        zip(values.tolist(), (slope - values[:, None, None] * changes) / deep, slope / deep, strict=True)
    )


def _correlation(
    product: float,
    spreads: tuple[float, float],
    by_cell: FloatArray,
    by_spread: tuple[FloatArray, FloatArray],
) -> Found:
    """Correlation, its gradient, and the gradient with fixed denominator, from those of its parts."""
    bottom = np.sqrt(max(spreads[0], 0.0) * max(spreads[1], 0.0))
    if not bottom > ROUNDING:
        nothing = np.full(by_cell.shape, np.nan)
        return float("nan"), nothing, nothing
    value = float(np.clip(product / bottom, -1.0, 1.0))
    under = by_cell / bottom
    return value, under - value / 2 * (by_spread[0] / spreads[0] + by_spread[1] / spreads[1]), under


def _spearman(p: FloatArray) -> Found:
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    x, y = np.cumsum(rows) - rows / 2 - 0.5, np.cumsum(columns) - columns / 2 - 0.5
    total = float(x @ p @ y)
    # one more person in row i moves the rank of that row by a half, of the rows above it by one
    moved_x, moved_y = _moved(p @ y), _moved(x @ p)
    by_cell = np.outer(x, y) + moved_x[:, None] + moved_y[None, :]
    in_x = x**2 + 2 * _moved(rows * x)
    in_y = y**2 + 2 * _moved(columns * y)
    spreads = float(rows @ x**2), float(columns @ y**2)
    centred = [part - float((p * part).sum()) for part in np.broadcast_arrays(in_x[:, None], in_y[None, :])]
    value, gradient, under = _correlation(
        total, spreads, by_cell - float((p * by_cell).sum()), (centred[0], centred[1])
    )
    return value, gradient, under


def _moved(values: FloatArray) -> FloatArray:
    """Return the sum of the values after each position, and half of its own."""
    return np.asarray(values.sum() - np.cumsum(values) + values / 2)


def _pearson(p: FloatArray, x_scores: ArrayLike | None, y_scores: ArrayLike | None) -> Found:
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    x = np.arange(len(rows)) if x_scores is None else np.asarray(x_scores, dtype=np.float64)
    y = np.arange(len(columns)) if y_scores is None else np.asarray(y_scores, dtype=np.float64)
    x, y = x - rows @ x, y - columns @ y
    x, y = (scores / max(float(np.abs(scores).max(initial=0.0)), LEAST) for scores in (x, y))
    product, spreads = float(x @ p @ y), (float(rows @ x**2), float(columns @ y**2))
    by_x, by_y = np.broadcast_to(x[:, None] ** 2, p.shape), np.broadcast_to(y[None, :] ** 2, p.shape)
    return _correlation(product, spreads, np.outer(x, y) - product, (by_x - spreads[0], by_y - spreads[1]))
