"""Replicate weights of a coded design: supplied, or made from its units, and calibrated anew in each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from barometri.errors import DesignError
from barometri.inference.linearization import degrees_of_freedom
from barometri.inference.replicates import Replication, supplied_rank
from barometri.inference.replication import (
    Scheme,
    balanced,
    bootstrap,
    jackknife,
    jackknife_scales,
)
from barometri.inference.strata import SinglePsu, Strata, make_strata
from barometri.survey.adjustments import Adjustment, Calibration, Replicates
from barometri.survey.backends import ArrayReader
from barometri.survey.coding import add_up, first_rows
from barometri.survey.design import CodedDesign, SurveyDesign
from barometri.survey.patterns import Patterns

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
LARGEST = 2**27  # multipliers that are kept in memory: one gigabyte
BLOCK = 2**20  # replicate weights that are adjusted at a time


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One adjustment by row: weights before and after, shape (n,), and its patterns if it calibrates."""

    adjustment: Adjustment
    patterns: Patterns | None
    before: FloatArray
    after: FloatArray


def replicate(
    spec: Replicates, design: SurveyDesign, coded: CodedDesign, steps: Sequence[Step], reader: ArrayReader
) -> CodedDesign:
    """Give a coded design its replicates.

    Parameters
    ----------
    spec
        Columns or rule.
    design
        The design; for strata of one unit replicates know ``error`` and ``certainty``.
    coded
        The design with final weights; its groups are rows where rows are replicated.
    steps
        Adjustments of the weights, repeated in every replicate.
    reader
        The responses in memory.

    Returns
    -------
    CodedDesign
        With `Replication` and its words.

    Raises
    ------
    DesignError
        Unusable columns, or a design that the rule does not fit.
    """
    drawn = steps[0].before if steps else coded.weight
    if spec.columns:
        scheme, unit = _supplied(spec, coded, drawn, reader), np.arange(coded.groups)
        stratum, strata = np.zeros(coded.groups, dtype=np.int64), make_strata([coded.groups])
    else:
        unit, stratum, strata = _units(spec, design.single_psu, coded)
        if spec.kind == "jackknife" and not steps:
            scheme = Scheme(np.zeros((0, 0)), *jackknife_scales(stratum, strata))
            return _finish(spec, coded, scheme, (unit, stratum, strata), shortcut=True)
        scheme = _made(spec, stratum, strata)
    if steps:
        multipliers = _readjusted(scheme, unit, coded, steps, drawn)
        scheme, stratum = replace(scheme, multipliers=multipliers), stratum[unit]
        unit = np.arange(coded.groups)
    return _finish(spec, coded, scheme, (unit, stratum, strata), shortcut=False)


def _units(spec: Replicates, single_psu: SinglePsu, coded: CodedDesign) -> tuple[IntArray, IntArray, Strata]:
    """Return the unit of each group, and the stratum of each unit, of the first stage."""
    if single_psu in ("adjust", "average"):
        raise DesignError(
            f"Replicates cannot follow single_psu={single_psu!r}; collapse strata of one unit, or choose "
            '"certainty".'
        )
    first = coded.stages[0]
    corrected = spec.fpc == "design" and len(coded.stages) == 1
    fraction = first.strata.fraction if corrected else np.zeros_like(first.strata.fraction)
    strata = make_strata(first.strata.units, fraction)
    if coded.elements and len(coded.stages) == 1:
        return np.arange(coded.groups), first.stratum[first.unit], strata
    return first.unit, first.stratum, strata


def _made(spec: Replicates, stratum: IntArray, strata: Strata) -> Scheme:
    """Make multipliers by the rule."""
    size = {"jackknife": len(stratum), "bootstrap": spec.number}.get(spec.kind, 2 * len(strata.units))
    _check_size(len(stratum), size)
    if spec.kind == "jackknife":
        return jackknife(stratum, strata)
    if spec.kind == "bootstrap":
        generator = np.random.default_rng(spec.seed)
        return bootstrap(stratum, strata, replicates=spec.number, generator=generator)
    if np.any(strata.fraction > 0):
        raise DesignError('Balanced half samples know no finite population correction; say fpc="none".')
    return balanced(stratum, strata, rho=spec.rho if spec.kind == "fay" else 0.0)


