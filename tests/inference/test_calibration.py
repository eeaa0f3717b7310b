"""Factors of calibration: reached totals, unreachable ones, and the limits of distances."""

import numpy as np
import pytest

from barometri.errors import DesignError
from barometri.inference.calibration import (
    calibration_factors,
    rake_factors,
    regression_coefficients,
    trimmed,
)

X = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 3.0]])
WEIGHTS = np.array([[4.0, 3.0, 2.0]])


def test_linear_factors_are_the_regression_estimator() -> None:
    totals = np.array([12.0, 15.0])
    found = calibration_factors(WEIGHTS, X, totals)
    weights = WEIGHTS[0]
    slopes = np.linalg.solve((X * weights[:, None]).T @ X, totals - weights @ X)
    assert found.factors[0] == pytest.approx(1 + X @ slopes)
    assert found.error[0] < 1e-12


def test_several_sets_are_solved_side_by_side() -> None:
    sets = np.vstack([WEIGHTS, WEIGHTS[:, ::-1], [[0.0, 3.0, 2.0]]])
    for method, bounds in (("linear", None), ("raking", None), ("logit", (0.1, 5.0))):
        found = calibration_factors(sets, X, np.array([9.0, 10.0]), method=method, bounds=bounds)  # type: ignore[arg-type]
        assert (sets * found.factors) @ X == pytest.approx(np.tile([9.0, 10.0], (3, 1)))


def test_unreachable_totals_give_nothing() -> None:
    far = calibration_factors(WEIGHTS, X, np.array([9.0, 90.0]), method="logit", bounds=(0.5, 2.0))
    assert np.isnan(far.factors).all()
    assert far.error[0] > 0.1
    negative = calibration_factors(WEIGHTS, X, np.array([9.0, -1.0]), method="raking")
    assert np.isnan(negative.factors).all()


def test_margins_that_contradict_or_are_empty_give_nothing() -> None:
    codes = [np.array([0, 1, 1]), np.array([0, 0, 1])]
    counts = [np.array([5.0, 5.0]), np.array([8.0, 9.0])]
    assert np.isnan(rake_factors(WEIGHTS, codes, counts).factors).all()
    empty = rake_factors(np.array([[0.0, 3.0, 2.0]]), codes[:1], counts[:1])
    assert np.isnan(empty.factors).all()
    assert np.isinf(empty.error[0])


def test_patterns_outside_stay_as_they_are() -> None:
    found = rake_factors(WEIGHTS, [np.array([-1, 0, 0])], [np.array([10.0])])
    assert found.factors[0] == pytest.approx([1.0, 2.0, 2.0])
    zeros = calibration_factors(WEIGHTS, np.array([[0.0], [1.0], [1.0]]), np.array([10.0]), method="raking")
    assert zeros.factors[0] == pytest.approx([1.0, 2.0, 2.0])


@pytest.mark.parametrize(
    ("method", "bounds"), [("linear", (1.0, 2.0)), ("logit", None), ("raking", (0.5, 2.0))]
)
def test_bounds_must_go_with_the_method(method: str, bounds: tuple[float, float] | None) -> None:
    with pytest.raises(DesignError):
        calibration_factors(WEIGHTS, X, np.array([9.0, 10.0]), method=method, bounds=bounds)  # type: ignore[arg-type]


def test_dependent_auxiliaries_are_no_obstacle() -> None:
    doubled = np.hstack([X, X[:, :1]])
    z = np.array([[1.0], [2.0], [5.0]])
    weights = WEIGHTS[0]
    plain = X @ regression_coefficients(X, weights, weights[:, None] * z)
    assert doubled @ regression_coefficients(doubled, weights, weights[:, None] * z) == pytest.approx(plain)


def test_trimming_once_and_again() -> None:
    weights = np.array([1.0, 3.9, 9.0])
    once = trimmed(weights, 0, 4, repeat=False)
    assert once.tolist() == [3.5, 6.4, 4.0]
    assert trimmed(weights, 0, 4).max() == 4.0
    # once: who stands at a limit is inside, and takes a share
    assert trimmed(np.array([1.0, 5.0, 6.0]), 0, 5, repeat=False).tolist() == [1.5, 5.5, 5.0]
    assert trimmed(np.array([2.0, 3.0, 1.0]), 2, 9, repeat=False).tolist() == [1.5, 2.5, 2.0]
    assert trimmed(np.array([9.0, 9.0]), 0, 4).tolist() == [4.0, 4.0]
