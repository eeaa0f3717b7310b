"""Every district against the others together, for several measures at once, with their joint covariance."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from barometri.estimation.influence import row_covariance, units_minus_strata
from barometri.survey import Survey

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, repr=False)
class Measures:
    """Measures of respondents by district.

    ``values`` holds a column a measure, NaN for who is not in its base or not in the survey's domain, shape
    (n, J); ``place`` is the position of each respondent's district in ``codes``, -1 without one.
    """

    names: tuple[str, ...]
    values: FloatArray
    place: npt.NDArray[np.int64]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Districts:
    """Means of measures by district and of the other districts together; arrays have shape (J, D).

    ``k`` sums the values without weights, which of an indicator is its numerator; ``df`` are units minus
    strata of each measure's base. Influences have shape (n, J × D), measure by measure.
    """

    here: FloatArray
    rest: FloatArray
    n: FloatArray
    k: FloatArray
    df: FloatArray
    of_here: FloatArray
    of_difference: FloatArray

    @property
    def n_rest(self) -> FloatArray:
        """Unweighted bases of the other districts together."""
        return np.asarray(self.n.sum(axis=1, keepdims=True) - self.n)

    @property
    def k_rest(self) -> FloatArray:
        """Unweighted numerators of the other districts together."""
        return np.asarray(self.k.sum(axis=1, keepdims=True) - self.k)


def measure_districts(survey: Survey, measures: Measures) -> Districts:
    """Estimate means by district and of the rest, with what each respondent adds to them.

    ``p_d - p_rest`` has the influence ``1_d (y - p_d) / N_d - 1_rest (y - p_rest) / N_rest``: the slope of a
    linear fit on an indicator of the district.
    """
    weight = survey.coded.weight
    size, many = len(weight), len(measures.codes)
    here = measures.place[:, None] == np.arange(many)
    shape = (len(measures.names), many)
    means, others = np.full(shape, np.nan), np.full(shape, np.nan)
    n, k, df = np.zeros(shape), np.zeros(shape), np.zeros(shape[0])
    of_here, of_difference = np.zeros((size, *shape)), np.zeros((size, *shape))
    for row, y in enumerate(measures.values.T):
        known = ~np.isnan(y) & (measures.place >= 0)
        value = np.where(known, y, 0.0)
        base = here & known[:, None]
        mass = weight @ base
        total = (weight * value) @ base
        n[row], k[row] = base.sum(axis=0), value @ base
        df[row] = units_minus_strata(survey, known) if known.any() else 0.0
        with np.errstate(invalid="ignore", divide="ignore"):
            means[row] = total / mass
            others[row] = (total.sum() - total) / (mass.sum() - mass)
            own = np.where(base, (value[:, None] - means[row]) / mass, 0.0)
            rest = np.where(known[:, None] & ~base, (value[:, None] - others[row]) / (mass.sum() - mass), 0.0)
        of_here[:, row], of_difference[:, row] = own, own - rest
    flat = (size, shape[0] * many)
    return Districts(means, others, n, k, df, of_here.reshape(flat), of_difference.reshape(flat))


def covariance_of(survey: Survey, influence: FloatArray) -> FloatArray:
    """Return the joint covariance of numbers; NaN where one is not estimable."""
    known = np.asarray(np.isfinite(influence).all(axis=0))
    result = np.full((len(known), len(known)), np.nan)
    result[np.ix_(known, known)] = row_covariance(survey, influence[:, known])
    return result


def cohens_h(one: float, other: float) -> float:
    """Return Cohen's h of two shares, ``2 asin sqrt p - 2 asin sqrt q``.

    Examples
    --------
    >>> round(cohens_h(0.5, 0.25), 4)
    0.5236
    """
    return float(2 * np.arcsin(np.sqrt(one)) - 2 * np.arcsin(np.sqrt(other)))
