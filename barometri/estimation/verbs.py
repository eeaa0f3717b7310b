"""The verbs: means, totals, proportions and ratios of a survey."""

from collections.abc import Sequence
from typing import get_args

from barometri.errors import OptionError, check_option
from barometri.estimates import Estimates
from barometri.estimation.cells import make_cells
from barometri.estimation.computing import compute
from barometri.estimation.framing import Comparison, DegreesOfFreedom, Options, frame_estimates
from barometri.estimation.targets import (
    Base,
    Categories,
    ItemPlan,
    coded_mean,
    numeric,
    people,
    ratio_of,
    shares,
)
from barometri.inference.intervals import ProportionMethod
from barometri.survey import Survey

Items = str | Sequence[str]


def proportion(
    survey: Survey,
    items: Items,
    *,
    by: Items | None = None,
    categories: Categories = "good",
    margins: bool = False,
    base: Base = "answered",
    ci: ProportionMethod = "korn_graubard",
    level: float = 0.95,
    df: DegreesOfFreedom = "domain",
    deff: Comparison = "none",
) -> Estimates:
    """Estimate shares of the categories of one or more items.

    Parameters
    ----------
    survey
        The survey; its domain limits who counts and keeps the whole design.
    items
        One variable or several, with joint covariance.
    by
        Variables whose codes make cells, in codebook order; cells without answers stay, with NaN.
    categories
        ``good`` (the favourable codes of the codebook, the 1 of an indicator; an item with neither gets
        each), ``each`` code, a list of codes, or a mapping of names to codes that count together.
    margins
        Whether rows of everybody (``TOTAL``) are added for every subset of ``by``.
    base
        ``answered``, or ``asked``: those who cannot say are in the base, as not counted. ``beside`` keeps the
        answers on the base of those who answered and adds "cannot say" as a category on the base of all.
    ci
        Rule of the interval; see `barometri.inference.intervals.proportion_intervals`.
    level
        Confidence level, 0 to 1.
    df
        Degrees of freedom: of the row's ``domain``, of the whole ``design``, or ``normal`` for none.
    deff
        Simple random sample, ``with_replacement`` or ``without_replacement``, that design effects in
        ``counts`` compare with.

    Returns
    -------
    Estimates
        Shares 0 to 1; ``counts`` holds the unweighted numerator ``k``.

    Raises
    ------
    OptionError
        An unknown option, variable or category.
    DesignError
        The design gives no variance.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> answers = pd.DataFrame({"x": [1, 0, 1, 1], "g": ["a", "a", "b", "b"]})
    >>> survey = Survey(answers, SurveyDesign(weight="equal"))
    >>> proportion(survey, "x", by="g").frame[["g", "estimate", "n"]]
       g  estimate  n
    0  a       0.5  2
    1  b       1.0  2
    """
    check_option("base", base, get_args(Base))
    if isinstance(categories, str):
        check_option("categories", categories, ("good", "each"))
    options = Options(level, df, ci, deff, listed=not isinstance(items, str))
    plans = [shares(survey, item, categories=categories, base=base) for item in _names(items)]
    return _estimate(survey, plans, by, options, margins=margins, statistic="proportion")


def mean(
    survey: Survey,
    items: Items,
    *,
    by: Items | None = None,
    margins: bool = False,
    level: float = 0.95,
    df: DegreesOfFreedom = "domain",
    deff: Comparison = "none",
) -> Estimates:
    """Estimate means of numbers, or of the code values of a question, with joint covariance.

    Parameters
    ----------
    survey, items, by, margins, level, df, deff
        As in `proportion`.

    Returns
    -------
    Estimates
        In the unit of the variable; intervals ``estimate ± t(df) se``.

    Raises
    ------
    OptionError
        An unknown option or variable, or one that holds no numbers.
    DesignError
        The design gives no variance.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"x": [1.0, 3.0]}), SurveyDesign(weight="equal"))
    >>> mean(survey, "x").frame[["estimate", "se", "n"]]
       estimate   se  n
    0       2.0  1.0  2
    """
    options = Options(level, df, deff=deff, listed=not isinstance(items, str))
    plans = [
        coded_mean(survey, item) if survey.is_coded(item) else numeric(survey, item, kind="mean")
        for item in _names(items)
    ]
    return _estimate(survey, plans, by, options, margins=margins, statistic="mean")


def total(
    survey: Survey,
    items: Items | None = None,
    *,
    by: Items | None = None,
    margins: bool = False,
    level: float = 0.95,
    df: DegreesOfFreedom = "domain",
    deff: Comparison = "none",
) -> Estimates:
    """Estimate totals of numbers, numbers of people by category, or the number of people.

    Parameters
    ----------
    survey, by, margins, level, df, deff
        As in `proportion`.
    items
        A measured variable is added up; text and coded questions count people in each category; none counts
        everybody.

    Returns
    -------
    Estimates
        Totals of the population, if the weights add up to it.

    Raises
    ------
    OptionError
        An unknown option or variable.
    DesignError
        The design gives no variance.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"w": [2.0, 3.0], "g": ["a", "b"]}), SurveyDesign(weight="w"))
    >>> total(survey, by="g").frame[["g", "estimate"]]
       g  estimate
    0  a       2.0
    1  b       3.0
    """
    options = Options(level, df, deff=deff, listed=items is not None and not isinstance(items, str))
    plans = [people()] if items is None else [_total_plan(survey, item) for item in _names(items)]
    return _estimate(survey, plans, by, options, margins=margins, statistic="total")


def ratio(
    survey: Survey,
    numerator: str,
    denominator: str,
    *,
    by: Items | None = None,
    margins: bool = False,
    level: float = 0.95,
    df: DegreesOfFreedom = "domain",
) -> Estimates:
    """Estimate the ratio of two totals over everybody with both values.

    Parameters
    ----------
    survey, by, margins, level, df
        As in `proportion`.
    numerator, denominator
        Measured variables.

    Returns
    -------
    Estimates
        One row a cell.

    Raises
    ------
    OptionError
        An unknown option or variable, or one that holds no numbers.
    DesignError
        The design gives no variance.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"x": [1.0, 3.0], "y": [2.0, 2.0]}), SurveyDesign(weight="equal"))
    >>> ratio(survey, "x", "y").frame[["estimate", "se"]]
       estimate   se
    0       1.0  0.5
    """
    plans = [ratio_of(survey, numerator, denominator)]
    return _estimate(survey, plans, by, Options(level, df), margins=margins, statistic="ratio")


def _names(items: Items) -> tuple[str, ...]:
    found = (items,) if isinstance(items, str) else tuple(items)
    if not found or len(set(found)) < len(found):
        raise OptionError("Name at least one item, and each once.")
    return found


def _total_plan(survey: Survey, item: str) -> ItemPlan:
    if survey.is_coded(item) or not survey.is_numeric(item):
        return shares(survey, item, categories="each", base="answered", totals=True)
    return numeric(survey, item, kind="total")


def _estimate(
    survey: Survey,
    plans: Sequence[ItemPlan],
    by: Items | None,
    options: Options,
    *,
    margins: bool,
    statistic: str,
) -> Estimates:
    cells = make_cells(survey, by, margins=margins)
    numbers = compute(survey, plans, cells, population=options.ci == "hypergeometric")
    return frame_estimates(survey, numbers, cells, options, statistic=statistic)
