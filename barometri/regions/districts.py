"""Where models are in use and cooperation is judged well: every district against the rest, ranks, profiles.

Shares of models are those of everybody asked, "cannot say" read as not in use. The design is the survey's
own. A district of few people is left out with its reason, never judged.
"""

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
import pandas as pd

from barometri.collaboration import model_prevalence
from barometri.estimates import Effect, Estimates
from barometri.inference.contrasts import contrast_test, single_test
from barometri.inference.tested import NAN, HypothesisTest
from barometri.model_battery import NUMBER_OF_MODELS
from barometri.regions.contrasts import Measures, cohens_h, covariance_of, measure_districts
from barometri.regions.measures import Compared, compared, model_column
from barometri.regions.parts import Part
from barometri.regions.ranks import Ranks, rank_intervals
from barometri.study.plan import Reading
from barometri.survey import Survey
from barometri.testing import rao_scott
from barometri.testing.effects import adjusted_effects, effect_of_test

AskedBase = Literal["answered", "asked"]
DIFFERENCE: Final = "district_difference"
JOINT: Final = "district_joint_difference"
MINUS_REST: Final = "district_minus_rest"
MINUS_REST_NUMBER: Final = "district_minus_rest_number"
RANK: Final = "district_rank"
CORRELATION: Final = "district_correlation"
FEW_PEOPLE: Final = "few_people"
SINGLE: Final = "single_district"
_SAME: Final = "the districts do not differ"
_LIKE_OTHERS: Final = "the district is like the others together"
MINIMUM_N: Final = 10
"""A district of fewer people is not compared."""
SHOWN: Final = 0.05
TWO: Final = 2


def regions(
    survey: Survey,
    *,
    models: Sequence[str] = (),
    outcome: str | None = None,
    district: str | None = None,
    reading: Reading = "lower",
    level: float = 0.95,
) -> tuple[Estimates, tuple[Effect, ...]]:
    """Compare districts: which models are in use, how many, and how cooperation is judged.

    Parameters
    ----------
    survey
        With a study that declares models; its domain limits who counts.
    models
        Ids of models; all that the wave asked by default.
    outcome
        A question with favourable codes; the study's outcome by default.
    district
        Variable; the study's by default.
    reading
        What "cannot say" about a model means: ``lower`` (not in use) or ``informed`` (out of the base).
    level
        Confidence level, 0 to 1.

    Returns
    -------
    Estimates
        Share of each model by district, and of everybody.
    tuple of Effect
        ``district_difference`` (Rao and Scott's F of each model, Holm over them),
        ``district_joint_difference`` (F of all models' differences), ``district_minus_rest`` (share of each
        model, and of favourable judgements, in each district minus that of the others together, with Cohen's
        h; Holm over models × districts, and over the districts), ``district_minus_rest_number`` (mean number
        of models), ``district_rank`` (1 the highest, of number and judgements, with joint intervals) and
        ``district_correlation`` of the mean number and the share of favourable judgements: of as few points
        as there are districts, shown and never tested.

    Raises
    ------
    OptionError
        No district, an unknown model or reading.
    """
    found = compared(survey, models=models, outcome=outcome, district=district, reading=reading)
    table = model_prevalence(survey, by=found.district, models=list(found.models.names), reading=reading)
    base: AskedBase = "answered" if reading == "informed" else "asked"
    agreed = _part(found, found.models, base)
    judged = _part(found, found.others, "answered")
    effects = [
        *difference_effects(agreed),
        joint_effect(agreed),
        *adjusted_effects(minus_rest(agreed, level=level)),
    ]
    others = minus_rest(judged, level=level)
    for name in found.others.names:
        effects += adjusted_effects([effect for effect in others if effect.about["item"] == name])
    return table, (*effects, *_ranks(judged, level), *_correlation(judged, found.outcome))


def _part(found: Compared, measures: Measures, base: AskedBase) -> Part:
    return Part(found.survey, found.district, measures, measure_districts(found.survey, measures), base)


