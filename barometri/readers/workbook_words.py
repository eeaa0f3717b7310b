"""Every text of a workbook that is no cell of the sheet that is read, by where it stands in the zip list.

Tags are taken away by pattern and never parsed: no entity is expanded, and a text that a damaged part still
holds is found. What runs of formatting divide is put together again.
"""

import html
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from barometri.readers.text import composed

AUTHORS: Final = "authors"
OTHER_CELLS: Final = "cells that are not read"
_PARTS: Final[Mapping[str, str]] = {
    r"xl/(threaded)?comments|xl/persons/": "comments",
    r"docprops/|meta\.xml$": "document properties",
    r"xl/(drawings|charts|diagrams|media|chartsheets)/": "drawings",
    r"customxml/": "custom XML",
    r"xl/workbook\.xml$": "defined names",
    r"xl/worksheets/_rels/": "links",
    r"xl/worksheets/": "headers, footers and lists",
    r"xl/sharedstrings\.xml$|content\.xml$": OTHER_CELLS,
}
"""Where a part of a workbook belongs, by the start or end of its name in small letters; else other parts."""
_WITHOUT_WORDS: Final = re.compile(
    r"\[content_types\]\.xml$|xl/(theme/|calcchain|metadata\.xml)|(?<!worksheets/)_rels/|meta-inf/|mimetype$"
)
_TEXT_PARTS: Final = re.compile(r"\.(xml|rels|vml|rdf|html?|txt|json)$")

_INLINE: Final = frozenset({"r", "t", "span", "a", "font"})
"""Elements that divide a text without ending it."""
_ATTRIBUTES: Final = re.compile(
    r"\s(?:[\w-]+:)?(?:name|title|descr|desc|alt|comment|prompt|promptTitle|error|errorTitle|tooltip|display|"
    r"Target|href|displayName|userId|author|customList|help|string-value|formula|base-cell-address|"
    r"user-name|connection|command|description)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')"
)
_FORMAT = re.compile(r"<((?:\w+:)?(?:rPr|pPr|style|numberStyle))\b[^>]*(?<!/)>.*?</\1\s*>", re.DOTALL)
_TAG = re.compile(r"<(/?)(?:[\w-]+:)?([\w-]+)[^>]*?(/?)>|<[!?][^>]*>")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_SHEET_DATA = re.compile(r"<(?:\w+:)?sheetData\b.*?</(?:\w+:)?sheetData\s*>", re.DOTALL)
_OWN_TEXTS = re.compile(
    r"<(?:\w+:)?is>(.*?)</(?:\w+:)?is>|<(?:\w+:)?c\s[^>]*\bt=[\"']str[\"'][^>]*>(.*?)</(?:\w+:)?c>",
    re.DOTALL,
)
_AUTHOR = re.compile(
    r"<((?:\w+:)?(?:creator|lastModifiedBy|initial-creator|Manager|printed-by))\b[^>]*>(.*?)</\1\s*>",
    re.DOTALL,
)
_NOTE = re.compile(r"<(office:annotation)\b.*?</\1\s*>", re.DOTALL)
_NAMED = re.compile(r"<table:named-(?:range|expression)\b[^>]*>")
_ESCAPED = re.compile(r"_x00(?:0[9AaDd]|20|[aA]0)_")
_SHEET_NAMES = re.compile(
    r"<((?:\w+:)?(?:sheets|TitlesOfParts|HeadingPairs))\b.*?</\1\s*>|<table:table\b[^>]*>", re.DOTALL
)
_HEADER_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|\d{1,3}|[A-Z])')
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']""")
_OLD_BYTES = re.compile(rb"[\x20-\x7e\xa0-\xff]{6,}")
_OLD_WIDE = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00){6,}")


def workbook_words(path: Path, known: Collection[str]) -> dict[str, list[str]]:
    """Return the texts of a workbook by place.

    Parameters
    ----------
    path
        An .xlsx, .ods or .xls file that opens.
    known
        Texts of the sheet that is read: its cells are searched as columns.

    Returns
    -------
    dict
        Place to its different texts: comments, document properties, authors, drawings, defined names,
        headers, footers and lists, links, cells of other sheets (hidden ones too), and whatever else holds
        text.
    """
    seen = {_spaced(part) for text in known for part in (text, *text.splitlines())}
    places: dict[str, dict[str, None]] = {}
    for place, text in _old_texts(path) if path.suffix.lower() == ".xls" else _texts(path):
        clean = _spaced(text)
        if clean and not (place == OTHER_CELLS and clean in seen):
            places.setdefault(place, {})[clean] = None
    return {place: list(texts) for place, texts in places.items()}


