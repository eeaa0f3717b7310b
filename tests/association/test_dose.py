"""The form of the dose-response: the curve, straightness, cuts, readings, areas, and too little to say."""

import numpy as np
import pandas as pd
import pytest

import barometri as bm
from barometri.association.areas import area_parts
from barometri.collaboration import count_models
from barometri.estimates import Effect
from barometri.study.codes import DONT_KNOW
from barometri.survey import Survey
from tests.association import made


def named(effects: tuple[Effect, ...] | list[Effect], name: str) -> list[Effect]:
    return [effect for effect in effects if effect.name == name]


def one(effects: tuple[Effect, ...] | list[Effect], name: str) -> Effect:
    (found,) = named(effects, name)
    return found


def test_fitted_curve_is_standardised_and_rises() -> None:
    survey = made.survey(made.responses((0.8, 0.8, 0.8), size=1200))
    shares, effects = bm.dose_response(survey)
    curve = named(effects, "predicted_share")
    assert [effect.about["number_of_models"] for effect in curve] == ["0", "1", "2", "3"]
    estimates = np.array([effect.estimate for effect in curve])
    assert (np.diff(estimates) > 0.05).all()
    np.testing.assert_allclose(estimates, shares.frame["estimate"], atol=0.08)
    counted = count_models(survey)
    fit = bm.ordinal_regression(
        counted,
        "cooperation ~ number_of_models + group + district",
        clusters="area",
        scores=("number_of_models",),
    )
    frame = bm.standardise(fit, "number_of_models", [0, 1, 2, 3], categories="good").frame
    np.testing.assert_allclose(estimates, frame["estimate"], rtol=1e-10)
    np.testing.assert_allclose([effect.se for effect in curve], frame["se"], rtol=1e-10)


def test_the_verdicts_slope_under_each_reading() -> None:
    data = made.responses((0.7, 0.7, 0.7), size=900)
    data.loc[:299, ["m_consent", "m_phone"]] = np.int32(DONT_KNOW)
    effects = bm.dose_response(made.survey(data))[1]
    slopes = {effect.about["reading"]: effect for effect in named(effects, "score_per_model")}
    assert list(slopes) == ["informed", "lower", "upper"]
    assert (slopes["informed"].n, slopes["lower"].n, slopes["upper"].n) == (600, 900, 900)
    assert slopes["informed"].estimate > slopes["lower"].estimate > 0
    assert one(effects, "points_per_model").ci_low > 0


def test_a_bend_is_seen_and_a_line_is_not_bent() -> None:
    data = made.responses((0.6, 0.6, 0.6), size=1500)
    straight = one(bm.dose_response(made.survey(data))[1], "departure_from_linearity")
    assert straight.p_value > 0.05
    k = count_models(made.survey(data)).values("number_of_models")
    bent = data.assign(cooperation=np.where(k == 1, 5, data["cooperation"]).astype(np.int32))
    assert one(bm.dose_response(made.survey(bent))[1], "departure_from_linearity").p_value < 0.001


def test_brant_sees_odds_that_are_not_proportional() -> None:
    data = made.responses((0.6, 0.6, 0.6), size=1500)
    effects = bm.dose_response(made.survey(data))[1]
    assert one(effects, "proportional_odds").p_value > 0.01
    cuts = named(effects, "odds_ratio_at_cut")
    assert [cut.about["above"] for cut in cuts] == ["very_poorly", "fairly_poorly", "neither", "fairly_well"]
    above = [(data["cooperation"] > cut).sum() for cut in (1, 2, 3, 4)]
    assert all(
        c.k_low <= min(n, len(data) - n) for c, n in zip(cuts, above, strict=True)
    )  # no cut hides a few
    k = count_models(made.survey(data)).values("number_of_models")
    generator = np.random.default_rng(6)
    wild = generator.integers(1, 6, len(data))
    wild = np.where((k >= 2) & (generator.random(len(data)) < 0.8), generator.choice([1, 5], len(data)), wild)
    effects = bm.dose_response(made.survey(data.assign(cooperation=wild.astype(np.int32))))[1]
    assert one(effects, "proportional_odds").p_value < 0.001


def hand_made(*, within: float, between: float) -> pd.DataFrame:
    """Areas of ten, in which judgement follows the area's level and the own deviation by given slopes."""
    generator = np.random.default_rng(9)
    data = made.responses(size=800)
    place = np.repeat(np.arange(80), 10)
    data["area"] = [f"a{number}" for number in place]
    share = generator.uniform(0.1, 0.9, 80)[place]
    for name in ("m_consent", "m_phone", "m_desk_a"):
        data[name] = np.where(generator.random(800) < share, 1, 3).astype(np.int32)
    data["m_desk_b"] = np.int32(3)
    k = count_models(made.survey(data)).values("number_of_models")
    mean = (np.bincount(place, k) / 10)[place]
    latent = within * (k - mean) + between * (mean - 1.5) + generator.logistic(size=800)
    data["cooperation"] = (np.digitize(latent, [-1.5, -0.5, 0.5, 1.5]) + 1).astype(np.int32)
    return data


