"""What officials say is agreed: every model's state, how it spreads over its questions, and that nothing is."""

from dataclasses import dataclass

import numpy as np

from barometri.errors import StudyError
from barometri.study.codes import DONT_KNOW
from barometri.study.plan import Model, ModelStates
from barometri.study.study import Study
from barometri.synthetic.calibration import Flags, Floats, Integers, chosen, intercepts, logistic
from barometri.synthetic.places import Organisers, People, by_code
from barometri.synthetic.truth import ModelTruth, Truth

_DOUBT = 0.5
"""How much officials differ in what they say they cannot tell (standard deviation, log odds)."""


@dataclass(frozen=True, slots=True)
class Reports:
    """Answers about models: question id to codes, and a table officials by models of what they report agreed."""

    answers: dict[str, Integers]
    agreed: Flags


def _states(study: Study) -> ModelStates:
    if study.model_states is None:
        raise StudyError("the study asks about models but names no states; add [model_states] to study.toml.")
    return study.model_states


def _stated(truth: Truth, model: Model) -> ModelTruth:
    try:
        return truth.models[model.id]
    except KeyError:
        raise StudyError(f"truth.toml: no table models.{model.id}; state its truth.") from None


def cannot_say(shares: Floats, group: Integers, outlook: Floats, rng: np.random.Generator) -> Flags:
    """Return who cannot say: the stated share of every group, more often those who seldom can."""
    linear = _DOUBT * outlook
    chance = logistic(linear + intercepts(linear, group, shares)[group])
    return chosen(chance, group, rng)


def _codes(question_codes: tuple[int, int, int], state: Integers) -> Integers:
    """Return codes for states 0 established, 1 on trial, 2 not in use, 3 cannot say."""
    return np.array([*question_codes, DONT_KNOW], dtype=np.int64)[state]


def _report(
    study: Study,
    stated: ModelTruth,
    column: int,
    places: Organisers,
    who: People,
    truth: Truth,
    doubt: Floats,
    insight: Floats,
    rng: np.random.Generator,
) -> Integers:
    """Return the state of one model that each official reports: 0 to 3 as in ``_codes``."""
    groups, districts = (study.question(study.role(r)) for r in ("group", "district"))
    unknown = cannot_say(by_code(stated.cannot_say, groups), who.group, doubt, rng)
    there = places.agreed[who.organiser, column]
    linear = truth.organisers.agreement_strength * there + by_code(stated.lean, groups)[who.group] + insight
    wanted = by_code(stated.agreed, districts)
    base = intercepts(linear, who.district, wanted, 1.0 - unknown)
    agreed = chosen((1.0 - unknown) * logistic(linear + base[who.district]), who.district, rng)
    trial = np.where(
        rng.random(len(agreed)) < 0.9,
        places.trial[who.organiser, column],
        rng.random(len(agreed)) < stated.trial,
    )
    return np.where(unknown, 3, np.where(agreed, np.where(trial, 1, 0), 2)).astype(np.int64)


def _arrangements(state: Integers, weights: Floats, rng: np.random.Generator) -> Integers:
    """Return states of a model's arrangements, officials by questions, that together give the model's state."""
    people, questions = len(state), len(weights)
    first = rng.choice(questions, size=people, p=weights / weights.sum())
    main = np.arange(questions) == first[:, None]
    other = rng.random((people, questions))
    agreed = np.where(other < 0.15, state[:, None], np.where(other < 0.3, 3, 2))
    unsure = np.where(other < 0.8, 3, 2)
    rest = np.where((state < 2)[:, None], agreed, np.where((state == 3)[:, None], unsure, 2))
    return np.where(main, state[:, None], rest).astype(np.int64)


def _nothing(study: Study, truth: Truth, who: People, count: Integers, rng: np.random.Generator) -> Integers:
    """Return the answer that nothing is agreed, of the stated share by district among those who report no model."""
    states = _states(study)
    question = study.question(states.nothing_agreed)
    yes = question.code(states.nothing_agreed_yes).value
    no = next(code.value for code in question.substantive if code.value != yes)
    wanted = by_code(truth.nothing_agreed.agreed, study.question(study.role("district")))
    people = np.bincount(who.district, minlength=len(wanted))
    none = np.bincount(who.district[count == 0], minlength=len(wanted))
    share = wanted * people / np.maximum(none, 1)
    if (share > 1).any():
        raise StudyError(
            "truth.toml, nothing_agreed: a district's share exceeds those who report no model; lower it."
        )
    cells = np.where(count == 0, who.district, len(wanted))
    says = chosen(np.where(count == 0, share[who.district], 0.0), cells, rng)
    # Who reports no model and does not say that nothing is agreed mostly cannot tell.
    doubt = rng.random(len(count)) < np.where(count == 0, 0.6, truth.nothing_agreed.cannot_say)
    return np.where(says, yes, np.where(doubt, DONT_KNOW, no)).astype(np.int64)


def reports(
    study: Study, truth: Truth, places: Organisers, who: People, doubt: Floats, rng: np.random.Generator
) -> Reports:
    """Return what every official says about every model.

    ``doubt`` is each official's inclination to answer that he cannot say.
    """
    states = _states(study)
    answers: dict[str, Integers] = {}
    agreed = np.zeros((len(who.group), len(study.models)), dtype=bool)
    insight = truth.organisers.insight * rng.standard_normal(len(who.group))
    for column, model in enumerate(study.models):
        stated = _stated(truth, model)
        state = _report(study, stated, column, places, who, truth, doubt, insight, rng)
        agreed[:, column] = state < 2
        weights = np.array([stated.arrangements.get(q, 1.0) for q in model.questions])
        table = _arrangements(state, weights, rng) if len(weights) > 1 else state[:, None]
        for name, one in zip(model.questions, table.T, strict=True):
            question = study.question(name)
            codes = tuple(
                question.code(s).value for s in (states.established, states.on_trial, states.not_in_use)
            )
            answers[name] = _codes((codes[0], codes[1], codes[2]), one)
    if states.nothing_agreed:
        answers[states.nothing_agreed] = _nothing(study, truth, who, agreed.sum(axis=1), rng)
    return Reports(answers, agreed)
