"""Every chart in every language and width: text is inside the sheet, none overlaps, none is too small."""

from functools import cache
from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from barometri.disclosure.protected import Protected
from barometri.figures import draw
from barometri.figures.chart import Chart
from barometri.figures.style import style
from barometri.texts import LANGUAGES
from tests.figures import made_up

TOUCH = 1.5
"""Pixels, at 100 to the inch, by which boxes of neighbouring lines may overlap: ascenders above empty descents."""

CHARTS = [name for name, table in made_up.everything().tables.items() if table.analysis.chart]


@cache
def results() -> Protected:
    return made_up.everything()


@cache
def chart(name: str, language: str) -> Chart:
    return draw(results(), name, language=language)


def texts_of(figure: Figure) -> list[tuple[Text, Bbox]]:
    with style():
        renderer = FigureCanvasAgg(figure).get_renderer()
        found = [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text()]
        return [(text, text.get_window_extent(renderer)) for text in found]


def overlap(first: Bbox, second: Bbox) -> float:
    wide = min(first.x1, second.x1) - max(first.x0, second.x0)
    high = min(first.y1, second.y1) - max(first.y0, second.y0)
    return min(wide, high)


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHARTS)
def test_text_is_inside_readable_and_apart(name: str, language: str, width: str) -> None:
    made = chart(name, language)
    figure = made.figure if width == "wide" else made.narrow
    found = texts_of(figure)
    assert len(found) > 8
    pixels = figure.get_size_inches() * figure.dpi
    for text, box in found:
        assert box.x0 >= 0, text.get_text()
        assert box.y0 >= 0, text.get_text()
        assert box.x1 <= pixels[0], text.get_text()
        assert box.y1 <= pixels[1], text.get_text()
        assert text.get_fontsize() >= 8.5
    for (one, first), (other, second) in combinations(found, 2):
        assert overlap(first, second) <= TOUCH, (one.get_text(), other.get_text())


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
