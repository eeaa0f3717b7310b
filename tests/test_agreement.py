"""Agreement: worked examples from the literature, exact properties, errors under designs and by areas.

Sources of the examples: Fleiss, Cohen and Everitt (1969, Psychological Bulletin 72, 323-327) and Fleiss,
Levin and Paik (2003, Statistical Methods for Rates and Proportions, table 18.1) for kappa; Krippendorff
(2011, Computing Krippendorff's Alpha-Reliability, section E) for alpha; Shrout and Fleiss (1979,
Psychological Bulletin 86, table 2) for the intraclass correlation.
"""

from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from barometri.agreement import cohen_kappa, intraclass_correlation, krippendorff_alpha
from barometri.agreement.errors import Errors
from barometri.errors import DesignError, OptionError
from barometri.inference.agreement import KappaWeights
from barometri.survey import Survey, SurveyDesign

EQUAL = SurveyDesign(weight="equal")
DIAGNOSES = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]  # 100 patients, psychosis, neurosis, organic
NONE = np.nan
OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
        [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
    ]
)
TARGETS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def of_table(table: npt.ArrayLike, design: SurveyDesign = EQUAL) -> Survey:
    """One respondent a count of the table."""
    counts = np.asarray(table)
    a, b = np.indices(counts.shape)
    data = pd.DataFrame({"a": a.ravel(), "b": b.ravel()}).loc[np.repeat(np.arange(a.size), counts.ravel())]
    return Survey(data.reset_index(drop=True), design)


def wide() -> Survey:
    return Survey(pd.DataFrame(OBSERVERS.T, columns=list("abcd")), EQUAL)


def long(design: SurveyDesign = EQUAL, **columns: object) -> Survey:
    unit, value = np.nonzero(~np.isnan(OBSERVERS.T)), OBSERVERS.T[~np.isnan(OBSERVERS.T)]
    return Survey(pd.DataFrame({"unit": unit[0], "x": value, **columns}), design)


def targets() -> Survey:
    ratings = np.array(TARGETS, dtype=float)
    return Survey(pd.DataFrame({"t": np.repeat(np.arange(6), 4), "x": ratings.ravel()}), EQUAL)


def test_kappa_of_the_diagnoses() -> None:
    found = cohen_kappa(of_table(DIAGNOSES), "a", "b")
    assert found.detail["observed"] == pytest.approx(0.89)
    assert found.detail["expected"] == pytest.approx(0.66, abs=0.005)
    assert round(found.estimate, 2) == 0.68
    assert found.k_low == 10 + 5


def test_kappa_and_its_variance_in_the_example_of_1969() -> None:
    found = cohen_kappa(of_table([[106, 10, 4], [22, 28, 10], [2, 12, 6]]), "a", "b")
    assert round(found.estimate, 3) == 0.429
    assert round(found.se**2 * 199 / 200, 6) == 0.002885


@pytest.mark.parametrize("weights", get_args(KappaWeights))
def test_kappa_and_its_error_equal_the_large_sample_formula(weights: KappaWeights) -> None:
    table = np.array([[20, 6, 2, 1], [4, 18, 7, 2], [1, 5, 15, 4], [0, 2, 3, 11]])
    found = cohen_kappa(of_table(table), "a", "b", weights=weights)
    wt = {"none": None, "linear": "linear", "quadratic": "quadratic"}[weights]
    oracle = cohens_kappa(table, wt=wt)
    n = table.sum()
    assert found.estimate == pytest.approx(oracle.kappa, rel=1e-12)
    assert found.se * np.sqrt((n - 1) / n) == pytest.approx(oracle.std_kappa, rel=1e-7)
    left_out = cohen_kappa(of_table(table), "a", "b", weights=weights, errors="jackknife")
    assert left_out.se == pytest.approx(found.se, rel=0.05)
    assert left_out.df == found.df == n - 1


def test_kappa_exact_properties() -> None:
    same = cohen_kappa(of_table([[5, 0], [0, 7]]), "a", "b")
    assert same.estimate == 1
    assert np.isnan(same.ci_low)
    by_chance = cohen_kappa(of_table(np.outer([2, 3], [4, 1])), "a", "b")
    assert by_chance.estimate == pytest.approx(0, abs=1e-12)
    kinds: tuple[KappaWeights, ...] = get_args(KappaWeights)
    two = [cohen_kappa(of_table([[9, 2], [3, 8]]), "a", "b", weights=w).estimate for w in kinds]
    assert np.ptp(two) < 1e-12
    turned = cohen_kappa(of_table(np.transpose(DIAGNOSES)), "a", "b", weights="linear")
    straight = cohen_kappa(of_table(DIAGNOSES), "a", "b", weights="linear")
    assert turned.estimate == pytest.approx(straight.estimate, rel=1e-12)


