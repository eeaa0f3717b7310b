"""Shares of groups in every wave, and the composition that they are held to: the same in every wave.

Shares of cells (groups, or groups by district) are weighted by the frame counts of the latest wave. A code
that only an earlier wave has stands under its counterpart, and for the codes of the same side that it does
not tell apart.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from barometri.change.combining import Combination, Rows, combine, jointly
from barometri.change.shares import aligned, change, equivalence_of, marked
from barometri.errors import OptionError
from barometri.estimates import VALUE_COLUMNS, Cell, Estimates
from barometri.estimation import Base
from barometri.estimation.targets import Categories
from barometri.inference.tested import HypothesisTest
from barometri.overlap import INDEPENDENT, overlapping_waves
from barometri.study.study import Study
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
Key = tuple[str, ...]
DIFFERENT: Final = "different"
SIMILAR: Final = "similar"


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One population of an item over the waves: its share in each is a weighted sum of rows.

    ``weights`` has a row a wave, each adding up to 1; ``marks`` are those of the waves; ``coverage`` is the
    part of the standard that all these waves asked, 0 to 1; ``broken`` are waves asked differently.
    """

    item: str
    waves: tuple[int, ...]
    weights: FloatArray
    marks: tuple[str, ...] = ()
    coverage: float = 1.0
    broken: tuple[int, ...] = ()

    def at(self, wave: int) -> FloatArray | None:
        """Return the weights of a wave, none if it has no part in the line."""
        return self.weights[self.waves.index(wave)] if wave in self.waves else None

    def against_earlier(self) -> FloatArray:
        """Return the weights of the latest wave minus the mean of all earlier ones."""
        return np.asarray(self.weights[-1] - self.weights[:-1].mean(axis=0))

    def between(self, before: int, after: int) -> FloatArray:
        """Return the weights of one wave minus those of another; both must be in the line."""
        return np.asarray(self.weights[self.waves.index(after)] - self.weights[self.waves.index(before)])


