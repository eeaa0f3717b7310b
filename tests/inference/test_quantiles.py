"""Rules of weighted quantiles: unweighted they are numpy's, weighted they count rows."""

import numpy as np
import pytest

from barometri.errors import OptionError
from barometri.inference.quantiles import QUANTILE_RULES, QuantileRule, quantiles, rank

P = np.array([0.0, 0.01, 0.1, 0.25, 0.37, 0.5, 0.61, 0.75, 0.9, 0.99, 1.0])
NUMPY = {
    "math": "inverted_cdf",
    "hf1": "inverted_cdf",
    "school": "averaged_inverted_cdf",
    "hf2": "averaged_inverted_cdf",
    "hf4": "interpolated_inverted_cdf",
    "hf5": "hazen",
    "hf6": "weibull",
    "hf7": "linear",
    "hf8": "median_unbiased",
    "hf9": "normal_unbiased",
}


@pytest.mark.parametrize("rule", NUMPY)
@pytest.mark.parametrize("n", [2, 3, 8, 25])
def test_equal_weights_give_the_unweighted_definitions(rule: QuantileRule, n: int) -> None:
    x = np.random.default_rng(n).normal(size=n)
    expected = np.quantile(x, P, method=NUMPY[rule])  # type: ignore[call-overload]  # a word of numpy's
    assert np.allclose(quantiles(rank(x, np.ones(n)), P, rule), expected, rtol=1e-12)


@pytest.mark.parametrize("rule", QUANTILE_RULES)
def test_order_of_rows_and_scale_of_weights_change_nothing(rule: QuantileRule) -> None:
    rng = np.random.default_rng(3)
    x, w = rng.integers(1, 9, 60).astype(float), rng.integers(1, 5, 60).astype(float)
    order = rng.permutation(60)
    assert np.array_equal(quantiles(rank(x, w), P, rule), quantiles(rank(x[order], w[order]), P, rule))
    assert np.allclose(quantiles(rank(x, w), P, rule), quantiles(rank(x, 8 * w), P, rule), rtol=1e-12)


@pytest.mark.parametrize("rule", ["math", "school", "hf3"])
def test_whole_weights_stand_for_repeated_rows(rule: QuantileRule) -> None:
    x, w = np.array([3.0, 1.0, 7.0, 4.0]), np.array([2, 1, 3, 2])
    repeated = np.repeat(x, w)
    assert np.array_equal(
        quantiles(rank(x, w), P, rule), quantiles(rank(repeated, np.ones(len(repeated))), P, rule)
    )


def test_even_rank_is_taken_where_the_share_is_reached_exactly() -> None:
    four = rank([10, 20, 30, 40], np.ones(4))
    assert quantiles(four, [0.25, 0.5, 0.75, 0.6], "hf3").tolist() == [20, 20, 40, 30]


def test_shah_vaish_points_by_hand() -> None:
    # shares (k + .5 - .5) / (n + 1) with equal weights: k / 5
    four = rank([10, 20, 30, 40], np.ones(4))
    assert quantiles(four, [0.19, 0.21, 0.41, 0.95], "shah_vaish").tolist() == [10, 20, 30, 40]
    places = np.arange(1, 24)
    for weight in (1.0, 0.1, 30.97):  # a point that is k / 24 on paper is reached there
        found = quantiles(rank(places, np.full(23, weight)), places / 24, "shah_vaish")
        assert np.array_equal(found, places)


def test_unequal_weights_move_the_points_of_the_lines() -> None:
    # weights 1, 2, 5: sums 1, 3, 8; the second point is (3 - 2 a) / (8 + 5 b)
    three = rank([10, 20, 30], [1, 2, 5])
    second = {"hf4": 3 / 8, "hf5": 2 / 8, "hf6": 3 / 13, "hf7": 1 / 3}
    second |= {"hf8": (3 - 2 / 3) / (8 + 5 / 3), "hf9": (3 - 3 / 4) / (8 + 5 / 4)}
    for rule, point in second.items():
        assert quantiles(three, [point], rule)[0] == pytest.approx(20, abs=1e-12)  # type: ignore[arg-type]
    points = [0.17, 0.18, 0.31, 0.32]  # ((C - w / 2) 3 / 8 + 1 / 2) / 4: .1719, .3125, .6406
    assert quantiles(three, points, "shah_vaish").tolist() == [10, 20, 20, 30]


def test_missing_values_zero_weights_and_nothing() -> None:
    assert quantiles(rank([np.nan, 2.0, 9.0], [1, 1, 0]), [0.01, 0.5, 0.99]).tolist() == [2.0, 2.0, 2.0]
    assert np.isnan(quantiles(rank([np.nan], [1]), [0.5])).all()
    assert quantiles(rank([2.0], [1]), [0.1], "hf7")[0] == 2.0
    with pytest.raises(OptionError, match="rule must be one of"):
        quantiles(rank([1], [1]), [0.5], "hf10")  # type: ignore[arg-type]  # the misspelling is tested
    with pytest.raises(OptionError, match="one weight a value"):
        rank([1, 2], [1])
