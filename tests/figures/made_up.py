"""Protected tables in the shape of the demonstration's, made up straight from the types."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from barometri.disclosure.protected import (
    SHOWN,
    SMALL_BASE,
    SUPPRESSED,
    TOTAL,
    UNRELIABLE,
    Protected,
    ProtectedClaim,
    ProtectedEffect,
    ProtectedTable,
)
from barometri.results import Provenance, Verdict
from barometri.study.plan import Analysis, ChartKind, Verb
from barometri.study.reading import read_study
from barometri.study.study import Study

MODELS = {"M01": 0.61, "M02": 0.45, "M03": 0.42, "M04": 0.28, "M05": 0.33, "M06": 0.17}
DISTRICTS = ("etelainen", "lantinen", "keskinen", "itainen", "pohjoinen")
SIDES = ("kela", "social_services")
GROUPS = {
    "decision_specialist": 310,
    "service_specialist": 140,
    "supervisor": 52,
    "social_worker": 470,
    "social_director": 75,
}
SCALE = ("very_poorly", "fairly_poorly", "neither", "fairly_well", "very_well")
STATEMENTS = (
    "statement_decision_quickly",
    "statement_expertise_sufficient",
    "statement_steered_online",
    "statement_information_exchange_burden",
)
VALUES = ("estimate", "se", "ci_low", "ci_high", "n", "n_weighted", "df", "method", "status", "mark")

Row = dict[str, object]


@cache
def study() -> Study:
    """Return the demonstration study."""
    return read_study()


def row(keys: Mapping[str, object], share: float, n: int, *, mark: str = "") -> Row:
    """A shown row with a plausible interval and the status of its base."""
    half = 1.96 * math.sqrt(max(share * (1 - share), 0.02) / n)
    status = SHOWN if n >= 50 else SMALL_BASE if n >= 20 else UNRELIABLE
    numbers = (share, half / 2, max(share - half, 0.0), min(share + half, 1.0), n, n * 4, n - 10)
    rounded = [round(float(x), 3) for x in numbers]
    return {**keys, **dict(zip(VALUES, [*rounded, "korn_graubard/taylor", status, mark], strict=True))}


def hidden(keys: Mapping[str, object]) -> Row:
    """A suppressed row: every number is missing."""
    nan = float("nan")
    numbers = [nan] * 7
    return {**keys, **dict(zip(VALUES, [*numbers, "korn_graubard/taylor", SUPPRESSED, ""], strict=True))}


def table(
    name: str,
    rows: Iterable[Row],
    *,
    verb: Verb,
    chart: ChartKind,
    by: Sequence[str] = (),
    items: Sequence[str] = (),
    statistic: str = "proportion",
    effects: Sequence[ProtectedEffect] = (),
    states: bool = False,
    sides: tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]] = ({}, {}),
) -> ProtectedTable:
    """A protected table; titles come from the demonstration's analysis of the same name where it has one."""
    known = {analysis.id: analysis for analysis in study().analyses}
    left, right = sides
    analysis = Analysis(
        name, verb, tuple(items), tuple(by), chart=chart, states=states, left=left, right=right
    )
    if chart == "waves":
        analysis = replace(analysis, waves="all")
    if name in known:
        analysis = replace(analysis, title=known[name].title, base=known[name].base)
    return ProtectedTable(
        analysis=analysis,
        statistic=statistic,
        by=tuple(by),
        frame=pd.DataFrame(list(rows)),
        design="10 strata, elements, weights N_h/r_h, no FPC",
        effects=tuple(effects),
    )


def prevalence(*, without: str = "") -> ProtectedTable:
    rows = []
    for item, share in MODELS.items():
        for category, part in (("agreed", 1.0), ("established", 0.62), ("on_trial", 0.38)):
            keys = {"item": item, "category": category}
            rows.append(hidden(keys) if item == without else row(keys, share * part, 1047))
    return table("prevalence", rows, verb="model_prevalence", chart="prevalence", states=True)


