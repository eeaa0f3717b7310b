"""Tails of weighted chi-squared sums: two exact routes agree, known cases come out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from barometri.inference.quadratic_forms import _inverted, exact_tail, saddlepoint_tail, satterthwaite_tail

UNLIKE = [[3.0, 1.0, 0.5, 0.2], [1.0, 0.3], [1.0, 0.01, 0.01], [5.0, 4.0, 3.0, 2.0, 1.0, 1.0, 1.0, 0.5]]


@pytest.mark.parametrize("weights", UNLIKE)
@pytest.mark.parametrize("df", [np.inf, 14.0, 3.5])
@pytest.mark.parametrize("x", [0.5, 5.0, 20.0])
def test_the_mixture_equals_the_inversion(weights: list[float], df: float, x: float) -> None:
    assert exact_tail(x, weights, df=df) == pytest.approx(_inverted(x, np.array(weights), df), abs=2e-8)


@pytest.mark.parametrize("k", [1, 2, 7])
def test_equal_weights_give_chi_squared_and_f(k: int) -> None:
    assert exact_tail(9.0, [1.5] * k) == pytest.approx(special.chdtrc(k, 6.0), rel=1e-12)
    assert exact_tail(9.0, [1.5] * k, df=12) == pytest.approx(special.fdtrc(k, 12, 6.0 / k), rel=1e-12)


def test_two_equal_pairs_have_a_closed_form() -> None:
    x, a, b = 7.0, 2.0, 0.5  # sums of exponentials
    expected = (a * np.exp(-x / (2 * a)) - b * np.exp(-x / (2 * b))) / (a - b)
    assert exact_tail(x, [a, a, b, b]) == pytest.approx(expected, rel=1e-12)
    assert exact_tail(400.0, [a, a, b, b]) == pytest.approx(a / (a - b) * np.exp(-100.0), rel=1e-10)


def test_very_unlike_weights_are_inverted() -> None:
    assert exact_tail(5.0, [1.0, 1e-3]) == pytest.approx(exact_tail(5.0 - 1e-3, [1.0]), abs=1e-5)
    assert exact_tail(5.0, [1.0, 1e-14]) == exact_tail(5.0, [1.0])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0.05, 10.0), min_size=1, max_size=6),
    st.floats(0.1, 60.0),
    st.floats(0.01, 100.0),
)
def test_tails_do_not_depend_on_scale_or_order(weights: list[float], x: float, factor: float) -> None:
    for tail in (exact_tail, saddlepoint_tail, satterthwaite_tail):
        scaled = tail(x * factor, [w * factor for w in reversed(weights)])
        assert scaled == pytest.approx(tail(x, weights), rel=1e-6)
        assert 0 <= scaled <= 1


@pytest.mark.parametrize("weights", UNLIKE)
def test_approximations_are_near(weights: list[float]) -> None:
    x = 2.5 * sum(weights)
    exact = exact_tail(x, weights)
    assert saddlepoint_tail(x, weights) == pytest.approx(exact, rel=0.08)
    assert satterthwaite_tail(x, weights) == pytest.approx(exact, rel=0.25)


def test_no_weight_gives_no_tail() -> None:
    assert np.isnan(exact_tail(1.0, []))
    assert np.isnan(saddlepoint_tail(1.0, [0.0]))
    assert np.isnan(satterthwaite_tail(1.0, [0.0, 0.0]))
    assert np.isnan(exact_tail(1.0, [1.0], df=0))
