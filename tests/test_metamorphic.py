"""What must hold whatever the data: every verb on a survey and on a twin that a known change has made."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import barometri as bm
from barometri.errors import BarometriError, DesignError
from barometri.estimates import TOTAL, VALUE_COLUMNS, Estimates
from barometri.inference.intervals import ProportionMethod
from barometri.inference.tested import HypothesisTest
from barometri.regression import RegressionFit
from barometri.study.codebook import Code, Codebook, Question
from barometri.testing import ordinal_association, rank_test, rao_scott, t_test

METHODS: tuple[ProportionMethod, ...] = get_args(ProportionMethod)
Floats = npt.NDArray[np.float64]
Verb = Callable[[bm.Survey], Mapping[str, Floats]]
VARIANCES = ["estimate", "se", "ci_low", "ci_high"]
DESIGNS = {
    "elements": bm.SurveyDesign(weight="w", stratum="h"),
    "elements_of_a_finite_population": bm.SurveyDesign(weight="w", stratum="h", fpc="size"),
    "clusters": bm.SurveyDesign(weight="w", stratum="h", psu="unit"),
    "clusters_of_a_finite_population": bm.SurveyDesign(weight="w", stratum="h", psu="unit", fpc="units"),
}
EQUAL = bm.SurveyDesign(weight="equal")
STRATA, UNITS = 3, 6
seeds = st.integers(0, 2**32 - 1)
some = settings(max_examples=8)


def sample(seed: int, n: int = 150) -> pd.DataFrame:
    """Respondents of 3 strata with 6 units each; every unit and every code has somebody."""
    rng = np.random.default_rng(seed)
    row = np.arange(n)
    data = pd.DataFrame({"h": row % STRATA, "unit": row // STRATA % UNITS})
    data["g"] = np.array(["a", "b", "c"])[rng.permutation(n) % 3]
    data["d"] = np.array(["u", "v"])[rng.permutation(n) % 2]
    data["w"] = rng.uniform(1, 4, n).round(3)
    data["size"], data["units"] = 4 * (n // STRATA), 3 * UNITS
    latent = rng.normal(0, 1, n) + (data["g"] == "b") + 0.3 * (data["unit"] % 3)
    data["good"] = (latent > 0.5).astype(int)
    data["bad"] = 1 - data["good"]
    data["level"] = np.digitize(latent, [-0.5, 0.5, 1.5]) + 1
    data["x"] = (latent + rng.normal(5, 1, n)).round(6)
    data["z"] = (data["x"] + rng.normal(5, 1, n)).round(6)
    data["count"] = rng.poisson(2, n)
    return data


def numbers(estimates: Estimates, *names: str) -> Floats:
    return estimates.frame[list(names or VARIANCES)].to_numpy(dtype=np.float64)


def found(estimates: Estimates) -> dict[str, Floats]:
    return {"values": numbers(estimates), "covariance": estimates.covariance, "df": numbers(estimates, "df")}


def fitted(fit: RegressionFit) -> dict[str, Floats]:
    return {"coefficients": fit.coefficients, "covariance": fit.covariance, "df": np.asarray(fit.df)}


def result_of(test: HypothesisTest) -> dict[str, Floats]:
    ends = [test.statistic, test.p_value, test.df, test.denominator_df, test.estimate, test.se]
    return {"test": np.array([*ends, test.ci_low, test.ci_high])}


def associated(survey: bm.Survey) -> dict[str, Floats]:
    effects = ordinal_association(survey, "count", "level").effects
    return {
        name: np.array([effect.estimate, effect.se, effect.ci_low, effect.ci_high, effect.p_value])
        for name, effect in effects.items()
    }


def differences(survey: bm.Survey) -> dict[str, Floats]:
    shares = bm.proportion(survey, "good", by="g")
    return found(bm.contrast(shares, {"difference": [1, -1, 0], "curve": [1, -2, 1]}))


def share_by(ci: ProportionMethod) -> Verb:
    return lambda survey: found(bm.proportion(survey, "good", by="g", ci=ci))


VERBS: dict[str, Verb] = {
    "mean": lambda s: found(bm.mean(s, ["x", "z"], by="g", margins=True)),
    "share": lambda s: found(bm.proportion(s, "good", by=["g", "d"], margins=True)),
    "shares": lambda s: found(bm.proportion(s, "level", categories="each")),
    **{f"share_{ci}": share_by(ci) for ci in METHODS if ci != "hypergeometric"},
    "ratio": lambda s: found(bm.ratio(s, "x", "z", by="d")),
    "quantile": lambda s: {"values": numbers(bm.quantile(s, "x", [0.25, 0.5, 0.9], by="d"))},
    "contrast": differences,
    "population_variance": lambda s: found(bm.population_variance(s, "x")),
    "rao_scott": lambda s: result_of(rao_scott(s, "g", "level")),
    "rao_scott_sum": lambda s: result_of(rao_scott(s, "g", "good", statistic="chisq")),
    "t_test": lambda s: result_of(t_test(s, "x", "d")),
    "wilcoxon": lambda s: result_of(rank_test(s, "x", "d")),
    "kruskal_wallis": lambda s: result_of(rank_test(s, "level", "g", scores="kruskal_wallis")),
    "association": associated,
    "linear": lambda s: fitted(bm.linear_regression(s, "x ~ g + z")),
    "logistic": lambda s: fitted(bm.logistic_regression(s, "good ~ g")),
    "poisson": lambda s: fitted(bm.poisson_regression(s, "count ~ d")),
    "ordinal": lambda s: fitted(bm.ordinal_regression(s, "level ~ g")),
}


def same(one: Mapping[str, Floats], other: Mapping[str, Floats], *, rtol: float = 1e-7) -> None:
    assert one.keys() == other.keys()
    for name, expected in one.items():
        scale = np.abs(expected[np.isfinite(expected)]).max(initial=1e-12)
        np.testing.assert_allclose(other[name], expected, rtol=rtol, atol=rtol * scale, err_msg=name)
        assert np.isfinite(expected).any(), name


@cache
def base(name: str, verb: str) -> Mapping[str, Floats]:
    return VERBS[verb](bm.Survey(sample(11), DESIGNS[name]))


@pytest.mark.parametrize("verb", sorted(VERBS))
@pytest.mark.parametrize("name", sorted(DESIGNS))
class TestEveryVerb:
    """One data set, every verb, every design."""

    def test_a_multiple_of_the_weights_changes_nothing(self, name: str, verb: str) -> None:
        data = sample(11).assign(w=lambda frame: frame["w"] * 37.5)
        same(base(name, verb), VERBS[verb](bm.Survey(data, DESIGNS[name])))

    def test_the_order_of_rows_changes_nothing(self, name: str, verb: str) -> None:
        data = sample(11).sample(frac=1.0, random_state=5)
        same(base(name, verb), VERBS[verb](bm.Survey(data, DESIGNS[name])))

    def test_a_stratum_split_by_a_constant_changes_nothing(self, name: str, verb: str) -> None:
        design = replace(DESIGNS[name], stratum=("h", "always"))
        data = sample(11).assign(always="one")
        same(base(name, verb), VERBS[verb](bm.Survey(data, design)), rtol=1e-9)

    def test_people_outside_the_domain_change_no_estimate(self, name: str, verb: str) -> None:
        data = sample(11)
        others = data.assign(x=-1e3, z=1e4, good=1, level=4, count=30, inside=0)
        whole = bm.Survey(pd.concat([data.assign(inside=1), others]), replace(DESIGNS[name], fpc=None))
        inside = VERBS[verb](whole.domain(whole["inside"] == 1))
        alone = base(name, verb)
        key = next(iter(alone))
        point = (..., 0) if key == "values" else 4 if key == "test" else 0 if alone[key].ndim else ...
        np.testing.assert_allclose(inside[key][point], alone[key][point], rtol=1e-7)


@pytest.mark.parametrize("name", sorted(DESIGNS))
class TestFrames:
    @some
    @given(seed=seeds, tied=st.booleans())
    def test_the_order_of_rows_changes_no_byte(self, name: str, seed: int, tied: bool) -> None:
        data = sample(seed)
        data["w"] = 1.1 if tied else data["w"]
        twins = [bm.Survey(d, DESIGNS[name]) for d in (data, data.sample(frac=1.0, random_state=seed))]
        made = [
            (
                bm.mean(twin, ["x", "z"], by="g"),
                bm.proportion(twin, "level", by="g", categories="each"),
                bm.total(twin, by=["g", "d"]),
                bm.ratio(twin, "x", "z"),
                bm.quantile(twin, "x", by="d"),
            )
            for twin in twins
        ]
        for one, other in zip(*made, strict=True):
            pd.testing.assert_frame_equal(one.frame, other.frame, check_exact=True)
            assert one.covariance.tobytes() == other.covariance.tobytes()

    @some
    @given(seed=seeds, factor=st.floats(0.01, 1e4))
    def test_totals_are_as_large_as_the_weights(self, name: str, seed: int, factor: float) -> None:
        data = sample(seed)
        one = bm.total(bm.Survey(data, DESIGNS[name]), "x", by="g")
        other = bm.total(bm.Survey(data.assign(w=data["w"] * factor), DESIGNS[name]), "x", by="g")
        np.testing.assert_allclose(numbers(other), factor * numbers(one), rtol=1e-9)

    @some
    @given(seed=seeds)
    def test_totals_of_domains_add_to_the_total(self, name: str, seed: int) -> None:
        survey = bm.Survey(sample(seed), DESIGNS[name])
        parts, whole = bm.total(survey, "x", by=["g", "d"]), bm.total(survey, "x")
        sums = parts.frame[["estimate", "n", "n_weighted"]].sum().to_numpy(dtype=float)
        np.testing.assert_allclose(sums, numbers(whole, "estimate", "n", "n_weighted")[0], rtol=1e-12)
        assert parts.covariance.sum() == pytest.approx(numbers(whole, "se")[0, 0] ** 2, rel=1e-8)

    @some
    @given(seed=seeds)
    def test_merged_regions_are_the_weighted_mean_of_their_estimates(self, name: str, seed: int) -> None:
        data = sample(seed)
        survey = bm.Survey(data.assign(m=np.where(data["g"] == "c", "c", "ab")), DESIGNS[name])
        parts, merged = bm.mean(survey, "x", by="g").frame[:2], bm.mean(survey, "x", by="m").frame
        expected = np.average(parts["estimate"], weights=parts["n_weighted"])
        assert merged.set_index("m")["estimate"]["ab"] == pytest.approx(expected, rel=1e-12)

    @some
    @given(seed=seeds)
    def test_one_way_is_collapsed_two_way(self, name: str, seed: int) -> None:
        survey = bm.Survey(sample(seed), DESIGNS[name])
        one, two = bm.proportion(survey, "good", by="g"), bm.proportion(survey, "good", by=["g", "d"])
        for group, cells in two.frame.groupby("g"):
            own = one.frame.set_index("g").loc[group]
            expected = np.average(cells["estimate"], weights=cells["n_weighted"])
            assert own["estimate"] == pytest.approx(expected, rel=1e-12)
            assert own["n"] == cells["n"].sum()
        margins = bm.proportion(survey, "good", by=["g", "d"], margins=True).frame
        margin = margins[(margins["d"] == TOTAL) & (margins["g"] != TOTAL)]
        columns = list(VALUE_COLUMNS)
        pd.testing.assert_frame_equal(
            margin[columns].reset_index(drop=True), one.frame[columns], rtol=1e-12, check_exact=False
        )

    @some
    @given(seed=seeds)
    def test_the_opposite_answer_mirrors_the_interval(self, name: str, seed: int) -> None:
        survey = bm.Survey(sample(seed, n=60), DESIGNS[name])
        for ci in METHODS:
            one, other = (
                numbers(bm.proportion(survey, item, by=["g", "d"], ci=ci)) for item in ("good", "bad")
            )
            np.testing.assert_allclose(other[:, 0], 1 - one[:, 0], atol=1e-12)
            np.testing.assert_allclose(other[:, 1], one[:, 1], atol=1e-9)
            np.testing.assert_allclose(other[:, 2:], 1 - one[:, :1:-1], atol=1e-6, err_msg=ci)

    @some
    @given(seed=seeds)
    def test_the_order_and_names_of_codes_change_no_share(self, name: str, seed: int) -> None:
        data = sample(seed)
        names = {1: 40, 2: 10, 3: 30, 4: 20}
        survey = bm.Survey(data.assign(other=data["level"].map(names)), DESIGNS[name])
        one = bm.proportion(survey, "level", categories="each").frame.set_index("category")
        other = bm.proportion(survey, "other", categories="each").frame.set_index("category")
        for code, new in names.items():
            if code in one.index:
                left, right = (f.loc[key, VARIANCES].astype(float) for f, key in ((one, code), (other, new)))
                np.testing.assert_allclose(right, left, rtol=1e-9)

    @some
    @given(seed=seeds, share=st.floats(0.2, 0.8))
    def test_a_stratum_split_at_will_keeps_the_estimate(self, name: str, seed: int, share: float) -> None:
        data = sample(seed)
        data["half"] = (data["unit"] >= round(share * UNITS)).astype(int)
        split = replace(DESIGNS[name], stratum=("h", "half"), fpc=None, single_psu="certainty")
        one = numbers(bm.mean(bm.Survey(data, DESIGNS[name]), "x", by="g"), "estimate")
        other = numbers(bm.mean(bm.Survey(data, split), "x", by="g"), "estimate")
        np.testing.assert_allclose(other, one, rtol=1e-13)


@some
@given(seed=seeds, copies=st.integers(2, 4))
def test_repeated_units_shrink_the_error_by_the_known_factor(seed: int, copies: int) -> None:
    data = sample(seed)
    repeated = pd.concat([data.assign(unit=data["unit"] + UNITS * copy) for copy in range(copies)])
    design = DESIGNS["clusters"]
    factor = np.sqrt((UNITS - 1) / (copies * UNITS - 1))
    for verb, growth in ((bm.mean, 1), (bm.total, copies)):
        one, other = (verb(bm.Survey(d, design), "x", by="g") for d in (data, repeated))
        np.testing.assert_allclose(numbers(other, "estimate"), growth * numbers(one, "estimate"), rtol=1e-10)
        np.testing.assert_allclose(numbers(other, "se"), growth * factor * numbers(one, "se"), rtol=1e-8)
    fit, wider = (bm.logistic_regression(bm.Survey(d, design), "good ~ g") for d in (data, repeated))
    np.testing.assert_allclose(wider.covariance, factor**2 * fit.covariance, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("name", ["elements_of_a_finite_population", "clusters_of_a_finite_population"])
@pytest.mark.parametrize("verb", ["mean", "share", "ratio", "contrast", "linear", "logistic", "ordinal"])
def test_a_census_has_no_error(name: str, verb: str) -> None:
    data = sample(11)
    data["size"], data["units"] = len(data) // STRATA, UNITS
    result = VERBS[verb](bm.Survey(data.assign(w=1.0), DESIGNS[name]))
    assert np.isfinite(result["covariance"]).all()
    np.testing.assert_array_equal(result["covariance"], 0.0)
    if "values" in result and verb != "share":  # the rule of shares is conservative there
        np.testing.assert_allclose(result["values"][:, 2:], result["values"][:, [0, 0]], atol=1e-12)


class TestWeightsOfOne:
    """Weights of one and no design: the closed forms of textbooks and other software."""

    @some
    @given(seed=seeds)
    def test_means_totals_and_shares(self, seed: int) -> None:
        data = sample(seed, n=60)
        survey, x, y = bm.Survey(data, EQUAL), data["x"].to_numpy(), data["good"].to_numpy()
        n, t = len(x), stats.t(len(x) - 1).isf(0.025)
        error = x.std(ddof=1) / np.sqrt(n)
        expected = np.array([x.mean(), error, x.mean() - t * error, x.mean() + t * error])
        np.testing.assert_allclose(numbers(bm.mean(survey, "x"))[0], expected, rtol=1e-12)
        np.testing.assert_allclose(numbers(bm.total(survey, "x"))[0], n * expected, rtol=1e-12)
        variance = numbers(bm.population_variance(survey, "x"), "estimate")[0, 0]
        assert variance == pytest.approx(x.var(ddof=1), rel=1e-12)
        share = numbers(bm.proportion(survey, "good", ci="wald"))[0]
        assert share[1] == pytest.approx(np.sqrt(y.mean() * (1 - y.mean()) / (n - 1)), rel=1e-12)
        exact = stats.binomtest(int(y.sum()), n).proportion_ci(method="exact")
        korn_graubard = numbers(bm.proportion(survey, "good"))[0, 2:]
        # R's rule shrinks n by the t of its degrees of freedom, but never beyond the number of cases
        assert korn_graubard[0] <= exact.low + 1e-9
        assert korn_graubard[1] >= exact.high - 1e-9
        np.testing.assert_allclose(korn_graubard, [exact.low, exact.high], atol=0.01)

    @some
    @given(seed=seeds)
    def test_regressions_have_the_sandwich_of_independent_rows(self, seed: int) -> None:
        data = sample(seed)
        survey, n = bm.Survey(data, EQUAL), len(data)
        x = np.column_stack([np.ones(n), data["g"] == "b", data["g"] == "c", data["z"]]).astype(float)
        linear = bm.linear_regression(survey, "x ~ g + z")
        theirs = sm.OLS(data["x"], x).fit(cov_type="HC0")
        np.testing.assert_allclose(linear.coefficients, theirs.params, rtol=1e-8)
        np.testing.assert_allclose(linear.covariance, theirs.cov_params() * n / (n - 1), rtol=1e-6)
        logistic = bm.logistic_regression(survey, "good ~ g + z")
        theirs = sm.Logit(data["good"], x).fit(disp=0, cov_type="HC0", tol=1e-12)
        np.testing.assert_allclose(logistic.coefficients, theirs.params, rtol=1e-6)
        np.testing.assert_allclose(logistic.covariance, theirs.cov_params() * n / (n - 1), rtol=1e-5)

    @some
    @given(seed=seeds)
    def test_measures_of_association(self, seed: int) -> None:
        data = sample(seed)
        ours = ordinal_association(bm.Survey(data, EQUAL), "count", "level").effects
        x, y = data["count"], data["level"]
        assert ours["somers_d"].estimate == pytest.approx(stats.somersd(x, y).statistic, abs=1e-12)
        assert ours["somers_d_reversed"].estimate == pytest.approx(stats.somersd(y, x).statistic, abs=1e-12)
        assert ours["tau_b"].estimate == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-12)
        tau_c = stats.kendalltau(x, y, variant="c").statistic
        assert ours["tau_c"].estimate == pytest.approx(tau_c, abs=1e-12)
        assert ours["spearman"].estimate == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)

    @some
    @given(seed=seeds)
    def test_ranks_and_quantiles(self, seed: int) -> None:
        data = sample(seed)
        survey = bm.Survey(data, EQUAL)
        x, first = data["x"].to_numpy(), (data["d"] == "u").to_numpy()
        medians = numbers(bm.quantile(survey, "x", 0.3, rule="math"), "estimate")
        assert medians[0, 0] == np.quantile(x, 0.3, method="inverted_cdf")
        rank = stats.rankdata(x) / len(x)
        difference = rank[~first].mean() - rank[first].mean()
        test = rank_test(survey, "x", "d")
        assert abs(test.estimate) == pytest.approx(abs(difference), rel=1e-9)
        pooled = stats.mannwhitneyu(x[first], x[~first], use_continuity=False, method="asymptotic").pvalue
        assert test.p_value == pytest.approx(pooled, abs=0.02)


def test_a_code_without_answers_changes_nothing_else() -> None:
    def survey(*, further: bool) -> bm.Survey:
        def question(name: str, ids: str) -> Question:
            codes = [Code(value, one, {}, {}) for value, one in enumerate(ids, start=1)]
            return Question(name, "nominal", {}, {}, tuple(codes))

        extra = "x" if further else ""
        codebook = Codebook({"level": question("level", "abcd" + extra), "g": question("g", "abc" + extra)})
        data = sample(11)
        data["g"] = data["g"].map({"a": 1, "b": 2, "c": 3})
        return bm.Survey(data, DESIGNS["elements"], codebook=codebook)

    one, other = (
        bm.proportion(survey(further=more), "level", by="g", categories="each") for more in (False, True)
    )
    kept = ~((other.frame["category"] == "x") | (other.frame["g"] == "x")).to_numpy()
    assert kept.sum() == len(one)
    pd.testing.assert_frame_equal(other.frame[kept].reset_index(drop=True), one.frame, check_exact=True)
    np.testing.assert_array_equal(other.covariance[np.ix_(kept, kept)], one.covariance)
    test_of = [rao_scott(survey(further=more), "g", "level") for more in (False, True)]
    assert test_of[0] == test_of[1]
    fits = [bm.logistic_regression(survey(further=more), "good ~ g") for more in (False, True)]
    np.testing.assert_allclose(fits[1].coefficients[:3], fits[0].coefficients, rtol=1e-9)


@dataclass(frozen=True)
class Edge:
    """A survey at the edge of what can be told, and whether its answer is certain."""

    good: list[int]
    population: int | None = None
    psu: list[int] | None = None

    @property
    def certain(self) -> bool:
        return self.population == len(self.good)

    @property
    def survey(self) -> bm.Survey:
        n = len(self.good)
        data = pd.DataFrame({"good": self.good, "w": 1.0, "size": self.population or 0})
        data["x"], data["g"], data["unit"] = data["good"] * 1.5, np.arange(n) % 2, self.psu or list(range(n))
        if self.psu:
            return bm.Survey(data, bm.SurveyDesign(weight="w", psu="unit"))
        return bm.Survey(data, bm.SurveyDesign(weight="w", fpc="size" if self.population else None))


EDGES = {
    "empty_cell": Edge([0] * 12),
    "full_cell": Edge([1] * 12),
    "full_cell_of_a_finite_population": Edge([1] * 12, population=30),
    "one_is_all": Edge([1], population=1),
    "everybody_asked": Edge([0, 1, 1, 0, 1], population=5),
    "everybody_agrees": Edge([1] * 5, population=5),
    "two_respondents": Edge([0, 1]),
    "two_units": Edge([0, 1, 1, 1, 0, 1], psu=[0, 0, 0, 1, 1, 1]),
    "units_without_variation": Edge([0, 1, 0, 1, 0, 1, 0, 1], psu=[0, 0, 1, 1, 2, 2, 3, 3]),
    "one_differs": Edge([1] * 19 + [0]),
}


def honest(estimates: Estimates, *, certain: bool) -> None:
    """A missing bound has a reason; an interval without width is certain; bounds hold the estimate."""
    for _, row in estimates.frame.iterrows():
        low, high = row["ci_low"], row["ci_high"]
        if np.isnan([low, high, row["estimate"]]).any():
            assert row["method"].startswith("not_estimable:"), dict(row)
            assert np.isnan(low), dict(row)
            assert np.isnan(high), dict(row)
        else:
            assert low <= row["estimate"] + 1e-12, dict(row)
            assert row["estimate"] <= high + 1e-12, dict(row)
            assert low < high or certain, dict(row)


@pytest.mark.parametrize("edge", EDGES.values(), ids=list(EDGES))
class TestEdges:
    @pytest.mark.parametrize("ci", METHODS)
    @pytest.mark.parametrize("by", [None, "g"])
    def test_shares(self, edge: Edge, ci: ProportionMethod, by: str | None) -> None:
        honest(bm.proportion(edge.survey, "good", by=by, ci=ci), certain=edge.certain)

    @pytest.mark.parametrize("by", [None, "g"])
    def test_means_totals_ratios_and_quantiles(self, edge: Edge, by: str | None) -> None:
        honest(bm.mean(edge.survey, "x", by=by), certain=edge.certain)
        honest(bm.total(edge.survey, "x", by=by), certain=edge.certain)
        honest(bm.quantile(edge.survey, "x", by=by), certain=edge.certain)

    def test_tests_and_regressions(self, edge: Edge) -> None:
        survey = edge.survey
        for verb, words in ((t_test, ("x", "g")), (rank_test, ("x", "g")), (rao_scott, ("g", "good"))):
            with suppress(BarometriError):  # a refusal is an answer too
                made = verb(survey, *words)
                assert made.reason or 0 <= made.p_value <= 1, made
        for fit in (bm.linear_regression, bm.logistic_regression):
            with suppress(BarometriError):
                model = fit(survey, "good ~ g")
                assert model.reason or np.isfinite(model.covariance).all(), model
                rows = model.table()
                assert (~(rows["ci_low"] >= rows["ci_high"]) | edge.certain).all(), model

    def test_contrasts(self, edge: Edge) -> None:
        shares = bm.proportion(edge.survey, "good", by="g")
        if len(shares) > 1:
            honest(bm.contrast(shares, {"difference": [1, -1]}), certain=edge.certain)
            means = bm.mean(edge.survey, "x", by="g")
            honest(bm.contrast(means, {"difference": [1, -1]}), certain=edge.certain)


def test_one_respondent_without_a_known_population_is_refused_or_explained() -> None:
    edge = Edge([1])
    with pytest.raises(DesignError, match="single"):
        bm.mean(edge.survey, "x")
