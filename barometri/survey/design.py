"""The sampling design: how respondents were drawn, and the same as integer codes for the one pass."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from barometri.boundary import guarded_class
from barometri.errors import DesignError, check_option
from barometri.inference.linearization import degrees_of_freedom
from barometri.inference.replicates import Replication
from barometri.inference.residuals import Auxiliary
from barometri.inference.strata import SINGLE_PSU, SinglePsu, Strata
from barometri.survey.adjustments import Adjustment, Replicates

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Names = str | tuple[str, ...] | None
EQUAL = "equal"


@guarded_class
@dataclass(frozen=True, slots=True)
class SurveyDesign:
    """How respondents were drawn.

    Parameters
    ----------
    weight
        Variable of the sampling weights; ``"equal"`` gives everybody 1. Without it weights are N/n from
        ``fpc``, multiplied over the stages.
    stratum
        Variable of the strata. Several names are crossed; with several stages they name one
        variable a stage.
    psu
        Variable of the primary sampling units, a tuple for several stages; without it people were drawn
        directly. Labels count within their stratum, those of later stages within their unit.
    fpc
        Variable with the population count of the stratum (units of the stage), or the sampling fraction if
        at most 1; a tuple for several stages. Without it no finite population correction.
    single_psu
        What to do with a stratum of one unit: ``error``, ``adjust`` (centre at the grand mean), ``average``
        (mean variance of the others) or ``certainty`` (no variance).
    replicates
        Replicate weights of the file, or the rule that makes them; variances then come from them.
    adjustments
        What was done to the weights since, in order, as the verbs of weighting write it.

    Examples
    --------
    >>> SurveyDesign(weight="pw", stratum="stype", fpc="fpc").columns
    ('pw', 'stype', 'fpc')
    """

    weight: str | None = None
    stratum: Names = None
    psu: Names = None
    fpc: Names = None
    single_psu: SinglePsu = "error"
    replicates: Replicates | None = None
    adjustments: tuple[Adjustment, ...] = ()

    def __post_init__(self) -> None:
        check_option("single_psu", self.single_psu, SINGLE_PSU)
        if self.weight is None and self.fpc is None:
            raise DesignError(
                'The design has neither weight nor fpc: name the weight column, or say weight="equal".'
            )
        if len(names(self.fpc)) > len(names(self.psu)) + 1:
            raise DesignError("fpc names more stages than psu has; give one name a stage, people last.")
        if self.stages > 1 and len(names(self.stratum)) > self.stages:
            raise DesignError("stratum names more stages than psu and fpc have; give one name a stage.")

    @property
    def stages(self) -> int:
        """Number of sampling stages that the design describes."""
        return max(1, len(names(self.psu)), len(names(self.fpc)))

    @property
    def columns(self) -> tuple[str, ...]:
        """Variables that the design needs."""
        weight = () if self.weight in (None, EQUAL) else names(self.weight)
        supplied = () if self.replicates is None else self.replicates.columns
        known = [name for adjustment in self.adjustments for name in adjustment.variables]
        return tuple(
            dict.fromkeys(
                (*weight, *names(self.stratum), *names(self.psu), *names(self.fpc), *supplied, *known)
            )
        )

    @property
    def is_plain(self) -> bool:
        """Whether weights are those of the draw, and variances linearised."""
        return self.replicates is None and not self.adjustments

    def stage_strata(self, stage: int) -> tuple[str, ...]:
        """Return the variables that stratify one stage."""
        found = names(self.stratum)
        return found if self.stages == 1 else found[stage : stage + 1]


def names(value: Names) -> tuple[str, ...]:
    """Return one name or several as a tuple."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a coded design.

    Parameters
    ----------
    unit
        Unit of this stage that each group belongs to, shape (G,).
    stratum
        Stratum of each unit, shape (P,).
    strata
        The stage's strata.
    counts
        Population counts of the strata (units), shape (H,); infinite without correction.
    """

    unit: IntArray
    stratum: IntArray
    strata: Strata
    counts: FloatArray


@dataclass(frozen=True, slots=True, repr=False)
class CodedDesign:
    """A design as integers.

    Parameters
    ----------
    weight
        Weights of the rows, shape (n,).
    group
        Group of each row, shape (n,): the last stage's unit, or its stratum when rows are the units; finer
        where calibrated or replicate weights need it.
    stages
        Stages that carry variance, the first one first.
    elements
        Whether rows are the units of the last stage.
    words
        The design in words.
    lonely
        Names of strata with a single unit.
    auxiliary
        The auxiliary model of calibrated weights.
    replication
        Replicates of the weights.
    """

    weight: FloatArray
    group: IntArray
    stages: tuple[Stage, ...]
    elements: bool
    words: str
    lonely: tuple[str, ...]
    auxiliary: Auxiliary | None = None
    replication: Replication | None = None

    @property
    def variance(self) -> str:
        """Name of the rule of variances, as results state it."""
        return "taylor" if self.replication is None else self.replication.kind

    @property
    def is_census(self) -> bool:
        """Whether every unit of every stage was drawn, so that nothing is uncertain."""
        return self.replication is None and all(bool((s.strata.fraction >= 1).all()) for s in self.stages)

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(self.stages[-1].unit)

    @property
    def degrees_of_freedom(self) -> float:
        """First-stage units minus strata, or that of the replicates."""
        if self.replication is not None:
            return self.replication.df
        return float(degrees_of_freedom(self.stages[0].strata.units))
