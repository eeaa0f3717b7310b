"""What was done to the weights after the draw, and replicate weights: descriptions, no numbers of people."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Literal, get_args

from barometri.boundary import guarded_class
from barometri.errors import DesignError, check_option
from barometri.survey.columns import Condition

Method = Literal["poststratify", "rake", "linear", "logit", "raking"]
Residuals = Literal["base", "equal"]
Kind = Literal["jackknife", "brr", "fay", "bootstrap"]
Form = Literal["weights", "multipliers"]
Centre = Literal["replicates", "estimate"]
Correction = Literal["design", "none"]
METHODS: tuple[str, ...] = get_args(Method)
KINDS: tuple[str, ...] = get_args(Kind)
VERBS = {
    "poststratify": "post-stratified by",
    "rake": "raked to",
    "linear": "calibrated (linear) to",
    "logit": "calibrated (logit) to",
    "raking": "calibrated (raking) to",
}


@dataclass(frozen=True, slots=True)
class Term:
    """Known totals of one auxiliary: categories of variables crossed, a number, or the population.

    Parameters
    ----------
    variables
        Variables that are crossed, or one measured variable; none for the number of people.
    keys
        Values of the categories, one a variable; none for a number.
    totals
        Population count of each category, or the one total.
    """

    variables: tuple[str, ...]
    keys: tuple[tuple[Hashable, ...], ...]
    totals: tuple[float, ...]

    def __str__(self) -> str:
        return " × ".join(self.variables) or "population"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights made to reproduce totals.

    Parameters
    ----------
    method
        ``poststratify``, ``rake``, ``linear``, ``logit`` or ``raking``.
    terms
        The totals.
    bounds
        Smallest and largest factor, or none.
    residuals
        Weights of the regression whose residuals carry the variance: ``base`` (those before calibration) or
        ``equal`` (as R's ``rake`` has it).
    members
        Who is calibrated; none for everybody. Others keep their weights.
    """

    method: Method
    terms: tuple[Term, ...]
    bounds: tuple[float, float] | None = None
    residuals: Residuals = "base"
    members: Condition | None = None

    def __post_init__(self) -> None:
        check_option("method", self.method, METHODS)
        check_option("residuals", self.residuals, get_args(Residuals))
        if not self.terms:
            raise DesignError("Calibration needs at least one total.")

    def __str__(self) -> str:
        return f"{VERBS[self.method]} {', '.join(str(term) for term in self.terms)}"

    @property
    def variables(self) -> tuple[str, ...]:
        """Variables of the totals."""
        return tuple(dict.fromkeys(name for term in self.terms for name in term.variables))


@dataclass(frozen=True, slots=True)
class Trimming:
    """Weights cut at limits.

    Parameters
    ----------
    lower, upper
        Limits.
    repeat
        Whether weights that the sharing pushed over a limit are cut again.
    """

    lower: float
    upper: float
    repeat: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.lower < self.upper:
            raise DesignError("Trimming needs limits with 0 <= lower < upper.")

    def __str__(self) -> str:
        if self.lower == 0:
            return f"trimmed at {self.upper:g}"
        return f"trimmed to {self.lower:g}–{self.upper:g}"

    @property
    def variables(self) -> tuple[str, ...]:
        """No variable."""
        return ()


@guarded_class
@dataclass(frozen=True, slots=True)
class Replicates:
    """Replicate weights: columns that came with the file, or a rule that makes them from the design.

    ``variance = scale * sum_r rscales_r (estimate_r - centre)²``.

    Parameters
    ----------
    columns
        Variables of supplied replicate weights; none makes them by ``kind``.
    kind
        ``jackknife``, ``brr`` (balanced half samples), ``fay`` or ``bootstrap``.
    scale
        Common factor; none means that of the kind: ``(R - 1) / R`` of one stratum's jackknife, ``1 / R`` of
        balanced half samples, that over ``(1 - rho)²`` of Fay's, ``1 / (R - 1)`` of the bootstrap.
    rscales
        Factor of each replicate; none means 1.
    form
        Whether columns hold ``weights`` or ``multipliers`` of the weights.
    centre
        Deviations from the mean of the ``replicates``, or from the ``estimate`` itself.
    rho
        Fay's factor, 0 to 1.
    number
        Number of bootstrap replicates.
    seed
        Start of their random numbers.
    fpc
        Whether the finite population correction of the ``design`` is honoured, or ``none``.
    """

    columns: tuple[str, ...] = ()
    kind: Kind = "bootstrap"
    scale: float | None = None
    rscales: tuple[float, ...] | None = None
    form: Form = "weights"
    centre: Centre = "replicates"
    rho: float = 0.0
    number: int = 0
    seed: int = field(default=0, repr=False)
    fpc: Correction = "design"

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("kind", self.kind, KINDS),
            ("form", self.form, get_args(Form)),
            ("centre", self.centre, get_args(Centre)),
            ("fpc", self.fpc, get_args(Correction)),
        ):
            check_option(name, value, allowed)
        object.__setattr__(self, "columns", tuple(self.columns))
        if self.columns and len(self.columns) < 2:  # noqa: PLR2004  (a variance needs two)
            raise DesignError("Replicate weights need at least two columns.")
        if self.columns and self.kind == "jackknife" and self.scale is None and self.rscales is None:
            raise DesignError(
                "Supplied jackknife weights need their scale (one stratum: (R - 1) / R) or their rscales, "
                "which stand in the documentation of the file."
            )
        if self.rscales is not None and self.columns and len(self.rscales) != len(self.columns):
            raise DesignError(
                f"rscales holds {len(self.rscales)} factors for {len(self.columns)} replicate weights."
            )
        if not 0 <= self.rho < 1 or (self.kind == "fay" and self.rho == 0 and not self.columns):
            raise DesignError("Fay's method needs rho of more than 0 and less than 1, for example 0.3.")
        if self.kind == "bootstrap" and not self.columns and self.number < 2:  # noqa: PLR2004
            raise DesignError("The bootstrap needs at least two replicates; 500 or more are usual.")


Adjustment = Calibration | Trimming
