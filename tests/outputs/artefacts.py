"""Artefacts read by the parsers that others read them with."""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl

FORMULA = re.compile(r"^[\s\"\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]\s*\S")
NUMBER = re.compile(r"[+\-]?\d[\d\s.,]*(?:[\s%][\w\s.,%-]*)?")
NEEDLESS = re.compile(r"vba|externalLink|pivot|embeddings|activeX|connections|queryTable|customXml")
VOID = {"meta", "link", "br", "hr", "img", "input"}
PAGE_TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "link",
        "style",
        "body",
        "a",
        "aside",
        "p",
        "div",
        "header",
        "h1",
        "h2",
    ),
    *("h3", "nav", "ul", "li", "main", "section", "dl", "dt", "dd", "details", "summary", "figure", "footer"),
    *("figcaption", "span", "table", "thead", "tbody", "tr", "th", "td"),
}
DRAWING_TAGS = {
    "svg",
    "title",
    "desc",
    "g",
    "path",
    "text",
    "tspan",
    "use",
    "defs",
    "clippath",
    "rect",
    "circle",
}
FILE_TAGS = {*DRAWING_TAGS, "clipPath"}


class Page(HTMLParser):
    """The tags, attributes and words of a page, or what is wrong with it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.words: list[str] = []
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self._open: list[str] = []
        self.feed(text)
        self.close()
        if self._open:
            self.faults.append(f"left open: {self._open[-3:]}")
        self.faults += [f"id twice: {name}" for name, count in self.ids.items() if count > 1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        drawn = "svg" in self._open or tag == "svg"
        if tag not in (DRAWING_TAGS if drawn else PAGE_TAGS):
            self.faults.append(f"<{tag}>")
        self.faults += attribute_faults(tag, {name: value or "" for name, value in attrs})
        self.ids.update(value or "" for name, value in attrs if name == "id")
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> out of place")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment: {data[:40]}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"instruction: {data[:40]}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"declaration: {data[:40]}")

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words.append(data)


def attribute_faults(tag: str, attributes: dict[str, str]) -> Iterator[str]:
    """Yield what no element of a publication may carry."""
    for name, value in attributes.items():
        local = name.rpartition("}")[2].rpartition(":")[2].lower()
        if local.startswith("on") or local in {"srcdoc", "src", "action", "formaction"}:
            yield f"{tag} {name}"
        if local == "href" and not re.match(r"#|data:text/csv;|data:,$|\.\./(fi|sv|en)/index\.html$", value):
            yield f"{tag} {name}={value[:40]}"
        if local == "id" and not re.fullmatch(r"[\w.+-]+", value):
            yield f"id {value[:40]!r}"
        if local == "style" and re.search(r"expression|url\((?!#)|@import|javascript", value):
            yield f"{tag} style={value[:40]}"


def drawing_faults(data: bytes) -> list[str]:
    """Return what is wrong with an SVG file: no XML, strange elements, references that leave it."""
    root = ET.fromstring(data)  # noqa: S314 - made here
    faults: list[str] = []
    ids: Counter[str] = Counter()
    for element in root.iter():
        tag = str(element.tag).rpartition("}")[2]
        if tag not in FILE_TAGS:
            faults.append(f"<{tag}>")
        faults += attribute_faults(tag, dict(element.attrib))
        ids.update(value for name, value in element.attrib.items() if name == "id")
    known = set(ids)
    links = {v for element in root.iter() for name, v in element.attrib.items() if name.endswith("href")}
    faults += [f"{link} leads nowhere" for link in links if link.removeprefix("#") not in known]
    faults += [f"id twice: {name}" for name, count in ids.items() if count > 1]
    return faults


def words_of_drawing(data: bytes) -> str:
    """Return all text of an SVG file."""
    return " ".join(ET.fromstring(data).itertext())  # noqa: S314 - made here


def workbook_faults(path: Path) -> list[str]:
    """Return formulas and whatever else a workbook of numbers and words has no need of."""
    faults: list[str] = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if NEEDLESS.search(name):
                faults.append(name)
            for element in ET.fromstring(archive.read(name)).iter():  # noqa: S314 - made here
                faults += [
                    f"{name}: {fault}" for fault in _element_faults(element, charted="charts/" in name)
                ]
    for sheet in openpyxl.load_workbook(path):
        if FORMULA.match(sheet.title) or len(sheet.title) > 31 or re.search(r"[\[\]:*?/\\]", sheet.title):
            faults.append(f"sheet {sheet.title!r}")
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if cell.data_type == "f" or (isinstance(cell.value, str) and is_formula(cell.value)):
                faults.append(f"{sheet.title}!{cell.coordinate} {str(cell.value)[:40]!r}")
    return faults


def _element_faults(element: ET.Element, *, charted: bool) -> Iterator[str]:
    """Yield formulas, names and references of an element that lead out of the sheets."""
    tag, text = str(element.tag).rpartition("}")[2], (element.text or "").strip()
    if (tag == "f" and not (charted and _is_range(text))) or (tag == "definedName" and not _is_range(text)):
        yield f"{tag} {text[:40]}"
    if element.attrib.get("TargetMode") == "External":
        yield f"{tag} {element.attrib.get('Target', '')[:40]}"


def _is_range(text: str) -> bool:
    return re.fullmatch(r"'?[\w .+-]+'?!\$[A-Z]*\$?\d+(:\$[A-Z]*\$?\d+)?", text) is not None


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might take a text for a formula; a signed number with its unit is none."""
    return bool(FORMULA.match(text)) and not NUMBER.fullmatch(text)


def csv_faults(data: bytes) -> list[str]:
    """Return cells that a spreadsheet of any country would take for a formula."""
    text = data.decode("utf-8-sig")
    faults = []
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            for cell in row:
                plain = cell if separator == "," else cell.split(",")[0]
                if FORMULA.match(plain) and not re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", plain):
                    faults.append(f"{separator!r}: {cell[:40]!r}")
    return faults
