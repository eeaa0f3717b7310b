"""The correlation behind two ordered classifications, with errors by the delta method or the jackknife."""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from barometri.aggregation import levels
from barometri.errors import DesignError, OptionError, check_option
from barometri.estimates import Effect
from barometri.inference.polychoric import Polychoric, PolychoricMethod, polychoric_correlation
from barometri.inference.polychoric_jackknife import replicated_correlations
from barometri.inference.ranks import AssociationInterval
from barometri.inference.replicates import Replication, replicate_covariance
from barometri.inference.replication import jackknife_totals
from barometri.inference.tails import t_quantile, two_sided_p
from barometri.survey import Survey
from barometri.testing.ordinal import Variance
from barometri.testing.selecting import Crossed, DesignDf, cross, crossed_cells
from barometri.weighting import replicate

FloatArray = npt.NDArray[np.float64]
PolychoricErrors = Literal["delta", "jackknife"]


def polychoric(
    survey: Survey,
    x: str,
    y: str,
    *,
    method: PolychoricMethod = "two_step",
    variance: Variance = "design",
    errors: PolychoricErrors = "delta",
    interval: AssociationInterval = "arctanh",
    level: float = 0.95,
    df: DesignDf = "answered",
) -> Effect:
    """Estimate the correlation of two normal variables that are seen in ordered classes.

    Parameters
    ----------
    survey
        The survey.
    x, y
        Ordered variables.
    method
        ``two_step``: thresholds from the margins, then the correlation; ``ml``: everything at once.
    variance
        ``design``: weighted shares, error as the next option says. ``multinomial``: unweighted counts, error
        from the information (with the thresholds held fixed under ``two_step``).
    errors
        ``delta``: from the design covariance of the shares. ``jackknife``: the correlation estimated anew
        without each first-stage unit (JK1, with strata JKn), ``sum_r (n_h - 1) / n_h (1 - f_h) (r_hi - r)²``
        around the mean of the replicates; calibrated weights are calibrated anew. In memory only.
    interval
        ``arctanh`` (the default), ``t``, or ``auto``: arctanh where the value exceeds 0.5 in size.
    level
        Confidence level, 0 to 1.
    df
        As in `rao_scott`.

    Returns
    -------
    Effect
        ``detail``: the thresholds ``x_1``, ... and ``y_1``, ..., and for ``multinomial`` the likelihood-ratio
        test of the normal model, ``chi_squared``, ``model_df``, ``model_p``. NaN where the table is perfectly
        ordered.

    Raises
    ------
    OptionError
        An unknown option or variable.
    DesignError
        A jackknife of a design with other replicates, or with strata of one unit.

    Notes
    -----
    The interval is ``tanh(arctanh r ± t(df) se / (1 - r²))``, whichever way the error comes.
    Olsson 1979, Psychometrika 44, 443-460.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import SurveyDesign
    >>> people = pd.DataFrame({"x": [0, 0, 0, 1, 1, 1] * 20, "y": [0, 0, 1, 0, 1, 1] * 20})
    >>> found = polychoric(Survey(people, SurveyDesign(weight="equal")), "x", "y")
    >>> round(found.estimate, 4), round(found.se, 4)
    (0.5, 0.1176)
    """
    check_option("variance", variance, get_args(Variance))
    check_option("interval", interval, get_args(AssociationInterval))
    check_option("errors", errors, get_args(PolychoricErrors))
    crossed = cross(survey, x, y, df=df)
    by_design = variance == "design"
    if errors == "jackknife" and not by_design:
        raise OptionError('errors="jackknife" leaves out units of the design; choose variance="design".')
    fit = polychoric_correlation(crossed.table.totals if by_design else crossed.counts, method=method)
    reach = crossed.table.df if by_design else np.inf
    se, how = _error(survey, (x, y), crossed, fit, by="jackknife" if errors == "jackknife" else variance)
    low, high = _interval(fit.correlation, se, reach, level, interval)
    known = np.isfinite(fit.correlation) and se > 0
    return Effect(
        name="polychoric",
        estimate=fit.correlation,
        se=se,
        ci_low=low,
        ci_high=high,
        n=crossed.table.n,
        df=float(reach),
        p_value=float(two_sided_p(fit.correlation / se, reach)) if known else float("nan"),
        method=f"polychoric_{method}/{how}" if known else "not_estimable",
        null="the variables behind the classes are not correlated",
        k_low=crossed.smallest,
        detail=_thresholds(fit) | ({} if by_design else _fit_of(fit)),
    )


