"""A study small enough to hold in the head: two waves, three groups, three districts, three models."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometri.study.claim import Claim
from barometri.study.codebook import Code, Codebook, Derivation, Question
from barometri.study.codes import BLANK, DONT_KNOW, NOT_ASKED, MissingReason
from barometri.study.plan import Analysis, Model, ModelStates
from barometri.study.study import Roles, Study
from barometri.study.waves import Equivalence, Wave, WaveDesign

Integers = NDArray[np.int32]
Codes = tuple[tuple[int, str], ...]
STATUS: Codes = ((1, "established"), (2, "on_trial"), (3, "not_in_use"))
FIVE: Codes = ((1, "very_poorly"), (2, "fairly_poorly"), (3, "neither"), (4, "fairly_well"), (5, "very_well"))
GROUPS: Codes = ((1, "decider"), (2, "server"), (3, "worker"))
OLD_GROUPS: Codes = (*GROUPS, (9, "employee"))
SIDES: Codes = ((1, "kela"), (2, "social"))
DISTRICTS: Codes = ((1, "north"), (2, "middle"), (3, "south"))
MODEL_QUESTIONS = ("m_consent", "m_phone", "m_desk_a", "m_desk_b")
MODELS = (
    Model("A", {"en": "Consent"}, {"en": "Consent"}, ("m_consent",)),
    Model("B", {"en": "Phone"}, {"en": "Phone"}, ("m_phone",)),
    Model("C", {"en": "Shared desk"}, {"en": "Desk"}, ("m_desk_a", "m_desk_b")),
)


def question(name: str, kind: str, codes: Codes = (), **more: object) -> Question:
    """A question with English labels and "cannot say" where it is coded."""
    entries = [Code(value, key, {"en": key}, {"en": key}) for value, key in codes]
    if codes and not more.get("derived"):
        words = {"en": "cannot say"}
        entries.append(Code(8, "cannot_say", words, words, MissingReason.DONT_KNOW))
    base = Question(name, kind, {"en": name}, {"en": name}, tuple(entries))  # type: ignore[arg-type]
    return replace(base, **more)  # type: ignore[arg-type]


def codebook() -> Codebook:
    """The questionnaire."""
    side = Derivation("group", {"decider": "kela", "server": "kela", "employee": "kela", "worker": "social"})
    questions = [
        question("group", "nominal", OLD_GROUPS),
        question("side", "nominal", SIDES, derived=side),
        question("district", "nominal", DISTRICTS),
        question("area", "set"),
        question("unit", "nominal", tuple((i, f"unit_{i}") for i in range(1, 13))),
        question("cooperation", "ordinal", FIVE, good=(4, 5)),
        question("quick", "ordinal", FIVE, good=(4, 5)),
        *(question(name, "nominal", STATUS, good=(1, 2)) for name in MODEL_QUESTIONS),
        question("nothing", "nominal", ((1, "yes"), (2, "no")), good=(1,)),
    ]
    return Codebook({entry.id: entry for entry in questions})


def _wave(year: int, *, asked: tuple[str, ...], equivalence: tuple[Equivalence, ...] = ()) -> Wave:
    names = ("group", "district", "area", "unit", *asked)
    design = WaveDesign(stratum=("district", "group"))
    return Wave(year, f"{year}.csv", {name: name for name in names}, design=design, equivalence=equivalence)


def study(*, analyses: tuple[Analysis, ...] = (), claims: tuple[Claim, ...] = ()) -> Study:
    """The study, with the list of analyses and claims that a test wants."""
    old = Equivalence("group", "similar", "employee", "decider")
    return Study(
        id="tiny",
        path=Path(),
        title={"en": "Tiny"},
        languages=("en",),
        published=date(2021, 6, 1),
        codebook=codebook(),
        waves={
            2019: _wave(2019, asked=("cooperation",), equivalence=(old,)),
            2021: _wave(2021, asked=("cooperation", "quick", *MODEL_QUESTIONS, "nothing")),
        },
        analyses=analyses,
        digest="0" * 64,
        roles=Roles("cooperation", "group", "side", "district", "area", "", "unit"),
        models=MODELS,
        model_states=ModelStates("established", "on_trial", "not_in_use", "nothing", "yes"),
        claims=claims,
    )


def _answers(generator: np.random.Generator, latent: NDArray[np.float64]) -> Integers:
    """Five points cut from a latent judgement, some of them "cannot say" or left blank."""
    value = np.digitize(latent, [-1.5, -0.5, 0.4, 1.4]).astype(np.int32) + 1
    chance = generator.random(len(latent))
    return np.where(chance < 0.08, DONT_KNOW, np.where(chance < 0.1, BLANK, value)).astype(np.int32)


def responses(year: int, *, size: int = 600, seed: int = 1) -> pd.DataFrame:
    """Answers of one wave as a survey holds them; in 2019 the deciders are called employees."""
    generator = np.random.default_rng([seed, year])
    group = generator.choice([1, 2, 3], size, p=[0.3, 0.2, 0.5]).astype(np.int32)
    district = generator.choice([1, 2, 3], size).astype(np.int32)
    kela = group < 3
    place = district * 10 + generator.integers(0, 9, size)
    area = [f"a{p}" if g == 3 and i % 11 else "" for i, (p, g) in enumerate(zip(place, group, strict=True))]
    columns: dict[str, object] = {
        "wave": np.full(size, year, dtype=np.int32),
        "group": np.where((year == 2019) & (group == 1), 9, group).astype(np.int32),
        "side": np.where(kela, 1, 2).astype(np.int32),
        "district": district,
        "area": area,
        "unit": np.where(kela, generator.integers(1, 13, size), NOT_ASKED).astype(np.int32),
    }
    states = {name: _states(generator, size, 0.15 + 0.1 * (i < 2)) for i, name in enumerate(MODEL_QUESTIONS)}
    known = np.column_stack(list(states.values()))
    latent = (
        generator.logistic(size=size) * 0.8 + 0.25 * np.isin(known, [1, 2]).sum(axis=1) + 0.4 * (group == 3)
    )
    columns["cooperation"] = _answers(generator, latent - 0.6)
    if year == 2021:
        columns["quick"] = _answers(generator, generator.normal(size=size))
        columns |= states
        none = ~np.isin(known, [1, 2]).any(axis=1)
        columns["nothing"] = np.where(generator.random(size) < 0.2, DONT_KNOW, np.where(none, 1, 2)).astype(
            np.int32
        )
    columns["_weight"] = np.where(kela, 1.5, 4.0) + 0.5 * (district == 1)
    return pd.DataFrame(columns)


def _states(generator: np.random.Generator, size: int, cannot_say: float) -> Integers:
    free = 1 - cannot_say
    chances = [0.3 * free, 0.15 * free, 0.55 * free, cannot_say]
    return generator.choice([1, 2, 3, DONT_KNOW], size, p=chances).astype(np.int32)
