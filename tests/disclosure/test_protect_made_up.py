"""The passage over the line on made-up runs: masks, digits, waves, counts of what is hidden, refusals."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from barometri.disclosure.protect import LEAST_FOR_SPREAD, as_results, protect
from barometri.disclosure.protected import SUPPRESSED, Hidden, ProtectedTable, ProtectedWave
from barometri.errors import DisclosureError
from barometri.estimates import TOTAL, Cell, Effect, Estimates
from barometri.results import AnalysisResult, ClaimResult, Provenance, Results, Verdict, WaveSummary
from barometri.study.claim import Claim
from barometri.study.plan import Analysis, DisclosureRules
from barometri.study.reading import read_study

NUMBERS = ["estimate", "se", "ci_low", "ci_high", "n", "n_weighted", "df"]
SPREAD = ["se", "ci_low", "ci_high"]
study = cache(read_study)
Row = tuple[Mapping[str, str], float, float]
"""Keys, answers and numerator."""


def made(*rows: Row, statistic: str = "proportion", by: tuple[str, ...] = ("group",)) -> Estimates:
    """Estimates with many digits everywhere; of a mean, a numerator stands for nothing."""
    n = np.array([row[1] for row in rows], dtype=float)
    k = np.array([row[2] for row in rows], dtype=float)
    share = k / n if statistic == "proportion" else np.full(len(rows), 3.14159)
    values = pd.DataFrame(
        {
            "estimate": share,
            "se": 0.0123456,
            "ci_low": share - 0.0123456,
            "ci_high": share + 0.0123456,
            "n": n.astype(int),
            "n_weighted": n * 10 + 6.789,
            "df": n - 0.6,
            "method": "m",
        }
    )
    counts = pd.DataFrame({"k": k} if statistic == "proportion" else {"k": k * np.nan, "others": n / 2})
    keys = pd.DataFrame([dict(row[0]) for row in rows])
    frame = pd.concat([keys, values], axis=1)
    return Estimates(frame, np.eye(len(rows)) * 1e-4, by, statistic, "made up", counts)


def analysis(name: str, item: str = "cooperation", **more: Any) -> Analysis:  # noqa: ANN401 - of an Analysis
    return Analysis(id=name, items=(item,), by=("group",), **{"verb": "proportion", **more})


def run(*tables: AnalysisResult, **more: Any) -> Results:  # noqa: ANN401 - of a run
    named = {result.analysis.id: result for result in tables}
    return replace(Results(study(), 2021, named, (), (), Provenance({}, "", "")), **more)


def told(estimates: Estimates, *, rules: DisclosureRules | None = None) -> ProtectedTable:
    return protect(run(AnalysisResult(analysis("t"), estimates)), rules).tables["t"]


def group(name: str, n: float, k: float, **keys: str) -> Row:
    return {**keys, "group": name}, n, k


SUPERVISORS, WORKERS = group("supervisor", 9, 5), group("social_worker", 150, 70)


# --------------------------------------------------------------------------------------- rows of a table


def test_a_shown_row_is_rounded_and_a_hidden_one_is_empty() -> None:
    frame = told(made(SUPERVISORS, WORKERS, group("social_counsellor", 99, 41))).frame
    assert frame["status"].tolist() == [SUPPRESSED, "shown", "shown"]
    assert frame["method"].tolist() == ["", "m", "m"]
    assert frame["mark"].tolist() == ["", "", ""]
    assert frame.loc[[0], NUMBERS].isna().all(axis=None)
    assert frame[NUMBERS].to_numpy()[1].tolist() == [0.47, 0.012, 0.45, 0.48, 150, 1510, 149]
    assert frame[NUMBERS].to_numpy()[2].tolist() == [0.41, 0.012, 0.4, 0.43, 99, 1000, 98]
    assert all(frame[name].dtype == np.float64 for name in NUMBERS)


def test_without_a_hidden_row_a_share_of_a_hundred_has_a_third_digit() -> None:
    frame = told(made(WORKERS, group("social_counsellor", 99, 41), group("supervisor", 100, 41.2))).frame
    assert frame["estimate"].tolist() == [0.467, 0.41, 0.412]
    assert frame["ci_low"].tolist() == [0.454, 0.4, 0.4]
    assert frame["ci_high"].tolist() == [0.479, 0.43, 0.424]


def test_what_a_table_is_goes_with_it() -> None:
    effect = Effect("gap", 0.1234, 0.02, 0.08, 0.2, 150, 99.0, 0.034, "t", "no gap", k_low=50)
    known = made(SUPERVISORS, WORKERS)
    marked = replace(known, frame=known.frame.assign(mark=["similar", ""]).set_index(pd.Index([7, 3])))
    entry = analysis("t")
    (table,) = protect(run(AnalysisResult(entry, marked, (effect,), ("note",)))).tables.values()
    assert (table.analysis, table.statistic, table.by, table.design) == (
        entry,
        "proportion",
        ("group",),
        "made up",
    )
    assert (table.notes, [e.name for e in table.effects]) == (("note",), ["gap"])
    assert table.effects[0].status == SUPPRESSED, "a test beside a hidden row"
    assert table.frame["mark"].tolist() == ["similar", ""]
    assert table.frame.index.tolist() == [0, 1]
    assert table.frame["method"].tolist() == ["", "m"]
    assert table.keys == ("group",)


@pytest.mark.parametrize(
    ("n", "minimum", "is_told"),
    [(19, 10, False), (20, 10, True), (29, 30, False), (24, 22, True), (30, 30, True)],
)
def test_a_mean_of_few_has_no_error(n: int, minimum: int, *, is_told: bool) -> None:
    """From twenty answers on, or from the least base where that is higher; the mean itself is told."""
    known = made(group("supervisor", n, n), group("social_worker", 150, 150), statistic="mean")
    rules = DisclosureRules(minimum_n=minimum)
    frame = protect({"m": known}, rules).tables["m"].frame
    assert LEAST_FOR_SPREAD == 20
    assert frame.loc[[0], SPREAD].notna().all(axis=None) == is_told
    assert frame.loc[[0], SPREAD].notna().any(axis=None) == is_told
    assert frame["estimate"].isna().tolist() == [n < minimum, False]
    assert frame[NUMBERS].to_numpy()[1].tolist() == [3.1, 0.012, 3.1, 3.2, 150, 1510, 149]


def test_a_share_of_few_keeps_its_error() -> None:
    frame = told(made(group("supervisor", 19, 9), WORKERS)).frame
    assert frame["status"].tolist() == ["unreliable", "shown"]
    assert frame[SPREAD].notna().all(axis=None)


# ---------------------------------------------------------------------------- digits beside hidden rows


def estimates_of(protected_run: Results) -> dict[str, list[float]]:
    found = protect(protected_run).tables
    return {
        name: table.frame.loc[table.frame["status"] != SUPPRESSED, "estimate"].tolist()
        for name, table in found.items()
    }


def test_every_table_of_an_item_with_a_hidden_row_has_two_digits() -> None:
    few = AnalysisResult(analysis("few"), made(SUPERVISORS, WORKERS))
    same = AnalysisResult(analysis("same"), made(({"district": "lounainen"}, 150, 70), by=("district",)))
    other = AnalysisResult(
        analysis("other", "M06"), made(({"district": "lounainen"}, 150, 70), by=("district",))
    )
    assert estimates_of(run(few, same, other)) == {"few": [0.47], "same": [0.47], "other": [0.467]}
    assert estimates_of(run(same, other)) == {"same": [0.467], "other": [0.467]}


def test_another_wave_or_item_of_a_table_keeps_its_digits() -> None:
    """Keys of the rows say what they are of; a table without them is of its item and of the latest wave."""
    waves = made(
        group("supervisor", 9, 5, wave="2019"),
        group("social_worker", 150, 70, wave="2019"),
        group("social_worker", 150, 70, wave="2021"),
    )
    latest = made(({"district": "lounainen"}, 150, 70), by=("district",))
    tables = (AnalysisResult(analysis("waves"), waves), AnalysisResult(analysis("latest"), latest))
    assert estimates_of(run(*tables)) == {"waves": [0.47, 0.467], "latest": [0.467]}
    assert estimates_of(run(*tables, wave=2019)) == {"waves": [0.47, 0.467], "latest": [0.47]}
    items = made(
        group("supervisor", 9, 5, item="cooperation"),
        group("social_worker", 150, 70, item="cooperation"),
        group("social_worker", 150, 70, item="M06"),
    )
    tables = (AnalysisResult(analysis("items", "M06"), items), AnalysisResult(analysis("latest"), latest))
    assert estimates_of(run(*tables)) == {"items": [0.47, 0.467], "latest": [0.47]}


def test_sentences_beside_a_hidden_row_have_two_digits_in_the_wave_of_the_run() -> None:
    few = AnalysisResult(analysis("few"), made(SUPERVISORS, WORKERS))
    shares = [Cell("cooperation", wave, {"group": ("social_worker",)}, 150, 70) for wave in (2019, 2021)]
    claims = tuple(
        ClaimResult(
            Claim(f"C{one.wave}", "quantity", (2021,), ("cooperation",), {}, "f"),
            Verdict.SUPPORTED,
            0.45678,
            n=150,
            cells=(one,),
        )
        for one in shares
    )
    assert [claim.estimate for claim in protect(run(few, claims=claims)).claims] == [0.457, 0.46]
    assert [claim.estimate for claim in protect(run(few, claims=claims, wave=2019)).claims] == [0.46, 0.457]


# ------------------------------------------------------------------------------- counts of what is hidden


def test_what_is_hidden_is_counted_by_reason() -> None:
    """Of a total and its three parts the small one breaks a rule; a second goes, lest it be subtracted."""
    rows = (
        group(TOTAL, 159, 76),
        group("supervisor", 9, 5),
        group("social_worker", 80, 40),
        group("social_counsellor", 70, 31),
    )
    tables = (
        AnalysisResult(analysis("t"), made(*rows)),
        AnalysisResult(analysis("large", "M06"), made(WORKERS)),
        AnalysisResult(analysis("few", "M05"), made(SUPERVISORS, WORKERS)),
    )
    protected = protect(run(*tables), DisclosureRules())
    hidden = protected.tables["t"].frame["status"].eq(SUPPRESSED)
    assert hidden.tolist()[:2] == [False, True]
    assert hidden.sum() == 2
    assert protected.hidden == (Hidden("t", 4, 1, 1), Hidden("large", 1, 0, 0), Hidden("few", 2, 1, 0))


def test_a_table_says_that_numerators_were_set_aside_for_all_its_items() -> None:
    aside = DisclosureRules(organisation_numerator="aside")
    organisations = AnalysisResult(analysis("m", "M06"), made(group("supervisor", 150, 2), WORKERS))
    both = made(group("supervisor", 150, 70, item="M06"), group("supervisor", 150, 70, item="cooperation"))
    tables = run(organisations, AnalysisResult(analysis("both"), both))
    protected = protect(tables, aside)
    assert [entry.aside for entry in protected.hidden] == [True, False]
    assert protected.tables["m"].frame["status"].tolist() == ["shown", "shown"]
    strict = protect(tables, DisclosureRules())
    assert [entry.aside for entry in strict.hidden] == [False, False]
    assert strict.tables["m"].frame["status"].tolist() == [SUPPRESSED, "shown"]


# ------------------------------------------------------------------------------------------------- waves


def wave(fewest: int | None, **more: Any) -> ProtectedWave:  # noqa: ANN401 - of a wave
    summary = WaveSummary(
        2021, 1047, "25 strata", "2021-01", has_weights=True, has_district=True, has_area=True,
        weight_ratio=3.0, response_rate=0.36789, weighting=("raked",), effective_n=812.34, deff=1.2893,
        fewest_in_cell=fewest,
    )  # fmt: skip
    (known,) = protect(run(waves=(replace(summary, **more),))).waves
    return known


@pytest.mark.parametrize(("fewest", "size", "deff"), [(10, 810.0, 1.29), (9, None, 1.3), (None, None, 1.3)])
def test_how_unequal_weights_are_is_told_where_cells_are_large(
    fewest: int | None, size: float | None, deff: float
) -> None:
    known = wave(fewest)
    assert known.deff == deff
    assert np.isnan(known.effective_n) if size is None else known.effective_n == size


def test_a_wave_is_told_with_its_response_rate() -> None:
    known = wave(10)
    assert (known.year, known.n, known.design, known.field_days) == (2021, 1047.0, "25 strata", "2021-01")
    assert (known.has_weights, known.weighting) == (True, ("raked",))
    assert isinstance(known.n, float)
    assert known.response_rate == 0.368
    assert wave(10, n=99).response_rate == 0.37
    assert wave(10, response_rate=None).response_rate is None
    assert wave(10, response_rate=0.0).response_rate == 0.0


# ------------------------------------------------------------------------------ refusals, estimates alone


@pytest.mark.parametrize("statistic", ["quantile", "contrast", "variance"])
def test_what_no_rule_covers_is_refused_by_name(statistic: str) -> None:
    known = replace(made(WORKERS), statistic=statistic)
    told_of = (
        rf"^Table t: no disclosure rule covers the statistic {statistic}.*Publishable are proportion, mean,"
    )
    with pytest.raises(DisclosureError, match=told_of):
        protect(run(AnalysisResult(analysis("t"), known)))


def test_a_domain_without_a_name_is_refused_and_one_with_a_name_is_not() -> None:
    whole = AnalysisResult(analysis("whole"), made(WORKERS))
    masked = AnalysisResult(analysis("part"), replace(made(WORKERS), domain="<mask>"))
    with pytest.raises(DisclosureError, match=r"^Table part: its domain is a mask without a name"):
        protect(run(whole, masked))
    named = AnalysisResult(analysis("part"), replace(made(WORKERS), domain="district=='x'"))
    assert set(protect(run(whole, named)).tables) == {"whole", "part"}


def test_thresholds_are_the_studys_unless_others_are_given() -> None:
    own = replace(study(), disclosure=DisclosureRules(minimum_n=200))
    result = AnalysisResult(analysis("t"), made(WORKERS))
    strict = protect(run(result, study=own))
    assert strict.tables["t"].frame["status"].tolist() == [SUPPRESSED]
    assert strict.study.disclosure.minimum_n == 200
    given = protect(run(result, study=own), DisclosureRules(minimum_n=150))
    assert given.tables["t"].frame["status"].tolist() == ["shown"]
    assert given.study.disclosure.minimum_n == 150
    with pytest.raises(DisclosureError, match="hard floor"):
        protect(run(result), DisclosureRules(minimum_n=2))


def test_estimates_alone_are_a_run_of_their_own() -> None:
    known = made(WORKERS)
    one, named = as_results(known), as_results({"a": known, "b": known})
    assert list(one.tables) == ["estimates"]
    assert list(named.tables) == ["a", "b"]
    assert [result.analysis.id for result in named.tables.values()] == ["a", "b"]
    assert (one.wave, one.notes, one.claims, one.study.id) == (0, ("alone",), (), "estimates")
    assert one.tables["estimates"].estimates is known
    told_of = protect(known)
    assert (told_of.notes, list(told_of.tables)) == (("alone",), ["estimates"])


def test_notes_and_provenance_cross_the_line_as_they_are() -> None:
    provenance = Provenance({"file": "ab"}, "cd", "1.0")
    protected = protect(run(notes=("lost",), provenance=provenance))
    assert (protected.notes, protected.provenance, protected.wave) == (("lost",), provenance, 2021)


# ----------------------------------------------------------------------------------------- merged scales


def scale(*counts: float, **keys: str) -> tuple[Row, ...]:
    codes = [code.id for code in study().question("cooperation").substantive]
    return tuple(
        ({**keys, "category": code, "group": "social_worker"}, sum(counts), k)
        for code, k in zip(codes, counts, strict=True)
    )


def test_only_a_distribution_with_a_small_end_is_merged() -> None:
    codes = [code.id for code in study().question("cooperation").substantive]
    few, many = scale(2, 60, 50, 40, 30), scale(20, 60, 50, 40, 30)

    def categories(rows: tuple[Row, ...], verb: str) -> list[str]:
        result = AnalysisResult(analysis("t", verb=verb), made(*rows))
        return protect(run(result)).tables["t"].frame["category"].astype(str).tolist()

    merged = categories(few, "distribution")
    assert len(merged) == 3
    assert {name for one in merged for name in one.split("+")} == set(codes)
    assert categories(many, "distribution") == codes
    assert categories(few, "proportion") == codes


def test_each_item_of_a_distribution_is_merged_by_its_own_scale() -> None:
    codes = [code.id for code in study().question("cooperation").substantive]
    first = scale(20, 60, 50, 40, 30, item="cooperation")
    known = made(*first)
    result = AnalysisResult(analysis("t", "M06", verb="distribution"), known)
    assert protect(run(result)).tables["t"].frame["category"].tolist() == codes
    small = made(*scale(2, 60, 50, 40, 30, item="cooperation"))
    result = AnalysisResult(analysis("t", "M06", verb="distribution"), small)
    assert len(protect(run(result)).tables["t"].frame) == 3
