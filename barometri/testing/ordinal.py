"""Ordinal association of two variables: measures under the design."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from barometri.errors import OptionError, check_option
from barometri.estimates import Effect
from barometri.inference.association_measures import ordinal_measures
from barometri.inference.ranks import (
    Association,
    AssociationInterval,
    multinomial_association,
)
from barometri.inference.ranks import ordinal_association as associate
from barometri.survey import Survey
from barometri.testing.selecting import Crossed, DesignDf, cross

FloatArray = npt.NDArray[np.float64]
Variance = Literal["design", "multinomial"]
Scores = Literal["levels", "values"]
PERFECT = 1 - 1e-12
NO_ASSOCIATION = "larger x goes neither with larger nor with smaller y"


@dataclass(frozen=True, slots=True)
class OrdinalAssociation:
    """Measures of ordinal association, each with error, test and interval.

    Parameters
    ----------
    effects
        By name: ``somers_d`` (y given x), ``somers_d_reversed`` (x given y), ``gamma``, ``tau_b``, ``tau_c``,
        ``spearman`` (weighted mid-ranks), ``pearson`` (scores).
    null_se
        Errors under no association, by name, for ``multinomial``; NaN under a design.
    concordant, discordant
        Probabilities that of two random people the one with larger x has the larger, or the smaller, y.
    tied_on_y
        Probability that they differ in x and tie on y.
    n
        Unweighted number of people with both answers.
    """

    effects: dict[str, Effect]
    null_se: dict[str, float]
    concordant: float
    discordant: float
    tied_on_y: float
    n: int

    def __getitem__(self, name: str) -> Effect:
        if name not in self.effects:
            raise OptionError(f"There is no measure {name!r}; there are {', '.join(self.effects)}.")
        return self.effects[name]


def _level_scores(names: tuple[object, ...], scores: Scores, name: str) -> FloatArray | None:
    if scores == "levels":
        return None
    try:
        return np.array([float(str(label)) for label in names])
    except ValueError:
        message = f'{name} has answers that are no numbers; use scores="levels".'
        raise OptionError(message) from None


def ordinal_association(
    survey: Survey,
    x: str,
    y: str,
    *,
    variance: Variance = "design",
    interval: AssociationInterval = "auto",
    scores: Scores = "levels",
    level: float = 0.95,
    df: DesignDf = "answered",
) -> OrdinalAssociation:
    """Measure how strongly two ordered variables go together, in the population.

    Measures are functions of the weighted shares of the cells of x by y; their errors come from the design
    covariance of those shares by the delta method, tests and intervals from t on the design's df.

    Parameters
    ----------
    survey
        The survey; its domain limits who counts and keeps the whole design.
    x, y
        Ordered variables; answers in codebook order, else sorted. Missing answers leave the base.
    variance
        ``multinomial`` leaves weights and design out: unweighted counts, errors of a simple random sample,
        tests by the errors under no association on the normal.
    interval
        ``auto`` takes the arctanh scale where a measure exceeds 0.5 in size; ``t`` never; ``arctanh`` always.
    scores
        What ``pearson`` correlates: the numbers of the ``levels``, or their ``values``.
    level
        Confidence level, 0 to 1.
    df
        As in `rao_scott`.

    Returns
    -------
    OrdinalAssociation
        With C and D, the probabilities of concordant and discordant pairs: Somers' D ``(C - D) / (pairs that
        differ in x)``, gamma ``(C - D) / (C + D)``, tau-b over the geometric mean of the pairs that differ in
        x and in y, tau-c ``m (C - D) / (m - 1)``. NaN with the reason in ``method`` where a variable has one
        answer or an association is perfect.

    Raises
    ------
    OptionError
        An unknown option or variable, or one of too many values: group them first.

    Notes
    -----
    Goodman and Kruskal 1972, JASA 67, 415-421; Somers 1962, ASR 27, 799-811; Brown and Benedetti 1977, JASA
    72, 309-315.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import SurveyDesign
    >>> people = pd.DataFrame({"x": [0, 0, 1, 1, 2, 2] * 5, "y": [1, 2, 1, 3, 2, 3] * 5})
    >>> found = ordinal_association(Survey(people, SurveyDesign(weight="equal")), "x", "y")
    >>> round(found["somers_d"].estimate, 4), round(found["somers_d"].se, 4)
    (0.4167, 0.0875)
    """
    check_option("variance", variance, get_args(Variance))
    check_option("scores", scores, get_args(Scores))
    crossed = cross(survey, x, y, df=df)
    if variance == "multinomial":
        found = multinomial_association(crossed.counts, level=level, interval=interval)
        shares: npt.NDArray[np.float64] = crossed.counts
    else:
        shares = crossed.table.shares
        found = associate(
            shares,
            crossed.table.share_covariance,
            crossed.table.df,
            level=level,
            interval=interval,
            x_scores=_level_scores(crossed.rows, scores, x),
            y_scores=_level_scores(crossed.columns, scores, y),
        )
    measures = ordinal_measures(shares)
    return OrdinalAssociation(
        {name: _effect(found, crossed, place, variance) for place, name in enumerate(found.names)},
        dict(zip(found.names, found.null_se.tolist(), strict=True)),
        measures.concordant,
        measures.discordant,
        measures.tied_on_y_only,
        crossed.table.n,
    )


def _effect(found: Association, crossed: Crossed, place: int, variance: str) -> Effect:
    name = found.names[place]
    known = np.isfinite(found.se[place])
    why = "perfect" if abs(found.estimate[place]) > PERFECT else "one_value"
    how = "taylor" if variance == "design" else "multinomial"
    return Effect(
        name=name,
        estimate=float(found.estimate[place]),
        se=float(found.se[place]),
        ci_low=float(found.low[place]),
        ci_high=float(found.high[place]),
        n=crossed.table.n,
        df=found.df,
        p_value=float(found.p_value[place]),
        method=f"{name}/{how}" if known else f"not_estimable:{why}",
        null=NO_ASSOCIATION,
        k_low=crossed.smallest,
        detail={"statistic": float(found.statistic[place])},
    )
