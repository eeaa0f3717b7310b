"""Tests of one estimate or of several jointly, from their covariance."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.inference.tails import t_quantile, two_sided_p
from barometri.inference.tested import NAN, HypothesisTest, f_tail

FloatArray = NDArray[np.float64]
SINGULAR = 1e-12


def single_test(
    method: str,
    null: str,
    estimate: float,
    se: float,
    *,
    df: float,
    n: int,
    null_value: float = 0.0,
    level: float = 0.95,
    scale: float = 0.0,
) -> HypothesisTest:
    """Test of one number by ``(estimate - null_value) / se`` on t.

    Without error or degrees of freedom there is no test, and ``reason`` says so.

    Parameters
    ----------
    method, null
        Words of the record.
    estimate, se, df, n
        What is tested.
    null_value
        Value under the null.
    level
        Confidence level, 0 to 1.
    scale
        Size of the numbers that the estimate was made of: an error of 1e-12 of it is rounding, not variance.

    Returns
    -------
    HypothesisTest
        With interval ``estimate ± t(df) se``.

    Examples
    --------
    >>> round(single_test("t_test", "no difference", 2.0, 1.0, df=10, n=12).p_value, 4)
    0.0734
    """
    reason = ""
    if not se > SINGULAR * max(scale, abs(estimate)):
        reason = "not_estimable:variance_unknown" if np.isnan(se) else "not_estimable:zero_variance"
    elif not df > 0:
        reason = "not_estimable:few_degrees_of_freedom"
    if reason:
        return HypothesisTest(method, null, NAN, NAN, "t", df, np.inf, n, estimate, se, reason=reason)
    statistic = (estimate - null_value) / se
    half = float(t_quantile(df, (1 - level) / 2)) * se
    p = float(two_sided_p(statistic, df))
    return HypothesisTest(
        method, null, statistic, p, "t", df, np.inf, n, estimate, se, estimate - half, estimate + half
    )


def contrast_test(
    method: str,
    null: str,
    estimate: ArrayLike,
    covariance: ArrayLike,
    *,
    denominator_df: float,
    n: int,
    size: float = 0.0,
) -> HypothesisTest:
    """Joint Wald test that several numbers are 0: ``W / q`` on F with q and the given df.

    Directions without variance are left out where the numbers are 0 along them; where they are not, there is
    no test.

    Parameters
    ----------
    method, null
        Words of the record.
    estimate
        Deviations from the null, shape (q,).
    covariance
        Shape (q, q).
    denominator_df
        Infinite for chi-squared.
    n
        Unweighted number of people.
    size
        Size of the numbers that the estimates were made of: errors of 1e-12 of it are rounding.

    Returns
    -------
    HypothesisTest
        ``statistic`` is F, ``detail`` holds ``chi_squared`` (W).

    Examples
    --------
    >>> import numpy as np
    >>> test = contrast_test("wald", "none differs", [1.0, 2.0], np.eye(2), denominator_df=20, n=30)
    >>> test.statistic, test.detail["chi_squared"], round(test.p_value, 4)
    (2.5, 5.0, 0.1074)
    """
    d, v = np.asarray(estimate, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    reason = ""
    if not (np.all(np.isfinite(v)) and np.all(np.isfinite(d))):
        reason = "not_estimable:variance_unknown"
    elif not denominator_df > 0:
        reason = "not_estimable:few_degrees_of_freedom"
    else:
        se = np.sqrt(np.maximum(np.diag(v), 0.0))
        certain = se <= SINGULAR * np.maximum(size, np.abs(d))
        scale = np.where(certain, max(size, 1.0), se)
        v = np.where(certain[:, None] | certain[None, :], 0.0, v)
        values, turn = np.linalg.eigh(v / np.outer(scale, scale))
        known = values > SINGULAR * max(len(d), 1)
        along = turn.T @ (d / scale)
        if not known.any() or np.any(np.abs(along[~known]) > np.sqrt(SINGULAR)):
            reason = "not_estimable:zero_variance"
    if reason:
        return HypothesisTest(method, null, NAN, NAN, "F", float(len(d)), denominator_df, n, reason=reason)
    w, q = float((along[known] ** 2 / values[known]).sum()), int(known.sum())
    p = float(f_tail(w / q, q, denominator_df))
    return HypothesisTest(method, null, w / q, p, "F", float(q), denominator_df, n, detail={"chi_squared": w})
