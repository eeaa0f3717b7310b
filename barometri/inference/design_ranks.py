"""Ranks in the population as a weighted sample estimates them, and scores made of them."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from barometri.errors import check_option

FloatArray = NDArray[np.float64]
RankScores = Literal["wilcoxon", "van_der_waerden", "median", "kruskal_wallis"]
RANK_SCORES: tuple[str, ...] = get_args(RankScores)
Ties = Literal["weighted", "file_order"]
TIES: tuple[str, ...] = get_args(Ties)
MIDDLE = 0.5


def rank_scores(
    outcome: ArrayLike, weights: ArrayLike, *, scores: RankScores = "wilcoxon", ties: Ties = "weighted"
) -> FloatArray:
    """Scores of estimated population ranks.

    The mid-rank of an answer is the weighted share of people below it and half of those who share it.

    Parameters
    ----------
    outcome
        Position of each person's answer among the answers in rising order, 0, 1, ..., shape (n,).
    weights
        Weights, shape (n,), positive.
    scores
        ``wilcoxon`` or ``kruskal_wallis``: the mid-rank, 0 to 1; ``van_der_waerden``: its normal quantile;
        ``median``: 1 above the middle, else 0.
    ties
        ``weighted`` as above; ``file_order``: the plain mean over tied rows of the weight cumulated in the
        order given, less half the row's own.

    Returns
    -------
    numpy.ndarray
        Shape (n,).

    Examples
    --------
    >>> rank_scores([0, 1, 1], [2.0, 1.0, 1.0])
    array([0.25, 0.75, 0.75])
    """
    check_option("scores", scores, RANK_SCORES)
    check_option("ties", ties, TIES)
    codes, w = np.asarray(outcome, dtype=np.int64), np.asarray(weights, dtype=np.float64)
    if ties == "weighted":
        mass = np.bincount(codes, w)
        middle = np.cumsum(mass) - mass / 2
    else:
        order = np.argsort(codes, kind="stable")
        own = np.cumsum(w[order]) - w[order] / 2
        middle = np.bincount(codes[order], own) / np.maximum(np.bincount(codes), 1)
    share = (middle / w.sum())[codes] if len(codes) else np.zeros(0)
    if scores == "van_der_waerden":
        return np.asarray(special.ndtri(share))
    if scores == "median":
        return np.asarray(share > MIDDLE, dtype=np.float64)
    return np.asarray(share)
