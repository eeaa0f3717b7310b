"""Tests of independence of two variables."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from barometri.errors import OptionError
from barometri.estimation import effective_size
from barometri.inference.contingency import (
    ContingencyTable,
    RaoScottStatistic,
    independence_of_counts,
    rao_scott_test,
)
from barometri.inference.tested import NAN, HypothesisTest
from barometri.survey import Survey
from barometri.testing.selecting import Crossed, DesignDf, answered, count_table, cross

MINIMUM_DF = 15.0  # design degrees of freedom below which region tests do not hold their level
MINIMUM_PEOPLE = 12  # people in a group below which they do not
MINIMUM_EXPECTED = 10.0  # people expected with the rarest answer, over the squared variation of weights


def rao_scott(
    survey: Survey,
    groups: str,
    answers: str,
    *,
    statistic: RaoScottStatistic = "F",
    minimum_df: float = MINIMUM_DF,
    minimum_people: int = MINIMUM_PEOPLE,
    minimum_expected: float = MINIMUM_EXPECTED,
    df: DesignDf = "answered",
) -> HypothesisTest:
    """Test whether the answers differ between groups, under the survey's design.

    Pearson's X² of the weighted shares, scaled to n people, is compared with what it is under the null: a sum
    of chi-squared variables weighted with the generalised design effects. Every finite population correction
    and stage of the design is in them.

    Parameters
    ----------
    survey
        The survey; its domain limits who counts and keeps the whole design.
    groups, answers
        Two categorical variables.
    statistic
        ``F`` (second order: ``X² / sum d`` on F with ``m = (sum d)² / sum d²`` and ``m df``), ``chisq``
        (first order), ``lincom`` (exact tail of the sum), ``saddlepoint``; ``wald`` and ``adjusted_wald`` use
        the covariance of the deviations and must be asked for by name: with few units ``wald`` rejects far
        too often.
    minimum_df, minimum_people
        Below so many degrees of freedom of the design, or people in a group, the test is refused; 0 refuses
        nothing.
    minimum_expected
        The test is refused where, in some group, the people expected to give the rarest answer are fewer than
        so many times the squared coefficient of variation of the group's weights, ``n / Kish's n - 1``: a few
        heavy answers then make their own variance. Never with equal weights; 0 refuses nothing.
    df
        ``answered``: units minus strata of those with both answers; ``asked``: of everybody in the survey's
        domain, as R counts them.

    Returns
    -------
    HypothesisTest
        ``detail``: ``cramers_v`` of the weighted shares, ``mean_design_effect``, ``pearson``. Where refused
        statistic and p-value are NaN and ``reason`` says why.

    Raises
    ------
    OptionError
        An unknown option or variable.

    Notes
    -----
    Rao and Scott 1984, Annals of Statistics 12, 46-60; Thomas and Rao 1987, JASA 82, 630-636.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import SurveyDesign
    >>> people = pd.DataFrame({"g": [0, 1] * 40, "y": [0, 0, 1, 1, 0, 1, 1, 1] * 10})
    >>> test = rao_scott(Survey(people, SurveyDesign(weight="equal")), "g", "y")
    >>> round(test.statistic, 3), test.df, test.denominator_df
    (5.267, 1.0, 79.0)
    """
    found = cross(survey, groups, answers, df=df)
    test = rao_scott_test(found.table, statistic=statistic)
    reason = ""
    if found.table.df < minimum_df:
        reason = "refused:few_degrees_of_freedom"
    elif found.counts.sum(axis=1).min(initial=np.inf) < minimum_people:
        reason = "refused:few_people_in_a_group"
    elif not test.reason and _few_for_their_weights(survey, groups, answers, found, minimum_expected):
        reason = "refused:few_people_for_unequal_weights"
    if not reason or test.reason:
        return test
    return replace(test, statistic=NAN, p_value=NAN, reason=reason)


def expected_over_variation(counts: ArrayLike, kish: ArrayLike) -> float:
    """People expected with the rarest answer over the squared variation of weights, in the worst group.

    Parameters
    ----------
    counts
        Unweighted numbers of people, groups by answers.
    kish
        Kish's number of people of each group.

    Returns
    -------
    float
        What `rao_scott` asks ``minimum_expected`` of; infinite with equal weights.

    Examples
    --------
    >>> float(round(expected_over_variation([[40, 10], [40, 10]], [25, 40]), 9))
    10.0
    """
    people = np.asarray(counts, dtype=np.float64)
    n = people.sum(axis=1)
    variation = np.maximum(n / np.asarray(kish, dtype=np.float64) - 1, 0.0)
    expected = n * (people.sum(axis=0).min() / n.sum())
    ratio = np.divide(expected, variation, out=np.full(len(n), np.inf), where=variation > 0)
    return float(ratio.min())


def _few_for_their_weights(survey: Survey, groups: str, answers: str, found: Crossed, minimum: float) -> bool:
    """Tell whether weights vary too much for the people expected with the rarest answer."""
    if not minimum > 0:
        return False
    n = found.counts.sum(axis=1)
    if not survey.is_lazy:  # n / Kish's n is at most the largest weight over the mean: often that is enough
        least = found.table.totals.sum(axis=1) / survey.coded.weight.max()
        if expected_over_variation(found.counts, np.minimum(least, n)) >= minimum:
            return False
    sizes = effective_size(answered(survey, groups, answers), by=[groups]).frame
    kish = sizes["estimate"].to_numpy(dtype=np.float64)[sizes["n"].to_numpy() > 0]
    return expected_over_variation(found.counts, kish) < minimum


def independence(survey: Survey, rows: str, columns: str) -> ContingencyTable:
    """Test independence of unweighted counts, and measure association, as for a simple random sample.

    A plain cross-check: weights and design are left out. Use `rao_scott` for anything that is reported.

    Parameters
    ----------
    survey
        In memory.
    rows, columns
        Two categorical variables.

    Returns
    -------
    ContingencyTable
        Pearson's and the likelihood-ratio test, standardised residuals, phi, contingency coefficient and
        Cramer's V.

    Raises
    ------
    OptionError
        Fewer than two groups or answers.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import SurveyDesign
    >>> people = pd.DataFrame({"g": [0, 1] * 40, "y": [0, 0, 1, 1, 0, 1, 1, 1] * 10})
    >>> found = independence(Survey(people, SurveyDesign(weight="equal")), "g", "y")
    >>> round(found.pearson.statistic, 3), round(found.cramers_v, 3)
    (5.333, 0.258)
    """
    if rows == columns:
        raise OptionError(f"A table needs two different variables; got {rows!r} twice.")
    return independence_of_counts(count_table(survey, rows, columns)[0])
