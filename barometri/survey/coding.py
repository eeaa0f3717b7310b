"""Variables and designs as integer codes, made once: the pass then only counts and adds."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.errors import DesignError
from barometri.inference.strata import make_strata, single_unit_strata
from barometri.survey.design import EQUAL, CodedDesign, Stage, SurveyDesign, names

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
AnyArray = npt.NDArray[np.generic]
ReadColumn = Callable[[str], AnyArray]
MISSING = -1
SHOWN = 3  # labels named in a message
SPAN, LEAST = 4, 1000  # whole numbers within so many times the rows are counted, not sorted


def factorize(values: AnyArray) -> tuple[IntArray, list[object]]:
    """Return codes 0, 1, ... of sorted distinct values, and the values; missing values get `MISSING`.

    Examples
    --------
    >>> codes, labels = factorize(np.array(["b", "a", "b"], dtype=object))
    >>> codes.tolist(), labels
    ([1, 0, 1], ['a', 'b'])
    """
    codes, labels = narrow_codes(values)
    return codes.astype(np.int64, copy=False), labels


def narrow_codes(values: AnyArray) -> tuple[npt.NDArray[np.signedinteger], list[object]]:
    """Return the codes and values of `factorize`, the codes in as few bytes as hold them.

    Examples
    --------
    >>> codes, labels = narrow_codes(np.array([7, 5, 7]))
    >>> codes, labels
    (array([1, 0, 1], dtype=int8), [5, 7])
    """
    array = np.asarray(values)
    if array.dtype.kind in "iu" and len(array):
        low, high = int(array.min()), int(array.max())
        if high - low < SPAN * max(len(array), LEAST):
            exact = array.astype(np.int64, copy=False)
            codes, present = number_codes(exact - low if low else exact, high - low + 1)
            return codes, (present + low).tolist()
    found, labels = pd.factorize(array, sort=True)
    return found.astype(np.min_scalar_type(-max(len(labels), 1))), np.asarray(labels).tolist()


def number_codes(
    codes: npt.NDArray[np.signedinteger], size: int
) -> tuple[npt.NDArray[np.signedinteger], IntArray]:
    """Return the rank of each code among those that occur, and these, without sorting.

    Examples
    --------
    >>> [part.tolist() for part in number_codes(np.array([4, 0, 4]), 5)]
    [[1, 0, 1], [0, 4]]
    """
    seen = np.zeros(size, dtype=np.bool_)
    seen[codes] = True
    present = np.flatnonzero(seen)
    rank = (np.cumsum(seen, dtype=np.int64) - 1).astype(np.min_scalar_type(-max(len(present), 1)))
    return rank[codes], present


def plain(value: object) -> Hashable:
    """Whole numbers as integers: a column with empty cells holds floats."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (str, int, float)) else str(value)


@dataclass(frozen=True, slots=True)
class _Level:
    """One stage by record: stratum and unit (the stratum when rows are the units); figures of the strata."""

    stratum: IntArray
    unit: IntArray
    owner: IntArray
    units: FloatArray
    fraction: FloatArray
    counts: FloatArray
    rows: bool


def code_design(design: SurveyDesign, read: ReadColumn, size: FloatArray) -> CodedDesign:
    """Turn a design into codes.

    Parameters
    ----------
    design
        The design.
    read
        Gives the values of a design variable by record.
    size
        Number of respondents behind each record, shape (n,): ones for rows, counts for a grouped table.

    Returns
    -------
    CodedDesign
        Weights are those of each of a record's respondents.

    Raises
    ------
    DesignError
        Missing values in design columns, unusable weights or population counts.
    """
    levels = _levels(design, read, size)
    above: FloatArray = np.broadcast_to(1.0, len(size))
    kept: list[tuple[_Level, FloatArray]] = []
    for level in levels:
        if kept and not np.any(above > 0):
            break
        kept.append((level, above))
        above = above * level.fraction[level.stratum] if level.fraction.any() else np.zeros(1)
    group = kept[-1][0].unit
    record = first_rows(group)
    stages = tuple(
        Stage(
            level.unit[record],
            level.owner,
            make_strata(level.units, level.fraction, product[first_rows(level.stratum)]),
            level.counts,
        )
        for level, product in kept
    )
    weight = _weights(design, read, levels, len(size))
    words = _words(design, levels[0], len(kept))
    lonely = _lonely(design, stages, kept[0][0], read)
    return CodedDesign(weight, group, stages, kept[-1][0].rows, words, lonely)


def _levels(design: SurveyDesign, read: ReadColumn, size: FloatArray) -> list[_Level]:
    parent = np.zeros(len(size), dtype=np.int64)
    levels: list[_Level] = []
    clusters = names(design.psu)
    for stage in range(design.stages):
        stratum = _combine(parent, design.stage_strata(stage), read)
        unit = _combine(stratum, clusters[stage : stage + 1], read)
        last = stage + 1 == design.stages
        rows = stage >= len(clusters) or (last and unit.max(initial=-1) + 1 == size.sum())
        if rows:
            unit = stratum
        owner = stratum[first_rows(unit)]
        units = np.bincount(stratum, size if rows else None).astype(np.float64)
        if not rows:
            units = np.bincount(owner).astype(np.float64)
        fraction, counts = _fractions(design, stage, read, stratum, units)
        levels.append(_Level(stratum, unit, owner, units, fraction, counts, rows))
        parent = unit
    return levels


