"""Equivalence: two one-sided tests that a number lies between two limits, and their power."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from barometri.errors import OptionError
from barometri.inference.tails import t_quantile
from barometri.inference.tested import NAN, HypothesisTest

FloatArray = NDArray[np.float64]
NODES = 200


def _lower_tail(t: float, df: float) -> float:
    """Probability that Student's t exceeds a value, not doubled."""
    return float(special.ndtr(-t)) if np.isinf(df) else float(special.stdtr(df, -t))


@cache
def _nodes() -> tuple[FloatArray, FloatArray]:
    """Return places and shares of the quadrature."""
    places, shares = np.polynomial.legendre.leggauss(NODES)
    return np.asarray(places), np.asarray(shares)


def equivalence_power(
    se: float, df: float, low: float, high: float, *, true: float = 0.0, alpha: float = 0.05
) -> float:
    """Probability that both one-sided tests reject, at a true value.

    ``E[Phi((high - true)/se - t s) - Phi((low - true)/se + t s)]+`` over the chi distribution of the
    estimated error ``s``, by quadrature (Phillips 1990, J. Pharmacokin. Biopharm. 18, 137-144).

    Parameters
    ----------
    se
        Error of the estimate, positive.
    df
        Its degrees of freedom; infinite for a known error.
    low, high
        Limits.
    true
        The true value.
    alpha
        Level of each test.

    Returns
    -------
    float
        0 to 1.

    Examples
    --------
    >>> round(equivalence_power(1.0, np.inf, -3.0, 3.0), 4)
    0.8246
    """
    if not (se > 0 and df > 0):
        return NAN
    critical = float(t_quantile(df, alpha))
    if np.isinf(df):
        spread, share = np.ones(1), np.ones(1)
    else:
        nodes, factors = _nodes()
        spread = np.sqrt(special.chdtri(df, (1 - nodes) / 2) / df)
        share = factors / 2
    upper = special.ndtr((high - true) / se - critical * spread)
    lower = special.ndtr((low - true) / se + critical * spread)
    return float(share @ np.maximum(upper - lower, 0.0))


def equivalence(
    estimate: float, se: float, df: float, n: int, *, low: float, high: float, alpha: float = 0.05
) -> HypothesisTest:
    """Two one-sided t tests that a number lies between two limits (Schuirmann 1987).

    The p-value is the larger of the two; the interval is the one of level ``1 - 2 alpha``, which lies between
    the limits exactly where both tests reject.

    Parameters
    ----------
    estimate, se, df
        The number, its error and degrees of freedom.
    n
        Unweighted number of people.
    low, high
        Limits of equivalence, ``low < high``.
    alpha
        Level of each test.

    Returns
    -------
    HypothesisTest
        ``statistic`` is the smaller of the two t, ``detail``: ``p_low``, ``p_high``, and ``power`` at the
        middle of the limits, known before the verdict.

    Raises
    ------
    OptionError
        Limits in the wrong order, or alpha outside 0 to 0.5.

    Examples
    --------
    >>> test = equivalence(0.5, 1.0, np.inf, 100, low=-3, high=3)
    >>> round(test.p_value, 4), round(test.detail["power"], 4)
    (0.0062, 0.8246)
    """
    if not low < high:
        raise OptionError("Equivalence needs limits with low < high; give both, or one positive margin.")
    if not 0 < alpha < 0.5:  # noqa: PLR2004 - a one-sided level
        raise OptionError(f"alpha must lie between 0 and 0.5; got {alpha}.")
    null = f"the number lies at or beyond {low:g} or {high:g}"
    if not (se > 0 and df > 0):
        why = "few_degrees_of_freedom" if se > 0 else "zero_variance" if se == 0 else "variance_unknown"
        return HypothesisTest(
            "equivalence", null, NAN, NAN, "t", df, np.inf, n, estimate, se, reason=f"not_estimable:{why}"
        )
    above, below = (estimate - low) / se, (high - estimate) / se
    p_low, p_high = _lower_tail(above, df), _lower_tail(below, df)
    half = float(t_quantile(df, alpha)) * se
    power = equivalence_power(se, df, low, high, true=(low + high) / 2, alpha=alpha)
    return HypothesisTest(
        "equivalence",
        null,
        min(above, below),
        max(p_low, p_high),
        "t",
        df,
        np.inf,
        n,
        estimate,
        se,
        estimate - half,
        estimate + half,
        detail={"p_low": p_low, "p_high": p_high, "power": power, "low": low, "high": high},
    )
