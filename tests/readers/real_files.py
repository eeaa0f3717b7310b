"""Files as other projects deliver them: most are read right, some are refused; none is read wrong."""

import datetime as dt
import struct
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from barometri.readers import RawFile, UserMissing
from barometri.study.waves import FileFormat
from tests.readers.battery import RIGHT, Case, Check, Make, named
from tests.readers.hostile_files import edited, open_sheet, part
from tests.readers.old_workbook import NOT_AVAILABLE, checked, write_old_workbook

TABLE = pd.DataFrame({"id": ["001", "002", "003"], "q": [1.0, 2.0, None]})


def holds(**columns: list[object]) -> Check:
    """Return whether the file's columns are these, in their order."""

    def check(raw: RawFile) -> bool:
        plain = raw.frame.astype(object).where(raw.frame.notna(), None)
        return {str(name): plain[name].tolist() for name in plain} == columns

    return check


def both(*checks: Check) -> Check:
    """Return whether all hold."""
    return lambda raw: all(check(raw) for check in checks)


def spss(frame: pd.DataFrame, **options: Any) -> Make:  # noqa: ANN401 - as the library takes them
    """Return what writes an .sav file."""

    def make(folder: Path) -> Path:
        pyreadstat.write_sav(frame, folder / "a.sav", **options)
        return folder / "a.sav"

    return make


def stata(frame: pd.DataFrame, **options: Any) -> Make:  # noqa: ANN401 - as the library takes them
    """Return what writes a .dta file."""

    def make(folder: Path) -> Path:
        pyreadstat.write_dta(frame, folder / "a.dta", **options)
        return folder / "a.dta"

    return make


def old_stata(folder: Path) -> Path:
    """Write a file of Stata 10, in one byte a letter."""
    frame = TABLE.assign(q=[1, 2, 1])
    frame.to_stata(folder / "a.dta", version=114, write_index=False, variable_labels={"q": "Itä"})
    return folder / "a.dta"


def with_sets(folder: Path) -> Path:
    """Write an .sav file with a multiple-response set."""
    path = folder / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"v1": [1.0, 0.0], "v2": [0.0, 1.0]}), path)
    data = path.read_bytes()
    end = data.index(struct.pack("<2i", 999, 0))
    text = "$boxes=D1 1 7 Laatikot v1 v2\n".replace("7 Laatikot", "8 Laatikot").encode()
    path.write_bytes(data[:end] + struct.pack("<4i", 7, 7, 1, len(text)) + text + data[end:])
    return path


def book(fill: Callable[[openpyxl.Workbook], None], edit: Callable[[bytes], bytes] | None = None) -> Make:
    """Return what writes a workbook of the table that was filled further; its sheet may be edited as XML."""

    def make(folder: Path) -> Path:
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        assert sheet is not None
        for row in (["id", "q"], ["001", 1], ["002", 2], ["003", None]):
            sheet.append(row)
        fill(workbook)
        workbook.save(folder / "first.xlsx")
        if edit is None:
            return folder / "first.xlsx"
        with (
            zipfile.ZipFile(folder / "first.xlsx") as source,
            zipfile.ZipFile(folder / "a.xlsx", "w") as target,
        ):
            for entry in source.infolist():
                data = source.read(entry)
                is_sheet = entry.filename.endswith("sheet1.xml")
                target.writestr(entry.filename, edit(data) if is_sheet else data)
        return folder / "a.xlsx"

    return make


def _nothing(_: openpyxl.Workbook) -> None:
    """Leave the table as it is."""


def _hidden(workbook: openpyxl.Workbook) -> None:
    sheet = workbook.create_sheet("Piilo")
    sheet.append(["salaa"])
    sheet.sheet_state = "veryHidden"


def _comment(workbook: openpyxl.Workbook) -> None:
    workbook.worksheets[0]["A2"].comment = Comment("tarkista", "")


def _dates(workbook: openpyxl.Workbook) -> None:
    workbook.epoch = CALENDAR_MAC_1904
    workbook.worksheets[0]["B2"] = dt.date(2021, 2, 3)


def _trailing(workbook: openpyxl.Workbook) -> None:
    workbook.worksheets[0]["A900"] = " "


def _twice(workbook: openpyxl.Workbook) -> None:
    workbook.worksheets[0]["B1"] = "id"


def charts(folder: Path) -> Path:
    """Write a workbook whose first sheet is a chart."""
    with xlsxwriter.Workbook(folder / "a.xlsx") as workbook:
        picture = workbook.add_chartsheet("Kuva")
        sheet = workbook.add_worksheet("Data")
        for i, row in enumerate([["id", "q"], ["001", 1], ["002", 2], ["003", ""]]):
            sheet.write_row(i, 0, row)
        chart = workbook.add_chart({"type": "bar"})
        chart.add_series({"values": "=Data!$B$2:$B$3"})
        picture.set_chart(chart)
    return folder / "a.xlsx"


