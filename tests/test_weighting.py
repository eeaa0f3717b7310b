"""Weighting: totals are reproduced, variances rest on residuals or replicates, and designs say so."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import barometri as bm
from barometri.errors import DesignError, OptionError
from barometri.estimation import mean, proportion, ratio, total
from barometri.survey import Survey, SurveyDesign

FloatArray = npt.NDArray[np.float64]
CLUSTERED = SurveyDesign(weight="w", stratum="h", psu="u")
COUNTS_G = {"a": 500.0, "b": 300.0, "c": 200.0}
COUNTS_K = {1: 400.0, 2: 600.0}
BOTH: Mapping[str, Mapping[Any, float]] = {"g": COUNTS_G, "k": COUNTS_K}
UNEVEN: Mapping[str, Mapping[Any, float]] = {"g": COUNTS_G, "k": {1: 1, 2: 1}}
WITH_X: Mapping[str, float | Mapping[Any, float]] = {"g": COUNTS_G, "x": 10_800.0}


def people(seed: int = 1, n: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    unit = np.arange(n) % 12
    return pd.DataFrame(
        {
            "w": rng.uniform(1, 5, n).round(3),
            "h": unit // 4,
            "u": unit,
            "N": np.array([9.0, 12.0, 20.0])[unit // 4],
            "g": rng.choice(["a", "b", "c"], n),
            "k": rng.integers(1, 3, n),
            "x": rng.normal(10, 2, n) + unit / 4,
            "y": rng.normal(5, 1, n) + unit / 6,
            "z": rng.integers(0, 2, n),
        }
    )


def clustered(seed: int = 1, design: SurveyDesign = CLUSTERED) -> Survey:
    return Survey(people(seed), design)


def margins(survey: Survey) -> tuple[dict[object, float], dict[object, float]]:
    found = [total(survey, by=name).frame for name in ("g", "k")]
    made = [dict(zip(frame.iloc[:, 0], frame["estimate"], strict=True)) for frame in found]
    return made[0], made[1]


def se(survey: Survey, item: str = "y") -> float:
    return float(mean(survey, item).frame["se"].iloc[0])


# ---------------------------------------------------------------------------------------- calibration
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_raked_weights_reproduce_every_margin(seed: int) -> None:
    raked = bm.rake(clustered(seed), BOTH)
    first, second = margins(raked)
    assert first == pytest.approx(COUNTS_G)
    assert second == pytest.approx(COUNTS_K)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(0.01, 1000))
def test_scaling_the_weights_changes_nothing_after_calibration(seed: int, factor: float) -> None:
    scaled = Survey(people(seed).assign(w=lambda d: d["w"] * factor), CLUSTERED)
    pair = (clustered(seed), scaled)
    for one, other in (
        [bm.poststratify(s, "g", COUNTS_G) for s in pair],
        [bm.rake(s, BOTH) for s in pair],
    ):
        assert bm.weights(other) == pytest.approx(bm.weights(one), rel=1e-8)
        assert se(other) == pytest.approx(se(one), rel=1e-7)


@pytest.mark.parametrize(
    ("method", "bounds"), [("linear", None), ("linear", (0.3, 4.0)), ("raking", None), ("logit", (0.3, 4.0))]
)
def test_calibrated_weights_reproduce_numbers_within_bounds(
    method: str, bounds: tuple[float, float] | None
) -> None:
    drawn = clustered()
    found = bm.calibrate(drawn, WITH_X, method=method, bounds=bounds)  # type: ignore[arg-type]
    size = float(bm.weights(drawn).sum())
    assert total(found, "x").frame["estimate"].iloc[0] == pytest.approx(10_800)
    assert margins(found)[0] == pytest.approx(COUNTS_G)
    factors = bm.weights(found) / bm.weights(drawn)
    assert size > 0
    if bounds is not None:
        assert bounds[0] - 1e-9 <= factors.min() <= factors.max() <= bounds[1] + 1e-9


def test_what_is_known_has_no_variance() -> None:
    found = bm.calibrate(clustered(), WITH_X)
    assert total(found, "x").frame["se"].iloc[0] == pytest.approx(0, abs=1e-6)
    assert total(found, by="g").frame["se"].to_numpy() == pytest.approx(np.zeros(3), abs=1e-7)
    assert se(found) < se(clustered())


def by_rows(
    data: pd.DataFrame, base: FloatArray, weight: FloatArray, x: FloatArray, z: FloatArray
) -> FloatArray:
    """Variance of ``sum w (z - x'B)`` over PSUs, written out on rows."""
    root = np.sqrt(base)[:, None]
    slopes = np.linalg.lstsq(x * root, z[:, None] * root, rcond=None)[0]
    influence = weight * (z - (x @ slopes)[:, 0])
    result = 0.0
    for _, stratum in data.assign(v=influence).groupby("h"):
        sums = stratum.groupby("u")["v"].sum().to_numpy()
        result += len(sums) / (len(sums) - 1) * float(((sums - sums.mean()) ** 2).sum())
    return np.array(result)


@pytest.mark.parametrize("method", ["linear", "raking"])
def test_variance_is_that_of_weighted_residuals_also_in_a_domain(method: str) -> None:
    data = people()
    found = bm.calibrate(clustered(), WITH_X, method=method)  # type: ignore[arg-type]
    weight, x = (
        bm.weights(found),
        np.column_stack([*(data["g"] == c for c in "abc"), data["x"]]).astype(float),
    )
    inside = (data["k"] == 1).to_numpy()
    part = weight * inside
    middle = float(part @ data["y"] / part.sum())
    z = inside * (data["y"].to_numpy() - middle) / part.sum()
    row = mean(found.domain(found["k"] == 1), "y").frame.iloc[0]
    assert row["estimate"] == pytest.approx(middle)
    assert row["se"] ** 2 == pytest.approx(by_rows(data, data["w"].to_numpy(), weight, x, z), rel=1e-9)


def test_residuals_carry_the_variance_at_every_stage() -> None:
    data = people().assign(M=40.0)
    design = SurveyDesign(weight="w", psu="u", fpc=("N", "M"))
    data["N"] = 24.0
    found = bm.poststratify(Survey(data, design), "g", COUNTS_G)
    weight = bm.weights(found)
    y = data["y"].to_numpy()
    z = (y - weight @ y / weight.sum()) / weight.sum()
    sums = pd.Series(data["w"] * z).groupby(data["g"]).sum() / data["w"].groupby(data["g"]).sum()
    data["v"] = weight * (z - data["g"].map(sums).to_numpy())
    units = data.groupby("u")["v"]
    first = (1 - 12 / 24) * 12 * units.sum().var()
    second = 12 / 24 * ((1 - units.size() / 40) * units.size() * units.var()).sum()
    assert len(found.coded.stages) == 2
    assert se(found) ** 2 == pytest.approx(first + second, rel=1e-9)


def test_several_adjustments_take_their_residuals_in_turn() -> None:
    once = bm.poststratify(clustered(), "g", COUNTS_G)
    twice = bm.poststratify(bm.trim(bm.poststratify(once, "k", COUNTS_K), upper=9), "g", COUNTS_G)
    assert margins(twice)[0] == pytest.approx(COUNTS_G)
    assert twice.coded.words.endswith(
        "post-stratified by g, post-stratified by k, trimmed at 9, post-stratified by g"
    )
    assert total(twice, by="g").frame["se"].to_numpy() == pytest.approx(np.zeros(3), abs=1e-7)


def test_contrasts_name_the_rule_of_their_variance() -> None:
    made = bm.replicate(clustered(), "jackknife")
    found = bm.contrast(mean(made, "y", by="z"), {"difference": [1, -1]})
    assert found.frame["method"].tolist() == ["t/jackknife"]


def test_elements_drawn_directly_give_the_same_as_units_of_one() -> None:
    data = people().assign(row=np.arange(240))
    rows = bm.rake(Survey(data, SurveyDesign(weight="w", stratum="h")), BOTH)
    # two people share the first unit: the design is then one of clusters, and nearly the same
    units = Survey(
        data.assign(row=np.where(data["row"] == 12, 0, data["row"])), replace(CLUSTERED, psu="row")
    )
    alike = bm.rake(units, BOTH)
    assert rows.coded.elements
    assert not alike.coded.elements
    for verb in (mean, total):
        one, other = verb(rows, ["x", "y"], by="z"), verb(alike, ["x", "y"], by="z")
        assert other.frame["se"].to_numpy() == pytest.approx(one.frame["se"].to_numpy(), rel=0.05)
        assert np.linalg.eigvalsh(one.covariance).min() > -1e-9 * np.abs(one.covariance).max()


def test_linear_calibration_may_reach_far_totals_by_negative_weights() -> None:
    found = bm.calibrate(clustered(), {"x": 20_000.0}, population=1000)
    assert bm.weights_summary(found).minimum < 0
    assert total(found, "x").frame["estimate"].iloc[0] == pytest.approx(20_000)


def test_a_domain_is_weighted_alone() -> None:
    drawn = clustered()
    inside = drawn.domain(drawn["z"] == 1)
    for part in (inside, drawn.domain((people()["z"] == 1).to_numpy())):
        found = bm.poststratify(part, "g", COUNTS_G)
        assert margins(found)[0] == pytest.approx(COUNTS_G)
        outside = (people()["z"] == 0).to_numpy()
        assert np.array_equal(bm.weights(found)[outside], bm.weights(drawn)[outside])
        assert total(found, by="g").frame["se"].to_numpy() == pytest.approx(np.zeros(3), abs=1e-7)


def test_order_of_rows_changes_nothing() -> None:
    shuffled = Survey(people().sample(frac=1, random_state=3).reset_index(drop=True), CLUSTERED)
    one, other = (proportion(bm.rake(s, BOTH), "z", by="g").frame for s in (clustered(), shuffled))
    pd.testing.assert_frame_equal(one, other, rtol=1e-10)


def test_a_changed_margin_is_calibrated_anew() -> None:
    found = bm.poststratify(clustered(), "g", COUNTS_G)
    turned = {"a": "b", "b": "a", "c": "c"}
    other = found.with_column("g", people()["g"].map(turned).to_numpy())
    assert margins(other)[0] == pytest.approx(COUNTS_G)
    assert not np.array_equal(bm.weights(found), bm.weights(other))


def test_the_companion_design_keeps_the_calibration() -> None:
    found = bm.poststratify(clustered(), "g", COUNTS_G)
    analytic = found.analytic()
    assert bm.weights(analytic) == pytest.approx(bm.weights(found))
    assert total(analytic, by="g").frame["se"].to_numpy() == pytest.approx(np.zeros(3), abs=1e-7)


# ------------------------------------------------------------------------------------------- limits
def test_trimming_keeps_the_sum_and_says_so() -> None:
    drawn = clustered()
    found = bm.trim(drawn, lower=1.5, upper=4)
    weight = bm.weights(found)
    assert weight.sum() == pytest.approx(bm.weights(drawn).sum())
    assert (weight.min(), weight.max()) == (pytest.approx(1.5), pytest.approx(4))
    assert "trimmed to 1.5–4" in mean(found, "y").design
    middle = float(np.median(bm.weights(drawn)))
    assert bm.weights(bm.trim(drawn, upper=1.2, unit="median")).max() == pytest.approx(1.2 * middle)


def test_summary_of_weights() -> None:
    survey = Survey(pd.DataFrame({"w": [1.0, 1.0, 1.0, 5.0]}), SurveyDesign(weight="w"))
    found = bm.weights_summary(survey)
    assert (found.n, found.total, found.maximum, found.max_to_median) == (4, 8.0, 5.0, 5.0)
    assert found.effective_n == pytest.approx(64 / 28)
    assert found.deff == pytest.approx(4 * 28 / 64)


# --------------------------------------------------------------------------------------- replicates
@pytest.mark.parametrize(
    "design",
    [CLUSTERED, replace(CLUSTERED, fpc="N"), SurveyDesign(weight="w", psu="u"), SurveyDesign(weight="w")],
    ids=["strata", "fpc", "clusters", "elements"],
)
def test_jackknife_of_totals_is_the_linearised_variance(design: SurveyDesign) -> None:
    survey = clustered(design=design)
    one, other = (total(s, ["x", "y"], by="g") for s in (survey, bm.replicate(survey, "jackknife")))
    assert other.covariance == pytest.approx(one.covariance, rel=1e-9)
    assert set(other.frame["method"].str.split("/").str[-1]) == {"jackknife"}
    assert other.frame["df"].tolist() == one.frame["df"].tolist()


@pytest.mark.parametrize(("kind", "rho"), [("brr", 0.5), ("fay", 0.3)])
def test_balanced_half_samples_of_totals_are_the_linearised_variance(kind: str, rho: float) -> None:
    survey = Survey(people().assign(h=lambda d: d["u"] // 2), CLUSTERED)
    made = bm.replicate(survey, kind, rho=rho)  # type: ignore[arg-type]
    assert total(made, ["x", "y"]).covariance == pytest.approx(total(survey, ["x", "y"]).covariance, rel=1e-9)
    assert made.degrees_of_freedom == survey.degrees_of_freedom


@pytest.mark.parametrize("fpc", [None, "N"])
def test_bootstrap_comes_near_the_linearised_variance(fpc: str | None) -> None:
    survey = clustered(design=replace(CLUSTERED, fpc=fpc))
    made = bm.replicate(survey, replicates=3000, generator=np.random.default_rng(5))
    for item in ("x", "y"):
        assert se(made, item) == pytest.approx(se(survey, item), rel=0.06)
    weight = bm.replicate_weights(made)
    assert weight.shape == (240, 3000)
    assert weight.min() >= 0
    assert weight.mean(axis=1) == pytest.approx(bm.weights(survey), rel=0.2)


def test_correction_can_be_left_out_and_a_census_does_not_vary() -> None:
    survey = clustered(design=replace(CLUSTERED, fpc="N"))
    without = bm.replicate(survey, "jackknife", fpc="none")
    assert total(without, "y").covariance == pytest.approx(total(clustered(), "y").covariance)
    assert "without FPC" in without.coded.words
    census = Survey(people().assign(N=4.0), replace(CLUSTERED, fpc="N"))
    made = bm.replicate(census, replicates=20, generator=np.random.default_rng(1))
    assert se(made) == pytest.approx(0, abs=1e-12)


def test_every_replicate_is_calibrated_anew() -> None:
    data, drawn = people(), clustered()
    made = bm.poststratify(bm.replicate(drawn, "jackknife"), "g", COUNTS_G)
    again = bm.replicate(bm.poststratify(drawn, "g", COUNTS_G), "jackknife")
    thetas = []
    for stratum, unit in sorted(set(zip(data["h"], data["u"], strict=True))):
        weight = data["w"] * np.where(data["h"] == stratum, 4 / 3, 1.0) * (data["u"] != unit)
        sums = weight.groupby(data["g"]).transform("sum")
        weight = weight * data["g"].map(COUNTS_G) / sums
        thetas.append(float(weight @ data["y"] / weight.sum()))
    expected = 3 / 4 * float(((np.array(thetas) - np.mean(thetas)) ** 2).sum())
    assert se(made) ** 2 == pytest.approx(expected)
    assert se(again) ** 2 == pytest.approx(expected)
    reached = pd.DataFrame(bm.replicate_weights(made)).groupby(data["g"]).sum()
    assert reached.to_numpy() == pytest.approx(np.repeat([[500.0], [300.0], [200.0]], 12, axis=1))


@pytest.mark.parametrize("form", ["weights", "multipliers"])
def test_supplied_weights_give_what_the_rule_gave(form: str) -> None:
    drawn = clustered()
    made = bm.replicate(drawn, "jackknife")
    columns = bm.replicate_weights(made)
    if form == "multipliers":
        columns = columns / bm.weights(drawn)[:, None]
    names = tuple(f"r{place}" for place in range(columns.shape[1]))
    data = people().assign(**dict(zip(names, columns.T, strict=True)))
    supplied = bm.Replicates(columns=names, kind="jackknife", rscales=(0.75,) * 12, form=form)  # type: ignore[arg-type]
    survey = Survey(data, SurveyDesign(weight="w", replicates=supplied))
    for verb in (mean, total):
        one, other = verb(made, ["x", "y"], by="g"), verb(survey, ["x", "y"], by="g")
        assert other.covariance == pytest.approx(one.covariance, rel=1e-9)
    assert ratio(survey, "x", "y").covariance == pytest.approx(ratio(made, "x", "y").covariance)
    assert survey.degrees_of_freedom == made.degrees_of_freedom == 9
    raked = [bm.rake(s, BOTH) for s in (made, survey)]
    assert se(raked[1]) == pytest.approx(se(raked[0]), rel=1e-9)


def test_any_statistic_has_a_replicate_variance() -> None:
    made = bm.replicate(clustered(), "jackknife")
    domain = made.domain(made["k"] == 1)

    def middle(survey: Survey) -> dict[str, float]:
        return {"mean": float(mean(survey, "y").frame["estimate"].iloc[0])}

    found = bm.with_replicates(domain, middle)
    assert found.se[0] == pytest.approx(se(domain))
    assert found.df == made.degrees_of_freedom
    with pytest.raises(DesignError, match="no replicate weights"):
        bm.with_replicates(clustered(), middle)


def test_a_domain_that_some_replicate_lacks_has_no_variance() -> None:
    survey = bm.replicate(clustered(), "jackknife")
    row = mean(survey.domain(survey["u"] == 3), "y").frame.iloc[0]
    assert np.isnan(row["se"])
    assert row["method"].startswith("not_estimable:")


def test_deviations_from_the_estimate_are_larger() -> None:
    made = [bm.replicate(clustered(), "jackknife", centre=centre) for centre in ("estimate", "replicates")]
    assert se(made[0]) > se(made[1])


def test_the_seed_decides_the_bootstrap() -> None:
    first, second, third = (
        bm.replicate(clustered(), replicates=50, generator=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert se(first) == se(second) != se(third)


def test_designs_say_what_was_done() -> None:
    found = bm.replicate(bm.rake(clustered(), BOTH), "jackknife")
    assert found.coded.words.endswith("raked to g, k, 12 jackknife replicates made of the units")
    assert mean(found, "y").design == found.coded.words


# ------------------------------------------------------------------------------------------- errors
@pytest.mark.parametrize(
    ("act", "error", "text"),
    [
        (lambda s: bm.poststratify(s, "g", {"a": 1, "b": 2}), DesignError, "without a population total"),
        (lambda s: bm.poststratify(s, "g", {**COUNTS_G, "d": 2}), OptionError, "no category 'd'"),
        (lambda s: bm.poststratify(s, ["g", "k"], COUNTS_G), OptionError, "one category of each"),
        (lambda s: bm.poststratify(s, "g", {**COUNTS_G, "a": 0}), OptionError, "must be positive"),
        (lambda s: bm.rake(s, UNEVEN), DesignError, "one sum"),
        (lambda s: bm.calibrate(s, {"g": 5.0}), OptionError, "no measured variable"),
        (lambda s: bm.calibrate(s, {"x": 9e4}, method="logit"), DesignError, "finite bounds"),
        (
            lambda s: bm.calibrate(s, {"x": 9e5}, method="logit", bounds=(0.9, 1.1)),
            DesignError,
            "misses a total",
        ),
        (lambda s: bm.trim(s, lower=3, upper=2), DesignError, "lower < upper"),
        (lambda s: bm.replicate(s, "brr"), DesignError, "strata of two units"),
        (lambda s: bm.replicate(s, "fay", rho=0), DesignError, "rho"),
        (bm.replicate, OptionError, "generator"),
        (lambda s: bm.replicate(s, "boot"), OptionError, "kind"),  # type: ignore[arg-type]
        (lambda s: bm.replicate(bm.replicate(s, "jackknife"), "jackknife"), DesignError, "already"),
        (lambda s: s.with_design(supplied("y", "neg")), DesignError, "negative"),
        (lambda s: s.with_design(supplied("y", "absent")), DesignError, "absent"),
        (lambda s: s.with_design(supplied("y")), DesignError, "two columns"),
    ],
)
def test_errors_say_what_to_do(
    act: Callable[[Survey], object], error: type[Exception], text: str | None
) -> None:
    survey = clustered().with_column("neg", -np.ones(240))
    with pytest.raises(error, match=text):
        act(survey)


def supplied(*columns: str) -> SurveyDesign:
    return SurveyDesign(weight="w", replicates=bm.Replicates(columns=columns, kind="bootstrap"))


def test_a_category_without_respondents_is_named() -> None:
    survey = clustered()
    inside = survey.domain(survey["g"] != "c")
    with pytest.raises(DesignError, match=r"no respondent \(c\)"):
        bm.poststratify(inside, "g", COUNTS_G)


def test_missing_values_are_counted_not_shown() -> None:
    data = people()
    data.loc[[3, 7], "x"] = np.nan
    with pytest.raises(DesignError, match="2 respondents have no value"):
        bm.calibrate(Survey(data, CLUSTERED), {"x": 2_000.0})


def test_lazy_frames_are_refused_in_words() -> None:
    data = people()
    survey = Survey(duckdb.from_df(data), CLUSTERED)
    with pytest.raises(DesignError, match="in memory"):
        bm.poststratify(survey, "g", COUNTS_G)


def test_strata_of_one_unit() -> None:
    data = people()
    data.loc[data["u"] == 0, "h"] = 9
    lonely = bm.replicate(Survey(data, CLUSTERED), "jackknife")
    with pytest.raises(DesignError, match="single sampling unit"):
        mean(lonely, "y")
    certain = replace(CLUSTERED, single_psu="certainty")
    one, other = (
        total(s, "y") for s in (Survey(data, certain), bm.replicate(Survey(data, certain), "jackknife"))
    )
    assert other.covariance == pytest.approx(one.covariance)
    with pytest.raises(DesignError, match="certainty"):
        bm.replicate(Survey(data, replace(CLUSTERED, single_psu="adjust")), "jackknife")
