"""Tests of what other verbs estimated: joint contrasts, and equivalence of groups."""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from barometri.errors import OptionError, check_option
from barometri.estimates import Estimates
from barometri.inference.contrasts import contrast_test
from barometri.inference.equivalence import equivalence
from barometri.inference.tested import HypothesisTest
from barometri.survey import Survey
from barometri.testing.means import t_test

FloatArray = npt.NDArray[np.float64]
WaldStatistic = Literal["F", "adjusted_F", "chisq"]


def joint_test(
    estimates: Estimates,
    contrasts: npt.ArrayLike | None = None,
    *,
    statistic: WaldStatistic = "F",
    null_value: float = 0.0,
) -> HypothesisTest:
    """Test jointly that all rows of a result are equal to a value, or that combinations of rows are.

    ``W = d' V^-1 d`` with the joint covariance of the call. ``F``: ``W / q`` on q and the smallest df of the
    rows that enter; ``adjusted_F``: ``W (df - q + 1) / (q df)`` on q and ``df - q + 1`` (Hotelling's T²), for
    designs with few units; ``chisq``: W on chi-squared.

    Parameters
    ----------
    estimates
        A result, e.g. of `mean` by group or of `contrast`.
    contrasts
        Weights of the rows, shape (q, rows) or (rows,); none tests every row. Differences from the first of
        three rows are ``[[-1, 1, 0], [-1, 0, 1]]``.
    statistic
        As above.
    null_value
        Value of every combination under the null.

    Returns
    -------
    HypothesisTest
        ``detail`` holds ``chi_squared`` (W).

    Raises
    ------
    OptionError
        An unknown option, or contrasts of another width.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.estimation import mean
    >>> from barometri.survey import SurveyDesign
    >>> people = pd.DataFrame({"y": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "g": list("aabbcc")})
    >>> means = mean(Survey(people, SurveyDesign(weight="equal")), "y", by="g")
    >>> round(joint_test(means, [[-1, 1, 0], [-1, 0, 1]]).detail["chi_squared"], 4)
    53.3333
    """
    check_option("statistic", statistic, get_args(WaldStatistic))
    rows = len(estimates)
    matrix = np.eye(rows) if contrasts is None else np.atleast_2d(np.asarray(contrasts, dtype=np.float64))
    if matrix.ndim != 2 or matrix.shape[1] != rows:  # noqa: PLR2004
        raise OptionError(f"contrasts need one weight for each of the {rows} rows.")
    used = np.flatnonzero((matrix != 0).any(axis=0))
    matrix = matrix[:, used]
    values = estimates.frame["estimate"].to_numpy(dtype=np.float64)[used]
    spread = matrix @ estimates.covariance[np.ix_(used, used)] @ matrix.T
    df = float(estimates.frame["df"].to_numpy(dtype=np.float64)[used].min(initial=np.inf))
    n = int(estimates.frame["n"].to_numpy(dtype=np.float64)[used].min(initial=np.inf)) if len(used) else 0
    q = int(np.linalg.matrix_rank(matrix))
    bottom = {"F": df, "adjusted_F": df - q + 1, "chisq": np.inf}[statistic]
    null = "the contrasts are all 0" if null_value == 0 else f"the contrasts are all {null_value:g}"
    shrink = np.sqrt(max(bottom, 0.0) / df) if statistic == "adjusted_F" and df > 0 else 1.0
    deviation = (matrix @ values - null_value) * shrink
    return contrast_test("wald", null, deviation, spread, denominator_df=bottom, n=n)


def equivalence_test(
    survey: Survey,
    outcome: str,
    by: str,
    *,
    margin: float | tuple[float, float],
    alpha: float = 0.05,
) -> HypothesisTest:
    """Test whether the means or shares of two groups differ by less than a margin.

    Two one-sided t tests of the difference of domain means, under the design. The power at no difference
    stands in ``detail``: below it, "not shown" says little.

    Parameters
    ----------
    survey
        The survey.
    outcome
        Numbers (a 0/1 variable for shares), or a question whose code values are averaged.
    by
        A variable of two groups.
    margin
        Largest difference that counts as none, or the two limits.
    alpha
        Level of each of the two tests.

    Returns
    -------
    HypothesisTest
        A small p-value says equivalent. The interval has level ``1 - 2 alpha``.

    Raises
    ------
    OptionError
        An unknown variable, other than two groups, or no positive margin.

    Notes
    -----
    Schuirmann 1987, J. Pharmacokin. Biopharm. 15, 657-680.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import SurveyDesign
    >>> people = pd.DataFrame({"y": [0.0, 1.0] * 100, "g": [0, 0, 1, 1] * 50})
    >>> test = equivalence_test(Survey(people, SurveyDesign(weight="equal")), "y", "g", margin=0.2)
    >>> test.estimate, round(test.p_value, 4), round(test.detail["power"], 4)
    (0.0, 0.0026, 0.7567)
    """
    low, high = margin if isinstance(margin, tuple) else (-margin, margin)
    found = t_test(survey, outcome, by)
    return equivalence(found.estimate, found.se, found.df, found.n, low=low, high=high, alpha=alpha)