def odd_names(folder: Path) -> Path:
    """Write a workbook whose parts have names of their own."""
    first = book(_nothing)(folder)
    with zipfile.ZipFile(first) as source, zipfile.ZipFile(folder / "a.xlsx", "w") as target:
        for entry in source.infolist():
            data = source.read(entry).replace(b"worksheets/sheet1.xml", b"tables/Blad A.xml")
            target.writestr(entry.filename.replace("worksheets/sheet1.xml", "tables/Blad A.xml"), data)
    return folder / "a.xlsx"


def _old(folder: Path) -> Path:
    return write_old_workbook(folder / "a.xls", [["id", "ikä"], ["001", 1.0], ["002", 2.5], ["003", None]])


def _old_with_an_error(folder: Path) -> Path:
    return write_old_workbook(
        folder / "a.xls", [["id", "ikä"], ["001", 1.0], ["002", checked(NOT_AVAILABLE, is_error=True)]]
    )


USUAL = holds(id=["001", "002", "003"], q=[1.0, 2.0, None])
RAGGED = "id;q\n1;2\n3\n4;5;6\n"
KANJI = "id;q\n1;地域\n2;東\n"
PARAGRAPHS = (
    '<table:table-row><table:table-cell office:value-type="string"><text:p>009</text:p></table:table-cell>'
    + "<table:table-cell/>" * 7
    + '<table:table-cell office:value-type="string"><text:p>a</text:p><text:p>b</text:p></table:table-cell>'
    '<table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
)

