"""How strongly judgements and the number of models go together: Somers' D and the odds ratio per model."""

from typing import Final

import numpy as np

from barometri.association.cases import Cases, FloatArray, IntArray
from barometri.association.effects import nothing, odds_ratio
from barometri.estimates import Effect
from barometri.inference.intervals import t_quantile, two_sided_p
from barometri.inference.ranks import ARCTANH_FROM
from barometri.inference.regression import aliased_columns, fit_ordinal
from barometri.inference.separation import separated_columns
from barometri.model_battery import NUMBER_OF_MODELS

PERFECT: Final = 1 - 1e-12
NO_ORDER: Final = "a judgement is as likely to be better as worse where more models are in use"
NO_SLOPE: Final = "one more model changes the odds of a better judgement by nothing"


def somers_d(cases: Cases) -> Effect:
    """Somers' D of the judgement given the number of models.

    Without adjusting variables over all pairs of respondents who differ in the number of models; with them
    over the pairs of one combination of their levels (one group in one district, say): in such a pair the one
    with more models judges better with probability C, worse with probability D, and Somers' D is C - D
    (stratified: Newson 2002, Stata Journal 2, 45-64). Linearised as a function of weighted totals.
    """
    stratum = np.zeros(cases.n, dtype=np.int64)
    for values in cases.adjust.values():
        codes = np.unique(values, return_inverse=True)[1].ravel()
        stratum = stratum * (int(codes.max(initial=0)) + 1) + codes
    if cases.n == 0:
        return nothing("somers_d", cases, NO_ORDER, NUMBER_OF_MODELS)
    d, influence = concordance(cases.k, cases.y, cases.weight, stratum)
    if not np.isfinite(d) or int(cases.y.max()) < 1:
        return nothing("somers_d", cases, NO_ORDER, NUMBER_OF_MODELS)
    se, df = cases.spread(influence), cases.df()
    if not se > 0 or abs(d) > PERFECT:
        return nothing("somers_d", cases, NO_ORDER, "perfect" if abs(d) > PERFECT else "no_variance")
    low, high = _interval(d, se, df)
    return Effect(
        name="somers_d",
        estimate=d,
        se=se,
        ci_low=low,
        ci_high=high,
        n=cases.n,
        df=df,
        p_value=float(two_sided_p(d / se, df)),
        method="somers_d/taylor",
        null=NO_ORDER,
        adjusted_for=cases.adjusted_for,
        k_low=cases.smallest,
    )


def _interval(d: float, se: float, df: float) -> tuple[float, float]:
    half = float(t_quantile(df, 0.025)) * se
    if abs(d) <= ARCTANH_FROM:
        return d - half, d + half
    centre, reach = float(np.arctanh(d)), half / (1 - d**2)
    return float(np.tanh(centre - reach)), float(np.tanh(centre + reach))


def concordance(k: IntArray, y: IntArray, weight: FloatArray, stratum: IntArray) -> tuple[float, FloatArray]:
    """Return Somers' D over pairs within strata, and each case's influence for one unit of weight.

    Parameters
    ----------
    k, y
        Ordered codes, shape (n,).
    weight
        Shape (n,).
    stratum
        Pairs are formed within, shape (n,).

    Examples
    --------
    >>> ones, same = np.ones(4), np.zeros(4, dtype=np.int64)
    >>> concordance(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 2]), ones, same)[0]
    0.75
    """
    codes = [np.unique(values, return_inverse=True)[1].ravel() for values in (stratum, k, y)]
    shape = tuple(int(own.max(initial=-1)) + 1 for own in codes)
    cell = np.ravel_multi_index(tuple(codes), shape) if len(k) else np.zeros(0, dtype=np.int64)
    table = np.bincount(cell, weight, minlength=int(np.prod(shape))).reshape(shape)
    by_k, by_y = (np.sign(np.subtract.outer(np.arange(size), np.arange(size))) for size in shape[1:])
    ahead = by_k @ table @ by_y.T
    apart = np.abs(by_k) @ table.sum(axis=2)[..., None] * np.ones(shape[2])
    pairs = float((table * apart).sum())
    if not pairs > 0:
        return float("nan"), np.zeros(len(k))
    d = float((table * ahead).sum()) / pairs
    return d, np.asarray((2 * (ahead - d * apart) / pairs).ravel()[cell])


def odds_ratio_per_model(cases: Cases) -> Effect:
    """Odds ratio of a better judgement per model, proportional odds, with the design's sandwich."""
    name = "odds_ratio_per_model"
    if cases.n == 0 or int(cases.y.max()) < 1:
        return nothing(name, cases, NO_SLOPE, NUMBER_OF_MODELS)
    base, levels = cases.indicators()
    x, names = np.column_stack([cases.k, base[:, 1:]]), [NUMBER_OF_MODELS, *levels[1:]]
    patterns, pattern = np.unique(np.column_stack([cases.y, x]), axis=0, return_inverse=True)
    y, x = patterns[:, 0].astype(np.int64), patterns[:, 1:]
    if len(aliased := aliased_columns(np.column_stack([np.ones(len(x)), x]))):
        return nothing(name, cases, NO_SLOPE, *(names[position - 1] for position in aliased))
    if apart := separated_columns(y, x):
        return nothing(name, cases, NO_SLOPE, *(names[position] for position in apart))
    merged = np.bincount(pattern.ravel(), cases.weight)
    fit = fit_ordinal(y, x, merged)
    if not fit.converged:
        return nothing(name, cases, NO_SLOPE, *names)
    influence = (fit.influence[:, len(fit.thresholds)] / merged)[pattern.ravel()]
    return odds_ratio(
        name,
        float(fit.slopes[0]),
        cases.spread(influence),
        cases.df(),
        cases,
        null=NO_SLOPE,
        method="proportional_odds/taylor",
    )
