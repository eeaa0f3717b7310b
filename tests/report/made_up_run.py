"""A whole protected run, made up from the types: tables of every kind, claims of every verdict."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from barometri.disclosure.protected import Hidden, Protected, ProtectedClaim, ProtectedWave
from barometri.report.building import build
from barometri.report.document import Report
from barometri.results import Provenance, Verdict
from barometri.study.reading import read_study
from tests.figures import made_up

NAN = float("nan")


study = cache(read_study)


def claim(
    name: str, verdict: Verdict, *, estimate: float = 0.12, parts: Mapping[str, float] | None = None
) -> ProtectedClaim:
    """A protected claim of the demonstration with a verdict of its own."""
    known = {entry.id: entry for entry in study().claims}
    shown = verdict is not Verdict.NOT_REPORTABLE
    return ProtectedClaim(
        claim=known[name],
        verdict=verdict,
        estimate=estimate if shown else NAN,
        ci_low=estimate - 0.05 if shown else NAN,
        ci_high=estimate + 0.05 if shown else NAN,
        n=612.0 if shown else NAN,
        p_text="<.01" if shown else "",
        method="taylor",
        parts=dict(parts or {}) if shown else {},
    )


def claims() -> tuple[ProtectedClaim, ...]:
    """Claims of each kind, some supported, some not."""
    return (
        claim("QF01", Verdict.SUPPORTED, parts={"left": 0.46, "right": 0.34}),
        claim("QF02", Verdict.NOT_SEPARATED, estimate=0.46),
        claim("QF03", Verdict.SUPPORTED, estimate=0.34),
        claim("QF06", Verdict.NOT_REPORTABLE),
        claim("QF13", Verdict.SAME_DIRECTION, estimate=0.03, parts={"left": 0.47, "right": 0.44}),
    )


@cache
def run() -> Protected:
    """The run of a year, with everything a report speaks of."""
    tables = made_up.everything()
    wave = ProtectedWave(2021, 1047.0, "25 strata", "2021-01/2021-02", has_weights=True, response_rate=0.36)
    return replace(
        tables,
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
