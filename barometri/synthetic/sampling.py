"""Who answers and how: a finite sample of every stratum, questions left blank, lines ticked straight down."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometri.errors import StudyError
from barometri.study.codebook import Question
from barometri.study.codes import BLANK, LARGEST_MISSING, NOT_ASKED, REFUSED
from barometri.study.study import Study
from barometri.study.waves import Wave
from barometri.synthetic.calibration import Integers, allocate
from barometri.synthetic.population import draw
from barometri.synthetic.truth import Truth, read_truth


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
        Year to a frame with one row a respondent and one column a question of the wave: codes, missing answers by
        their reserved codes, NaN for numbers, empty text for areas and comments.

    Raises
    ------
    StudyError
        The stated truth does not fit the study.
    """
    truth = read_truth(study.path)
    start = truth.seed if seed is None else seed
    return {year: _respondents(study, truth, wave, start) for year, wave in sorted(study.waves.items())}


def _respondents(study: Study, truth: Truth, wave: Wave, seed: int) -> pd.DataFrame:
    if str(wave.year) not in truth.waves:
        raise StudyError(f"truth.toml: no table waves.{wave.year}; state its respondents by group.")
    everybody = draw(study, truth, wave, seed)
    rng = np.random.default_rng([seed, wave.year, 1])
    rows = _sample(study, truth, wave, everybody, rng)
    frame = everybody.iloc[rows].drop(columns="organiser").reset_index(drop=True)
    items = [name for name in frame.columns if _is_item(study, truth, name)]
    _straight_lines(study, truth, wave, frame, rng)
    _losses(truth, frame, items, rng)
    comments = {q.id: _comments(study, truth, frame, rng) for q in _asked(study, wave, "text")}
    keys = {q.id: _keys(len(frame), rng) for q in _asked(study, wave, "key")}
    frame = frame.assign(**keys, **comments)
    return frame[[name for name in study.codebook.questions if name in frame]]


def _asked(study: Study, wave: Wave, kind: str) -> Sequence[Question]:
    return [q for q in study.codebook.questions.values() if q.kind == kind and wave.asked(q.id)]


def _is_item(study: Study, truth: Truth, name: str) -> bool:
    """Tell an opinion or a fact asked about from background."""
    models = {q for model in study.models for q in model.questions}
    states = study.model_states
    return name in truth.items or name in models or (states is not None and name == states.nothing_agreed)


def _sample(
    study: Study, truth: Truth, wave: Wave, everybody: pd.DataFrame, rng: np.random.Generator
) -> Integers:
    """Return rows of respondents in random order: a fixed number a group, by district in proportion to the frame."""
    group, district = study.role("group"), study.role("district")
    stated = truth.waves[str(wave.year)]
    codes = {code.value: code.id for code in study.question(group).substantive}
    chosen: list[NDArray[np.int64]] = []
    willing = rng.random(len(everybody))
    for value in sorted(everybody[group].unique()):
        rows = np.flatnonzero(everybody[group] == value)
        cells, sizes = np.unique(everybody[district].to_numpy()[rows], return_counts=True)
        try:
            wanted = allocate(stated.respondents[codes[value]], sizes, stated.minimum)
        except (KeyError, ValueError):
            raise StudyError(
                f"truth.toml, waves.{wave.year}.respondents: {codes[value]!r} needs a number between the minimum of "
                "its strata and its frame."
            ) from None
        for cell, count in zip(cells, wanted, strict=True):
            stratum = rows[everybody[district].to_numpy()[rows] == cell]
            chosen.append(stratum[np.argsort(willing[stratum])[:count]])
    return rng.permutation(np.concatenate(chosen))


def _straight_lines(
    study: Study, truth: Truth, wave: Wave, frame: pd.DataFrame, rng: np.random.Generator
) -> None:
    """Let some respondents tick one column of the battery all the way down."""
    battery = [q for q in study.codebook.battery(truth.habits.battery) if wave.asked(q.id)]
    rows = rng.random(len(frame)) < truth.habits.straight_line
    if not battery:
        return
    choice = rng.choice([code.value for code in battery[0].substantive], size=len(frame))
    for question in battery:
        column = frame[question.id].to_numpy()
        frame[question.id] = np.where(rows & (column != NOT_ASKED), choice, column).astype("int32")


def _losses(truth: Truth, frame: pd.DataFrame, items: Sequence[str], rng: np.random.Generator) -> None:
    """Refuse and skip single answers, and leave everything blank after the point where a respondent broke off."""
    habits = truth.habits
    table = frame[list(items)].to_numpy()
    chance = rng.random(table.shape)
    lost = np.where(
        chance < habits.refused, REFUSED, np.where(chance < habits.refused + habits.blank, BLANK, table)
    )
    stops = rng.random(len(table)) < habits.break_off
    after = np.where(stops, rng.integers(1, max(len(items), 2), len(table)), len(items))
    lost = np.where(np.arange(len(items)) >= after[:, None], BLANK, lost)
    lost = np.where(table == NOT_ASKED, NOT_ASKED, lost)
    for position, name in enumerate(items):
        frame[name] = lost[:, position].astype("int32")


def _comments(
    study: Study, truth: Truth, frame: pd.DataFrame, rng: np.random.Generator
) -> NDArray[np.object_]:
    """Return a few comments in the language of the questionnaire, from those stated."""
    language = truth.language
    second = np.zeros(len(frame), dtype=bool)
    if language.question in frame:
        second = (
            frame[language.question] == study.question(language.question).code(language.second).value
        ).to_numpy()
    texts = np.full(len(frame), "", dtype=object)
    for name, rows in ((language.first, ~second), (language.second, second)):
        stated = np.array(truth.comments.get(name, ("",)), dtype=object)
        texts[rows] = stated[rng.integers(0, len(stated), int(rows.sum()))]
    texts[rng.random(len(frame)) >= truth.habits.comment] = ""
    return texts


def _keys(count: int, rng: np.random.Generator) -> NDArray[np.object_]:
    """Return different random numbers without meaning, as text of six digits."""
    return rng.choice(np.arange(100_000, 1_000_000), size=count, replace=False).astype(str).astype(object)
