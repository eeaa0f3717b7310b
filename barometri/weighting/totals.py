"""Weights that reproduce known totals: post-stratification, raking, calibration."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from barometri.aggregation import Level, levels
from barometri.errors import OptionError, check_option
from barometri.inference.calibration import Distance
from barometri.survey import Survey
from barometri.survey.adjustments import Calibration, Residuals, Term
from barometri.weighting.adjusting import adjusted

Counts = Mapping[Any, float]  # a mapping does not take keys of a wider kind
Variables = str | tuple[str, ...]
Margins = Mapping[str, Counts] | Mapping[tuple[str, ...], Counts] | Mapping[Variables, Counts]
Totals = Mapping[str, float | Counts] | Mapping[Variables, float | Counts]


def poststratify(survey: Survey, variables: str | Sequence[str], counts: Counts) -> Survey:
    """Make the weights add up to known counts of one set of cells.

    ``w_i = d_i N_c / sum of d in c``; variances rest on deviations from the cell means (Holt and Smith 1979,
    JRSS A 142, 33-46).

    Parameters
    ----------
    survey
        Within a domain only its members are weighted.
    variables
        One variable, or several that are crossed.
    counts
        Population count of every category: by id or value; by a tuple of them where variables are crossed.

    Returns
    -------
    Survey
        With the calibrated design.

    Raises
    ------
    OptionError
        A category that the variable does not have.
    DesignError
        A category without respondents, or respondents without a count.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"g": ["a", "a", "b"]}), SurveyDesign(weight="equal"))
    >>> poststratify(survey, "g", {"a": 10, "b": 20}).coded.weight
    array([ 5.,  5., 20.])
    """
    names = (variables,) if isinstance(variables, str) else tuple(variables)
    return adjusted(survey, Calibration("poststratify", (_term(survey, names, counts),)))


def rake(survey: Survey, margins: Margins, *, residuals: Residuals = "base") -> Survey:
    """Make the weights add up to several margins at once, by proportional fitting.

    Parameters
    ----------
    survey
        Within a domain only its members are weighted.
    margins
        Variable (or a tuple of crossed ones) to its counts, as in `poststratify`.
    residuals
        Weights of the regression on the margins whose residuals carry the variance: ``base`` (those before
        raking, Deville, Särndal and Sautory 1993, JASA 88, 1013-1020) or ``equal``, with ten sweeps over the
        margins: the rule of R's ``rake``, to compare with.

    Returns
    -------
    Survey
        With the calibrated design.

    Raises
    ------
    OptionError
        A category that a variable does not have.
    DesignError
        Margins with different sums, or that cannot hold together.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> answers = pd.DataFrame({"g": ["a", "a", "b", "b"], "h": [1, 2, 1, 2]})
    >>> survey = Survey(answers, SurveyDesign(weight="equal"))
    >>> rake(survey, {"g": {"a": 10, "b": 30}, "h": {1: 20, 2: 20}}).coded.weight
    array([ 5.,  5., 15., 15.])
    """
    terms = tuple(_term(survey, _names(name), counts) for name, counts in margins.items())
    return adjusted(survey, Calibration("rake", terms, residuals=residuals))


def calibrate(
    survey: Survey,
    totals: Totals,
    *,
    population: float | None = None,
    method: Distance = "linear",
    bounds: tuple[float, float] | None = None,
) -> Survey:
    """Make the weights reproduce totals of numbers and counts of categories, as near as possible to before.

    Parameters
    ----------
    survey
        Within a domain only its members are weighted.
    totals
        Measured variable to its population total; or variable (or tuple) to counts as in `poststratify`.
    population
        Number of people, where no counts say it.
    method
        ``linear`` (regression estimation), ``raking`` (factors above 0) or ``logit`` (factors within
        bounds); Deville and Särndal (1992), JASA 87, 376-382.
    bounds
        Smallest and largest factor of a weight, for ``logit`` and ``linear``.

    Returns
    -------
    Survey
        With the calibrated design. Linear calibration without bounds can give negative weights; see
        `weights_summary`.

    Raises
    ------
    OptionError
        An unknown word, variable or category.
    DesignError
        Totals that no weights within the bounds reach.

    Examples
    --------
    >>> import pandas as pd
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"x": [1.0, 2.0, 3.0]}), SurveyDesign(weight="equal"))
    >>> calibrate(survey, {"x": 66.0}, population=30).coded.weight.round(9)
    array([ 7., 10., 13.])
    """
    check_option("method", method, ("linear", "logit", "raking"))
    terms = [] if population is None else [Term((), (), (float(population),))]
    for name, known in totals.items():
        if isinstance(known, Mapping):
            terms.append(_term(survey, _names(name), known))
            continue
        if not isinstance(name, str) or not survey.is_numeric(name) or survey.is_coded(name):
            raise OptionError(f"{name!r} is no measured variable; give a count for each of its categories.")
        terms.append(Term((name,), (), (float(known),)))
    return adjusted(survey, Calibration(method, tuple(terms), bounds))


def _names(variables: Variables) -> tuple[str, ...]:
    return (variables,) if isinstance(variables, str) else tuple(variables)


def _term(survey: Survey, names: tuple[str, ...], counts: Counts) -> Term:
    """Return counts as a term: keys as the responses hold them."""
    found = [levels(survey, name) for name in names]
    keys: list[tuple[Hashable, ...]] = []
    for key in counts:
        parts = (key,) if len(names) == 1 and not isinstance(key, tuple) else key
        if not isinstance(parts, tuple) or len(parts) != len(names):
            raise OptionError(
                f"Counts of {' × '.join(names)} need one category of each variable, as a tuple."
            )
        keys.append(
            tuple(_value(name, own, part) for name, own, part in zip(names, found, parts, strict=True))
        )
    totals = tuple(float(count) for count in counts.values())
    if not totals or not all(0 < count < float("inf") for count in totals) or len(set(keys)) < len(keys):
        raise OptionError(
            f"Counts of {' × '.join(names)} must be positive and name each category once; leave out "
            "categories that nobody belongs to."
        )
    return Term(names, tuple(keys), totals)


def _value(variable: str, found: Sequence[Level], name: Hashable) -> Hashable:
    for level in found:
        if name in (level.id, level.value):
            return level.value
    known = ", ".join(str(level.id) for level in found[:10])
    raise OptionError(f"{variable} has no category {name!r}; it has {known}.")
