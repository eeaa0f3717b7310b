"""Files and elements: repeatable bytes, real text, ids of their own, nothing but the drawing."""

import re
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex

from barometri.errors import OptionError, OutputError
from barometri.figures import Chart, draw, save
from barometri.figures.saving import FORMATS, content
from barometri.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LIKERT,
    ORANGE,
    PURPLE,
    SERIES,
    SOFT_INK,
    WHITE,
    contrast,
    ink_on,
)
from tests.figures import made_up

CHARTS = [name for name, table in made_up.everything().tables.items() if table.analysis.chart]


def drawn(name: str, language: str = "fi") -> Chart:
    return draw(made_up.everything(), name, language=language)


@cache
def one() -> Chart:
    return drawn("models_by_district")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ["prevalence", "cooperation_over_waves", "number_of_models_by_district"])
def test_the_same_chart_gives_the_same_bytes(name: str, form: str) -> None:
    assert content(drawn(name), form) == content(drawn(name), form)


@pytest.mark.parametrize("form", ["svg", "pdf", "png"])
def test_files_hold_no_date_and_no_software(form: str) -> None:
    data = content(one(), form)
    for word in (b"matplotlib", b"Matplotlib", b"CreationDate", b"dc:date", b"Software"):
        assert word not in data


def test_pdf_keeps_its_fonts_as_true_type() -> None:
    data = content(one(), "pdf")
    assert b"/FontFile2" in data or b"/CIDFontType2" in data
    assert b"/Type3" not in data


@pytest.mark.parametrize("name", CHARTS)
def test_svg_is_real_text_with_a_name_and_ids_of_its_own(name: str) -> None:
    chart = drawn(name, "sv")
    for width in ("wide", "narrow"):
        source = chart.svg(width)
        root = ET.fromstring(source)  # noqa: S314 - our own drawing
        prefix = f"{name}-sv-{width}"
        ids = re.findall(r'\bid="([^"]+)"', source)
        assert len(ids) == len(set(ids))
        assert all(found.startswith(prefix) for found in ids)
        references = re.findall(r'(?:href="#|url\(#)([^")]+)', source)
        assert set(references) <= set(ids)
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{prefix}-title"
        space = "{http://www.w3.org/2000/svg}"
        assert root.findtext(f"{space}title") == chart.title
        assert root.findtext(f"{space}desc") == chart.alt
        written = " ".join("".join(text.itertext()) for text in root.iter(f"{space}text"))
        assert chart.title.split()[0] in written
        assert "<metadata" not in source
        assert "<style" not in source


def test_marks_are_reused_by_reference() -> None:
    assert 'href="#models_by_district-fi-wide-' in one().svg()


def test_two_charts_on_one_page_share_no_id() -> None:
    first, second = drawn("prevalence"), drawn("statements")
    ids = [set(re.findall(r'\bid="([^"]+)"', chart.svg())) for chart in (first, second)]
    assert not ids[0] & ids[1]


def test_a_notebook_gets_a_figure_with_its_description() -> None:
    html = one()._repr_html_()
    assert html.startswith("<figure")
    assert 'role="img"' in html
    assert "<desc" in html
    assert "<?xml" not in html


def test_save_writes_the_files_asked_for(tmp_path: Path) -> None:
    paths = one().save(tmp_path / "figures", ["svg", "csv"])
    assert [path.name for path in paths] == ["models_by_district.svg", "models_by_district.csv"]
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == sorted(
        path.name for path in paths
    )
    table = paths[1].read_text(encoding="utf-8-sig").splitlines()
    assert table[0].startswith("item,item_label,district,district_label,side,side_label,estimate")
    assert len(table) == len(one().data) + 1
    ET.fromstring(paths[0].read_bytes())  # noqa: S314 - our own drawing


def test_an_unknown_format_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="format must be one of svg, pdf, png, csv; got 'gif'"):
        save(one(), tmp_path, ["svg", "gif"])
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OutputError, match="cannot write figure models_by_district"):
        save(one(), tmp_path / "taken", ["svg"])


def test_drawing_leaves_the_settings_of_matplotlib_alone() -> None:
    before = dict(mpl.rcParams)
    drawn("prevalence").svg()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    "colour", [BLUE, ORANGE, GREY, GREEN, PURPLE, INK, SOFT_INK, *(c for c, _ in SERIES)]
)
def test_colours_of_text_and_marks_stand_out_from_white(colour: str) -> None:
    assert contrast(colour, WHITE) >= 4.5


def test_the_stated_contrasts_hold() -> None:
    assert [round(contrast(colour, WHITE), 1) for colour in (BLUE, ORANGE, GREY)] == [8.3, 5.2, 6.8]


@pytest.mark.parametrize("colour", LIKERT)
def test_numbers_on_bars_can_be_read(colour: str) -> None:
    assert contrast(ink_on(colour), colour) >= 4.5


@pytest.mark.parametrize("place", [i / 20 for i in range(21)])
def test_names_on_tiles_can_be_read_at_any_value(place: float) -> None:
    colour = to_hex(colormaps["cividis"](place))
    assert contrast(ink_on(colour), colour) >= 4.5


def test_each_line_has_a_mark_of_its_own() -> None:
    assert len({shape for _, shape in SERIES}) == len({colour for colour, _ in SERIES}) == len(SERIES)