@dataclass(frozen=True, slots=True, repr=False)
class WaveShares:
    """Shares of items by wave and cell with their joint covariance, made once by `wave_shares`.

    ``standard`` holds the weight of each cell, ``stand_in`` by wave the codes that stand for others of their
    side, ``sides`` the side of each code.
    """

    estimates: Estimates
    rows: Rows
    places: Mapping[tuple[int, str], Mapping[Key, int]]
    standard: Mapping[Key, float]
    stand_in: Mapping[int, Mapping[str, tuple[str, ...]]]
    sides: Mapping[str, Mapping[str, str]]
    base: Base = "answered"

    def line(
        self, item: str, *, members: Collection[Key] | None = None, waves: Collection[int] | None = None
    ) -> Line:
        """Return the standardised share of some cells in every wave that can be compared.

        Parameters
        ----------
        item
            A question.
        members
            Cells; all by default. Their weights add up to 1 in every wave.
        waves
            Years; all by default. Waves that asked differently, or none of the cells, are left out.
        """
        wanted = {
            cell: weight for cell, weight in self.standard.items() if members is None or cell in members
        }
        asked = sorted(
            year for year, name in self.places if name == item and (waves is None or year in waves)
        )
        found = {year: self._placed(year, item, wanted) for year in asked}
        marks = {year: self._worst(placed.values()) for year, placed in found.items() if placed}
        used = [year for year, mark in marks.items() if mark != DIFFERENT]
        common = [cell for cell in wanted if used and all(cell in found[year] for year in used)]
        total = sum(wanted[cell] for cell in common)
        broken = tuple(year for year, mark in marks.items() if mark == DIFFERENT)
        if not total > 0:
            return Line(item, (), np.zeros((0, len(self.rows.value))), broken=broken)
        weights = np.zeros((len(used), len(self.rows.value)))
        for place, year in enumerate(used):
            for cell in common:
                weights[place, found[year][cell]] += wanted[cell] / total
        coverage = total / sum(wanted.values())
        return Line(item, tuple(used), weights, tuple(marks[year] for year in used), coverage, broken)

    def _placed(self, wave: int, item: str, wanted: Mapping[Key, float]) -> dict[Key, int]:
        """Return the row of each cell that the wave asked, under its own code or one that stands for it."""
        here = self.places[wave, item]
        placed = {cell: here[cell] for cell in wanted if cell in here}
        for cell in wanted:
            if cell not in placed:
                others = [c for c in self._others(wave, cell) if c in here and c in wanted]
                if len(others) == 1:
                    placed[cell] = here[others[0]]
        return placed

    def _others(self, wave: int, cell: Key) -> list[Key]:
        """Return the cells whose code, in this wave, holds several codes of the side of this one."""
        found: list[Key] = []
        for place, name in enumerate(self.estimates.by):
            sides = self.sides.get(name, {})
            codes = (c for c in self.stand_in.get(wave, {}).get(name, ()) if c != cell[place])
            own = [code for code in codes if sides.get(code) == sides.get(cell[place])]
            found += [(*cell[:place], code, *cell[place + 1 :]) for code in own]
        return found

    def _worst(self, rows: Collection[int]) -> str:
        marks = {self.estimates.marks[row] for row in rows}
        return next((mark for mark in (DIFFERENT, SIMILAR) if mark in marks), "")

    def combine(self, weights: FloatArray, *, level: float = 0.95) -> Combination:
        """Return a weighted sum of the rows with its test."""
        return combine(self.rows, weights, level=level)

    def jointly(self, matrix: FloatArray, *, null: str) -> HypothesisTest:
        """Test several weighted sums of the rows jointly."""
        return jointly(self.rows, matrix, null=null)

    def cells(self, weights: FloatArray) -> tuple[Cell, ...]:
        """Return the shares that enter a weighted sum, or several, for disclosure control."""
        used = np.flatnonzero(np.atleast_2d(weights).any(axis=0))
        frame, k = self.estimates.frame.iloc[used], self.estimates.counts["k"].to_numpy()[used]
        base = "asked" if self.base == "asked" else "answered"
        return tuple(
            Cell(
                item=str(row["item"]),
                wave=int(row["wave"]),
                who={name: (str(row[name]),) for name in self.estimates.by},
                n=int(row["n"]),
                k=int(count) if np.isfinite(count) else 0,
                category=str(row.get("category", "good")).removeprefix("good"),
                base=base,  # type: ignore[arg-type]
            )
            for row, count in zip(frame.to_dict("records"), k, strict=True)
        )


def wave_shares(
    surveys: Mapping[int, Survey],
    items: str | Sequence[str],
    *,
    by: str | Sequence[str],
    categories: Categories = "good",
    base: Base = "answered",
    key: str | None = None,
) -> WaveShares:
    """Estimate the shares of items in every wave and cell once, for all that is asked of them.

    Parameters
    ----------
    surveys
        Wave to survey. The latest gives the standard: its frame counts, or without them its sums of weights.
    items
        Questions; a wave that did not ask one has no rows of it.
    by
        Variables whose codes make the cells; waves without one of them are left out.
    categories
        ``good``, one code, or codes that count together under one name.
    base
        As in `barometri.estimation.proportion`.
    key
        Variable that names a respondent in every wave: waves are then linked as `overlapping_waves` links
        them. Without it they are taken as independent.

    Raises
    ------
    OptionError
        No wave has an item and all variables, or several categories.
    """
    names = (by,) if isinstance(by, str) else tuple(by)
    if (categories == "each") or (not isinstance(categories, str) and len(categories) != 1):
        raise OptionError("Shares over waves are those of one category; name a single one.")
    used = {year: survey for year, survey in sorted(surveys.items()) if set(names) <= set(survey.variables)}
    if key is None:
        found = change(used, items, by=names, categories=categories, margins=False, base=base)
        found = replace(found, design="; ".join(filter(None, (found.design, INDEPENDENT))))
    else:
        found = _linked(used, items, names, key)
    frame = found.frame
    places: dict[tuple[int, str], dict[Key, int]] = {}
    for row, values in enumerate(frame[["wave", "item", *names]].itertuples(index=False, name=None)):
        places.setdefault((int(values[0]), str(values[1])), {})[tuple(map(str, values[2:]))] = row
    numbers = (frame[name].to_numpy(dtype=np.float64) for name in ("estimate", "n", "df"))
    value, size, df = numbers
    rows = Rows(value, found.covariance, size, df, frame["wave"].to_numpy(dtype=np.int64))
    study = next((survey.study for survey in used.values() if survey.study is not None), None)
    stand_in = {year: _stand_ins(survey, year, names) for year, survey in used.items()}
    return WaveShares(
        found, rows, places, standard_weights(used, names), stand_in, _sides(study, names), base
    )


