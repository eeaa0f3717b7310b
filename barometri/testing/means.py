"""Tests of means and of ranks between groups, under the survey's design."""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from barometri.errors import OptionError, check_option
from barometri.estimates import Estimates
from barometri.estimation import mean, total
from barometri.inference.contrasts import contrast_test, single_test
from barometri.inference.design_ranks import RANK_SCORES, RankScores, Ties, rank_scores
from barometri.inference.rank_sums import kruskal_wallis, wilcoxon_rank_sum
from barometri.inference.tested import HypothesisTest
from barometri.survey import Survey
from barometri.testing.selecting import answered, count_table, level_codes

FloatArray = npt.NDArray[np.float64]
Sampling = Literal["design", "unweighted"]
_SCORE = "_score"
NO_DIFFERENCE = "the groups have the same mean"
SAME_RANKS = "all groups have the same distribution of ranks"
TWO = 2
RANKED = 1.0  # size of rank scores


def _groups(estimates: Estimates) -> tuple[FloatArray, FloatArray]:
    """Return means and covariance of the groups that have members."""
    used = estimates.frame["n"].to_numpy() > 0
    values = estimates.frame["estimate"].to_numpy(dtype=np.float64)[used]
    return values, estimates.covariance[np.ix_(used, used)]


def _differences(groups: int) -> FloatArray:
    """Contrasts of every further group with the first."""
    return np.concatenate([np.full((groups - 1, 1), -1.0), np.eye(groups - 1)], axis=1)


def t_test(
    survey: Survey, outcome: str, by: str | None = None, *, null_value: float = 0.0, level: float = 0.95
) -> HypothesisTest:
    """Test whether two groups have the same mean, or whether a mean is a given value.

    The difference is that of two domain means, with their covariance; t has the design's degrees of freedom
    (units minus strata of those with both values), less one for two groups.

    Parameters
    ----------
    survey
        The survey.
    outcome
        Numbers, or a question whose code values are averaged.
    by
        A variable of two groups; none tests the mean of everybody.
    null_value
        Value under the null.
    level
        Confidence level, 0 to 1.

    Returns
    -------
    HypothesisTest
        ``estimate`` is the second group's mean minus the first's.

    Raises
    ------
    OptionError
        An unknown variable, or other than two groups.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import SurveyDesign
    >>> people = pd.DataFrame({"y": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "g": list("aaabbb")})
    >>> test = t_test(Survey(people, SurveyDesign(weight="equal")), "y", "g")
    >>> test.estimate, round(test.se, 4), test.df
    (3.0, 0.7303, 4.0)
    """
    inside = answered(survey, outcome, *([] if by is None else [by]))
    df = float(total(inside).frame["df"].iloc[0])
    if by is None:
        found = mean(inside, outcome)
        se = float(found.frame["se"].iloc[0])
        return single_test(
            "t_test",
            "the mean is the given value",
            float(found.frame["estimate"].iloc[0]),
            se,
            df=df,
            n=inside.n,
            null_value=null_value,
            level=level,
        )
    values, covariance = _groups(mean(inside, outcome, by=by))
    if len(values) != TWO:
        raise OptionError(f"t_test compares two groups; {by} has {len(values)} with answers. Pick two first.")
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    return single_test(
        "t_test",
        NO_DIFFERENCE,
        float(values[1] - values[0]),
        float(np.sqrt(max(variance, 0.0))),
        df=df - 1,
        n=inside.n,
        null_value=null_value,
        level=level,
        scale=float(np.abs(values).max()),
    )


def rank_test(
    survey: Survey,
    outcome: str,
    by: str,
    *,
    scores: RankScores = "wilcoxon",
    ties: Ties = "weighted",
    sampling: Sampling = "design",
    continuity: bool = True,
    level: float = 0.95,
) -> HypothesisTest:
    """Test whether groups have the same distribution, by ranks in the population.

    Everybody gets the estimated population mid-rank (a share, 0 to 1) of his answer, turned into a score; the
    groups' mean scores are compared with their design covariance, finite population corrections included.
    Two groups: t on the design's df less 1. More: F, its numerator's df also taken off the design's.

    Parameters
    ----------
    survey
        In memory.
    outcome
        Ordered answers or numbers.
    by
        A variable of two groups or more.
    scores
        ``wilcoxon`` (the ranks; ``kruskal_wallis`` is the same), ``van_der_waerden`` (normal quantiles),
        ``median`` (above the middle or not).
    ties
        ``weighted``: people with one answer share their mid-rank. ``file_order`` averages cumulated weights
        over the tied rows in the order of the file, as R's survey package does: with unequal weights that
        order then changes the result, so it serves comparison alone.
    sampling
        ``unweighted`` takes a simple random sample: Wilcoxon's rank-sum test of two groups, Kruskal and
        Wallis' of more, ties corrected.
    continuity
        Of the unweighted rank-sum test.
    level
        Confidence level of the difference of two groups, 0 to 1.

    Returns
    -------
    HypothesisTest
        Two groups: ``estimate`` is the difference in mean score, second minus first. More: ``detail`` holds
        ``chi_squared``.

    Raises
    ------
    OptionError
        An unknown option or variable, or a single group.

    Notes
    -----
    Lumley and Scott 2013, Biometrika 100, 831-842.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import SurveyDesign
    >>> people = pd.DataFrame({"y": [1, 2, 2, 3, 4, 4], "g": list("aaabbb")})
    >>> test = rank_test(Survey(people, SurveyDesign(weight="equal")), "y", "g")
    >>> round(test.estimate, 4), test.df
    (0.5, 4.0)
    """
    check_option("scores", scores, RANK_SCORES)
    check_option("sampling", sampling, get_args(Sampling))
    if sampling == "unweighted":
        if scores not in ("wilcoxon", "kruskal_wallis"):
            raise OptionError("Unweighted rank tests are wilcoxon and kruskal_wallis; choose one of them.")
        counts = count_table(survey, by, outcome)[0]
        if scores == "wilcoxon" and len(counts) == TWO:
            return wilcoxon_rank_sum(counts, continuity=continuity)
        return kruskal_wallis(counts)
    inside = answered(survey, outcome, by)
    found = _scores(inside, outcome, scores, ties)
    values, covariance = _groups(mean(inside.with_column(_SCORE, found), _SCORE, by=by))
    if len(values) < TWO:
        raise OptionError(f"rank_test compares groups; {by} has {len(values)} with answers.")
    df = float(total(inside).frame["df"].iloc[0])
    method = f"design_{scores}"
    if np.nanmin(found) == np.nanmax(found):
        covariance = np.zeros_like(covariance)
    differences = _differences(len(values))
    estimate, spread = differences @ values, differences @ covariance @ differences.T
    if len(values) == TWO:
        se = float(np.sqrt(max(spread[0, 0], 0.0)))
        return single_test(
            method, SAME_RANKS, float(estimate[0]), se, df=df - 1, n=inside.n, level=level, scale=RANKED
        )
    bottom = df - len(estimate)
    return contrast_test(method, SAME_RANKS, estimate, spread, denominator_df=bottom, n=inside.n, size=RANKED)


def _scores(inside: Survey, outcome: str, scores: RankScores, ties: Ties) -> FloatArray:
    """Return the score of everybody, NaN outside the domain."""
    members = np.ones(len(inside.rows), dtype=np.bool_) if inside.mask is None else inside.mask
    result = np.full(len(members), np.nan)
    result[members] = rank_scores(
        level_codes(inside, outcome)[0], inside.coded.weight[members], scores=scores, ties=ties
    )
    return result
