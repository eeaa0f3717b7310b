"""The strata of one stage of a design, and what a stratum with a single unit contributes."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import DesignError, check_option

SinglePsu = Literal["error", "adjust", "average", "certainty"]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
SINGLE_PSU: tuple[str, ...] = get_args(SinglePsu)


@dataclass(frozen=True, slots=True)
class Strata:
    """The strata of one stage of a design.

    Parameters
    ----------
    units
        Number of units drawn in each stratum of the *whole* design, shape (H,). Units without members of a
        domain count, since their totals are zeros.
    fraction
        Sampling fraction of each stratum, 0 (none known) to 1 (census), shape (H,).
    above
        Product of the sampling fractions of the stages above, shape (H,): ones at the first stage. Without
        finite population correction above, it is 0 and the stage adds nothing.
    """

    units: FloatArray
    fraction: FloatArray
    above: FloatArray


def make_strata(
    units: ArrayLike, fraction: ArrayLike | None = None, above: ArrayLike | None = None
) -> Strata:
    """Check and complete the description of one stage.

    Parameters
    ----------
    units
        Units drawn, shape (H,).
    fraction
        Sampling fractions, shape (H,) or a single number; none means no finite population correction.
    above
        Product of the fractions of the stages above, shape (H,) or a single number; none means first stage.

    Returns
    -------
    Strata
        With arrays of one shape.

    Raises
    ------
    DesignError
        A fraction outside 0 to 1, or a negative number of units.

    Examples
    --------
    >>> make_strata([3, 2], fraction=[0.5, 0.1]).above
    array([1., 1.])
    """
    n = np.atleast_1d(np.asarray(units, dtype=np.float64))
    f = np.broadcast_to(np.asarray(0.0 if fraction is None else fraction, dtype=np.float64), n.shape)
    g = np.broadcast_to(np.asarray(1.0 if above is None else above, dtype=np.float64), n.shape)
    for name, values in (("fraction", f), ("above", g)):
        if not np.all((values >= 0) & (values <= 1)):
            raise DesignError(
                f"Sampling fractions ({name}) must lie between 0 and 1: a population count is smaller than "
                "the number of units drawn from it. Correct the population counts."
            )
    if not np.all(n >= 0):
        raise DesignError(
            "The number of units of a stratum must be 0 or more; count the units of the design."
        )
    return Strata(n, f, g)


def single_unit_strata(strata: Strata) -> IntArray:
    """Positions of strata whose variance cannot be estimated from their only unit.

    A stratum taken whole (fraction 1) is no such stratum, since it has no variance.

    Examples
    --------
    >>> single_unit_strata(make_strata([3, 1, 1], fraction=[0, 0, 1]))
    array([1])
    """
    return np.flatnonzero((strata.units == 1) & (strata.fraction < 1) & (strata.above > 0))


def stratum_factors(strata: Strata, single_psu: SinglePsu) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Factor of each stratum's sum of squares, and which strata are centred at the grand mean.

    The factor is ``above (1 - f) n / (n - 1)``; strata with a single unit follow the rule.

    Raises
    ------
    DesignError
        Strata with a single unit under ``error``.

    Examples
    --------
    >>> stratum_factors(make_strata([2, 4]), "error")[0]
    array([2.        , 1.33333333])
    """
    check_option("single_psu", single_psu, SINGLE_PSU)
    n = strata.units
    lonely = np.zeros(n.shape, dtype=np.bool_)
    lonely[single_unit_strata(strata)] = True
    if single_psu == "error" and lonely.any():
        where = ", ".join(str(position) for position in np.flatnonzero(lonely)[:5])
        raise DesignError(
            f"{int(lonely.sum())} strata hold a single sampling unit (positions {where}), so their variance "
            "cannot be estimated. Collapse them, or choose single_psu: adjust, average or certainty."
        )
    scale = strata.above * (1 - strata.fraction) * np.where(n > 1, n / np.maximum(n - 1, 1), 0.0)
    centred = np.zeros(n.shape, dtype=np.bool_)
    if single_psu == "adjust":
        scale[lonely] = (strata.above * (1 - strata.fraction))[lonely]
        centred = lonely
    if single_psu == "average" and lonely.any():
        others = int((n > 0).sum() - lonely.sum())
        scale *= (others + lonely.sum()) / others if others else np.nan
    return scale, centred
