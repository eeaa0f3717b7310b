"""Ordinal association in a two-way table of weighted shares, with variances from the shares' covariance."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import check_option
from barometri.inference.association_measures import MEASURES, ROUNDING, Measures, ordinal_measures
from barometri.inference.intervals import t_quantile, two_sided_p

FloatArray = NDArray[np.float64]
AssociationInterval = Literal["auto", "t", "arctanh"]
ASSOCIATION_INTERVALS: tuple[str, ...] = get_args(AssociationInterval)
ARCTANH_FROM = 0.5  # beyond this size the interval of a bounded measure is taken on the arctanh scale


@dataclass(frozen=True, slots=True)
class Association:
    """Measures of ordinal association with design-based errors; tests state the null of no association.

    Parameters
    ----------
    names
        As in `Measures`.
    estimate, se, statistic, p_value, low, high
        Shape (7,); ``statistic`` is estimate / se, compared with Student's t, or under ``multinomial``
        sampling estimate / null_se, compared with the normal; NaN where not estimable.
    null_se
        Errors under no association, shape (7,); NaN for a complex design.
    df
        Degrees of freedom of the t distribution; infinite for the normal.
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
    null_se: FloatArray
    low: FloatArray
    high: FloatArray
    df: float
    level: float
    null: str = "the measure is 0: larger x goes neither with larger nor with smaller y"


def ordinal_association(
    shares: ArrayLike,
    covariance: ArrayLike,
    df: float,
    *,
    level: float = 0.95,
    interval: AssociationInterval = "auto",
    x_scores: ArrayLike | None = None,
    y_scores: ArrayLike | None = None,
) -> Association:
    """Measures of ordinal association with errors by the delta method from the covariance of the cell shares.

    Intervals are ``value ± t(df) se``, or on the arctanh scale; ``auto`` takes the arctanh scale where the
    value exceeds 0.5 in size. A perfect association has no interval.

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
    interval
        ``auto``, ``t`` or ``arctanh``.
    x_scores, y_scores
        Scores for Pearson's r.

    Returns
    -------
    Association
        Values, errors, tests and intervals of the measures.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.array([[0.3, 0.1], [0.2, 0.4]])
    >>> v = (np.diag(p.ravel()) - np.outer(p, p)) / 100
    >>> found = ordinal_association(p, v, 99)
    >>> found.names[0], round(float(found.estimate[0]), 4), round(float(found.se[0]), 4)
    ('somers_d', 0.4167, 0.0916)
    """
    check_option("interval", interval, ASSOCIATION_INTERVALS)
    found = ordinal_measures(shares, x_scores, y_scores)
    slopes = found.gradients.reshape(len(MEASURES), -1)
    variances = np.einsum("ki,ij,kj->k", slopes, np.asarray(covariance, dtype=np.float64), slopes)
    return _judged(found, variances, np.full(len(MEASURES), np.nan), df=df, level=level, interval=interval)


def multinomial_association(
    counts: ArrayLike, *, level: float = 0.95, interval: AssociationInterval = "auto"
) -> Association:
    """Measures of ordinal association of unweighted counts, a simple random sample.

    ``se`` is the error of the value, ``null_se`` that under no association; the tests use the second one
    (Brown and Benedetti 1977, JASA 72, 309-315).

    Parameters
    ----------
    counts
        Rows x and columns y in rising order, shape (I, J).
    level, interval
        As in `ordinal_association`.

    Returns
    -------
    Association
        Compared with the normal distribution.

    Examples
    --------
    >>> found = multinomial_association([[30, 10], [20, 40]])
    >>> round(float(found.se[0]), 4), round(float(found.null_se[0]), 4)
    (0.0916, 0.0932)
    """
    check_option("interval", interval, ASSOCIATION_INTERVALS)
    table = np.asarray(counts, dtype=np.float64)
    found, n = ordinal_measures(table), table.sum()
    p = table / n if n > 0 else table

    def spread(gradients: FloatArray) -> FloatArray:
        mean = (p * gradients).sum(axis=(1, 2))
        return np.asarray(((p * gradients**2).sum(axis=(1, 2)) - mean**2) / max(n, 1.0))

    under = np.sqrt(np.maximum(spread(found.null_gradients), 0.0))
    return _judged(found, spread(found.gradients), under, df=np.inf, level=level, interval=interval)


def _judged(
    found: Measures, variances: FloatArray, null_se: FloatArray, *, df: float, level: float, interval: str
) -> Association:
    values = found.estimate
    se = np.sqrt(np.maximum(variances, 0))
    se[(np.abs(values) >= 1 - ROUNDING) | (se <= ROUNDING)] = np.nan
    half = t_quantile(df, (1 - level) / 2) * se
    low, high = values - half, values + half
    wide = np.abs(values) > {"auto": ARCTANH_FROM, "t": 1.0, "arctanh": -1.0}[interval]
    by = np.where(np.isnan(null_se), se, null_se)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(by > 0, values / by, np.nan)
        centre, spread = np.arctanh(values), half / (1 - values**2)
        low[wide], high[wide] = np.tanh(centre - spread)[wide], np.tanh(centre + spread)[wide]
    p = two_sided_p(statistic, df)
    return Association(MEASURES, values, se, statistic, p, null_se, low, high, float(df), level)