def nothing_agreed() -> ProtectedTable:
    rows = [row({"item": "model_nothing_agreed"}, 0.12, 1012)]
    return table("nothing_agreed", rows, verb="proportion", chart="", items=["model_nothing_agreed"])


def districts(*, without: bool = True) -> ProtectedTable:
    generator = np.random.default_rng(4)
    rows = []
    for item, share in MODELS.items():
        for i, district in enumerate((*DISTRICTS, TOTAL)):
            for side in (*SIDES, TOTAL):
                keys = {"item": item, "district": district, "side": side}
                n = (1047 if district == TOTAL else 210) // (1 if side == TOTAL else 2)
                tilt = 0.0 if district == TOTAL else float(generator.normal(0, 0.08))
                if item == "M01":
                    tilt = {0: -0.2, 2: 0.2}.get(i, 0.0)
                value = min(max(share + tilt, 0.03), 0.95)
                gone = without and item == "M06" and district in ("itainen", "pohjoinen") and side != TOTAL
                small = 44 if district == "pohjoinen" and side == "kela" else n
                rows.append(hidden(keys) if gone else row(keys, value, small))
    return table(
        "models_by_district", rows, verb="model_prevalence", chart="districts", by=["district", "side"]
    )


def nothing_by_district() -> ProtectedTable:
    shares = (0.08, 0.14, 0.05, 0.27, 0.12)
    rows = [
        row({"item": "model_nothing_agreed", "district": d}, s, 205)
        for d, s in zip(DISTRICTS, shares, strict=True)
    ]
    rows.append(row({"item": "model_nothing_agreed", "district": TOTAL}, 0.12, 1012))
    return table(
        "nothing_agreed_by_district", rows, verb="proportion", chart="dots", by=["district"],
        items=["model_nothing_agreed"],
    )  # fmt: skip


def likert(*, partly: str = "", wholly: str = "") -> ProtectedTable:
    shares = {
        "decision_specialist": (0.13, 0.24, 0.29, 0.27, 0.07),
        "service_specialist": (0.08, 0.19, 0.3, 0.35, 0.08),
        "supervisor": (0.04, 0.15, 0.23, 0.45, 0.13),
        "social_worker": (0.09, 0.17, 0.27, 0.37, 0.1),
        "social_director": (0.04, 0.13, 0.24, 0.46, 0.13),
    }
    rows = []
    for group, n in GROUPS.items():
        for i, category in enumerate((*SCALE, "cannot_say")):
            keys = {"category": category, "group": group}
            share = 0.08 if category == "cannot_say" else shares[group][i]
            gone = group == wholly or (group == partly and category in ("very_poorly", "fairly_poorly"))
            small = 41 if group == "supervisor" else n
            rows.append(hidden(keys) if gone else row(keys, share, small))
    return table(
        "cooperation_by_group", rows, verb="distribution", chart="likert", by=["group"], items=["cooperation"]
    )


def statements() -> ProtectedTable:
    scale = ("completely_disagree", "somewhat_disagree", "neither", "somewhat_agree", "completely_agree")
    rows = []
    for k, item in enumerate(STATEMENTS):
        for category, share in zip(scale, np.roll((0.07, 0.21, 0.17, 0.33, 0.22), k), strict=True):
            rows.append(row({"item": item, "category": category}, float(share), 980 - 12 * k))
    return table("statements", rows, verb="distribution", chart="likert", items=STATEMENTS)


def merged() -> ProtectedTable:
    rows = []
    for district in DISTRICTS:
        for category, share in (
            ("very_poorly+fairly_poorly", 0.31),
            ("neither", 0.27),
            ("fairly_well+very_well", 0.42),
        ):
            rows.append(row({"category": category, "district": district}, share, 190))
    return table(
        "cooperation_by_district",
        rows,
        verb="distribution",
        chart="likert",
        by=["district"],
        items=["cooperation"],
    )


