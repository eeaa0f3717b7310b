"""The area-level model fitted to a table of direct estimates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from barometri.errors import OptionError, check_option
from barometri.inference.area_variances import arcsine_shares, arcsine_variances
from barometri.inference.small_area import VARIANCE_METHODS, FayHerriot, VarianceMethod, fit_fay_herriot

FloatArray = npt.NDArray[np.float64]
Scale = Literal["identity", "arcsine"]
INTERCEPT = "intercept"


@dataclass(frozen=True, slots=True, repr=False)
class SmallAreas:
    """Estimates of areas under the area-level model.

    Parameters
    ----------
    frame
        One row an area: its key, ``direct`` and ``variance`` (NaN where it has none of its own), ``n`` where
        known, ``estimate`` (the empirical best predictor), ``mse``, ``se`` (its root), ``ci_low``,
        ``ci_high``, ``gamma`` (weight of the direct part, 0 to 1), ``synthetic``, and the parts ``g1``,
        ``g2``, ``g3`` of mse on the scale of the model.
    coefficients
        ``term``, ``estimate``, ``se``.
    between
        Variance between areas on the scale of the model.
    boundary
        Whether it was estimated as 0: then every estimate is synthetic. ``adjusted_reml`` avoids it.
    method
        Words: estimator of the variance between areas, scale, and benchmarking if any.
    level
        Confidence level, 0 to 1.
    """

    frame: pd.DataFrame
    coefficients: pd.DataFrame
    between: float
    boundary: bool
    method: str
    level: float

    def __repr__(self) -> str:
        return (
            f"{self.frame.to_string(index=False)}\n[{self.method}; variance between areas {self.between:g}]"
        )

    def error_against(self, truth: npt.ArrayLike) -> dict[str, float]:
        """Root mean squared errors of direct and model estimates against known values, in row order."""
        known = np.asarray(truth, dtype=np.float64)
        return {
            name: float(np.sqrt(np.nanmean((self.frame[name].to_numpy(dtype=np.float64) - known) ** 2)))
            for name in ("direct", "estimate")
        }


def fay_herriot(
    table: pd.DataFrame,
    *,
    area: str,
    direct: str = "direct",
    variance: str = "variance",
    covariates: Sequence[str] = (),
    method: VarianceMethod = "reml",
    scale: Scale = "identity",
    level: float = 0.95,
) -> SmallAreas:
    """Fit the area-level model to a table of direct estimates.

    See `barometri.inference.small_area.fit_fay_herriot` for formulas and sources. Intervals are
    ``estimate ± z sqrt(mse)``. An area without a direct estimate gets its synthetic one, with the variance
    between areas in its error.

    Parameters
    ----------
    table
        One row an area.
    area
        Column that names it.
    direct, variance
        Columns of direct estimates and their sampling variances.
    covariates
        Columns of covariates; an intercept is added.
    method
        Estimator of the variance between areas: ``reml``, ``ml``, ``fay_herriot``, ``prasad_rao``,
        ``adjusted_reml``, ``adjusted_ml``.
    scale
        ``identity``; ``arcsine`` for shares, whose ``variance`` column is read as that of arcsines of roots
        (``1 / (4 n_eff)``).
    level
        Confidence level, 0 to 1.

    Returns
    -------
    SmallAreas
        In the unit of the direct estimates.

    Raises
    ------
    OptionError
        An unknown word or column.
    DesignError
        Too few areas, repeated covariates, or a variance that is not positive.

    Examples
    --------
    >>> areas = pd.DataFrame({"area": list("abcde"), "direct": [1.0, 3, 2, 6, 4], "variance": [0.5] * 5})
    >>> found = fay_herriot(areas, area="area")
    >>> found.frame["estimate"].round(3).tolist()
    [1.297, 3.027, 2.162, 5.622, 3.892]
    """
    check_option("method", method, VARIANCE_METHODS)
    check_option("scale", scale, get_args(Scale))
    absent = [name for name in (area, direct, variance, *covariates) if name not in table.columns]
    if absent or not 0 < level < 1:
        message = f"fay_herriot needs columns of the table and a level of 0 to 1; absent: {absent}."
        raise OptionError(message)
    y = table[direct].to_numpy(dtype=np.float64)
    d = table[variance].to_numpy(dtype=np.float64)
    columns = [table[name].to_numpy(dtype=np.float64) for name in covariates]
    x = np.column_stack([np.ones(len(table)), *columns])
    own = np.isfinite(y) & np.isfinite(d)
    value = np.arcsin(np.sqrt(np.clip(y, 0.0, 1.0))) if scale == "arcsine" else y
    fitted = fit_fay_herriot(value[own], x[own], d[own], method=method)
    frame = _predictions(fitted, x, own, scale, float(-special.ndtri((1 - level) / 2)))
    frame.insert(0, "variance", np.where(own, d, np.nan))
    frame.insert(0, "direct", np.where(own, y, np.nan))
    frame.insert(0, area, table[area].to_numpy())
    terms = pd.DataFrame({"term": [INTERCEPT, *covariates], "estimate": fitted.beta})
    terms["se"] = np.sqrt(np.diag(fitted.covariance))
    return SmallAreas(frame, terms, fitted.variance, fitted.boundary, f"{method}, {scale}", level)


def _predictions(
    fitted: FayHerriot, x: FloatArray, own: npt.NDArray[np.bool_], scale: Scale, z: float
) -> pd.DataFrame:
    """Return estimates and errors of all areas, synthetic for those that are not among the fitted ones."""
    leverage = np.einsum("ij,jk,ik->i", x, fitted.covariance, x)

    def spread(values: FloatArray, otherwise: FloatArray | float) -> FloatArray:
        result = np.broadcast_to(np.asarray(otherwise, dtype=np.float64), own.shape).copy()
        result[own] = values
        return result

    synthetic = x @ fitted.beta
    estimate = spread(fitted.eblup, synthetic)
    mse = spread(fitted.mse, fitted.variance + leverage)
    half = z * np.sqrt(np.maximum(mse, 0.0))
    low, high, shown, error, plain = estimate - half, estimate + half, estimate, mse, synthetic
    if scale == "arcsine":
        low, high, plain = (np.sin(np.clip(v, 0.0, np.pi / 2)) ** 2 for v in (low, high, synthetic))
        shown, error = arcsine_shares(estimate, mse), arcsine_variances(estimate, mse)
    return pd.DataFrame(
        {
            "estimate": shown,
            "mse": error,
            "se": np.sqrt(np.maximum(error, 0.0)),
            "ci_low": low,
            "ci_high": high,
            "gamma": spread(fitted.gamma, 0.0),
            "synthetic": plain,
            "g1": spread(fitted.g1, fitted.variance),
            "g2": spread(fitted.g2, leverage),
            "g3": spread(fitted.g3, 0.0),
        }
    )