def _spaced(text: str) -> str:
    """Return the text composed, with one space wherever there is white space or a sign of it."""
    return " ".join(_ESCAPED.sub(" ", composed(text)).split())


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            name = part.filename.lower().lstrip("/")
            if _TEXT_PARTS.search(name) and not _WITHOUT_WORDS.search(name):
                place = next(
                    (where for start, where in _PARTS.items() if re.match(start, name)), "other parts"
                )
                yield from _CUTTERS.get(place, _whole)(place, _decoded(archive.read(part)))


def _decoded(data: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    declared = _DECLARED.match(data)
    try:
        return data.decode(declared[1].decode("ascii") if declared else "utf-8", errors="replace")
    except LookupError:
        return data.decode("latin-1")


def _whole(place: str, text: str) -> Iterator[tuple[str, str]]:
    rest = _SHEET_NAMES.sub("\n", text)
    yield from ((place, found) for found in (*_attributes(rest), *_lines(rest)))


def _properties(place: str, text: str) -> Iterator[tuple[str, str]]:
    yield from ((AUTHORS, line) for match in _AUTHOR.finditer(text) for line in _lines(match[2]))
    yield from _whole(place, _AUTHOR.sub(" ", text))


def _sheet(place: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield the texts around the cells, and those of cells that keep their own."""
    for match in _OWN_TEXTS.finditer(text):
        yield from ((OTHER_CELLS, line) for line in _lines(match[1] or match[2]))
    around = _SHEET_DATA.sub("\n", text)
    yield from ((place, found) for found in _attributes(around))
    yield from ((place, _HEADER_CODE.sub(" ", line)) for line in _lines(around))


def _cells(place: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield the texts of all cells; in an .ods also its comments and names."""
    yield from (("comments", line) for match in _NOTE.finditer(text) for line in _lines(match.group()))
    yield from (("defined names", found) for tag in _NAMED.findall(text) for found in _attributes(tag))
    rest = _NOTE.sub("", text)
    yield from ((place, line) for line in _lines(rest))
    if "<table:" in rest or "<office:" in rest:
        yield from (("drawings", found) for found in _attributes(_SHEET_NAMES.sub("", _NAMED.sub("", rest))))


_CUTTERS: Final[Mapping[str, Callable[[str, str], Iterator[tuple[str, str]]]]] = {
    "document properties": _properties,
    "headers, footers and lists": _sheet,
    OTHER_CELLS: _cells,
}


def _attributes(text: str) -> list[str]:
    return [html.unescape(first or second) for first, second in _ATTRIBUTES.findall(text)]


def _lines(text: str) -> list[str]:
    """Return the texts between tags; those of one paragraph or one string are one text."""
    plain = _CDATA.sub(lambda match: html.escape(match[1]), _FORMAT.sub("", text))
    return [html.unescape(line) for line in _TAG.sub(_end, plain).split("\0") if line.strip()]


def _end(tag: re.Match[str]) -> str:
    """Return what a tag becomes: nothing within a text, a space where a line breaks, else the text's end."""
    name = (tag[2] or "").lower()
    if name in {"br", "line-break", "tab"} or (name == "s" and tag[3]):
        return " "
    return "" if name in _INLINE or tag[3] else "\0"


def _old_texts(path: Path) -> Iterator[tuple[str, str]]:
    """Yield what can be read in the bytes of an old workbook, with one byte a letter or two.

    The byte after a text is often the length of the next one: a text is tried without its last letter too.
    """
    data = path.read_bytes()
    yield from ((OTHER_CELLS, run) for run in _ends(_OLD_BYTES.findall(data), "cp1252"))
    yield from ((OTHER_CELLS, run) for run in _ends(_OLD_WIDE.findall(data), "utf-16-le"))


def _ends(runs: Iterable[bytes], encoding: str) -> Iterator[str]:
    for run in runs:
        text = run.decode(encoding, errors="replace")
        yield text
        yield text[:-1]
