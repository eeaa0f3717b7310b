"""Waves that some people answered both of: linked, unlinked, and what the result says of it."""

import numpy as np
import pandas as pd
import pytest

from barometri.errors import OptionError
from barometri.estimation import contrast, mean, proportion
from barometri.overlap import overlapping_change, overlapping_waves
from barometri.survey import Survey, SurveyDesign

DESIGN = SurveyDesign(weight="w", stratum="h", fpc="size")


def made(both: int = 40, design: SurveyDesign = DESIGN) -> dict[int, Survey]:
    """Two strata of 100 and 60, 50 and 30 of them drawn each time, most people twice."""
    rng = np.random.default_rng(8)
    surveys = {}
    own = rng.normal(size=160)
    for year, start in ((2019, 0), (2021, 50 - both)):
        frame = pd.DataFrame({"id": [f"p{i}" for i in range(160)], "h": np.repeat(["a", "b"], [100, 60])})
        frame["x"] = own + 0.5 * rng.normal(size=160)
        frame["good"] = (frame["x"] > 0).astype(float)
        frame["g"] = np.where(np.arange(160) % 2, "odd", "even")
        frame["size"] = np.repeat([100.0, 60.0], [100, 60])
        frame["w"] = np.repeat([2.0, 2.0], [100, 60])
        chosen = np.r_[start : start + 50, 100 + start // 2 : 130 + start // 2]
        surveys[year] = Survey(frame.take(chosen).reset_index(drop=True), design)
    return surveys


def test_waves_keep_their_own_errors_and_gain_a_covariance() -> None:
    surveys = made()
    linked = overlapping_waves(surveys, ["x", "good"], key="id", by="g", statistic="mean")
    alone = mean(surveys[2019], ["x", "good"], by="g")
    assert np.allclose(linked.covariance[:4, :4], alone.covariance)
    assert np.allclose(linked.frame["estimate"][:4], alone.frame["estimate"])
    assert np.all(np.diag(linked.covariance[:4, 4:]) > 0)
    assert "65 people in both by id" in linked.design
    assert linked.keys == ("wave", "item", "g")
    assert np.linalg.eigvalsh(linked.covariance).min() > -1e-12


def test_formula_of_one_stratum() -> None:
    surveys = {year: s.with_design(SurveyDesign(weight="w", fpc="one")) for year, s in one_stratum().items()}
    found = overlapping_change(surveys, "x", key="id", statistic="mean").frame.iloc[0]
    y1, y2 = surveys[2019].frame["x"].to_numpy(), surveys[2021].frame["x"].to_numpy()
    assert found["estimate"] == pytest.approx(y2.mean() - y1.mean())
    r = np.corrcoef(y1[10:], y2[:40])[0, 1]
    s12 = r * y1.std(ddof=1) * y2.std(ddof=1)
    variance = (1 / 50 - 1 / 100) * (y1.var(ddof=1) + y2.var(ddof=1)) - 2 * (40 / 2500 - 1 / 100) * s12
    assert found["se"] == pytest.approx(np.sqrt(variance), rel=1e-10)


def one_stratum() -> dict[int, Survey]:
    return {
        year: Survey(survey.frame.iloc[:50].assign(one=100.0), SurveyDesign(weight="w"))
        for year, survey in made().items()
    }


def test_unlinked_waves_are_independent_and_say_so() -> None:
    surveys = made()
    apart = overlapping_change(surveys, "good")
    linked = overlapping_change(surveys, "good", key="id")
    se = [proportion(s, "good").frame["se"][0] for s in surveys.values()]
    assert apart.frame["se"][0] == pytest.approx(np.hypot(*se))
    assert linked.frame["se"][0] < apart.frame["se"][0]
    assert apart.frame["estimate"][0] == linked.frame["estimate"][0]
    assert "waves taken as independent, respondents are not linked" in apart.design


def test_clusters_and_other_strata_are_not_linked() -> None:
    clusters = {y: s.with_design(SurveyDesign(weight="w", psu="g")) for y, s in made().items()}
    assert (
        "people were not drawn directly"
        in overlapping_waves(clusters, "x", key="id", statistic="mean").design
    )
    surveys = made()
    surveys[2021] = surveys[2021].with_design(SurveyDesign(weight="w"))
    assert "their strata differ" in overlapping_waves(surveys, "x", key="id", statistic="mean").design


def test_domain_keeps_everybody_in_the_design() -> None:
    surveys = made()
    odd = {year: s.domain(s["g"] == "odd") for year, s in surveys.items()}
    domain = overlapping_change(odd, "x", key="id", statistic="mean").frame
    cell = overlapping_change(surveys, "x", key="id", statistic="mean", by="g").frame
    assert domain["se"][0] == pytest.approx(cell.loc[cell["g"] == "odd", "se"].iloc[0], rel=1e-12)


def test_order_of_rows_changes_nothing_and_keys_are_one_person_s() -> None:
    surveys = made()
    turned = {
        year: Survey(s.frame.sample(frac=1, random_state=year).reset_index(drop=True), DESIGN)
        for year, s in surveys.items()
    }
    one, other = (overlapping_waves(s, "x", key="id", statistic="mean").covariance for s in (surveys, turned))
    assert np.allclose(one, other, rtol=1e-12)
    double = surveys | {2021: surveys[2021].with_column("id", ["p1"] * 80)}
    with pytest.raises(OptionError, match="names 79 respondents of 2021 twice"):
        overlapping_waves(double, "x", key="id", statistic="mean")
    with pytest.raises(OptionError, match="at least two waves"):
        overlapping_waves({2019: surveys[2019]}, "x")


def test_contrast_of_three_waves() -> None:
    surveys = made()
    three = surveys | {2023: surveys[2021]}
    found = overlapping_waves(three, "x", key="id", statistic="mean")
    still = contrast(found, {"2023 - 2021": [0, -1, 1]}).frame.iloc[0]
    assert still["estimate"] == 0
    assert still["se"] == pytest.approx(0, abs=1e-8)