def model_part(
    survey: Survey, *, models: Sequence[str] = (), district: str | None = None, reading: Reading = "lower"
) -> Part:
    """Return the models by district, for tests of their differences alone; options as in `regions`."""
    found = compared(survey, models=models, outcome=None, district=district, reading=reading)
    return _part(found, found.models, "answered" if reading == "informed" else "asked")


def difference_effects(part: Part) -> list[Effect]:
    """Return Rao and Scott's test of each model by district, adjusted by Holm."""
    effects = []
    for row, name in enumerate(part.measures.names):
        test = _rao_scott(part, name, part.by.n[row].sum(), part.by.k[row].sum())
        effects.append(effect_of_test(DIFFERENCE, test, part.cells(row), {"item": name}))
    return adjusted_effects(effects)


def _rao_scott(part: Part, model: str, n: float, k: float) -> HypothesisTest:
    reason = SINGLE if len(part.measures.codes) < TWO else "one_answer" if k in {0, n} else ""
    if not reason:
        return rao_scott(part.survey, part.district, model_column(model))
    why = f"not_estimable:{reason}"
    return HypothesisTest("rao_scott", _SAME, NAN, NAN, "F", NAN, NAN, int(n), reason=why)


def joint_effect(part: Part) -> Effect:
    """Return the joint test that all models are as common in every district that has enough people."""
    by, models = part.by, len(part.measures.names)
    cells = tuple(cell for row in range(models) for cell in part.cells(row))
    n = int(by.n.sum(axis=1).max(initial=0))
    used = np.flatnonzero((by.n >= MINIMUM_N).all(axis=0))
    if len(used) < TWO:
        why = f"not_estimable:{SINGLE}"
        return effect_of_test(
            JOINT, HypothesisTest("wald", _SAME, NAN, NAN, "F", NAN, NAN, n, reason=why), cells, {}
        )
    columns = (np.arange(models)[:, None] * len(part.measures.codes) + used).ravel()
    covariance = covariance_of(part.survey, by.of_here[:, columns])
    steps = np.kron(np.eye(models), np.column_stack([-np.ones(len(used) - 1), np.eye(len(used) - 1)]))
    df = float(by.df.min())
    bottom = df - len(steps) + 1
    shrink = np.sqrt(max(bottom, 0.0) / df) if df > 0 else 1.0
    deviation = steps @ by.here.ravel()[columns] * shrink
    spread = steps @ covariance @ steps.T
    return effect_of_test(
        JOINT,
        contrast_test("wald", _SAME, deviation, spread, denominator_df=bottom, n=n, size=1.0),
        cells,
        {},
    )


def minus_rest(part: Part, *, level: float = 0.95) -> list[Effect]:
    """Return each district minus the others together, measure by measure; p values are not adjusted."""
    spread = np.diag(covariance_of(part.survey, part.by.of_difference)).reshape(part.by.here.shape)
    return [
        _minus_rest(part, row, place, float(spread[row, place]), level)
        for row in range(len(part.measures.names))
        for place in range(len(part.measures.codes))
    ]


def _minus_rest(part: Part, row: int, place: int, variance: float, level: float) -> Effect:
    by, item = part.by, part.measures.names[row]
    share = item != NUMBER_OF_MODELS
    one, other = float(by.here[row, place]), float(by.rest[row, place])
    n, df = int(by.n[row].sum()), float(by.df[row])
    least = int(min(by.n[row, place], by.n_rest[row, place]))
    reason = SINGLE if len(part.measures.codes) < TWO else FEW_PEOPLE if least < MINIMUM_N else ""
    se = NAN if reason else float(np.sqrt(max(variance, 0.0)))
    test = single_test("t", _LIKE_OTHERS, one - other, se, df=df, n=n, level=level, scale=1.0)
    why = f"not_estimable:{reason}" if reason else test.reason
    detail = {"here": one, "rest": other}
    if share and not why:
        detail["cohens_h"] = cohens_h(one, other)
    return Effect(
        name=MINUS_REST if share else MINUS_REST_NUMBER,
        estimate=NAN if why else one - other,
        se=NAN if why else se,
        ci_low=test.ci_low,
        ci_high=test.ci_high,
        n=n,
        df=df,
        p_value=test.p_value,
        method=why or "t/taylor",
        null=_LIKE_OTHERS,
        k_low=least,
        detail=detail,
        about={"item": item, part.district: part.measures.codes[place]},
        cells=part.pair(row, place) if share else (),
    )


