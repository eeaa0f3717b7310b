"""Shares of a claim's items by side or code, with their joint covariance, and sums of them put to a test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.linalg import block_diag

from barometri.claims.records import LEVEL, MINIMUM_DF, NAN, Setting
from barometri.claims.respondents import LEFT, RIGHT, SIDE, Asked, asked, complement, divided
from barometri.estimates import TOTAL, Cell, Estimates
from barometri.estimation import proportion
from barometri.inference.intervals import proportion_intervals, t_quantile, two_sided_p
from barometri.results import Part, PartRole
from barometri.study.claim import REST, Claim, Restriction
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
ROUNDING: Final = 1e-12
METHOD: Final = "t/taylor"
Key = tuple[int, str, str]
"""Wave, item and cell of a share; the cell is a side, a code, or empty for everybody."""


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """Shares by wave, item and cell; shape (R,), their covariance (R, R), waves independent.

    ``low`` and ``high`` are the shares' own intervals, ``df`` the degrees of freedom of each, ``whole`` by
    wave those of all cells together; ``cells`` are the counts behind, ``methods`` the rules of the intervals.
    """

    keys: tuple[Key, ...]
    value: FloatArray
    covariance: FloatArray
    low: FloatArray
    high: FloatArray
    df: FloatArray
    whole: Mapping[int, float]
    cells: tuple[Cell, ...]
    methods: tuple[str, ...] = ()

    def mean_of(self, cell: str = "", *, wave: int | None = None, items: Sequence[str] = ()) -> FloatArray:
        """Return the weights that give the average share of some items in a cell; all items by default."""
        chosen = [
            (wave is None or key[0] == wave) and key[2] == cell and (not items or key[1] in items)
            for key in self.keys
        ]
        return np.asarray(chosen, dtype=np.float64) / max(sum(chosen), 1)

    def has(self, cell: str, items: int = 1) -> bool:
        """Whether somebody in a cell answered so many items."""
        return sum(key[2] == cell for key in self.keys) >= items


@dataclass(frozen=True, slots=True)
class Tested:
    """A weighted sum of shares: 95 % interval by t, two-sided p; ``reason`` says why there is no test."""

    estimate: float
    se: float
    low: float
    high: float
    n: int
    df: float
    p_value: float
    cells: tuple[Cell, ...]
    reason: str = ""


def table_of(found: Asked, survey: Survey, who: Mapping[str, Restriction], by: str | None = None) -> Table:
    """Return the shares of a wave in some cells of a variable.

    Parameters
    ----------
    found
        The claim's items.
    survey
        That of ``found``, perhaps divided.
    who
        By code of ``by``, whom it holds; ``""`` and no restriction for everybody. Codes without answers are
        left out.
    by
        A variable, or none.
    """
    estimates = proportion(survey, found.columns, by=by, margins=by is not None)
    frame = estimates.frame if survey.design.fpc is None else _exact(estimates, found, survey, by)
    codes = [TOTAL] * len(frame) if by is None else [str(code) for code in frame[by]]
    named = ["" if by is None else code for code in codes]
    answered = frame["n"].to_numpy() > 0
    rows = [row for row, code in enumerate(named) if code in who and answered[row]]
    total = [row for row, code in enumerate(codes) if code == TOTAL]
    back = {column: item for item, column in found.items.items()}
    items = [str(name) for name in frame["item"]]
    df = frame["df"].to_numpy(dtype=np.float64)
    numbers = frame[["estimate", "ci_low", "ci_high"]].to_numpy(dtype=np.float64)[rows].T
    return Table(
        tuple((found.wave, back[items[row]], named[row]) for row in rows),
        numbers[0],
        estimates.covariance[np.ix_(rows, rows)],
        numbers[1],
        numbers[2],
        df[rows],
        {found.wave: float(df[total].min(initial=np.inf))},
        found.cells(estimates, rows, [who[named[row]] for row in rows]),
        tuple(frame["method"].iloc[rows]),
    )


def _exact(estimates: Estimates, found: Asked, survey: Survey, by: str | None) -> pd.DataFrame:
    """Return shares with exact intervals in a finite population, where their people had one weight."""
    exact = proportion(survey, found.columns, by=by, margins=by is not None, ci="hypergeometric").frame
    frame, known = estimates.frame.copy(), exact["ci_low"].notna()
    for column in ("ci_low", "ci_high", "method"):
        frame.loc[known, column] = exact.loc[known, column]
    return frame


def stacked(tables: Sequence[Table]) -> Table:
    """Put the shares of several waves, which are independent samples, into one table."""
    value, low, high, df = (
        np.concatenate([getattr(table, name) for table in tables]) for name in ("value", "low", "high", "df")
    )
    covariance = np.asarray(block_diag(*(table.covariance for table in tables)), dtype=np.float64)
    return Table(
        tuple(key for table in tables for key in table.keys),
        value,
        covariance,
        low,
        high,
        df,
        {wave: limit for table in tables for wave, limit in table.whole.items()},
        tuple(cell for table in tables for cell in table.cells),
    )


def sides_of(claim: Claim, setting: Setting, wave: int) -> Table:
    """Return the shares of a claim's two sides in a wave, under the keys ``left`` and ``right``."""
    found = asked(claim, setting, wave)
    survey = divided(found, setting, claim.left, claim.right)
    right = claim.right
    if REST in right:
        right = complement(found, claim.left, setting.study)
    return table_of(found, survey, {LEFT: claim.left, RIGHT: right}, SIDE)


