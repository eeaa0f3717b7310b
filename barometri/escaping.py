"""Texts that no spreadsheet takes for a formula, and names that a workbook accepts."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

_START: Final = re.compile(
    r"(?P<place>^|[;\t\r\n])(?P<blank>[\s\"'\u200b\u2060\ufeff]*)"
    r"(?=[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b]\s*\S)"
)
"""Where a spreadsheet may see a formula begin: at the start, also behind blanks and quotation marks, behind a
separator of another country, on a new line; in ordinary, full-width and small signs."""
_LEADING: Final = re.compile(r"^[\t\r]")
_MEASURED: Final = re.compile(r"[+\-]?\d[\d\s.,]*(?:[\s%][\w\s.,%-]*)?")
_LONGEST_NAME: Final = 31
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\'\x00-\x1f\x7f]")
_NOT_FIRST: Final = re.compile(
    r"^[\s\"\u200b\u2060\ufeff=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b]+"
)
_RESERVED: Final = "history"
_QUOTE: Final = "'"


def cell(text: str) -> str:
    """Return a text as it may stand in a cell: an apostrophe stands before what could begin a formula.

    Examples
    --------
    >>> cell("=1+1"), cell("plain"), cell(" ＠SUM(A1)")
    ("'=1+1", 'plain', " '＠SUM(A1)")
    """
    guarded = _START.sub(rf"\g<place>\g<blank>{_QUOTE}", text)
    return _QUOTE + guarded if _LEADING.match(guarded) else guarded


def measured(text: str) -> str:
    """Return the text of a number's cell: a signed number with its unit stays as it is.

    Examples
    --------
    >>> measured("+9 %-yks."), measured("-2+3+cmd|' /C calc'!A0")
    ('+9 %-yks.', "'-2+3+cmd|' /C calc'!A0")
    """
    return text if _MEASURED.fullmatch(text) else cell(text)


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    r"""Return rows as CSV: texts guarded, numbers as they are, what is missing empty.

    Examples
    --------
    >>> csv_text([("label", "n"), ("=A1", -5)])
    "label,n\n'=A1,-5\n"
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        writer.writerow([cell(value) if isinstance(value, str) else value for value in row])
    return out.getvalue()


def frame_csv(frame: "pd.DataFrame") -> str:
    """Return a frame as CSV with its heading: texts guarded, numbers as they are."""
    texts = {
        str(name): frame[name].map(lambda value: cell(value) if isinstance(value, str) else value)
        for name, kind in frame.dtypes.items()
        if kind.kind not in "biuf"
    }
    guarded = frame.assign(**texts) if texts else frame
    return guarded.rename(columns=lambda name: cell(str(name))).to_csv(index=False, lineterminator="\n")


def sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that a workbook accepts and that no other sheet has; it is added to those taken.

    Examples
    --------
    >>> taken = set()
    >>> sheet_name("=a/b", taken), sheet_name("A B", taken)
    ('a b', 'A B_2')
    """
    plain = _NOT_FIRST.sub("", _NOT_IN_NAMES.sub(" ", name)).strip() or "_"
    if plain.lower() == _RESERVED:
        plain += "_"
    short = plain[:_LONGEST_NAME].rstrip()
    number = 2
    while short.lower() in taken:
        tail = f"_{number}"
        short = plain[: _LONGEST_NAME - len(tail)] + tail
        number += 1
    taken.add(short.lower())
    return short