def test_quadratic_kappa_is_a_concordance_correlation() -> None:
    survey = of_table([[5, 2, 1], [1, 6, 2], [0, 2, 7]])
    a, b = survey.values("a").astype(float), survey.values("b").astype(float)
    expected = 2 * np.cov(a, b, ddof=0)[0, 1] / (a.var() + b.var() + (a.mean() - b.mean()) ** 2)
    assert cohen_kappa(survey, "a", "b", weights="quadratic").estimate == pytest.approx(expected, rel=1e-12)


def test_weights_stand_for_people_and_the_scale_of_weights_for_nothing() -> None:
    counts = np.array(DIAGNOSES)
    a, b = np.indices(counts.shape)
    used = counts.ravel() > 0
    cells = pd.DataFrame({"a": a.ravel(), "b": b.ravel(), "w": counts.ravel() * 3.0})[used]
    found = cohen_kappa(Survey(cells, SurveyDesign(weight="w")), "a", "b")
    assert found.estimate == pytest.approx(cohen_kappa(of_table(DIAGNOSES), "a", "b").estimate, rel=1e-12)


def areas() -> pd.DataFrame:
    rng = np.random.default_rng(12)
    area = np.repeat(np.arange(20), 8)
    own = rng.normal(size=20)[area]
    data = pd.DataFrame({"area": area, "w": rng.uniform(1, 2, 160)})
    for name in "ab":
        data[name] = np.digitize(own + rng.normal(size=160), [-1, 0, 1])
    return data


def test_areas_as_sampling_units_by_both_rules() -> None:
    survey = Survey(areas(), SurveyDesign(weight="w"))
    people = cohen_kappa(survey, "a", "b", weights="quadratic")
    places = cohen_kappa(survey, "a", "b", weights="quadratic", cluster="area")
    by_design = cohen_kappa(
        survey.with_design(SurveyDesign(weight="w", psu="area")), "a", "b", weights="quadratic"
    )
    left_out = cohen_kappa(survey, "a", "b", weights="quadratic", cluster="area", errors="jackknife")
    assert places.df == left_out.df == 19
    assert people.df == 159
    assert places.se == by_design.se
    assert places.estimate == people.estimate == left_out.estimate
    assert places.se > people.se
    assert left_out.se == pytest.approx(places.se, rel=0.15)


def test_finite_population_shortens_both_errors_alike() -> None:
    data = areas().assign(size=320.0)
    survey = Survey(data, SurveyDesign(weight="w"))
    finite = survey.with_design(SurveyDesign(weight="w", fpc="size"))
    for errors in get_args(Errors):
        free = cohen_kappa(survey, "a", "b", errors=errors)
        half = cohen_kappa(finite, "a", "b", errors=errors)
        assert half.se == pytest.approx(free.se * np.sqrt(0.5), rel=1e-9)


