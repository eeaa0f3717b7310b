"""Dose-response: whether judgement is better the more models are in use, and in what form."""

from collections.abc import Sequence

from barometri.association.areas import area_parts
from barometri.association.cases import adjusting, complete_cases, outcome_of
from barometri.association.curve import (
    NO_POINTS,
    departure,
    odds_by_cut,
    per_model,
    predicted_shares,
    proportional_odds,
    readings,
)
from barometri.association.shares import shares_by_number
from barometri.association.strength import odds_ratio_per_model, somers_d
from barometri.estimates import Effect, Estimates
from barometri.model_battery import count_models
from barometri.survey import Survey


def dose_response(
    survey: Survey, *, outcome: str | None = None, adjust: Sequence[str] | None = None
) -> tuple[Estimates, tuple[Effect, ...]]:
    """Describe how the judgement rises with the number of models, and check the form of the rise.

    Effects are associations under the analytic companion of the design.

    Parameters
    ----------
    survey
        With a study that declares models.
    outcome
        An ordinal question; the study's outcome by default.
    adjust
        Variables held constant in adjusted effects; the study's group and district by default.

    Returns
    -------
    Estimates
        Share of favourable answers by number of models, as `association` gives it.
    tuple of Effect
        ``somers_d`` raw, and over pairs of one group and district; ``odds_ratio_per_model`` raw and adjusted
        (proportional odds). ``score_per_model``: points of the scale per model, CR2, whose p is the
        verdict's, under each ``reading`` of "cannot say"; ``points_per_model``: the same of the share of
        favourable answers. ``predicted_share`` by number of models: the adjusted fit, standardised to all.
        ``departure_from_linearity`` and ``proportional_odds`` (Brant) are F tests; ``odds_ratio_at_cut`` by
        cut of the scale. ``odds_ratio_within_area`` and ``odds_ratio_between_areas`` (own deviation and
        area mean in one fit) and their ratio; ``score_per_model_of_others`` and ``..._of_other_side``: slopes
        on the mean number that other respondents of the organiser report; ``one_organiser``: the share of
        each group that these rest on.

    Raises
    ------
    OptionError
        An outcome that the wave did not ask, or a study without models.
    """
    counted = count_models(survey)
    item, present = outcome_of(counted, outcome), adjusting(counted, adjust)
    places = counted.analytic()
    raw, adjusted = complete_cases(places, item), complete_cases(places, item, present)
    measures = (somers_d, odds_ratio_per_model)
    effects = [measure(cases) for measure in measures for cases in ((raw, adjusted) if present else (raw,))]
    effects += readings(survey, item, present)
    effects.append(per_model("points_per_model", adjusted, adjusted.good, NO_POINTS))
    fit = proportional_odds(counted, adjusted)
    effects += predicted_shares(counted, adjusted, fit)
    effects.append(departure(counted, adjusted))
    effects += odds_by_cut(adjusted, fit)
    effects += area_parts(counted, item, present)
    return shares_by_number(counted, item), tuple(effects)
