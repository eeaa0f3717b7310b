"""Ordinal association in a two-way table of weighted shares, with variances from the shares' covariance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import OptionError
from barometri.inference.intervals import t_quantile, two_sided_p

FloatArray = NDArray[np.float64]
MEASURES = ("somers_d", "gamma", "tau_b", "somers_d_reversed")
ARCTANH_FROM = 0.5  # beyond this size the interval of a bounded measure is taken on the arctanh scale
ROUNDING = 1e-14  # one minus a sum of squares that is exactly one


@dataclass(frozen=True, slots=True)
class Measures:
    """Measures of ordinal association of rows x with columns y, and their gradients.

    Parameters
    ----------
    names
        ``somers_d`` (y given x), ``gamma``, ``tau_b``, ``somers_d_reversed`` (x given y).
    estimate
        Shape (4,), -1 to 1; NaN where x or y has a single value (gamma: no untied pair).
    gradients
        Derivative by each cell share, shape (4, I, J).
    concordant, discordant
        Probability that a random pair is concordant or discordant, 0 to 1.
    tied_on_y_only
        Probability that a pair differs in x and ties on y, 0 to 1.
    """

    names: tuple[str, ...]
    estimate: FloatArray
    gradients: FloatArray
    concordant: float
    discordant: float
    tied_on_y_only: float


@dataclass(frozen=True, slots=True)
class Association:
    """Measures of ordinal association with design-based errors; tests state the null of no association.

    Parameters
    ----------
    names
        As in `Measures`.
    estimate, se, statistic, p_value, low, high
        Shape (4,); ``statistic`` is estimate / se, compared with Student's t; NaN where not estimable.
    df
        Degrees of freedom of the t distribution.
    level
        Confidence level, 0 to 1.
    null
        The null hypothesis in words.
    """

    names: tuple[str, ...]
    estimate: FloatArray
    se: FloatArray
    statistic: FloatArray
    p_value: FloatArray
    low: FloatArray
    high: FloatArray
    df: float
    level: float
    null: str = "the measure is 0: larger x goes neither with larger nor with smaller y"


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


def ordinal_measures(shares: ArrayLike) -> Measures:
    """Somers' D, Goodman and Kruskal's gamma and Kendall's tau-b of a table of shares, with gradients.

    With C and D the probabilities of a concordant and a discordant pair, ``Px = 1 - sum row²`` and
    ``Py = 1 - sum column²``: gamma is ``(C - D) / (C + D)``, Somers' D of y given x ``(C - D) / Px``, tau-b
    ``(C - D) / sqrt(Px Py)`` (Goodman and Kruskal 1972, JASA 67, 415-421; Somers 1962, ASR 27, 799-811).
    Gradients are those of the measures as functions of counts: weighted by the shares they sum to 0.

    Parameters
    ----------
    shares
        Weighted cell shares or counts, rows x and columns y in rising order, shape (I, J), not negative.

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
    array([1., 1., 1., 1.])
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
    rows, columns = p.sum(axis=1, keepdims=True), p.sum(axis=0, keepdims=True)
    in_x, in_y = 1 - float((rows**2).sum()), 1 - float((columns**2).sum())
    in_x, in_y = (0.0 if size < ROUNDING else size for size in (in_x, in_y))
    difference, pairs, slope = concordant - discordant, concordant + discordant, 2 * (like - unlike)
    geometric = float(np.sqrt(in_x * in_y))
    by_x, by_y = np.broadcast_to(1 - rows, p.shape), np.broadcast_to(1 - columns, p.shape)
    denominators = np.array([in_x, pairs, geometric, in_y])
    denominators[denominators <= 0] = np.nan
    changes = np.stack(
        [2 * by_x, 2 * (like + unlike), (by_x * in_y + by_y * in_x) / denominators[2], 2 * by_y]
    )
    bottom = denominators[:, None, None]
    gradients = slope / bottom - difference * changes / bottom**2
    return Measures(
        MEASURES, difference / denominators, gradients, concordant, discordant, max(in_x - pairs, 0.0)
    )


def ordinal_association(
    shares: ArrayLike, covariance: ArrayLike, df: float, *, level: float = 0.95
) -> Association:
    """Measures of ordinal association with errors by the delta method from the covariance of the cell shares.

    Intervals are ``value ± t(df) se``, taken on the arctanh scale where the value exceeds 0.5 in size. A
    perfect association has no interval.

    Parameters
    ----------
    shares
        Weighted cell shares, rows x and columns y in rising order, shape (I, J).
    covariance
        Their design-based covariance, shape (I J, I J), cells row by row.
    df
        Degrees of freedom of the design.
    level
        Confidence level, 0 to 1.

    Returns
    -------
    Association
        Values, errors, tests and intervals of the four measures.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.array([[0.3, 0.1], [0.2, 0.4]])
    >>> v = (np.diag(p.ravel()) - np.outer(p, p)) / 100
    >>> found = ordinal_association(p, v, 99)
    >>> found.names[0], round(float(found.estimate[0]), 4), round(float(found.se[0]), 4)
    ('somers_d', 0.4167, 0.0916)
    """
    found = ordinal_measures(shares)
    slopes = found.gradients.reshape(len(MEASURES), -1)
    variances = np.einsum("ki,ij,kj->k", slopes, np.asarray(covariance, dtype=np.float64), slopes)
    values = found.estimate
    se = np.sqrt(np.maximum(variances, 0))
    se[np.abs(values) >= 1] = np.nan
    half = t_quantile(df, (1 - level) / 2) * se
    low, high = values - half, values + half
    wide = np.abs(values) > ARCTANH_FROM
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(se > 0, values / se, np.nan)
        centre, spread = np.arctanh(values), half / (1 - values**2)
    low[wide], high[wide] = np.tanh(centre - spread)[wide], np.tanh(centre + spread)[wide]
    return Association(
        MEASURES, values, se, statistic, two_sided_p(statistic, df), low, high, float(df), level
    )
