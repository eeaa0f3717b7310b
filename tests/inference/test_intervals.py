"""Intervals: stored values, exact coverage, edges."""

import numpy as np
import pytest
from scipy import stats

from barometri.errors import DesignError, OptionError
from barometri.inference.hypergeometric import hypergeometric_bounds
from barometri.inference.intervals import (
    PROPORTION_METHODS,
    ProportionMethod,
    effective_cases,
    mean_intervals,
    proportion_intervals,
    t_quantile,
    two_sided_p,
)
from barometri.inference.linearization import covariance, degrees_of_freedom
from barometri.inference.moments import linearize_ratio
from tests.inference.samples import Load

SETS = ["srs", "srs_nofpc", "strat", "strat_nofpc", "clus1", "clus1_nofpc"]
WORDS = {"mean": "wald", "logit": "logit", "xlogit": "xlogit", "asin": "asin", "beta": "beta"}


@pytest.mark.parametrize("prefix", SETS)
def test_mean_intervals_equal_stored_values(reference: Load, prefix: str) -> None:
    cases = reference("api_" + prefix.removesuffix("_nofpc"))
    stored = cases[f"{prefix}.mean"]
    centre, se = (next(iter(stored[key].values())) for key in ("estimate", "se"))
    for kind, df in (("normal", np.inf), ("t", cases[f"{prefix}.degf"])):
        found = mean_intervals(centre, se, df)
        expected = cases[f"{prefix}.mean_ci_{kind}"]["values"][0]
        np.testing.assert_allclose([found.low[0], found.high[0]], expected, rtol=1e-12)


@pytest.mark.parametrize("prefix", SETS)
@pytest.mark.parametrize("level", [0.95, 0.9])
@pytest.mark.parametrize("word", WORDS)
def test_proportion_intervals_equal_stored_values(
    reference: Load, school_sample: Load, prefix: str, level: float, word: str
) -> None:
    cases = reference("api_" + prefix.removesuffix("_nofpc"))
    key = f"{prefix}.ciprop_{word}_{level}"
    if key not in cases:
        key = key.replace("0.9", ".9")
    stored, sample = cases[key], school_sample(prefix)
    item = "both" if prefix == "strat_nofpc" else "hi"
    y = (sample.frame["both"] == "Yes") if item == "both" else (sample.frame["hi"] == 1)
    w = sample.weight[:, None]
    found = linearize_ratio(sample.by_unit(w * y.to_numpy()[:, None]), sample.by_unit(w))
    se = np.sqrt(np.diag(covariance(found.totals, sample.unit_stratum, sample.strata)))
    df = degrees_of_freedom(np.bincount(sample.unit_stratum))
    interval = proportion_intervals(
        found.estimate,
        se,
        len(y),
        df,
        method=WORDS[word],  # type: ignore[arg-type]
        level=level,
    )
    np.testing.assert_allclose(se[0], stored["se"], rtol=1e-10)
    np.testing.assert_allclose([interval.low[0], interval.high[0]], stored["ci"], rtol=1e-8)


def test_korn_graubard_is_clopper_pearson_under_simple_random_sampling() -> None:
    for count in (0, 1, 7, 20):
        p = count / 20
        se = np.sqrt(p * (1 - p) / 20)
        found = proportion_intervals(p, se, 20, np.inf, minimum_df=3)
        exact = stats.binomtest(count, 20).proportion_ci(method="exact")
        # infinite degrees of freedom enlarge the size, and the cap at n brings it back
        np.testing.assert_allclose([found.low[0], found.high[0]], [exact.low, exact.high], rtol=1e-10)


def test_korn_graubard_follows_its_formula() -> None:
    p, se, n, df = 0.3, 0.06, 120, 14
    size = p * (1 - p) / se**2 * (stats.t.isf(0.025, n - 1) / stats.t.isf(0.025, df)) ** 2
    assert size < n
    low = stats.beta.ppf(0.025, p * size, (1 - p) * size + 1)
    high = stats.beta.isf(0.025, p * size + 1, (1 - p) * size)
    found = proportion_intervals(p, se, n, df)
    np.testing.assert_allclose([found.low[0], found.high[0]], [low, high], rtol=1e-10)
    assert effective_cases(p, se, n, df, n)[0] == pytest.approx(size, rel=1e-10)
    # a design that beats simple random sampling is not credited with more cases than it has
    assert effective_cases(p, 0.001, n, np.inf, n)[0] == n