def _check_size(units: int, replicates: int) -> None:
    if units * replicates > LARGEST:
        raise DesignError(
            f"{replicates} replicates of {units} units do not fit into memory. Use fewer replicates, or "
            "linearised variances (no replicates), which cost nothing here."
        )


def _supplied(spec: Replicates, coded: CodedDesign, drawn: FloatArray, reader: ArrayReader) -> Scheme:
    """Read the columns as multipliers of the weights of the draw, by group (one row each)."""
    size = len(spec.columns)
    multipliers = np.empty((coded.groups, size))
    for place, name in enumerate(spec.columns):
        try:
            values = np.asarray(reader.read(name), dtype=np.float64)
        except (TypeError, ValueError):
            raise DesignError(f"Replicate weights {name!r} must hold numbers.") from None
        wrong = int((~(np.isfinite(values) & (values >= 0))).sum())
        if wrong:
            raise DesignError(
                f"Replicate weights {name!r}: {wrong} rows hold a negative, infinite or missing weight. "
                "Correct the weights."
            )
        multipliers[coded.group, place] = values / drawn if spec.form == "weights" else values
    scale = {
        "jackknife": 1.0,
        "brr": 1 / size,
        "fay": 1 / (size * (1 - spec.rho) ** 2),
        "bootstrap": 1 / (size - 1),
    }[spec.kind]
    return Scheme(multipliers, scale, np.ones(size))


def _readjusted(
    scheme: Scheme, unit: IntArray, coded: CodedDesign, steps: Sequence[Step], drawn: FloatArray
) -> FloatArray:
    """Repeat all adjustments in every replicate; return replicate over final weights by group, (G, R)."""
    replicates = scheme.multipliers.shape[1]
    _check_size(coded.groups, replicates)
    first = first_rows(coded.group)
    base = add_up(coded.group, drawn, coded.groups)
    final = add_up(coded.group, coded.weight, coded.groups)
    result = np.empty((coded.groups, replicates))
    block = max(1, BLOCK // coded.groups)
    for start in range(0, replicates, block):
        weights = scheme.multipliers[unit, start : start + block].T * base
        for step in steps:
            weights *= _factors(step, weights, first)
        result[:, start : start + block] = (weights / final).T
    return result


def _factors(step: Step, weights: FloatArray, first: IntArray) -> FloatArray:
    """Return what an adjustment does to replicate weights by group, (B, G): limits cut as in the sample."""
    if not isinstance(step.adjustment, Calibration) or step.patterns is None:
        return np.asarray((step.after / step.before)[first])
    pattern = step.patterns.code[first]
    size = len(step.patterns.x)
    sums = np.stack([add_up(pattern, own, size) for own in weights])
    return np.asarray(step.patterns.fit(step.adjustment, sums).factors[:, pattern])


def _finish(
    spec: Replicates,
    coded: CodedDesign,
    scheme: Scheme,
    units: tuple[IntArray, IntArray, Strata],
    *,
    shortcut: bool,
) -> CodedDesign:
    unit, stratum, strata = units
    scale = scheme.scale if spec.scale is None else spec.scale
    rscales = scheme.rscales if spec.rscales is None else np.asarray(spec.rscales, dtype=np.float64)
    count = len(rscales)
    if spec.columns:
        df = float(supplied_rank(scheme.multipliers) - 1)
    else:
        df = float(min(count - 1, float(degrees_of_freedom(strata.units))))
    made = "" if spec.columns else " made of the units"
    name = {"brr": "balanced", "fay": f"Fay {spec.rho:g}"}.get(spec.kind, spec.kind)
    corrected = not spec.columns and np.any(coded.stages[0].strata.fraction > 0)
    left_out = " without FPC" if corrected and not np.any(strata.fraction > 0) else ""
    words = f"{coded.words}, {count} {name} replicates{made}{left_out}"
    multipliers = None if shortcut else scheme.multipliers
    replication = Replication(spec.kind, unit, multipliers, stratum, strata, scale, rscales, spec.centre, df)
    return replace(coded, words=words, replication=replication)
