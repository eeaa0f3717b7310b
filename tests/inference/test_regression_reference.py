"""Linear, logistic and proportional-odds fits with design-based errors against stored values."""

import re
from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from barometri.inference.linearization import covariance, covariance_from_moments, make_strata
from barometri.inference.regression import Fit, fit_linear, fit_logistic, fit_ordinal
from barometri.inference.sandwich import sandwich, score_moments, score_totals
from barometri.inference.separation import separated_columns
from tests.inference.samples import Cases, Floats, Load, Sample, sample_of

SETS = ["srs", "srs_nofpc", "strat", "strat_nofpc", "clus1", "clus1_nofpc"]
LastWave = Callable[..., tuple[Sample, NDArray[np.bool_]]]


def column(frame: pd.DataFrame, name: str) -> Floats:
    """The column of a design matrix that R calls by this name."""
    if ":" in name:
        return np.asarray(np.prod([column(frame, part) for part in name.split(":")], axis=0))
    if name == "(Intercept)":
        return np.ones(len(frame))
    if name in frame:
        return frame[name].to_numpy(dtype=float)
    plain = re.sub(r"^I\((.*) == \"(.*)\"\)TRUE$|^relevel\(factor\((.*)\), \".*\"\)(.*)$", r"\1\3\2\4", name)
    source = max((str(c) for c in frame if plain.startswith(str(c))), key=len)
    return np.asarray(frame[source] == plain.removeprefix(source), dtype=float)


def check(kind: str, sample: Sample, y: pd.Series, inside: NDArray[np.bool_], stored: Cases) -> Fit:
    names = [name for name in stored["coef"] if "|" not in name]
    x = np.column_stack([column(sample.frame, name) for name in names])
    # rows outside the domain stay, with weight 0
    weight = np.where(inside & y.notna().to_numpy() & np.isfinite(x).all(axis=1), sample.weight, 0.0)
    fitter = {"linear": fit_linear, "logistic": fit_logistic, "ordinal": fit_ordinal}[kind]
    fit = fitter(y.fillna(0).to_numpy(dtype=float), x, weight)
    assert fit.converged
    totals = score_totals(fit.scores, weight, sample.unit, len(sample.unit_stratum))
    v = sandwich(fit.information, covariance(totals, sample.unit_stratum, sample.strata))
    # R stops its logistic iterations at 1e-8 of the deviance, which its standard errors feel
    relative = {"linear": 1e-9, "ordinal": 1e-7, "logistic": 3e-6}[kind]
    wanted = list(stored["coef"].values())
    np.testing.assert_allclose(fit.parameters, wanted, rtol=relative)
    np.testing.assert_allclose(np.sqrt(np.diag(v)), list(stored["se"].values()), rtol=relative)
    np.testing.assert_allclose(v, stored["vcov"], rtol=relative, atol=relative * np.abs(v).max())
    by_unit = covariance(sample.by_unit(fit.influence), sample.unit_stratum, sample.strata)
    np.testing.assert_allclose(by_unit, v, rtol=1e-8, atol=1e-10 * np.abs(v).max())
    assert np.abs(fit.scores.T @ weight).max() < 1e-9 * (np.abs(fit.scores.T) @ weight).max()
    return fit


SEPARATED = [
    ("srs", "glm_binomial"),
    ("srs_nofpc", "glm_binomial"),
    ("strat", "glm_binomial"),
    ("clus1", "glm_binomial"),
    ("strat_nofpc", "trend_logit"),
]
CASES = ["glm_gaussian", "glm_binomial", "trend_logit", "trend_linear", "olr_precise"]


@pytest.mark.parametrize(("prefix", "case"), [pair for pair in product(SETS, CASES) if pair not in SEPARATED])
def test_school_samples(reference: Load, school_sample: Load, prefix: str, case: str) -> None:
    sample = school_sample(prefix)
    binary = "both" if prefix == "strat_nofpc" else "hi"
    yes = (sample.frame[binary].astype(str).isin(["Yes", "1"])).astype(float)
    number = "meals" if prefix.endswith("_nofpc") and prefix != "srs_nofpc" else "enroll"
    kind, y = {
        "glm_gaussian": ("linear", sample.frame[number]),
        "glm_binomial": ("logistic", yes),
        "trend_logit": ("logistic", yes),
        "trend_linear": ("linear", yes),
        "olr_precise": ("ordinal", sample.frame["perf5"]),
    }[case]
    stored = reference("api_" + prefix.removesuffix("_nofpc"))[f"{prefix}.{case}"]
    check(kind, sample, y, np.ones(len(y), dtype=bool), stored)


