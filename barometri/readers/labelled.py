"""SPSS and Stata files, by pyreadstat: codes as they are, labels and declared missing values beside them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from barometri.errors import FileError
from barometri.readers import portable_look, spss_look, stata_look
from barometri.readers.content import Content, check_names, check_shape, column_of
from barometri.readers.labelled_words import labelled_words
from barometri.readers.text import canonical, composed
from barometri.study.waves import FileFormat

_Meta = Any  # pyreadstat's container has no types
_Range = tuple[float | str, float | str]
_READ: Final = "Save it again from the program that wrote it, or export it as .csv."


def read_spss(path: Path, file_format: FileFormat) -> Content:
    """Read .sav or .zsav, user-missing codes kept as codes."""
    import pyreadstat  # noqa: PLC0415 - loaded only in the child process of a file that needs it

    spss_look.look_through(path)
    return _read(pyreadstat.read_sav, path, file_format, encoding=file_format.encoding, user_missing=True)


def read_stata(path: Path, file_format: FileFormat) -> Content:
    """Read .dta; the tagged missing values are the texts ``.a`` to ``.z``."""
    import pyreadstat  # noqa: PLC0415 - loaded only in the child process of a file that needs it

    stata_look.look_through(path)
    return _read(pyreadstat.read_dta, path, file_format, encoding=file_format.encoding, user_missing=True)


def read_portable(path: Path, file_format: FileFormat) -> Content:
    """Read .por; refused when it declares user-missing values, which would be lost."""
    import pyreadstat  # noqa: PLC0415 - loaded only in the child process of a file that needs it

    portable_look.look_through(path)
    return _read(pyreadstat.read_por, path, file_format)


def _read(reader: Callable[..., Any], path: Path, file_format: FileFormat, **options: object) -> Content:
    del file_format
    import pyreadstat  # noqa: PLC0415 - loaded only in the child process of a file that needs it

    settings = {"output_format": "dict", "disable_datetime_conversion": True, **options}
    try:
        data, meta = reader(str(path), **settings)
    except UnicodeDecodeError:
        raise FileError(
            f"{path.name}: the texts are not in the encoding the file names. Declare its encoding in the "
            "wave's [format].",
            code="E12",
        ) from None
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError):
        raise FileError(f"{path.name}: the file is damaged or cut short. {_READ}", code="E10") from None
    if len(data) != meta.number_columns or len({len(cells) for cells in data.values()}) > 1:
        raise FileError(f"{path.name}: two variables have one name, or one is cut short. {_READ}", code="E10")
    content = _content(data, meta, path.name)
    content.places = labelled_words(path, meta)
    return content


def _content(data: Mapping[str, list[float | str | None]], meta: _Meta, file: str) -> Content:
    names = check_names(list(data), file)
    rows = len(next(iter(data.values()), []))
    check_shape(rows, len(names), file)
    tagged: dict[str, list[str]] = meta.missing_user_values
    columns = []
    for name, (original, cells) in zip(names, data.items(), strict=True):
        tags = {tag: f".{tag}" for tag in tagged.get(original, [])}
        values = (
            [tags.get(cell, cell) if isinstance(cell, str) else cell for cell in cells] if tags else cells
        )
        columns.append(column_of(name, values))
    clean = dict(zip(data, names, strict=True))
    return Content(
        columns,
        variable_labels={
            clean[name]: composed(label)
            for name, label in meta.column_names_to_labels.items()
            if label and name in clean
        },
        value_labels={
            clean[name]: {_key(value, name in tagged): composed(label) for value, label in labels.items()}
            for name, labels in meta.variable_value_labels.items()
            if name in clean
        },
        user_missing=_user_missing(meta, clean),
        encoding=meta.file_encoding or "",
    )


def _key(value: float | str, tagged: bool) -> str:  # noqa: FBT001 - whether letters are Stata's tags
    if tagged and isinstance(value, str) and len(value) == 1:
        return f".{value}"
    return canonical(value)


def _user_missing(meta: _Meta, clean: Mapping[str, str]) -> dict[str, list[_Range]]:
    declared: dict[str, list[_Range]] = {
        clean[name]: [(entry["lo"], entry["hi"]) for entry in ranges]
        for name, ranges in meta.missing_ranges.items()
        if name in clean
    }
    for name, tags in meta.missing_user_values.items():
        declared[clean[name]] = [(f".{tag}", f".{tag}") for tag in tags]
    return declared
