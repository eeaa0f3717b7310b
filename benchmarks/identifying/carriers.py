"""Real files that carry texts in one place each: cells, names, labels, notes, comments, properties."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final
from xml.sax.saxutils import escape

import duckdb
import openpyxl
import pandas as pd
import pyreadstat
import xlsxwriter
from openpyxl.comments import Comment

Carrier = Callable[[Path, Sequence[str]], None]
_LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")


def _answers(texts: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({"q1": [float(1 + i % 5) for i in range(len(texts))], "q2": list(texts)})


def csv_cells(path: Path, texts: Sequence[str]) -> None:
    """Put a text into a cell of each row."""
    _answers(texts).to_csv(path, sep=";", index=False, encoding="utf-8", lineterminator="\n")


def csv_header(path: Path, texts: Sequence[str]) -> None:
    """Name a column by each text."""
    cells = ";".join("1" for _ in texts)
    path.write_text(f"{';'.join(texts)}\n{cells}\n{cells}\n", encoding="utf-8")


def xlsx_cells(path: Path, texts: Sequence[str]) -> None:
    """Put a text into a cell of each row."""
    _write_rows(path, [["q1", "q2"], *[[1, text] for text in texts]])


def xlsx_header(path: Path, texts: Sequence[str]) -> None:
    """Name a column by each text."""
    _write_rows(path, [list(texts), [1] * len(texts)])


def _write_rows(path: Path, rows: Sequence[Sequence[object]]) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Data")
    for i, row in enumerate(rows):
        sheet.write_row(i, 0, row)
    book.close()


def xlsx_sheets(path: Path, texts: Sequence[str]) -> None:
    """Name an empty sheet by each text; capitals alone do not make names of sheets differ."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["q1", "q2"])  # type: ignore[union-attr]
    sheet.append([1, 2])  # type: ignore[union-attr]
    for i, text in enumerate(texts):
        book.create_sheet(f"{text} nro{i}").sheet_state = ("visible", "hidden", "veryHidden")[i % 3]
    book.save(path)


def xlsx_comments(path: Path, texts: Sequence[str]) -> None:
    """Comment a cell by each text."""
    book = openpyxl.Workbook()
    sheet = book.active
    for i, text in enumerate(["q1", *texts], 1):
        cell = sheet.cell(i, 1, "q1" if i == 1 else i)  # type: ignore[union-attr]
        cell.comment = Comment(f"Tarkista: {text}" if i > 1 else "koodi", "toimittaja")
    book.save(path)


def xlsx_properties(path: Path, texts: Sequence[str]) -> None:
    """Put a text into each property of the document: its own first, then custom ones."""
    book = xlsxwriter.Workbook(str(path))
    own = ("title", "subject", "author", "manager", "company", "category", "keywords", "comments")
    book.set_properties(dict(zip(own, texts, strict=False)))
    for i, text in enumerate(texts[len(own) :]):
        book.set_custom_property(f"kenttä {i}", text)
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, ["q1", "q2"])
    sheet.write_row(1, 0, [1, 2])
    book.close()


