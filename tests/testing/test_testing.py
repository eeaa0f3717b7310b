"""The verbs of tests and association: what must not matter does not, and true nulls hold."""

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.typing import NDArray

from barometri.errors import OptionError
from barometri.estimation import mean
from barometri.inference.tested import HypothesisTest
from barometri.study.codebook import Code, Codebook, Question
from barometri.study.codes import DONT_KNOW
from barometri.survey import Survey, SurveyDesign
from barometri.testing import (
    correlation_test,
    equivalence_test,
    independence,
    joint_test,
    ordinal_association,
    polychoric,
    rank_test,
    rao_scott,
    t_test,
    trend_test,
)

DESIGN = SurveyDesign(weight="w", stratum="h", psu="c")
Verb = Callable[[Survey], Any]
VERBS: dict[str, Verb] = {
    "rao_scott": lambda s: rao_scott(s, "g", "y"),
    "wald": lambda s: rao_scott(s, "g", "y", statistic="adjusted_wald"),
    "lincom": lambda s: rao_scott(s, "g", "y", statistic="lincom"),
    "t_test": lambda s: t_test(s, "x", "two"),
    "one_mean": lambda s: t_test(s, "x", null_value=1.0),
    "wilcoxon": lambda s: rank_test(s, "y", "two"),
    "van_der_waerden": lambda s: rank_test(s, "x", "two", scores="van_der_waerden"),
    "median": lambda s: rank_test(s, "x", "g", scores="median"),
    "kruskal_wallis": lambda s: rank_test(s, "y", "g", scores="kruskal_wallis"),
    "equivalence": lambda s: equivalence_test(s, "x", "two", margin=0.5),
    "association": lambda s: ordinal_association(s, "g", "y"),
    "polychoric": lambda s: polychoric(s, "g", "y"),
}


def people(seed: int = 3, n: int = 360) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    g, cluster = generator.integers(0, 3, n), generator.integers(0, 40, n)
    y = np.clip(
        np.round(2 + 0.3 * g + generator.normal(size=n) + generator.normal(size=40)[cluster] / 3), 0, 4
    )
    return pd.DataFrame(
        {
            "g": g,
            "two": g > 0,
            "y": y.astype(int),
            "x": np.round(y + generator.normal(size=n), 3),
            "c": cluster,
            "h": cluster % 2,
            "w": np.round(1 + generator.random(n) * 3, 2),
        }
    )


def numbers(result: object) -> NDArray[np.float64]:
    """Every number of a record, in order."""
    found: list[float] = []

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for part in value.values():
                walk(part)
        elif isinstance(value, (list, tuple)):
            for part in value:
                walk(part)
        elif isinstance(value, (int, float)):
            found.append(float(value))

    walk(astuple(result))  # type: ignore[call-overload]
    return np.array(found)