@pytest.mark.parametrize(("prefix", "case"), SEPARATED)
def test_fits_that_other_software_reports_without_a_finite_maximum(
    reference: Load, school_sample: Load, prefix: str, case: str
) -> None:
    sample = school_sample(prefix)
    yes = sample.frame["both" if prefix == "strat_nofpc" else "hi"].astype(str).isin(["Yes", "1"])
    stored = reference("api_" + prefix.removesuffix("_nofpc"))[f"{prefix}.{case}"]
    x = np.column_stack([column(sample.frame, name) for name in stored["coef"]])
    y = yes.to_numpy(dtype=np.int64)
    assert separated_columns(y, x[:, 1:])[0] == 0
    assert not fit_logistic(y, x, sample.weight).converged
    assert not fit_ordinal(y, x[:, 1:], sample.weight).converged
    assert np.isnan(fit_logistic(y, x, sample.weight).influence).all()


def test_several_items_of_a_stratified_sample(reference: Load, school_sample: Load) -> None:
    sample = school_sample("strat")
    stored = reference("api_strat")["items.joint"]
    check("ordinal", sample, sample.frame["perf5"], np.ones(200, dtype=bool), stored)


def derive(sample: Sample) -> pd.DataFrame:
    """Add the derived columns that the note of the stored set describes."""
    frame = sample.frame
    frame["y"] = frame["coop"].where(frame["coop"] != 9)
    frame["good"] = (frame["y"] >= 4).astype(float).where(frame["y"].notna())
    frame["t"] = frame["wave"] - 2017
    frame["y85"] = (frame["wave"] == 2021).astype(float)
    frame["gB"] = (frame["group"] == "sostyo").astype(float)
    frame["g3"] = pd.cut(frame["k"], [-1, 0, 2, 99], labels=["none", "some", "many"])
    for model in range(1, 13):
        frame[f"zm{model:02}"] = frame[f"m{model:02}"].isin([1, 2]).astype(float)
    for item in range(1, 5):
        answer = frame[f"a{item}"]
        frame[f"ga{item}"] = (answer >= 4).astype(float).where(answer != 9)
    return frame


@pytest.mark.parametrize(
    ("case", "kind", "outcome", "rows"),
    [
        ("many_vs_none_logit", "logistic", "good", "last classified"),
        ("many_vs_none_adj", "logistic", "good", "last classified"),
        ("trend_logit", "logistic", "good", "last"),
        ("trend_linear", "linear", "good", "last"),
        ("olr_k", "ordinal", "y", "last"),
        ("olr_k_adj", "ordinal", "y", "last"),
        ("olr_k_adj_muni", "ordinal", "y", "last"),
        ("olr_factor", "ordinal", "y", "last classified"),
        ("models_joint", "ordinal", "y", "last"),
        ("models_joint_linear", "linear", "good", "last"),
        ("did_linear", "linear", "good", "two groups, two waves"),
        ("did_logit", "logistic", "good", "two groups, two waves"),
        ("did_ordinal", "ordinal", "y", "two groups, two waves"),
        ("gap_trend", "linear", "good", "two groups"),
        ("ga1_trend_linear", "linear", "ga1", "all"),
        ("ga2_trend_logit", "logistic", "ga2", "all"),
        ("ga4_trend_logit", "logistic", "ga4", "all"),
    ],
)
def test_simulated_waves(
    case: str, kind: str, outcome: str, rows: str, *, reference: Load, last_wave: LastWave
) -> None:
    sample, last = last_wave(unit="muni" if case.endswith("_muni") else None)
    frame = derive(sample)
    two = frame["group"].isin(["ratkaisu", "sostyo"]).to_numpy()
    inside = {
        "all": np.ones(len(frame), dtype=bool),
        "last": last,
        "last classified": last & frame["k"].notna().to_numpy(),
        "two groups": two,
        "two groups, two waves": two & frame["wave"].isin([2020, 2021]).to_numpy(),
    }[rows]
    check(kind, sample, frame[outcome], inside, reference("sosbar_sim")[case])


