"""Adjusted weights as codes: calibrations by pattern, groups as fine as variances need them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from barometri.errors import DesignError
from barometri.inference.calibration import trimmed
from barometri.inference.residuals import Auxiliary, AuxiliaryStep
from barometri.survey.adjustments import Adjustment, Calibration, Trimming
from barometri.survey.backends import ArrayReader
from barometri.survey.coding import add_up, factorize, first_rows
from barometri.survey.design import CodedDesign, SurveyDesign
from barometri.survey.patterns import Patterns, make_patterns
from barometri.survey.replicating import Step, replicate

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
PRECISE = 2.0**40  # ratios closer than this are one
APART = 1e-6  # margins may differ by this


def adjust(design: SurveyDesign, drawn: CodedDesign, reader: ArrayReader) -> CodedDesign:
    """Apply the adjustments of a design to its weights, and make its replicates.

    Parameters
    ----------
    design
        The design.
    drawn
        The same as codes, with the weights of the draw.
    reader
        The responses in memory.

    Returns
    -------
    CodedDesign
        Final weights; its groups share their auxiliary values and the ratios of their weights.

    Raises
    ------
    DesignError
        Totals that cannot be reached, rows without an auxiliary value, unusable replicate weights.
    """
    steps: list[Step] = []
    weight = drawn.weight
    for adjustment in design.adjustments:
        steps.append(_step(adjustment, weight, reader))
        weight = steps[-1].after
    if np.any(weight == 0):
        raise DesignError(
            f"{int((weight == 0).sum())} respondents get weight 0 by {design.adjustments[-1]}; give bounds "
            "above 0 or other totals."
        )
    words = ", ".join([drawn.words, *(str(adjustment) for adjustment in design.adjustments)])
    coded = _refine(replace(drawn, weight=weight, words=words), steps, rows=_needs_rows(design, drawn))
    if design.replicates is None:
        return coded
    return replicate(design.replicates, design, coded, steps, reader)


def _needs_rows(design: SurveyDesign, drawn: CodedDesign) -> bool:
    """Whether respondents themselves are replicated."""
    if design.replicates is None:
        return False
    return bool(design.replicates.columns) or (drawn.elements and len(drawn.stages) == 1)


def _step(adjustment: Adjustment, weight: FloatArray, reader: ArrayReader) -> Step:
    if isinstance(adjustment, Trimming):
        after = trimmed(weight, adjustment.lower, adjustment.upper, repeat=adjustment.repeat)
        return Step(adjustment, None, weight, after)
    patterns = make_patterns(adjustment, reader, len(weight))
    sums = add_up(patterns.code, weight, len(patterns.x))
    _check(adjustment, patterns, sums)
    fitted = patterns.fit(adjustment, sums[None, :])
    if not np.all(np.isfinite(fitted.factors)):
        raise DesignError(
            f"The weights cannot be {adjustment}: the nearest solution misses a total by "
            f"{fitted.error[0]:.2g} of its size. Widen the bounds, use fewer totals, or correct them."
        )
    return Step(adjustment, patterns, weight, weight * fitted.factors[0][patterns.code])


def _check(calibration: Calibration, patterns: Patterns, sums: FloatArray) -> None:
    """Refuse totals that contradict each other or the responses."""
    categories = [term for term in calibration.terms if term.keys]
    for term, codes, counts in zip(categories, patterns.margins, patterns.counts, strict=True):
        held = np.bincount(codes + 1, sums, minlength=len(counts) + 1)[1:]
        empty = [key for key, own in zip(term.keys, held, strict=True) if own == 0]
        if empty:
            shown = ", ".join(" × ".join(str(value) for value in key) for key in empty[:3])
            raise DesignError(
                f"{term}: {len(empty)} categories with a population count have no respondent ({shown}). "
                "Join them with a neighbour in the data and in the counts."
            )
    sizes = [float(counts.sum()) for counts in patterns.counts]
    if sizes and max(sizes) - min(sizes) > APART * max(sizes):
        raise DesignError(
            f"The counts of {', '.join(str(term) for term in categories)} add up to "
            f"{', '.join(f'{size:g}' for size in sizes)}; one population has one sum. Correct them."
        )


def _refine(coded: CodedDesign, steps: Sequence[Step], *, rows: bool) -> CodedDesign:
    """Split groups until all rows of one share auxiliary patterns and ratios of weights."""
    n = len(coded.weight)
    keys: list[npt.NDArray[np.generic]] = [np.arange(n)] if rows else []
    for step in steps:
        if step.patterns is not None and not rows:
            keys.append(step.patterns.code)
        if not rows:
            keys.extend((_rounded(_base(step) / coded.weight), _rounded(step.after / step.before)))
    group = coded.group
    for key in keys:
        codes, labels = factorize(key)
        group = factorize(group * len(labels) + codes)[0]
    first = first_rows(group)
    stages = tuple(replace(stage, unit=stage.unit[coded.group[first]]) for stage in coded.stages)
    refined = replace(coded, group=group, stages=stages)
    calibrated = [
        AuxiliaryStep(
            step.patterns.code[first],
            step.patterns.x,
            (_base(step) / coded.weight)[first],
            step.patterns.margins if _is_equal(step) else (),
        )
        for step in steps
        if step.patterns is not None
    ]
    if not calibrated:
        return refined
    sums = add_up(group, coded.weight, len(first))
    squares = add_up(group, coded.weight**2, len(first))
    return replace(refined, auxiliary=Auxiliary(tuple(calibrated), sums, squares))


def _base(step: Step) -> FloatArray:
    """Return the weights of the regression that the residuals come from."""
    return np.ones_like(step.before) if _is_equal(step) else step.before


def _is_equal(step: Step) -> bool:
    return isinstance(step.adjustment, Calibration) and step.adjustment.residuals == "equal"


def _rounded(ratio: FloatArray) -> FloatArray:
    """Return ratios without their last bits, so that equal ones are found equal."""
    part, power = np.frexp(ratio)
    return np.asarray(np.ldexp(np.round(part * PRECISE), power), dtype=np.float64)
