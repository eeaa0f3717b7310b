"""Whether cooperation is judged better where more models are in use: shares, Somers' D, odds ratio per model.

Effects are estimated under the analytic companion of the survey design: the areas and units that respondents
work in are the sampling units, without strata and without finite population correction.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from barometri.association.cases import adjusting, complete_cases, outcome_of
from barometri.association.strength import odds_ratio_per_model, somers_d
from barometri.estimates import Effect, Estimates
from barometri.estimation import proportion
from barometri.model_battery import NUMBER_OF_MODELS, count_models, number_question
from barometri.survey import Survey

By = str | Sequence[str] | None
HIGHEST_CLASS: Final = 5


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
    item = outcome_of(counted, outcome)
    present = adjusting(counted, adjust)
    shares = shares_by_number(counted, item, by=by)
    places = counted.analytic()
    raw = complete_cases(places, item)
    effects = [somers_d(raw), odds_ratio_per_model(raw)]
    if present:
        effects.append(odds_ratio_per_model(complete_cases(places, item, present)))
    return shares, tuple(effects)


def shares_by_number(counted: Survey, item: str, *, by: By = None) -> Estimates:
    """Share of favourable answers by number of agreed models, the highest pooled."""
    names = [by] if isinstance(by, str) else list(by or ())
    return proportion(pooled(counted), item, by=[NUMBER_OF_MODELS, *names])


def highest_class(survey: Survey) -> tuple[int, int]:
    """Return where the open class begins, at least the base that counts as reliable, and how many models."""
    number = survey.values(NUMBER_OF_MODELS)
    inside = np.ones(len(number), dtype=bool) if survey.mask is None else survey.mask
    question = survey.question(NUMBER_OF_MODELS)
    models = 0 if question is None else question.substantive[-1].value
    least = 1 if survey.study is None else survey.study.disclosure.unreliable
    top = min(HIGHEST_CLASS, models)
    while top > 1 and (number[inside] >= top).sum() < least:
        top -= 1
    return top, models


def pooled(survey: Survey) -> Survey:
    """Pool the highest numbers of models into one class."""
    top, models = highest_class(survey)
    values = np.minimum(survey.values(NUMBER_OF_MODELS), top).astype(np.int32)
    return survey.with_column(NUMBER_OF_MODELS, values, number_question(NUMBER_OF_MODELS, models, top))
