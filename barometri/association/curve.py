"""The form of the dose-response: score per model, fitted curve, straightness and proportional odds."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from barometri.association.cases import Cases, FloatArray, adjusting, complete_cases
from barometri.association.effects import NAN, effect, nothing, odds_ratio
from barometri.association.linear import METHODS, design
from barometri.association.shares import highest_class
from barometri.association.strength import NO_SLOPE
from barometri.errors import DesignError
from barometri.estimates import Effect
from barometri.model_battery import NUMBER_OF_MODELS, count_models, number_question
from barometri.regression import BrantTest, RegressionFit, brant_test, ordinal_regression, standardise
from barometri.study.plan import Reading
from barometri.survey import Survey

ORDER: Final[tuple[Reading, ...]] = ("informed", "lower", "upper")
NO_SCORE: Final = "one more model changes the mean judgement by nothing"
NO_POINTS: Final = "one more model changes the share of favourable judgements by nothing"
STRAIGHT: Final = "every model more changes the mean judgement by the same amount"
SAME_AT_CUTS: Final = "one more model changes the odds by the same factor wherever the scale is cut"


def score_per_model(
    survey: Survey, outcome: str, adjust: Sequence[str] | None = None, *, reading: Reading = "informed"
) -> Effect:
    """Change of the mean judgement per model: weighted linear fit, CR2, Satterthwaite's degrees of freedom.

    Parameters
    ----------
    survey
        With a study that declares models.
    outcome, adjust
        As in `dose_response`.
    reading
        What "cannot say" about a model means for the number, as in `count_models`.
    """
    counted = count_models(survey, reading=reading)
    cases = complete_cases(counted.analytic(), outcome, adjusting(counted, adjust))
    return per_model("score_per_model", cases, cases.score, NO_SCORE, about={"reading": reading})


def per_model(
    name: str, cases: Cases, y: FloatArray, null: str, *, about: dict[str, str] | None = None
) -> Effect:
    """Return the linear slope of the number of models, with its p."""
    if cases.n == 0 or not np.isfinite(y).all():
        return nothing(name, cases, null, NUMBER_OF_MODELS, about=about)
    line = design(cases, cases.k.astype(np.float64)[:, None]).fit(y, [0])
    if not np.isfinite(line.estimate[0]):
        return nothing(name, cases, null, NUMBER_OF_MODELS, about=about)
    estimate, se, df = (float(values[0]) for values in (line.estimate, line.se, line.df))
    return effect(name, estimate, se, df, cases, null=null, method=METHODS[cases.clustered], about=about)


def readings(survey: Survey, outcome: str, adjust: Sequence[str]) -> Iterator[Effect]:
    """Return the slope under each reading of "cannot say", the one that leaves it out first."""
    for reading in ORDER:
        yield score_per_model(survey, outcome, adjust, reading=reading)


def departure(counted: Survey, cases: Cases) -> Effect:
    """Test whether classes of the number of models add to a straight line."""
    name, top = "departure_from_linearity", highest_class(counted)[0]
    classes = np.minimum(cases.k, top)
    found = np.unique(classes)
    if len(found) < 3:  # noqa: PLR2004 - two points lie on a line
        return nothing(name, cases, STRAIGHT, NUMBER_OF_MODELS)
    steps = np.column_stack([cases.k, *(classes == code for code in found[1:])]).astype(np.float64)
    wanted = range(2, steps.shape[1]) if len(np.unique(cases.k)) == len(found) else range(1, steps.shape[1])
    columns = np.delete(steps, 1, axis=1) if wanted.start > 1 else steps
    test = design(cases, columns).joint(cases.score, range(1, columns.shape[1]))
    if not np.isfinite(test.p_value):
        return nothing(name, cases, STRAIGHT, "few_degrees_of_freedom")
    return Effect(
        name=name,
        estimate=test.f,
        se=NAN,
        ci_low=NAN,
        ci_high=NAN,
        n=cases.n,
        df=test.denominator_df,
        p_value=test.p_value,
        method=f"wald/{METHODS[cases.clustered]}",
        null=STRAIGHT,
        adjusted_for=cases.adjusted_for,
        k_low=cases.smallest,
        detail={"numerator_df": test.df},
    )


def proportional_odds(counted: Survey, cases: Cases) -> RegressionFit | None:
    """Fit proportional odds of the judgement by the number of models; none where there is nothing to fit."""
    if cases.n == 0 or int(cases.y.max()) < 1:
        return None
    terms = [name if counted.is_coded(name) else f"C({name})" for name in cases.adjust]
    text = f"{cases.outcome} ~ {' + '.join([NUMBER_OF_MODELS, *terms])}"
    try:
        fit = ordinal_regression(counted, text, clusters="area", scores=(NUMBER_OF_MODELS,))
    except DesignError:
        return None
    return None if fit.reason or NUMBER_OF_MODELS not in fit.names else fit


def predicted_shares(counted: Survey, cases: Cases, fit: RegressionFit | None) -> list[Effect]:
    """Return the share of favourable judgements that the fit predicts for everybody at each number of models.

    The open class is predicted at the mean number of its members.
    """
    name, question = "predicted_share", counted.question(cases.outcome)
    top, models = highest_class(counted)
    ids = [code.id for code in number_question(NUMBER_OF_MODELS, models, top).substantive]
    abouts = [{NUMBER_OF_MODELS: label} for label in ids]
    if fit is None or question is None or not question.good:
        return [nothing(name, cases, "", NUMBER_OF_MODELS, about=about) for about in abouts]
    values = [float(number) for number in range(top + 1)]
    highest = cases.k >= top
    if highest.any():
        values[-1] = float(np.average(cases.k[highest], weights=cases.weight[highest]))
    rows = standardise(fit, NUMBER_OF_MODELS, values, categories="good").frame.to_dict("records")
    return [
        Effect(
            name=name,
            estimate=float(row["estimate"]),
            se=float(row["se"]),
            ci_low=float(row["ci_low"]),
            ci_high=float(row["ci_high"]),
            n=cases.n,
            df=float(row["df"]),
            p_value=NAN,
            method="proportional_odds_standardised/taylor",
            null="",
            adjusted_for=cases.adjusted_for,
            k_low=cases.smallest,
            detail={"number": value},
            about=about,
        )
        for row, value, about in zip(rows, values, abouts, strict=True)
    ]


def odds_by_cut(cases: Cases, fit: RegressionFit | None) -> list[Effect]:
    """Return Brant's test of proportional odds, and the odds ratio per model at each cut of the scale."""
    name, test = "proportional_odds", None if fit is None else brant_test(fit)
    if test is None or test.reason or not np.isfinite(test.terms[NUMBER_OF_MODELS].p_value):
        why = NUMBER_OF_MODELS if test is None else test.reason or "few_degrees_of_freedom"
        return [nothing(name, cases, SAME_AT_CUTS, why.removeprefix("not_estimable: "))]
    own = test.terms[NUMBER_OF_MODELS]
    first = Effect(
        name=name,
        estimate=own.statistic,
        se=NAN,
        ci_low=NAN,
        ci_high=NAN,
        n=cases.n,
        df=own.denominator_df,
        p_value=own.p_value,
        method="brant/taylor",
        null=SAME_AT_CUTS,
        adjusted_for=cases.adjusted_for,
        k_low=cases.smallest,
        detail={"numerator_df": own.df, "omnibus_p": test.omnibus.p_value},
    )
    return [first, *_cuts(cases, test, fit)]


def _cuts(cases: Cases, test: BrantTest, fit: RegressionFit | None) -> Iterator[Effect]:
    at = test.names.index(NUMBER_OF_MODELS)
    df = NAN if fit is None else fit.df_design
    for place, cut in enumerate(test.cuts):
        above = int((cases.y > place).sum())
        made = odds_ratio(
            "odds_ratio_at_cut",
            float(test.coefficients[at, place]),
            float(test.se[at, place]),
            df,
            cases,
            null=NO_SLOPE,
            method="logistic/taylor",
            about={"above": cut.removeprefix(">")},
        )
        yield replace(made, k_low=min(made.k_low, above, cases.n - above))
