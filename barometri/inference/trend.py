"""Tests of unweighted counts for trend along ordered groups: cross-checks for simple random samples."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import OptionError
from barometri.inference.association_measures import ordinal_measures
from barometri.inference.tested import NAN, HypothesisTest, chi_squared_tail, normal_tail

FloatArray = NDArray[np.float64]
NO_TREND = "the outcome neither rises nor falls along the ordered groups"
TWO = 2


def nonempty(table: ArrayLike) -> FloatArray:
    """Return counts without empty rows and columns."""
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != TWO:
        raise OptionError(
            "A two-way table of counts is needed: rows groups, columns outcomes in rising order."
        )
    return np.asarray(counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0])


def recorded(
    method: str, null: str, value: float, p: float, *, reference: str, n: float, **more: float
) -> HypothesisTest:
    """Return the record of a test; ``more`` holds ``df``, ``estimate`` and what goes to ``detail``.

    Examples
    --------
    >>> recorded("trend", "none", float("nan"), float("nan"), reference="normal", n=3).reason
    'not_estimable:one_group_or_value'
    """
    df = more.pop("df", NAN)
    estimate = more.pop("estimate", NAN)
    reason = "" if np.isfinite(p) else "not_estimable:one_group_or_value"
    return HypothesisTest(
        method,
        null,
        float(value),
        p,
        reference,
        df,
        np.inf,
        int(n),
        float(estimate),
        reason=reason,
        detail=more,
    )


def ratio(top: float, bottom: float) -> float:
    """Return a ratio, NaN where nothing stands below.

    Examples
    --------
    >>> ratio(1.0, 2.0)
    0.5
    """
    return top / bottom if bottom > 0 else NAN


def _kendall_variance(rows: FloatArray, columns: FloatArray, n: float) -> float:
    """Variance of Kendall's S under the null with ties in both (Kendall 1970)."""

    def sums(t: FloatArray) -> tuple[float, float, float]:
        pairs = t * (t - 1)
        return float((pairs * (2 * t + 5)).sum()), float((pairs * (t - 2)).sum()), float(pairs.sum())

    a, b = sums(rows), sums(columns)
    whole = n * (n - 1) * (2 * n + 5)
    thrice = a[1] * b[1] / (9 * n * (n - 1) * (n - 2)) if n > TWO else 0.0
    return (whole - a[0] - b[0]) / 18 + thrice + a[2] * b[2] / (2 * n * (n - 1))


def jonckheere_terpstra(table: ArrayLike) -> HypothesisTest:
    """Jonckheere and Terpstra's test that the outcome rises or falls along ordered groups, ties corrected.

    The statistic counts pairs in which the higher group has the higher outcome, ties half; its z is that of
    Kendall's S (Jonckheere 1954, Biometrika 41, 133-145; Kendall 1970, Rank Correlation Methods).

    Parameters
    ----------
    table
        Counts, rows ordered groups, columns outcomes in rising order, shape (I, J).

    Returns
    -------
    HypothesisTest
        ``statistic`` is z; ``detail``: ``jt``, its ``mean`` and ``variance``, ``p_increasing`` one-sided.

    Examples
    --------
    >>> round(jonckheere_terpstra([[8, 2], [2, 8]]).statistic, 4)
    2.6153
    """
    counts = nonempty(table)
    n, rows, columns = counts.sum(), counts.sum(axis=1), counts.sum(axis=0)
    found = ordinal_measures(counts)
    s = n**2 * (found.concordant - found.discordant) / 2
    pairs = (n**2 - (rows**2).sum()) / 2
    variance = _kendall_variance(rows, columns, n) / 4 if min(counts.shape) >= TWO else 0.0
    z = ratio(s / 2, np.sqrt(variance) if variance > 0 else 0.0)
    return recorded(
        "jonckheere_terpstra",
        NO_TREND,
        z,
        2 * float(normal_tail(abs(z))),
        reference="normal",
        n=n,
        jt=(s + pairs) / 2,
        mean=pairs / 2,
        variance=variance,
        p_increasing=float(normal_tail(z)),
    )


