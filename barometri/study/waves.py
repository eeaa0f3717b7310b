"""One wave of a study: where its responses are and how they differ from the codebook."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from barometri.study.codebook import Labels

Status = Literal["same", "similar", "different"]
FEWEST_IN_CELL: Final = 10
"""Fewest respondents from whom a cell of the frame takes a response rate of its own."""
LARGEST_RATIO: Final = 5
"""Largest weight over the median; weights above it are trimmed."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How a file was written; ``None`` where the kind of file says it itself.

    ``rows`` is the number of respondents that the delivery was said to hold: a file cut short is then seen.
    """

    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Comparability of a question, or of one of its codes, with the study's other waves.

    Without ``code`` the whole question is meant. ``counterpart`` is the code id of the study's latest wave
    that this code is compared with (a group asked under another name, a district of another division).
    ``similar`` carries a mark in every trend, ``different`` draws no line and makes no claim of change.
    """

    question: str
    status: Status
    code: str = ""
    counterpart: str = ""
    note: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FrameCount:
    """Number of people ``count`` in the frame for one stratum, given by variable -> code id."""

    stratum: Mapping[str, str]
    count: int


@dataclass(frozen=True, slots=True)
class WaveDesign:
    """Design columns of the wave by harmonised variable name; all optional.

    Without ``weight`` but with a frame, weights are N_h / r_h by ``stratum``. Without either the report
    says "no design information" beside every interval.
    """

    weight: str = ""
    stratum: tuple[str, ...] = ()
    psu: tuple[str, ...] = ()
    fpc: tuple[str, ...] = ()
    single_psu: Literal["error", "adjust", "average", "certainty"] = "error"


@dataclass(frozen=True, slots=True)
class Wave:
    """One year's survey.

    ``columns`` maps question id to the column name in the file (all columns that are read);
    ``recodes`` maps question id to {value in the file as text: codebook value};
    ``routing`` maps question id to the group ids asked (absent = everybody asked);
    ``labels`` overrides code labels: question id -> code id -> Labels;
    ``roles`` overrides the study's roles in this wave (area -> another question);
    ``ignored`` names columns of the file that are deliberately not read.
    """

    year: int
    file: str
    columns: Mapping[str, str]
    format: FileFormat = FileFormat()
    recodes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    routing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, Labels]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    design: WaveDesign = WaveDesign()
    frame: tuple[FrameCount, ...] = ()
    collapse: tuple[tuple[str, ...], ...] = ()
    census_invited: tuple[str, ...] = ()
    equivalence: tuple[Equivalence, ...] = ()
    ignored: tuple[str, ...] = ()
    field_days: str = ""
    mode: Labels = field(default_factory=dict)
    note: Labels = field(default_factory=dict)

    def asked(self, question: str) -> bool:
        """Whether the wave's file holds the question."""
        return question in self.columns
