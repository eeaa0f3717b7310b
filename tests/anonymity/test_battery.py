"""Identity codes in every place of real files are found, and clean files are not refused."""

from pathlib import Path

import openpyxl
import pytest

from barometri.anonymity import AnonymityReport, search
from barometri.readers import READERS, RawFile, UserMissing, read_file
from barometri.readers.handover import to_frame
from barometri.study.waves import FileFormat
from benchmarks import identifiers
from benchmarks.identifying.carriers import PLACES, Carrier, sav_header, xlsx_comments
from benchmarks.identifying.clean import COLUMNS, KINDS, write_clean
from benchmarks.identifying.codes import DRESSINGS, SEPARATORS, dressed

CARRIERS = [
    (place, kind, carrier) for place, carriers in PLACES.items() for kind, carrier in carriers.items()
]


def searched(path: Path, sheet: str | None = None) -> AnonymityReport:
    """Read a file without the limited process, which another test tries, and search it."""
    content = READERS[path.suffix](path, FileFormat(decimal=".", sheet=sheet))
    missing = {
        name: tuple(UserMissing(*one) for one in ranges) for name, ranges in content.user_missing.items()
    }
    places = {place: tuple(texts) for place, texts in content.places.items()}
    frame = to_frame(content.columns)
    return search(
        RawFile(path, frame, "", content.variable_labels, content.value_labels, missing, places=places)
    )


def test_there_are_thirteen_separators_four_dressings_and_nine_places() -> None:
    assert (len(SEPARATORS), len(DRESSINGS), len(PLACES)) == (13, 4, 9)
    assert len(set(dressed())) == 52


@pytest.mark.parametrize(
    ("place", "kind", "carrier"), CARRIERS, ids=[f"{place}-{kind}" for place, kind, _ in CARRIERS]
)
def test_every_code_is_found_in_every_place(place: str, kind: str, carrier: Carrier, tmp_path: Path) -> None:
    path = tmp_path / f"{place.replace(' ', '_')}.{kind}"
    carrier(path, dressed())
    found = searched(path).found
    names = carrier is sav_header
    put = [text for text in dressed() if not names or (text.isascii() and text.isalnum())]
    assert sum(entry.count for entry in found if entry.kind == "hetu" and entry.stops) == len(put) >= 20
    assert {entry.kind for entry in found} == {"hetu"}


@pytest.mark.parametrize("number", range(len(KINDS) * 2))
def test_a_clean_file_is_not_refused(number: int, tmp_path: Path) -> None:
    assert [entry for entry in searched(write_clean(tmp_path, number)).found if entry.stops] == []


def test_clean_files_have_many_kinds_of_columns() -> None:
    assert len(COLUMNS) > 40
    assert set(KINDS) <= {suffix.removeprefix(".") for suffix in READERS}


def test_the_limited_process_hands_over_what_it_found(tmp_path: Path) -> None:
    xlsx_comments(tmp_path / "a.xlsx", dressed()[:3])
    places = read_file(tmp_path / "a.xlsx").places
    assert len(places["comments"]) == 5  # with the author and the comment on the header


def test_the_table_says_what_is_missed() -> None:
    rows = [("cell", "csv", 52, 52), ("note", "sav", 51, 52)]
    lines = identifiers.table(rows, ["a.csv: column 1: 1 personal names"], 40)
    assert lines[2].endswith("| 52 of 52 | all | yes |")
    assert lines[3].endswith("| 51 of 52 | all | NO |")
    assert lines[4].endswith("| 99.0 % | 100 % | NO |")
    assert lines[5] == "| clean files refused, of 40 | 1 | 0 | NO |"
    assert identifiers.table(rows[:1], [], 40)[-1].endswith("| yes |")
    assert identifiers.table(rows[:1], [], 39)[-1].endswith("| NO |")


@pytest.mark.slow
def test_the_whole_battery_through_the_limited_process(capsys: pytest.CaptureFixture[str]) -> None:
    assert identifiers.main(["--files", "60"]) == 0
    assert "| clean files refused, of 60 | 0 | 0 | yes |" in capsys.readouterr().out


def test_cells_that_do_not_show_are_searched(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    for row in (["q1", "q2"], [1, "x"], [2, dressed()[0]], [3, "y"]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    book.create_sheet("piilo")["C9"] = dressed()[1]
    book["piilo"].sheet_state = "veryHidden"
    book.save(tmp_path / "rows.xlsx")
    assert [str(entry) for entry in searched(tmp_path / "rows.xlsx", "Sheet").found] == [
        "cells that are not read: 1 personal identity codes",
        "column 2: 1 personal identity codes",
    ]
    sheet.column_dimensions["B"].hidden = True
    book.save(tmp_path / "columns.xlsx")
    assert len(searched(tmp_path / "columns.xlsx", "Sheet").found) == 2
