"""CR2 under a working model and its joint test, against the definitions written out in full matrices."""

import numpy as np
import pytest
from scipy.linalg import block_diag, sqrtm

from barometri.errors import OptionError
from barometri.inference.cluster_robust import cluster_robust, hotelling_test
from barometri.inference.tested import f_tail
from barometri.inference.working_model import Working, correlation_of_errors
from tests.inference.samples import Floats

SIZES = (1, 2, 3, 5, 7, 9, 30, 41)  # the last ones larger than twice the columns


class Textbook:
    """Full matrices of a weighted fit and its adjusted clusters, by Cholesky factors."""

    def __init__(self, x: Floats, w: Floats, cluster: Floats, rho: float) -> None:
        self.codes = [np.flatnonzero(cluster == code) for code in np.unique(cluster)]
        same = cluster[:, None] == cluster
        self.phi = np.where(same, rho, 0.0) + (1 - rho) * np.eye(len(w))
        weight = np.diag(w)
        self.bread = np.linalg.inv(x.T @ weight @ x)
        self.maker = np.eye(len(w)) - x @ self.bread @ x.T @ weight
        left = self.maker @ self.phi @ self.maker.T
        blocks = []
        for rows in self.codes:
            upper = np.linalg.cholesky(self.phi[np.ix_(rows, rows)]).T
            middle = upper @ left[np.ix_(rows, rows)] @ upper.T
            blocks.append(upper.T @ np.linalg.inv(np.real(sqrtm(middle))) @ upper)
        order = np.concatenate(self.codes)
        adjust = np.empty_like(self.phi)
        adjust[np.ix_(order, order)] = block_diag(*blocks)
        self.half = self.bread @ x.T @ weight @ adjust  # times residuals, cluster by cluster

    def covariance(self, e: Floats) -> Floats:
        parts = np.array([self.half[:, rows] @ e[rows] for rows in self.codes])
        return np.asarray(parts.T @ parts)

    def vectors(self, contrast: Floats) -> Floats:
        """Whose squared products with the errors sum to the variance of a contrast; one row a cluster."""
        return np.array([(contrast @ self.half[:, rows]) @ self.maker[rows] for rows in self.codes])

    def df(self, contrast: Floats) -> float:
        form = self.vectors(contrast).T @ self.vectors(contrast) @ self.phi
        return float(np.trace(form) ** 2 / np.trace(form @ form))

    def hotelling(self, estimate: Floats, contrasts: Floats, e: Floats) -> tuple[float, float]:
        r = len(contrasts)
        forms = [[self.vectors(s).T @ self.vectors(t) for t in contrasts] for s in contrasts]
        expected = np.array([[np.trace(form @ self.phi) for form in row] for row in forms])
        root = np.linalg.inv(np.real(sqrtm(expected)))
        total = 0.0
        for a in range(r):
            for b in range(r):
                form = sum(root[a, s] * root[b, t] * forms[s][t] for s in range(r) for t in range(r))
                even = (form + form.T) / 2 @ self.phi
                total += 2 * float(np.trace(even @ even))  # variance of a quadratic form of normal errors
        h = r * (r + 1) / total
        away = contrasts @ estimate
        q = away @ np.linalg.solve(contrasts @ self.covariance(e) @ contrasts.T, away)
        return float((h - r + 1) / (h * r) * q), h - r + 1


def drawn(*, even: bool = False) -> tuple[Floats, Floats, Floats, Floats]:
    generator = np.random.default_rng(8)
    cluster = generator.permutation(np.repeat(np.arange(len(SIZES)), SIZES)).astype(float)
    n = len(cluster)
    x = np.column_stack([np.ones(n), generator.normal(size=n), cluster % 2, generator.integers(0, 2, n)])
    w = np.full(n, 2.0) if even else generator.random(n) + 0.5
    y = generator.normal(size=n) + generator.normal(size=len(SIZES))[cluster.astype(int)]
    return y, x, w, cluster


def fitted(y: Floats, x: Floats, w: Floats) -> tuple[Floats, Floats]:
    slopes = np.asarray(np.linalg.solve(x.T @ (w[:, None] * x), x.T @ (w * y)), dtype=np.float64)
    return slopes, np.asarray(y - x @ slopes)