def xlsx_names(path: Path, texts: Sequence[str]) -> None:
    """Define a name that means each text."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, ["q1", "q2"])
    sheet.write_row(1, 0, [1, 2])
    for i, text in enumerate(texts):
        book.define_name(f"nimi{i}", f'="{text}"')
    book.close()


def sav_cells(path: Path, texts: Sequence[str]) -> None:
    """Put a text into a cell of each row."""
    pyreadstat.write_sav(_answers(texts), path)


def sav_header(path: Path, texts: Sequence[str]) -> None:
    """Name a variable by each text that may be a name: letters and digits after a letter."""
    names = [f"q{i}_{text}" for i, text in enumerate(texts) if set(text) <= _LETTERS]
    pyreadstat.write_sav(pd.DataFrame({name: [1.0, 2.0] for name in names}), path)


def sav_variable_labels(path: Path, texts: Sequence[str]) -> None:
    """Label a variable by each text."""
    frame = pd.DataFrame({f"q{i}": [1.0, 2.0] for i in range(len(texts))})
    pyreadstat.write_sav(frame, path, column_labels={f"q{i}": text for i, text in enumerate(texts)})


def sav_value_labels(path: Path, texts: Sequence[str]) -> None:
    """Label a value by each text."""
    labels = {float(i): text for i, text in enumerate(texts)}
    pyreadstat.write_sav(pd.DataFrame({"q1": [1.0, 2.0]}), path, variable_value_labels={"q1": labels})


def sav_notes(path: Path, texts: Sequence[str]) -> None:
    """Write each text as a line of the notes."""
    pyreadstat.write_sav(pd.DataFrame({"q1": [1.0, 2.0]}), path, note=list(texts))


def sav_file_label(path: Path, texts: Sequence[str]) -> None:
    """Label the file by the only text."""
    pyreadstat.write_sav(pd.DataFrame({"q1": [1.0, 2.0]}), path, file_label=texts[0])


def dta_cells(path: Path, texts: Sequence[str]) -> None:
    """Put a text into a cell of each row."""
    pyreadstat.write_dta(_answers(texts), path)


def dta_variable_labels(path: Path, texts: Sequence[str]) -> None:
    """Label a variable by each text."""
    frame = pd.DataFrame({f"q{i}": [1.0, 2.0] for i in range(len(texts))})
    pyreadstat.write_dta(frame, path, column_labels={f"q{i}": text for i, text in enumerate(texts)})


def dta_value_labels(path: Path, texts: Sequence[str]) -> None:
    """Label a value by each text."""
    labels = dict(enumerate(texts))
    frame = pd.DataFrame({"q1": [1, 2]}, dtype="int32")
    pyreadstat.write_dta(frame, path, variable_value_labels={"q1": labels})


def parquet_cells(path: Path, texts: Sequence[str]) -> None:
    """Put a text into a cell of each row."""
    with duckdb.connect(":memory:") as connection:
        connection.from_df(_answers(texts).astype({"q2": object})).write_parquet(str(path))


def ods_cells(path: Path, texts: Sequence[str]) -> None:
    """Put a text into a cell of each row."""
    _write_ods(path, "".join(_row(_text(text)) for text in ["q2", *texts]))


def ods_comments(path: Path, texts: Sequence[str]) -> None:
    """Comment a cell by each text."""
    notes = [f"<office:annotation><text:p>{escape(text)}</text:p></office:annotation>" for text in texts]
    _write_ods(path, _row(_text("q1")) + "".join(_row(_text("1", note)) for note in notes))


def ods_properties(path: Path, texts: Sequence[str]) -> None:
    """Write each text as a property of the user."""
    fields = "".join(f'<meta:user-defined meta:name="k">{escape(text)}</meta:user-defined>' for text in texts)
    _write_ods(path, _row(_text("q1")) + _row(_text("1")), meta=fields)


def ods_names(path: Path, texts: Sequence[str]) -> None:
    """Define a name for each text."""
    names = "".join(f'<table:named-range table:name="{escape(text)}"/>' for text in texts)
    _write_ods(path, _row(_text("q1")) + _row(_text("1")), names=names)


def ods_sheets(path: Path, texts: Sequence[str]) -> None:
    """Name an empty sheet by each text."""
    sheets = "".join(f'<table:table table:name="{escape(text)}"/>' for text in texts)
    _write_ods(path, _row(_text("q1")) + _row(_text("1")), sheets=sheets)


def _text(text: str, note: str = "") -> str:
    paragraph = f"<text:p>{escape(text)}</text:p>"
    return f'<table:table-cell office:value-type="string">{note}{paragraph}</table:table-cell>'


def _row(cells: str) -> str:
    return f"<table:table-row>{cells}</table:table-row>"


def _write_ods(path: Path, rows: str, *, sheets: str = "", names: str = "", meta: str = "") -> None:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "meta")
    )
    named = f"<table:named-expressions>{names}</table:named-expressions>" if names else ""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="Taulu">{rows}</table:table>{sheets}{named}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{manifest}"/>')
        archive.writestr("content.xml", content)
        archive.writestr(
            "meta.xml",
            f"<office:document-meta {spaces}><office:meta>{meta}</office:meta></office:document-meta>",
        )


PLACES: Final[Mapping[str, Mapping[str, Carrier]]] = MappingProxyType(
    {
        "cell": {
            "csv": csv_cells,
            "dta": dta_cells,
            "ods": ods_cells,
            "parquet": parquet_cells,
            "sav": sav_cells,
            "xlsx": xlsx_cells,
        },
        "column name": {"csv": csv_header, "sav": sav_header, "xlsx": xlsx_header},
        "variable label": {"dta": dta_variable_labels, "sav": sav_variable_labels},
        "value label": {"dta": dta_value_labels, "sav": sav_value_labels},
        "note": {"sav": sav_notes},
        "sheet name": {"ods": ods_sheets, "xlsx": xlsx_sheets},
        "comment": {"ods": ods_comments, "xlsx": xlsx_comments},
        "document property": {"ods": ods_properties, "xlsx": xlsx_properties},
        "defined name": {"ods": ods_names, "xlsx": xlsx_names},
    }
)
"""The nine places, and the kinds of file that carry texts there."""