@pytest.mark.parametrize(
    ("metric", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_of_the_four_observers(metric: str, expected: float) -> None:
    one = krippendorff_alpha(wide(), list("abcd"), metric=metric)  # type: ignore[arg-type]  # words of the metric
    other = krippendorff_alpha(long(), "x", unit="unit", metric=metric)  # type: ignore[arg-type]  # as above
    assert round(one.estimate, 3) == expected
    assert one.estimate == pytest.approx(1 - one.detail["observed"] / one.detail["expected"])
    assert one.detail["expected"] > one.detail["observed"] > 0
    assert other.estimate == pytest.approx(one.estimate, rel=1e-12)
    assert other.se == pytest.approx(one.se, rel=0.06)  # the unit judged once is a row, but no judged unit
    assert other.n == 40
    assert one.n == 11


def test_alpha_of_two_observers_without_gaps_is_close_to_kappa_and_exact_at_the_ends() -> None:
    survey = of_table(np.array(DIAGNOSES) * 50)
    alpha = krippendorff_alpha(survey, ["a", "b"], errors="taylor")
    # observed disagreement is kappa's; expected pools both observers' margins
    share = np.array(DIAGNOSES) / 100
    margin = (share.sum(0) + share.sum(1)) / 2
    n = 2 * 5000
    expected = 1 - 0.11 / ((1 - margin @ margin) * n / (n - 1))
    assert alpha.estimate == pytest.approx(expected, rel=1e-10)
    same = krippendorff_alpha(of_table([[5, 0], [0, 7]]), ["a", "b"])
    assert same.estimate == 1
    opposite = krippendorff_alpha(of_table([[0, 5], [5, 0]]), ["a", "b"])
    assert opposite.estimate < 0


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval"])
def test_alpha_by_both_rules_and_scales(metric: str) -> None:
    data = areas()
    survey, scaled = (Survey(d, SurveyDesign(weight="w")) for d in (data, data.assign(w=7 * data["w"])))
    found = [
        krippendorff_alpha(s, "a", unit="area", metric=metric, errors=errors)  # type: ignore[arg-type]  # words
        for s, errors in ((survey, "jackknife"), (scaled, "jackknife"), (survey, "taylor"))
    ]
    assert found[1].estimate == pytest.approx(found[0].estimate, rel=1e-12)
    assert found[1].se == pytest.approx(found[0].se, rel=1e-9)
    assert found[2].se == pytest.approx(found[0].se, rel=0.1)
    assert found[0].df == 19
    assert found[0].ci_low < found[0].estimate < found[0].ci_high


def test_interval_alpha_of_coded_values_equals_the_coincidence_form() -> None:
    # with two categories every metric disagrees alike
    data = areas().assign(a=lambda d: d["a"] > 1)
    survey = Survey(data.assign(a=data["a"].astype(int)), SurveyDesign(weight="w"))
    metrics = ("nominal", "ordinal", "interval")
    found = [krippendorff_alpha(survey, "a", unit="area", metric=m).estimate for m in metrics]  # type: ignore[arg-type]  # words
    assert np.ptp(found) < 1e-12


def test_intraclass_correlation_of_the_six_targets() -> None:
    found = intraclass_correlation(targets(), "x", unit="t")
    assert round(found.detail["observed"], 2) == 11.24
    assert round(found.detail["expected"], 2) == 6.26
    assert round(found.estimate, 2) == 0.17
    assert found.df == 5


def test_intraclass_correlation_of_equal_groups_is_that_of_pairs_and_of_weights() -> None:
    data = areas().assign(x=lambda d: d["a"] + 0.0)
    equal, heavy = (Survey(d, SurveyDesign(weight="w")) for d in (data.assign(w=1.0), data.assign(w=5.0)))
    one, other = (intraclass_correlation(s, "x", unit="area") for s in (equal, heavy))
    assert one.estimate == pytest.approx(other.estimate, rel=1e-12)
    groups = data["x"].to_numpy().reshape(20, 8)
    between, within = 8 * groups.mean(1).var(ddof=1), groups.var(axis=1, ddof=1).mean()
    assert one.estimate == pytest.approx((between - within) / (between + 7 * within), rel=1e-12)
    delta = intraclass_correlation(equal, "x", unit="area", errors="taylor")
    assert delta.se == pytest.approx(one.se, rel=0.15)


def test_jackknife_interval_of_the_icc_covers_as_it_says() -> None:
    rng = np.random.default_rng(7)
    area = np.repeat(np.arange(60), 6)
    hit = 0
    for _ in range(150):
        x = rng.normal(0, np.sqrt(0.3), 60)[area] + rng.normal(0, np.sqrt(0.7), 360)
        row = intraclass_correlation(Survey(pd.DataFrame({"a": area, "x": x}), EQUAL), "x", unit="a")
        hit += row.ci_low <= 0.3 <= row.ci_high
    assert 0.88 <= hit / 150 <= 0.99


def test_clusters_hold_whole_units() -> None:
    data = areas().assign(district=lambda d: d["area"] // 4, mixed=lambda d: np.arange(len(d)) % 3)
    survey = Survey(data, SurveyDesign(weight="w"))
    assert krippendorff_alpha(survey, "a", unit="area", cluster="district").df == 4
    with pytest.raises(OptionError, match="must lie in one mixed"):
        intraclass_correlation(survey, "a", unit="area", cluster="mixed")


def test_domain_limits_who_counts() -> None:
    data = areas()
    survey = Survey(data, SurveyDesign(weight="w"))
    part = cohen_kappa(survey.domain(survey["area"] < 10), "a", "b")
    alone = cohen_kappa(Survey(data[data["area"] < 10], SurveyDesign(weight="w")), "a", "b")
    assert part.estimate == pytest.approx(alone.estimate, rel=1e-12)
    assert part.n == 80
    assert part.df == 79


def test_refusals() -> None:
    survey = Survey(areas(), SurveyDesign(weight="w"))
    with pytest.raises(OptionError, match="weights must be one of none"):
        cohen_kappa(survey, "a", "b", weights="cubic")  # type: ignore[arg-type]  # the misspelling is tested
    with pytest.raises(OptionError, match="several items, or one item"):
        krippendorff_alpha(survey, "a")
    with pytest.raises(OptionError, match="Nothing was judged twice"):
        krippendorff_alpha(survey.with_column("own", np.arange(160)), "a", unit="own")
    with pytest.raises(OptionError, match="Nobody answered both"):
        cohen_kappa(survey.domain(np.zeros(160, dtype=bool)), "a", "b")
    lonely = survey.with_column("h", np.r_[0, np.ones(159)])
    alone = lonely.with_design(SurveyDesign(weight="w", stratum="h", single_psu="certainty"))
    with pytest.raises(DesignError, match="hold a single unit"):
        cohen_kappa(alone, "a", "b", errors="jackknife")
