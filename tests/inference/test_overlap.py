"""Overlapping samples of one population: the variance of a change over repeated draws, and exact cases."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from barometri.errors import DesignError
from barometri.inference.overlap import overlap_covariance

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """One stratum: N people, n1 and n2 of them drawn, n12 in both; answers as shares or as numbers."""

    population: int
    first: int
    second: int
    both: int
    binary: bool = False


def people(setting: Setting, rng: np.random.Generator) -> FloatArray:
    own = rng.normal(size=setting.population)
    y = own + 0.8 * rng.normal(size=(2, setting.population))
    return (y > [[0.0], [0.3]]).astype(float) if setting.binary else y


def true_variance(setting: Setting, y: FloatArray) -> float:
    n1, n2, n12, size = setting.first, setting.second, setting.both, setting.population
    s = np.cov(y)
    shared = n12 / (n1 * n2) - 1 / size
    return float((1 / n1 - 1 / size) * s[0, 0] + (1 / n2 - 1 / size) * s[1, 1] - 2 * shared * s[0, 1])


def draw(setting: Setting, y: FloatArray, rng: np.random.Generator) -> tuple[float, dict[str, float]]:
    """Change and the variances that different rules state for it."""
    n1, n2, n12, size = setting.first, setting.second, setting.both, setting.population
    order = rng.permutation(size)
    rows = order[:n1], np.concatenate([order[n1 - n12 : n1], order[n1 : n1 + n2 - n12]])
    values = y[0, rows[0]], y[1, rows[1]]
    z1, z2 = ((v - v.mean()) / len(v) for v in values)
    pairs = np.column_stack([np.arange(n1 - n12, n1), np.arange(n12)])
    found = overlap_covariance(
        z1[:, None], z2[:, None], strata=(np.zeros(n1), np.zeros(n2)), pairs=pairs, population=[size]
    )
    apart = sum(n * (1 - n / size) * z.var(ddof=1) for n, z in ((n1, z1), (n2, z2)))
    persons = np.zeros(n1 + n2 - n12)
    persons[:n1] -= z1
    persons[n1 - n12 :] += z2
    union = len(persons) * persons.var(ddof=1)
    stated = {
        "exact": apart - 2 * found.covariance[0, 0],
        "independent": apart,
        "persons with the union's correction": (1 - len(persons) / size) * union,
        "persons without correction": union,
    }
    return values[1].mean() - values[0].mean(), stated


SETTINGS = (
    Setting(300, 120, 120, 60),
    Setting(300, 240, 240, 200),
    Setting(300, 240, 240, 220, binary=True),
    Setting(300, 120, 90, 90),
    Setting(60, 20, 20, 6),
)


@pytest.mark.parametrize("setting", SETTINGS)
def test_stated_errors_are_true_where_naive_ones_are_not(setting: Setting) -> None:
    rng = np.random.default_rng(20211)
    y = people(setting, rng)
    truth = true_variance(setting, y)
    drawn = [draw(setting, y, rng) for _ in range(1200)]
    ratio = {name: np.sqrt(np.mean([stated[name] for _, stated in drawn]) / truth) for name in drawn[0][1]}
    assert np.std([change for change, _ in drawn]) / np.sqrt(truth) == pytest.approx(1.0, abs=0.06)
    assert 0.97 < ratio["exact"] < 1.03
    assert min(stated["exact"] for _, stated in drawn) > 0
    assert ratio["persons with the union's correction"] < 0.93
    assert ratio["persons without correction"] > 1.03
    if setting.both * setting.population > setting.first * setting.second:
        assert ratio["independent"] > 1.03  # conservative when more people are in both than by chance


def sample(n: int, seed: int, columns: int = 2) -> FloatArray:
    return np.random.default_rng(seed).normal(size=(n, columns))


def test_same_people_twice_are_differences_of_pairs() -> None:
    z1, z2 = sample(20, 1), sample(20, 2)
    strata = np.repeat([0, 1], [12, 8])
    pairs = np.column_stack([np.arange(20), np.arange(20)])
    found = overlap_covariance(z1, z2, strata=(strata, strata), pairs=pairs, population=[30, 80])
    # the second stratum has fewer than ten pairs and takes the correlation within both strata
    assert found.pooled.tolist() == [False, True]
    own = [12 * (1 - 12 / 30), 8 * (1 - 8 / 80)]
    first = own[0] * np.cov(z1[:12].T, z2[:12].T)[:2, 2:]
    a, b = (np.concatenate([z[:12] - z[:12].mean(0), z[12:] - z[12:].mean(0)]) for z in (z1, z2))
    r = a.T @ b / np.sqrt(np.outer((a**2).sum(0), (b**2).sum(0)))
    second = own[1] * r * np.outer(z1[12:].std(0, ddof=1), z2[12:].std(0, ddof=1))
    assert np.allclose(found.covariance, first + second, rtol=1e-12)


def test_infinite_population_gives_repeated_measurements() -> None:
    z = sample(15, 3, 1)
    pairs = np.column_stack([np.arange(15), np.arange(15)])
    found = overlap_covariance(
        z, 2 * z, strata=(np.zeros(15), np.zeros(15)), pairs=pairs, population=[np.inf]
    )
    assert found.covariance[0, 0] == pytest.approx(15 * 2 * z.var(ddof=1))


def test_independent_draws_have_no_covariance_on_average() -> None:
    # n12 = n1 n2 / N: the factor is 0 whatever the answers
    z = sample(20, 4, 1)
    pairs = np.column_stack([np.arange(10), np.arange(10)])
    found = overlap_covariance(z, z, strata=(np.zeros(20), np.zeros(20)), pairs=pairs, population=[40])
    assert found.covariance[0, 0] == pytest.approx(0.0, abs=1e-12)


def test_no_pairs_movers_and_repeats() -> None:
    z = sample(12, 5, 1)
    strata = (np.zeros(12), np.repeat([0, 1], 6))
    nobody = overlap_covariance(z, z, strata=strata, pairs=[], population=[20, 20])
    assert nobody.covariance.tolist() == [[0.0]]
    pairs = np.column_stack([np.arange(12), np.arange(12)])
    assert overlap_covariance(z, z, strata=strata, pairs=pairs, population=[20, 20]).moved == 6
    with pytest.raises(DesignError, match="linked to two"):
        overlap_covariance(z, z, strata=strata, pairs=[[0, 1], [0, 2]], population=[20, 20])
