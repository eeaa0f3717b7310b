"""Linearised values of ratios, means, proportions and totals, their moments by stratum, and design effects.

A mean is the ratio of ``sum w y`` to ``sum w``; a proportion is the mean of an indicator; a domain is a
column.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from barometri.errors import check_option

FloatArray = NDArray[np.float64]
Comparison = Literal["without_replacement", "with_replacement"]


@dataclass(frozen=True, slots=True)
class Linearized:
    """Estimates and their linearised values summed by sampling unit.

    Parameters
    ----------
    estimate
        Shape (m,); NaN where the denominator is 0.
    totals
        Shape (P, m), columns sum to 0 for ratios.
    """

    estimate: FloatArray
    totals: FloatArray


@dataclass(frozen=True, slots=True)
class Moments:
    """Estimates and the moments by stratum of their linearised values under element sampling.

    Parameters
    ----------
    estimate
        Shape (m,).
    first
        Sums by stratum, shape (H, m).
    second
        Sums of squares by stratum, shape (H, m), or of all products, shape (H, m, m).
    """

    estimate: FloatArray
    first: FloatArray
    second: FloatArray


def _array(values: ArrayLike) -> FloatArray:
    return np.asarray(values, dtype=np.float64)


def _divide(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Quotient with NaN where the denominator is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom != 0, top / np.where(bottom != 0, bottom, 1.0), np.nan)


def linearize_ratio(numerator: ArrayLike, denominator: ArrayLike) -> Linearized:
    """Ratios of totals, with linearised values summed by sampling unit.

    ``z_i = (T_i - R D_i) / sum D`` (Woodruff 1971, JASA 66, 411-414).

    Parameters
    ----------
    numerator
        ``sum w y`` by unit and column, shape (P, m).
    denominator
        ``sum w x`` by unit and column, shape (P, m) or (P, 1); ``sum w`` for means and proportions.

    Returns
    -------
    Linearized
        Ratios and totals for `barometri.inference.linearization.covariance`.

    Examples
    --------
    >>> linearize_ratio([[2.0], [6.0]], [[2.0], [2.0]]).estimate
    array([2.])
    """
    top, bottom = np.broadcast_arrays(_array(numerator), _array(denominator))
    size = bottom.sum(axis=0)
    ratio = _divide(top.sum(axis=0), size)
    return Linearized(ratio, _divide(top - ratio * bottom, np.broadcast_to(size, top.shape)))


def ratio_moments(
    numerator: ArrayLike,
    denominator: ArrayLike,
    numerator_square: ArrayLike,
    cross: ArrayLike,
    denominator_square: ArrayLike,
) -> Moments:
    """Ratios under element sampling, with the squares of their linearised values by stratum.

    ``sum z² = (sum w² y² - 2 R sum w² x y + R² sum w² x²) / (sum w x)²``. For means and proportions x = 1,
    and for indicators y² = y. Centre a numeric y near its mean first: the squares then lose no digits.

    Parameters
    ----------
    numerator, denominator
        ``sum w y`` and ``sum w x`` by stratum and column, shape (H, m).
    numerator_square, cross, denominator_square
        ``sum w² y²``, ``sum w² x y`` and ``sum w² x²``, shape (H, m).

    Returns
    -------
    Moments
        ``second`` of shape (H, m), for `barometri.inference.linearization.covariance_from_moments`.

    Examples
    --------
    >>> ratio_moments([[8.0]], [[2.0]], [[34.0]], [[8.0]], [[2.0]]).second
    array([[0.5]])
    """
    top, bottom = np.broadcast_arrays(_array(numerator), _array(denominator))
    size = bottom.sum(axis=0)
    ratio = _divide(top.sum(axis=0), size)
    first = _divide(top - ratio * bottom, np.broadcast_to(size, top.shape))
    square = _array(numerator_square) - 2 * ratio * _array(cross) + ratio**2 * _array(denominator_square)
    return Moments(ratio, first, _divide(np.maximum(square, 0), np.broadcast_to(size**2, top.shape)))


def ratio_cross_moments(
    numerator: ArrayLike,
    denominator: ArrayLike,
    numerator_products: ArrayLike,
    cross_products: ArrayLike,
    denominator_products: ArrayLike,
) -> Moments:
    """Ratios under element sampling, with all products of their linearised values by stratum.

    Parameters
    ----------
    numerator, denominator
        ``sum w y_a`` and ``sum w x_a`` by stratum and column a, shape (H, m).
    numerator_products, cross_products, denominator_products
        ``sum w² y_a y_b``, ``sum w² y_a x_b`` and ``sum w² x_a x_b``, shape (H, m, m). Columns of disjoint
        domains have zeros; ``x_a`` is 1 on the base of column a.

    Returns
    -------
    Moments
        ``second`` of shape (H, m, m).

    Examples
    --------
    >>> ratio_cross_moments([[8.0]], [[2.0]], [[[34.0]]], [[[8.0]]], [[[2.0]]]).second
    array([[[0.5]]])
    """
    top, bottom = np.broadcast_arrays(_array(numerator), _array(denominator))
    size = bottom.sum(axis=0)
    ratio = _divide(top.sum(axis=0), size)
    first = _divide(top - ratio * bottom, np.broadcast_to(size, top.shape))
    cross = _array(cross_products)
    products = (
        _array(numerator_products)
        - cross * ratio
        - np.swapaxes(cross * ratio, 1, 2)
        + _array(denominator_products) * np.outer(ratio, ratio)
    )
    sizes = np.outer(size, size)
    return Moments(ratio, first, _divide(products, np.broadcast_to(sizes, products.shape)))


def simple_random_variance(
    cases: ArrayLike,
    weights: ArrayLike,
    weighted: ArrayLike,
    weighted_square: ArrayLike,
    *,
    comparison: Comparison = "without_replacement",
) -> FloatArray:
    """Variance that a mean would have in a simple random sample of as many cases, for the design effect.

    ``S² / n`` with ``S² = n / (n - 1) (sum w y² / W - ybar²)``, times ``1 - n / W`` without replacement.
    For a total multiply by W².

    Parameters
    ----------
    cases
        n, shape (m,).
    weights, weighted, weighted_square
        ``W = sum w``, ``sum w y`` and ``sum w y²`` over the base, shape (m,).
    comparison
        Whether the simple random sample is drawn without replacement from a population of size W, or with it
        (the only sensible choice where weights do not sum to the population).

    Returns
    -------
    numpy.ndarray
        Shape (m,); NaN below two cases.

    Examples
    --------
    >>> simple_random_variance([2], [4.0], [8.0], [20.0], comparison="with_replacement")
    array([1.])
    """
    check_option("comparison", comparison, get_args(Comparison))
    n, size = _array(cases), _array(weights)
    mean = _divide(_array(weighted), size)
    spread = np.maximum(_divide(_array(weighted_square), size) - mean**2, 0)
    result = np.where(n > 1, spread / np.maximum(n - 1, 1), np.nan)
    return result if comparison == "with_replacement" else result * (1 - _divide(n, size))


def design_effect(variance: ArrayLike, simple: ArrayLike) -> FloatArray:
    """Variance over that of a simple random sample (Kish 1965); NaN where the latter is 0.

    Examples
    --------
    >>> design_effect([3.0, 0.0], [2.0, 0.0])
    array([1.5, nan])
    """
    return _divide(_array(variance), _array(simple))


def effective_size(weights: ArrayLike, squared_weights: ArrayLike) -> FloatArray:
    """Kish's effective number of cases, ``(sum w)² / sum w²``; NaN for an empty base.

    Examples
    --------
    >>> effective_size([4.0, 0.0], [4.0, 0.0])
    array([ 4., nan])
    """
    return _divide(_array(weights) ** 2, _array(squared_weights))
