"""Plain trend and rank-correlation tests of unweighted answers: cross-checks of the design-based verbs."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from barometri.errors import OptionError, check_option
from barometri.inference.rank_sums import rank_correlation
from barometri.inference.tested import HypothesisTest
from barometri.inference.trend import cochran_armitage, jonckheere_terpstra, linear_by_linear
from barometri.survey import Survey
from barometri.testing.selecting import count_table

FloatArray = npt.NDArray[np.float64]
TrendMethod = Literal["jonckheere_terpstra", "cochran_armitage", "linear_by_linear"]
Correlation = Literal["kendall", "spearman"]
TWO = 2


def trend_test(
    survey: Survey,
    outcome: str,
    by: str,
    *,
    method: TrendMethod = "jonckheere_terpstra",
    scores: Sequence[float] | Literal["levels", "values"] = "levels",
) -> HypothesisTest:
    """Test whether an outcome rises or falls along ordered groups, weights and design left out.

    Parameters
    ----------
    survey
        In memory.
    outcome
        Ordered answers or numbers; for ``cochran_armitage`` one of two answers, the higher of which is
        counted.
    by
        The ordered groups.
    method
        ``jonckheere_terpstra`` (ties corrected; its z is that of Kendall's S), ``cochran_armitage`` (share
        against score), ``linear_by_linear`` (``sqrt(n - 1) r`` of the scores).
    scores
        Scores of the groups: their ``levels`` 1, 2, ..., their ``values``, or numbers. Jonckheere and
        Terpstra's test has none. ``linear_by_linear`` scores the outcome by its levels.

    Returns
    -------
    HypothesisTest
        ``detail`` as in `barometri.inference.trend`.

    Raises
    ------
    OptionError
        An unknown option, or an outcome that does not fit the method.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import SurveyDesign
    >>> people = pd.DataFrame({"k": [0, 0, 1, 1, 2, 2] * 5, "y": [1, 2, 1, 3, 2, 3] * 5})
    >>> round(trend_test(Survey(people, SurveyDesign(weight="equal")), "y", "k").p_value, 4)
    0.0116
    """
    check_option("method", method, get_args(TrendMethod))
    counts, names = count_table(survey, by, outcome)
    if method == "jonckheere_terpstra":
        return jonckheere_terpstra(counts)
    given = _scores(scores, names, by)
    if method == "linear_by_linear":
        return linear_by_linear(counts, given)
    if counts.shape[1] != TWO:
        raise OptionError(
            f"cochran_armitage needs an outcome of two answers; {outcome} has {counts.shape[1]}."
        )
    return cochran_armitage(counts[:, 1], counts.sum(axis=1), given)


def _scores(scores: Sequence[float] | str, names: tuple[object, ...], by: str) -> FloatArray:
    if isinstance(scores, str):
        check_option("scores", scores, ("levels", "values"))
        if scores == "levels":
            return np.arange(1.0, len(names) + 1)
        if not all(isinstance(name, (int, float)) for name in names):
            raise OptionError(f'{by} has answers that are no numbers; use scores="levels" or give numbers.')
        return np.array([float(str(name)) for name in names])
    if len(scores) != len(names):
        raise OptionError(
            f"scores must be one for each of the {len(names)} groups of {by}; got {len(scores)}."
        )
    return np.asarray(scores, dtype=np.float64)


def correlation_test(survey: Survey, x: str, y: str, *, method: Correlation = "kendall") -> HypothesisTest:
    """Test whether two variables are related in rank, weights and design left out.

    Parameters
    ----------
    survey
        In memory.
    x, y
        Ordered answers or numbers.
    method
        ``kendall``: tau-b, z with the tie-corrected variance; ``spearman``: rho, t on n - 2.

    Returns
    -------
    HypothesisTest
        ``estimate`` is the correlation.

    Raises
    ------
    OptionError
        An unknown option or variable.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import SurveyDesign
    >>> people = pd.DataFrame({"k": [0, 0, 1, 1, 2, 2] * 5, "y": [1, 2, 1, 3, 2, 3] * 5})
    >>> round(correlation_test(Survey(people, SurveyDesign(weight="equal")), "k", "y").estimate, 4)
    0.4167
    """
    check_option("method", method, get_args(Correlation))
    return rank_correlation(count_table(survey, x, y)[0], method=method)
