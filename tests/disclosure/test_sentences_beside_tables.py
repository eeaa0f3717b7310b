"""What sentences say where a table hides a row: effects, claims, parts and figures beside made-up tables."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from barometri.disclosure.protected import SUPPRESSED, ProtectedEffect
from barometri.disclosure.sentences import Sentences
from barometri.estimates import TOTAL, Cell, Effect, Estimates
from barometri.results import AnalysisResult, ClaimResult, FigureResult, Part, SameAsPublished, Verdict
from barometri.study.claim import Claim, PublishedFigure
from barometri.study.plan import Analysis, DisclosureRules
from barometri.study.reading import read_study
from barometri.study.study import Study

RULES = DisclosureRules()
the_study = cache(read_study)
MADE = Effect(
    "gap", 0.123456, 0.02, 0.0811, 0.1987, 120, 99.0, 0.034, "t/taylor", "no gap", ("district",), 50,
    about={"item": "cooperation"}, adjusted_p=0.0456,
)  # fmt: skip
CLAIM = Claim("C", "quantity", (2021,), ("cooperation",), {}, "f")
NUMBERS = ("estimate", "ci_low", "ci_high")


@pytest.fixture(scope="module")
def study() -> Study:
    return the_study()


def table(
    rows: list[dict[str, Any]],
    *effects: Effect,
    by: tuple[str, ...] = ("group",),
    items: tuple[str, ...] = ("cooperation",),
    **more: Any,  # noqa: ANN401 - of an Analysis
) -> AnalysisResult:
    frame = pd.DataFrame(rows)
    analysis = Analysis(id="t", verb="proportion", **{"items": items, "by": by, **more})
    counts = pd.DataFrame({"k": [30.0] * len(rows)})
    known = Estimates(frame, np.zeros((len(rows),) * 2), by, "proportion", "srs", counts)
    return AnalysisResult(analysis, known, effects)


def sentences(
    study: Study,
    result: AnalysisResult,
    *,
    hidden: tuple[bool, ...] = (True, False),
    cells: Mapping[str, tuple[bool, ...]] | None = None,
) -> Sentences:
    """Sentences beside one table, of which some rows are hidden, and some shares behind sentences."""
    flags = {"t": np.array(hidden)} | {name: np.array(own) for name, own in (cells or {}).items()}
    for place, effect in enumerate(result.effects):
        flags.setdefault(f"effect {place} of t", np.zeros(len(effect.cells), dtype=bool))
    return Sentences({"t": result}, flags, RULES, 2021, study)


def cell(
    item: str = "cooperation",
    wave: int = 2021,
    n: int = 120,
    k: int = 60,
    *,
    who: Mapping[str, tuple[str, ...]] | None = None,
    category: str = "",
    base: Literal["answered", "asked"] = "answered",
) -> Cell:
    return Cell(item, wave, who or {}, n, k, category, base)


GROUPS = [{"group": "supervisor"}, {"group": "social_worker"}]
ITEMS = [{"item": "cooperation", "group": TOTAL}, {"item": "M01", "group": TOTAL}]
SHOWN = (False, False)


def told(
    study: Study,
    effect: Effect,
    *,
    rows: list[dict[str, Any]] = GROUPS,
    hidden: tuple[bool, ...] = SHOWN,
    **more: Any,  # noqa: ANN401 - of a table
) -> ProtectedEffect:
    (only,) = sentences(study, table(rows, effect, **more), hidden=hidden).effects("t")
    return only


def is_silent(effect: ProtectedEffect) -> bool:
    """Whether an effect says nothing; a half silence fails."""
    silent = effect.status == SUPPRESSED
    assert silent == bool(np.isnan([effect.estimate, effect.ci_low, effect.ci_high]).any())
    assert silent == bool(np.isnan([effect.estimate, effect.ci_low, effect.ci_high]).all())
    assert silent == (effect.n == 0)
    assert silent == (effect.p_text == "") == (effect.adjusted_p_text == "")
    return silent


# ------------------------------------------------------------------------------------------------- effects


def test_an_effect_is_told_as_it_is_rounded(study: Study) -> None:
    effect = told(study, MADE)
    assert (effect.name, effect.estimate, effect.ci_low, effect.ci_high) == ("gap", 0.123, 0.081, 0.199)
    assert (effect.n, effect.p_text, effect.adjusted_p_text, effect.status) == (120, ".03", ".05", "shown")
    assert (effect.method, effect.null, effect.adjusted_for) == ("t/taylor", "no gap", ("district",))
    assert effect.about == {"item": "cooperation"}


@pytest.mark.parametrize(
    ("change", "silent"),
    [
        ({"n": 9}, True),
        ({"n": 10}, False),
        ({"k_low": 9}, True),
        ({"k_low": 10}, False),
        ({"k_low": 9, "cells": (cell(),)}, False),
        ({"n": 9, "cells": (cell(),)}, True),
        ({"estimate": float("nan")}, True),
        ({"estimate": float("inf")}, True),
        ({"cells": (cell(), cell(n=9, k=5))}, True),
        ({"cells": (cell(n=10, k=5),)}, False),
        ({"cells": (cell(n=60, k=4),)}, True),
        ({"cells": (cell(n=60, k=56),)}, True),
    ],
)
def test_an_effect_on_few_is_silent(change: Mapping[str, Any], study: Study, *, silent: bool) -> None:
    assert is_silent(told(study, replace(MADE, **change))) == silent


@pytest.mark.parametrize(
    ("about", "rows", "silent"),
    [
        ({}, GROUPS, True),
        ({"item": "cooperation"}, GROUPS, True),
        ({"item": "cooperation"}, ITEMS, True),
        ({"item": "M01"}, ITEMS, False),
        ({"item": "M01", "other": "cooperation"}, ITEMS, True),
        ({"item": "M01", "other": "M02"}, ITEMS, False),
        ({"district": "cooperation"}, ITEMS, True),
    ],
)
def test_a_test_is_silent_beside_a_hidden_row_of_what_it_is_about(
    about: Mapping[str, str], rows: list[dict[str, Any]], study: Study, *, silent: bool
) -> None:
    effect = replace(MADE, about=about)
    assert is_silent(told(study, effect, rows=rows, hidden=(True, False))) == silent
    assert not is_silent(told(study, effect, rows=rows))
    named = replace(effect, cells=(cell("M02"),))
    assert not is_silent(told(study, named, rows=rows, hidden=(True, False)))


def test_a_hidden_share_behind_an_effect_silences_it_alone(study: Study) -> None:
    """Each effect by its own name: the second has a hidden share, the first has not."""
    both = (replace(MADE, cells=(cell(),)), replace(MADE, cells=(cell(), cell(wave=2019))))
    result = table(GROUPS, *both)
    first, second = sentences(
        study, result, hidden=SHOWN, cells={"effect 1 of t": (False, True)}
    ).effects("t")  # fmt: skip
    assert not is_silent(first)
    assert is_silent(second)


@pytest.mark.parametrize(
    "name",
    [
        "odds_ratio_per_model", "somers_d", "gamma", "tau_b", "deff", "score_per_model", "model_score",
        "model_trial", "models_of_all", "departure_from_linearity", "proportional_odds", "phi",
        "gap_interaction", "district_difference", "district_joint_difference", "district_correlation",
        "county_difference",
    ],
)  # fmt: skip
def test_measures_keep_hundredths_on_any_base(name: str, study: Study) -> None:
    effect = told(study, replace(MADE, name=name, n=5000))
    assert (effect.estimate, effect.ci_low, effect.ci_high) == (0.12, 0.08, 0.2)


@pytest.mark.parametrize(
    ("n", "cells", "method", "estimate"),
    [
        (100, (), "t", 0.123),
        (99, (), "t", 0.12),
        (500, (cell(n=99),), "t", 0.12),
        (500, (cell(n=120), cell(n=99, wave=2019)), "t", 0.12),
        (99, (cell(n=120),), "t", 0.123),
        (500, (cell(n=99),), "linear/cr2", 0.123),
        (500, (cell(n=99),), "logistic", 0.123),
        (99, (cell(n=120),), "linear/cr2", 0.12),
        (500, (cell(n=99),), "an linear", 0.12),
    ],
)
def test_digits_of_an_effect_follow_its_smallest_share_but_a_model_its_respondents(
    n: int, cells: tuple[Cell, ...], method: str, estimate: float, study: Study
) -> None:
    assert told(study, replace(MADE, n=n, cells=cells, method=method)).estimate == estimate


@pytest.mark.parametrize(("method", "estimate"), [("t", 0.12), ("logistic", 0.123)])
def test_beside_a_hidden_row_of_its_item_an_effect_has_two_digits(
    method: str, estimate: float, study: Study
) -> None:
    """The hidden row is another share of the item: the effect stays, with fewer digits."""
    effect = replace(MADE, cells=(cell(who={"group": ("social_worker",)}),), method=method)
    assert told(study, effect, hidden=(True, False)).estimate == estimate
    assert told(study, effect, hidden=SHOWN).estimate == 0.123
    other = replace(effect, cells=(cell("M01"),))
    assert told(study, other, hidden=(True, False)).estimate == 0.123
    before = replace(effect, cells=(cell(wave=2019),))
    assert told(study, before, hidden=(True, False)).estimate == 0.123


# -------------------------------------------------------------------------- a share that is a hidden row


SUPERVISORS: Mapping[str, tuple[str, ...]] = {"group": ("supervisor",)}


@pytest.mark.parametrize(
    ("row", "analysis", "share", "hidden"),
    [
        ({}, {}, cell(who=SUPERVISORS), True),
        ({}, {}, cell(), False),
        ({}, {}, cell(who={"group": ("social_worker",)}), False),
        ({}, {}, cell(who={"group": ("supervisor", "social_worker")}), False),
        ({}, {}, cell(who={"group": ("supervisor",), "district": ("north",)}), False),
        ({}, {}, cell("M01", who=SUPERVISORS), False),
        ({}, {}, cell(wave=2019, who=SUPERVISORS), False),
        ({"wave": "2019"}, {}, cell(wave=2019, who=SUPERVISORS), True),
        ({"wave": "2019"}, {}, cell(who=SUPERVISORS), False),
        ({"item": "M01"}, {}, cell("M01", who=SUPERVISORS), True),
        ({"item": "M01"}, {}, cell(who=SUPERVISORS), False),
        ({"group": TOTAL}, {}, cell(), True),
        ({"group": TOTAL}, {}, cell(who=SUPERVISORS), False),
        ({"category": "well"}, {}, cell(category="well", who=SUPERVISORS), True),
        ({"category": "well"}, {}, cell(category="ill", who=SUPERVISORS), False),
        ({"category": "well"}, {}, cell(who=SUPERVISORS), False),
        ({"category": "agreed"}, {}, cell(who=SUPERVISORS), True),
        ({"category": ""}, {}, cell(category="well", who=SUPERVISORS), True),
        ({}, {"base": "beside"}, cell(who=SUPERVISORS), True),
        ({}, {"base": "asked"}, cell(who=SUPERVISORS), False),
        ({}, {"base": "asked"}, cell(base="asked", who=SUPERVISORS), True),
        ({}, {}, cell(base="asked", who=SUPERVISORS), False),
        ({}, {"base": "beside"}, cell(base="asked", who=SUPERVISORS), False),
    ],
)
def test_a_share_is_hidden_where_a_table_hides_the_very_same(
    row: Mapping[str, str], analysis: Mapping[str, Any], share: Cell, study: Study, *, hidden: bool
) -> None:
    """The same item, wave, answer, base and people; everything else about the row leaves it open."""
    rows = [{"group": "supervisor", **row}, {"group": "_other", **row}]
    carrier = sentences(study, table(rows, **analysis), cells={"claim C": (False,)})
    claim = ClaimResult(CLAIM, Verdict.SUPPORTED, 0.5, n=120, cells=(share,))
    assert (carrier.claim(claim).verdict is Verdict.NOT_REPORTABLE) == hidden


def test_a_claim_and_its_parts_are_silent_by_their_own_hidden_shares(study: Study) -> None:
    """Protection hid a share that stands behind one part, of which no table has a row."""
    own = cell("M02")
    part = Part("left", "side", 0.45678, n=120, cells=(own,))
    claim = ClaimResult(CLAIM, Verdict.SUPPORTED, 0.5, n=120, cells=(own,), parts=(part, part))
    open_ = {"claim C": (False,), "part 0 of claim C": (False,), "part 1 of claim C": (True,)}
    one = sentences(study, table(GROUPS), hidden=SHOWN, cells=open_).claim(claim)
    assert one.verdict is Verdict.SUPPORTED
    assert [p.status for p in one.parts] == ["shown", SUPPRESSED]
    closed = open_ | {"claim C": (True,)}
    other = sentences(study, table(GROUPS), hidden=SHOWN, cells=closed).claim(claim)
    assert (other.verdict, other.parts) == (Verdict.NOT_REPORTABLE, ())


@pytest.mark.parametrize(
    ("n", "cells", "base", "estimate", "status"),
    [
        (0, (), 120, 0.457, "shown"),
        (0, (), 99, 0.46, "shown"),
        (0, (), 19, 0.46, "unreliable"),
        (99, (), 120, 0.46, "shown"),
        (120, (), 99, 0.457, "shown"),
        (49, (), 120, 0.46, "small_base"),
        (120, (cell("M02", n=49, k=20),), 120, 0.46, "small_base"),
        (120, (cell("M02", n=130), cell("M02", 2019, n=19, k=9)), 120, 0.46, "unreliable"),
        (120, (cell(),), 120, 0.46, "shown"),
    ],
)
def test_a_part_is_told_on_its_smallest_base_else_the_claims(
    n: int, cells: tuple[Cell, ...], base: int, estimate: float, status: str
) -> None:
    """The last stands beside a hidden row of its item."""
    part = Part("left", "side", 0.45678, ci_low=0.45678, ci_high=0.45678, n=n, cells=cells, adjusted_p=0.2)
    claim = ClaimResult(CLAIM, Verdict.SUPPORTED, 0.5, n=base, parts=(part,))
    flags = {"part 0 of claim C": (False,) * len(cells)}
    (only,) = sentences(the_study(), table(GROUPS), cells=flags).claim(claim).parts
    assert {only.estimate, only.ci_low, only.ci_high} == {estimate}
    assert only.status == status
    assert (only.p_text, only.adjusted_p_text, only.verdict) == ("", ".20", None)
    assert np.isnan(only.n) if n == 0 else only.n == n


@pytest.mark.parametrize(
    ("scale", "estimate"),
    [("share", 0.457), ("points", 0.457), ("score", 0.46), ("ratio", 0.46), ("test", 0.46)],
)
def test_numbers_of_a_scale_of_their_own_have_hundredths(scale: Any, estimate: float, study: Study) -> None:  # noqa: ANN401 - a literal
    part = Part("left", "side", 0.45678, n=120, scale=scale)
    claim = ClaimResult(CLAIM, Verdict.SUPPORTED, 0.45678, n=120, scale=scale, parts=(part,))
    told = sentences(study, table(GROUPS), hidden=SHOWN).claim(claim)
    assert (told.estimate, told.parts[0].estimate) == (estimate, estimate)


@pytest.mark.parametrize(("n", "status"), [(1, SUPPRESSED), (9, SUPPRESSED), (10, "unreliable")])
def test_a_part_on_few_is_hidden(n: int, status: str, study: Study) -> None:
    claim = ClaimResult(CLAIM, Verdict.SUPPORTED, 0.5, n=120, parts=(Part("left", "side", 0.4, n=n),))
    assert sentences(study, table(GROUPS), hidden=SHOWN).claim(claim).parts[0].status == status


def test_a_claim_without_a_number_needs_no_base(study: Study) -> None:
    claim = ClaimResult(CLAIM, Verdict.NOT_ESTIMABLE, n=0, reason="few")
    told = sentences(study, table(GROUPS), hidden=SHOWN).claim(claim)
    assert (told.verdict, told.reason) == (Verdict.NOT_ESTIMABLE, "few")
    small = replace(claim, n=9, estimate=0.0)
    assert sentences(study, table(GROUPS), hidden=SHOWN).claim(small).verdict is Verdict.NOT_REPORTABLE


def test_shares_of_organisations_are_told_where_the_owner_sets_their_numerators_aside(study: Study) -> None:
    share = cell("M06", n=60, k=58)
    claim = ClaimResult(CLAIM, Verdict.SUPPORTED, 0.5, n=60, cells=(share,))
    flags = {"claim C": np.array([False])}
    aside = replace(RULES, organisation_numerator="aside")
    assert Sentences({}, flags, aside, 2021, study).claim(claim).verdict is Verdict.SUPPORTED
    assert Sentences({}, flags, RULES, 2021, study).claim(claim).verdict is Verdict.NOT_REPORTABLE
    few = replace(claim, cells=(replace(share, n=9, k=5),))
    assert Sentences({}, flags, aside, 2021, study).claim(few).verdict is Verdict.NOT_REPORTABLE


# ------------------------------------------------------------------------------------------------- figures


def printed(*cells: Cell, estimate: float = 0.456789, n: int = 120, step: float = 0.001) -> FigureResult:
    figure = PublishedFigure("a", 2021, "cooperation", 0.46, step)
    return FigureResult(figure, estimate, n, SameAsPublished.NO, cells, "because")


@pytest.mark.parametrize(
    ("figure", "estimate"),
    [
        (printed(cell("M02")), 0.457),
        (printed(cell("M02", n=99)), 0.46),
        (printed(cell()), 0.46),
        (printed(), 0.457),
        (printed(n=99), 0.46),
        (printed(step=0.1), 0.5),
        (printed(step=0.005), 0.455),
        (printed(estimate=0.4512, step=0.005), 0.45),
    ],
)
def test_a_published_figure_is_told_to_its_step_and_our_digits(
    figure: FigureResult, estimate: float, study: Study
) -> None:
    """The third stands beside a hidden row of its item."""
    flags = {"published a": (False,) * len(figure.cells)}
    told = sentences(study, table(GROUPS), cells=flags).figure(figure)
    assert told.estimate == estimate
    assert (told.n, told.same, told.reason) == (figure.n, SameAsPublished.NO, "because")


def test_a_published_figure_without_ours_is_told_as_missing(study: Study) -> None:
    figure = printed(estimate=float("nan"), n=0)
    told = sentences(study, table(GROUPS), hidden=SHOWN).figure(figure)
    assert np.isnan([told.estimate, told.n]).all()
    assert (told.same, told.reason) == (SameAsPublished.NO, "because")


def test_a_published_figure_with_a_hidden_share_is_not_told(study: Study) -> None:
    told = sentences(study, table(GROUPS), hidden=SHOWN, cells={"published a": (True,)}).figure(
        printed(cell("M02"))
    )
    assert np.isnan([told.estimate, told.n]).all()
    assert (told.same, told.reason) == (SameAsPublished.NOT_COMPARABLE, "not_reportable")
