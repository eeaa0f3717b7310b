"""One replicate: surveys drawn from a stated truth, and what the package says of them."""

import time
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from barometri.association.models import fit_models
from barometri.claims import judge
from barometri.collaboration import mean_number_of_models, model_prevalence
from barometri.estimates import Estimates
from barometri.estimation import proportion
from barometri.inference.intervals import proportion_intervals
from barometri.inference.multiplicity import holm
from barometri.inference.tails import two_sided_p
from barometri.loading import simulate_surveys
from barometri.study.reading import read_study
from barometri.study.study import Study
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign
from barometri.synthetic import population

Record = dict[str, object]
COVERAGE = "coverage"
"""Not a scenario: one population of the stated truth, sampled again and again."""
FIRST_SEED = 1_000_000
LARGE = 100
MEAN: Final = "mean number of models"
LOGIT: Final = "logit"
_POPULATION = "_population"


@lru_cache(maxsize=1)
def demonstration() -> Study:
    """Return the embedded study, read once a process; what was published is not compared with."""
    study = read_study()
    return replace(study, claims=tuple(replace(claim, published="no") for claim in study.claims))


def replicate(scenario: str, number: int) -> Record:
    """Return the record of one replicate: verdicts and single models, or intervals that cover."""
    study = demonstration()
    started = time.perf_counter()
    if scenario == COVERAGE:
        record: Record = {"covered": covered(study, FIRST_SEED + number)}
    else:
        surveys = simulate_surveys(study, seed=FIRST_SEED + number, scenario=scenario, draws="independent")
        drawn = time.perf_counter() - started
        results = judge(study, surveys, study.latest)
        claims = {
            r.claim.id: [
                r.verdict.value,
                *map(_number, (r.estimate, r.se, r.p_value, r.ci_low, r.ci_high, r.n)),
            ]
            for r in results
        }
        record = {"drawn": round(drawn, 4), "claims": claims, "models": models(surveys[study.latest])}
    return {"replicate": number, "seconds": round(time.perf_counter() - started, 4)} | record


def models(survey: Survey) -> dict[str, list[float | None]]:
    """Return effect on the score, p and p after Holm of each model, given the others."""
    fits = fit_models(survey)
    line = fits.lines("conditional", "score")
    p = two_sided_p(line.estimate / line.se, line.df)
    adjusted = holm(p)
    rows = zip(fits.models, line.estimate, p, adjusted, strict=True)
    return {model: [_number(value) for value in values] for model, *values in rows}


def _number(value: float) -> float | None:
    """Return a number that JSON has, rounded."""
    return round(float(value), 6) if np.isfinite(value) else None


def with_fpc(survey: Survey) -> Survey:
    """Return the survey with the frame's count of each stratum as finite population."""
    names = survey.design.stratum
    strata = [names] if isinstance(names, str) else list(names or ())
    frame: pd.DataFrame = survey.frame
    weight = str(survey.design.weight)
    counts = frame[weight] * frame.groupby(strata)[weight].transform("size")
    finite = survey.with_column(_POPULATION, counts.to_numpy())
    return finite.with_design(SurveyDesign(weight=weight, stratum=survey.design.stratum, fpc=_POPULATION))


def described(survey: Survey) -> dict[str, Estimates]:
    """Return mean number of models, models and outcome, for all and by group and district."""
    study, wave = demonstration(), survey.wave
    group, district = study.role("group", wave), study.role("district", wave)
    outcome = study.role("outcome", wave)
    return {
        MEAN: mean_number_of_models(survey),
        "models by district": model_prevalence(survey, by=district),
        "outcome by group": proportion(survey, outcome, by=group, margins=True),
        "outcome by district": proportion(survey, outcome, by=district, margins=True),
    }


@lru_cache(maxsize=1)
def fixed() -> tuple[pd.DataFrame, dict[str, Estimates]]:
    """Return the population that is sampled again and again, and its true figures."""
    study = demonstration()
    everybody = population(study, study.latest)
    whole = Survey(
        everybody, SurveyDesign(weight="equal"), codebook=study.codebook, study=study, wave=study.latest
    )
    return everybody, described(whole)


def covered(study: Study, seed: int) -> dict[str, list[int]]:
    """Return, by figure, how many intervals cover the truth of how many, where n is at least 100.

    Questionnaires are filled in completely; the mean number of models is also judged as they are filled in.
    """
    everybody, truths = fixed()
    people = {study.latest: everybody}
    full = simulate_surveys(study, seed=seed, scenario="complete", people=people)[study.latest]
    usual = simulate_surveys(study, seed=seed, people=people)[study.latest]
    found = {f"{MEAN}, some left blank": _hits(mean_number_of_models(with_fpc(usual)), truths[MEAN])}
    for name, estimates in described(with_fpc(full)).items():
        found[name] = _hits(estimates, truths[name])
        if name != MEAN:
            found[f"{name}, {LOGIT}"] = _hits(_logit(estimates), truths[name])
    return found


def _logit(estimates: Estimates) -> Estimates:
    """Return the estimates with the interval that follows the variance without a margin of safety."""
    frame = estimates.frame
    columns = (frame[name].to_numpy(dtype=np.float64) for name in ("estimate", "se", "n", "df"))
    limits = proportion_intervals(*columns, method=LOGIT)
    return replace(estimates, frame=frame.assign(ci_low=limits.low, ci_high=limits.high))


def _hits(estimates: Estimates, true: Estimates) -> list[int]:
    truth = true.frame["estimate"].to_numpy(dtype=np.float64)
    frame = estimates.frame
    low, high = (frame[c].to_numpy(dtype=np.float64) for c in ("ci_low", "ci_high"))
    large = frame["n"].to_numpy(dtype=np.int64) >= LARGE
    return [int(((low <= truth) & (truth <= high))[large].sum()), int(large.sum())]
