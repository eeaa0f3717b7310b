"""Ordinal association: stored values, gradients by differences, exact properties."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

from barometri.errors import OptionError
from barometri.inference.association_measures import ordinal_measures
from barometri.inference.linearization import covariance, degrees_of_freedom
from barometri.inference.moments import linearize_ratio
from barometri.inference.ranks import Association, ordinal_association
from tests.inference.samples import Cases, Floats, Load, Sample, sample_of

R_NAMES = ("somers_d_y_given_x", "gamma", "tau_b", "somers_d_x_given_y")


def association(sample: Sample, x: pd.Series, y: pd.Series, inside: NDArray[np.bool_]) -> Association:
    inside = inside & x.notna().to_numpy() & y.notna().to_numpy()
    rows, columns = (pd.factorize(v[inside], sort=True) for v in (x, y))
    cells = np.zeros((len(x), len(rows[1]) * len(columns[1])))
    cells[np.flatnonzero(inside), rows[0] * len(columns[1]) + columns[0]] = 1
    w = sample.weight[:, None]
    found = linearize_ratio(sample.by_unit(w * cells), sample.by_unit(w * inside[:, None]))
    v = covariance(found.totals, sample.unit_stratum, sample.strata)
    members = np.unique(sample.unit[inside])
    counts = np.bincount(sample.unit_stratum[members], minlength=len(sample.strata.units))
    shape = (len(rows[1]), len(columns[1]))
    return ordinal_association(found.estimate.reshape(shape), v, float(degrees_of_freedom(counts)))


def compare(found: Association, stored: Cases, *, relative: float) -> None:
    for position, name in enumerate(R_NAMES):
        for numbers, key in (
            (found.estimate, "estimate"),
            (found.se, "se"),
            (found.statistic, "t"),
            (found.p_value, "p"),
            (found.low, "lower95"),
            (found.high, "upper95"),
        ):
            tolerance = relative * (20 if key == "p" else 1)
            assert numbers[position] == pytest.approx(stored[key][name], rel=tolerance), (name, key)
    assert found.df == stored["df"]


@pytest.mark.parametrize("prefix", ["srs", "srs_nofpc", "strat", "strat_nofpc", "clus1", "clus1_nofpc"])
def test_school_samples_equal_stored_values(reference: Load, school_sample: Load, prefix: str) -> None:
    stored = reference("api_" + prefix.removesuffix("_nofpc"))[f"{prefix}.assoc"]
    sample = school_sample(prefix)
    everyone = np.ones(len(sample.frame), dtype=bool)
    compare(association(sample, sample.frame["nsig"], sample.frame["perf5"], everyone), stored, relative=1e-9)


@pytest.mark.parametrize(
    ("case", "options"),
    [
        ("assoc_k_coop", {}),
        ("assoc_k_coop_nofpc", {"corrected": False}),
        ("assoc_k_coop_muni", {"unit": "muni"}),
    ],
)
def test_a_wave_as_a_domain_equals_stored_values(
    reference: Load,
    last_wave: Callable[..., tuple[Sample, NDArray[np.bool_]]],
    case: str,
    options: dict[str, object],
) -> None:
    sample, inside = last_wave(**options)
    y = sample.frame["coop"].where(sample.frame["coop"] != 9)
    compare(association(sample, sample.frame["k"], y, inside), reference("sosbar_sim")[case], relative=1e-9)


def test_weighted_countries_equal_stored_values(reference: Load, table: Load) -> None:
    frame = table("wvs.csv")
    weight = (1000 / frame.groupby("country")["age"].transform("size")).to_numpy(dtype=float)
    sample = sample_of(frame, weight, stratum=frame["country"])
    x = pd.cut(frame["age"], [0, 29, 39, 49, 59, 200], labels=False)
    y = frame["poverty"].map({"Too Little": 1, "About Right": 2, "Too Much": 3})
    found = association(sample, x, y, np.ones(len(frame), dtype=bool))
    compare(found, reference("wvs")["assoc_age_wtd"], relative=1e-9)


def test_values_equal_counting_every_pair() -> None:
    generator = np.random.default_rng(5)
    x, y = generator.integers(0, 4, 60), generator.integers(0, 3, 60)
    y = np.where(generator.random(60) < 0.5, np.minimum(x, 2), y)
    found = ordinal_measures(pd.crosstab(x, y).to_numpy())
    pairs = list(product(range(60), repeat=2))
    signs = np.array([np.sign(x[i] - x[j]) * np.sign(y[i] - y[j]) for i, j in pairs])
    assert found.concordant == pytest.approx((signs > 0).mean())
    assert found.discordant == pytest.approx((signs < 0).mean())
    ties = np.mean([x[i] != x[j] and y[i] == y[j] for i, j in pairs])
    assert found.tied_on_y_only == pytest.approx(ties)
    assert found.estimate[0] == pytest.approx(stats.somersd(x, y).statistic)
    assert found.estimate[3] == pytest.approx(stats.somersd(y, x).statistic)
    assert found.estimate[2] == pytest.approx(stats.kendalltau(x, y).statistic)


def test_gradients_equal_differences() -> None:
    p = np.random.default_rng(2).random((4, 5))
    p /= p.sum()
    found = ordinal_measures(p)
    step = 1e-6
    for i, j in product(range(4), range(5)):
        change = np.zeros_like(p)
        change[i, j] = step
        slope = (ordinal_measures(p + change).estimate - ordinal_measures(p - change).estimate) / (2 * step)
        np.testing.assert_allclose(found.gradients[:, i, j], slope, atol=2e-8)
    np.testing.assert_allclose((found.gradients * p).sum(axis=(1, 2)), 0, atol=1e-14)


def multinomial(p: Floats, n: int) -> Floats:
    return np.asarray((np.diag(p.ravel()) - np.outer(p, p)) / n)


def test_reversing_y_changes_the_sign_alone() -> None:
    p = np.array([[0.2, 0.1, 0.05], [0.1, 0.15, 0.4]])
    one = ordinal_association(p, multinomial(p, 200), 199)
    two = ordinal_association(p[:, ::-1], multinomial(p[:, ::-1], 200), 199)
    np.testing.assert_allclose(one.estimate, -two.estimate)
    np.testing.assert_allclose(one.se, two.se)
    np.testing.assert_allclose(one.low, -two.high)


def test_counts_and_shares_are_the_same_table() -> None:
    counts = np.array([[20, 10], [5, 25]])
    np.testing.assert_allclose(ordinal_measures(counts).estimate, ordinal_measures(counts / 60).estimate)
    np.testing.assert_allclose(ordinal_measures(counts).gradients, ordinal_measures(counts / 60).gradients)


def test_strong_association_keeps_its_interval_inside_the_range() -> None:
    p = np.array([[0.48, 0.02], [0.01, 0.49]])
    found = ordinal_association(p, multinomial(p, 30), 29)
    assert np.all((found.high < 1) & (found.low < found.estimate) & (found.estimate < found.high))
    assert np.all(found.estimate + 2.045 * found.se > found.high)


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        ([[0.4, 0.6]], [True, True, True, False]),
        ([[0.4], [0.6]], [False, True, True, True]),
        ([[0.0, 0.0], [0.0, 0.0]], [True, True, True, True]),
    ],
)
def test_a_variable_with_one_value_has_no_association(cells: list[list[float]], missing: list[bool]) -> None:
    found = ordinal_association(cells, np.zeros((np.size(cells), np.size(cells))), 10)
    assert np.isnan(found.estimate[:4]).tolist() == missing
    assert np.isnan(found.estimate[4:]).all()
    assert np.isnan(found.p_value).all()


def test_perfect_association_and_no_degrees_of_freedom_have_no_interval() -> None:
    p = np.array([[0.5, 0.0], [0.0, 0.5]])
    perfect = ordinal_association(p, multinomial(p, 30), 29)
    for numbers in (perfect.se, perfect.low, perfect.high, perfect.p_value):
        assert np.isnan(numbers).all()
    p = np.array([[0.3, 0.2], [0.1, 0.4]])
    found = ordinal_association(p, multinomial(p, 30), 0)
    assert np.isnan(found.low).all()
    assert np.isnan(found.p_value).all()
    assert np.isfinite(found.se).all()


def test_other_than_two_ways_are_refused() -> None:
    with pytest.raises(OptionError, match="two-way table"):
        ordinal_measures([1.0, 2.0])