@pytest.mark.parametrize("even", [True, False])
@pytest.mark.parametrize("rho", [0.0, 0.07, 0.6])
def test_the_covariance_and_df_are_the_textbook_s(rho: float, even: bool) -> None:
    y, x, w, cluster = drawn(even=even)
    _, e = fitted(y, x, w)
    contrasts = np.array([[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, -1.0, 0.5]])
    found = cluster_robust(x, e, w, cluster, contrasts=contrasts, working="exchangeable", correlation=rho)
    book = Textbook(x, w, cluster, rho)
    np.testing.assert_allclose(found.covariance, book.covariance(e), rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(found.df, [book.df(contrast) for contrast in contrasts], rtol=1e-8)
    assert found.correlation == rho
    if rho == 0:
        usual = cluster_robust(x, e, w, cluster, contrasts=contrasts)
        np.testing.assert_allclose(usual.covariance, found.covariance, rtol=1e-12)
        np.testing.assert_allclose(usual.df, found.df, rtol=1e-12)


@pytest.mark.parametrize("rho", [0.0, 0.3])
@pytest.mark.parametrize("rows", [1, 2, 3])
def test_the_joint_test_is_the_textbook_s(rows: int, rho: float) -> None:
    y, x, w, cluster = drawn()
    slopes, e = fitted(y, x, w)
    contrasts = np.array([[0.0, 1.0, 0.0, 0.0], [0.0, 0.3, -2.0, 1.0], [0.0, 0.0, 0.0, 50.0]])[:rows]
    model: Working = "exchangeable" if rho else "independent"
    found = hotelling_test(
        x, e, w, cluster, coefficients=slopes, contrasts=contrasts, working=model, correlation=rho or None
    )
    f, df = Textbook(x, w, cluster, rho).hotelling(slopes, contrasts, e)
    assert found.df == rows
    assert found.f == pytest.approx(f, rel=1e-8)
    assert found.denominator_df == pytest.approx(df, rel=1e-8)


def test_it_is_unbiased_under_the_working_model() -> None:
    _, x, w, cluster = drawn()
    rho = 0.4
    book = Textbook(x, w, cluster, rho)
    expected = np.zeros((4, 4))
    for error in np.asarray(np.linalg.cholesky(book.phi).T, dtype=np.float64):
        found = cluster_robust(x, fitted(error, x, w)[1], w, cluster, working="exchangeable", correlation=rho)
        expected += found.covariance
    half = book.bread @ x.T * w
    np.testing.assert_allclose(expected, half @ book.phi @ half.T, rtol=1e-9, atol=1e-12)


def test_the_correlation_solves_the_moments_written_out() -> None:
    y, x, w, cluster = drawn()
    code = cluster.astype(np.int64)
    _, e = fitted(y, x, w)
    same = (code[:, None] == code).astype(np.float64)
    maker = np.eye(len(w)) - x @ np.linalg.inv(x.T @ (w[:, None] * x)) @ (x.T * w)
    alone, shared = maker @ maker.T, maker @ same @ maker.T
    system = [[np.trace(alone), np.trace(shared)], [(alone * same).sum(), (shared * same).sum()]]
    a, b = np.linalg.solve(system, [e @ e, e @ same @ e])
    assert 0.1 < b / (a + b) < 0.9
    assert correlation_of_errors(x, e, w, code) == pytest.approx(b / (a + b), rel=1e-9)
    found = cluster_robust(x, e, w, cluster, working="exchangeable")
    assert found.correlation == pytest.approx(b / (a + b), rel=1e-9)


def test_the_correlation_is_neither_negative_nor_one_nor_made_of_nothing() -> None:
    _, x, w, cluster = drawn()
    code = cluster.astype(np.int64)
    apart = np.random.default_rng(2).normal(size=len(w))
    apart -= (np.bincount(code, apart) / np.bincount(code))[code]  # every cluster's sum is 0
    assert correlation_of_errors(x, apart, w, code) == 0
    alike = fitted(np.array([0.0, 0, 0, 0, 0, 0, 1, -1])[code], x[:, :1], w)[1]
    assert correlation_of_errors(x[:, :1], alike, w, code) == 0.99
    single = np.arange(len(w))
    assert correlation_of_errors(x, fitted(apart, x, w)[1], w, single) == 0
    assert correlation_of_errors(x, np.zeros(len(w)), w, code) == 0


def test_a_joint_test_without_variance_or_degrees_of_freedom_gives_no_number() -> None:
    y, x, w, cluster = drawn()
    slopes, e = fitted(y, x, w)
    twice = np.array([[0.0, 1.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0]])
    assert np.isnan(hotelling_test(x, e, w, cluster, coefficients=slopes, contrasts=twice).f)
    few = hotelling_test(x, e, w, cluster % 3, coefficients=slopes, contrasts=np.eye(4))
    assert np.isnan(few.f)
    nothing = hotelling_test(x, e, w, cluster, coefficients=slopes, contrasts=np.zeros((1, 4)))
    assert np.isnan(nothing.f)


def test_a_wrong_working_model_is_told() -> None:
    one = np.ones((3, 1))
    for options in (
        {"working": "ar1"},
        {"correlation": 0.2},
        {"working": "exchangeable", "correlation": 1.0},
        {"working": "exchangeable", "correlation": -0.1},
    ):
        with pytest.raises(OptionError, match=r"working|correlation"):
            cluster_robust(one, one[0], one[0], np.arange(3), **options)


def test_error_rates_where_clusters_differ() -> None:
    """Few, unequal clusters whose people are alike: the nominal .05 singly and jointly, by simulation."""
    generator = np.random.default_rng(12)
    size = generator.permutation(np.r_[np.full(20, 3), np.full(10, 9)])
    cluster = np.repeat(np.arange(len(size)), size)
    group = (np.arange(len(size)) % 3)[cluster]
    x = np.column_stack([np.ones(len(cluster)), group == 1, group == 2]).astype(np.float64)
    weights, contrasts = np.ones(len(cluster)), np.eye(3)[1:]
    models: tuple[Working, Working] = ("exchangeable", "independent")
    rejected = np.zeros((2, 400))
    for number in range(400):
        y = generator.normal(size=len(cluster)) + 0.5 * generator.normal(size=len(size))[cluster]
        slopes, e = fitted(y, x, weights)
        for place, working in enumerate(models):
            found = hotelling_test(
                x, e, weights, cluster, coefficients=slopes, contrasts=contrasts, working=working
            )
            rejected[place, number] = f_tail(found.f, found.df, found.denominator_df) < 0.05
    alike, independent = rejected.mean(axis=1)
    assert 0.015 < alike < 0.065
    assert alike < independent < 0.1
