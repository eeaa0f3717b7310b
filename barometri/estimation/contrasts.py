"""Linear combinations of the rows of a result, with the covariance of the call that made them."""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.errors import OptionError
from barometri.estimates import Estimates
from barometri.inference.intervals import mean_intervals

FloatArray = npt.NDArray[np.float64]
Weights = Sequence[float] | Mapping[Hashable, float]


def contrast(estimates: Estimates, contrasts: Mapping[str, Weights], *, level: float = 0.95) -> Estimates:
    """Estimate differences and other combinations of rows.

    Parameters
    ----------
    estimates
        Rows with their joint covariance.
    contrasts
        Name of each contrast to its weights: one a row in order, or by key: the label of the row, a tuple
        where there are several key columns.
    level
        Confidence level, 0 to 1.

    Returns
    -------
    Estimates
        One row a contrast, in key column ``contrast``; ``n`` and ``df`` are the smallest of the rows that
        enter, so that the interval is not too short; interval by t.

    Raises
    ------
    OptionError
        A key that is no row, or weights of another length.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> from barometri.estimation import mean
    >>> from barometri.survey import Survey
    >>> answers = pd.DataFrame({"x": [1.0, 3.0, 4.0, 8.0], "g": ["a", "a", "b", "b"]})
    >>> found = mean(Survey(answers, SurveyDesign(weight="equal")), "x", by="g")
    >>> contrast(found, {"b - a": {"b": 1, "a": -1}}).frame[["contrast", "estimate"]]
      contrast  estimate
    0    b - a       4.0
    """
    rows = _rows(estimates)
    matrix = np.array(
        [_weights(name, weights, rows) for name, weights in contrasts.items()], dtype=np.float64
    )
    frame = estimates.frame
    values = frame["estimate"].to_numpy(dtype=np.float64)
    made = [_one(row, values, estimates.covariance) for row in matrix]
    estimate = np.array([value for value, _ in made])
    covariance = _covariance(matrix, estimates.covariance)
    se = np.sqrt(np.maximum(np.array([variance for _, variance in made]), 0.0))
    used = matrix != 0
    n = _smallest(frame["n"].to_numpy(dtype=np.float64), used)
    df = _smallest(frame["df"].to_numpy(dtype=np.float64), used)
    certain = ~(used & ~_believed(estimates)).any(axis=1)
    intervals = mean_intervals(estimate, se, df, level=level, certain=certain)
    result = pd.DataFrame({"contrast": list(contrasts), "estimate": estimate, "se": se})
    result["ci_low"], result["ci_high"] = intervals.low, intervals.high
    result["n"] = n.astype(np.int64)
    result["n_weighted"] = _smallest(frame["n_weighted"].to_numpy(dtype=np.float64), used)
    result["df"] = df
    rule = next((str(method).rsplit("/", 1)[-1] for method in frame["method"]), "taylor")
    result["method"] = [f"t/{rule}" if not r else f"not_estimable:{r}/{rule}" for r in intervals.reason]
    counts = pd.DataFrame({"k": _smallest(estimates.counts["k"].to_numpy(dtype=np.float64), used)})
    return Estimates(
        result, covariance, (), "contrast", estimates.design, counts, estimates.domain, estimates.marks
    )


def _believed(estimates: Estimates) -> npt.NDArray[np.bool_]:
    """Tell which rows an error of 0 is believed of: no empty or full cells, no rows without interval."""
    known = np.isfinite(estimates.frame["ci_low"].to_numpy(dtype=np.float64))
    k, n = estimates.counts["k"].to_numpy(dtype=np.float64), estimates.frame["n"].to_numpy(dtype=np.float64)
    return np.asarray(known & (k != 0) & (k != n))


def _rows(estimates: Estimates) -> list[Hashable]:
    """Return the key of each row: its label, a tuple where there are several key columns."""
    columns = [estimates.frame[key].tolist() for key in estimates.keys]
    if len(columns) == 1:
        return list(columns[0])
    return list(zip(*columns, strict=True)) if columns else [()] * len(estimates)


def _weights(name: str, weights: Weights, rows: list[Hashable]) -> FloatArray:
    if not isinstance(weights, Mapping):
        if len(weights) != len(rows):
            raise OptionError(f"Contrast {name!r} has {len(weights)} weights for {len(rows)} rows.")
        return np.asarray(weights, dtype=np.float64)
    result = np.zeros(len(rows))
    for key, weight in weights.items():
        if key not in rows:
            known = ", ".join(str(row) for row in rows[:5])
            raise OptionError(f"Contrast {name!r}: {key!r} is no row; rows are {known}, ...")
        result[rows.index(key)] = weight
    return result


def _one(row: FloatArray, values: FloatArray, covariance: FloatArray) -> tuple[float, float]:
    """Value and variance of a contrast; rows with weight 0 play no part, also when they are not estimable."""
    used = np.flatnonzero(row)
    own = row[used]
    return float(own @ values[used]), float(own @ covariance[np.ix_(used, used)] @ own)


def _covariance(matrix: FloatArray, covariance: FloatArray) -> FloatArray:
    used = np.flatnonzero(np.any(matrix != 0, axis=0))
    return np.asarray(matrix[:, used] @ covariance[np.ix_(used, used)] @ matrix[:, used].T)


def _smallest(values: FloatArray, used: npt.NDArray[np.bool_]) -> FloatArray:
    return np.array([values[row].min() if row.any() else np.nan for row in used])
