"""Somers' D within groups and districts: against pairs counted one by one."""

from itertools import combinations

import numpy as np
import pytest

from barometri.association.cases import complete_cases
from barometri.association.strength import concordance, odds_ratio_per_model, somers_d
from barometri.collaboration import count_models
from tests.association import made


def by_pairs(k: np.ndarray, y: np.ndarray, w: np.ndarray, s: np.ndarray) -> float:
    better = apart = 0.0
    for i, j in combinations(range(len(k)), 2):
        if s[i] == s[j] and k[i] != k[j]:
            better += w[i] * w[j] * np.sign((k[i] - k[j]) * (y[i] - y[j]))
            apart += w[i] * w[j]
    return float(better / apart)


def test_stratified_somers_d_counts_pairs_of_one_stratum() -> None:
    generator = np.random.default_rng(4)
    k, y, s = (generator.integers(0, top, 60) for top in (4, 5, 3))
    w = generator.choice([1.0, 2.0, 3.5], 60)
    found, influence = concordance(k, y, w, s)
    assert found == pytest.approx(by_pairs(k, y, w, s), rel=1e-12)
    assert w @ influence == pytest.approx(0.0, abs=1e-12)
    step = 1e-6
    for row in (0, 17, 41):  # the influence is the derivative by the weight
        more = w.copy()
        more[row] += step
        assert (by_pairs(k, y, more, s) - found) / step == pytest.approx(influence[row], rel=1e-4, abs=1e-8)


def test_adjusting_takes_away_what_groups_make() -> None:
    """Within a group judgement has nothing to do with models, but one group has more of both."""
    data = made.responses()
    many = data["group"] == 3
    data["m_consent"] = np.where(many, 1, 3).astype(np.int32)
    generator = np.random.default_rng(8)
    low, high = (generator.choice(codes, len(data)) for codes in ([1, 2, 3], [3, 4, 5]))
    data["cooperation"] = np.where(many, high, low).astype(np.int32)
    places = count_models(made.survey(data)).analytic()
    raw = somers_d(complete_cases(places, "cooperation"))
    adjusted = somers_d(complete_cases(places, "cooperation", ("group", "district")))
    assert raw.ci_low > 0.2
    assert adjusted.ci_low < 0 < adjusted.ci_high
    assert adjusted.adjusted_for == ("group", "district")
    assert adjusted.n == raw.n


def test_nothing_to_compare_says_what_is_wanting() -> None:
    data = made.responses()
    for name in made.QUESTIONS:
        data[name] = np.int32(3)
    cases = complete_cases(count_models(made.survey(data)).analytic(), "cooperation")
    for effect in (somers_d(cases), odds_ratio_per_model(cases)):
        assert np.isnan(effect.estimate)
        assert effect.method == "not_estimable: number_of_models"
