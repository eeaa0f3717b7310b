"""The simulated barometer of the reference set as waves of a study: groups, districts, twelve models."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from barometri.study.codebook import Code, Codebook, Question
from barometri.study.codes import DONT_KNOW
from barometri.study.plan import Model, ModelStates
from barometri.study.study import Roles, Study
from barometri.survey import Survey, SurveyDesign
from tests.reference_cases.people import CANNOT_SAY
from tests.reference_cases.reading import frame, load_cases

LEFT, RIGHT = "sostyo", "ratkaisu"
DISTRICTS = ("etela", "lansi", "keski", "ita", "pohjoinen")
MODELS = tuple(f"m{number:02}" for number in range(1, 13))
STATES = (Code(1, "established", {}, {}), Code(2, "on_trial", {}, {}), Code(3, "not_in_use", {}, {}))
DESIGN = SurveyDesign(weight="w", stratum=("district", "group"), fpc="N_h")


def study() -> Study:
    groups = tuple(dict.fromkeys(frame("sosbar_sim")["group"]))
    tick = (Code(0, "no", {}, {}), Code(1, "yes", {}, {}))
    questions = [
        Question("group", "nominal", {}, {}, _codes(groups)),
        Question("district", "nominal", {}, {}, _codes(DISTRICTS)),
        Question("good", "tick", {}, {}, tick, good=(1,)),
        *(Question(f"ga{number}", "tick", {}, {}, tick, good=(1,)) for number in (1, 2, 3, 4)),
        *(Question(name, "nominal", {}, {}, STATES, good=(1, 2)) for name in MODELS),
    ]
    return Study(
        id="sosbar",
        path=Path(),
        title={"en": "Barometer"},
        languages=("en",),
        published=date(2021, 6, 1),
        codebook=Codebook({question.id: question for question in questions}),
        waves={},
        analyses=(),
        digest="",
        roles=Roles(outcome="good", group="group", district="district"),
        models=tuple(Model(name, {}, {}, (name,)) for name in MODELS),
        model_states=ModelStates("established", "on_trial", "not_in_use"),
    )


def _codes(names: tuple[str, ...]) -> tuple[Code, ...]:
    return tuple(Code(place, name, {}, {}) for place, name in enumerate(names, start=1))


@cache
def waves() -> dict[int, Survey]:
    """Every wave as a survey of its own, with the population counts of its strata."""
    data = frame("sosbar_sim").copy()
    made = study()
    data["w"] = data["N_h"] / data.groupby(["wave", "district", "group"])["id"].transform("size")
    for name in ("group", "district"):
        places = {code.id: code.value for code in made.codebook[name].codes}
        data[name] = data[name].map(places).astype(np.int32)
    for item, name in (("coop", "good"), *((f"a{i}", f"ga{i}") for i in (1, 2, 3, 4))):
        known = data[item] != CANNOT_SAY
        data[name] = np.where(known & data[item].notna(), data[item] >= 4, DONT_KNOW).astype(np.int32)
    for name in MODELS:
        data[name] = data[name].replace(CANNOT_SAY, DONT_KNOW).fillna(DONT_KNOW).astype(np.int32)
    data["everybody"] = "all"
    years = sorted(data["wave"].unique().tolist())
    parts = {int(year): data[data["wave"] == year].reset_index(drop=True) for year in years}
    return {year: Survey(part, DESIGN, study=made, wave=year) for year, part in parts.items()}


def values(case: str) -> dict[str, Any]:
    """Return what R gave for a case of the set."""
    return next(one["values"] for one in load_cases("sosbar_sim") if one["id"] == case)