def tested(table: Table, weights: FloatArray) -> Tested:
    """Test that a weighted sum of shares is 0.

    Degrees of freedom: within a wave units minus strata, of the cells that the sum speaks of; over
    independent waves Satterthwaite's.
    """
    used = np.flatnonzero(weights)
    cells = tuple(table.cells[row] for row in used)
    n = _people(table, used)
    if not len(used) or not np.isfinite(table.value[used]).all():
        return Tested(NAN, NAN, NAN, NAN, n, NAN, NAN, cells, "no_responses")
    own = weights[used]
    estimate = float(own @ table.value[used])
    spread = own[:, None] * table.covariance[np.ix_(used, used)] * own
    waves = np.array([table.keys[row][0] for row in used])
    years = dict.fromkeys(waves.tolist())
    variance = {year: float(spread[np.ix_(waves == year, waves == year)].sum()) for year in years}
    limits = {year: _df(table, used[waves == year], year) for year in years}
    se = float(np.sqrt(max(sum(variance.values()), 0.0)))
    if not min(limits.values()) >= MINIMUM_DF:
        return Tested(estimate, se, NAN, NAN, n, min(limits.values()), NAN, cells, "few_degrees_of_freedom")
    if not se > ROUNDING:
        return Tested(estimate, se, NAN, NAN, n, NAN, NAN, cells, "zero_variance")
    df = min(limits.values())
    if len(limits) > 1:
        df = se**4 / sum(variance[year] ** 2 / limits[year] for year in years)
    half = float(t_quantile(df, LEVEL / 2)) * se
    p = float(two_sided_p(estimate / se, df))
    return Tested(estimate, se, estimate - half, estimate + half, n, df, p, cells)


def _df(table: Table, rows: npt.NDArray[np.intp], wave: int) -> float:
    """Return the degrees of freedom of cells together: never above those of all cells."""
    least: dict[str, float] = {}
    for row in rows:
        cell = table.keys[row][2]
        least[cell] = min(least.get(cell, np.inf), float(table.df[row]))
    return min(table.whole[wave], sum(least.values()))


def _people(table: Table, rows: npt.NDArray[np.intp]) -> int:
    """Return how many answers each item of some rows has at least, cells and waves added up."""
    least: dict[tuple[int, str], int] = {}
    for row in rows:
        wave, _, cell = table.keys[row]
        n = table.cells[row].n
        least[wave, cell] = min(least.get((wave, cell), n), n)
    return sum(least.values())


def share_part(
    table: Table,
    weights: FloatArray,
    *,
    name: str,
    role: PartRole,
    about: Mapping[str, str] | None = None,
) -> Part:
    """Return a share, or the average of several, with the interval of a share."""
    found = tested(table, weights)
    used = np.flatnonzero(weights)
    low, high = NAN, NAN
    df = min((float(table.df[row]) for row in used), default=NAN)
    if len(used) == 1:
        low, high = float(table.low[used[0]]), float(table.high[used[0]])
    elif len(used) and np.isfinite(found.estimate):
        interval = proportion_intervals([found.estimate], [found.se], [found.n], [df])
        low, high = float(interval.low[0]), float(interval.high[0])
    return Part(
        name,
        role,
        found.estimate,
        found.se,
        low,
        high,
        found.n,
        df,
        about=dict(about or {}),
        cells=found.cells,
    )


def difference_part(
    found: Tested, *, name: str, role: PartRole = "test", about: Mapping[str, str] | None = None
) -> Part:
    """Return a difference of shares as a part of a claim."""
    return Part(
        name,
        role,
        found.estimate,
        found.se,
        found.low,
        found.high,
        found.n,
        found.df,
        found.p_value,
        scale="points",
        about=dict(about or {}),
        cells=found.cells,
    )