CASES = (
    Case(
        "SPSS dates out of range",
        spss(pd.DataFrame({"d": [1e12, -5e11, None]}), variable_format={"d": "DATETIME20"}),
        (RIGHT,),
        holds(d=[1e12, -5e11, None]),
    ),
    Case(
        "SPSS with ranges of user-missing values",
        spss(pd.DataFrame({"q": [1.0, 7.0, 95.0]}), missing_ranges={"q": [{"lo": 90, "hi": 99}, 7]}),
        (RIGHT,),
        both(
            holds(q=[1.0, 7.0, 95.0]),
            lambda raw: set(raw.user_missing["q"]) == {UserMissing(90.0, 99.0), UserMissing(7.0, 7.0)},
        ),
    ),
    Case(
        "SPSS with umlauts in names and labels",
        spss(pd.DataFrame({"ikä": [1.0]}), column_labels={"ikä": "Ikä – år"}),
        (RIGHT,),
        both(holds(ikä=[1.0]), lambda raw: raw.variable_labels["ikä"] == "Ikä – år"),
    ),
    Case(
        "SPSS with some codes unlabelled",
        spss(pd.DataFrame({"q": [1.0, 3.0, 9.0]}), variable_value_labels={"q": {1: "yksi"}}),
        (RIGHT,),
        both(holds(q=[1.0, 3.0, 9.0]), lambda raw: raw.value_labels["q"] == {"1": "yksi"}),
    ),
    Case(
        "SPSS with two codes of one label",
        spss(pd.DataFrame({"q": [1.0, 2.0]}), variable_value_labels={"q": {1: "sama", 2: "sama"}}),
        (RIGHT,),
        holds(q=[1.0, 2.0]),
    ),
    Case(
        "SPSS with a multiple-response set",
        with_sets,
        (RIGHT,),
        both(holds(v1=[1.0, 0.0], v2=[0.0, 1.0]), lambda raw: "multiple-response sets" in raw.places),
    ),
    Case("SPSS compressed", spss(TABLE, row_compress=True), (RIGHT,), USUAL),
    Case(
        "SPSS of an unknown number of cases",
        edited(".sav", lambda data: struct.pack_into("<i", data, 80, -1)),
        (RIGHT,),
        lambda raw: len(raw.frame) == 8,
    ),
    Case(
        "Stata labels that are not unique or point nowhere",
        stata(pd.DataFrame({"q": [1, 2]}), variable_value_labels={"q": {1: "sama", 2: "sama", 77: "ei"}}),
        (RIGHT,),
        holds(q=[1.0, 2.0]),
    ),
    Case(
        "Stata tagged missing values",
        stata(pd.DataFrame({"q": [1.0, "a", "b"]}), missing_user_values={"q": ["a", "b"]}),
        (RIGHT,),
        holds(q=["1", ".a", ".b"]),
    ),
    Case(
        "Stata 10 in one byte a letter",
        old_stata,
        (RIGHT,),
        both(
            holds(id=["001", "002", "003"], q=[1.0, 2.0, 1.0]), lambda raw: raw.variable_labels["q"] == "Itä"
        ),
    ),
    Case(
        "Stata dates out of range",
        stata(pd.DataFrame({"d": [1e8, -1e8]}), variable_format={"d": "%td"}),
        (RIGHT,),
        holds(d=[1e8, -1e8]),
    ),
    Case(
        "workbook with wrong dimensions",
        book(_nothing, lambda xml: xml.replace(b'ref="A1:B4"', b'ref="A1:A2"', 1)),
        (RIGHT,),
        USUAL,
    ),
    Case(
        "workbook without dimensions",
        book(_nothing, lambda xml: xml.replace(b'<dimension ref="A1:B4" />', b"")),
        (RIGHT,),
        USUAL,
    ),
    Case("workbook with a header twice", book(_twice), ("E21",)),
    Case("workbook with a chart sheet", charts, (RIGHT,), USUAL),
    Case("workbook with a hidden sheet", book(_hidden), ("E20",)),
    Case(
        "workbook with a hidden sheet, the other declared",
        book(_hidden),
        (RIGHT,),
        USUAL,
        FileFormat(sheet="Sheet"),
    ),
    Case("workbook with comments", book(_comment), (RIGHT,), USUAL),
    Case("workbook whose parts have names of their own", odd_names, (RIGHT,), USUAL),
    Case(
        "workbook that counts days from 1904",
        book(_dates),
        (RIGHT,),
        holds(id=["001", "002", "003"], q=["2021-02-03", "2", None]),
    ),
    Case("workbook with trailing empty rows", book(_trailing), (RIGHT,), USUAL),
    Case("workbook of no bytes", named("a.xlsx", ""), ("E10",)),
    Case("old workbook", _old, (RIGHT,), holds(id=["001", "002", "003"], ikä=[1.0, 2.5, None])),
    Case("old workbook with an error in a cell", _old_with_an_error, ("E20",)),
    Case(
        "open sheet with line breaks",
        open_sheet(PARAGRAPHS),
        (RIGHT,),
        lambda raw: raw.frame["avoin"].tolist()[-1] == "a\nb",
    ),
    Case(
        "csv in Shift-JIS, declared",
        named("a.csv", KANJI, encoding="shift-jis"),
        (RIGHT,),
        holds(id=["1", "2"], q=["地域", "東"]),
        FileFormat(encoding="shift-jis"),
    ),
    Case("csv in Shift-JIS", named("a.csv", KANJI, encoding="shift-jis"), ("E12",)),
    Case(
        "csv in UTF-16, declared",
        named("a.csv", KANJI, encoding="utf-16"),
        (RIGHT,),
        holds(id=["1", "2"], q=["地域", "東"]),
        FileFormat(encoding="utf-16"),
    ),
    Case(
        "csv in UTF-16 without a mark, declared",
        named("a.csv", KANJI, encoding="utf-16-le"),
        (RIGHT,),
        holds(id=["1", "2"], q=["地域", "東"]),
        FileFormat(encoding="utf-16-le"),
    ),
    Case("csv in UTF-16", named("a.csv", KANJI, encoding="utf-16"), ("E12",)),
    Case(
        "csv with a byte-order mark",
        named("a.csv", KANJI, encoding="utf-8-sig"),
        (RIGHT,),
        holds(id=["1", "2"], q=["地域", "東"]),
    ),
    Case(
        "csv with line ends of Windows",
        named("a.csv", "id;q\r\n001;1\r\n"),
        (RIGHT,),
        holds(id=["001"], q=["1"]),
    ),
    Case("csv with old line ends", named("a.csv", "id;q\r001;1\r"), (RIGHT,), holds(id=["001"], q=["1"])),
    Case("ragged csv", named("a.csv", RAGGED), ("E20",), format=FileFormat(separator=";")),
)
"""The classes of files seen in other projects, with what must come of each."""

_SHEET_END = b"</sheetData>"
_cell = partial(part, "sheet1.xml", _SHEET_END)


def _row(cells: bytes) -> Make:
    return _cell(b'<row r="10">' + cells + b"</row>" + _SHEET_END)


def parquet(query: str) -> Make:
    """Return what writes the answer of a query as a Parquet file."""

    def make(folder: Path) -> Path:
        import duckdb  # noqa: PLC0415 - beside its only use

        with duckdb.connect(":memory:") as connection:
            connection.sql(query).write_parquet(str(folder / "a.parquet"))
        return folder / "a.parquet"

    return make


