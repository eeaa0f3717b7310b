"""Every chart in every language and width: text is inside the sheet, none overlaps, none is too small."""

from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from barometri.disclosure.protected import SUPPRESSED, UNRELIABLE, Protected, ProtectedEffect
from barometri.figures import draw
from barometri.figures.chart import Chart
from barometri.figures.style import style
from barometri.texts import LANGUAGES
from tests.figures import made_up

TOUCH = 1.5
"""Pixels, at 100 to the inch, by which boxes of neighbouring lines may overlap."""

LIKERT = ("cooperation_by_group", "statements", "cooperation_by_district")
CHARTS = [name for name, table in made_up.everything().tables.items() if table.analysis.chart]


@cache
def results() -> Protected:
    return made_up.everything()


@cache
def chart(name: str, language: str) -> Chart:
    return draw(results(), name, language=language)


def texts_of(figure: Figure) -> list[tuple[Text, Bbox]]:
    with style():
        FigureCanvasAgg(figure)
        found = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
        return [(text, text.get_window_extent()) for text in found]


def overlap(first: Bbox, second: Bbox) -> float:
    wide = min(first.x1, second.x1) - max(first.x0, second.x0)
    high = min(first.y1, second.y1) - max(first.y0, second.y0)
    return float(min(wide, high))


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHARTS)
def test_text_is_inside_readable_and_apart(name: str, language: str, width: str) -> None:
    made = chart(name, language)
    figure = made.figure if width == "wide" else made.narrow
    check(figure)


def check(figure: Figure) -> None:
    """Text is inside the sheet, large enough, and no two texts overlap."""
    found = texts_of(figure)
    assert len(found) > 8
    pixels = figure.get_size_inches() * figure.dpi
    for text, box in found:
        assert box.x0 >= 0, text.get_text()
        assert box.y0 >= 0, text.get_text()
        assert box.x1 <= pixels[0], text.get_text()
        assert box.y1 <= pixels[1], text.get_text()
        assert float(text.get_fontsize()) >= 8.5
    for (one, first), (other, second) in combinations(found, 2):
        assert overlap(first, second) <= TOUCH, (one.get_text(), other.get_text())


def extreme(name: str) -> Protected:
    """The same table with shares at both ends, the longest labels' flags, and every third record hidden."""
    table = results().tables[name]
    frame = table.frame.copy()
    at = np.arange(len(frame))
    frame["estimate"] = np.where(at % 2 == 0, 0.985, 0.012)
    frame["ci_low"], frame["ci_high"] = np.where(at % 2 == 0, 0.93, 0.0), np.where(at % 2 == 0, 1.0, 0.05)
    frame["n"], frame["status"] = 19.0, UNRELIABLE
    gone = at % 3 == 1
    frame.loc[gone, ["estimate", "se", "ci_low", "ci_high", "n", "n_weighted", "df"]] = np.nan
    frame.loc[gone, "status"] = SUPPRESSED
    effects = tuple(extreme_effect(effect, i) for i, effect in enumerate(table.effects))
    return replace(results(), tables={name: replace(table, frame=frame, effects=effects)})


def extreme_effect(effect: ProtectedEffect, at: int) -> ProtectedEffect:
    """A difference of nearly everything, the widest interval, or nothing."""
    if at % 3 == 1 or effect.name in {"district_rank", "somers_d"}:
        return made_up.without(effect)
    value = (0.97, -0.97)[at % 2]
    wide = replace(effect, estimate=value, ci_low=value - 0.4, ci_high=value + 0.4, n=19, status=UNRELIABLE)
    return replace(wide, adjusted_p_text="<.01")


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("name", [name for name in CHARTS if name not in LIKERT])
def test_extreme_values_and_flags_stay_inside_and_apart(name: str, width: str) -> None:
    made = draw(extreme(name), name, language="sv")
    figure = made.figure if width == "wide" else made.narrow
    check(figure)


@pytest.mark.parametrize("name", CHARTS)
def test_a_table_with_every_record_hidden_is_drawn(name: str) -> None:
    table = results().tables[name]
    numbers = ["estimate", "se", "ci_low", "ci_high", "n", "n_weighted", "df"]
    frame = table.frame.assign(**dict.fromkeys(numbers, np.nan), status=SUPPRESSED)
    effects = tuple(made_up.without(effect) for effect in table.effects)
    hidden = replace(results(), tables={name: replace(table, frame=frame, effects=effects)}, claims=())
    made = draw(hidden, name, language="fi")
    check(made.figure)
    assert ".." in {text.get_text() for text, _ in texts_of(made.figure)}
    assert made.n == 0


def test_the_search_for_overlaps_finds_one() -> None:
    figure = Figure(figsize=(3, 2), dpi=100)
    with style():
        figure.text(0.1, 0.5, "one label")
        figure.text(0.12, 0.52, "another")
    (_, first), (_, second) = texts_of(figure)
    assert overlap(first, second) > TOUCH


@pytest.mark.parametrize("name", CHARTS)
def test_widths_are_those_of_a_page_and_of_a_phone(name: str) -> None:
    made = chart(name, "fi")
    assert made.figure.get_size_inches()[0] == pytest.approx(9.0)
    assert made.narrow.get_size_inches()[0] == pytest.approx(3.6)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHARTS)
def test_words_say_the_finding_the_base_and_that_data_are_made_up(name: str, language: str) -> None:
    made = chart(name, language)
    words = {text.get_text() for text, _ in texts_of(made.figure)}
    notice = {"fi": "SYNTEETTINEN AINEISTO", "sv": "SYNTETISKT MATERIAL", "en": "SYNTHETIC DATA"}[language]
    assert notice in words
    assert made.footer.endswith(notice)
    assert "n\u00a0=\u00a0" in made.footer
    assert 40 < len(made.alt) <= 250
    assert made.title.rstrip(".") in made.alt
    assert made.language == language
    assert made.n > 0
