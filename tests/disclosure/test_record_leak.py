"""A hidden record cannot be rebuilt from what stands beside it; nothing told has more digits than allowed."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from barometri.disclosure.protect import protect
from barometri.disclosure.protected import SUPPRESSED, Protected
from barometri.errors import DisclosureError
from barometri.estimates import Effect, Estimates
from barometri.estimation import mean, proportion
from barometri.results import AnalysisResult, Provenance, Results, WaveSummary
from barometri.study.claim import Claim, PublishedFigure
from barometri.study.codebook import Code, Codebook, Question
from barometri.study.plan import Analysis, DisclosureRules, Verb
from barometri.study.study import Study
from barometri.survey import Survey, SurveyDesign

DECLARED = (Study, Analysis, Provenance, Claim, PublishedFigure)
VERBS: Mapping[str, Verb] = {"share": "proportion", "each": "distribution", "mean": "mean"}


def code(value: int) -> Code:
    return Code(value, str(value), {}, {})


def survey(yes: list[int], n: list[int], weights: list[float], answers: int = 2) -> Survey:
    """Groups of given sizes, of which so many give the first answer and the others the rest in turn."""
    rows = [
        (group, 1 if i < few else 2 + i % (answers - 1), weight)
        for group, (few, size, weight) in enumerate(zip(yes, n, weights, strict=True), start=1)
        for i in range(size)
    ]
    frame = pd.DataFrame(rows, columns=["group", "item", "w"]).astype({"group": "int32", "item": "int32"})
    book = {
        "item": Question("item", "ordinal", {}, {}, tuple(map(code, range(1, answers + 1))), good=(1,)),
        "group": Question("group", "nominal", {}, {}, tuple(map(code, range(1, len(n) + 1)))),
    }
    return Survey(frame, SurveyDesign(weight="w", stratum="group"), codebook=Codebook(book))


def run(data: Survey, estimates: Mapping[str, Estimates], effects: tuple[Effect, ...] = ()) -> Results:
    book = data.codebook or Codebook({})
    study = Study("made_up", Path(), {}, ("en",), date.min, book, waves={}, analyses=(), digest="")
    tables = {
        name: AnalysisResult(Analysis(name, VERBS[name], ("item",), ("group",)), found, effects)
        for name, found in estimates.items()
    }
    return Results(study, 1, tables, (), (), Provenance({}, "", ""))


YES, N, WEIGHTS = [20, 2, 30, 25], [60, 50, 70, 55], [2.0, 3.3, 2.7, 4.1]


@pytest.fixture(scope="module")
def small() -> Survey:
    return survey(YES, N, WEIGHTS)


def share(data: Survey) -> Estimates:
    return proportion(data, ["item"], by="group", margins=True)


def test_neighbours_weights_and_known_sizes_leave_several_counts(small: Survey) -> None:
    """Who knows every weight and size solves the shown shares for hidden counts: three values at least."""
    frame = protect(run(small, {"share": share(small)})).tables["share"].frame
    assert frame["status"].eq(SUPPRESSED).sum() == 2
    rows, low, high = [], [], []
    for record in frame[frame["status"] != SUPPRESSED].to_dict("records"):
        inside = [record["group"] in {"_total", str(g)} for g in range(1, 5)]
        row = np.where(inside, WEIGHTS, 0.0)
        size = float(row @ N)
        rows.append(row)
        low.append((record["estimate"] - 0.005) * size)
        high.append((record["estimate"] + 0.005) * size)
    fits = LinearConstraint(np.array(rows), low, high)
    whole = np.ones(4, dtype=np.int64)
    found = []
    for sign in (1, -1):
        answer = milp(sign * np.eye(4)[1], constraints=fits, integrality=whole, bounds=Bounds(0, N)).x
        assert answer is not None
        found.append(round(answer[1]))
    assert found[0] <= YES[1] <= found[1]
    assert found[1] - found[0] >= 2


def test_shares_beside_a_hidden_row_are_told_to_whole_per_cents(small: Survey) -> None:
    """An exact share of many strata is an equation for all their counts."""
    frame = protect(run(small, {"share": share(small)})).tables["share"].frame
    told = frame.loc[frame["status"] != SUPPRESSED, ["estimate", "ci_low", "ci_high"]]
    np.testing.assert_array_equal(told, told.round(2))
    whole = survey([20, 12, 30, 25], N, WEIGHTS)
    kept = protect(run(whole, {"share": share(whole)})).tables["share"].frame["estimate"]
    assert (kept != kept.round(2)).any()


def test_a_hidden_row_holds_nothing_and_changes_nothing(small: Survey) -> None:
    """Its weighted base, error, interval and place are gone: other values leave the same release."""
    exact = share(small)
    frame = exact.frame.copy()
    told = protect(run(small, {"share": exact})).tables["share"].frame
    hidden = told["status"].eq(SUPPRESSED).to_numpy()
    assert (
        told.loc[hidden, ["estimate", "se", "ci_low", "ci_high", "n", "n_weighted", "df"]]
        .isna()
        .all(axis=None)
    )
    assert told.loc[hidden, "method"].eq("").all()
    assert told["group"].tolist() == frame["group"].tolist()
    for column in ("estimate", "se", "ci_low", "ci_high", "n_weighted", "df"):
        frame.loc[hidden, column] = 0.123456
    again = protect(run(small, {"share": replace(exact, frame=frame)})).tables["share"].frame
    pd.testing.assert_frame_equal(again, told)


def effect(name: str = "somers_d", k_low: int = 50, n: int = 200, **about: str) -> Effect:
    return Effect(
        name, 0.123456, 0.04, 0.0451, 0.2019, n, 100.0, 0.0123, "m", "null", k_low=k_low, about=about
    )


def test_a_test_of_a_table_with_a_hidden_row_is_not_told(small: Survey) -> None:
    """A p value fixes a hidden cell."""
    (told,) = protect(run(small, {"share": share(small)}, (effect(),))).tables["share"].effects
    assert (told.status, told.p_text, told.n) == (SUPPRESSED, "", 0)
    assert np.isnan([told.estimate, told.ci_low, told.ci_high]).all()
    other = effect(item="another")
    assert protect(run(small, {"share": share(small)}, (other,))).tables["share"].effects[0].status == "shown"
    whole = survey([20, 12, 30, 25], N, WEIGHTS)
    (shown,) = protect(run(whole, {"share": share(whole)}, (effect(),))).tables["share"].effects
    assert (shown.estimate, shown.ci_low, shown.ci_high, shown.p_text) == (0.12, 0.05, 0.2, ".01")


@pytest.mark.parametrize("few", [{"k_low": 9}, {"n": 9}])
def test_a_model_with_a_level_of_few_is_not_told(few: Mapping[str, int]) -> None:
    whole = survey([20, 12, 30, 25], N, WEIGHTS)
    (told,) = protect(run(whole, {"share": share(whole)}, (effect(**few),))).tables["share"].effects  # type: ignore[arg-type]
    assert told.status == SUPPRESSED
    (shown,) = protect(run(whole, {"share": share(whole)}, (effect(k_low=10, n=10),))).tables["share"].effects
    assert shown.status == "unreliable"


@pytest.mark.parametrize(("yes", "n"), [(14, 14), (13, 14), (0, 14), (50, 50), (46, 50), (4, 50), (2, 2)])
@pytest.mark.parametrize("answers", [2, 5])
def test_a_class_is_shown_neither_as_share_nor_as_answers_nor_as_mean(yes: int, n: int, answers: int) -> None:
    data = survey([40, yes, 30], [120, n, 90], [1.0, 1.5, 2.0], answers)
    each = proportion(data, ["item"], by="group", categories="each", margins=True)
    found = {"share": share(data), "each": each, "mean": mean(data, ["item"], by="group", margins=True)}
    if 0 < yes < n and answers > 2:
        found["each"] = share(data)
    if yes in {0, 4} and answers > 2:
        del found["mean"]
    for table in protect(run(data, found)).tables.values():
        own = table.frame[table.frame["group"] == "2"]
        told = own if table.statistic == "mean" else own[own["n"].isna() | (own["estimate"] != 0.5)]
        assert told["status"].eq(SUPPRESSED).all()


def test_the_error_of_a_mean_is_told_from_twenty_answers_on() -> None:
    data = survey([7, 8, 30], [19, 20, 90], [1.0, 1.5, 2.0])
    table = protect(run(data, {"mean": mean(data, ["item"], by="group", margins=True)})).tables["mean"]
    frame = table.frame.set_index("group")
    assert frame["estimate"].notna().all()
    assert frame.loc["1", ["se", "ci_low", "ci_high"]].isna().all()
    assert frame.loc["2", ["se", "ci_low", "ci_high"]].notna().all()


def test_a_hidden_mean_is_not_the_difference_of_others() -> None:
    """With one mean hidden among three and their total shown, subtraction would give it back."""
    data = survey([30, 39, 45], [60, 40, 90], [1.0, 1.0, 1.0])
    frame = protect(run(data, {"mean": mean(data, ["item"], by="group", margins=True)})).tables["mean"].frame
    assert frame["status"].eq(SUPPRESSED).sum() == 2
    assert frame.loc[frame["group"] == "2", "status"].eq(SUPPRESSED).all()


def test_a_declared_impossible_answer_shows_its_zero() -> None:
    data = survey([20, 0, 30], [60, 50, 70], [1.0, 1.5, 2.0])
    told = protect(run(data, {"share": share(data)}), DisclosureRules(structural_zeros=("item:1",)))
    assert told.tables["share"].frame["estimate"].iloc[1] == 0
    assert protect(run(data, {"share": share(data)})).tables["share"].frame["estimate"].isna().sum() == 2


def test_good_answers_beside_answers_that_no_codebook_knows_are_refused() -> None:
    data = survey([20, 12, 30], [60, 50, 70], [1.0, 1.5, 2.0])
    each = proportion(data, ["item"], by="group", categories="each")
    with pytest.raises(DisclosureError, match="no codebook says which are good"):
        protect({"a": share(data), "b": each})


def test_one_answer_of_several_has_others_beside_it() -> None:
    """A category alone is no class of its own: its complement counts."""
    data = survey([20, 12, 30], [60, 50, 70], [1.0, 1.5, 2.0], 3)
    one = proportion(data, ["item"], by="group", categories=[1], margins=True)
    assert protect({"a": one}).tables["a"].frame["estimate"].notna().all()
    few = survey([20, 3, 30], [60, 50, 70], [1.0, 1.5, 2.0], 3)
    rare = proportion(few, ["item"], by="group", categories=[1], margins=True)
    assert protect({"a": rare}).tables["a"].frame["estimate"].isna().sum() == 2


def parts(value: object, name: str) -> list[tuple[str, object]]:
    """Return what a record, a table or a list consists of."""
    if isinstance(value, pd.DataFrame):
        return [(f"{name}.{c}", float(one)) for c in value.select_dtypes("number") for one in value[c]]
    if isinstance(value, Mapping):
        return [(name, one) for one in value.values()]
    if isinstance(value, tuple):
        return [(name, one) for one in value]
    if is_dataclass(value) and not isinstance(value, DECLARED):
        return [(f"{type(value).__name__}.{e.name}", getattr(value, e.name)) for e in fields(value)]
    return []


def numbers(value: object, name: str = "") -> Iterator[tuple[str, float]]:
    """Walk every float that something holds, declared things apart."""
    if isinstance(value, float):
        yield name, value
    for inner, one in parts(value, name):
        yield from numbers(one, inner)


def test_no_number_told_has_more_digits_than_allowed(demo_protected: Protected) -> None:
    seen = set()
    for name, value in numbers(demo_protected):
        if not np.isfinite(value):
            continue
        seen.add(name)
        if name.endswith(".se"):
            assert value == float(f"{value:.1e}"), name
        elif name.endswith((".n", ".df", "n_weighted", "effective_n")):
            assert value % (10 if name.endswith(("n_weighted", "effective_n")) else 1) == 0, name
        else:
            assert value == round(value, 3), name
    assert {"ProtectedWave.response_rate", "ProtectedWave.deff", "ProtectedTable.frame.estimate"} <= seen
    assert {"ProtectedEffect.estimate", "ProtectedClaim.estimate", "ProtectedPart.ci_low"} <= seen


def test_no_word_of_a_record_tells_a_number_of_people(demo_protected: Protected) -> None:
    """Methods, notes and nulls are words."""
    words = {e.method for t in demo_protected.tables.values() for e in t.effects}
    words |= {e.null for t in demo_protected.tables.values() for e in t.effects}
    words |= {n for t in demo_protected.tables.values() for n in t.notes} | set(demo_protected.notes)
    words |= {c.reason for c in demo_protected.claims} | {c.method for c in demo_protected.claims}
    assert not [
        word for word in words if any(c.isdigit() for c in word.replace("cr2", "").replace(" 1 ", ""))
    ]


@pytest.mark.parametrize(
    ("fewest", "size", "deff"), [(10, 840.0, 1.09), (9, np.nan, 1.1), (None, np.nan, 1.1)]
)
def test_how_unequal_weights_are_is_told_by_the_smallest_cell(
    fewest: int | None, size: float, deff: float
) -> None:
    wave = WaveSummary(
        2021, 912, "d", "f", True, True, True, 1.7, 0.318102, ("raked",), 836.4, 1.0915, fewest
    )
    data = survey([20, 12, 30, 25], N, WEIGHTS)
    (told,) = protect(replace(run(data, {}), waves=(wave,))).waves
    assert (told.year, told.n, told.response_rate, told.deff) == (2021, 912.0, 0.318, deff)
    assert told.effective_n == size or np.isnan([told.effective_n, size]).all()
    assert (told.design, told.field_days, told.has_weights, told.weighting) == ("d", "f", True, ("raked",))
