"""Replicate weights: made from the design's units, and used for any statistic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from barometri.errors import DesignError, OptionError, check_option
from barometri.inference.replicates import Replication, replicate_covariance
from barometri.survey import Survey
from barometri.survey.adjustments import KINDS, Centre, Correction, Kind, Replicates

FloatArray = npt.NDArray[np.float64]
Statistic = Callable[[Survey], Mapping[str, float]]


@dataclass(frozen=True, slots=True, repr=False)
class ReplicateStatistic:
    """Any statistic with its variance between replicates.

    Parameters
    ----------
    names
        Names of the numbers, shape (m,).
    estimate
        With the full weights, shape (m,).
    se
        Shape (m,).
    covariance
        Shape (m, m).
    df
        Degrees of freedom of the replicates.
    design
        The design in words.
    """

    names: tuple[str, ...]
    estimate: FloatArray
    se: FloatArray
    covariance: FloatArray
    df: float
    design: str


def replicate(
    survey: Survey,
    kind: Kind = "bootstrap",
    *,
    replicates: int = 500,
    generator: np.random.Generator | None = None,
    rho: float = 0.5,
    fpc: Correction = "design",
    centre: Centre = "replicates",
) -> Survey:
    """Give the survey replicate weights of its first-stage units; all variances then come from them.

    Calibrated weights are calibrated anew in every replicate.

    Parameters
    ----------
    survey
        The survey.
    kind
        ``jackknife`` (leaves out one unit after the other: JK1 without strata, JKn with them), ``brr``
        (balanced half samples of two units a stratum), ``fay`` (the same with both halves kept, one at
        ``rho``) or ``bootstrap`` (Rao and Wu, ``n_h - 1`` units drawn from each stratum).
    replicates
        Number of bootstrap replicates.
    generator
        Source of the bootstrap's random numbers.
    rho
        Fay's factor.
    fpc
        Whether finite populations make variances smaller (``design``), or not (``none``). Designs of several
        stages are treated without, since units stand for all that happens within them; the words say so.
    centre
        Deviations from the mean of the ``replicates``, or from the ``estimate``.

    Returns
    -------
    Survey
        With the replicate design.

    Raises
    ------
    OptionError
        An unknown word.
    DesignError
        A design that the rule does not fit, or too many units to be replicated.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"x": [1.0, 2.0]}), SurveyDesign(weight="equal"))
    >>> replicate(survey, "jackknife").coded.words
    'no strata, elements, equal weights, no FPC, 2 jackknife replicates made of the units'
    """
    check_option("kind", kind, KINDS)
    if survey.design.replicates is not None:
        raise DesignError("The survey has replicate weights already; start from its design without them.")
    if kind == "bootstrap" and generator is None:
        raise OptionError("The bootstrap needs generator=numpy.random.default_rng(seed): name your seed.")
    seed = 0 if generator is None else int(generator.integers(2**62))
    number = replicates if kind == "bootstrap" else 0
    made = Replicates(kind=kind, centre=centre, rho=rho, number=number, seed=seed, fpc=fpc)
    return survey.with_design(replace(survey.design, replicates=made))


def replicate_weights(survey: Survey) -> FloatArray:
    """Return the weight of every respondent in every replicate, shape (n, R).

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"x": [1.0, 2.0]}), SurveyDesign(weight="equal"))
    >>> replicate_weights(replicate(survey, "jackknife"))
    array([[0., 2.],
           [2., 0.]])
    """
    coded = survey.coded
    replication = _replication(survey)
    factors = replication.matrix()[replication.unit[coded.group]]
    return np.asarray(coded.weight[:, None] * factors)


def with_replicates(survey: Survey, statistic: Statistic) -> ReplicateStatistic:
    """Estimate any statistic and its variance, by computing it anew in every replicate.

    Parameters
    ----------
    survey
        With replicate weights.
    statistic
        Function of a survey that returns named numbers; it is called once for the full weights and once a
        replicate, with those of the domain who have weight in it.

    Returns
    -------
    ReplicateStatistic
        NaN for numbers that some replicate cannot give.

    Raises
    ------
    DesignError
        A survey without replicates.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"x": [1.0, 3.0, 5.0]}), SurveyDesign(weight="equal"))
    >>> found = with_replicates(
    ...     replicate(survey, "jackknife"), lambda s: {"largest": s.values("x")[s.coded.weight > 0].max()}
    ... )
    >>> found.names, found.estimate
    (('largest',), array([5.]))
    """
    coded, replication = survey.coded, _replication(survey)
    full = statistic(survey.reweighted(coded.weight))
    names = tuple(full)
    found = np.empty((len(replication.rscales), len(names)))
    unit = replication.unit[coded.group]
    for place in range(len(found)):
        weight = coded.weight * replication.column(place)[unit]
        own = statistic(survey.reweighted(weight))
        found[place] = [own.get(name, np.nan) for name in names]
    estimate = np.array([full[name] for name in names], dtype=np.float64)
    centre = estimate if replication.centre == "estimate" else None
    covariance = replicate_covariance(found, centre, replication.scale, replication.rscales)
    se = np.sqrt(np.diag(covariance))
    return ReplicateStatistic(names, estimate, se, covariance, replication.df, coded.words)


def _replication(survey: Survey) -> Replication:
    found = survey.coded.replication
    if found is None:
        raise DesignError(
            "The survey has no replicate weights: make them with replicate, or name their columns in "
            "SurveyDesign(replicates=Replicates(columns=...))."
        )
    return found