def _error(
    survey: Survey, names: tuple[str, str], crossed: Crossed, fit: Polychoric, *, by: str
) -> tuple[float, str]:
    """Return the error of the correlation, and the word for how it was found."""
    if by == "jackknife":
        return _jackknife_error(survey, names, fit, "ml" if fit.method == "ml" else "two_step"), by
    return (_design_error(crossed, fit), "taylor") if by == "design" else (fit.information_se, "information")


def _design_error(crossed: Crossed, fit: Polychoric) -> float:
    """Error by the delta method, from the covariance of the shares."""
    slope = fit.gradient.ravel()
    return float(np.sqrt(max(float(slope @ crossed.table.share_covariance @ slope), 0.0)))


def _jackknife_error(
    survey: Survey, names: tuple[str, str], fit: Polychoric, method: PolychoricMethod
) -> float:
    """Error between the correlations without each unit: cell weights by unit, then one table a replicate."""
    if survey.is_lazy:
        raise OptionError('errors="jackknife" needs responses in memory; load what it needs first.')
    if survey.design.replicates is None:
        survey = replicate(survey, "jackknife")
    replication = survey.coded.replication
    if replication is None or not replication.kind.startswith("jackknife"):
        raise DesignError(
            'errors="jackknife" makes its own replicates; this survey has others. Start from its design '
            'without them, or choose errors="delta".'
        )
    if not np.isfinite(fit.correlation):
        return float("nan")
    tables = _tables(survey, *names, replication)
    found = replicated_correlations(tables, fit.correlation, method=method)[:, None]
    centre = np.array([fit.correlation]) if replication.centre == "estimate" else None
    spread = replicate_covariance(found, centre, replication.scale, replication.rscales)
    return float(np.sqrt(spread[0, 0]))


def _tables(survey: Survey, x: str, y: str, replication: Replication) -> FloatArray:
    """Weighted table of each replicate, over the levels that are present, shape (R, I, J)."""
    cell = crossed_cells(survey, x, y)[1]
    shape = tuple(sum(level.present for level in levels(survey, name)) for name in (x, y))
    units, cells = len(replication.stratum), int(np.prod(shape))
    unit, weight = replication.unit[survey.coded.group], survey.coded.weight
    inside = cell >= 0
    flat = np.bincount(unit[inside] * cells + cell[inside], weight[inside], minlength=units * cells)
    totals = flat.astype(np.float64).reshape(units, cells)
    if replication.multipliers is None:
        tables = jackknife_totals(totals, replication.stratum, replication.strata)
    else:
        tables = replication.multipliers.T @ totals
    return tables.reshape(-1, *shape)


def _thresholds(fit: Polychoric) -> dict[str, float]:
    sides = (("x", fit.rows), ("y", fit.columns))
    return {f"{side}_{place}": float(cut) for side, cuts in sides for place, cut in enumerate(cuts, start=1)}


def _fit_of(fit: Polychoric) -> dict[str, float]:
    return {"chi_squared": fit.chi_squared, "model_df": float(fit.df), "model_p": fit.p_value}


def _interval(value: float, se: float, df: float, level: float, interval: str) -> tuple[float, float]:
    half = float(t_quantile(df, (1 - level) / 2)) * se
    if interval == "t" or (interval == "auto" and abs(value) <= 0.5):  # noqa: PLR2004 - as ranks.ARCTANH_FROM
        return value - half, value + half
    centre, spread = float(np.arctanh(value)), half / (1 - value**2)
    return float(np.tanh(centre - spread)), float(np.tanh(centre + spread))
