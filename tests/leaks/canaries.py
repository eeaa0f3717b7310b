"""Whole runs with hidden records whose numbers are known, and a search for them in all that comes out.

A number that a shown record bears too, at any precision, proves nothing: only the numbers that hidden records
have for themselves are searched for everywhere. The rows of hidden records are looked at apart, whatever
numbers they had.
"""

import base64
import contextlib
import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import pandas as pd
from numpy.random import Generator
from pytest import MonkeyPatch  # noqa: PT013 - the class alone

import barometri as bm
from barometri.commands import publishing
from barometri.commands.report import main
from barometri.disclosure.protected import Protected
from barometri.results import Results
from tests.operations.small_report import YEARS, responses, write_small_report
from tests.outputs.artefacts import Page

HIDDEN = "suppressed"
MARK = ".."
EXACT = ("estimate", "se", "ci_low", "ci_high", "n", "n_weighted")
FORMATS = ("html", "xlsx", "svg", "csv", "pdf", "png")
_TOKEN = re.compile(r"(?<![\w.,#])\d+(?:[.,]\d+)?(?![\w])(?![.,]\d)")
_TEXT_OF_PDF = re.compile(rb"\(((?:[^()\\]|\\.)*)\)")


@dataclass(frozen=True, slots=True)
class Found:
    """What a run hid, how many numbers of it could be searched for, and where one was found."""

    hidden: int
    searched: int
    artefacts: int
    hits: tuple[str, ...]


def search(folder: Path, seed: int, formats: Sequence[str] = FORMATS) -> Found:
    """Publish a study with planted records and search for the numbers of all that are hidden."""
    study = planted(folder / "study", seed)
    arguments = ["--study", str(study), "--data", str(folder / "data"), "--output", str(folder / "reports")]
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said), MonkeyPatch.context() as patch:
        analysed, guarded = kept(patch, "analyse"), kept(patch, "protect")
        code = main([*arguments, "--format", *formats, "--jobs", "1", "-v"])
    if code:
        raise AssertionError(said.getvalue())
    (results,), (protected,) = analysed, guarded
    assert isinstance(results, Results)
    assert isinstance(protected, Protected)
    secret, open_ = numbers(results, protected)
    searched = secret - open_
    paths = sorted(path for path in (folder / "reports").rglob("*") if path.is_file())
    shown = {path.name: words(path) for path in paths} | {"stderr": _without_times(said.getvalue())}
    shown |= {"notebook": seen(protected)}
    hits = [
        f"{name}: {token}"
        for name, text in shown.items()
        for token in sorted({plain(found) for found in _TOKEN.findall(text)} & searched)
    ]
    hits += [f"{path.name}: {row}" for path in paths for row in rows_that_tell(path)]
    return Found(hidden_of(protected), len(searched), len(paths), tuple(hits))


def kept(patch: MonkeyPatch, name: str) -> list[object]:
    """Keep what a step of the run returns, so that it need not be made twice."""
    found: list[object] = []
    step: Callable[..., object] = getattr(publishing, name)

    def keeping(*arguments: object, **options: object) -> object:
        found.append(step(*arguments, **options))
        return found[-1]

    patch.setattr(publishing, name, keeping)
    return found


def planted(folder: Path, seed: int) -> Path:
    """Write the small study with responses of its own: few who disagree, few of a group, odd numbers."""
    study = write_small_report(folder)
    for year in YEARS:
        generator = np.random.default_rng([seed, year])
        frame = responses(year, size=int(generator.integers(401, 599)))
        frame["piiri"] = generator.choice([1, 2, 3], len(frame), p=[0.29, 0.33, 0.38])
        for column, district, answer, rest in (("v2", 1, 2, 1), ("v1", 2, 1, 4), ("v1", 3, 5, 3)):
            few = int(generator.integers(1, 5))
            _plant(frame, (column, district), few, answers=(answer, rest), generator=generator)
        frame.loc[frame.index[: int(generator.integers(3, 9))], "ryhma"] = 2
        frame.to_csv(study / f"{year}.csv", sep=";", index=False, lineterminator="\n")
    return study


def _plant(
    frame: pd.DataFrame, where: tuple[str, int], few: int, *, answers: tuple[int, int], generator: Generator
) -> None:
    """Let only a few of a district give an answer; the others who gave it give another."""
    (column, district), (answer, rest) = where, answers
    inside = frame["piiri"] == district
    frame.loc[inside & (frame[column] == answer), column] = rest
    chosen = generator.choice(frame.index[inside & (frame[column] == rest)], few, replace=False)
    frame.loc[chosen, column] = answer


# -------------------------------------------------------------------------------- what is secret, what open


def numbers(results: Results, protected: Protected) -> tuple[set[str], set[str]]:
    """Return the numbers of hidden records, and those that anything shown may bear, at every precision."""
    secret: set[str] = set()
    open_ = {plain(str(number)) for number in range(100)}  # thresholds, small counts, axes, days
    open_ |= {plain(str(year)) for year in range(1990, 2031)} | {"100", "0.05", "0.95", "0.025", "0.5"}
    for name, table in results.tables.items():
        shown = protected.tables[name].frame
        keys = [key for key in table.estimates.keys if key in shown]
        exact = table.estimates.frame.astype(dict.fromkeys(keys, str))
        together = exact.merge(
            shown.astype(dict.fromkeys(keys, str))[[*keys, "status"]], on=keys, suffixes=("_exact", "")
        )
        for _, row in together.iterrows():
            forms = {form for column in EXACT if column in row for form in printed(float(row[column]))}
            if row["status"] == HIDDEN:
                secret |= forms
            else:
                open_ |= forms
        values = shown[[column for column in EXACT if column in shown]].to_numpy(dtype=float).ravel()
        open_ |= {form for value in values for form in printed(float(value))}
    counts = [count for part in protected.hidden for count in (part.cells, part.primary, part.secondary)]
    return secret, open_ | {plain(str(count)) for count in counts} | {
        plain(str(int(w.n))) for w in protected.waves
    }


