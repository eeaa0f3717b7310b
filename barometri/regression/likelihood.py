"""What the likelihood of an ordinal fit says beyond its curvature: profile intervals, tests of spread."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, special

from barometri.errors import OptionError
from barometri.inference.fitting import Fit
from barometri.inference.ordinal import fit_ordinal
from barometri.inference.tested import HypothesisTest, chi_squared_tail
from barometri.regression.records import RegressionFit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
WIDEST = 50.0  # standard errors within which a limit is looked for


def profile_intervals(fit: RegressionFit, *, level: float = 0.95) -> pd.DataFrame:
    """Profile likelihood intervals of the slopes of a cumulative link fit.

    A limit is where twice the log-likelihood, the other parameters at their best, has fallen by the quantile
    of chi-square with one degree of freedom (Venzon and Moolgavkar 1988, Applied Statistics 37, 87-94).

    Parameters
    ----------
    fit
        Of `ordinal_regression` with ``se="information"``.
    level
        Confidence level, 0 to 1.

    Returns
    -------
    pandas.DataFrame
        Columns ``term``, ``ci_low``, ``ci_high``; one row a slope.

    Raises
    ------
    OptionError
        Another kind of fit.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from barometri.regression.verbs import ordinal_regression
    >>> from barometri.survey import Survey, SurveyDesign
    >>> answers = pd.DataFrame({"y": np.arange(60) % 3, "x": np.arange(60) % 7})
    >>> survey = Survey(answers, SurveyDesign(weight="equal"))
    >>> found = profile_intervals(ordinal_regression(survey, "y ~ x", se="information"))
    >>> bool(found["ci_low"][0] < 0 < found["ci_high"][0])
    True
    """
    _check(fit)
    drop = float(special.chdtri(1, 1 - level))
    first = len(fit.model.fit.thresholds)
    rows = []
    for place in range(len(fit.model.kept)):
        best, se = float(fit.coefficients[first + place]), float(fit.se[first + place])

        def fallen(steps: float, place: int = place, best: float = best, se: float = se) -> float:
            held = _refit(fit, np.array([place]), best + steps * se)
            return 2 * (fit.log_likelihood - held.log_likelihood) - drop

        low, high = (optimize.brentq(fallen, 0.0, side, xtol=1e-10) for side in (-WIDEST, WIDEST))
        rows.append((fit.names[first + place], best + low * se, best + high * se))
    return pd.DataFrame(rows, columns=["term", "ci_low", "ci_high"])


def scale_tests(fit: RegressionFit) -> dict[str, HypothesisTest]:
    """Test, term by term, that the spread of the latent answer does not depend on it.

    The limits of the answer are divided by ``exp(z g)`` with the term's columns z; twice the gain of the
    log-likelihood is compared with chi-square (McCullagh 1980, JRSS B 42, section 6).

    Parameters
    ----------
    fit
        Of `ordinal_regression` with ``se="information"``.

    Returns
    -------
    dict
        Term to its test.

    Raises
    ------
    OptionError
        Another kind of fit.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from barometri.regression.verbs import ordinal_regression
    >>> from barometri.survey import Survey, SurveyDesign
    >>> answers = pd.DataFrame({"y": np.arange(60) % 3, "x": np.arange(60) % 7})
    >>> survey = Survey(answers, SurveyDesign(weight="equal"))
    >>> scale_tests(ordinal_regression(survey, "y ~ x", se="information"))["x"].df
    1.0
    """
    _check(fit)
    found = {}
    for text, places in fit.model.coding.terms:
        columns = np.flatnonzero(np.isin(fit.model.kept, places))
        statistic, df = 2 * _spread_gain(fit, columns), float(len(columns))
        found[text] = HypothesisTest(
            method="likelihood_ratio",
            null=f"the spread of the latent answer does not depend on {text}",
            statistic=statistic,
            p_value=float(chi_squared_tail(statistic, df)),
            reference="chi_squared",
            df=df,
            denominator_df=float("inf"),
            n=fit.n,
        )
    return found


def _check(fit: RegressionFit) -> None:
    plain = fit.kind == "ordinal" and fit.method.endswith("/information") and not len(fit.model.moved)
    if fit.reason or not plain:
        raise OptionError(
            'This takes an estimable fit of ordinal_regression with se="information" and no nominal terms.'
        )


def _refit(fit: RegressionFit, held: IntArray, value: float) -> Fit:
    """Fit with one slope held at a value."""
    model, sample = fit.model, fit.model.sample
    x = model.x[sample.pattern]
    rest = np.setdiff1d(np.arange(x.shape[1]), held)
    return fit_ordinal(
        sample.outcome,
        x[:, rest],
        sample.weight,
        link=model.link,
        thresholds=model.thresholds,
        offset=x[:, held[0]] * value,
    )


def _spread_gain(fit: RegressionFit, columns: IntArray) -> float:
    """Largest gain of the log-likelihood by a spread that depends on some columns."""
    model, sample = fit.model, fit.model.sample
    x = model.x[sample.pattern]
    z = x[:, columns] - (sample.weight @ x[:, columns]) / sample.weight.sum()

    def loss(slopes: FloatArray) -> float:
        found = fit_ordinal(
            sample.outcome,
            x,
            sample.weight,
            link=model.link,
            thresholds=model.thresholds,
            scale=np.exp(z @ slopes),
        )
        return (fit.log_likelihood - found.log_likelihood) / sample.n

    best = optimize.minimize(loss, np.zeros(len(columns)), method="BFGS", options={"gtol": 1e-7})
    return -float(best.fun) * sample.n
