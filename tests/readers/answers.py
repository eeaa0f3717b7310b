"""Answers that readers are known to change in silence, through a study: right in the survey, or refused."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from barometri.errors import BarometriError
from barometri.loading import read_surveys
from barometri.study.codes import BLANK, DONT_KNOW, REFUSED
from barometri.study.reading import read_study
from tests.readers.battery import RIGHT, WRONG
from tests.small_study import responses, write_responses, write_study


@dataclass(frozen=True, slots=True)
class Answers:
    """One column with other cells in its first rows, the kind of file, and what must come of it."""

    name: str
    column: str
    cells: tuple[object, ...]
    expected: str
    question: str = ""
    told: tuple[object, ...] = ()
    suffix: str = ".csv"


def _years(name: str, cell: str, expected: str, *told: object) -> Answers:
    return Answers(name, "vuodet", (cell,), expected, "years", told)


ANSWERS = (
    _years("infinity", "inf", "E20"),
    _years("a space among thousands", "1 234", "E20"),
    _years("a no-break space among thousands", "1\u00a0234", "E20"),
    _years("a point among thousands", "1.234", "E20"),
    _years("a minus sign that is no hyphen", "−5", "E23"),
    _years("a minus sign before nothing", "−0", RIGHT, 0.0),
    _years("a power of ten", "1E1", RIGHT, 10.0),
    _years("a decimal comma", "3,5", RIGHT, 3.5),
    Answers("a word for missing", "v1", ("NA",), "E23"),
    Answers("a code with a decimal", "v1", ("5,0",), RIGHT, "well", (5,)),
    Answers("a key with zeros before it", "id", ("00100",), RIGHT, "respondent", ("00100",)),
    Answers("a key like a number", "id", ("1E5",), RIGHT, "respondent", ("1E5",)),
    Answers("a key twice", "id", ("002",), "E22"),
    Answers("a weight without end", "w", ("inf",), "E20"),
    Answers("no weight", "w", ("",), "E30"),
    Answers(
        "SPSS user-missing codes",
        "v1",
        (5.0, 8.0, 9.0, None),
        RIGHT,
        "well",
        (5, DONT_KNOW, REFUSED, BLANK),
        ".sav",
    ),
    Answers("SPSS code without a label", "v1", (3.0,), RIGHT, "well", (3,), ".sav"),
    Answers("SPSS code of no codebook", "v1", (4.0,), "E23", suffix=".sav"),
    Answers("workbook code of no codebook", "v1", (4.0,), "E23", suffix=".xlsx"),
    Answers("Stata code of no codebook", "v1", (4.0,), "E23", suffix=".dta"),
    Answers("Parquet infinity", "vuodet", (float("inf"),), "E20", suffix=".parquet"),
)


def harmonised(case: Answers, folder: Path) -> str:
    """Return what comes of a case in a survey: right, wrong, or the code of its refusal."""
    frame = responses()
    cells = [*case.cells, *frame[case.column].tolist()[len(case.cells) :]]
    kind = object if any(isinstance(cell, str) for cell in cells) else float
    file = f"wave{case.suffix}"
    write_study(folder, file=file, file_format='separator = ";"' if case.suffix == ".csv" else "")
    write_responses(folder / file, frame.assign(**{case.column: pd.Series(cells, dtype=kind)}))
    try:
        found = read_surveys(read_study(folder), data=folder / "data")[2021].frame[case.question or "well"]
    except BarometriError as error:
        return error.code
    return RIGHT if tuple(found[: len(case.told)]) == case.told else WRONG


def answers_id(case: Answers) -> str:
    """Name a case in a list of tests."""
    return case.name
