"""Writes one language of the publication into a folder."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from barometri.errors import check_option
from barometri.report.document import FigureBlock, Report
from barometri.report.excel import write_workbook
from barometri.report.html import render

PAGE: Final = "html"
WORKBOOK: Final = "xlsx"
FIGURES: Final = ("svg", "png", "pdf", "csv")
FORMATS: Final = (PAGE, WORKBOOK, *FIGURES)
"""Every format of a report; figure files are those of the wide drawings, and the numbers drawn."""


def write(report: Report, folder: Path, *, formats: Iterable[str] = FORMATS) -> tuple[Path, ...]:
    """Write a report in the formats asked for.

    Parameters
    ----------
    report
        The publication in one language.
    folder
        Folder of the language; made when absent.
    formats
        Any of ``html``, ``xlsx``, ``svg``, ``png``, ``pdf``, ``csv``.

    Returns
    -------
    tuple of pathlib.Path
        The page, the workbook and the folder of figures, as far as they were written.

    Raises
    ------
    OptionError
        When a format is unknown.
    """
    wanted = [check_option("format", form, FORMATS) for form in formats]
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    if PAGE in wanted:
        written.append(folder / "index.html")
        written[-1].write_text(render(report), encoding="utf-8", newline="\n")
    if WORKBOOK in wanted:
        written.append(folder / f"{report.id}.xlsx")
        write_workbook(report, written[-1])
    return (*written, *_figures(report, folder / "figures", [form for form in FIGURES if form in wanted]))


def _figures(report: Report, folder: Path, formats: Sequence[str]) -> tuple[Path, ...]:
    charts = [
        block.chart
        for section in report.sections
        for block in section.blocks
        if isinstance(block, FigureBlock)
    ]
    if not formats or not charts:
        return ()
    for chart in charts:
        chart.save(folder, formats)
    return (folder,)
