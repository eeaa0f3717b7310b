"""Polychoric correlations of many tables that differ little: the replicates of one estimate."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from barometri.inference.bivariate_normal import bivariate_normal
from barometri.inference.polychoric import (
    LARGEST,
    LEAST,
    PolychoricMethod,
    likeliest,
)

FloatArray = NDArray[np.float64]
BLOCK = 2**18  # corners that are reckoned at a time
MOST_STEPS = 100
EXACT = 1e-13  # last step of a correlation


def replicated_correlations(
    tables: FloatArray, correlation: float, *, method: PolychoricMethod = "two_step"
) -> FloatArray:
    """Estimate the correlation of each replicate's table.

    Rows and columns that a replicate leaves empty are left out of it. Under ``two_step`` all replicates are
    fitted together: Fisher's scoring from the full estimate, kept between the correlations where the slope of
    the likelihood was positive and negative; ``ml`` goes on from there. Equal tables are fitted once.

    Parameters
    ----------
    tables
        Weighted counts, not negative, shape (R, I, J).
    correlation
        The estimate of the full table, where the search begins.
    method
        As in `polychoric_correlation`.

    Returns
    -------
    numpy.ndarray
        Shape (R,); NaN where a replicate has no estimate.

    Examples
    --------
    >>> replicated_correlations(np.array([[[40.0, 20], [20, 40]], [[30, 30], [30, 30]]]), 0.4).round(6) + 0.0
    array([0.5, 0. ])
    """
    distinct, replicate = np.unique(tables, axis=0, return_inverse=True)
    found = np.full(len(distinct), np.nan)
    filled = np.hstack([distinct.sum(axis=2) > 0, distinct.sum(axis=1) > 0])
    patterns, pattern = np.unique(filled, axis=0, return_inverse=True)
    for number, kept in enumerate(patterns):
        own = np.flatnonzero(pattern.ravel() == number)
        rows, columns = kept[: tables.shape[1]], kept[tables.shape[1] :]
        size = max(1, BLOCK // kept.size**2)
        for chosen in np.split(own, range(size, len(own), size)):
            found[chosen] = _fit(distinct[chosen][:, rows][:, :, columns], correlation, method)
    return np.asarray(found[replicate.ravel()])


def _fit(tables: FloatArray, correlation: float, method: PolychoricMethod) -> FloatArray:
    """Correlations of tables without empty rows and columns; NaN where the likelihood has no maximum."""
    if min(tables.shape[1:]) < 2:  # noqa: PLR2004 - something to correlate
        return np.full(len(tables), np.nan)
    p = tables / tables.sum(axis=(1, 2), keepdims=True)
    rows = special.ndtri(np.cumsum(p.sum(axis=2), axis=1)[:, :-1])
    columns = special.ndtri(np.cumsum(p.sum(axis=1), axis=1)[:, :-1])
    r = _two_steps(p, rows, columns, correlation)
    if method == "two_step":
        return r
    known = np.flatnonzero(~np.isnan(r))
    for place in known:
        r[place] = likeliest(p[place], rows[place], columns[place], float(r[place]))
    return r


def _two_steps(p: FloatArray, rows: FloatArray, columns: FloatArray, correlation: float) -> FloatArray:
    """Correlations of shares with the thresholds of their margins."""
    r = np.full(len(p), correlation)
    low, high = np.full(len(p), -1.0), np.ones(len(p))
    step = np.full(len(p), np.inf)
    for _ in range(MOST_STEPS):
        slope, information = _scores(p, rows, columns, r)
        low, high = np.where(slope > 0, r, low), np.where(slope < 0, r, high)
        proposal = r + slope / information
        proposal = np.where((proposal > low) & (proposal < high), proposal, (low + high) / 2)
        proposal = np.where(slope == 0, r, proposal)
        step, r = np.abs(proposal - r), proposal
        if np.all((step < EXACT) | (np.abs(r) > LARGEST)):
            break
    return np.where((np.abs(r) <= LARGEST) & (step < np.sqrt(EXACT)), r, np.nan)


def _scores(
    p: FloatArray, rows: FloatArray, columns: FloatArray, r: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Slope of each likelihood by its correlation, and the expected information."""
    ends = np.full((len(p), 1), np.inf)
    h = np.hstack([-ends, rows, ends])[:, :, None]
    k = np.hstack([-ends, columns, ends])[:, None, :]
    own = r[:, None, None]
    cells = np.maximum(_between(bivariate_normal(h, k, own)), LEAST)
    rest = (1 - own) * (1 + own)
    x, y = rows[:, :, None], columns[:, None, :]
    density = np.exp(-(x**2 - 2 * own * x * y + y**2) / (2 * rest)) / (2 * np.pi * np.sqrt(rest))
    by_cell = _between(np.pad(density, ((0, 0), (1, 1), (1, 1))))
    information = (by_cell**2 / np.maximum(cells, 1e-12)).sum(axis=(1, 2))
    return (p * by_cell / cells).sum(axis=(1, 2)), np.maximum(information, LEAST)


def _between(corners: FloatArray) -> FloatArray:
    """Return cell values from values at the corners of grids."""
    return np.asarray(np.diff(np.diff(corners, axis=1), axis=2))
