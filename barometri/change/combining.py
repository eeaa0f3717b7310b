"""Weighted sums of shares: one number with its error, degrees of freedom and test, or several jointly."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.inference.contrasts import contrast_test, single_test
from barometri.inference.multiplicity import intersection_union
from barometri.inference.tested import NAN, HypothesisTest

FloatArray = npt.NDArray[np.float64]
MINIMUM_DF: Final = 3.0
"""Below so many degrees of freedom of the design nothing is estimated."""
_UNRELATED: Final = 1e-12


@dataclass(frozen=True, slots=True, repr=False)
class Rows:
    """Shares with their joint covariance; shape (R,) each, the covariance (R, R).

    ``block`` numbers the parts that are independent of each other, such as waves; ``size`` is the unweighted
    base, ``df`` the degrees of freedom of each share.
    """

    value: FloatArray
    covariance: FloatArray
    size: FloatArray
    df: FloatArray
    block: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Combination:
    """A weighted sum of shares: two-sided test of 0, interval by t; ``reason`` says why there is none."""

    estimate: float = NAN
    se: float = NAN
    ci_low: float = NAN
    ci_high: float = NAN
    df: float = NAN
    p_value: float = NAN
    n: int = 0
    reason: str = ""


def combine(rows: Rows, weights: FloatArray, *, level: float = 0.95) -> Combination:
    """Return the weighted sum of some rows.

    Degrees of freedom are Satterthwaite's, ``(sum v)² / sum v² / df`` over the independent parts of the
    variance: rows where no two go together, else blocks with the smallest df of their rows.

    Parameters
    ----------
    rows
        Shares.
    weights
        One a row, shape (R,); rows of weight 0 play no part, also when they are not estimable.
    level
        Confidence level, 0 to 1.

    Examples
    --------
    >>> cells = Rows(np.array([0.6, 0.4]), np.diag([0.0009, 0.0016]), np.array([50.0, 40.0]),
    ...              np.array([49.0, 39.0]), np.array([0, 1]))
    >>> found = combine(cells, np.array([1.0, -1.0]))
    >>> round(found.estimate, 3), round(found.se, 3), round(found.df, 1), round(found.p_value, 4)
    (0.2, 0.05, 76.1, 0.0001)
    """
    used = np.flatnonzero(weights)
    own, values = weights[used], rows.value[used]
    n = int(rows.size[used].sum())
    if not len(used) or np.isnan(values).any():
        return Combination(n=n, reason="no_cases")
    estimate = float(own @ values)
    variance = float(own @ rows.covariance[np.ix_(used, used)] @ own)
    df = satterthwaite(rows, weights)
    if not df >= MINIMUM_DF:
        return Combination(estimate, df=df, n=n, reason="few_degrees_of_freedom")
    se = float(np.sqrt(max(variance, 0.0)))
    test = single_test("t", "", estimate, se, df=df, n=n, level=level, scale=float(np.abs(own).max()))
    if test.reason:
        return Combination(estimate, se, df=df, n=n, reason=test.reason.removeprefix("not_estimable:"))
    return Combination(estimate, se, test.ci_low, test.ci_high, df, test.p_value, n)


def satterthwaite(rows: Rows, weights: FloatArray) -> float:
    """Return the degrees of freedom of a weighted sum of rows, as `combine` counts them."""
    used = np.flatnonzero(weights)
    own, cov = weights[used], rows.covariance[np.ix_(used, used)]
    df, block = rows.df[used], rows.block[used]
    spread = np.outer(own, own) * cov
    parts, limits = [], []
    for number in np.unique(block):
        inside = np.flatnonzero(block == number)
        within = spread[np.ix_(inside, inside)]
        alone = np.diag(within)
        if np.abs(within - np.diag(alone)).max(initial=0.0) <= _UNRELATED * alone.max(initial=0.0):
            parts += alone.tolist()
            limits += df[inside].tolist()
        else:
            parts.append(float(within.sum()))
            limits.append(float(df[inside].min()))
    v, d = np.array(parts), np.array(limits)
    kept = v > 0
    if not kept.any() or not (d[kept] > 0).all():
        return float(d.min(initial=np.inf)) if len(d) else NAN
    return float(v[kept].sum() ** 2 / (v[kept] ** 2 / d[kept]).sum())


def jointly(rows: Rows, matrix: FloatArray, *, null: str) -> HypothesisTest:
    """Test that several weighted sums of rows are all 0: ``W / q`` on F with q and the smallest df of them.

    Parameters
    ----------
    rows
        Shares.
    matrix
        Weights, shape (q, R).
    null
        The null hypothesis in words.
    """
    used = np.flatnonzero((matrix != 0).any(axis=0))
    own = matrix[:, used]
    df = min((satterthwaite(rows, row) for row in matrix), default=NAN)
    n = int(rows.size[used].sum())
    if not len(used) or np.isnan(rows.value[used]).any():
        return HypothesisTest("wald", null, NAN, NAN, "F", NAN, df, n, reason="not_estimable:no_cases")
    spread = own @ rows.covariance[np.ix_(used, used)] @ own.T
    return contrast_test("wald", null, own @ rows.value[used], spread, denominator_df=df, n=n, size=1.0)


def directed(found: Combination, direction: int) -> float:
    """Return the two-sided p value where the number has the direction's sign (1 or -1), else 1.

    Examples
    --------
    >>> directed(Combination(estimate=-0.1, p_value=0.02), -1)
    0.02
    >>> directed(Combination(estimate=-0.1, p_value=0.02), 1)
    1.0
    """
    if np.isnan(found.p_value):
        return NAN
    return found.p_value if found.estimate * direction > 0 else 1.0


def in_each(found: Sequence[Combination], direction: int) -> float:
    """Return the p value that every number has the direction's sign (intersection-union); NaN without all."""
    return intersection_union([directed(one, direction) for one in found]) if found else NAN


def reversal(before: Combination, now: Combination, direction: int = 0) -> float:
    """Return the p value that a number has turned: now it has the direction's sign, before the opposite one.

    Both tests are at the full level (intersection-union). Without a direction it is that of the number now.

    Examples
    --------
    >>> reversal(Combination(estimate=-0.1, p_value=0.02), Combination(estimate=0.2, p_value=0.001))
    0.02
    """
    turn = direction or (1 if now.estimate > 0 else -1)
    return intersection_union([directed(before, -turn), directed(now, turn)])
