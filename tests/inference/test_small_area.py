"""The area-level model: exact properties, the boundary, smoothing, the arcsine scale, benchmarking."""

import numpy as np
import pytest
from scipy import integrate

from barometri.errors import DesignError, OptionError
from barometri.inference.area_variances import (
    arcsine_scale,
    arcsine_shares,
    arcsine_variances,
    benchmark,
    variance_function,
)
from barometri.inference.small_area import VARIANCE_METHODS, VarianceMethod, fit_fay_herriot

Y = [3.0, 3.5, 2.9, 3.2, 3.1]
D = [0.4, 0.5, 0.3, 0.6, 0.2]
ONE = np.ones((5, 1))


def made(m: int, between: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(m), rng.normal(size=m)])
    d = rng.uniform(0.5, 2.0, m)
    y = x @ [2.0, 1.0] + rng.normal(0, np.sqrt(between), m) + rng.normal(0, np.sqrt(d))
    return y, x, d


@pytest.mark.parametrize("method", VARIANCE_METHODS)
def test_equal_variances_have_a_closed_form(method: VarianceMethod) -> None:
    y, m = np.array([1.0, 3.0, 2.0, 6.0, 4.0, 8.0]), 6
    found = fit_fay_herriot(y, np.ones((m, 1)), np.full(m, 0.5), method=method)
    squares = np.sum((y - y.mean()) ** 2)
    if method.startswith("adjusted"):
        # d/dA [log A - k/2 log(A + D) - S / 2(A + D)] = 0 at the estimate
        k = m - 1 if method.endswith("reml") else m
        total = found.variance + 0.5
        assert 1 / found.variance - k / (2 * total) + squares / (2 * total**2) == pytest.approx(0, abs=1e-10)
        return
    expected = squares / (m if method == "ml" else m - 1) - 0.5
    assert found.variance == pytest.approx(expected, rel=1e-12)
    assert found.beta[0] == pytest.approx(y.mean(), rel=1e-12)


@pytest.mark.parametrize("method", VARIANCE_METHODS)
def test_units_and_order_change_nothing(method: VarianceMethod) -> None:
    y, x, d = made(30, 1.0, 4)
    found = fit_fay_herriot(y, x, d, method=method)
    order = np.random.default_rng(0).permutation(30)
    again = fit_fay_herriot(100 * y[order] + 7, x[order], 1e4 * d[order], method=method)
    assert again.variance == pytest.approx(1e4 * found.variance, rel=1e-8)
    assert np.allclose(again.eblup, 100 * found.eblup[order] + 7, rtol=1e-9)
    assert np.allclose(again.mse, 1e4 * found.mse[order], rtol=1e-7)


def test_prediction_lies_between_direct_and_synthetic_and_parts_add_up() -> None:
    y, x, d = made(25, 1.0, 5)
    found = fit_fay_herriot(y, x, d)
    assert np.all((found.eblup - y) * (found.eblup - found.synthetic) <= 0)
    assert np.allclose(found.mse, found.g1 + found.g2 + 2 * found.g3)
    assert np.all(np.diff(found.gamma[np.argsort(d)]) <= 0)


def test_boundary_is_named_and_adjusted_likelihood_leaves_it() -> None:
    plain = fit_fay_herriot(Y, ONE, D)
    assert plain.boundary
    assert plain.variance == 0
    assert np.allclose(plain.eblup, plain.synthetic)
    methods: tuple[VarianceMethod, ...] = ("adjusted_reml", "adjusted_ml")
    for method in methods:
        found = fit_fay_herriot(Y, ONE, D, method=method)
        assert not found.boundary
        assert found.variance > 0
        assert np.all(found.gamma > 0)
    assert np.all(found.mse > plain.g1)


def test_mse_tells_the_error_over_repeated_samples() -> None:
    rng = np.random.default_rng(11)
    m, runs = 30, 400
    x = np.column_stack([np.ones(m), np.linspace(-1, 1, m)])
    d = np.repeat([0.5, 1.0, 2.0], 10)
    squared, stated = np.zeros(m), np.zeros(m)
    for _ in range(runs):
        truth = x @ [2.0, 1.0] + rng.normal(0, 1.0, m)
        found = fit_fay_herriot(truth + rng.normal(0, np.sqrt(d)), x, d)
        squared += (found.eblup - truth) ** 2 / runs
        stated += found.mse / runs
    for group in (slice(0, 10), slice(10, 20), slice(20, 30)):
        assert stated[group].mean() / squared[group].mean() == pytest.approx(1.0, abs=0.06)


