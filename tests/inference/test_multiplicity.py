"""Adjusted p-values: stored values, other software, closed testing, missing tests."""

from itertools import combinations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from barometri.errors import OptionError
from barometri.inference.multiplicity import (
    METHODS,
    Adjustment,
    adjust_p_values,
    holm,
    hommel,
    intersection_union,
)
from tests.inference.samples import Load


def test_models_one_at_a_time_equal_stored_values(reference: Load) -> None:
    for name, case in (("api_strat", "items.one_at_a_time"), ("sosbar_sim", "models_one_at_a_time")):
        stored = reference(name)[case]
        rows = dict(zip(stored["rows"], stored["values"], strict=True))
        np.testing.assert_allclose(holm(rows["p"]), rows["holm"], rtol=1e-12)


def test_missing_tests_are_not_counted() -> None:
    p = np.array([0.2, np.nan, 0.011, 0.04, np.nan, 0.04])
    found = holm(p)
    np.testing.assert_allclose(found[~np.isnan(p)], holm(p[~np.isnan(p)]))
    assert np.isnan(found).tolist() == np.isnan(p).tolist()
    np.testing.assert_allclose(found[[0, 2, 3, 5]], [0.2, 0.044, 0.12, 0.12])


def test_adjusted_values_rise_with_p_and_stay_at_most_one() -> None:
    p = np.sort(np.random.default_rng(3).random(30))
    found = holm(p)
    assert np.all(np.diff(found) >= 0)
    assert np.all((found >= p) & (found <= 1))
    assert holm([]).size == 0
    assert np.isnan(holm([np.nan])).all()


@pytest.mark.parametrize(
    ("method", "word"),
    [
        ("holm", "holm"),
        ("hochberg", "simes-hochberg"),
        ("hommel", "hommel"),
        ("bonferroni", "bonferroni"),
        ("benjamini_hochberg", "fdr_bh"),
        ("benjamini_yekutieli", "fdr_by"),
    ],
)
def test_complete_families_equal_statsmodels(method: Adjustment, word: str) -> None:
    generator = np.random.default_rng(6)
    for size in (1, 2, 7, 30):
        p = np.round(generator.random(size) ** 3, 2)
        np.testing.assert_allclose(
            adjust_p_values(p, method=method), multipletests(p, method=word)[1], atol=1e-12
        )


def test_hommel_is_the_closure_of_simes() -> None:
    p = np.random.default_rng(9).random(6) ** 2

    def simes(chosen: tuple[int, ...]) -> float:
        ranked = np.sort(p[list(chosen)])
        return float((ranked * len(ranked) / np.arange(1, len(ranked) + 1)).min())

    sets = [chosen for size in range(1, 7) for chosen in combinations(range(6), size)]
    closed = [max(simes(chosen) for chosen in sets if test in chosen) for test in range(6)]
    np.testing.assert_allclose(hommel(p), closed)


@pytest.mark.parametrize("method", METHODS)
def test_a_missing_test_is_no_test(method: Adjustment) -> None:
    p = np.array([0.2, np.nan, 0.011, 0.04, np.nan, 0.04])
    found, known = adjust_p_values(p, method=method), ~np.isnan(p)
    np.testing.assert_array_equal(found[known], adjust_p_values(p[known], method=method))
    assert np.isnan(found).tolist() == (~known).tolist()
    assert np.all(found[known] >= p[known])
    order = np.random.default_rng(1).permutation(len(p))
    np.testing.assert_array_equal(adjust_p_values(p[order], method=method), found[order])


def test_intersection_union_takes_the_largest_and_misses_nothing() -> None:
    assert intersection_union([0.01, 0.04, 0.02]) == 0.04
    assert np.isnan(intersection_union([0.01, np.nan]))
    with pytest.raises(OptionError, match="at least one"):
        intersection_union([])


@pytest.mark.parametrize("p", [[1.2], [-0.1, 0.5], [[0.1]]])
def test_what_is_no_p_value_is_refused(p: list[float]) -> None:
    with pytest.raises(OptionError, match="between 0 and 1"):
        adjust_p_values(p)
