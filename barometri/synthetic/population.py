"""A finite population of officials in which the published relations hold."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometri.study.codes import DONT_KNOW, NOT_ASKED
from barometri.study.study import Study
from barometri.study.waves import Wave
from barometri.synthetic.calibration import Floats, Integers, chosen, intercepts, logistic
from barometri.synthetic.models import cannot_say, reports
from barometri.synthetic.places import organisers, people, responsibilities
from barometri.synthetic.truth import Item, Truth, read_truth
from barometri.synthetic.world import Setting, World, by_code, values_of

Answers = dict[str, NDArray[np.int64] | NDArray[np.float64] | NDArray[np.object_]]


def population(study: Study, year: int, *, seed: int | None = None) -> pd.DataFrame:
    """Return everybody in the frame of one wave with the answers he would give if asked.

    Parameters
    ----------
    study
        A study whose folder holds ``truth.toml``; its wave has frame counts by district and group.
    year
        The wave.
    seed
        Start of the random numbers; the truth's own by default.

    Returns
    -------
    DataFrame
        One row an official, one column a question of the wave as harmonised codes (cannot say and not asked
        by their reserved codes), and ``organiser``, the id of the organiser he mainly answers for.

    Raises
    ------
    StudyError
        The stated truth does not fit the study.
    """
    truth = read_truth(study.path)
    return draw(study, truth, study.waves[year], seed=truth.seed if seed is None else seed)


def draw(study: Study, truth: Truth, wave: Wave, *, seed: int) -> pd.DataFrame:
    """Return the population of one wave; waves with the latest one's districts share their organisers."""
    latest = study.waves[max(study.waves)]
    same = study.role("district", wave.year) == study.role("district", latest.year)
    places = organisers(Setting(study, truth, latest if same else wave, np.random.default_rng(seed)))
    setting = Setting(study, truth, wave, np.random.default_rng([seed, wave.year]))
    who = people(setting, places)
    world = World(study, truth, wave, setting.rng, places, who)
    columns = _tasks(world) | _background(world) | _answers(world)
    _derive(world, columns)
    frame = pd.DataFrame(
        {
            name: columns[name].astype("int32") if question.codes else columns[name]
            for name, question in study.codebook.questions.items()
            if name in columns
        }
    )
    return frame.assign(organiser=places.ids[who.organiser])


def _tasks(world: World) -> Answers:
    """Return group, district, area and unit."""
    who = world.who
    columns: Answers = {
        world.question("group").id: values_of(world.question("group"), who.group),
        world.question("district").id: values_of(world.question("district"), who.district),
    }
    if world.has("area_level"):
        level = world.question("area_level")
        drawn = responsibilities(world)
        columns[level.id] = values_of(level, drawn.level)
        columns[world.question("area").id] = drawn.areas
    if world.has("unit"):
        unit = world.question("unit")
        known = values_of(unit, np.maximum(who.unit, 0))
        columns[unit.id] = np.where(who.unit >= 0, known, NOT_ASKED)
    return columns


def _background(world: World) -> Answers:
    """Return the language of the questionnaire, numbers, and other questions with stated shares."""
    truth, who, rng = world.truth, world.who, world.rng
    columns: Answers = {}
    language = truth.language
    if world.wave.asked(language.question):
        question = world.study.question(language.question)
        second = chosen(world.by("district", language.share)[who.district], who.district, rng)
        codes = question.code(language.second).value, question.code(language.first).value
        columns[question.id] = np.where(second, *codes).astype(np.int64)
    for name, number in truth.numbers.items():
        question = world.study.question(name)
        mean = world.by("group", number.mean)[who.group]
        drawn = np.round(rng.gamma(number.shape, mean / number.shape), number.digits)
        low = -np.inf if question.minimum is None else question.minimum
        columns[name] = np.clip(drawn, low, np.inf if question.maximum is None else question.maximum)
    for name, shares in truth.background.items():
        question = world.study.question(name)
        weights = by_code(shares, question)
        place = rng.choice(len(weights), size=len(who.group), p=weights / weights.sum())
        columns[name] = values_of(question, place.astype(np.int64))
    return {name: values for name, values in columns.items() if world.wave.asked(name)}


