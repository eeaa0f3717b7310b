"""Groups whose answers give the class away, among others whose answers do not: what is shown of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.analysis.answers import with_item
from barometri.association import association
from barometri.disclosure.protect import protect
from barometri.disclosure.protected import SUPPRESSED
from barometri.estimates import Estimates
from barometri.estimation import mean, proportion
from barometri.model_battery import NUMBER_OF_MODELS, count_models
from barometri.results import AnalysisResult, Provenance, Results
from barometri.study.codebook import Code, Codebook, Question
from barometri.study.codes import BLANK, LARGEST_MISSING
from barometri.study.plan import Analysis, DisclosureRules, Verb
from barometri.study.reading import read_study
from barometri.study.study import Study
from barometri.survey import Survey, SurveyDesign

Answers = npt.NDArray[np.int64]
CLOSED: Final = "closed"
_SCALE: Final = 5
_BLANK: Final = int(BLANK)


@dataclass(frozen=True, slots=True)
class Case:
    """A group: what is wrong with it, the number of answers of the scale, and its answers."""

    kind: str
    answers: int
    given: Answers


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Generate groups without end, every kind in turn, of a binary question and of a scale."""
    while True:
        for answers in (2, _SCALE):
            one = int(rng.integers(1, answers + 1))
            other = int(1 + (one - 1 + rng.integers(1, answers)) % answers)
            yield Case("14 of one answer", answers, np.full(14, one))
            for n in (5, 10, 14, 50):
                yield Case(f"all of {n}", answers, np.full(n, one))
            for n in (11, 14, 30, 50):
                yield Case("all but one", answers, np.array([other] + [one] * (n - 1)))
            few = int(rng.integers(2, 5))
            yield Case("all but a few", answers, np.array([other] * few + [one] * 40))
            two = rng.integers(1, answers + 1, 2)
            yield Case("2 of 12 answered", answers, np.concatenate([two, np.full(10, _BLANK)]))
            nine = rng.integers(1, answers + 1, int(rng.integers(1, 10)))
            yield Case("fewer than 10", answers, nine)


def survey(case: Case, rng: np.random.Generator) -> Survey:
    """Put a group among three others of usual answers, with weights."""
    sizes = rng.integers(60, 200, 3)
    others = [rng.integers(1, case.answers + 1, size) for size in sizes]
    values = np.concatenate([case.given, *others])
    names = np.repeat([1, 2, 3, 4], [len(case.given), *sizes])
    codes = tuple(_code(value, str(value)) for value in range(1, case.answers + 1))
    good = (1,) if case.answers == len("yn") else (4, 5)
    item = Question("item", "ordinal", {"en": "Item"}, {}, codes, good=good)
    groups = tuple(_code(value, f"g{value}" if value > 1 else CLOSED) for value in (1, 2, 3, 4))
    group = Question("group", "nominal", {"en": "Group"}, {}, groups)
    frame = pd.DataFrame(
        {
            "item": values.astype(np.int32),
            "group": names.astype(np.int32),
            "w": rng.uniform(1, 3, len(values)),
        }
    )
    return Survey(frame, SurveyDesign(weight="w"), codebook=Codebook({"item": item, "group": group}))


def _code(value: int, name: str) -> Code:
    return Code(value, name, {"en": name}, {"en": name})


_VERBS: Final[Mapping[str, Verb]] = {"share": "proportion", "each": "distribution", "mean": "mean"}


def release(data: Survey, estimates: Mapping[str, Estimates]) -> Results:
    """Make a run of one wave of estimates."""
    codebook = data.codebook or Codebook({})
    study = Study(
        "made_up",
        Path(),
        {"en": "Made up"},
        ("en",),
        date.min,
        codebook,
        waves={},
        analyses=(),
        digest="",
    )
    tables = {
        name: AnalysisResult(Analysis(name, _VERBS[name], ("item",), ("group",)), found)
        for name, found in estimates.items()
    }
    return Results(study, 1, tables, (), (), Provenance({}, "", ""))


def shown(case: Case, rng: np.random.Generator) -> int:
    """Count the records of a group that a release shows: of its share, its distribution and its mean."""
    data = survey(case, rng)
    share = proportion(data, ["item"], by="group", margins=True)
    each = proportion(data, ["item"], by="group", categories="each", margins=True)
    found = protect(release(data, {"share": share, "each": each, "mean": mean(data, ["item"], by="group")}))
    many = 0
    for name, table in found.tables.items():
        own = table.frame[table.frame["group"] == CLOSED]
        told = own[["estimate", "se", "ci_low", "ci_high", "n", "n_weighted", "df"]].notna().any(axis=1)
        allowed = own.index.isin(_safe(case, own)) if name == "each" else np.zeros(len(own), dtype=bool)
        many += int(((told | own["status"].ne(SUPPRESSED)) & ~allowed).sum())
    return many


def _safe(case: Case, rows: pd.DataFrame) -> list[int]:
    """Return the rows of a distribution that count at least five, of all but at least five."""
    least = DisclosureRules().minimum_k
    n = int((case.given != _BLANK).sum())
    if n < DisclosureRules().minimum_n:
        return []
    k = [int(np.isin(case.given, [int(v) for v in str(c).split("+")]).sum()) for c in rows["category"]]
    return [int(i) for i, count in zip(rows.index, k, strict=True) if least <= count <= n - least]


def with_few(
    data: Survey, variable: str, code: int, few: int, rng: np.random.Generator, *, outcome: str
) -> Survey:
    """Leave so few respondents with a code, all of whom a model counts; the others get the commonest code."""
    frame = data.frame.copy()
    answered = (data.values(outcome) > LARGEST_MISSING) & (
        count_models(data).values(NUMBER_OF_MODELS) > LARGEST_MISSING
    )
    own = frame[variable].to_numpy() == code
    having = np.concatenate(
        [rng.permutation(np.flatnonzero(own & answered)), np.flatnonzero(own & ~answered)]
    )
    usual = int(frame.loc[frame[variable] != code, variable].mode().iloc[0])
    frame.iloc[having[few:], frame.columns.get_loc(variable)] = usual
    design = replace(data.design, single_psu="adjust")
    return Survey(frame, design, codebook=data.codebook, study=data.study, wave=data.wave)


def shown_effects(data: Survey, outcome: str, rng: np.random.Generator) -> tuple[int, int]:
    """Refit models with a dummy for two people: how many numbers they have, and how many are shown."""
    study = data.study or read_study()
    variable = study.roles.group
    few = with_few(data, variable, int(rng.choice(data.frame[variable].unique())), 2, rng, outcome=outcome)
    shares, effects = association(few, outcome=outcome)
    modelled = tuple(effect for effect in effects if variable in effect.adjusted_for)
    table = AnalysisResult(Analysis("few", "association", (outcome,)), with_item(shares, outcome), modelled)
    run = Results(study, int(data.wave or 0), {"few": table}, (), (), Provenance({}, "", ""))
    told = protect(run).tables["few"].effects
    return len(told), sum(one.status != SUPPRESSED or bool(np.isfinite(one.estimate)) for one in told)


def counted(many: int, *, seed: int) -> Mapping[str, tuple[int, int]]:
    """Return, by kind, how many groups were generated and how many had a record shown."""
    rng = np.random.default_rng(seed)
    found: dict[str, tuple[int, int]] = {}
    for case in islice(cases(rng), many):
        tried, failed = found.get(case.kind, (0, 0))
        found[case.kind] = tried + 1, failed + (shown(case, rng) > 0)
    return found