def cochran_armitage(
    successes: ArrayLike, totals: ArrayLike, scores: ArrayLike | None = None
) -> HypothesisTest:
    """Cochran and Armitage's test that a share rises or falls linearly with the score of the group.

    ``(sum s (x - n p))² / (p (1 - p) sum n (s - mean s)²)`` on chi-squared with 1 degree of freedom (Armitage
    1955, Biometrics 11, 375-386).

    Parameters
    ----------
    successes, totals
        Counts by group, shape (I,).
    scores
        Scores of the groups, shape (I,); 1, 2, ... by default.

    Returns
    -------
    HypothesisTest
        ``detail``: ``slope`` of the share, and the ``departure`` from linearity with ``departure_df`` and
        ``departure_p``, which together with the trend make the ``total`` Pearson statistic.

    Examples
    --------
    >>> round(cochran_armitage([2, 4, 8], [10, 10, 10]).statistic, 4)
    7.2321
    """
    x, n = np.asarray(successes, dtype=np.float64), np.asarray(totals, dtype=np.float64)
    s = np.arange(1.0, len(n) + 1) if scores is None else np.asarray(scores, dtype=np.float64)
    if not (x.shape == n.shape == s.shape):
        raise OptionError(f"scores must be one for each of {len(n)} groups; got {len(s)}.")
    used = n > 0
    x, n, s = x[used], n[used], s[used]
    share, centred = x.sum() / n.sum(), s - (n * s).sum() / n.sum()
    spread = (n * centred**2).sum()
    slope = ratio(float(((x - n * share) * centred).sum()), float(spread))
    trend = ratio(slope**2 * float(spread), share * (1 - share))
    whole = ratio(float(((x - n * share) ** 2 / n).sum()), share * (1 - share))
    return recorded(
        "cochran_armitage",
        NO_TREND,
        trend,
        float(chi_squared_tail(trend, 1)),
        reference="chi_squared",
        n=n.sum(),
        df=1.0,
        slope=slope,
        total=whole,
        departure=whole - trend,
        departure_df=len(n) - 2.0,
        departure_p=float(chi_squared_tail(max(whole - trend, 0.0), len(n) - 2)),
    )


def linear_by_linear(
    table: ArrayLike, rows: ArrayLike | None = None, columns: ArrayLike | None = None
) -> HypothesisTest:
    """Mantel's test of linear association of row and column scores, ``z = sqrt(n - 1) r``.

    Source: Mantel 1963, JASA 58, 690-700; Agresti 2002, Categorical Data Analysis, section 3.4.

    Parameters
    ----------
    table
        Counts, shape (I, J).
    rows, columns
        Scores; 1, 2, ... by default.

    Returns
    -------
    HypothesisTest
        ``statistic`` is z, ``estimate`` the correlation r.

    Examples
    --------
    >>> round(linear_by_linear([[8, 2], [2, 8]]).statistic, 4)
    2.6153
    """
    counts = np.asarray(table, dtype=np.float64)
    a = np.arange(counts.shape[0]) if rows is None else np.asarray(rows, dtype=np.float64)
    b = np.arange(counts.shape[1]) if columns is None else np.asarray(columns, dtype=np.float64)
    n = counts.sum()
    a, b = a - counts.sum(axis=1) @ a / n, b - counts.sum(axis=0) @ b / n
    spread = (counts.sum(axis=1) @ a**2) * (counts.sum(axis=0) @ b**2)
    r = ratio(float(a @ counts @ b), float(np.sqrt(spread)))
    z = np.sqrt(n - 1) * r
    return recorded(
        "linear_by_linear", NO_TREND, z, 2 * float(normal_tail(abs(z))), reference="normal", n=n, estimate=r
    )
