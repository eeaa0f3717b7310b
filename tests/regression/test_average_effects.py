"""Average marginal effects equal g-computation and numerical derivatives of likelihoods, made by hand."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import special

from barometri.errors import OptionError
from barometri.estimation import total
from barometri.regression import (
    RegressionFit,
    linear_regression,
    logistic_regression,
    marginal_effects,
    ordinal_regression,
    poisson_regression,
    predicted,
    standardise,
)
from barometri.survey import Survey
from tests.regression.samples import ELEMENTS, answers, survey

FloatArray = NDArray[np.float64]
Predict = Callable[[FloatArray, pd.DataFrame], FloatArray]
SIDES = {"north": 1, "south": 2, "east": 3}


@dataclass(frozen=True)
class ByHand:
    """A fit of ours, with predictions (n, C) and log-likelihoods (n,) at any coefficients, made by hand."""

    fit: Callable[[Survey], RegressionFit]
    predict: Predict
    value: Predict


def columns(d: pd.DataFrame) -> FloatArray:
    """Side, number of models, woman, and side by models: without the intercept, in the fit's order."""
    south, east = (d["side"] == 2).astype(float), (d["side"] == 3).astype(float)
    return np.column_stack([south, east, d["k"], d["woman"], south * d["k"], east * d["k"]])


def linear_predictor(b: FloatArray, d: pd.DataFrame) -> FloatArray:
    return np.asarray(b[0] + columns(d) @ b[1:])


def shares(b: FloatArray, d: pd.DataFrame) -> FloatArray:
    """Five answers, proportional odds in everything."""
    below = special.expit(b[:4][None, :] - (columns(d) @ b[4:])[:, None])
    return np.asarray(np.diff(below, axis=1, prepend=0, append=1))


def partial_shares(b: FloatArray, d: pd.DataFrame) -> FloatArray:
    """Sides have an effect on each threshold of their own; models and woman do not, but for their product."""
    south, east = (np.asarray(d["side"] == code, dtype=float)[:, None] for code in (2, 3))
    common = np.column_stack([d["k"], d["woman"], d["k"] * d["woman"]]) @ b[12:]
    below = special.expit(b[:4] + south * b[4:8] + east * b[8:12] - common[:, None])
    return np.asarray(np.diff(below, axis=1, prepend=0, append=1))


def chosen(predict: Predict) -> Predict:
    def value(b: FloatArray, d: pd.DataFrame) -> FloatArray:
        return np.asarray(np.log(predict(b, d)[np.arange(len(d)), d["y"] - 1]))

    return value


CROSSED = "side*k + woman"
FITS = {
    "linear": ByHand(
        lambda s: linear_regression(s, f"count ~ {CROSSED}"),
        lambda b, d: linear_predictor(b, d)[:, None],
        lambda b, d: np.asarray(-((d["count"] - linear_predictor(b, d)) ** 2) / 2),
    ),
    "logistic": ByHand(
        lambda s: logistic_regression(s, f"good ~ {CROSSED}"),
        lambda b, d: np.asarray(special.expit(linear_predictor(b, d)))[:, None],
        lambda b, d: np.asarray(special.log_expit((2 * d["good"] - 1) * linear_predictor(b, d))),
    ),
    "poisson": ByHand(
        lambda s: poisson_regression(s, f"count ~ {CROSSED}"),
        lambda b, d: np.exp(linear_predictor(b, d))[:, None],
        lambda b, d: np.asarray(d["count"] * linear_predictor(b, d) - np.exp(linear_predictor(b, d))),
    ),
    "ordinal": ByHand(lambda s: ordinal_regression(s, f"y ~ {CROSSED}"), shares, chosen(shares)),
    "nominal": ByHand(
        lambda s: ordinal_regression(s, "y ~ side + k*woman", nominal=["side"]),
        partial_shares,
        chosen(partial_shares),
    ),
}


def by_coefficient(function: Callable[[FloatArray], FloatArray], at: FloatArray, step: float) -> FloatArray:
    """Central differences, coefficients last."""
    moves = step * np.eye(len(at))
    return np.stack([(function(at + m) - function(at - m)) / (2 * step) for m in moves], axis=-1)


