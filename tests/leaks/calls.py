"""Every public name called the right way, on responses that hold canaries."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import barometri as bm
from barometri.disclosure.protected import Protected
from barometri.study.plan import Analysis, Area, Areas
from barometri.study.study import Study
from barometri.study.waves import FrameCount
from barometri.survey import Survey, SurveyDesign
from tests import tiny_study
from tests.figures.made_up import everything
from tests.operations.small_report import write_small_report

CANARY = "131052-308T"
"""A personal identity code made for examples."""
NUMBER = 8675309.125
SIZE = 240
DESIGN = SurveyDesign(weight="_weight", stratum="district")
Call = Callable[[], object]


def study() -> Study:
    """A small study with one table, and two counties."""
    towns = {f"a{place}": "c1" if place % 2 else "c2" for place in range(10, 40)}
    areas = [Area(name, {"en": name}, {}, "county") for name in ("c1", "c2")]
    areas += [Area(town, {"en": town}, {}, "municipality") for town in towns]
    members = {"county": towns, "municipality": {town: town for town in towns}}
    labels = {name: {"en": name} for name in members}
    table = Analysis("well", "proportion", ("cooperation",), by=("district",))
    made = tiny_study.study(analyses=(table,))
    frame = tuple(
        FrameCount({"district": district, "group": group}, 100)
        for _, district in tiny_study.DISTRICTS
        for _, group in tiny_study.GROUPS
    )
    waves = {**made.waves, 2021: replace(made.waves[2021], frame=frame)}
    return replace(made, waves=waves, areas=Areas(tuple(areas), members, labels=labels))


def responses(year: int) -> pd.DataFrame:
    """Responses of a wave with a code and a number that nobody may see."""
    frame = tiny_study.responses(year, size=SIZE)
    generator = np.random.default_rng(year)
    person = np.array([f"p{i:04}" for i in range(SIZE)], dtype=object)
    person[7] = CANARY
    income = generator.normal(3000, 500, SIZE).round(2)
    income[7] = NUMBER
    good = np.isin(frame["cooperation"], [4, 5]).astype(np.float64)
    parts = {"letter": generator.choice(list("abcde"), SIZE), "other": generator.normal(size=SIZE)}
    return frame.assign(person=person, income=income, good=good, y=good * 2 + parts["other"], **parts)


@dataclass(frozen=True, slots=True)
class World:
    """What public calls are made on."""

    survey: Survey
    waves: Mapping[int, Survey]
    areas: Survey
    raw: Path
    protected: Protected
    out: Path

    @property
    def by(self) -> Any:  # noqa: ANN401 - a table of any verb
        """Means by letter."""
        return bm.mean(self.areas, "y", by="letter")


@cache
def world() -> World:
    """Surveys with canaries, and files of a small study."""
    waves = {year: Survey(responses(year), DESIGN, study=study(), wave=year) for year in (2019, 2021)}
    place = Path(tempfile.mkdtemp(prefix="calls"))
    areas = Survey(responses(2021), SurveyDesign(weight="_weight"))
    return World(waves[2021], waves, areas, write_small_report(place / "study"), everything(), place / "out")


@cache
def fit(kind: str) -> Any:  # noqa: ANN401 - a fit of any kind
    """A regression of each kind."""
    survey = world().areas
    if kind == "ordinal":
        return bm.ordinal_regression(world().survey, "cooperation ~ C(district)", se="information")
    if kind == "logistic":
        return bm.logistic_regression(survey, "good ~ letter + other")
    return bm.linear_regression(survey, "y ~ letter + other")


def attacked(waves: Mapping[int, Survey]) -> object:
    """Protect a run and attack it."""
    results = bm.analyse(study(), waves)
    return bm.attack(results, bm.protect(results))


def calls() -> dict[str, Call]:
    """One call of each public name, and of the rooms' names."""
    w = world()
    s, a, both = w.survey, w.areas, w.waves
    five = list("abcde")
    counts = {1: 300.0, 2: 300.0, 3: 300.0}
    table = pd.DataFrame(
        {"area": five, "direct": [1.0, 2, 3, 4, 5], "variance": [0.1] * 5, "x": [1.0, 2, 2, 4, 5]}
    )
    drawn = {name: (lambda name=name: getattr(bm.figures, name)(w.protected, language="fi"))
             for name in bm.figures.__all__ if name not in {"Chart", "draw", "save"}}  # fmt: skip
    return {
        "Replicates": lambda: bm.Replicates(("r1", "r2"), kind="jackknife", scale=0.5),
        "Survey": lambda: bm.Survey(responses(2021), DESIGN, study=s.study, wave=2021),
        "SurveyDesign": lambda: bm.SurveyDesign(weight="_weight", stratum=("district",)),
        "Survey.domain": lambda: s.domain(s["person"] == "p0001").n,
        "Survey.with_column": lambda: s.with_column("z", np.arange(SIZE, dtype=float)),
        "Survey.analytic": s.analytic,
        "Survey.repr": lambda: repr(Survey(responses(2021), DESIGN)),
        "adjust_p_values": lambda: bm.adjust_p_values([0.01, 0.02, 0.5]),
        "analyse": lambda: bm.analyse(study(), both),
        "association": lambda: bm.association(s),
        "attack": lambda: attacked(both),
        "benchmark_areas": lambda: bm.benchmark_areas(
            bm.small_areas(a, "y", area="letter"),
            groups=dict.fromkeys(five, "g"),
            shares=dict.fromkeys(five, 0.2),
            targets={"g": 1.0},
        ),
        "brant_test": lambda: bm.brant_test(fit("ordinal")),
        "calibrate": lambda: bm.calibrate(s, {"district": counts}),
        "change": lambda: bm.change(both, "cooperation"),
        "class_contrasts": lambda: bm.class_contrasts(s, cut=2),
        "cohen_kappa": lambda: bm.cohen_kappa(s, "m_consent", "m_phone"),
        "contrast": lambda: bm.contrast(w.by, {"d": [1.0, -1, 0, 0, 0]}),
        "correlation_test": lambda: bm.correlation_test(a, "y", "other"),
        "county": lambda: bm.county(s, "cooperation", division="county"),
        "dose_response": lambda: bm.dose_response(s),
        "effective_size": lambda: bm.effective_size(s, by="district"),
        "equivalence_test": lambda: bm.equivalence_test(a, "y", "good", margin=0.5),
        "fay_herriot": lambda: bm.fay_herriot(table, area="area", covariates=["x"]),
        "findings": lambda: bm.findings(w.protected, language="fi"),
        "frame_weights": lambda: bm.frame_weights(s),
        "gaps": lambda: bm.gaps(both, "cooperation", left={"side": ("kela",)}, right={"side": ("social",)}),
        "independence": lambda: bm.independence(a, "letter", "good"),
        "intersection_union": lambda: bm.intersection_union([0.01, 0.02]),
        "intraclass_correlation": lambda: bm.intraclass_correlation(a, "y", unit="letter"),
        "joint_test": lambda: bm.joint_test(w.by, [[1.0, -1, 0, 0, 0]]),
        "krippendorff_alpha": lambda: bm.krippendorff_alpha(s, ["m_consent", "m_phone"]),
        "linear_regression": lambda: bm.linear_regression(a, "y ~ letter"),
        "logistic_regression": lambda: bm.logistic_regression(a, "good ~ other"),
        "marginal_effects": lambda: bm.marginal_effects(fit("logistic")),
        "mean": lambda: bm.mean(a, ["y", "other"], by="letter"),
        "model_effects": lambda: bm.model_effects(s),
        "model_prevalence": lambda: bm.model_prevalence(s, by="district"),
        "number_of_models": lambda: bm.number_of_models(s),
        "ordinal_association": lambda: bm.ordinal_association(s, "cooperation", "quick"),
        "ordinal_regression": lambda: bm.ordinal_regression(s, "cooperation ~ C(district)"),
        "overlapping_change": lambda: bm.overlapping_change(both, "y", key="person", statistic="mean"),
        "overlapping_waves": lambda: bm.overlapping_waves(both, "y", key="person", statistic="mean"),
        "poisson_regression": lambda: bm.poisson_regression(a, "good ~ other"),
        "polychoric": lambda: bm.polychoric(s, "cooperation", "quick"),
        "population_variance": lambda: bm.population_variance(a, "y"),
        "poststratify": lambda: bm.poststratify(s, "district", counts),
        "predicted": lambda: bm.predicted(fit("logistic"), {"letter": ["a", "b"], "other": [0.0, 1.0]}),
        "profile_intervals": lambda: bm.profile_intervals(fit("ordinal")),
        "proportion": lambda: bm.proportion(s, "cooperation", by="district", categories="each"),
        "protect": lambda: bm.protect(bm.proportion(s, "cooperation", by="district")),
        "quantile": lambda: bm.quantile(a, "y", 0.5),
        "rake": lambda: bm.rake(s, {"district": counts}),
        "rank_test": lambda: bm.rank_test(a, "y", "good"),
        "rao_scott": lambda: bm.rao_scott(a, "letter", "good"),
        "ratio": lambda: bm.ratio(a, "y", "income"),
        "read_study": lambda: bm.read_study(w.raw),
        "read_surveys": lambda: bm.read_surveys(
            bm.read_study(w.raw), data=tempfile.mkdtemp(dir=w.raw.parent)
        ),
        "regions": lambda: bm.regions(s),
        "replicate": lambda: bm.replicate(s, "bootstrap", replicates=5, generator=np.random.default_rng(1)),
        "replicate_weights": lambda: bm.replicate_weights(bm.replicate(a, "jackknife")).shape,
        "response_rates": lambda: bm.response_rates(s),
        "scale_tests": lambda: bm.scale_tests(fit("ordinal")),
        "small_areas": lambda: bm.small_areas(a, "y", area="letter"),
        "standardise": lambda: bm.standardise(fit("logistic"), "letter"),
        "t_test": lambda: bm.t_test(a, "y", "good"),
        "total": lambda: bm.total(a, "y"),
        "trend_test": lambda: bm.trend_test(s, "cooperation", "district"),
        "trends": lambda: bm.trends(both, "cooperation"),
        "trim": lambda: bm.trim(s, upper=4.0),
        "wald_test": lambda: bm.wald_test(fit("linear"), "letter"),
        "weights": lambda: bm.weights(s).shape,
        "weights_summary": lambda: bm.weights_summary(s),
        "with_replicates": lambda: bm.with_replicates(
            bm.replicate(a, "jackknife"), lambda survey: {"n": float(survey.n)}
        ),
        "figures.draw": lambda: bm.figures.draw(w.protected, "prevalence", language="fi"),
        "figures.save": lambda: bm.figures.save(
            bm.figures.prevalence(w.protected, language="fi"), w.out / "figures", ("csv",)
        ),
        **{f"figures.{name}": call for name, call in drawn.items()},
        "report.build": lambda: bm.report.build(w.protected, language="fi"),
    }
