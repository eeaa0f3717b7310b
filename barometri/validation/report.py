"""What validation saw, in counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SinglePsu = Literal["error", "adjust", "average", "certainty"]

WEIGHT = "_weight"
"""Column of the weights in harmonised responses."""
STRATUM = "_stratum"
"""Column of the strata, where thin ones are put together."""


@dataclass(frozen=True, slots=True)
class DesignColumns:
    """The design by column of the harmonised responses; ``weight`` is ``equal`` without information."""

    weight: str = "equal"
    stratum: tuple[str, ...] = ()
    psu: tuple[str, ...] = ()
    fpc: tuple[str, ...] = ()
    single_psu: SinglePsu = "error"


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """Counts of one wave: no answer and no row.

    ``missing`` is question -> reason -> respondents; ``texts`` question -> non-empty texts that were counted
    and dropped. ``notes`` say what the design lacks, ``warnings`` what somebody should look at.
    """

    file: str
    wave: int
    n: int
    missing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    texts: Mapping[str, int] = field(default_factory=dict)
    weight_ratio: float | None = None
    design: DesignColumns = DesignColumns()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
