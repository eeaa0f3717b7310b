"""Who answers and how: a finite sample of every stratum, questions left blank, lines ticked straight down."""

import numpy as np
import pandas as pd

from barometri.study.codes import BLANK, NOT_ASKED, REFUSED
from barometri.study.study import Study
from barometri.study.waves import Wave
from barometri.synthetic.calibration import Integers, allocate
from barometri.synthetic.population import draw
from barometri.synthetic.truth import Truth, read_truth
from barometri.synthetic.world import Setting, Texts


def simulate(study: Study, *, seed: int | None = None) -> dict[int, pd.DataFrame]:
    """Return the respondents of every wave, as harmonised responses with a comment column.

    Parameters
    ----------
    study
        A study whose folder holds ``truth.toml`` and whose waves have frame counts.
    seed
        Start of the random numbers; the truth's own by default.

    Returns
    -------
    dict
        Year to a frame, one row a respondent and one column a question of the wave: codes, missing answers by
        their reserved codes; NaN for numbers, empty text for areas and comments.

    Raises
    ------
    StudyError
        The stated truth does not fit the study.
    """
    truth = read_truth(study.path)
    start = truth.seed if seed is None else seed
    return {year: _respondents(study, truth, wave, start) for year, wave in sorted(study.waves.items())}


def _respondents(study: Study, truth: Truth, wave: Wave, seed: int) -> pd.DataFrame:
    everybody = draw(study, truth, wave, seed=seed)
    setting = Setting(study, truth, wave, np.random.default_rng([seed, wave.year, 1]))
    frame = everybody.iloc[_sample(setting, everybody)].drop(columns="organiser").reset_index(drop=True)
    _straight_lines(setting, frame)
    _losses(setting, frame)
    for question in study.codebook.questions.values():
        if question.kind == "text" and wave.asked(question.id):
            frame[question.id] = _comments(setting, frame)
        if question.kind == "key" and wave.asked(question.id):
            frame[question.id] = _keys(len(frame), setting.rng)
    return frame[[name for name in study.codebook.questions if name in frame]]


def _sample(setting: Setting, everybody: pd.DataFrame) -> Integers:
    """Return rows of respondents in random order: a stated number a group, by district as in the frame."""
    stated = setting.truth.waves.get(str(setting.wave.year))
    if stated is None:
        raise setting.wrong("waves", f"no table for {setting.wave.year}; state its respondents by group.")
    group, district = setting.question("group"), setting.question("district")
    codes = everybody[group.id].to_numpy()
    chosen: list[Integers] = []
    willing = setting.rng.random(len(everybody))
    for value in np.unique(codes):
        rows = np.flatnonzero(codes == value)
        cells, sizes = np.unique(everybody[district.id].to_numpy()[rows], return_counts=True)
        name = group.code(int(value)).id
        try:
            wanted = allocate(stated.respondents[name], sizes, stated.minimum)
        except (KeyError, ValueError):
            message = "expected a number between the strata's minimum and the frame; mend it."
            raise setting.wrong(f"waves.{setting.wave.year}.respondents.{name}", message) from None
        for cell, count in zip(cells, wanted, strict=True):
            stratum = rows[everybody[district.id].to_numpy()[rows] == cell]
            chosen.append(stratum[np.argsort(willing[stratum])[:count]])
    return setting.rng.permutation(np.concatenate(chosen))


def _straight_lines(setting: Setting, frame: pd.DataFrame) -> None:
    """Let some respondents tick one answer of the battery all the way down."""
    habits = setting.truth.habits
    battery = [q for q in setting.study.codebook.battery(habits.battery) if q.id in frame]
    rows = setting.rng.random(len(frame)) < habits.straight_line
    values = [code.value for code in battery[0].substantive] if battery else [0]
    choice = setting.rng.choice(values, size=len(frame))
    for question in battery:
        column = frame[question.id].to_numpy()
        ticked = np.where(rows & (column != NOT_ASKED), choice, column)
        frame[question.id] = ticked.astype("int32")


def _losses(setting: Setting, frame: pd.DataFrame) -> None:
    """Refuse and skip single answers; who breaks off leaves everything from some item on blank."""
    habits, rng = setting.truth.habits, setting.rng
    items = [name for name in frame.columns if _is_item(setting, name)]
    table = frame[items].to_numpy()
    chance = rng.random(table.shape)
    lost = np.where(chance < habits.refused + habits.blank, BLANK, table)
    lost = np.where(chance < habits.refused, REFUSED, lost)
    stops = rng.random(len(table)) < habits.break_off
    last = np.where(stops, rng.integers(1, max(len(items), 2), len(table)), len(items))
    lost = np.where(np.arange(len(items)) >= last[:, None], BLANK, lost)
    lost = np.where(table == NOT_ASKED, NOT_ASKED, lost).astype("int32")
    for place, name in enumerate(items):
        frame[name] = lost[:, place]


def _is_item(setting: Setting, name: str) -> bool:
    """Tell an opinion or a fact asked about from background."""
    study = setting.study
    models = {question for model in study.models for question in model.questions}
    nothing = study.model_states.nothing_agreed if study.model_states else ""
    return name in setting.truth.items or name in models or name == nothing


def _comments(setting: Setting, frame: pd.DataFrame) -> Texts:
    """Return a few of the stated comments, in the language of the questionnaire."""
    language, rng = setting.truth.language, setting.rng
    second = np.zeros(len(frame), dtype=np.bool_)
    if language.question in frame:
        code = setting.study.question(language.question).code(language.second).value
        second = (frame[language.question] == code).to_numpy()
    texts = np.full(len(frame), "", dtype=object)
    for name, rows in ((language.first, ~second), (language.second, second)):
        stated = np.array(setting.truth.comments.get(name, ("",)), dtype=object)
        texts[rows] = stated[rng.integers(0, len(stated), int(rows.sum()))]
    texts[rng.random(len(frame)) >= setting.truth.habits.comment] = ""
    return texts


def _keys(count: int, rng: np.random.Generator) -> Texts:
    """Return different random numbers without meaning, as text of six digits."""
    return rng.choice(np.arange(100_000, 1_000_000), size=count, replace=False).astype(str).astype(object)
