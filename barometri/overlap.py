"""Waves that partly asked the same people: estimates with the covariance between the waves.

Independent waves are the special case of no links. Where the same people answered twice, errors of the two
waves go together and a change is known better; how much better follows from the respondents' keys.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometri.errors import OptionError, check_option
from barometri.estimates import VALUE_COLUMNS, Estimates
from barometri.estimation import contrast, mean, proportion
from barometri.estimation.cells import make_cells
from barometri.estimation.numeric import cell_of_rows, numeric_values
from barometri.inference.overlap import OverlapCovariance, overlap_covariance
from barometri.survey import Survey
from barometri.survey.design import names

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Statistic = Literal["proportion", "mean"]
Items = str | Sequence[str]
INDEPENDENT = "waves taken as independent"


@dataclass(frozen=True, slots=True, repr=False)
class _Wave:
    """One wave: its survey, its estimates, and their linearised values times weights, shape (n, m)."""

    year: int
    survey: Survey
    estimates: Estimates
    influence: FloatArray


def overlapping_waves(
    surveys: Mapping[int, Survey],
    items: Items,
    *,
    key: str | None = None,
    by: Items | None = None,
    statistic: Statistic = "proportion",
    level: float = 0.95,
) -> Estimates:
    """Estimate items in every wave, with the covariance of waves that some people answered both of.

    The covariance is that of two simple random samples of each stratum's frame, given how many people are in
    both (`barometri.inference.overlap`; of two frame counts the larger holds); without finite population
    correction that of repeated measurements. It needs people drawn directly from the same strata, weights as
    drawn, and a key of each respondent. Otherwise the waves are taken as independent, and ``design`` says
    so: errors of changes are then too long where people answered twice (too short only if those of one wave
    were kept out of the other).

    Parameters
    ----------
    surveys
        Wave to survey, in memory.
    items
        Variables that every wave has.
    key
        Variable that names a respondent in every wave; none where respondents cannot be linked.
    by
        Variables whose codes make cells.
    statistic
        ``proportion`` of the favourable codes, or ``mean``.
    level
        Confidence level, 0 to 1.

    Returns
    -------
    Estimates
        Keys ``wave``, ``item`` where listed, then ``by``; `contrast` or `overlapping_change` make changes.

    Raises
    ------
    OptionError
        Fewer than two waves, an unknown variable or word, or a key that names two respondents of a wave.
    DesignError
        A design gives no variance.

    Examples
    --------
    >>> from barometri.survey import SurveyDesign
    >>> people = pd.DataFrame({"id": list("abcd"), "x": [1.0, 2.0, 4.0, 5.0]})
    >>> wave = Survey(people, SurveyDesign(weight="equal"))
    >>> found = overlapping_waves({2019: wave, 2021: wave}, "x", key="id", statistic="mean")
    >>> contrast(found, {"change": [-1, 1]}).frame["se"].tolist()
    [0.0]
    """
    check_option("statistic", statistic, get_args(Statistic))
    if len(surveys) < 2:  # noqa: PLR2004 - a change is between two
        raise OptionError("overlapping_waves needs at least two waves.")
    waves = [
        _estimated(year, surveys[year], items, by=by, statistic=statistic, level=level)
        for year in sorted(surveys)
    ]
    sizes = [len(wave.estimates) for wave in waves]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    covariance = np.zeros((starts[-1], starts[-1]))
    words = []
    for place, wave in enumerate(waves):
        own = slice(starts[place], starts[place + 1])
        covariance[own, own] = wave.estimates.covariance
    for one, other in combinations(range(len(waves)), 2):
        found, told = _between(waves[one], waves[other], key)
        words.append(f"{waves[one].year} and {waves[other].year}: {told}")
        if found is not None:
            rows, columns = slice(starts[one], starts[one + 1]), slice(starts[other], starts[other + 1])
            covariance[rows, columns] = found.covariance
            covariance[columns, rows] = found.covariance.T
    return _stacked(waves, covariance, words)


def overlapping_change(
    surveys: Mapping[int, Survey],
    items: Items,
    *,
    key: str | None = None,
    by: Items | None = None,
    statistic: Statistic = "proportion",
    level: float = 0.95,
) -> Estimates:
    """Estimate the change of items from each wave to the next, as `overlapping_waves` estimates the waves.

    Parameters
    ----------
    surveys, items, key, by, statistic, level
        As in `overlapping_waves`.

    Returns
    -------
    Estimates
        Keys ``contrast`` (for instance ``2021 - 2019``), ``item`` where listed, then ``by``; cells that a
        wave lacks have no row.

    Raises
    ------
    OptionError
        As `overlapping_waves`, or no cell is in two waves.
    DesignError
        A design gives no variance.

    Examples
    --------
    >>> from barometri.survey import SurveyDesign
    >>> waves = {
    ...     year: Survey(pd.DataFrame({"x": [1.0, 0.0, z, 0.0]}), SurveyDesign(weight="equal"))
    ...     for year, z in ((2019, 0.0), (2021, 1.0))
    ... }
    >>> overlapping_change(waves, "x").frame[["contrast", "estimate"]]
          contrast  estimate
    0  2021 - 2019      0.25
    """
    levels = overlapping_waves(surveys, items, key=key, by=by, statistic=statistic, level=level)
    frame = levels.frame
    rest = [name for name in levels.keys if name != "wave"]
    rows: dict[tuple[int, tuple[Hashable, ...]], int] = {}
    for row, values in enumerate(frame[["wave", *rest]].itertuples(index=False, name=None)):
        rows[int(values[0]), tuple(values[1:])] = row
    years = sorted({year for year, _ in rows})
    cells = list(dict.fromkeys(cell for _, cell in rows))
    labels: list[tuple[Hashable, ...]] = []
    weights: dict[str, FloatArray] = {}
    for before, after in pairwise(years):
        for cell in cells:
            if (before, cell) in rows and (after, cell) in rows:
                weight = np.zeros(len(frame))
                weight[rows[after, cell]], weight[rows[before, cell]] = 1.0, -1.0
                weights[str(len(labels))] = weight
                labels.append((f"{after} - {before}", *cell))
    if not labels:
        raise OptionError("No cell is in two waves that follow each other.")
    found = contrast(levels, {name: list(weight) for name, weight in weights.items()}, level=level)
    keys = pd.DataFrame(labels, columns=["contrast", *rest])
    return replace(found, frame=keys.join(found.frame[list(VALUE_COLUMNS)]), by=levels.by)


def _estimated(
    year: int, survey: Survey, items: Items, *, by: Items | None, statistic: Statistic, level: float
) -> _Wave:
    """Estimate one wave, and linearise: ``w (y - estimate) / sum w`` in the cell, 0 outside."""
    estimates = (mean if statistic == "mean" else proportion)(survey, items, by=by, level=level)
    listed = (items,) if isinstance(items, str) else tuple(items)
    if "category" in estimates.frame:
        raise OptionError("An item has no favourable codes to take a share of; choose statistic='mean'.")
    cells = make_cells(survey, by, margins=False)
    cell, weight = cell_of_rows(survey, cells), survey.coded.weight
    columns: list[FloatArray] = []
    values = estimates.frame["estimate"].to_numpy(dtype=np.float64)
    for item in listed:
        y = _favourable(survey, item) if statistic == "proportion" else numeric_values(survey, item)
        for place in range(len(cells.keys)):
            inside = (cell == place) & ~np.isnan(y)
            size = weight[inside].sum()
            z = weight * (y - values[len(columns)]) / (size if size > 0 else np.nan)
            columns.append(np.where(inside, z, 0.0))
    return _Wave(year, survey, estimates, np.stack(columns, axis=1))


def _favourable(survey: Survey, item: str) -> FloatArray:
    """Return 1 for the favourable codes (the codebook's, or an indicator's 1), 0 for others, else NaN."""
    values = numeric_values(survey, item)
    question = survey.question(item)
    good = list(question.good) if question is not None and question.good else [1]
    return np.where(np.isnan(values), np.nan, np.isin(values, good) * 1.0)


def _between(first: _Wave, second: _Wave, key: str | None) -> tuple[OverlapCovariance | None, str]:
    """Covariance of two waves and the words for it; none where the waves are taken as independent."""
    why = _unlinked(first, second, key)
    if why or key is None:
        return None, f"{INDEPENDENT}, {why}"
    one, other = (_strata(wave.survey) for wave in (first, second))
    every = sorted({*one[1], *other[1]})
    place = {label: number for number, label in enumerate(every)}
    numbered = tuple(np.array([place[label] for label in own])[codes] for codes, own, _ in (one, other))
    population = np.full(len(every), -np.inf)
    for _, labels, counts in (one, other):
        at = [place[label] for label in labels]
        population[at] = np.maximum(population[at], counts)
    pairs = _pairs(first, second, key)
    found = overlap_covariance(
        first.influence,
        second.influence,
        strata=(numbered[0], numbered[1]),
        pairs=pairs,
        population=population,
    )
    if not len(pairs):
        return found, f"{INDEPENDENT}, nobody is in both"
    moved = f", {found.moved} of them in another stratum" if found.moved else ""
    pooled = int((found.pooled & (found.linked > 0)).sum())
    shared = f", {pooled} strata share a correlation" if pooled else ""
    return found, f"{len(pairs)} people in both by {key}{moved}{shared}"


def _unlinked(first: _Wave, second: _Wave, key: str | None) -> str:
    """Why two waves cannot be linked; empty if they can."""
    if key is None:
        return "respondents are not linked"
    for wave in (first, second):
        coded = wave.survey.coded
        if not (coded.elements and len(coded.stages) == 1):
            return "people were not drawn directly"
        if not wave.survey.design.is_plain:
            return "weights are adjusted or replicated"
    if names(first.survey.design.stratum) != names(second.survey.design.stratum):
        return "their strata differ"
    return ""


def _strata(survey: Survey) -> tuple[IntArray, list[tuple[str, ...]], FloatArray]:
    """Return the stratum of each row, the labels of the strata and their population counts."""
    coded = survey.coded
    columns = [survey.values(name) for name in names(survey.design.stratum)]
    stage = coded.stages[0]
    first = np.full(len(stage.counts), -1, dtype=np.int64)
    first[coded.group[::-1]] = np.arange(len(coded.group))[::-1]
    labels = [tuple(str(column[row]) for column in columns) for row in first]
    return coded.group, labels, stage.counts


def _pairs(first: _Wave, second: _Wave, key: str) -> IntArray:
    """Rows of each person in both waves, shape (k, 2); empty keys link nobody."""
    found = []
    for wave in (first, second):
        column = pd.Series(wave.survey.values(key))
        known = column[column.notna() & (column.astype(str) != "")].astype(str)
        if known.duplicated().any():
            message = f"Key {key!r} names {int(known.duplicated().sum())} respondents of {wave.year} twice."
            raise OptionError(message)
        found.append(pd.DataFrame({"key": known, "row": known.index}))
    both = found[0].merge(found[1], on="key").sort_values("row_x")
    return both[["row_x", "row_y"]].to_numpy(dtype=np.int64)


def _stacked(waves: Sequence[_Wave], covariance: FloatArray, words: Sequence[str]) -> Estimates:
    """Put the waves under each other."""
    frames = []
    for wave in waves:
        frame = wave.estimates.frame.copy()
        frame.insert(0, "wave", wave.year)
        frames.append(frame)
    first = waves[0].estimates
    unknown = np.isnan(np.diag(covariance))
    covariance[unknown, :] = covariance[:, unknown] = np.nan
    return replace(
        first,
        frame=pd.concat(frames, ignore_index=True),
        covariance=covariance,
        design="; ".join([*(f"{w.year}: {w.estimates.design}" for w in waves), *words]),
        counts=pd.concat([wave.estimates.counts for wave in waves], ignore_index=True),
    )
