"""CR2 and Satterthwaite's df: closed forms, exact unbiasedness, and the definition written out in full."""

import numpy as np
import pytest

from barometri.inference.cluster_robust import cluster_robust
from barometri.inference.regression import fit_linear
from tests.inference.samples import Floats


def residuals(y: Floats, x: Floats, w: Floats) -> Floats:
    return np.asarray(y - x @ fit_linear(y, x, w).slopes)


def simulated() -> tuple[Floats, Floats, Floats, Floats]:
    generator = np.random.default_rng(3)
    n = 40
    x = np.column_stack([np.ones(n), generator.normal(size=n), generator.integers(0, 2, n)])
    return generator.normal(size=n), x, generator.random(n) + 0.5, generator.integers(0, 9, n).astype(float)


def test_the_mean_of_single_rows_has_its_textbook_variance() -> None:
    y = np.array([2.0, 5.0, 1.0, 7.0, 4.0])
    x, w = np.ones((5, 1)), np.ones(5)
    found = cluster_robust(x, residuals(y, x, w), w, np.arange(5))
    assert found.covariance[0, 0] == pytest.approx(y.var(ddof=1) / 5)
    assert found.df[0] == pytest.approx(4)


def test_equal_clusters_are_judged_by_their_means() -> None:
    y = np.random.default_rng(1).normal(size=(6, 4))
    x, w = np.ones((24, 1)), np.full(24, 3.0)
    found = cluster_robust(x, residuals(y.ravel(), x, w), w, np.repeat(np.arange(6), 4))
    assert found.covariance[0, 0] == pytest.approx(y.mean(axis=1).var(ddof=1) / 6)
    assert found.df[0] == pytest.approx(5)
    assert found.clusters == 6


def test_two_groups_have_the_df_of_bell_and_mccaffrey() -> None:
    group = np.r_[np.zeros(5), np.ones(12)]
    y = np.random.default_rng(2).normal(size=17)
    x, w = np.column_stack([np.ones(17), group]), np.ones(17)
    found = cluster_robust(x, residuals(y, x, w), w, np.arange(17))
    sizes, variances = np.array([5, 12]), np.array([y[group == g].var(ddof=1) for g in (0, 1)])
    assert found.covariance[1, 1] == pytest.approx((variances / sizes).sum())
    assert found.df[1] == pytest.approx((1 / sizes).sum() ** 2 / (1 / (sizes**2 * (sizes - 1))).sum())


def test_it_is_unbiased_under_the_working_model() -> None:
    _, x, w, cluster = simulated()
    expected = np.zeros((3, 3))
    for unit in np.eye(len(w)):
        expected += cluster_robust(x, residuals(unit, x, w), w, cluster).covariance
    inverse = np.linalg.inv((x * w[:, None]).T @ x)
    np.testing.assert_allclose(expected, inverse @ (x * w[:, None] ** 2).T @ x @ inverse, rtol=1e-10)


def test_df_equal_the_eigenvalues_of_the_quadratic_form() -> None:
    y, x, w, cluster = simulated()
    contrasts = np.array([[0.0, 1.0, 0.0], [0.0, 0.5, -2.0]])
    found = cluster_robust(x, residuals(y, x, w), w, cluster, contrasts=contrasts)
    inverse = np.linalg.inv((x * w[:, None]).T @ x)
    maker = np.eye(len(w)) - x @ inverse @ (x * w[:, None]).T
    for contrast, df in zip(contrasts, found.df, strict=True):
        form = np.zeros((len(w), len(w)))
        for code in np.unique(cluster):
            rows = cluster == code
            values, vectors = np.linalg.eigh((maker @ maker.T)[np.ix_(rows, rows)])
            root = vectors @ np.diag(values**-0.5) @ vectors.T
            p = maker[rows].T @ root @ (w[rows] * (x[rows] @ inverse @ contrast))
            form += np.outer(p, p)
        assert df == pytest.approx(np.trace(form) ** 2 / np.trace(form @ form), rel=1e-9)
        assert y @ form @ y == pytest.approx(contrast @ found.covariance @ contrast, rel=1e-9)


def test_the_unit_of_the_weights_and_the_order_of_rows_do_not_matter() -> None:
    y, x, w, cluster = simulated()
    one = cluster_robust(x, residuals(y, x, w), w, cluster)
    two = cluster_robust(x, residuals(y, x, 9 * w), 9 * w, 100 - cluster)
    order = np.random.default_rng(4).permutation(len(y))
    three = cluster_robust(x[order], residuals(y, x, w)[order], w[order], cluster[order])
    for other in (two, three):
        np.testing.assert_allclose(other.covariance, one.covariance, rtol=1e-10)
        np.testing.assert_allclose(other.df, one.df, rtol=1e-10)


def test_a_row_that_the_fit_takes_whole_adds_nothing() -> None:
    y, x, w, cluster = simulated()
    alone = np.arange(len(y)) == 0
    own = np.column_stack([x, alone])
    found = cluster_robust(own, residuals(y, own, w), w, np.where(alone, 99, cluster))
    rest = cluster_robust(x[1:], residuals(y[1:], x[1:], w[1:]), w[1:], cluster[1:])
    np.testing.assert_allclose(found.covariance[:3, :3], rest.covariance, rtol=1e-8)
    np.testing.assert_allclose(found.df[:3], rest.df, rtol=1e-8)
    assert found.clusters == rest.clusters + 1


def test_a_residual_without_variance_is_not_blown_up() -> None:
    one = np.ones((1, 1))
    assert cluster_robust(one, one[0], one[0], one[0]).covariance[0, 0] == 0
