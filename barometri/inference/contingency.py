"""Tests of independence in a two-way table: Rao and Scott's under a design, Pearson's of plain counts."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import OptionError, check_option
from barometri.inference.quadratic_forms import exact_tail, saddlepoint_tail
from barometri.inference.tested import NAN, HypothesisTest, chi_squared_tail, f_tail

FloatArray = NDArray[np.float64]
RaoScottStatistic = Literal["F", "chisq", "wald", "adjusted_wald", "lincom", "saddlepoint"]
RAO_SCOTT_STATISTICS: tuple[str, ...] = get_args(RaoScottStatistic)
INDEPENDENT = "rows and columns are independent in the population"
SINGULAR = 1e-10


@dataclass(frozen=True, slots=True)
class Table:
    """A two-way table as a survey estimates it.

    Parameters
    ----------
    totals
        Weighted cell totals or shares, shape (I, J), rows and columns with any total.
    covariance
        Their design covariance, shape (I J, I J), cells row by row.
    n
        Unweighted number of people.
    df
        Degrees of freedom of the design: units minus strata.
    """

    totals: FloatArray
    covariance: FloatArray
    n: int
    df: float

    @property
    def shares(self) -> FloatArray:
        """Cell shares, shape (I, J), sum 1."""
        return np.asarray(self.totals / self.totals.sum())

    @property
    def share_covariance(self) -> FloatArray:
        """Covariance of the shares by the delta method, shape (I J, I J)."""
        p = self.shares.ravel()
        slope = (np.eye(len(p)) - p[:, None]) / self.totals.sum()
        return np.asarray(slope @ self.covariance @ slope.T)

    @property
    def tests(self) -> int:
        """Degrees of freedom of independence, (I - 1)(J - 1)."""
        rows, columns = self.totals.shape
        return int((rows - 1) * (columns - 1))


def pearson_statistic(shares: ArrayLike) -> float:
    """Sum of squared deviations from independence over what independence expects, for one person.

    Examples
    --------
    >>> pearson_statistic([[0.5, 0.0], [0.0, 0.5]])
    1.0
    """
    p = np.asarray(shares, dtype=np.float64)
    expected = p.sum(axis=1, keepdims=True) * p.sum(axis=0, keepdims=True)
    return float(((p - expected) ** 2 / expected).sum())


def _contrasts(size: int) -> FloatArray:
    return np.concatenate([np.full((1, size - 1), -1.0), np.eye(size - 1)])


def generalised_design_effects(table: Table) -> FloatArray:
    """Design effects of the contrasts of independence: the weights of chi-squared under the null.

    Eigenvalues of ``(C' D^-1 C)^-1 C' D^-1 (n V) D^-1 C``, where V is the covariance of the cell shares, D
    holds the shares on its diagonal and C the interaction contrasts (Rao and Scott 1984, Annals of Statistics
    12, 46-60). Empty cells enter with weight 0.

    Parameters
    ----------
    table
        The table.

    Returns
    -------
    numpy.ndarray
        Shape ((I - 1)(J - 1),), all 1 for simple random sampling with replacement.
    """
    rows, columns = table.totals.shape
    p = table.shares.ravel()
    weight = np.where(p > 0, 1 / np.where(p > 0, p, 1.0), 0.0)
    contrast = np.kron(_contrasts(rows), _contrasts(columns)) * weight[:, None]
    middle = contrast.T @ (np.diag(p)) @ contrast
    if np.linalg.matrix_rank(middle) < len(middle):
        return np.full(len(middle), np.nan)
    spread = contrast.T @ table.share_covariance @ contrast
    root = np.linalg.cholesky(middle)
    half = np.linalg.solve(root, np.linalg.solve(root, spread).T)
    return np.asarray(table.n * np.linalg.eigvalsh((half + half.T) / 2))


def rao_scott_test(table: Table, *, statistic: RaoScottStatistic = "F") -> HypothesisTest:
    """Test the independence of rows and columns under a complex design.

    Pearson's X² of the weighted shares scaled to n people is under the null a sum of chi-squared variables
    weighted with the generalised design effects d. ``F``: ``X² / sum d`` on F with ``m = (sum d)² / sum d²``
    and ``m df`` (second order, Rao and Scott 1984; Thomas and Rao 1987, JASA 82, 630-636). ``chisq``:
    ``X² / mean d`` on chi-squared (first order). ``lincom``: the exact tail of the sum, over a chi-squared
    with ``m df`` degrees of freedom as F has it; ``saddlepoint`` its approximation. ``wald``: the covariance
    of the deviations itself (Koch, Freeman and Freeman 1975), far too liberal with few units;
    ``adjusted_wald`` uses up its degrees of freedom.

    Parameters
    ----------
    table
        The table, two rows and columns at least.
    statistic
        As above.

    Returns
    -------
    HypothesisTest
        ``detail`` holds ``cramers_v`` of the weighted shares and ``mean_design_effect``.
    """
    check_option("statistic", statistic, RAO_SCOTT_STATISTICS)
    if min(table.totals.shape, default=0) < 2:  # noqa: PLR2004 - something to compare
        return _nothing(table, statistic, "one_row_or_column")
    if statistic in ("wald", "adjusted_wald"):
        return _wald(table, statistic)
    effects = generalised_design_effects(table)
    x = table.n * pearson_statistic(table.shares)
    mean, k = float(effects.mean()), table.tests
    if not mean > 0:
        return _nothing(table, statistic, "variance_unknown" if np.isnan(mean) else "no_variance")
    detail = {"cramers_v": _cramers_v(x, table), "mean_design_effect": mean, "pearson": x}
    reference, df, bottom, value = "sum_of_chi_squared", float(k), np.inf, x
    spread = float(effects.sum() ** 2 / (effects**2).sum())
    if statistic == "F":
        reference, df, bottom, value = "F", spread, spread * table.df, x / float(effects.sum())
        p = float(f_tail(value, df, bottom))
    elif statistic == "chisq":
        reference, p = "chi_squared", float(chi_squared_tail(x / mean, k))
    else:
        bottom = spread * table.df
        p = (exact_tail if statistic == "lincom" else saddlepoint_tail)(
            x, np.maximum(effects, 0.0), df=bottom
        )
    method = f"rao_scott_{statistic}"
    return HypothesisTest(method, INDEPENDENT, value, p, reference, df, bottom, table.n, detail=detail)


def _cramers_v(x: float, table: Table) -> float:
    return float(np.sqrt(x / table.n / (min(table.totals.shape) - 1)))


def _nothing(table: Table, statistic: str, why: str) -> HypothesisTest:
    return HypothesisTest(
        f"rao_scott_{statistic}",
        INDEPENDENT,
        NAN,
        NAN,
        "F",
        NAN,
        NAN,
        table.n,
        reason=f"not_estimable:{why}",
    )


def _wald(table: Table, statistic: str) -> HypothesisTest:
    t = table.totals
    rows, columns, whole = t.sum(axis=1), t.sum(axis=0), t.sum()
    size = t.shape
    in_row = np.kron(np.eye(size[0]), np.ones((1, size[1])))
    in_column = np.kron(np.ones((1, size[0])), np.eye(size[1]))
    row_of, column_of = np.divmod(np.arange(t.size), size[1])
    slope = (
        np.eye(t.size)
        - (columns / whole)[column_of, None] * in_row[row_of]
        - (rows / whole)[row_of, None] * in_column[column_of]
        + (rows[row_of] * columns[column_of] / whole**2)[:, None]
    )
    used = (row_of > 0) & (column_of > 0)
    deviation = (t - np.outer(rows, columns) / whole).ravel()[used]
    spread = (slope @ table.covariance @ slope.T)[np.ix_(used, used)]
    k = table.tests
    bottom = table.df if statistic == "wald" else table.df - k + 1
    if np.linalg.matrix_rank(spread, tol=SINGULAR * np.abs(spread).max()) < k or bottom <= 0:
        return _nothing(table, statistic, "few_degrees_of_freedom")
    value = float(deviation @ np.linalg.solve(spread, deviation)) / k
    if statistic == "adjusted_wald":
        value *= bottom / table.df
    p = float(f_tail(value, k, bottom))
    method = "wald" if statistic == "wald" else "adjusted_wald"
    return HypothesisTest(method, INDEPENDENT, value, p, "F", float(k), float(bottom), table.n)


@dataclass(frozen=True, slots=True)
class ContingencyTable:
    """Plain counts of a two-way table and what the classics say of them.

    Parameters
    ----------
    counts
        Numbers of people, shape (I, J).
    pearson, likelihood_ratio
        Tests of independence on chi-squared.
    residuals
        Standardised residuals, shape (I, J): deviations over their error under independence.
    phi
        Of a table of two rows and columns, else NaN.
    contingency
        Contingency coefficient, 0 to below 1.
    cramers_v
        0 to 1.
    """

    counts: FloatArray
    pearson: HypothesisTest
    likelihood_ratio: HypothesisTest
    residuals: FloatArray
    phi: float
    contingency: float
    cramers_v: float


def independence_of_counts(counts: ArrayLike) -> ContingencyTable:
    """Test independence by Pearson's and the likelihood-ratio statistic of unweighted counts.

    Right for simple random samples alone: with survey weights a true null is rejected far too often.

    Parameters
    ----------
    counts
        Shape (I, J), two rows and columns at least, each with people.

    Returns
    -------
    ContingencyTable
        With measures of association.

    Raises
    ------
    OptionError
        Fewer rows or columns than two, or one without people.

    Examples
    --------
    >>> found = independence_of_counts([[10, 20], [20, 10]])
    >>> round(found.pearson.statistic, 4), round(found.cramers_v, 4)
    (6.6667, 0.3333)
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2 or not np.all(table.sum(axis=1)) * np.all(table.sum(axis=0)):  # noqa: PLR2004
        raise OptionError("A test of independence needs two rows and two columns at least, none empty.")
    n = table.sum()
    rows, columns = table.sum(axis=1, keepdims=True) / n, table.sum(axis=0, keepdims=True) / n
    expected = n * rows * columns
    x = float(n) * pearson_statistic(table / n)
    ratio = np.where(table > 0, table / expected, 1.0)
    g = 2 * float((table * np.log(ratio)).sum())
    df = (table.shape[0] - 1) * (table.shape[1] - 1)

    def tested(method: str, value: float) -> HypothesisTest:
        p = float(chi_squared_tail(value, df))
        return HypothesisTest(method, INDEPENDENT, value, p, "chi_squared", float(df), np.inf, int(n))

    return ContingencyTable(
        table,
        tested("pearson", x),
        tested("likelihood_ratio", g),
        np.asarray((table - expected) / np.sqrt(expected * (1 - rows) * (1 - columns))),
        float(np.sqrt(x / n)) if table.shape == (2, 2) else NAN,
        float(np.sqrt(x / (n + x))),
        float(np.sqrt(x / n / (min(table.shape) - 1))),
    )
