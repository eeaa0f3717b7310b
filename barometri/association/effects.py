"""Effects from estimates: intervals, tests, and the reason where there is none."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from barometri.association.cases import Cases
from barometri.estimates import Cell, Effect
from barometri.inference.intervals import t_quantile, two_sided_p

NAN: Final = float("nan")
NOT_ESTIMABLE: Final = "not_estimable"


def effect(
    name: str,
    estimate: float,
    se: float,
    df: float,
    cases: Cases,
    *,
    null: str,
    method: str,
    n: int | None = None,
    adjusted_for: Sequence[str] | None = None,
    k_low: int | None = None,
    about: Mapping[str, str] | None = None,
    detail: Mapping[str, float] | None = None,
    cells: tuple[Cell, ...] = (),
) -> Effect:
    """Return an effect with its t test and interval; NaN with a reason where the error is 0 or not known."""
    if not (np.isfinite(estimate) and se > 0 and df > 0):
        return nothing(name, cases, null, "no_variance", about=about, adjusted_for=adjusted_for)
    half = float(t_quantile(df, 0.025)) * se
    return Effect(
        name=name,
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        n=cases.n if n is None else n,
        df=df,
        p_value=float(two_sided_p(estimate / se, df)),
        method=method,
        null=null,
        adjusted_for=cases.adjusted_for if adjusted_for is None else tuple(adjusted_for),
        k_low=cases.smallest if k_low is None else k_low,
        about=about or {},
        detail=detail or {},
        cells=cells,
    )


def odds_ratio(
    name: str,
    slope: float,
    se: float,
    df: float,
    cases: Cases,
    *,
    null: str,
    method: str,
    n: int | None = None,
    adjusted_for: Sequence[str] | None = None,
    about: Mapping[str, str] | None = None,
) -> Effect:
    """Return an odds ratio: error by the delta method, interval that of the log odds ratio."""
    if not (np.isfinite(slope) and se > 0 and df > 0):
        return nothing(name, cases, null, "no_variance", about=about, adjusted_for=adjusted_for)
    half = float(t_quantile(df, 0.025)) * se
    return Effect(
        name=name,
        estimate=float(np.exp(slope)),
        se=float(np.exp(slope)) * se,
        ci_low=float(np.exp(slope - half)),
        ci_high=float(np.exp(slope + half)),
        n=cases.n if n is None else n,
        df=df,
        p_value=float(two_sided_p(slope / se, df)),
        method=method,
        null=null,
        adjusted_for=cases.adjusted_for if adjusted_for is None else tuple(adjusted_for),
        k_low=cases.smallest,
        detail={"log_odds_ratio": slope, "log_odds_ratio_se": se},
        about=about or {},
    )


def nothing(
    name: str,
    cases: Cases,
    null: str,
    *why: str,
    about: Mapping[str, str] | None = None,
    adjusted_for: Sequence[str] | None = None,
) -> Effect:
    """Return an effect that cannot be estimated, with the variables that stand in the way."""
    return Effect(
        name,
        NAN,
        NAN,
        NAN,
        NAN,
        cases.n,
        NAN,
        NAN,
        f"{NOT_ESTIMABLE}: {', '.join(dict.fromkeys(why))}",
        null,
        cases.adjusted_for if adjusted_for is None else tuple(adjusted_for),
        about=about or {},
    )
