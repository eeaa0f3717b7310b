"""Exact properties of the regression verbs."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest

from barometri.errors import DesignError, OptionError
from barometri.estimation import mean
from barometri.regression import (
    RegressionFit,
    linear_regression,
    logistic_regression,
    ordinal_regression,
    poisson_regression,
)
from barometri.regression import variables as variables_room
from barometri.survey import Survey, SurveyDesign
from tests.regression.samples import BLANK, CLUSTERED, ELEMENTS, answers, codebook, survey

VERBS: Mapping[str, tuple[Callable[[Survey, str], RegressionFit], str]] = {
    "linear": (linear_regression, "y ~ side + k*woman"),
    "logistic": (logistic_regression, "good ~ side + k*woman"),
    "poisson": (poisson_regression, "count ~ side + k*woman"),
    "ordinal": (ordinal_regression, "y ~ side + k*woman"),
}
KINDS = list(VERBS)


def fit(kind: str, own: Survey) -> RegressionFit:
    verb, formula = VERBS[kind]
    return verb(own, formula)


def assert_same(one: RegressionFit, other: RegressionFit, tolerance: float = 1e-12) -> None:
    assert one.names == other.names
    np.testing.assert_allclose(one.coefficients, other.coefficients, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(one.se, other.se, rtol=tolerance)


@pytest.mark.parametrize("design", [CLUSTERED, ELEMENTS], ids=["clusters", "elements"])
@pytest.mark.parametrize("kind", KINDS)
def test_records_and_rows_give_the_same(
    kind: str, design: SurveyDesign, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = survey(design)
    records = fit(kind, own)
    assert len(records.model.sample.weight) < 160
    monkeypatch.setattr(variables_room, "MANY", 2)
    rows = fit(kind, own)
    assert len(rows.model.sample.weight) == 900
    assert_same(records, rows, 3e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_standard_error_of_records_equals_that_of_rows_to_the_last_digits(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = fit(kind, survey())
    monkeypatch.setattr(variables_room, "MANY", 2)
    rows = fit(kind, survey())
    assert np.abs(records.se / rows.se - 1).max() < 3e-13


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_rows_changes_no_byte(kind: str) -> None:
    frame = answers()
    mixed = frame.sample(frac=1, random_state=3).reset_index(drop=True)
    one, other = fit(kind, survey(frame=frame)), fit(kind, survey(frame=mixed))
    assert one.coefficients.tobytes() == other.coefficients.tobytes()
    assert one.covariance.tobytes() == other.covariance.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_rescaled_weights_change_nothing(kind: str) -> None:
    frame = answers()
    frame["w"] *= 1024
    assert_same(fit(kind, survey()), fit(kind, survey(frame=frame)), 1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_the_finite_population_counts(kind: str) -> None:
    frame = answers()
    sampled = frame.groupby("h")["h"].transform("size")
    frame["people"] = sampled * 4
    without = fit(kind, survey(SurveyDesign(weight="w", stratum="h"), frame))
    quarter = fit(kind, survey(ELEMENTS, frame))
    np.testing.assert_allclose(quarter.se, without.se * np.sqrt(0.75), rtol=1e-12)
    frame["people"] = sampled
    np.testing.assert_allclose(fit(kind, survey(ELEMENTS, frame)).se, 0, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_people_outside_the_domain_change_no_coefficient_but_stay_in_the_design(kind: str) -> None:
    own = survey()
    inside = fit(kind, own.domain(own["k"] < 4))
    frame = answers()
    alone = fit(kind, survey(frame=frame[frame["k"] < 4]))
    np.testing.assert_allclose(inside.coefficients, alone.coefficients, rtol=1e-9, atol=1e-9)
    assert inside.n == alone.n


def test_an_intercept_alone_is_the_mean_of_the_domain() -> None:
    own = survey().domain(survey()["woman"] == 1)
    found, expected = linear_regression(own, "count ~ 1"), mean(own, "count").frame.iloc[0]
    assert found.coefficients[0] == pytest.approx(expected["estimate"], rel=1e-12)
    assert found.se[0] == pytest.approx(expected["se"], rel=1e-12)
    assert found.df_design == expected["df"]


def test_who_gave_no_answer_is_left_out_of_the_base() -> None:
    frame = answers()
    frame.loc[:9, "side"] = BLANK
    frame.loc[10:19, "y"] = -9002
    frame["k"] = frame["k"].astype(float)
    frame.loc[20:29, "k"] = np.nan
    assert ordinal_regression(survey(frame=frame), "y ~ side + k").n == 870


def test_levels_stand_in_the_order_of_the_codebook_and_can_begin_elsewhere() -> None:
    found = linear_regression(survey(), "count ~ side")
    assert found.names == ("Intercept", "side[T.south]", "side[T.east]")
    turned = linear_regression(survey(), "count ~ side", reference={"side": "east"})
    assert turned.names == ("Intercept", "side[T.north]", "side[T.south]")
    assert turned.coefficients[1] == pytest.approx(-found.coefficients[2])


def test_codes_count_as_numbers_where_asked() -> None:
    frame = answers()
    plain = Survey(frame, CLUSTERED)
    scored = linear_regression(survey(frame=frame), "count ~ y", scores=["y"])
    assert_same(scored, linear_regression(plain, "count ~ y"))
    assert len(linear_regression(survey(frame=frame), "count ~ y").names) == 5


def test_favourable_answers_are_the_outcome_of_a_logistic_fit() -> None:
    assert_same(logistic_regression(survey(), "y ~ side"), logistic_regression(survey(), "good ~ side"))


def test_what_others_determine_is_dropped_and_named() -> None:
    found = linear_regression(survey(), "count ~ k + C(k)")
    assert found.dropped == ("C(k)[T.4]",)


def test_a_polynomial_spans_what_its_powers_span() -> None:
    one = linear_regression(survey(), "count ~ poly(k, 2)")
    frame = answers()
    frame["k2"] = frame["k"] ** 2
    other = linear_regression(survey(frame=frame), "count ~ k + k2")
    found = one.model.x[one.model.sample.pattern] @ one.coefficients
    again = other.model.x[other.model.sample.pattern] @ other.coefficients
    np.testing.assert_allclose(np.unique(found.round(9)), np.unique(again.round(9)))


def test_r_s_degrees_of_freedom() -> None:
    own = survey()
    assert own.degrees_of_freedom == 44
    assert linear_regression(own, "count ~ side + k").df.tolist() == [41.0] * 4
    assert ordinal_regression(own, "y ~ side + k").df.tolist() == [44.0] * 7


def test_a_table_tells_what_was_compared() -> None:
    table = logistic_regression(survey(), "good ~ k").table(level=0.9)
    assert table.columns.tolist() == [
        "term", "estimate", "se", "statistic", "df", "p_value", "ci_low", "ci_high", "reason",
    ]  # fmt: skip
    assert np.all(table["ci_low"] < table["estimate"])


def test_no_answer_is_shown() -> None:
    shown = repr(ordinal_regression(survey(), "y ~ side"))
    assert "side[T.south]" in shown
    assert len(shown.splitlines()) == 8


@pytest.mark.parametrize(
    ("design", "message"),
    [(SurveyDesign(weight="w"), "needs clusters"), (CLUSTERED, "without strata")],
)
def test_cr2_is_refused_where_it_is_wrong(design: SurveyDesign, message: str) -> None:
    with pytest.raises(DesignError, match=message):
        linear_regression(survey(design), "count ~ k", se="cr2")


def test_cr2_gives_each_coefficient_its_degrees_of_freedom() -> None:
    frame = answers()
    frame["place"] = frame["unit"] + 100 * frame["h"]
    own = survey(SurveyDesign(weight="w", psu="place"), frame)
    found, plain = linear_regression(own, "y ~ side + k", se="cr2"), linear_regression(own, "y ~ side + k")
    np.testing.assert_allclose(found.coefficients, plain.coefficients)
    assert np.all(found.df < 47)
    assert np.all((found.se / plain.se > 0.97) & (found.se / plain.se < 1.2))
    assert found.method == "linear/cr2"
    usual = linear_regression(own, "y ~ side + k", se="cr2", working="independent")
    assert usual.method == "linear/cr2_independent"
    assert np.all(usual.df != found.df)
    np.testing.assert_allclose(usual.coefficients, found.coefficients)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda own: linear_regression(own, "y ~ k", se="hc3"), "se must be one of"),  # type: ignore[arg-type]
        (lambda own: linear_regression(own, "y ~ k", working="ar1"), "working must be one of"),  # type: ignore[arg-type]
        (lambda own: linear_regression(own, "y ~ k", clusters="town"), "clusters must be one of"),  # type: ignore[arg-type]
        (lambda own: logistic_regression(own, "k ~ y"), "must hold 0 and 1"),
        (lambda own: logistic_regression(own, "good ~ k", penalty="ridge"), "penalty must be one of"),  # type: ignore[arg-type]
        (lambda own: ordinal_regression(own, "y ~ k", nominal=["side"]), "no term"),
        (lambda own: ordinal_regression(own, "y ~ k", link="log"), "link must be one of"),  # type: ignore[arg-type]
        (lambda own: linear_regression(own, "y ~ side", reference={"side": "west"}), "one of its levels"),
        (lambda own: linear_regression(own, "y ~ side", scores="side"), "list of names"),
        (lambda own: linear_regression(own.domain(own["k"] > 9), "y ~ side"), "Nobody"),
    ],
)
def test_a_wrong_option_is_told(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(OptionError, match=message):
        call(survey())


def test_a_single_unit_in_a_stratum_is_named() -> None:
    frame = answers()
    frame.loc[0, "h"] = 77
    with pytest.raises(DesignError, match="h=77"):
        linear_regression(Survey(frame, SurveyDesign(weight="w", stratum="h", psu="unit")), "count ~ k")


def test_text_and_pandas_categories_are_categories() -> None:
    frame = answers()
    frame["place"] = pd.Series(["b", "a", "c"] * 300)
    found = linear_regression(Survey(frame, CLUSTERED, codebook=codebook()), "count ~ place")
    assert found.names == ("Intercept", "place[T.b]", "place[T.c]")
