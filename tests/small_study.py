"""A study of one wave in a folder of its own, and its responses in every kind of file."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from xml.sax.saxutils import escape

import duckdb
import openpyxl
import pandas as pd
import pyreadstat

YEAR = 2021
CANARY = "4711"
"""A value that no message may repeat."""
WORD = "kanarialintu"
"""A text that no message may repeat."""

STUDY = """
id = "small"
title = "Small"
languages = ["en"]
published = 2021-06-01
data = "."

[roles]
outcome = "well"
group = "group"
side = "side"
district = "district"

[[analysis]]
id = "one"
verb = "proportion"
items = ["well"]
section = "items"
title = "How well"
"""

CODEBOOK = """
[question.respondent]
kind = "key"
label = "Respondent"

[question.group]
kind = "nominal"
label = "Group"
codes = [
    { value = 1, id = "clerk", label = "Clerk" },
    { value = 2, id = "worker", label = "Worker" },
]

[question.side]
kind = "nominal"
label = "Side"
codes = [{ value = 1, id = "state", label = "State" }, { value = 2, id = "town", label = "Town" }]
derived = { source = "group", mapping = { clerk = "state", worker = "town" } }

[question.district]
kind = "nominal"
label = "District"
codes = [{ value = 1, id = "north", label = "North" }, { value = 2, id = "south", label = "South" }]

[question.well]
kind = "ordinal"
label = "Well"
good = [5]
codes = [
    { value = 1, label = "Badly" },
    { value = 3, label = "Neither" },
    { value = 5, label = "Well" },
    { value = 8, id = "cannot_say", label = "Cannot say", missing = "dont_know" },
    { value = 9, id = "refused", label = "Refused", missing = "refused" },
]

[question.only_clerks]
kind = "nominal"
label = "Asked of clerks"
codes = [{ value = 0, id = "no", label = "No" }, { value = 1, id = "yes", label = "Yes" }]

[question.box_a]
kind = "tick"
label = "Box A"
battery = "boxes"
codes = [{ value = 0, id = "empty", label = "Not ticked" }, { value = 1, id = "ticked", label = "Ticked" }]

[question.box_b]
kind = "tick"
label = "Box B"
battery = "boxes"
codes = [{ value = 0, id = "empty", label = "Not ticked" }, { value = 1, id = "ticked", label = "Ticked" }]

[question.years]
kind = "number"
label = "Years"
minimum = 0
maximum = 60

[question.comment]
kind = "text"
label = "Comment"

[question.paino]
kind = "number"
label = "Weight"
"""

COLUMNS = MappingProxyType(
    {
        "respondent": "id",
        "group": "ryhma",
        "district": "piiri",
        "well": "v1",
        "only_clerks": "v2",
        "box_a": "r1",
        "box_b": "r2",
        "years": "vuodet",
        "comment": "avoin",
        "paino": "w",
    }
)
Writer = Callable[[pd.DataFrame, Path], None]


def responses() -> pd.DataFrame:
    """Eight respondents: two in each stratum of district by group."""
    return pd.DataFrame(
        {
            "id": [f"00{i}" for i in range(1, 9)],
            "ryhma": [1.0, 1, 1, 1, 2, 2, 2, 2],
            "piiri": [1.0, 1, 2, 2, 1, 1, 2, 2],
            "v1": [5.0, 8, 9, None, 1, 3, 5, 5],
            "v2": [1.0, 0, None, 1, None, None, None, None],
            "r1": [1.0, None, None, None, None, 1, None, None],
            "r2": [None, None, 1.0, None, None, 1, None, None],
            "vuodet": [0.0, 2.5, None, 10, 20, 30.5, 40, 60],
            "avoin": [None, "Hyvä asia", None, None, "Ei muuta", None, None, None],
            "w": [1.5, 1.5, 2.0, 2.0, 4.0, 4.0, 3.0, 3.0],
        }
    )


def write_study(
    folder: Path,
    *,
    file: str = "2021.csv",
    columns: Mapping[str, str] = COLUMNS,
    file_format: str = 'separator = ";"\ndecimal = ","',
    design: str = 'weight = "paino"\nstratum = ["district", "group"]',
    top: str = "",
    more: str = "",
) -> Path:
    """Write the folder of the study; ``top`` and ``more`` are TOML before and after the tables."""
    (folder / "waves").mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "codebook.toml").write_text(CODEBOOK, encoding="utf-8")
    read = "\n".join(f'{question} = "{column}"' for question, column in columns.items())
    routing = 'only_clerks = ["clerk"]' if "only_clerks" in columns else ""
    wave = (
        f'year = {YEAR}\nfile = "{file}"\n{top}\n[columns]\n{read}\n[format]\n{file_format}\n'
        f"[routing]\n{routing}\n[design]\n{design}\n{more}\n"
    )
    (folder / "waves" / f"{YEAR}.toml").write_text(wave, encoding="utf-8")
    return folder


def frame_counts(counts: Mapping[tuple[str, str], int]) -> str:
    """Return frame counts as TOML."""
    return "\n".join(
        f'[[frame]]\nstratum = {{ district = "{district}", group = "{group}" }}\ncount = {count}'
        for (district, group), count in counts.items()
    )


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    texts = frame.map(_text)
    texts.to_csv(path, sep=";", index=False, encoding="utf-8", lineterminator="\n")


def _text(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    return f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)


def write_sav(frame: pd.DataFrame, path: Path) -> None:
    pyreadstat.write_sav(
        frame,
        path,
        file_label="Pieni kysely",
        column_labels={"v1": "Kuinka hyvin"},
        variable_value_labels={"v1": {1: "Huonosti", 5: "Hyvin", 8: "En osaa sanoa"}},
        missing_ranges={"v1": [8, 9]},
        compress=path.suffix == ".zsav",
    )


def write_por(frame: pd.DataFrame, path: Path) -> None:
    ascii_only = frame.assign(avoin=frame["avoin"].str.replace("ä", "a"))
    pyreadstat.write_por(ascii_only.rename(columns=str.upper), path)


def write_dta(frame: pd.DataFrame, path: Path) -> None:
    pyreadstat.write_dta(frame, path, column_labels={"v1": "Kuinka hyvin"})


def write_xlsx(frame: pd.DataFrame, path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(frame.columns))
    for row in frame.astype(object).where(frame.notna(), None).to_numpy().tolist():
        sheet.append(row)
    book.save(path)


def write_ods(frame: pd.DataFrame, path: Path) -> None:
    """Write the least that is an OpenDocument sheet."""

    def cell(value: object) -> str:
        if value is None or value != value:  # noqa: PLR0124 - NaN
            return "<table:table-cell/>"
        if isinstance(value, float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        text = f"<text:p>{escape(str(value))}</text:p>"
        return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'

    rows = [list(frame.columns), *frame.astype(object).to_numpy().tolist()]
    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="Taulu">{body}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        names = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{names}"/>')
        archive.writestr("content.xml", content)


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.from_df(frame.astype(dict.fromkeys(["id", "avoin"], object))).write_parquet(str(path))


WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        ".csv": write_csv,
        ".dta": write_dta,
        ".ods": write_ods,
        ".parquet": write_parquet,
        ".por": write_por,
        ".sav": write_sav,
        ".xlsx": write_xlsx,
        ".zsav": write_sav,
    }
)


def write_responses(path: Path, frame: pd.DataFrame | None = None) -> Path:
    """Write responses in the kind of file that the suffix names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    WRITERS[path.suffix](responses() if frame is None else frame, path)
    return path
