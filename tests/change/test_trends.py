"""Items over all waves: by hand, as R has them, and the lines that are not drawn."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from barometri.change import trends, wave_shares
from barometri.change.trends import item_effects, straight_line
from barometri.errors import OptionError
from barometri.estimates import Effect
from barometri.study.waves import Equivalence, Wave
from barometri.survey import Survey, SurveyDesign
from tests import tiny_study
from tests.reference_cases import barometer

YEARS = (2017, 2018, 2019, 2021)


def named(effects: Sequence[Effect], name: str, **about: str) -> Effect:
    return next(e for e in effects if e.name == name and about.items() <= e.about.items())


def made(shares: Mapping[int, float], *, size: int = 400, group: str = "ab") -> dict[int, Survey]:
    """Waves of two equal groups with the same share of ones, exactly."""
    names = np.repeat(list(group), size // 2)
    waves = {}
    for year, share in shares.items():
        half = (np.arange(size // 2) < round(share * size / 2)) * 1.0
        frame = pd.DataFrame({"group": names, "x": np.tile(half, 2)})
        waves[year] = Survey(frame, SurveyDesign(weight="equal", stratum="group"))
    return waves


# ------------------------------------------------------------------------------------------ as R has them


@pytest.mark.parametrize("item", ["ga1", "ga2", "ga3", "ga4"])
def test_change_and_departure_equal_r(item: str) -> None:
    effects = trends(barometer.waves(), item, by="everybody", singly=False)[1]
    change, r = named(effects, "change_from_first"), barometer.values(f"{item}_last_minus_first")
    assert change.estimate == pytest.approx(r["difference"], rel=1e-8)
    assert change.se == pytest.approx(r["se"], rel=1e-8)
    departure = named(effects, "departure_from_linearity")
    assert departure.estimate == pytest.approx(barometer.values(f"{item}_wave_departure")["F"], rel=1e-6)
    assert departure.p_value == pytest.approx(barometer.values(f"{item}_wave_departure")["p"], abs=1e-3)
    assert departure.detail["numerator_df"] == 3


def test_the_slope_equals_r_when_waves_weigh_as_much_as_their_people() -> None:
    shares = wave_shares(barometer.waves(), "ga1", by="everybody")
    weighted = shares.estimates.frame["n_weighted"].to_numpy()
    slope = straight_line(range(2017, 2022), weighted)[0]
    expected = barometer.values("ga1_trend_linear")["coef"]["t"]
    assert slope @ shares.rows.value == pytest.approx(expected, rel=1e-8)
    assert math.sqrt(slope**2 @ np.diag(shares.rows.covariance)) == pytest.approx(
        barometer.values("ga1_trend_linear")["se"]["t"], rel=0.01
    )


def test_standardised_shares_equal_r() -> None:
    effects = trends(barometer.waves(), "good", singly=False)[1]
    for year, share, se in barometer.values("wave_standardised")["values"]:
        found = named(effects, "standardised_share", wave=str(int(year)))
        assert found.estimate == pytest.approx(share, rel=1e-8)
        assert found.se == pytest.approx(se, rel=1e-7)
        assert math.isnan(found.p_value)
        assert found.adjusted_for == ("group",)


# ------------------------------------------------------------------------------------------------ by hand


def test_changes_by_hand() -> None:
    shares = dict(zip(YEARS, (0.30, 0.35, 0.40, 0.60), strict=True))
    effects = trends(made(shares), "x", by="group", singly=False)[1]
    change = named(effects, "change_from_earlier")
    assert change.estimate == pytest.approx(0.60 - 0.35)
    spread = {year: share * (1 - share) / 398 for year, share in shares.items()}
    earlier = sum(spread[year] for year in YEARS[:3]) / 9
    assert change.se == pytest.approx(math.sqrt(spread[2021] + earlier))
    assert change.about == {"item": "x", "wave": "2021", "against": "earlier"}
    assert named(effects, "change_from_first").estimate == pytest.approx(0.30)


def test_years_are_those_of_the_calendar() -> None:
    line = {year: 0.30 + 0.05 * (year - 2017) for year in YEARS}
    effects = trends(made(line), "x", by="group", singly=False)[1]
    assert named(effects, "change_per_year").estimate == pytest.approx(0.05)
    assert named(effects, "departure_from_linearity").estimate == pytest.approx(0, abs=1e-12)
    steps = dict(zip(YEARS, (0.30, 0.35, 0.40, 0.45), strict=True))
    bent = trends(made(steps), "x", by="group", singly=False)[1]
    assert named(bent, "change_per_year").estimate == pytest.approx(0.325 / 8.75)
    assert named(bent, "departure_from_linearity").estimate > 0.01


def test_a_mix_that_shifts_is_no_change() -> None:
    """Groups of .2 and .8 whose sizes turn around: the crude share rises, the standardised one does not."""
    waves = {}
    for year, first in zip(YEARS, (300, 200, 150, 100), strict=True):
        group = np.repeat(["a", "b"], [first, 400 - first])
        x = (
            np.concatenate([np.arange(first) < 0.2 * first, np.arange(400 - first) < 0.8 * (400 - first)])
            * 1.0
        )
        waves[year] = Survey(
            pd.DataFrame({"group": group, "x": x}), SurveyDesign(weight="equal", stratum="group")
        )
    table, effects = trends(waves, "x", by="group", singly=False)
    crude = table.frame[table.frame["group"] == "_total"]["estimate"].tolist()
    assert crude[-1] - crude[0] == pytest.approx(0.3)
    assert named(effects, "change_from_first").estimate == pytest.approx(0, abs=1e-12)
    assert named(effects, "standardised_share", wave="2017").estimate == pytest.approx(0.65)


def test_holm_over_items_and_groups() -> None:
    waves = made(dict(zip(YEARS, (0.3, 0.3, 0.3, 0.4), strict=True)))
    both = {year: survey.with_column("y", 1 - survey.values("x")) for year, survey in waves.items()}
    effects = trends(both, ["x", "y"], by="group")[1]
    pooled = [e for e in effects if e.name == "change_from_first" and "group" not in e.about]
    assert [e.adjusted_p for e in pooled] == pytest.approx([2 * e.p_value for e in pooled])
    alone = [e for e in effects if e.name == "change_from_first" and "group" in e.about]
    assert len(alone) == 4
    assert [e.adjusted_p for e in alone] == pytest.approx([4 * e.p_value for e in alone])


# ------------------------------------------------------------------------------------------ what is not drawn


def test_fewer_than_four_waves_have_no_line() -> None:
    effects = trends(made({2018: 0.3, 2019: 0.4, 2021: 0.5}), "x", by="group", singly=False)[1]
    assert named(effects, "change_from_first").estimate == pytest.approx(0.2)
    for name in ("change_per_year", "departure_from_linearity"):
        assert named(effects, name).method == "not_estimable:few_waves"


def test_one_wave_has_a_level_and_no_change() -> None:
    effects = trends(made({2021: 0.5}), "x", by="group", singly=False)[1]
    assert named(effects, "standardised_share").estimate == pytest.approx(0.5)
    assert named(effects, "change_from_first").method == "not_estimable:few_waves"


def with_entry(entry: Equivalence) -> dict[int, Survey]:
    study = replace(tiny_study.study())
    waves: dict[int, Wave] = {**study.waves, 2019: replace(study.waves[2019], equivalence=(entry,))}
    study = replace(study, waves=waves)
    design = SurveyDesign(weight="_weight", stratum=("district", "group"))
    return {y: Survey(tiny_study.responses(y), design, study=study, wave=y) for y in (2019, 2021)}


def test_a_question_asked_differently_makes_no_change() -> None:
    effects = trends(with_entry(Equivalence("cooperation", "different")), "cooperation", singly=False)[1]
    assert named(effects, "change_from_first").method == "not_estimable:asked_differently"
    assert [e.about["wave"] for e in effects if e.name == "standardised_share"] == ["2021"]


def test_a_change_from_the_first_wave_has_no_mark_of_the_waves_between() -> None:
    shares = wave_shares(made({2018: 0.3, 2019: 0.4, 2021: 0.5}), "x", by=["group"])
    marks = tuple("similar" if int(year) == 2019 else "" for year in shares.estimates.frame["wave"])
    shares = replace(shares, estimates=replace(shares.estimates, marks=marks))
    effects = tuple(item_effects(shares, "x"))
    assert "mark" not in named(effects, "change_from_first").about
    assert named(effects, "change_from_earlier").about["mark"] == "similar"


def test_a_question_that_is_only_similar_carries_a_mark() -> None:
    effects = trends(with_entry(Equivalence("cooperation", "similar")), "cooperation", singly=False)[1]
    assert named(effects, "change_from_first").about["mark"] == "similar"


def test_answers_that_are_all_equal_give_no_test() -> None:
    effects = trends(made(dict.fromkeys(YEARS, 1.0)), "x", by="group", singly=False)[1]
    assert all(math.isnan(e.p_value) for e in effects)
    assert named(effects, "change_from_first").method == "not_estimable:zero_variance"


def test_no_variable_to_hold_still_is_an_error() -> None:
    with pytest.raises(OptionError, match="name it as by"):
        trends(made({2021: 0.5}), "x")


def test_several_categories_are_an_error() -> None:
    with pytest.raises(OptionError, match="name a single one"):
        wave_shares(made({2021: 0.5}), "x", by="group", categories="each")


def test_cells_say_what_the_change_rests_on() -> None:
    waves = made({2019: 0.3, 2021: 0.5})
    change = named(trends(waves, "x", by="group", singly=False)[1], "change_from_first")
    assert {(cell.wave, cell.who["group"][0], cell.n, cell.k) for cell in change.cells} == {
        (2019, "a", 200, 60), (2019, "b", 200, 60), (2021, "a", 200, 100), (2021, "b", 200, 100),
    }  # fmt: skip
    assert change.k_low == 200
