"""Weighted linear fits with places as clusters: CR2 and Satterthwaite's degrees of freedom.

The numbers of ``linear_regression(..., clusters="area", se="cr2")`` without a formula: a design matrix is
set up once and serves several outcomes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from barometri.association.cases import BoolArray, Cases, FloatArray, IntArray
from barometri.inference.cluster_robust import cluster_robust, hotelling_test
from barometri.inference.regression import aliased_columns
from barometri.inference.tested import f_tail

SINGULAR: Final = 1e-10
METHODS: Final = {True: "linear/cr2", False: "linear/taylor"}
WORKING: Final = "exchangeable"
"""Errors of people of one place are alike: the working model of linear_regression's CR2."""


@dataclass(frozen=True, slots=True)
class Line:
    """Some coefficients of a fit.

    Parameters
    ----------
    estimate, se, df
        Shape (m,); NaN where other columns determine a coefficient's own.
    covariance
        Shape (m, m).
    """

    estimate: FloatArray
    se: FloatArray
    df: FloatArray
    covariance: FloatArray


def unknown(m: int) -> Line:
    """Return m coefficients that cannot be told."""
    return Line(np.full(m, np.nan), np.full(m, np.nan), np.full(m, np.nan), np.full((m, m), np.nan))


@dataclass(frozen=True, slots=True)
class Joint:
    """A joint test that some coefficients are 0: F on ``df`` and ``denominator_df``."""

    f: float
    df: float
    denominator_df: float
    p_value: float


@dataclass(frozen=True, slots=True, repr=False)
class Design:
    """A design matrix with its places, ready for several outcomes.

    Parameters
    ----------
    x
        Columns that are kept, shape (n, q).
    position
        Of each column asked for among the kept ones, -1 where it cannot be told from others, shape (p,).
    weight
        Shape (n,).
    place
        Places of the cases, shape (n,).
    clustered
        Whether places are clusters; else every case is a unit.
    """

    x: FloatArray
    position: IntArray
    weight: FloatArray
    place: IntArray
    clustered: bool

    def fit(self, y: FloatArray, wanted: Sequence[int]) -> Line:
        """Regress an outcome; return the coefficients of some columns."""
        at = self.position[list(wanted)]
        known = at >= 0
        m = len(at)
        line = unknown(m)
        if not known.any():
            return line
        b, residual = self._solve(y)
        covariance, df = self._spread(residual, at[known])
        line.estimate[known], line.df[known] = b[at[known]], df
        line.covariance[np.ix_(known, known)] = covariance
        line.se[known] = np.sqrt(np.maximum(np.diag(covariance), 0.0))
        return line

    def joint(self, y: FloatArray, wanted: Sequence[int]) -> Joint:
        """Test that the coefficients of some columns are all 0, without those that others determine."""
        at = self.position[list(wanted)]
        at = at[at >= 0]
        if not len(at):
            return Joint(np.nan, 0.0, np.nan, np.nan)
        b, residual = self._solve(y)
        if self.clustered:
            found = hotelling_test(
                self.x,
                residual,
                self.weight,
                self.place,
                coefficients=b,
                contrasts=np.eye(len(b))[at],
                working=WORKING,
            )
            f, ddf = found.f, found.denominator_df
        else:
            covariance, df = self._spread(residual, at)
            f = float(b[at] @ np.linalg.solve(covariance, b[at])) / len(at)
            ddf = float(df[0])
        known = np.isfinite(f) and ddf > 0
        p = float(f_tail(f, float(len(at)), ddf)) if known else np.nan
        return Joint(float(f), float(len(at)), float(ddf), p)

    def _solve(self, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        heavy = self.x * self.weight[:, None]
        b = np.linalg.solve(heavy.T @ self.x, heavy.T @ y)
        return np.asarray(b), np.asarray(y - self.x @ b)

    def _spread(self, residual: FloatArray, at: IntArray) -> tuple[FloatArray, FloatArray]:
        n, q = self.x.shape
        if self.clustered:
            contrasts = np.eye(q)[at]
            found = cluster_robust(
                self.x, residual, self.weight, self.place, contrasts=contrasts, working=WORKING
            )
            return np.asarray(found.covariance[np.ix_(at, at)]), found.df
        heavy = self.x * self.weight[:, None]
        influence = (heavy * residual[:, None]) @ np.linalg.inv(heavy.T @ self.x)[:, at]
        covariance = np.asarray(influence.T @ influence * n / max(n - 1, 1), dtype=np.float64)
        return covariance, np.full(len(at), float(n - q))


def design(cases: Cases, columns: FloatArray) -> Design:
    """Lay out the adjusting variables and further columns; positions asked for are those of the columns.

    Parameters
    ----------
    cases
        Complete cases.
    columns
        Shape (n, p).
    """
    base, _ = cases.indicators()
    x = np.column_stack([base, columns])
    first = base.shape[1]
    kept = np.arange(x.shape[1])
    told = np.ones(x.shape[1], dtype=bool)
    if cases.n <= x.shape[1]:
        kept, told = kept[:0], np.zeros_like(told)
    else:
        loose = _undetermined(x, cases.weight)
        if loose.any():
            told = ~loose
            kept = np.setdiff1d(kept, aliased_columns(x, cases.weight))
    position = np.full(x.shape[1], -1)
    position[kept] = np.arange(len(kept))
    position[~told] = -1
    return Design(x[:, kept], position[first:], cases.weight, cases.place, cases.clustered)


def _undetermined(x: FloatArray, weight: FloatArray) -> BoolArray:
    """Which coefficients many fits share, because a combination of the columns is 0."""
    gram = (x * weight[:, None]).T @ x
    size = np.sqrt(np.diag(gram))
    empty = size == 0
    scaled = gram / np.outer(np.where(empty, 1.0, size), np.where(empty, 1.0, size))
    values, vectors = np.linalg.eigh(scaled)
    null = vectors[:, values <= SINGULAR * values[-1]]
    return np.asarray((np.abs(null) > np.sqrt(SINGULAR)).any(axis=1))
