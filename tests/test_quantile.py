"""The verbs quantile, population_variance and effective_size: cells, domains, intervals, refusals."""

from typing import get_args

import numpy as np
import pandas as pd
import pytest

from barometri.errors import OptionError
from barometri.estimation import effective_size, mean, population_variance, proportion, quantile
from barometri.estimation.quantiles import QuantileInterval
from barometri.survey import Survey, SurveyDesign
from tests.reference_cases.reading import load_cases, survey


def test_cells_are_the_quantiles_of_their_domains() -> None:
    whole = survey("dstrat")
    found = quantile(whole, ["enroll", "api00"], [0.25, 0.5], by="stype", df="design")
    for stype in ("E", "H", "M"):
        alone = quantile(whole.domain(whole["stype"] == stype), ["enroll", "api00"], [0.25, 0.5], df="design")
        cells = found.frame[found.frame["stype"] == stype]
        for name in ("estimate", "se", "ci_low", "ci_high", "n", "n_weighted"):
            assert np.allclose(cells[name], alone.frame[name], rtol=1e-12), name
    assert found.keys == ("item", "probability", "stype")
    assert np.allclose(np.sqrt(np.diag(found.covariance)), found.frame["se"])
    correlation = found.covariance / np.outer(found.frame["se"], found.frame["se"])
    assert np.abs(correlation).max() <= 1 + 1e-12
    assert correlation[0, 3] > 0.3  # two quantiles of one variable among the same schools
    assert abs(correlation[0, 1]) < 1e-12  # strata are independent


@pytest.mark.parametrize("interval", get_args(QuantileInterval))
def test_interval_holds_the_estimate(interval: QuantileInterval) -> None:
    for name, item in (("dstrat", "enroll"), ("dclus1", "enroll"), ("dsrs_nofpc", "api99")):
        row = quantile(survey(name), item, [0.25, 0.5, 0.75], interval=interval).frame
        assert (row["ci_low"] <= row["estimate"]).all()
        assert (row["estimate"] <= row["ci_high"]).all()
        assert (row["method"] == f"{interval}_math/taylor").all()


def test_score_limits_are_the_values_where_the_test_turns() -> None:
    whole = survey("dstrat")
    row = quantile(whole, "enroll", 0.5, interval="score", df="design").frame.iloc[0]
    x = whole.values("enroll")
    statistic = {}
    for limit in np.unique(x[~np.isnan(x)]):
        below = np.where(np.isnan(x), np.nan, (x <= limit) * 1.0)
        share = mean(whole.with_column("below", below), "below").frame.iloc[0]
        statistic[limit] = (share["estimate"] - 0.5) / share["se"] if share["se"] > 0 else np.inf
    t = 1.9720790337785  # qt(.975, 197)
    assert row["ci_low"] == min(v for v, z in statistic.items() if z >= -t)
    assert row["ci_high"] == min(v for v, z in statistic.items() if z > t)


def test_score_limits_are_r_s_but_for_neighbours_under_equal_weights() -> None:
    for name in ("api_srs", "api_clus1"):
        for case in load_cases(name):
            if not case["id"].endswith("quantile_math_score"):
                continue
            design = "d" + case["id"].split(".")[0]
            item = case["call"].split("~")[1].split(",")[0]
            values = np.unique(survey(design).values(item))
            found = quantile(survey(design), item, interval="score", df="design").frame
            for (_, low, high, _), (own_low, own_high) in zip(
                case["values"]["values"], found[["ci_low", "ci_high"]].to_numpy(), strict=True
            ):
                for theirs, own in ((low, own_low), (high, own_high)):
                    apart = np.searchsorted(values, own) - np.searchsorted(values, theirs)
                    assert abs(apart) <= 2  # R's root search stops on either side of a step


def test_limits_beyond_the_values_are_missing_with_a_reason() -> None:
    few = Survey(pd.DataFrame({"x": np.arange(30.0)}), SurveyDesign(weight="equal"))
    frame = quantile(few, "x", [0.03, 0.5, 0.99]).frame
    assert frame["method"].tolist() == [
        "not_estimable:limit_beyond_the_values/taylor",
        "woodruff_math/taylor",
        "not_estimable:zero_variance/taylor",
    ]
    assert np.isnan(frame["se"].to_numpy()).tolist() == [True, False, True]
    assert frame["estimate"].tolist() == [0.0, 14.0, 29.0]


def test_refusals() -> None:
    whole = survey("dsrs")
    with pytest.raises(OptionError, match="probabilities of more than 0"):
        quantile(whole, "enroll", 1.0)
    with pytest.raises(OptionError, match="interval must be one of woodruff"):
        quantile(whole, "enroll", interval="wald")  # type: ignore[arg-type]  # the misspelling is tested
    empty = Survey(pd.DataFrame({"x": [np.nan, np.nan]}), SurveyDesign(weight="equal"))
    with pytest.raises(OptionError, match="no answers"):
        quantile(empty, "x")


def test_variance_of_equal_weights_is_the_sample_s_and_of_an_indicator_p_q() -> None:
    rng = np.random.default_rng(1)
    data = pd.DataFrame(
        {"x": rng.normal(size=40), "g": np.repeat(["a", "b"], 20), "i": rng.integers(0, 2, 40)}
    )
    whole = Survey(data, SurveyDesign(weight="equal"))
    found = population_variance(whole, "x", by="g").frame
    assert np.allclose(found["estimate"], data.groupby("g")["x"].var())
    share = proportion(whole, "i").frame["estimate"][0]
    assert population_variance(whole, "i").frame["estimate"][0] == pytest.approx(
        share * (1 - share) * 40 / 39
    )


def test_effective_size_of_cells() -> None:
    data = pd.DataFrame({"w": [1.0, 3.0, 2.0, 2.0], "g": ["a", "a", "b", "b"]})
    found = effective_size(Survey(data, SurveyDesign(weight="w")), by="g")
    assert found.frame["estimate"].tolist() == [1.6, 2.0]
    assert found.counts["deff_weights"].tolist() == [1.25, 1.0]