def gains(own: ByHand, b: FloatArray, d: pd.DataFrame, variable: str, versus: str) -> FloatArray:
    """Each respondent's effect of a level against the first, or slope, shape (n, C)."""
    if versus == "slope":
        up, down = d.assign(k=d["k"] + 1e-4), d.assign(k=d["k"] - 1e-4)
        return (own.predict(b, up) - own.predict(b, down)) / 2e-4
    high, low = (SIDES[word] if variable == "side" else int(word) for word in versus.split(" - "))
    return own.predict(b, d.assign(**{variable: high})) - own.predict(b, d.assign(**{variable: low}))


@pytest.mark.parametrize("name", FITS)
def test_effects_and_errors_equal_those_by_hand(name: str) -> None:
    """Scores, information and derivatives by differences; the error is that of a total of influences."""
    own, d = FITS[name], answers(500)
    people = survey(frame=d)
    fit, w = own.fit(people), d["w"].to_numpy()
    b = fit.coefficients
    found = marginal_effects(fit).frame
    assert set(found["versus"]) == {"south - north", "east - north", "slope", "1 - 0"}

    scores = by_coefficient(lambda at: own.value(at, d), b, 1e-5)
    bend = by_coefficient(lambda at: w @ by_coefficient(lambda x: own.value(x, d), at, 1e-4), b, 1e-4)
    influence = -scores @ np.linalg.inv(bend)
    for key, rows in found.groupby(["variable", "versus"]):
        variable, versus = (str(word) for word in key)
        each = gains(own, b, d, variable, versus)
        mean = np.average(each, weights=w, axis=0)
        np.testing.assert_allclose(rows["estimate"], mean, rtol=1e-6, atol=1e-9)

        def average(at: FloatArray, variable: str = variable, versus: str = versus) -> FloatArray:
            return np.asarray(np.average(gains(own, at, d, variable, versus), weights=w, axis=0))

        slope = by_coefficient(average, b, 1e-5)
        for place, se in enumerate(rows["se"]):
            moved = (each[:, place] - mean[place]) / w.sum() + influence @ slope[place]
            expected = total(people.with_column("moved", moved), "moved").frame["se"][0]
            assert se == pytest.approx(expected, rel=2e-4)


def test_contrasts_of_levels_use_the_joint_covariance() -> None:
    """South less east from the effects is the effect of a fit with another reference."""
    people = survey(ELEMENTS)
    first = marginal_effects(logistic_regression(people, "good ~ side*k"), ["side"])
    second = marginal_effects(
        logistic_regression(people, "good ~ side*k", reference={"side": "east"}), ["side"]
    ).frame.set_index("versus")
    apart = np.array([1.0, -1.0])
    assert first.frame["estimate"] @ apart == pytest.approx(second.loc["south - east", "estimate"], rel=1e-8)
    assert np.sqrt(apart @ first.covariance @ apart) == pytest.approx(
        second.loc["south - east", "se"], rel=1e-6
    )


def test_nominal_terms_on_one_category_give_its_shares() -> None:
    """Saturated: every side has thresholds of its own, so that predictions are its shares; `good` adds up."""
    d = answers()
    fit = ordinal_regression(survey(frame=d), "y ~ side", nominal=["side"])
    table = d.pivot_table("w", "side", "y", aggfunc="sum")
    expected = table.div(table.sum(axis=1), axis=0).to_numpy()
    assert np.allclose(predicted(fit).frame["estimate"].to_numpy().reshape(3, 5), expected, atol=1e-8)
    assert np.allclose(
        standardise(fit, "side").frame["estimate"].to_numpy().reshape(3, 5), expected, atol=1e-8
    )
    good = marginal_effects(fit, categories="good").frame["estimate"].to_numpy()
    assert np.allclose(good, (expected[1:] - expected[0])[:, 3:].sum(axis=1), atol=1e-8)


def test_predictions_where_thresholds_cross_are_refused() -> None:
    fit = ordinal_regression(survey(), "y ~ k + woman", nominal=["k"])
    with pytest.raises(OptionError, match="thresholds cross"):
        predicted(fit, {"k": [-200, 200], "woman": [0, 0]})
