"""The study's list of analyses run on its surveys, then its claims: everything exact, nothing published."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from typing import Final

import numpy as np

import barometri
from barometri.analysis.environment import lock_digest
from barometri.analysis.fieldwork import has_frame
from barometri.analysis.registry import VERBS
from barometri.analysis.task import Task, has_design
from barometri.analysis.themes import OVER_WAVES, answerable, lacking
from barometri.claims import figures, judge
from barometri.errors import BarometriError, OptionError
from barometri.inference.moments import effective_size
from barometri.model_battery import NUMBER_OF_MODELS, asked_models
from barometri.results import AnalysisResult, Provenance, Results, WaveSummary
from barometri.study.plan import JUDGED_VERBS, Analysis
from barometri.study.study import Study
from barometri.survey import Survey
from barometri.survey.design import EQUAL
from barometri.weighting.frame import in_frame
from barometri.weighting.nonresponse import fewest_in_cell, weighting_of

PACKAGES: Final = ("narwhals", "numpy", "pandas", "scipy")
"""Libraries that the numbers pass through."""
NO_DESIGN: Final = "no_design"
RESPONSE_RATES: Final = "response_rates"
_ROLES: Final = ("group", "side", "district", "area", "unit")


def analyse(
    study: Study,
    surveys: Mapping[int, Survey],
    *,
    wave: int | None = None,
    inputs: Mapping[str, str] | None = None,
) -> Results:
    """Run the study's analyses and judge its claims.

    Parameters
    ----------
    study
        Its list says what is computed.
    surveys
        Wave to survey.
    wave
        Publication year; the latest wave by default. Later waves are left out.
    inputs
        Name to SHA-256 of the respondent files; by default the hashes of the harmonised responses by wave.

    Returns
    -------
    Results
        ``notes`` say what a wave lacks: ``no_design``, ``lost_column:district``, and ``skipped:<id>`` for
        each analysis that none of the waves can answer. ``earlier`` holds what the reports of earlier waves
        say, as the study asks for it now: whether these were ever published or not, a report is the same.

    Raises
    ------
    OptionError
        No survey, or none of the wave asked for.
    """
    year = max(surveys, default=0) if wave is None else wave
    if year not in surveys:
        known = ", ".join(map(str, sorted(surveys))) or "none"
        raise OptionError(f"There is no survey of wave {year}; waves read: {known}.")
    results = _of_year(study, surveys, year, inputs)
    earlier = []
    for each in sorted(each for each in surveys if each < year):
        with suppress(BarometriError):  # a report that cannot be made was never published
            earlier.append(_of_year(study, surveys, each, inputs))
    return replace(results, earlier=tuple(earlier))


def _of_year(
    study: Study, surveys: Mapping[int, Survey], year: int, inputs: Mapping[str, str] | None
) -> Results:
    """Return what one report says, by itself."""
    used = {each: survey for each, survey in sorted(surveys.items()) if each <= year}
    tables: dict[str, AnalysisResult] = {}
    notes = _notes(study, used[year])
    for analysis in study.analyses:
        task, lost = _task(analysis, study, used, year)
        if task is None:
            notes = [*notes, *lost, f"skipped:{analysis.id}"]
        else:
            tables[analysis.id] = _run(task, lost)
    return Results(
        study=study,
        wave=year,
        tables=tables,
        claims=judge(study, used, year),
        waves=tuple(_summary(study, each, survey) for each, survey in used.items()),
        provenance=Provenance(
            inputs=dict(inputs) if inputs is not None else {str(w): _digest(s) for w, s in used.items()},
            study_digest=study.digest,
            version=barometri.__version__,
            packages={name: version(name) for name in PACKAGES},
            lock=lock_digest(),
        ),
        notes=tuple(dict.fromkeys(notes)),
        published_figures=figures(study, used),
    )


def _task(
    analysis: Analysis, study: Study, surveys: Mapping[int, Survey], year: int
) -> tuple[Task | None, list[str]]:
    """Keep what some wave has of an analysis; nothing where its items, splits or groups are wanting."""
    over_waves = analysis.waves == "all" or analysis.verb in OVER_WAVES
    used = surveys if over_waves else {year: surveys[year]}
    names = [n if n in study.codebook else study.role(n, year) for n in analysis.by]
    by = tuple(name for name in names if any(name in s.variables for s in used.values()))
    lost = [
        f"lost_column:{name or role}" for name, role in zip(names, analysis.by, strict=True) if name not in by
    ]
    wanting = lacking(analysis, study, used, year)
    lost += [note for note in wanting if note not in lost]
    items = _items(analysis, study, used)
    if not items or (names and not by) or wanting or not answerable(analysis, used):
        return None, lost
    return Task(analysis, surveys[year], used, items, by), lost


def _items(analysis: Analysis, study: Study, surveys: Mapping[int, Survey]) -> tuple[str, ...]:
    """Return the items that some wave asked; of a verb on models the models, where there are any."""
    models = tuple(dict.fromkeys(m.id for survey in surveys.values() for m in asked_models(survey)))
    asked = {name for survey in surveys.values() for name in survey.variables}
    counted = {NUMBER_OF_MODELS} if models else set()
    if analysis.verb == RESPONSE_RATES:
        return (RESPONSE_RATES,) if has_frame(surveys, max(surveys)) else ()
    if analysis.verb == "number_of_models":
        return tuple(counted)
    if analysis.verb == "regions":
        return tuple(i for i in analysis.items or models if i in models)
    if analysis.verb in {"model_prevalence", "county"}:
        return tuple(i for i in analysis.items or models if i in models or i in asked)
    if analysis.verb in JUDGED_VERBS:
        wanted = analysis.items or (study.roles.outcome,)
        return tuple(i for i in wanted if i in asked) if models else ()
    return tuple(item for item in analysis.items if item in asked | counted)


def _run(task: Task, lost: Sequence[str]) -> AnalysisResult:
    estimates, effects = VERBS[task.analysis.verb](task)
    notes = [NO_DESIGN] if any(not has_design(survey) for survey in task.surveys.values()) else []
    if "similar" in estimates.marks:
        notes.append("similar_wave")
    return AnalysisResult(task.analysis, estimates, effects, (*notes, *lost))


def _notes(study: Study, survey: Survey) -> list[str]:
    """Return what the publication's wave lacks of the design and of the variables that have a role."""
    notes = [] if has_design(survey) else [NO_DESIGN]
    played = [study.role(role, survey.wave) for role in _ROLES]
    return notes + [f"lost_column:{name}" for name in played if name and name not in survey.variables]


def _summary(study: Study, year: int, survey: Survey) -> WaveSummary:
    wave = study.waves.get(year)
    weights = survey.coded.weight
    people = in_frame(wave) if wave is not None else 0
    spread = effective_size(weights.sum(), (weights**2).sum())
    return WaveSummary(
        year=year,
        n=survey.n,
        design=survey.coded.words,
        field_days=wave.field_days if wave is not None else "",
        has_weights=survey.design.weight not in {None, EQUAL} or survey.design.fpc is not None,
        has_district=study.role("district", year) in survey.variables,
        has_area=study.role("area", year) in survey.variables,
        weight_ratio=float(weights.max() / np.median(weights)),
        response_rate=survey.n / people if people else None,
        weighting=weighting_of(survey),
        effective_n=float(spread),
        deff=len(weights) / float(spread),
        fewest_in_cell=fewest_in_cell(survey),
    )


def _digest(survey: Survey) -> str:
    """Hash the harmonised responses: names and values, column by column."""
    found = hashlib.sha256()
    for name in sorted(survey.variables):
        found.update(name.encode())
        found.update("\x1f".join(map(str, survey.values(name).tolist())).encode())
    return found.hexdigest()
