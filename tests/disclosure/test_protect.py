"""The passage over the line, on the demonstration's whole release and on single estimates."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

import barometri as bm
from barometri.disclosure.behind import shares_behind
from barometri.disclosure.cells import system
from barometri.disclosure.protect import protect
from barometri.disclosure.protected import SUPPRESSED, Protected
from barometri.disclosure.release import groups
from barometri.errors import DisclosureError
from barometri.results import Results, SameAsPublished, Verdict
from barometri.study.plan import DisclosureRules
from barometri.survey import Survey

NUMBERS = ["estimate", "se", "ci_low", "ci_high", "n", "n_weighted", "df"]
STRICT = DisclosureRules(minimum_n=75, minimum_k=20, unreliable=90, small_base=120)
"""Thresholds so high that the demonstration has much to hide."""
TABLES = (
    "good_cooperation_by_group",
    "statements_by_group",
    "cooperation_by_number_of_models",
    "nothing_agreed_by_district",
    "annex_mean_number_by_district",
    "annex_gap",
)
CLAIMS = ("QF01", "QF02", "QF09", "QF12", "QF25")


@pytest.fixture(scope="module")
def few_tables(demo_results: Results) -> Results:
    """A part of the demonstration's run."""
    return replace(
        demo_results,
        tables={name: demo_results.tables[name] for name in TABLES},
        claims=tuple(claim for claim in demo_results.claims if claim.claim.id in CLAIMS),
        published_figures=demo_results.published_figures[:2],
    )


@pytest.fixture(scope="module")
def strict(few_tables: Results) -> Protected:
    """A part of the demonstration under high thresholds."""
    return protect(few_tables, STRICT)


def test_all_counts_of_the_release_fit_one_set_of_people(demo_results: Results) -> None:
    """Every count of every table and claim is a row of one system with a solution."""
    behind = shares_behind(demo_results.tables, demo_results.claims, demo_results.published_figures)
    found = groups(demo_results.tables, behind, demo_results.study, demo_results.wave)
    assert {"cooperation", "number_of_models"} <= {group.item for group in found}
    for group in found:
        facts = system(group)
        told = np.flatnonzero(np.isfinite(facts.k))
        rows = sparse.vstack([facts.base, facts.numerator[told]])
        values = np.concatenate([facts.n, facts.k[told]])
        cells = rows.shape[1]
        answer = milp(
            np.zeros(cells), constraints=LinearConstraint(rows, values, values), bounds=Bounds(0, np.inf)
        )
        assert answer.status == 0, (group.item, group.wave)


def test_at_most_a_tenth_of_the_main_tables_is_hidden(demo_protected: Protected) -> None:
    """Protection costs little: agreed models, good cooperation and items over waves stay readable."""
    main = [
        name
        for name, table in demo_protected.tables.items()
        if table.analysis.verb in {"model_prevalence", "proportion", "change", "distribution"}
    ]
    assert len(main) > 10
    for name in main:
        hidden = demo_protected.tables[name].frame["status"].eq(SUPPRESSED)
        assert hidden.mean() <= 0.1, name


def test_a_hidden_record_has_no_number_left(strict: Protected) -> None:
    """Base, weighted base, share, error, limits, df and method vanish together, whatever the reason."""
    seen = 0
    for table in strict.tables.values():
        hidden = table.frame[table.frame["status"] == SUPPRESSED]
        seen += len(hidden)
        assert hidden[NUMBERS].isna().all(axis=None)
        assert hidden["method"].eq("").all()
        shown = table.frame[table.frame["status"] != SUPPRESSED]
        assert (shown["n"] >= STRICT.minimum_n).all()
    assert seen > 8
    assert any(row.secondary for row in strict.hidden)


def test_margins_outlive_cells(strict: Protected) -> None:
    """Groups merge to the country before they vanish: the whole country is still told."""
    frame = strict.tables["nothing_agreed_by_district"].frame
    assert frame.loc[frame["district"] == "_total", "status"].ne(SUPPRESSED).all()
    assert frame["status"].eq(SUPPRESSED).any()