@pytest.mark.parametrize("verb", VERBS)
def test_scale_of_weights_and_order_of_rows_play_no_part(verb: str) -> None:
    data = people()
    expected = numbers(VERBS[verb](Survey(data, DESIGN)))
    assert np.isfinite(expected[1])
    rescaled = VERBS[verb](Survey(data.assign(w=data["w"] * 0.37), DESIGN))
    np.testing.assert_allclose(numbers(rescaled), expected, rtol=1e-7, atol=1e-10)
    shuffled = VERBS[verb](Survey(data.sample(frac=1, random_state=4), DESIGN))
    np.testing.assert_allclose(numbers(shuffled), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("verb", VERBS)
def test_people_out_of_the_domain_and_without_an_answer_play_no_part(verb: str) -> None:
    data = people()
    data["x"] = data["x"].where(data.index % 11 != 0)
    kept = data["h"] == 0  # a whole stratum, so that the design without it is that of the rest
    kept &= ~((verb in ("t_test", "one_mean", "equivalence", "van_der_waerden", "median")) & data["x"].isna())
    survey = Survey(data, DESIGN)
    inside = VERBS[verb](survey.domain(survey["h"] == 0))
    alone = VERBS[verb](Survey(data[kept], DESIGN))
    np.testing.assert_allclose(numbers(inside), numbers(alone), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "verb", ["rao_scott", "lincom", "t_test", "association", "polychoric", "equivalence"]
)
def test_lazy_frames_give_the_same(verb: str) -> None:
    data = people().assign(two=lambda d: d["two"].astype(int))
    lazy = VERBS[verb](Survey(pl.from_pandas(data).lazy(), DESIGN))
    np.testing.assert_allclose(
        numbers(lazy), numbers(VERBS[verb](Survey(data, DESIGN))), rtol=1e-9, atol=1e-12
    )


def test_a_finite_population_shortens_every_error_alike() -> None:
    data = people().assign(N=720.0)
    without, corrected = SurveyDesign(weight="w"), SurveyDesign(weight="w", fpc="N")
    half = np.sqrt(1 - len(data) / 720)
    for verb in ("t_test", "wilcoxon", "van_der_waerden"):
        plain, short = (VERBS[verb](Survey(data, design)) for design in (without, corrected))
        assert short.se == pytest.approx(plain.se * half)
        assert short.estimate == pytest.approx(plain.estimate)
    plain, short = (VERBS["kruskal_wallis"](Survey(data, design)) for design in (without, corrected))
    assert short.statistic == pytest.approx(plain.statistic / half**2)
    plain, short = (VERBS["rao_scott"](Survey(data, design)) for design in (without, corrected))
    assert short.statistic == pytest.approx(plain.statistic / half**2)
    plain, short = (VERBS["association"](Survey(data, design)) for design in (without, corrected))
    assert short["gamma"].se == pytest.approx(plain["gamma"].se * half)


def test_equal_weights_without_strata_are_the_classics_but_for_n_minus_one() -> None:
    data, equal = people(), SurveyDesign(weight="equal")
    survey, n = Survey(data, equal), 360
    plain = ordinal_association(survey, "g", "y", variance="multinomial")
    design = ordinal_association(survey, "g", "y")
    for name, effect in plain.effects.items():
        assert design[name].se == pytest.approx(effect.se * np.sqrt(n / (n - 1)))
        assert design[name].estimate == pytest.approx(effect.estimate)
    assert rao_scott(survey, "g", "y").detail["pearson"] == pytest.approx(
        independence(survey, "g", "y").pearson.statistic
    )
    assert rao_scott(survey, "g", "y").detail["cramers_v"] == pytest.approx(
        independence(survey, "g", "y").cramers_v
    )
    assert correlation_test(survey, "g", "y").statistic == pytest.approx(
        trend_test(survey, "y", "g").statistic
    )


def test_polychoric_errors_by_design_are_near_those_of_the_information() -> None:
    survey = Survey(people(), SurveyDesign(weight="equal"))
    for method in ("two_step", "ml"):
        by_design = polychoric(survey, "g", "y", method=method)
        by_information = polychoric(survey, "g", "y", method=method, variance="multinomial")
        assert by_design.se == pytest.approx(by_information.se, rel=0.15)
        assert by_design.ci_low < by_design.estimate < by_design.ci_high


def test_ties_follow_the_file_only_when_asked() -> None:
    data = people()
    sorted_by_weight = data.sort_values("w", ascending=False)
    asked = [
        rank_test(Survey(d, DESIGN), "y", "two", ties="file_order").statistic
        for d in (data, sorted_by_weight)
    ]
    assert abs(asked[0] - asked[1]) > 1e-6
    even = data.assign(w=1.0)
    weighted, filed = (
        rank_test(Survey(even, DESIGN), "y", "two", ties=word).statistic
        for word in ("weighted", "file_order")
    )
    assert weighted == pytest.approx(filed)


def test_region_tests_are_refused_where_they_do_not_hold_their_level() -> None:
    data = people()
    few_units = Survey(data.assign(c=data["c"] % 8, h=0), DESIGN)
    refused = rao_scott(few_units, "g", "y")
    assert refused.reason == "refused:few_degrees_of_freedom"
    assert np.isnan(refused.p_value)
    assert np.isnan(refused.statistic)
    assert np.isfinite(rao_scott(few_units, "g", "y", minimum_df=0).p_value)
    lonely = Survey(data.assign(g=np.where(data.index < 11, 9, data["g"])), DESIGN)
    assert rao_scott(lonely, "g", "y").reason == "refused:few_people_in_a_group"
    assert np.isfinite(rao_scott(lonely, "g", "y", minimum_people=11, minimum_expected=0).p_value)


@pytest.mark.parametrize("lazy", [False, True])
def test_region_tests_are_refused_where_few_answers_carry_unequal_weights(lazy: bool) -> None:
    weight = np.tile([1.0] * 9 + [6.0], 10)  # 1 / Kish's share - 1 is exactly 1 in both groups
    data = pd.DataFrame({"g": np.repeat([0, 1], 50), "w": weight, "y": np.arange(100) % 5 > 0})
    data["y"] = data["y"].astype(int)

    def test_of(frame: pd.DataFrame, minimum: float) -> HypothesisTest:
        survey = Survey(pl.from_pandas(frame).lazy() if lazy else frame, SurveyDesign(weight="w"))
        return rao_scott(survey, "g", "y", minimum_expected=minimum)

    assert test_of(data, 10.1).reason == "refused:few_people_for_unequal_weights"
    assert np.isnan(test_of(data, 10.1).p_value)
    assert np.isfinite(test_of(data, 9.9).p_value)
    assert np.isfinite(test_of(data.assign(w=3.0), 1e6).p_value)
    assert np.isfinite(test_of(data.assign(w=np.repeat([1.0, 9.0], 50)), 1e6).p_value)  # equal within groups


def test_df_of_those_asked_counts_also_who_did_not_answer() -> None:
    data = people()
    data["y"] = data["y"].where(data["c"] > 4)
    survey = Survey(data, DESIGN)
    assert rao_scott(survey, "g", "y", df="asked").denominator_df == pytest.approx(
        rao_scott(survey, "g", "y").denominator_df * 38 / 33
    )


def test_codebook_order_and_missing_codes_are_honoured() -> None:
    codes = tuple(Code(value, word, {}, {}) for value, word in ((3, "low"), (1, "middle"), (2, "high")))
    question = Question("q", "ordinal", {}, {}, codes)
    data = people()
    data["q"] = np.choose(np.clip(data["y"] - 1, 0, 2), [3, 1, 2])
    data["plain"] = np.clip(data["y"] - 1, 0, 2).astype(float)
    data.loc[::9, "q"], data.loc[::9, "plain"] = DONT_KNOW, np.nan
    coded = Survey(data, DESIGN, codebook=Codebook({"q": question}))
    plain = Survey(data, DESIGN)
    for found, expected in (
        (ordinal_association(coded, "g", "q"), ordinal_association(plain, "g", "plain")),
        (trend_test(coded, "q", "g"), trend_test(plain, "plain", "g")),
        (rao_scott(coded, "g", "q"), rao_scott(plain, "g", "plain")),
        (rank_test(coded, "q", "g"), rank_test(plain, "plain", "g")),
    ):
        np.testing.assert_allclose(numbers(found), numbers(expected), rtol=1e-9)


@pytest.mark.parametrize("verb", VERBS)
def test_all_equal_outcomes_give_a_reason_and_no_p_value(verb: str) -> None:
    found = VERBS[verb](Survey(people().assign(y=2, x=2.0), DESIGN))
    results = found.effects.values() if verb == "association" else [found]
    for one in results:
        assert np.isnan(one.p_value)
        told = one.reason if isinstance(one, HypothesisTest) else one.method
        assert told.startswith("not_estimable")


def test_an_empty_domain_gives_no_number() -> None:
    survey = Survey(people(), DESIGN)
    nobody = survey.domain(survey["g"] == 77)
    assert np.isnan(rao_scott(nobody, "g", "y").p_value)
    assert all(np.isnan(one.estimate) for one in ordinal_association(nobody, "g", "y").effects.values())
    with pytest.raises(OptionError, match="two groups"):
        t_test(nobody, "x", "two")


def test_joint_tests_of_estimates() -> None:
    data = people()
    survey = Survey(data, DESIGN)
    means = mean(survey, "x", by="two")
    one = joint_test(means, [-1, 1])
    two = t_test(survey, "x", "two")
    assert one.statistic == pytest.approx(two.statistic**2)
    three = mean(survey, "x", by="g")
    contrasts = [[-1, 1, 0], [-1, 0, 1]]
    plain, adjusted, large = (
        joint_test(three, contrasts, statistic=word) for word in ("F", "adjusted_F", "chisq")
    )
    df = plain.denominator_df
    assert adjusted.statistic == pytest.approx(plain.statistic * (df - 1) / df)
    assert adjusted.denominator_df == df - 1
    assert large.detail["chi_squared"] == pytest.approx(plain.detail["chi_squared"])
    repeated = joint_test(three, [*contrasts, [0, -1, 1]])
    assert (repeated.df, repeated.statistic) == pytest.approx((2, plain.statistic))
    assert joint_test(three, null_value=float(three.frame["estimate"].iloc[0])).df == 3
    with pytest.raises(OptionError, match="each of the 3 rows"):
        joint_test(three, [1, -1])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda s: rao_scott(s, "g", "y", statistic="pearson"), "statistic must be one of"),  # type: ignore[arg-type]
        (lambda s: rao_scott(s, "g", "g"), "two different variables"),
        (lambda s: rao_scott(s, "c", "x"), "group the values"),
        (lambda s: t_test(s, "x", "g"), "compares two groups"),
        (lambda s: rank_test(s, "x", "g", scores="mood"), "scores must be one of"),  # type: ignore[arg-type]
        (lambda s: rank_test(s, "x", "g", scores="median", sampling="unweighted"), "wilcoxon and kruskal"),
        (lambda s: ordinal_association(s, "g", "y", interval="z"), "interval must be one of"),  # type: ignore[arg-type]
        (lambda s: trend_test(s, "y", "g", method="cochran_armitage"), "two answers"),
        (lambda s: trend_test(s, "two", "g", method="cochran_armitage", scores=[1, 2]), "one for each"),
        (lambda s: equivalence_test(s, "x", "two", margin=-1.0), "low < high"),
        (lambda s: correlation_test(s, "g", "y", method="pearson"), "kendall, spearman"),  # type: ignore[arg-type]
        (lambda s: ordinal_association(s, "g", "y")["tau_d"], "tau_b"),
    ],
)
def test_wrong_calls_are_told(call: Verb, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        call(Survey(people(), DESIGN))


def test_intervals_turn_to_arctanh_for_strong_association() -> None:
    data = people()
    data["z"] = np.where(data.index % 7 == 0, data["y"], data["g"])
    survey = Survey(data, DESIGN)
    found = {word: ordinal_association(survey, "g", "z", interval=word) for word in ("auto", "t", "arctanh")}
    assert found["t"]["gamma"].estimate > 0.5
    assert found["auto"]["gamma"].ci_low == found["arctanh"]["gamma"].ci_low < found["t"]["gamma"].ci_low
    weak = {word: ordinal_association(survey, "g", "y", interval=word) for word in ("auto", "t")}
    assert weak["auto"]["gamma"].ci_low == weak["t"]["gamma"].ci_low


def test_the_null_holds_under_clusters_and_weights() -> None:
    """Rejections of true nulls in 200 clustered samples; Pearson's test of the counts is far too liberal."""
    rejected: dict[str, int] = dict.fromkeys(
        ("rao_scott", "wilcoxon", "kruskal_wallis", "association", "plain"), 0
    )
    generator, runs = np.random.default_rng(11), 150
    for _ in range(runs):
        cluster = np.repeat(np.arange(60), 8)
        mood, side = generator.normal(size=60), generator.integers(0, 3, 60)
        y = np.clip(np.round(1.5 + mood[cluster] + generator.normal(size=480)), 0, 3).astype(int)
        data = pd.DataFrame({"g": side[cluster], "y": y, "c": cluster, "w": 1 + generator.random(480)})
        data["two"] = data["g"] > 0
        survey = Survey(data, SurveyDesign(weight="w", psu="c"))
        p = {verb: VERBS[verb](survey).p_value for verb in ("rao_scott", "wilcoxon", "kruskal_wallis")}
        p["association"] = ordinal_association(survey, "g", "y")["somers_d"].p_value
        p["plain"] = independence(survey, "g", "y").pearson.p_value
        for verb, value in p.items():
            rejected[verb] += value < 0.05
    assert rejected.pop("plain") > 0.3 * runs
    assert all(0.01 * runs <= count <= 0.1 * runs for count in rejected.values()), rejected
