"""Files of a language: the workbook's numbers are the published ones, the manifest lists every file."""

import hashlib
import json
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from barometri.errors import OptionError
from barometri.report.document import FigureBlock, TableBlock
from barometri.report.excel import write_workbook
from barometri.report.files import FORMATS, write
from barometri.report.manifest import MANIFEST, listed_files, manifest
from tests.report.made_up_run import report, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("2021")
    write(report("fi"), place / "fi", formats=["html", "xlsx", "svg", "csv"])
    return place


def test_the_tree_of_a_language(folder: Path) -> None:
    names = {
        path.relative_to(folder / "fi").as_posix() for path in (folder / "fi").rglob("*") if path.is_file()
    }
    drawn = {name for name, part in run().tables.items() if part.analysis.chart}
    figures = {f"figures/{name}.{form}" for name in drawn for form in ("svg", "csv")}
    assert names == {"index.html", "demo_2021_fi.xlsx"} | figures


def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="format must be one of html, xlsx"):
        write(report("fi"), tmp_path / "fi", formats=["html", "docx"])
    assert not (tmp_path / "fi").exists()


def test_the_workbook_holds_every_table_with_numbers_as_numbers(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "fi" / "demo_2021_fi.xlsx")
    made = report("fi")
    tables = [
        block.table for section in made.sections for block in section.blocks
        if isinstance(block, (FigureBlock, TableBlock))
    ]  # fmt: skip
    assert book.sheetnames[:2] == ["Huomautukset", "Havainnot"]
    assert len(book.sheetnames) == len(tables) + 2
    sheet = book["models_by_district"]
    (table,) = [one for one in tables if one.id == "models_by_district"]
    assert [cell.value for cell in sheet[4]] == list(table.headers)
    for row, cells, values in zip(table.rows, sheet.iter_rows(min_row=5), table.values, strict=False):
        for text, cell, value in zip(row, cells, values, strict=True):
            assert cell.value == (text if value is None else pytest.approx(value))
            assert value is None or cell.number_format in {"0%", "#,##0"}
    marks = [cell.value for line in sheet.iter_rows(min_row=5) for cell in line if cell.value == ".."]
    assert len(marks) == 4 * sum(row.count("..") == 4 for row in table.rows) > 0


def test_every_sheet_says_synthetic_and_no_cell_is_a_formula(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "fi" / "demo_2021_fi.xlsx")
    for sheet in book.worksheets:
        words = [str(cell.value) for row in sheet.iter_rows(max_row=3) for cell in row if cell.value]
        assert any("SYNTEETTINEN" in word for word in words), sheet.title
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_table_of_one_share_a_row_has_a_native_chart_with_alt_text(folder: Path) -> None:
    with zipfile.ZipFile(folder / "fi" / "demo_2021_fi.xlsx") as parts:
        charts = [name for name in parts.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
        drawings = [
            parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/drawings/drawing")
        ]
    assert charts
    assert all(re.search(r'descr="[^"]{20,}"', drawing) for drawing in drawings)


def test_the_workbook_is_the_same_bytes_and_dated_by_the_study(folder: Path, tmp_path: Path) -> None:
    write_workbook(report("fi"), tmp_path / "again.xlsx")
    first = (folder / "fi" / "demo_2021_fi.xlsx").read_bytes()
    assert (tmp_path / "again.xlsx").read_bytes() == first
    created = openpyxl.load_workbook(tmp_path / "again.xlsx").properties.created
    assert created is not None
    assert created.isoformat() == "2021-06-03T00:00:00"


def test_the_manifest_lists_every_file_and_tells_no_time_path_or_host(folder: Path) -> None:
    text = manifest(run(), folder)
    content = json.loads(text)
    files = {path for path in folder.rglob("*") if path.is_file()}
    assert set(content["files"]) == {path.relative_to(folder).as_posix() for path in files}
    for name, entry in content["files"].items():
        assert entry["sha256"] == hashlib.sha256((folder / name).read_bytes()).hexdigest()
    assert content["inputs"] == {"wave_2021.sav": "ab" * 32}
    assert content["disclosure"]["minimum_n"] == 10
    assert content["disclosure"]["hidden"]["prevalence"] == {"records": 40, "hidden": 5}
    assert content["study"]["synthetic"] is True
    file = run().study.claims_file
    assert file is not None
    assert content["claims"] == {"sha256": file.digest, "fixed": file.fixed.isoformat()}
    assert str(folder) not in text
    assert set(content) == {
        "study", "claims", "wave", "published", "version", "packages", "lock", "inputs", "disclosure",
        "files",
    }  # fmt: skip


def test_a_manifest_that_cannot_be_read_lists_nothing(tmp_path: Path) -> None:
    assert listed_files(tmp_path) == set()
    (tmp_path / MANIFEST).write_text('{"files": 3', encoding="utf-8")
    assert listed_files(tmp_path) == set()


def test_the_command_line_offers_what_is_written() -> None:
    from barometri.commands import order  # noqa: PLC0415 - the only test that looks across
    from barometri.texts import LANGUAGES  # noqa: PLC0415 - as above

    assert order.FORMATS == FORMATS
    assert order.LANGUAGES == LANGUAGES
