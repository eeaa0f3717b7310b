"""Whether cooperation is judged better where more models are in use: shares, Somers' D, odds ratio per model.

Effects are estimated under the analytic companion of the survey design: the areas and units that respondents
work in are the sampling units, without strata and without finite population correction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.errors import OptionError
from barometri.estimates import Effect, Estimates
from barometri.estimation import proportion, total
from barometri.inference.intervals import t_quantile, two_sided_p
from barometri.inference.linearization import FloatArray
from barometri.inference.ranks import ordinal_association
from barometri.inference.regression import aliased_columns, fit_ordinal
from barometri.inference.separation import separated_columns
from barometri.model_battery import NUMBER_OF_MODELS, count_models, number_question
from barometri.study.codebook import Code, Question
from barometri.study.codes import BLANK, LARGEST_MISSING
from barometri.survey import Survey

IntArray = npt.NDArray[np.int64]
By = str | Sequence[str] | None
HIGHEST_CLASS: Final = 5
NOT_ESTIMABLE: Final = "not_estimable"
_CELL: Final = "_cell"
_INFLUENCE: Final = "_influence"


@dataclass(frozen=True, slots=True)
class _Cases:
    """Complete cases: rows, answers and numbers of models as codes from 0, and the adjusting variables."""

    rows: npt.NDArray[np.bool_]
    y: IntArray
    k: IntArray
    adjust: dict[str, IntArray]

    @property
    def smallest(self) -> int:
        """Unweighted count of the smaller part when k, or y, is cut in two where the parts are closest."""
        sizes = [_even_split(self.k), _even_split(self.y)]
        sizes += [int(np.unique(values, return_counts=True)[1].min()) for values in self.adjust.values()]
        return min(sizes)


def _even_split(values: IntArray) -> int:
    below = np.cumsum(np.unique(values, return_counts=True)[1])[:-1]
    return int(np.minimum(below, len(values) - below).max()) if len(below) else 0


def association(
    survey: Survey, *, outcome: str | None = None, by: By = None, adjust: Sequence[str] | None = None
) -> tuple[Estimates, tuple[Effect, ...]]:
    """Share of favourable answers by number of agreed models, and how strongly the two go together.

    Parameters
    ----------
    survey
        With a study that declares models.
    outcome
        An ordinal question; the study's outcome by default.
    by
        Variables that split the respondents of the shares; the effects are of all.
    adjust
        Variables held constant in the adjusted slope; the study's group and district by default, as far as
        the wave has them.

    Returns
    -------
    Estimates
        Shares by ``number_of_models``: 0, 1, ... up to 5+, the last class pooled until its base is reliable.
    tuple of Effect
        ``somers_d`` of the outcome given the number of models, and ``odds_ratio_per_model`` of a
        proportional-odds fit, raw and adjusted. ``se`` of an odds ratio is by the delta method, its interval
        is that of the log odds ratio (in ``detail``). Effects without a finite estimate are NaN, and
        ``method`` names the variable after ``not_estimable``.
    """
    counted = count_models(survey)
    item = _outcome(counted, outcome)
    if adjust is None and survey.study is not None:
        adjust = [survey.study.role(role, survey.wave) for role in ("group", "district")]
    present = tuple(name for name in adjust or () if name and name in counted.variables)
    names = [by] if isinstance(by, str) else list(by or ())
    shares = proportion(_pooled(counted), item, by=[NUMBER_OF_MODELS, *names])
    places = counted.analytic()
    effects = [_somers(places, _cases(places, item, ())), _slope(places, _cases(places, item, ()))]
    if present:
        effects.append(_slope(places, _cases(places, item, present)))
    return shares, tuple(effects)


def _outcome(survey: Survey, outcome: str | None) -> str:
    name = outcome or (survey.study.role("outcome", survey.wave) if survey.study else "")
    if not name or name not in survey.variables:
        message = (
            f"association needs an outcome that wave {survey.wave} asked; got {name!r}. Name a question."
        )
        raise OptionError(message)
    return name


def _pooled(survey: Survey) -> Survey:
    """Pool the highest numbers of models into one class of at least the base that counts as reliable."""
    number = survey.values(NUMBER_OF_MODELS)
    inside = np.ones(len(number), dtype=bool) if survey.mask is None else survey.mask
    question = survey.question(NUMBER_OF_MODELS)
    models = 0 if question is None else question.substantive[-1].value
    least = 1 if survey.study is None else survey.study.disclosure.unreliable
    top = min(HIGHEST_CLASS, models)
    while top > 1 and (number[inside] >= top).sum() < least:
        top -= 1
    values = np.minimum(number, top).astype(np.int32)
    return survey.with_column(NUMBER_OF_MODELS, values, number_question(NUMBER_OF_MODELS, models, top))


def _cases(survey: Survey, outcome: str, adjust: Sequence[str]) -> _Cases:
    columns = {name: survey.values(name).astype(np.int64) for name in (outcome, NUMBER_OF_MODELS, *adjust)}
    rows = np.ones(len(columns[outcome]), dtype=bool) if survey.mask is None else survey.mask.copy()
    for values in columns.values():
        rows &= values > LARGEST_MISSING
    y = np.unique(columns[outcome][rows], return_inverse=True)[1]
    return _Cases(rows, y, columns[NUMBER_OF_MODELS][rows], {name: columns[name][rows] for name in adjust})


def _somers(survey: Survey, cases: _Cases) -> Effect:
    """Somers' D from the shares of the cells of number of models by answer, with their covariance."""
    null = "a judgement is as likely to be better as worse where more models are in use"
    numbers, k = np.unique(cases.k, return_inverse=True)
    levels = int(cases.y.max(initial=0)) + 1
    if len(numbers) < 2 or levels < 2:  # noqa: PLR2004 - two values make a pair
        return _nothing("somers_d", cases, null, [NUMBER_OF_MODELS])
    shape = (len(numbers), levels)
    cell = np.full(len(cases.rows), BLANK, dtype=np.int32)
    cell[cases.rows] = k * levels + cases.y
    codes = tuple(Code(value, str(value), {}, {}) for value in range(len(numbers) * levels))
    with_cells = survey.with_column(_CELL, cell, Question(_CELL, "ordinal", {}, {}, codes))
    estimates = proportion(with_cells, _CELL, categories="each")
    shares = estimates.frame["estimate"].to_numpy(dtype=np.float64).reshape(shape)
    df = float(estimates.frame["df"].iloc[0])
    found = ordinal_association(shares, estimates.covariance, df)
    at = found.names.index("somers_d")
    return Effect(
        name="somers_d",
        estimate=float(found.estimate[at]),
        se=float(found.se[at]),
        ci_low=float(found.low[at]),
        ci_high=float(found.high[at]),
        n=int(cases.rows.sum()),
        df=df,
        p_value=float(found.p_value[at]),
        method="somers_d/taylor",
        null=null,
        k_low=cases.smallest,
    )


