"""The verbs of agreement: Cohen's kappa, Krippendorff's alpha, the intraclass correlation."""

from collections.abc import Callable, Sequence
from typing import get_args

import numpy as np
import numpy.typing as npt

from barometri.agreement.errors import Errors, Told, as_effect, clustered, place_errors, row_errors
from barometri.agreement.judgements import Judgements, categories_of, codes_of, inside, judgements, places
from barometri.errors import OptionError, check_option
from barometri.estimates import Effect
from barometri.inference.agreement import (
    KAPPA_WEIGHTS,
    METRICS,
    Chance,
    KappaWeights,
    Metric,
    alpha,
    coincidences,
    interval_alpha,
    interval_features,
    intraclass,
    kappa,
)
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
Measure = Callable[[FloatArray], Chance]


def cohen_kappa(
    survey: Survey,
    first: str,
    second: str,
    *,
    weights: KappaWeights = "none",
    errors: Errors = "taylor",
    cluster: str | None = None,
    level: float = 0.95,
) -> Effect:
    """Agreement of two judgements of every respondent beyond chance: Cohen's kappa, plain or weighted.

    Parameters
    ----------
    survey
        In memory; its domain limits who counts.
    first, second
        Variables with the same categories; who answered both takes part.
    weights
        Disagreement: ``none`` counts all alike, ``linear`` and ``quadratic`` by the distance of the places
        in the order of the categories.
    errors
        ``taylor`` (linearised under the design) or ``jackknife`` (leaving out one sampling unit at a time).
    cluster
        Variable of areas to take as sampling units, without strata and finite population correction; none
        keeps the design.
    level
        Confidence level, 0 to 1.

    Returns
    -------
    Effect
        ``cohen_kappa``; ``detail`` holds the observed and expected (weighted) agreement. The interval is by
        t, on the arctanh scale beyond 0.5.

    Raises
    ------
    OptionError
        An unknown word or variable.
    DesignError
        The design gives no variance.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import SurveyDesign
    >>> answers = pd.DataFrame({"a": [1, 1, 2, 2, 3, 3], "b": [1, 1, 2, 3, 3, 3]})
    >>> found = cohen_kappa(Survey(answers, SurveyDesign(weight="equal")), "a", "b")
    >>> round(found.estimate, 4), round(found.detail["observed"], 4), found.n
    (0.75, 0.8333, 6)
    """
    check_option("weights", weights, KAPPA_WEIGHTS)
    check_option("errors", errors, get_args(Errors))
    categories = categories_of(survey, (first, second))
    size = len(categories)
    one, other = (codes_of(survey, name, categories) for name in (first, second))
    rows = np.flatnonzero(inside(survey) & (one >= 0) & (other >= 0))
    if not len(rows):
        raise OptionError(f"Nobody answered both {first} and {second}.")
    features = np.zeros((len(rows), size * size))
    features[np.arange(len(rows)), one[rows] * size + other[rows]] = survey.coded.weight[rows]

    def measure(sums: FloatArray) -> Chance:
        return kappa(sums.reshape(*sums.shape[:-1], size, size), weights)

    chosen = np.bincount(np.concatenate([one[rows], other[rows]]))
    null = "the two judgements agree as often as chance makes them"
    told = Told("cohen_kappa", null, len(rows), int(chosen[chosen > 0].min()))
    design = clustered(survey, cluster)
    se, df = row_errors(design, rows, features, lambda sums: measure(sums).estimate, errors)
    return as_effect(told, measure(features.sum(axis=0)), (se, df), f"weights_{weights}/{errors}", level)


