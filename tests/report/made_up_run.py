"""A whole protected run, made up from the types: tables of every kind, claims of every verdict."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from barometri.disclosure.protected import (
    SHOWN,
    Hidden,
    Protected,
    ProtectedClaim,
    ProtectedPart,
    ProtectedWave,
)
from barometri.report.building import build
from barometri.report.document import Report
from barometri.results import PartRole, Provenance, SameAsPublished, Scale, Verdict
from barometri.study.reading import read_study
from tests.figures import made_up

NAN = float("nan")


study = cache(read_study)


SCALES: Mapping[str, Scale] = {"quantity": "share", "near": "share", "all_of": "share"}


def part(
    name: str,
    estimate: float,
    *,
    role: PartRole = "side",
    scale: Scale = "share",
    about: Mapping[str, str] | None = None,
    p: str = "",
    adjusted_p: str = "",
    verdict: Verdict | None = None,
) -> ProtectedPart:
    """A shown number under a claim."""
    return ProtectedPart(
        name=name,
        role=role,
        estimate=estimate,
        ci_low=estimate - 0.05,
        ci_high=estimate + 0.05,
        n=301.0,
        p_text=p,
        adjusted_p_text=adjusted_p,
        scale=scale,
        verdict=verdict,
        about=dict(about or {}),
        status=SHOWN,
    )


def claim(
    name: str, verdict: Verdict, *, estimate: float = 0.12, parts: tuple[ProtectedPart, ...] = ()
) -> ProtectedClaim:
    """A protected claim of the demonstration with a verdict of its own."""
    known = {entry.id: entry for entry in study().claims}
    meant = known[name]
    shown = verdict is not Verdict.NOT_REPORTABLE
    equivalence = meant.kind == "equivalence"
    scale: Scale = "score" if meant.scale == "score" else SCALES.get(meant.kind, "points")
    tested = shown and meant.kind not in {"quantity", "near"}
    return ProtectedClaim(
        claim=meant,
        verdict=verdict,
        estimate=estimate if shown else NAN,
        ci_low=estimate - 0.05 if shown else NAN,
        ci_high=estimate + 0.05 if shown else NAN,
        n=612.0 if shown else NAN,
        df=587.0 if shown else NAN,
        p_text="<.01" if tested else "",
        adjusted_p_text="0.02" if tested else "",
        scale=scale,
        level=0.9 if equivalence else 0.95,
        method="linear/cr2" if meant.kind in {"difference", "association", "equivalence"} else "t/taylor",
        parts=parts if shown else (),
        power=0.19 if equivalence and shown else NAN,
        same_as_published=SameAsPublished.YES,
    )


def claims() -> tuple[ProtectedClaim, ...]:
    """Claims of each kind, some supported, some not."""
    return (
        claim("QF01", Verdict.SUPPORTED, parts=(part("left", 0.46), part("right", 0.34))),
        claim("QF02", Verdict.NOT_SEPARATED, estimate=0.46),
        claim("QF03", Verdict.SUPPORTED, estimate=0.34),
        claim("QF06", Verdict.NOT_REPORTABLE),
        claim("QF13", Verdict.SAME_DIRECTION, estimate=0.03, parts=(part("left", 0.47), part("right", 0.44))),
        claim("QF16", Verdict.NOT_SHOWN_EITHER_WAY, estimate=0.07),
    )


@cache
def run() -> Protected:
    """The run of a year, with everything a report speaks of."""
    tables = made_up.everything()
    file = tables.study.claims_file
    assert file is not None
    lead = replace(tables.study, claims_file=replace(file, headline=("QF01", "QF16", "QF13")))
    wave = ProtectedWave(2021, 1047.0, "25 strata", "2021-01/2021-02", has_weights=True, response_rate=0.36)
    return replace(
        tables,
        study=lead,
        claims=claims(),
        waves=(replace(wave, year=2018, n=980.0, field_days="", response_rate=None), wave),
        hidden=tuple(Hidden(name, 40, 3, 2) for name in tables.tables),
        provenance=Provenance({"wave_2021.sav": "ab" * 32}, "cd" * 32, "0.1.0", {"numpy": "2.4.0"}),
        notes=("lost_column:district",),
    )


@cache
def report(language: str) -> Report:
    """The report of the run, built once."""
    return build(run(), language=language)
