"""The regression verbs: a survey, a formula, and the design's covariance."""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from barometri.errors import OptionError, check_option
from barometri.inference.links import LinkName
from barometri.inference.ordinal import Thresholds
from barometri.inference.working_model import WORKING, Working
from barometri.regression.fitting import Options, fit_survey
from barometri.regression.records import RegressionFit
from barometri.survey import Survey

Clusters = Literal["design", "area"]
LinearErrors = Literal["linearized", "cr2"]
Errors = Literal["linearized", "information"]
Penalty = Literal["none", "firth"]
Convergence = Literal["full", "deviance"]


def linear_regression(
    survey: Survey,
    formula: str,
    *,
    clusters: Clusters = "design",
    se: LinearErrors = "linearized",
    working: Working = "exchangeable",
    scores: Sequence[str] = (),
    reference: Mapping[str, str] | None = None,
) -> RegressionFit:
    """Weighted linear regression with design-based standard errors.

    Coefficients are ``(X'WX)^-1 X'Wy``; their covariance is that of the weighted totals of the influences
    ``(X'WX)^-1 x (y - x b)`` under the design (Binder 1983, International Statistical Review 51, 279-292).

    Parameters
    ----------
    survey
        In memory; a domain keeps the whole design.
    formula
        ``outcome ~ terms``: names, numbers, ``+ - : * ^ ( )``, ``C(x)`` (x as categories), ``log(x)`` and
        ``poly(x, degree)``. Coded questions are categories, their first code the reference; a coded outcome
        counts by its codes. Who lacks an answer to any variable is left out.
    clusters
        ``design``, or ``area``: the companion design for claims about effects, with the places respondents
        describe as clusters, no strata and no FPC.
    se
        ``linearized``, or ``cr2``: bias-reduced for few clusters with Satterthwaite's degrees of freedom.
    working
        With ``cr2``: the model of the errors under which the covariance is exactly unbiased. ``exchangeable``
        has one correlation within clusters, estimated from the residuals, and keeps the error rate where
        clusters differ; ``independent`` has none, the usual default elsewhere.
    scores
        Coded questions that enter as the numbers of their codes.
    reference
        First level of a category, by variable, where it is not the codebook's first.

    Returns
    -------
    RegressionFit
        t tests have PSUs - strata + 1 - p degrees of freedom, or Satterthwaite's.

    Raises
    ------
    OptionError
        A formula outside the allow-list, or an unknown variable or option.
    DesignError
        Strata with a single unit, or ``cr2`` under a design it is not for.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import Survey, SurveyDesign
    >>> answers = pd.DataFrame({"y": [1.0, 2.0, 4.0, 5.0], "x": [0, 1, 2, 3]})
    >>> fit = linear_regression(Survey(answers, SurveyDesign(weight="equal")), "y ~ x")
    >>> fit.names, fit.coefficients.round(3).tolist()
    (('Intercept', 'x'), [0.9, 1.4])
    """
    check_option("clusters", clusters, get_args(Clusters))
    check_option("se", se, get_args(LinearErrors))
    check_option("working", working, WORKING)
    options = Options(clusters, se, _names(scores), reference, working=working)
    return fit_survey(survey, formula, "linear", options)


def logistic_regression(
    survey: Survey,
    formula: str,
    *,
    clusters: Clusters = "design",
    se: Errors = "linearized",
    penalty: Penalty = "none",
    convergence: Convergence = "full",
    scores: Sequence[str] = (),
    reference: Mapping[str, str] | None = None,
) -> RegressionFit:
    """Weighted logistic regression with design-based standard errors.

    Separation is looked for before fitting (by linear programming); then the fit is not estimable, and
    ``reason`` names the variable. ``penalty="firth"`` gives finite estimates by name.

    Parameters
    ----------
    survey, formula, clusters, scores, reference
        As in `linear_regression`. The outcome holds 0 and 1, or is a question with favourable answers.
    se
        ``linearized`` (sandwich with the observed information), or ``information``: its inverse, for
        frequency tables whose weights are counts.
    penalty
        ``none``, or ``firth`` (Firth 1993, Biometrika 80, 27-38).
    convergence
        ``full``, or ``deviance``: stop where most software does, at a relative change of the deviance of
        1e-8, to reproduce numbers whose standard errors carry that error (some 1e-6).

    Returns
    -------
    RegressionFit
        Log odds ratios.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import Survey, SurveyDesign
    >>> answers = pd.DataFrame({"y": [0, 1, 1, 0, 0, 0], "g": list("aaabbb")})
    >>> fit = logistic_regression(Survey(answers, SurveyDesign(weight="equal")), "y ~ g")
    >>> fit.reason
    'not_estimable: g separates the answers (g[T.b]); no finite estimate'
    """
    check_option("clusters", clusters, get_args(Clusters))
    check_option("se", se, get_args(Errors))
    check_option("penalty", penalty, get_args(Penalty))
    check_option("convergence", convergence, get_args(Convergence))
    if penalty == "firth" and convergence == "deviance":
        raise OptionError('penalty="firth" is fitted in full; leave convergence="deviance" out.')
    options = Options(clusters, se, _names(scores), reference, penalty=penalty, convergence=convergence)
    return fit_survey(survey, formula, "logistic", options)


