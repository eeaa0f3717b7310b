"""Rows joined by their auxiliary values: what calibration works on."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from barometri.errors import DesignError
from barometri.inference.calibration import Fitted, calibration_factors, rake_factors
from barometri.survey.adjustments import Calibration, Term
from barometri.survey.backends import ArrayReader
from barometri.survey.coding import MISSING, factorize, first_rows, plain

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, repr=False)
class Patterns:
    """Rows with the same auxiliary values, joined.

    ``code`` is the pattern of each row, shape (n,); ``x`` (K, p) and ``totals`` (p,) the auxiliary model;
    ``margins`` and ``counts`` the same by categories, for raking.
    """

    code: IntArray
    x: FloatArray
    totals: FloatArray
    margins: tuple[IntArray, ...]
    counts: tuple[FloatArray, ...]

    def fit(self, calibration: Calibration, weights: FloatArray) -> Fitted:
        """Return the factors of sums of weights by set and pattern, shape (R, K)."""
        method = calibration.method
        if method == "poststratify" or method == "rake":  # noqa: PLR1714  (narrows the words for mypy)
            return rake_factors(weights, self.margins, self.counts)
        return calibration_factors(weights, self.x, self.totals, method=method, bounds=calibration.bounds)


def make_patterns(calibration: Calibration, reader: ArrayReader, n: int) -> Patterns:
    """Join the rows with the same auxiliary values.

    Parameters
    ----------
    calibration
        The totals, and who is calibrated.
    reader
        The responses in memory.
    n
        Number of rows.

    Returns
    -------
    Patterns
        Those not calibrated have zeros.

    Raises
    ------
    DesignError
        Rows without an auxiliary value.
    """
    inside = np.ones(n, dtype=np.bool_)
    if calibration.members is not None:
        inside = np.asarray(calibration.members.truth(reader)[0], dtype=np.bool_)
    columns = [_column(term, reader, inside) for term in calibration.terms]
    code = inside.astype(np.int64)
    for column in columns:
        own, labels = factorize(np.where(inside, column, 0))
        code = factorize(code * max(len(labels), 1) + own)[0]
    first = first_rows(code)
    margins, counts, blocks, totals = [], [], [], []
    for term, column in zip(calibration.terms, columns, strict=True):
        known = np.asarray(term.totals, dtype=np.float64)
        totals.append(known)
        if not term.keys:
            blocks.append((column[first] * inside[first])[:, None])
            continue
        own = np.where(inside[first], column[first], MISSING).astype(np.int64)
        margins.append(own)
        counts.append(known)
        blocks.append((own[:, None] == np.arange(len(known))).astype(np.float64))
    x, wanted = np.concatenate(blocks, axis=1), np.concatenate(totals)
    return Patterns(code, x, wanted, tuple(margins), tuple(counts))


def _column(term: Term, reader: ArrayReader, inside: BoolArray) -> FloatArray:
    """Return category numbers or values by row, refusing rows that have none."""
    if not term.variables:
        return np.ones(len(inside))
    if term.keys:
        column = _categories(term, reader.read).astype(np.float64)
        wrong = int(((column == MISSING) & inside).sum())
    else:
        name = term.variables[0]
        try:
            column = np.asarray(reader.read(name), dtype=np.float64)
        except (TypeError, ValueError):
            raise DesignError(f"{name} holds text; give a population count for each category.") from None
        column = np.where(reader.missing(name, None), np.nan, column)
        wrong = int((~np.isfinite(column) & inside).sum())
    if wrong:
        raise DesignError(
            f"{term}: {wrong} respondents have no value, or one without a population total. Complete the "
            "totals, or calibrate a domain in which everybody has one."
        )
    return column


def _categories(term: Term, read: Callable[[str], npt.NDArray[np.generic]]) -> IntArray:
    """Return the category of each row among the term's keys, -1 for others."""
    combined: IntArray | None = None
    labels: list[tuple[Hashable, ...]] = [()]
    for name in term.variables:
        codes, found = factorize(read(name))
        values = [*(plain(value) for value in found), None]
        own = np.where(codes == MISSING, len(found), codes)
        labels = [(*label, value) for label in labels for value in values]
        combined = own if combined is None else combined * len(values) + own
    place: Mapping[tuple[Hashable, ...], int] = {key: number for number, key in enumerate(term.keys)}
    table = np.array([place.get(label, MISSING) for label in labels], dtype=np.int64)
    return np.asarray(table[combined], dtype=np.int64)