def test_a_claim_on_a_hidden_base_is_not_reportable(few_tables: Results, strict: Protected) -> None:
    """A verdict is a release: whatever its sign, it is silent where a base is hidden."""
    few = {
        claim.claim.id
        for claim in few_tables.claims
        if any(
            b.n < STRICT.minimum_n or not STRICT.minimum_k <= b.k <= b.n - STRICT.minimum_k
            for b in claim.cells
        )
    }
    silent = protect(replace(few_tables, tables={}), replace(STRICT, minimum_n=300))
    for claim in silent.claims:
        if claim.verdict is Verdict.NOT_REPORTABLE:
            assert np.isnan([claim.estimate, claim.ci_low, claim.ci_high, claim.n, claim.df]).all()
            assert claim.parts == ()
            assert (claim.p_text, claim.adjusted_p_text, claim.reason, claim.beside) == ("", "", "", ())
            assert np.isnan(claim.power)
            assert claim.same_as_published is SameAsPublished.NOT_COMPARABLE
    assert any(claim.verdict is Verdict.NOT_REPORTABLE for claim in silent.claims)
    assert any(claim.verdict is not Verdict.NOT_REPORTABLE for claim in strict.claims)
    assert {c.claim.id for c in strict.claims if c.verdict is Verdict.NOT_REPORTABLE} >= few


def test_nothing_below_the_line_has_more_digits_than_the_rule(demo_protected: Protected) -> None:
    """Shares to 0.001 or 0.01, weighted bases to tens, errors to two digits, df to ones."""
    bases = [table.frame["n_weighted"] for table in demo_protected.tables.values()]
    assert pd.concat(bases).notna().mean() > 0.9
    for table in demo_protected.tables.values():
        frame = table.frame[table.frame["status"] != SUPPRESSED]
        digits = np.where(frame["n"] >= 100, 3, 2)
        if table.statistic == "proportion":
            for column in ("estimate", "ci_low", "ci_high"):
                kept = [round(v, d) for v, d in zip(frame[column], digits, strict=True)]
                np.testing.assert_array_equal(frame[column], kept)
        assert (frame["n_weighted"].dropna() % 10 == 0).all()  # not told where it would tell who answered
        assert (~np.isfinite(frame["df"]) | (frame["df"] % 1 == 0)).all()


def test_single_estimates_are_protected_alone(demo_surveys: Mapping[int, Survey]) -> None:
    """One call is protected by itself and says so."""
    estimates = bm.proportion(demo_surveys[2021], "cooperation", by="group")
    alone = bm.protect(estimates, DisclosureRules(minimum_n=80, minimum_k=5))
    frame = alone.tables["estimates"].frame
    assert alone.notes == ("alone",)
    assert frame["status"].eq(SUPPRESSED).sum() >= 1
    assert bm.protect({"a": estimates}).tables["a"].frame["estimate"].notna().all()


def test_a_filter_without_a_name_is_refused(demo_surveys: Mapping[int, Survey]) -> None:
    """A boolean mask cannot be compared with other releases."""
    survey = demo_surveys[2021]
    few = survey.domain(np.arange(survey.n) > 3)
    with pytest.raises(DisclosureError, match="mask"):
        bm.protect(bm.proportion(few, "cooperation"))


def test_a_statistic_without_a_rule_stays_above_the_line(demo_surveys: Mapping[int, Survey]) -> None:
    """A quantile can be one respondent's own answer."""
    median = bm.quantile(demo_surveys[2021], "experience_years", 0.5)
    with pytest.raises(DisclosureError, match="quantile"):
        bm.protect(median)


def test_the_frame_of_a_protected_table_is_a_copy(few_tables: Results, strict: Protected) -> None:
    """Protecting changes nothing above the line."""
    for name, result in few_tables.tables.items():
        exact = result.estimates.frame["estimate"]
        assert strict.tables[name].frame is not result.estimates.frame
        assert (exact.dropna() != exact.dropna().round(3)).any(), name
        assert "status" not in result.estimates.frame


def test_the_rules_that_were_used_go_with_what_they_protected(strict: Protected) -> None:
    """The report states the thresholds of the passage, not those of the study file."""
    assert strict.study.disclosure == STRICT


def test_values_of_hidden_rows_reach_nothing(few_tables: Results, strict: Protected) -> None:
    """Whatever a hidden row holds, with its counts as they are, every number, order and word is the same."""
    rng = np.random.default_rng(1)
    tables = {}
    for name, result in few_tables.tables.items():
        frame = result.estimates.frame.copy()
        hidden = strict.tables[name].frame["status"].eq(SUPPRESSED).to_numpy()
        for column in ("estimate", "se", "ci_low", "ci_high", "n_weighted", "df"):
            frame.loc[hidden, column] = rng.uniform(0.1, 0.9, hidden.sum())
        tables[name] = replace(result, estimates=replace(result.estimates, frame=frame))
    again = protect(replace(few_tables, tables=tables), STRICT)
    for name, table in strict.tables.items():
        pd.testing.assert_frame_equal(again.tables[name].frame, table.frame)
        assert repr(again.tables[name].effects) == repr(table.effects)
    assert repr(again.claims) == repr(strict.claims)
    assert again.hidden == strict.hidden
