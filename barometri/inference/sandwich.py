"""Design-based covariance of fitted parameters: scores summed by unit or by stratum, and the sandwich."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def score_totals(scores: ArrayLike, weights: ArrayLike, unit: ArrayLike, units: int) -> FloatArray:
    """Weighted scores summed by sampling unit, for `barometri.inference.linearization.covariance`.

    Parameters
    ----------
    scores
        Score of each row or pattern for one unit of weight, shape (R, q).
    weights
        Weight of each row, or its sum over the rows of a pattern, shape (R,).
    unit
        Position of each row's sampling unit, 0 to ``units`` - 1, shape (R,).
    units
        Number of sampling units P.

    Returns
    -------
    numpy.ndarray
        Shape (P, q).

    Examples
    --------
    >>> score_totals([[1.0], [2.0], [4.0]], [1, 1, 2], [0, 0, 1], 2)
    array([[3.],
           [8.]])
    """
    weighted = np.asarray(scores, dtype=np.float64) * np.asarray(weights, dtype=np.float64)[:, None]
    sums = np.zeros((units, weighted.shape[1]))
    np.add.at(sums, np.asarray(unit, dtype=np.int64), weighted)
    return sums


def score_moments(
    scores: ArrayLike, weights: ArrayLike, squared_weights: ArrayLike, stratum: ArrayLike, strata: int
) -> tuple[FloatArray, FloatArray]:
    """Moments of the weighted scores by stratum, for `covariance_from_moments` of ``linearization``.

    Element sampling on compressed patterns: a pattern stands for several rows with one score, so the sums of
    their weights and of their squared weights are all that is needed.

    Parameters
    ----------
    scores
        Shape (R, q).
    weights, squared_weights
        ``sum w`` and ``sum w²`` over the rows of each pattern, shape (R,).
    stratum
        Stratum of each pattern, 0 to ``strata`` - 1, shape (R,).
    strata
        Number of strata H.

    Returns
    -------
    tuple of numpy.ndarray
        First moments, shape (H, q), and products, shape (H, q, q).

    Examples
    --------
    >>> first, second = score_moments([[1.0], [2.0]], [2, 1], [2, 1], [0, 0], 1)
    >>> first, second
    (array([[4.]]), array([[[6.]]]))
    """
    s = np.asarray(scores, dtype=np.float64)
    h = np.asarray(stratum, dtype=np.int64)
    square = np.asarray(squared_weights, dtype=np.float64)
    second = np.zeros((strata, s.shape[1], s.shape[1]))
    order = np.argsort(h, kind="stable")
    borders = np.searchsorted(h[order], np.arange(strata + 1))
    for position in range(strata):
        rows = order[borders[position] : borders[position + 1]]
        second[position] = (s[rows] * square[rows, None]).T @ s[rows]
    return score_totals(s, weights, h, strata), second


def sandwich(information: ArrayLike, score_covariance: ArrayLike) -> FloatArray:
    """Covariance of the parameters, ``H^-1 V H^-1`` (Binder 1983).

    Parameters
    ----------
    information
        Observed information in the scale of the weights, shape (q, q).
    score_covariance
        Design-based covariance of the weighted score totals, shape (q, q).

    Returns
    -------
    numpy.ndarray
        Shape (q, q); NaN where the information cannot be inverted.

    Examples
    --------
    >>> sandwich([[2.0]], [[8.0]])
    array([[2.]])
    """
    h, v = np.asarray(information, dtype=np.float64), np.asarray(score_covariance, dtype=np.float64)
    try:
        inverse = np.linalg.inv(h)
    except np.linalg.LinAlgError:
        return np.full(h.shape, np.nan)
    result = inverse @ v @ inverse.T
    return np.asarray((result + result.T) / 2)
