"""Variance between replicates (Wolter 2007, Introduction to Variance Estimation, chapters 2 to 5)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from barometri.inference.strata import Strata

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, repr=False)
class Replication:
    """Replicates of the weights.

    Parameters
    ----------
    kind
        Their name.
    unit
        Replicated unit of each group, ascending, shape (G,).
    multipliers
        Replicate over final weight of each unit, shape (U, R); none for a jackknife of units as drawn.
    stratum
        Stratum of each unit, shape (U,), for that jackknife.
    strata
        Its strata.
    scale, rscales
        Factors of the variance.
    centre
        What deviations are taken from.
    df
        Degrees of freedom.
    """

    kind: str
    unit: IntArray
    multipliers: FloatArray | None
    stratum: IntArray
    strata: Strata
    scale: float
    rscales: FloatArray
    centre: str
    df: float

    def column(self, place: int) -> FloatArray:
        """Return the multiplier of each unit in one replicate, shape (U,)."""
        if self.multipliers is not None:
            return self.multipliers[:, place]
        n = float(self.strata.units[self.stratum[place]])
        result = np.where(self.stratum == self.stratum[place], n / max(n - 1, 1.0), 1.0)
        result[place] = 0.0 if n > 1 else 1.0
        return result

    def matrix(self) -> FloatArray:
        """Return the multipliers of all units and replicates, shape (U, R)."""
        return np.stack([self.column(place) for place in range(len(self.rscales))], axis=1)


def replicate_covariance(
    replicates: FloatArray, centre: FloatArray | None, scale: float, rscales: FloatArray
) -> FloatArray:
    """Covariance between replicates, ``scale * sum_r rscales_r (θ_r - centre)(θ_r - centre)'``.

    Parameters
    ----------
    replicates
        Estimates of the replicates, shape (R, m); NaN where one gives none.
    centre
        Shape (m,); none means the mean of the replicates that count.
    scale, rscales
        Factors, the latter of shape (R,).

    Returns
    -------
    numpy.ndarray
        Shape (m, m); NaN for estimates that some replicate cannot give: leaving that replicate out would make
        the variance too small.

    Examples
    --------
    >>> replicate_covariance(np.array([[1.0], [3.0]]), None, 0.5, np.ones(2))
    array([[1.]])
    """
    used = rscales > 0
    with np.errstate(invalid="ignore"):
        apart = replicates[used] - (replicates[used].mean(axis=0) if centre is None else centre)
        result = scale * (apart * rscales[used, None]).T @ apart
    return np.asarray((result + result.T) / 2, dtype=np.float64)


def supplied_rank(multipliers: FloatArray) -> int:
    """Return the number of independent replicates, for the degrees of freedom of supplied weights.

    Examples
    --------
    >>> supplied_rank(np.array([[2.0, 0.0, 1.0], [0.0, 2.0, 1.0]]))
    2
    """
    products = multipliers.T @ multipliers
    spread = np.sqrt(np.diag(products))
    unit = np.where(spread > 0, spread, 1.0)
    values = np.linalg.eigvalsh(products / np.outer(unit, unit))
    return int((values > values.max(initial=0.0) * 1e-9).sum())
