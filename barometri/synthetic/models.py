"""What officials say is agreed: each model's state, its spread over its questions, and that nothing is."""

from dataclasses import dataclass

import numpy as np

from barometri.errors import StudyError
from barometri.study.codes import DONT_KNOW
from barometri.study.plan import ModelStates
from barometri.study.study import Study
from barometri.synthetic.calibration import Flags, Floats, Integers, intercepts, logistic
from barometri.synthetic.world import World

_DOUBT = 0.5
"""How much officials differ in what they say they cannot tell (log odds per unit of doubt)."""
_FAITHFUL = 0.9
"""Share who report an agreement in the state that the organiser has it; the others as it is on average."""
_UNSURE = 0.6
"""Share who cannot say whether nothing is agreed, of those who report no model and do not say so."""

ESTABLISHED, ON_TRIAL, NOT_IN_USE, UNKNOWN = range(4)

_ALSO_AGREED, _ALSO_UNKNOWN = 0.15, 0.15
"""Where a model is agreed: chances that another of its arrangements is too, or that one cannot say."""
_UNKNOWN_TOO = 0.8
"""Where one cannot say about a model: chance of not being able to say about another of its arrangements."""


@dataclass(frozen=True, slots=True)
class Reports:
    """Answers by question id, and a table officials by models of what they report agreed."""

    answers: dict[str, Integers]
    agreed: Flags


def cannot_say(world: World, shares: Floats) -> Flags:
    """Return who cannot say: the stated share of every group, more often those who seldom can."""
    linear = _DOUBT * world.who.doubt
    chance = logistic(linear + intercepts(linear, world.who.group, shares)[world.who.group])
    return world.drawn(chance, world.who.group)


def reports(world: World) -> Reports:
    """Return what every official says about every model, and whether he says that nothing is agreed."""
    study, people = world.study, len(world.who.group)
    states = _states(study)
    answers: dict[str, Integers] = {}
    agreed = np.zeros((people, len(study.models)), dtype=np.bool_)
    insight = world.truth.organisers.insight * world.rng.standard_normal(people)
    explicit = bool(states.nothing_agreed) and world.wave.asked(states.nothing_agreed)
    nothing = _nothing(world, insight) if explicit else np.zeros(people, dtype=np.bool_)
    for column, model in enumerate(study.models):
        state = _report(world, column, insight, nothing)
        agreed[:, column] = state < NOT_IN_USE
        stated = world.truth.models[model.id].arrangements
        weights = np.array([stated.get(name, 1.0) for name in model.questions])
        table = _arrangements(state, weights, world.rng)
        for name, one in zip(model.questions, table.T, strict=True):
            question = study.question(name)
            ids = (states.established, states.on_trial, states.not_in_use)
            codes = np.array([*(question.code(i).value for i in ids), DONT_KNOW], dtype=np.int64)
            answers[name] = codes[one]
    if explicit:
        answers[states.nothing_agreed] = _said(world, states, nothing, agreed.sum(axis=1) > 0)
    return Reports(answers, agreed)


def _states(study: Study) -> ModelStates:
    if study.model_states is None:
        raise StudyError("models.toml: the study asks about models but names no states; add them.")
    return study.model_states


def _report(world: World, column: int, insight: Floats, nothing: Flags) -> Integers:
    """Return the state of one model that each official reports; none agreed where nothing is."""
    name = world.study.models[column].id
    stated = world.truth.models[name]
    who, rng = world.who, world.rng
    unknown = cannot_say(world, world.by("group", stated.cannot_say))
    linear = world.truth.organisers.agreement_strength * world.places.agreed[who.organiser, column]
    linear = linear + insight + world.by("group", stated.lean)[who.group]
    able = np.where(unknown | nothing, 0.0, 1.0)
    wanted = world.by("district", stated.agreed)
    base = intercepts(linear, who.district, wanted, able)
    chance = able * logistic(linear + base[who.district])
    short = np.bincount(who.district, chance - wanted[who.district], minlength=len(wanted)) < -1
    if short.any():
        place = world.question("district").substantive[int(short.argmax())].id
        raise world.wrong(f"models.{name}.agreed.{place}", "more than those who can say; lower it.")
    agreed = world.drawn(chance, who.district)
    own = rng.random(len(agreed)) < stated.trial
    trial = np.where(rng.random(len(agreed)) < _FAITHFUL, world.places.trial[who.organiser, column], own)
    state = np.where(agreed, np.where(trial, ON_TRIAL, ESTABLISHED), NOT_IN_USE)
    return np.where(unknown, UNKNOWN, state).astype(np.int64)


def _arrangements(state: Integers, weights: Floats, rng: np.random.Generator) -> Integers:
    """Return states of a model's arrangements, officials by questions, which give the model's together."""
    people, questions = len(state), len(weights)
    first = rng.choice(questions, size=people, p=weights / weights.sum())
    main = np.arange(questions) == first[:, None]
    drawn, model = rng.random((people, questions)), state[:, None]
    beside = np.where(drawn < _ALSO_AGREED + _ALSO_UNKNOWN, UNKNOWN, NOT_IN_USE)
    beside = np.where(drawn < _ALSO_AGREED, model, beside)
    unsure = np.where(drawn < _UNKNOWN_TOO, UNKNOWN, NOT_IN_USE)
    rest = np.where(model == UNKNOWN, unsure, np.where(model == NOT_IN_USE, NOT_IN_USE, beside))
    return np.where(main, model, rest).astype(np.int64)


def _nothing(world: World, insight: Floats) -> Flags:
    """Return who says that nothing is agreed: the stated share by district, most where least is agreed."""
    strength = world.truth.organisers.agreement_strength
    linear = -strength * world.places.agreed.sum(axis=1)[world.who.organiser] - insight
    wanted = world.by("district", world.truth.nothing_agreed.agreed)
    base = intercepts(linear, world.who.district, wanted)
    return world.drawn(logistic(linear + base[world.who.district]), world.who.district)


def _said(world: World, states: ModelStates, nothing: Flags, agreed: Flags) -> Integers:
    """Return the answers to whether nothing is agreed."""
    question = world.study.question(states.nothing_agreed)
    yes = question.code(states.nothing_agreed_yes).value
    no = next(code.value for code in question.substantive if code.value != yes)
    unsure = np.where(agreed, world.truth.nothing_agreed.cannot_say, _UNSURE)
    doubts = world.rng.random(len(agreed)) < unsure
    return np.where(nothing, yes, np.where(doubts, DONT_KNOW, no)).astype(np.int64)