def test_wilson_solves_the_score_equation() -> None:
    p, se, n, df = 0.2, 0.05, 90, 20
    size = effective_cases(p, se, n, df, n)[0]
    found = proportion_intervals(p, se, n, df, method="wilson")
    for bound in (found.low[0], found.high[0]):
        score = (p - bound) / np.sqrt(bound * (1 - bound) / size)
        assert abs(score) == pytest.approx(stats.norm.isf(0.025), rel=1e-10)


def test_an_unknown_variance_gives_no_interval() -> None:
    methods: tuple[ProportionMethod, ...] = ("korn_graubard", "wilson", "logit", "wald")
    for method in methods:
        found = proportion_intervals([0.4, 0.0], np.nan, 30, 20, method=method)
        assert found.reason[0] == "variance_unknown"
        assert np.isnan(found.low).all()
    assert mean_intervals(4.0, np.nan, 20).reason[0] == "variance_unknown"


def test_empty_and_full_cells_use_the_size_of_kish() -> None:
    found = proportion_intervals([0.0, 1.0], [0.0, 0.0], [50, 50], [49, 49], kish=[30.0, 30.0])
    assert found.low[0] == 0
    assert found.high[1] == 1
    assert found.high[0] == pytest.approx(1 - 0.025 ** (1 / 30), rel=1e-9)
    assert found.low[1] == pytest.approx(1 - found.high[0], rel=1e-9)
    smaller = proportion_intervals([0.0], [0.0], [50], [6], kish=[30.0])
    assert smaller.high[0] > found.high[0]


@pytest.mark.parametrize("method", PROPORTION_METHODS)
def test_the_share_of_the_opposite_mirrors(method: str) -> None:
    p = np.array([0.1, 0.35, 0.5, 0.8])
    arguments = {"method": method, "population": 500, "kish": 70.0}
    one = proportion_intervals(p, 0.04, 80, 20, **arguments)  # type: ignore[arg-type]
    two = proportion_intervals(1 - p, 0.04, 80, 20, **arguments)  # type: ignore[arg-type]
    np.testing.assert_allclose(one.low, 1 - two.high, atol=1e-12)
    np.testing.assert_allclose(one.high, 1 - two.low, atol=1e-12)
    assert np.all((one.low < p) & (p < one.high))
    assert one.method == method


@pytest.mark.parametrize("method", PROPORTION_METHODS)
def test_what_cannot_be_estimated_says_why(method: str) -> None:
    found = proportion_intervals(
        [0.5, 0.0, np.nan, 0.5],
        [0.1, 0.0, np.nan, 0.0],
        [25, 25, 0, 25],
        [2.0, 24.0, 24.0, 24.0],
        method=method,  # type: ignore[arg-type]
        population=[100, 100, 100, np.nan],
    )
    expected = {
        "korn_graubard": ["few_degrees_of_freedom", "", "no_cases", ""],
        "wilson": ["few_degrees_of_freedom", "", "no_cases", ""],
        "hypergeometric": ["", "", "no_cases", "population_unknown"],
    }.get(method, ["few_degrees_of_freedom", "zero_variance", "no_cases", "zero_variance"])
    assert found.reason.tolist() == expected
    assert (np.isnan(found.low) == (found.reason != "")).all()
    assert (np.isnan(found.high) == (found.reason != "")).all()


def test_one_case_says_next_to_nothing() -> None:
    assert proportion_intervals([1.0], [0.0], [1], [0]).reason[0] == "few_degrees_of_freedom"
    assert mean_intervals([3.0, np.nan], [0.0, np.nan], [0, 5]).reason.tolist() == [
        "few_degrees_of_freedom",
        "no_cases",
    ]
    # a design of many units gives degrees of freedom even where the domain holds one case
    found = proportion_intervals([1.0], [0.0], [1], [30])
    np.testing.assert_allclose([found.low[0], found.high[0]], [0.025, 1.0])


