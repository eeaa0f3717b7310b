"""Tests of terms: Wald, and the working statistics of Rao and Scott."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from barometri.errors import OptionError, check_option
from barometri.inference.fitting import Fit
from barometri.inference.ordinal import fit_ordinal
from barometri.inference.poisson import fit_poisson
from barometri.inference.regression import fit_linear, fit_logistic
from barometri.inference.tested import HypothesisTest, chi_squared_tail, f_tail
from barometri.inference.wald import misspecification, satterthwaite_f_tail, wald, weighted_tail
from barometri.regression.clusters import clustered_test
from barometri.regression.formula import split_terms, term_key
from barometri.regression.records import RegressionFit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
TestMethod = Literal["wald", "working_wald", "working_likelihood_ratio", "likelihood_ratio"]
NAN = float("nan")


def wald_test(
    fit: RegressionFit, terms: str | Sequence[str], *, method: TestMethod = "wald"
) -> HypothesisTest:
    """Test that all coefficients of some terms are 0.

    Parameters
    ----------
    fit
        A regression.
    terms
        Terms as the formula has them (``"group"``, ``"C(wave):side"``, ``"group + district"``), or names of
        coefficients.
    method
        ``wald``: F with the fit's degrees of freedom; for several coefficients of a fit with CR2 the
        approximate Hotelling T² test (HTZ of Tipton and Pustejovsky 2015, Journal of Educational and
        Behavioral Statistics 40, 604-634). ``working_wald`` and ``working_likelihood_ratio``:
        statistics as if respondents were independent, compared with ``sum lambda_j chi²`` over chi-square of
        the fit's degrees of freedom (Rao and Scott 1984; Lumley and Scott 2014), by the saddlepoint.
        ``likelihood_ratio``: for fits with ``se="information"``.

    Returns
    -------
    HypothesisTest
        ``detail`` holds ``chi_square`` and ``p_chi_square``, or the eigenvalues ``lambda_1``, ... and
        ``p_satterthwaite`` (by F, exact for one coefficient, where the saddlepoint is some per cent off); NaN
        with the fit's reason where nothing is estimable.

    Raises
    ------
    OptionError
        An unknown term or method, or a method that the fit is not for.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.regression.verbs import linear_regression
    >>> from barometri.survey import Survey, SurveyDesign
    >>> answers = pd.DataFrame({"y": [1.0, 3.0, 2.0, 6.0, 4.0, 5.0], "g": list("aabbcc")})
    >>> fit = linear_regression(Survey(answers, SurveyDesign(weight="equal")), "y ~ g")
    >>> found = wald_test(fit, "g")
    >>> found.reference, found.df, found.denominator_df
    ('F', 2.0, 3.0)
    """
    check_option("method", method, get_args(TestMethod))
    wanted = (terms,) if isinstance(terms, str) else tuple(terms)
    places = term_places(fit, wanted)
    null = f"the coefficients of {', '.join(wanted)} are 0"
    if fit.model.working and method != "wald" and len(places) > 1:
        raise OptionError(f"A fit with CR2 has no {method} of several coefficients; choose method='wald'.")
    if fit.reason or len(places) == 0:
        reason = fit.reason or f"not_estimable: others determine {', '.join(wanted)}"
        nothing = float(len(places))
        return HypothesisTest(method, null, NAN, NAN, "F", nothing, NAN, fit.n, reason=reason)
    if method == "wald":
        return _wald(fit, places, null)
    if method == "likelihood_ratio":
        return _likelihood_ratio(fit, places, null)
    return _working(fit, places, null, method)


def term_places(fit: RegressionFit, wanted: Sequence[str]) -> IntArray:
    """Positions of the coefficients of some terms, without those that were dropped.

    Raises
    ------
    OptionError
        Neither a term nor a coefficient.
    """
    known = {term_key(text): np.array(places) for text, places in fit.model.coding.terms}
    found: list[int] = []
    for text in wanted:
        if text in fit.names:
            found.append(fit.names.index(text))
            continue
        for term in split_terms(text):
            if term_key(term) not in known:
                have = ", ".join(name for name, _ in fit.model.coding.terms)
                raise OptionError(f"{term!r} is no term of {fit.formula!r}; its terms are {have}.")
            found += fit.model.columns_of(known[term_key(term)]).tolist()
    return np.unique(np.array(found, dtype=np.int64))


def combination_test(
    fit: RegressionFit, matrix: FloatArray, null: str, *, ddf: float, method: str = "wald"
) -> HypothesisTest:
    """Wald test that combinations of the coefficients, shape (r, q), are 0."""
    found = wald(fit.coefficients, fit.covariance, matrix)
    chi_square = {
        "chi_square": found.chi_square,
        "p_chi_square": float(chi_squared_tail(found.chi_square, found.df)),
    }
    reason = "" if np.isfinite(found.f) and ddf > 0 else "not_estimable: few degrees of freedom"
    if np.isinf(ddf):
        p, reference, statistic = chi_square["p_chi_square"], "chi_squared", found.chi_square
    else:
        p = NAN if reason else float(f_tail(found.f, found.df, ddf))
        reference, statistic = "F", found.f
    return HypothesisTest(
        method, null, statistic, p, reference, float(found.df), ddf, fit.n, reason=reason, detail=chi_square
    )


def _wald(fit: RegressionFit, places: IntArray, null: str) -> HypothesisTest:
    matrix = np.eye(len(fit.names))[places]
    if fit.model.working and len(places) > 1:
        return clustered_test(fit, matrix, null, fit.model.working)
    return combination_test(fit, matrix, null, ddf=float(fit.df[places].min()))


def _reduced(fit: RegressionFit, places: IntArray) -> Fit:
    """Fit again without some columns."""
    model = fit.model
    start = len(model.fit.parameters) - len(model.kept)
    kept = np.setdiff1d(np.arange(len(model.kept)), places - start)
    x = model.x[np.ix_(model.sample.pattern, kept)]
    y, weight = model.sample.outcome, model.sample.weight
    if fit.kind == "ordinal":
        return fit_ordinal(y, x, weight, link=model.link, thresholds=model.thresholds)
    return {"linear": fit_linear, "logistic": fit_logistic, "poisson": fit_poisson}[fit.kind](y, x, weight)


def _gain(fit: RegressionFit, places: IntArray) -> float:
    """Twice the log-likelihood that some columns add, with the fit's scale of weights."""
    if fit.kind == "linear" or (fit.kind == "ordinal" and len(fit.model.moved)):
        raise OptionError(
            "Likelihood ratios are for logistic, Poisson and ordinal fits without nominal terms."
        )
    scale = fit.log_likelihood / fit.model.fit.log_likelihood
    return 2 * (fit.log_likelihood - scale * _reduced(fit, places).log_likelihood)