def printed(value: float) -> set[str]:
    """Return a number as it may be printed: as it is or in per cents, with up to six decimals."""
    if not np.isfinite(value):
        return set()
    forms = {f"{abs(v):.{digits}f}" for v in (value, 100 * value, 1 - value) for digits in range(7)}
    return {plain(form) for form in forms} - {"0", "1"}


def plain(token: str) -> str:
    """Return a number without what only its looks add."""
    text = token.replace(",", ".").lstrip("0") or "0"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"0{text}" if text.startswith(".") else text or "0"


def hidden_of(protected: Protected) -> int:
    """Count the hidden records."""
    return sum(int((part.frame["status"] == HIDDEN).sum()) for part in protected.tables.values())


# --------------------------------------------------------------------------------------- what is to be seen


def words(path: Path) -> str:
    """Return all words and numbers of an artefact, unpacked; the geometry of drawings is none."""
    data = path.read_bytes()
    match path.suffix:
        case ".html":
            page = Page(text := data.decode())
            inside = [
                base64.b64decode(found).decode()
                for found in re.findall(r"csv;charset=utf-8;base64,([^\"]+)", text)
            ]
            labels = re.findall(r'(?:aria-label|title|alt|content|data-\w+)="([^"]*)"', text)
            return "\n".join([*page.words, *inside, *labels])
        case ".svg":
            return "\n".join(ET.fromstring(data).itertext())  # noqa: S314 - made here
        case ".xlsx":
            return "\n".join(_words_of_workbook(data))
        case ".pdf":
            return "\n".join(_words_of_pdf(data))
        case ".png":
            return "\n".join(kind for kind in _chunks(data) if kind not in {"IHDR", "IDAT", "IEND", "pHYs"})
        case _:
            return data.decode("utf-8-sig")


def _words_of_workbook(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not re.search(r"styles|theme|drawings/drawing|_rels|Content_Types", name):
                for element in ET.fromstring(archive.read(name)).iter():  # noqa: S314 - made here
                    tag = str(element.tag).rpartition("}")[2]
                    if element.text and tag in {"v", "t", "f", "pt", "definedName", "title", "description"}:
                        yield element.text
            if "drawings/drawing" in name:
                yield from re.findall(r'descr="([^"]*)"', archive.read(name).decode())


def _words_of_pdf(data: bytes) -> Iterator[str]:
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        with contextlib.suppress(zlib.error):
            for line in zlib.decompress(stream).split(b"\n"):
                if line.rstrip().endswith((b"TJ", b"Tj")):
                    yield b"".join(_TEXT_OF_PDF.findall(line)).decode("latin-1")


def _chunks(data: bytes) -> Iterator[str]:
    place = 8
    while place < len(data):
        yield data[place + 4 : place + 8].decode("latin-1")
        place += 12 + int.from_bytes(data[place : place + 4], "big")


def seen(protected: Protected) -> str:
    """Return what a notebook shows of everything below the line."""
    report = bm.report.build(protected, language="fi")
    charts = [
        bm.figures.draw(protected, name, language="fi")
        for name, part in protected.tables.items()
        if part.analysis.chart
    ]
    texts = [repr(protected), repr(report), repr(bm.findings(protected, language="fi"))]
    pages = [Page(f"<div>{chart._repr_html_()}</div>").words for chart in charts]
    texts += ["\n".join(page) for page in pages]
    texts += [text for chart in charts for text in (repr(chart), chart.data.to_string(), chart.alt)]
    return re.sub(r"[0-9a-f]{16,}", " ", "\n".join(texts))


def _without_times(text: str) -> str:
    return re.sub(r"\(\d+\.\d s\)", "", text)


# ----------------------------------------------------------------------------------- rows of hidden records


def rows_that_tell(path: Path) -> Iterator[str]:
    """Yield rows of hidden records that hold a number beside the mark; years name rows."""
    match path.suffix:
        case ".csv":
            rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
            yield from (str(row) for row in rows if row.get("status") == HIDDEN and _tells(row))
        case ".json":
            yield from _parts_that_tell(json.loads(path.read_text(encoding="utf-8")))
        case ".xlsx":
            for row in _rows_of_workbook(path):
                if MARK in row and any(re.fullmatch(r"-?\d[\d.]*", cell) for cell in row[1:]):
                    yield str(row)
        case ".html":
            for text in re.findall(r"<tr>.*?</tr>", path.read_text(encoding="utf-8"), re.DOTALL):
                cells = re.findall(r"<td[^>]*>(.*?)</td>", text, re.DOTALL)
                if MARK in cells and any(re.search(r"\d", cell) for cell in cells):
                    yield str(cells)


def _tells(record: Mapping[str, object]) -> bool:
    return any(record.get(name) not in {None, ""} for name in (*EXACT, "p", "adjusted_p"))


def _parts_that_tell(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        if content.get("status") == HIDDEN and _tells(content):
            yield str(content)
        for value in content.values():
            yield from _parts_that_tell(value)
    elif isinstance(content, list):
        for value in content:
            yield from _parts_that_tell(value)


def _rows_of_workbook(path: Path) -> Iterator[list[str]]:
    """Yield the rows of every sheet: numbers as they are stored."""
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows(values_only=True):
            cells = ("" if cell is None else str(cell) for cell in row)
            yield ["" if cell.isdigit() and int(cell) in YEARS else cell for cell in cells]
