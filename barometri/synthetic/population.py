"""A finite population of officials in which the published relations hold: frame counts, places, answers of everybody."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from barometri.errors import StudyError
from barometri.study.codebook import Question
from barometri.study.codes import DONT_KNOW, NOT_ASKED
from barometri.study.study import Study
from barometri.study.waves import Wave
from barometri.synthetic.calibration import Floats, Integers, chosen, intercepts, logistic
from barometri.synthetic.models import cannot_say, reports
from barometri.synthetic.places import Organisers, People, areas, by_code, levels, organisers, people
from barometri.synthetic.truth import Item, Truth, read_truth


def population(study: Study, year: int, *, seed: int | None = None) -> pd.DataFrame:
    """Return everybody in the frame of one wave with the answers he would give if asked.

    Parameters
    ----------
    study
        A study whose folder holds ``truth.toml`` and whose wave has frame counts by district and group.
    year
        The wave.
    seed
        Start of the random numbers; the truth's own by default.

    Returns
    -------
    DataFrame
        One row an official, one column a question of the wave as harmonised codes (cannot say and not asked by
        their reserved codes), and ``organiser``, the id of the organiser he answers for.

    Raises
    ------
    StudyError
        The stated truth does not fit the study.
    """
    truth = read_truth(study.path)
    return draw(study, truth, study.waves[year], truth.seed if seed is None else seed)


def draw(study: Study, truth: Truth, wave: Wave, seed: int) -> pd.DataFrame:
    """Return the population of one wave; organisers are the same in every wave of a seed."""
    latest = study.waves[max(study.waves)]
    places = organisers(study, truth, latest, np.random.default_rng(seed))
    rng = np.random.default_rng([seed, wave.year])
    who = people(study, wave, places, rng)
    columns = _background(study, truth, wave, places, who, rng)
    columns |= _answers(study, truth, wave, places, who, rng)
    ordered = {
        name: np.asarray(columns[name], dtype="int32" if question.codes else None)
        for name, question in study.codebook.questions.items()
        if name in columns
    }
    frame = pd.DataFrame(ordered)
    _route(frame, study, wave, who)
    return frame.assign(organiser=places.ids[who.organiser])


def _values(question: Question, places: Integers) -> Integers:
    return np.array([code.value for code in question.substantive], dtype=np.int64)[places]


def _background(
    study: Study, truth: Truth, wave: Wave, places: Organisers, who: People, rng: np.random.Generator
) -> dict[str, object]:
    """Return background variables: group, side, district, area, unit, language, numbers and declared shares."""
    group, district = (study.question(study.role(r)) for r in ("group", "district"))
    columns: dict[str, object] = {
        group.id: _values(group, who.group),
        district.id: _values(district, who.district),
    }
    if study.role("area_level"):
        level = levels(study, truth.served, who, rng)
        columns[study.role("area_level")] = _values(study.question(study.role("area_level")), level)
        columns[study.role("area")] = areas(study, truth.served, places, who, level, rng)
    unit = study.role("unit")
    if unit and wave.asked(unit):
        known = _values(study.question(unit), np.maximum(who.unit, 0))
        columns[unit] = np.where(who.unit >= 0, known, NOT_ASKED)
    if truth.language.question:
        question = study.question(truth.language.question)
        second = chosen(by_code(truth.language.share, district)[who.district], who.district, rng)
        columns[question.id] = np.where(
            second, question.code(truth.language.second).value, question.code(truth.language.first).value
        )
    for name, number in truth.numbers.items():
        mean = by_code(number.mean, group)[who.group]
        drawn = np.round(rng.gamma(number.shape, mean / number.shape), number.digits)
        question = study.question(name)
        columns[name] = np.clip(drawn, question.minimum, question.maximum)
    for name, shares in truth.background.items():
        weights = by_code(shares, study.question(name))
        place = rng.choice(len(weights), size=len(who.group), p=weights / weights.sum())
        columns[name] = _values(study.question(name), place.astype(np.int64))
    for question in study.codebook.questions.values():
        if question.derived is not None and question.derived.source == group.id:
            mapping = question.derived.mapping
            codes = np.array([question.code(mapping[c.id]).value for c in group.substantive])
            columns[question.id] = codes[who.group]
    return columns


def _answers(
    study: Study, truth: Truth, wave: Wave, places: Organisers, who: People, rng: np.random.Generator
) -> dict[str, object]:
    """Return answers to models and scale questions."""
    outlook, doubt = rng.standard_normal(len(who.group)), rng.standard_normal(len(who.group))
    columns: dict[str, object] = {}
    outcome = study.role("outcome")
    effect = places.effect[who.organiser]
    if study.models and all(wave.asked(q) for model in study.models for q in model.questions):
        said = reports(study, truth, places, who, doubt, rng)
        columns |= said.answers
        effect = effect + said.agreed @ np.array([truth.models[m.id].effect for m in study.models])
    for name, item in truth.items.items():
        if wave.asked(name):
            linear = effect if name == outcome else np.zeros(len(who.group))
            columns[name] = _scale(study, wave, name, item, who, linear, outlook, doubt, rng)
    return columns


def _scale(
    study: Study,
    wave: Wave,
    name: str,
    item: Item,
    who: People,
    effect: Floats,
    outlook: Floats,
    doubt: Floats,
    rng: np.random.Generator,
) -> Integers:
    """Return answers to one scale question: stated shares by group, shifted by district, outlook and effect."""
    group, district = (study.question(study.role(r)) for r in ("group", "district"))
    shares = _asked_shares(study, wave, name, item)
    linear = effect + item.trait * outlook + by_code(item.district, district)[who.district]
    unknown = cannot_say(by_code(item.cannot_say, group), who.group, doubt, rng)
    cells = 2 * who.group + unknown
    linear = linear + intercepts(linear, cells, np.repeat(by_code(shares, group, 0.5), 2))[cells]
    chance = logistic(linear)
    favourable = chosen(chance, cells, rng)
    v = rng.uniform(1e-9, 1 - 1e-9, len(chance))
    u = np.where(favourable, 1 - chance * v, (1 - chance) * v)
    latent = linear + np.log(u / (1 - u))
    values = np.sort(np.array([code.value for code in study.question(name).substantive], dtype=np.int64))
    answers = values[(latent[:, None] > np.array(item.steps)).sum(axis=1)]
    return np.where(unknown, DONT_KNOW, answers).astype(np.int64)


def _asked_shares(study: Study, wave: Wave, name: str, item: Item) -> Mapping[str, float]:
    """Return the stated shares of a wave, checked against who is asked and against the scale."""
    shares = item.shares.get(str(wave.year), {})
    question = study.question(name)
    framed = {f.stratum[study.role("group")] for f in wave.frame}
    absent = sorted((set(wave.routing.get(name, framed)) & framed) - set(shares))
    if absent:
        raise StudyError(
            f"truth.toml, items.{name}.shares.{wave.year}: no share for {absent[0]!r}; state one."
        )
    values = sorted(code.value for code in question.substantive)
    if len(item.steps) != len(values) - 1 or set(question.good) != set(values[item.steps.index(0) + 1 :]):
        raise StudyError(
            f"truth.toml, items.{name}.steps: expected {len(values) - 1} rising boundaries, 0 just below the "
            "favourable codes of the codebook."
        )
    return shares


def _route(frame: pd.DataFrame, study: Study, wave: Wave, who: People) -> None:
    """Mark as not asked what the wave's routing does not ask of a group."""
    ids = [code.id for code in study.question(study.role("group")).substantive]
    for name, groups in wave.routing.items():
        if name in frame:
            asked = np.array([i in groups for i in ids])[who.group]
            missing = (
                "" if frame[name].dtype == object else np.nan if frame[name].dtype.kind == "f" else NOT_ASKED
            )
            frame[name] = frame[name].where(asked, missing)
