"""Charts as files: the same chart gives the same bytes, on any day and machine."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from matplotlib.figure import Figure

from barometri.errors import OutputError, check_option
from barometri.escaping import frame_csv
from barometri.figures.style import style

if TYPE_CHECKING:
    from barometri.figures.chart import Chart

Format = Literal["svg", "pdf", "png", "csv"]
FORMATS: Final[tuple[Format, ...]] = ("svg", "pdf", "png", "csv")
DOTS_PER_INCH: Final = 200

# No dates and no software names: bytes depend on the drawing alone.
_NOTHING: Final[dict[str, dict[str, str | None]]] = {
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}

_ENCODING: Final[dict[str, dict[str, Any]]] = {"png": {"pil_kwargs": {"compress_level": 3}}}
"""Flat colours pack as small at level 3 as at 6, in two thirds of the time."""


def drawn(figure: Figure, form: str) -> bytes:
    """Return the bytes of a figure as ``svg``, ``pdf`` or ``png``."""
    check_option("format", form, _NOTHING)
    stream = io.BytesIO()
    with style():
        figure.savefig(
            stream,
            format=form,
            metadata=_NOTHING[form],
            dpi=72 if form == "svg" else DOTS_PER_INCH,
            **_ENCODING.get(form, {}),
        )
    return stream.getvalue()


def content(chart: "Chart", form: str) -> bytes:
    """Return the bytes of a chart's file."""
    check_option("format", form, FORMATS)
    if form == "csv":
        return frame_csv(chart.data).encode("utf-8-sig")
    if form == "svg":
        return f'<?xml version="1.0" encoding="utf-8"?>\n{chart.svg(size=True)}'.encode()
    return drawn(chart.figure, form)


def save(chart: "Chart", folder: str | Path, formats: Sequence[str] = FORMATS) -> tuple[Path, ...]:
    """Write a chart's files, named by its id.

    Parameters
    ----------
    chart
        The chart.
    folder
        Where to write; made when absent.
    formats
        Any of ``svg``, ``pdf``, ``png`` (the wide drawing) and ``csv`` (what was drawn).

    Returns
    -------
    tuple of Path
        The files, in the order of ``formats``.

    Raises
    ------
    OptionError
        When a format is unknown; nothing is written then.
    OutputError
        When a file cannot be written.
    """
    for form in formats:
        check_option("format", form, FORMATS)
    target = Path(folder)
    paths = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for form in formats:
            path = target / f"{chart.id}.{form}"
            path.write_bytes(content(chart, form))
            paths.append(path)
    except OSError as error:
        message = (
            f"{target}: cannot write figure {chart.id} ({error.strerror}); choose a folder you may write."
        )
        raise OutputError(message) from None
    return tuple(paths)