def _ranks(part: Part, level: float) -> list[Effect]:
    """Return the rank of each district by every measure."""
    by, many = part.by, len(part.measures.codes)
    effects = []
    for row in range(len(part.measures.names)):
        own = by.of_here[:, row * many : (row + 1) * many]
        values = np.where(by.n[row] >= MINIMUM_N, by.here[row], np.nan)
        found = rank_intervals(values, covariance_of(part.survey, own), df=float(by.df[row]), level=level)
        effects += [_rank(part, row, place, found) for place in range(many)]
    return effects


def _rank(part: Part, row: int, place: int, ranks: Ranks) -> Effect:
    by, item = part.by, part.measures.names[row]
    known = bool(np.isfinite(ranks.rank[place]))
    return Effect(
        name=RANK,
        estimate=float(ranks.rank[place]),
        se=NAN,
        ci_low=float(ranks.low[place]) if known else NAN,
        ci_high=float(ranks.high[place]) if known else NAN,
        n=int(by.n[row, place]),
        df=float(by.df[row]),
        p_value=NAN,
        method="pairs_holm/taylor" if known else f"not_estimable:{FEW_PEOPLE}",
        null="",
        k_low=int(by.n[row].min()),
        detail={"districts": float(np.isfinite(ranks.rank).sum())},
        about={"item": item, part.district: part.measures.codes[place]},
        cells=part.cells(row) if item != NUMBER_OF_MODELS else (),
    )


def _correlation(part: Part, outcome: str) -> list[Effect]:
    """Return the correlation of district means: as many points as districts, so it has no test."""
    if not outcome:
        return []
    by, names = part.by, part.measures.names
    row = names.index(outcome)
    x, y = by.here[names.index(NUMBER_OF_MODELS)], by.here[row]
    known = np.isfinite(x) & np.isfinite(y) & (by.n >= MINIMUM_N).all(axis=0)
    enough = bool(known.sum() > TWO and np.ptp(x[known]) > 0 and np.ptp(y[known]) > 0)
    return [
        Effect(
            name=CORRELATION,
            estimate=float(np.corrcoef(x[known], y[known])[0, 1]) if enough else NAN,
            se=NAN,
            ci_low=NAN,
            ci_high=NAN,
            n=int(by.n[row].sum()),
            df=NAN,
            p_value=NAN,
            method="pearson_of_districts" if enough else "not_estimable:few_districts",
            null="",
            k_low=int(by.n.min()),
            detail={"districts": float(known.sum())},
            about={"item": outcome, "districts": str(int(known.sum()))},
            cells=part.cells(row),
        )
    ]


def regional_profile(effects: Sequence[Effect], code: str) -> pd.DataFrame:
    """Return how one district differs from the others: the data of a profile figure.

    Parameters
    ----------
    effects
        Of `regions`.
    code
        The district.

    Returns
    -------
    pandas.DataFrame
        One row a model (and the judged question): ``item``, ``here``, ``rest``, ``difference``, ``ci_low``,
        ``ci_high``, ``p_value``, ``adjusted_p``, and ``flag``: ``above`` or ``below`` where the adjusted p is
        below .05, else empty.
    """
    rows = [e for e in effects if e.name == MINUS_REST and code in e.about.values()]
    names = ["item", "here", "rest", "difference", "ci_low", "ci_high", "p_value", "adjusted_p", "flag"]
    values = [(e.about["item"], e.detail["here"], e.detail["rest"], *_shown(e)) for e in rows]
    return pd.DataFrame(values, columns=names)


def _shown(effect: Effect) -> tuple[float, float, float, float, float, str]:
    flag = ("above" if effect.estimate > 0 else "below") if effect.adjusted_p < SHOWN else ""
    return effect.estimate, effect.ci_low, effect.ci_high, effect.p_value, effect.adjusted_p, flag