def number_of_models(*, without: str = "") -> ProtectedTable:
    cells = {"0": (0.24, 160), "1": (0.35, 290), "2": (0.43, 260), "3+": (0.58, 320)}
    rows = []
    for name, (share, n) in cells.items():
        keys = {"number_of_models": name}
        rows.append(hidden(keys) if name == without else row(keys, share, n))
    effect = ProtectedEffect("somers_d", 0.18, 0.12, 0.24, 1030, "<.01", "taylor", "D = 0", SHOWN)
    return table(
        "cooperation_by_number_of_models", rows, verb="association", chart="number_of_models",
        by=["number_of_models"], items=["cooperation"], effects=[effect],
    )  # fmt: skip


def waves(*, without: bool = False) -> ProtectedTable:
    paths = {
        "decision_specialist": (0.41, 0.44, 0.45, 0.33),
        "service_specialist": (None, None, 0.4, 0.43),
        "supervisor": (0.5, 0.52, 0.49, 0.55),
        "social_worker": (0.27, 0.33, 0.38, 0.46),
        "social_director": (0.45, 0.47, 0.52, 0.59),
    }
    rows = []
    for group, path in paths.items():
        for year, share in zip((2017, 2018, 2019, 2021), path, strict=True):
            if share is None:
                continue
            keys = {"wave": year, "item": "cooperation", "group": group}
            mark = "similar" if group == "decision_specialist" and year < 2019 else ""
            gone = without and group == "supervisor" and year == 2018
            rows.append(hidden(keys) if gone else row(keys, share, GROUPS[group], mark=mark))
    return table(
        "cooperation_over_waves", rows, verb="change", chart="waves", by=["group"], items=["cooperation"]
    )


def waves_of_sides() -> ProtectedTable:
    rows = []
    for k, item in enumerate(STATEMENTS[:3]):
        for side, start in zip(SIDES, (0.52, 0.31), strict=True):
            for i, year in enumerate((2017, 2018, 2019, 2021)):
                keys = {"wave": year, "item": item, "side": side}
                mark = "different" if k == 1 and year == 2017 else ""
                rows.append(
                    row(
                        keys,
                        start + (0.04 * i + 0.05 * k) * (1 if side == "kela" else -0.6) + 0.05,
                        480,
                        mark=mark,
                    )
                )
    return table(
        "statements_over_waves", rows, verb="change", chart="waves", by=["side"], items=STATEMENTS[:3]
    )


def waves_of_two() -> ProtectedTable:
    rows = []
    for side, path in zip(SIDES, ((0.45, 0.47, 0.44, 0.41), (0.29, 0.33, 0.4, 0.46)), strict=True):
        for year, share in zip((2017, 2018, 2019, 2021), path, strict=True):
            keys = {"wave": year, "item": "cooperation", "side": side}
            rows.append(row(keys, share, 41 if year == 2017 else 480))
    return table(
        "cooperation_of_sides", rows, verb="change", chart="waves", by=["side"], items=["cooperation"]
    )


def tiles(*, without: str = "") -> ProtectedTable:
    shares = dict(zip(DISTRICTS, (0.31, 0.24, 0.47, 0.18, 0.29), strict=True))
    rows = []
    for district, share in {**shares, TOTAL: 0.3}.items():
        for category, part in (("0", 0.3), ("1", 0.4), ("2", 0.3), ("3+", 1.0)):
            keys = {"category": category, "district": district}
            value = share if part == 1.0 else (1 - share) * part
            n = 1047 if district == TOTAL else 205
            rows.append(hidden(keys) if district == without else row(keys, value, n))
    return table(
        "number_of_models_by_district", rows, verb="number_of_models", chart="tiles", by=["district"]
    )


def dots_by_group() -> ProtectedTable:
    shares = dict(zip(GROUPS, (0.34, 0.43, 0.58, 0.47, 0.59), strict=True))
    rows = [row({"group": group}, share, GROUPS[group]) for group, share in shares.items()]
    rows.append(row({"group": TOTAL}, 0.44, 1047))
    return table(
        "good_cooperation_by_group",
        rows,
        verb="proportion",
        chart="dots",
        by=["group"],
        items=["cooperation"],
    )