def _answers(world: World) -> Answers:
    """Return answers to models and scale questions, routed."""
    columns: Answers = {}
    effect = world.places.effect[world.who.organiser]
    pattern = np.zeros(len(effect), dtype=np.int64)
    models = world.study.models
    if models and all(world.wave.asked(name) for model in models for name in model.questions):
        said = reports(world)
        columns.update(said.answers)
        pattern = said.agreed @ (1 << np.arange(len(models)))
        effect = effect + said.agreed @ np.array([world.truth.models[m.id].effect for m in models])
    outcome = world.study.role("outcome", world.wave.year)
    for name, item in world.truth.items.items():
        if world.wave.asked(name):
            columns[name] = _scale(world, name, item, effect if name == outcome else 0.0 * effect, pattern)
    for name in columns:
        asked = world.asks(name)[world.who.group]
        columns[name] = np.where(asked, columns[name], NOT_ASKED)
    return columns


def _scale(world: World, name: str, item: Item, effect: Floats, pattern: Integers) -> Integers:
    """Return answers to one scale question: stated shares by group, shifted by district, outlook, effect.

    ``pattern`` classes officials by the models they report; each class gets its share of favourable answers.
    """
    _check_scale(world, name, item)
    who, rng = world.who, world.rng
    shares = world.by("group", _stated_shares(world, name, item), 0.5)
    linear = effect + item.trait * who.outlook + world.by("district", item.district)[who.district]
    unknown = cannot_say(world, world.by("group", item.cannot_say))
    cells = 2 * who.group + unknown
    linear = linear + intercepts(linear, cells, np.repeat(shares, 2))[cells]
    chance = logistic(linear)
    favourable = chosen(chance, cells, rng, along=pattern)
    v = rng.uniform(1e-9, 1 - 1e-9, len(chance))
    u = np.where(favourable, 1 - chance * v, (1 - chance) * v)
    latent = linear + np.log(u / (1 - u))
    values = np.sort([code.value for code in world.study.question(name).substantive])
    answers = values[(latent[:, None] > np.array(item.steps)).sum(axis=1)]
    return np.where(unknown, DONT_KNOW, answers).astype(np.int64)


def _stated_shares(world: World, name: str, item: Item) -> Mapping[str, float]:
    """Return the stated shares of the wave: one for every group of the frame that is asked."""
    shares = item.shares.get(str(world.wave.year), {})
    asked = world.asks(name)
    present = set(np.unique(world.who.group).tolist())
    for place, code in enumerate(world.question("group").substantive):
        if asked[place] and place in present and code.id not in shares:
            message = f"no share for group {code.id!r}, which is asked; state one."
            raise world.wrong(f"items.{name}.shares.{world.wave.year}", message)
    return shares


def _check_scale(world: World, name: str, item: Item) -> None:
    """Refuse steps that do not fit the scale: favourable must be the codes above the boundary 0."""
    question = world.study.question(name)
    values = sorted(code.value for code in question.substantive)
    zero = item.steps.index(0.0) if 0.0 in item.steps else -1
    if len(item.steps) != len(values) - 1 or zero < 0 or set(question.good) != set(values[zero + 1 :]):
        message = (
            f"expected {len(values) - 1} rising boundaries, 0 just below the favourable codes; mend them."
        )
        raise world.wrong(f"items.{name}.steps", message)


def _derive(world: World, columns: Answers) -> None:
    """Add questions that the codebook derives from one that is there."""
    for question in world.study.codebook.questions.values():
        if question.derived is not None and question.derived.source in columns:
            source = world.study.question(question.derived.source)
            codes = {c.value: question.derived.mapping.get(c.id) for c in source.codes}
            names = {value: question.code(name).value for value, name in codes.items() if name}
            values = columns[source.id]
            columns[question.id] = np.array([names.get(int(v), int(v)) for v in values], dtype=np.int64)