@pytest.mark.parametrize(("within", "between"), [(1.0, 1.0), (0.0, 1.5), (1.2, 0.0)])
def test_parts_within_and_between_areas(within: float, between: float) -> None:
    effects = area_parts(
        count_models(made.survey(hand_made(within=within, between=between))), "cooperation", ()
    )
    truths = {
        "odds_ratio_within_area": within,
        "odds_ratio_between_areas": between,
        "odds_ratio_between_to_within": between - within,
    }
    for name, truth in truths.items():
        effect = one(effects, name)
        assert abs(effect.detail["log_odds_ratio"] - truth) < 3 * effect.detail["log_odds_ratio_se"]
        assert (effect.p_value < 0.05) == (truth != 0)


def test_others_of_the_area_by_hand() -> None:
    data = hand_made(within=0.0, between=1.5)
    counted = count_models(made.survey(data))
    effects = area_parts(counted, "cooperation", ("group",))
    k = counted.values("number_of_models")
    frame = pd.DataFrame({"k": k, "area": data["area"], "side": data["side"]})
    sums = frame.groupby("area")["k"].transform("sum")
    wide = counted.with_column("others", ((sums - k) / 9).to_numpy())
    fit = bm.linear_regression(wide, "cooperation ~ others + group", clusters="area", se="cr2")
    found = one(effects, "score_per_model_of_others")
    assert found.estimate == pytest.approx(fit.coefficients[fit.names.index("others")], rel=1e-9)
    assert found.se == pytest.approx(fit.se[fit.names.index("others")], rel=1e-9)
    own = frame.groupby(["area", "side"])["k"].transform("sum")
    size = 10 - frame.groupby(["area", "side"])["k"].transform("size")
    side = ((sums - own) / size.where(size > 0)).to_numpy()
    fit = bm.linear_regression(
        counted.with_column("theirs", side), "cooperation ~ theirs + group", clusters="area", se="cr2"
    )
    found = one(effects, "score_per_model_of_other_side")
    assert found.n == fit.n == int((size > 0).sum())
    assert found.estimate == pytest.approx(fit.coefficients[fit.names.index("theirs")], rel=1e-9)
    assert found.ci_low > 0


def test_only_those_with_one_organiser_enter() -> None:
    data = hand_made(within=0.0, between=1.0)
    data.loc[:99, "area"] = "a1;a2"
    data.loc[100:149, "area"] = ""
    effects = area_parts(count_models(made.survey(data)), "cooperation", ())
    assert one(effects, "odds_ratio_within_area").n == 650
    kept = {effect.about["group"]: effect for effect in named(effects, "one_organiser")}
    single = data.index >= 150
    for code, name in ((1, "decider"), (2, "server"), (3, "worker")):
        asked, left = (data["group"] == code).sum(), ((data["group"] == code) & single).sum()
        assert kept[name].estimate == pytest.approx(left / asked)
        assert (kept[name].n, kept[name].k_low) == (asked, min(left, asked - left))


def test_without_area_codes_the_rest_stands() -> None:
    data = made.responses((0.8, 0.8, 0.8)).drop(columns=["area", "unit"])
    effects = bm.dose_response(made.survey(data))[1]
    assert one(effects, "odds_ratio_within_area").method == "not_estimable: area"
    assert one(effects, "score_per_model_of_others").method == "not_estimable: area"
    assert named(effects, "score_per_model")[0].method == "linear/taylor"
    assert named(effects, "score_per_model")[0].ci_low > 0
    assert np.isfinite(one(effects, "departure_from_linearity").p_value)


def test_a_constant_number_of_models_gives_reasons() -> None:
    data = made.responses()
    for name in made.QUESTIONS:
        data[name] = np.int32(3)
    effects = bm.dose_response(made.survey(data))[1]
    for effect in effects:
        if effect.name != "one_organiser":
            assert np.isnan(effect.estimate), effect.name
            assert effect.method.startswith("not_estimable: "), effect.name


def test_separated_answers_give_reasons() -> None:
    data = made.responses()
    k = count_models(made.survey(data)).values("number_of_models")
    data["cooperation"] = np.where(k >= 2, 5, 1).astype(np.int32)
    effects = bm.dose_response(made.survey(data))[1]
    for name in ("predicted_share", "proportional_odds", "odds_ratio_within_area"):
        assert all(effect.method.startswith("not_estimable: ") for effect in named(effects, name))
    assert named(effects, "score_per_model")[0].ci_low > 1


def test_one_model_only() -> None:
    data = made.responses((1.0, 0.0, 0.0)).drop(columns=["m_phone", "m_desk_a", "m_desk_b"])
    effects = bm.dose_response(made.survey(data))[1]
    assert named(effects, "odds_ratio_per_model")[0].ci_low > 1
    assert one(effects, "departure_from_linearity").method == "not_estimable: number_of_models"
    assert [effect.about["number_of_models"] for effect in named(effects, "predicted_share")] == ["0", "1"]


def test_a_domain_limits_everything() -> None:
    data = made.responses((0.8, 0.8, 0.8), size=900)
    survey = made.survey(data)
    inside = bm.dose_response(survey.domain(survey["side"] == "social"))[1]
    kept = data[data["side"] == 2]
    alone = bm.dose_response(Survey(kept, made.WEIGHTED, study=survey.study, wave=2021))[1]
    for a, b in zip(inside, alone, strict=True):
        assert (a.name, a.n) == (b.name, b.n)
        np.testing.assert_allclose([a.estimate, a.se], [b.estimate, b.se], rtol=1e-6)
