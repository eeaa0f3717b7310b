"""Small areas from a survey: own and synthetic areas, shares, benchmarking."""

import numpy as np
import pandas as pd
import pytest

from barometri.errors import OptionError
from barometri.estimation import mean
from barometri.small_area import benchmark_areas, fay_herriot, small_areas
from barometri.survey import Survey, SurveyDesign

AREAS = tuple("abcdefgh")


def made(seed: int = 2) -> Survey:
    rng = np.random.default_rng(seed)
    area = rng.choice(AREAS, 160, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.05, 0.04, 0.01])
    level = dict(zip(AREAS, rng.normal(3, 1, 8), strict=True))
    x = np.array([level[a] for a in area]) + rng.normal(size=160)
    data = pd.DataFrame({"x": x, "good": (x > 3).astype(float), "area": area, "w": rng.uniform(1, 3, 160)})
    return Survey(data, SurveyDesign(weight="w"))


def covariates() -> pd.DataFrame:
    return pd.DataFrame({"size": [3.0, 2, 2, 1, 1, 0.5, 0.4, 0.1, 0.7]}, index=[*AREAS, "z"])


def test_areas_keep_their_own_part_and_unseen_ones_are_synthetic() -> None:
    found = small_areas(made(), "x", area="area", covariates=covariates(), variances="direct")
    frame = found.frame.set_index("area")
    direct = mean(made(), "x", by="area").frame.set_index("area")
    own = frame["direct"].notna()
    assert np.allclose(frame.loc[own, "direct"], direct.loc[frame.index[own], "estimate"])
    assert np.allclose(frame.loc[own, "variance"], direct.loc[frame.index[own], "se"] ** 2)
    unseen = frame[["n", "gamma", "estimate", "synthetic", "mse"]].astype(float).loc["z"].to_numpy()
    assert unseen[:2].tolist() == [0, 0]
    assert unseen[2] == unseen[3]
    assert unseen[4] > found.between
    assert np.allclose(frame["ci_high"] - frame["estimate"], 1.959963984540054 * frame["se"])
    assert (frame.loc[own, "se"] ** 2 < frame.loc[own, "variance"] * 1.5).all()


def test_smoothed_variances_fall_with_n() -> None:
    frame = small_areas(made(), "x", area="area").frame.dropna(subset="variance").sort_values("n")
    assert frame["variance"].is_monotonic_decreasing


def test_shares_on_the_arcsine_scale_stay_inside() -> None:
    found = small_areas(made(), "good", area="area", statistic="proportion", scale="arcsine")
    frame = found.frame
    assert ((frame["ci_low"] >= 0) & (frame["ci_high"] <= 1)).all()
    assert ((frame["estimate"] > frame["ci_low"]) & (frame["estimate"] < frame["ci_high"])).all()
    assert found.method == "reml, arcsine, smoothed variances"
    with pytest.raises(OptionError, match="arcsine scale is for shares"):
        small_areas(made(), "x", area="area", scale="arcsine")


def test_benchmarked_areas_add_up_to_the_group_and_say_so() -> None:
    found = small_areas(made(), "x", area="area")
    keys = found.frame["area"].tolist()
    groups = {key: "north" if key in "abc" else "south" for key in keys}
    shares = {key: 1 / sum(g == groups[key] for g in groups.values()) for key in keys}
    fixed = benchmark_areas(found, groups=groups, shares=shares, targets={"north": 3.3, "south": 2.0})
    for group, target in (("north", 3.3), ("south", 2.0)):
        inside = fixed.frame["area"].map(groups) == group
        assert (fixed.frame["estimate"] * fixed.frame["area"].map(shares))[inside].sum() == pytest.approx(
            target
        )
    assert (fixed.frame["mse"] >= found.frame["mse"]).all()
    half = 1.959963984540054 * fixed.frame["se"]
    assert np.allclose(fixed.frame["ci_high"], fixed.frame["estimate"] + half)
    assert fixed.method.endswith("benchmarked by least_change")
    with pytest.raises(OptionError, match="no group or share"):
        benchmark_areas(found, groups={}, shares=shares, targets={})


def test_refusals() -> None:
    with pytest.raises(OptionError, match="have no covariates"):
        small_areas(made(), "x", area="area", covariates=covariates().iloc[2:])
    with pytest.raises(OptionError, match="absent"):
        fay_herriot(pd.DataFrame({"direct": [1.0]}), area="county")
    with pytest.raises(OptionError, match="scale must be one of"):
        fay_herriot(pd.DataFrame(), area="county", scale="logit")  # type: ignore[arg-type]  # the misspelling is tested
