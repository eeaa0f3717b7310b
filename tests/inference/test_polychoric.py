"""Polychoric correlation: the normal distribution behind it, recovery, gradients, edges."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate, special

from barometri.errors import OptionError
from barometri.inference.bivariate_normal import bivariate_normal
from barometri.inference.polychoric import polychoric_correlation

METHODS: tuple[Literal["two_step", "ml"], ...] = ("two_step", "ml")
TABLE = np.array([[30.0, 20, 5], [15, 40, 20], [3, 22, 45], [1, 6, 20]])


@pytest.mark.parametrize(
    ("h", "k", "r"),
    [
        (0.3, -0.8, 0.6),
        (-1.2, 2.0, -0.95),
        (0.0, 1.1, 0.4),
        (0.0, 0.0, -0.7),
        (-2.0, 0.0, 0.99),
        (1.5, 1.5, 0.0),
    ],
)
def test_the_bivariate_normal_equals_its_integral(h: float, k: float, r: float) -> None:
    def strip(x: float) -> float:
        return float(special.ndtr((k - r * x) / np.sqrt(1 - r**2)) * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))

    expected = integrate.quad(strip, -12, h, epsabs=1e-13, epsrel=1e-12)[0]
    assert float(bivariate_normal(h, k, r)) == pytest.approx(expected, abs=1e-12)


def test_infinite_limits_leave_the_margins() -> None:
    found = bivariate_normal([np.inf, 0.7, -np.inf, np.inf], [0.7, np.inf, 0.7, np.inf], 0.3)
    np.testing.assert_allclose(found, [special.ndtr(0.7), special.ndtr(0.7), 0.0, 1.0])


def probabilities(r: float, rows: list[float], columns: list[float]) -> NDArray[np.float64]:
    h, k = np.meshgrid([-np.inf, *rows, np.inf], [-np.inf, *columns, np.inf], indexing="ij")
    return np.asarray(np.diff(np.diff(bivariate_normal(h, k, r), axis=0), axis=1))


@settings(max_examples=25, deadline=None)
@given(st.floats(-0.9, 0.9))
def test_exact_probabilities_give_the_correlation_back(r: float) -> None:
    rows, columns = [-0.8, 0.1, 1.0], [-0.5, 0.6]
    for method in METHODS:
        found = polychoric_correlation(1000 * probabilities(r, rows, columns), method=method)
        assert found.correlation == pytest.approx(r, abs=1e-8)
        np.testing.assert_allclose(found.rows, rows, atol=1e-7)
        np.testing.assert_allclose(found.columns, columns, atol=1e-7)
        assert found.chi_squared == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_gradients_equal_differences(method: Literal["two_step", "ml"]) -> None:
    p = TABLE / TABLE.sum()
    found, step = polychoric_correlation(p, method=method), 1e-6
    for i, j in np.ndindex(p.shape):
        change = np.zeros_like(p)
        change[i, j] = step
        ahead, behind = (polychoric_correlation(p + s * change, method=method).correlation for s in (1, -1))
        assert found.gradient[i, j] == pytest.approx((ahead - behind) / (2 * step), abs=2e-6)
    assert float((found.gradient * p).sum()) == pytest.approx(0, abs=1e-10)


def test_the_likelihood_of_ml_is_not_below_that_of_two_steps() -> None:
    two, ml = (polychoric_correlation(TABLE, method=method) for method in METHODS)
    assert ml.chi_squared <= two.chi_squared
    assert ml.correlation == pytest.approx(two.correlation, abs=0.02)


@pytest.mark.parametrize("method", METHODS)
def test_turning_and_reversing_the_table(method: Literal["two_step", "ml"]) -> None:
    found = polychoric_correlation(TABLE, method=method)
    assert polychoric_correlation(TABLE.T, method=method).correlation == pytest.approx(
        found.correlation, abs=1e-9
    )
    assert polychoric_correlation(TABLE[::-1], method=method).correlation == pytest.approx(
        -found.correlation, abs=1e-9
    )
    assert polychoric_correlation(7 * TABLE, method=method).information_se == pytest.approx(
        found.information_se / np.sqrt(7), rel=1e-6
    )


@pytest.mark.parametrize("table", [[[5, 0], [0, 5]], [[0, 3], [4, 0]], [[4, 5]], [[3], [2]]])
def test_perfect_order_and_one_class_have_no_correlation(table: list[list[float]]) -> None:
    for method in METHODS:
        found = polychoric_correlation(table, method=method)
        assert np.isnan(found.correlation)
        assert np.isnan(found.information_se)
        assert np.isnan(found.gradient).all()
        assert found.gradient.shape == np.shape(table)
        assert found.method == method


def test_an_empty_row_is_refused() -> None:
    with pytest.raises(OptionError, match="without empty rows"):
        polychoric_correlation([[1, 2], [0, 0]])
    with pytest.raises(OptionError, match="two_step, ml"):
        polychoric_correlation(TABLE, method="guess")  # type: ignore[arg-type]
