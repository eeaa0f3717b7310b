"""The verb of quantiles: values under which a share of the population lies, with intervals."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.errors import OptionError, check_option
from barometri.estimates import VALUE_COLUMNS, Estimates
from barometri.estimation.cells import Cells, make_cells
from barometri.estimation.framing import DegreesOfFreedom
from barometri.estimation.numeric import cell_of_rows, numeric_values
from barometri.estimation.verbs import proportion
from barometri.inference.intervals import ProportionMethod
from barometri.inference.quantiles import QUANTILE_RULES, QuantileRule, Ranked, quantiles, rank
from barometri.inference.tails import t_quantile
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
QuantileInterval = Literal["woodruff", "beta", "xlogit", "asin", "korn_graubard", "score"]
QUANTILE_INTERVALS: tuple[str, ...] = get_args(QuantileInterval)
QUARTILES: Final = (0.25, 0.5, 0.75)
BEYOND: Final = "not_estimable:limit_beyond_the_values"
SHARE_INTERVALS: Final[dict[str, ProportionMethod]] = {
    "woodruff": "wald",
    "beta": "beta",
    "xlogit": "xlogit",
    "asin": "asin",
    "korn_graubard": "korn_graubard",
    "score": "wald",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of every distribution: interval and rule in words, level 0 to 1, degrees of freedom."""

    interval: QuantileInterval
    rule: QuantileRule
    level: float
    df: DegreesOfFreedom


@dataclass(frozen=True, slots=True, repr=False)
class Distributions:
    """The distribution of each item in each cell.

    Parameters
    ----------
    survey
        The survey.
    cells
        Its cells, O of them.
    values
        Values of each item by row, NaN where missing or outside, shape (n,) each.
    cell
        Cell of each row, -1 outside, shape (n,).
    ranked
        Sorted values, item by item, cell by cell.
    """

    survey: Survey
    cells: Cells
    values: tuple[FloatArray, ...]
    cell: npt.NDArray[np.int64]
    ranked: tuple[tuple[Ranked, ...], ...]

    def shares_up_to(self, limits: FloatArray, request: Request) -> Estimates:
        """Shares of values up to a limit, which is given by item, probability and cell, shape (I, M, O)."""
        survey, names = self.survey, []
        for place, (values, own) in enumerate(zip(self.values, limits, strict=True)):
            for number, row in enumerate(own):
                names.append(f"_below_{place}_{number}")
                limit = np.append(row, np.nan)[self.cell]
                below = np.where(np.isnan(values) | np.isnan(limit), np.nan, (values <= limit) * 1.0)
                survey = survey.with_column(names[-1], below)
        ci = SHARE_INTERVALS[request.interval]
        by = list(self.cells.by) or None
        return proportion(survey, names, by=by, categories=[1], ci=ci, level=request.level, df=request.df)


def quantile(
    survey: Survey,
    items: str | Sequence[str],
    probabilities: float | Sequence[float] = QUARTILES,
    *,
    by: str | Sequence[str] | None = None,
    interval: QuantileInterval = "woodruff",
    rule: QuantileRule = "math",
    level: float = 0.95,
    df: DegreesOfFreedom = "domain",
) -> Estimates:
    """Estimate quantiles of numbers, or of the code values of a question.

    The intervals of Woodruff (1952, JASA 47, 635-646) take the interval of the share of values up to the
    estimated quantile and read the quantiles at its ends: ``woodruff`` that share ``± t(df) se`` (R's
    ``mean``); ``beta``, ``xlogit``, ``asin`` and ``korn_graubard`` the interval of that name. ``score``
    (Francisco and Fuller 1991, Annals of Statistics 19, 454-469) holds the values x for which the test of
    ``F(x) = p`` with the standard error at x does not reject. (R's survey 4.1-1 reads the weighted
    quantile at the unweighted share below such limits, so that under unequal weights its limits need not
    hold the estimate; ours are the limits themselves.)

    Parameters
    ----------
    survey
        In memory; its domain limits who counts.
    items
        One variable or several.
    probabilities
        Shares, more than 0 and less than 1.
    by
        Variables whose codes make cells.
    interval, rule
        Words of the interval and of the rule; see `barometri.inference.quantiles.quantiles`.
    level
        Confidence level, 0 to 1.
    df
        Degrees of freedom, as in `proportion`.

    Returns
    -------
    Estimates
        Rows are items (column ``item`` where listed), ``probability``, cells. ``se`` is the length of the
        interval over ``2 t(df)``; the covariance gives them the correlations of the shares. A limit that
        would lie beyond all values is NaN.

    Raises
    ------
    OptionError
        An unknown word, variable or probability.
    DesignError
        The design gives no variance.

    Examples
    --------
    >>> from barometri.survey.design import SurveyDesign
    >>> survey = Survey(pd.DataFrame({"x": [4.0, 1.0, 3.0, 2.0]}), SurveyDesign(weight="equal"))
    >>> quantile(survey, "x", 0.5).frame[["probability", "estimate", "n"]]
       probability  estimate  n
    0          0.5       2.0  4
    """
    check_option("interval", interval, QUANTILE_INTERVALS)
    check_option("rule", rule, QUANTILE_RULES)
    names = (items,) if isinstance(items, str) else tuple(items)
    p = np.atleast_1d(np.asarray(probabilities, dtype=np.float64))
    if not (len(names) and len(p) and np.all((p > 0) & (p < 1))):
        raise OptionError("quantile needs items, and probabilities of more than 0 and less than 1.")
    request = Request(interval, rule, level, df)
    found = _distributions(survey, names, by)
    estimate = _read(
        found, np.broadcast_to(p[None, :, None], (len(names), len(p), len(found.cells.keys))), rule
    )
    shares = found.shares_up_to(estimate, request)
    if interval == "score":
        low, high = _score_limits(found, p, shares, request)
    else:
        low, high = _woodruff_limits(found, shares, estimate.shape, rule)
    frame = _frame(shares, names if not isinstance(items, str) else (), p, found)
    return _assemble(frame, shares, (estimate.ravel(), low, high), request)