def test_refusals() -> None:
    with pytest.raises(DesignError, match="too few"):
        fit_fay_herriot(Y, np.eye(5), D)
    with pytest.raises(DesignError, match="repeat each other"):
        fit_fay_herriot(Y, np.ones((5, 2)), D)
    with pytest.raises(DesignError, match="positive sampling variances"):
        fit_fay_herriot(Y, ONE, [0.4, 0.5, 0.3, 0.6, 0.0])
    with pytest.raises(DesignError, match="one direct estimate"):
        fit_fay_herriot(Y, ONE, D[:4])
    with pytest.raises(OptionError, match="method must be one of reml"):
        fit_fay_herriot(Y, ONE, D, method="moment")  # type: ignore[arg-type]  # the misspelling is tested


def test_variance_function_recovers_s2_over_n_and_keeps_the_sum() -> None:
    n = np.array([4.0, 9, 16, 25, 3])
    exact = variance_function(12 / n, n)
    assert exact.slope == pytest.approx(-1)
    assert np.allclose(exact.variances, 12 / n)
    noisy = 12 / n * np.array([0.5, 2.0, 1.3, 0.8, 1.0])
    assert variance_function(noisy, n).variances.sum() == pytest.approx(noisy.sum())
    assert variance_function([0.0, 1.0, 2.0, 3.0], [5, 5, 5, 5]).variances.tolist() == [2.0] * 4
    with pytest.raises(DesignError, match="at least 3 areas"):
        variance_function([1.0, np.nan, 0.0], [3, 3, 3])


def test_arcsine_scale_turns_back_without_bias() -> None:
    values, variances = arcsine_scale([0.3, 1.0], [50, 20])
    assert np.allclose(arcsine_shares(values, [0.0, 0.0]), [0.3, 1.0])
    assert variances.tolist() == [0.005, 0.0125]
    mu, v = 0.6, 0.04

    def moment(power: int) -> float:
        def part(z: float) -> float:
            return float(np.sin(z) ** power * np.exp(-((z - mu) ** 2) / (2 * v)) / np.sqrt(2 * np.pi * v))

        return float(integrate.quad(part, mu - 3, mu + 3)[0])

    assert arcsine_shares([mu], [v])[0] == pytest.approx(moment(2), rel=1e-9)
    assert arcsine_variances([mu], [v])[0] == pytest.approx(moment(4) - moment(2) ** 2, rel=1e-7)


@pytest.mark.parametrize("method", ["least_change", "ratio"])
def test_benchmarked_areas_add_up(method: str) -> None:
    x, s = np.array([1.0, 3.0, 2.0, 5.0]), np.array([0.2, 0.8, 0.5, 0.5])
    found = benchmark(x, s, [0, 0, 1, 1], [3.0, np.nan], mse=[1.0, 4.0, 1.0, 1.0], method=method)  # type: ignore[arg-type]  # words of the method
    assert s[:2] @ found[:2] == pytest.approx(3.0)
    assert found[2:].tolist() == [2.0, 5.0]
    if method == "least_change":
        # the change solves: minimise sum d² / mse subject to sum s d = gap
        gap = 3.0 - s[:2] @ x[:2]
        weight = s[:2] * np.array([1.0, 4.0])
        assert np.allclose(found[:2] - x[:2], weight * gap / (s[:2] @ weight))


def test_benchmark_refuses_a_group_of_nothing() -> None:
    with pytest.raises(DesignError, match="no areas"):
        benchmark([1.0], [0.0], [0], [3.0])


@pytest.mark.parametrize("seed", [3, 27, 38, 41, 62, 68, 74, 89])
def test_of_several_maxima_the_highest_is_taken(seed: int) -> None:
    rng = np.random.default_rng(seed)
    d = 10.0 ** rng.uniform(-4, 2, 8)
    y = rng.normal(0, np.sqrt(d + (seed % 3) * 0.3))

    def likelihood(variance: float) -> float:
        w = 1 / (variance + d)
        return float(np.log(w).sum() - w @ (y - w @ y / w.sum()) ** 2) / 2

    found = fit_fay_herriot(y, np.ones((8, 1)), d, method="ml").variance
    assert likelihood(found) >= max(likelihood(v) for v in [0.0, *np.geomspace(1e-6, 10, 400)]) - 1e-9
