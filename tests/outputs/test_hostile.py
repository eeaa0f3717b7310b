"""A study whose every word attacks is published like any other: no word becomes markup or formula."""

import csv
import io
import json
import re
import shutil
from importlib.resources import files
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from barometri.commands.report import main
from barometri.escaping import cell, csv_text, frame_csv, measured, sheet_name
from barometri.figures.svg import prefixed
from tests.operations.small_report import write_small_report
from tests.outputs.artefacts import (
    Page,
    csv_faults,
    drawing_faults,
    is_formula,
    words_of_drawing,
    workbook_faults,
)
from tests.outputs.hostile import PAYLOADS, make_hostile

FORMATS = ("html", "xlsx", "svg", "csv", "pdf")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small report of a study whose titles and labels are all hostile."""
    place = tmp_path_factory.mktemp("hostile")
    study = write_small_report(place / "study")
    make_hostile(study)
    out = place / "reports"
    arguments = ["--study", str(study), "--data", str(place / "data"), "--output", str(out)]
    assert main([*arguments, "--format", *FORMATS, "--jobs", "1", "-q"]) == 0
    return out / "2021"


def flat(text: str) -> str:
    return "".join(text.split())


def check(folder: Path) -> None:
    """Look at every artefact of a folder."""
    faults: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*.*")):
        match path.suffix:
            case ".html":
                faults[path.name] = Page(path.read_text(encoding="utf-8")).faults
            case ".svg":
                faults[path.name] = drawing_faults(path.read_bytes())
            case ".xlsx":
                faults[path.name] = workbook_faults(path)
            case ".csv":
                faults[path.name] = csv_faults(path.read_bytes())
            case ".json":
                json.loads(path.read_text(encoding="utf-8"))
            case ".pdf":
                plain = re.sub(rb"stream\r?\n.*?endstream", b"", path.read_bytes(), flags=re.DOTALL)
                found = [mark for mark in (b"/JS", b"/URI", b"/Launch", b"/OpenAction") if mark in plain]
                faults[path.name] = [str(mark) for mark in found]
    assert {name: found[:5] for name, found in faults.items() if found} == {}
    assert {Path(name).suffix for name in faults} >= {".html", ".svg", ".xlsx", ".csv"}


def test_every_artefact_is_what_it_seems(published: Path) -> None:
    check(published)


def test_every_attack_is_shown_as_the_words_it_is(published: Path) -> None:
    """Nothing is lost either: what cannot do harm any more is still read."""
    page = Page((published / "fi" / "index.html").read_text(encoding="utf-8"))
    words = flat("".join(page.words))
    shown = [payload for payload in PAYLOADS if flat(payload) in words]
    assert len(shown) >= 18
    drawn = flat("".join(words_of_drawing(path.read_bytes()) for path in published.rglob("*.svg")))
    assert sum(flat(payload)[:12] in drawn for payload in PAYLOADS) >= 8
    (book,) = published.rglob("*.xlsx")
    cells = {str(c.value) for sheet in openpyxl.load_workbook(book) for row in sheet.iter_rows() for c in row}
    assert any(text.startswith("'=") for text in cells)


@pytest.mark.slow
def test_the_page_has_the_same_tags_as_without_attacks(published: Path, tmp_path: Path) -> None:
    study = write_small_report(tmp_path / "study")
    arguments = [
        "--study",
        str(study),
        "--data",
        str(tmp_path / "data"),
        "--output",
        str(tmp_path / "reports"),
    ]
    assert main([*arguments, "--format", "html", "--jobs", "1", "-q"]) == 0
    drawn = {"text", "g", "path", "use", "svg", "title", "desc", "defs", "clippath", "tspan", "rect"}
    tags = [
        Page((folder / "fi" / "index.html").read_text(encoding="utf-8")).tags
        for folder in (published, tmp_path / "reports" / "2021")
    ]
    hostile, plain = ({tag: n for tag, n in found.items() if tag not in drawn} for found in tags)
    assert hostile == plain


def test_numbers_stay_numbers(published: Path) -> None:
    (table,) = published.rglob("well_by_group.csv")
    frame = pd.read_csv(table)
    assert all(pd.api.types.is_numeric_dtype(frame[name]) for name in ("estimate", "ci_low", "ci_high", "n"))
    (book,) = published.rglob("*.xlsx")
    kinds = {c.data_type for c in openpyxl.load_workbook(book)["well_by_group"]["B"]}
    assert kinds == {"s", "n"}


@pytest.mark.slow
def test_the_demonstration_with_hostile_words_is_published_whole(tmp_path: Path, demo_data: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(str(files("barometri").joinpath("resources/demo")), study)
    make_hostile(study)
    data = shutil.copytree(demo_data, tmp_path / "data")
    shutil.rmtree(data / "processed")
    arguments = ["--study", str(study), "--data", str(data), "--output", str(tmp_path / "reports")]
    assert main([*arguments, "--format", *FORMATS, "--language", "sv", "--jobs", "1", "-q"]) == 0
    check(tmp_path / "reports" / "2021")


# ------------------------------------------------------------------------------------------ room by room

FORMULAS = [payload for payload in PAYLOADS if is_formula(payload)]


@pytest.mark.parametrize(
    "payload", [*FORMULAS, "\t1", "\r1", " \u200b=1", "\ufeff@A1", "a\n=1", "b;-1+A1", "﹢1"]
)
def test_a_cell_that_looks_like_a_formula_is_guarded_once(payload: str) -> None:
    guarded = cell(payload)
    assert guarded != payload
    assert guarded.replace("'", "") == payload.replace("'", "")
    assert not is_formula(guarded)
    assert csv_faults(csv_text([[payload, "x"]]).encode()) == []


@pytest.mark.parametrize(
    "text", ["Kyllä", "63 %", "−5", "..", "–", "a=b", "x + y", "2017–2021", "<.01", "a-b", "-", "", "'x'"]
)
def test_an_ordinary_cell_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


def test_a_measured_number_keeps_its_sign_and_a_formula_does_not_pass_for_one() -> None:
    assert [measured(text) for text in ("+9 %-yks.", "-0,5", "+1 pt")] == ["+9 %-yks.", "-0,5", "+1 pt"]
    assert all(measured(text) == cell(text) for text in FORMULAS)


def test_a_frame_guards_words_and_headings_and_leaves_numbers() -> None:
    frame = pd.DataFrame({"=h": ["=1", "b", None], "n": [-1.5, 2.0, float("nan")], "mixed": [-3, "-x", None]})
    rows = list(csv.reader(io.StringIO(frame_csv(frame))))
    assert rows == [["'=h", "n", "mixed"], ["'=1", "-1.5", "-3"], ["b", "2.0", "'-x"], ["", "", ""]]


def test_sheets_have_names_of_their_own_that_are_no_formula() -> None:
    taken: set[str] = set()
    names = [
        sheet_name(name, taken) for name in (*PAYLOADS, "History", "=", "'", "x" * 40, "X" * 40, "a/b", "a?b")
    ]
    assert len({name.lower() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not is_formula(name) and "'" not in name for name in names)
    assert "history" not in {name.lower() for name in names}


def test_words_of_a_drawing_keep_what_looks_like_an_id() -> None:
    source = '<g id="a"><use xlink:href="#a" clip-path="url(#a)"/><text> id="a" href="#a" url(#a)</text></g>'
    assert prefixed(source, "p") == (
        '<g id="p-a"><use xlink:href="#p-a" clip-path="url(#p-a)"/><text> id="a" href="#a" url(#a)</text></g>'
    )