def dots_by_district_and_side() -> ProtectedTable:
    rows = []
    for i, district in enumerate((*DISTRICTS, TOTAL)):
        for side in (*SIDES, TOTAL):
            keys = {"district": district, "side": side}
            gone = district == "itainen" and side == "kela"
            rows.append(hidden(keys) if gone else row(keys, 0.35 + 0.03 * i, 95))
    return table(
        "good_cooperation_by_district", rows, verb="proportion", chart="dots", by=["district", "side"],
        items=["cooperation"],
    )  # fmt: skip


def effect(
    name: str,
    about: Mapping[str, str],
    value: float,
    half: float,
    *,
    n: int = 828,
    p: str = ".03",
    adjusted: str = "",
    held: Sequence[str] = (),
) -> ProtectedEffect:
    """A shown effect."""
    low, high = round(value - half, 3), round(value + half, 3)
    status = SHOWN if n >= 50 else SMALL_BASE
    return ProtectedEffect(
        name, value, low, high, n, p, "t/taylor", "", status, tuple(held), adjusted, dict(about)
    )


def without(one: ProtectedEffect) -> ProtectedEffect:
    """The effect when it is suppressed: every number is missing."""
    nan = float("nan")
    gone = replace(one, estimate=nan, ci_low=nan, ci_high=nan, n=0, p_text="", adjusted_p_text="")
    return replace(gone, status=SUPPRESSED)


def forest(*, hide: str = "", only: str = "") -> ProtectedTable:
    marginal = {"M01": 0.19, "M02": 0.076, "M03": 0.151, "M04": 0.171, "M05": 0.082, "M06": 0.127}
    conditional = {"M01": 0.145, "M02": -0.011, "M03": 0.1, "M04": 0.118, "M05": 0.025, "M06": 0.078}
    effects = []
    for kind, values in (("marginal", marginal), ("conditional", conditional)):
        for item, value in values.items():
            if only and item != only:
                continue
            adjusted = "<.01" if value > 0.14 else ".14"
            about = {"item": item, "kind": kind}
            one = effect("model_points", about, value, 0.08, adjusted=adjusted, held=("group", "district"))
            effects.append(without(one) if item == hide else one)
            effects.append(replace(one, name="model_score", estimate=round(value * 3, 2)))
    rows = [row({"item": item}, share, 1010) for item, share in MODELS.items()]
    return table(
        "annex_model_effects",
        rows,
        verb="model_effects",
        chart="forest",
        items=["cooperation"],
        effects=effects,
    )


def equivalence(verdict: Verdict = Verdict.NOT_SHOWN_EITHER_WAY) -> ProtectedClaim:
    """The study's claim that a model makes no difference, judged."""
    claim = next(one for one in study().claims if one.kind == "equivalence")
    return ProtectedClaim(
        claim, verdict, 0.069, -0.019, 0.157, 800, 60, ".28", ".28", "points", 0.9, "equivalence/cr2"
    )


def profile(*, hide: tuple[str, str] = ("", ""), districts: Sequence[str] = DISTRICTS) -> ProtectedTable:
    effects, rows = [], []
    for i, (item, share) in enumerate([*MODELS.items(), ("cooperation", 0.44)]):
        for j, district in enumerate((*districts, TOTAL)):
            value = 0.165 if (i, j) == (4, 0) else -0.14 if (i, j) == (0, 3) else round(0.01 * (i - j), 3)
            about = {"item": item, "district": district}
            adjusted = "<.01" if abs(value) > 0.1 else "1.00"
            if district != TOTAL:
                one = effect("district_minus_rest", about, value, 0.08, n=1010, adjusted=adjusted)
                effects.append(without(one) if (item, district) == hide else one)
            if item in MODELS:
                gone = (item, district) == hide
                rows.append(hidden(about) if gone else row(about, share, 1010 if district == TOTAL else 200))
    for item in ("number_of_models", "cooperation"):
        for j, district in enumerate(districts):
            about = {"item": item, "district": district}
            one = effect("district_rank", about, float(j + 1), 0.0, n=180, p="")
            effects.append(replace(one, ci_low=1.0, ci_high=float(len(districts))))
    about = {"item": "cooperation", "districts": str(len(districts))}
    r = effect("district_correlation", about, 0.64, 0.0, n=923, p="")
    effects.append(replace(r, ci_low=float("nan"), ci_high=float("nan")))
    return table("annex_regions", rows, verb="regions", chart="profile", by=["district"], effects=effects)