TWO = FileFormat(separator=";")
IDS = ["1234567890123456", "1234567890123457", ""]
SILENT = (
    Case("00100 becomes 100", named("a.csv", "id;q\n00100;1\n"), (RIGHT,), holds(id=["00100"], q=["1"])),
    Case(
        "3,5 becomes 35",
        named("a.csv", 'id,q\n1,"3,5"\n2,"4,25"\n'),
        (RIGHT,),
        both(holds(id=["1", "2"], q=["3,5", "4,25"]), lambda raw: raw.decimal == ","),
    ),
    Case(
        "semicolons read as one column",
        named("a.csv", "alue;q\nItä;3,5\n"),
        (RIGHT,),
        both(holds(alue=["Itä"], q=["3,5"]), lambda raw: raw.decimal == ","),
    ),
    Case(
        "another separator declared",
        named("a.csv", "alue;q\nItä;3,5\n"),
        ("E20",),
        format=FileFormat(separator="\t"),
    ),
    Case("separator at the end of every row", named("a.csv", "a;b\n1;2;\n3;4;\n"), ("E20",), format=TWO),
    Case("separator at the end of the header too", named("a.csv", "a;b;\n1;2;\n"), ("E20",)),
    Case("short rows", named("a.csv", "a;b;c\n1;2;3\n4;5\n"), ("E20",), format=TWO),
    Case(
        "UTF-8 declared as cp1252",
        named("a.csv", "id;alue\n1;Itä\n"),
        ("E12",),
        format=FileFormat(encoding="cp1252"),
    ),
    Case(
        "UTF-8 declared as latin-1",
        named("a.csv", "id;alue\n1;Itä\n"),
        ("E12",),
        format=FileFormat(encoding="latin-1"),
    ),
    Case(
        "byte-order mark declared as cp1252",
        named("a.csv", "id;q\n1;2\n", encoding="utf-8-sig"),
        ("E12",),
        format=FileFormat(encoding="cp1252"),
    ),
    Case("cp1252 not declared", named("a.csv", "id;alue\n1;Itä\n", encoding="cp1252"), ("E12",)),
    Case(
        "two spellings of ä",
        named("a.csv", "id;q\n1;Ita\u0308\n2;It\u00e4\n"),
        (RIGHT,),
        holds(id=["1", "2"], q=["Itä", "Itä"]),
    ),
    Case(
        "words taken for missing",
        named("a.csv", "id;q\n1;NA\n2;None\n3;nan\n4;null\n5;n/a\n"),
        (RIGHT,),
        lambda raw: raw.frame["q"].tolist() == ["NA", "None", "nan", "null", "n/a"],
    ),
    Case("1E5 becomes 100000", named("a.csv", "id;q\n1E5;1\n"), (RIGHT,), holds(id=["1E5"], q=["1"])),
    Case(
        "ids of 16 digits beside a gap",
        named("a.csv", "id;q\n" + "".join(f"{i};1\n" for i in IDS)),
        (RIGHT,),
        holds(id=[IDS[0], IDS[1], None], q=["1", "1", "1"]),
    ),
    Case("ids of 19 digits in a workbook", _row(b'<c r="A10"><v>1234567890123456789</v></c>'), ("E20",)),
    Case("ids of 19 digits in SPSS", spss(pd.DataFrame({"id": [1234567890123456789.0]})), ("E20",)),
    Case(
        "ids of 19 digits in Parquet",
        parquet("SELECT 1234567890123456789 AS id, 1::INT AS q"),
        (RIGHT,),
        holds(id=["1234567890123456789"], q=[1.0]),
    ),
    Case("a column name twice", named("a.csv", "w;q;w\n1;2;3\n"), ("E21",)),
    Case("formula without a stored result", _row(b'<c r="A10"><f>1+1</f></c>'), ("E20",)),
    Case(
        "formula of an open sheet without a result",
        open_sheet('<table:table-row><table:table-cell table:formula="of:=1"/></table:table-row>'),
        ("E20",),
    ),
    Case("error in a cell", _row(b'<c r="A10" t="e"><v>#N/A</v></c>'), ("E20",)),
    Case("a cell twice", _row(b'<c r="A10"><v>1</v></c><c r="A10"><v>2</v></c>'), ("E10",)),
    Case("a row twice", _cell(b'<row r="2"><c r="A2"><v>1</v></c></row>' + _SHEET_END), ("E10",)),
    Case("lists in Parquet", parquet("SELECT 1 AS id, [1, 2] AS q"), ("E20",)),
    Case("structures in Parquet", parquet("SELECT 1 AS id, {'a': 1} AS q"), ("E20",)),
    Case("csv cut within its last cell", named("a.csv", "id;q\n1;12\n2;1"), ("E10",)),
)
"""What readers are known to read wrong without a word."""