def _combine(parent: IntArray, columns: Sequence[str], read: ReadColumn) -> IntArray:
    """Codes of the combinations of a code and some columns, in sorted order."""
    combined = parent
    for column in columns:
        codes, labels = factorize(read(column))
        if np.any(codes == MISSING):
            raise DesignError(
                f"Design column {column!r}: {int((codes == MISSING).sum())} rows hold no value; every "
                "respondent needs one. Complete the column or leave it out of the design."
            )
        if combined.any():
            codes += combined * max(len(labels), 1)
            codes = factorize(codes)[0]
        combined = codes
    return combined


def first_rows(codes: IntArray) -> IntArray:
    """Position of the first record of each code."""
    position = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.int64)
    position[codes[::-1]] = np.arange(len(codes))[::-1]
    return position


def add_up(codes: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Add values by code, shape (size,).

    Examples
    --------
    >>> add_up(np.array([0, 0, 1]), np.ones(3), 2)
    array([2., 1.])
    """
    return np.bincount(codes, values, minlength=size).astype(np.float64)


def _fractions(
    design: SurveyDesign, stage: int, read: ReadColumn, stratum: IntArray, units: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return sampling fractions and population counts of a stage's strata; infinite without correction."""
    if stage >= len(names(design.fpc)):
        return np.zeros(len(units)), np.full(len(units), np.inf)
    column = names(design.fpc)[stage]
    values = _numbers(read(column), column)
    if not np.all(values > 0) or (design.weight is None and not np.all(np.isfinite(values))):
        raise DesignError(
            f"Design column {column!r} (fpc): every row needs a positive population count or sampling "
            "fraction. Correct the column."
        )
    own = values[first_rows(stratum)]
    if not np.array_equal(own[stratum], values):
        raise DesignError(
            f"Design column {column!r} (fpc) varies within a stratum; every respondent of a stratum needs "
            "the same population count. Correct the column."
        )
    counts = np.where(own > 1, own, units / own)
    if np.any(units > counts * (1 + 1e-9)):
        raise DesignError(
            f"Design column {column!r} (fpc): {int((units > counts).sum())} strata hold more sampled units "
            "than their population count. Correct the population counts."
        )
    return np.where(own > 1, np.minimum(units / counts, 1.0), own), counts


def _numbers(values: AnyArray, column: str) -> FloatArray:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise DesignError(f"Design column {column!r} must hold numbers.") from None


def _weights(design: SurveyDesign, read: ReadColumn, levels: Sequence[_Level], n: int) -> FloatArray:
    if design.weight == EQUAL:
        return np.ones(n)
    if design.weight is None:
        if len(names(design.fpc)) < design.stages:
            raise DesignError("Weights need an fpc for every stage; name the weight column instead.")
        inverse = np.ones(n)
        for level in levels:
            inverse /= level.fraction[level.stratum]
        return inverse
    weights = _numbers(read(design.weight), design.weight)
    wrong = int((~(np.isfinite(weights) & (weights > 0))).sum())
    if wrong:
        raise DesignError(
            f"Weight column {design.weight!r}: {wrong} rows hold a zero, negative, infinite or missing "
            "weight; every weight must be a positive number. Correct the weights."
        )
    return weights


def _words(design: SurveyDesign, first: _Level, stages: int) -> str:
    """Return the design in words."""
    strata = "no strata" if len(first.units) == 1 else f"{len(first.units)} strata"
    units = "elements" if first.rows else f"{len(first.owner)} PSUs"
    weights = {EQUAL: "equal weights", None: "weights N/n"}.get(design.weight, f"weights {design.weight}")
    correction = "FPC" if np.any(first.fraction > 0) else "no FPC"
    more = f" at {stages} stages" if stages > 1 else ""
    single = "" if design.single_psu == "error" else f", single PSUs: {design.single_psu}"
    return f"{strata}, {units}, {weights}, {correction}{more}{single}"


def _lonely(
    design: SurveyDesign, stages: Sequence[Stage], first: _Level, read: ReadColumn
) -> tuple[str, ...]:
    """Names of the strata whose only unit gives no variance."""
    found = single_unit_strata(stages[0].strata)
    rows = first_rows(first.stratum)[found[:SHOWN]]
    columns = [(name, read(name)) for name in design.stage_strata(0)]
    shown = [", ".join(f"{name}={values[row]}" for name, values in columns) or "all" for row in rows]
    if len(found) > len(shown):
        shown.append(f"{len(found) - len(shown)} more")
    later = sum(len(single_unit_strata(stage.strata)) for stage in stages[1:])
    return (*shown, f"{later} in a later stage") if later else tuple(shown)
