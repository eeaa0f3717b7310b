"""Who answers and how: a finite sample of every stratum, questions left blank, lines ticked straight down."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from barometri.study.codes import BLANK, NOT_ASKED, REFUSED
from barometri.study.study import Study
from barometri.synthetic.calibration import Floats, Integers, allocate
from barometri.synthetic.population import ORGANISER, Answers, draw
from barometri.synthetic.scenarios import PLANTED
from barometri.synthetic.truth import read_truth
from barometri.synthetic.world import Draws, Setting, Texts


def simulate(
    study: Study,
    *,
    seed: int | None = None,
    scenario: str = PLANTED,
    draws: Draws = "even",
    people: Mapping[int, pd.DataFrame] | None = None,
) -> dict[int, pd.DataFrame]:
    """Return the respondents of every wave, as harmonised responses with a comment column.

    Parameters
    ----------
    study
        A study whose folder holds ``truth.toml`` and whose waves have frame counts.
    seed
        Start of the random numbers; the truth's own by default.
    scenario
        The stated truth itself, or the name of a variant in the study's folder ``scenarios``.
    draws
        How the population is drawn, as in `population`.
    people
        Year to a population that `population` returned, to draw several samples of the same people; each
        wave's own is made by default.

    Returns
    -------
    dict
        Year to a frame, one row a respondent and one column a question of the wave: codes, missing answers by
        their reserved codes; NaN for numbers, empty text for areas and comments.

    Raises
    ------
    StudyError
        The stated truth does not fit the study.
    OptionError
        Unknown scenario or kind of draws.
    """
    truth = read_truth(study.path, scenario)
    start = truth.seed if seed is None else seed
    years = sorted(study.waves if people is None else people)
    if people is None:
        everybody = draw(study, truth, years, seed=start, draws=draws)
    else:
        everybody = {year: {str(n): people[year][n].to_numpy() for n in people[year]} for year in years}
    result = {}
    for year in years:
        setting = Setting(study, truth, study.waves[year], np.random.default_rng([start, year, 1]), draws)
        result[year] = _respondents(setting, everybody[year])
    return result


def _respondents(setting: Setting, everybody: Answers) -> pd.DataFrame:
    study, wave = setting.study, setting.wave
    rows = _sample(setting, everybody)
    frame = {name: values[rows] for name, values in everybody.items() if name != ORGANISER}
    _straight_lines(setting, frame)
    _losses(setting, frame)
    for question in study.codebook.questions.values():
        if question.kind == "text" and wave.asked(question.id):
            frame[question.id] = _comments(setting, frame, len(rows))
        if question.kind == "key" and wave.asked(question.id):
            frame[question.id] = _keys(len(rows), setting.rng)
    return pd.DataFrame({name: frame[name] for name in study.codebook.questions if name in frame})


def _sample(setting: Setting, everybody: Answers) -> Integers:
    """Return rows of respondents in random order: a stated number a group, by district as in the frame."""
    stated = setting.truth.waves.get(str(setting.wave.year))
    if stated is None:
        raise setting.wrong("waves", f"no table for {setting.wave.year}; state its respondents by group.")
    group, district = setting.question("group"), setting.question("district")
    codes, places = everybody[group.id], everybody[district.id]
    chosen: list[Integers] = []
    reluctance = _reluctance(setting, everybody)
    for value in np.unique(codes):
        rows = np.flatnonzero(codes == value)
        cells, sizes = np.unique(places[rows], return_counts=True)
        name = group.code(int(value)).id
        try:
            wanted = allocate(stated.respondents[name], sizes, stated.minimum)
        except (KeyError, ValueError):
            message = "expected a number between the strata's minimum and the frame; mend it."
            raise setting.wrong(f"waves.{setting.wave.year}.respondents.{name}", message) from None
        for cell, count in zip(cells, wanted, strict=True):
            stratum = rows[places[rows] == cell]
            chosen.append(stratum[np.argsort(reluctance[stratum])[:count]])
    return setting.rng.permutation(np.concatenate(chosen))


def _reluctance(setting: Setting, everybody: Answers) -> Floats:
    """Return random numbers by which people of a stratum answer, the least first.

    Those content with the outcome answer more willingly where the truth says so: exponential waiting times,
    shorter by the stated odds.
    """
    draws = setting.rng.random(len(everybody[ORGANISER]))
    content = setting.truth.response.content
    if content == 0 or not setting.has("outcome"):
        return np.asarray(draws)
    question = setting.question("outcome")
    pleased = np.isin(everybody[question.id], question.good)
    return np.asarray(-np.log1p(-draws) * np.exp(-content * pleased))


def _straight_lines(setting: Setting, frame: Answers) -> None:
    """Let some respondents tick one answer of the battery all the way down."""
    habits = setting.truth.habits
    battery = [q for q in setting.study.codebook.battery(habits.battery) if q.id in frame]
    people = len(frame[setting.question("group").id])
    rows = setting.rng.random(people) < habits.straight_line
    values = [code.value for code in battery[0].substantive] if battery else [0]
    choice = setting.rng.choice(values, size=people)
    for question in battery:
        column = frame[question.id]
        frame[question.id] = np.where(rows & (column != NOT_ASKED), choice, column).astype(np.int32)


def _losses(setting: Setting, frame: Answers) -> None:
    """Refuse and skip single answers; who breaks off leaves everything from some item on blank."""
    habits, rng = setting.truth.habits, setting.rng
    items = [name for name in frame if _is_item(setting, name)]
    table = np.column_stack([frame[name] for name in items])
    chance = rng.random(table.shape)
    lost = np.where(chance < habits.refused + habits.blank, BLANK, table)
    lost = np.where(chance < habits.refused, REFUSED, lost)
    stops = rng.random(len(table)) < habits.break_off
    last = np.where(stops, rng.integers(1, max(len(items), 2), len(table)), len(items))
    lost = np.where(np.arange(len(items)) >= last[:, None], BLANK, lost)
    lost = np.where(table == NOT_ASKED, NOT_ASKED, lost).astype(np.int32)
    for place, name in enumerate(items):
        frame[name] = lost[:, place]


def _is_item(setting: Setting, name: str) -> bool:
    """Tell an opinion or a fact asked about from background."""
    study = setting.study
    models = {question for model in study.models for question in model.questions}
    nothing = study.model_states.nothing_agreed if study.model_states else ""
    return name in setting.truth.items or name in models or name == nothing


def _comments(setting: Setting, frame: Answers, people: int) -> Texts:
    """Return a few of the stated comments, in the language of the questionnaire."""
    language, rng = setting.truth.language, setting.rng
    second = np.zeros(people, dtype=np.bool_)
    if language.question in frame:
        code = setting.study.question(language.question).code(language.second).value
        second = frame[language.question] == code
    texts = np.full(people, "", dtype=object)
    for name, rows in ((language.first, ~second), (language.second, second)):
        stated = np.array(setting.truth.comments.get(name, ("",)), dtype=object)
        texts[rows] = stated[rng.integers(0, len(stated), int(rows.sum()))]
    texts[rng.random(people) >= setting.truth.habits.comment] = ""
    return texts


def _keys(count: int, rng: np.random.Generator) -> Texts:
    """Return different random numbers without meaning, as text of six digits."""
    return rng.choice(np.arange(100_000, 1_000_000), size=count, replace=False).astype(str).astype(object)
