"""A finite population of officials in which the published relations hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometri.errors import check_option
from barometri.study.codes import DONT_KNOW, NOT_ASKED
from barometri.study.study import Study
from barometri.synthetic.calibration import Floats, Integers, intercepts, logistic
from barometri.synthetic.models import cannot_say, reports
from barometri.synthetic.places import organisers, people, responsibilities
from barometri.synthetic.scenarios import PLANTED
from barometri.synthetic.truth import Item, Truth, read_truth
from barometri.synthetic.world import Draws, Organisers, Setting, World, by_code, values_of

Column = NDArray[np.int64] | NDArray[np.int32] | NDArray[np.float64] | NDArray[np.object_]
Answers = dict[str, Column]
ORGANISER: Final = "organiser"


def population(
    study: Study,
    year: int,
    *,
    seed: int | None = None,
    scenario: str = PLANTED,
    draws: Draws = "even",
) -> pd.DataFrame:
    """Return everybody in the frame of one wave with the answers he would give if asked.

    Parameters
    ----------
    study
        A study whose folder holds ``truth.toml``; its wave has frame counts by district and group.
    year
        The wave.
    seed
        Start of the random numbers; the truth's own by default.
    scenario
        The stated truth itself, or the name of a variant in the study's folder ``scenarios``.
    draws
        ``even`` draws people so that the population has the stated shares; ``independent`` draws each by
        himself, so that populations vary as those of other years would: for error rates of tests.

    Returns
    -------
    DataFrame
        One row an official, one column a question of the wave as harmonised codes (cannot say and not asked
        by their reserved codes), and ``organiser``, the id of the organiser he mainly answers for.

    Raises
    ------
    StudyError
        The stated truth does not fit the study.
    OptionError
        Unknown scenario or kind of draws.
    """
    truth = read_truth(study.path, scenario)
    start = truth.seed if seed is None else seed
    return pd.DataFrame(draw(study, truth, [year], seed=start, draws=draws)[year])


def draw(study: Study, truth: Truth, years: Sequence[int], *, seed: int, draws: Draws) -> dict[int, Answers]:
    """Return the population of each wave; waves with the latest one's districts share their organisers."""
    check_option("draws", draws, get_args(Draws))
    homes: dict[int, Organisers] = {}
    result = {}
    for year in years:
        wave, latest = study.waves[year], study.waves[max(study.waves)]
        same = study.role("district", year) == study.role("district", latest.year)
        home = latest if same else wave
        if home.year not in homes:
            rng = np.random.default_rng(seed)
            homes[home.year] = organisers(Setting(study, truth, home, rng, draws))
        setting = Setting(study, truth, wave, np.random.default_rng([seed, year]), draws)
        result[year] = _officials(setting, homes[home.year])
    return result


def _officials(setting: Setting, places: Organisers) -> Answers:
    """Return the answers of everybody in a wave's frame, in the order of the codebook."""
    who = people(setting, places)
    world = World(setting.study, setting.truth, setting.wave, setting.rng, setting.draws, places, who)
    columns = _tasks(world) | _background(world) | _answers(world)
    _derive(world, columns)
    ordered: Answers = {
        name: columns[name].astype(np.int32) if question.codes else columns[name]
        for name, question in setting.study.codebook.questions.items()
        if name in columns
    }
    return ordered | {ORGANISER: places.ids[who.organiser]}


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
        second = world.drawn(world.by("district", language.share)[who.district], who.district)
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


@dataclass(frozen=True, slots=True)
class _Pull:
    """What pulls each official's answers: log odds of agreed models and of the organiser, class by models."""

    models: Floats
    organiser: Floats
    pattern: Integers


def _answers(world: World) -> Answers:
    """Return answers to models and scale questions, routed."""
    columns: Answers = {}
    people = len(world.who.group)
    none = _Pull(np.zeros(people), np.zeros(people), np.zeros(people, dtype=np.int64))
    pull = replace(none, organiser=world.places.effect[world.who.organiser])
    models = world.study.models
    if models and all(world.wave.asked(name) for model in models for name in model.questions):
        said = reports(world)
        columns.update(said.answers)
        pattern = said.agreed @ (1 << np.arange(len(models)))
        effect = said.agreed @ np.array([world.truth.models[m.id].effect for m in models])
        none, pull = replace(none, pattern=pattern), replace(pull, models=effect, pattern=pattern)
    outcome = world.study.role("outcome", world.wave.year)
    for name, item in world.truth.items.items():
        if world.wave.asked(name):
            columns[name] = _scale(world, name, item, pull if name == outcome else none)
    for name in columns:
        asked = world.asks(name)[world.who.group]
        columns[name] = np.where(asked, columns[name], NOT_ASKED)
    return columns


def _scale(world: World, name: str, item: Item, pull: _Pull) -> Integers:
    """Return answers to one scale question: stated shares by group, shifted by district, outlook, pull.

    Each class of officials by the models they report gets its share of favourable answers. Where draws are
    independent, what organisers' effects do to the stated shares is left to chance.
    """
    _check_scale(world, name, item)
    who, rng = world.who, world.rng
    shares = world.by("group", _stated_shares(world, name, item), 0.5)
    known = pull.models + pull.organiser if world.draws == "even" else pull.models
    linear = known + item.trait * who.outlook + world.by("district", item.district)[who.district]
    unknown = cannot_say(world, world.by("group", item.cannot_say))
    cells = 2 * who.group + unknown
    linear = linear + intercepts(linear, cells, np.repeat(shares, 2))[cells]
    if world.draws == "independent":
        linear = linear + pull.organiser
    chance = logistic(linear)
    favourable = world.drawn(chance, cells, along=pull.pattern)
    v = rng.uniform(1e-9, 1 - 1e-9, len(chance))
    u = np.where(favourable, 1 - chance * v, (1 - chance) * v)
    latent = linear + np.log(u / (1 - u))
    values = np.sort([code.value for code in world.study.question(name).substantive])
    answers = values[np.searchsorted(item.steps, latent)]
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
            mapping = question.derived.mapping
            codes = {c.value: question.code(mapping[c.id]).value for c in source.codes if c.id in mapping}
            present, place = np.unique(columns[source.id], return_inverse=True)
            columns[question.id] = np.array([codes.get(v, v) for v in present.tolist()], dtype=np.int64)[
                place
            ]