def poisson_regression(
    survey: Survey,
    formula: str,
    *,
    clusters: Clusters = "design",
    se: Errors = "linearized",
    convergence: Convergence = "full",
    scores: Sequence[str] = (),
    reference: Mapping[str, str] | None = None,
) -> RegressionFit:
    """Weighted log-linear regression of counts; the sandwich leaves their variance free (quasi-Poisson).

    Parameters
    ----------
    survey, formula, clusters, se, convergence, scores, reference
        As in `logistic_regression`; the outcome is a count.

    Returns
    -------
    RegressionFit
        Log rate ratios.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import Survey, SurveyDesign
    >>> answers = pd.DataFrame({"y": [1, 3, 2, 6], "g": list("aabb")})
    >>> fit = poisson_regression(Survey(answers, SurveyDesign(weight="equal")), "y ~ g")
    >>> fit.coefficients.round(4).tolist()
    [0.6931, 0.6931]
    """
    check_option("clusters", clusters, get_args(Clusters))
    check_option("se", se, get_args(Errors))
    check_option("convergence", convergence, get_args(Convergence))
    options = Options(clusters, se, _names(scores), reference, convergence=convergence)
    return fit_survey(survey, formula, "poisson", options)


def ordinal_regression(
    survey: Survey,
    formula: str,
    *,
    clusters: Clusters = "design",
    se: Errors = "linearized",
    link: LinkName = "logit",
    thresholds: Thresholds = "flexible",
    nominal: Sequence[str] = (),
    scores: Sequence[str] = (),
    reference: Mapping[str, str] | None = None,
) -> RegressionFit:
    """Weighted cumulative link regression of ordered answers; proportional odds by default.

    ``link P(Y <= k) = threshold_k - x b`` (McCullagh 1980, JRSS B 42, 109-142), with the sandwich of the
    observed Hessian.

    Parameters
    ----------
    survey, formula, clusters, se, scores, reference
        As in `logistic_regression`; the outcome's order is the codebook's, else that of its values.
    link
        ``logit``, ``probit`` or ``cloglog``.
    thresholds
        ``flexible``, or ``equidistant``.
    nominal
        Terms of the formula with an effect of their own on each threshold.

    Returns
    -------
    RegressionFit
        Thresholds, then slopes: positive where answers are higher. PSUs - strata degrees of freedom.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import Survey, SurveyDesign
    >>> answers = pd.DataFrame({"y": [1, 2, 3, 1, 2, 3, 3, 3], "x": [0, 0, 0, 0, 1, 1, 1, 0]})
    >>> fit = ordinal_regression(Survey(answers, SurveyDesign(weight="equal")), "y ~ x")
    >>> fit.names
    ('1|2', '2|3', 'x')
    """
    check_option("clusters", clusters, get_args(Clusters))
    check_option("se", se, get_args(Errors))
    options = Options(
        clusters, se, _names(scores), reference, link=link, thresholds=thresholds, nominal=_names(nominal)
    )
    return fit_survey(survey, formula, "ordinal", options)


def _names(names: Sequence[str]) -> tuple[str, ...]:
    if isinstance(names, str):
        raise OptionError(f"scores and nominal take a list of names; got {names!r}.")
    return tuple(names)
