"""Ranks with intervals: how high a district may stand, from all comparisons of pairs."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from barometri.inference.contrasts import single_test
from barometri.inference.multiplicity import adjust_p_values

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranks:
    """Rank of each value, 1 the highest, and its simultaneous interval; NaN for values that are not known."""

    rank: FloatArray
    low: FloatArray
    high: FloatArray


def rank_intervals(
    values: npt.ArrayLike, covariance: npt.ArrayLike, *, df: float, level: float = 0.95
) -> Ranks:
    """Rank values, with intervals that hold jointly.

    A value's best rank is 1 plus how many others are shown to be higher, its worst how many are left when
    those shown to be lower are taken off. Shown is by t tests of all pairs, adjusted by Holm (Mohamad, Goeman
    and van Zwet 2019, Annals of Statistics 47, 2017-2044, with Holm's steps in place of Tukey's).

    Parameters
    ----------
    values
        Shape (D,).
    covariance
        Theirs, shape (D, D).
    df
        Degrees of freedom of the design.
    level
        Joint confidence level, 0 to 1.

    Returns
    -------
    Ranks
        Shape (D,) each; ties share the better rank.

    Examples
    --------
    >>> found = rank_intervals([0.7, 0.5, 0.48], np.diag([0.0004, 0.0004, 0.0004]), df=200)
    >>> found.rank.tolist(), found.low.tolist(), found.high.tolist()
    ([1.0, 2.0, 3.0], [1.0, 2.0, 2.0], [1.0, 3.0, 3.0])
    """
    y, v = np.asarray(values, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(y) & np.isfinite(np.diag(v)))
    pairs = list(combinations(known.tolist(), 2))
    p = []
    for one, other in pairs:
        se = float(np.sqrt(max(v[one, one] + v[other, other] - 2 * v[one, other], 0.0)))
        p.append(single_test("t", "", float(y[one] - y[other]), se, df=df, n=0, scale=1.0).p_value)
    shown = adjust_p_values(p) < 1 - level if pairs else np.zeros(0, dtype=np.bool_)
    above, below, rank = (np.full(len(y), np.nan) for _ in range(3))
    above[known] = below[known] = 0.0
    for (one, other), sure in zip(pairs, shown, strict=True):
        if sure:
            high, low = (one, other) if y[one] > y[other] else (other, one)
            above[low] += 1
            below[high] += 1
    rank[known] = [1 + (y[known] > y[place]).sum() for place in known]
    return Ranks(rank, 1 + above, len(known) - below)
