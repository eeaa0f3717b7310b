"""The jackknife of the polychoric correlation is that of one estimate refitted without each unit."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from barometri.errors import DesignError, OptionError
from barometri.inference.polychoric import PolychoricMethod, polychoric_correlation
from barometri.inference.polychoric_jackknife import replicated_correlations
from barometri.survey import Survey, SurveyDesign
from barometri.testing import polychoric
from barometri.weighting import poststratify, replicate, with_replicates

METHODS: tuple[PolychoricMethod, ...] = ("two_step", "ml")


def people(seed: int = 1, n: int = 300) -> pd.DataFrame:
    """Answers behind which a correlation of 0.5 stands, in 24 units of 4 strata; a rare highest class."""
    rng = np.random.default_rng(seed)
    unit = np.sort(rng.integers(0, 24, n))
    a = rng.normal(size=n) + rng.normal(size=24)[unit] / 2
    b = 0.5 * a + np.sqrt(0.75) * rng.normal(size=n)
    return pd.DataFrame(
        {
            "x": np.digitize(a, [-1.0, 0.2, 3.0]),
            "y": np.digitize(b, [-0.5, 0.5, 1.2]),
            "w": rng.uniform(0.5, 3, n),
            "h": unit // 6,
            "c": unit,
            "f": np.array([12, 30, 60, 8])[unit // 6],
        }
    )


def by_hand(data: pd.DataFrame, method: PolychoricMethod, *, fpc: bool) -> float:
    """Refit without each unit, others of its stratum weighted up, from tables made of the rows."""

    def estimate(rows: pd.DataFrame, weight: "pd.Series[float]") -> float:
        table = pd.crosstab(rows["x"], rows["y"], values=weight, aggfunc="sum").fillna(0).to_numpy()
        return polychoric_correlation(table, method=method).correlation

    found, factors = [], []
    for stratum, own in data.groupby("h"):
        n = own["c"].nunique()
        for unit in own["c"].unique():
            kept = data[data["c"] != unit]
            found.append(estimate(kept, kept["w"] * np.where(kept["h"] == stratum, n / (n - 1), 1.0)))
            factors.append((n - 1) / n * (1 - n / own["f"].iloc[0] if fpc else 1.0))
    apart = np.array(found) - np.mean(found)
    return float(np.sqrt(np.sum(np.array(factors) * apart**2)))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fpc", [False, True])
def test_equals_the_refit_without_each_unit(method: PolychoricMethod, fpc: bool) -> None:
    data = people()
    assert len(set(data.loc[data["x"] == 3, "c"])) == 1  # without this unit a class is empty
    survey = Survey(data, SurveyDesign(weight="w", stratum="h", psu="c", fpc="f" if fpc else None))
    found = polychoric(survey, "x", "y", method=method, errors="jackknife")
    assert found.se == pytest.approx(by_hand(data, method, fpc=fpc), rel=1e-6)
    assert found.method == f"polychoric_{method}/jackknife"
    t, scale = stats.t.ppf(0.975, found.df), 1 - found.estimate**2
    assert found.df == 20  # 24 units in 4 strata
    low, high = np.tanh(np.arctanh(found.estimate) + np.array([-1, 1]) * t * found.se / scale)
    assert [found.ci_low, found.ci_high] == pytest.approx([low, high])


def test_calibrated_weights_are_calibrated_anew_and_own_replicates_used() -> None:
    data = people(2)
    survey = poststratify(
        Survey(data, SurveyDesign(weight="w", stratum="h", psu="c")), "x", {0: 60, 1: 140, 2: 100}
    )
    made = replicate(survey, "jackknife")
    slow = with_replicates(made, lambda s: {"r": polychoric(s, "x", "y").estimate})
    for own in (survey, made):
        assert polychoric(own, "x", "y", errors="jackknife").se == pytest.approx(slow.se[0], rel=1e-6)


def test_domains_and_elements() -> None:
    survey = Survey(people(3, 80), SurveyDesign(weight="w", stratum="h"))
    men = survey.domain(survey["y"] < 3)
    slow = with_replicates(replicate(men, "jackknife"), lambda s: {"r": polychoric(s, "x", "y").estimate})
    assert polychoric(men, "x", "y", errors="jackknife").se == pytest.approx(slow.se[0], rel=1e-6)


def test_is_near_the_delta_method_in_a_large_sample() -> None:
    survey = Survey(people(4, 5000), SurveyDesign(weight="w"))
    for method in METHODS[:1]:
        delta, left_out = (
            polychoric(survey, "x", "y", method=method, errors=word).se for word in ("delta", "jackknife")
        )
        assert left_out == pytest.approx(delta, rel=0.01)


def test_replicates_without_an_estimate_are_missing() -> None:
    tables = np.array([[[5.0, 0], [0, 5]], [[5, 5], [0, 0]], [[3, 1], [1, 3]], [[3, 1], [1, 3]]])
    for method in METHODS:
        found = replicated_correlations(tables, 0.3, method=method)
        assert np.isnan(found[:2]).all()
        assert found[2:] == pytest.approx([polychoric_correlation(tables[2], method=method).correlation] * 2)


def test_what_a_jackknife_cannot_follow_is_refused() -> None:
    survey = Survey(people(), SurveyDesign(weight="w", stratum="h", psu="c"))
    with pytest.raises(OptionError, match="errors must be one of delta, jackknife"):
        polychoric(survey, "x", "y", errors="guess")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match='choose variance="design"'):
        polychoric(survey, "x", "y", variance="multinomial", errors="jackknife")
    drawn = replicate(survey, "bootstrap", replicates=9, generator=np.random.default_rng(1))
    with pytest.raises(DesignError, match="makes its own replicates"):
        polychoric(drawn, "x", "y", errors="jackknife")