def krippendorff_alpha(
    survey: Survey,
    items: str | Sequence[str],
    *,
    unit: str | None = None,
    metric: Metric = "nominal",
    errors: Errors = "jackknife",
    cluster: str | None = None,
    level: float = 0.95,
) -> Effect:
    """Agreement of any number of judgements: Krippendorff's alpha.

    Either several items judge every respondent's own case, and rows are the units under the survey's design;
    or the respondents of a ``unit``, such as an area, judge it by one item, and the units (or the clusters
    they lie in) are the sampling units, without strata and finite population correction.

    Parameters
    ----------
    survey
        In memory; its domain limits who counts.
    items
        Variables with the same categories; or one, with ``unit``.
    unit
        Variable of what is judged.
    metric
        ``nominal``, ``ordinal``, or ``interval`` (squared differences of numbers or code values).
    errors
        ``jackknife`` or ``taylor``, as in `cohen_kappa`.
    cluster
        Variable of the sampling units that units or rows lie in.
    level
        Confidence level, 0 to 1.

    Returns
    -------
    Effect
        ``krippendorff_alpha``; ``detail`` holds observed and expected disagreement.

    Raises
    ------
    OptionError
        An unknown word or variable, one item without unit, or nothing judged twice.
    DesignError
        The design gives no variance.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import SurveyDesign
    >>> answers = pd.DataFrame({"area": list("aabbcc"), "x": [1, 1, 2, 2, 1, 2]})
    >>> survey = Survey(answers, SurveyDesign(weight="equal"))
    >>> round(krippendorff_alpha(survey, "x", unit="area").estimate, 4)
    0.4444
    """
    check_option("metric", metric, METRICS)
    check_option("errors", errors, get_args(Errors))
    names = (items,) if isinstance(items, str) else tuple(items)
    if (len(names) == 1) != (unit is not None):
        raise OptionError("krippendorff_alpha needs several items, or one item and the unit it judges.")
    judged = judgements(survey, names, unit, numeric=metric == "interval").paired()
    features, measure = _alpha_parts(judged, metric)
    chosen = np.bincount(judged.code)
    smallest = judged.units if metric == "interval" else int(chosen[chosen > 0].min())
    null = "judgements of one unit agree no more than those of different units"
    told = Told("krippendorff_alpha", null, len(np.unique(judged.row)), smallest)
    if unit is None:
        rows = judged.row[np.unique(judged.at, return_index=True)[1]]
        design = clustered(survey, cluster)
        found = row_errors(design, rows, features, lambda sums: measure(sums).estimate, errors)
    else:
        place = places(survey, judged, cluster)
        found = place_errors(features, place, lambda sums: measure(sums).estimate, errors)
    return as_effect(told, measure(features.sum(axis=0)), found, f"{metric}/{errors}", level)


def intraclass_correlation(
    survey: Survey,
    item: str,
    *,
    unit: str,
    errors: Errors = "jackknife",
    cluster: str | None = None,
    level: float = 0.95,
) -> Effect:
    """Share of the variance of judgements that lies between the judged units: ICC(1).

    Parameters
    ----------
    survey
        In memory; its domain limits who counts.
    item
        Numbers, or a question whose code values count.
    unit
        Variable of what is judged, for instance the area.
    errors
        ``jackknife`` (leaving out one unit or cluster at a time) or ``taylor``.
    cluster
        Variable of the sampling units that units lie in; none takes the units themselves.
    level
        Confidence level, 0 to 1.

    Returns
    -------
    Effect
        ``intraclass_correlation``; ``detail`` holds the mean squares between (``observed``) and within
        units (``expected``).

    Raises
    ------
    OptionError
        An unknown word or variable, fewer than two units, or none judged twice.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey import SurveyDesign
    >>> answers = pd.DataFrame({"area": list("aabbcc"), "x": [1.0, 2.0, 3.0, 4.0, 2.0, 2.0]})
    >>> survey = Survey(answers, SurveyDesign(weight="equal"))
    >>> round(intraclass_correlation(survey, "x", unit="area").estimate, 4)
    0.7333
    """
    check_option("errors", errors, get_args(Errors))
    judged = judgements(survey, (item,), unit, numeric=True)
    judged.paired()  # refuses when no unit is judged twice
    w, x = judged.weight, judged.value
    total_weight, first = judged.sums(w), judged.sums(w * x)
    parts = [
        np.ones(judged.units),
        judged.sums(np.ones(len(w))),
        total_weight,
        total_weight**2,
        first,
        judged.sums(w * x**2),
        first**2 / total_weight,
    ]
    features = np.stack(parts, axis=1)
    found = place_errors(
        features, places(survey, judged, cluster), lambda sums: intraclass(sums).estimate, errors
    )
    told = Told("intraclass_correlation", "units do not differ", len(x), judged.units)
    return as_effect(told, intraclass(features.sum(axis=0)), found, f"one_way/{errors}", level)


def _alpha_parts(judged: Judgements, metric: Metric) -> tuple[FloatArray, Measure]:
    """Features of alpha by unit, and the measure of their sums."""
    w, x = judged.weight, judged.value
    if metric == "interval":
        parts = (w, w**2, w * x, w**2 * x, w * x**2, (w * x) ** 2)
        sums = np.stack([judged.sums(part) for part in parts], axis=1)
        return interval_features(sums), interval_alpha
    size = int(judged.code.max()) + 1
    cell = judged.at * size + judged.code
    counts, squares = (
        np.bincount(cell, part, minlength=judged.units * size).reshape(-1, size) for part in (w, w**2)
    )
    return coincidences(counts, squares), lambda sums: alpha(sums, metric)
