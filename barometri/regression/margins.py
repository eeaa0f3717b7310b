"""What a fit says in shares and points: marginal effects, standardised and predicted means."""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.errors import OptionError
from barometri.estimates import Estimates
from barometri.inference.intervals import mean_intervals
from barometri.inference.sandwich import influence_covariance
from barometri.regression.means import category_names, means_of
from barometri.regression.records import RegressionFit

FloatArray = npt.NDArray[np.float64]
STEP = 1e-4  # of a standard deviation, for the slope of a number


@dataclass(frozen=True, slots=True)
class _Average:
    """Mean over the respondents of a combination of predictions: covariates made, and their factor."""

    key: tuple[Hashable, ...]
    parts: tuple[tuple[pd.DataFrame, float], ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Form of a result: key columns, categories of an ordinal answer, statistic and confidence level."""

    columns: tuple[str, ...]
    categories: str | Sequence[str]
    statistic: str
    level: float


def standardise(
    fit: RegressionFit,
    variable: str,
    values: Sequence[Hashable] | None = None,
    *,
    categories: str | Sequence[str] = "all",
    level: float = 0.95,
) -> Estimates:
    """Mean prediction if everybody had one value of a variable and kept the others (g-computation).

    ``sum_i w_i m(x_i with v) / sum_i w_i``; the covariance holds the uncertainty of the coefficients and that
    of who was sampled, since the influences of both are added before the design's covariance is taken.

    Parameters
    ----------
    fit
        A regression.
    variable
        A covariate.
    values
        Its levels or numbers; all levels that occur by default.
    categories
        Of an ordinal answer: ``all``, or names; ``good`` is the share of favourable answers.
    level
        Confidence level, 0 to 1.

    Returns
    -------
    Estimates
        One row a value (and category), with joint covariance: differences by ``contrast``.

    Raises
    ------
    OptionError
        A variable or value that the fit does not know, or a fit that is not estimable.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.regression.verbs import linear_regression
    >>> from barometri.survey import Survey, SurveyDesign
    >>> answers = pd.DataFrame({"y": [1.0, 3.0, 2.0, 6.0], "g": list("aabb")})
    >>> fit = linear_regression(Survey(answers, SurveyDesign(weight="equal")), "y ~ g")
    >>> standardise(fit, "g").frame["estimate"].round(9).tolist()
    [2.0, 4.0]
    """
    frame = _frame(fit, variable)
    wanted = _levels(frame[variable]) if values is None else list(values)
    discrete = _as_category(fit, variable)
    averages = [
        _Average((value,), ((_set(frame, variable, value, discrete=discrete), 1.0),)) for value in wanted
    ]
    return _estimate(fit, averages, _Wanted((variable,), categories, "mean", level))


def marginal_effects(
    fit: RegressionFit,
    variables: Sequence[str] | None = None,
    *,
    categories: str | Sequence[str] = "all",
    level: float = 0.95,
) -> Estimates:
    """Average marginal effects: in points for shares, in units of the outcome otherwise.

    Categories and 0/1 variables: mean prediction with a level less that with the first; numbers: mean slope.
    Every term with the variable moves, interactions and nominal terms too (Bartus 2005, Stata J. 5, 309-329).
    Errors by the delta method from the joint covariance, with the uncertainty of who was sampled.

    Parameters
    ----------
    fit
        A regression.
    variables
        Covariates; all by default.
    categories, level
        As in `standardise`.

    Returns
    -------
    Estimates
        Key columns ``variable`` and ``versus`` (``b - a``, or ``slope``), and ``category`` if ordinal.

    Raises
    ------
    OptionError
        An unknown variable, a fit that is not estimable, an effect at which thresholds cross.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.regression.verbs import linear_regression
    >>> from barometri.survey import Survey, SurveyDesign
    >>> answers = pd.DataFrame({"y": [1.0, 3.0, 2.0, 6.0], "g": list("aabb")})
    >>> fit = linear_regression(Survey(answers, SurveyDesign(weight="equal")), "y ~ g")
    >>> marginal_effects(fit).frame[["variable", "versus", "estimate"]].values.tolist()
    [['g', 'b - a', 2.0]]
    """
    names = fit.model.formula.variables if variables is None else tuple(variables)
    found = [_effects(_frame(fit, name), name, discrete=_as_category(fit, name)) for name in names]
    averages = [average for own in found for average in own]
    if not averages:
        raise OptionError("The fit has no covariate with two values; there is no marginal effect.")
    return _estimate(fit, averages, _Wanted(("variable", "versus"), categories, "effect", level))


def predicted(
    fit: RegressionFit,
    at: Mapping[str, Sequence[Hashable]] | pd.DataFrame | None = None,
    *,
    categories: str | Sequence[str] = "all",
    level: float = 0.95,
) -> Estimates:
    """Predicted means, shares or rates at given covariates.

    Parameters
    ----------
    fit
        A regression.
    at
        Covariates, one row a prediction; by default every pattern that occurs, in sorted order.
    categories, level
        As in `standardise`.

    Returns
    -------
    Estimates
        Key columns are the covariates, and ``category`` if ordinal.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.regression.verbs import linear_regression
    >>> from barometri.survey import Survey, SurveyDesign
    >>> answers = pd.DataFrame({"y": [1.0, 3.0, 2.0, 6.0], "g": list("aabb")})
    >>> fit = linear_regression(Survey(answers, SurveyDesign(weight="equal")), "y ~ g")
    >>> predicted(fit, {"g": ["b"]}).frame["estimate"].tolist()
    [4.0]
    """
    _estimable(fit)
    names = fit.model.formula.variables
    known = fit.model.sample.frame
    given = known if at is None else pd.DataFrame(at)
    if missing := [name for name in names if name not in given.columns]:
        raise OptionError(f"predicted needs a value of {missing[0]!r} in every row.")
    frame = pd.DataFrame(
        {name: _column(known[name], given[name].tolist(), discrete=_as_category(fit, name)) for name in names}
    )
    frame = frame if names else pd.DataFrame(index=range(len(given)))
    mean, slope = means_of(fit, frame, categories)
    jacobian = slope.reshape(-1, len(fit.names))
    covariance = jacobian @ fit.covariance @ jacobian.T
    rows = frame.astype(object).itertuples(index=False)
    keys = [tuple(row) for row in rows] if names else [()] * len(frame)
    wanted = _Wanted(tuple(names), categories, "prediction", level)
    return _result(fit, keys, mean.ravel(), covariance, wanted)


def _estimable(fit: RegressionFit) -> None:
    if fit.reason:
        raise OptionError(f"The fit {fit.formula!r} gives no estimates: {fit.reason}.")


def _frame(fit: RegressionFit, variable: str) -> pd.DataFrame:
    _estimable(fit)
    if variable not in fit.model.formula.variables:
        raise OptionError(f"{variable!r} is no covariate of {fit.formula!r}.")
    return fit.model.sample.frame


def _as_category(fit: RegressionFit, name: str) -> bool:
    """Whether a number stands in the formula as ``C(name)``: then only values that occur can be predicted."""
    return re.search(rf"\bC\(\s*{name}\s*\)", fit.model.formula.right) is not None


def _levels(column: "pd.Series[str]") -> list[Hashable]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.categories)
    return sorted(column.unique().tolist())


def _column(
    known: "pd.Series[str]", values: Sequence[Hashable], *, discrete: bool = False
) -> "pd.Categorical[object] | npt.NDArray[np.generic]":
    """Return values as the fit's own column has them."""
    if not isinstance(known.dtype, pd.CategoricalDtype):
        numbers = np.asarray(values, dtype=np.float64)
        if discrete and not np.isin(numbers, known.to_numpy(dtype=np.float64)).all():
            raise OptionError(f"C({known.name}) is asked at a value that no respondent used has.")
        return numbers.astype(np.int64) if np.all(numbers == np.round(numbers)) else numbers
    allowed = known.cat.categories
    if wrong := [value for value in values if value not in set(allowed)]:
        raise OptionError(f"{known.name!r} has no level {wrong[0]!r} among the respondents used.")
    return pd.Categorical(list(values), categories=allowed)


def _set(frame: pd.DataFrame, variable: str, value: Hashable, *, discrete: bool = False) -> pd.DataFrame:
    made = frame.copy()
    made[variable] = _column(frame[variable], [value] * len(frame), discrete=discrete)
    return made


def _effects(frame: pd.DataFrame, name: str, *, discrete: bool) -> list[_Average]:
    column = frame[name]
    if discrete or isinstance(column.dtype, pd.CategoricalDtype) or set(column.unique()) <= {0, 1}:
        first, *others = _levels(column)
        base = (_set(frame, name, first), -1.0)
        return [
            _Average((name, f"{level} - {first}"), ((_set(frame, name, level), 1.0), base))
            for level in others
        ]
    values = column.to_numpy(dtype=np.float64)
    step = STEP * (float(values.std()) or 1.0)
    up, down = frame.copy(), frame.copy()
    up[name], down[name] = values + step, values - step
    return [_Average((name, "slope"), ((up, 0.5 / step), (down, -0.5 / step)))]


def _estimate(fit: RegressionFit, averages: Sequence[_Average], wanted: _Wanted) -> Estimates:
    """Average over the respondents; influences of coefficients and of respondents are added."""
    sample, share = fit.model.sample, fit.model.sample.pattern_weight
    share = share / share.sum()
    estimates, influences, coefficient = [], [], fit.model.influence
    for average in averages:
        found = [(means_of(fit, frame, wanted.categories), factor) for frame, factor in average.parts]
        mean = np.sum([factor * own for (own, _), factor in found], axis=0)
        jacobian = np.sum([factor * np.tensordot(share, own, axes=1) for (_, own), factor in found], axis=0)
        estimate = share @ mean
        own = ((mean - estimate) / sample.n_weighted)[sample.pattern]
        estimates.append(estimate)
        influences.append(own + coefficient @ jacobian.T)
    covariance = influence_covariance(np.hstack(influences), sample.respondents, cell=sample.cell)
    keys = [average.key for average in averages]
    return _result(fit, keys, np.concatenate(estimates), covariance, wanted)


def _result(
    fit: RegressionFit,
    keys: Sequence[tuple[Hashable, ...]],
    estimate: FloatArray,
    covariance: FloatArray,
    wanted: _Wanted,
) -> Estimates:
    labels = category_names(fit, wanted.categories)
    rows = [(*key, label) for key in keys for label in labels] if labels else [tuple(key) for key in keys]
    names = [*wanted.columns, "category"] if labels else list(wanted.columns)
    df = float(fit.df_design)
    se = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    interval = mean_intervals(estimate, se, df, level=wanted.level)
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    frame = pd.DataFrame(columns, index=range(len(estimate)))
    frame["estimate"], frame["se"] = estimate, se
    frame["ci_low"], frame["ci_high"] = interval.low, interval.high
    frame["n"], frame["n_weighted"], frame["df"] = fit.n, fit.n_weighted, df
    frame["method"] = [
        f"t/{fit.method}" if not reason else f"not_estimable:{reason}/{fit.method}"
        for reason in interval.reason
    ]
    counts = pd.DataFrame({"k": np.full(len(estimate), np.nan)})
    return Estimates(
        frame, covariance, wanted.columns, wanted.statistic, fit.design, counts, fit.model.domain
    )