@pytest.mark.parametrize(("draws", "population"), [(3, 7), (8, 20), (12, 60), (10, 10)])
def test_hypergeometric_covers_for_every_population(draws: int, population: int) -> None:
    counts = np.arange(draws + 1)
    low, high = hypergeometric_bounds(counts, np.full(draws + 1, draws), np.full(draws + 1, population))
    for successes in range(population + 1):
        chance = stats.hypergeom.pmf(counts, population, successes, draws)
        assert chance @ ((low <= successes) & (successes <= high)) >= 0.95 - 1e-12
    # no shorter bound would do: one value less on either side has too small a tail
    for count in counts:
        if low[count] > count:
            assert stats.hypergeom.sf(count - 1, population, int(low[count]) - 1, draws) <= 0.025
        if high[count] < population - draws + count:
            assert stats.hypergeom.cdf(count, population, int(high[count]) + 1, draws) <= 0.025


def test_a_census_is_known_exactly_and_a_smaller_population_is_refused() -> None:
    found = proportion_intervals(0.25, 0.0, 8, 7, method="hypergeometric", population=8)
    assert (found.low[0], found.high[0]) == (0.25, 0.25)
    with pytest.raises(DesignError, match="smaller than the sample"):
        hypergeometric_bounds([1], [5], [4])


def test_tails_are_precise_far_out() -> None:
    np.testing.assert_allclose(two_sided_p([9.0, 30.0], np.inf), 2 * stats.norm.sf([9.0, 30.0]), rtol=1e-12)
    np.testing.assert_allclose(two_sided_p([-9.0, 30.0], 8), 2 * stats.t.sf([9.0, 30.0], 8), rtol=1e-10)
    assert np.isnan(two_sided_p(1.0, 0))
    np.testing.assert_allclose(
        t_quantile([1, 4, 200, np.inf], 0.025), stats.t.isf(0.025, [1, 4, 200, np.inf])
    )
    assert np.isnan(t_quantile(0, 0.025))


def test_unknown_methods_are_refused() -> None:
    with pytest.raises(OptionError, match="method must be one of korn_graubard"):
        proportion_intervals([0.5], [0.1], [20], [19], method="exact")  # type: ignore[arg-type]


@pytest.mark.parametrize("prefix", SETS)
@pytest.mark.parametrize("level", [0.95, 0.9])
def test_the_likelihood_interval_is_as_far_from_the_stored_one_as_that_from_its_own_definition(
    reference: Load, prefix: str, level: float
) -> None:
    """The stored limits are read off an interpolated profile, so that they reach its limit only nearly."""
    name = "api_" + prefix.removesuffix("_nofpc")
    cases = reference(name)
    stored, df = cases[f"{prefix}.ciprop_likelihood_{level}"], cases[f"{prefix}.degf"]
    n, p = {"api_srs": 200, "api_strat": 200, "api_clus1": 183}[name], stored["estimate"]
    found = proportion_intervals(p, stored["se"], n, df, method="likelihood", level=level)
    np.testing.assert_allclose([found.low[0], found.high[0]], stored["ci"], atol=5e-5, rtol=0)

    def scaled_ratio(x: float) -> float:
        ratio = 2 * n * (p * np.log(p / x) + (1 - p) * np.log((1 - p) / (1 - x)))
        return float(ratio * (n - 1) / n * p * (1 - p) / (n * stored["se"] ** 2))

    limit = stats.f.isf(1 - level, 1, df)
    for ours, theirs in zip((found.low[0], found.high[0]), stored["ci"], strict=True):
        assert scaled_ratio(ours) == pytest.approx(limit, rel=1e-10)
        assert scaled_ratio(theirs) == pytest.approx(limit, rel=1e-3)
        assert scaled_ratio(theirs) != pytest.approx(limit, rel=1e-6)


def test_the_likelihood_interval_is_that_of_wilks_under_simple_random_sampling() -> None:
    n, p = 400, 0.03
    found = proportion_intervals(p, np.sqrt(p * (1 - p) / n), n, np.inf, method="likelihood")
    for x in (found.low[0], found.high[0]):
        ratio = 2 * (stats.binom.logpmf(12, n, p) - stats.binom.logpmf(12, n, x))
        assert ratio == pytest.approx(stats.chi2.isf(0.05, 1) * n / (n - 1), rel=1e-9)
    assert found.high[0] - p > p - found.low[0]
