"""How the child process hands a file's content to its parent: JSON and arrays, never a pickle.

The parent trusts nothing in it: every length, type and position is checked before it is used.
"""

import json
import re
from typing import TYPE_CHECKING, Final, TypeGuard

import numpy as np
import numpy.typing as npt

from barometri.errors import FileError
from barometri.readers.content import Column, Content

if TYPE_CHECKING:
    import pandas as pd


CONTENT: Final = b"+"
ERROR: Final = b"-"
"""First byte of the answer: a file's content follows, or an error."""
OUT_OF_MEMORY: Final = 3
"""Exit status of the child where the file needs more memory than it is given."""
_SIZE: Final = 8
"""Bytes of the number that says how long the JSON is."""
_LONGEST_MESSAGE: Final = 2_000
_CODE = re.compile(r"(?:E\d\d)?")


def pack(content: Content) -> bytes:
    """Return the content as bytes: the length of the header, the header as JSON, then the columns."""
    arrays = [column.positions if column.numbers is None else column.numbers for column in content.columns]
    header = {
        "rows": max((len(values) for values in arrays if values is not None), default=0),
        "names": [column.name for column in content.columns],
        "levels": [column.levels if column.numbers is None else None for column in content.columns],
        "variable_labels": content.variable_labels,
        "value_labels": content.value_labels,
        "user_missing": content.user_missing,
        "places": content.places,
        "encoding": content.encoding,
        "separator": content.separator,
        "decimal": content.decimal,
        "sheet": content.sheet,
        "remarks": content.remarks,
    }
    text = json.dumps(header).encode("ascii")
    parts = [values.tobytes() for values in arrays if values is not None]
    return b"".join([CONTENT, len(text).to_bytes(_SIZE, "little"), text, *parts])


def pack_error(error: FileError) -> bytes:
    """Return an error as bytes."""
    return ERROR + json.dumps({"message": str(error), "code": error.code}).encode("ascii")


def unpack(data: bytes, file: str) -> Content:
    """Return the content that ``pack`` wrote, or raise the error that ``pack_error`` did.

    Raises
    ------
    FileError
        The child's error, or the answer is none that a reader gives.
    """
    try:
        if data[:1] == ERROR:
            raise _error(json.loads(data[1:]))
        if data[:1] == CONTENT:
            return _content(data)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    raise FileError(
        f"{file}: reading it gave no answer that can be trusted; the file is damaged or made to do harm. "
        "Save it again, or export it as .csv.",
        code="E10",
    )


def _error(entry: dict[str, str]) -> FileError:
    message, code = entry["message"], entry["code"]
    if len(message) > _LONGEST_MESSAGE or not message.isprintable() or not _CODE.fullmatch(code):
        raise ValueError
    return FileError(message, code=code)


def _content(data: bytes) -> Content:
    start = len(CONTENT) + _SIZE
    end = start + int.from_bytes(data[len(CONTENT) : start], "little")
    header = json.loads(data[start:end])
    names, levels, rows = header["names"], header["levels"], header["rows"]
    if not (_are_texts(names) and isinstance(rows, int) and rows >= 0):
        raise TypeError
    columns = []
    for name, texts in zip(names, levels, strict=True):
        kind = np.dtype(np.float64 if texts is None else np.int32)
        values = np.frombuffer(data, kind, rows, end)
        end += rows * kind.itemsize
        columns.append(_column(name, values, texts))
    if end != len(data):
        raise ValueError
    words = ("encoding", "separator", "decimal", "sheet")
    if not _are_texts([header[word] for word in words]) or not _are_texts(header["remarks"]):
        raise TypeError
    return Content(
        columns,
        variable_labels=_labels(header["variable_labels"]),
        value_labels={_text(name): _labels(labels) for name, labels in header["value_labels"].items()},
        user_missing={
            _text(name): [_range(*pair) for pair in pairs] for name, pairs in header["user_missing"].items()
        },
        places={_text(place): [_text(text) for text in texts] for place, texts in header["places"].items()},
        remarks=header["remarks"],
        **{word: header[word] for word in words},
    )


def _column(name: str, values: npt.NDArray[np.generic], texts: list[str] | None) -> Column:
    if texts is None:
        return Column(name, numbers=values.astype(np.float64))
    positions = values.astype(np.int32)
    if not _are_texts(texts) or np.any(positions < -1) or np.any(positions >= len(texts)):
        raise ValueError
    return Column(name, positions=positions, levels=texts)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _are_texts(values: object) -> TypeGuard[list[str]]:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _labels(entries: dict[object, object]) -> dict[str, str]:
    return {_text(key): _text(label) for key, label in entries.items()}


def _range(low: object, high: object) -> tuple[float | str, float | str]:
    if not isinstance(low, int | float | str) or not isinstance(high, int | float | str):
        raise TypeError
    return low, high


def to_frame(columns: list[Column]) -> "pd.DataFrame":
    """Return the columns as a frame: float64 with NaN, or object with text and ``None``."""
    import pandas as pd  # noqa: PLC0415 - the child process, which reads without pandas, imports this module

    series: dict[str, npt.NDArray[np.generic]] = {}
    for column in columns:
        if column.numbers is not None:
            series[column.name] = column.numbers
        elif column.positions is not None:
            levels = np.array([*column.levels, None], dtype=object)
            series[column.name] = levels[column.positions]
    return pd.DataFrame({name: pd.Series(values, dtype=values.dtype) for name, values in series.items()})
