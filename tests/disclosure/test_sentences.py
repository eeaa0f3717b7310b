"""Effects, claims and published figures over the line, one by one."""

from dataclasses import replace

import numpy as np
import pytest

from barometri.disclosure.protect import protect
from barometri.disclosure.protected import SUPPRESSED
from barometri.estimates import Cell
from barometri.results import ClaimResult, FigureResult, Part, Provenance, Results, SameAsPublished, Verdict
from barometri.study.claim import Claim, PublishedFigure
from barometri.study.reading import read_study
from barometri.study.study import Study

CLAIM = Claim("C", "quantity", (2021,), ("cooperation",), {}, "f")
LARGE = Cell("cooperation", 2021, {}, 120, 60)
MIDDLE = Cell("cooperation", 2021, {}, 80, 40)
FEW = Cell("cooperation", 2019, {"group": ("supervisor",)}, 40, 3)


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study()


def run(study: Study, **more: object) -> Results:
    empty = Results(study, 2021, {}, (), (), Provenance({}, "", ""))
    return replace(empty, **more)  # type: ignore[arg-type]


def claimed(
    *cells: Cell, n: int = 120, k_low: int | None = None, parts: tuple[Part, ...] = ()
) -> ClaimResult:
    return ClaimResult(
        CLAIM, Verdict.SUPPORTED, 0.123456, 0.02, 0.0811, 0.1999, n, 99.6, 0.034, 0.0456, parts=parts,
        cells=cells, k_low=k_low, power=0.8765, reason="why", method="m", beside=("x",),
        same_as_published=SameAsPublished.YES,
    )  # fmt: skip


def test_a_claim_keeps_its_digits_by_its_smallest_base(study: Study) -> None:
    large, middle = protect(run(study, claims=(claimed(LARGE), claimed(LARGE, MIDDLE)))).claims
    assert (large.estimate, large.ci_low, large.ci_high) == (0.123, 0.081, 0.2)
    assert (middle.estimate, middle.ci_low, middle.ci_high) == (0.12, 0.08, 0.2)
    assert (large.n, large.df, large.p_text, large.adjusted_p_text, large.power) == (
        120,
        100,
        ".03",
        ".05",
        0.88,
    )
    assert (large.verdict, large.reason, large.beside) == (Verdict.SUPPORTED, "why", ("x",))
    assert (large.method, large.level, large.scale) == ("m", 0.95, "points")
    assert large.same_as_published is SameAsPublished.YES


@pytest.mark.parametrize(
    "result",
    [claimed(LARGE, FEW), claimed(n=9), claimed(k_low=9), claimed(Cell("cooperation", 2021, {}, 120, 118))],
)
def test_a_claim_on_few_is_silent(result: ClaimResult, study: Study) -> None:
    (told,) = protect(run(study, claims=(result,))).claims
    assert told.verdict is Verdict.NOT_REPORTABLE
    assert np.isnan([told.estimate, told.ci_low, told.ci_high, told.n, told.df, told.power]).all()
    assert (told.p_text, told.adjusted_p_text, told.reason, told.beside, told.parts) == ("", "", "", (), ())
    assert told.same_as_published is SameAsPublished.NOT_COMPARABLE


@pytest.mark.parametrize("result", [claimed(n=10), claimed(k_low=10)])
def test_a_claim_on_enough_is_told(result: ClaimResult, study: Study) -> None:
    (told,) = protect(run(study, claims=(result,))).claims
    assert told.verdict is Verdict.SUPPORTED


def part(*cells: Cell, n: int = 0, k_low: int | None = None) -> Part:
    return Part(
        "left", "side", 0.45678, 0.02, 0.4111, 0.4999, n, 10.0, 0.034, 0.0456, cells=cells, k_low=k_low,
        verdict=Verdict.SUPPORTED,
    )  # fmt: skip


def test_parts_are_hidden_one_by_one(study: Study) -> None:
    small = Cell("cooperation", 2021, {"group": ("supervisor",)}, 9, 5)
    shown, few, modelled, tiny, plain = (
        part(LARGE, n=120), part(small), part(k_low=9, n=120), part(n=9), part(n=10, k_low=10),
    )  # fmt: skip
    result = claimed(LARGE, parts=(shown, few, modelled, tiny, plain))
    told = protect(run(study, claims=(result,))).claims[0].parts
    assert [one.status for one in told] == ["shown", *[SUPPRESSED] * 3, "unreliable"]
    assert (told[0].n, told[0].p_text, told[0].adjusted_p_text) == (120, ".03", ".05")
    for one in told[1:4]:
        assert np.isnan([one.estimate, one.ci_low, one.ci_high, one.n]).all()
        assert (one.p_text, one.adjusted_p_text, one.verdict) == ("", "", Verdict.NOT_REPORTABLE)
    assert (told[4].estimate, told[4].verdict) == (0.46, Verdict.SUPPORTED)


def figure(name: str, *cells: Cell, rounding: float = 0.01) -> FigureResult:
    printed = PublishedFigure(name, 2021, "cooperation", 0.46, rounding)
    return FigureResult(printed, 0.456789, 80, SameAsPublished.YES, cells, "why")


def test_published_figures_are_told_at_their_rounding_and_no_finer_than_ours(study: Study) -> None:
    steps = (figure("b", MIDDLE, rounding=0.05), figure("c", MIDDLE, rounding=0.001))
    printed = (figure("a", MIDDLE), *steps, figure("d", FEW))
    plain, coarse, fine, few = protect(run(study, published_figures=printed)).published_figures
    assert (plain.estimate, coarse.estimate, fine.estimate) == (0.46, 0.45, 0.46)
    assert (plain.n, plain.same, plain.reason) == (80, SameAsPublished.YES, "why")
    assert np.isnan([few.estimate, few.n]).all()
    assert (few.same, few.reason) == (SameAsPublished.NOT_COMPARABLE, "not_reportable")