def _linked(surveys: Mapping[int, Survey], items: str | Sequence[str], by: Key, key: str) -> Estimates:
    """Estimate waves that share respondents, groups under the names of the latest wave."""
    listed = [items] if isinstance(items, str) else list(items)
    moved: dict[int, Survey] = {}
    columns: dict[str, str] = {}
    for year, survey in surveys.items():
        own, names = aligned(survey, by, equivalence_of(survey, year), always=True)
        moved[year], columns = own, names
    found = overlapping_waves(moved, listed, key=key, by=list(columns))
    frame = found.frame.rename(columns=columns)
    order = ["wave", "item", *by, *VALUE_COLUMNS]
    found = replace(found, frame=frame[order], by=by)
    return marked(found, {year: equivalence_of(survey, year) for year, survey in surveys.items()})


def standard_weights(surveys: Mapping[int, Survey], by: Sequence[str]) -> dict[Key, float]:
    """Return the weight of each cell: frame counts of the latest wave, else its sums of weights.

    A survey with a domain is no frame's, so its own weights are summed.
    """
    year = max(surveys)
    survey = surveys[year]
    study = survey.study
    frame = study.waves[year].frame if study is not None and year in study.waves else ()
    result: dict[Key, float] = {}
    if frame and survey.mask is None and all(set(by) <= set(count.stratum) for count in frame):
        for count in frame:
            cell = tuple(count.stratum[name] for name in by)
            result[cell] = result.get(cell, 0.0) + count.count
        return result
    weight = survey.coded.weight if survey.mask is None else survey.coded.weight * survey.mask
    columns = [survey.values(name) for name in by]
    names = [_ids(survey, name) for name in by]
    for values in dict.fromkeys(zip(*(column.tolist() for column in columns), strict=True)):
        inside = np.logical_and.reduce([c == v for c, v in zip(columns, values, strict=True)])
        if all(value in known for value, known in zip(values, names, strict=True)):
            cell = tuple(known[value] for value, known in zip(values, names, strict=True))
            result[cell] = float(weight[inside].sum())
    return {cell: size for cell, size in sorted(result.items()) if size > 0}


def _ids(survey: Survey, name: str) -> dict[object, str]:
    """Return the name of each value of a variable as results show it."""
    question = survey.question(name)
    if question is not None and question.codes:
        return {code.value: code.id for code in question.substantive}
    return {value: str(value) for value in set(survey.values(name).tolist())}


def _stand_ins(survey: Survey, wave: int, by: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return by variable the codes under which another code of this wave stands."""
    pairs = [e for e in equivalence_of(survey, wave) if e.code and e.counterpart]
    return {name: tuple(e.counterpart for e in pairs if e.question == name) for name in by}


def _sides(study: Study | None, by: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """Return by variable the side of each code, where the study derives one from it."""
    if study is None:
        return {}
    side = study.role("side")
    rule = study.question(side).derived if side in study.codebook else None
    return {} if rule is None or rule.source not in by else {rule.source: rule.mapping}


def mark_of(line: Line) -> str:
    """Return ``similar`` where a wave of the line is only that."""
    return SIMILAR if SIMILAR in line.marks else ""
