"""Random studies: what is asked, who answered, and which tables are released together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.analysis import analyse
from barometri.results import Results
from barometri.study.codebook import Code, Codebook, Derivation, Question, QuestionKind
from barometri.study.codes import DONT_KNOW, MissingReason
from barometri.study.plan import Analysis, Model, ModelStates, Verb
from barometri.study.study import Roles, Study
from barometri.study.waves import Wave, WaveDesign
from barometri.survey import Survey
from barometri.survey.design import SurveyDesign

YEAR: Final = 2021
SIZE: Final = 2400
STATES: Final = (1, 2, 3, DONT_KNOW)
SHAPES: Final = ((5, 6), (5, 12), (5, 6, 4))
LARGEST, EVERY = (5, 12, 4), 40
"""The shape that takes longest, and how seldom it comes."""
FIVE, BLANK, SHORT = 5, 0.05, 2
NAMES: Final = ("district", "group", "kind")
KINDS: Final = ("even", "skewed", "zeros")
"""How respondents and answers lie over the cells."""


@dataclass(frozen=True, slots=True)
class TableSet:
    """One release: its name, its analyses by id, and its exact results."""

    name: str
    results: Results


def single(seed: int, index: int, *, size: int = SIZE) -> TableSet:
    """Return one random table set: a shape, an item and a spread that follow from ``index``."""
    shape: tuple[int, ...] = LARGEST if index % EVERY == EVERY // 10 else SHAPES[index % 3]
    item = ("two", "five", "top")[index // 3 % 3]
    if (
        item == "five" and len(shape) > SHORT
    ):  # five answers of that many cells are more than a topic may hold
        item = "top"
    points = 2 if item == "two" else FIVE
    kind = KINDS[index // 9 % 3]
    verb: Verb = "distribution" if item == "five" else "proportion"
    by = NAMES[: len(shape)]
    analyses = [Analysis("table", verb, ("answer",), by)]
    if item == "top" and len(shape) == SHORT:
        analyses += [Analysis("points", "distribution", ("answer",), by[:1])]
    frame = respondents(np.random.default_rng([seed, index]), shape, points, kind, size)
    study = study_of(shape, points, analyses)
    name = (
        f"{index:03d} {'x'.join(map(str, shape))} {points} points{' top two' if item == 'top' else ''} {kind}"
    )
    return TableSet(name, results_of(study, {YEAR: frame}))


def linked(seed: int, index: int, *, size: int = SIZE) -> TableSet:
    """Return one release of several tables that hang together."""
    kind = ("classes", "sides", "waves", "contrasts", "models")[index % 5]
    spread = KINDS[index // 5 % 3]
    rng = np.random.default_rng([seed, 10_000 + index])
    shape = (5, 6)
    lists: dict[str, list[Analysis]] = {
        "classes": [
            Analysis("points", "distribution", ("answer",), ("district", "group")),
            Analysis("good", "proportion", ("answer",), ("district", "group")),
            Analysis("asked", "proportion", ("answer",), ("group",), base="asked"),
        ],
        "sides": [
            Analysis("by_group", "distribution", ("answer",), ("group",)),
            Analysis("by_side", "distribution", ("answer",), ("district", "side")),
            Analysis("both", "proportion", ("answer",), ("district", "group")),
        ],
        "waves": [
            Analysis("over_waves", "change", ("answer",), ("group",), "all"),
            Analysis("latest", "distribution", ("answer",), ("district", "group")),
            Analysis("good", "proportion", ("answer",), ("district",), "all"),
        ],
        "contrasts": [
            Analysis("by_group", "distribution", ("answer",), ("group",)),
            *(_gap(code, shape[1]) for code in range(1, shape[1] + 1)),
        ],
        "models": [
            Analysis("models", "model_prevalence", (), ("district", "group")),
            Analysis("states", "model_prevalence", (), ("district",), states=True),
            Analysis("informed", "model_prevalence", (), ("group",), reading="informed"),
            Analysis("number", "number_of_models", (), ("district",)),
        ],
    }
    waves = (2019, YEAR) if kind == "waves" else (YEAR,)
    frames = {wave: respondents(rng, shape, 5, spread, size, wave=wave) for wave in waves}
    return TableSet(f"{index:02d} {kind} {spread}", results_of(study_of(shape, 5, lists[kind]), frames))


def filtered(seed: int, index: int, *, size: int = SIZE) -> Iterator[tuple[frozenset[str], TableSet]]:
    """Return releases that each leave one group out, and one that leaves nobody; with the groups kept."""
    rng = np.random.default_rng([seed, 20_000 + index])
    shape = (4, 4)
    frame = respondents(rng, shape, 5, KINDS[index % 3], size)
    study = study_of(shape, 5, [Analysis("points", "distribution", ("answer",), ("district",))])
    groups = frozenset(f"group_{code}" for code in range(1, shape[1] + 1))
    yield groups, TableSet("everybody", results_of(study, {YEAR: frame}))
    for code in range(1, shape[1] + 1):
        kept = frame[frame["group"] != code].reset_index(drop=True)
        yield groups - {f"group_{code}"}, TableSet(f"without {code}", results_of(study, {YEAR: kept}))


def _gap(code: int, groups: int) -> Analysis:
    """All but one group against that one."""
    rest = tuple(f"group_{other}" for other in range(1, groups + 1) if other != code)
    return Analysis(
        f"gap_{code}", "gaps", ("answer",), left={"group": rest}, right={"group": (f"group_{code}",)}
    )


def study_of(shape: Sequence[int], points: int, analyses: Sequence[Analysis]) -> Study:
    """Return the study that asks one item of respondents of some variables, and three models."""
    answers = _question("answer", "ordinal" if points == FIVE else "nominal", points)
    good = (4, 5) if points == FIVE else (2,)
    half = (shape[1] + 1) // 2
    sides = {f"group_{code}": f"side_{1 + (code > half)}" for code in range(1, shape[1] + 1)}
    questions = [
        *(_question(name, "nominal", many) for name, many in zip(NAMES, shape, strict=False)),
        Question(
            "side",
            "nominal",
            _label("side"),
            _label("side"),
            _codes("side", 2),
            derived=Derivation("group", sides),
        ),
        Question("answer", answers.kind, answers.label, answers.label, answers.codes, good=good),
        *(Question(f"m{i}", "nominal", _label("m"), _label("m"), _states(), good=(1, 2)) for i in (1, 2, 3)),
    ]
    names = (*NAMES[: len(shape)], "answer", "m1", "m2", "m3")
    design = WaveDesign(stratum=("district",))
    return Study(
        id="bench",
        path=Path(),
        title=_label("bench"),
        languages=("en",),
        published=date(2021, 6, 1),
        codebook=Codebook({q.id: q for q in questions}),
        waves={y: Wave(y, f"{y}.csv", {n: n for n in names}, design=design) for y in (2019, YEAR)},
        analyses=tuple(analyses),
        digest="0" * 64,
        roles=Roles("answer", "group", "side", "district", "", "", ""),
        models=tuple(Model(f"M{i}", _label("m"), _label("m"), (f"m{i}",)) for i in (1, 2, 3)),
        model_states=ModelStates("established", "on_trial", "not_in_use"),
    )


def respondents(
    rng: np.random.Generator, shape: Sequence[int], points: int, kind: str, size: int, *, wave: int = YEAR
) -> pd.DataFrame:
    """Draw respondents over unequal cells, and answers that differ by cell."""
    flat = {"even": 20.0, "skewed": 0.6, "zeros": 1.5}[kind]
    columns: dict[str, npt.NDArray[np.int32]] = {"wave": np.full(size, wave, dtype=np.int32)}
    for name, many in zip(NAMES, shape, strict=False):
        share = rng.dirichlet(np.full(many, flat))
        columns[name] = rng.choice(np.arange(1, many + 1), size, p=share).astype(np.int32)
    latent = rng.normal(size=size) + rng.normal(scale=0.6, size=shape[0])[columns["district"] - 1]
    latent += rng.normal(scale=0.8, size=shape[1])[columns["group"] - 1]
    cuts = [-1.5, -0.5, 0.4, 1.6] if points == FIVE else [1.0 if kind == "skewed" else 0.2]
    value = np.digitize(latent, cuts).astype(np.int32) + 1
    if kind == "zeros":  # whole groups never give some answers
        value[(columns["group"] == 1) & (value == 1)] = 2
        value[(columns["district"] == shape[0]) & (value == points)] = points - 1
    columns["answer"] = np.where(rng.random(size) < BLANK, DONT_KNOW, value).astype(np.int32)
    for i in (1, 2, 3):
        chances = np.array([0.3, 0.1, 0.5, 0.1])
        columns[f"m{i}"] = rng.choice(STATES, size, p=chances).astype(np.int32)
    half = (shape[1] + 1) // 2
    columns["side"] = np.where(columns["group"] > half, 2, 1).astype(np.int32)
    return pd.DataFrame(columns)


def results_of(study: Study, frames: dict[int, pd.DataFrame]) -> Results:
    """Return exact results."""
    design = SurveyDesign(weight="equal", stratum=("district",), single_psu="certainty")
    return analyse(study, {wave: Survey(f, design, study=study, wave=wave) for wave, f in frames.items()})


def _label(text: str) -> dict[str, str]:
    return {"en": text}


def _codes(name: str, many: int) -> tuple[Code, ...]:
    return tuple(Code(i, f"{name}_{i}", _label(f"{name} {i}"), _label(f"{i}")) for i in range(1, many + 1))


def _states() -> tuple[Code, ...]:
    words = ("established", "on_trial", "not_in_use")
    known = tuple(Code(i, word, _label(word), _label(word)) for i, word in enumerate(words, 1))
    return (
        *known,
        Code(8, "cannot_say", _label("cannot say"), _label("cannot say"), MissingReason.DONT_KNOW),
    )


def _question(name: str, kind: QuestionKind, many: int) -> Question:
    codes = _codes(name, many)
    if name == "answer":
        codes = (
            *codes,
            Code(8, "cannot_say", _label("cannot say"), _label("cannot say"), MissingReason.DONT_KNOW),
        )
    return Question(name, kind, _label(name), _label(name), codes)