def test_within_and_between_areas(reference: Load, table: Load) -> None:
    frame = table("sosbar_sim.csv")
    cells = frame["wave"].astype(str) + frame["district"] + frame["group"]
    frame["w"] = frame["N_h"] / cells.groupby(cells).transform("size")
    frame = frame[(frame["wave"] == 2021) & frame["k"].notna() & (frame["coop"] != 9)].reset_index(drop=True)
    frame["kb"] = frame.groupby("muni")["k"].transform("mean")
    frame["kw"] = frame["k"] - frame["kb"]
    sample = sample_of(frame, frame["w"].to_numpy(), unit="muni")
    stored = reference("sosbar_sim")["within_between"]
    check("ordinal", sample, frame["coop"], np.ones(len(frame), dtype=bool), stored)


@pytest.mark.parametrize("case", ["olr_wtd", "within_between"])
def test_four_countries(reference: Load, table: Load, case: str) -> None:
    frame = table("wvs.csv")
    weight = (1000 / frame.groupby("country")["age"].transform("size")).to_numpy(dtype=float)
    frame["c"] = frame["age"] - frame.groupby("country")["age"].transform("mean")
    sample = sample_of(frame, weight, stratum=frame["country"])
    y = frame["poverty"].map({"Too Little": 1, "About Right": 2, "Too Much": 3})
    check("ordinal", sample, y, np.ones(len(frame), dtype=bool), reference("wvs")[case])


def test_nine_judges(reference: Load, table: Load) -> None:
    frame = table("wine.csv")
    sample = sample_of(frame, np.ones(len(frame)), unit="judge")
    stored = reference("wine")["design_judge"]
    check("ordinal", sample, frame["rating"], np.ones(len(frame), dtype=bool), stored)


@pytest.mark.parametrize("case", ["did_linear", "did_logit", "did_ordinal"])
def test_two_years_in_frequency_form(reference: Load, table: Load, case: str) -> None:
    counts = table("jointsports.csv")
    frame = counts.loc[counts.index.repeat(counts["Freq"])].reset_index(drop=True)
    order = {"very good": 1, "good": 2, "indifferent": 3, "bad": 4, "very bad": 5}
    frame["op"] = frame["opinion"].map(order)
    frame["y85"] = (frame["year"] == frame["year"].max()).astype(float)
    frame["girl"] = (frame["gender"] == "Girl").astype(float)
    strata = frame["year"].astype(str) + frame["gender"] + frame["grade"]
    sample = sample_of(frame, np.ones(len(frame)), stratum=strata)
    kind = {"did_linear": "linear", "did_logit": "logistic", "did_ordinal": "ordinal"}[case]
    y = frame["op"] if kind == "ordinal" else (frame["op"] <= 2).astype(float)
    check(kind, sample, y, np.ones(len(frame), dtype=bool), reference("jointsports")[case])


def test_patterns_with_counts_give_what_rows_give(reference: Load, table: Load) -> None:
    """The stored fit used one row a respondent; here each pattern stands once."""
    frame = table("housing.csv")
    stored = reference("housing")["olr_robust"]
    names = [name for name in stored["coef"] if "|" not in name]
    x = np.column_stack([column(frame, name) for name in names])
    y = frame["Sat"].map({"Low": 0, "Medium": 1, "High": 2}).to_numpy()
    count = frame["Freq"].to_numpy(dtype=float)
    fit = fit_ordinal(y, x, count)
    first, second = score_moments(fit.scores, count, count, np.zeros(len(count)), 1)
    v = sandwich(fit.information, covariance_from_moments(first, second, make_strata([count.sum()])))
    np.testing.assert_allclose(fit.parameters, list(stored["coef"].values()), rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(v)), list(stored["se"].values()), rtol=1e-8)
