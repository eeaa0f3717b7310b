"""Holm's adjustment."""

import numpy as np

from barometri.inference.multiplicity import holm
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
