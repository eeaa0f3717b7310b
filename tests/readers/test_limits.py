"""The child process is limited, and a hostile or damaged file ends as one line."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from barometri.errors import FileError
from barometri.readers import read_file, reading
from barometri.readers.content import Content, column_of
from barometri.readers.handover import pack, to_frame, unpack
from barometri.readers.text import is_misread
from barometri.study.waves import FileFormat
from tests.small_study import WORD, write_responses

UNDEFINED = {0x81, 0x8D, 0x8F, 0x90, 0x9D}
"""Bytes that cp1252 does not define; programs pass them through."""


def refused(path: Path, file_format: FileFormat | None = None) -> FileError:
    with pytest.raises(FileError) as caught:
        read_file(path, file_format)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    assert WORD not in message
    assert caught.value.__cause__ is None
    assert caught.value.exit_code == 3
    return caught.value


def test_the_content_comes_over_unchanged() -> None:
    columns = [column_of("a", [1.0, None, 2.5]), column_of("b", ["x", None, "ä\u2028"])]
    content = Content(columns, places={"notes": ["n"]}, user_missing={"a": [(8.0, 9.0)]})
    frame = to_frame(unpack(pack(content), "a.csv").columns)
    assert frame["a"].isna().tolist() == [False, True, False]
    assert frame["b"].tolist() == ["x", None, "ä\u2028"]


def test_one_cell_at_the_far_corner_ends_within_the_limits(tmp_path: Path) -> None:
    path = write_responses(tmp_path / "a.xlsx")
    far = tmp_path / "far.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(far, "w") as target:
        for part in source.infolist():
            data = source.read(part)
            if part.filename.endswith("sheet1.xml"):
                cell = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
                data = data.replace(b"</sheetData>", cell + b"</sheetData>")
            target.writestr(part, data)
    assert refused(far).code in {"E10", "E11"}


def test_a_reader_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    path = write_responses(tmp_path / "a.sav")
    with pytest.raises(FileError, match="seconds"):
        read_file(path, seconds=0)


def test_memory_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_responses(tmp_path / "a.sav")
    monkeypatch.setattr(reading, "MAXIMUM_MEMORY", 2**25)
    assert refused(path).code == "E10"


def test_too_large_a_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_responses(tmp_path / "a.sav")
    monkeypatch.setattr(reading, "MAXIMUM_FILE", 100)
    assert refused(path).code == "E11"


def test_a_workbook_that_inflates_beyond_reason_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)
    assert refused(path).code == "E11"


def test_pivot_caches_and_links_are_refused(tmp_path: Path) -> None:
    path = write_responses(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/pivotCache/pivotCacheRecords1.xml", f"<r><s v='{WORD}'/></r>")
    assert "pivot" in str(refused(path))


@pytest.mark.parametrize(
    "suffix", [".sav", ".zsav", ".dta", ".xlsx", ".ods", ".xls", ".parquet", ".por", ".csv"]
)
def test_every_kind_of_damage_is_one_line(suffix: str, tmp_path: Path) -> None:
    """A file of another kind under the suffix, then a file that breaks off after its first bytes."""
    path = tmp_path / f"other{suffix}"
    path.write_bytes(f"{WORD};{WORD}\n".encode() if suffix != ".csv" else b"$FL2" + b"\0" * 200)
    assert refused(path).code == "E10"
    if suffix not in {".xls", ".csv"}:
        whole = write_responses(tmp_path / f"cut{suffix}")
        whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
        assert refused(whole).code == "E10"


def test_an_old_workbook_of_nothing_but_its_first_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert refused(path).code == "E10"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("id;q;q\n1;2;3\n", "E21"),
        ("id;;q\n1;2;3\n", "E20"),
        ("id;q\n1;2\n1;2;3\n4\n", "E20"),
        ('id;q\n1;"2\n', "E10"),
        ("a;b\n1,5;2.5\n", "E20"),
    ],
    ids=["repeated name", "empty name", "ragged", "open quotation", "two decimal marks"],
)
def test_a_csv_that_cannot_be_trusted_is_refused(text: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert refused(tmp_path / "a.csv", FileFormat(separator=";")).code == code


def test_a_portable_file_with_user_missing_values_is_refused_rather_than_emptied(tmp_path: Path) -> None:
    """The library reads the file and says nothing of them."""
    path = declare_missing(write_responses(tmp_path / "a.por"))
    _, meta = pyreadstat.read_por(path)
    assert not meta.missing_ranges
    assert not meta.missing_user_values
    assert "1 declarations of user-missing" in str(refused(path))


def declare_missing(path: Path) -> Path:
    """Add a record of a user-missing value to the first variable of numbers of a portable file."""
    text = "".join(line.ljust(80) for line in path.read_bytes().decode("latin-1").split("\r\n"))
    end = next(re.finditer(r"70/[0-9A-T]/\w+?(?:[0-9A-T]+/){6}", text)).end()
    longer = f"{text[:end]}89/{text[end:]}"
    lines = "\r\n".join(longer[i : i + 80] for i in range(0, len(longer), 80))
    path.write_bytes(lines.encode("latin-1"))
    return path


def test_formulas_without_a_result_are_refused_rather_than_emptied(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "q"])
    sheet.append([WORD, "=1+1"])
    book.save(tmp_path / "a.xlsx")
    assert "1 formulas" in str(refused(tmp_path / "a.xlsx"))


def test_several_filled_sheets_need_a_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("toinen")):
        assert sheet is not None
        sheet.append(["id"])
        sheet.append([WORD])
    book.save(tmp_path / "a.xlsx")
    assert refused(tmp_path / "a.xlsx").code == "E20"
    assert refused(tmp_path / "a.xlsx", FileFormat(sheet="kolmas")).code == "E20"
    assert read_file(tmp_path / "a.xlsx", FileFormat(sheet="toinen")).sheet == "toinen"


@pytest.mark.slow
def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    pyreadstat.write_sav(pd.DataFrame({f"v{i}": [1.0] for i in range(5001)}), tmp_path / "a.sav")
    assert refused(tmp_path / "a.sav").code == "E11"


@pytest.mark.parametrize("text", ["Itä", "»HYVÄ»", "ETELÄ”", "Åbo – Ö", "señor", "naïve", "Š"])
def test_honest_letters_are_not_misread(text: str) -> None:
    assert not is_misread(text)


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize("letter", list("äöåÄÖÅéš–”’€"))
def test_misread_letters_are_seen(letter: str, encoding: str) -> None:
    wrong = "".join(
        bytes([byte]).decode(encoding) if byte not in UNDEFINED else chr(byte)
        for byte in letter.encode("utf-8")
    )
    assert is_misread(f"It{wrong}")


def test_the_child_answers_errors_without_a_trace(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"id;id\n{WORD};1\n", encoding="utf-8")
    request = {"path": str(tmp_path / "a.csv"), "format": {}, "memory": 2**32, "seconds": 60}
    child = subprocess.run(
        [sys.executable, "-m", "barometri.readers.child"],
        input=json.dumps(request).encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert child.stdout.startswith(b"-")
    assert WORD.encode() not in child.stdout + child.stderr
    assert child.stderr == b""
