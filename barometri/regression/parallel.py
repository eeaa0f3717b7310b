"""Tests of proportional odds: that the slopes of the K - 1 cuts of an ordered answer are equal."""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from barometri.errors import OptionError, check_option
from barometri.inference.ordinal import fit_ordinal
from barometri.inference.regression import fit_logistic
from barometri.inference.sandwich import influence_covariance
from barometri.inference.separation import separated_columns
from barometri.inference.tested import HypothesisTest, chi_squared_tail, f_tail
from barometri.inference.wald import wald
from barometri.regression.records import BrantTest, RegressionFit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BrantMethod = Literal["wald", "likelihood_ratio"]
NAN = float("nan")
NULL = "the slopes of {what} are the same at every cut of the answer"


def brant_test(fit: RegressionFit, *, method: BrantMethod = "wald") -> BrantTest:
    """Test the assumption of proportional odds.

    Parameters
    ----------
    fit
        Of `ordinal_regression`, logit link.
    method
        ``wald``: K - 1 weighted binary logits with their joint design covariance (Brant 1990, Biometrics 46,
        1171-1178); F with ``df_design`` - r + 1 degrees of freedom. ``likelihood_ratio``: for each term, the
        fit in which it moves every threshold, for fits with ``se="information"``.

    Returns
    -------
    BrantTest
        All slopes together, and one test a coefficient (a term for the likelihood ratio). Where a cut is
        separated, everything is NaN and ``reason`` names the variable.

    Raises
    ------
    OptionError
        A fit of another kind.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from barometri.regression.verbs import ordinal_regression
    >>> from barometri.survey import Survey, SurveyDesign
    >>> answers = pd.DataFrame({"y": np.arange(60) % 3, "x": np.arange(60) % 7})
    >>> fit = ordinal_regression(Survey(answers, SurveyDesign(weight="equal")), "y ~ x")
    >>> found = brant_test(fit)
    >>> found.cuts, found.omnibus.df
    (('>0', '>1'), 1.0)
    """
    check_option("method", method, get_args(BrantMethod))
    if fit.kind != "ordinal" or fit.model.link != "logit" or len(fit.model.moved):
        raise OptionError(
            "brant_test takes a fit of ordinal_regression with logit link and no nominal terms."
        )
    if method == "likelihood_ratio":
        return _likelihood_ratios(fit)
    return _brant(fit)


def _cuts(fit: RegressionFit) -> tuple[IntArray, tuple[str, ...]]:
    codes, place = np.unique(fit.model.sample.outcome, return_inverse=True)
    return place.astype(np.int64), tuple(f">{fit.model.sample.levels[int(code)]}" for code in codes[:-1])


def _brant(fit: RegressionFit) -> BrantTest:
    model, sample = fit.model, fit.model.sample
    answer, cuts = _cuts(fit)
    x = np.column_stack([np.ones(len(answer)), model.x[sample.pattern]])
    names = ("Intercept", *fit.names[len(fit.names) - model.x.shape[1] :])
    reason = fit.reason
    logits, influences = [], []
    for cut, label in enumerate(cuts):
        above = (answer > cut).astype(np.int64)
        if apart := separated_columns(above, x[:, 1:]):
            guilty = ", ".join(names[place + 1] for place in apart)
            reason = f"not_estimable: {guilty} separates the answers at {label}"
        if reason:
            break
        found = fit_logistic(above, x, sample.weight)
        logits.append(found.slopes)
        influences.append(np.linalg.solve(found.information, found.scores.T).T)
    p = len(names)
    if reason:
        nothing = np.full((p, len(cuts)), np.nan)
        omnibus = HypothesisTest(
            "brant", NULL.format(what="all"), NAN, NAN, "F", NAN, NAN, fit.n, reason=reason
        )
        return BrantTest(omnibus, {}, names, cuts, nothing, nothing, reason)
    covariance = influence_covariance(np.hstack(influences), sample.respondents, cell=sample.cell)
    estimate = np.concatenate(logits)

    def test(columns: list[int], what: str) -> HypothesisTest:
        return _equal(estimate, covariance, (columns, p, len(cuts)), what, fit)

    return BrantTest(
        test(list(range(1, p)), "all coefficients"),
        {names[place]: test([place], names[place]) for place in range(1, p)},
        names,
        cuts,
        estimate.reshape(len(cuts), p).T,
        np.sqrt(np.diag(covariance)).reshape(len(cuts), p).T,
    )


def _equal(
    estimate: FloatArray,
    covariance: FloatArray,
    places: tuple[list[int], int, int],
    what: str,
    fit: RegressionFit,
) -> HypothesisTest:
    """Wald test that each cut's slopes equal those of the first cut."""
    columns, p, cuts = places
    matrix = np.zeros(((cuts - 1) * len(columns), cuts * p))
    for row, (cut, column) in enumerate((cut, column) for cut in range(1, cuts) for column in columns):
        matrix[row, cut * p + column] = 1.0
        matrix[row, column] = -1.0
    found = wald(estimate, covariance, matrix)
    ddf = fit.df_design - found.df + 1
    chi_square = {
        "chi_square": found.chi_square,
        "p_chi_square": float(chi_squared_tail(found.chi_square, found.df)),
    }
    known = bool(np.isfinite(found.f) and ddf > 0)
    return HypothesisTest(
        method="brant",
        null=NULL.format(what=what),
        statistic=found.f,
        p_value=float(f_tail(found.f, found.df, ddf)) if known else NAN,
        reference="F",
        df=float(found.df),
        denominator_df=ddf,
        n=fit.n,
        reason="" if known else "not_estimable: few degrees of freedom",
        detail=chi_square,
    )


def _likelihood_ratios(fit: RegressionFit) -> BrantTest:
    if not fit.method.endswith("/information"):
        raise OptionError('likelihood_ratio needs a fit with se="information"; choose method="wald".')
    terms = {
        text: _moved(fit, np.flatnonzero(np.isin(fit.model.kept, places)), text)
        for text, places in fit.model.coding.terms
    }
    every = _moved(fit, np.arange(len(fit.model.kept)), "all coefficients")
    none = np.zeros((0, 0))
    return BrantTest(every, terms, (), _cuts(fit)[1], none, none, fit.reason)


def _moved(fit: RegressionFit, places: IntArray, what: str) -> HypothesisTest:
    """Likelihood ratio of the fit in which some columns move every threshold."""
    model, sample = fit.model, fit.model.sample
    cuts = len(model.fit.thresholds)
    df = float(len(places) * (cuts - 1))
    null = NULL.format(what=what)
    if fit.reason or df == 0:
        reason = fit.reason or "not_estimable: nothing to compare"
        return HypothesisTest(
            "likelihood_ratio", null, NAN, NAN, "chi_squared", df, float("inf"), fit.n, reason=reason
        )
    rest = np.setdiff1d(np.arange(len(model.kept)), places)
    x = model.x[sample.pattern]
    wide = fit_ordinal(sample.outcome, x[:, rest], sample.weight, nominal=x[:, places])
    statistic = 2 * (wide.log_likelihood - model.fit.log_likelihood)
    p = float(chi_squared_tail(statistic, df))
    return HypothesisTest("likelihood_ratio", null, statistic, p, "chi_squared", df, float("inf"), fit.n)