def _design_matrix(cases: _Cases) -> tuple[FloatArray, list[str]]:
    """Lay out the number of models, then an indicator of each further code of the adjusting variables."""
    columns, names = [cases.k.astype(np.float64)], [NUMBER_OF_MODELS]
    for name, values in cases.adjust.items():
        for code in np.unique(values)[1:]:
            columns.append((values == code).astype(np.float64))
            names.append(name)
    return np.column_stack(columns), names


def _slope(survey: Survey, cases: _Cases) -> Effect:
    """Odds ratio of a better judgement per model, proportional odds, with the design's sandwich."""
    null = "one more model changes the odds of a better judgement by nothing"
    name = "odds_ratio_per_model"
    if not cases.rows.any() or cases.y.max() < 1:
        return _nothing(name, cases, null, [NUMBER_OF_MODELS])
    x, names = _design_matrix(cases)
    weights = survey.coded.weight[cases.rows]
    table = np.column_stack([cases.y, x])
    patterns, pattern = np.unique(table, axis=0, return_inverse=True)
    y, x = patterns[:, 0].astype(np.int64), patterns[:, 1:]
    if len(aliased := aliased_columns(np.column_stack([np.ones(len(x)), x]))):
        return _nothing(name, cases, null, [names[position - 1] for position in aliased])
    if apart := separated_columns(y, x):
        return _nothing(name, cases, null, [names[position] for position in apart])
    merged = np.bincount(pattern.ravel(), weights)
    fit = fit_ordinal(y, x, merged)
    if not fit.converged:
        return _nothing(name, cases, null, names)
    influence = np.zeros(len(cases.rows))
    influence[cases.rows] = (fit.influence[:, len(fit.thresholds)] / merged)[pattern.ravel()]
    spread = total(survey.with_column(_INFLUENCE, influence), _INFLUENCE).frame.iloc[0]
    df = _df(survey, cases)
    return _odds_ratio(cases, float(fit.slopes[0]), float(spread["se"]), df, null)


def _df(survey: Survey, cases: _Cases) -> float:
    """Count the sampling units with complete cases, minus their strata."""
    inside = np.where(cases.rows, 1, BLANK).astype(np.int32)
    question = Question(_CELL, "nominal", {}, {}, (Code(1, "1", {}, {}),))
    cases_only = survey.with_column(_CELL, inside, question)
    return float(proportion(cases_only, _CELL, categories="each").frame["df"].iloc[0])


def _odds_ratio(cases: _Cases, slope: float, se: float, df: float, null: str) -> Effect:
    half = float(t_quantile(df, 0.025)) * se
    return Effect(
        name="odds_ratio_per_model",
        estimate=float(np.exp(slope)),
        se=float(np.exp(slope)) * se,
        ci_low=float(np.exp(slope - half)),
        ci_high=float(np.exp(slope + half)),
        n=int(cases.rows.sum()),
        df=df,
        p_value=float(two_sided_p(slope / se, df)),
        method="proportional_odds/taylor",
        null=null,
        adjusted_for=tuple(cases.adjust),
        k_low=cases.smallest,
        detail={"log_odds_ratio": slope, "log_odds_ratio_se": se},
    )


def _nothing(name: str, cases: _Cases, null: str, variables: Sequence[str]) -> Effect:
    """Return an effect that cannot be estimated, with the variables that stand in the way."""
    nan = float("nan")
    why = f"{NOT_ESTIMABLE}: {', '.join(dict.fromkeys(variables))}"
    n = int(cases.rows.sum())
    return Effect(name, nan, nan, nan, nan, n, nan, nan, why, null, tuple(cases.adjust))
