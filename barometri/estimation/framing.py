"""From numbers to `Estimates`: intervals, frame, counts."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.errors import OptionError, check_option
from barometri.estimates import VALUE_COLUMNS, Estimates
from barometri.estimation.cells import Cells
from barometri.estimation.computing import Numbers
from barometri.inference.intervals import (
    PROPORTION_METHODS,
    Intervals,
    ProportionMethod,
    mean_intervals,
    proportion_intervals,
)
from barometri.inference.moments import design_effect
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
DegreesOfFreedom = Literal["domain", "design", "normal"]
Comparison = Literal["none", "without_replacement", "with_replacement"]


@dataclass(frozen=True, slots=True)
class Options:
    """How a verb words its uncertainty.

    Parameters
    ----------
    level
        Confidence level, 0 to 1.
    df
        ``domain`` (units minus strata of the row's base), ``design`` (of the whole design) or ``normal``.
    ci
        Rule of the intervals of proportions.
    deff
        Simple random sample that design effects compare with, or ``none``.
    listed
        Whether the items were given as a list, so that they are named also when there is one.
    """

    level: float = 0.95
    df: DegreesOfFreedom = "domain"
    ci: ProportionMethod = "korn_graubard"
    deff: Comparison = "none"
    listed: bool = False

    def __post_init__(self) -> None:
        check_option("df", self.df, get_args(DegreesOfFreedom))
        check_option("ci", self.ci, PROPORTION_METHODS)
        check_option("deff", self.deff, get_args(Comparison))
        if not 0 < self.level < 1:
            raise OptionError(f"level must lie between 0 and 1; got {self.level}.")


def frame_estimates(
    survey: Survey, numbers: Numbers, cells: Cells, options: Options, *, statistic: str
) -> Estimates:
    """Return the estimates of a call; rows are items, their categories, then cells."""
    proportion = statistic == "proportion"
    estimate, covariance = _exact(numbers) if proportion else (numbers.estimate, numbers.covariance)
    se = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    df = _df(numbers, options)
    if proportion:
        intervals = proportion_intervals(
            estimate,
            _logit_scale(numbers, estimate, se) if options.ci == "logit" else se,
            numbers.n,
            df,
            method=options.ci,
            level=options.level,
            kish=numbers.kish,
            population=numbers.population,
        )
    else:
        intervals = mean_intervals(estimate, se, df, level=options.level, certain=_certain(numbers))
    values = (estimate, se, intervals.low, intervals.high, numbers.n.astype(np.int64), numbers.n_weighted, df)
    methods = _methods(intervals, numbers.sums.design.variance)
    frame = pd.DataFrame(
        _keys(numbers, cells, options) | dict(zip(VALUE_COLUMNS, (*values, methods), strict=True)),
        index=pd.RangeIndex(len(estimate)),
    )
    return Estimates(
        frame,
        covariance,
        cells.by,
        statistic,
        numbers.sums.design.words,
        _counts(numbers, covariance, options, statistic),
        survey.domain_text,
    )


def _logit_scale(numbers: Numbers, estimate: FloatArray, se: FloatArray) -> FloatArray:
    """Return what the interval on the logit scale starts from: replicates know the logits themselves."""
    if numbers.logit_se is None:
        return se
    return np.where(np.isfinite(numbers.logit_se), numbers.logit_se * estimate * (1 - estimate), se)


def _certain(numbers: Numbers) -> npt.NDArray[np.bool_]:
    """Tell which rows an error of 0 can be believed of: a census, and numbers of people, fixed by design."""
    people = np.array([not target.item and target.denominator is None for target in numbers.targets])
    cells = len(numbers.estimate) // len(numbers.targets)
    return np.repeat(people, cells) | numbers.sums.design.is_census


def _exact(numbers: Numbers) -> tuple[FloatArray, FloatArray]:
    """Make empty and full cells exactly 0 and 1, without variance."""
    empty, full = numbers.k == 0, numbers.k == numbers.n
    edge = (empty | full) & (numbers.n > 0)
    estimate = np.where(edge, np.where(full, 1.0, 0.0), numbers.estimate)
    covariance = numbers.covariance.copy()
    known = np.isfinite(estimate)
    covariance[np.ix_(edge, known)] = 0.0
    covariance[np.ix_(known, edge)] = 0.0
    return estimate, covariance


def _df(numbers: Numbers, options: Options) -> FloatArray:
    if options.df == "domain":
        return numbers.df
    value = np.inf if options.df == "normal" else numbers.sums.design.degrees_of_freedom
    return np.full(numbers.estimate.shape, value)


def _keys(numbers: Numbers, cells: Cells, options: Options) -> dict[str, object]:
    """Return the key columns: item and category where they vary, then the ``by`` variables."""
    size = len(cells.keys)
    columns: dict[str, object] = {}
    if options.listed or len({target.item for target in numbers.targets}) > 1:
        columns["item"] = [target.item for target in numbers.targets for _ in range(size)]
    if any(target.category is not None for target in numbers.targets):
        columns["category"] = [_category(target.category) for target in numbers.targets for _ in range(size)]
    for place, name in enumerate(cells.by):
        columns[name] = [key[place] for key in cells.keys] * len(numbers.targets)
    return columns


def _category(label: object) -> object:
    return "good" if label is None else label


def _methods(intervals: Intervals, variance: str) -> list[str]:
    word = f"{intervals.method}/{variance}"
    if not (intervals.reason != "").any():
        return [word] * len(intervals.reason)
    return [word if not reason else f"not_estimable:{reason}/{variance}" for reason in intervals.reason]


def _counts(numbers: Numbers, covariance: FloatArray, options: Options, statistic: str) -> pd.DataFrame:
    """Return exact counts beside the frame, and design effects if asked for."""
    counts = pd.DataFrame({"k": numbers.k})
    if np.isfinite(numbers.others).any():
        counts["others"] = numbers.others
    if options.deff != "none":
        simple = numbers.simple * (_finite(numbers) if options.deff == "without_replacement" else 1.0)
        scale = numbers.n_weighted**2 if statistic == "total" else 1.0
        counts["deff"] = design_effect(np.diag(covariance), simple * scale)
    return counts


def _finite(numbers: Numbers) -> FloatArray:
    """Return 1 - n/N of a simple random sample of the same size."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(numbers.n_weighted > 0, 1 - numbers.n / numbers.n_weighted, np.nan)