def _distributions(survey: Survey, items: Sequence[str], by: str | Sequence[str] | None) -> Distributions:
    cells = make_cells(survey, by, margins=False)
    cell = cell_of_rows(survey, cells)
    values = tuple(np.where(cell >= 0, numeric_values(survey, item), np.nan) for item in items)
    for item, own_values in zip(items, values, strict=True):
        if np.isnan(own_values).all():
            raise OptionError(f"{item} has no answers to take quantiles of.")
    weight = survey.coded.weight
    ranked = tuple(
        tuple(rank(own[cell == place], weight[cell == place]) for place in range(len(cells.keys)))
        for own in values
    )
    return Distributions(survey, cells, values, cell, ranked)


def _read(found: Distributions, p: FloatArray, rule: QuantileRule) -> FloatArray:
    """Return the quantiles at probabilities of shape (I, M, O)."""
    result = np.full(p.shape, np.nan)
    for place, own in enumerate(found.ranked):
        for cell, ranked in enumerate(own):
            result[place, :, cell] = quantiles(ranked, p[place, :, cell], rule)
    return result


def _woodruff_limits(
    found: Distributions, shares: Estimates, shape: tuple[int, ...], rule: QuantileRule
) -> tuple[FloatArray, FloatArray]:
    """Quantiles at the ends of the intervals of the shares."""
    low = shares.frame["ci_low"].to_numpy(dtype=np.float64)
    high = shares.frame["ci_high"].to_numpy(dtype=np.float64)
    ends = (np.where(low > 0, low, np.nan), np.where(high < 1, high, np.nan))
    return (
        _read(found, ends[0].reshape(shape), rule).ravel(),
        _read(found, ends[1].reshape(shape), rule).ravel(),
    )


def _score_limits(
    found: Distributions, p: FloatArray, shares: Estimates, request: Request
) -> tuple[FloatArray, FloatArray]:
    """First values whose share is not too low, and too high, for p."""
    t = t_quantile(shares.frame["df"].to_numpy(dtype=np.float64), (1 - request.level) / 2)
    shape = (len(found.values), len(p), len(found.cells.keys))
    distinct = [[np.unique(ranked.values) for ranked in own] for own in found.ranked]
    result = []
    for side in (-1.0, 1.0):
        first = np.zeros(shape, dtype=np.int64)
        last = np.array([[[max(len(u) - 1, 0) for u in own]] for own in distinct]) + first
        while np.any(first < last):
            middle = (first + last) // 2
            tested = found.shares_up_to(_pick(distinct, middle), request).frame
            excess = tested["estimate"].to_numpy() - np.broadcast_to(p[None, :, None], shape).ravel()
            bound = side * t * tested["se"].to_numpy()
            reached = (excess >= bound if side < 0 else excess > bound).reshape(shape)
            last = np.where(reached, middle, last)
            first = np.where(reached, first, np.minimum(middle + 1, last))
        result.append(_pick(distinct, first))
    return result[0].ravel(), result[1].ravel()


def _pick(distinct: list[list[FloatArray]], at: npt.NDArray[np.int64]) -> FloatArray:
    result = np.full(at.shape, np.nan)
    for place, own in enumerate(distinct):
        for cell, values in enumerate(own):
            if len(values):
                result[place, :, cell] = values[at[place, :, cell]]
    return result


def _frame(shares: Estimates, items: Sequence[str], p: FloatArray, found: Distributions) -> pd.DataFrame:
    """Return the key columns."""
    repeats = len(found.cells.keys)
    columns: dict[str, list[Hashable]] = {}
    if items:
        columns["item"] = [item for item in items for _ in range(len(p) * repeats)]
    columns["probability"] = [float(one) for _ in found.ranked for one in p for _ in range(repeats)]
    frame = pd.DataFrame(columns)
    for name in found.cells.by:
        frame[name] = shares.frame[name].to_numpy()
    return frame


def _assemble(
    frame: pd.DataFrame, shares: Estimates, found: tuple[FloatArray, ...], request: Request
) -> Estimates:
    estimate, low, high = found
    own = shares.frame
    df = own["df"].to_numpy(dtype=np.float64)
    se = (high - low) / (2 * t_quantile(df, (1 - request.level) / 2))
    spread = np.sqrt(np.maximum(np.diag(shares.covariance), 0.0))
    unit = np.where(spread > 0, spread, np.nan)
    covariance = shares.covariance / np.outer(unit, unit) * np.outer(se, se)
    np.fill_diagonal(covariance, se**2)
    score = request.interval == "score"
    methods = []
    for text, known in zip(own["method"], ~np.isnan(se), strict=True):
        rule, how = str(text).split("/", 1)
        word = f"{request.interval}_{request.rule}"
        refused = rule.startswith("not_estimable") and not (score and known)
        methods.append(f"{rule if refused else word if known else BEYOND}/{how}")
    values = (estimate, se, low, high, own["n"], own["n_weighted"], df, methods)
    columns = {name: np.asarray(one) for name, one in zip(VALUE_COLUMNS, values, strict=True)}
    frame = frame.assign(**columns)
    counts = pd.DataFrame({"k": np.full(len(frame), np.nan)})
    return Estimates(
        frame, covariance, shares.by, "quantile", shares.design, counts, shares.domain, shares.marks
    )
