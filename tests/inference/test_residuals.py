"""Residuals from the auxiliaries of calibrated weights, against regressions written out on rows."""

import numpy as np
import pytest
from numpy.typing import NDArray

from barometri.inference.residuals import Auxiliary, AuxiliaryStep, fitted_values, residual_influence

Floats = NDArray[np.float64]
N = 40


def explained(x: Floats, q: Floats, z: Floats) -> Floats:
    root = np.sqrt(q)[:, None]
    return x @ np.linalg.lstsq(x * root, z * root, rcond=None)[0]


@pytest.fixture
def rows() -> tuple[Floats, Floats, Floats, Floats]:
    """Weights, outcomes and the auxiliaries of two calibrations."""
    rng = np.random.default_rng(8)
    first = np.column_stack([np.ones(N), rng.normal(size=N)])
    second = np.eye(3)[rng.integers(0, 3, N)]
    return rng.uniform(1, 3, N), rng.normal(size=(N, 2)), first, second


def test_a_second_calibration_explains_what_the_first_has_left(
    rows: tuple[Floats, Floats, Floats, Floats],
) -> None:
    w, z, first, second = rows
    ratio = np.linspace(0.5, 1.5, N)
    own = np.arange(N)
    steps = (AuxiliaryStep(own, first, ratio), AuxiliaryStep(own, second, np.ones(N)))
    auxiliary = Auxiliary(steps, w, w**2)
    one = explained(first, ratio * w, z)
    two = explained(second, w, z - one)
    np.testing.assert_allclose(fitted_values(auxiliary, w[:, None] * z), one + two, rtol=1e-10, atol=1e-12)
    influence = residual_influence(auxiliary, own, w, w[:, None] * z)
    np.testing.assert_allclose(influence, w[:, None] * (z - one - two), rtol=1e-10, atol=1e-12)


def sums(group: NDArray[np.intp], values: Floats) -> Floats:
    return np.asarray(np.bincount(group, values), dtype=np.float64)


def test_groups_stand_for_their_rows(rows: tuple[Floats, Floats, Floats, Floats]) -> None:
    w, z, _, second = rows
    group = np.argmax(second, axis=1)
    weight = sums(group, w)
    step = AuxiliaryStep(np.arange(3), np.eye(3), np.ones(3))
    auxiliary = Auxiliary((step,), weight, sums(group, w**2))
    totals = np.stack([sums(group, w * column) for column in z.T], axis=1)
    np.testing.assert_allclose(fitted_values(auxiliary, totals), totals / weight[:, None], rtol=1e-12)
    expected = w[:, None] * (z - explained(second, w, z))
    found = residual_influence(auxiliary, group, w, w[:, None] * z)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_sweeps_over_margins_end_at_the_regression_on_both(
    rows: tuple[Floats, Floats, Floats, Floats],
) -> None:
    w, z, _, second = rows
    a, b = np.argmax(second, axis=1), np.arange(N) % 2
    step = AuxiliaryStep(np.arange(N), np.zeros((N, 1)), np.ones(N), margins=(a, b))
    swept = fitted_values(Auxiliary((step,), w, w**2), w[:, None] * z)
    both = explained(np.column_stack([second, b]), w, z)
    np.testing.assert_allclose(swept, both, atol=1e-4)
    outside = AuxiliaryStep(np.arange(N), np.zeros((N, 1)), np.ones(N), margins=(np.where(a > 0, a, -1),))
    part = fitted_values(Auxiliary((outside,), w, w**2), w[:, None] * z)
    np.testing.assert_array_equal(part[a == 0], 0.0)
    inside = a == 1
    np.testing.assert_allclose(
        part[inside], (w[inside] @ z[inside] / w[inside].sum())[None].repeat(inside.sum(), 0)
    )
