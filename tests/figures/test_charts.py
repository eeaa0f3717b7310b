"""What each family of charts says and draws."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from barometri.disclosure.protected import SUPPRESSED, Protected, ProtectedTable
from barometri.errors import OptionError, StudyError
from barometri.figures import (
    cooperation_by_number_of_models,
    draw,
    likert,
    models_by_district,
    prevalence,
    tiles,
    waves,
)
from barometri.figures.chart import Chart
from tests.figures import made_up

NBSP = "\u00a0"


def words_of(chart: Chart, *, narrow: bool = False) -> list[str]:
    figure = chart.narrow if narrow else chart.figure
    return [text.get_text() for text in figure.axes[0].texts]


def only(table: ProtectedTable) -> Protected:
    return made_up.protected(table)


def test_the_most_common_model_is_named_when_it_stands_apart() -> None:
    chart = prevalence(only(made_up.prevalence()), language="fi")
    assert chart.title == f"Asioiden selvittäminen keskenään asiakkaan luvalla on yleisin malli: 61{NBSP}%"


def test_two_models_are_named_when_they_cannot_be_told_apart() -> None:
    table = made_up.prevalence()
    frame = table.frame.copy()
    second = (frame["item"] == "M02") & (frame["category"] == "agreed")
    frame.loc[second, ["estimate", "ci_low", "ci_high"]] = [0.6, 0.57, 0.63]
    chart = prevalence(only(replace(table, frame=frame)), language="en")
    assert chart.title == "Most common models: Clearing up with permission 61%, Consultation phone number 60%"


def test_only_names_of_respondent_groups_lose_their_capital_in_a_title() -> None:
    chart = draw(only(made_up.dots_by_group()), "good_cooperation_by_group", language="en")
    assert chart.title.endswith(": social and health directors 59%, Kela decision specialists 34%")
    chart = tiles(only(made_up.tiles()), language="en")
    assert chart.title.endswith("Central Insurance District 47%, Eastern Insurance District 18%")


def test_no_title_ranks_a_hidden_model() -> None:
    chart = prevalence(only(made_up.prevalence(without="M03")), language="en")
    assert "most common" not in chart.title.lower()
    assert not re.search(r"\d", chart.title)


def test_models_are_sorted_by_share_and_hidden_ones_stand_last_in_codebook_order() -> None:
    chart = prevalence(only(made_up.prevalence(without="M01")), language="en")
    agreed = chart.data[chart.data["category"] == "agreed"]
    assert agreed["item"].tolist() == ["M02", "M03", "M05", "M04", "M06", "M01"]


def test_nothing_agreed_stands_apart_from_the_sorted_models() -> None:
    chart = prevalence(made_up.protected(made_up.prevalence(), made_up.nothing_agreed()), language="en")
    assert chart.data["item"].iloc[-1] == "model_nothing_agreed"
    assert "Nothing has been agreed" in words_of(chart)


def test_districts_are_drawn_north_to_south_with_the_whole_country() -> None:
    chart = models_by_district(only(made_up.districts(without=False)), language="en")
    words = words_of(chart)
    order = [word for word in words if word in {"Northern", "Eastern", "Central", "Western", "Southern"}]
    assert order[:5] == ["Northern", "Eastern", "Central", "Western", "Southern"]
    assert "Whole country 61%" in words
    assert chart.title.startswith("Clearing matters up between staff with the client")


def test_the_district_title_ranks_nothing_when_a_total_is_hidden() -> None:
    table = made_up.districts(without=False)
    frame = table.frame.copy()
    gone = (frame["item"] == "M06") & (frame["district"] == "itainen") & (frame["side"] == "_total")
    frame.loc[gone, ["estimate", "se", "ci_low", "ci_high", "n", "n_weighted", "df"]] = float("nan")
    frame.loc[gone, "status"] = SUPPRESSED
    chart = models_by_district(only(replace(table, frame=frame)), language="en")
    assert chart.title == "Agreed models by insurance district"


def test_bars_sum_both_ends_and_keep_cannot_say_outside() -> None:
    chart = likert(only(made_up.likert()), language="en")
    words = words_of(chart)
    assert "Cannot say" in words
    assert {"37%", "34%"} <= set(words)
    assert "n\u00a0=\u00a0310" in words
    assert words.count("8%") == 5


def test_merged_answers_read_as_one_class() -> None:
    chart = likert(only(made_up.merged()), language="fi")
    assert "Erittäin huonosti tai melko huonosti" in words_of(chart)


def test_a_partly_hidden_bar_shows_one_mark_and_no_sum() -> None:
    chart = likert(only(made_up.likert(partly="social_director")), language="en")
    assert words_of(chart).count("..") == 2


def test_the_base_stands_under_each_class_and_the_association_in_the_footer() -> None:
    chart = cooperation_by_number_of_models(only(made_up.number_of_models()), language="fi")
    assert {f"n{NBSP}={NBSP}160", f"n{NBSP}={NBSP}320", "vähintään 3 mallia"} <= set(words_of(chart))
    assert f"Somersin D{NBSP}={NBSP}0,18" in chart.footer
    assert chart.title.endswith(f"ei yhtään mallia 24{NBSP}%, vähintään 3 mallia 58{NBSP}%")


def test_the_years_lie_on_a_real_time_axis() -> None:
    chart = waves(only(made_up.waves()), language="fi")
    at = {
        text.get_text(): text.get_position()[0]
        for text in chart.narrow.axes[0].texts
        if text.get_text() in {"2017", "2018", "2019", "2021"}
    }
    year = at["2018"] - at["2017"]
    assert at["2019"] - at["2018"] == pytest.approx(year)
    assert at["2021"] - at["2019"] == pytest.approx(2 * year)


def test_a_change_in_the_title_is_of_a_line_without_marks() -> None:
    chart = waves(only(made_up.waves()), language="sv")
    assert chart.title.endswith(f"socialarbetare 27{NBSP}% år 2017, 46{NBSP}% år 2021")
    assert "endast delvis jämförbar" in chart.footer


def test_years_that_are_not_comparable_are_not_joined() -> None:
    same = made_up.waves_of_sides()
    frame = same.frame.assign(mark="")
    broken, joined = (waves(only(replace(same, frame=f)), language="en") for f in (same.frame, frame))
    assert "not comparable" in broken.footer
    assert "not comparable" not in joined.footer

    def lines(chart: Chart) -> int:
        return sum(
            np.size(line.get_xdata()) == 2 and line.get_linewidth() == 2.0
            for line in chart.figure.axes[0].lines
        )

    assert lines(joined) - lines(broken) == 2


def test_tiles_name_the_areas_the_exceptions_and_what_is_not_concerned() -> None:
    chart = tiles(only(made_up.tiles()), language="sv")
    words = words_of(chart)
    assert {"Åland", "berörs inte", "Lappland"} <= set(words)
    assert "Kronoby hörde 2021 till Norra försäkringsdistriktet" in chart.footer
    parts = (f"Mellersta försäkringsdistriktet 47{NBSP}%", f"Östra försäkringsdistriktet 18{NBSP}%")
    assert chart.title == f"Minst 3 modeller har avtalats: {parts[0]}, {parts[1]}"


def test_tiles_need_areas_with_tiles() -> None:
    results = only(made_up.tiles())
    bare = replace(results, study=replace(results.study, areas=None))
    with pytest.raises(StudyError, match="no area has a tile"):
        tiles(bare, language="fi")


def test_a_study_with_real_data_says_nothing_of_made_up_data() -> None:
    results = only(made_up.dots_by_group())
    real = replace(results, study=replace(results.study, synthetic=False))
    chart = draw(real, "good_cooperation_by_group", language="en")
    assert "SYNTHETIC DATA" not in [*words_of(chart), chart.footer]


def test_a_mean_is_no_percentage() -> None:
    table = replace(made_up.dots_by_group(), statistic="mean")
    chart = draw(only(table), "good_cooperation_by_group", language="fi")
    assert not any("%" in word for word in words_of(chart) if "95" not in word)


def test_an_unknown_table_or_one_without_a_chart_is_refused() -> None:
    results = made_up.protected(made_up.nothing_agreed())
    with pytest.raises(OptionError, match="table_id must be a table of the results"):
        draw(results, "no_such", language="fi")
    with pytest.raises(OptionError, match="has none"):
        draw(results, "nothing_agreed", language="fi")
    with pytest.raises(OptionError, match="no table of the results asks for the chart 'tiles'"):
        tiles(results, language="fi")


HIDING: dict[str, tuple[Callable[[], ProtectedTable], str]] = {
    "prevalence": (lambda: made_up.prevalence(without="M02"), "M02"),
    "number": (lambda: made_up.number_of_models(without="1"), "1"),
    "tiles": (lambda: made_up.tiles(without="lantinen"), "lantinen"),
    "likert": (lambda: made_up.likert(wholly="supervisor"), "supervisor"),
    "waves": (lambda: made_up.waves(without=True), "2018"),
}


@pytest.mark.parametrize("name", HIDING)
def test_a_hidden_record_leaves_only_its_mark(name: str) -> None:
    make, _ = HIDING[name]
    table = make()
    chart = draw(only(table), table.analysis.id, language="en")
    hidden = chart.data[chart.data["status"] == SUPPRESSED]
    assert len(hidden)
    assert hidden[["estimate", "ci_low", "ci_high", "n", "n_weighted"]].isna().all().all()
    for narrow in (False, True):
        assert ".." in words_of(chart, narrow=narrow)


@pytest.mark.parametrize("name", HIDING)
def test_what_was_hidden_changes_not_one_byte_of_the_drawing(name: str) -> None:
    """A hidden record draws the same whatever its reason: numbers left behind by mistake are never read."""
    make, _ = HIDING[name]
    table = make()
    frame = table.frame.copy()
    gone = frame["status"] == SUPPRESSED
    frame.loc[gone, "method"] = "another"
    frame.loc[gone, "df"] = 7.0
    one, other = (
        draw(only(replace(table, frame=f)), table.analysis.id, language="en") for f in (table.frame, frame)
    )
    for width in ("wide", "narrow"):
        assert one.svg(width) == other.svg(width)
    assert one.alt == other.alt


def test_the_base_of_models_tells_how_nothing_agreed_is_read_where_it_is_drawn_beside() -> None:
    beside = made_up.protected(made_up.prevalence(), made_up.nothing_agreed())
    assert "in the row “Nothing has been agreed” as “no”" in draw(beside, "prevalence", language="en").footer
    alone = draw(made_up.protected(made_up.prevalence()), "prevalence", language="en").footer
    assert "Nothing has been agreed" not in alone