def _likelihood_ratio(fit: RegressionFit, places: IntArray, null: str) -> HypothesisTest:
    if not fit.method.endswith("/information"):
        raise OptionError('likelihood_ratio needs se="information"; choose "working_likelihood_ratio".')
    statistic, df = _gain(fit, places), float(len(places))
    p = float(chi_squared_tail(statistic, df))
    return HypothesisTest("likelihood_ratio", null, statistic, p, "chi_squared", df, float("inf"), fit.n)


def _working(fit: RegressionFit, places: IntArray, null: str, method: str) -> HypothesisTest:
    """Compare a statistic of independent respondents with its distribution under the design."""
    sample = fit.model.sample
    scale = sample.n / sample.n_weighted  # weights of mean 1, as if respondents were so many
    working = (np.linalg.inv(fit.model.fit.information) / scale)[np.ix_(places, places)]
    weights = misspecification(working, fit.covariance[np.ix_(places, places)])
    if method == "working_wald":
        own = fit.coefficients[places]
        statistic = float(own @ np.linalg.solve(working, own))
    else:
        statistic = _gain(fit, places)
    ddf = float(fit.df[places].min())
    detail = {f"lambda_{number}": float(value) for number, value in enumerate(weights, start=1)}
    detail["p_satterthwaite"] = satterthwaite_f_tail(statistic, weights, ddf)
    return HypothesisTest(
        method,
        null,
        statistic,
        weighted_tail(statistic, weights, ddf),
        "sum_of_chi_squared",
        float(len(places)),
        ddf,
        fit.n,
        detail=detail,
    )
