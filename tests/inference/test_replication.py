"""Multipliers of units: balance, sums, and what the variance between replicates is for totals."""

import numpy as np
import pytest

from barometri.errors import DesignError
from barometri.inference.linearization import covariance
from barometri.inference.replicates import replicate_covariance, supplied_rank
from barometri.inference.replication import (
    balanced,
    bootstrap,
    hadamard_rows,
    jackknife,
    jackknife_totals,
)
from barometri.inference.strata import make_strata

STRATUM = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
STRATA = make_strata([3, 2, 4], fraction=[0.3, 0.0, 0.5])
TOTALS = np.random.default_rng(4).normal(5, 2, (9, 2))


def test_jackknife_of_totals_is_exact() -> None:
    scheme = jackknife(STRATUM, STRATA)
    replicates = scheme.multipliers.T @ TOTALS
    found = replicate_covariance(replicates, None, scheme.scale, scheme.rscales)
    assert found == pytest.approx(covariance(TOTALS, STRATUM, STRATA), rel=1e-10)
    assert jackknife_totals(TOTALS, STRATUM, STRATA) == pytest.approx(replicates)


def test_a_unit_that_is_all_there_is_leaves_exactly_nothing() -> None:
    totals = np.zeros((9, 1))
    totals[4] = 0.1 + 0.2
    assert jackknife_totals(totals, STRATUM, STRATA)[4, 0] == 0.0


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 7, 8, 20])
def test_half_samples_are_orthogonal_and_balanced(rows: int) -> None:
    found = hadamard_rows(rows)
    assert found.shape[0] == rows
    assert np.array_equal(found @ found.T, found.shape[1] * np.eye(rows))
    assert np.all(found.sum(axis=1) == 0)


def test_half_samples_need_pairs() -> None:
    with pytest.raises(DesignError, match="2 strata hold another number"):
        balanced(STRATUM, STRATA)


def test_bootstrap_multipliers_keep_the_size_of_every_stratum() -> None:
    scheme = bootstrap(STRATUM, STRATA, replicates=400, generator=np.random.default_rng(2))
    sums = np.stack([scheme.multipliers[h == STRATUM].sum(axis=0) for h in range(3)])
    assert sums == pytest.approx(np.repeat([[3.0], [2.0], [4.0]], 400, axis=1))
    assert scheme.multipliers.min() >= 0
    expected = covariance(TOTALS, STRATUM, STRATA)
    found = replicate_covariance(scheme.multipliers.T @ TOTALS, None, scheme.scale, scheme.rscales)
    assert np.diag(found) == pytest.approx(np.diag(expected), rel=0.25)


def test_replicates_without_an_estimate_give_no_variance() -> None:
    values = np.array([[1.0, np.nan], [2.0, 3.0], [4.0, 4.0]])
    found = replicate_covariance(values, None, 1.0, np.ones(3))
    assert np.isfinite(found[0, 0])
    assert np.isnan(found[1]).all()
    unused = replicate_covariance(values, None, 1.0, np.array([0.0, 1.0, 1.0]))
    assert np.isfinite(unused).all()


def test_rank_of_supplied_weights() -> None:
    scheme = jackknife(STRATUM, STRATA)
    assert supplied_rank(scheme.multipliers) - 1 == 9 - 3
    assert supplied_rank(np.hstack([scheme.multipliers, scheme.multipliers])) - 1 == 9 - 3


def test_totals_without_the_matrix_are_those_of_the_matrix_also_for_a_lone_unit() -> None:
    stratum, totals = np.array([0, 0, 0, 1, 2, 2]), np.arange(12.0).reshape(6, 2) ** 2
    strata = make_strata([3, 1, 2], fraction=[0.2, 1.0, 0.1])
    expected = jackknife(stratum, strata).multipliers @ totals
    np.testing.assert_allclose(jackknife_totals(totals, stratum, strata), expected, rtol=1e-12)
