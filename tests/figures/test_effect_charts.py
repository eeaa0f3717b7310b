"""Forest, profile, reversal, ranks, scatter and the fitted curve: what they draw is what may be published."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from barometri.disclosure.protected import SUPPRESSED, ProtectedTable
from barometri.errors import OptionError
from barometri.figures import (
    cooperation_by_number_of_models,
    draw,
    forest,
    profile,
    ranks,
    reversal,
    scatter,
)
from barometri.figures.chart import Chart
from barometri.figures.differences import below_level
from barometri.figures.reading import Cell
from barometri.figures.saving import content
from barometri.figures.scale import fit_signed
from barometri.figures.style import SOFT_INK
from barometri.results import Verdict
from barometri.texts import LANGUAGES
from tests.figures import made_up
from tests.figures.test_layout import check

NBSP = "\u00a0"
CAUSAL = {
    "fi": r"vaikut|parant|johtu|syyst|ansiosta|takia",
    "sv": r"påverk|förbättr|leder till|beror på|orsakar|tack vare",
    "en": r"effect|affect|improv|caus|because|due to|leads to|thanks to",
}


def words_of(chart: Chart, *, narrow: bool = False) -> list[str]:
    figure = chart.narrow if narrow else chart.figure
    return [text.get_text() for text in figure.axes[0].texts]


def marks_of(chart: Chart) -> list[tuple[float, float]]:
    """Places of the marks of a wide figure, key and all."""
    lines = [line for line in chart.figure.axes[0].lines if line.get_marker() != "None"]
    places = [np.asarray(line.get_xydata(), dtype=float)[0] for line in lines]
    return [(float(x), float(y)) for x, y in places]


def links_of(chart: Chart) -> list[Line2D]:
    """The lines of a wide figure that join the points of two years."""
    lines = [line for line in chart.figure.axes[0].lines if line.get_color() == SOFT_INK]
    return [line for line in lines if np.ptp(np.asarray(line.get_xdata(), dtype=float)) > 0]


def effects_of(table: ProtectedTable, name: str) -> list[tuple[float, float, float]]:
    return [(e.estimate, e.ci_low, e.ci_high) for e in table.effects if e.name == name]


def drawn(chart: Chart) -> list[tuple[float, float, float]]:
    frame = chart.data[["estimate", "ci_low", "ci_high"]]
    return [tuple(values) for values in frame.to_numpy().tolist()]


# ------------------------------------------------------------------------------------------------- forest
def test_the_forest_draws_the_protected_differences_and_nothing_else() -> None:
    table = made_up.forest()
    chart = forest(made_up.protected(table), language="fi")
    assert sorted(drawn(chart)) == sorted(effects_of(table, "model_points"))
    assert set(chart.data["kind_label"]) == {"Malli yksinään", "Muut mallit samoina"}
    assert chart.n == 828


def test_models_are_sorted_by_the_difference_at_equal_others_and_a_claimed_one_stands_apart() -> None:
    results = made_up.protected(made_up.forest(hide="M03"), claims=[made_up.equivalence()])
    chart = forest(results, language="en")
    order = list(dict.fromkeys(chart.data["item"]))
    assert order == ["M01", "M04", "M05", "M02", "M03", "M06"]
    test = chart.data[chart.data["kind"] == "test"].iloc[0]
    assert (test["item"], test["estimate"], test["ci_low"], test["ci_high"]) == ("M06", 0.069, -0.019, 0.157)
    assert "Claim of no difference (margin ±10 percentage points): not shown either way" in words_of(chart)


def test_the_margin_is_a_band_as_wide_as_the_claim_says() -> None:
    with_claim = forest(made_up.protected(made_up.forest(), claims=[made_up.equivalence()]), language="en")
    plain = forest(made_up.protected(made_up.forest()), language="en")

    def bands(chart: Chart) -> list[float]:
        patches = chart.figure.axes[0].patches
        return [p.get_width() for p in patches if isinstance(p, Rectangle) and p.get_zorder() == 0.3]

    ticks = {t.get_text(): t.get_position()[0] for t in with_claim.figure.axes[0].texts}
    assert bands(with_claim) == [pytest.approx(ticks["+10"] - ticks["−10"])]
    assert bands(plain) == []
    assert not any("Equivalence" in words for words in words_of(plain))


@pytest.mark.parametrize(
    ("verdict", "words"),
    [(Verdict.EQUIVALENT, "ero rajan sisällä"), (Verdict.CONTRADICTED, "ristiriidassa"),
     (Verdict.NOT_ESTIMABLE, "ei arvioitavissa")],
)  # fmt: skip
def test_the_verdict_of_the_claim_is_said(verdict: Verdict, words: str) -> None:
    results = made_up.protected(made_up.forest(), claims=[made_up.equivalence(verdict)])
    assert any(one.endswith(f"): {words}") for one in words_of(forest(results, language="fi")))


def test_the_forest_title_names_who_stands_out_after_adjustment_and_nobody_when_one_is_hidden() -> None:
    title = forest(made_up.protected(made_up.forest()), language="en").title
    start, named = title.split(": ")
    assert start == "Ratings are better where this is agreed, the other models being equal"
    assert named == "clearing up with permission"
    hidden = forest(made_up.protected(made_up.forest(hide="M02")), language="en")
    assert hidden.title == "Cooperation by model"
    nobody = forest(made_up.protected(made_up.forest(only="M02")), language="en")
    assert nobody.title == "No single model stands out when the other models are equal"


def test_a_hidden_model_shows_one_mark_and_no_number() -> None:
    table = made_up.forest(hide="M05")
    chart = forest(made_up.protected(table), language="en")
    rows = chart.data[chart.data["item"] == "M05"]
    assert rows[["estimate", "ci_low", "ci_high", "n"]].isna().all(axis=None)
    assert (rows["adjusted_p"] == "").all()
    assert words_of(chart).count("..") == 2
    assert (
        len({text.get_position()[0] for text in chart.figure.axes[0].texts if text.get_text() == ".."}) == 1
    )


def test_the_reason_of_a_hidden_effect_does_not_change_the_drawing() -> None:
    table = made_up.forest(hide="M05")
    other = tuple(
        replace(e, method="not_estimable: x") if e.status == SUPPRESSED else e for e in table.effects
    )
    one, two = (
        forest(made_up.protected(made), language="sv") for made in (table, replace(table, effects=other))
    )
    assert all(content(one, form) == content(two, form) for form in ("svg", "csv"))


def test_points_of_the_scale_are_drawn_where_no_share_is_known() -> None:
    table = made_up.forest()
    gone = tuple(made_up.without(e) if e.name == "model_points" else e for e in table.effects)
    chart = forest(
        made_up.protected(replace(table, effects=gone), claims=[made_up.equivalence()]), language="en"
    )
    assert sorted(drawn(chart)) == sorted(effects_of(table, "model_score"))
    assert "Difference in points of the scale" in words_of(chart)
    assert "test" not in set(chart.data["kind"])


def test_a_claim_that_is_judged_on_another_scale_is_said_in_the_footer() -> None:
    claim = next(one for one in made_up.study().claims if one.kind == "each" and one.scale == "score")
    judged = replace(made_up.equivalence(), claim=claim)
    note = "judged by the difference in means"
    assert note in forest(made_up.protected(made_up.forest(), claims=[judged]), language="en").footer
    assert note not in forest(made_up.protected(made_up.forest()), language="en").footer


# ------------------------------------------------------------------------------------------------ profile
def test_every_district_has_a_panel_with_its_models_its_satisfaction_and_its_ranks() -> None:
    table = made_up.profile()
    chart = profile(made_up.protected(table, made_up.dots_by_district_and_side()), language="en")
    assert sorted(drawn(chart)) == sorted(effects_of(table, "district_minus_rest"))
    words = words_of(chart)
    assert [w for w in words if w in {"Northern", "Eastern", "Central", "Western", "Southern"}] == [
        "Northern", "Eastern", "Central", "Western", "Southern",
    ]  # fmt: skip
    assert "Good ratings: rank 1 (1–5)" in words
    assert words.count("Good ratings") == 2
    assert "61%" in words


def test_the_profile_title_says_who_differs_and_how() -> None:
    chart = profile(made_up.protected(made_up.profile()), language="en")
    assert chart.title == (
        "Districts that differ from the others: Eastern (less common: clearing up with permission), "
        "Southern (more common: meetings between managers)"
    )
    hidden = profile(made_up.protected(made_up.profile(hide=("M02", "keskinen"))), language="en")
    assert hidden.title == "Insurance districts against the others"


def test_one_district_alone_stands_beside_the_whole_country() -> None:
    results = made_up.protected(made_up.profile(), made_up.dots_by_district_and_side())
    chart = profile(results, language="fi", area="itainen")
    words = words_of(chart)
    assert chart.id == "annex_regions_itainen"
    assert set(chart.data["district"]) == {"itainen"}
    assert {"Piirissä", "Koko maa", f"p{NBSP}<{NBSP}0,01", f"61{NBSP}%"} <= set(words)
    assert chart.title.startswith("Itäinen vakuutuspiiri erottuu muista (harvinaisempaa: ")
    for figure in (chart.figure, chart.narrow):
        check(figure)


def test_an_unknown_district_is_refused() -> None:
    with pytest.raises(OptionError, match="area must be a district"):
        profile(made_up.protected(made_up.profile()), language="en", area="nowhere")


def test_a_hidden_difference_shows_no_share_of_its_district() -> None:
    results = made_up.protected(made_up.profile(hide=("M06", "itainen")))
    shown = profile(made_up.protected(made_up.profile()), language="en")
    chart = profile(results, language="en")
    assert words_of(chart).count("..") == 1
    assert words_of(shown).count("17%") - words_of(chart).count("17%") == 1


# ----------------------------------------------------------------------------------------------- reversal
def test_gaps_lie_on_a_real_time_axis_and_a_year_without_a_wave_stays_open() -> None:
    table = made_up.gaps()
    chart = reversal(made_up.protected(table), language="en")
    assert drawn(chart) == effects_of(table, "gap")
    at = {t.get_text(): t.get_position()[0] for t in chart.narrow.axes[0].texts}
    assert at["2021"] - at["2019"] == pytest.approx(2 * (at["2019"] - at["2018"]))
    assert "No data" in " ".join(words_of(chart))
    sloped = links_of(chart)
    assert len(sloped) == 2
    assert all(line.get_linestyle() == "--" for line in sloped)


def test_marks_lie_where_the_scale_says() -> None:
    chart = reversal(made_up.protected(made_up.gaps()), language="en")
    ticks = {t.get_text(): t.get_position()[1] for t in chart.figure.axes[0].texts}
    per_point = (ticks["0"] - ticks["+10"]) / 0.1
    heights = [y for _, y in marks_of(chart)]
    steps = [(heights[i] - heights[i + 1]) / per_point for i in range(3)]
    assert steps == pytest.approx([0.013, -0.083, 0.227], abs=1e-6)


def test_the_title_says_that_the_order_has_turned_only_when_the_test_says_so() -> None:
    table = made_up.gaps()
    title = reversal(made_up.protected(table), language="en").title
    assert title == "The order has turned: Kela decision specialists led in 2019, social workers in 2021"
    weak = tuple(replace(e, p_text=".05") if e.name == "gap_reversal" else e for e in table.effects)
    title = reversal(made_up.protected(replace(table, effects=weak)), language="en").title
    assert title.startswith("In 2021 the higher share is that of social workers: the gap is 9")
    title = reversal(made_up.protected(made_up.gaps(latest=0.03)), language="en").title
    assert title == "No gap is shown in 2021 between social workers and Kela decision specialists"
    title = reversal(made_up.protected(made_up.gaps(hide=2021)), language="en").title
    assert not re.search("turned|higher|No gap", title)


def test_both_sides_of_zero_are_named_by_who_leads_there() -> None:
    chart = reversal(made_up.protected(made_up.gaps()), language="sv")
    at = {t.get_text(): t.get_position()[1] for t in chart.figure.axes[0].texts}
    above, below = (
        next(y for words, y in at.items() if words == f"Större andel: {name}")
        for name in ("socialarbetare", "FPA:s handläggningsspecialister")
    )
    assert above < at["0"] < below


def test_a_hidden_wave_keeps_its_year_and_joins_nothing() -> None:
    chart = reversal(made_up.protected(made_up.gaps(hide=2018)), language="fi")
    assert words_of(chart).count("..") == 1
    assert not links_of(chart)


# ------------------------------------------------------------------------------------ curve, ranks, scatter
def test_the_fitted_curve_is_a_second_layer_of_the_shares() -> None:
    results = made_up.protected(made_up.number_of_models(), made_up.fitted())
    chart = cooperation_by_number_of_models(results, language="fi")
    layer = chart.data[chart.data["layer"] == "fitted"]
    assert layer["estimate"].tolist() == [0.27, 0.36, 0.45, 0.57]
    assert chart.data[chart.data["layer"] == "observed"]["estimate"].tolist() == [0.24, 0.35, 0.43, 0.58]
    assert "Sovitettu osuus" in words_of(chart)
    assert "Vakioitu: vastaajaryhmä ja vakuutuspiiri" in chart.footer
    plain = cooperation_by_number_of_models(made_up.protected(made_up.number_of_models()), language="fi")
    assert "layer" not in plain.data
    assert "Sovitettu osuus" not in words_of(plain)


def test_a_hidden_fitted_share_breaks_the_curve_on_both_sides() -> None:
    def ribbons(hide: str) -> int:
        results = made_up.protected(made_up.number_of_models(), made_up.fitted(hide=hide))
        chart = cooperation_by_number_of_models(results, language="en")
        return sum(patch.get_alpha() == 0.15 for patch in chart.figure.axes[0].patches)

    assert (ribbons(""), ribbons("1")) == (3, 1)


def test_ranks_are_drawn_with_joint_intervals_and_never_as_an_order_that_is_not_shown() -> None:
    chart = ranks(made_up.protected(made_up.profile()), language="en")
    assert chart.id == "annex_regions_ranks"
    assert chart.title == "Ratings put the districts in no certain order"
    assert drawn(chart) == effects_of(made_up.profile(), "district_rank")
    assert words_of(chart).count("5 (1–5)") == 2


def test_a_title_says_of_which_class_its_number_is() -> None:
    part = made_up.tiles(without="itainen")
    results = made_up.protected(replace(part, frame=part.frame.assign(item="number_of_models")))
    title = draw(results, "number_of_models_by_district", language="en").title
    assert title == "At least 3 models agreed: 30%"


def test_the_points_of_districts_are_labelled_counted_and_no_proof() -> None:
    results = made_up.protected(
        made_up.means_by_district(), made_up.dots_by_district_and_side(), made_up.profile()
    )
    chart = scatter(results, language="en")
    assert chart.title == "Number of models and ratings by district: 5 points, no proof"
    assert f"0.64, n{NBSP}={NBSP}5 districts" in chart.footer
    assert {"Northern", "Eastern", "Central", "Western", "Southern"} <= set(words_of(chart))
    up = chart.data[chart.data["axis"] == "up"]
    assert set(up["item"]) == {"cooperation"}
    assert len(marks_of(chart)) == 5


def test_a_district_with_a_hidden_mean_is_named_beside_the_mark_and_has_no_point() -> None:
    tables = (made_up.means_by_district(hide="itainen"), made_up.dots_by_district_and_side())
    chart = scatter(made_up.protected(*tables), language="en")
    assert len(marks_of(chart)) == 4
    assert ".." in words_of(chart)
    check(chart.figure)
    check(chart.narrow)


# ------------------------------------------------------------------------------------------------ edges
EDGES = {
    "one model": made_up.forest(only="M01"),
    "the claimed model alone": made_up.forest(only="M06"),
    "one district": made_up.profile(districts=("itainen",)),
    "two districts": made_up.profile(districts=("itainen", "etelainen")),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("edge", EDGES)
def test_few_models_and_districts_are_drawn_in_every_language(edge: str, language: str) -> None:
    table = EDGES[edge]
    results = made_up.protected(table, claims=[made_up.equivalence()])
    chart = draw(results, table.analysis.id, language=language)
    check(chart.figure)
    check(chart.narrow)
    assert len(chart.alt) <= 250


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_title_speaks_of_causes(language: str) -> None:
    results = made_up.everything()
    names = ("annex_model_effects", "annex_regions", "annex_gap", "cooperation_by_number_of_models")
    named = [draw(results, name, language=language) for name in names]
    named.append(forest(made_up.protected(made_up.forest()), language=language))
    for chart in named:
        assert not re.search(CAUSAL[language], f"{chart.title} {chart.subtitle} {chart.alt}", re.IGNORECASE)


@pytest.mark.parametrize("name", ["annex_model_effects", "annex_regions", "annex_gap", "ranks_of_districts"])
@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_the_same_effects_give_the_same_bytes(name: str, form: str) -> None:
    one, two = (draw(made_up.everything(), name, language="fi") for _ in range(2))
    assert content(one, form) == content(two, form)


def test_a_signed_scale_holds_zero_every_interval_and_what_it_must_reach() -> None:
    nan = math.nan
    cells = [
        Cell({}, 0.02, -0.03, 0.07, 100, nan, "shown", ""),
        Cell({}, nan, nan, nan, nan, nan, SUPPRESSED, ""),
    ]
    scale = fit_signed(cells, start=1.0, end=5.0, room=0.4, least=0.1)
    assert scale.base <= -0.1 < 0.1 <= scale.limit
    assert 0.0 in scale.ticks
    assert 1.0 <= scale.at(scale.ticks[0]) < scale.at(scale.ticks[-1]) <= 5.0
    assert fit_signed(cells[1:], start=1.0, end=5.0, room=0.4).at(0.0) == pytest.approx(3.0)


def test_a_p_value_that_rounds_to_the_level_is_not_below_it() -> None:
    assert [below_level(p) for p in ("<.01", ".04", ".05", ".14", "")] == [True, True, False, False, False]
