"""Texts of SPSS and Stata files that are no cells and no labels: notes, sets, attributes."""

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from barometri.readers.text import composed

_SPSS_HEADER: Final = 176
_SHORTEST: Final = 8
_WITH_WORDS: Final = frozenset({5, 10, 17, 18, 24})
"""Extension records: sets of variables, the product, attributes of the file and of its variables, views."""
_LINE: Final = 80
_LARGEST_DICTIONARY: Final = 64 * 2**20
_STATA_NAME: Final = 129
_CHARACTERISTIC = re.compile(rb"<ch>(.{4})(.*?)</ch>", re.DOTALL)


def labelled_words(path: Path, meta: Any) -> dict[str, list[str]]:  # noqa: ANN401 - pyreadstat's container has no types
    """Return the texts of a labelled file by place.

    Parameters
    ----------
    path
        A .sav, .zsav, .por or .dta file that opens.
    meta
        What pyreadstat says of it.

    Returns
    -------
    dict
        Place to texts: file label, notes, multiple-response sets, attributes.
    """
    places: Mapping[str, list[str]] = {
        "file label": [str(meta.file_label or "")],
        "notes": [str(note) for note in meta.notes or []],
        "multiple-response sets": [
            *(str(entry.get("label") or "") for entry in meta.mr_sets.values()),
            *map(str, meta.mr_sets),
        ],
        "table name": [str(meta.table_name or "")],
        "attributes": list(_attributes(path)),
    }
    return {place: [composed(text) for text in texts if text.strip()] for place, texts in places.items()}


def _attributes(path: Path) -> Iterator[str]:
    with path.open("rb") as stream:
        data = stream.read(_LARGEST_DICTIONARY)
    if data.startswith((b"$FL2", b"$FL3")):
        yield from _spss_words(data)
    elif data.startswith(b"<stata_dta>"):
        yield from _stata_words(data)


def _spss_words(data: bytes) -> Iterator[str]:
    """Yield the texts of the records before the cases; a record that is cut short ends them."""
    order = ">" if data[64:68] in {b"\0\0\0\x02", b"\0\0\0\x03"} else "<"
    at = _SPSS_HEADER
    try:
        while length := (record := _Record(data, at, order)).length():
            yield from record.words()
            at += max(length, _SHORTEST)
    except struct.error:
        return


class _Record:
    """One record before the cases of an SPSS file, from its kind on."""

    def __init__(self, data: bytes, at: int, order: str) -> None:
        self.data = data
        self.at = at
        self.order = order

    def whole(self, offset: int) -> int:
        """Return the whole number at an offset."""
        return int(struct.unpack_from(f"{self.order}i", self.data, self.at + offset)[0])

    def words(self) -> list[str]:
        """Return the texts of an extension that holds some."""
        if self.whole(0) != _EXTENSION or self.whole(4) not in _WITH_WORDS:
            return []
        return _parts(self.data[self.at + 16 : self.at + self.length()])

    def length(self) -> int:
        """Return how many bytes the record has; 0 for what begins the cases."""
        measure = _LENGTHS.get(self.whole(0))
        return 0 if measure is None else measure(self)

    def variable(self) -> int:
        """Return the length of a variable with its label, padded to four bytes, and its missing values."""
        label = 4 + -(-self.whole(32) // 4) * 4 if self.whole(8) else 0
        return 32 + label + 8 * abs(self.whole(12))

    def labels(self) -> int:
        """Return the length of value labels: eight bytes of value, one of length, padded to eight."""
        end = 8
        for _ in range(self.whole(4)):
            (size,) = struct.unpack_from("B", self.data, self.at + end + 8)
            end += 8 + (size // 8 + 1) * 8
        return end


_EXTENSION: Final = 7
_LENGTHS: Final[Mapping[int, Callable[[_Record], int]]] = {
    2: _Record.variable,
    3: _Record.labels,
    4: lambda index: 8 + 4 * index.whole(4),
    6: lambda documents: 8 + _LINE * documents.whole(4),
    _EXTENSION: lambda extension: 16 + extension.whole(8) * extension.whole(12),
}
"""Kind of record to its length."""


def _stata_words(data: bytes) -> Iterator[str]:
    """Yield the characteristics of the data set and of its variables; notes are some of them."""
    for match in _CHARACTERISTIC.finditer(data):
        yield from _parts(match[2][2 * _STATA_NAME :])


def _parts(data: bytes) -> list[str]:
    """Return the lines of a record's bytes."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return [part for part in re.split(r"[\0\r\n]+", text) if part.strip()]