def ranks() -> ProtectedTable:
    made = profile()
    return replace(made, analysis=replace(made.analysis, id="ranks_of_districts", chart="ranks", title={}))


def gaps(*, hide: int = 0, latest: float = 0.089) -> ProtectedTable:
    sides = ({"group": ("social_worker",)}, {"group": ("decision_specialist",)})
    path = {2017: -0.068, 2018: -0.055, 2019: -0.138, 2021: latest}
    effects, rows = [], []
    for year, value in path.items():
        about = {"item": "cooperation", "wave": str(year), **({"mark": "similar"} if year < 2019 else {})}
        one = effect("gap", about, value, 0.08, n=600, adjusted=".03")
        effects.append(without(one) if year == hide else one)
        rows += [
            row({"wave": year, "item": "cooperation", "group": group}, 0.4, 300)
            for group in ("decision_specialist", "social_worker")
        ]
    about = {"item": "cooperation", "wave": "2021", "against": "2019"}
    turned = ".03" if abs(latest) > 0.08 else ".46"
    effects.append(effect("gap_reversal", about, latest, 0.08, n=1171, p=turned))
    return table(
        "annex_gap",
        rows,
        verb="gaps",
        chart="reversal",
        by=["group"],
        items=["cooperation"],
        effects=effects,
        sides=sides,
    )


def fitted(*, hide: str = "") -> ProtectedTable:
    shares = {"0": 0.27, "1": 0.36, "2": 0.45, "3+": 0.57}
    effects = [
        effect("predicted_share", {"number_of_models": name}, share, 0.04, p="", held=("group", "district"))
        for name, share in shares.items()
    ]
    effects = [without(one) if one.about["number_of_models"] == hide else one for one in effects]
    plain = number_of_models()
    return replace(
        plain,
        analysis=replace(plain.analysis, id="annex_dose_response", verb="dose_response", chart=""),
        effects=tuple(effects),
    )


def means_by_district(*, hide: str = "") -> ProtectedTable:
    rows = []
    for district, value in zip((*DISTRICTS, TOTAL), (2.3, 2.2, 2.3, 1.7, 2.0, 2.1), strict=True):
        keys = {"item": "number_of_models", "district": district}
        one = row(keys, 0.4, 158) | {"estimate": value, "ci_low": value - 0.2, "ci_high": value + 0.2}
        rows.append(hidden(keys) if district == hide else one)
    return table(
        "annex_mean_number_by_district", rows, verb="mean", chart="scatter", by=["district"],
        items=["number_of_models"], statistic="mean",
    )  # fmt: skip


def protected(*tables: ProtectedTable, claims: Sequence[ProtectedClaim] = ()) -> Protected:
    """Protected results that hold these tables."""
    return Protected(
        study=study(),
        wave=2021,
        tables={one.analysis.id: one for one in tables},
        claims=tuple(claims),
        waves=(),
        hidden=(),
        provenance=Provenance(inputs={}, study_digest="", version="0"),
    )


@cache
def everything() -> Protected:
    """One table of each kind of chart, some records hidden."""
    return protected(
        prevalence(),
        nothing_agreed(),
        districts(),
        nothing_by_district(),
        likert(partly="social_director"),
        statements(),
        merged(),
        number_of_models(without="1"),
        waves(without=True),
        waves_of_sides(),
        waves_of_two(),
        tiles(without="lantinen"),
        dots_by_group(),
        dots_by_district_and_side(),
        forest(hide="M05"),
        profile(hide=("M06", "itainen")),
        ranks(),
        gaps(),
        fitted(),
        means_by_district(),
        claims=[equivalence()],
    )
