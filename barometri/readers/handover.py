"""How the child process hands a file's content to its parent: arrays and JSON, never a pickle."""

import io
import json
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import numpy.typing as npt

from barometri.readers.content import Column, Content

if TYPE_CHECKING:
    import pandas as pd


CONTENT = b"+"
ERROR = b"-"
"""First byte of the answer: a file's content follows, or an error."""


class _Header(TypedDict):
    names: list[str]
    levels: list[list[str] | None]
    variable_labels: dict[str, str]
    value_labels: dict[str, dict[str, str]]
    user_missing: dict[str, list[tuple[float | str, float | str]]]
    places: dict[str, list[str]]
    encoding: str
    separator: str
    decimal: str
    sheet: str
    remarks: list[str]


def pack(content: Content) -> bytes:
    """Return the content as bytes."""
    header: _Header = {
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
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "header": np.frombuffer(json.dumps(header).encode("ascii"), dtype=np.uint8)
    }
    for i, column in enumerate(content.columns):
        values = column.positions if column.numbers is None else column.numbers
        if values is not None:
            arrays[f"c{i}"] = values
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]  # the stubs take the keywords for allow_pickle
    return stream.getvalue()


def unpack(data: bytes) -> Content:
    """Return the content that ``pack`` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        header: _Header = json.loads(arrays["header"].tobytes())
        columns = [
            Column(name, numbers=arrays[f"c{i}"])
            if levels is None
            else Column(name, None, arrays[f"c{i}"], levels)
            for i, (name, levels) in enumerate(zip(header["names"], header["levels"], strict=True))
        ]
    return Content(
        columns,
        variable_labels=header["variable_labels"],
        value_labels=header["value_labels"],
        user_missing=header["user_missing"],
        places=header["places"],
        encoding=header["encoding"],
        separator=header["separator"],
        decimal=header["decimal"],
        sheet=header["sheet"],
        remarks=header["remarks"],
    )


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
